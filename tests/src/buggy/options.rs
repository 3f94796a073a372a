//! What of the options of a run is forgotten.

use heliostat::savepoint::StepKind;
use heliostat::{
    Job, JobOptions, RunError, RunResult, Runner, Savepoint, SavepointStore, StepMetrics,
};

/// Something that a run was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forgotten {
    /// Where to stop.
    Stop,
    /// Where to begin.
    Savepoint,
    /// What one step remembered there.
    StateOfAStep,
    /// What was counted up to there.
    Counts,
}

impl Forgotten {
    pub(super) fn ignored(
        self,
        runner: &dyn Runner,
        job: Job<'_>,
        seed: u64,
    ) -> Result<RunResult, RunError> {
        let Job { graph, functions, interrupt, observer, options } = job;
        let mut from = options.from.cloned();
        let stop_at = options.stop_at.filter(|_| self != Self::Stop);
        match self {
            Self::Stop => {}
            Self::Savepoint => from = None,
            Self::StateOfAStep => from.iter_mut().for_each(|it| lose_a_state(it, seed)),
            Self::Counts => from.iter_mut().for_each(lose_counts),
        }
        let options = JobOptions { from: from.as_ref(), stop_at, ..for_one_run(options) };
        runner.execute(Job::new(graph, functions, interrupt, observer).with(options))
    }
}

/// The same for a run that ends before what the options were made of.
pub(super) fn for_one_run<'b, 'a: 'b>(options: JobOptions<'a>) -> JobOptions<'b> {
    let savepoints = options.savepoints.map(|store| -> &'b mut (dyn SavepointStore + 'b) { store });
    JobOptions { savepoints, ..options }
}

fn lose_a_state(savepoint: &mut Savepoint, seed: u64) {
    let states = savepoint.steps.iter().filter(|(_, state)| state.kind != StepKind::Stateless);
    let paths: Vec<String> = states.map(|(path, _)| path.clone()).collect();
    if let Some(at) = seed.checked_rem(paths.len() as u64) {
        savepoint.steps.remove(&paths[usize::try_from(at).unwrap_or(0)]);
    }
}

fn lose_counts(savepoint: &mut Savepoint) {
    savepoint.steps.values_mut().for_each(|state| state.metrics = StepMetrics::default());
}
