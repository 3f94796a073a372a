//! Everything a user can get wrong, on every runner: the exit code, the words, and what became of
//! the output.

#[path = "programs/program.rs"]
mod program;

use program::{Scratch, run, text};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_wrong-input");
const HEADER: &str = "fruit,second,pieces,boxes\n";
const GOOD: &str = "apples,1,12,3\npears,2,8,2\n";

/// What is said when somebody wants a run to stop.
const STOPPING: &str = "stopping when what is in hand is done";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum On {
    Direct,
    MicroBatch,
    PerRecord,
}

impl On {
    const ALL: [Self; 3] = [Self::Direct, Self::MicroBatch, Self::PerRecord];

    /// How it is chosen on the command line.
    fn chosen(self) -> &'static [&'static str] {
        match self {
            // Trusting, so that the failing element is always the same one of its batch.
            Self::Direct => &["--direct.trusting"],
            Self::MicroBatch => &["--runner", "micro-batch"],
            Self::PerRecord => &["--runner", "per-record"],
        }
    }

    /// The same for a run that is interrupted, which must have something left to do then.
    fn held(self) -> &'static [&'static str] {
        match self {
            Self::Direct => &[],
            Self::MicroBatch => {
                &["--runner", "micro-batch", "--micro-batch.round-elements", "100000"]
            }
            Self::PerRecord => &["--runner", "per-record"],
        }
    }
}

/// What stood in the output before the run.
const BEFORE: &str = "from an earlier run\n";

/// What the output is when the program has ended.
#[derive(Clone, Copy)]
enum Left {
    /// A file of this text.
    Text(&'static str),
    /// What was there before, if anything.
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
    use Left::{Nothing, Text};
    let bad = "apples,1,12,3\nplums,soon,3,1\ngrapes,3\n\"figs,4,1,1\nkiwis,5,x,1\npears,2,8,2\n";
    let no_boxes = "apples,1,12,3\nmelons,2,5,0\npears,2,8,2\n";
    let good = "{\"fruit\":\"apples\",\"second\":1,\"pieces\":12,\"boxes\":3}\n\
                {\"fruit\":\"pears\",\"second\":2,\"pieces\":8,\"boxes\":2}\n";
    let row = Row::new;
    vec![
        row("bad-rows", "tolerant", bad, 0, Text(good)),
        row("wrong-column-type", "tolerant", "plums,1,many,1\n", 0, Text("")),
        row("strict", "strict", bad, 1, Nothing),
        row("wrong-column-type-strict", "strict", "plums,1,many,1\n", 1, Nothing),
        row("no-rows", "tolerant", "", 0, Text("")),
        Row { input: Some(String::new()), ..row("empty-file", "tolerant", "", 0, Text("")) },
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
        Row {
            options: &["--windows", "1h"],
            ..row("unknown-option", "tolerant", GOOD, 2, Nothing)
        },
        row("panicking-closure", "panicking-map", no_boxes, 1, Nothing),
        row("failing-closure", "failing-flat-map", no_boxes, 1, Nothing),
        row("duplicate-step-name", "duplicate-name", GOOD, 2, Nothing),
        row("endless-group", "endless-group", GOOD, 2, Nothing),
    ]
}

#[test]
fn what_is_wrong_is_said_and_leaves_no_half_written_output() {
    for (row, on) in rows().iter().flat_map(|row| On::ALL.map(|on| (row, on))) {
        check(row, on, None);
        if !row.output.contains('/') {
            check(row, on, Some(BEFORE));
        }
    }
}

#[track_caller]
fn check(row: &Row, on: On, before: Option<&str>) {
    let scratch = Scratch::new(row.name);
    let (input, output) = (scratch.path("in.csv"), scratch.path(row.output));
    let mut files = Vec::new();
    if let Some(rows) = &row.input {
        fs::write(&input, rows).expect("the scratch directory can be written to");
        files.push("in.csv");
    }
    if let Some(before) = before {
        fs::write(&output, before).expect("the scratch directory can be written to");
    }
    let fixed = ["run", "--case", row.case, "--input", &input, "--output", &output];
    let names_a_runner = row.options.contains(&"--runner");
    let chosen = if names_a_runner { &[] } else { on.chosen() };
    let ran = run(PROGRAM, &[&fixed[..], chosen, row.options].concat());
    let said = normalized(&text(&ran.stderr), &scratch);
    assert_eq!(ran.status.code(), Some(row.exit), "{} on {on:?}: {said}", row.name);
    assert_golden(row.name, on, &said);

    let after = match row.left {
        Left::Text(text) => Some(text),
        Left::Nothing => before,
    };
    assert_eq!(fs::read_to_string(&output).ok().as_deref(), after, "{} on {on:?}", row.name);
    files.extend(after.map(|_| row.output));
    assert_eq!(names(&scratch), files, "{} on {on:?}: nothing else stays", row.name);
}

/// The files of the scratch directory, those with temporary names too.
fn names(scratch: &Scratch) -> Vec<String> {
    let files = fs::read_dir(scratch.path("")).expect("the scratch directory is there");
    let mut names: Vec<String> = files
        .map(|file| file.expect("it can be listed").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn bad_rows_are_counted() {
    let scratch = Scratch::new("counted");
    let (input, output) = (scratch.path("in.csv"), scratch.path("out.jsonl"));
    let rows = format!("{HEADER}plums,soon,3,1\ngrapes,3\nkiwis,5,x,1\nfigs,,1,1\n{GOOD}");
    fs::write(&input, rows).expect("the scratch directory can be written to");
    let arguments = ["run", "--case", "tolerant", "--input", &input, "--output", &output];
    for on in On::ALL {
        let told = text(&run(PROGRAM, &[&arguments, on.chosen()].concat()).stdout);
        assert!(told.contains("rejected 4 rows: 4 in `Read`"), "{on:?}: {told}");
        assert!(told.contains("out.jsonl: 2 elements"), "{on:?}: {told}");
    }
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

/// What a runner says in words of its own stands in a folder with its name.
#[track_caller]
fn assert_golden(name: &str, on: On, said: &str) {
    let messages = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages");
    let shared = messages.join(format!("{name}.txt"));
    let golden = match on {
        On::Direct => shared.clone(),
        On::MicroBatch => messages.join("micro-batch").join(format!("{name}.txt")),
        On::PerRecord => messages.join("per-record").join(format!("{name}.txt")),
    };
    let of = |path: &Path| fs::read_to_string(path).ok();
    let is_as_direct = on != On::Direct && of(&shared).is_some_and(|shared| shared == said);
    if std::env::var_os("UPDATE_GOLDEN").is_some() && !is_as_direct {
        fs::write(&golden, said).expect("a golden file can be written");
    }
    let wanted = of(&golden).or_else(|| of(&shared)).unwrap_or_default();
    assert_eq!(said, wanted, "{name} on {on:?}: UPDATE_GOLDEN=1 accepts what is said now");
}

/// A program that holds its first bundle until it is told to go on.
struct Held {
    child: Child,
    said: BufReader<std::process::ChildStderr>,
}

impl Held {
    fn start(scratch: &Scratch, output: &str, options: &[&str]) -> Self {
        let input = scratch.path("in.csv");
        fs::write(&input, HEADER).expect("the scratch directory can be written to");
        let mut child = Command::new(PROGRAM)
            .args(["run", "--case", "holding", "--input", &input, "--output", output])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
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

    fn release(&mut self) {
        let input = self.child.stdin.as_mut().expect("it is piped");
        input.write_all(b"go on\n").expect("it still reads");
    }

    /// Its exit code and what it told.
    fn end(mut self) -> (Option<i32>, String) {
        let mut told = String::new();
        let mut stdout = self.child.stdout.take().expect("it is piped");
        stdout.read_to_string(&mut told).expect("it writes text");
        (self.child.wait().expect("it ends").code(), told)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // It has ended, unless the test fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A run that holds its first bundle, and an output that is there already.
fn held(name: &str, on: On) -> (Scratch, String, Held) {
    held_with(name, on, |_| Vec::new())
}

/// The same with options that may name files beside the output.
fn held_with(
    name: &str,
    on: On,
    options: impl FnOnce(&Scratch) -> Vec<String>,
) -> (Scratch, String, Held) {
    let scratch = Scratch::new(&format!("{name}-{on:?}"));
    let output = scratch.path("out.jsonl");
    fs::write(&output, BEFORE).expect("the scratch directory can be written to");
    let options = options(&scratch);
    let options = options.iter().map(String::as_str).chain(on.held().iter().copied());
    let options: Vec<&str> = options.collect();
    let held = Held::start(&scratch, &output, &options);
    (scratch, output, held)
}

#[track_caller]
fn assert_untouched(output: &str) {
    assert_eq!(fs::read_to_string(output).expect("it was there before"), BEFORE);
}

#[test]
fn an_interrupted_run_commits_what_it_has_under_another_name() {
    for on in On::ALL {
        let (scratch, output, mut held) = held("interrupted", on);
        held.interrupt();
        held.wait_for(STOPPING);
        held.release();
        let (code, told) = held.end();
        assert_eq!(code, Some(130), "{told}");
        assert!(told.contains("out.jsonl.partial") && told.contains("interrupted after"), "{told}");
        assert_untouched(&output);
        assert_eq!(names(&scratch), ["in.csv", "out.jsonl", "out.jsonl.partial"]);

        let partial = fs::read_to_string(scratch.path("out.jsonl.partial"));
        let lines = partial.expect("what came through is there");
        let mut numbers: Vec<u64> =
            lines.lines().map(|line| line.parse().expect("each line is whole")).collect();
        numbers.sort_unstable();
        let count = numbers.len() as u64;
        assert!(0 < count && count < 1_000_000, "{count} of a million numbers");
        assert!(numbers.into_iter().eq(0..count), "bundles are whole");
    }
}

#[test]
fn a_second_interrupt_commits_nothing() {
    for on in On::ALL {
        let (scratch, output, mut held) = held("aborted", on);
        held.interrupt();
        held.wait_for(STOPPING);
        held.interrupt();
        held.wait_for("aborting");
        held.release();
        held.wait_for("nothing was written");
        assert_eq!(held.end().0, Some(130));
        assert_untouched(&output);
        assert_eq!(names(&scratch), ["in.csv", "out.jsonl"]);
    }
}

#[test]
fn a_third_interrupt_does_not_wait_for_the_bundle() {
    for on in On::ALL {
        let (_scratch, output, mut held) = held("left", on);
        for words in ["stopping", "aborting", "leaving"] {
            held.interrupt();
            held.wait_for(words);
        }
        assert_eq!(held.end().0, Some(130));
        assert_untouched(&output);
    }
}

/// Where an interrupted run leaves its savepoint.
fn to_savepoint(scratch: &Scratch) -> Vec<String> {
    vec!["--savepoint".to_owned(), scratch.path("a.savepoint")]
}

#[test]
fn an_interrupted_run_goes_on_from_its_savepoint() {
    for (on, next) in On::ALL.into_iter().flat_map(|on| On::ALL.map(|next| (on, next))) {
        let (scratch, output, mut held) = held_with("goes-on", on, to_savepoint);
        held.interrupt();
        held.wait_for(STOPPING);
        held.release();
        let (code, told) = held.end();
        assert_eq!(code, Some(130), "{told}");
        assert!(told.contains("wrote nothing yet") && told.contains("; go on with `run --from"));
        assert_untouched(&output);
        let left = names(&scratch);
        assert_eq!(left.len(), 4, "the part that is prepared, and the savepoint: {left:?}");
        assert_eq!(left[1..], ["a.savepoint", "in.csv", "out.jsonl"]);

        let (input, savepoint) = (scratch.path("in.csv"), scratch.path("a.savepoint"));
        let fixed = ["run", "--case", "holding", "--input", &input, "--output", &output];
        let on_from = ["--from", &savepoint];
        let ran = run(PROGRAM, &[&fixed[..], &on_from, next.chosen()].concat());
        assert!(ran.status.success(), "{}", text(&ran.stderr));
        assert_eq!(names(&scratch), ["a.savepoint", "in.csv", "out.jsonl"]);
        let lines = fs::read_to_string(&output).expect("the run ended well");
        let mut numbers: Vec<u64> =
            lines.lines().map(|line| line.parse().expect("each line is whole")).collect();
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..1_000_000), "each number came once");
    }
}

#[test]
fn a_second_interrupt_leaves_no_savepoint() {
    for on in On::ALL {
        let (scratch, output, mut held) = held_with("aborted-with-savepoint", on, to_savepoint);
        for words in ["stopping", "aborting"] {
            held.interrupt();
            held.wait_for(words);
        }
        held.release();
        held.wait_for("nothing was written");
        assert_eq!(held.end().0, Some(130));
        assert_untouched(&output);
        assert_eq!(names(&scratch), ["in.csv", "out.jsonl"]);
    }
}
