//! What a runner must be able to do to run a graph, and at which step.
//!
//! A step needs what it is (`gbk`, `flatten`, `root.impulse`, ..), and a grouping also what its
//! input's windowing asks: window function, timestamp combiner, trigger, mode, lateness. The default
//! trigger needs `trigger.event` and, being its own continuation, no `trigger.continuation`. A
//! combine or a co-grouping counts as one grouping: what it is made of is its own affair, since a
//! runner may put its own in the place of the expansion. Only the shards of a fanout ask for what
//! their own windowing asks.
//!
//! Some claims no graph asks for in so many words, so they are taken along by the steps that rely
//! on them: every grouping needs `pane.info`, `pane.gc_leftover`, `watermark.holds` and
//! `lateness.dropped`; every change to fixed windows `window.negative_time` and
//! `window.truncate_at_end`; every step with the author's code `pardo.lifecycle` and
//! `pardo.lifecycle.teardown`; the first leaf `metrics.system` and `metrics.committed`; and a grouping
//! of scripted input behind another one `teststream.multi_stage`. Of `ops.stop` and the like, of
//! `combine.lift`, and of what is planned a graph knows only if its author asks for it by name
//! ([`PCollection::requires`](crate::PCollection::requires)). [`Capability::required_by`] has it all in words.

mod par_do;
mod windowing;

use super::{Boundedness, CollectionId, Composite, Graph, Step, Transform, TransformId};
use crate::{Capability, Trigger, WindowFn};
use std::collections::BTreeSet;

/// A capability that a step of a graph cannot do without.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat::{Boundedness, Capability};
///
/// let pipeline = Pipeline::new();
/// pipeline.create([1, 2]).window(Window::fixed(secs(10)));
/// let graph = pipeline.graph();
/// let windows: Vec<_> = graph
///     .requirements()
///     .into_iter()
///     .filter(|requirement| requirement.capability == Capability::WindowFixed)
///     .collect();
/// assert_eq!(windows.len(), 1);
/// assert_eq!(windows[0].input, Boundedness::Bounded);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// What is needed.
    pub capability: Capability,
    /// The step that needs it.
    pub at: TransformId,
    /// Whether what the step takes is all there; for a root, what it makes.
    pub input: Boundedness,
}

impl Graph {
    /// What each step needs, in the order of the steps, each capability once per step.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat::Capability;
    ///
    /// let pipeline = Pipeline::new();
    /// pipeline.create([1, 2]).with_keys(|n| n % 2).sum_per_key();
    /// let graph = pipeline.graph();
    /// let needs = |capability| graph.requirements().iter().any(|it| it.capability == capability);
    /// assert!(needs(Capability::CombinePerKey) && needs(Capability::WindowGlobal));
    /// assert!(!needs(Capability::Gbk) && !needs(Capability::TriggerCount));
    /// ```
    pub fn requirements(&self) -> Vec<Requirement> {
        let mut requirements = Vec::new();
        let mut common = vec![Capability::MetricsSystem, Capability::MetricsCommitted];
        for step in self.steps() {
            let mut needed = self.needs_of(step);
            if step.is_leaf() {
                needed.append(&mut common);
            }
            let mut seen = BTreeSet::new();
            let input = self.boundedness_of(step);
            let new = needed.into_iter().filter(|capability| seen.insert(*capability));
            requirements.extend(new.map(|capability| Requirement {
                capability,
                at: step.id,
                input,
            }));
        }
        requirements
    }

    fn needs_of(&self, step: &Step) -> Vec<Capability> {
        let mut needed = Vec::new();
        if self.enclosing_grouping(step).is_some() {
            return needed;
        }
        transform_needs(self, step, &mut needed);
        needed.extend(&step.requires);
        if is_grouping(step) || is_known_grouping(step) {
            self.grouping_needs(step, &mut needed);
        }
        needed
    }

    fn grouping_needs(&self, step: &Step, needed: &mut Vec<Capability>) {
        let inputs = self.taken_by(step);
        for &input in &inputs {
            windowing::needs(&self.collection(input).windowing, needed);
        }
        for shards in self.steps().iter().filter(|part| is_fanout(part) && self.holds(step, part)) {
            let parts = self.leaves().filter(|leaf| is_grouping(leaf) && self.holds(shards, leaf));
            for input in parts.flat_map(|part| &part.inputs) {
                windowing::needs(&self.collection(*input).windowing, needed);
            }
        }
        if 1 < step.outputs.len() {
            needed.push(Capability::LatenessDroppedOutput);
        }
        let triggered =
            |&input: &CollectionId| self.collection(input).windowing.trigger != Trigger::Default;
        let same_trigger = self.upstream(step, keeps_trigger);
        if inputs.iter().any(triggered) && same_trigger.iter().any(|step| is_grouping(step)) {
            needed.push(Capability::TriggerContinuation);
        }
        let upstream = self.upstream(step, |_| true);
        let scripted = |step: &&Step| matches!(step.transform, Transform::TestStream(_));
        if upstream.iter().any(|step| is_grouping(step)) && upstream.iter().any(scripted) {
            needed.push(Capability::TestStreamMultiStage);
        }
        needed.extend([
            Capability::PaneInfo,
            Capability::PaneLeftover,
            Capability::WatermarkHolds,
            Capability::LatenessDropped,
        ]);
    }

    /// Whether all that a step takes is there; a root is judged by what it makes.
    fn boundedness_of(&self, step: &Step) -> Boundedness {
        let mut collections = self.taken_by(step);
        if collections.is_empty() {
            collections.clone_from(&step.outputs);
        }
        collections
            .iter()
            .map(|&collection| self.collection(collection).boundedness)
            .fold(Boundedness::Bounded, Boundedness::and)
    }

    /// What a step takes from outside: of a composite, what its leaves take from other leaves.
    pub(crate) fn taken_by(&self, step: &Step) -> Vec<CollectionId> {
        if step.is_leaf() || !step.inputs.is_empty() {
            return step.inputs.clone();
        }
        let mut taken = Vec::new();
        for leaf in self.leaves().filter(|leaf| self.is_within(leaf, step.id)) {
            for &input in &leaf.inputs {
                if !self.is_within(self.producer(input), step.id) && !taken.contains(&input) {
                    taken.push(input);
                }
            }
        }
        taken
    }

    /// Whether a part is a step itself or within it.
    fn holds(&self, step: &Step, part: &Step) -> bool {
        part.id == step.id || self.is_within(part, step.id)
    }

    pub(super) fn is_within(&self, step: &Step, composite: TransformId) -> bool {
        self.ancestors(step).any(|ancestor| ancestor.id == composite)
    }

    /// The composites around a step, the innermost first.
    pub(crate) fn ancestors(&self, step: &Step) -> impl Iterator<Item = &Step> {
        std::iter::successors(step.parent, |&parent| self.step(parent).parent)
            .map(|parent| self.step(parent))
    }

    /// The steps that an author knows: those that are not inside a known grouping.
    pub(crate) fn outer_steps(&self) -> impl Iterator<Item = &Step> {
        self.steps().iter().filter(|step| self.enclosing_grouping(step).is_none())
    }

    /// The groupings that an author knows, combines among them.
    pub(crate) fn groupings(&self) -> impl Iterator<Item = &Step> {
        self.outer_steps().filter(|step| is_grouping(step) || is_known_grouping(step))
    }

    /// The outermost step around a step that is known as a whole.
    fn enclosing_grouping(&self, step: &Step) -> Option<&Step> {
        self.ancestors(step).filter(|ancestor| is_known(ancestor)).last()
    }

    /// The step as its author knows it: the outermost composite around it that is known as a whole,
    /// else itself.
    pub fn named_step<'a>(&'a self, step: &'a Step) -> &'a Step {
        self.enclosing_grouping(step).unwrap_or(step)
    }

    /// The leaves in front of a step, back to and including those that are not passed `through`;
    /// the nearest first.
    pub(crate) fn upstream(&self, step: &Step, through: impl Fn(&Step) -> bool) -> Vec<&Step> {
        let mut found: Vec<&Step> = Vec::new();
        let mut seen = BTreeSet::new();
        let producers = |step: &Step| {
            let inputs = self.taken_by(step);
            inputs.iter().map(|&input| self.collection(input).producer).collect::<Vec<_>>()
        };
        let mut next = producers(step);
        while !next.is_empty() {
            let mut further = Vec::new();
            for id in next {
                if seen.insert(id) {
                    let producer = self.step(id);
                    found.push(producer);
                    if through(producer) {
                        further.extend(producers(producer));
                    }
                }
            }
            next = further;
        }
        found
    }
}

/// Whether a step groups as a whole: what it is made of is its own affair.
pub(super) fn is_known_grouping(step: &Step) -> bool {
    match &step.transform {
        Transform::Composite(composite) => match composite {
            Composite::View(_)
            | Composite::CoGroupByKey
            | Composite::Combine { .. }
            | Composite::CombineGlobally { .. }
            | Composite::CombineWithFanout { .. }
            | Composite::CombineWithView { .. } => true,
            Composite::Named | Composite::Reshuffle | Composite::Read(_) | Composite::Write(_) => {
                false
            }
        },
        Transform::Impulse
        | Transform::ParDo(_)
        | Transform::GroupByKey
        | Transform::Flatten
        | Transform::WindowInto(_)
        | Transform::TestStream(_) => false,
    }
}

/// Whether a composite is known as a whole, whatever it is made of.
pub(super) fn is_known(step: &Step) -> bool {
    let known =
        matches!(step.transform, Transform::Composite(Composite::Reshuffle | Composite::Write(_)));
    known || is_known_grouping(step)
}

fn is_combine(step: &Step) -> bool {
    matches!(step.transform, Transform::Composite(Composite::Combine { .. }))
}

fn is_fanout(step: &Step) -> bool {
    matches!(step.transform, Transform::Composite(Composite::CombineWithFanout { .. }))
}

fn is_grouping(step: &Step) -> bool {
    step.transform == Transform::GroupByKey
}

/// Whether what comes out of a step has the trigger of what went in.
fn keeps_trigger(step: &Step) -> bool {
    match &step.transform {
        Transform::ParDo(_) | Transform::Flatten => true,
        Transform::WindowInto(change) => change.trigger.is_none(),
        Transform::Impulse
        | Transform::GroupByKey
        | Transform::TestStream(_)
        | Transform::Composite(_) => false,
    }
}

/// What a step needs for what it is; what its windowing asks is told of groupings alone.
fn transform_needs(graph: &Graph, step: &Step, needed: &mut Vec<Capability>) {
    match &step.transform {
        Transform::Impulse => needed.push(Capability::RootImpulse),
        Transform::ParDo(spec) => par_do::needs(graph, step, spec, needed),
        Transform::GroupByKey => needed.push(Capability::Gbk),
        Transform::Flatten => flatten_needs(graph, step, needed),
        Transform::WindowInto(change) => {
            if let Some(window_fn) = &change.window_fn {
                needed.push(window_fn.capability());
                let cut = [Capability::WindowNegativeTime, Capability::WindowTruncateAtEnd];
                match window_fn {
                    WindowFn::Global | WindowFn::Custom(_) => {}
                    WindowFn::Fixed(_) | WindowFn::Sessions(_) | WindowFn::Calendar(_) => {
                        needed.extend(cut);
                    }
                    WindowFn::Sliding(sliding) => {
                        needed.extend(cut);
                        if sliding.has_gaps() {
                            needed.push(Capability::WindowSlidingGaps);
                        }
                    }
                }
            }
        }
        Transform::TestStream(script) => {
            needed.push(Capability::TestStreamBasic);
            if 1 < script.streams.len() {
                needed.push(Capability::TestStreamMultiOutput);
            }
            if script.moves_processing_time {
                needed.push(Capability::TestStreamProcessingTime);
            }
        }
        Transform::Composite(composite) => match composite {
            Composite::Named => {}
            Composite::Read(spec) => needed.push(match spec.boundedness {
                Boundedness::Bounded => Capability::ReadBounded,
                Boundedness::Unbounded => Capability::ReadUnbounded,
            }),
            Composite::Write(_) => needed.push(Capability::Write),
            Composite::Reshuffle => needed.push(Capability::Reshuffle),
            // A combine may give the panes of a view itself.
            Composite::View(_) => needed.push(match graph.parts(step.id).any(is_combine) {
                true => Capability::CombineGlobally,
                false => Capability::Gbk,
            }),
            Composite::CoGroupByKey => needed.extend([
                Capability::PardoElementWise,
                Capability::PardoLifecycle,
                Capability::PardoTeardown,
                Capability::Flatten,
                Capability::Gbk,
            ]),
            Composite::Combine { .. } => needed.push(Capability::CombinePerKey),
            Composite::CombineGlobally { fanout, .. } => {
                needed.push(Capability::CombineGlobally);
                needed.extend(fanout.map(|_| Capability::CombineFanout));
            }
            Composite::CombineWithFanout { .. } => {
                needed.extend([Capability::CombinePerKey, Capability::CombineFanout]);
            }
            Composite::CombineWithView { .. } => {
                needed.extend([Capability::Gbk, Capability::CombineContext]);
                par_do::needs_of_sides_within(graph, step, needed);
            }
        },
    }
}

fn flatten_needs(graph: &Graph, step: &Step, needed: &mut Vec<Capability>) {
    needed.push(Capability::Flatten);
    let coder = |&input: &CollectionId| &graph.collection(input).coder;
    match step.inputs.split_first() {
        None => needed.push(Capability::FlattenEmpty),
        Some((first, rest)) if rest.iter().any(|other| coder(other) != coder(first)) => {
            needed.push(Capability::FlattenHeterogeneousCoder);
        }
        Some(_) => {}
    }
}
