//! W2 in sessions: sums per key while its events keep coming.

use super::{BATCH_EVENTS, DISORDER_MILLIS, Event, KEYS_EXPECTED};
use crate::check::Check;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use heliostat::{ByTime, Timestamp, Window, millis};

/// A session has some 20 events.
const GAP_MILLIS: i64 = 10_000;

/// Sessions are looked at when the watermark is in a later one of these stretches.
const STEP_MILLIS: i64 = 1_000;

/// More than it takes from the watermark to the latest end of a session.
const STEPS: usize = 32;

#[derive(Clone, Copy)]
struct Session {
    start: i64,
    end: i64,
    sum: i64,
}

struct OpenSessions {
    /// Nearly always one per key.
    by_key: HashMap<u64, Vec<Session>, FixedState>,
    /// Sessions that were to end in a stretch, by its number: a key, and a time in its session.
    ending: [Vec<(u64, i64)>; STEPS],
    /// The first stretch that the watermark has not passed.
    next: i64,
    seen: Check,
}

/// The windows.
pub fn sessions() -> Window<ByTime> {
    Window::sessions(millis(GAP_MILLIS))
}

/// The same without a framework.
#[inline(never)]
pub fn sessions_by_hand(events: &[Event]) -> Check {
    let by_key = HashMap::with_capacity_and_hasher(KEYS_EXPECTED, FixedState::with_seed(0));
    let ending = std::array::from_fn(|_| Vec::new());
    let mut open = OpenSessions { by_key, ending, next: 0, seen: Check::default() };
    let mut latest = 0;
    for batch in events.chunks(BATCH_EVENTS) {
        for event in batch {
            latest = latest.max(event.at.millis());
            open.add(event.key, event.value, event.at.millis());
        }
        while (open.next + 1) * STEP_MILLIS <= latest - DISORDER_MILLIS {
            open.close_ended();
        }
    }
    (0..STEPS).for_each(|_| open.close_ended());
    open.seen
}

impl OpenSessions {
    #[inline(always)]
    fn add(&mut self, key: u64, value: i64, at: i64) {
        let sessions = self.by_key.entry(key).or_default();
        if let [session] = sessions.as_mut_slice()
            && session.start <= at
            && at < session.end
        {
            // It is looked at when its old end has passed, and then again at its new one.
            session.end = session.end.max(at + GAP_MILLIS);
            session.sum += value;
            return;
        }
        let mut new = Session { start: at, end: at + GAP_MILLIS, sum: value };
        let before = sessions.len();
        sessions.retain(|other| {
            let apart = other.end <= new.start || new.end <= other.start;
            if !apart {
                new.start = new.start.min(other.start);
                new.end = new.end.max(other.end);
                new.sum += other.sum;
            }
            apart
        });
        if sessions.len() == before {
            self.ending[step_of(new.end)].push((key, at));
        }
        sessions.push(new);
    }

    /// The watermark has passed a stretch: what ended in it is complete.
    fn close_ended(&mut self) {
        let passed = (self.next + 1) * STEP_MILLIS;
        let mut keys = std::mem::take(&mut self.ending[step_of(self.next * STEP_MILLIS)]);
        for (key, at) in keys.drain(..) {
            let Some(sessions) = self.by_key.get_mut(&key) else { continue };
            let holds = |session: &Session| session.start <= at && at < session.end;
            let Some(found) = sessions.iter().position(holds) else { continue };
            if sessions[found].end <= passed {
                let session = sessions.swap_remove(found);
                self.seen.add(Timestamp::from_millis(session.start), key, session.sum);
            } else {
                self.ending[step_of(sessions[found].end)].push((key, at));
            }
        }
        self.ending[step_of(self.next * STEP_MILLIS)] = keys;
        self.next += 1;
    }
}

#[inline(always)]
fn step_of(at: i64) -> usize {
    (at.unsigned_abs() / STEP_MILLIS.unsigned_abs()) as usize % STEPS
}
