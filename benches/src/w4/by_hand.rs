//! W4 without a framework: an array of counts for each of the two windows that are open at a time.

use super::events::{CAMPAIGNS, campaigns};
use super::{AdEvent, DISORDER_MILLIS, Kind, WINDOW_MILLIS};
use crate::check::{Check, seconds};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use heliostat::Timestamp;

struct OpenWindows {
    views: [[u64; CAMPAIGNS]; 2],
    latest: i64,
    /// The end of the older one.
    end: i64,
    seen: Check,
}

/// Views per campaign and window.
#[inline(never)]
pub fn by_hand(events: &[AdEvent]) -> Check {
    let mut campaign_of = HashMap::with_hasher(FixedState::with_seed(0));
    campaign_of.extend(campaigns());
    let views = [[0; CAMPAIGNS]; 2];
    let mut open = OpenWindows { views, latest: 0, end: WINDOW_MILLIS, seen: Check::default() };
    for event in events {
        open.move_to(event.at.millis());
        if event.kind == Kind::View
            && let Some(&campaign) = campaign_of.get(&event.ad)
        {
            open.views[counts_of(event.at.millis())][campaign as usize] += 1;
        }
    }
    open.close();
    open.close();
    open.seen
}

impl OpenWindows {
    #[inline(always)]
    fn move_to(&mut self, at: i64) {
        if self.latest < at {
            self.latest = at;
            while self.end <= at - DISORDER_MILLIS {
                self.close();
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn close(&mut self) {
        let start = self.end - WINDOW_MILLIS;
        let at = seconds(Timestamp::from_millis(start));
        for (campaign, views) in (0..).zip(&mut self.views[counts_of(start)]) {
            if 0 < *views {
                self.seen.add_row((at, campaign, std::mem::take(views)));
            }
        }
        self.end += WINDOW_MILLIS;
    }
}

/// Neighbouring windows have different counts.
#[inline(always)]
fn counts_of(at: i64) -> usize {
    usize::from((at.unsigned_abs() / WINDOW_MILLIS.unsigned_abs()) % 2 == 1)
}
