//! What a value must be able to do to travel through a pipeline.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value that a pipeline can carry: copied between branches, shared between workers, written to
/// bytes and read back.
///
/// Every type that fulfils the parts is an element; there is nothing to implement.
///
/// ```
/// use heliostat::Element;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize)]
/// struct Flight {
///     carrier: String,
///     delay_minutes: f64,
/// }
///
/// fn can_travel<T: Element>() -> bool {
///     true
/// }
/// assert!(can_travel::<Flight>() && can_travel::<Vec<Option<Flight>>>());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel through a pipeline",
    label = "this is not an element",
    note = "an element owns its data and can be copied, shared, written and read: \
            derive `Clone`, `Serialize` and `Deserialize` for `{Self}`",
    note = "what cannot be sent to another thread, such as an `Rc` or a `RefCell`, has no place \
            in an element"
)]
pub trait Element: Clone + Send + Sync + Serialize + DeserializeOwned + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static> Element for T {}
