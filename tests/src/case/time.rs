//! Times and durations as case files write them: milliseconds, a suffix, a name, or a sum of these.

use super::cursor::Cursor;
use super::error::CaseError;

/// The watermark before anything was said, and the timestamp of elements of a batch.
pub const TIMESTAMP_MIN: i64 = -9_223_372_036_854_775;
/// The watermark that says that nothing more will come.
pub const TIMESTAMP_MAX: i64 = 9_223_372_036_854_775;
/// The largest timestamp in the global window, a day before the end of time.
pub const GLOBAL_WINDOW_MAX: i64 = 9_223_371_950_454_775;

const NAMES: [(&str, i64); 5] = [
    ("min", TIMESTAMP_MIN),
    ("max", TIMESTAMP_MAX),
    ("end", TIMESTAMP_MAX),
    ("inf", TIMESTAMP_MAX),
    ("end_of_global_window", GLOBAL_WINDOW_MAX),
];

const SUFFIXES: [(&str, i64); 6] =
    [("", 1), ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// Reads a point in time, such as `-25`, `10s` or `end_of_global_window-5`.
pub(super) fn parse_time(cursor: &mut Cursor<'_>) -> Result<i64, CaseError> {
    let word = cursor.word("a time")?;
    evaluate(word).map_err(|why| {
        cursor.error(format!(
            "`{word}` is not a time: {why}; write milliseconds, a number with ms, s, m, h or d, or \
             one of min, max, end, inf, end_of_global_window"
        ))
    })
}

/// Reads a length of time, which may not be negative.
pub(super) fn parse_duration(cursor: &mut Cursor<'_>) -> Result<i64, CaseError> {
    let duration = parse_time(cursor)?;
    if duration < 0 {
        return Err(cursor.error(format!("`{duration}` is negative; a duration is at least 0")));
    }
    Ok(duration)
}

/// Writes a point in time so that it reads back as the same one.
pub(super) fn render_time(time: i64) -> String {
    match time {
        TIMESTAMP_MIN => "min".into(),
        TIMESTAMP_MAX => "max".into(),
        GLOBAL_WINDOW_MAX => "end_of_global_window".into(),
        // The end of the last window there is, exclusive.
        _ if time == GLOBAL_WINDOW_MAX + 1 => "end_of_global_window+1".into(),
        0 => "0".into(),
        _ if time.rem_euclid(1_000) == 0 => format!("{}s", time.div_euclid(1_000)),
        _ => time.to_string(),
    }
}

fn evaluate(text: &str) -> Result<i64, &'static str> {
    let mut sum = 0_i64;
    let mut rest = text;
    while !rest.is_empty() {
        let (sign, unsigned) = match rest.strip_prefix('-') {
            Some(after) => (-1, after),
            None => (1, rest.strip_prefix('+').unwrap_or(rest)),
        };
        let end = unsigned.find(['+', '-']).unwrap_or(unsigned.len());
        let (term, after) = unsigned.split_at(end);
        let term = term_of(term)?.checked_mul(sign);
        sum = term.and_then(|term| sum.checked_add(term)).ok_or("it is out of range")?;
        rest = after;
    }
    Ok(sum)
}

fn term_of(term: &str) -> Result<i64, &'static str> {
    let end = term.find(|c: char| !c.is_ascii_digit()).unwrap_or(term.len());
    let (digits, suffix) = term.split_at(end);
    if digits.is_empty() {
        let lower = term.to_ascii_lowercase();
        let named = NAMES.iter().find(|(name, _)| *name == lower);
        return named.map(|(_, time)| *time).ok_or("there is no time of this name");
    }
    let unit = SUFFIXES.iter().find(|(name, _)| *name == suffix);
    let (_, unit) = unit.ok_or("there is no unit of this name")?;
    let count: i64 = digits.parse().map_err(|_| "it is out of range")?;
    count.checked_mul(*unit).ok_or("it is out of range")
}
