//! Collections that are united although they have little in common (model.md 9.1).

use heliostat::{Boundedness, Capability, PCollection, Pipeline, Runner};

use super::{Broken, Check, same, same_elements};

pub(super) const NOTHING: Check = Check {
    name: "checks/no-collections-are-an-empty-one",
    about: "no collections at all are united into one that is empty and ends",
    proves: &[Capability::FlattenEmpty],
    input: Boundedness::Bounded,
    run: nothing,
};

pub(super) const CODERS: Check = Check {
    name: "checks/encodings-are-united",
    about: "pairs that are grouped elsewhere, and so travel as key and value, are united with others",
    proves: &[Capability::FlattenHeterogeneousCoder],
    input: Boundedness::Bounded,
    run: coders,
};

fn nothing(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let none = pipeline.flatten(Vec::<PCollection<i64>>::new());
    let (count, none) = (none.count_globally().collect(), none.collect());
    let result = runner.run(&pipeline)?;
    same("elements of nothing", result.collected(&none), Vec::new())?;
    same("how many they are", result.collected(&count), vec![0])
}

fn coders(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let grouped = pipeline.create([("a".to_owned(), 1), ("b".to_owned(), 2)]);
    let others = pipeline.create([("a".to_owned(), 3)]);
    let groups = grouped.group_by_key().map(|(key, _)| key).collect();
    let all = grouped.flatten_with(&others).collect();
    let result = runner.run(&pipeline)?;
    same_elements("keys", result.collected(&groups), vec!["a".to_owned(), "b".to_owned()])?;
    let want = [("a", 1), ("a", 3), ("b", 2)].map(|(key, n)| (key.to_owned(), n));
    same_elements("all pairs", result.collected(&all), want.to_vec())
}
