//! The crate of a runner's author: built outside this workspace from the manifest in the guide, and held
//! to its declarations by the command in the guide.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, id};

/// The chapter that this test does as it says.
const GUIDE: &str = include_str!("../../../docs/guide/writing-a-runner.md");

/// What is copied. All else of the package belongs to this workspace.
const SOURCES: [&str; 4] = ["src/lib.rs", "src/run.rs", "examples/matrix.rs", "matrix.json"];

/// The packages of this workspace that the manifest names, and where they are.
const FOLDERS: [(&str, &str); 4] = [
    ("heliostat ", "sdk"),
    ("heliostat-runner-core ", "runners/core"),
    ("heliostat-conformance ", "tests"),
    ("heliostat-capability-matrix ", "capability-matrix"),
];

/// A folder that no workspace is around; gone at the end.
struct Outside(PathBuf);

impl Drop for Outside {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// The first block of the guide in this language.
fn block(language: &str) -> &'static str {
    let (_, block) = GUIDE.split_once(&format!("```{language}\n")).expect("the guide has one");
    block.split_once("```").expect("it ends").0
}

/// The manifest of the guide, with this checkout in the place of published versions.
fn manifest(root: &Path) -> String {
    let line = |line: &str| {
        let folder = FOLDERS.iter().find(|(name, _)| line.starts_with(name));
        match folder {
            Some((_, folder)) => {
                let path = format!("path = {:?}", root.join(folder));
                assert!(line.contains("version = \"0.1\""), "{line}");
                line.replace("version = \"0.1\"", &path)
            }
            None if line.starts_with("version") => {
                format!("version = {:?}", env!("CARGO_PKG_VERSION"))
            }
            None => line.to_owned(),
        }
    };
    let lines: Vec<String> = block("toml").lines().map(line).collect();
    format!("[workspace]\n\n{}\n", lines.join("\n"))
}

impl Outside {
    fn new() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.join("../..").canonicalize().expect("the workspace is there");
        let outside = Self(std::env::temp_dir().join(format!("heliostat-outside-{}", id())));
        for name in SOURCES {
            outside.write(name, &fs::read_to_string(here.join(name)).expect("it is committed"));
        }
        outside.write("Cargo.toml", &manifest(&root));
        // The same versions, which are on this machine: nothing is fetched.
        let lock = fs::read_to_string(root.join("Cargo.lock")).expect("it is committed");
        outside.write("Cargo.lock", &lock);
        outside
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.0.join(name)).ok()
    }

    /// Runs a command line of cargo; gives whether it ended well, and what it said.
    fn run(&self, line: &str) -> (bool, String) {
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some("cargo"), "{line}");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let ran = Command::new(cargo)
            .args(words)
            .current_dir(&self.0)
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside"))
            .envs([("CARGO_NET_OFFLINE", "true"), ("CARGO_INCREMENTAL", "0")])
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .output()
            .expect("cargo runs, since it built this test");
        let said = [ran.stdout, ran.stderr].map(|out| String::from_utf8_lossy(&out).into_owned());
        (ran.status.success(), said.concat())
    }
}

#[test]
fn one_command_writes_the_column_and_finds_what_contradicts_it() {
    let outside = Outside::new();
    let command = block("sh").trim();
    let (committed, honest) = (outside.read("matrix.json"), outside.read("src/lib.rs"));
    let honest = honest.expect("it was copied");
    outside.write("matrix.json", "");

    let (ended_well, said) = outside.run(command);
    assert!(ended_well, "{said}");
    assert_eq!(outside.read("matrix.json"), committed);
    let page = outside.read("capability-matrix.md").expect("it was written");
    assert!(page.contains(&format!("\n| small {} |", env!("CARGO_PKG_VERSION"))), "{page}");
    let browsed = outside.read("capability-matrix.html").expect("it was written");
    for (page, how) in [(&page, "-- write --runner small`"), (&browsed, "--\",")] {
        assert!(
            page.contains(&format!("cargo run -p heliostat-small-runner --example matrix {how}"))
        );
        assert!(!page.contains("-p heliostat-conformance") && !page.contains("-p\nheliostat"));
    }

    let stop = "    (Capability::OpsStop, ";
    let begins = |line: &&str| line.starts_with(stop);
    let stop = honest.lines().find(begins).expect("it does not stop in between");
    for (planted, instead, complaints) in [
        // It declares what it does not do.
        (
            "",
            "checks/stops-cleanly",
            &["`small` declares `ops.stop`, and\nFAILED  checks/stops-cleanly\n"][..],
        ),
        // It does what it does not declare.
        (
            &format!("{stop}\n    (Capability::TriggerCount, \"counting takes long\"),"),
            "bounded/early-firings",
            &[
                "`small` does not declare `trigger.count` for bounded input, but all that shows it",
                "\n  bounded/count-leftover\n",
            ],
        ),
    ] {
        outside.write("src/lib.rs", &honest.replace(stop, planted));
        fs::remove_file(outside.0.join("capability-matrix.md")).ok();
        let (ended_well, said) = outside.run(command);
        assert!(!ended_well && said.contains("nothing was written"), "{said}");
        for complaint in complaints {
            assert!(said.contains(complaint), "{complaint} is missing in\n{said}");
        }
        assert_eq!(outside.read("matrix.json"), committed);
        assert_eq!(outside.read("capability-matrix.md"), None);

        // What it says is to be run can be run as it stands there.
        let again = "cargo run -p heliostat-small-runner --example matrix -- run --runner small ";
        let again = said.lines().find_map(|line| line.split_once(again).map(|it| (again, it.1)));
        let (again, case) = again.unwrap_or_else(|| panic!("how is it run again?\n{said}"));
        assert_eq!(case, instead);
        let (_, said) = outside.run(&format!("{again}{case}"));
        assert!(said.contains(case), "{said}");
    }
}
