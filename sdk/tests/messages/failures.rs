//! Choices of what becomes of elements that fail, where they cannot be kept.

use super::parts::Remembering;
use super::{Case, Code};
use heliostat::Graph;
use heliostat::prelude::*;

/// What the compiler calls this file.
pub(crate) const FILE: &str = file!();

pub(super) const TYPE: Code = Code {
    code: "dead-letter-type",
    about: "A dead letter holds the element that a step took. A collection knows what its step made, \
            so the author says what it took, and that is compared when the pipeline is built.",
    cases: &[Case::of(of_what_it_makes), Case::of(of_another_module)],
};

pub(super) const NO_ELEMENT: Code = Code {
    code: "dead-letters-of-no-element",
    about: "Only a step that takes one element after the other knows which one it failed on. Of a \
            grouping, a combine, a read or a part of a pipeline nobody could say.",
    cases: &[Case::of(of_a_combine), Case::of(of_a_root)],
};

pub(super) const TWICE: Code = Code {
    code: "two-choices-on-failure",
    about: "What becomes of an element that fails is chosen once for each step.",
    cases: &[Case::of(chosen_twice), Case::of(chosen_otherwise)],
};

pub(super) const MERGING: Code = Code {
    code: "dead-letters-in-merging-windows",
    about: "An element that becomes a dead letter leaves nothing in state and timers. Windows that it \
            has merged would stay merged, and the state in them with them.",
    cases: &[Case::of(with_state_in_sessions)],
};

/// The same name as elsewhere.
mod other {
    #[derive(Clone, serde::Serialize, serde::Deserialize)]
    pub(super) struct Score(u64);
}

#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Score(u64);

fn of_what_it_makes() -> Graph {
    let pipeline = Pipeline::new();
    let words = pipeline.create([7_u64]).map(|n| n.to_string()).named("Write out");
    let (words, _) = words.on_failure(dead_letter::<String>());
    words.collect();
    pipeline.graph()
}

fn of_another_module() -> Graph {
    let pipeline = Pipeline::new();
    let doubled = pipeline.create([Score(7)]).map(|it| Score(2 * it.0)).named("Double");
    let (doubled, _) = doubled.on_failure(dead_letter::<other::Score>());
    doubled.collect();
    pipeline.graph()
}

fn of_a_combine() -> Graph {
    let pipeline = Pipeline::new();
    let sums = pipeline.create([(1_u64, 2_u64)]).sum_per_key().named("Sum scores");
    let (sums, _) = sums.on_failure(dead_letter::<(u64, u64)>());
    sums.collect();
    pipeline.graph()
}

fn of_a_root() -> Graph {
    let pipeline = Pipeline::new();
    let (numbers, _) = pipeline.create([7_u64]).named("Scores").on_failure(dead_letter::<()>());
    numbers.collect();
    pipeline.graph()
}

fn chosen_twice() -> Graph {
    let pipeline = Pipeline::new();
    let halves = pipeline.create([7_u64]).map(|n| n / 2).named("Halve");
    let (halves, _) = halves.on_failure(dead_letter::<u64>());
    let (halves, _) = halves.on_failure(dead_letter::<u64>());
    halves.collect();
    pipeline.graph()
}

fn chosen_otherwise() -> Graph {
    let pipeline = Pipeline::new();
    let halves = pipeline.create([7_u64]).map(|n| n / 2).named("Halve");
    let (halves, _) = halves.on_failure(stop()).on_failure(dead_letter::<u64>());
    halves.collect();
    pipeline.graph()
}

fn with_state_in_sessions() -> Graph {
    let pipeline = Pipeline::new();
    let scores = pipeline.create([(1_u64, 2_u64)]).window(Window::sessions(minutes(1)));
    let remembered = scores.par_do_with(|declare| {
        declare.value_with("sum", CellOptions::new().merged_by(|a: u64, b| a + b));
        Remembering
    });
    let (remembered, _) = remembered.named("Remember scores").on_failure(dead_letter());
    remembered.main().collect();
    pipeline.graph()
}
