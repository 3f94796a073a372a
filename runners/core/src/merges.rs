//! The contract of a window function that merges.

use heliostat::{Error, Interval, Merge, Merges, Result};
use std::collections::BTreeSet;

/// Holds merges against their contract (model.md 2.4).
pub(crate) fn check_merges(
    merges: &Merges,
    known: &BTreeSet<Interval>,
    active: &BTreeSet<Interval>,
) -> Result<()> {
    let broken = |what: String| {
        Error::new(format!(
            "the window function asked for a merge that is not allowed: {what}\n  help: merge only \
             windows that `merge` was given, each at most once, into one of them or into a window \
             that is not open"
        ))
    };
    let (mut taken, mut made) = (BTreeSet::new(), BTreeSet::new());
    for Merge { from, into } in merges.iter() {
        if from.is_empty() {
            return Err(broken(format!("nothing at all becomes {into}")));
        }
        for window in from {
            if !known.contains(window) {
                return Err(broken(format!("{window} is neither open nor new for this key")));
            }
            if !taken.insert(window) {
                return Err(broken(format!("{window} is in two merges")));
            }
        }
        if active.contains(into) && !from.contains(into) {
            return Err(broken(format!("{into} is open, and not one of the merged windows")));
        }
        if !made.insert(into) {
            return Err(broken(format!("two merges give {into}")));
        }
    }
    Ok(())
}
