//! A graph while it is being built: steps under their scopes, code beside them.

use super::erase::{TypedDeadLetters, TypedEdge, element_name};
use super::functions::{DeadLetterFn, EdgeType, Functions, StepFn, WindowAssigner};
use super::kernel::{Kernels, LiftKernels};
use super::keyed::{KeyedFn, ViewFn};
use super::{
    Boundedness, Collection, CollectionId, Composite, FailureChoice, Graph, Naming, OnFailure,
    SourceLine, Step, Transform, TransformId,
};
use crate::coder::Coder;
use crate::io::{ErasedRead, ErasedWrite};
use crate::testing::Script;
use crate::{Capability, CustomWindows, DeadLetter, Element, MergeWindows, Windowing};
use std::any::Any;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::Location;
use std::sync::Arc;

/// Where a call of the author's stands.
pub(crate) type Caller = &'static Location<'static>;

/// What the output is called that takes the elements a step fails on.
const DEAD_LETTERS: &str = "dead letters";

/// The graph under construction; shared by a pipeline and its collections.
#[derive(Default)]
pub(crate) struct Builder {
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    steps: Vec<Draft>,
    collections: Vec<Collection>,
    edges: Vec<Arc<dyn EdgeType>>,
    /// The composites that are being filled, outermost first.
    scopes: Vec<TransformId>,
    code: Vec<(TransformId, Code)>,
}

/// A step whose path is not final: it may yet get a name.
struct Draft {
    name: String,
    naming: Naming,
    parent: Option<TransformId>,
    transform: Transform,
    inputs: Vec<CollectionId>,
    outputs: Vec<CollectionId>,
    line: SourceLine,
    formerly: Vec<String>,
    on_failure: Vec<FailureChoice>,
    requires: Vec<Capability>,
}

/// The code of a step, in its role.
pub(crate) enum Code {
    Step(Arc<dyn StepFn>),
    Keyed(Arc<dyn KeyedFn>),
    Kernels(Arc<dyn Kernels>),
    Lift(Arc<dyn LiftKernels>),
    Read(Arc<dyn ErasedRead>),
    Write(Arc<dyn ErasedWrite>),
    DeadLetters(Arc<dyn DeadLetterFn>),
    Script(Arc<dyn Script>),
    /// The elements of a `create`, beside the code that gives them.
    Created(Arc<dyn Script>),
    Assigner(Arc<dyn WindowAssigner>),
    Merger(CustomWindows, Arc<dyn MergeWindows>),
    /// Of the view that this collection holds the panes of.
    View(CollectionId, Arc<dyn ViewFn>),
}

/// What is known of an output besides its type.
#[derive(Clone)]
pub(crate) struct Edge {
    pub(crate) windowing: Windowing,
    pub(crate) boundedness: Boundedness,
    pub(crate) can_end: bool,
}

impl Edge {
    /// What a bounded root gives.
    pub(crate) fn bounded() -> Self {
        Self { windowing: Windowing::default(), boundedness: Boundedness::Bounded, can_end: true }
    }
}

impl Builder {
    /// Adds a step in the current scope.
    pub(crate) fn step(
        &self,
        name: &str,
        transform: Transform,
        inputs: &[CollectionId],
        caller: Caller,
    ) -> TransformId {
        let mut state = self.state.borrow_mut();
        let id = TransformId(number(state.steps.len()));
        let parent = state.scopes.last().copied();
        state.steps.push(Draft {
            name: name.to_owned(),
            naming: Naming::Numbered,
            parent,
            transform,
            inputs: inputs.to_vec(),
            outputs: Vec::new(),
            line: line_of(caller),
            formerly: Vec::new(),
            on_failure: Vec::new(),
            requires: Vec::new(),
        });
        id
    }

    /// Adds a composite and lets `fill` add its parts.
    pub(crate) fn composite<R>(
        &self,
        (name, composite): (&str, Composite),
        inputs: &[CollectionId],
        caller: Caller,
        fill: impl FnOnce(TransformId) -> R,
    ) -> R {
        let id = self.step(name, Transform::Composite(composite), inputs, caller);
        self.state.borrow_mut().scopes.push(id);
        let filled = fill(id);
        self.state.borrow_mut().scopes.pop();
        filled
    }

    /// Adds an output with the coder its type has by itself.
    pub(crate) fn output<T: Element>(
        &self,
        step: TransformId,
        name: &str,
        edge: Edge,
    ) -> CollectionId {
        self.output_with(step, name, edge, Coder::<T>::of())
    }

    /// Adds an output with this coder.
    pub(crate) fn output_with<T: Element>(
        &self,
        step: TransformId,
        name: &str,
        edge: Edge,
        coder: Coder<T>,
    ) -> CollectionId {
        self.declared_output(step, name, edge, Box::new(TypedEdge::with_coder(coder)))
    }

    /// Adds an output whose type was erased where it was declared.
    pub(crate) fn declared_output(
        &self,
        step: TransformId,
        name: &str,
        edge: Edge,
        edge_type: Box<dyn EdgeType>,
    ) -> CollectionId {
        let mut state = self.state.borrow_mut();
        let id = CollectionId(number(state.collections.len()));
        state.collections.push(Collection {
            id,
            producer: step,
            output: name.to_owned(),
            element: edge_type.element(),
            coder: edge_type.coder(),
            windowing: edge.windowing,
            boundedness: edge.boundedness,
            can_end: edge.can_end,
        });
        state.edges.push(Arc::from(edge_type));
        state.steps[step.index()].outputs.push(id);
        id
    }

    /// Says that a known composite gives these collections, which parts of it make.
    pub(crate) fn composite_outputs(&self, composite: TransformId, outputs: &[CollectionId]) {
        self.state.borrow_mut().steps[composite.index()].outputs = outputs.to_vec();
    }

    /// Gives an edge a coder that only its consumer knows, as a grouping knows key and value.
    pub(crate) fn recode<T: Element>(&self, collection: CollectionId, coder: Coder<T>) {
        let mut state = self.state.borrow_mut();
        let edge_type = TypedEdge::with_coder(coder);
        state.collections[collection.index()].coder = edge_type.coder();
        state.edges[collection.index()] = Arc::new(edge_type);
    }

    /// Puts code beside a step.
    pub(crate) fn code(&self, step: TransformId, code: Code) {
        self.state.borrow_mut().code.push((step, code));
    }

    /// What is known of a collection.
    pub(crate) fn edge(&self, collection: CollectionId) -> Edge {
        let state = self.state.borrow();
        let collection = &state.collections[collection.index()];
        Edge {
            windowing: collection.windowing.clone(),
            boundedness: collection.boundedness,
            can_end: collection.can_end,
        }
    }

    /// Gives a step the author's name.
    pub(crate) fn rename(&self, step: TransformId, name: &str) {
        let step = &mut self.state.borrow_mut().steps[step.index()];
        name.clone_into(&mut step.name);
        step.naming = Naming::Author;
    }

    /// Lets a step take the state that a savepoint has under this path.
    pub(crate) fn formerly(&self, step: TransformId, path: &str) {
        self.state.borrow_mut().steps[step.index()].formerly.push(path.to_owned());
    }

    /// Notes what an author asks for by name.
    pub(crate) fn requires(&self, step: TransformId, capability: Capability) {
        self.state.borrow_mut().steps[step.index()].requires.push(capability);
    }

    /// Notes what an author chose for the elements that a step fails on.
    pub(crate) fn choose_on_failure(&self, step: TransformId, choice: OnFailure, caller: Caller) {
        let chosen = FailureChoice { choice, line: line_of(caller) };
        self.state.borrow_mut().steps[step.index()].on_failure.push(chosen);
    }

    /// Adds an output of elements that a step fails on.
    pub(crate) fn dead_letters<T: Element>(
        &self,
        step: TransformId,
        caller: Caller,
    ) -> CollectionId {
        let (input, name) = {
            let state = self.state.borrow();
            let draft = &state.steps[step.index()];
            let known = |name: &String| {
                draft.outputs.iter().any(|it| state.collections[it.index()].output == *name)
            };
            // A step such as `try_map` has dead letters of its own.
            let copies = (2..).map(|copy| format!("{DEAD_LETTERS} {copy}"));
            let names = std::iter::once(DEAD_LETTERS.to_owned()).chain(copies);
            let name = names.into_iter().find(|name| !known(name)).expect("numbers do not end");
            (draft.inputs.first().copied(), name)
        };
        let fits = input.is_some_and(|input| self.carries::<T>(input));
        let edge = input.map_or_else(Edge::bounded, |input| self.edge(input));
        let output = self.output::<DeadLetter<T>>(step, &name, edge);
        let choice = if fits || input.is_none() {
            OnFailure::DeadLetter(output)
        } else {
            OnFailure::Mistyped(element_name::<T>())
        };
        self.choose_on_failure(step, choice, caller);
        self.code(step, Code::DeadLetters(Arc::new(TypedDeadLetters::<T>::default())));
        output
    }

    /// Whether this is the element type of a collection.
    fn carries<T: Element>(&self, collection: CollectionId) -> bool {
        let column = self.state.borrow().edges[collection.index()].empty();
        let any: &dyn Any = &*column;
        any.is::<Vec<T>>()
    }

    /// The graph as it is now.
    pub(crate) fn graph(&self) -> Graph {
        let state = self.state.borrow();
        let paths = paths(&state.steps);
        let steps = (0_u32..).zip(state.steps.iter().zip(paths)).map(|(id, (draft, path))| Step {
            id: TransformId(id),
            path,
            naming: draft.naming,
            parent: draft.parent,
            transform: draft.transform.clone(),
            inputs: draft.inputs.clone(),
            outputs: draft.outputs.clone(),
            line: draft.line.clone(),
            formerly: draft.formerly.clone(),
            on_failure: draft.on_failure.clone(),
            requires: draft.requires.clone(),
        });
        Graph::new(steps.collect(), state.collections.clone())
    }

    /// The code as it is now, by the paths of the graph as it is now.
    pub(crate) fn functions(&self) -> Functions {
        let state = self.state.borrow();
        let paths = paths(&state.steps);
        let mut functions = Functions { edges: state.edges.clone(), ..Functions::default() };
        for (step, code) in &state.code {
            let path = paths[step.index()].clone();
            match code {
                Code::Step(code) => drop(functions.steps.insert(path, Arc::clone(code))),
                Code::Keyed(code) => drop(functions.keyed.insert(path, Arc::clone(code))),
                Code::Kernels(code) => drop(functions.kernels.insert(path, Arc::clone(code))),
                Code::Lift(code) => drop(functions.lifts.insert(path, Arc::clone(code))),
                Code::Read(code) => drop(functions.reads.insert(path, Arc::clone(code))),
                Code::Write(code) => drop(functions.writes.insert(path, Arc::clone(code))),
                Code::DeadLetters(code) => {
                    functions.dead_letters.insert(path, Arc::clone(code));
                }
                Code::Script(code) => drop(functions.scripts.insert(path, Arc::clone(code))),
                Code::Created(code) => drop(functions.created.insert(path, Arc::clone(code))),
                Code::Assigner(code) => drop(functions.assigners.insert(path, Arc::clone(code))),
                Code::Merger(custom, code) => {
                    functions.mergers.insert(custom.clone(), Arc::clone(code));
                }
                Code::View(panes, code) => drop(functions.views.insert(*panes, Arc::clone(code))),
            }
        }
        functions
    }
}

/// The path of every step: authors' names as they are, others numbered where they would repeat.
fn paths(steps: &[Draft]) -> Vec<String> {
    let mut taken: BTreeMap<Option<TransformId>, BTreeSet<String>> = BTreeMap::new();
    for step in steps.iter().filter(|step| step.naming == Naming::Author) {
        taken.entry(step.parent).or_default().insert(step.name.clone());
    }
    let mut paths: Vec<String> = Vec::with_capacity(steps.len());
    for step in steps {
        let siblings = taken.entry(step.parent).or_default();
        let mut name = step.name.clone();
        if step.naming == Naming::Numbered {
            let mut copy = 1;
            while !siblings.insert(name.clone()) {
                copy += 1;
                name = format!("{} {copy}", step.name);
            }
        }
        let path = match step.parent {
            None => name,
            Some(parent) => format!("{}/{name}", paths[parent.index()]),
        };
        paths.push(path);
    }
    paths
}

fn line_of(caller: Caller) -> SourceLine {
    SourceLine { file: caller.file().to_owned(), line: caller.line() }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("a graph has fewer than 2^32 steps and collections")
}
