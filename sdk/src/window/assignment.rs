//! What windows are assigned by: the time of an element, or the element itself.

use super::{AssignWindows, MergeWindows};
use crate::Element;
use crate::graph::WindowAssigner;
use crate::graph::erase::TypedAssigner;
use std::fmt;
use std::sync::Arc;

/// Windows are assigned by timestamp alone, to elements of any type.
///
/// ```
/// use heliostat::{ByTime, Window, secs};
///
/// let window: Window<ByTime> = Window::sessions(secs(10));
/// assert!(window.change().window_fn.is_some());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByTime;

/// Windows are assigned by the author's code.
///
/// ```
/// use heliostat::{AssignWindows, Interval, Timestamp, Window};
///
/// #[derive(serde::Serialize)]
/// struct Always;
///
/// impl<T> AssignWindows<T> for Always {
///     fn assign(&self, _: &T, _: Timestamp, _: &Interval, windows: &mut Vec<Interval>) {
///         windows.push(Interval::GLOBAL);
///     }
/// }
///
/// let change = Window::custom(Always).change();
/// assert_eq!(change.window_fn.map(|it| it.to_string()).as_deref(), Some("custom Always"));
/// ```
pub struct ByElement<F> {
    function: Arc<F>,
    merge: Option<Arc<dyn MergeWindows>>,
}

impl<F> ByElement<F> {
    pub(super) fn new(function: F) -> Self {
        Self { function: Arc::new(function), merge: None }
    }

    pub(super) fn merging(function: F) -> Self
    where
        F: MergeWindows,
    {
        let function = Arc::new(function);
        Self { function: Arc::clone(&function), merge: Some(function) }
    }
}

impl<F> Clone for ByElement<F> {
    fn clone(&self) -> Self {
        Self { function: Arc::clone(&self.function), merge: self.merge.clone() }
    }
}

impl<F> fmt::Debug for ByElement<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByElement").field("merges", &self.merge.is_some()).finish_non_exhaustive()
    }
}

/// The code of windows that are assigned by element.
#[derive(Default)]
pub struct WindowCode {
    pub(crate) assign: Option<Arc<dyn WindowAssigner>>,
    pub(crate) merge: Option<Arc<dyn MergeWindows>>,
}

/// What can give windows to elements of type `T`.
///
/// ```
/// use heliostat::{PCollection, Pipeline, Window, WindowsFor, hours};
///
/// /// A step of one's own that leaves the windows to its caller.
/// fn odd<A: WindowsFor<u64>>(numbers: &PCollection<u64>, window: Window<A>) -> PCollection<u64> {
///     numbers.filter(|n| n % 2 == 1).window(window)
/// }
///
/// let pipeline = Pipeline::new();
/// let hourly = odd(&pipeline.create([1, 2]), Window::fixed(hours(1)));
/// let graph = pipeline.graph();
/// assert_eq!(graph.collection(hourly.id()).windowing.window_fn.to_string(), "fixed 1h");
/// ```
#[diagnostic::on_unimplemented(
    message = "these windows cannot be given to elements of type `{T}`",
    note = "a custom window function must implement `AssignWindows<{T}>`"
)]
pub trait WindowsFor<T> {
    /// The code, where there is any.
    #[doc(hidden)]
    fn code(self) -> WindowCode;
}

impl<T> WindowsFor<T> for ByTime {
    fn code(self) -> WindowCode {
        WindowCode::default()
    }
}

impl<T: Element, F: AssignWindows<T>> WindowsFor<T> for ByElement<F> {
    fn code(self) -> WindowCode {
        let assign = Arc::new(TypedAssigner::<T, F>::new(self.function));
        WindowCode { assign: Some(assign), merge: self.merge }
    }
}
