//! Where the elements of a pipeline come from, and the same pipeline with one script in their place.
//!
//! One script, whatever there is to read: between several sources a runner may take turns as it
//! likes, and no two would have to give the same panes.

use crate::CollectionId;
use crate::graph::{
    Boundedness, Composite, Functions, Graph, Step, TestStreamSpec, Transform, TransformId,
};

/// A step that elements come from.
pub(super) struct Root {
    /// The step that its author knows: of what is created, the composite.
    pub(super) step: TransformId,
    pub(super) kind: RootKind,
    /// The streams that stand for its outputs; for one that nobody takes there is none.
    pub(super) streams: Vec<Option<usize>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RootKind {
    /// One empty element.
    Impulse,
    /// What the program itself creates.
    Created,
    Read,
    Script,
}

/// The roots of a pipeline.
pub(super) struct Roots {
    pub(super) roots: Vec<Root>,
    /// The collections of the streams, in their order.
    pub(super) streams: Vec<CollectionId>,
}

impl Roots {
    /// All roots of a graph, in the order in which they were built.
    pub(super) fn of(graph: &Graph, functions: &Functions) -> Self {
        let mut found = Self { roots: Vec::new(), streams: Vec::new() };
        for step in graph.leaves().filter(|step| step.inputs.is_empty()) {
            let kind = match &step.transform {
                Transform::Impulse => RootKind::Impulse,
                Transform::TestStream(_) => RootKind::Script,
                Transform::Composite(_) => RootKind::Read,
                // A flatten of nothing has no input and gives nothing.
                Transform::ParDo(_)
                | Transform::GroupByKey
                | Transform::Flatten
                | Transform::WindowInto(_) => continue,
            };
            let created = step.parent.filter(|&parent| {
                kind == RootKind::Impulse
                    && functions.created.contains_key(&graph.step(parent).path)
            });
            match created {
                None => found.add(graph, step.id, kind, step.outputs.clone()),
                Some(composite) => {
                    let values = graph.consumers(step.outputs[0]).next();
                    let outputs = values.map(|values| values.outputs.clone()).unwrap_or_default();
                    found.add(graph, composite, RootKind::Created, outputs);
                }
            }
        }
        found
    }

    fn add(
        &mut self,
        graph: &Graph,
        step: TransformId,
        kind: RootKind,
        outputs: Vec<CollectionId>,
    ) {
        let mut streams = Vec::new();
        for output in outputs {
            // Streams of a script keep their numbers, so all of them stay.
            let is_taken = graph.consumers(output).next().is_some();
            if kind == RootKind::Script || is_taken {
                streams.push(Some(self.streams.len()));
                self.streams.push(output);
            } else {
                streams.push(None);
            }
        }
        self.roots.push(Root { step, kind, streams });
    }

    /// The graph in which one script gives what the roots gave, and the path of the script.
    ///
    /// Steps and collections keep their ids: what a root was becomes an empty part of the pipeline.
    pub(super) fn scripted(&self, graph: &Graph) -> (Graph, String) {
        let mut steps = graph.steps().to_vec();
        let mut collections = graph.collections().to_vec();
        let replaced: Vec<TransformId> =
            graph.leaves().filter(|step| self.gives(graph, step)).map(|step| step.id).collect();
        for id in &replaced {
            let step = &mut steps[id.index()];
            step.transform = Transform::Composite(Composite::Named);
            (step.inputs, step.outputs) = (Vec::new(), Vec::new());
        }
        let Some(&first) = replaced.first() else {
            return (Graph::new(steps, collections), String::new());
        };
        // What is said of the script is said of what the author wrote: of a read, if there is one.
        let named = self.roots.iter().find(|root| root.kind == RootKind::Read);
        let named = named.or_else(|| self.roots.first()).map_or(first, |root| {
            let is_leaf = replaced.contains(&root.step);
            if is_leaf { root.step } else { first }
        });
        swap_names(&mut steps, first, named);
        for stream in &self.streams {
            collections[stream.index()].producer = first;
        }
        let script = &mut steps[first.index()];
        script.outputs.clone_from(&self.streams);
        script.transform = Transform::TestStream(self.spec(graph));
        let path = script.path.clone();
        (Graph::new(steps, collections), path)
    }

    /// Whether a leaf is a root, or what makes the values that a program creates.
    fn gives(&self, graph: &Graph, leaf: &Step) -> bool {
        self.roots.iter().any(|root| match root.kind {
            RootKind::Created => graph.step(leaf.id).parent == Some(root.step),
            RootKind::Impulse | RootKind::Read | RootKind::Script => root.step == leaf.id,
        })
    }

    fn spec(&self, graph: &Graph) -> TestStreamSpec {
        let boundedness = self.streams.iter().map(|&it| graph.collection(it).boundedness);
        let moves = |root: &Root| match &graph.step(root.step).transform {
            Transform::TestStream(spec) => spec.moves_processing_time,
            Transform::Impulse
            | Transform::ParDo(_)
            | Transform::GroupByKey
            | Transform::Flatten
            | Transform::WindowInto(_)
            | Transform::Composite(_) => false,
        };
        TestStreamSpec {
            boundedness: boundedness.fold(Boundedness::Bounded, Boundedness::and),
            streams: (0..self.streams.len()).map(|stream| stream.to_string()).collect(),
            moves_processing_time: self.roots.iter().any(moves),
        }
    }
}

/// Lets two steps stand under each other's names.
fn swap_names(steps: &mut [Step], a: TransformId, b: TransformId) {
    if a == b {
        return;
    }
    let [a, b] = steps.get_disjoint_mut([a.index(), b.index()]).expect("two steps of the graph");
    std::mem::swap(&mut a.path, &mut b.path);
    std::mem::swap(&mut a.naming, &mut b.naming);
    std::mem::swap(&mut a.parent, &mut b.parent);
    std::mem::swap(&mut a.line, &mut b.line);
}
