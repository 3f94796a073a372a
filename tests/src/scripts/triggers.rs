//! Triggers, nested.

use heliostat::Seed;

use super::chance::{one_in, pick, weighted};
use crate::case::{Align, Trigger};

const DEPTH_MAX: u32 = 3;

/// A trigger. One that ends for good with its first firing is rare: it leaves little to see.
pub(crate) fn trigger(chance: &mut Seed, merging: bool) -> Trigger {
    if one_in(chance, if merging { 2 } else { 6 }) {
        return of_parts(chance);
    }
    match weighted(chance, &[3, 3, 8, 6, 2]) {
        0 => Trigger::Default,
        1 => Trigger::Repeatedly(Box::new(leaf(chance))),
        2 => firings(chance, DEPTH_MAX - 1),
        3 => composite(chance, DEPTH_MAX - 1),
        _ => leaf(chance),
    }
}

/// One whose parts are over at different times, so that what comes next, and above all a merge, has
/// something to decide.
fn of_parts(chance: &mut Seed) -> Trigger {
    let (first, second) = (part(chance), part(chance));
    let parts = match one_in(chance, 4) {
        true => vec![first, second, part(chance)],
        false => vec![first, second],
    };
    match weighted(chance, &[4, 2, 3, 2, 1, 2]) {
        0 => {
            let last = Trigger::Repeatedly(Box::new(part(chance)));
            Trigger::AfterEach(parts.into_iter().chain([last]).collect())
        }
        1 => Trigger::Repeatedly(Box::new(Trigger::AfterEach(parts))),
        2 => {
            let [early, late] = [part(chance), part(chance)].map(|part| Some(Box::new(part)));
            Trigger::AfterWatermark { early, late }
        }
        3 => Trigger::AfterEach(parts),
        4 => Trigger::AfterAll(parts),
        _ => {
            let main = Trigger::Repeatedly(Box::new(part(chance)));
            let until = Trigger::OrFinally(Box::new(main), Box::new(part(chance)));
            Trigger::AfterEach(vec![until, Trigger::Repeatedly(Box::new(part(chance)))])
        }
    }
}

fn part(chance: &mut Seed) -> Trigger {
    let count = |chance: &mut Seed| Trigger::AfterCount(pick(chance, &[1, 2, 3, 4, 6]));
    let end = Trigger::AfterWatermark { early: None, late: None };
    match weighted(chance, &[3, 3, 3, 2, 2, 1]) {
        0 => end,
        1 => count(chance),
        2 => delay(chance),
        3 => Trigger::AfterAny(vec![count(chance), end]),
        4 => Trigger::AfterAny(vec![delay(chance), count(chance), end]),
        _ => Trigger::AfterAll(vec![count(chance), end]),
    }
}

fn leaf(chance: &mut Seed) -> Trigger {
    match weighted(chance, &[8, 4, 5, 1, 1, 1, 1]) {
        0 => Trigger::AfterCount(pick(chance, &[1, 2, 2, 3, 4])),
        1 => Trigger::AfterWatermark { early: None, late: None },
        2 => delay(chance),
        3 => Trigger::AfterSynchronizedProcessingTime,
        4 => Trigger::Never,
        5 => Trigger::Always,
        _ => Trigger::Default,
    }
}

fn delay(chance: &mut Seed) -> Trigger {
    let delay = pick(chance, &[0, 1, 3, 5, 5, 9]);
    let align = if one_in(chance, 5) {
        let (period, offset) = pick(chance, &[(4, 0), (10, 3), (7, -2)]);
        Some(Align { period, offset })
    } else {
        None
    };
    Trigger::AfterProcessingTime { delay, align }
}

fn any(chance: &mut Seed, depth: u32) -> Trigger {
    if depth == 0 {
        return leaf(chance);
    }
    match weighted(chance, &[4, 2, 5]) {
        0 => leaf(chance),
        1 => firings(chance, depth - 1),
        _ => composite(chance, depth - 1),
    }
}

/// After the watermark, with firings around it.
fn firings(chance: &mut Seed, depth: u32) -> Trigger {
    let mut firing = |times| match one_in(chance, times) {
        true => None,
        false => Some(Box::new(any(chance, depth))),
    };
    let (early, late) = (firing(4), firing(3));
    Trigger::AfterWatermark { early, late }
}

fn composite(chance: &mut Seed, depth: u32) -> Trigger {
    let several = |chance: &mut Seed| {
        let count = pick(chance, &[2, 2, 2, 3]);
        (0..count).map(|_| any(chance, depth)).collect()
    };
    match weighted(chance, &[5, 3, 2, 3, 3]) {
        0 => Trigger::Repeatedly(Box::new(any(chance, depth))),
        1 => Trigger::AfterAny(several(chance)),
        2 => Trigger::AfterAll(several(chance)),
        3 => Trigger::AfterEach(several(chance)),
        _ => {
            let (main, until) = (any(chance, depth), any(chance, depth));
            let once = one_in(chance, 3);
            let main = if once { main } else { Trigger::Repeatedly(Box::new(main)) };
            Trigger::OrFinally(Box::new(main), Box::new(until))
        }
    }
}
