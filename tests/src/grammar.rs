//! What the panes of every key and window must look like, whatever the case (model.md 12.1).

use std::collections::BTreeMap;

use crate::case::{Case, Pane, PaneWindow, Step, Timing, WindowFunction, WindowSpec};
use crate::pipelines::is_grouping;

/// How the panes of a case's output break the grammar of panes: early ones, at most one on time,
/// late ones; indices from 0 without gaps; the first is marked first; none follows a last one.
///
/// Empty if the output is not what a grouping emitted: windowed anew, or under other keys. Where an
/// unsafe trigger closes windows that merge, one of the same extent may start again as if there had
/// been none; such windows are left out.
///
/// ```
/// use heliostat_conformance::case::{self, Expectation};
///
/// let text = "pipeline group_by_key\n\
///             pane a=[1] [0,10) late 0 first\n\
///             pane a=[2] [0,10) early 1\n";
/// let case = case::parse(text, "wrong.case")?;
/// let Expectation::Output(output) = &case.expectation else { panic!("it has panes") };
/// let panes = output.panes.as_deref().unwrap_or_default();
/// assert_eq!(
///     heliostat_conformance::offences(&case, panes),
///     ["pane a=[2] [0,10) early 1: early behind one that is not"],
/// );
/// # Ok::<(), case::CaseError>(())
/// ```
pub fn offences(case: &Case, panes: &[Pane]) -> Vec<String> {
    let Some(last) = case.steps.iter().rposition(is_grouping) else { return Vec::new() };
    let as_emitted = case.steps[last + 1..].iter().all(|step| match step {
        Step::Map | Step::Windowed | Step::Reshuffle => true,
        Step::GroupByKey
        | Step::CombinePerKey(_)
        | Step::CombinePerKeyWithFanout(..)
        | Step::CombineGlobally(..)
        | Step::ToOneKey
        | Step::Window(_)
        | Step::Flatten
        // What comes too late for its side input is missing.
        | Step::WithSide(..)
        | Step::CombineWith(_)
        | Step::WithState(_) => false,
    });
    if !as_emitted {
        return Vec::new();
    }
    let mut by_place: BTreeMap<(Option<&str>, PaneWindow), Vec<&Pane>> = BTreeMap::new();
    for pane in panes.iter().filter(|pane| pane.info.timing != Timing::Unknown) {
        by_place.entry((pane.key.as_deref(), pane.window)).or_default().push(pane);
    }
    let mut offences = Vec::new();
    let starts_again = |panes: &Vec<&Pane>| 1 < panes.iter().filter(|it| it.info.first).count();
    let of_interest = |panes: &&mut Vec<&Pane>| !(may_start_again(case) && starts_again(panes));
    for panes in by_place.values_mut().filter(of_interest) {
        panes.sort_by_key(|pane| pane.info.index);
        of_one_window(panes, &mut offences);
    }
    offences
}

/// Whether an unsafe trigger can close windows that merge.
fn may_start_again(case: &Case) -> bool {
    let of_steps = case.steps.iter().filter_map(|step| match step {
        Step::Window(spec) => Some(spec),
        Step::GroupByKey
        | Step::CombinePerKey(_)
        | Step::CombinePerKeyWithFanout(..)
        | Step::CombineGlobally(..)
        | Step::ToOneKey
        | Step::Flatten
        | Step::Reshuffle
        | Step::WithSide(..)
        | Step::CombineWith(_)
        | Step::Map
        | Step::WithState(_)
        | Step::Windowed => None,
    });
    let specs: Vec<&WindowSpec> =
        case.windows.iter().map(|window| &window.spec).chain(of_steps).collect();
    let merges = specs.iter().any(|spec| match &spec.function {
        Some(WindowFunction::Sessions { .. } | WindowFunction::Custom { .. }) => true,
        Some(
            WindowFunction::Global
            | WindowFunction::Fixed { .. }
            | WindowFunction::Sliding { .. }
            | WindowFunction::Calendar { .. },
        )
        | None => false,
    });
    merges && (case.unsafe_trigger || specs.iter().any(|spec| spec.unsafe_trigger))
}

fn of_one_window(panes: &[&Pane], offences: &mut Vec<String>) {
    let (mut nonspeculative, mut phase, mut closed) = (-1, 0, false);
    for (expected, pane) in (0_i64..).zip(panes) {
        let info = pane.info;
        let mut offence = |what: String| offences.push(format!("{pane}: {what}"));
        if info.index != expected {
            offence(format!("index {} where {expected} comes", info.index));
        }
        if info.first != (expected == 0) {
            offence("the first pane, and no other, is marked first".into());
        }
        if closed {
            offence("behind the last one".into());
        }
        closed = closed || info.last;
        let this = match info.timing {
            Timing::Early => 0,
            Timing::OnTime => 1,
            Timing::Late => 2,
            Timing::Unknown => continue,
        };
        match (this, phase) {
            (0, 1 | 2) => offence("early behind one that is not".into()),
            (1, 1) => offence("a second one on time".into()),
            (1, 2) => offence("on time behind a late one".into()),
            _ => {}
        }
        phase = phase.max(this);
        nonspeculative += i64::from(this != 0);
        let wanted = if this == 0 { -1 } else { nonspeculative };
        if info.nonspeculative != wanted {
            offence(format!("non-speculative index {} where {wanted} comes", info.nonspeculative));
        }
    }
}
