//! Windows that grow together: what a bundle brings is merged with what is open, key by key
//! (model.md 5.6 steps 2 and 3).

use super::General;
use super::key::{KeyState, WindowState};
use crate::merges::check_merges;
use crate::trigger::{Machine, Wakes, machine_for};
use heliostat::batch::Column;
use heliostat::graph::kernel::{CellId, DropRecord, KeyId};
use heliostat::{Interval, Merge, MergeWindows, Merges, Result, Timestamp, TimestampCombiner};
use std::collections::{BTreeMap, BTreeSet};

/// The bundle in hand, which is merged as a whole when it ends.
#[derive(Default)]
pub(super) struct Gathered {
    values: Option<Box<dyn Column>>,
    elements: Vec<Element>,
    /// By key: its first element, or [`NONE`].
    first: Vec<u32>,
    /// By element: the next of its key, or [`NONE`].
    next: Vec<u32>,
}

const NONE: u32 = u32::MAX;

pub(super) struct Element {
    key: KeyId,
    /// Its own window, before it is merged with others.
    pub(super) window: Interval,
    timestamp: Timestamp,
    /// Its place in the column of the bundle.
    index: usize,
}

impl Gathered {
    pub(super) fn push(&mut self, key: KeyId, window: &Interval, timestamp: Timestamp, at: usize) {
        let before = self.values.as_ref().map_or(0, |values| values.len());
        let (window, index) = (window.clone(), before + at);
        self.elements.push(Element { key, window, timestamp, index });
    }

    /// Takes the values of the batch whose elements were just pushed.
    pub(super) fn take_values(&mut self, values: &mut dyn Column) {
        self.values.get_or_insert_with(|| values.empty_like()).append(values);
    }

    /// Chains the elements of each key, in their order.
    fn chain(&mut self, elements: &[Element]) {
        self.next.clear();
        self.next.resize(elements.len(), NONE);
        for (at, element) in elements.iter().enumerate().rev() {
            let key = element.key.0 as usize;
            if self.first.len() <= key {
                self.first.resize(key + 1, NONE);
            }
            self.next[at] = std::mem::replace(&mut self.first[key], number(at));
        }
    }

    /// Whether a chain begins at this element; it is forgotten where.
    fn unchain(&mut self, at: usize, key: KeyId) -> bool {
        let first = &mut self.first[key.0 as usize];
        let begins = *first == number(at);
        if begins {
            *first = NONE;
        }
        begins
    }

    /// The elements of a chain.
    fn from(&self, first: usize) -> impl Iterator<Item = usize> {
        let next = |&at: &usize| Some(self.next[at]).filter(|&at| at != NONE).map(|at| at as usize);
        std::iter::successors(Some(first), next)
    }
}

/// What became of the windows that a bundle has for one key.
enum Became {
    /// All of them became this one.
    One(Interval),
    /// These were merged, the others were not.
    Each(BTreeMap<Interval, Interval>),
}

impl Became {
    fn of<'a>(&'a self, window: &'a Interval) -> &'a Interval {
        match self {
            Self::One(one) => one,
            Self::Each(became) => became.get(window).unwrap_or(window),
        }
    }
}

/// The elements of a bundle that found their merged window closed, and the bundle's values.
pub(in crate::grouping) struct ClosedOut {
    pub(in crate::grouping) values: Box<dyn Column>,
    pub(in crate::grouping) records: Vec<DropRecord>,
}

impl General {
    /// Merges the windows of the bundle in hand with those that are open, and puts its elements
    /// into what comes of it.
    ///
    /// # Errors
    /// If the window function asks for merges that its contract does not allow.
    pub(super) fn merge_bundle(&mut self) -> Result<Option<ClosedOut>> {
        let mut elements = std::mem::take(&mut self.gathered.elements);
        let values = self.gathered.values.take();
        let (Some(mut values), Some(merger)) = (values, self.merger.clone()) else {
            return Ok(None);
        };
        self.gathered.chain(&elements);
        let mut records = Vec::new();
        let mut of_key: Vec<&Element> = Vec::new();
        let mut cells: Vec<Option<CellId>> = vec![None; elements.len()];
        for (first, &Element { key, .. }) in elements.iter().enumerate() {
            if !self.gathered.unchain(first, key) {
                continue;
            }
            of_key.clear();
            of_key.extend(self.gathered.from(first).map(|at| &elements[at]));
            let merged = self.merge_key(key, &of_key, merger.as_ref())?;
            let mut at = first;
            for element in &of_key {
                let (timestamp, index) = (element.timestamp, element.index);
                let into = merged.of(&element.window);
                match self.place(key, into, timestamp) {
                    Ok(cell) => cells[at] = Some(cell),
                    Err(cause) => {
                        self.firing.leaving.push(key);
                        records.push(DropRecord { index, timestamp, window: into.clone(), cause });
                    }
                }
                at = self.gathered.next[at] as usize;
            }
        }
        let placed = elements.iter().zip(cells);
        self.placed
            .extend(placed.filter_map(|(element, cell)| Some((number(element.index), cell?))));
        elements.clear();
        self.gathered.elements = elements;
        records.sort_by_key(|record| record.index);
        if records.is_empty() {
            self.cells.add(values.as_mut(), &self.placed);
            self.placed.clear();
            self.gathered.values = Some(values);
            return Ok(None);
        }
        let mut kept = values.copied();
        self.cells.add(kept.as_mut(), &self.placed);
        self.placed.clear();
        Ok(Some(ClosedOut { values, records }))
    }

    /// Merges the windows of one key, if there is a new one; says where each that ended went.
    fn merge_key(
        &mut self,
        key: KeyId,
        elements: &[&Element],
        merger: &dyn MergeWindows,
    ) -> Result<Became> {
        let completed = self.completed;
        self.key_state(key).bring_up_to(completed);
        if let Some(session) = self.merge_session(key, elements) {
            return Ok(Became::One(session));
        }
        let state = self.key_state(key);
        let active: BTreeSet<Interval> = state
            .windows
            .iter()
            .filter(|(_, open)| !open.trigger.finished())
            .map(|(window, _)| window.clone())
            .collect();
        let mut known = active.clone();
        known.extend(elements.iter().map(|element| element.window.clone()));
        let mut became = BTreeMap::new();
        if known.len() == active.len() {
            return Ok(Became::Each(became));
        }
        let windows: Vec<Interval> = known.iter().cloned().collect();
        let mut merges = Merges::default();
        merger.merge(&windows, &mut merges);
        check_merges(&merges, &known, &active)?;
        for Merge { from, into } in merges.iter() {
            if from.iter().all(|window| window == into) {
                continue;
            }
            let members: Vec<&Interval> = from.iter().filter(|it| active.contains(*it)).collect();
            self.merge_into(key, &members, into, active.contains(into));
            became.extend(from.iter().map(|window| (window.clone(), into.clone())));
        }
        Ok(Became::Each(became))
    }

    /// Makes one window of the open windows `members`; `into` is one of them if `open`, and
    /// starts from nothing if not, whatever is remembered of a closed window there.
    pub(super) fn merge_into(
        &mut self,
        key: KeyId,
        members: &[&Interval],
        into: &Interval,
        open: bool,
    ) {
        let sight = self.sight(into);
        let mut states: Vec<WindowState> = Vec::new();
        for &member in members {
            if let Some(state) = self.remove(key, member) {
                states.push(state);
            }
        }
        if !open && let Some(closed) = self.remove(key, into) {
            self.close_cell(closed.cell);
        }
        let own = members.iter().position(|&member| member == into);
        let mut merged = WindowState::new(match own {
            Some(own) => states[own].trigger.clone(),
            None => machine_for(&self.windowing.trigger),
        });
        merged.last_pane = own.and_then(|own| states[own].last_pane);
        let machines: Vec<&Machine> = states.iter().map(|state| &state.trigger).collect();
        let mut wakes = Wakes::default();
        merged.trigger.on_merge(&machines, sight, &mut wakes);
        merged.fresh = states.iter().any(|state| state.fresh);
        let hold = self.merged_hold(key, &states, into);
        merged.hold(&mut self.holds, hold);
        let expiry = into.expiry(self.windowing.allowed_lateness);
        merged.gc_hold = (self.watermark <= expiry).then_some(expiry);
        for cell in states.iter().filter_map(|state| state.cell) {
            match merged.cell {
                None => merged.cell = Some(cell),
                Some(target) => self.cells.merge(target, cell),
            }
        }
        self.key_state(key).windows.insert(into.clone(), merged);
        self.timers.at_expiry(key, into, &self.windowing);
        self.rearm(key, into, wakes);
    }

    /// The element hold of merged windows (model.md 5.4): where it depends on the window alone it
    /// is placed anew.
    fn merged_hold(
        &mut self,
        key: KeyId,
        states: &[WindowState],
        into: &Interval,
    ) -> Option<Timestamp> {
        let combiner = self.windowing.timestamp_combiner;
        match combiner {
            TimestampCombiner::EndOfWindow => {
                let max = into.max_timestamp();
                let may_hold = self.key_state(key).output <= max && self.watermark <= max;
                (!states.is_empty() && may_hold).then_some(max)
            }
            TimestampCombiner::Earliest | TimestampCombiner::Latest => states
                .iter()
                .filter_map(|state| state.element_hold)
                .reduce(|a, b| combiner.combine(a, b)),
        }
    }

    /// Takes a window out and lets go of its timers, and of its hold, which it still says.
    pub(super) fn remove(&mut self, key: KeyId, window: &Interval) -> Option<WindowState> {
        let mut gone = self.key_state(key).windows.remove(window)?;
        gone.let_go(&mut self.holds);
        self.timers.cancel(key, window, &gone, &self.windowing);
        Some(gone)
    }

    pub(super) fn key_state(&mut self, key: KeyId) -> &mut KeyState {
        let (at, completed) = (key.0 as usize, self.completed);
        if self.keys.len() <= at {
            self.keys.resize_with(at + 1, || None);
        }
        self.keys[at].get_or_insert_with(|| KeyState::new(completed))
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("a bundle has fewer than 2^32 elements")
}
