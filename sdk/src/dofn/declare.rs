//! What a `DoFn` has besides its code, each part belonging to it by type.

use super::keyed::{KeyedDoFn, MakeColumn, OnExpiration, OnTimer, keyed_fn};
use super::{Context, KeyedInput};
use crate::coder::Coder;
use crate::graph::erase::TypedEdge;
use crate::graph::{EdgeType, KeyedFn, ParDoSpec};
use crate::{DoFn, Element, Result};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// Hands out the declared parts of a `DoFn` while it is made: outputs, state cells and timers.
///
/// See [`par_do_with`](crate::PCollection::par_do_with).
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// struct Sorted {
///     negative: Output<Self, i64>,
/// }
///
/// impl DoFn for Sorted {
///     type Input = i64;
///     type Output = i64;
///     type Local = ();
///
///     fn setup(&self) -> Result<()> {
///         Ok(())
///     }
///
///     fn process(&self, _: &mut (), n: i64, context: &mut Context<'_, Self>) -> Result<()> {
///         if n < 0 {
///             context.emit_to(self.negative, n);
///         } else {
///             context.emit(n);
///         }
///         Ok(())
///     }
/// }
///
/// let pipeline = Pipeline::new();
/// let sorted = pipeline
///     .create([1, -1])
///     .par_do_with(|declare| Sorted { negative: declare.output("negative") });
/// let (rest, negative) = (sorted.main().collect(), sorted.output(|it| it.negative).collect());
/// let result = DirectRunner::default().run(&pipeline)?;
/// assert_eq!((result.collected(&rest), result.collected(&negative)), (vec![1], vec![-1]));
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub struct Declare<D: DoFn> {
    pub(crate) outputs: Vec<DeclaredOutput>,
    pub(crate) spec: ParDoSpec,
    pub(crate) cells: Vec<MakeColumn>,
    /// In the order of the timers in `spec`.
    pub(crate) on_timers: Vec<OnTimer<D>>,
    pub(crate) on_expiration: Option<OnExpiration<D>>,
    /// `None` where nothing was declared that belongs to keys.
    pub(crate) keyed: Option<KeyedCode<D>>,
}

/// An output that has been declared.
pub(crate) struct DeclaredOutput {
    pub(crate) name: &'static str,
    pub(crate) edge: Box<dyn EdgeType>,
}

/// What only those know who know that the input has keys.
pub(crate) struct KeyedCode<D: DoFn> {
    pub(crate) erase: fn(KeyedDoFn<D>) -> Arc<dyn KeyedFn>,
    pub(crate) coder: fn() -> Coder<D::Input>,
}

impl<D: DoFn> Declare<D> {
    pub(crate) fn new() -> Self {
        Self {
            outputs: Vec::new(),
            // A `DoFn` can always give its outputs other timestamps.
            spec: ParDoSpec { moves_timestamps: true, ..ParDoSpec::default() },
            cells: Vec::new(),
            on_timers: Vec::new(),
            on_expiration: None,
            keyed: None,
        }
    }

    /// A further output of this name.
    ///
    /// # Panics
    /// If the name is already given to an output of this `DoFn`.
    #[track_caller]
    pub fn output<T: Element>(&mut self, name: &'static str) -> Output<D, T> {
        let taken = name == "out" || self.outputs.iter().any(|output| output.name == name);
        assert!(!taken, "a step has one output of each name, and `{name}` is already given");
        self.outputs
            .push(DeclaredOutput { name, edge: Box::new(TypedEdge::with_coder(Coder::<T>::of())) });
        Output { index: self.outputs.len(), types: PhantomData }
    }

    /// What is called once for every key and window with state, when the window expires: behind its
    /// last timer, before its state is gone. What it emits has the last timestamp of the window.
    ///
    /// # Panics
    /// If it is declared twice.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// /// Says of each key how often it came, once no more can come.
    /// struct Counted {
    ///     seen: ValueState<Self, u64>,
    /// }
    ///
    /// impl DoFn for Counted {
    ///     type Input = (Str, ());
    ///     type Output = (Str, u64);
    ///     type Local = ();
    ///
    ///     fn setup(&self) -> Result<()> {
    ///         Ok(())
    ///     }
    ///
    ///     fn process(&self, _: &mut (), _: (Str, ()), context: &mut Context<'_, Self>) -> Result<()> {
    ///         let seen = self.seen.read(context)?.copied().unwrap_or(0);
    ///         self.seen.write(context, seen + 1)
    ///     }
    /// }
    ///
    /// impl Counted {
    ///     fn tell(&self, _: &mut (), context: &mut Context<'_, Self>) -> Result<()> {
    ///         let seen = self.seen.read(context)?.copied().unwrap_or(0);
    ///         context.emit((context.key().clone(), seen));
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// let words = pipeline.create(["to", "be", "or", "not", "to", "be"].map(|word| (word.into(), ())));
    /// let counts = words
    ///     .window(Window::fixed(hours(1)))
    ///     .par_do_with(|declare| {
    ///         declare.on_window_expiration(Counted::tell);
    ///         Counted { seen: declare.value("seen") }
    ///     })
    ///     .named("Count words")
    ///     .main()
    ///     .collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let mut counts = result.collected(&counts);
    /// counts.sort();
    /// assert_eq!(counts, [("be", 2), ("not", 1), ("or", 1), ("to", 2)].map(|(w, n)| (w.into(), n)));
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn on_window_expiration(
        &mut self,
        callback: impl Fn(&D, &mut D::Local, &mut Context<'_, D>) -> Result<()> + Send + Sync + 'static,
    ) where
        D::Input: KeyedInput,
    {
        assert!(
            self.on_expiration.is_none(),
            "a step is called once when a window expires, and what is called is already declared"
        );
        self.needs_keys();
        self.spec.on_window_expiration = true;
        self.on_expiration = Some(Box::new(callback));
    }

    /// Wants the elements of each key and window in the order of their timestamps; an element that
    /// comes when later ones may have been given already is dropped, and counted (model.md 6.5).
    pub fn time_sorted_input(&mut self)
    where
        D::Input: KeyedInput,
    {
        self.needs_keys();
        self.spec.time_sorted_input = true;
    }

    /// Wants every retry of a bundle to see the very same elements, because what the step does with
    /// them cannot be undone, such as a call of another service (model.md 6.5).
    pub fn stable_input(&mut self) {
        self.spec.stable_input = true;
    }

    /// Notes that the step works key by key.
    pub(crate) fn needs_keys(&mut self)
    where
        D::Input: KeyedInput,
    {
        self.keyed = Some(KeyedCode { erase: keyed_fn::<D>, coder: D::Input::pair_coder });
    }
}

impl<D: DoFn> fmt::Debug for Declare<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outputs = self.outputs.iter().map(|output| output.name);
        f.debug_struct("Declare")
            .field("outputs", &outputs.collect::<Vec<_>>())
            .field("spec", &self.spec)
            .finish_non_exhaustive()
    }
}

/// A further output of the `DoFn` `D`, with elements of type `T`; another `DoFn`'s is a type
/// error.
///
/// ```
/// use heliostat::prelude::*;
///
/// fn is_copy<T: Copy>() -> bool {
///     true
/// }
/// struct Any;
/// assert!(is_copy::<Output<Any, i64>>());
/// ```
pub struct Output<D, T> {
    /// Counted from 1; output 0 is the main one.
    pub(crate) index: usize,
    types: PhantomData<fn() -> (D, T)>,
}

impl<D, T> Clone for Output<D, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D, T> Copy for Output<D, T> {}

impl<D, T> fmt::Debug for Output<D, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Output({})", self.index)
    }
}
