//! W4 as a dataflow of timely: every worker knows the campaigns.

use super::events::campaigns;
use super::{AdEvent, Kind, WINDOW_MILLIS};
use crate::check::{Check, Row};
use crate::flow::{Table, check, owner, partial, replay, run, sums, unsigned};
use std::sync::Arc;
use timely::dataflow::channels::pact::{Exchange, Pipeline};
use timely::dataflow::operators::vec::{Filter, Map};

const WINDOW: u64 = WINDOW_MILLIS.unsigned_abs();

/// Views per campaign and window; several workers count what they read before they exchange it.
pub fn flow(events: &Arc<Vec<AdEvent>>, workers: usize) -> Check {
    run(events, workers, |scope, events, seen| {
        let campaigns: Table<u64, u64> = campaigns().collect();
        let views = replay(scope, events, |event| *event)
            .filter(|event| event.kind == Kind::View)
            .flat_map(move |event| {
                let campaign = campaigns.get(&event.ad)?;
                Some((unsigned(event.at.millis()), *campaign))
            });
        let mut all = sums::<WINDOW, 1, _>(views, Pipeline, |&(at, campaign)| (at, campaign, 1));
        if 1 < scope.peers() {
            all = sums::<WINDOW, 1, _>(all, Exchange::new(|sum: &Row| owner(sum.1)), partial);
        }
        check(all, seen, |&(end, campaign, views)| ((end - WINDOW) / 1_000, campaign, views));
    })
}
