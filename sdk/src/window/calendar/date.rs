//! Dates of the Gregorian calendar, before and after it was in use, as far as numbers reach.
//!
//! `chrono` ends after some 262,000 years, before the ends of event time.

use std::ops::Range;

pub(super) const MILLIS_PER_DAY: i64 = 86_400_000;
pub(super) const MONTHS_PER_YEAR: i64 = 12;

/// The number that `chrono` gives to 1970-01-01, counting from the year 1.
pub(super) const DAYS_TO_1970: i64 = 719_163;

const DAYS_PER_400_YEARS: i64 = 146_097;
/// From 0000-03-01 to 1970-01-01. Years that begin in March have their leap day at the end.
const MARCH_TO_1970: i64 = 719_468;
/// March to January: the months of such a year, five of which have 153 days.
const DAYS_PER_5_MONTHS: i64 = 153;
/// From January to March, where those years begin.
const MARCH: i64 = 2;

/// The days of a month, in days since 1970. Months are counted from January of the year 0.
pub(super) fn days_of_month(month: i64) -> Range<i64> {
    first_of_month(month)..first_of_month(month + 1)
}

fn first_of_month(month: i64) -> i64 {
    let from_march = month - MARCH;
    let (year, month) =
        (from_march.div_euclid(MONTHS_PER_YEAR), from_march.rem_euclid(MONTHS_PER_YEAR));
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let in_year = (DAYS_PER_5_MONTHS * month + 2) / 5;
    365 * year + leap_days + in_year - MARCH_TO_1970
}

/// The month that a day since 1970 lies in, counted from January of the year 0, and the day of the
/// month, counted from 0.
pub(super) fn month_and_day(day: i64) -> (i64, i64) {
    let from_march = day + MARCH_TO_1970;
    let era = from_march.div_euclid(DAYS_PER_400_YEARS);
    let in_era = from_march.rem_euclid(DAYS_PER_400_YEARS);
    // Without the leap days before it, each year of the era has 365 days.
    let leap_days = in_era / 1_460 - in_era / 36_524 + in_era / (DAYS_PER_400_YEARS - 1);
    let year = (in_era - leap_days) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let month = (5 * in_year + 2) / DAYS_PER_5_MONTHS;
    let in_month = in_year - (DAYS_PER_5_MONTHS * month + 2) / 5;
    ((era * 400 + year) * MONTHS_PER_YEAR + month + MARCH, in_month)
}
