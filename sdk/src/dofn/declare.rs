//! What a `DoFn` has besides its code: outputs, each belonging to it by type.

use crate::coder::Coder;
use crate::graph::erase::TypedEdge;
use crate::graph::{EdgeType, SideSpec};
use crate::{DoFn, Element};
use std::fmt;
use std::marker::PhantomData;

/// Hands out the declared parts of a `DoFn` while it is made.
///
/// See [`par_do_with_outputs`](crate::PCollection::par_do_with_outputs).
///
/// ```
/// use heliostat::prelude::*;
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
///     .par_do_with_outputs(|declare| Sorted { negative: declare.output("negative") });
/// let negative: PCollection<i64> = sorted.output(|sorted| sorted.negative);
/// assert_eq!(pipeline.graph().collection(negative.id()).output, "negative");
/// ```
pub struct Declare<D> {
    pub(crate) outputs: Vec<DeclaredOutput>,
    pub(crate) sides: Vec<SideSpec>,
    dofn: PhantomData<fn() -> D>,
}

/// An output that has been declared.
pub(crate) struct DeclaredOutput {
    pub(crate) name: &'static str,
    pub(crate) edge: Box<dyn EdgeType>,
}

impl<D: DoFn> Declare<D> {
    pub(crate) fn new() -> Self {
        Self { outputs: Vec::new(), sides: Vec::new(), dofn: PhantomData }
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
}

impl<D> fmt::Debug for Declare<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.outputs.iter().map(|output| output.name)).finish()
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
