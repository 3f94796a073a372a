//! What two computations are compared by.

use heliostat::Timestamp;
use serde::{Deserialize, Serialize};

/// A row of any workload, as the numbers that are checked.
pub type Row = (u64, u64, u64);

/// How many rows a computation gave, and a sum over them that does not depend on their order.
///
/// Equal checks mean equal rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// How many.
    pub rows: u64,
    /// The sum over rows of `(first + 31 * second + 7 * third) mod 1,000,003`.
    pub sum: u64,
}

impl Check {
    /// Takes a row.
    #[inline]
    pub fn add_row(&mut self, (first, second, third): Row) {
        self.rows += 1;
        self.sum += (first + 31 * second + 7 * third) % 1_000_003;
    }

    /// Takes the sum of a key in the window that starts at `window`.
    #[inline]
    pub fn add(&mut self, window: Timestamp, key: u64, sum: i64) {
        self.add_row((seconds(window), key, sum.unsigned_abs()));
    }

    /// Of the rows of both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self { rows: self.rows + other.rows, sum: self.sum + other.sum }
    }
}

/// Whole seconds since 1970, for a row.
#[inline]
pub fn seconds(at: Timestamp) -> u64 {
    at.millis().unsigned_abs() / 1_000
}
