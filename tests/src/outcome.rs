//! A case or a check on a runner, and what came of it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use heliostat::graph::Graph;
use heliostat::{
    Capability, JobOptions, Problem, RunError, RunErrorKind, RunResult, Runner, Severity, Support,
};

use crate::case::{Case, Expectation, Output, render_output};
use crate::grammar::offences;
use crate::pipelines::{Built, build, sort, sort_dropped};
use crate::planned::{ask_for_planned, planned};
use crate::{Rig, cases, checks, report, run_check};

/// What came of a case or a check.
///
/// ```
/// use heliostat_conformance::{Outcome, cases, run_case};
///
/// for runner in heliostat::runners() {
///     assert_eq!(run_case(&cases()[0], runner.as_ref()), Outcome::Passed);
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What it says.
    Passed,
    /// Nothing ran: it needs this, which is not built yet, and preflight said so.
    Planned(Capability),
    /// Nothing ran: preflight named these, which the runner does not declare.
    Undeclared(Vec<Capability>),
    /// Something else.
    Failed(Failure),
}

impl Outcome {
    /// Whether the runner did what it must: all that it declares, and refuse the rest.
    ///
    /// ```
    /// use heliostat::Capability;
    /// use heliostat_conformance::{Failure, Outcome};
    ///
    /// assert!(Outcome::Planned(Capability::WindowSession).is_right());
    /// let failure = Failure { want: "no panes".into(), got: "it panicked".into() };
    /// assert!(!Outcome::Failed(failure).is_right());
    /// ```
    pub fn is_right(&self) -> bool {
        match self {
            Self::Passed | Self::Planned(_) | Self::Undeclared(_) => true,
            Self::Failed(_) => false,
        }
    }
}

/// Two texts that should be the same.
///
/// ```
/// use heliostat_conformance::{Failure, Outcome, case, run_case};
///
/// let case = case::parse("pipeline windowed\nadd a=1 @3\nno panes\n", "wrong.case")?;
/// for runner in heliostat::runners() {
///     let failure =
///         Failure { want: "no panes\n".into(), got: "pane a=1 global @3\n".into() };
///     assert_eq!(run_case(&case, runner.as_ref()), Outcome::Failed(failure));
/// }
/// # Ok::<(), case::CaseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What should have come.
    pub want: String,
    /// What came.
    pub got: String,
}

/// Runs a case and compares.
///
/// ```
/// use heliostat_conformance::{Outcome, case, run_case};
///
/// let text = "pipeline group_by_key\nrequires mode.retracting\nno panes\n";
/// let case = case::parse(text, "retracting.case")?;
/// for runner in heliostat::runners() {
///     assert!(matches!(run_case(&case, runner.as_ref()), Outcome::Planned(_)));
/// }
/// # Ok::<(), case::CaseError>(())
/// ```
pub fn run_case(case: &Case, runner: &dyn Runner) -> Outcome {
    run_case_with(case, runner, JobOptions::default())
}

/// Runs a case from a savepoint or to one, and compares what the whole gave.
///
/// ```
/// use heliostat::{JobOptions, KeptSavepoint};
/// use heliostat_conformance::{Outcome, build, case, run_case_with};
///
/// let text = "pipeline windowed\nadd a=1 @3\nadd a=2 @4\npane a=1 global @3\npane a=2 global @4\n";
/// let case = case::parse(text, "two.case")?;
/// for runner in heliostat::runners().iter().filter(|runner| runner.takes_savepoints()) {
///     let mut kept = KeptSavepoint::default();
///     let options = JobOptions::default().stopping_at(1).saving_to(&mut kept);
///     runner.run_with(&build(&case)?.pipeline, options)?;
///     let options = JobOptions::default().from_savepoint(kept.savepoint());
///     assert_eq!(run_case_with(&case, runner.as_ref(), options), Outcome::Passed);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn run_case_with(case: &Case, runner: &dyn Runner, options: JobOptions<'_>) -> Outcome {
    if let Some(capability) = planned(case) {
        return ask_for_planned(capability, runner);
    }
    let (built, ended) = match ended(case, runner, options) {
        Ok(both) => both,
        Err(why) => return failed(&wanted(case), why),
    };
    let undeclared = undeclared(&built.pipeline.graph(), &runner.support());
    if !undeclared.is_empty() {
        return refusal(undeclared, &ended);
    }
    let got = match (&case.expectation, ended) {
        (Expectation::Output(want), Ok(result)) => {
            return compare(case, want, built.output(&result));
        }
        (Expectation::Refused(codes), Err(error)) if error.kind() == RunErrorKind::Refused => {
            let (mut want, mut got) = (codes.clone(), problem_codes(&error));
            want.sort();
            got.sort();
            if want == got {
                return Outcome::Passed;
            }
            format!("refused {}\n\n{error}", got.join(" "))
        }
        (Expectation::Fails(text), Err(error))
            if error.kind() != RunErrorKind::Refused && error.to_string().contains(text) =>
        {
            return Outcome::Passed;
        }
        (_, Ok(result)) => render_output(&of_interest(case, built.output(&result))),
        (_, Err(error)) => error.to_string(),
    };
    failed(&wanted(case), got)
}

/// What a run of a case gives, as the last lines of a case that expects it.
///
/// ```
/// use heliostat_conformance::{case, output_of};
///
/// let text = "pipeline windowed\nadd a=1 @3\nno panes\n";
/// let case = case::parse(text, "one.case")?;
/// for runner in heliostat::runners() {
///     assert_eq!(output_of(&case, runner.as_ref())?, "pane a=1 global @3\n");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the case cannot be built, or the runner panicked.
pub fn output_of(case: &Case, runner: &dyn Runner) -> Result<String, String> {
    if let Some(capability) = planned(case) {
        return Err(format!("`{capability}` is not built yet"));
    }
    let (built, ended) = ended(case, runner, JobOptions::default())?;
    Ok(match ended {
        Ok(result) => render_output(&of_interest(case, built.output(&result))),
        Err(error) if error.kind() == RunErrorKind::Refused => {
            format!("refused {}\n", problem_codes(&error).join(" "))
        }
        Err(error) => {
            let words = error.to_string().replace('\\', "\\\\").replace('"', "\\\"");
            format!("fails \"{}\"\n", words.replace('\n', "\\n"))
        }
    })
}

/// Runs every case and every check.
///
/// See the crate's page.
///
/// ```
/// for runner in heliostat::runners() {
///     heliostat_conformance::assert_conforms(runner.as_ref());
/// }
/// ```
///
/// # Panics
/// If one of them does not come out as it must; the message holds them all.
#[track_caller]
pub fn assert_conforms(runner: &dyn Runner) {
    let arguments = Rig::arguments_of(runner.name(), &std::collections::BTreeMap::new());
    let of_cases = cases().iter().map(|case| (case.name.as_str(), run_case(case, runner)));
    let of_checks = checks().iter().map(|check| (check.name, run_check(check, runner)));
    let wrong: Vec<String> = of_cases
        .chain(of_checks)
        .filter(|(_, outcome)| !outcome.is_right())
        .map(|(name, outcome)| report(name, &arguments, &outcome))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a graph needs and a runner does not declare.
pub(crate) fn undeclared(graph: &Graph, support: &Support) -> Vec<Capability> {
    let needs = graph.requirements().into_iter();
    let missing = needs.filter(|need| !support.extent(need.capability, need.input).is_declared());
    let mut missing: Vec<Capability> = missing.map(|need| need.capability).collect();
    missing.sort();
    missing.dedup();
    missing
}

/// What preflight must have said.
pub(crate) fn refusal(undeclared: Vec<Capability>, ended: &Result<RunResult, RunError>) -> Outcome {
    let unnamed = |capability: &&Capability| match ended {
        Ok(_) => true,
        Err(error) => !names(error, **capability),
    };
    let unnamed: Vec<String> =
        undeclared.iter().filter(unnamed).map(|it| format!("`{it}`")).collect();
    if unnamed.is_empty() {
        return Outcome::Undeclared(undeclared);
    }
    let want = format!("refused at preflight, naming {}", unnamed.join(" "));
    let got = match ended {
        Ok(_) => "it ran".into(),
        Err(error) => error.to_string(),
    };
    failed(&want, got)
}

/// Whether a refusal names a capability.
pub(crate) fn names(error: &RunError, capability: Capability) -> bool {
    let id = format!("`{capability}`");
    let mut problems = error.problems().iter();
    error.kind() == RunErrorKind::Refused
        && problems.any(|problem| problem.code == "unsupported" && problem.what.contains(&id))
}

/// Runs code of others; a panic becomes words.
pub(crate) fn guarded<R>(code: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|panic| format!("it panicked: {}", words(&*panic)))
}

pub(crate) fn failed(want: &str, got: impl Into<String>) -> Outcome {
    Outcome::Failed(Failure { want: want.into(), got: got.into() })
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|&words| words.to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a value that is no text".to_owned())
}

/// The pipeline of a case, and how its run ended.
pub(crate) fn ended(
    case: &Case,
    runner: &dyn Runner,
    options: JobOptions<'_>,
) -> Result<(Built, Result<RunResult, RunError>), String> {
    guarded(|| {
        let built = build(case)?;
        let ended = runner.run_with(&built.pipeline, options);
        Ok((built, ended))
    })?
}

pub(crate) fn problem_codes(error: &RunError) -> Vec<String> {
    let errors = error.problems().iter().filter(|problem| problem.severity == Severity::Error);
    errors.map(|problem: &Problem| problem.code.to_owned()).collect()
}

/// Of what a run gave, that which the case asserts.
fn of_interest(case: &Case, mut output: Output) -> Output {
    if let Expectation::Output(want) = &case.expectation {
        output.panes = output.panes.filter(|_| want.panes.is_some());
        output.trigger = output.trigger.filter(|_| want.trigger.is_some());
    } else {
        output.trigger = None;
    }
    output
}

fn compare(case: &Case, want: &Output, got: Output) -> Outcome {
    let mut want = want.clone();
    if let Some(panes) = &mut want.panes {
        sort(panes);
    }
    if let Some(dropped) = &mut want.dropped {
        sort_dropped(dropped);
    }
    let got = of_interest(case, got);
    let ungrammatical = offences(case, got.panes.as_deref().unwrap_or_default());
    if got == want && ungrammatical.is_empty() {
        return Outcome::Passed;
    }
    let notes: String = ungrammatical.iter().map(|note| format!("# {note}\n")).collect();
    failed(&render_output(&want), format!("{}{notes}", render_output(&got)))
}

fn wanted(case: &Case) -> String {
    match &case.expectation {
        Expectation::Output(output) => render_output(output),
        Expectation::Refused(codes) => format!("refused {}\n", codes.join(" ")),
        Expectation::Fails(text) => format!("fails {text:?}\n"),
    }
}
