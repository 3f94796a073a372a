//! What a cell can be declared with besides its id.

use crate::graph::kernel::MergeFn;
use crate::{Duration, Element};
use std::fmt;
use std::sync::Arc;

/// How long a cell lives, and how two of it become one; `T` is the type of what is merged, for values
/// and maps.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// struct Largest {
///     largest: ValueState<Self, i64>,
/// }
///
/// impl DoFn for Largest {
///     type Input = (Str, i64);
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
///         (_, n): (Str, i64),
///         context: &mut Context<'_, Self>,
///     ) -> Result<()> {
///         if self.largest.read(context)?.is_none_or(|&largest| largest < n) {
///             self.largest.write(context, n)?;
///             context.emit(n);
///         }
///         Ok(())
///     }
/// }
///
/// let pipeline = Pipeline::new();
/// let at = |second, n| ((Str::from("a"), n), Timestamp::secs(second));
/// let script = TestStream::new()
///     .add([at(0, 7)])
///     .add([at(8, 3)])
///     // It joins the sessions of the two before, and is larger than only one of them.
///     .add([at(4, 5)])
///     .processing_time(hours(2))
///     // Nothing has been written for an hour.
///     .add([at(4, 1)]);
/// let records = pipeline
///     .test_stream(script)
///     .window(Window::sessions(secs(5)))
///     .par_do_with(|declare| {
///         let options = CellOptions::new().time_to_live(hours(1)).merged_by(i64::max);
///         Largest { largest: declare.value_with("largest", options) }
///     })
///     .named("Records")
///     .main()
///     .collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// assert_eq!(result.collected(&records), [7, 3, 1]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub struct CellOptions<T = ()> {
    pub(super) time_to_live: Option<Duration>,
    pub(super) merge: Option<MergeFn<T>>,
}

impl<T> CellOptions<T> {
    /// A cell that lives as long as its window, and has no merge of its own.
    #[expect(clippy::new_without_default, reason = "options begin with a verb")]
    pub fn new() -> Self {
        Self { time_to_live: None, merge: None }
    }

    /// The cell reads as empty once this much processing time has passed since it was last written.
    ///
    /// # Panics
    /// If it is not positive.
    #[must_use]
    #[track_caller]
    pub fn time_to_live(self, length: Duration) -> Self {
        assert!(Duration::ZERO < length, "a time to live must be positive, and {length} is not");
        Self { time_to_live: Some(length), ..self }
    }

    /// What becomes of two values when their windows merge; for a map, of two values of one key.
    /// Without it, a value or a map cannot stand behind windows that merge.
    #[must_use]
    pub fn merged_by(self, merge: impl Fn(T, T) -> T + Send + Sync + 'static) -> Self
    where
        T: Element,
    {
        Self { merge: Some(Arc::new(merge)), ..self }
    }
}

impl<T> fmt::Debug for CellOptions<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CellOptions")
            .field("time_to_live", &self.time_to_live)
            .field("merges", &self.merge.is_some())
            .finish()
    }
}
