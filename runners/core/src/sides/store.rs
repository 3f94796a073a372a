//! The values of one view, one per window of it.

use super::{SavedPane, SavedView};
use heliostat::batch::{Batch, Column};
use heliostat::graph::{EdgeType, ViewFn, ViewValue};
use heliostat::{Duration, Interval, Result, Timestamp, Windowing};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// What a reader sees of a view in a window of its main input.
#[derive(Clone)]
pub enum Sight {
    /// This value.
    Ready(ViewValue),
    /// Nothing can be said yet: the element must wait.
    NotReady,
    /// The value is gone, since nobody should have needed it any more: the element is too late.
    Expired,
}

/// The values of one view on one worker, shared by all its readers.
pub struct ViewStore {
    windowing: Windowing,
    code: Arc<dyn ViewFn>,
    /// The larger of the view's own and its readers'.
    lateness: Duration,
    /// That of the view's collection.
    watermark: Timestamp,
    /// The readers' watermark up to which windows were forgotten.
    forgotten: Timestamp,
    windows: BTreeMap<Interval, Pane>,
    /// What a window without panes reads.
    empty: OnceLock<ViewValue>,
    /// An empty column of the type of the panes.
    column: Box<dyn Column>,
    generation: u64,
}

/// The newest pane of a window.
struct Pane {
    index: u64,
    /// The one element it is.
    element: Box<dyn Column>,
    /// Made when it is first read: most panes of a view that changes often never are.
    value: OnceLock<ViewValue>,
}

impl ViewStore {
    /// A view without panes. `windowing` is that of its collection, `panes` an empty batch of its
    /// type, and `main_lateness` the largest lateness allowed on the main inputs of its readers.
    pub fn new(
        windowing: Windowing,
        main_lateness: Duration,
        code: Arc<dyn ViewFn>,
        panes: Batch,
    ) -> Self {
        Self {
            lateness: windowing.allowed_lateness.max(main_lateness),
            windowing,
            code,
            watermark: Timestamp::MIN,
            forgotten: Timestamp::MIN,
            windows: BTreeMap::new(),
            empty: OnceLock::new(),
            column: panes.values,
            generation: 0,
        }
    }

    /// Takes panes and leaves the batch empty. Each is one whole value; in each window the one with
    /// the highest index stays, in whatever order they come.
    pub fn take(&mut self, batch: &mut Batch) {
        let Batch { values, meta } = batch;
        let mut changed = false;
        meta.windows.for_each(&meta.timestamps, values.len(), |at, window| {
            let index = meta.panes.at(at).index;
            let older = self.windows.get(window).is_some_and(|known| index < known.index);
            if older || window.is_expired(self.lateness, self.forgotten) {
                return;
            }
            let at = u32::try_from(at).expect("a batch has fewer than 2^32 elements");
            let pane = Pane { index, element: values.select(&[at]), value: OnceLock::new() };
            self.windows.insert(window.clone(), pane);
            changed = true;
        });
        self.generation += u64::from(changed);
        batch.clear();
    }

    /// Moves the watermark of the view's collection; does nothing if it is not ahead of where it
    /// is. All panes that the watermark speaks of must have been taken.
    pub fn advance(&mut self, to: Timestamp) {
        if self.watermark < to {
            self.watermark = to;
            self.generation += 1;
        }
    }

    /// Whether no pane can come any more: what every window reads is known.
    pub fn is_whole(&self) -> bool {
        self.watermark == Timestamp::MAX
    }

    /// What is read in a window of the main input (model.md 7.2, 7.3).
    ///
    /// # Panics
    /// If the author's code that makes a value of a pane does; and if the windows of the view cannot
    /// be found by time, which preflight refuses.
    pub fn lookup(&self, main: &Interval) -> Sight {
        let window = self.windowing.window_fn.side_window(main);
        if window.is_expired(self.lateness, self.forgotten) {
            return Sight::Expired;
        }
        if let Some(pane) = self.windows.get(&window) {
            let value = pane.value.get_or_init(|| self.code.value(pane.element.as_ref(), 0));
            return Sight::Ready(Arc::clone(value));
        }
        if self.certain(&window) < self.watermark {
            return Sight::Ready(Arc::clone(self.empty.get_or_init(|| self.code.empty())));
        }
        Sight::NotReady
    }

    /// The value for a main window as it is now, be it that of a window without panes: what timers
    /// read, which cannot wait.
    pub fn value(&self, main: &Interval) -> ViewValue {
        match self.lookup(main) {
            Sight::Ready(value) => value,
            Sight::NotReady | Sight::Expired => {
                Arc::clone(self.empty.get_or_init(|| self.code.empty()))
            }
        }
    }

    /// When a window without panes is sure to stay so: at its end where its trigger fires by then,
    /// else at the end of time (model.md 7.3).
    fn certain(&self, window: &Interval) -> Timestamp {
        if self.windowing.trigger.fires_by_end_of_window() {
            window.max_timestamp()
        } else {
            Timestamp::END_OF_GLOBAL_WINDOW
        }
    }

    /// Grows whenever [`lookup`](Self::lookup) may answer otherwise than before, so that what waits
    /// is to be tried again.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Forgets the windows that nobody should read any more: those whose end, and the larger of
    /// both latenesses, lies behind the readers' watermark.
    ///
    /// `main_watermark` is the smallest of all readers' main inputs, each held by what waits there
    /// ([`PushedBack::oldest`](super::PushedBack::oldest)): else a window could be forgotten that
    /// is waited for.
    pub fn collect_garbage(&mut self, main_watermark: Timestamp) {
        if main_watermark <= self.forgotten {
            return;
        }
        self.forgotten = main_watermark;
        let lateness = self.lateness;
        self.windows.retain(|window, _| !window.is_expired(lateness, main_watermark));
    }

    /// Adds the panes that another worker's store of the same view has not forgotten.
    pub fn take_in(&mut self, other: Self) {
        for (window, pane) in other.windows {
            self.windows.entry(window).or_insert(pane);
        }
        self.forgotten = self.forgotten.min(other.forgotten);
        self.generation += 1;
    }

    /// How many windows have a value.
    pub fn len(&self) -> usize {
        self.windows.len()
    }

    /// Whether no window has a value.
    pub fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }

    /// About how many bytes the panes take, by the type of the view's collection.
    pub fn bytes(&self, edge: &dyn EdgeType) -> usize {
        self.windows.values().map(|pane| edge.estimated_bytes(pane.element.as_ref())).sum()
    }

    /// All that it knows, written by the type of the view's collection.
    pub fn save(&self, edge: &dyn EdgeType) -> SavedView {
        let panes = self.windows.iter().map(|(window, pane)| {
            let mut element = Vec::new();
            edge.encode_one(pane.element.as_ref(), 0, &mut element);
            SavedPane { window: window.clone(), index: pane.index, element }
        });
        SavedView { watermark: self.watermark, forgotten: self.forgotten, panes: panes.collect() }
    }

    /// Replaces all that it knows by what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// If an element cannot be read.
    pub fn load(&mut self, saved: &SavedView, edge: &dyn EdgeType) -> Result<()> {
        let mut windows = BTreeMap::new();
        for SavedPane { window, index, element } in &saved.panes {
            let mut column = self.column.empty_like();
            edge.decode(element, 1, column.as_mut())
                .map_err(|error| error.context("the saved panes of a side input are damaged"))?;
            let pane = Pane { index: *index, element: column, value: OnceLock::new() };
            windows.insert(window.clone(), pane);
        }
        self.windows = windows;
        self.watermark = saved.watermark;
        self.forgotten = saved.forgotten;
        self.generation += 1;
        Ok(())
    }
}

impl fmt::Debug for ViewStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ViewStore")
            .field("windows", &self.windows.keys())
            .field("watermark", &self.watermark)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ready(_) => "Ready",
            Self::NotReady => "NotReady",
            Self::Expired => "Expired",
        })
    }
}
