//! The command of a runner's author: what it prints, what it writes, and with which code it ends.

use std::fs;
use std::path::Path;

use heliostat_capability_matrix::command;
use heliostat_conformance::rigs;

fn run(arguments: &[&str]) -> (u8, String) {
    let mut out = Vec::new();
    let code = command(arguments.iter().map(|&it| it.to_owned()), &mut out);
    (code.expect("a vector takes it all"), String::from_utf8_lossy(&out).into_owned())
}

#[test]
fn each_end_has_its_code_and_its_words() {
    for (arguments, code, words) in [
        (&["write"][..], 2, "error: which runner? (linked in: `direct`, "),
        (&["write", "--runner"], 2, "`--runner` takes a value"),
        (&["write", "--runner", "nobody"], 2, "there is no runner `nobody` (linked in: `direct`"),
        (&["write", "--runner", "direct", "--to", "no/where"], 2, "there is no folder no/where"),
        (&["write", "direct"], 2, "`write` does not know `direct`"),
        (&["write", "--beside", "no/where"], 2, "error: cannot read no/where: "),
        (&["write", "--beside", "Cargo.toml"], 2, "error: cannot read Cargo.toml: "),
        (
            &["write", "--runner", "direct", "--beside", "../runners/per-record/matrix.json"],
            2,
            "error: `per-record` is linked in, and its column is computed anew",
        ),
        (&["walk"], 2, "there is no command `walk`"),
        (&["walk"], 2, "usage: heliostat-capability-matrix write --runner NAME"),
        (&[], 2, "usage: heliostat-capability-matrix write --runner NAME"),
        (&["--help"], 0, "usage: heliostat-capability-matrix write --runner NAME"),
        (&["--help"], 0, "usage: heliostat-conformance run --runner NAME"),
        (&["list"], 0, "panes/default-on-time-and-last\n"),
        (&["run", "--runner", "direct", "panes/default-on-time-and-last"], 0, "all 1 as they"),
    ] {
        let (got, out) = run(arguments);
        assert_eq!(got, code, "{arguments:?} printed\n{out}");
        assert!(out.contains(words), "{arguments:?} did not print {words:?} but\n{out}");
    }
}

#[test]
fn it_writes_the_column_of_one_runner_and_pages_of_all() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("written");
    fs::create_dir_all(&folder).expect("it can be made");
    let to = folder.display().to_string();
    let elsewhere = "../examples/small-runner/matrix.json";
    let (code, out) = run(&["write", "--runner", "direct", "--to", &to, "--beside", elsewhere]);
    let names = ["matrix.json", "capability-matrix.md", "capability-matrix.html"];
    let paths = names.map(|name| format!("{}\n", folder.join(name).display()));
    assert_eq!((code, out), (0, paths.concat()));

    let [column, page, _] =
        names.map(|name| fs::read_to_string(folder.join(name)).expect("it was written"));
    for rig in rigs() {
        let (name, version) = (rig.runner.name(), rig.runner.version());
        // The committed ones are compared with what is computed elsewhere.
        assert_eq!(column == rig.runner.matrix(), name == "direct", "{name}");
        assert!(page.contains(&format!("\n| {name} {version} |")), "{name}");
    }
    assert!(page.contains("\n| small "), "the column of the file is shown too");
}
