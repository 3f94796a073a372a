//! Windows of whole days, weeks, months and years in a time zone (model.md 2.2).

use chrono::{DateTime, TimeDelta, TimeZone as _};
use chrono_tz::Tz;

use crate::case::{CalendarUnit, GLOBAL_WINDOW_MAX, PaneWindow};

const DAY: i64 = 86_400_000;

/// The block of `count` units since the start that contains `t`.
///
/// A block begins with the first instant of its first day, so that it may have 23 or 25 hours. The
/// start is a date: the one that the given time has in UTC. Dates are days counted from 1970.
pub(super) fn block(
    unit: CalendarUnit,
    count: u32,
    zone: Option<&str>,
    start: Option<i64>,
    t: i64,
) -> Result<PaneWindow, String> {
    let zone: Option<Tz> = match zone {
        None => None,
        Some(name) => Some(name.parse().map_err(|_| format!("there is no time zone `{name}`"))?),
    };
    let start = start.unwrap_or(0).div_euclid(DAY);
    let count = i64::from(count);
    let begin = |block: i64| first_instant(zone, first_day(unit, start, block * count));
    // From a guess that is not far off, to the block that contains the time.
    let mut block = (t.div_euclid(DAY) - start) * 400 / (count * days_of_400(unit));
    while begin(block)? > t {
        block -= 1;
    }
    while begin(block + 1)? <= t {
        block += 1;
    }
    let end = begin(block + 1)?.min(GLOBAL_WINDOW_MAX + 1);
    Ok(PaneWindow::Interval { start: begin(block)?, end })
}

/// The days of 400 units, where there are no leaps.
fn days_of_400(unit: CalendarUnit) -> i64 {
    match unit {
        CalendarUnit::Days => 400,
        CalendarUnit::Weeks => 400 * 7,
        // 400 years are 146,097 days, and 4,800 months.
        CalendarUnit::Months => 146_097 / 12,
        CalendarUnit::Years => 146_097,
    }
}

/// The day that lies so many units behind another one; where a month has no such day, its last.
fn first_day(unit: CalendarUnit, start: i64, units: i64) -> i64 {
    let months = match unit {
        CalendarUnit::Days => return start + units,
        CalendarUnit::Weeks => return start + 7 * units,
        CalendarUnit::Months => units,
        CalendarUnit::Years => 12 * units,
    };
    let (year, month, day) = date_of(start);
    let months = 12 * year + month + months;
    let first = first_of_month(months);
    let length = first_of_month(months + 1) - first;
    first + (day - 1).min(length - 1)
}

/// The first day of a month, counted from January of the year 0.
fn first_of_month(months: i64) -> i64 {
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
    // Leap years before this one, the year 0 among them.
    let before = year - 1;
    let leaps = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) + 1;
    let is_leap =
        year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    let lengths = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let into_year: i64 = lengths.iter().take(usize::try_from(month).expect("it is below 12")).sum();
    // From 1 January of the year 0 to 1970 it is 719,528 days.
    365 * year + leaps + into_year - 719_528
}

/// Year, month from 0 and day from 1.
fn date_of(days: i64) -> (i64, i64, i64) {
    let mut months = (days + 719_528) * 4_800 / 146_097;
    while first_of_month(months) > days {
        months -= 1;
    }
    while first_of_month(months + 1) <= days {
        months += 1;
    }
    (months.div_euclid(12), months.rem_euclid(12), days - first_of_month(months) + 1)
}

/// When a day begins in a zone; where clocks skip its midnight, with the first second they show.
fn first_instant(zone: Option<Tz>, day: i64) -> Result<i64, String> {
    let Some(zone) = zone else { return Ok(day * DAY) };
    let midnight = DateTime::from_timestamp_millis(day * DAY)
        .ok_or_else(|| format!("day {day} is outside of what is known of zones"))?
        .naive_utc();
    let seconds = (0..200_000).map(|seconds| midnight + TimeDelta::seconds(seconds));
    let mut shown = seconds.filter_map(|local| zone.from_local_datetime(&local).earliest());
    shown
        .next()
        .map(|instant| instant.timestamp_millis())
        .ok_or_else(|| format!("zone {zone} never shows day {day}"))
}
