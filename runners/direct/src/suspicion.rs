//! What a suspicious run does to a pipeline that is right, and that shows one that is not.

use heliostat::batch::Batch;
use heliostat::graph::{EdgeType, Functions, Graph};
use heliostat::{CollectionId, Error, Result, RunError, Seed, Timestamp, TransformId};
use heliostat_runner_core::{
    CombineForm, Grouping, GroupingPath, GroupingPlan, Inspect, LIFT_ENTRIES_MAX, StageWork,
};

/// State of at most so many rows is saved and reloaded after every bundle; larger state seldom
/// enough that the cost per bundle stays the same.
const RELOAD_ROWS: u64 = 8;

/// The largest number of pieces a bundle is cut into.
const PIECES_MAX: u64 = 4;

/// Chance, and what it needs to look at elements.
pub(crate) struct Suspicion {
    seed: u64,
    chance: Seed,
    functions: Functions,
    /// The encoding of what a step is about to take.
    before: Vec<u8>,
    /// Kept for its room.
    bytes: Vec<u8>,
}

impl Suspicion {
    pub(crate) fn new(seed: u64, functions: Functions) -> Self {
        let chance = Seed::new(seed ^ 1);
        Self { seed, chance, functions, before: Vec::new(), bytes: Vec::new() }
    }

    /// Which form a combine runs in: by seed and step, so that runs differ and a run repeats.
    pub(crate) fn combine_form(&self, step: TransformId, expands: bool) -> CombineForm {
        match Seed::new(self.seed ^ step.index() as u64).next() % 3 {
            1 => CombineForm::Lifted,
            2 if expands => CombineForm::Expanded,
            _ => CombineForm::Native,
        }
    }

    /// How many entries a lifter may hold: all there is room for, or hardly any.
    pub(crate) fn entries_max(&self, grouping: &GroupingPlan) -> usize {
        match Seed::new(self.seed ^ !u64::from(grouping.id.0)).next() % 2 {
            0 => LIFT_ENTRIES_MAX,
            _ => 1,
        }
    }

    /// Which path a grouping takes: the general one can always stand in.
    pub(crate) fn path(&self, grouping: &GroupingPlan) -> GroupingPath {
        match Seed::new(self.seed ^ (u64::from(grouping.id.0) << 32)).next() % 2 {
            0 => grouping.path,
            _ => GroupingPath::General,
        }
    }

    /// The elements in another order, and unless scripted in several bundles.
    pub(crate) fn cut(&mut self, batch: Batch, scripted: bool) -> Vec<Batch> {
        let order = self.order(batch.len());
        if scripted {
            return vec![batch.select(&order)];
        }
        let pieces = 1 + self.chance.below(PIECES_MAX);
        let mut cuts: Vec<usize> = (1..pieces)
            .map(|_| usize::try_from(self.chance.below(order.len() as u64)).unwrap_or_default())
            .collect();
        cuts.extend([0, order.len()]);
        cuts.sort_unstable();
        cuts.dedup();
        cuts.windows(2).map(|cut| batch.select(&order[cut[0]..cut[1]])).collect()
    }

    /// The elements in another order.
    pub(crate) fn shuffled(&mut self, batch: Batch) -> Batch {
        batch.select(&self.order(batch.len()))
    }

    fn order(&mut self, len: usize) -> Vec<u32> {
        let len = u32::try_from(len).expect("a batch has fewer than 2^32 elements");
        let mut order: Vec<u32> = (0..len).collect();
        self.chance.shuffle(&mut order);
        order
    }

    /// Equal keys have equal bytes, and the reverse.
    pub(crate) fn check_keys(&mut self, path: &str, batch: &Batch) -> Result<(), RunError> {
        let kernels = self.functions.kernels(path);
        kernels.check_keys(batch.values.as_ref()).map_err(|error| {
            RunError::failed(format!("`{path}` cannot group: {error}")).in_step(path)
        })
    }

    /// Sends what a lifter ships through its coder.
    pub(crate) fn through_exchange(&mut self, path: &str, partials: &mut Batch) -> Result<()> {
        through_coder(self.functions.lift(path).partials(), &mut self.bytes, partials)
    }

    /// Whether state of so many rows is saved and reloaded now.
    fn reloads(&mut self, rows: u64) -> bool {
        0 < rows && (rows <= RELOAD_ROWS || self.chance.below(rows) < RELOAD_ROWS)
    }

    /// Saves the state of a step behind an exchange and goes on from what was saved.
    pub(crate) fn reload_stage(
        &mut self,
        stage: &mut StageWork,
        graph: &Graph,
        told: Timestamp,
    ) -> Result<(), RunError> {
        if !self.reloads(stage.saved_rows() as u64) {
            return Ok(());
        }
        let Some((saved, waiting)) = stage.save(graph, &self.functions, told) else {
            return Ok(());
        };
        stage.load(&saved, &waiting, &self.functions).map_err(|error| damaged(&error))?;
        debug_assert!(
            stage.save(graph, &self.functions, told) == Some((saved, waiting)),
            "saving what was loaded gives the same"
        );
        Ok(())
    }

    /// Saves the state of a grouping and goes on from what was saved.
    pub(crate) fn reload(&mut self, grouping: &mut Grouping) -> Result<(), RunError> {
        if !self.reloads(grouping.saved_rows()) {
            return Ok(());
        }
        let saved = grouping.save().map_err(|error| damaged(&error))?;
        grouping.load(&saved, self.seed).map_err(|error| damaged(&error))?;
        debug_assert!(
            grouping.save().is_ok_and(|again| again == saved),
            "saving what was loaded gives the same"
        );
        Ok(())
    }
}

fn damaged(error: &Error) -> RunError {
    RunError::failed(format!("state does not survive: {error}"))
}

impl Inspect for Suspicion {
    /// Sends the elements through their coder, and writes out all metadata.
    fn on_edge(&mut self, collection: CollectionId, batch: &mut Batch) -> Result<()> {
        through_coder(self.functions.edge(collection), &mut self.bytes, batch)
    }

    fn before_step(&mut self, collection: CollectionId, batch: &Batch) -> Option<Batch> {
        self.before.clear();
        self.functions.edge(collection).encode(batch.values.as_ref(), &mut self.before);
        Some(batch.copied())
    }

    /// Clones share what they share: a change to it shows in the copy.
    fn after_step(&mut self, collection: CollectionId, kept: &Batch) -> Result<()> {
        let edge = self.functions.edge(collection);
        self.bytes.clear();
        edge.encode(kept.values.as_ref(), &mut self.bytes);
        if self.bytes == self.before {
            return Ok(());
        }
        Err(Error::new(format!(
            "it changed its input: elements of `{}` share something mutable, and other steps see \
             the change; clone what is to be changed",
            edge.element()
        )))
    }
}

/// Writes the elements and reads them back, and writes out all metadata.
fn through_coder(edge: &dyn EdgeType, bytes: &mut Vec<u8>, batch: &mut Batch) -> Result<()> {
    let count = batch.len();
    bytes.clear();
    edge.encode(batch.values.as_ref(), bytes);
    batch.values.clear();
    edge.decode(bytes, count, batch.values.as_mut()).map_err(|error| {
        error.context(format!("`{}` does not survive its coder {}", edge.element(), edge.coder()))
    })?;
    batch.meta = batch.meta.unfolded(count);
    Ok(())
}
