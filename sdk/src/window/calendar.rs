//! Windows of whole days, weeks, months or years of a time zone.

mod date;
mod midnight;
#[cfg(test)]
mod tests;

use self::date::{DAYS_TO_1970, MONTHS_PER_YEAR, days_of_month, month_and_day};
use self::midnight::midnight;
use super::Interval;
use crate::Timestamp;
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU32;

/// Cuts time into blocks of days, weeks, months or years, from midnight to midnight of a time zone.
///
/// A day on which clocks change is as long as it is there, 23 or 25 hours as a rule. A block
/// starts with the first instant of its first date: after the gap where clocks skip midnight, and
/// at the earlier one where they show it twice. A date that the zone skipped has no time in it.
///
/// Blocks are counted from a start date, back as well as forth: a date in 1970, UTC if no zone is
/// given. Months and years end with their last day where the start has a day they lack, and the
/// next one is counted from the start again.
///
/// ```
/// use heliostat::{CalendarUnit, CalendarWindows, NaiveDate, Timestamp, Tz, hours};
///
/// // On 2024-03-10 clocks in New York went from two to three.
/// let days = CalendarWindows::of(CalendarUnit::Days, 1).in_zone(Tz::America__New_York);
/// let window = days.window_at("2024-03-10T12:00:00Z".parse().unwrap());
/// assert_eq!(window.to_string(), "[2024-03-10T05:00:00Z,2024-03-11T04:00:00Z)");
/// assert_eq!(window.end() - window.start(), hours(23));
///
/// // Months that start on the 31st start on the 29th in a February of a leap year.
/// let start = NaiveDate::from_ymd_opt(2024, 1, 31).unwrap();
/// let months = CalendarWindows::of(CalendarUnit::Months, 1).starting(start);
/// let window = months.window_at("2024-03-10T12:00:00Z".parse().unwrap());
/// assert_eq!(window.to_string(), "[2024-02-29T00:00:00Z,2024-03-31T00:00:00Z)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarWindows {
    unit: CalendarUnit,
    count: NonZeroU32,
    zone: Tz,
    start: NaiveDate,
}

/// What calendar windows are counted in.
///
/// ```
/// use heliostat::{CalendarUnit, CalendarWindows, Timestamp};
///
/// let quarters = CalendarWindows::of(CalendarUnit::Months, 3);
/// let window = quarters.window_at("2001-05-09T00:00:00Z".parse().unwrap());
/// assert_eq!(window.to_string(), "[2001-04-01T00:00:00Z,2001-07-01T00:00:00Z)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CalendarUnit {
    /// From midnight to midnight.
    Days,
    /// Seven days.
    Weeks,
    /// Up to the same day of the next month.
    Months,
    /// Up to the same date of the next year.
    Years,
}

impl CalendarWindows {
    /// Windows of `count` units of UTC each.
    ///
    /// They are counted from 1970-01-01, and weeks from the first Monday after it, 1970-01-05.
    ///
    /// # Panics
    /// If `count` is zero.
    #[track_caller]
    pub fn of(unit: CalendarUnit, count: u32) -> Self {
        let Some(count) = NonZeroU32::new(count) else {
            panic!("a window must have a positive length, not {unit} 0")
        };
        Self { unit, count, zone: Tz::UTC, start: unit.default_start() }
    }

    /// The same, with the midnights of `zone`. The start date stays the date it is.
    #[must_use]
    pub fn in_zone(self, zone: Tz) -> Self {
        Self { zone, ..self }
    }

    /// The same, counted from `date`: on that date, in the time zone of the windows, one starts.
    #[must_use]
    pub fn starting(self, date: NaiveDate) -> Self {
        Self { start: date, ..self }
    }

    /// What is counted.
    pub fn unit(&self) -> CalendarUnit {
        self.unit
    }

    /// How many units a window has; never zero.
    pub fn count(&self) -> u32 {
        self.count.get()
    }

    /// The time zone whose midnights count.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The date that units are counted from.
    pub fn start(&self) -> NaiveDate {
        self.start
    }

    /// The one window that holds `timestamp`.
    pub fn window_at(&self, timestamp: Timestamp) -> Interval {
        let millis = timestamp.min(Timestamp::END_OF_GLOBAL_WINDOW).millis();
        let blocks = self.blocks();
        let begin = |block| midnight(self.zone, blocks.first_day(block));
        // The block of this date in UTC is the right one or next to it. Whatever the zone does, the
        // block found is the one that holds the timestamp.
        let mut block = blocks.near(millis);
        let (mut start, mut end) = (begin(block), begin(block + 1));
        while millis < start {
            block -= 1;
            (start, end) = (begin(block), start);
        }
        while end <= millis {
            block += 1;
            (start, end) = (end, begin(block + 1));
        }
        Interval::cut(start, end)
    }

    fn blocks(&self) -> Blocks {
        let count = i64::from(self.count.get());
        let first = i64::from(self.start.num_days_from_ce()) - DAYS_TO_1970;
        match self.unit {
            CalendarUnit::Days => Blocks::OfDays { first, step: count },
            CalendarUnit::Weeks => Blocks::OfDays { first, step: 7 * count },
            CalendarUnit::Months => self.months(count),
            CalendarUnit::Years => self.months(MONTHS_PER_YEAR * count),
        }
    }

    fn months(&self, step: i64) -> Blocks {
        let first = i64::from(self.start.year()) * MONTHS_PER_YEAR + i64::from(self.start.month0());
        Blocks::OfMonths { first, day: i64::from(self.start.day()), step }
    }
}

/// On which days blocks begin. Block 0 begins on the start date.
enum Blocks {
    /// Days are counted from 1970.
    OfDays { first: i64, step: i64 },
    /// Months are counted from the year 0.
    OfMonths { first: i64, day: i64, step: i64 },
}

impl Blocks {
    /// The block of the date that `millis` has in UTC, or the one behind it.
    fn near(&self, millis: i64) -> i64 {
        let day = millis.div_euclid(date::MILLIS_PER_DAY);
        match *self {
            Self::OfDays { first, step } => (day - first).div_euclid(step),
            Self::OfMonths { first, step, .. } => (month_and_day(day).0 - first).div_euclid(step),
        }
    }

    /// The day that a block begins on, in days since 1970.
    fn first_day(&self, block: i64) -> i64 {
        match *self {
            Self::OfDays { first, step } => first + block * step,
            Self::OfMonths { first, day, step } => {
                let days = days_of_month(first + block * step);
                days.start + (day - 1).min(days.end - days.start - 1)
            }
        }
    }
}

impl CalendarUnit {
    fn default_start(self) -> NaiveDate {
        match self {
            Self::Days | Self::Months | Self::Years => NaiveDate::default(),
            Self::Weeks => NaiveDate::default() + chrono::Days::new(4),
        }
    }
}

impl fmt::Display for CalendarUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::Months => "months",
            Self::Years => "years",
        })
    }
}

impl fmt::Display for CalendarWindows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.unit, self.count)?;
        if self.zone != Tz::UTC {
            write!(f, " in {}", self.zone)?;
        }
        if self.start != self.unit.default_start() {
            write!(f, " starting {}", self.start)?;
        }
        Ok(())
    }
}
