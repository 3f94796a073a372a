//! Where runners give different things for the same case, and the smallest case on which they do.

use heliostat::{Capability, JobOptions, RunErrorKind, Runner};

use crate::case::{
    Case, Dropped, Expectation, Output, Pane, render_dropped, render_drops, render_pane,
};
use crate::outcome::{ended, problem_codes, undeclared};
use crate::planned::planned;
use crate::scripts::shrunk;

/// What came of a case on several runners, beside what the first of them gave.
///
/// ```
/// use heliostat_conformance::{case, compared};
///
/// let case = case::parse("pipeline windowed\nadd a=1 @3\nno panes\n", "one.case")?;
/// let runners = heliostat::runners();
/// let runners: Vec<&dyn heliostat::Runner> = runners.iter().map(|it| it.as_ref()).collect();
/// let compared = compared(&case, &runners);
/// assert_eq!(compared.difference, None);
/// assert_eq!(compared.same.len() + compared.refused.len(), runners.len());
/// # Ok::<(), case::CaseError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The names of those that gave the same, up to the first that did not.
    pub same: Vec<String>,
    /// Those that refused the case, or to which it cannot be given, and why.
    pub refused: Vec<(String, String)>,
    /// The first difference.
    pub difference: Option<Difference>,
}

/// Two runners that give something else for the same case.
///
/// ```
/// use heliostat_conformance::{Bug, Buggy, cases, compared, written};
///
/// let case = cases().iter().find(|case| case.name == "merging/session-gap-strict");
/// let case = case.expect("it is a case");
/// for runner in heliostat::runners() {
///     let runner: std::sync::Arc<dyn heliostat::Runner> = runner.into();
///     let buggy = Buggy::of(std::sync::Arc::clone(&runner), Bug::SessionGapMissed, 0);
///     let difference = compared(case, &[runner.as_ref(), &buggy]).difference.expect("it is a bug");
///     assert!(difference.lines[0].starts_with("pane k="));
///     assert_ne!(difference.lines[0], difference.lines[1]);
///     assert!(written(&difference.small).lines().count() < written(case).lines().count());
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The case they were given.
    pub case: Case,
    /// The one that the other is held to, and that one.
    pub runners: [String; 2],
    /// The first pane of each that the other does not have at its place, as a case writes it, or
    /// what else tells them apart.
    pub lines: [String; 2],
    /// The smallest case found on which they differ; it expects what the first gives.
    pub small: Case,
    /// The lines of that case.
    pub small_lines: [String; 2],
}

/// Runs a case on these runners and holds all to the first that takes it. Where one differs, the case
/// is made smaller as long as the two differ in the same way.
///
/// See [`Compared`].
pub fn compared(case: &Case, runners: &[&dyn Runner]) -> Compared {
    let mut compared = Compared { same: Vec::new(), refused: Vec::new(), difference: None };
    let mut reference: Option<(&dyn Runner, Given)> = None;
    for &runner in runners {
        let name = runner.name().to_owned();
        let given = match given(case, runner) {
            Ok(given) => given,
            Err(why) => {
                compared.refused.push((name, why));
                continue;
            }
        };
        let Some((first, held_to)) = &reference else {
            reference = Some((runner, given));
            compared.same.push(name);
            continue;
        };
        let Some(lines) = differing(held_to, &given) else {
            compared.same.push(name);
            continue;
        };
        let (small, small_lines) = made_smaller(case, [*first, runner]);
        compared.difference = Some(Difference {
            case: case.clone(),
            runners: [first.name().to_owned(), name],
            lines,
            small,
            small_lines,
        });
        break;
    }
    compared
}

/// What a runner gives for a case.
enum Given {
    Output(Output),
    Refused(Vec<String>),
    Fails(String),
}

/// What tells two runs apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Panes,
    Drops,
    /// One of them gave no output.
    Ends,
}

fn given(case: &Case, runner: &dyn Runner) -> Result<Given, String> {
    if let Some(capability) = planned(case) {
        return Err(format!("`{capability}` is not built yet"));
    }
    let (built, ended) = ended(case, runner, JobOptions::default())?;
    let undeclared = undeclared(&built.pipeline.graph(), &runner.support());
    if !undeclared.is_empty() {
        return Err(format!("it does not declare {}", quoted(&undeclared)));
    }
    Ok(match ended {
        Ok(result) => Given::Output(Output { trigger: None, ..built.output(&result) }),
        Err(error) if error.kind() == RunErrorKind::Refused => {
            Given::Refused(problem_codes(&error))
        }
        Err(error) => Given::Fails(error.to_string()),
    })
}

fn quoted(capabilities: &[Capability]) -> String {
    let ids: Vec<String> = capabilities.iter().map(|id| format!("`{id}`")).collect();
    ids.join(", ")
}

fn differing(one: &Given, other: &Given) -> Option<[String; 2]> {
    differing_in(one, other).map(|(_, lines)| lines)
}

fn differing_in(one: &Given, other: &Given) -> Option<(Kind, [String; 2])> {
    match (one, other) {
        (Given::Output(one), Given::Output(other)) => {
            let panes = [one, other].map(|it| it.panes.as_deref().unwrap_or_default());
            if let Some(lines) = first_of(panes, place_of_pane, render_pane) {
                return Some((Kind::Panes, lines));
            }
            let dropped = [one, other].map(|it| it.dropped.as_deref().unwrap_or_default());
            if let Some(lines) = first_of(dropped, place_of_dropped, render_dropped) {
                return Some((Kind::Drops, lines));
            }
            let drops = [one, other].map(|it| or_nothing(render_drops(it.late, it.closed)));
            (drops[0] != drops[1]).then_some((Kind::Drops, drops))
        }
        // In which words a run fails is a runner's own.
        (Given::Fails(_), Given::Fails(_)) => None,
        (Given::Refused(one), Given::Refused(other)) if one == other => None,
        (one, other) => Some((Kind::Ends, [one, other].map(how_it_ends))),
    }
}

fn or_nothing(line: String) -> String {
    if line.is_empty() { NOTHING.to_owned() } else { line }
}

const NOTHING: &str = "nothing";

fn how_it_ends(given: &Given) -> String {
    match given {
        Given::Output(_) => "ends well".into(),
        Given::Refused(codes) => format!("refused {}", codes.join(" ")),
        Given::Fails(why) => format!("fails: {}", why.lines().next().unwrap_or_default()),
    }
}

fn place_of_pane(pane: &Pane) -> impl Ord + use<> {
    (pane.key.clone(), pane.window, pane.info.index)
}

fn place_of_dropped(dropped: &Dropped) -> impl Ord + use<> {
    (dropped.key.clone(), dropped.window, dropped.timestamp)
}

/// The first line of each of two sorted lists that is not in the other at its place.
fn first_of<T: PartialEq, P: Ord>(
    [one, other]: [&[T]; 2],
    place: fn(&T) -> P,
    written: fn(&T) -> String,
) -> Option<[String; 2]> {
    let at = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let nothing = || NOTHING.to_owned();
    match (one.get(at), other.get(at)) {
        (None, None) => None,
        (Some(one), None) => Some([written(one), nothing()]),
        (None, Some(other)) => Some([nothing(), written(other)]),
        (Some(one), Some(other)) => Some(match place(one).cmp(&place(other)) {
            std::cmp::Ordering::Less => [written(one), nothing()],
            std::cmp::Ordering::Equal => [written(one), written(other)],
            std::cmp::Ordering::Greater => [nothing(), written(other)],
        }),
    }
}

/// The smallest case found on which these differ as they do on this one, and its lines.
fn made_smaller(case: &Case, [one, other]: [&dyn Runner; 2]) -> (Case, [String; 2]) {
    let told_apart = |case: &Case| {
        let (first, second) = (given(case, one).ok()?, given(case, other).ok()?);
        differing_in(&first, &second)
    };
    let kind = told_apart(case).map(|(kind, _)| kind);
    let small = shrunk(case, |smaller| told_apart(smaller).map(|(kind, _)| kind) == kind);
    let lines = told_apart(&small)
        .map_or_else(|| [NOTHING, NOTHING].map(str::to_owned), |(_, lines)| lines);
    (expecting(&small, one, other.name()), lines)
}

/// The case with what a runner gives for it as its expectation, and just the ids it requires.
fn expecting(case: &Case, runner: &dyn Runner, other: &str) -> Case {
    let mut case = case.clone();
    let came_of = &case.name;
    case.description = vec![format!("Where {} and {other} differ, of {came_of}.", runner.name())];
    match given(&case, runner) {
        Ok(Given::Output(output)) => case.expectation = Expectation::Output(output),
        Ok(Given::Refused(codes)) => case.expectation = Expectation::Refused(codes),
        Ok(Given::Fails(why)) => {
            let words = why.lines().next().unwrap_or_default().to_owned();
            case.expectation = Expectation::Fails(words);
        }
        Err(_) => {}
    }
    if let Ok(built) = crate::build(&case) {
        let asked = built.pipeline.graph().requirements();
        case.requires.retain(|id| asked.iter().any(|it| it.capability.id() == id));
    }
    case
}
