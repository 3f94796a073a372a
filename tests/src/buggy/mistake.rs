//! Where a mistake is made.

use std::collections::BTreeMap;

use heliostat::graph::{Functions, Graph};
use heliostat::{Job, JobOptions, NoObserver, RunError, RunResult, Runner, Trigger, Windowing};

use super::options::Forgotten;
use super::parts::Parts;
use super::results::Silenced;
use super::{options, triggers};

/// What a buggy runner does instead of what it was asked to; numbers are seeds.
#[derive(Clone, Copy)]
pub(super) enum Mistake {
    /// Windowings are taken for others.
    Windowing(fn(&mut Windowing, u64)),
    /// Triggers are, each part of one, from the inside out.
    Trigger(fn(Trigger, u64) -> Trigger),
    /// Triggers are, each as a whole.
    WholeTrigger(fn(Trigger) -> Trigger),
    /// The graph is another.
    Graph(fn(&mut Parts, u64)),
    /// The code is called in another way.
    Code(fn(&Graph, &Functions, u64) -> Functions),
    /// Something of the options is forgotten.
    Options(Forgotten),
    /// Something of the settings is.
    Settings(fn(&mut BTreeMap<String, String>)),
    /// The result tells something else.
    Result(fn(&mut RunResult, u64)),
    /// Who watches is not told of counts, writes or bad rows.
    Silence,
    /// All is done twice.
    Twice,
}

impl Mistake {
    /// Runs a job with this mistake.
    pub(super) fn made(
        self,
        runner: &dyn Runner,
        job: Job<'_>,
        seed: u64,
    ) -> Result<RunResult, RunError> {
        let in_graph = |job: Job<'_>, change: &dyn Fn(&mut Parts)| {
            let mut parts = Parts::of(job.graph);
            change(&mut parts);
            let graph = parts.graph();
            let Job { functions, interrupt, observer, options, .. } = job;
            let options = options::for_one_run(options);
            runner.execute(Job::new(&graph, functions, interrupt, observer).with(options))
        };
        match self {
            Self::Windowing(mistake) => in_graph(job, &|parts| {
                parts.windowings(|windowing| mistake(windowing, seed));
            }),
            Self::Trigger(mistake) => in_graph(job, &|parts| {
                parts.windowings(|windowing| {
                    windowing.trigger =
                        triggers::in_each(&windowing.trigger, &|it| mistake(it, seed));
                });
            }),
            Self::WholeTrigger(mistake) => in_graph(job, &|parts| {
                parts.windowings(|windowing| {
                    windowing.trigger = mistake(windowing.trigger.clone());
                });
            }),
            Self::Graph(mistake) => in_graph(job, &|parts| mistake(parts, seed)),
            Self::Code(mistake) => {
                let Job { graph, functions, interrupt, observer, options } = job;
                let functions = mistake(graph, functions, seed);
                let options = options::for_one_run(options);
                runner.execute(Job::new(graph, &functions, interrupt, observer).with(options))
            }
            Self::Options(forgotten) => forgotten.ignored(runner, job, seed),
            Self::Settings(_) => runner.execute(job),
            Self::Result(mistake) => {
                let mut result = runner.execute(job)?;
                mistake(&mut result, seed);
                Ok(result)
            }
            Self::Silence => {
                let Job { graph, functions, interrupt, observer, options } = job;
                let mut silenced = Silenced { observer, seed };
                let options = options::for_one_run(options);
                runner.execute(Job::new(graph, functions, interrupt, &mut silenced).with(options))
            }
            Self::Twice => {
                let mut nobody = NoObserver;
                let from = JobOptions { from: job.options.from, ..JobOptions::default() };
                let first = Job::new(job.graph, job.functions, job.interrupt, &mut nobody);
                runner.execute(first.with(from))?;
                runner.execute(job)
            }
        }
    }
}
