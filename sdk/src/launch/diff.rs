//! `diff`: the same input on several runners, and the smallest part of it on which they differ.
//!
//! All roots are read once and played as one script, event by event, to quiescence after each. By
//! the model (model.md 1.6) every runner must then give exactly the same panes.

mod arguments;
mod roots;
mod input;
mod reading;
mod read;
mod recorder;
mod outcome;
mod difference;
mod pairing;
mod smaller;
mod report;
mod stop;

pub(super) use arguments::with_arguments;

use self::arguments::Asked;
use self::difference::Difference;
use self::input::Input;
use self::outcome::{Outcome, Stage};
use self::reading::Reading;
use self::report::Report;
use self::roots::Roots;
use self::smaller::{Smaller, smaller};
use self::stop::Stop;
use super::build::{Build, build};
use super::check::{Verdict, different};
use super::number::{counted, thousands};
use super::progress::ProgressLine;
use super::signals;
use super::{Exit, Program};
use crate::graph::Graph;
use crate::{Interrupt, Result, Runner};
use clap::ArgMatches;
use std::sync::Arc;

pub(super) fn diff(program: &Program, author: Build<'_>, matches: &ArgMatches) -> Result<Exit> {
    let asked = Asked::of(matches, &program.runners)?;
    let pipeline = build(author, asked.trust)?;
    let (graph, functions) = (pipeline.graph(), pipeline.functions());
    let roots = Roots::of(&graph, &functions);
    let (scripted, script) = roots.scripted(&graph);
    if !program.all_take(&graph, &scripted, &asked.runners) {
        return Ok(Exit::refused());
    }
    let interrupt = Interrupt::new();
    let _watch = signals::watch(&interrupt, &program.console);
    let (console, limits) = (&program.console, asked.limits);
    let reading =
        Reading { graph: &graph, functions: &functions, limits, interrupt: &interrupt, console };
    let exit = reading.input(&roots).and_then(|input| {
        let stage = Stage {
            original: graph.clone(),
            graph: scripted,
            functions: functions.clone(),
            script,
            interrupt: interrupt.clone(),
        };
        let progress = ProgressLine::begin(console);
        let runners = &asked.runners;
        Comparison { program, stage, runners, input: Arc::new(input), progress }.exit()
    });
    Ok(exit.unwrap_or_else(|stop| match stop {
        Stop::Failed(error) => {
            console.remark(format_args!("error: {error}"));
            Exit::failed()
        }
        Stop::Interrupted => {
            console.remark(format_args!("interrupted: nothing more is compared"));
            Exit::interrupted()
        }
    }))
}

impl Program {
    /// Whether all runners take the pipeline with its script; says what keeps them from it.
    fn all_take(&self, graph: &Graph, scripted: &Graph, runners: &[Box<dyn Runner>]) -> bool {
        let verdicts = runners.iter().map(|runner| Verdict::of(scripted, runner.as_ref()));
        let verdicts: Vec<Verdict> = verdicts.collect();
        for problem in different(&verdicts) {
            self.console.remark(format_args!("{problem}"));
        }
        let mut needs_script = Vec::new();
        for (verdict, runner) in verdicts.iter().zip(runners).filter(|it| !it.0.takes_it()) {
            self.console.remark(format_args!("{verdict}"));
            if Verdict::of(graph, runner.as_ref()).takes_it() {
                needs_script.push(runner.name());
            }
        }
        if !needs_script.is_empty() {
            self.console.remark(format_args!(
                "{} would run the pipeline; to be compared, a runner must also play what the \
                 pipeline reads as a script, so that all get the same\n  \
                 help: leave it out of `--runners`",
                listed(&needs_script),
            ));
        }
        verdicts.iter().all(Verdict::takes_it)
    }
}

/// Runs of one pipeline on one input.
struct Comparison<'a> {
    program: &'a Program,
    stage: Stage,
    /// The reference first.
    runners: &'a [Box<dyn Runner>],
    input: Arc<Input>,
    progress: Option<ProgressLine>,
}

impl Comparison<'_> {
    fn exit(mut self) -> Result<Exit, Stop> {
        let reference = match self.steady_reference()? {
            Ok(reference) => reference,
            Err(words) => {
                self.progress = None;
                self.program.console.result(format_args!("{words}"));
                return Ok(Exit::failed());
            }
        };
        let (mut agreeing, mut differing) = (Vec::new(), Vec::new());
        for at in 1..self.runners.len() {
            let other = self.run(at, &Arc::clone(&self.input))?;
            match Difference::between(&reference, &other) {
                None => agreeing.push(at),
                Some(difference) => differing.push((at, difference)),
            }
        }
        let Some((first, difference)) = differing.first() else {
            self.progress = None;
            return Ok(self.agreement(&reference));
        };
        let words = self.disagreement(*first, difference)?;
        self.progress = None;
        let console = &self.program.console;
        console.result(format_args!("{words}"));
        let name = self.name(0);
        for (at, _) in &differing[1..] {
            let other = self.name(*at);
            console.result(format_args!(
                "{name} and {other} differ, too: `--runners {name},{other}` shows where"
            ));
        }
        for at in agreeing {
            console.result(format_args!("{name} and {} agree", self.name(at)));
        }
        Ok(Exit::failed())
    }

    fn name(&self, at: usize) -> &str {
        self.runners[at].name()
    }

    fn run(&mut self, at: usize, input: &Arc<Input>) -> Result<Outcome, Stop> {
        self.stage.run(self.runners[at].as_ref(), Arc::clone(input) as _, &mut self.progress)
    }

    /// What the reference comes to, if it comes to the same when it is run again; else what is to be
    /// said of that, for then no other runner can be blamed.
    ///
    /// Where the order of the elements of a bundle matters, which nothing promises, rows come one by
    /// one from here on.
    fn steady_reference(&mut self) -> Result<Result<Outcome, String>, Stop> {
        let reference = self.run(0, &Arc::clone(&self.input))?;
        if let Some(words) = self.unsteadiness(&reference)? {
            return Ok(Err(words));
        }
        let Some(backwards) = self.input.backwards() else { return Ok(Ok(reference)) };
        let backwards = self.run(0, &Arc::new(backwards))?;
        let Some(difference) = Difference::between(&reference, &backwards) else {
            return Ok(Ok(reference));
        };
        let words = self.words(["in order", "backwards"], &difference);
        self.program.console.remark(format_args!(
            "what the pipeline gives depends on the order of the elements of a bundle, and they \
             have none: two runs on {} differ {words}\nfrom here on rows come one by one",
            self.name(0),
        ));
        self.input = Arc::new(self.input.one_by_one());
        let reference = self.run(0, &Arc::clone(&self.input))?;
        Ok(match self.unsteadiness(&reference)? {
            Some(words) => Err(words),
            None => Ok(reference),
        })
    }

    /// What is said if the reference comes to something else when it is run again.
    fn unsteadiness(&mut self, reference: &Outcome) -> Result<Option<String>, Stop> {
        let again = self.run(0, &Arc::clone(&self.input))?;
        Ok(Difference::between(reference, &again).map(|difference| {
            format!(
                "the pipeline is not deterministic: two runs on {} differ {}\n\
                 nothing was compared, for no runner could be blamed\n  \
                 help: let what it gives depend on its input alone: no clock, no chance, no order \
                 of a hash map, nothing kept between runs",
                self.name(0),
                self.words(["first run", "second run"], &difference),
            )
        }))
    }

    fn words(&self, names: [&str; 2], difference: &Difference) -> String {
        Report { stage: &self.stage, names }.difference(difference)
    }

    fn agreement(&self, reference: &Outcome) -> Exit {
        let names: Vec<&str> = (0..self.runners.len()).map(|at| self.name(at)).collect();
        let (names, rows) = (listed(&names), counted(self.input.rows(), "row"));
        if let Some(error) = &reference.error {
            let console = &self.program.console;
            console.result(format_args!("{names} fail alike, from {rows}"));
            console.remark(format_args!("error: {error}"));
            return Exit::failed();
        }
        let dropped = reference.dropped.values().map(|dropped| dropped.total()).sum();
        let dropped = match dropped {
            0 => String::new(),
            dropped => format!(" and {} dropped", counted(dropped, "element")),
        };
        self.program.console.result(format_args!(
            "{names} agree: {} of {}{dropped}, from {rows}",
            counted(reference.panes(), "pane"),
            counted(reference.writes.len() as u64, "write"),
        ));
        Exit::done()
    }

    /// Where the reference and another differ, on the whole input and on a small one.
    fn disagreement(&mut self, other: usize, difference: &Difference) -> Result<String, Stop> {
        let rows = self.input.rows();
        let [name, other_name] = [0, other].map(|at| self.runners[at].name());
        let names = [name, other_name];
        self.program.console.remark(format_args!(
            "{name} and {other_name} differ on {}; looking for a smaller input",
            counted(rows, "row"),
        ));
        let (kind, whole) = (difference.kind(), Arc::clone(&self.input));
        let mut stop = None;
        let Smaller { input, tries, is_minimal } = smaller(&whole, &kind, |input| {
            // Once somebody wants it to stop, nothing is tried any more.
            let tried = if stop.is_none() { self.both(other, input) } else { Ok(None) };
            let difference = tried.unwrap_or_else(|why| {
                stop = Some(why);
                None
            });
            difference.map(|difference| difference.kind())
        });
        if let Some(stop) = stop {
            return Err(stop);
        }
        let report = Report { stage: &self.stage, names };
        let words = report.difference(difference);
        let small = format!(
            "the smallest input that was found: {} of {} ({}, {} tried):{}",
            thousands(input.rows()),
            counted(rows, "row"),
            if is_minimal { "none of it can be left out" } else { "the search was given up" },
            counted(tries as u64, "input"),
            report.input(&input),
        );
        let on_it = self.both(other, input)?.map_or_else(
            || "on it they agree when they are run again: one of them goes by chance".to_owned(),
            |it| format!("on it:{}", Report { stage: &self.stage, names }.lines_of(&it)),
        );
        Ok(format!("{name} and {other_name} differ {words}\n{small}\n{on_it}"))
    }

    /// How the reference and another differ on an input.
    fn both(&mut self, other: usize, input: Input) -> Result<Option<Difference>, Stop> {
        let input = Arc::new(input);
        let (reference, other) = (self.run(0, &input)?, self.run(other, &input)?);
        Ok(Difference::between(&reference, &other))
    }
}

/// `a, b and c`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}
