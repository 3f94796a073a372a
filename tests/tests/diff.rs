//! The command `diff`: what it finds, what it prints, and with which code it ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use heliostat::{Capability, Runner, RunnerEntry, register, runner_named};
use heliostat_conformance::{Bug, Buggy, Withhold, command, rigs};

const RIGHT: &str = "# Right.\npipeline windowed\n\nadd a=1 @3\n\npane a=1 global @3\n";

fn run(arguments: &[&str]) -> (u8, String) {
    let mut out = Vec::new();
    let code = command(arguments.iter().map(|&it| it.to_owned()), &mut out);
    (code.expect("a vector takes it all"), String::from_utf8_lossy(&out).into_owned())
}

/// The runners that are linked in, not those that a test registered.
fn linked() -> Vec<String> {
    let names = rigs().into_iter().map(|rig| rig.runner.name().to_owned());
    names.filter(|name| !name.contains('+')).collect()
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diff");
    fs::create_dir_all(folder.join("good")).expect("it can be made");
    fs::write(folder.join("good/right.case"), RIGHT).expect("it can be written");
    folder
}

#[test]
fn diff_tells_who_differs_and_how_and_how_to_run_it_again() {
    let folder = folder();
    let good = folder.join("good").display().to_string();
    for name in linked() {
        let name = name.as_str();
        let with = |bug: &str| format!("{name},{name}+{bug}");
        let (right, lost) = (format!("{name},{name}"), with("element-lost"));
        let (gap, lying) = (with("session-gap-missed:1"), with("committed-twice"));
        let offset = ["diff", "--runners", &gap, "--seed", "5", "--scripts", "9"];
        for (arguments, code, words) in [
            (&["diff", "--runners", &right, "--scripts", "3"][..], 0, "3 cases give the same on "),
            (&["diff", "--runners", &right, &good], 0, "1 case gives the same on "),
            // What a case does not show is no difference.
            (&["diff", "--runners", &lying, &good], 0, "1 case gives the same on "),
            (&["diff", "--runners", &lost, &good], 1, "+element-lost: nothing\n-- made smaller: "),
            (
                &["diff", "--runners", &lost, &good],
                1,
                "\nadd        a=1 @0\n\npane a=1 global @0\n",
            ),
            (&offset, 1, "+session-gap-missed:1 --seed 5 difference.case\n"),
            (&["diff", "--runners", &right, "checks/lifecycle-order"], 2, "is a check; only what"),
            (&["diff", "--runners", &right, "--scripts", "few"], 2, "`--scripts few` is no number"),
            (&["diff", "--runners", &right, "--set", "mood=good"], 2, "has a setting `mood`"),
            (&["diff", "--runners", &with("sloth")], 2, "there is no bug `sloth`"),
            (&["diff", "--runners", &with("row-lost:x")], 2, "`x` of `"),
            (&["run", "--runner", &lost[name.len() + 1..], &good], 1, "1 of 1 failed"),
        ] {
            let (got, out) = run(arguments);
            assert_eq!(got, code, "{arguments:?} printed\n{out}");
            assert!(out.contains(words), "{arguments:?} did not print {words:?} but\n{out}");
        }
    }
}

#[test]
fn what_diff_keeps_differs_again() {
    let folder = folder();
    let kept = folder.join("difference.case");
    for name in linked() {
        let name = name.as_str();
        let both = format!("{name},{name}+late-firings-forgotten");
        let (code, out) = run(&["diff", "--runners", &both]);
        let text = out.split_once("difference.case ").and_then(|(_, rest)| rest.split_once('\n'));
        let text = text.and_then(|(_, rest)| rest.split_once("\n-- which gives"));
        let (text, _) = text.unwrap_or_else(|| panic!("{code}, no case in\n{out}"));
        fs::write(&kept, format!("{text}\n")).expect("it can be written");
        let kept = kept.display().to_string();
        assert_eq!(run(&["run", "--runner", name, &kept]).0, 0, "{text}");
        let (code, again) = run(&["diff", "--runners", &both, &kept]);
        assert_eq!(code, 1, "{again}");
        assert!(again.contains(text.lines().last().expect("it has lines")), "{again}");
    }
}

/// What declares nothing at all, once there is one.
static REFUSING: OnceLock<Arc<dyn Runner>> = OnceLock::new();

fn refusing() -> Box<dyn Runner> {
    let runner = REFUSING.get().expect("it is registered when there is one");
    Box::new(Buggy::of(Arc::clone(runner), Bug::DoneTwice, 7))
}

#[test]
fn diff_tells_of_refusals_and_takes_them_for_a_difference_only_if_nothing_is_left() {
    let Some(running) = linked().into_iter().next() else { return };
    let runner: Arc<dyn Runner> = runner_named(&running).expect("it is linked in").into();
    REFUSING.get_or_init(|| {
        let all = Capability::ALL.iter();
        all.fold(runner, |runner, &capability| Arc::new(Withhold::of(runner, capability)))
    });
    register(RunnerEntry::new(refusing));
    let refuses = format!("{running}+done-twice:7");
    let good = folder().join("good").display().to_string();
    let alone = format!("{running},{refuses}");
    let (code, out) = run(&["diff", "--runners", &alone, &good]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains(&format!("`{refuses}` does not run {good}")), "{out}");
    assert!(out.contains("it does not declare `"), "{out}");
    assert!(out.contains("nothing is left to compare on "), "{out}");
    let beside = format!("{alone},{running}");
    let (code, out) = run(&["diff", "--runners", &beside, &good]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("1 case gives the same on "), "{out}");
    assert!(out.contains(", 1 refusal aside\n"), "{out}");
}
