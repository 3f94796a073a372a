//! Windows of whole days, weeks, months and years in a time zone (model.md 2.2).

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, TimeZone as _};
use chrono_tz::Tz;

use crate::case::{CalendarUnit, PaneWindow};

/// The calendar repeats itself after 400 years, weekdays included.
const ERA: i64 = 146_097 * 86_400_000;

/// The block of `count` units since the start that contains `t`.
///
/// A block begins with the first instant of its first day, so that it may have 23 or 25 hours. The
/// start is a date: the one that the given time has in UTC.
pub(super) fn block(
    unit: CalendarUnit,
    count: u32,
    zone: Option<&str>,
    start: Option<i64>,
    t: i64,
) -> Result<PaneWindow, String> {
    let far = DateTime::from_timestamp_millis(t).is_none();
    if far && count == 1 && zone.is_none() && start.is_none() {
        let eras = t.div_euclid(ERA) * ERA;
        let near = block(unit, count, zone, start, t - eras)?;
        return Ok(match near {
            PaneWindow::Interval { start, end } => {
                PaneWindow::Interval { start: start + eras, end: end + eras }
            }
            PaneWindow::Global => PaneWindow::Global,
        });
    }
    let name = zone.unwrap_or("UTC");
    let zone: Tz = name.parse().map_err(|_| format!("there is no time zone `{name}`"))?;
    let too_far = || format!("{t} is outside of the calendar");
    let start = DateTime::from_timestamp_millis(start.unwrap_or(0)).ok_or_else(too_far)?;
    let start = start.date_naive();
    let begin = |block: i64| {
        let date = date_of(unit, count, start, block).ok_or_else(too_far)?;
        first_instant(zone, date).ok_or_else(too_far)
    };
    // From a guess that is near, to the block that contains the time.
    let days = TimeDelta::try_milliseconds(t).ok_or_else(too_far)?.num_days();
    let from_start = days - start.signed_duration_since(NaiveDate::default()).num_days();
    let mut block = from_start.div_euclid(days_at_most(unit) * i64::from(count));
    while begin(block)? > t {
        block -= 1;
    }
    while begin(block + 1)? <= t {
        block += 1;
    }
    Ok(PaneWindow::Interval { start: begin(block)?, end: begin(block + 1)? })
}

fn days_at_most(unit: CalendarUnit) -> i64 {
    match unit {
        CalendarUnit::Days => 1,
        CalendarUnit::Weeks => 7,
        CalendarUnit::Months => 31,
        CalendarUnit::Years => 366,
    }
}

/// The first date of a block; a month without such a day has its last one.
fn date_of(unit: CalendarUnit, count: u32, start: NaiveDate, block: i64) -> Option<NaiveDate> {
    let units = block * i64::from(count);
    let far = units.unsigned_abs();
    let days = |days: u64| match units < 0 {
        true => start.checked_sub_days(Days::new(days)),
        false => start.checked_add_days(Days::new(days)),
    };
    let months = |months: u64| {
        let months = Months::new(u32::try_from(months).ok()?);
        match units < 0 {
            true => start.checked_sub_months(months),
            false => start.checked_add_months(months),
        }
    };
    match unit {
        CalendarUnit::Days => days(far),
        CalendarUnit::Weeks => days(far * 7),
        CalendarUnit::Months => months(far),
        CalendarUnit::Years => months(far * 12),
    }
}

/// When a date begins in a zone; where clocks skip its midnight, with the first second they show.
fn first_instant(zone: Tz, date: NaiveDate) -> Option<i64> {
    let midnight = date.and_hms_opt(0, 0, 0)?;
    let seconds = (0..200_000).map(|seconds| midnight + TimeDelta::seconds(seconds));
    let mut shown = seconds.filter_map(|local| zone.from_local_datetime(&local).earliest());
    shown.next().map(|instant| instant.timestamp_millis())
}
