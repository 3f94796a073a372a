//! Where what a stage made goes: to the lanes that its keys are at home on, evenly, or nowhere else.

use super::{Site, lane_of};
use crate::{GroupingId, Lifting, StageId, guarded};
use heliostat::RunError;
use heliostat::batch::Batch;
use heliostat::graph::kernel::KeyGroups;
use heliostat::graph::{Composite, Transform};

/// Finds the homes of elements, on one lane.
pub struct Homes {
    lanes: usize,
    groupings: Vec<Box<dyn KeyGroups>>,
    /// For stages behind an exchange by key.
    stages: Vec<Option<Box<dyn KeyGroups>>>,
    /// Where the next batch begins that is spread evenly: a small one does not reach all lanes.
    turn: usize,
}

/// How the elements of an exchange are spread over lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// To the homes of their keys.
    ByKey,
    /// To all lanes alike.
    Evenly,
    /// They stay where they are.
    Stay,
}

impl Homes {
    /// For so many lanes; `seed` keys hashes.
    pub fn of(site: Site<'_>, lanes: usize, seed: u64) -> Self {
        let Site { plan, graph, functions } = site;
        let groupings = plan.groupings.iter().map(|grouping| {
            let path = &graph.step(grouping.step).path;
            match grouping.lifting {
                Lifting::Lifted => functions.lift(path).merging().key_groups(seed),
                Lifting::Liftable | Lifting::NotLiftable(_) => {
                    functions.kernels(path).key_groups(seed)
                }
            }
        });
        let stages = plan.stages.iter().map(|stage| {
            let step = graph.step(stage.head.as_ref()?.step);
            let by_key = site.spread(stage.id) == Spread::ByKey;
            by_key.then(|| functions.keyed(&step.path).key_groups(seed))
        });
        Self { lanes, groupings: groupings.collect(), stages: stages.collect(), turn: 0 }
    }

    /// What goes into a grouping, by the lanes that its keys are at home on.
    ///
    /// # Errors
    /// If user code that it goes through panics.
    pub fn of_grouping(
        &mut self,
        site: Site<'_>,
        id: GroupingId,
        batch: Batch,
    ) -> Result<Vec<(usize, Batch)>, RunError> {
        let path = &site.graph.step(site.plan.groupings[id.0 as usize].step).path;
        let groups = self.groupings[id.0 as usize].as_mut();
        guarded(path, || scattered(batch, self.lanes, To::Homes(groups)))
    }

    /// What a lane makes for a stage behind an exchange, by the lanes it goes to.
    ///
    /// # Errors
    /// If user code that it goes through panics.
    pub fn of_stage(
        &mut self,
        site: Site<'_>,
        (id, from): (StageId, usize),
        batch: Batch,
    ) -> Result<Vec<(usize, Batch)>, RunError> {
        let head = site.plan.stages[id.0 as usize].head.as_ref().expect("it has a head");
        let path = &site.graph.step(head.step).path;
        match (site.spread(id), &mut self.stages[id.0 as usize]) {
            (Spread::ByKey, Some(groups)) => {
                guarded(path, || scattered(batch, self.lanes, To::Homes(groups.as_mut())))
            }
            (Spread::Evenly, _) => {
                self.turn = (self.turn + 1) % self.lanes;
                guarded(path, || scattered(batch, self.lanes, To::All(self.turn)))
            }
            (Spread::Stay | Spread::ByKey, _) => Ok(vec![(from, batch)]),
        }
    }
}

impl Site<'_> {
    /// How what goes to a stage behind an exchange is spread.
    pub fn spread(self, stage: StageId) -> Spread {
        let head = self.plan.stages[stage.0 as usize].head.as_ref();
        match &self.graph.step(head.expect("it has a head").step).transform {
            Transform::ParDo(spec) if spec.is_keyed() => Spread::ByKey,
            Transform::Composite(Composite::Reshuffle) => Spread::Evenly,
            Transform::ParDo(_)
            | Transform::Impulse
            | Transform::GroupByKey
            | Transform::Flatten
            | Transform::WindowInto(_)
            | Transform::TestStream(_)
            | Transform::Composite(_) => Spread::Stay,
        }
    }
}

/// Where the elements of a batch go.
enum To<'a> {
    Homes(&'a mut dyn KeyGroups),
    /// To all lanes alike, from this one on.
    All(usize),
}

/// The batch in parts by lane.
fn scattered(mut batch: Batch, lanes: usize, goes: To<'_>) -> Vec<(usize, Batch)> {
    if lanes == 1 {
        return vec![(0, batch)];
    }
    let mut to = Vec::with_capacity(batch.len());
    match goes {
        To::Homes(groups) => {
            groups.find(batch.values.as_ref(), &mut to);
            to.iter_mut().for_each(|group| *group = number_of(lane_of(*group, lanes)));
        }
        To::All(first) => {
            let len = batch.len();
            to.extend((0..len).map(|at| number_of((first + at * lanes / len) % lanes)));
        }
    }
    let parts = batch.scattered(&to, lanes).into_iter().enumerate();
    parts.filter(|(_, batch)| !batch.is_empty()).collect()
}

/// The number of a lane as an element of a column.
///
/// # Panics
/// If there are 2^32 lanes.
pub fn number_of(lane: usize) -> u32 {
    u32::try_from(lane).expect("there are fewer than 2^32 lanes")
}
