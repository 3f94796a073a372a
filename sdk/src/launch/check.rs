//! `check`: what keeps a runner from taking the pipeline, without running it.

mod answer;

use super::arguments::{ALL, JSON, NONE_LINKED, chosen_runner, flag, format};
use super::build::{Build, Trust, build};
use super::number::counted;
use super::{Exit, Program};
use crate::graph::{Graph, Requirement};
use crate::preflight::{self, Problem, Severity};
use crate::{Error, Result, Runner};
use clap::ArgMatches;
use std::collections::BTreeSet;
use std::fmt;

pub(super) fn check(program: &Program, author: Build<'_>, matches: &ArgMatches) -> Result<Exit> {
    let asked: Vec<&dyn Runner> = if flag(matches, ALL) {
        program.runners.iter().map(AsRef::as_ref).collect()
    } else {
        vec![chosen_runner(matches, &program.runners)?]
    };
    if asked.is_empty() {
        return Err(Error::new(NONE_LINKED));
    }
    let trust = asked.iter().map(|runner| Trust::of(*runner)).max().unwrap_or(Trust::Trusting);
    let graph = build(author, trust)?.graph();

    let verdicts: Vec<Verdict> = asked.iter().map(|runner| Verdict::of(&graph, *runner)).collect();
    let refused = verdicts.iter().any(|verdict| !verdict.takes_it());
    if format(matches) == JSON {
        let json = answer::json(program, &graph, &verdicts)?;
        program.console.result(format_args!("{json}"));
    } else {
        tell(program, &graph, &verdicts);
        let others = if refused { other_runners(&graph, &program.runners, &asked) } else { None };
        if let Some(help) = others {
            program.console.result(format_args!("{help}"));
        }
        if let Some(taking) = verdicts.iter().find(|verdict| verdict.takes_it()) {
            let (name, runner) = (program.name, &taking.runner);
            let run =
                format_args!("to run it: `{name} run --runner {runner}` with the same options");
            program.console.result(run);
        }
    }
    Ok(if refused { Exit::refused() } else { Exit::done() })
}

/// All of it for people.
fn tell(program: &Program, graph: &Graph, verdicts: &[Verdict]) {
    for problem in different(verdicts) {
        program.console.result(format_args!("{problem}"));
    }
    for verdict in verdicts {
        if !verdict.takes_it() {
            program.console.result(format_args!("{verdict}"));
            continue;
        }
        let needed: BTreeSet<_> = graph.requirements().iter().map(|it| it.capability).collect();
        let (all, whole) = (needed.len(), needed.len() - verdict.partly.len());
        let has = if all == whole { "all".to_owned() } else { format!("{whole} of") };
        let capabilities =
            format_args!("{verdict}: it has {has} {all} capabilities that are needed");
        program.console.result(capabilities);
        for (need, differs) in &verdict.partly {
            let (step, capability) = (&graph.step(need.at).path, need.capability);
            let told = format_args!("  in part: `{step}` needs `{capability}`: {differs}");
            program.console.result(told);
        }
    }
}

/// The problems of all runners: what is wrong for each of them is there once.
pub(super) fn different(verdicts: &[Verdict]) -> Vec<&Problem> {
    let mut problems: Vec<&Problem> = Vec::new();
    for problem in verdicts.iter().flat_map(|verdict| &verdict.problems) {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    problems
}

/// The line that names the runners which would take the pipeline and were not asked.
fn other_runners(
    graph: &Graph,
    runners: &[Box<dyn Runner>],
    asked: &[&dyn Runner],
) -> Option<String> {
    let names: Vec<String> = runners
        .iter()
        .filter(|runner| asked.iter().all(|asked| asked.name() != runner.name()))
        .filter(|runner| Verdict::of(graph, runner.as_ref()).takes_it())
        .map(|runner| format!("`--runner {}`", runner.name()))
        .collect();
    (!names.is_empty()).then(|| format!("help: would take it: {}", names.join(", ")))
}

impl Program {
    /// Says everything that keeps the runner from taking the pipeline.
    pub(super) fn refuse_pipeline(
        &self,
        graph: &Graph,
        runner: &dyn Runner,
        verdict: &Verdict,
    ) -> Exit {
        for problem in &verdict.problems {
            self.console.remark(format_args!("{problem}"));
        }
        self.console.remark(format_args!("{verdict}"));
        // Another runner is no help where the savepoint is what does not fit.
        if !Verdict::of(graph, runner).takes_it()
            && let Some(help) = other_runners(graph, &self.runners, &[runner])
        {
            self.console.remark(format_args!("{help}"));
        }
        Exit::refused()
    }
}

/// What preflight says of a pipeline on one runner.
pub(super) struct Verdict {
    runner: String,
    version: String,
    pub(super) problems: Vec<Problem>,
    /// What it needs that the runner does in part, and what differs.
    partly: Vec<(Requirement, String)>,
}

impl Verdict {
    pub(super) fn of(graph: &Graph, runner: &dyn Runner) -> Self {
        let (support, name) = (runner.support(), runner.name());
        Self {
            runner: name.to_owned(),
            version: runner.version().to_owned(),
            problems: preflight::check(graph, &support, name),
            partly: preflight::partly(graph, &support),
        }
    }

    pub(super) fn takes_it(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    fn count(&self, severity: Severity) -> u64 {
        self.problems.iter().filter(|problem| problem.severity == severity).count() as u64
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        write!(f, "{}: ", self.runner)?;
        match errors {
            0 => f.write_str("ok")?,
            errors => f.write_str(&counted(errors, "problem"))?,
        }
        match warnings {
            0 => Ok(()),
            warnings => write!(f, ", {}", counted(warnings, "warning")),
        }
    }
}
