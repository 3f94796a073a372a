//! Everything a user can get wrong: the exit code, the words, and what became of the output.

#[path = "programs/program.rs"]
mod program;

use program::{Scratch, run, text};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_wrong-input");
const HEADER: &str = "fruit,second,pieces,boxes\n";
const GOOD: &str = "apples,1,12,3\npears,2,8,2\n";

/// What the output is when the program has ended.
#[derive(Clone, Copy)]
enum Left {
    /// So many lines.
    Lines(usize),
    /// No file of this name.
    Nothing,
}

struct Row {
    /// Also the name of the golden message.
    name: &'static str,
    case: &'static str,
    /// `None` for a file that is not there.
    input: Option<String>,
    /// Relative to the scratch directory.
    output: &'static str,
    options: &'static [&'static str],
    exit: i32,
    left: Left,
}

impl Row {
    fn new(name: &'static str, case: &'static str, rows: &str, exit: i32, left: Left) -> Self {
        let input = Some(format!("{HEADER}{rows}"));
        Self { name, case, input, output: "out.jsonl", options: &[], exit, left }
    }
}

fn rows() -> Vec<Row> {
    use Left::{Lines, Nothing};
    let bad = "apples,1,12,3\nplums,soon,3,1\ngrapes,3\n\"figs,4,1,1\nkiwis,5,x,1\npears,2,8,2\n";
    let no_boxes = "apples,1,12,3\nmelons,2,5,0\npears,2,8,2\n";
    let row = Row::new;
    vec![
        row("bad-rows", "tolerant", bad, 0, Lines(2)),
        row("wrong-column-type", "tolerant", "plums,1,many,1\n", 0, Lines(0)),
        row("strict", "strict", bad, 1, Nothing),
        row("no-rows", "tolerant", "", 0, Lines(0)),
        Row { input: Some(String::new()), ..row("empty-file", "tolerant", "", 0, Lines(0)) },
        Row {
            input: Some("fruit,second,pieces\napples,1,2\n".into()),
            ..row("header-lacks-a-field", "tolerant", "", 1, Nothing)
        },
        Row { input: None, ..row("missing-file", "tolerant", "", 1, Nothing) },
        Row {
            output: "no/such/place/out.jsonl",
            ..row("unwritable-output", "tolerant", GOOD, 1, Nothing)
        },
        Row {
            options: &["--runner", "spark"],
            ..row("unknown-runner", "tolerant", GOOD, 2, Nothing)
        },
        row("panicking-closure", "panicking-map", no_boxes, 1, Nothing),
        row("failing-closure", "failing-flat-map", no_boxes, 1, Nothing),
        row("duplicate-step-name", "duplicate-name", GOOD, 2, Nothing),
        row("endless-group", "endless-group", GOOD, 2, Nothing),
    ]
}

#[test]
fn what_is_wrong_is_said_and_leaves_no_half_written_output() {
    for row in rows() {
        let scratch = Scratch::new(row.name);
        let (input, output) = (scratch.path("in.csv"), scratch.path(row.output));
        if let Some(rows) = &row.input {
            fs::write(&input, rows).expect("the scratch directory can be written to");
        }
        let fixed = ["run", "--case", row.case, "--input", &input, "--output", &output];
        // Trusting, so that the failing element is always the same one of its batch.
        let ran = run(PROGRAM, &[&fixed[..], &["--direct.trusting"], row.options].concat());
        let said = normalized(&text(&ran.stderr), &scratch);
        assert_eq!(ran.status.code(), Some(row.exit), "{}: {said}", row.name);
        assert_golden(row.name, &said);
        assert_left(row.name, &output, row.left);
        if matches!(row.left, Left::Nothing) {
            assert_no_parts(row.name, &scratch);
        }
    }
}

#[track_caller]
fn assert_left(name: &str, output: &str, left: Left) {
    let found = fs::read_to_string(output).ok().map(|text| text.lines().count());
    match left {
        Left::Lines(lines) => assert_eq!(found, Some(lines), "{name}"),
        Left::Nothing => assert_eq!(found, None, "{name}"),
    }
}

/// Nothing with a temporary name stays behind either.
#[track_caller]
fn assert_no_parts(name: &str, scratch: &Scratch) {
    let directory = scratch.path("");
    let files = fs::read_dir(directory).expect("the scratch directory is there");
    let mut names: Vec<String> = files
        .map(|file| file.expect("it can be listed").file_name().to_string_lossy().into_owned())
        .filter(|file| file != "in.csv")
        .collect();
    names.sort();
    assert!(names.is_empty(), "{name} left {names:?}");
}

/// The words without what differs between machines and edits.
fn normalized(said: &str, scratch: &Scratch) -> String {
    let said = said.replace(&scratch.path(""), "<dir>/");
    let mut lines: Vec<String> = Vec::new();
    for line in said.lines() {
        let line = match line.trim_start().strip_prefix("at: ") {
            Some(place) => format!("  at: {}", place.rsplit_once(':').map_or(place, |at| at.0)),
            None => line.to_owned(),
        };
        lines.push(line);
    }
    if lines.is_empty() {
        lines.push("(nothing)".to_owned());
    }
    lines.join("\n") + "\n"
}

#[track_caller]
fn assert_golden(name: &str, said: &str) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages");
    let golden = directory.join(format!("{name}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, said).expect("a golden file can be written");
    }
    let wanted = fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(said, wanted, "{name}: UPDATE_GOLDEN=1 accepts what is said now");
}

/// A program that holds its first bundle until it is told to go on.
struct Held {
    child: Child,
    said: BufReader<std::process::ChildStderr>,
}

impl Held {
    fn start(scratch: &Scratch, output: &str) -> Self {
        let input = scratch.path("in.csv");
        fs::write(&input, HEADER).expect("the scratch directory can be written to");
        let mut child = Command::new(PROGRAM)
            .args(["run", "--case", "holding", "--input", &input, "--output", output])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program was built for this test");
        let said = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut held = Self { child, said };
        held.wait_for("holding");
        held
    }

    fn wait_for(&mut self, words: &str) {
        let mut line = String::new();
        while !line.contains(words) {
            line.clear();
            let read = self.said.read_line(&mut line).expect("it writes text");
            assert!(0 < read, "it ended without saying `{words}`");
        }
    }

    fn interrupt(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status();
        assert!(sent.expect("signals can be sent").success());
    }

    /// Lets it go on, and gives its exit code.
    fn release(mut self) -> Option<i32> {
        let mut input = self.child.stdin.take().expect("it is piped");
        input.write_all(b"go on\n").expect("it still reads");
        drop(input);
        let mut rest = String::new();
        while 0 < self.said.read_line(&mut rest).expect("it writes text") {}
        self.child.wait().expect("it ends").code()
    }
}

#[test]
fn an_interrupted_run_commits_what_it_has_under_another_name() {
    let scratch = Scratch::new("interrupted");
    let output = scratch.path("out.jsonl");
    fs::write(&output, "old\n").expect("the scratch directory can be written to");
    let mut held = Held::start(&scratch, &output);
    held.interrupt();
    held.wait_for("stopping");
    assert_eq!(held.release(), Some(130));
    assert_eq!(fs::read_to_string(&output).expect("it was there before"), "old\n");
    let partial = fs::read_to_string(scratch.path("out.jsonl.partial"));
    let numbers = partial.expect("what came through is there").lines().count();
    assert!(0 < numbers && numbers < 1_000_000, "{numbers} of a million numbers");
}

#[test]
fn a_second_interrupt_commits_nothing() {
    let scratch = Scratch::new("aborted");
    let output = scratch.path("out.jsonl");
    fs::write(&output, "old\n").expect("the scratch directory can be written to");
    let mut held = Held::start(&scratch, &output);
    held.interrupt();
    held.wait_for("stopping");
    held.interrupt();
    held.wait_for("aborting");
    assert_eq!(held.release(), Some(130));
    assert_eq!(fs::read_to_string(&output).expect("it was there before"), "old\n");
    assert!(!Path::new(&scratch.path("out.jsonl.partial")).exists());
}
