//! What happens in a script: elements, watermarks and clock, close to the edges of what they meet.

use heliostat::Seed;

use super::chance::{one_in, pick, weighted, within};
use super::specs;
use super::timeline::{REACH, Timeline};
use crate::case::{
    Case, Element, Event, Number, PaneWindow, TIMESTAMP_MAX, TIMESTAMP_MIN, Trigger, Value,
    WatermarkTo, WindowFunction,
};
use crate::oracle::windows_of;

const KEYS: [&str; 3] = ["a", "b", "c"];

/// Times that something depends on are few; the oldest are forgotten.
const EDGES_MAX: usize = 12;

/// A script as far as it is written.
struct Play {
    timeline: Timeline,
    function: Option<WindowFunction>,
    lateness: i64,
    delays: Vec<i64>,
    keys: usize,
    decimal: bool,
    /// For each stream; one without a name if there are none.
    streams: Vec<(Option<String>, i64)>,
    processing: i64,
    /// Ends of windows, and their expiry.
    edges: Vec<i64>,
    /// When delays are over.
    deadlines: Vec<i64>,
    /// How many elements there were. Each has a value of its own.
    elements: i64,
    /// When the last few of them lie.
    seen: Vec<i64>,
}

/// The events of a case that is otherwise complete.
pub(crate) fn events(chance: &mut Seed, case: &Case, timeline: Timeline) -> Vec<Event> {
    let first = specs(case).first().copied();
    let mut delays = Vec::new();
    for trigger in specs(case).iter().filter_map(|spec| spec.trigger.as_ref()).chain(&case.trigger)
    {
        find_delays(trigger, &mut delays);
    }
    let names: Vec<Option<String>> = match case.streams.as_slice() {
        [] => vec![None],
        names => names.iter().cloned().map(Some).collect(),
    };
    let mut play = Play {
        timeline,
        function: first.and_then(|spec| spec.function.clone()),
        lateness: first.and_then(|spec| spec.lateness).unwrap_or(0),
        delays,
        keys: pick(chance, &[1, 1, 2, 3]),
        decimal: one_in(chance, 10),
        streams: names.into_iter().map(|name| (name, TIMESTAMP_MIN)).collect(),
        processing: 0,
        edges: Vec::new(),
        deadlines: Vec::new(),
        elements: 0,
        seen: Vec::new(),
    };
    let clock = if play.delays.is_empty() { 1 } else { 8 };
    let (mut events, count) = (Vec::new(), within(chance, 5, 22));
    if one_in(chance, 3) {
        let base = play.timeline.base;
        events.extend(play.watermark_to(chance, base));
    }
    for _ in 0..count {
        match weighted(chance, &[14, 9, clock]) {
            0 => events.push(play.bundle(chance)),
            1 => {
                let to = play.next_watermark(chance);
                events.extend(play.watermark_to(chance, to));
            }
            _ => events.push(play.clock(chance)),
        }
    }
    if one_in(chance, 3) {
        events.push(Event::Watermark { stream: None, to: WatermarkTo::End });
        if play.streams.iter().any(|(_, watermark)| *watermark == TIMESTAMP_MAX) {
            events.pop();
        }
    }
    events
}

impl Play {
    fn bundle(&mut self, chance: &mut Seed) -> Event {
        let (stream, watermark) = pick(chance, &self.streams);
        let count = pick(chance, &[1, 1, 1, 2, 2, 3, 5]);
        let elements = (0..count).map(|_| self.element(chance, watermark)).collect();
        Event::Add { stream, elements }
    }

    fn element(&mut self, chance: &mut Seed, watermark: i64) -> Element {
        let key = KEYS[usize::try_from(chance.below(self.keys as u64)).unwrap_or_default()];
        self.elements += 1;
        let mut value = self.elements;
        // An auction is a negative value, whose size is how long it is open.
        let auctions = WindowFunction::Custom { name: "auction".into() };
        if self.function == Some(auctions) && one_in(chance, 3) {
            value = -pick(chance, &[5, 12, 20, 30]);
        }
        let at = self.timestamp(chance, watermark);
        let value = match self.decimal {
            #[expect(clippy::cast_precision_loss, reason = "there are few elements")]
            true => Number::Decimal(value as f64 + 0.5),
            false => Number::Integer(value),
        };
        // What lies at the beginning of time would need windows that begin before it.
        let timed = watermark == TIMESTAMP_MIN || !one_in(chance, 40);
        let seen_at = if timed { at } else { watermark };
        self.seen.push(seen_at);
        self.remember(value, seen_at);
        Element { key: key.to_owned(), value, timestamp: timed.then_some(at) }
    }

    fn timestamp(&self, chance: &mut Seed, watermark: i64) -> i64 {
        let tick = self.timeline.tick;
        let base = if watermark == TIMESTAMP_MIN { self.timeline.base } else { watermark };
        let late = self.lateness.min(30 * tick) / tick;
        let ticks = within(chance, 0, REACH);
        let at = match weighted(chance, &[4, 6, 5, 4, 4, 4]) {
            // Anywhere.
            0 => self.timeline.at(chance, ticks),
            // Ahead of the watermark, not far.
            1 => base + tick * within(chance, 0, 12),
            // Late, and maybe too late.
            2 => base - tick * within(chance, 0, late + 12) - 1,
            // At an edge of a window that was there.
            3 if !self.edges.is_empty() => pick(chance, &self.edges) + pick(chance, &[-1, 0, 1]),
            // Near one of the elements before it.
            4 if !self.seen.is_empty() => pick(chance, &self.seen) + tick * within(chance, -9, 10),
            // Just where one was.
            5 if !self.seen.is_empty() => pick(chance, &self.seen),
            _ => self.timeline.at(chance, ticks),
        };
        at.clamp(TIMESTAMP_MIN + 1, TIMESTAMP_MAX - 1)
    }

    /// Remembers the edges of an element's windows, and the deadlines that it begins.
    fn remember(&mut self, value: Number, at: i64) {
        let windows = match &self.function {
            Some(function) => windows_of(function, &Value::Number(value), at),
            None => Vec::new(),
        };
        for window in windows {
            let PaneWindow::Interval { end, .. } = window else { continue };
            self.edges.extend([end, end.saturating_add(self.lateness)]);
        }
        self.deadlines.extend(self.delays.iter().map(|delay| self.processing + delay));
        for list in [&mut self.edges, &mut self.deadlines, &mut self.seen] {
            list.drain(..list.len().saturating_sub(EDGES_MAX));
        }
    }

    fn next_watermark(&self, chance: &mut Seed) -> i64 {
        let slowest = self.streams.iter().map(|(_, watermark)| *watermark).min();
        let slowest = slowest.unwrap_or(TIMESTAMP_MIN).max(self.timeline.base - 1);
        let ahead: Vec<i64> =
            self.edges.iter().copied().filter(|edge| slowest <= *edge + 1).collect();
        if ahead.is_empty() || one_in(chance, 4) {
            return slowest + self.timeline.tick * within(chance, 1, 15);
        }
        // The next edge is met more often than one far ahead.
        let nearest = ahead.iter().copied().min().unwrap_or(slowest);
        let edge = if one_in(chance, 2) { nearest } else { pick(chance, &ahead) };
        edge + pick(chance, &[-1, 0, 0, 1])
    }

    /// Moves the watermark of one stream, or of all, if it is ahead of it.
    fn watermark_to(&mut self, chance: &mut Seed, to: i64) -> Option<Event> {
        let behind = |(_, watermark): &(Option<String>, i64)| *watermark < to;
        if TIMESTAMP_MAX <= to || !self.streams.iter().any(behind) {
            return None;
        }
        let all = self.streams.iter().all(behind);
        let to_all = all && (self.streams.len() == 1 || one_in(chance, 2));
        if to_all {
            self.streams.iter_mut().for_each(|(_, watermark)| *watermark = to);
            return Some(Event::Watermark { stream: None, to: WatermarkTo::Time(to) });
        }
        let (stream, watermark) = self.streams.iter_mut().filter(|it| behind(it)).last()?;
        *watermark = to;
        Some(Event::Watermark { stream: stream.clone(), to: WatermarkTo::Time(to) })
    }

    fn clock(&mut self, chance: &mut Seed) -> Event {
        let ahead: Vec<i64> =
            self.deadlines.iter().copied().filter(|it| self.processing <= *it).collect();
        let to = if ahead.is_empty() || one_in(chance, 4) {
            self.processing + within(chance, 1, 8)
        } else {
            pick(chance, &ahead) + pick(chance, &[0, 1, 1, 1])
        };
        self.processing = to.max(self.processing + 1);
        Event::Processing { to: self.processing }
    }
}

fn find_delays(trigger: &Trigger, delays: &mut Vec<i64>) {
    match trigger {
        Trigger::AfterProcessingTime { delay, .. } => delays.push(*delay),
        Trigger::AfterSynchronizedProcessingTime => delays.push(0),
        Trigger::Default | Trigger::AfterCount(_) | Trigger::Never | Trigger::Always => {}
        Trigger::AfterWatermark { early, late } => {
            [early, late].into_iter().flatten().for_each(|inner| find_delays(inner, delays));
        }
        Trigger::Repeatedly(inner) => find_delays(inner, delays),
        Trigger::AfterAny(triggers)
        | Trigger::AfterAll(triggers)
        | Trigger::AfterEach(triggers) => {
            triggers.iter().for_each(|inner| find_delays(inner, delays));
        }
        Trigger::OrFinally(main, until) => {
            find_delays(main, delays);
            find_delays(until, delays);
        }
    }
}
