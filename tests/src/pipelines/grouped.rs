//! Keys with the group of their values.

use heliostat::{CollectionId, Group, PCollection};

use super::keyed::{Keyed, under_one_key};
use super::script::Value;
use super::seen::panes;
use super::sides::Sides;
use super::stream::{Seen, Stream, cannot_follow};
use super::ticks::Ticks;
use super::windowing::window;
use crate::case::{self, Dropped, Pane, Step};

pub(super) struct Grouped<V: heliostat::Element>(pub(super) PCollection<(String, Group<V>)>);

impl<V: Value> Stream for Grouped<V> {
    fn then(&self, step: &Step, _: &Sides) -> Result<Box<dyn Stream>, String> {
        let groups = &self.0;
        Ok(match step {
            Step::ToOneKey => Box::new(Keyed(groups.flat_map_into(|(_, group), out| {
                for value in group.iter() {
                    out.emit(under_one_key(value?));
                }
                Ok::<(), heliostat::Error>(())
            }))),
            Step::Window(spec) => Box::new(Grouped(groups.window(window(spec)?))),
            Step::Map => Box::new(Grouped(groups.map(|pair| pair))),
            Step::Flatten | Step::Windowed => Box::new(Grouped(groups.clone())),
            Step::Reshuffle => Box::new(Grouped(groups.reshuffle())),
            Step::GroupByKey
            | Step::CombinePerKey(_)
            | Step::CombinePerKeyWithFanout(..)
            | Step::CombineGlobally(..)
            | Step::WithSide(..)
            | Step::CombineWith(_)
            | Step::WithState(_) => {
                return Err(cannot_follow(step, "a grouping"));
            }
        })
    }

    fn grouped_with_dropped(
        &self,
        step: &Step,
    ) -> Result<(Box<dyn Stream>, Seen<Dropped>), String> {
        Err(cannot_follow(step, "a grouping"))
    }

    fn seen(&self, ticks: Option<&Ticks>) -> (CollectionId, Seen<(usize, Pane)>) {
        let seen = panes(&self.0, ticks, |(key, group)| {
            let values = group.to_vec().expect("a group in memory can be read");
            let numbers = values.into_iter().map(Value::number).collect();
            (Some(key.clone()), case::Value::group(numbers))
        });
        (self.0.id(), seen)
    }
}
