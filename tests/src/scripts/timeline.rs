//! Where in time a script plays, and how large a step of it is.

use heliostat::Seed;

use super::chance::{one_in, pick, within};
use crate::case::{CalendarUnit, GLOBAL_WINDOW_MAX, WindowFunction};

/// How far the elements of a script reach from its base, in ticks.
pub(super) const REACH: i64 = 30;

/// The stretch of time that a script plays in.
#[derive(Clone, Debug)]
pub(crate) struct Timeline {
    /// Where it begins.
    pub(crate) base: i64,
    /// The step that times are made of.
    pub(crate) tick: i64,
}

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Where clocks change: Berlin and New York in spring, Berlin in autumn, Sao Paulo at midnight, the
/// day that Apia left out; and a leap day.
const CHANGES: [i64; 6] = [
    1_711_846_800_000,
    1_710_054_000_000,
    1_729_990_800_000,
    1_541_300_400_000,
    1_325_239_200_000,
    1_709_164_800_000,
];

impl Timeline {
    pub(crate) fn of(function: &WindowFunction, chance: &mut Seed) -> Self {
        if let WindowFunction::Calendar { unit, .. } = function {
            let tick = match unit {
                CalendarUnit::Days => 3 * HOUR,
                CalendarUnit::Weeks => DAY,
                CalendarUnit::Months => 4 * DAY,
                CalendarUnit::Years => 61 * DAY,
            };
            return Self { base: pick(chance, &CHANGES) - tick * within(chance, 0, REACH), tick };
        }
        let at_the_end = one_in(chance, 16);
        let base = match at_the_end {
            true => GLOBAL_WINDOW_MAX - within(chance, 0, REACH + 20),
            false => pick(chance, &[0, 0, 0, -15, -40, 1_000]),
        };
        Self { base, tick: 1 }
    }

    /// A time this many ticks behind the base; now and then a millisecond beside it.
    pub(crate) fn at(&self, chance: &mut Seed, ticks: i64) -> i64 {
        let beside = if self.tick > 1 && one_in(chance, 3) { pick(chance, &[-1, 1]) } else { 0 };
        self.base + self.tick * ticks + beside
    }
}
