//! The command: what it prints, and with which code it ends.

use std::fs;
use std::path::{Path, PathBuf};

use heliostat::savepoint::{SavepointHeader, StepKind, StepState};
use heliostat::{JobOptions, KeptSavepoint, Savepoint};
use heliostat_conformance::{build, cases, command, rigs};

const RIGHT: &str = "# Right.\npipeline windowed\n\nadd a=1 @3\n\npane a=1 global @3\n";
const WRONG: &str = "# Wrong.\npipeline windowed\n\nadd a=1 @3\n\nno panes\n";
const MISTAKEN: &str = "# Mistaken.\npipeline windowed\nwinnow fixed 10\n";

fn run(arguments: &[&str]) -> (u8, String) {
    let mut out = Vec::new();
    let code = command(arguments.iter().map(|&it| it.to_owned()), &mut out);
    (code.expect("a vector takes it all"), String::from_utf8_lossy(&out).into_owned())
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command");
    for (name, text) in [
        ("good/right.case", RIGHT),
        ("all/a.case", RIGHT),
        ("all/b.case", WRONG),
        ("m.case", MISTAKEN),
    ] {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    folder
}

#[test]
fn each_end_has_its_code_and_its_words() {
    let folder = folder();
    let path = |name: &str| folder.join(name).display().to_string();
    let (good, all, mistaken, none) =
        (path("good"), path("all"), path("m.case"), path("none.case"));
    for rig in rigs() {
        let runner = rig.runner.name();
        let printed = ["run", "--runner", runner, "--print", &good];
        for (arguments, code, words) in [
            (
                &["run", "--runner", runner, "panes/default-on-time-and-last"][..],
                0,
                "all 1 as they",
            ),
            (&["run", "--runner", runner, "--seed", "3", "checks/lifecycle-order"], 0, "all 1 as"),
            (&["run", "--runner", runner, &good], 0, "all 1 as they must be"),
            (&printed, 0, "\npane a=1 global @3\n"),
            (&["run", "--runner", runner, &all], 1, "1 of 2 failed"),
            (&["run", "--runner", runner, &all], 1, "no panes\n-- got ---"),
            (&["run", "--runner", runner, &mistaken], 2, "m.case:3: unknown word `winnow`"),
            (&["run", "--runner", runner, &none], 2, "cannot read "),
            (&["run", "--runner", runner, "--print"], 0, "# panes/default-on-time-and-last\n"),
            (&["run", "--runner", runner, "--set", "mood"], 2, "`--set mood` has no `=`"),
            (&["run", "--runner", runner, "--loud"], 2, "there is no option `--loud`"),
            (&["run", "--runner", "nobody"], 2, "there is no runner `nobody` (linked in: "),
            (&["timeline", "--runner", runner, &good], 2, "it made no pane"),
            (
                &["timeline", "--runner", runner, "panes/default-on-time-and-last"],
                0,
                ">ON_TIME 0</text>",
            ),
            (&["timeline", "--runner", runner], 2, "which case?"),
            (&["timeline", "--runner", runner, &all], 2, "of one case, and here are 2"),
            (&["timeline", "--runner", runner, "checks/lifecycle-order"], 2, "is a check; a"),
            (&["run"], 2, "which runner?"),
            (&["diff"], 2, "which runners? (linked in: "),
            (&["diff", "--runners", runner], 2, "which runners?"),
            (&["diff", "--runners", "nobody,nobody"], 2, "there is no runner `nobody`"),
            (&["walk"], 2, "there is no command `walk`"),
            (&[], 2, "usage: "),
            (&["--help"], 0, "usage: "),
        ] {
            let (got, out) = run(arguments);
            assert_eq!(got, code, "{arguments:?} printed\n{out}");
            assert!(out.contains(words), "{arguments:?} did not print {words:?} but\n{out}");
        }
    }
}

#[test]
fn list_prints_every_name() {
    let (code, out) = run(&["list"]);
    assert_eq!(code, 0);
    let missing: Vec<&str> = cases()
        .iter()
        .map(|case| case.name.as_str())
        .filter(|name| !out.lines().any(|line| line == *name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn savepoints_of_a_folder_are_gone_on_from() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command-resume");
    let path = |name: &str| folder.join(name).display().to_string();
    let name = "panes/default-on-time-and-last";
    let case = cases().iter().find(|case| case.name == name).expect("it is a case");
    for rig in rigs() {
        let runner = rig.runner.as_ref();
        for (at, mark) in [(0, "a"), (1, "b")] {
            let mut kept = KeptSavepoint::default();
            let options = JobOptions::default().stopping_at(at).saving_to(&mut kept);
            let built = build(case).expect("it can be built");
            runner.run_with(&built.pipeline, options).expect("it can be stopped");
            write(kept.savepoint(), &path(&format!("right/{name}.{mark}.savepoint")));
        }
        let mut elsewhere = Savepoint::new(SavepointHeader::written_by("nobody", "0.1.0"));
        write(&elsewhere, &path("unknown/no-such.a.savepoint"));
        let lost = StepKind::Impulse { given: true };
        elsewhere.steps.insert("Gone".into(), StepState::of(lost));
        write(&elsewhere, &path(&format!("wrong/{name}.a.savepoint")));
        for (folder, code, words) in [
            (path("right"), 0, "all 2 go on as they must\n"),
            (path("wrong"), 1, "error[state-without-step]: `Gone`"),
            (path("wrong"), 1, "1 of 1 failed\n"),
            (path("unknown"), 2, "there is no case `no-such`: "),
            (path("none"), 2, "there is no folder "),
        ] {
            let (got, out) = run(&["resume", "--runner", runner.name(), &folder]);
            assert_eq!(got, code, "{folder} printed\n{out}");
            assert!(out.contains(words), "{folder} did not print {words:?} but\n{out}");
        }
        let (got, out) = run(&["resume", "--runner", runner.name()]);
        assert_eq!((got, out.contains("which folder of savepoints?")), (2, true), "{out}");
    }
}

fn write(savepoint: &Savepoint, path: &str) {
    let path = Path::new(path);
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
    savepoint.write_to(path).expect("the folder can be written to");
}
