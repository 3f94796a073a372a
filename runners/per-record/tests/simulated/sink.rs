//! A sink that can be looked at: it appears epoch by epoch.

use super::faults::{Faults, Place};
use heliostat::graph::WriteSpec;
use heliostat::prelude::*;
use heliostat::{Completion, SinkStyle, Written};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Start of the window, key and value.
pub(crate) type Row = (i64, u64, u64);

/// An epoch, the shard of a worker, and what it wrote.
type Part = (u64, u32, Vec<Row>);

#[derive(Clone, Debug, Default)]
struct Shelf {
    /// By epoch and shard: an epoch that appears again is the same one.
    appeared: BTreeMap<(u64, u32), Vec<Row>>,
    /// How many parts are open or prepared.
    parts: usize,
}

/// What has appeared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    shelf: Arc<Mutex<Shelf>>,
    pub(crate) faults: Arc<Faults>,
}

pub(crate) struct Open {
    sink: Totals,
    part: Part,
    prepared: bool,
}

impl Totals {
    pub(crate) fn with(faults: &Arc<Faults>) -> Self {
        Self { shelf: Arc::default(), faults: Arc::clone(faults) }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another one that holds the same.
    pub(crate) fn copied(&self) -> Self {
        let shelf = Shelf { parts: 0, ..self.shelf().clone() };
        Self { shelf: Arc::new(Mutex::new(shelf)), faults: Faults::none() }
    }

    /// All rows, in the order of epochs and shards.
    pub(crate) fn rows(&self) -> Vec<Row> {
        self.shelf().appeared.values().flatten().copied().collect()
    }

    pub(crate) fn sums(&self) -> BTreeMap<(i64, u64), u64> {
        let mut sums = BTreeMap::new();
        for (window, key, value) in self.rows() {
            *sums.entry((window, key)).or_default() += value;
        }
        sums
    }

    pub(crate) fn parts(&self) -> usize {
        self.shelf().parts
    }
}

impl Write for Totals {
    type Element = Row;
    type Committable = Part;
    type Writer = Open;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::PerEpoch, about: "totals".into() }
    }

    fn open(&self, epoch: u64, shard: u32) -> Result<Open> {
        self.faults.meet(Place::Open)?;
        self.shelf().parts += 1;
        Ok(Open { sink: self.clone(), part: (epoch, shard, Vec::new()), prepared: false })
    }

    fn commit(&self, parts: Vec<Part>, _: Completion) -> Result<Written> {
        self.faults.meet(Place::Commit)?;
        let mut shelf = self.shelf();
        let elements = parts.iter().map(|part| part.2.len() as u64).sum();
        for (epoch, shard, rows) in parts {
            shelf.parts = shelf.parts.saturating_sub(1);
            let before = shelf.appeared.insert((epoch, shard), rows.clone());
            assert!(before.is_none_or(|before| before == rows), "epoch {epoch} appears twice");
        }
        Ok(Written { place: "totals".into(), elements })
    }

    fn discard(&self, parts: Vec<Part>) {
        let mut shelf = self.shelf();
        shelf.parts = shelf.parts.saturating_sub(parts.len());
    }
}

impl Writer for Open {
    type Element = Row;
    type Committable = Part;

    fn write(&mut self, rows: &mut Vec<Row>) -> Result<()> {
        self.sink.faults.meet(Place::Write)?;
        self.part.2.append(rows);
        Ok(())
    }

    fn prepare(mut self) -> Result<Part> {
        self.sink.faults.meet(Place::Prepare)?;
        self.prepared = true;
        Ok(std::mem::take(&mut self.part))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.prepared {
            self.sink.shelf().parts -= 1;
        }
    }
}
