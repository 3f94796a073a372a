//! `run`: the pipeline on a runner, to its end or to where it is stopped.

use super::arguments::{EVENTS, chosen_runner, named_file};
use super::build::{Build, Trust, build};
use super::check::Verdict;
use super::events::{EventsFile, Outcome};
use super::progress::ProgressLine;
use super::savepoint::Request;
use super::settings::settings;
use super::signals;
use super::summary::{self, Run};
use super::{Console, Exit, Program, Summary};
use crate::{
    Clock, Duration, Interrupt, InterruptLevel, Job, Observer, Pipeline, Result, RunError,
    RunErrorKind, RunEvent, RunResult, Runner, StopCause, Stopped, SystemClock, Written,
};
use clap::ArgMatches;

/// The setting with which the direct runner trusts the pipeline.
pub(super) const TRUSTING: &str = "trusting";

pub(super) fn run(program: &Program, author: Build<'_>, matches: &ArgMatches) -> Result<Exit> {
    let runner = chosen_runner(matches, &program.runners)?;
    let settings = settings(matches, runner, &program.runners)?;
    let told = settings.contains_key(TRUSTING);
    let trust = if told { Trust::Trusting } else { Trust::of(runner) };
    let runner = runner.configured(&settings)?;
    let runner = runner.as_ref();
    let request = Request::of(matches, runner)?;

    let pipeline = build(author, trust)?;
    let graph = pipeline.graph();
    let mut verdict = Verdict::of(&graph, runner);
    verdict.problems.extend(request.problems(&graph, &pipeline.functions()));
    if !verdict.takes_it() {
        return Ok(program.refuse_pipeline(&graph, runner, &verdict));
    }
    for warning in &verdict.problems {
        program.console.remark(format_args!("{warning}"));
    }
    if let Some(remark) = request.remark(program.name) {
        program.console.remark(format_args!("{remark}"));
    }
    let events = named_file(matches, EVENTS).map(|path| EventsFile::create(path)).transpose()?;
    Ok(program.execute(&pipeline, runner, request, events))
}

impl Program {
    fn execute(
        &self,
        pipeline: &Pipeline,
        runner: &dyn Runner,
        mut request: Request,
        events: Option<EventsFile>,
    ) -> Exit {
        let (graph, functions) = (pipeline.graph(), pipeline.functions());
        let interrupt = Interrupt::new();
        let watch = signals::watch(&interrupt, &self.console);
        let mut reporter = Reporter {
            console: &self.console,
            progress: ProgressLine::begin(&self.console),
            events,
            written: Vec::new(),
        };
        let started = SystemClock.now();
        let job = Job::new(&graph, &functions, &interrupt, &mut reporter);
        let ended = runner.execute(job.with(request.options(self.name)));
        // The system's clock may have been set back meanwhile.
        let elapsed = (SystemClock.now() - started).max(Duration::ZERO);
        drop(watch);

        let Reporter { progress, events, written, .. } = reporter;
        drop(progress);
        let outcome = outcome(&ended, interrupt.level());
        if let Some(Err(error)) = events.map(|events| events.finish(outcome, elapsed)) {
            self.console.remark(format_args!("warning: the events are not whole: {error}"));
        }
        match ended {
            Ok(result) => {
                let run = Run { graph: &graph, result: &result, elapsed };
                self.console.result(format_args!("{}", summary::text(&run)));
                if let Some(told) = request.told(&result) {
                    self.console.result(format_args!("{told}"));
                }
                exit(result, runner, elapsed)
            }
            Err(error) => {
                let exit = self.tell_error(&error, outcome, &written);
                if let Some(way_back) = request.way_back(!written.is_empty()) {
                    self.console.remark(format_args!("{way_back}"));
                }
                exit
            }
        }
    }

    fn tell_error(&self, error: &RunError, outcome: Outcome, written: &[Written]) -> Exit {
        if error.kind() == RunErrorKind::Refused {
            // Its problems say themselves that they are errors.
            self.console.remark(format_args!("{error}"));
            return Exit::refused();
        }
        self.console.remark(format_args!("error: {error}"));
        if written.is_empty() {
            self.console.remark(format_args!("nothing was written"));
        }
        for written in written {
            let wrote = summary::wrote(written);
            self.console.remark(format_args!("before that, the run {wrote}"));
        }
        match outcome {
            Outcome::Interrupted => Exit::interrupted(),
            Outcome::Done | Outcome::Stopped | Outcome::Failed => Exit::failed(),
        }
    }
}

fn exit(result: RunResult, runner: &dyn Runner, elapsed: Duration) -> Exit {
    match (result.stopped.map(|stopped| stopped.cause), result.interrupted) {
        (Some(StopCause::Bundles | StopCause::CaughtUp), _) => Exit::stopped(),
        (Some(StopCause::Interrupt), _) | (None, Some(_)) => Exit::interrupted(),
        (None, None) => Exit::ran(Summary { result, runner: runner.name().to_owned(), elapsed }),
    }
}

fn outcome(ended: &Result<RunResult, RunError>, level: InterruptLevel) -> Outcome {
    match (ended, level) {
        (Ok(RunResult { stopped: Some(Stopped { cause, .. }), .. }), _) => match cause {
            StopCause::Bundles | StopCause::CaughtUp => Outcome::Stopped,
            StopCause::Interrupt => Outcome::Interrupted,
        },
        (Ok(result), _) if result.interrupted.is_some() => Outcome::Interrupted,
        (Ok(_), _) => Outcome::Done,
        // An aborted run has nothing to show, so it ends with an error: the wished one.
        (Err(_), InterruptLevel::Abort) => Outcome::Interrupted,
        (Err(_), InterruptLevel::None | InterruptLevel::Stop) => Outcome::Failed,
    }
}

/// Hands what a run tells to whoever looks on.
struct Reporter<'a> {
    console: &'a Console,
    progress: Option<ProgressLine>,
    events: Option<EventsFile>,
    /// What appeared so far; told if the run fails behind it.
    written: Vec<Written>,
}

impl Observer for Reporter<'_> {
    fn event(&mut self, event: RunEvent) {
        if let Some(events) = &mut self.events {
            events.add(&event);
        }
        match event {
            RunEvent::Progress { elements, watermark, .. } => {
                if let Some(progress) = &mut self.progress {
                    progress.tell(elements, watermark);
                }
            }
            RunEvent::BadRow { step, row } => {
                self.console.remark(format_args!("warning: `{step}` rejected {row}"));
            }
            RunEvent::Written { written, .. } => self.written.push(written),
            RunEvent::Round(_) | RunEvent::Held { .. } | RunEvent::Step { .. } => {}
        }
    }

    fn wants_rounds(&self) -> bool {
        self.events.is_some()
    }
}
