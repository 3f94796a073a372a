//! The laws of model.md 12.1 on generated scripts: the panes of a key are the same alone and among
//! other keys, panes follow their grammar, and no element is lost or given twice.
//!
//! A failure prints the smallest script as a case file: keep it in `cases/` when it is a bug.

#[path = "key_independence/script.rs"]
mod script;

use std::collections::{BTreeMap, BTreeSet};

use heliostat::Runner;
use heliostat_conformance::case::{
    Accumulation, Case, Dropped, Event, Expectation, Number, Output, Pane, Step, Value,
};
use heliostat_conformance::{Rig, build, offences, rigs, variants, written};
use proptest::prelude::*;

const SCRIPTS: u32 = 400;

/// What a case gives on a rig.
fn output(case: &Case, runner: &dyn Runner) -> Output {
    let built = build(case).unwrap_or_else(|why| panic!("{why}\n{}", written(case)));
    let result = runner.run(&built.pipeline);
    let result = result.unwrap_or_else(|error| panic!("{error}\n{}", written(case)));
    built.output(&result)
}

/// The case as a file that expects this.
fn kept(case: &Case, output: &Output) -> String {
    let output = Output { trigger: None, ..output.clone() };
    written(&Case { expectation: Expectation::Output(output), ..case.clone() })
}

fn with_key(case: &Case, key: &str) -> Case {
    let mut case = case.clone();
    for event in &mut case.events {
        match event {
            Event::Add { elements, .. } => elements.retain(|element| element.key == key),
            Event::Watermark { .. } | Event::Processing { .. } => {}
        }
    }
    case.events.retain(|event| match event {
        Event::Add { elements, .. } => !elements.is_empty(),
        Event::Watermark { .. } | Event::Processing { .. } => true,
    });
    case
}

fn panes(output: &Output) -> &[Pane] {
    output.panes.as_deref().unwrap_or_default()
}

fn dropped(output: &Output) -> &[Dropped] {
    output.dropped.as_deref().unwrap_or_default()
}

fn keys(case: &Case) -> BTreeSet<String> {
    let elements = case.events.iter().flat_map(|event| match event {
        Event::Add { elements, .. } => elements.as_slice(),
        Event::Watermark { .. } | Event::Processing { .. } => &[],
    });
    elements.map(|element| element.key.clone()).collect()
}

/// Every linked runner: trusting, and under this seed.
fn on_every_rig(seed: u64, mut each: impl FnMut(&Rig)) {
    let rigs = rigs();
    assert!(
        !rigs.is_empty(),
        "no runner is linked in: cargo test -p heliostat-conformance --features our-runners"
    );
    for rig in rigs {
        variants(rig.runner.as_ref(), [seed]).iter().for_each(&mut each);
    }
}

/// The value of each element, with how often it came.
fn tally(values: impl Iterator<Item = Number>) -> BTreeMap<Number, usize> {
    values.fold(BTreeMap::new(), |mut tally, value| {
        *tally.entry(value).or_default() += 1;
        tally
    })
}

fn values_of(pane: &Pane) -> Vec<Number> {
    match &pane.value {
        Value::Group(numbers) => numbers.clone(),
        Value::Number(number) => vec![*number],
        Value::None => Vec::new(),
    }
}

fn values_of_events(case: &Case) -> Vec<Number> {
    let elements = case.events.iter().flat_map(|event| match event {
        Event::Add { elements, .. } => elements.as_slice(),
        Event::Watermark { .. } | Event::Processing { .. } => &[],
    });
    elements.map(|element| element.value).collect()
}

fn of_key(output: &Output, key: &str) -> (Vec<Pane>, Vec<Dropped>) {
    let panes = panes(output).iter().filter(|pane| pane.key.as_deref() == Some(key));
    let dropped = dropped(output).iter().filter(|dropped| dropped.key.as_deref() == Some(key));
    (panes.cloned().collect(), dropped.cloned().collect())
}

fn check_keys_are_independent(case: &Case, rig: &Rig) {
    let together = output(case, rig.runner.as_ref());
    let whole = || format!("{rig:?}, of\n{}", kept(case, &together));
    let mut drops = (0, 0);
    for key in keys(case) {
        let alone = output(&with_key(case, &key), rig.runner.as_ref());
        let (panes, dropped) = of_key(&together, &key);
        let among = Output { panes: Some(panes), dropped: Some(dropped), ..alone.clone() };
        let (among, alone_text) = (kept(case, &among), kept(case, &alone));
        assert_eq!(among, alone_text, "`{key}` among other keys, and alone, {}", whole());
        drops = (drops.0 + alone.late, drops.1 + alone.closed);
    }
    let all = (together.late, together.closed);
    assert_eq!(all, drops, "drops of all keys, and of one after the other, {}", whole());
}

fn check_grammar(case: &Case, rig: &Rig) {
    let output = output(case, rig.runner.as_ref());
    let offences = offences(case, panes(&output));
    assert_eq!(offences, Vec::<String>::new(), "{rig:?}, of\n{}", kept(case, &output));
}

fn check_conservation(case: &Case, rig: &Rig) {
    let output = output(case, rig.runner.as_ref());
    let whole = || format!("{rig:?}, of\n{}", kept(case, &output));
    let lost = dropped(&output).iter().map(|dropped| dropped.value);
    let came_out = tally(panes(&output).iter().flat_map(values_of).chain(lost));
    let went_in = tally(values_of_events(case).into_iter());
    assert_eq!(came_out, went_in, "what came out, and what went in, {}", whole());
    let counted = usize::try_from(output.late + output.closed).expect("there are few");
    assert_eq!(counted, dropped(&output).len(), "drops counted, and given, {}", whole());
}

fn check_last_is_union(accumulating: &Case, rig: &Rig) {
    let mut discarding = accumulating.clone();
    discarding.windows[0].spec.accumulation = Some(Accumulation::Discarding);
    let accumulated = output(accumulating, rig.runner.as_ref());
    let discarded = output(&discarding, rig.runner.as_ref());
    let mut last = BTreeMap::new();
    for pane in panes(&accumulated) {
        last.insert((&pane.key, pane.window), tally(values_of(pane).into_iter()));
    }
    let mut union: BTreeMap<_, BTreeMap<Number, usize>> = BTreeMap::new();
    for pane in panes(&discarded) {
        let all = union.entry((&pane.key, pane.window)).or_default();
        values_of(pane).into_iter().for_each(|value| *all.entry(value).or_default() += 1);
    }
    assert_eq!(
        last,
        union,
        "last accumulating panes, and discarding ones together, {rig:?}, of\n{}\n{}",
        kept(accumulating, &accumulated),
        kept(&discarding, &discarded)
    );
}

/// Under a script all runs agree exactly, whatever runs the case and whatever chance does.
fn check_agreement(case: &Case, seed: u64) {
    let mut first: Option<(String, String)> = None;
    on_every_rig(seed, |rig| {
        let this = kept(case, &output(case, rig.runner.as_ref()));
        match &first {
            None => first = Some((format!("{rig:?}"), this)),
            Some((other, text)) => assert_eq!(*text, this, "on {other}, and on {rig:?}"),
        }
    });
}

fn grouped(case: Case) -> Case {
    Case { steps: vec![Step::GroupByKey], ..case }
}

fn scripts() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(SCRIPTS) }
}

proptest! {
    #![proptest_config(scripts())]

    #[test]
    fn the_panes_of_a_key_do_not_depend_on_other_keys(case in script::any_case(), seed: u64) {
        on_every_rig(seed, |rig| check_keys_are_independent(&case, rig));
    }

    #[test]
    fn every_run_of_a_script_gives_the_same(
        case in script::any_case(),
        stages in script::any_stages(),
        seed: u64,
    ) {
        let steps = case.steps.iter().cloned().chain(stages).collect();
        check_agreement(&Case { steps, ..case }, seed);
    }

    #[test]
    fn panes_follow_their_grammar(case in script::any_case(), seed: u64) {
        on_every_rig(seed, |rig| check_grammar(&case, rig));
    }

    #[test]
    fn every_element_is_in_one_discarding_pane_or_counted_as_one_drop(
        case in script::any_case_of(&[Accumulation::Discarding]).prop_map(grouped),
        seed: u64,
    ) {
        on_every_rig(seed, |rig| check_conservation(&case, rig));
    }

    #[test]
    fn the_last_accumulating_pane_holds_all_that_discarding_panes_hold(
        case in script::any_case_of(&[Accumulation::Accumulating]).prop_map(grouped),
        seed: u64,
    ) {
        on_every_rig(seed, |rig| check_last_is_union(&case, rig));
    }
}
