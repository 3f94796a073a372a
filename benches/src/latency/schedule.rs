//! When each event of a run is due.

use heliostat::{Duration, Timestamp, millis};

const SECOND_NANOS: u64 = 1_000_000_000;

/// How long a window is in event time.
const MINUTE_MILLIS: u64 = 60_000;

/// Events at a fixed rate, which does not depend on how fast anybody takes them. Their times of
/// event are in order, and go by faster than the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How many are due in a second.
    pub rate: u64,
    /// How many there are.
    pub events: u64,
    /// How many have their time of event in a minute: a window.
    pub per_minute: u64,
}

impl Schedule {
    /// So many a second for so long, of which about `minute` lie in a minute of event time.
    ///
    /// The windows do not close at the same point of each millisecond, which is how finely a source
    /// can say when it will have more: from one to the next it moves by 0.618 ms, so that all points
    /// have their turn.
    pub fn of(rate: u64, span: Duration, minute: Duration) -> Self {
        let in_millis = |millis: i64| rate * millis.unsigned_abs() / 1_000;
        let per_minute = in_millis(minute.millis()).saturating_sub(rate * 382 / 1_000_000);
        Self { rate, events: in_millis(span.millis()), per_minute: per_minute.max(1) }
    }

    /// When an event is due, in nanoseconds from the start.
    pub fn due(&self, event: u64) -> u64 {
        event * SECOND_NANOS / self.rate
    }

    /// How many are due so long after the start.
    pub fn come(&self, nanos: u64) -> u64 {
        ((nanos + 1) * self.rate).div_ceil(SECOND_NANOS).min(self.events)
    }

    /// The time of an event.
    pub fn at(&self, event: u64) -> Timestamp {
        let millis = event * MINUTE_MILLIS / self.per_minute;
        Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
    }

    /// When the event is due that closes the window that begins at this time: the first that is past
    /// it. The last windows are closed by the end.
    pub fn closes(&self, window: Timestamp) -> Option<u64> {
        let minute = window.millis().unsigned_abs() / MINUTE_MILLIS;
        let event = (minute + 1) * self.per_minute;
        (event < self.events).then(|| self.due(event))
    }

    /// How many windows are closed by an event.
    pub fn closed(&self) -> u64 {
        self.events.saturating_sub(1) / self.per_minute
    }

    /// How long it is from one window's end to the next one's, in nanoseconds.
    pub fn window_nanos(&self) -> u64 {
        self.due(self.per_minute)
    }

    /// How long it lasts.
    pub fn span(&self) -> Duration {
        millis(i64::try_from(self.due(self.events) / 1_000_000).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;
    use heliostat::{Timestamp, millis, secs};

    #[test]
    fn what_has_come_is_what_is_due() {
        for (rate, events) in [(1, 3), (3, 100), (7, 50), (1_000, 2_000), (200_000, 1_000)] {
            let schedule = Schedule { rate, events, per_minute: 10 };
            for event in 0..events {
                let due = schedule.due(event);
                assert_eq!(schedule.come(due), event + 1, "event {event} at {rate}/s");
                let before = due.checked_sub(1).map_or(0, |before| schedule.come(before));
                assert_eq!(before, event, "just before event {event} at {rate}/s");
            }
            assert_eq!(schedule.come(u64::MAX / 1_000_000), events, "all at {rate}/s");
        }
    }

    #[test]
    fn a_window_is_closed_by_the_first_event_that_is_past_it() {
        for (per_minute, events) in [(1, 4), (7, 100), (19_924, 60_000), (70_000, 300_000)] {
            let schedule = Schedule { rate: 1_000, events, per_minute };
            let mut closed = 0;
            for event in 1..events {
                let [before, this] = [event - 1, event].map(|event| schedule.at(event));
                let [old, new] =
                    [before, this].map(|at| at.millis() - at.millis().rem_euclid(60_000));
                if old != new {
                    let closes = schedule.closes(Timestamp::from_millis(old));
                    assert_eq!(closes, Some(schedule.due(event)), "event {event} of {events}");
                    closed += 1;
                }
            }
            assert_eq!(schedule.closed(), closed, "{per_minute} in a minute");
            let last = schedule.at(events - 1);
            assert_eq!(schedule.closes(last), None, "{per_minute} in a minute");
        }
    }

    #[test]
    fn windows_close_at_all_points_of_a_millisecond() {
        let schedule = Schedule::of(200_000, secs(1), millis(100));
        assert_eq!((schedule.events, schedule.per_minute), (200_000, 19_924));
        let points = (1..=50).map(|window| schedule.due(window * 19_924) % 1_000_000 / 100_000);
        let mut points: Vec<u64> = points.collect();
        points.sort_unstable();
        points.dedup();
        assert_eq!(points, (0..10).collect::<Vec<u64>>());
    }
}
