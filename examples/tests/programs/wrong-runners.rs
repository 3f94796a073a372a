//! Pipelines to be compared on runners of which some are wrong, each in its own way.

use heliostat::graph::Graph;
use heliostat::prelude::*;
use heliostat::{DropCounts, Job, RunError, RunResult, RunnerEntry, Setting, Support, register};
use heliostat_direct::DirectRunner;
use heliostat_files::{csv, json_lines};
use heliostat_micro_batch as _;
use heliostat_per_record as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(clap::Args)]
struct Options {
    #[arg(long)]
    case: Case,
    #[arg(long)]
    input: PathBuf,
    #[arg(long)]
    output: PathBuf,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Case {
    /// Points of teams, corrected as late ones come.
    Corrected,
    /// Points of two branches, together.
    Branches,
    /// Points and how often somebody looked at them.
    Counting,
}

#[derive(Clone, Serialize, Deserialize)]
struct Score {
    at: Timestamp,
    team: Str,
    points: i64,
}

fn points(pipeline: &Pipeline, options: &Options) -> Result<()> {
    let scores = csv::<Score>(&options.input).event_time(|score| score.at);
    let scores = pipeline.read(scores.replay(bounded_disorder(secs(0))));
    let window = Window::fixed(secs(10))
        .trigger(after_watermark().late(after_count(1)))
        .allowed_lateness(secs(20))
        .accumulating();
    let scores = match options.case {
        Case::Corrected => scores,
        Case::Branches => {
            let small = scores.filter(|score| score.points < 5).named("Small");
            let large = scores.filter(|score| 5 <= score.points).named("Large");
            pipeline.flatten([small, large]).named("All")
        }
        Case::Counting => {
            static SEEN: AtomicU64 = AtomicU64::new(0);
            let count = || SEEN.fetch_add(1, Ordering::SeqCst).cast_signed();
            scores.map(move |score| Score { points: score.points + 1_000 * count(), ..score })
        }
    };
    scores
        .map(|score| (score.team, score.points))
        .window(window)
        .sum_per_key()
        .named("Points")
        .write(json_lines(&options.output));
    Ok(())
}

/// What is wrong with a runner that is otherwise direct.
#[derive(Clone, Copy)]
enum Wrong {
    /// Takes accumulating panes for discarding ones.
    Forgetful,
    /// Loses the last input of a flatten.
    Careless,
    /// Fails where an element came too late.
    Brittle,
    /// Says that nothing came too late.
    Blind,
}

struct WrongRunner {
    wrong: Wrong,
    direct: Box<dyn Runner>,
}

fn wrong(wrong: Wrong) -> Box<dyn Runner> {
    Box::new(WrongRunner { wrong, direct: Box::new(DirectRunner::default()) })
}

/// The graph with every flatten without its last input, or with no accumulation.
fn changed(graph: &Graph, wrong: Wrong) -> Graph {
    let mut json = serde_json::to_value(graph).expect("a graph is plain data");
    change(&mut json, wrong);
    serde_json::from_value(json).expect("it is a graph still")
}

fn change(json: &mut Value, wrong: Wrong) {
    match json {
        Value::String(text) => {
            if matches!(wrong, Wrong::Forgetful) && text == "Accumulating" {
                "Discarding".clone_into(text);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| change(value, wrong)),
        Value::Object(fields) => {
            let is_flatten = fields.get("transform").is_some_and(|it| it == "Flatten");
            if let (Wrong::Careless, true, Some(Value::Array(inputs))) =
                (wrong, is_flatten, fields.get_mut("inputs"))
            {
                inputs.pop();
            }
            fields.values_mut().for_each(|value| change(value, wrong));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Runner for WrongRunner {
    fn name(&self) -> &str {
        match self.wrong {
            Wrong::Forgetful => "forgetful",
            Wrong::Careless => "careless",
            Wrong::Brittle => "brittle",
            Wrong::Blind => "blind",
        }
    }

    fn about(&self) -> &str {
        "direct, but for one thing"
    }

    fn version(&self) -> &str {
        "0.0.1"
    }

    fn support(&self) -> Support {
        self.direct.support()
    }

    fn settings(&self) -> Vec<Setting> {
        self.direct.settings()
    }

    fn configured(&self, settings: &BTreeMap<String, String>) -> Result<Box<dyn Runner>> {
        Ok(Box::new(Self { wrong: self.wrong, direct: self.direct.configured(settings)? }))
    }

    fn matrix(&self) -> &str {
        ""
    }

    fn draw_plan(&self, graph: &Graph) -> String {
        self.direct.draw_plan(graph)
    }

    fn execute(&self, job: Job<'_>) -> Result<RunResult, RunError> {
        let graph = changed(job.graph, self.wrong);
        // A comparison asks for no savepoints.
        let Job { functions, interrupt, observer, .. } = job;
        let job = Job::new(&graph, functions, interrupt, observer);
        let mut result = self.direct.execute(job)?;
        match self.wrong {
            Wrong::Brittle if 0 < result.dropped().total() => {
                return Err(
                    RunError::failed("`Points` failed: its state is gone").in_step("Points")
                );
            }
            Wrong::Blind => {
                let steps = result.metrics.values_mut();
                steps.for_each(|step| step.dropped = DropCounts::default());
            }
            Wrong::Forgetful | Wrong::Careless | Wrong::Brittle => {}
        }
        Ok(result)
    }
}

fn main() -> Exit {
    register(RunnerEntry::new(|| wrong(Wrong::Forgetful)));
    register(RunnerEntry::new(|| wrong(Wrong::Careless)));
    register(RunnerEntry::new(|| wrong(Wrong::Brittle)));
    register(RunnerEntry::new(|| wrong(Wrong::Blind)));
    heliostat::launch("wrong-runners", points)
}
