//! Window functions, and the options around them.

use heliostat::Seed;

use super::chance::{maybe, one_in, pick, weighted, within};
use super::timeline::Timeline;
use crate::case::{
    Accumulation, CalendarUnit, Closing, OnTime, TimestampCombiner, WindowFunction, WindowSpec,
};

const MODES: [Accumulation; 2] = [Accumulation::Accumulating, Accumulation::Discarding];

const ZONES: [&str; 5] =
    ["Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia"];

const DAY: i64 = 86_400_000;

/// A window function.
pub(crate) fn function(chance: &mut Seed) -> WindowFunction {
    match weighted(chance, &[6, 5, 9, 2, 2, 2, 3]) {
        0 => fixed(chance),
        1 => sliding(chance),
        2 => WindowFunction::Sessions { gap: pick(chance, &[3, 5, 8, 10]) },
        3 => WindowFunction::Global,
        4 => calendar(chance),
        5 => WindowFunction::Custom { name: "parity".into() },
        _ => WindowFunction::Custom { name: "auction".into() },
    }
}

/// Whether its windows merge.
pub(crate) fn merges(function: &WindowFunction) -> bool {
    match function {
        WindowFunction::Sessions { .. } => true,
        WindowFunction::Custom { name } => name == "auction",
        WindowFunction::Global
        | WindowFunction::Fixed { .. }
        | WindowFunction::Sliding { .. }
        | WindowFunction::Calendar { .. } => false,
    }
}

fn fixed(chance: &mut Seed) -> WindowFunction {
    let size = pick(chance, &[1, 5, 7, 10, 10, 20]);
    let offset = if one_in(chance, 3) { within(chance, 0, size) } else { 0 };
    WindowFunction::Fixed { size, offset }
}

fn sliding(chance: &mut Seed) -> WindowFunction {
    let (size, period) = pick(chance, &[(10, 5), (10, 5), (10, 3), (5, 10), (20, 7), (7, 8)]);
    let offset = if one_in(chance, 3) { within(chance, 0, period) } else { 0 };
    WindowFunction::Sliding { size, period, offset }
}

fn calendar(chance: &mut Seed) -> WindowFunction {
    use CalendarUnit::{Days, Months, Weeks, Years};
    let zone = maybe(chance, &ZONES).map(str::to_owned);
    let start = if one_in(chance, 3) { Some(DAY * within(chance, -40, 20_000)) } else { None };
    let unit = pick(chance, &[Days, Days, Weeks, Months, Years]);
    let count = pick(chance, &[1, 1, 2, 3]);
    WindowFunction::Calendar { unit, count, zone, start }
}

/// A windowing that says everything preflight can ask for.
pub(crate) fn spec(chance: &mut Seed, function: WindowFunction, timeline: &Timeline) -> WindowSpec {
    let merging = merges(&function);
    let lateness = pick(chance, &[0, 0, 1, 4, 10, 10, 25, 25, 100]);
    // What merges late is what decisions about merging are about.
    let lateness = if merging && one_in(chance, 2) { 60 } else { lateness };
    let lateness = lateness * timeline.tick;
    // A lateness that goes far behind the end of time.
    let lateness = if one_in(chance, 40) { 365 * DAY } else { lateness };
    WindowSpec {
        function: Some(function),
        lateness: Some(lateness),
        accumulation: Some(pick(chance, &MODES)),
        ..options(chance)
    }
}

/// A window step behind others: a new function or none, and some of the options.
pub(crate) fn another(chance: &mut Seed, timeline: &Timeline) -> WindowSpec {
    let function = match weighted(chance, &[2, 3, 2, 3]) {
        0 => None,
        1 => Some(fixed(chance)),
        2 => Some(sliding(chance)),
        _ => Some(WindowFunction::Sessions { gap: pick(chance, &[5, 12]) }),
    };
    // Small windows on a calendar's scale would be many and empty.
    let function = function.filter(|_| timeline.tick == 1);
    let lateness = maybe(chance, &[0, 5, 50]).map(|lateness| lateness * timeline.tick);
    let accumulation = maybe(chance, &MODES);
    let mut spec = WindowSpec { function, lateness, accumulation, ..WindowSpec::default() };
    if one_in(chance, 3) {
        let WindowSpec { timestamp, closing, on_time, .. } = options(chance);
        spec = WindowSpec { timestamp, closing, on_time, ..spec };
    }
    if spec == WindowSpec::default() {
        spec.accumulation = Some(Accumulation::Discarding);
    }
    spec
}

fn options(chance: &mut Seed) -> WindowSpec {
    use TimestampCombiner::{Earliest, EndOfWindow, Latest};
    WindowSpec {
        timestamp: maybe(chance, &[Earliest, Earliest, Latest, Latest, EndOfWindow]),
        closing: maybe(chance, &[Closing::Always, Closing::IfNonempty]),
        on_time: maybe(chance, &[OnTime::Always, OnTime::IfNonempty]),
        ..WindowSpec::default()
    }
}
