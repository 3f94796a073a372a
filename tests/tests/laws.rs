//! The laws of model.md 12.1, on generated scripts and on every runner.
//!
//! They hold of a run by itself, or of two runs beside each other; what exactly comes out of a
//! script is what `agreement` is about. A failure prints the smallest script as a case file.

#[path = "laws/changed.rs"]
mod changed;
#[path = "laws/tallies.rs"]
mod tallies;

use changed::{
    batch, finishes, grouped, in_mode, keys, last_merges, one_by_one, up_to_first, with_key,
    with_steps, with_trigger,
};
use heliostat::{RunErrorKind, Runner};
use heliostat_conformance::case::{
    Accumulation, Case, Expectation, Output, Step, Trigger, render_output,
};
use heliostat_conformance::{build, offences, planned, rigs, script, shrunk, variants, written};
use tallies::{Tally, dropped, last_panes, of_key, panes, tally, union};

/// Other scripts than those of `agreement`.
const FROM: u64 = 100_000;
const SCRIPTS: u64 = 400;

/// Whether a law holds of a script. `None`: it says nothing about it.
type Law = fn(&Case, &dyn Runner) -> Option<Result<(), String>>;

/// What a case gives; `None` if it is none that could run.
fn output(case: &Case, runner: &dyn Runner) -> Option<Output> {
    let built = build(case).ok()?;
    match runner.run(&built.pipeline) {
        Ok(result) => Some(built.output(&result)),
        Err(error) if error.kind() == RunErrorKind::Refused => None,
        Err(error) => panic!("{error}\n{}", written(case)),
    }
}

/// Two things that must be the same, each with the output that it was read from.
fn same<T: PartialEq>(
    what: &str,
    (left, of_left): (&T, &Output),
    (right, of_right): (&T, &Output),
) -> Result<(), String> {
    if left == right {
        return Ok(());
    }
    Err(format!("{what}:\n{}-- and\n{}", render_output(of_left), render_output(of_right)))
}

fn assert_law(law: Law, at_least: usize) {
    let rigs = rigs();
    assert!(
        !rigs.is_empty(),
        "no runner is linked in: cargo test -p heliostat-conformance --features our-runners"
    );
    let mut applied = 0;
    for case in (FROM..FROM + SCRIPTS).map(script).filter(|case| planned(case).is_none()) {
        let mut applies = false;
        let seed = case.events.len() as u64;
        for rig in rigs.iter().flat_map(|rig| variants(rig.runner.as_ref(), [seed])) {
            let runner = rig.runner.as_ref();
            match law(&case, runner) {
                None => {}
                Some(Ok(())) => applies = true,
                Some(Err(_)) => {
                    let broken = |case: &Case| matches!(law(case, runner), Some(Err(_)));
                    let small = shrunk(&case, broken);
                    let why = law(&small, runner).and_then(Result::err).unwrap_or_default();
                    panic!("{} on {rig:?}\n{}\n{why}", case.name, written(&small));
                }
            }
        }
        applied += usize::from(applies);
    }
    assert!(at_least <= applied, "the law said something of {applied} scripts only");
}

/// What is dropped, and how often, is counted once.
fn counted_once(output: &Output) -> Result<(), String> {
    let counted = usize::try_from(output.late + output.closed).expect("there are few");
    match counted == dropped(output).len() {
        true => Ok(()),
        false => Err(format!("drops counted, and given:\n{}", render_output(output))),
    }
}

/// Key independence: the panes of a key are the same alone and among others.
fn keys_are_independent(case: &Case, runner: &dyn Runner) -> Option<Result<(), String>> {
    let case = up_to_first(case)?;
    let keys = keys(&case);
    if keys.len() < 2 {
        return None;
    }
    let together = output(&case, runner)?;
    let (mut late, mut closed) = (0, 0);
    for key in keys {
        let alone = output(&with_key(&case, &key), runner)?;
        let among = of_key(&together, &key);
        let same = same(
            &format!("`{key}` among other keys, and alone"),
            (&among, &together),
            (&of_key(&alone, &key), &alone),
        );
        if same.is_err() {
            return Some(same);
        }
        (late, closed) = (late + alone.late, closed + alone.closed);
    }
    let all = (together.late, together.closed);
    Some(if all == (late, closed) {
        Ok(())
    } else {
        Err(format!("drops of all keys {all:?}, of one after the other {:?}", (late, closed)))
    })
}

/// Pane grammar.
fn panes_follow_their_grammar(case: &Case, runner: &dyn Runner) -> Option<Result<(), String>> {
    let output = output(case, runner)?;
    let offences = offences(case, panes(&output));
    Some(if offences.is_empty() { Ok(()) } else { Err(offences.join("\n")) })
}

/// Conservation: every element is in one discarding pane for each of its windows, or counted once as
/// dropped from it.
fn nothing_is_lost_or_doubled(case: &Case, runner: &dyn Runner) -> Option<Result<(), String>> {
    let case = in_mode(&grouped(&up_to_first(case)?), Accumulation::Discarding);
    let merging = last_merges(&case);
    let before = &case.steps[..case.steps.len() - 1];
    let windowed = before.iter().cloned().chain([Step::Windowed]).collect();
    let went_in = output(&with_steps(&case, windowed), runner)?;
    let came_out = output(&case, runner)?;
    let all = union(&came_out, merging).and(tally(dropped(&came_out), merging));
    let what = "what went in, and what came out or was dropped";
    let same = same(what, (&union(&went_in, merging), &went_in), (&all, &came_out));
    Some(same.and(counted_once(&came_out)))
}

/// Monotonicity: what a grouping emits is never too late for the next one under the same windows.
fn the_watermark_waits_for_panes(case: &Case, runner: &dyn Runner) -> Option<Result<(), String>> {
    let first = up_to_first(case)?;
    let again = [Step::ToOneKey, Step::GroupByKey];
    let both = with_steps(&first, first.steps.iter().cloned().chain(again).collect());
    let (one, two) = (output(&first, runner)?, output(&both, runner)?);
    let what = "late at the first grouping, and at both";
    Some(same(what, (&one.late, &one), (&two.late, &two)))
}

/// Batch law: of bounded input that comes before its end, all discarding panes together, and the last
/// accumulating one, are the plain group.
fn panes_of_a_batch_are_its_groups(case: &Case, runner: &dyn Runner) -> Option<Result<(), String>> {
    let case = batch(&grouped(&up_to_first(case)?));
    let merging = last_merges(&case);
    if finishes(&case) {
        return None;
    }
    let plain = output(&with_trigger(&case, &Trigger::Default), runner)?;
    let discarding = output(&in_mode(&case, Accumulation::Discarding), runner)?;
    let what = "the groups, and discarding panes together";
    let same_union =
        same(what, (&union(&plain, merging), &plain), (&union(&discarding, merging), &discarding));
    if same_union.is_err() {
        return Some(same_union);
    }
    let accumulating = output(&in_mode(&case, Accumulation::Accumulating), runner)?;
    // A window that was merged away may have had panes; its elements are in another one's as well.
    let groups = last_panes(&plain);
    let mut last = last_panes(&accumulating);
    last.retain(|place, _| groups.contains_key(place));
    Some(same("the groups, and last accumulating panes", (&groups, &plain), (&last, &accumulating)))
}

/// Replay law: bundles and their order change neither what panes hold in all, nor what is late.
fn bundles_do_not_matter(case: &Case, runner: &dyn Runner) -> Option<Result<(), String>> {
    let case = grouped(&up_to_first(case)?);
    let merging = last_merges(&case);
    if finishes(&case) {
        return None;
    }
    let replayed = one_by_one(&case);
    let in_this_mode = |mode| -> Option<(Output, Output)> {
        let of = |case| output(&in_mode(case, mode), runner);
        Some((of(&case)?, of(&replayed)?))
    };
    let (this, that) = in_this_mode(Accumulation::Discarding)?;
    let all = |output: &Output| -> (Tally, Tally) {
        (union(output, merging), tally(dropped(output), merging))
    };
    let same_union =
        same("as scripted, and one by one", (&all(&this), &this), (&all(&that), &that));
    if merging || same_union.is_err() {
        return Some(same_union);
    }
    let (this, that) = in_this_mode(Accumulation::Accumulating)?;
    let what = "last panes as scripted, and one by one";
    Some(same(what, (&last_panes(&this), &this), (&last_panes(&that), &that)))
}

/// A last accumulating pane holds all that the discarding ones of its window hold together.
fn the_last_pane_holds_all(case: &Case, runner: &dyn Runner) -> Option<Result<(), String>> {
    let case = grouped(&up_to_first(case)?);
    if last_merges(&case) {
        return None;
    }
    let accumulating = output(&in_mode(&case, Accumulation::Accumulating), runner)?;
    let discarding = output(&in_mode(&case, Accumulation::Discarding), runner)?;
    let last = Tally::of(last_panes(&accumulating).values());
    let what = "last accumulating panes, and discarding ones together";
    Some(same(what, (&last, &accumulating), (&union(&discarding, false), &discarding)))
}

#[test]
fn the_panes_of_a_key_do_not_depend_on_other_keys() {
    assert_law(keys_are_independent, SCRIPTS as usize / 3);
}

#[test]
fn the_grammar_of_panes() {
    assert_law(panes_follow_their_grammar, SCRIPTS as usize * 9 / 10);
}

#[test]
fn every_element_is_in_one_discarding_pane_or_counted_as_one_drop() {
    assert_law(nothing_is_lost_or_doubled, SCRIPTS as usize * 3 / 4);
}

#[test]
fn a_pane_is_never_too_late_for_the_next_grouping() {
    assert_law(the_watermark_waits_for_panes, SCRIPTS as usize * 3 / 4);
}

#[test]
fn a_batch_gives_its_groups_whatever_the_trigger() {
    assert_law(panes_of_a_batch_are_its_groups, SCRIPTS as usize / 3);
}

#[test]
fn a_replay_in_other_bundles_gives_the_same_elements() {
    assert_law(bundles_do_not_matter, SCRIPTS as usize / 3);
}

#[test]
fn the_last_accumulating_pane_holds_all_that_discarding_panes_hold() {
    assert_law(the_last_pane_holds_all, SCRIPTS as usize / 3);
}

#[test]
fn a_law_that_is_broken_is_told_with_its_script() {
    let case = script(FROM);
    let output = Output { panes: Some(Vec::new()), ..Output::default() };
    let expected = Expectation::Output(output.clone());
    let text = written(&Case { expectation: expected, ..case });
    assert!(text.ends_with("no panes\n"), "{text}");
    let other = Output { late: 1, ..output.clone() };
    let broken = same("late", (&0_u64, &output), (&other.late, &other));
    assert_eq!(broken, Err("late:\nno panes\n-- and\nno panes\ndrop late=1\n".to_owned()));
}
