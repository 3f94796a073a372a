//! Savepoints and pipelines that have changed, and sinks that appear epoch by epoch.

use heliostat::graph::{SinkStyle, WriteSpec};
use heliostat::prelude::*;
use heliostat::{Completion, JobOptions, KeptSavepoint, Problem, RunErrorKind, Savepoint, Written};
use heliostat_direct::DirectRunner;
use std::sync::{Arc, Mutex};

const NUMBERS: u64 = 5_000;

/// The form of the sums: what an author may change between two runs.
struct Form {
    name: &'static str,
    formerly: &'static [&'static str],
    window: Window,
    /// Whether there are sums at all.
    summed: bool,
}

impl Default for Form {
    fn default() -> Self {
        Self { name: "Sums", formerly: &[], window: minutes_of(60), summed: true }
    }
}

fn minutes_of(lateness: i64) -> Window {
    let trigger = after_watermark().late(after_count(1));
    Window::fixed(minutes(1)).trigger(trigger).allowed_lateness(secs(lateness)).accumulating()
}

/// Numbers a tenth of a second apart, summed by their last digit and minute.
fn built(form: &Form) -> (Pipeline, Collected<Windowed<(u64, u64)>>) {
    let pipeline = Pipeline::new();
    let numbers =
        generate_sequence(0..NUMBERS).event_time(Timestamp::secs(0), millis(100)).unbounded();
    let pairs = pipeline.read(numbers).named("Numbers").map(|n| (n % 10, n));
    let pairs = pairs.window(form.window.clone());
    if !form.summed {
        return (pipeline, pairs.windowed().collect());
    }
    let sums = pairs.sum_per_key().named(form.name);
    let sums = form.formerly.iter().fold(sums, |sums, path| sums.formerly(path));
    let sums = sums.windowed().collect();
    (pipeline, sums)
}

fn savepoint_of(form: &Form, runner: &DirectRunner) -> Savepoint {
    let mut kept = KeptSavepoint::default();
    let options = JobOptions::default().stopping_at(2).saving_to(&mut kept);
    let stopped = runner.run_with(&built(form).0, options).expect("it can be stopped");
    assert_eq!(stopped.stopped.map(|it| (it.bundles, it.saved)), Some((2, true)));
    kept.savepoint().clone()
}

/// What the sums are, in an order that does not depend on bundles.
fn sums(form: &Form, runner: &DirectRunner, from: Option<&Savepoint>) -> Vec<String> {
    let (pipeline, sums) = built(form);
    let options = JobOptions { from, ..JobOptions::default() };
    let result = runner.run_with(&pipeline, options).expect("it goes on");
    let text = |sum: &Windowed<(u64, u64)>| format!("{:?} {} {}", sum.value, sum.window, sum.pane);
    let mut texts: Vec<String> = result.collected(&sums).iter().map(text).collect();
    texts.sort();
    texts
}

#[test]
fn a_grouping_that_was_renamed_goes_on_from_its_savepoint() {
    let (old, renamed) =
        (Form::default(), Form { name: "Totals", formerly: &["Sums"], ..Form::default() });
    for seed in 0..6 {
        let (before, after) = (DirectRunner::default().seed(seed), DirectRunner::default());
        let savepoint = savepoint_of(&old, &before);
        assert!(savepoint.step("Sums").is_some());
        let undisturbed = sums(&old, &before, None);
        assert_eq!(undisturbed.len(), 90, "ten digits in nine minutes");
        assert_eq!(sums(&renamed, &after, Some(&savepoint)), undisturbed, "seed {seed}");
        assert_eq!(sums(&renamed, &after.trusting(), Some(&savepoint)), undisturbed, "{seed}");
    }
}

#[test]
fn what_a_savepoint_does_not_fit_is_refused_by_the_name_of_the_step() {
    let runner = DirectRunner::default();
    let savepoint = savepoint_of(&Form::default(), &runner);
    let untriggered = Window::fixed(minutes(1)).allowed_lateness(secs(60)).accumulating();
    let hourly = Window::fixed(hours(1)).allowed_lateness(secs(60)).accumulating();
    let other = |window: Window| Form { window, ..Form::default() };
    for (form, code, step, words) in [
        (
            Form { name: "Totals", ..Form::default() },
            "state-without-step",
            "Sums",
            "`Sums` has state in the savepoint and is no step of the pipeline",
        ),
        (
            Form { summed: false, ..Form::default() },
            "state-without-step",
            "Sums",
            "`Sums` has state in the savepoint and is no step of the pipeline",
        ),
        (other(untriggered), "state-windowing-changed", "Sums", "trigger"),
        (other(hourly), "state-windowing-changed", "Sums", "window function"),
        (other(minutes_of(30)), "state-windowing-changed", "Sums", "allowed lateness"),
    ] {
        let problem = refused(&built(&form).0, &savepoint);
        assert_eq!((problem.code, problem.step.as_str()), (code, step), "{problem}");
        assert!(problem.to_string().contains(words), "{problem}");
    }

    let pipeline = Pipeline::new();
    let numbers = pipeline.read(generate_sequence(0..9)).named("Numbers");
    let pairs = numbers.map(|n| (n.to_string(), n)).window(minutes_of(60));
    pairs.sum_per_key().named("Sums").collect();
    let problem = refused(&pipeline, &savepoint);
    assert_eq!((problem.code, problem.step.as_str()), ("state-coder-changed", "Sums"));
    assert!(problem.to_string().contains("now it is String (string_utf8)"), "{problem}");
}

/// The one problem of a pipeline with a savepoint.
#[track_caller]
fn refused(pipeline: &Pipeline, savepoint: &Savepoint) -> Problem {
    let options = JobOptions::default().from_savepoint(savepoint);
    let error = DirectRunner::default().run_with(pipeline, options).expect_err("it does not fit");
    assert_eq!(error.kind(), RunErrorKind::Refused, "{error}");
    let [problem] = error.problems() else { panic!("one problem: {error}") };
    problem.clone()
}

/// Parts by their epoch, each of which appears as soon as it may.
#[derive(Clone, Default)]
struct Ledger(Arc<Mutex<Vec<(u64, usize)>>>);

struct Page(u64, usize);

impl Write for Ledger {
    type Element = u64;
    type Committable = (u64, u64);
    type Writer = Page;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::PerEpoch, about: "a ledger".into() }
    }

    fn open(&self, epoch: u64, _shard: u32) -> Result<Page> {
        Ok(Page(epoch, 0))
    }

    fn commit(&self, parts: Vec<(u64, u64)>, _: Completion) -> Result<Written> {
        let mut pages = self.0.lock().expect("nobody panics with it");
        for &(epoch, count) in &parts {
            // A part that is there already changes nothing.
            if pages.iter().all(|page| page.0 != epoch) {
                pages.push((epoch, usize::try_from(count).unwrap_or_default()));
            }
        }
        Ok(Written { place: "a ledger".into(), elements: parts.iter().map(|it| it.1).sum() })
    }
}

impl Writer for Page {
    type Element = u64;
    type Committable = (u64, u64);

    fn write(&mut self, elements: &mut Vec<u64>) -> Result<()> {
        self.1 += elements.len();
        elements.clear();
        Ok(())
    }

    fn prepare(self) -> Result<(u64, u64)> {
        Ok((self.0, self.1 as u64))
    }
}

#[test]
fn a_sink_that_appears_epoch_by_epoch_does_so_behind_each_savepoint() {
    let ledger = Ledger::default();
    let pipeline = Pipeline::new();
    pipeline.read(generate_sequence(0..NUMBERS)).write(ledger.clone());
    let runner = DirectRunner::default();
    let mut savepoints: Vec<KeptSavepoint> = Vec::new();
    for epoch in 0..3_u64 {
        let mut kept = KeptSavepoint::default();
        let from = savepoints.last().map(KeptSavepoint::savepoint);
        let options = JobOptions { from, ..JobOptions::default() };
        let options = options.stopping_at(1).saving_to(&mut kept);
        let result = runner.run_with(&pipeline, options).expect("it can be stopped");
        assert_eq!(result.written.len(), 1, "epoch {epoch} has appeared");
        savepoints.push(kept);
    }
    let from = savepoints[2].savepoint();
    let options = JobOptions::default().from_savepoint(from);
    runner.run_with(&pipeline, options).expect("it goes on");
    let pages = ledger.0.lock().expect("nobody panics with it").clone();
    assert_eq!(pages.iter().map(|page| page.0).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(pages.iter().map(|page| page.1 as u64).sum::<u64>(), NUMBERS);
}

#[test]
fn an_epoch_that_a_run_did_not_come_to_commit_appears_when_the_next_one_begins() {
    let pipeline = Pipeline::new();
    let first = Ledger::default();
    pipeline.read(generate_sequence(0..NUMBERS)).write(first);
    let mut kept = KeptSavepoint::default();
    let options = JobOptions::default().stopping_at(1).saving_to(&mut kept);
    DirectRunner::default().run_with(&pipeline, options).expect("it can be stopped");

    // As if the process had ended between the savepoint and the commit: this ledger knows nothing.
    let (pipeline, second) = (Pipeline::new(), Ledger::default());
    pipeline.read(generate_sequence(0..NUMBERS)).write(second.clone());
    let options = JobOptions::default().from_savepoint(kept.savepoint());
    DirectRunner::default().run_with(&pipeline, options).expect("it goes on");
    let pages = second.0.lock().expect("nobody panics with it").clone();
    assert_eq!(pages.iter().map(|page| page.0).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(pages.iter().map(|page| page.1 as u64).sum::<u64>(), NUMBERS);
}
