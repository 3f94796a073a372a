//! What `check` found, for machines.

use super::{Program, Verdict};
use crate::graph::{Graph, Requirement, SourceLine};
use crate::preflight::{Problem, Severity};
use crate::{Capability, Result};
use serde::Serialize;

#[derive(Serialize)]
struct Answer<'a> {
    program: &'a str,
    /// The runners that were asked.
    runners: Vec<OfRunner<'a>>,
    /// All linked runners that take the pipeline as it is.
    taken_by: Vec<String>,
}

#[derive(Serialize)]
struct OfRunner<'a> {
    runner: &'a str,
    version: &'a str,
    takes_it: bool,
    problems: Vec<Told<'a>>,
    in_part: Vec<InPart<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    code: &'static str,
    severity: &'static str,
    #[serde(flatten)]
    place: Place<'a>,
    what: &'a str,
    why: &'a str,
    help: &'a str,
    /// Where the problem is that the runner falls short.
    unmet: Option<Short<'a>>,
}

#[derive(Serialize)]
struct Short<'a> {
    capability: Capability,
    input: String,
    reason: &'a str,
    change: Option<&'a str>,
    taken_by: &'a [String],
}

#[derive(Serialize)]
struct InPart<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    capability: Capability,
    input: String,
    differs: &'a str,
}

/// A step, and where its author wrote it; `null` if there is no such step.
#[derive(Serialize)]
struct Place<'a> {
    step: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
}

/// Everything as one JSON value.
pub(super) fn json(program: &Program, graph: &Graph, verdicts: &[Verdict]) -> Result<String> {
    let takes_it = |name: &&str| {
        let runner = program.runners.iter().find(|runner| runner.name() == *name);
        runner.is_some_and(|runner| Verdict::of(graph, runner.as_ref()).takes_it())
    };
    let linked = program.runners.iter().map(|runner| runner.name());
    let answer = Answer {
        program: program.name,
        runners: verdicts.iter().map(|verdict| of_runner(graph, verdict)).collect(),
        taken_by: linked.filter(takes_it).map(str::to_owned).collect(),
    };
    Ok(serde_json::to_string_pretty(&answer)?)
}

fn of_runner<'a>(graph: &'a Graph, verdict: &'a Verdict) -> OfRunner<'a> {
    OfRunner {
        runner: &verdict.runner,
        version: &verdict.version,
        takes_it: verdict.takes_it(),
        problems: verdict.problems.iter().map(told).collect(),
        in_part: verdict.partly.iter().map(|partly| in_part(graph, partly)).collect(),
    }
}

fn told(problem: &Problem) -> Told<'_> {
    Told {
        code: problem.code,
        severity: match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        place: place(&problem.step, &problem.line),
        what: &problem.what,
        why: &problem.why,
        help: &problem.help,
        unmet: problem.unmet.as_deref().map(|unmet| Short {
            capability: unmet.capability,
            input: unmet.input.to_string(),
            reason: &unmet.reason,
            change: unmet.change.as_deref(),
            taken_by: &unmet.taken_by,
        }),
    }
}

fn in_part<'a>(graph: &'a Graph, (need, differs): &'a (Requirement, String)) -> InPart<'a> {
    let step = graph.step(need.at);
    InPart {
        place: place(&step.path, &step.line),
        capability: need.capability,
        input: need.input.to_string(),
        differs,
    }
}

fn place<'a>(step: &'a str, line: &'a SourceLine) -> Place<'a> {
    let is_known = !line.file.is_empty();
    Place {
        step,
        file: is_known.then_some(line.file.as_str()),
        line: is_known.then_some(line.line),
    }
}
