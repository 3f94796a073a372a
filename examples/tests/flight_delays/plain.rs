//! What the flights must come to, computed without a pipeline. All times are minutes since 1970.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub(crate) const HOUR: i64 = 60;

/// Rows in a bundle of a replay.
const BUNDLE_ROWS_MAX: usize = 1_000;

#[derive(Clone)]
pub(crate) struct Flight {
    pub(crate) departed: i64,
    pub(crate) delay: i64,
    pub(crate) origin: String,
}

/// The start of the hour, and the airport.
pub(crate) type Pair = (i64, String);

impl Flight {
    pub(crate) fn pair(&self) -> Pair {
        (self.departed.div_euclid(HOUR) * HOUR, self.origin.clone())
    }
}

pub(crate) fn flights(csv: &str) -> Vec<Flight> {
    let mut lines = csv.lines();
    let header = "reported_at,departed_at,delay_minutes,distance_miles,origin,destination";
    assert_eq!(lines.next(), Some(header));
    let flight = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let [_, departed, delay, _, origin, _] = fields[..] else { panic!("six fields: {line}") };
        let delay = delay.parse().expect("delays are whole minutes");
        Flight { departed: minutes_of(departed), delay, origin: origin.to_owned() }
    };
    lines.map(flight).collect()
}

/// Days from the first of March of the year 0, as if there had always been leap years.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2).div_euclid(5) + day - 1
}

fn minutes_of(text: &str) -> i64 {
    let part = |range: std::ops::Range<usize>| -> i64 { text[range].parse().expect("digits") };
    assert_eq!(&text[16..], ":00Z", "all times are whole minutes");
    let since = days(part(0..4), part(5..7), part(8..10)) - days(1970, 1, 1);
    (since * 24 + part(11..13)) * 60 + part(14..16)
}

/// The inverse, found by looking; the flights are of the first months of one year.
pub(crate) fn text_of(minutes: i64) -> String {
    let (day, minute) = (minutes.div_euclid(24 * HOUR), minutes.rem_euclid(24 * HOUR));
    let since = day + days(1970, 1, 1);
    let (month, first) = (1..=12)
        .map(|month| (month, days(2001, month, 1)))
        .rfind(|(_, first)| *first <= since)
        .expect("flights are of 2001");
    let (day, hour) = (since - first + 1, minute.div_euclid(HOUR));
    format!("2001-{month:02}-{day:02}T{hour:02}:{:02}:00Z", minute.rem_euclid(HOUR))
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Delays {
    pub(crate) flights: u64,
    pub(crate) minutes: i64,
    pub(crate) max: i64,
}

impl Delays {
    fn add(&mut self, delay: i64) {
        self.max = if self.flights == 0 { delay } else { self.max.max(delay) };
        self.flights += 1;
        self.minutes += delay;
    }

    pub(crate) fn mean(&self) -> f64 {
        self.minutes as f64 / self.flights as f64
    }
}

/// All flights, in the hours in which they departed.
pub(crate) fn by_hour(flights: &[Flight]) -> BTreeMap<Pair, Delays> {
    let mut hours: BTreeMap<Pair, Delays> = BTreeMap::new();
    for flight in flights {
        hours.entry(flight.pair()).or_default().add(flight.delay);
    }
    hours
}

/// One line of the output.
pub(crate) struct Pane<'a> {
    pub(crate) pair: &'a Pair,
    pub(crate) delays: Delays,
    pub(crate) late: bool,
    pub(crate) index: u64,
    pub(crate) is_last: bool,
}

impl fmt::Display for Pane<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pair: (start, origin), delays, late, index, is_last } = self;
        let (start, end) = (text_of(*start), text_of(start + HOUR));
        let timing = if *late { "LATE" } else { "ON_TIME" };
        let (mean, is_first) = (delays.mean(), *index == 0);
        write!(f, r#"{{"window_start":"{start}","window_end":"{end}","origin":"{origin}","#)?;
        write!(f, r#""flights":{},"mean_delay_minutes":{mean:?},"#, delays.flights)?;
        write!(f, r#""max_delay_minutes":{},"pane":{{"timing":"{timing}","#, delays.max)?;
        write!(f, r#""index":{index},"is_first":{is_first},"is_last":{is_last}}}}}"#)
    }
}

/// How a replay is windowed.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) disorder: i64,
    pub(crate) lateness: i64,
    pub(crate) discarding: bool,
}

/// What a replay comes to.
#[derive(Default)]
pub(crate) struct Replay {
    /// In no order that means anything.
    pub(crate) lines: Vec<String>,
    pub(crate) late_rows: u64,
    pub(crate) late_panes: u64,
    pub(crate) dropped: u64,
}

#[derive(Default)]
struct Hour {
    delays: Delays,
    panes: u64,
}

/// Replays the flights bundle by bundle: within one the watermark stands still.
pub(crate) fn replay(flights: &[Flight], rules: Rules) -> Replay {
    let mut replay = Replay::default();
    let mut hours: BTreeMap<Pair, Hour> = BTreeMap::new();
    let (mut latest, mut watermark) = (i64::MIN / 2, i64::MIN / 2);
    let mut rest = flights;
    while !rest.is_empty() {
        let is_a_step = |flight: &Flight| {
            latest = latest.max(flight.departed);
            latest - rules.disorder > watermark
        };
        let rows = rest.iter().position(is_a_step).map_or(rest.len(), |last| last + 1);
        let (bundle, others) = rest.split_at(rows.min(BUNDLE_ROWS_MAX));
        rest = others;

        let mut late = BTreeSet::new();
        for flight in bundle {
            let pair = flight.pair();
            let end = pair.0 + HOUR;
            if end + rules.lateness <= watermark {
                replay.dropped += 1;
                continue;
            }
            hours.entry(pair.clone()).or_default().delays.add(flight.delay);
            if end <= watermark {
                replay.late_rows += 1;
                late.insert(pair);
            }
        }
        replay.late_panes += late.len() as u64;
        for pair in &late {
            let hour = hours.get_mut(pair).expect("a flight was just added to it");
            replay.lines.push(hour.fire(pair, true, false, rules));
        }
        let before = watermark;
        watermark = if rest.is_empty() { i64::MAX / 2 } else { latest - rules.disorder };
        let open = hours.range_mut((before - HOUR + 1, String::new())..);
        for (pair, hour) in open.take_while(|((start, _), _)| start + HOUR <= watermark) {
            let is_last = pair.0 + HOUR + rules.lateness <= watermark;
            replay.lines.push(hour.fire(pair, false, is_last, rules));
        }
    }
    replay
}

impl Hour {
    fn fire(&mut self, pair: &Pair, late: bool, is_last: bool, rules: Rules) -> String {
        let pane = Pane { pair, delays: self.delays, late, index: self.panes, is_last };
        self.panes += 1;
        if rules.discarding {
            self.delays = Delays::default();
        }
        pane.to_string()
    }
}
