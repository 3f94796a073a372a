//! `check`: what keeps a runner from taking the pipeline, without running it.

use super::arguments::{ALL, NONE_LINKED, chosen_runner, flag};
use super::build::{Build, Trust, build};
use super::number::counted;
use super::{Exit, Program};
use crate::graph::Graph;
use crate::preflight::{self, Problem, Severity};
use crate::{Error, Result, Runner};
use clap::ArgMatches;
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
    let mut shown: Vec<&Problem> = Vec::new();
    for problem in verdicts.iter().flat_map(|verdict| &verdict.problems) {
        // What is wrong for every runner is said once.
        if !shown.contains(&problem) {
            program.console.result(format_args!("{problem}"));
            shown.push(problem);
        }
    }
    for verdict in &verdicts {
        program.console.result(format_args!("{verdict}"));
    }
    let refused = verdicts.iter().any(|verdict| !verdict.takes_it());
    if refused && let Some(help) = other_runners(&graph, &program.runners, &asked) {
        program.console.result(format_args!("{help}"));
    }
    Ok(if refused { Exit::refused() } else { Exit::done() })
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
    pub(super) problems: Vec<Problem>,
}

impl Verdict {
    pub(super) fn of(graph: &Graph, runner: &dyn Runner) -> Self {
        let problems = preflight::check(graph, &runner.support(), runner.name());
        Self { runner: runner.name().to_owned(), problems }
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
