//! The rules of what a timer can be set to (model.md 6.3).

use crate::dofn::Call;
use crate::{Duration, Error, Result, Timestamp};

/// The time `offset` behind now, or where that is no multiple of `period`: now and what is missing
/// from it to the next one.
pub(super) fn target(now: Timestamp, offset: Duration, period: Duration) -> Result<Timestamp> {
    if period < Duration::ZERO {
        return Err(Error::new(format!(
            "a timer cannot be aligned to {period}: a period is not negative"
        )));
    }
    let plain = now + offset;
    if period == Duration::ZERO {
        return Ok(plain);
    }
    let behind = plain.rem_euclid(period);
    Ok(if behind == Duration::ZERO { now } else { now + (period - behind) })
}

/// An event timer of this id cannot be set to this time.
pub(super) fn beyond(id: &str, at: Timestamp, call: &Call<'_>) -> Error {
    Error::new(format!(
        "event timer `{id}` cannot be set to {at}: window {} expires at {}, and its timers with it; \
         set it to that at most, or use `set_relative`, which stops there",
        call.window(),
        call.expiry(),
    ))
}

/// An output timestamp that the author chose, where the timer is set at `from`.
pub(super) fn checked_output(
    id: &str,
    output: Timestamp,
    (from, skew): (Timestamp, Duration),
    call: &Call<'_>,
) -> Result<Timestamp> {
    if output < from - skew {
        return Err(Error::new(format!(
            "timer `{id}` cannot have output timestamp {output}: it is set at {from}, the allowed \
             skew is {skew}, and what moves further back could be late; choose a later one, or \
             raise the skew"
        )));
    }
    if call.expiry() < output {
        return Err(Error::new(format!(
            "timer `{id}` cannot have output timestamp {output}: window {} expires at {}; choose \
             that at most",
            call.window(),
            call.expiry(),
        )));
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::target;
    use crate::{Duration, Timestamp, minutes, secs};

    #[test]
    fn an_aligned_timer_is_set_as_beam_sets_it() {
        for (now, offset, period, expected) in [
            (5, secs(1), Duration::ZERO, 6),
            (5, secs(1), minutes(1), 59),
            (59, secs(1), minutes(1), 59),
            (60, secs(0), minutes(1), 60),
            (0, secs(70), minutes(1), 50),
            (-5, secs(1), minutes(1), -1),
            (5, secs(-10), minutes(1), 10),
        ] {
            let at = target(Timestamp::secs(now), offset, period).unwrap();
            assert_eq!(at, Timestamp::secs(expected), "now {now}, offset {offset}, by {period}");
        }
        assert!(target(Timestamp::secs(0), secs(1), secs(-1)).is_err());
    }
}
