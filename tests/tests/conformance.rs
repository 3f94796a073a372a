//! Every case and every check, on every runner, in every way its settings offer.

use std::collections::BTreeSet;
use std::sync::Arc;

use heliostat::{Capability, Runner, Standing};
use heliostat_conformance::case::{Bundling, Case, Event, Expectation, parse};
use heliostat_conformance::{
    Forced, Outcome, Rig, Withhold, ask_for_planned, build, cases, checks, output_of, planned,
    report, rigs, run_case, run_check, variants, written,
};

/// Seeds that every case runs under.
const SEEDS: u64 = 50;

/// Seeds that every check runs under: checks begin threads' worth of work where cases are tiny.
const CHECK_SEEDS: u64 = 5;

fn linked() -> Vec<Rig> {
    let rigs = rigs();
    assert!(
        !rigs.is_empty(),
        "no runner is linked in: cargo test -p heliostat-conformance --features our-runners"
    );
    rigs
}

/// Fails with the reports of all that is wrong.
fn assert_right(outcomes: impl Iterator<Item = (String, String, Outcome)>) {
    let wrong: Vec<String> = outcomes
        .filter(|(_, _, outcome)| !outcome.is_right())
        .map(|(name, arguments, outcome)| report(&name, &arguments, &outcome))
        .collect();
    let shown = wrong.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} are wrong, such as\n{shown}", wrong.len());
}

fn every_case(seeds: impl Iterator<Item = u64> + Clone) {
    for rig in linked() {
        let variants = variants(rig.runner.as_ref(), seeds.clone());
        assert_right(variants.iter().flat_map(|rig| {
            cases().iter().map(|case| {
                (case.name.clone(), rig.arguments(), run_case(case, rig.runner.as_ref()))
            })
        }));
    }
}

// Two halves, so that two cores are busy.
#[test]
fn every_case_comes_out_as_written_under_even_seeds() {
    every_case((0..SEEDS).step_by(2));
}

#[test]
fn every_case_comes_out_as_written_under_odd_seeds() {
    every_case((1..SEEDS).step_by(2));
}

#[test]
fn every_check_holds() {
    for rig in linked() {
        let variants = variants(rig.runner.as_ref(), 0..CHECK_SEEDS);
        assert_right(variants.iter().flat_map(|rig| {
            checks().iter().map(|check| {
                let outcome = run_check(check, rig.runner.as_ref());
                (check.name.to_owned(), rig.arguments(), outcome)
            })
        }));
    }
}

#[test]
fn a_case_that_does_not_depend_on_bundles_comes_out_under_any() {
    let one_by_one = |case: &Case| {
        let mut case = case.clone();
        let events = case.events.drain(..).flat_map(|event| match event {
            Event::Add { stream, elements } => elements
                .into_iter()
                .map(|element| Event::Add { stream: stream.clone(), elements: vec![element] })
                .collect(),
            Event::Watermark { .. } | Event::Processing { .. } => vec![event],
        });
        case.events = events.collect();
        case
    };
    let of_any = cases().iter().filter(|case| case.bundling == Bundling::Any).map(one_by_one);
    let of_any: Vec<Case> = of_any.collect();
    assert!(!of_any.is_empty(), "some case has `bundling any`");
    for rig in linked() {
        assert_right(of_any.iter().map(|case| {
            let outcome = run_case(case, rig.runner.as_ref());
            (case.name.clone(), rig.arguments(), outcome)
        }));
    }
}

#[test]
fn every_case_says_where_it_is_from_and_what_it_requires() {
    let mut silent = Vec::new();
    for case in cases() {
        if case.from.as_ref().is_none_or(|from| from.is_empty()) {
            silent.push(format!("{}: no `from` line", case.name));
        }
        if case.description.iter().all(String::is_empty) {
            silent.push(format!("{}: no description", case.name));
        }
        for id in &case.requires {
            if Capability::from_id(id).is_none() {
                silent.push(format!("{}: there is no capability `{id}`", case.name));
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn what_a_case_requires_its_pipeline_asks_for() {
    let mut unasked = Vec::new();
    for case in cases().iter().filter(|case| planned(case).is_none()) {
        if matches!(case.expectation, Expectation::Refused(_)) {
            continue;
        }
        let graph = build(case).expect("what is not planned can be built").pipeline.graph();
        let asked: BTreeSet<&str> =
            graph.requirements().iter().map(|it| it.capability.id()).collect();
        let of_case = case.requires.iter().filter(|id| !asked.contains(id.as_str()));
        unasked.extend(of_case.map(|id| format!("{}: {id}", case.name)));
    }
    assert!(unasked.is_empty(), "no runner can refuse these:\n{}", unasked.join("\n"));
}

#[test]
fn a_case_is_planned_just_if_what_it_requires_is() {
    let standing = |id: &String| Capability::from_id(id).map(Capability::standing);
    for case in cases() {
        let requires = case.requires.iter().any(|id| standing(id) == Some(Standing::Planned));
        assert_eq!(case.name.starts_with("planned/"), requires, "{}", case.name);
    }
}

#[test]
fn what_is_planned_is_refused_by_name() {
    let planned: Vec<Capability> =
        Capability::ALL.iter().copied().filter(|it| it.standing() == Standing::Planned).collect();
    assert!(!planned.is_empty(), "something is left to be built");
    for rig in linked() {
        for &capability in &planned {
            let outcome = ask_for_planned(capability, rig.runner.as_ref());
            assert_eq!(outcome, Outcome::Planned(capability), "{}", rig.arguments());
        }
    }
}

#[test]
fn a_capability_that_a_runner_withholds_is_refused_by_name() {
    for rig in linked() {
        let runner: Arc<dyn Runner> = rig.runner.into();
        let mut wrong = Vec::new();
        for case in cases().iter().filter(|case| planned(case).is_none()) {
            let built = build(case).expect("what is not planned can be built");
            let requirements = built.pipeline.graph().requirements();
            let ids: BTreeSet<Capability> = requirements.iter().map(|it| it.capability).collect();
            for capability in ids {
                let without = Withhold::of(Arc::clone(&runner), capability);
                let outcome = run_case(case, &without);
                if outcome != Outcome::Undeclared(vec![capability]) {
                    wrong.push(format!("{} without {capability}: {outcome:?}", case.name));
                }
            }
        }
        for check in checks() {
            for &capability in check.proves {
                let without = Withhold::of(Arc::clone(&runner), capability);
                let outcome = run_check(check, &without);
                if outcome != Outcome::Undeclared(vec![capability]) {
                    wrong.push(format!("{} without {capability}: {outcome:?}", check.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn a_withheld_capability_passes_when_forced() {
    for rig in linked() {
        let runner: Arc<dyn Runner> = rig.runner.into();
        let without: Arc<dyn Runner> = Arc::new(Withhold::of(Arc::clone(&runner), Capability::Gbk));
        let case = cases().iter().find(|case| case.name == "panes/default-on-time-and-last");
        let outcome = run_case(case.expect("it is a case"), &Forced::of(without));
        assert_eq!(outcome, Outcome::Passed, "on {}", runner.name());
    }
}

#[test]
fn every_expressible_capability_is_owned_by_a_case_or_a_check() {
    let by_cases = cases()
        .iter()
        .filter(|case| matches!(case.expectation, Expectation::Output(_)))
        .flat_map(|case| case.requires.iter().filter_map(|id| Capability::from_id(id)));
    let by_checks = checks().iter().flat_map(|check| check.proves.iter().copied());
    let owned: BTreeSet<Capability> = by_cases.chain(by_checks).collect();
    let orphans: Vec<&str> = Capability::ALL
        .iter()
        .filter(|it| it.standing() == Standing::Expressible && !owned.contains(it))
        .map(|it| it.id())
        .collect();
    assert!(orphans.is_empty(), "no case shows {orphans:?}");
}

#[test]
fn what_is_printed_of_a_case_is_the_end_of_one() {
    for rig in linked() {
        let runner = rig.runner.as_ref();
        for case in cases().iter().filter(|case| planned(case).is_none()) {
            // Whether dropped elements are given depends on what the case asks for.
            let text = written(case);
            let (begin, _) = text.rsplit_once("\n\n").expect("expectations come last");
            let printed = output_of(case, runner).expect("it can be built");
            let name = format!("{} as printed", case.name);
            let again = parse(&format!("{begin}\n\n{printed}"), &name);
            let again = again.unwrap_or_else(|error| panic!("{error}\n{printed}"));
            assert_eq!(run_case(&again, runner), Outcome::Passed, "{name}:\n{printed}");
        }
    }
}

#[test]
fn a_wrong_case_is_told_with_both_texts_and_the_command_that_runs_it_again() {
    let text = "pipeline windowed\nadd a=1 @3\npane a=2 global @3\n";
    let case = parse(text, "wrong.case").expect("it follows the grammar");
    for rig in linked() {
        let outcome = run_case(&case, rig.runner.as_ref());
        let report = report(&case.name, &rig.arguments(), &outcome);
        let ruler = |title: &str| format!("{:-<72}", format!("-- {title} "));
        let command = "cargo run -p heliostat-conformance --features our-runners -- run";
        let want = format!(
            "FAILED  wrong.case\n{}\npane a=2 global @3\n{}\npane a=1 global @3\n{}\n{command} \
             --runner {} wrong.case\n",
            ruler("want"),
            ruler("got"),
            ruler("run it again"),
            rig.runner.name(),
        );
        assert_eq!(report, want);
    }
}
