//! The timers of a keyed step: what is set, what is due, what holds the watermark (model.md 6.3).

use heliostat::graph::{
    DueTimer, Moment, RowId, TimeDomain, TimerRequest, TimerSetting, TimerSpec,
};
use heliostat::{Str, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The timers of all rows.
pub(super) struct Timers {
    domains: Vec<TimeDomain>,
    /// By row; empty where it is closed.
    rows: Vec<RowTimers>,
    event: BTreeSet<Place>,
    processing: BTreeSet<Place>,
    /// Rows by when they are garbage: once the watermark has passed that. A row that was closed before
    /// stays listed, and is passed over.
    expiry: BTreeMap<Timestamp, VecDeque<RowId>>,
    /// Every timestamp that the watermark is held at, counted.
    holds: BTreeMap<Timestamp, usize>,
    /// What the bundle in hand has changed, and what was before.
    undo: Vec<(Name, Option<Entry>)>,
    /// Rows that were at their end in the bundle in hand, and when that was.
    expired: Vec<(RowId, Timestamp)>,
}

/// In the order in which timers of one time fire.
type Place = (Timestamp, RowId, u32, Str);

/// Names a timer.
type Name = (RowId, u32, Str);

#[derive(Default)]
struct RowTimers {
    /// When it is garbage; `None` where it is closed.
    expiry: Option<Timestamp>,
    /// Where it holds the watermark until then.
    holds: Option<Timestamp>,
    /// Where it is listed among the expiries, whether it is open or not.
    listed: Option<Timestamp>,
    timers: Vec<(u32, Str, Entry)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) setting: TimerSetting,
    /// How often in a row it was set by a callback without time moving on.
    pub(super) chain: u32,
}

/// What has to be done next.
pub(super) enum Due {
    Timer(DueTimer, TimeDomain, u32),
    Expiry(RowId),
}

impl Timers {
    pub(super) fn new(specs: &[TimerSpec]) -> Self {
        Self {
            domains: specs.iter().map(|spec| spec.domain).collect(),
            rows: Vec::new(),
            event: BTreeSet::new(),
            processing: BTreeSet::new(),
            expiry: BTreeMap::new(),
            holds: BTreeMap::new(),
            undo: Vec::new(),
            expired: Vec::new(),
        }
    }

    /// Takes up a row that is garbage once the watermark has passed `expiry`.
    pub(super) fn open(&mut self, row: RowId, expiry: Timestamp, holds: Option<Timestamp>) {
        let at = row.0 as usize;
        if self.rows.len() <= at {
            self.rows.resize_with(at + 1, RowTimers::default);
        }
        self.rows[at].expiry = Some(expiry);
        self.rows[at].holds = holds;
        if self.rows[at].listed != Some(expiry) {
            self.rows[at].listed = Some(expiry);
            self.expiry.entry(expiry).or_default().push_back(row);
        }
        self.hold_at(holds);
    }

    /// Forgets a row that has no timers.
    pub(super) fn close(&mut self, row: RowId) {
        let closed = &mut self.rows[row.0 as usize];
        debug_assert!(closed.timers.is_empty(), "a row with timers is not closed");
        closed.expiry = None;
        let holds = closed.holds.take();
        self.let_go(holds);
    }

    pub(super) fn has_any(&self, row: RowId) -> bool {
        self.rows.get(row.0 as usize).is_some_and(|row| !row.timers.is_empty())
    }

    /// Sets or clears a timer.
    pub(super) fn request(&mut self, request: TimerRequest, chain: u32) {
        let TimerRequest { row, timer, tag, set } = request;
        let entry = set.map(|setting| Entry { setting, chain });
        let name = (row, timer, tag);
        let before = self.put(&name, entry);
        self.undo.push((name, before));
    }

    /// Clears all timers of a row.
    pub(super) fn clear(&mut self, row: RowId) {
        let timers = self.of(row).map(|(timer, tag, _)| (timer, tag)).collect::<Vec<_>>();
        for (timer, tag) in timers {
            self.request(TimerRequest { row, timer, tag, set: None }, 0);
        }
    }

    /// The timers of a row.
    pub(super) fn of(&self, row: RowId) -> impl Iterator<Item = (u32, Str, TimerSetting)> + '_ {
        let row = self.rows.get(row.0 as usize);
        row.into_iter()
            .flat_map(|row| &row.timers)
            .map(|(timer, tag, entry)| (*timer, tag.clone(), entry.setting))
    }

    fn put(&mut self, name: &Name, entry: Option<Entry>) -> Option<Entry> {
        let (row, timer, tag) = name;
        let timers = &mut self.rows[row.0 as usize].timers;
        let known = timers.iter().position(|(known, with, _)| known == timer && with == tag);
        let before = match (known, entry) {
            (Some(at), Some(entry)) => Some(std::mem::replace(&mut timers[at].2, entry)),
            (Some(at), None) => Some(timers.swap_remove(at).2),
            (None, Some(entry)) => {
                timers.push((*timer, tag.clone(), entry));
                None
            }
            (None, None) => None,
        };
        let due = |entry: Option<Entry>| entry.map(|entry| entry.setting.at);
        if due(before) != due(entry) {
            let waiting = match self.domains[*timer as usize] {
                TimeDomain::EventTime => &mut self.event,
                TimeDomain::ProcessingTime => &mut self.processing,
            };
            if let Some(at) = due(before) {
                waiting.remove(&(at, *row, *timer, tag.clone()));
            }
            if let Some(at) = due(entry) {
                waiting.insert((at, *row, *timer, tag.clone()));
            }
        }
        let held = |entry: Option<Entry>| {
            entry.filter(|entry| entry.setting.holds).map(|entry| entry.setting.output)
        };
        if held(before) != held(entry) {
            self.let_go(held(before));
            self.hold_at(held(entry));
        }
        before
    }

    fn hold_at(&mut self, at: Option<Timestamp>) {
        if let Some(at) = at {
            *self.holds.entry(at).or_default() += 1;
        }
    }

    fn let_go(&mut self, at: Option<Timestamp>) {
        let Some(at) = at else { return };
        let count = self.holds.get_mut(&at).expect("a hold that is let go of was taken");
        *count -= 1;
        if *count == 0 {
            self.holds.remove(&at);
        }
    }

    /// The earliest timestamp at which the watermark is held.
    pub(super) fn hold(&self) -> Option<Timestamp> {
        self.holds.keys().next().copied()
    }

    /// The time of the first event timer or expiry that the watermark has passed.
    pub(super) fn first_due(&self, moment: Moment) -> Option<Timestamp> {
        let timer = self.event.first().map(|place| place.0);
        let expiry = self.expiry.keys().next().copied();
        let first = [timer, expiry].into_iter().flatten().min()?;
        (first < moment.watermark).then_some(first)
    }

    /// Takes out what is due next: event timers in the order of their times, a row's end behind all
    /// of its timers; then what processing time has passed (model.md S16, S17).
    pub(super) fn next_due(&mut self, moment: Moment) -> Option<Due> {
        let expiry = self.next_expiry(moment.watermark);
        let timer = self.event.first().map(|place| place.0).filter(|at| *at < moment.watermark);
        match (timer, expiry) {
            (Some(timer), Some(expiry)) if timer <= expiry => {
                self.take_first(TimeDomain::EventTime)
            }
            (Some(_), None) => self.take_first(TimeDomain::EventTime),
            (_, Some(expiry)) => {
                let row = self.expiry.get(&expiry).and_then(VecDeque::front);
                row.map(|row| Due::Expiry(*row))
            }
            (None, None) => {
                let overdue = self.processing.first().is_some_and(|place| place.0 < moment.now);
                if overdue { self.take_first(TimeDomain::ProcessingTime) } else { None }
            }
        }
    }

    /// The first expiry of an open row that the watermark has passed; that row is the first listed
    /// there.
    fn next_expiry(&mut self, watermark: Timestamp) -> Option<Timestamp> {
        loop {
            let mut first = self.expiry.first_entry().filter(|first| *first.key() < watermark)?;
            let at = *first.key();
            match first.get_mut().front() {
                None => drop(first.remove()),
                Some(row) if self.rows[row.0 as usize].expiry == Some(at) => return Some(at),
                Some(row) => {
                    // By now it may be listed elsewhere, for another window.
                    let listed = &mut self.rows[row.0 as usize].listed;
                    *listed = listed.filter(|listed| *listed != at);
                    first.get_mut().pop_front();
                }
            }
        }
    }

    fn take_first(&mut self, domain: TimeDomain) -> Option<Due> {
        let (at, row, timer, tag) = match domain {
            TimeDomain::EventTime => self.event.first()?.clone(),
            TimeDomain::ProcessingTime => self.processing.first()?.clone(),
        };
        let name = (row, timer, tag.clone());
        let entry = self.put(&name, None)?;
        self.undo.push((name, Some(entry)));
        let output = entry.setting.output;
        Some(Due::Timer(DueTimer { row, timer, tag, at, output }, domain, entry.chain))
    }

    /// The row is past its end: it does not come up again.
    pub(super) fn expired(&mut self, row: RowId) {
        let timers = &mut self.rows[row.0 as usize];
        let Some(expiry) = timers.expiry else { return };
        timers.listed = None;
        if let Some(listed) = self.expiry.get_mut(&expiry) {
            debug_assert_eq!(
                listed.front(),
                Some(&row),
                "rows expire in the order they are listed"
            );
            listed.pop_front();
        }
        self.expired.push((row, expiry));
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.processing.first().map(|place| place.0)
    }

    pub(super) fn commit(&mut self) {
        self.undo.clear();
        self.expired.clear();
    }

    pub(super) fn roll_back(&mut self) {
        while let Some((name, before)) = self.undo.pop() {
            self.put(&name, before);
        }
        // Back where they were: in front, the last one first.
        while let Some((row, expiry)) = self.expired.pop() {
            self.rows[row.0 as usize].listed = Some(expiry);
            self.expiry.entry(expiry).or_default().push_front(row);
        }
    }
}
