//! A runner for pipelines that write what they read: it plays their script into their sinks, and can
//! be wrong in many ways.

use crate::batch::{Batch, ColumnExt, Each};
use crate::graph::{Composite, Graph, Step, Transform};
use crate::testing::ScriptEvent;
use crate::{
    Capability, Completion, Job, PaneInfo, Result, RunError, RunResult, Runner, Setting,
    SettingKind, Support, Timestamp,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is wrong with it, with multiples of a number or with the number itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Nothing,
    /// Does not write them.
    Loses,
    /// Writes them one greater than they are.
    Miscounts,
    /// Gives them a pane that nothing made.
    Relabels,
    /// Says that it dropped them, although it did not.
    Drops,
    /// Fails on it, in a step, with other words each time.
    FailsOn,
    /// Panics on it.
    PanicsOn,
    /// Fails on so many elements, in no step.
    TooMany,
    /// Fails whatever it is given.
    AlwaysFails,
    /// Fails where processing time moves while there is something to write.
    NeedsTime,
    /// Loses more in each run.
    LosesMore,
    /// Writes only the first element of each bundle.
    FirstOfBundle,
    /// Writes the elements of a bundle from its end to its beginning, which is not wrong.
    Backwards,
    /// Writes each part twice and discards the first, which is not wrong either.
    TriesTwice,
    /// Somebody interrupts it.
    Interrupted,
    /// Knows no scripts.
    WithoutScripts,
}

#[derive(Clone)]
pub(super) struct Relay {
    name: &'static str,
    fault: Fault,
    of: u64,
    runs: Arc<AtomicU64>,
}

impl Relay {
    pub(super) fn boxed(name: &'static str, fault: Fault) -> Box<dyn Runner> {
        Self::boxed_of(name, fault, 7)
    }

    pub(super) fn boxed_of(name: &'static str, fault: Fault, of: u64) -> Box<dyn Runner> {
        Box::new(Self { name, fault, of, runs: Arc::default() })
    }

    /// What it makes of a batch of numbers on their way to a sink.
    fn changed(&self, mut batch: Batch, run: u64) -> Result<Batch, RunError> {
        if !batch.values.type_name().contains("u64") {
            return Ok(batch);
        }
        let numbers = batch.values.typed::<u64>().to_vec();
        let is_multiple = |number: &u64| number.is_multiple_of(self.of);
        let picked = |keep: &dyn Fn(usize, &u64) -> bool| -> Vec<u32> {
            let kept = (0_u32..).zip(&numbers).filter(|(at, it)| keep(*at as usize, it));
            kept.map(|(at, _)| at).collect()
        };
        let is_there = numbers.contains(&self.of);
        match self.fault {
            Fault::FailsOn if is_there => {
                return Err(RunError::failed(format!("failed in run {run}")).in_step("Read"));
            }
            Fault::PanicsOn => assert!(!is_there, "a bug of the runner"),
            Fault::Loses => {
                batch = batch.select(&picked(&|_, number| !is_multiple(number)));
            }
            Fault::LosesMore => batch = batch.select(&picked(&|_, number| run < *number)),
            Fault::FirstOfBundle => batch = batch.select(&picked(&|at, _| at == 0)),
            Fault::Backwards => {
                let all = picked(&|_, _| true);
                batch = batch.select(&all.into_iter().rev().collect::<Vec<u32>>());
            }
            Fault::Miscounts => {
                batch.own();
                let numbers = batch.values.typed_mut::<u64>();
                numbers.iter_mut().filter(|it| is_multiple(it)).for_each(|it| *it += 1);
            }
            Fault::Relabels => {
                let pane = |number| match is_multiple(number) {
                    true => PaneInfo::ON_TIME_AND_ONLY,
                    false => PaneInfo::NO_FIRING,
                };
                batch.meta.panes = Each::Each(numbers.iter().map(pane).collect());
            }
            Fault::Nothing
            | Fault::Drops
            | Fault::TooMany
            | Fault::AlwaysFails
            | Fault::NeedsTime
            | Fault::FailsOn
            | Fault::TriesTwice
            | Fault::Interrupted
            | Fault::WithoutScripts => {}
        }
        Ok(batch)
    }

    fn multiples(&self, batch: &Batch) -> u64 {
        if !batch.values.type_name().contains("u64") {
            return 0;
        }
        let numbers = batch.values.typed::<u64>().iter();
        numbers.filter(|number| number.is_multiple_of(self.of)).count() as u64
    }

    fn play(&self, job: &Job<'_>, script: &Step) -> Result<RunResult, RunError> {
        let run = self.runs.fetch_add(1, Ordering::SeqCst);
        if self.fault == Fault::AlwaysFails {
            return Err(RunError::failed("not today"));
        }
        let failed = |error: crate::Error| RunError::failed(error.to_string());
        let writes: Vec<&Step> = job.graph.steps().iter().filter(|step| is_write(step)).collect();
        let mut parts: Vec<Vec<Vec<u8>>> = vec![Vec::new(); writes.len()];
        let mut watermarks = vec![Timestamp::MIN; script.outputs.len()];
        let (mut result, mut seen) = (RunResult::default(), 0);
        for event in job.functions.script(&script.path).events().map_err(failed)? {
            let (stream, batch) = match event {
                ScriptEvent::Elements { stream, batch } => (stream, batch),
                ScriptEvent::Watermark { stream, to } => {
                    assert!(watermarks[stream] < to, "a watermark moves forward");
                    watermarks[stream] = to;
                    continue;
                }
                ScriptEvent::ProcessingTime { .. } => {
                    if self.fault == Fault::NeedsTime && 0 < seen {
                        return Err(RunError::failed("what time is it"));
                    }
                    continue;
                }
            };
            assert!(watermarks[stream] < Timestamp::MAX, "nothing comes behind the end");
            for (write, parts) in writes.iter().zip(&mut parts) {
                if write.inputs[0] != script.outputs[stream] {
                    continue;
                }
                let multiples = self.multiples(&batch);
                seen += batch.len() as u64;
                if self.fault == Fault::TooMany && self.of <= seen {
                    return Err(RunError::failed("too much for me\nat once"));
                }
                let mut batch = self.changed(batch.copied(), run)?;
                let code = job.functions.write(&write.path);
                let part = |batch: &mut Batch| -> Result<Vec<u8>, RunError> {
                    let mut part = code.open(0, 0).map_err(failed)?;
                    part.write(batch).map_err(failed)?;
                    part.prepare().map_err(failed)
                };
                if self.fault == Fault::TriesTwice {
                    let first = part(&mut batch.copied())?;
                    code.discard(vec![first]);
                }
                parts.push(part(&mut batch)?);
                if self.fault == Fault::Drops {
                    let counts = result.metrics.entry(write.path.clone()).or_default();
                    counts.dropped.late += multiples;
                }
            }
        }
        for (write, parts) in writes.iter().zip(parts) {
            let code = job.functions.write(&write.path);
            code.commit(parts.clone(), Completion::Complete).map_err(failed)?;
            // A second time must change nothing.
            code.commit(parts, Completion::Complete).map_err(failed)?;
        }
        Ok(result)
    }
}

fn is_write(step: &Step) -> bool {
    matches!(step.transform, Transform::Composite(Composite::Write(_)))
}

impl Runner for Relay {
    fn name(&self) -> &str {
        self.name
    }

    fn about(&self) -> &str {
        "relays a script"
    }

    fn version(&self) -> &str {
        "0.0.1"
    }

    fn support(&self) -> Support {
        let all = Support::everything();
        match self.fault == Fault::WithoutScripts {
            true => all.without(Capability::TestStreamBasic, "it plays no scripts"),
            false => all,
        }
    }

    fn settings(&self) -> Vec<Setting> {
        let pace = SettingKind::Value { default: "0".into() };
        vec![Setting { name: "pace", help: "how fast it is", kind: pace }]
    }

    fn configured(&self, settings: &BTreeMap<String, String>) -> Result<Box<dyn Runner>> {
        match settings.get("pace").map(String::as_str) {
            None | Some("slow") => Ok(Box::new(self.clone())),
            Some(other) => Err(crate::Error::new(format!("the setting `pace`: `{other}`"))),
        }
    }

    fn matrix(&self) -> &str {
        ""
    }

    fn draw_plan(&self, _: &Graph) -> String {
        String::new()
    }

    fn execute(&self, job: Job<'_>) -> Result<RunResult, RunError> {
        if self.fault == Fault::Interrupted {
            job.interrupt.request();
        }
        let mut leaves = job.graph.leaves();
        let script = leaves.find(|step| matches!(step.transform, Transform::TestStream(_)));
        self.play(&job, script.expect("diff gives it one"))
    }
}
