//! Windows of the calendar against tables of known days, and against what `chrono` says of dates.

use super::date::{DAYS_TO_1970, days_of_month, month_and_day};
use super::{CalendarUnit, CalendarWindows};
use crate::{Timestamp, Window, secs};
use CalendarUnit::{Days, Months, Weeks, Years};
use chrono::{DateTime, Datelike, Months as ChronoMonths, NaiveDate, Offset, TimeDelta, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use proptest::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

const UTC: &str = "UTC";

fn windows(unit: CalendarUnit, count: u32, zone: &str, start: &str) -> CalendarWindows {
    let windows = CalendarWindows::of(unit, count).in_zone(zone.parse().expect("a zone"));
    match start {
        "" => windows,
        date => windows.starting(date.parse().expect("a date")),
    }
}

fn at(text: &str) -> Timestamp {
    let text = if text.contains('T') { format!("{text}Z") } else { format!("{text}T00:00:00Z") };
    text.parse().expect("a time")
}

/// Zone, a time in UTC, start and end of its day in UTC, and how long that day is.
const DAYS: &str = "
    UTC                 2024-02-29T23:59:59 2024-02-29          2024-03-01          1d
    UTC                 1582-10-10T12:00:00 1582-10-10          1582-10-11          1d
    Asia/Kolkata        2024-01-01          2023-12-31T18:30:00 2024-01-01T18:30:00 1d
  clocks go forward and back in the night
    America/New_York    2024-03-10T12:00:00 2024-03-10T05:00:00 2024-03-11T04:00:00 23h
    America/New_York    2024-11-03T12:00:00 2024-11-03T04:00:00 2024-11-04T05:00:00 1d1h
    Europe/Berlin       2024-03-31T21:59:59 2024-03-30T23:00:00 2024-03-31T22:00:00 23h
    Europe/Berlin       2024-10-26T22:00:00 2024-10-26T22:00:00 2024-10-27T23:00:00 1d1h
    Australia/Lord_Howe 2024-10-06          2024-10-05T13:30:00 2024-10-06T13:00:00 23h30m
    Australia/Lord_Howe 2024-04-07          2024-04-06T13:00:00 2024-04-07T13:30:00 1d30m
  from midnight to one, and from midnight back to eleven
    America/Sao_Paulo   2018-11-04T03:00:00 2018-11-04T03:00:00 2018-11-05T02:00:00 23h
    America/Sao_Paulo   2018-11-04T02:59:59 2018-11-03T03:00:00 2018-11-04T03:00:00 1d
    America/Sao_Paulo   2018-02-18T02:00:00 2018-02-17T02:00:00 2018-02-18T03:00:00 1d1h
  from a minute past midnight back to a minute past eleven: a day that has begun stays
    America/St_Johns    2010-11-07T02:29:59 2010-11-06T02:30:00 2010-11-07T02:30:00 1d
    America/St_Johns    2010-11-07T02:30:30 2010-11-07T02:30:00 2010-11-08T03:30:00 1d1h
    America/St_Johns    2010-11-07T03:00:00 2010-11-07T02:30:00 2010-11-08T03:30:00 1d1h
  Samoa had the 4th of July twice, and went from the 29th of December to the 31st
    Pacific/Apia        1892-07-05          1892-07-03T11:26:56 1892-07-05T11:26:56 2d
    Pacific/Apia        2011-12-30T09:59:59 2011-12-29T10:00:00 2011-12-30T10:00:00 1d
    Pacific/Apia        2011-12-30T10:00:00 2011-12-30T10:00:00 2011-12-31T10:00:00 1d
  the sun's time, and the first day of the zone's
    Europe/Berlin       1800-01-01T12:00:00 1799-12-31T23:06:32 1800-01-01T23:06:32 1d
    Europe/Berlin       1893-04-01T12:00:00 1893-03-31T23:06:32 1893-04-01T23:00:00 23h53m28s
";

#[test]
fn a_day_lasts_from_midnight_to_midnight_of_its_zone() {
    for line in DAYS.lines().filter(|line| line.starts_with("    ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [zone, time, start, end, length] = words[..] else { panic!("{line}") };
        let window = windows(Days, 1, zone, "").window_at(at(time));
        assert_eq!((window.start(), window.end()), (at(start), at(end)), "{line}");
        assert_eq!((window.end() - window.start()).to_string(), length, "{line}");
    }
}

#[test]
fn units_are_counted_from_the_start_both_ways() {
    for (unit, count, since, time, start, end) in [
        (Days, 3, "", "1970-01-03T23:59:59", "1970-01-01", "1970-01-04"),
        (Days, 3, "", "1969-12-31T23:59:59.999", "1969-12-29", "1970-01-01"),
        (Days, 3, "", "1969-12-28T23:59:59.999", "1969-12-26", "1969-12-29"),
        (Days, 10, "2024-02-25", "2024-03-01", "2024-02-25", "2024-03-06"),
        (Days, 10, "2023-02-25", "2023-03-07", "2023-03-07", "2023-03-17"),
        (Days, 10, "2024-02-25", "2024-02-24", "2024-02-15", "2024-02-25"),
        (Weeks, 1, "", "2024-05-01", "2024-04-29", "2024-05-06"),
        (Weeks, 1, "2024-01-03", "2024-05-01", "2024-05-01", "2024-05-08"),
        (Weeks, 2, "", "1970-01-04", "1969-12-22", "1970-01-05"),
        (Weeks, 2, "", "1970-01-05", "1970-01-05", "1970-01-19"),
        (Months, 1, "", "2024-02-29T12:00:00", "2024-02-01", "2024-03-01"),
        (Months, 5, "", "1969-08-01", "1969-08-01", "1970-01-01"),
        (Months, 5, "", "1969-07-31", "1969-03-01", "1969-08-01"),
        (Months, 3, "2014-01-15", "2014-07-14", "2014-04-15", "2014-07-15"),
        // The 31st in shorter months; the month after them has its 31st again.
        (Months, 1, "2023-01-31", "2023-02-27", "2023-01-31", "2023-02-28"),
        (Months, 1, "2023-01-31", "2023-02-28", "2023-02-28", "2023-03-31"),
        (Months, 1, "2023-01-31", "2024-03-30", "2024-02-29", "2024-03-31"),
        (Months, 1, "2023-01-31", "2023-04-30", "2023-04-30", "2023-05-31"),
        (Months, 1, "2023-01-31", "2022-11-30", "2022-11-30", "2022-12-31"),
        (Months, 3, "2022-11-30", "2023-05-29", "2023-02-28", "2023-05-30"),
        (Months, 12, "2020-02-29", "2024-02-28", "2023-02-28", "2024-02-29"),
        (Years, 1, "", "2024-12-31T23:59:59", "2024-01-01", "2025-01-01"),
        (Years, 1, "", "0001-01-01", "0001-01-01", "0002-01-01"),
        (Years, 1, "2020-02-29", "2024-02-28", "2023-02-28", "2024-02-29"),
        (Years, 1, "2020-02-29", "2024-02-29", "2024-02-29", "2025-02-28"),
        (Years, 1, "2020-02-29", "1900-02-28", "1900-02-28", "1901-02-28"),
        (Years, 4, "2020-02-29", "2019-06-01", "2016-02-29", "2020-02-29"),
        (Years, 100, "", "1969-12-31", "1870-01-01", "1970-01-01"),
    ] {
        let windows = windows(unit, count, UTC, since);
        let window = windows.window_at(at(time));
        assert_eq!((window.start(), window.end()), (at(start), at(end)), "{time} in {windows}");
    }
}

#[test]
fn a_skipped_day_counts_as_a_day_without_time() {
    for (count, since, time, start, end) in [
        (2, "2011-12-29", "2011-12-30", "2011-12-29T10:00:00", "2011-12-30T10:00:00"),
        (2, "2011-12-30", "2011-12-31", "2011-12-30T10:00:00", "2011-12-31T10:00:00"),
        (3, "2011-12-29", "2011-12-31", "2011-12-29T10:00:00", "2011-12-31T10:00:00"),
        (1, "2011-12-30", "2011-12-31", "2011-12-30T10:00:00", "2011-12-31T10:00:00"),
        (1, "2011-12-31", "2011-12-30", "2011-12-29T10:00:00", "2011-12-30T10:00:00"),
    ] {
        let windows = windows(Days, count, "Pacific/Apia", since);
        let window = windows.window_at(at(time));
        assert_eq!((window.start(), window.end()), (at(start), at(end)), "{time} in {windows}");
    }
}

#[test]
fn windows_are_cut_at_the_ends_of_time() {
    let (first, last) = (Timestamp::MIN, Timestamp::END_OF_GLOBAL_WINDOW);
    for (unit, zone, first_end, last_start) in [
        (Days, UTC, -9_223_372_022_400_000, 9_223_371_936_000_000),
        (Days, "Asia/Kolkata", -9_223_371_936_000_000 - 21_208_000, 9_223_371_916_200_000),
        (Years, UTC, -9_223_371_158_400_000, 9_223_371_244_800_000),
    ] {
        let windows = windows(unit, 1, zone, "");
        let cut = [windows.window_at(first), windows.window_at(last)];
        assert_eq!(cut[0].start(), first, "{windows}");
        assert_eq!(cut[0].end().millis(), first_end, "{windows}");
        assert_eq!(cut[1].start().millis(), last_start, "{windows}");
        assert_eq!(cut[1].max_timestamp(), last, "{windows}");
        assert_eq!(windows.window_at(Timestamp::MAX), cut[1], "{windows}");
    }
    for unit in [Days, Weeks, Months, Years] {
        for (count, date) in [(1, NaiveDate::MIN), (7, NaiveDate::MAX), (u32::MAX, NaiveDate::MIN)]
        {
            let windows = CalendarWindows::of(unit, count).starting(date);
            for time in [first, Timestamp::secs(0), last] {
                let window = windows.window_at(time);
                assert!(window.start() <= time && time < window.end(), "{time} in {windows}");
            }
        }
    }
}

#[test]
fn they_print_and_are_stored_with_what_makes_them_differ() {
    for (unit, count, zone, start, text) in [
        (Days, 1, UTC, "", "days 1"),
        (Days, 1, "Europe/Berlin", "1970-01-01", "days 1 in Europe/Berlin"),
        (Weeks, 2, UTC, "1970-01-05", "weeks 2"),
        (Weeks, 2, UTC, "1970-01-01", "weeks 2 starting 1970-01-01"),
        (Months, 3, "Asia/Kolkata", "2024-04-01", "months 3 in Asia/Kolkata starting 2024-04-01"),
        (Years, 1, "US/Eastern", "", "years 1 in US/Eastern"),
    ] {
        let windows = windows(unit, count, zone, start);
        assert_eq!(windows.to_string(), text);
        let json = serde_json::to_string(&windows).expect("it can be written");
        assert_eq!(serde_json::from_str::<CalendarWindows>(&json).ok(), Some(windows), "{json}");
        let bytes = postcard::to_stdvec(&windows).expect("it can be written");
        assert_eq!(postcard::from_bytes(&bytes), Ok(windows));
    }
    let json = |count: u32, zone: &str| {
        format!(r#"{{"unit":"Days","count":{count},"zone":"{zone}","start":"1970-01-01"}}"#)
    };
    for (count, zone, is_one) in
        [(1, "Europe/Berlin", true), (0, "Europe/Berlin", false), (1, "Europe/Bonn", false)]
    {
        let read = serde_json::from_str::<CalendarWindows>(&json(count, zone));
        assert_eq!(read.is_ok(), is_one, "{count} in {zone}");
    }
}

#[test]
fn what_is_no_calendar_window_is_refused() {
    let said = |build: fn() -> Window| {
        let panic = catch_unwind(AssertUnwindSafe(build)).expect_err("it is wrong");
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).into()))
    };
    for (build, message) in [
        (
            (|| Window::months(0)) as fn() -> Window,
            "a window must have a positive length, not months 0",
        ),
        (
            || Window::fixed(secs(1)).in_zone(Tz::UTC),
            "only days, weeks, months and years have a time zone",
        ),
        (
            || Window::configure().starting(NaiveDate::MIN),
            "only days, weeks, months and years have a start date",
        ),
        (|| Window::days(1).offset(secs(1)), "only fixed and sliding windows have an offset"),
    ] {
        assert_eq!(said(build).as_deref(), Some(message));
    }
}

#[test]
fn dates_are_those_of_chrono_where_it_has_them() {
    for year in (-262_000..=262_000).step_by(97).chain(-410..=2_410) {
        for month in 1..=12 {
            let first = NaiveDate::from_ymd_opt(year, month, 1).expect("it is in range");
            let next = first + ChronoMonths::new(1);
            let [from, to] =
                [first, next].map(|date| i64::from(date.num_days_from_ce()) - DAYS_TO_1970);
            let number = i64::from(year) * 12 + i64::from(month) - 1;
            assert_eq!(days_of_month(number), from..to, "{first}");
            assert_eq!(month_and_day(from), (number, 0), "{first}");
            assert_eq!(month_and_day(to - 1), (number, to - from - 1), "{first}");
        }
    }
}

#[test]
fn every_zone_has_days_that_tile_its_years() {
    let (first, last) = (at("2004-01-01"), at("2020-01-01"));
    for zone in TZ_VARIANTS {
        let days = CalendarWindows::of(Days, 1).in_zone(zone);
        let mut window = days.window_at(first);
        while window.end() < last {
            let next = days.window_at(window.end());
            assert_eq!(next.start(), window.end(), "{zone}");
            window = next;
        }
    }
}

/// The date that clocks show; only the way from instants to dates is taken.
fn date(zone: Tz, time: Timestamp) -> NaiveDate {
    let time = DateTime::<Utc>::try_from(time).expect("it is in chrono's range");
    time.with_timezone(&zone).date_naive()
}

fn offset(zone: Tz, time: Timestamp) -> i32 {
    let time = DateTime::<Utc>::try_from(time).expect("it is in chrono's range");
    time.with_timezone(&zone).offset().fix().local_minus_utc()
}

/// The first date of the block that `units` after the start begins.
fn plus(windows: &CalendarWindows, units: i64) -> NaiveDate {
    let months = |units: i64| {
        let months = ChronoMonths::new(u32::try_from(units.abs()).expect("it is small"));
        if units < 0 { windows.start() - months } else { windows.start() + months }
    };
    match windows.unit() {
        Days => windows.start() + TimeDelta::days(units),
        Weeks => windows.start() + TimeDelta::weeks(units),
        Months => months(units),
        Years => months(12 * units),
    }
}

/// The first dates of the block with this date in it and of the next one, by trying them all.
fn block(windows: &CalendarWindows, date: NaiveDate) -> (NaiveDate, NaiveDate) {
    let count = i64::from(windows.count());
    let days = (date - windows.start()).num_days();
    let longest = match windows.unit() {
        Days => 1,
        Weeks => 7,
        Months => 31,
        Years => 366,
    };
    let mut block = days.div_euclid(longest * count);
    let step = if days < 0 { -1 } else { 1 };
    while !(plus(windows, block * count) <= date && date < plus(windows, (block + 1) * count)) {
        block += step;
    }
    (plus(windows, block * count), plus(windows, (block + 1) * count))
}

fn any_windows() -> impl Strategy<Value = CalendarWindows> {
    let unit = prop::sample::select(vec![Days, Weeks, Months, Years]);
    let start =
        (-100_000_i64..100_000).prop_map(|days| NaiveDate::default() + TimeDelta::days(days));
    (unit, 1_u32..30, prop::sample::select(TZ_VARIANTS.to_vec()), start).prop_map(
        |(unit, count, zone, start)| CalendarWindows::of(unit, count).in_zone(zone).starting(start),
    )
}

proptest! {
    #[test]
    fn windows_hold_their_timestamp_and_meet(
        windows in any_windows(),
        number in any::<i64>(),
        near in -1_i64 << 42..1 << 42,
    ) {
        for time in [Timestamp::from_millis(number), Timestamp::from_millis(near)] {
            let time = time.min(Timestamp::END_OF_GLOBAL_WINDOW);
            let window = windows.window_at(time);
            prop_assert!(window.start() <= time && time < window.end(), "{}", window);
            prop_assert_eq!(&windows.window_at(window.start()), &window);
            prop_assert_eq!(&windows.window_at(window.max_timestamp()), &window);
            if window.end() <= Timestamp::END_OF_GLOBAL_WINDOW {
                prop_assert_eq!(windows.window_at(window.end()).start(), window.end());
            }
            if Timestamp::MIN < window.start() {
                let before = windows.window_at(window.start() - crate::millis(1));
                prop_assert_eq!(before.end(), window.start());
            }
        }
    }

    #[test]
    fn windows_are_blocks_of_the_dates_that_clocks_show(
        windows in any_windows(),
        near in -1_i64 << 42..1 << 42,
    ) {
        let (time, zone) = (Timestamp::from_millis(near), windows.zone());
        let window = windows.window_at(time);
        let (first, next) = block(&windows, date(zone, window.start()));
        prop_assert!(date(zone, window.start() - crate::millis(1)) < first);
        prop_assert!(date(zone, window.max_timestamp()) < next);
        prop_assert!(next <= date(zone, window.end()));
        // Where clocks went back past midnight they show the day before once more.
        let went_back = offset(zone, time) < offset(zone, window.start());
        prop_assert!(date(zone, time) < next);
        prop_assert!(first <= date(zone, time) || went_back);
    }
}
