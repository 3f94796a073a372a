//! The value with the greatest timestamp.

use super::CombineFn;
use crate::coder::Coder;
use crate::{Element, Timestamp};

/// The value with the greatest timestamp, of pairs of both; `None` for none.
///
/// Of several with the same timestamp it takes the one whose bytes come last, so that the order
/// they come in does not matter.
///
/// ```
/// use heliostat::{CombineFn, Latest, Timestamp};
///
/// let mut latest = CombineFn::<(Timestamp, char)>::create(&Latest);
/// Latest.add(&mut latest, &(Timestamp::secs(8), 'b'));
/// Latest.add(&mut latest, &(Timestamp::secs(3), 'a'));
/// assert_eq!(Latest.extract(&latest), Some('b'));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Latest;

impl<T: Element> CombineFn<(Timestamp, T)> for Latest {
    type Accumulator = Option<(Timestamp, T)>;
    type Output = Option<T>;

    fn create(&self) -> Self::Accumulator {
        None
    }

    fn add(&self, latest: &mut Self::Accumulator, value: &(Timestamp, T)) {
        if latest.as_ref().is_none_or(|latest| is_behind(latest, value)) {
            *latest = Some(value.clone());
        }
    }

    fn merge(&self, latest: &mut Self::Accumulator, other: &Self::Accumulator) {
        if let Some(other) = other {
            self.add(latest, other);
        }
    }

    fn extract(&self, latest: &Self::Accumulator) -> Option<T> {
        latest.as_ref().map(|(_, value)| value.clone())
    }
}

fn is_behind<T: Element>(latest: &(Timestamp, T), value: &(Timestamp, T)) -> bool {
    let bytes = |value: &T| Coder::<T>::of().encode_one(value);
    latest.0 < value.0 || (latest.0 == value.0 && bytes(&latest.1) < bytes(&value.1))
}
