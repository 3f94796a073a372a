//! The whole runner under one seeded scheduler: whatever its order, its faults and its savepoints, a
//! run that comes to its end has every row once, and one that does not says why and shows nothing.

#[path = "simulated/faults.rs"]
mod faults;
#[path = "simulated/pipelines.rs"]
mod pipelines;
#[path = "simulated/sink.rs"]
mod sink;
#[path = "simulated/source.rs"]
mod source;

use faults::{Faults, MortalHost, Place};
use heliostat::{
    Duration, Interrupt, Job, JobOptions, KeptSavepoint, NoObserver, Result, RunError, RunResult,
    Savepoint, SavepointStore, Seed,
};
use heliostat_per_record::{PerRecordRunner, PerRecordSettings};
use pipelines::{Made, made};
use sink::Totals;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many pipelines are tried; a longer run sets it with the environment variable of this name.
const SEEDS: &str = "HELIOSTAT_SIMULATED_SEEDS";

/// From 0 on, or from the environment: `10000`, or `536..537`.
fn seeds() -> std::ops::Range<u64> {
    let given = std::env::var(SEEDS).unwrap_or_default();
    let (first, end) = given.split_once("..").unwrap_or(("0", &given));
    first.parse().unwrap_or(0)..end.parse().unwrap_or(300)
}

/// Settings that a seed draws: all that must not show.
fn settings(seed: u64) -> PerRecordSettings {
    let mut chance = Seed::new(seed ^ 0x5e77);
    let mut pick = |of: [usize; 4]| of[usize::try_from(chance.below(4)).unwrap_or_default()];
    PerRecordSettings {
        workers: pick([1, 2, 3, 4]),
        mailbox_bytes: pick([1, 40, 400, 1 << 20]),
        bundle_elements: pick([1, 3, 20, 16_384]),
        attempts: 3,
        simulated: true,
        seed,
        ..PerRecordSettings::default()
    }
}

/// A run that is simulated.
struct Run<'a> {
    made: &'a Made,
    seed: u64,
    from: Option<&'a Savepoint>,
    faults: &'a Arc<Faults>,
}

impl Run<'_> {
    fn run(&self) -> Result<RunResult, RunError> {
        self.run_saving(None)
    }

    /// With savepoints, as often as it can.
    fn run_saving(&self, store: Option<&mut Kept<'_>>) -> Result<RunResult, RunError> {
        let (interrupt, mut observer) = (Interrupt::new(), NoObserver);
        let Made { graph, functions, .. } = self.made;
        let job = Job::new(graph, functions, &interrupt, &mut observer);
        let mut options = JobOptions { from: self.from, ..JobOptions::default() };
        if let Some(store) = store {
            options = options.saving_to(store).saving_every(Duration::ZERO);
        }
        let host = Arc::new(MortalHost::of(self.seed, Arc::clone(self.faults)));
        PerRecordRunner::new(settings(self.seed)).execute_on(host, job.with(options))
    }
}

/// Keeps every savepoint, and what had appeared when it was stored.
struct Kept<'a> {
    totals: &'a Totals,
    all: Vec<(Savepoint, Totals)>,
}

impl SavepointStore for Kept<'_> {
    fn store(&mut self, savepoint: &Savepoint) -> Result<()> {
        let mut through_bytes = KeptSavepoint::default();
        through_bytes.store(savepoint)?;
        self.all.push((through_bytes.savepoint().clone(), self.totals.copied()));
        Ok(())
    }
}

#[test]
fn every_row_is_there_once_and_the_same_seed_gives_the_same_run() {
    for seed in seeds() {
        let [first, again] = [0, 1].map(|_| {
            let made = made(seed);
            let run = Run { made: &made, seed, from: None, faults: &Faults::none() };
            let result = run.run();
            let result = result.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            assert_eq!(made.totals.sums(), made.wanted, "seed {seed}");
            (made.totals.rows(), result.metrics)
        });
        assert_eq!(first, again, "seed {seed}");
    }
}

#[test]
fn a_run_goes_on_from_every_savepoint_it_took_on_its_way() {
    let mut went_on = 0;
    for seed in seeds() {
        let made = made(seed);
        let mut kept = Kept { totals: &made.totals, all: Vec::new() };
        let run = Run { made: &made, seed, from: None, faults: &Faults::none() };
        let ran = run.run_saving(Some(&mut kept));
        ran.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_eq!(made.totals.sums(), made.wanted, "seed {seed}");
        let step = kept.all.len() / 5 + 1;
        for (at, (savepoint, appeared)) in kept.all.iter().enumerate().step_by(step) {
            let made = made.begun_with(appeared);
            let other = seed + 1_000 * (at as u64 + 1);
            let run =
                Run { made: &made, seed: other, from: Some(savepoint), faults: &Faults::none() };
            run.run().unwrap_or_else(|error| panic!("seed {seed}, savepoint {at}: {error}"));
            assert_eq!(made.totals.sums(), made.wanted, "seed {seed}, savepoint {at}");
            went_on += 1;
        }
    }
    assert!(0 < went_on, "there are savepoints to go on from");
}

#[test]
fn what_fails_is_tried_again_or_ends_the_run_with_nothing_shown() {
    let (mut survived, mut ended, mut tried) = (0, 0, BTreeSet::new());
    for seed in seeds() {
        let clean = Faults::none();
        let counted = pipelines::made_with(seed, &clean);
        let run = Run { made: &counted, seed, from: None, faults: &clean };
        run.run().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        for (place, calls) in clean.met() {
            let mut chance = Seed::new(seed);
            tried.insert(place);
            for times in [1, u32::MAX] {
                let faults = Faults::at(place, chance.below(calls), times);
                let made = pipelines::made_with(seed, &faults);
                let run = Run { made: &made, seed, from: None, faults: &faults };
                let what = format!("seed {seed}, {place:?} {times} times");
                match run.run() {
                    Ok(_) => {
                        assert!(place.is_tried_again() && times == 1, "{what}: it went on");
                        assert_eq!(made.totals.sums(), made.wanted, "{what}");
                        survived += 1;
                    }
                    Err(error) => {
                        assert!(!place.is_tried_again() || times != 1, "{what}: {error}");
                        assert!(error.to_string().contains(place.words()), "{what}: {error}");
                        assert!(made.totals.rows().is_empty(), "{what}: it shows something");
                        assert_eq!(made.totals.parts(), 0, "{what}: parts are left");
                        ended += 1;
                    }
                }
            }
        }
    }
    assert!(0 < survived && 0 < ended);
    assert_eq!(tried, BTreeSet::from(Place::ALL), "some places were not met");
}
