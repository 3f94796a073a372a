//! A generated pipeline as one of the sdk, step by step.

use heliostat::{Pipeline, RunResult, Sum, Windowing};

use super::dofns::{Buffer, Split};
use super::node::{Node, Verb};
use super::verbs::{beside, bounded, co_grouped, created, each, grouped};
use crate::case::{Boundedness, Case, Element, Event, Pane};
use crate::pipelines::{Pairs, panes_of, streams, windowed};

/// Where the elements of streams come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Feed {
    /// From the script, event by event.
    Script,
    /// From memory: there is no other event than their end.
    Memory,
}

/// A pipeline as far as it is built.
pub(super) struct Building {
    pub(super) pipeline: Pipeline,
    streams: Vec<Pairs>,
    outputs: Vec<Pairs>,
    /// The second output of each node that has one.
    rests: Vec<Option<Pairs>>,
}

/// Reads from a run what a collection held.
pub(super) type Seen = Box<dyn Fn(&RunResult) -> Vec<Pane>>;

impl Building {
    pub(super) fn of(script: &Case, feed: Feed) -> Result<Self, String> {
        let pipeline = Pipeline::new();
        let streams = match feed {
            Feed::Script => streams::<i64>(script, &pipeline, None)?,
            Feed::Memory => {
                let names = if script.streams.is_empty() { 1 } else { script.streams.len() };
                (0..names).map(|at| created(&pipeline, &elements_of(script, at))).collect()
            }
        };
        Ok(Self { pipeline, streams, outputs: Vec::new(), rests: Vec::new() })
    }

    /// The windowing of what a node gives.
    pub(super) fn windowing(&self, at: usize) -> Windowing {
        self.pipeline.graph().collection(self.outputs[at].id()).windowing.clone()
    }

    /// Whether what a node gives has an end.
    pub(super) fn boundedness(&self, at: usize) -> Boundedness {
        match self.pipeline.graph().collection(self.outputs[at].id()).boundedness {
            heliostat::Boundedness::Bounded => Boundedness::Bounded,
            heliostat::Boundedness::Unbounded => Boundedness::Unbounded,
        }
    }

    /// How to read what a node gave.
    pub(super) fn seen(&self, at: usize) -> Seen {
        Box::new(panes_of(&self.outputs[at]))
    }

    /// Adds a node behind those that were added before.
    ///
    /// # Errors
    /// If the sdk has no way to say it.
    pub(super) fn add(&mut self, node: &Node) -> Result<(), String> {
        let name = format!("{} {}", self.outputs.len(), node.verb.name());
        let (output, rest) = self.made(node, &name)?;
        self.outputs.push(output);
        self.rests.push(rest);
        Ok(())
    }

    fn made(&self, node: &Node, name: &str) -> Result<(Pairs, Option<Pairs>), String> {
        let taken = |at: usize| &self.outputs[node.takes[at]];
        let output = match &node.verb {
            Verb::Stream(number) => self.streams[*number].clone(),
            Verb::Window(spec) => windowed(taken(0), spec)?.named(name),
            Verb::Flatten => {
                self.pipeline.flatten([taken(0), taken(1)].map(Clone::clone)).named(name)
            }
            Verb::Split => {
                let split = taken(0).par_do_with(Split::of).named(name);
                return Ok((split.main(), Some(split.output(|split| split.even))));
            }
            Verb::SumOrDrop => {
                let (sums, dropped) = taken(0).combine_per_key_with_dropped(Sum);
                let sums = sums.named(name).map(bounded);
                return Ok((sums, Some(dropped.map(|dropped| dropped.value))));
            }
            // Where the step in front was left out, all that is left is its input.
            Verb::Rest => self.rests[node.takes[0]].clone().unwrap_or_else(|| taken(0).clone()),
            Verb::Total(..) => taken(0).clone(),
            Verb::Each(of_each) => each(*of_each, taken(0)).named(name),
            Verb::Grouping(grouping) => grouped(*grouping, taken(0)).named(name),
            Verb::CoGroup => co_grouped(taken(0), taken(1)).named(name),
            Verb::Buffer(until) => {
                let until = *until;
                taken(0).par_do_with(|declare| Buffer::of(declare, until)).named(name).main()
            }
            Verb::Beside(view) => beside(*view, taken(0), taken(1)).named(name),
        };
        Ok((output, None))
    }
}

/// All elements of a stream, without the rest of the script.
fn elements_of(script: &Case, stream: usize) -> Vec<Element> {
    let name = script.streams.get(stream);
    let added = script.events.iter().filter_map(|event| match event {
        Event::Add { stream, elements } if stream.as_ref() == name => Some(elements),
        Event::Add { .. } | Event::Watermark { .. } | Event::Processing { .. } => None,
    });
    added.flatten().cloned().collect()
}
