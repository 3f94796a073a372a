//! The events of W4, and the ads they are of.

use super::DISORDER_MILLIS;
use crate::chance::mixed;
use crate::replay::Recorded;
use heliostat::{Duration, Rows, Timestamp, millis};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;

/// How many events W4 has when it is measured in full.
pub const EVENTS: usize = 20_000_000;

pub(super) const CAMPAIGNS: usize = 100;
const ADS: u64 = 1_000;
const ADS_PER_CAMPAIGN: u64 = ADS / CAMPAIGNS as u64;
const SPAN_MILLIS: u64 = 600_000;
const SEED: u64 = 0x44_0000_0000;
const AD_SEED: u64 = 0xAD00;

/// What somebody did with an ad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdEvent {
    /// Who.
    pub user: u64,
    /// On which page.
    pub page: u64,
    /// Which ad: a number that says nothing about its campaign.
    pub ad: u64,
    /// What.
    pub kind: Kind,
    /// When it happened.
    pub at: Timestamp,
}

/// What can be done with an ad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// It was shown.
    View,
    /// It was clicked.
    Click,
    /// What it is for was bought.
    Purchase,
}

impl Recorded for AdEvent {
    type Element = Self;

    const DISORDER: Duration = millis(DISORDER_MILLIS);

    #[inline]
    fn at(&self) -> Timestamp {
        self.at
    }

    #[inline]
    fn give(
        events: &Arc<Vec<Self>>,
        range: Range<usize>,
        timestamps: impl Iterator<Item = Timestamp>,
        rows: &mut Rows<'_, Self::Element>,
    ) {
        rows.lend(events, range, timestamps);
    }
}

/// All of `total` events over ten minutes.
pub fn events(total: usize) -> Vec<AdEvent> {
    let disorder = DISORDER_MILLIS.unsigned_abs();
    (0..total as u64)
        .map(|n| {
            let chance = mixed(SEED + n);
            let more = mixed(chance);
            let millis = n * SPAN_MILLIS / total as u64 + (more >> 20) % disorder;
            AdEvent {
                user: more % 100_000,
                page: (more >> 40) % 1_000,
                ad: ad(chance % ADS),
                kind: [Kind::View, Kind::Click, Kind::Purchase][((chance >> 32) % 3) as usize],
                at: Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX)),
            }
        })
        .collect()
}

/// Each ad with its campaign.
pub(super) fn campaigns() -> impl Iterator<Item = (u64, u64)> {
    (0..ADS).map(|index| (ad(index), index / ADS_PER_CAMPAIGN))
}

fn ad(index: u64) -> u64 {
    mixed(AD_SEED + index) >> 16
}
