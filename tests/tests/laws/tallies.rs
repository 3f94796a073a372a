//! What a run gave, counted: how often each value of a key came out, with or without its window.

use std::collections::BTreeMap;

use heliostat_conformance::case::{Dropped, Number, Output, Pane, PaneWindow, Value};

/// Of a key, of which window if that matters.
type Place = (Option<String>, Option<PaneWindow>);

/// How often each value came, by place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally(BTreeMap<(Place, Number), usize>);

impl Tally {
    /// Of these panes, each in its window.
    pub(crate) fn of<'a>(panes: impl IntoIterator<Item = &'a Pane>) -> Self {
        let mut tally = Self::default();
        panes.into_iter().for_each(|pane| tally.add(pane, false));
        tally
    }

    fn add(&mut self, pane: &Pane, merging: bool) {
        let window = (!merging).then_some(pane.window);
        for value in values_of(pane) {
            *self.0.entry(((pane.key.clone(), window), value)).or_default() += 1;
        }
    }

    /// Both together.
    pub(crate) fn and(mut self, other: Self) -> Self {
        for (place, count) in other.0 {
            *self.0.entry(place).or_default() += count;
        }
        self
    }
}

/// All that panes hold. Where windows merge, it does not matter in which one.
pub(crate) fn union(output: &Output, merging: bool) -> Tally {
    let mut tally = Tally::default();
    panes(output).iter().for_each(|pane| tally.add(pane, merging));
    tally
}

/// All that was dropped.
pub(crate) fn tally(dropped: &[Dropped], merging: bool) -> Tally {
    let mut tally = Tally::default();
    for dropped in dropped {
        let window = (!merging).then_some(dropped.window);
        *tally.0.entry(((dropped.key.clone(), window), dropped.value)).or_default() += 1;
    }
    tally
}

/// The last pane of each key and window; what matters of it is what it holds.
pub(crate) fn last_panes(output: &Output) -> BTreeMap<(Option<String>, PaneWindow), Pane> {
    let place = |pane: &Pane| (pane.key.clone(), pane.window);
    // Panes lie in the order of their indices.
    let last = panes(output).iter().map(|pane| (place(pane), pane.clone()));
    let mut last: BTreeMap<_, Pane> = last.collect();
    for pane in last.values_mut() {
        pane.info = heliostat_conformance::case::PaneInfo::NO_FIRING;
        pane.timestamp = 0;
    }
    last
}

pub(crate) fn panes(output: &Output) -> &[Pane] {
    output.panes.as_deref().unwrap_or_default()
}

pub(crate) fn dropped(output: &Output) -> &[Dropped] {
    output.dropped.as_deref().unwrap_or_default()
}

/// What one key has of a run.
pub(crate) fn of_key(output: &Output, key: &str) -> (Vec<Pane>, Vec<Dropped>) {
    let panes = panes(output).iter().filter(|pane| pane.key.as_deref() == Some(key));
    let dropped = dropped(output).iter().filter(|dropped| dropped.key.as_deref() == Some(key));
    (panes.cloned().collect(), dropped.cloned().collect())
}

fn values_of(pane: &Pane) -> Vec<Number> {
    match &pane.value {
        Value::Group(numbers) => numbers.clone(),
        Value::Number(number) => vec![*number],
        Value::None => Vec::new(),
    }
}
