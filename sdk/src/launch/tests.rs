//! Launched programs with runners that only pretend: what they say and how they exit.

use super::Program;
use super::console::{Console, Device};
use crate::runner::Runner;
use crate::savepoint::SavepointHeader;
use crate::{
    BadRow, Capability, DropCounts, Exit, Job, JobOptions, OpenWindows, Pipeline, ReadProgress,
    Result, RoundProgress, RunError, RunEvent, RunResult, Savepoint, Setting, SettingKind,
    StateProgress, StepMetrics, StopCause, Stopped, Support, Timestamp, Written, generate_sequence,
};
use clap::Args;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

mod checks;
mod commands;
mod diffs;
mod relay;
mod runs;
mod savepoints;

/// What a program said, by stream.
#[derive(Clone, Default)]
pub(super) struct Captured {
    results: Stream,
    remarks: Stream,
}

#[derive(Clone, Default)]
struct Stream(Arc<Mutex<Vec<u8>>>);

impl io::Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no test panics while writing").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream {
    fn text(&self) -> String {
        let bytes = self.0.lock().expect("no test panics while writing").clone();
        String::from_utf8(bytes).expect("launch writes text")
    }
}

impl Captured {
    pub(super) fn console(&self) -> Console {
        Console::new(Box::new(self.results.clone()), Box::new(self.remarks.clone()), Device::File)
    }

    pub(super) fn results(&self) -> String {
        self.results.text()
    }

    pub(super) fn remarks(&self) -> String {
        self.remarks.text()
    }
}

/// How a pretended run ends.
#[derive(Clone, Copy, Debug)]
enum Script {
    Done,
    Failed,
    FailedAfterACommit,
    Interrupted,
    /// Has read all there is for now.
    CaughtUp,
    Aborted,
    Stops,
}

/// A runner that tells events and a result by script, and runs nothing.
#[derive(Clone)]
struct Pretender {
    name: &'static str,
    script: Script,
    support: Support,
    matrix: &'static str,
    seed: String,
}

impl Pretender {
    fn new(name: &'static str, script: Script) -> Self {
        let support = Support::everything();
        Self { name, script, support, matrix: "", seed: String::new() }
    }

    fn without_write(name: &'static str) -> Self {
        let support = Support::everything().without(Capability::Write, "it has no sinks");
        Self { support, ..Self::new(name, Script::Done) }
    }
}

impl Runner for Pretender {
    fn name(&self) -> &str {
        self.name
    }

    fn about(&self) -> &str {
        "pretends to run"
    }

    fn version(&self) -> &str {
        "0.0.1"
    }

    fn support(&self) -> Support {
        self.support.clone()
    }

    fn settings(&self) -> Vec<Setting> {
        let seed = SettingKind::Value { default: "0".into() };
        vec![
            Setting { name: "seed", help: "what chance is made from", kind: seed },
            Setting { name: "trusting", help: "checks nothing", kind: SettingKind::Flag },
        ]
    }

    fn configured(&self, settings: &BTreeMap<String, String>) -> Result<Box<dyn Runner>> {
        let seed = settings.get("seed").cloned().unwrap_or_default();
        if !seed.is_empty() {
            seed.parse::<i64>()
                .map_err(|error| crate::Error::from(error).context("the setting `seed`"))?;
        }
        Ok(Box::new(Self { seed, ..self.clone() }))
    }

    fn matrix(&self) -> &str {
        self.matrix
    }

    fn draw_plan(&self, graph: &crate::graph::Graph) -> String {
        format!("{} leaves in one stage\n", graph.leaves().count())
    }

    fn execute(&self, job: Job<'_>) -> Result<RunResult, RunError> {
        let row = BadRow { file: "a.csv".into(), line: 7, reason: "no such month".into() };
        job.observer.event(RunEvent::BadRow { step: "Read".into(), row });
        let watermark = Timestamp::secs(90);
        job.observer.event(RunEvent::Progress { elements: 1_200, watermark, bundles: 3 });
        if job.observer.wants_rounds() {
            job.observer.event(RunEvent::Round(pretended_round(watermark)));
        }
        let written = Written { place: format!("out{}", self.seed), elements: 1_100 };
        let event = RunEvent::Written { step: "Write".into(), written: written.clone() };
        match self.script {
            Script::Done => {
                job.observer.event(event);
                Ok(pretended_result(job.graph, written, None))
            }
            Script::Interrupted => {
                let open = OpenWindows { windows: 12, panes_pending: 5 };
                Ok(pretended_result(job.graph, written, Some(open)))
            }
            Script::CaughtUp => {
                let open = OpenWindows { windows: 12, panes_pending: 5 };
                let mut result = pretended_result(job.graph, written, Some(open));
                let cause = StopCause::CaughtUp;
                result.stopped = Some(Stopped { cause, bundles: 3, saved: false });
                Ok(result)
            }
            Script::Stops => stopped(job, written),
            Script::Failed => Err(RunError::failed("`Divide` failed").in_step("Divide")),
            Script::FailedAfterACommit => {
                job.observer.event(event);
                Err(RunError::failed("the disk is full"))
            }
            Script::Aborted => {
                job.interrupt.request();
                job.interrupt.request();
                Err(RunError::failed("the run was aborted"))
            }
        }
    }
}

/// Stops at once, as if after as many bundles as were asked for or after two.
fn stopped(job: Job<'_>, written: Written) -> Result<RunResult, RunError> {
    let open = OpenWindows { windows: 12, panes_pending: 5 };
    let mut result = pretended_result(job.graph, written, Some(open));
    let JobOptions { program, stop_at, from, savepoints, savepoint_every: _ } = job.options;
    let cause = stop_at.map_or(StopCause::Interrupt, |_| StopCause::Bundles);
    let bundles = stop_at.unwrap_or(2);
    result.stopped = Some(Stopped { cause, bundles, saved: savepoints.is_some() });
    if let Some(store) = savepoints {
        let before = from.map_or(0, |savepoint| savepoint.header.bundles);
        let savepoint = Savepoint::new(SavepointHeader {
            program: program.to_owned(),
            bundles: before + bundles,
            ..SavepointHeader::written_by("direct", "0.0.1")
        });
        store.store(&savepoint).map_err(|error| RunError::failed(error.to_string()))?;
        result.written.clear();
    }
    Ok(result)
}

/// A round of two milliseconds and a half, with two reads and two steps that keep something.
fn pretended_round(watermark: Timestamp) -> RoundProgress {
    let read = |step: &str, elements, bad_rows| {
        let step = step.into();
        ReadProgress { step, elements, bad_rows, watermark }
    };
    let state = |step: &str, rows, bytes| {
        let step = step.into();
        StateProgress { step, rows, bytes, watermark: Timestamp::MIN }
    };
    RoundProgress {
        round: 3,
        reads: vec![read("Read", 900, 4), read("Read 2", 100, 0)],
        processed: 4_000,
        watermark: Timestamp::MIN,
        state: vec![state("Sum", 40, Some(2_048)), state("Count", 2, None)],
        dropped: DropCounts { late: 2, closed: 1 },
        read_micros: 1_500,
        settle_micros: 750,
        commit_micros: 250,
    }
}

/// Counts for the read and for a step that drops.
fn pretended_result(
    graph: &crate::graph::Graph,
    written: Written,
    interrupted: Option<OpenWindows>,
) -> RunResult {
    let read = graph.leaves().next().expect("the pipeline begins with a read").path.clone();
    let last = graph.leaves().last().expect("the pipeline ends with a write").path.clone();
    let mut result = RunResult { interrupted, ..RunResult::default() };
    let counts = StepMetrics { elements_out: 1_200, bad_rows: 4, ..StepMetrics::default() };
    result.metrics.insert(read, counts);
    let dropped = DropCounts { late: 99, closed: 1 };
    let counts =
        StepMetrics { elements_in: 1_200, dropped, dead_letters: 2, ..StepMetrics::default() };
    result.metrics.insert(last.clone(), counts);
    result.written.insert(last, written);
    result
}

#[derive(Args)]
struct Options {
    /// The first number that is left out.
    #[arg(long, default_value_t = 9)]
    end: u64,
}

/// A pipeline without problems.
fn numbers(pipeline: &Pipeline, options: &Options) -> Result<()> {
    pipeline.read(generate_sequence(0..options.end)).collect();
    Ok(())
}

/// A pipeline that would never emit.
fn endless_group(pipeline: &Pipeline, options: &Options) -> Result<()> {
    let numbers = pipeline.read(generate_sequence(0..options.end).unbounded());
    numbers.with_keys(|number| number % 2).sum_per_key().collect();
    Ok(())
}

/// Another pipeline each time.
fn changing(pipeline: &Pipeline, _: &Options) -> Result<()> {
    static BUILDS: AtomicU64 = AtomicU64::new(0);
    let build = BUILDS.fetch_add(1, Ordering::SeqCst);
    pipeline.read(generate_sequence(0..9)).map(|n| n).named(&format!("Step {build}")).collect();
    Ok(())
}

type Build<O> = fn(&Pipeline, &O) -> Result<()>;

/// What a program with these runners does with this command line, written with spaces.
fn launched<O: Args>(
    runners: Vec<Pretender>,
    build: Build<O>,
    command_line: &str,
) -> (Exit, Captured) {
    let runners = runners.into_iter().map(|runner| Box::new(runner) as Box<dyn Runner>).collect();
    launched_on(runners, build, command_line)
}

/// The same with runners of any kind.
fn launched_on<O: Args>(
    runners: Vec<Box<dyn Runner>>,
    build: Build<O>,
    command_line: &str,
) -> (Exit, Captured) {
    let captured = Captured::default();
    let program = Program { name: "numbers", runners, console: captured.console() };
    let args = command_line.split_whitespace().map(OsString::from);
    (program.launch(build, args), captured)
}

fn direct(script: Script) -> Vec<Pretender> {
    vec![Pretender::new("direct", script)]
}

fn both() -> Vec<Pretender> {
    vec![Pretender::new("direct", Script::Done), Pretender::new("rounds", Script::Done)]
}
