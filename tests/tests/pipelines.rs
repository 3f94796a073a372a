//! Generated pipelines on every runner: the same panes, wherever and in how many parts they run,
//! and the same in the end, whenever their elements come.
//!
//! The same seeds in every test run. `GENERATED_PIPELINES=10000 GENERATED_FROM=300` takes others.
//! What fails is printed with its seed, the rig, and the smallest pipeline that still fails: its
//! steps by number, its script, its drawing, and the first collection that differs.
//! `GENERATED_SHRINK=no` only names seeds and rigs.

use std::collections::{BTreeMap, BTreeSet};

use heliostat::{RunError, RunErrorKind, Runner};
use heliostat_conformance::{
    Generated, Leaves, Rig, generated, mixed, rigs, settled, trusting, variants,
};

const PIPELINES: u64 = 300;

/// How many of the pipelines that fail are made smaller and shown whole.
const SHOWN: usize = 3;

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn number(name: &str, default: u64) -> u64 {
    let number = |text: String| text.parse().unwrap_or_else(|_| panic!("{name}={text}"));
    setting(name).map_or(default, number)
}

/// The seeds of this test run, every second of them, so that two cores are busy.
fn seeds(odd: u64) -> impl Iterator<Item = u64> {
    let from = number("GENERATED_FROM", 0);
    (from..from + number("GENERATED_PIPELINES", PIPELINES)).filter(move |seed| seed % 2 == odd)
}

/// What all others are held to.
fn reference() -> Rig {
    let trusting = rigs().iter().find_map(|rig| trusting(rig.runner.as_ref()));
    trusting.expect("a runner without suspicion is linked in, by the feature our-runners")
}

/// Some ways to run, other ones for each seed.
fn drawn(seed: u64) -> Vec<Rig> {
    let of_runner = |rig: &Rig| {
        (0..3).map(|more| mixed(rig.runner.as_ref(), 3 * seed + more)).collect::<Vec<_>>()
    };
    let drawn = rigs().iter().flat_map(of_runner).collect::<Vec<_>>();
    [reference()].into_iter().chain(drawn).collect()
}

/// Those, and all that cases run in.
fn every(seed: u64) -> Vec<Rig> {
    let of_cases = rigs().into_iter().flat_map(|rig| variants(rig.runner.as_ref(), [seed]));
    of_cases.chain(drawn(seed)).collect()
}

/// What a law says of a pipeline on a runner, beside what it gives where all is held to.
/// `Ok(None)`: nothing is wrong.
type Law = fn(&Generated, &dyn Runner, &dyn Runner) -> Result<Option<String>, RunError>;

/// A script gives the same panes and drops.
fn the_same(
    pipeline: &Generated,
    reference: &dyn Runner,
    runner: &dyn Runner,
) -> Result<Option<String>, RunError> {
    Ok(pipeline.run(reference)?.difference(&pipeline.run(runner)?))
}

/// A stream comes to what a batch gives, and so does a batch on any other runner.
fn the_same_in_the_end(
    pipeline: &Generated,
    reference: &dyn Runner,
    runner: &dyn Runner,
) -> Result<Option<String>, RunError> {
    let batch = pipeline.in_memory(reference)?;
    let others =
        [("a stream", pipeline.run(runner)?), ("a batch elsewhere", pipeline.in_memory(runner)?)];
    for (name, other) in others {
        if 0 < batch.dropped() + other.dropped() {
            let (dropped, of_other) = (batch.dropped(), other.dropped());
            return Ok(Some(format!("a batch drops {dropped} elements, and {name} {of_other}\n")));
        }
        if let Some(why) = in_the_end(pipeline, &batch, &other) {
            return Ok(Some(format!("a batch, and {name}, {why}")));
        }
    }
    Ok(None)
}

fn in_the_end(pipeline: &Generated, batch: &Leaves, other: &Leaves) -> Option<String> {
    let totals = pipeline.totals(batch).into_iter().zip(pipeline.totals(other));
    let differing = totals.into_iter().find(|(one, other)| one != other);
    differing.map(|((at, one), (_, other))| {
        format!("of {at}:\n{}\n-- and\n{}\n", one.join("\n"), other.join("\n"))
    })
}

/// What is wrong with a pipeline, if it is one that can run.
fn wrong(law: Law, pipeline: &Generated, (reference, rig): (&Rig, &Rig)) -> Option<String> {
    match law(pipeline, reference.runner.as_ref(), rig.runner.as_ref()) {
        Ok(differs) => differs,
        Err(error) if error.kind() == RunErrorKind::Refused => None,
        Err(error) => Some(format!("it fails: {error}\n")),
    }
}

/// A failure as someone can act on it.
fn shown(law: Law, seed: u64, pipeline: &Generated, rigs: (&Rig, &Rig)) -> String {
    let small = pipeline.smaller(|smaller| wrong(law, smaller, rigs).is_some());
    let why = wrong(law, &small, rigs).unwrap_or_else(|| "nothing, when run again\n".into());
    let name = named(seed, rigs.1);
    format!("{name}, made smaller:\n{small}\n{}\n-- differs: {why}", small.drawing())
}

fn named(seed: u64, rig: &Rig) -> String {
    format!("differs: seed {seed} on {rig:?}")
}

/// Says how much there was to compare.
fn assert_law(
    law: Law,
    of_seed: fn(u64) -> Generated,
    rigs: fn(u64) -> Vec<Rig>,
    odd: u64,
) -> String {
    let (mut panes, mut dropped, mut refused) = (0, 0, Vec::new());
    let (mut run, mut failed, reference) = (0, Vec::new(), reference());
    for seed in seeds(odd) {
        let pipeline = of_seed(seed);
        run += 1;
        match pipeline.run(reference.runner.as_ref()) {
            Ok(leaves) => {
                panes += leaves.count();
                dropped += leaves.dropped();
            }
            Err(error) => refused.push(format!("seed {seed}: {error}")),
        }
        for rig in rigs(seed) {
            if wrong(law, &pipeline, (&reference, &rig)).is_none() {
                continue;
            }
            let only_name = setting("GENERATED_SHRINK").as_deref() == Some("no");
            failed.push(match only_name || SHOWN <= failed.len() {
                true => named(seed, &rig),
                false => shown(law, seed, &pipeline, (&reference, &rig)),
            });
            break;
        }
    }
    assert!(failed.is_empty(), "{} of {run} pipelines\n{}", failed.len(), failed.join("\n"));
    // They are made so that none is refused, and none fails.
    assert!(refused.is_empty(), "{} of {run} pipelines\n{}", refused.len(), refused.join("\n"));
    format!("{run} pipelines gave {panes} panes and dropped {dropped} elements")
}

/// What steps are called, and how many pipelines have some at the least: of all, and of those that
/// come to the same in the end.
const STEPS: &[(&str, usize, usize)] = &[
    ("stream", 300, 300),
    ("window", 250, 300),
    ("times", 25, 20),
    ("stamp", 25, 35),
    ("keep", 20, 30),
    ("repeat", 25, 25),
    ("rekey", 50, 50),
    ("reshuffle", 30, 35),
    ("flatten", 80, 70),
    ("split", 70, 70),
    ("rest", 100, 70),
    ("group", 35, 50),
    ("digest", 20, 20),
    ("sum", 70, 60),
    ("fanout", 0, 30),
    ("count", 15, 40),
    ("min", 15, 40),
    ("max", 20, 40),
    ("maxofall", 20, 40),
    ("top", 20, 20),
    ("distinct", 25, 10),
    ("sum or drop", 45, 0),
    ("co-group", 50, 25),
    ("buffer until end", 20, 45),
    ("buffer until latest", 20, 20),
    ("buffer until processing", 25, 0),
    ("buffer until expired", 15, 45),
    ("beside list", 20, 15),
    ("beside multimap", 25, 15),
    ("beside total", 25, 15),
    ("beside map", 20, 0),
    ("total", 0, 250),
];

#[test]
fn pipelines_show_every_step_and_give_something() {
    let reference = reference();
    for (of_seed, at_least) in [(generated as fn(u64) -> Generated, 1), (settled, 2)] {
        let (mut shown, mut empty, mut all) = (BTreeMap::<String, usize>::new(), 0, 0);
        for pipeline in (0..PIPELINES).map(of_seed) {
            let names: BTreeSet<String> = pipeline.names().collect();
            names.into_iter().for_each(|name| *shown.entry(name).or_default() += 1);
            let leaves = pipeline.run(reference.runner.as_ref());
            let leaves = leaves.unwrap_or_else(|error| panic!("{error}\n{pipeline}"));
            (empty, all) = (empty + leaves.empty(), all + leaves.collections());
        }
        println!("{empty} of {all} collections are empty; {shown:?}");
        for (name, of_any, of_settled) in STEPS {
            let wanted = if at_least == 1 { of_any } else { of_settled };
            let count = shown.remove(*name).unwrap_or_default();
            assert!(*wanted <= count, "only {count} pipelines have `{name}`");
        }
        assert!(shown.is_empty(), "the table does not name {shown:?}");
        assert!(empty * 4 <= all, "{empty} of {all} collections are empty");
    }
}

#[test]
fn even_pipelines_give_the_same_on_every_runner() {
    println!("{}", assert_law(the_same, generated, every, 0));
}

#[test]
fn odd_pipelines_give_the_same_on_every_runner() {
    println!("{}", assert_law(the_same, generated, every, 1));
}

#[test]
fn even_streams_come_to_what_batches_give() {
    println!("{}", assert_law(the_same_in_the_end, settled, drawn, 0));
}

#[test]
fn odd_streams_come_to_what_batches_give() {
    println!("{}", assert_law(the_same_in_the_end, settled, drawn, 1));
}
