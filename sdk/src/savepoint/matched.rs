//! Which step of a pipeline takes which state of a savepoint, and whether it can.

mod kinds;
mod names;
#[cfg(test)]
mod tests;
mod windowing;

use super::{Savepoint, StepKind, StepState};
use crate::graph::{Functions, Graph, SourceLine, Step, TransformId};
use crate::preflight::{Problem, Severity};
use std::collections::BTreeMap;

impl Savepoint {
    /// What each step of a pipeline finds of its own in the savepoint, under its path or a former
    /// one; a step that is new finds nothing and begins anew.
    ///
    /// ```
    /// use heliostat::Savepoint;
    /// use heliostat::prelude::*;
    /// use heliostat::savepoint::{SavepointHeader, StepKind, StepState};
    ///
    /// let pipeline = Pipeline::new();
    /// pipeline.create([1, 2]).named("Numbers").formerly("Digits");
    /// let (graph, functions) = (pipeline.graph(), pipeline.functions());
    ///
    /// let mut savepoint = Savepoint::new(SavepointHeader::written_by("direct", "0.1.0"));
    /// let given = StepState::of(StepKind::Impulse { given: true });
    /// savepoint.steps.insert("Digits/Impulse".into(), given);
    /// let found = savepoint.matched_to(&graph, &functions).expect("it fits");
    /// let impulse = graph.find("Numbers/Impulse").expect("it was just built");
    /// assert_eq!(found[&impulse.id].kind, StepKind::Impulse { given: true });
    /// ```
    ///
    /// # Errors
    /// If the savepoint does not fit the pipeline: all problems. State that no step takes is one,
    /// and so is state that its step could not read or would read in another sense.
    pub fn matched_to(
        &self,
        graph: &Graph,
        functions: &Functions,
    ) -> Result<BTreeMap<TransformId, &StepState>, Vec<Problem>> {
        let mut matching = Matching::default();
        for step in graph.steps() {
            if let Some((path, state)) = self.state_of(graph, step) {
                matching.claim(graph, step, path, state);
            }
        }
        let Matching { found, claims, mut problems } = matching;
        for (&id, &state) in &found {
            kinds::check(graph, functions, graph.step(id), state, &mut problems);
        }
        let left = self.steps.iter().filter(|(path, _)| !claims.contains_key(path.as_str()));
        problems.extend(
            left.filter(|(_, state)| is_state(state))
                .map(|(path, state)| without_step(path, state)),
        );
        problems.sort_by_key(|problem| (problem.at, problem.code));
        if problems.is_empty() { Ok(found) } else { Err(problems) }
    }

    /// The state under the path of a step, or else under the first of its former ones that has any.
    fn state_of(&self, graph: &Graph, step: &Step) -> Option<(&str, &StepState)> {
        let names = names::of(graph, step);
        let found = names.iter().find_map(|name| self.steps.get_key_value(name));
        found.map(|(path, state)| (path.as_str(), state))
    }
}

#[derive(Default)]
struct Matching<'a> {
    found: BTreeMap<TransformId, &'a StepState>,
    /// Who took the state of each path.
    claims: BTreeMap<&'a str, TransformId>,
    problems: Vec<Problem>,
}

impl<'a> Matching<'a> {
    fn claim(&mut self, graph: &Graph, step: &Step, path: &'a str, state: &'a StepState) {
        if let Some(&first) = self.claims.get(path) {
            self.problems.push(of_two_steps(graph.step(first), step, path));
        } else {
            self.claims.insert(path, step.id);
            self.found.insert(step.id, state);
        }
    }
}

/// Whether something would be lost if no step took it.
fn is_state(state: &StepState) -> bool {
    state.kind != StepKind::Stateless || !state.pending.is_empty()
}

fn of_two_steps(first: &Step, second: &Step, path: &str) -> Problem {
    Problem::error(
        "state-of-two-steps",
        second,
        format!("claims the state of `{path}`, which `{}` has", first.path),
        "a former path belongs to one step: state cannot be in two places",
        format!("leave out `.formerly(\"{path}\")` where it is not true"),
    )
}

/// There is no step to point at, so there is no line of the author's either.
fn without_step(path: &str, state: &StepState) -> Problem {
    Problem {
        code: "state-without-step",
        severity: Severity::Error,
        at: TransformId(0),
        step: path.to_owned(),
        line: SourceLine::default(),
        what: format!("`{path}` has state in the savepoint and is no step of the pipeline"),
        why: format!("what it kept ({}) would be lost without a word", state.kind.name()),
        help: format!(
            "if it has another name now, say `.formerly(\"{path}\")` at it; if it is gone for \
             good, start anew without `--from`"
        ),
        unmet: None,
    }
}
