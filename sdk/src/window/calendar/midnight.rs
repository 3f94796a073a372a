//! When a date begins in a time zone.

use super::date::MILLIS_PER_DAY;
use chrono::{DateTime, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};

/// The first instant at which clocks in `zone` show midnight of a day or later, in milliseconds
/// since 1970. The day is counted in days since 1970.
///
/// It stops at the ends of `i64`, far behind the ends of event time. Where `chrono` knows no
/// date the zone keeps the offset it has at the nearest one.
pub(super) fn midnight(zone: Tz, day: i64) -> i64 {
    let local = day.saturating_mul(MILLIS_PER_DAY);
    let nearest = nearest_date(local);
    match zone.offset_from_local_datetime(&nearest).earliest() {
        Some(offset) => {
            let ahead = i64::from(offset.fix().local_minus_utc());
            local.saturating_sub(ahead * 1000)
        }
        // Clocks skip midnight.
        None => GapInfo::new(&nearest, &zone)
            .and_then(|gap| gap.end)
            .expect("a time that clocks skip lies between two that they show")
            .timestamp_millis(),
    }
}

/// What clocks show `local` milliseconds after 1970, or the end of what `chrono` can say.
fn nearest_date(local: i64) -> NaiveDateTime {
    let [first, last] = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
    let outside = if local < 0 { first } else { last };
    DateTime::from_timestamp_millis(local).unwrap_or(outside).naive_utc()
}
