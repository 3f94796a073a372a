//! Numbers as people read them.

use crate::Duration;

/// With a comma between thousands.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The number and its noun, which takes an `s` unless there is one of it.
pub(super) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

/// A size: exact while it can be read at a glance.
pub(super) fn bytes(size: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.into_iter().find(|(unit, _)| 10 * unit <= size) {
        Some((unit, name)) => {
            format!("{}.{} {name}", thousands(size / unit), size / (unit / 10) % 10)
        }
        None => counted(size, "byte"),
    }
}

/// Seconds with what matters behind the point.
pub(super) fn seconds(length: Duration) -> String {
    let millis = length.millis().unsigned_abs();
    let (whole, rest) = (millis / 1000, millis.rem_euclid(1000));
    if whole < 60 {
        format!("{whole}.{rest:03} s")
    } else {
        format!("{}.{} s", thousands(whole), rest / 100)
    }
}

/// So many per second; the shortest time is a millisecond.
pub(super) fn rate(number: u64, elapsed: Duration) -> u64 {
    let millis = u128::from(elapsed.millis().unsigned_abs().max(1));
    u64::try_from(u128::from(number) * 1000 / millis).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{bytes, counted, rate, seconds, thousands};
    use crate::millis;

    #[test]
    fn thousands_are_separated() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (17_641, "17,641"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn one_is_no_plural() {
        assert_eq!(counted(1, "element"), "1 element");
        assert_eq!(counted(0, "element"), "0 elements");
    }

    #[test]
    fn sizes_are_exact_while_they_are_small() {
        for (size, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (9_999, "9,999 bytes"),
            (12_345, "12.3 kB"),
            (12_345_678, "12.3 MB"),
            (1_234_567_890_123, "1,234.5 GB"),
        ] {
            assert_eq!(bytes(size), text);
        }
    }

    #[test]
    fn lengths_are_seconds_and_rates_are_per_second() {
        assert_eq!(seconds(millis(1_520)), "1.520 s");
        assert_eq!(seconds(millis(61_250)), "61.2 s");
        assert_eq!(rate(300, millis(1_500)), 200);
        assert_eq!(rate(3, millis(0)), 3_000, "as if a millisecond had passed");
    }
}
