//! The first step of a stage behind an exchange: what time it is there, and what time makes due.

use super::error::WayOut;
use super::operator::{Operator, Work};
use super::{Inspect, StageError, StageWork, guarded};
use crate::keyed::{Keyed, Sides};
use heliostat::graph::{Functions, Graph, Moment, ViewValue};
use heliostat::savepoint::{CodedType, KeyedState, QueuedBatch};
use heliostat::{Error, Result, Timestamp};

impl StageWork {
    fn head(&mut self) -> Option<&mut Operator> {
        self.stage.head.as_ref()?;
        self.operators.first_mut()
    }

    fn keyed(&self) -> Option<&Keyed> {
        match &self.operators.first()?.work {
            Work::Keyed(keyed) => Some(keyed),
            Work::ParDo(_) | Work::Identity | Work::Window(_) => None,
        }
    }

    /// Moves the input watermark and processing time, without firing what is due by them.
    pub fn set_moment(&mut self, moment: Moment) {
        self.moment = moment;
        if let Some(Operator { work: Work::Keyed(keyed), .. }) = self.head() {
            keyed.set_moment(moment);
        }
    }

    /// The input watermark and the processing time it was last told.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// What its head reads beside its main input, for the batches to come.
    ///
    /// # Errors
    /// If user code that it goes through panics.
    pub fn see(&mut self, sides: &[ViewValue]) -> Result<(), StageError> {
        let Some(head) = self.head() else { return Ok(()) };
        let seen = guarded(|| {
            match &mut head.work {
                Work::ParDo(work) => work.see(sides),
                Work::Keyed(keyed) => keyed.see(sides),
                Work::Identity | Work::Window(_) => {}
            }
            Ok(())
        });
        seen.map_err(|error| error.in_step(&head.path))
    }

    /// Whether time has made anything due.
    pub fn has_due(&self) -> bool {
        self.keyed().is_some_and(Keyed::has_due)
    }

    /// Calls back all that is due, as part of the bundle in hand.
    ///
    /// # Errors
    /// If a step fails or panics.
    pub fn fire_due(
        &mut self,
        sides: &Sides<'_>,
        inspect: &mut dyn Inspect,
    ) -> Result<(), StageError> {
        let Some(Operator { work: Work::Keyed(keyed), out, path, .. }) = self.head() else {
            return Ok(());
        };
        if !keyed.has_due() {
            return Ok(());
        }
        let fired = guarded(|| keyed.fire_due(sides, out)).map_err(|error| error.in_step(path));
        // What waited to be sorted is taken here, too.
        let buries = keyed.sorts() && out.have_dead_letters();
        fired.map_err(|error| if buries { error.with(WayOut::Chosen) } else { error })?;
        self.pass_on(0, inspect)
    }

    /// The processing time that some timer waits for: it is due once that has passed.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.keyed().and_then(Keyed::next_deadline)
    }

    /// Nothing that comes out of a stage behind an exchange is earlier.
    pub fn output_watermark(&self) -> Timestamp {
        self.keyed().map_or(self.moment.watermark, Keyed::output_watermark)
    }

    /// Its head's state, in a form that such a stage can go on from; `None` if it keeps none. Only
    /// between bundles.
    pub fn save(
        &self,
        graph: &Graph,
        functions: &Functions,
        output_watermark: Timestamp,
    ) -> Option<(KeyedState, Vec<QueuedBatch>)> {
        let keyed = self.keyed()?;
        let key = CodedType::of_keys(graph.collection(self.stage.input));
        let waiting = keyed.save_sorted(functions.edge(self.stage.input));
        Some((keyed.save(key, output_watermark), waiting))
    }

    /// How many rows [`StageWork::save`] writes.
    pub fn saved_rows(&self) -> usize {
        self.keyed().map_or(0, Keyed::saved_rows)
    }

    /// An estimate of the bytes its head's state takes.
    pub fn state_bytes(&self) -> usize {
        self.keyed().map_or(0, Keyed::bytes)
    }

    /// Replaces its head's state by what [`StageWork::save`] gave.
    ///
    /// # Errors
    /// If it is not what `save` gave for such a stage.
    pub fn load(
        &mut self,
        saved: &KeyedState,
        waiting: &[QueuedBatch],
        functions: &Functions,
    ) -> Result<()> {
        let edge = functions.edge(self.stage.input);
        self.moment.watermark = saved.input_watermark;
        match &mut self.operators[0].work {
            Work::Keyed(keyed) => keyed.load(saved, waiting, edge),
            Work::ParDo(_) | Work::Identity | Work::Window(_) => {
                Err(Error::new("a step without state has none to take up"))
            }
        }
    }

    /// Undoes what a bundle that failed changed in state and timers, and gives all steps a new start.
    ///
    /// # Errors
    /// If a `setup` fails or panics.
    pub fn roll_back(&mut self, functions: &Functions) -> Result<(), StageError> {
        self.operators.iter_mut().for_each(|operator| operator.out.set_one_by_one(false));
        self.operators.iter_mut().try_for_each(|operator| operator.roll_back(functions))
    }
}
