//! Every case, stopped somewhere and gone on with: in another process, or several times in this one,
//! on the same runner and on every other.
//!
//! Where a case is stopped is chosen by seed. Generated scripts are stopped too: the same 100 in
//! every test run; `RESUME_SCRIPTS=2000 RESUME_FROM=100` takes others.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use heliostat::{JobOptions, KeptSavepoint, RunErrorKind, Runner, Savepoint, Seed};
use heliostat_conformance::case::{Case, Event, Expectation};
use heliostat_conformance::{
    Outcome, Rig, build, cases, oracle, planned, report, rigs, run_case_with, script, variants,
};

/// How often each case is stopped to be gone on with in a new process.
const STOPS: u64 = 2;

/// Seeds of the suspicious runs.
const SEEDS: u64 = 4;

const SCRIPTS: u64 = 100;

/// How a run ended that should be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stopped {
    /// With a savepoint.
    Saved,
    /// As preflight says it must: nothing ran.
    Refused,
    /// As the case says it must, before it came to the stop.
    Failed,
}

fn linked() -> Vec<Rig> {
    let rigs = rigs();
    assert!(
        !rigs.is_empty(),
        "no runner is linked in: cargo test -p heliostat-conformance --features our-runners"
    );
    rigs
}

/// After how many events a case can be stopped: at least so many its script has.
fn stops_of(case: &Case) -> u64 {
    let moves = |event: &&Event| !matches!(event, Event::Processing { to: 0 });
    case.events.iter().filter(moves).count() as u64
}

/// Runs a case until so many of its events are played.
///
/// # Errors
/// If it neither stops nor ends as its case says.
fn stopped(
    case: &Case,
    runner: &dyn Runner,
    from: Option<&Savepoint>,
    stop_at: u64,
) -> Result<(Stopped, KeptSavepoint), String> {
    let mut kept = KeptSavepoint::default();
    let options = JobOptions { from, ..JobOptions::default() };
    let options = options.stopping_at(stop_at).saving_to(&mut kept);
    let ended = runner.run_with(&build(case)?.pipeline, options);
    let how = match (&ended, &case.expectation) {
        (Ok(result), _) if result.stopped.is_some_and(|stopped| stopped.saved) => Stopped::Saved,
        (Err(error), Expectation::Refused(_)) if error.kind() == RunErrorKind::Refused => {
            Stopped::Refused
        }
        (Err(error), Expectation::Fails(words)) if error.to_string().contains(words) => {
            Stopped::Failed
        }
        (Ok(_), _) => return Err("it came to its end".into()),
        (Err(error), _) => return Err(error.to_string()),
    };
    if kept.is_empty() == (how == Stopped::Saved) {
        return Err(format!("{how:?}, and whether there is a savepoint: {}", !kept.is_empty()));
    }
    Ok((how, kept))
}

fn unplanned() -> impl Iterator<Item = &'static Case> {
    cases().iter().filter(|case| planned(case).is_none())
}

/// Stops every case of a rig some times into a folder, and says how many savepoints there are.
fn stop_all(rig: &Rig, seed: u64, folder: &Path) -> usize {
    let mut counts = BTreeMap::<Stopped, usize>::new();
    for case in unplanned() {
        for mark in 0..STOPS {
            let chance = &mut Seed::new(seed.wrapping_mul(STOPS) + mark);
            let stop_at = chance.below(stops_of(case) + 1);
            let (how, kept) = stopped(case, rig.runner.as_ref(), None, stop_at)
                .unwrap_or_else(|why| panic!("{} stopped at {stop_at}, {rig:?}: {why}", case.name));
            *counts.entry(how).or_default() += 1;
            if how == Stopped::Saved {
                let path = folder.join(format!("{}.{mark}.savepoint", case.name));
                fs::create_dir_all(path.parent().expect("it is in the folder"))
                    .expect("a folder can be made");
                kept.savepoint().write_to(path).expect("the folder can be written to");
            }
        }
    }
    let saved = counts.get(&Stopped::Saved).copied().unwrap_or_default();
    let count = |keep: fn(&Expectation) -> bool| {
        unplanned().filter(|case| keep(&case.expectation)).count() * STOPS as usize
    };
    let outputs = count(|it| matches!(it, Expectation::Output(_)));
    assert!(outputs <= saved, "{counts:?}: every case that gives output can be stopped");
    let refused = count(|it| matches!(it, Expectation::Refused(_)));
    assert_eq!(counts.get(&Stopped::Refused), Some(&refused), "{counts:?}");
    saved
}

/// A folder of this test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("resume").join(name);
    // Of an earlier run, perhaps.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

// Two halves, so that two cores are busy.
#[test]
fn every_case_goes_on_in_a_new_process_under_even_variants() {
    every_case_goes_on(0);
}

#[test]
fn every_case_goes_on_in_a_new_process_under_odd_variants() {
    every_case_goes_on(1);
}

fn every_case_goes_on(odd: u64) {
    let variants = linked().into_iter().map(|rig| variants(rig.runner.as_ref(), 0..SEEDS));
    let variants: Vec<Vec<Rig>> = variants.collect();
    for all in &variants {
        for (seed, rig) in (0..).zip(all).filter(|(seed, _)| seed % 2 == odd) {
            let folder = folder(&format!("{}-{seed}", rig.runner.name()));
            let saved = stop_all(rig, seed, &folder);
            // On each runner by the variant behind this one, so that forms, paths and seeds change too.
            let at = usize::try_from(seed).expect("there are few");
            for next in variants.iter().map(|all| &all[(at + 1) % all.len()]) {
                assert_all_go_on(rig, next, &folder, saved);
            }
        }
    }
}

/// Goes on from all savepoints of a folder in a new process.
fn assert_all_go_on(rig: &Rig, next: &Rig, folder: &Path, saved: usize) {
    let ran = Command::new(env!("CARGO_BIN_EXE_heliostat-conformance"))
        .arg("resume")
        .args(next.arguments().split(' '))
        .arg(folder)
        .output()
        .expect("the program was built for this test");
    let told = String::from_utf8_lossy(&ran.stdout);
    let shown = told.lines().take(200).collect::<Vec<_>>().join("\n");
    assert!(ran.status.success(), "{rig:?}, then {next:?}:\n{shown}\n...\n{}", last(&told));
    assert_eq!(told, format!("all {saved} go on as they must\n"));
}

fn last(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

/// Stops a case so often at points chosen by chance, each time on the next rig, and says how the
/// last run ended.
fn in_parts(case: &Case, rigs: &[Rig], chance: &mut Seed, stops: usize) -> Result<Outcome, String> {
    let mut from: Option<KeptSavepoint> = None;
    let mut left = stops_of(case);
    let mut next = (0..).map(|at: usize| rigs[at % rigs.len()].runner.as_ref());
    for _ in 0..stops {
        let stop_at = chance.below(left + 1);
        left -= stop_at;
        let runner = next.next().expect("it has no end");
        let savepoint = from.as_ref().map(KeptSavepoint::savepoint);
        match stopped(case, runner, savepoint, stop_at)? {
            (Stopped::Saved, kept) => from = Some(kept),
            (Stopped::Refused | Stopped::Failed, _) => return Ok(Outcome::Passed),
        }
    }
    let options =
        JobOptions { from: from.as_ref().map(KeptSavepoint::savepoint), ..JobOptions::default() };
    let runner = next.next().expect("it has no end");
    Ok(run_case_with(case, runner, options))
}

/// Variants of all runners with two seeds, a runner behind the other.
fn in_turn(seed: u64) -> Vec<Rig> {
    let rigs = linked();
    let variants = rigs.iter().map(|rig| variants(rig.runner.as_ref(), [seed, seed + 1]));
    let mut all: Vec<_> = variants.map(Vec::into_iter).collect();
    let mut rigs = Vec::new();
    while let [_, ..] = &all[..] {
        all.retain_mut(|variants| {
            let next = variants.next();
            let is_there = next.is_some();
            rigs.extend(next);
            is_there
        });
    }
    rigs
}

#[track_caller]
fn assert_in_parts(cases: &[Case], stops: usize, seeds: std::ops::Range<u64>) {
    let mut wrong = Vec::new();
    for seed in seeds {
        let mut rigs = in_turn(seed);
        let turn = usize::try_from(seed).unwrap_or_default() % rigs.len();
        rigs.rotate_left(turn);
        for case in cases {
            match in_parts(case, &rigs, &mut Seed::new(seed), stops) {
                Ok(outcome) if outcome.is_right() => {}
                Ok(outcome) => {
                    wrong.push(report(&case.name, &format!("{rigs:?}, seed {seed}"), &outcome));
                }
                Err(why) => wrong.push(format!("{}, {rigs:?}, seed {seed}: {why}", case.name)),
            }
        }
    }
    let shown = wrong.iter().take(10).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} are wrong, such as\n{shown}", wrong.len());
}

#[test]
fn every_case_may_stop_twice() {
    let all: Vec<Case> = unplanned().cloned().collect();
    assert_in_parts(&all, 2, 0..8);
}

fn number(name: &str, default: u64) -> u64 {
    let number = |text: String| text.parse().unwrap_or_else(|_| panic!("{name}={text}"));
    std::env::var(name).map_or(default, number)
}

#[test]
fn scripts_go_on_to_what_the_oracle_says() {
    let from = number("RESUME_FROM", 0);
    let seeds = from..from + number("RESUME_SCRIPTS", SCRIPTS);
    let all = seeds.map(script).filter(|case| planned(case).is_none());
    let all: Vec<Case> = all
        .map(|case| {
            let expectation = oracle(&case).map_or_else(Expectation::Fails, Expectation::Output);
            Case { expectation, ..case }
        })
        .collect();
    assert_in_parts(&all, 1, 0..6);
    println!("{} scripts went on", all.len());
}
