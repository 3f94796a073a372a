//! A bundle of a stage: what goes in, how large it gets, how often it is tried.

use super::{BundleOutput, Inspect, Pause, Retries, StageError, StageWork, Tries};
use crate::{Admitted, Exchange, Target, ViewStore};
use heliostat::RunError;
use heliostat::batch::Batch;
use heliostat::graph::Functions;
use std::collections::VecDeque;

/// A bundle that has made more than so many bytes for groupings and sinks ends at the next batch
/// (never under a script, whose bundles are exact).
const BUNDLE_OUTPUT_BYTES_MAX: usize = 64 << 20;

/// What waits for a stage goes in in batches of at most so many elements.
const BATCH_ELEMENTS_MAX: usize = 16_384;

/// How what waits for a stage becomes bundles.
#[derive(Clone, Copy, Debug)]
pub struct Bundling<'a> {
    /// Whether a script says what the bundles are: none is cut.
    pub scripted: bool,
    /// How often a bundle is tried, at least once, before the elements of steps with dead letters are
    /// taken one by one.
    pub retries: Retries,
    /// How it waits in between.
    pub pause: Pause<'a>,
    /// What messages call the bundle.
    pub number: u64,
}

impl Bundling<'_> {
    /// What waits, cut into batches unless a script says what they are.
    pub fn batches(self, parts: Vec<Admitted>) -> VecDeque<Admitted> {
        if self.scripted { parts.into() } else { parts.into_iter().flat_map(in_batches).collect() }
    }

    /// One bundle from the front of `rest`, and of what time has made due, as often as it may be
    /// tried. `views` is what the head of the stage reads beside its main input.
    ///
    /// # Errors
    /// What the last try said.
    pub fn run(
        self,
        (functions, views): (&Functions, &[&ViewStore]),
        (stage, exchange): (&mut StageWork, &mut Exchange),
        rest: &mut VecDeque<Admitted>,
        inspect: &mut dyn Inspect,
    ) -> Result<BundleOutput, RunError> {
        let mut tries = Tries::of(self.retries, self.pause);
        loop {
            let again = tries.are_left() || stage.has_dead_letters() && !tries.one_by_one();
            let mut kept = Vec::new();
            let into = again.then_some(&mut kept);
            let filled = self.fill((functions, stage, exchange), rest, into, inspect);
            let sides = |window: &_| views.iter().map(|view| view.value(window)).collect();
            let tried = filled
                .and_then(|()| stage.fire_due(&sides, inspect))
                .and_then(|()| stage.finish_bundle(inspect));
            let this = tries.attempt(self.number);
            match tried {
                Ok(output) => return Ok(output),
                Err(error) if !tries.go_on(Some(&error)) => return Err(error.into_run_error(this)),
                Err(_) => {}
            }
            kept.into_iter().rev().for_each(|part| rest.push_front(part));
            stage.roll_back(functions).map_err(|error| error.into_run_error(this))?;
            if tries.one_by_one() {
                stage.take_one_by_one();
            }
        }
    }

    /// Begins a try; what it takes from `rest` is lent to `kept`, if it may fail.
    fn fill(
        self,
        (functions, stage, exchange): (&Functions, &mut StageWork, &mut Exchange),
        rest: &mut VecDeque<Admitted>,
        mut kept: Option<&mut Vec<Admitted>>,
        inspect: &mut dyn Inspect,
    ) -> Result<(), StageError> {
        stage.start_bundle()?;
        while let Some(Admitted { sides, mut batch }) = rest.pop_front() {
            if let Some(kept) = &mut kept {
                kept.push(Admitted { sides: sides.clone(), batch: batch.lend() });
            }
            if !sides.is_empty() {
                stage.see(&sides)?;
            }
            stage.take_room(&mut exchange.room);
            stage.process(&mut batch, inspect)?;
            exchange.give_back(batch);
            let mut full = || BUNDLE_OUTPUT_BYTES_MAX < stage.pending_bytes(functions);
            if !self.scripted && !rest.is_empty() && full() {
                break;
            }
        }
        Ok(())
    }
}

impl StageWork {
    /// Takes a batch that was emptied for each target that has given none back itself.
    pub fn take_room(&mut self, room: &mut Vec<(Target, Batch)>) {
        for (spare, (_, target)) in self.spare.iter_mut().zip(&self.stage.targets) {
            if spare.is_none()
                && let Some(at) = room.iter().rposition(|(of, _)| of == target)
            {
                *spare = Some(room.swap_remove(at).1);
            }
        }
    }
}

/// The elements in batches of at most `BATCH_ELEMENTS_MAX`.
fn in_batches(part: Admitted) -> Vec<Admitted> {
    let Admitted { sides, batch } = part;
    if batch.len() <= BATCH_ELEMENTS_MAX {
        return vec![Admitted { sides, batch }];
    }
    let len = u32::try_from(batch.len()).expect("a batch has fewer than 2^32 elements");
    let all: Vec<u32> = (0..len).collect();
    let part = |part| Admitted { sides: sides.clone(), batch: batch.select(part) };
    all.chunks(BATCH_ELEMENTS_MAX).map(part).collect()
}
