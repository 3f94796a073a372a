//! Faults at every place of every round: a run that goes on leaves what one without them leaves,
//! and a run that stops says why, and leaves whole rounds and no file.

#[path = "faults/host.rs"]
mod host;
#[path = "faults/pipelines.rs"]
mod pipelines;
#[path = "faults/sinks.rs"]
mod sinks;
#[path = "faults/source.rs"]
mod source;
#[path = "faults/steps.rs"]
mod steps;
#[path = "faults/switch.rs"]
mod switch;

use heliostat::{
    Interrupt, Job, JobOptions, KeptSavepoint, Result, RunError, RunResult, Savepoint,
    SavepointStore, Seed, catch_panic,
};
use heliostat_micro_batch::MicroBatchRunner;
use heliostat_runner_core::SimulatedHost;
use host::MortalHost;
use pipelines::{Made, made};
use sinks::{Epoch, Lines, Shelf};
use source::Item;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use switch::{Fault, How, KINDS, Kind, Met, Place, Rounds, Step, words};

const SEEDS: u64 = 300;

/// Longer than any run.
const FOR_GOOD: u32 = u32::MAX;

/// What a run leaves behind.
struct Left {
    outcome: Result<RunResult, RunError>,
    met: Met,
    savepoint: Option<Savepoint>,
    epochs: BTreeMap<u64, Epoch>,
    /// Parts of epochs that have not appeared.
    parts: BTreeSet<(u64, u32)>,
    files: BTreeMap<String, String>,
    letters: Vec<(u64, u64)>,
}

/// A store that can fail.
#[derive(Default)]
struct Store(KeptSavepoint);

impl SavepointStore for Store {
    fn store(&mut self, savepoint: &Savepoint) -> Result<()> {
        switch::meet((Kind::Store, Step::Host))?;
        self.0.store(savepoint)
    }
}

/// What becomes of a run if something fails less often than it is tried.
#[derive(Debug, PartialEq, Eq)]
enum Hope {
    /// It is tried again.
    Again,
    /// The run ends.
    Ends,
    /// It depends on where the author's code was called.
    Either,
}

fn hope(fault: Fault, met: &Met) -> Hope {
    match fault.second.filter(|_| met.second_fired) {
        None | Some((Kind::Teardown | Kind::Discard, _)) => hope_of(fault.place, fault.phase),
        Some(_) => Hope::Ends,
    }
}

fn hope_of((kind, _): Place, phase: u32) -> Hope {
    match kind {
        // Nothing is tried again before there is a bundle.
        _ if phase == 0 => Hope::Ends,
        Kind::FillFirst
        | Kind::FillLast
        | Kind::Start
        | Kind::Process
        | Kind::Finish
        | Kind::Timer
        | Kind::Expiry
        | Kind::Open
        | Kind::Write
        | Kind::Prepare
        | Kind::Commit
        | Kind::Appeared => Hope::Again,
        Kind::Task
        | Kind::TaskDone
        | Kind::Position
        | Kind::Setup
        | Kind::Teardown
        | Kind::Add
        | Kind::Merge
        | Kind::Extract
        | Kind::Discard
        | Kind::Recover
        | Kind::Store => Hope::Ends,
        Kind::Watermark | Kind::Clone => Hope::Either,
    }
}

/// A run, from the beginning or from where another one stopped.
struct Leg<'a> {
    made: &'a Made,
    seed: u64,
    from: Option<&'a Left>,
}

impl Leg<'_> {
    /// Runs it with a fault, or without.
    fn run(&self, fault: Option<Fault>) -> Left {
        let made = self.made;
        let epochs = self.from.map_or_else(BTreeMap::new, |from| from.epochs.clone());
        *made.epochs.shelf() = Shelf { epochs, ..Shelf::default() };
        for (name, lines) in self.from.iter().flat_map(|from| &from.files) {
            fs::write(made.lines.folder.join(name), lines).expect("there is room for tests");
        }
        let (interrupt, mut observer, mut store) = (Interrupt::default(), Rounds, Store::default());
        let job = Job::new(&made.graph, &made.functions, &interrupt, &mut observer);
        let mut options = JobOptions::default().saving_to(&mut store);
        options.from = self.from.and_then(|from| from.savepoint.as_ref());
        options.stop_at = made.stop_at.filter(|_| self.from.is_none());
        let host = Arc::new(MortalHost(SimulatedHost::of(self.seed)));
        switch::begin(fault);
        let runner = MicroBatchRunner::new(made.settings.clone());
        let outcome = catch_panic(|| runner.execute_on(host, job.with(options)));
        let met = switch::end();
        let outcome = outcome.unwrap_or_else(|panicked| panic!("it unwinds: {panicked}"));
        let letters = made.letters.as_ref().zip(outcome.as_ref().ok());
        let letters = letters.map_or(Vec::new(), |(letters, result)| result.collected(letters));
        let shelf = std::mem::take(&mut *made.epochs.shelf());
        assert_eq!(shelf.offences, [""; 0]);
        Left {
            outcome,
            met,
            savepoint: (!store.0.is_empty()).then(|| store.0.savepoint().clone()),
            epochs: shelf.epochs,
            parts: shelf.parts,
            files: taken(&made.lines.folder),
            letters: letters.into_iter().map(|(line, Item(value))| (line, value)).collect(),
        }
    }
}

/// All files of a folder, which is empty then.
fn taken(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("it was made") {
        let path = entry.expect("it is there").path();
        let name = path.file_name().expect("it is a file").display().to_string();
        files.insert(name, fs::read_to_string(&path).expect("it is a file"));
        fs::remove_file(path).expect("it is there");
    }
    files
}

/// A run that came to its end in spite of faults is like one without any.
fn assert_same(left: &Left, result: &RunResult, clean: &Left) {
    let want = clean.outcome.as_ref().expect("without faults it runs");
    assert_eq!(result.metrics, want.metrics);
    assert_eq!(result.bad_rows, want.bad_rows);
    assert_eq!(result.written, want.written);
    assert_eq!(result.interrupted, want.interrupted);
    assert_eq!(result.stopped, want.stopped);
    assert_eq!(left.epochs, clean.epochs);
    assert_eq!(left.parts, clean.parts);
    assert_eq!(left.files, clean.files);
    assert_eq!(left.letters, clean.letters);
    let steps = |left: &Left| left.savepoint.as_ref().map(|savepoint| savepoint.steps.clone());
    assert_eq!(steps(left), steps(clean));
}

/// A run that failed says why, and leaves the rounds in front of the one it failed in.
fn assert_failed(
    (left, from): (&Left, Option<&Left>),
    error: &RunError,
    (fault, clean): (Fault, &Left),
) {
    let place = fault.second.filter(|_| left.met.second_fired).unwrap_or(fault.place);
    let words = match (place.0, fault.how) {
        (Kind::Task, How::Error) => "a host does all of its tasks".to_owned(),
        _ => words(place),
    };
    assert!(error.to_string().contains(&words), "it does not say why: {error}");
    if place.0 != Kind::Clone {
        assert_eq!(error.step(), place.1.path(), "{error}");
    }
    // At the end, the file is the last that appears.
    let all = place == (Kind::Commit, Step::File);
    let mut whole = clean.epochs.clone();
    whole.retain(|number, epoch| {
        let is_earlier = from.is_some_and(|from| from.epochs.contains_key(number));
        all || is_earlier || epoch.phase < left.met.phase
    });
    assert_eq!(left.epochs, whole, "it leaves parts of rounds");
    assert_eq!(left.parts, BTreeSet::new(), "parts are left behind");
    let files = from.map_or_else(BTreeMap::new, |from| from.files.clone());
    assert_eq!(left.files, files, "files are left behind, or those of a savepoint are gone");
    assert_eq!(left.savepoint, None, "a savepoint is left behind");
}

fn assert_survived(leg: &Leg<'_>, (fault, clean): (Fault, &Left)) {
    let left = leg.run(Some(fault));
    assert_ne!(left.met.fired, 0, "nothing failed");
    let hope = hope(fault, &left.met);
    let is_tried_again = hope == Hope::Again && fault.times < leg.made.settings.attempts;
    match &left.outcome {
        Ok(result) => {
            assert!(is_tried_again || hope == Hope::Either, "it went on");
            assert_same(&left, result, clean);
        }
        Err(error) => {
            assert!(!is_tried_again, "it was not tried again: {error}");
            if hope != Hope::Either {
                assert_eq!(left.met.phase, fault.phase, "it failed elsewhere: {error}");
            }
            assert_failed((&left, leg.from), error, (fault, clean));
        }
    }
}

/// A run without faults leaves a file, or a savepoint and parts for it.
fn assert_clean(result: &RunResult, clean: &Left) {
    let is_whole = clean.files.keys().map(String::as_str).eq([Lines::FILE]);
    assert_eq!(is_whole, result.stopped.is_none());
    assert_eq!(clean.savepoint.is_some(), result.stopped.is_some_and(|stopped| stopped.saved));
    assert_eq!(clean.savepoint.is_none(), is_whole);
    assert!(is_whole || !clean.files.contains_key(Lines::FILE));
}

/// All faults of one run: every place in every round it is met in, once as often as it can be borne,
/// and for good.
fn faults(leg: &Leg<'_>, clean: &Left) -> Vec<Fault> {
    let mut chance = Seed::new(leg.seed);
    let mut faults = Vec::new();
    for (&(place, phase), &calls) in &clean.met.calls {
        let call = chance.below(calls.into()).try_into().expect("it is less than the calls");
        let how = if chance.below(2) == 0 { How::Error } else { How::Panic };
        let fault = Fault { place, phase, call, how, times: 1, second: None };
        if hope_of(place, phase) == Hope::Ends {
            faults.push(fault);
            continue;
        }
        // Once it has appeared, it has.
        if place.0 != Kind::Appeared {
            faults.push(Fault { times: FOR_GOOD, ..fault });
        }
        let times = leg.made.settings.attempts - 1;
        if 0 < times {
            let mut seconds = seconds(place);
            chance.shuffle(&mut seconds);
            let second = seconds.first().copied().filter(|_| chance.below(3) == 0);
            faults.push(Fault { times, second, ..fault });
        }
    }
    faults
}

/// What a run calls when it clears up behind a fault.
fn seconds((kind, step): Place) -> Vec<Place> {
    let is_read = matches!(step, Step::Read | Step::Flaky | Step::Letters);
    match kind {
        Kind::FillFirst | Kind::FillLast => vec![(Kind::Open, step)],
        Kind::Start | Kind::Process | Kind::Finish | Kind::Timer | Kind::Expiry => {
            let open = is_read.then_some((Kind::Open, Step::Read));
            open.into_iter().chain([(Kind::Setup, step), (Kind::Teardown, step)]).collect()
        }
        Kind::Write | Kind::Prepare => vec![(Kind::Discard, step)],
        Kind::Task
        | Kind::TaskDone
        | Kind::Watermark
        | Kind::Position
        | Kind::Setup
        | Kind::Teardown
        | Kind::Add
        | Kind::Merge
        | Kind::Extract
        | Kind::Clone
        | Kind::Open
        | Kind::Commit
        | Kind::Appeared
        | Kind::Discard
        | Kind::Recover
        | Kind::Store => Vec::new(),
    }
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// What all runs have met.
#[derive(Default)]
struct Tally {
    kinds: BTreeSet<Kind>,
    seconds: BTreeSet<Kind>,
    late: u64,
    late_panes: u64,
}

impl Tally {
    /// Runs it without faults, then with each of them.
    fn try_all(&mut self, leg: &Leg<'_>) -> Left {
        let seed = leg.seed;
        let clean = leg.run(None);
        let result = clean.outcome.as_ref();
        let result = result.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_clean(result, &clean);
        self.late += result.dropped().late;
        self.late_panes += result.metrics.values().map(|step| step.late_panes).sum::<u64>();
        for fault in faults(leg, &clean) {
            self.kinds.insert(fault.place.0);
            self.seconds.extend(fault.second.map(|second| second.0));
            let survived = catch_panic(|| assert_survived(leg, (fault, &clean)));
            survived.unwrap_or_else(|why| panic!("seed {seed}, {fault:?}:\n{why}"));
        }
        clean
    }
}

#[test]
fn faults_leave_whole_rounds_or_no_trace() {
    let name = format!("heliostat-faults-{}", std::process::id());
    let folder = Folder(std::env::temp_dir().join(name));
    fs::create_dir_all(&folder.0).expect("there is room for tests");
    let mut tally = Tally::default();
    for seed in 0..SEEDS {
        let made = made(seed, &folder.0);
        let first = tally.try_all(&Leg { made: &made, seed, from: None });
        if first.savepoint.is_some() {
            tally.try_all(&Leg { made: &made, seed, from: Some(&first) });
        }
    }
    assert_eq!(tally.kinds, BTreeSet::from(KINDS), "some places were not met");
    let seconds = [Kind::Setup, Kind::Teardown, Kind::Open, Kind::Discard];
    assert_eq!(tally.seconds, BTreeSet::from(seconds), "some consequences were not met");
    assert!(0 < tally.late && 0 < tally.late_panes, "nothing was late");
}
