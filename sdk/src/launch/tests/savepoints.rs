//! Runs that begin or end at a savepoint, and a look into one.

use super::{Build, Options, Pretender, Script, direct, endless_group, launched, numbers};
use crate::savepoint::example::one_of_everything;
use crate::{Capability, Savepoint, Support, Window, secs};
use std::path::{Path, PathBuf};

/// A folder that is gone at the end of a test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("heliostat-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder can be made");
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_run_that_is_stopped_says_where_it_left_what_and_how_to_go_on() {
    let folder = Folder::new("launch-stops");
    let file = folder.file("a.savepoint");
    let wrote = "wrote out: 1,100 elements";
    let waits = "wrote nothing yet: what is prepared appears when the run that goes on ends";
    let after = |bundles: &str| {
        let size = "89 bytes";
        format!("savepoint {file}: {size}, after {bundles}; go on with `run --from {file}`\n")
    };
    for (command_line, code, verb, wrote, last) in [
        ("run --stop-at 3".to_owned(), 0, "stopped as asked after", wrote, None),
        ("run".to_owned(), 130, "interrupted after", wrote, None),
        (
            format!("run --stop-at 1 --savepoint {file}"),
            0,
            "stopped as asked after",
            waits,
            Some(after("1 bundle")),
        ),
        (
            format!("run --savepoint {file} --from {file}"),
            130,
            "interrupted after",
            waits,
            Some(after("2 bundles")),
        ),
    ] {
        let (exit, captured) = launched(direct(Script::Stops), numbers, &command_line);
        let results = captured.results();
        assert_eq!(exit.code(), code, "{command_line}: {}", captured.remarks());
        assert!(results.contains(wrote) && results.contains(verb), "{command_line}: {results}");
        let told = results.find("savepoint ").map(|at| results[at..].to_owned());
        assert_eq!(told, last, "{command_line}");
        let _exit = exit.then(|_| unreachable!("a run that was stopped has no summary"));
    }
    let savepoint = Savepoint::read_from(&file).expect("the last run wrote it");
    assert_eq!((savepoint.header.program.as_str(), savepoint.header.bundles), ("numbers", 3));
}

#[test]
fn a_run_that_comes_to_its_end_leaves_no_savepoint_and_says_so() {
    let folder = Folder::new("launch-ends");
    let file = folder.file("a.savepoint");
    let command_line = format!("run --savepoint {file} --stop-at 9");
    let (exit, captured) = launched(direct(Script::Done), numbers, &command_line);
    assert_eq!(exit.code(), 0, "{}", captured.remarks());
    assert!(captured.results().ends_with("\nno savepoint: the run came to its end\n"));
    assert!(!Path::new(&file).exists());

    one_of_everything().write_to(&file).expect("the folder is there");
    let (_, captured) = launched(direct(Script::Done), numbers, &command_line);
    let older = format!("no savepoint: the run came to its end; what is in {file} is older\n");
    assert!(captured.results().ends_with(&older), "{}", captured.results());
}

#[test]
fn a_runner_that_stops_and_leaves_nothing_is_told_of() {
    let folder = Folder::new("launch-forgets");
    let command_line = format!("run --savepoint {}", folder.file("a.savepoint"));
    let (exit, captured) = launched(direct(Script::Interrupted), numbers, &command_line);
    assert_eq!(exit.code(), 130);
    let words = "\nno savepoint: the runner stopped and left none\n";
    assert!(captured.results().ends_with(words), "{}", captured.results());
}

#[test]
fn what_cannot_be_gone_on_from_is_refused_before_anything_runs() {
    let folder = Folder::new("launch-refuses");
    let (whole, cut, none) =
        (folder.file("whole"), folder.file("cut"), folder.file("no-such-folder/none"));
    let size = one_of_everything().write_to(&whole).expect("the folder is there");
    let bytes = std::fs::read(&whole).expect("it was just written");
    std::fs::write(&cut, &bytes[..bytes.len() - 9]).expect("the folder is there");
    assert_eq!(size, bytes.len() as u64);

    let support = Support::everything().without(Capability::OpsSnapshot, "it forgets");
    let only_at_its_end =
        Support::everything().without(Capability::OpsCheckpoint, "it has one when it stops");
    let only_at_its_end =
        Pretender { support: only_at_its_end, ..Pretender::new("direct", Script::Done) };
    let plain = Pretender { support, ..Pretender::new("direct", Script::Done) };
    for (runner, command_line, words) in [
        (
            Pretender::new("direct", Script::Stops),
            format!("run --savepoint {none}"),
            format!("error: cannot write the savepoint `{none}`: No such file or directory"),
        ),
        (
            Pretender::new("direct", Script::Stops),
            format!("run --from {none}"),
            format!("error: cannot read the savepoint `{none}`: No such file or directory"),
        ),
        (
            Pretender::new("direct", Script::Stops),
            format!("run --from {cut}"),
            format!(
                "error: cannot read the savepoint `{cut}`: its section `end` is damaged: the \
                 file ends inside it\n  help: take another copy of it"
            ),
        ),
        (
            Pretender::new("direct", Script::Stops),
            format!("run --from {whole}"),
            "error[state-without-step]: `Counts` has state in the savepoint".to_owned(),
        ),
        (
            plain.clone(),
            "run --stop-at 3".to_owned(),
            "error: the runner `direct` neither stops at a number of bundles nor knows \
             savepoints\n  help: take one whose column of the matrix has `ops.snapshot`"
                .to_owned(),
        ),
        (plain, format!("run --from {whole}"), "nor knows savepoints".to_owned()),
        (
            only_at_its_end,
            format!("run --savepoint {whole} --savepoint-every 10s"),
            "error: the runner `direct` gives no savepoints while it runs\n  help: leave out the \
             interval: a run that is stopped leaves one"
                .to_owned(),
        ),
        (
            Pretender::new("direct", Script::Done),
            format!("run --savepoint {whole} --savepoint-every soon"),
            "'--savepoint-every <TIME>': a time such as `10s` or `500ms` is wanted".to_owned(),
        ),
        (
            Pretender::new("direct", Script::Done),
            "run --savepoint-every 10s".to_owned(),
            "--savepoint <FILE>".to_owned(),
        ),
    ] {
        let (exit, captured) = launched(vec![runner], numbers, &command_line);
        let remarks = captured.remarks();
        assert!(remarks.contains(&words), "{command_line}: {remarks}");
        assert!(!remarks.contains("help: would take it"), "{remarks}");
        assert_eq!((exit.code(), captured.results().as_str()), (2, ""), "{command_line}");
    }
}

#[test]
fn a_savepoint_of_another_program_and_a_nameless_grouping_are_warned_of() {
    let folder = Folder::new("launch-warns");
    let file = folder.file("a.savepoint");
    let mut savepoint = one_of_everything();
    savepoint.steps.clear();
    savepoint.write_to(&file).expect("the folder is there");
    let sums: Build<Options> = |pipeline, options| {
        let numbers = pipeline.create(0..options.end).window(Window::fixed(secs(10)));
        numbers.with_keys(|number| number % 2).sum_per_key().collect();
        Ok(())
    };
    for (command_line, of_another, nameless) in [
        (format!("run --from {file}"), true, false),
        (format!("run --savepoint {file}"), false, true),
        ("run --stop-at 3".to_owned(), false, false),
    ] {
        let (exit, captured) = launched(direct(Script::Done), sums, &command_line);
        let remarks = captured.remarks();
        assert_eq!(exit.code(), 0, "{command_line}: {remarks}");
        let words = "was written by the program `flights`, and this is `numbers`";
        assert_eq!(remarks.contains(words), of_another, "{command_line}: {remarks}");
        let words = "warning[unnamed-state]: `Sum per key` keeps state";
        assert_eq!(remarks.contains(words), nameless, "{command_line}: {remarks}");
    }
    let command_line = format!("run --savepoint {file}");
    let (exit, captured) = launched(direct(Script::Done), endless_group, &command_line);
    assert_eq!(exit.code(), 2, "{}", captured.remarks());
}

#[test]
fn a_run_that_fails_leaves_the_savepoint_it_began_with() {
    let folder = Folder::new("launch-fails");
    let file = folder.file("a.savepoint");
    let mut savepoint = one_of_everything();
    savepoint.steps.clear();
    savepoint.write_to(&file).expect("the folder is there");
    let way_back =
        format!("the savepoint {file} is as it was: `run --from {file}` begins there again\n");
    for (script, told) in [(Script::Failed, true), (Script::FailedAfterACommit, false)] {
        let (exit, captured) = launched(direct(script), numbers, &format!("run --from {file}"));
        assert_eq!(exit.code(), 1);
        assert_eq!(captured.remarks().ends_with(&way_back), told, "{}", captured.remarks());
    }
}

#[test]
fn a_savepoint_is_shown_as_it_is() {
    let folder = Folder::new("launch-shows");
    let file = folder.file("a.savepoint");
    one_of_everything().write_to(&file).expect("the folder is there");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/savepoint/shown.txt");
    let mut text = String::new();
    for arguments in ["", " --step Counts", " --step Cells", " --step Read"] {
        let command_line = format!("savepoint show {file}{arguments}");
        let (exit, captured) = launched(Vec::new(), numbers, &command_line);
        assert_eq!((exit.code(), captured.remarks().as_str()), (0, ""), "{command_line}");
        text += &format!("$ savepoint show FILE{arguments}\n{}\n", captured.results());
    }
    let text = text.replace(&file, "FILE");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &text).expect("the folder exists");
    }
    assert_eq!(std::fs::read_to_string(&golden).expect("it is committed"), text);

    let (exit, captured) =
        launched(Vec::new(), numbers, &format!("savepoint show {file} --step Sum"));
    let steps = "`Cells`, `Counts`, `Create/Impulse`, `Map`, `Rates`, `Read`, `Script`, `Write`";
    let words = format!("error: the savepoint has no step `Sum`\n  help: name one of {steps}\n");
    assert_eq!((exit.code(), captured.remarks()), (2, words));
}

#[test]
fn a_runner_without_savepoints_says_so() {
    let runner = Pretender::new("direct", Script::Done);
    let none = runner.support.clone().without(Capability::OpsSnapshot, "it forgets");
    for (support, takes) in [(runner.support.clone(), true), (none, false)] {
        let runner = Pretender { support, ..runner.clone() };
        assert_eq!(crate::Runner::takes_savepoints(&runner), takes);
    }
}
