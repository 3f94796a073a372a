//! A `DoFn` as a step.

use crate::dofn::{Declare, DoFnStep, KeyedDoFn, Output};
use crate::graph::build::{Builder, Caller, Code};
use crate::graph::{CollectionId, Transform, TransformId};
use crate::{DoFn, Element, PCollection};
use std::any::type_name;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

/// The outputs of a step that was made with a declaration.
///
/// See [`PCollection::par_do_with`].
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// struct Same;
///
/// impl DoFn for Same {
///     type Input = i64;
///     type Output = i64;
///     type Local = ();
///
///     fn setup(&self) -> Result<()> {
///         Ok(())
///     }
///
///     fn process(&self, _: &mut (), n: i64, context: &mut Context<'_, Self>) -> Result<()> {
///         context.emit(n);
///         Ok(())
///     }
/// }
///
/// let pipeline = Pipeline::new();
/// let outputs = pipeline.create([1]).par_do_with(|_| Same).named("Same");
/// let same = outputs.main().collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// assert_eq!(result.collected(&same), [1]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub struct ParDoOutputs<D: DoFn> {
    pub(super) builder: Rc<Builder>,
    pub(super) step: TransformId,
    dofn: Arc<D>,
    outputs: Vec<CollectionId>,
}

impl<D: DoFn> ParDoOutputs<D> {
    /// The main output.
    pub fn main(&self) -> PCollection<D::Output> {
        PCollection::new(&self.builder, self.outputs[0], self.step)
    }

    /// The output that `pick` finds in the `DoFn`.
    pub fn output<T: Element>(&self, pick: impl FnOnce(&D) -> Output<D, T>) -> PCollection<T> {
        PCollection::new(&self.builder, self.outputs[pick(&self.dofn).index], self.step)
    }

    /// Names the step.
    pub fn named(self, name: &str) -> Self {
        self.builder.rename(self.step, name);
        self
    }

    /// Lets the step take what a savepoint has under this path, which it had before it was
    /// renamed or moved.
    #[must_use = "the path is noted at once, but what it returns holds the outputs"]
    pub fn formerly(self, path: &str) -> Self {
        self.builder.formerly(self.step, path);
        self
    }
}

impl<D: DoFn> fmt::Debug for ParDoOutputs<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.outputs).finish()
    }
}

impl<T: Element> PCollection<T> {
    /// What a `DoFn` makes of the elements.
    ///
    /// See [`DoFn`] for an example with a life cycle.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// struct Halve;
    ///
    /// impl DoFn for Halve {
    ///     type Input = i64;
    ///     type Output = i64;
    ///     type Local = ();
    ///
    ///     fn setup(&self) -> Result<()> {
    ///         Ok(())
    ///     }
    ///
    ///     fn process(&self, _: &mut (), n: i64, context: &mut Context<'_, Self>) -> Result<()> {
    ///         context.emit(n / 2);
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// let halves = pipeline.create([8]).par_do(Halve).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&halves), [4]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn par_do<D: DoFn<Input = T>>(&self, dofn: D) -> PCollection<D::Output> {
        self.with_outputs(|_| dofn, Location::caller()).main()
    }

    /// What a `DoFn` makes of the elements with what it declares: further outputs, state cells and
    /// timers. Cells and timers need elements with a key, and the step needs a name;
    /// [`ValueState`](crate::ValueState) and [`Timer`](crate::Timer) have examples.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// struct Parse {
    ///     bad: Output<Self, String>,
    /// }
    ///
    /// impl DoFn for Parse {
    ///     type Input = String;
    ///     type Output = i64;
    ///     type Local = ();
    ///
    ///     fn setup(&self) -> Result<()> {
    ///         Ok(())
    ///     }
    ///
    ///     fn process(
    ///         &self,
    ///         _: &mut (),
    ///         text: String,
    ///         context: &mut Context<'_, Self>,
    ///     ) -> Result<()> {
    ///         match text.parse() {
    ///             Ok(number) => context.emit(number),
    ///             Err(_) => context.emit_to(self.bad, text),
    ///         }
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// let parsed = pipeline
    ///     .create(["7", "x"].map(str::to_owned))
    ///     .par_do_with(|declare| Parse { bad: declare.output("bad") });
    /// let numbers = parsed.main().collect();
    /// let bad = parsed.output(|parse| parse.bad).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&numbers), [7]);
    /// assert_eq!(result.collected(&bad), ["x"]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn par_do_with<D: DoFn<Input = T>>(
        &self,
        make: impl FnOnce(&mut Declare<D>) -> D,
    ) -> ParDoOutputs<D> {
        self.with_outputs(make, Location::caller())
    }

    fn with_outputs<D: DoFn<Input = T>>(
        &self,
        make: impl FnOnce(&mut Declare<D>) -> D,
        caller: Caller,
    ) -> ParDoOutputs<D> {
        let mut declare = Declare::new();
        let dofn = Arc::new(make(&mut declare));
        let builder = &self.builder;
        let transform = Transform::ParDo(declare.spec.clone());
        let name = type_name::<D>().rsplit("::").next().unwrap_or("Par do");
        let step = builder.step(name, transform, &[self.id()], caller);
        let edge = builder.edge(self.id());
        let mut outputs = vec![builder.output::<D::Output>(step, "out", edge.clone())];
        for output in std::mem::take(&mut declare.outputs) {
            outputs.push(builder.declared_output(step, output.name, edge.clone(), output.edge));
        }
        let code = match declare.keyed {
            None => Code::Step(Arc::new(DoFnStep::new(Arc::clone(&dofn), outputs.len()))),
            Some(keyed) => {
                builder.recode(self.id(), (keyed.coder)());
                Code::Keyed((keyed.erase)(KeyedDoFn {
                    dofn: Arc::clone(&dofn),
                    outputs: outputs.len(),
                    allowed_lateness: edge.windowing.allowed_lateness,
                    cells: declare.cells,
                    timers: declare.spec.timers,
                    on_timers: declare.on_timers,
                    on_expiration: declare.on_expiration,
                }))
            }
        };
        builder.code(step, code);
        ParDoOutputs { builder: Rc::clone(builder), step, dofn, outputs }
    }
}
