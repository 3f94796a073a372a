//! Tables of instants and lengths, their extremes among them.

use super::{Duration, Timestamp, days, hours, millis, minutes, secs};
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use std::time::SystemTime;

#[test]
fn instants_print_and_parse() {
    for (timestamp, text) in [
        (Timestamp::secs(0), "1970-01-01T00:00:00Z"),
        (Timestamp::from_millis(-1), "1969-12-31T23:59:59.999Z"),
        (Timestamp::from_millis(978_310_800_000), "2001-01-01T01:00:00Z"),
        (Timestamp::from_millis(978_310_800_007), "2001-01-01T01:00:00.007Z"),
        (Timestamp::MIN, "MIN"),
        (Timestamp::MAX, "MAX"),
        (Timestamp::END_OF_GLOBAL_WINDOW, "END_OF_GLOBAL_WINDOW"),
        (Timestamp::MAX - millis(1), "9223372036854774ms"),
        (Timestamp::MIN + millis(1), "-9223372036854774ms"),
        (Timestamp::secs(253_402_300_799), "9999-12-31T23:59:59Z"),
        (Timestamp::secs(253_402_300_800), "253402300800000ms"),
        (Timestamp::secs(-62_167_219_200), "0000-01-01T00:00:00Z"),
        (Timestamp::secs(-62_167_219_201), "-62167219201000ms"),
    ] {
        assert_eq!(timestamp.to_string(), text);
        assert_eq!(format!("{timestamp:?}"), text);
        assert_eq!(text.parse::<Timestamp>(), Ok(timestamp), "{text}");
        let json = serde_json::to_string(&timestamp).unwrap();
        assert_eq!(json, format!("{text:?}"));
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), timestamp);
        let compact = postcard::to_stdvec(&timestamp).unwrap();
        assert_eq!(compact, postcard::to_stdvec(&timestamp.millis()).unwrap());
        assert_eq!(postcard::from_bytes::<Timestamp>(&compact).unwrap(), timestamp);
    }
}

#[test]
fn every_offset_is_read_and_what_is_finer_than_a_millisecond_is_floored() {
    for (text, millis) in [
        ("2001-01-01T02:00:00+01:00", 978_310_800_000),
        ("2001-01-01t01:00:00z", 978_310_800_000),
        ("2000-12-31T20:00:00.0079-05:00", 978_310_800_007),
        ("1969-12-31T23:59:59.9999Z", -1),
        ("1969-12-31T23:59:59.9980001Z", -2),
    ] {
        assert_eq!(text.parse(), Ok(Timestamp::from_millis(millis)), "{text}");
    }
    for text in ["", "now", "2001-01-01", "ms", "9223372036854776ms", "99999999999999999999ms"] {
        let error = text.parse::<Timestamp>().unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{text}` is not a timestamp: ")), "{error}");
        assert!(error.contains("\n  help: write RFC 3339"), "{error}");
    }
    let outside = postcard::to_stdvec(&i64::MAX).unwrap();
    assert!(postcard::from_bytes::<Timestamp>(&outside).is_err());
}

#[test]
fn arithmetic_stops_at_the_extremes() {
    let (min, max) = (Timestamp::MIN, Timestamp::MAX);
    for (result, expected) in [
        (Timestamp::from_millis(i64::MIN), min),
        (Timestamp::from_millis(i64::MAX), max),
        (Timestamp::secs(i64::MIN), min),
        (max + Duration::MAX, max),
        (max - millis(i64::MIN), max),
        (min - Duration::MAX, min),
        (min + millis(i64::MIN), min),
        (min + (max - min), max),
        (Timestamp::secs(5) + secs(-2), Timestamp::secs(3)),
    ] {
        assert_eq!(result, expected);
    }
    for (result, expected) in [
        (max - min, millis(18_446_744_073_709_550)),
        (min - max, millis(-18_446_744_073_709_550)),
        (-millis(i64::MIN), Duration::MAX),
        (Duration::MAX + millis(1), Duration::MAX),
        (millis(i64::MIN) - millis(1), millis(i64::MIN)),
        (days(1) * i64::MAX, Duration::MAX),
        (days(-1) * i64::MAX, millis(i64::MIN)),
        (days(i64::MAX), Duration::MAX),
        (hours(i64::MIN), millis(i64::MIN)),
    ] {
        assert_eq!(result, expected);
    }
}

#[test]
fn remainders_are_never_negative() {
    for (number, step, rest) in [
        (7, 5, 2),
        (-7, 5, 3),
        (-10, 10, 0),
        (7, -5, 2),
        (-7, -5, 3),
        (i64::MIN, -1, 0),
        (i64::MIN, i64::MAX, i64::MAX - 1),
    ] {
        assert_eq!(millis(number).rem_euclid(millis(step)), millis(rest), "{number} by {step}");
    }
    assert_eq!(Timestamp::from_millis(-25).rem_euclid(millis(10)), millis(5));
    assert_eq!(Timestamp::MIN.rem_euclid(millis(10)), millis(5));
}

#[test]
fn lengths_print_and_parse() {
    for (duration, text) in [
        (Duration::ZERO, "0s"),
        (millis(250), "250ms"),
        (millis(1500), "1s500ms"),
        (secs(-5), "-5s"),
        (secs(90), "1m30s"),
        (minutes(90), "1h30m"),
        (hours(36), "1d12h"),
        (days(-3) - millis(7), "-3d7ms"),
        (Duration::MAX, "106751991167d7h12m55s807ms"),
        (millis(i64::MIN), "-106751991167d7h12m55s808ms"),
    ] {
        assert_eq!(duration.to_string(), text);
        assert_eq!(text.parse(), Ok(duration), "{text}");
        let json = serde_json::to_string(&duration).unwrap();
        assert_eq!(json, format!("{text:?}"));
        assert_eq!(serde_json::from_str::<Duration>(&json).unwrap(), duration);
        let compact = postcard::to_stdvec(&duration).unwrap();
        assert_eq!(postcard::from_bytes::<Duration>(&compact).unwrap(), duration);
    }
    for (text, duration) in
        [("0m", Duration::ZERO), ("12h", hours(12)), ("90m", minutes(90)), ("1d", days(1))]
    {
        assert_eq!(text.parse(), Ok(duration), "{text}");
    }
}

#[test]
fn a_text_that_is_no_length_is_refused_with_a_reason_and_a_remedy() {
    for (text, reason) in [
        ("", "it holds no number"),
        ("-", "it holds no number"),
        ("5", "5 has no unit"),
        ("m", "`m` does not start with a number"),
        ("1.5h", "1 has no unit"),
        ("1h 30m", "` 30m` does not start with a number"),
        ("5min", "`min` is not a unit"),
        ("5H", "`H` is not a unit"),
        ("30m1h", "`h` comes after a unit that is not larger"),
        ("1s1s", "`s` comes after a unit that is not larger"),
        ("99999999999999999999s", "99999999999999999999 is too large"),
        ("106751991168d", "it is too large"),
        ("1é", "1 has no unit"),
    ] {
        let error = text.parse::<Duration>().unwrap_err().to_string();
        let expected = format!("`{text}` is not a duration: {reason}\n  help: write numbers with ");
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[test]
fn other_types_convert_where_they_reach() {
    let farthest = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
    for date in farthest {
        let timestamp = Timestamp::try_from(date).unwrap();
        assert_eq!(timestamp.millis(), date.timestamp_millis());
        assert!(DateTime::<Utc>::try_from(timestamp).is_ok());
    }
    for timestamp in [Timestamp::MIN, Timestamp::MAX, Timestamp::END_OF_GLOBAL_WINDOW] {
        assert!(DateTime::<Utc>::try_from(timestamp).is_err());
    }
    for (nanos_before, millis) in [(0, 0), (1, -1), (1_000_000, -1), (1_000_001, -2)] {
        let time = SystemTime::UNIX_EPOCH - std::time::Duration::from_nanos(nanos_before);
        assert_eq!(Timestamp::try_from(time), Ok(Timestamp::from_millis(millis)));
    }
    let std_millis = std::time::Duration::from_millis;
    assert_eq!(Duration::try_from(std::time::Duration::from_micros(1999)), Ok(millis(1)));
    assert_eq!(Duration::try_from(std_millis(i64::MAX as u64)), Ok(Duration::MAX));
    assert!(Duration::try_from(std::time::Duration::MAX).is_err());
    assert_eq!(std::time::Duration::try_from(secs(2)), Ok(std_millis(2000)));
    assert_eq!(
        std::time::Duration::try_from(secs(-2)).unwrap_err().to_string(),
        "cannot express -2s as a std::time::Duration: it is out of range",
    );
}

proptest! {
    #[test]
    fn text_and_calendar_keep_every_instant(number in any::<i64>(), near in -1_i64 << 48..1 << 48) {
        for timestamp in [Timestamp::from_millis(number), Timestamp::from_millis(near)] {
            prop_assert_eq!(timestamp.to_string().parse(), Ok(timestamp));
            if let Ok(date) = DateTime::<Utc>::try_from(timestamp) {
                prop_assert_eq!(Timestamp::try_from(date), Ok(timestamp));
            }
            if let Ok(time) = SystemTime::try_from(timestamp) {
                prop_assert_eq!(Timestamp::try_from(time), Ok(timestamp));
            }
        }
        prop_assert_eq!(millis(number).to_string().parse(), Ok(millis(number)));
    }
}
