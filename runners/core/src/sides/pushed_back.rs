//! Main elements that wait until the side inputs of their windows are ready.

use heliostat::batch::{Batch, Windows};
use heliostat::{Error, Interval, Result, Timestamp};
use std::collections::BTreeMap;

/// How many elements of one step can wait for its side inputs. It bounds memory: a runner that is
/// close to it should stop reading the main input, and one that passes it fails.
pub const PUSHED_BACK_MAX: usize = 4_000_000;

/// The main elements of one step that wait, in the order they came, window by window.
#[derive(Debug, Default)]
pub struct PushedBack {
    windows: BTreeMap<Interval, Waiting>,
    len: usize,
    /// Numbers the windows in the order in which they began to wait.
    arrivals: u64,
}

#[derive(Debug)]
struct Waiting {
    arrival: u64,
    /// Invariant: not empty, and all of it in the one window.
    batch: Batch,
}

impl PushedBack {
    /// Lets elements wait, once for each of their windows, behind those that wait already; leaves
    /// the batch empty.
    ///
    /// # Errors
    /// If more than [`PUSHED_BACK_MAX`] would wait; then none of the batch does.
    pub fn push(&mut self, batch: &mut Batch) -> Result<()> {
        let parts = per_window(batch);
        let more: usize = parts.iter().map(|(_, part)| part.len()).sum();
        if PUSHED_BACK_MAX < self.len + more {
            return Err(Error::new(format!(
                "more than {PUSHED_BACK_MAX} elements wait for a side input that is not ready: its \
                 watermark has not passed the window they need; let the view fire earlier, with \
                 `.window(..)` and a trigger in front of it, or have less come before it"
            )));
        }
        for (window, mut part) in parts {
            if let Some(waiting) = self.windows.get_mut(&window) {
                waiting.batch.append(&mut part);
            } else {
                self.windows.insert(window, Waiting { arrival: self.arrivals, batch: part });
                self.arrivals += 1;
            }
        }
        self.len += more;
        batch.clear();
        Ok(())
    }

    /// The elements of all windows of which `is_ready` says so: a batch per window, in the order in
    /// which the windows began to wait.
    pub fn take_ready(&mut self, mut is_ready: impl FnMut(&Interval) -> bool) -> Vec<Batch> {
        let ready = self.windows.extract_if(.., |window, _| is_ready(window));
        let mut ready: Vec<Waiting> = ready.map(|(_, waiting)| waiting).collect();
        ready.sort_by_key(|waiting| waiting.arrival);
        self.len -= ready.iter().map(|waiting| waiting.batch.len()).sum::<usize>();
        ready.into_iter().map(|waiting| waiting.batch).collect()
    }

    /// The smallest timestamp that waits: the watermark behind the step is held there.
    pub fn oldest(&self) -> Option<Timestamp> {
        let range = |waiting: &Waiting| waiting.batch.meta.timestamps.range();
        self.windows.values().filter_map(range).map(|(oldest, _)| oldest).min()
    }

    /// How many elements wait; one in several windows counts once for each.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether none does.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All that waits, a batch per window, in the order in which the windows began to wait: pushed
    /// in that order into an empty queue, it makes an equal one.
    pub fn iter(&self) -> impl Iterator<Item = (&Interval, &Batch)> {
        let mut waiting: Vec<_> = self.windows.iter().collect();
        waiting.sort_by_key(|(_, waiting)| waiting.arrival);
        waiting.into_iter().map(|(window, waiting)| (window, &waiting.batch))
    }
}

/// The elements of a batch, once for each of their windows: a batch per window, in the order in
/// which the windows come up. Values are cloned unless all lie in one window.
pub fn per_window(batch: &mut Batch) -> Vec<(Interval, Batch)> {
    if batch.is_empty() {
        return Vec::new();
    }
    if let Windows::Const(window) = &batch.meta.windows {
        let (window, empty) = (window.clone(), batch.empty_like());
        return vec![(window, std::mem::replace(batch, empty))];
    }
    let mut places: BTreeMap<Interval, usize> = BTreeMap::new();
    let mut picked: Vec<(Interval, Vec<u32>)> = Vec::new();
    batch.meta.windows.for_each(&batch.meta.timestamps, batch.len(), |at, window| {
        let at = u32::try_from(at).expect("a batch has fewer than 2^32 elements");
        let place = *places.entry(window.clone()).or_insert_with(|| {
            picked.push((window.clone(), Vec::new()));
            picked.len() - 1
        });
        picked[place].1.push(at);
    });
    let part = |(window, picked): (Interval, Vec<u32>)| {
        let mut part = batch.select(&picked);
        part.meta.windows = Windows::Const(window.clone());
        (window, part)
    };
    let parts = picked.into_iter().map(part).collect();
    batch.clear();
    parts
}
