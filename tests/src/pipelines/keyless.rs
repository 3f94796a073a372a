//! Numbers without a key, as a global combine gives them.

use heliostat::{CollectionId, PCollection};

use super::keyed::{Keyed, needs_keys, under_one_key};
use super::script::Value;
use super::seen::panes;
use super::sides::Sides;
use super::stream::{Seen, Stream};
use super::ticks::Ticks;
use super::windowing::{cannot_build, window};
use crate::case::{self, Dropped, Pane, Step};

pub(super) struct Keyless<V>(pub(super) PCollection<V>);

impl<V: Value> Stream for Keyless<V> {
    fn then(&self, step: &Step, _: &Sides) -> Result<Box<dyn Stream>, String> {
        let values = &self.0;
        Ok(match step {
            Step::ToOneKey => Box::new(Keyed(values.map(under_one_key))),
            Step::Window(spec) => Box::new(Keyless(values.window(window(spec)?))),
            Step::Map => Box::new(Keyless(values.map(|value| value))),
            Step::Flatten | Step::Windowed => Box::new(Keyless(values.clone())),
            Step::Reshuffle => return Err(cannot_build("reshuffle of values without keys")),
            Step::GroupByKey
            | Step::CombinePerKey(_)
            | Step::CombinePerKeyWithFanout(..)
            | Step::CombineGlobally(..)
            | Step::WithSide(..)
            | Step::CombineWith(_)
            | Step::WithState(_) => {
                return Err(needs_keys(step));
            }
        })
    }

    fn grouped_with_dropped(
        &self,
        step: &Step,
    ) -> Result<(Box<dyn Stream>, Seen<Dropped>), String> {
        Err(needs_keys(step))
    }

    fn seen(&self, ticks: Option<&Ticks>) -> (CollectionId, Seen<(usize, Pane)>) {
        let seen = panes(&self.0, ticks, |value| (None, case::Value::Number(value.number())));
        (self.0.id(), seen)
    }
}
