//! Everything a runner is given for one run.

use super::{Interrupt, Observer};
use crate::graph::{Functions, Graph};
use crate::{Duration, Savepoint, SavepointStore};

/// Everything a runner is given for one run.
pub struct Job<'a> {
    /// What to run; free of problems.
    pub graph: &'a Graph,
    /// Its code.
    pub functions: &'a Functions,
    /// Whether someone wants it to stop.
    pub interrupt: &'a Interrupt,
    /// Who wants to know how it goes.
    pub observer: &'a mut dyn Observer,
    /// Where it begins and ends, if not at its beginning and end.
    pub options: JobOptions<'a>,
}

impl<'a> Job<'a> {
    /// A job of these parts, from the beginning to the end.
    pub fn new(
        graph: &'a Graph,
        functions: &'a Functions,
        interrupt: &'a Interrupt,
        observer: &'a mut dyn Observer,
    ) -> Self {
        Self { graph, functions, interrupt, observer, options: JobOptions::default() }
    }

    /// The same job with these options.
    #[must_use]
    pub fn with(self, options: JobOptions<'a>) -> Self {
        Self { options, ..self }
    }
}

/// Where a run begins and where it ends.
///
/// ```
/// use heliostat::{JobOptions, KeptSavepoint};
///
/// let mut kept = KeptSavepoint::default();
/// let options = JobOptions::default().stopping_at(3).saving_to(&mut kept);
/// assert_eq!(options.stop_at, Some(3));
/// assert!(options.from.is_none() && options.savepoints.is_some());
/// ```
#[derive(Default)]
pub struct JobOptions<'a> {
    /// The name of the program, for the savepoint's header.
    pub program: &'a str,
    /// After how many bundles of its reads, counted in this run, the run stops; a script's events
    /// count as bundles.
    pub stop_at: Option<u64>,
    /// Where it begins; it fits the graph. Each write is told of the parts that wait for it
    /// ([`Write::recover`](crate::Write::recover)) before anything is opened, and counts go on
    /// from those in it.
    pub from: Option<&'a Savepoint>,
    /// Who gets the savepoint if the run stops. With it, a run that stops prepares its sinks and
    /// commits nothing; without it, what was written appears as that of an interrupted run.
    pub savepoints: Option<&'a mut (dyn SavepointStore + 'a)>,
    /// How often in processing time the run gives a savepoint to `savepoints` while it goes on; each
    /// replaces the one before. What it has written up to there is prepared, and sinks that appear
    /// epoch by epoch do so.
    pub savepoint_every: Option<Duration>,
}

impl<'a> JobOptions<'a> {
    /// In this program.
    #[must_use]
    pub fn in_program(self, program: &'a str) -> Self {
        Self { program, ..self }
    }

    /// Stops after so many bundles of the reads.
    #[must_use]
    pub fn stopping_at(self, bundles: u64) -> Self {
        Self { stop_at: Some(bundles), ..self }
    }

    /// Begins where this savepoint was taken.
    #[must_use]
    pub fn from_savepoint(self, savepoint: &'a Savepoint) -> Self {
        Self { from: Some(savepoint), ..self }
    }

    /// Gives a savepoint to `store` if the run stops.
    #[must_use]
    pub fn saving_to(self, store: &'a mut dyn SavepointStore) -> Self {
        Self { savepoints: Some(store), ..self }
    }

    /// Gives a savepoint to `store` so often, too, while the run goes on.
    #[must_use]
    pub fn saving_every(self, every: Duration) -> Self {
        Self { savepoint_every: Some(every), ..self }
    }

    /// Whether a runner must know savepoints.
    pub(crate) fn needs_savepoints(&self) -> bool {
        self.stop_at.is_some() || self.from.is_some() || self.savepoints.is_some()
    }

    /// The same for a run that ends before what the options were made of.
    pub(super) fn for_one_run<'b>(self) -> JobOptions<'b>
    where
        'a: 'b,
    {
        let savepoints =
            self.savepoints.map(|store| -> &'b mut (dyn SavepointStore + 'b) { store });
        JobOptions { savepoints, ..self }
    }
}
