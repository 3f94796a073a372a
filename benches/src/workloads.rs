//! All workloads as values, and the runners that they are run on.

use crate::check::Check;
use crate::checked::Checked;
use crate::turns::Way;
use crate::{w1, w2, w3, w4, w5};
use heliostat::{Pipeline, Runner, runners};
use heliostat_direct as _;
use heliostat_micro_batch as _;
use heliostat_per_record as _;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

/// Something to compute, in three ways.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// What the command line calls it.
    pub name: &'static str,
    /// What it computes.
    pub about: &'static str,
    /// How many events it has when it is measured in full.
    pub events: usize,
    prepare: fn(usize) -> Prepared,
}

/// A workload with its events in memory.
pub struct Prepared {
    /// How many events there are.
    pub events: usize,
    by_hand: Box<dyn Fn(usize) -> Check>,
    timely: Box<dyn Fn(usize) -> Check>,
    pipeline: Box<dyn Fn(usize) -> (Pipeline, Checked)>,
}

/// All of them, in the order in which they are run.
pub const ALL: [Workload; 8] = [
    Workload {
        name: "w1",
        about: "word count",
        events: w1::WORDS,
        prepare: |words| {
            let text = w1::text(words);
            Prepared::of((text, words), |_, text| w1::by_hand(text), w1::flow, w1::pipeline)
        },
    },
    Workload {
        name: "w2",
        about: "sums per minute",
        events: w2::EVENTS,
        prepare: |count| {
            let events = w2::events(count);
            Prepared::of(
                (events, count),
                |threads, it| w2::by_hand_on(threads, it),
                w2::flow,
                w2::pipeline,
            )
        },
    },
    Workload {
        name: "w3",
        about: "counts of the last minute, every 5 s",
        events: w3::EVENTS,
        prepare: |count| {
            let events = w3::events(count);
            Prepared::of((events, count), |_, it| w3::by_hand(it), w3::flow, w3::pipeline)
        },
    },
    Workload {
        name: "w4",
        about: "views per campaign and 10 s",
        events: w4::EVENTS,
        prepare: |count| {
            let events = w4::events(count);
            Prepared::of((events, count), |_, it| w4::by_hand(it), w4::flow, w4::pipeline)
        },
    },
    Workload {
        name: "q1",
        about: "bids in euros",
        events: w5::EVENTS,
        prepare: |count| {
            let events = w5::events(count);
            Prepared::of(
                (events, count),
                |_, it| w5::q1::by_hand(it),
                w5::q1::flow,
                w5::q1::pipeline,
            )
        },
    },
    Workload {
        name: "q5",
        about: "hot items of the last 10 s, every 2 s",
        events: w5::EVENTS,
        prepare: |count| {
            let events = w5::events(count);
            Prepared::of(
                (events, count),
                |_, it| w5::q5::by_hand(it),
                w5::q5::flow,
                w5::q5::pipeline,
            )
        },
    },
    Workload {
        name: "q7",
        about: "highest bid of 10 s",
        events: w5::EVENTS,
        prepare: |count| {
            let events = w5::events(count);
            Prepared::of(
                (events, count),
                |_, it| w5::q7::by_hand(it),
                w5::q7::flow,
                w5::q7::pipeline,
            )
        },
    },
    Workload {
        name: "q8",
        about: "new users who sell within 10 s",
        events: w5::EVENTS,
        prepare: |count| {
            let events = w5::events(count);
            Prepared::of(
                (events, count),
                |_, it| w5::q8::by_hand(it),
                w5::q8::flow,
                w5::q8::pipeline,
            )
        },
    },
];

impl Workload {
    /// Makes so many events for it.
    pub fn prepare(&self, events: usize) -> Prepared {
        (self.prepare)(events)
    }
}

impl Prepared {
    fn of<D: Send + Sync + 'static>(
        (data, events): (D, usize),
        by_hand: fn(usize, &D) -> Check,
        timely: fn(&Arc<D>, usize) -> Check,
        pipeline: fn(&Arc<D>, usize) -> (Pipeline, Checked),
    ) -> Self {
        let data = Arc::new(data);
        let (for_timely, for_pipeline) = (Arc::clone(&data), Arc::clone(&data));
        Self {
            events,
            by_hand: Box::new(move |threads| by_hand(threads, black_box(&data))),
            timely: Box::new(move |workers| timely(&for_timely, workers)),
            pipeline: Box::new(move |pieces| pipeline(&for_pipeline, pieces)),
        }
    }

    /// The rows of the loop written by hand, on so many threads where it can use them.
    pub fn by_hand(&self, threads: usize) -> Check {
        (self.by_hand)(threads)
    }

    /// The rows of timely with so many workers.
    pub fn timely(&self, workers: usize) -> Check {
        (self.timely)(workers)
    }

    /// The rows of a runner, which reads the events in so many pieces.
    ///
    /// # Errors
    /// If the run fails.
    pub fn run(&self, runner: &dyn Runner, pieces: usize) -> Result<Check, String> {
        let (pipeline, checked) = (self.pipeline)(pieces);
        runner.run(&pipeline).map_err(|error| error.to_string())?;
        Ok(checked.check())
    }

    /// The loop, timely and these runners, of which all have to give what the loop gives.
    pub fn ways<'a>(&'a self, runners: &'a [Box<dyn Runner>], workers: usize) -> Vec<Way<'a>> {
        let expected = self.by_hand(1);
        let way = |name: &str, compute: Box<dyn Fn() -> Result<Check, String> + 'a>| {
            Way::new(name, self.events, expected, compute)
        };
        let mut ways = vec![
            way("by hand", Box::new(move || Ok(self.by_hand(workers)))),
            way("timely", Box::new(move || Ok(self.timely(workers)))),
        ];
        ways.extend(runners.iter().map(|runner| {
            way(runner.name(), Box::new(move || self.run(runner.as_ref(), workers)))
        }));
        ways
    }
}

/// The runner of this name, trusting, with so many workers, as far as it can be told either.
///
/// # Errors
/// If there is none, or it does not take so many workers.
pub fn runner(name: &str, workers: usize) -> Result<Box<dyn Runner>, String> {
    let all = runners();
    let Some(runner) = all.iter().find(|runner| runner.name() == name) else {
        let names: Vec<&str> = all.iter().map(|runner| runner.name()).collect();
        return Err(format!("no runner `{name}` is linked in; there are: {}", names.join(", ")));
    };
    let known = runner.settings();
    let wanted = [("trusting", "true".to_owned()), ("workers", workers.to_string())];
    let settings: BTreeMap<String, String> = wanted
        .into_iter()
        .filter(|(name, _)| known.iter().any(|setting| setting.name == *name))
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    runner.configured(&settings).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
