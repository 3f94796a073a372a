//! What collections come to in all, however many panes it took.

use std::collections::BTreeMap;

use crate::case::{Number, Pane, PaneWindow, Value};

use super::verbs::NOTHING;

/// How the panes of a grouping come to what a batch gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Total {
    /// All values of all panes.
    Union,
    /// The sum of all panes.
    Sum,
    /// The smallest of all panes.
    Min,
    /// The largest of all panes.
    Max,
    /// What the last pane of a key and window holds.
    Last,
}

/// Whether it matters in which window a pane lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Windows {
    Apart,
    /// Windows merge, and which panes come before they did is open.
    Together,
}

type Place = (Option<String>, Option<PaneWindow>);

/// What panes come to, as lines. `None`: they are elements as they are, each at its time.
pub(super) fn lines(panes: &[Pane], total: Option<(Total, Windows)>) -> Vec<String> {
    let Some((total, windows)) = total else {
        let line = |pane: &Pane| {
            let (key, at) = (pane.key.as_deref().unwrap_or_default(), pane.timestamp);
            format!("{key}={} {} @{at}", pane.value, pane.window)
        };
        let mut lines: Vec<String> = panes.iter().map(line).collect();
        lines.sort();
        return lines;
    };
    let mut places: BTreeMap<Place, Vec<&Pane>> = BTreeMap::new();
    for pane in panes {
        let window = (windows == Windows::Apart).then_some(pane.window);
        places.entry((pane.key.clone(), window)).or_default().push(pane);
    }
    let line = |((key, window), panes): (Place, Vec<&Pane>)| {
        let values = values(total, &panes);
        let window = window.map(|window| format!(" {window}")).unwrap_or_default();
        (!values.is_empty()).then(|| format!("{}={values:?}{window}", key.unwrap_or_default()))
    };
    places.into_iter().filter_map(line).collect()
}

fn values(total: Total, panes: &[&Pane]) -> Vec<i64> {
    let newest = panes.iter().map(|pane| pane.info.index).max();
    let of_last = |pane: &&&Pane| total != Total::Last || Some(pane.info.index) == newest;
    let mut all: Vec<i64> = panes
        .iter()
        .filter(of_last)
        .map(|pane| number(&pane.value))
        .filter(|n| *n != NOTHING)
        .collect();
    all.sort_unstable();
    match total {
        Total::Union | Total::Last => all,
        Total::Sum => vec![all.iter().sum()],
        Total::Min => all.first().copied().into_iter().collect(),
        Total::Max => all.last().copied().into_iter().collect(),
    }
}

fn number(value: &Value) -> i64 {
    match value {
        Value::Number(Number::Integer(integer)) => *integer,
        Value::Number(Number::Decimal(_)) | Value::Group(_) | Value::None => NOTHING,
    }
}
