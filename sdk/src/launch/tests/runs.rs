//! Runs that end well and otherwise: what is told, what is written, how the program exits.

use super::{Build, Captured, Options, Script, direct, launched, numbers, pretended_round};
use crate::graph::ReadSpec;
use crate::launch::Program;
use crate::launch::console::{Console, Device};
use crate::runner::Runner;
use crate::{
    Boundedness, Read, Result, RoundProgress, RunEvent, Sequence, Timestamp, generate_sequence,
};
use std::io::{self, ErrorKind};

#[test]
fn a_run_exits_by_how_it_ended() {
    for (script, code, result, remark) in [
        (Script::Done, 0, "done in", ""),
        (Script::Interrupted, 130, "interrupted after", ""),
        (Script::Failed, 1, "", "error: `Divide` failed\nnothing was written\n"),
        (
            Script::FailedAfterACommit,
            1,
            "",
            "error: the disk is full\nbefore that, the run wrote out: 1,100 elements\n",
        ),
        (Script::Aborted, 130, "", "error: the run was aborted\nnothing was written\n"),
    ] {
        let (exit, captured) = launched(direct(script), numbers, "run");
        assert_eq!(exit.code(), code, "{script:?}");
        assert!(captured.results().contains(result), "{script:?}: {}", captured.results());
        assert!(captured.remarks().ends_with(remark), "{script:?}: {}", captured.remarks());
        let mut told = false;
        let _exit = exit.then(|summary| told = summary.result.dropped().total() == 100);
        assert_eq!(told, code == 0, "{script:?}: only a run that is done has a summary");
    }
}

#[test]
fn a_summary_tells_counts_output_drops_and_bad_rows() {
    let (_, captured) = launched(direct(Script::Done), numbers, "run --direct.seed 7");
    let results = captured.results();
    let lines: Vec<&str> = results.lines().collect();
    let heading: Vec<&str> = lines[0].split_whitespace().collect();
    assert_eq!(
        heading.join(" "),
        "step in out dropped late dropped closed bad rows dead letters",
        "no late panes, so no column of them"
    );
    for line in [
        "wrote out7: 1,100 elements",
        "dropped 100 elements: 99 late (behind their window's allowed lateness), 1 closed (after \
         their window's trigger had finished)",
    ] {
        assert!(lines.contains(&line), "{line}: {results}");
    }
    assert!(results.contains("rejected 4 rows: 4 in `"), "{results}");
    assert!(results.contains("failed on 2 elements: 2 in `"), "{results}");
    assert!(results.contains(": 1,200 elements read, "), "{results}");

    let (_, captured) = launched(direct(Script::Interrupted), numbers, "run");
    let open = "12 windows stayed open, 5 of them with elements that no pane has shown";
    assert!(captured.results().contains(open), "{}", captured.results());
}

/// An unbounded source whose watermark only moves at its end.
struct Unwatched;

impl Read for Unwatched {
    type Element = u64;
    type Restriction = <Sequence as Read>::Restriction;
    type Reader = <Sequence as Read>::Reader;

    fn spec(&self) -> ReadSpec {
        ReadSpec { boundedness: Boundedness::Unbounded, ..ReadSpec::bounded("numbers") }
    }

    fn split(&self) -> Result<Vec<Self::Restriction>> {
        generate_sequence(0..9).split()
    }

    fn open(&self, restriction: Self::Restriction) -> Result<Self::Reader> {
        generate_sequence(0..9).open(restriction)
    }
}

#[test]
fn bad_rows_and_warnings_are_told_and_the_run_goes_on() {
    let build: Build<Options> = |pipeline, _| {
        pipeline.read(Unwatched).timestamps(|n| Timestamp::secs(*n as i64)).collect();
        Ok(())
    };
    let (exit, captured) = launched(direct(Script::Done), build, "run");
    let remarks = captured.remarks();
    assert_eq!(exit.code(), 0, "{remarks}");
    assert!(remarks.starts_with("warning["), "{remarks}");
    assert!(remarks.ends_with("warning: `Read` rejected a.csv:7: no such month\n"), "{remarks}");

    let (exit, captured) = launched(direct(Script::Done), build, "check");
    assert_eq!(exit.code(), 0);
    assert!(
        captured.results().contains("direct: ok, 1 warning: it has all "),
        "{}",
        captured.results()
    );
}

#[test]
fn events_are_lines_of_json_and_the_last_says_how_it_ended() {
    let file = std::env::temp_dir().join(format!("heliostat-events-{}.jsonl", std::process::id()));
    for (script, outcome, kinds) in [
        (Script::Done, "done", vec!["bad_row", "progress", "round", "written", "finished"]),
        (Script::Failed, "failed", vec!["bad_row", "progress", "round", "finished"]),
        (Script::Interrupted, "interrupted", vec!["bad_row", "progress", "round", "finished"]),
        (Script::CaughtUp, "stopped", vec!["bad_row", "progress", "round", "finished"]),
        (Script::Aborted, "interrupted", vec!["bad_row", "progress", "round", "finished"]),
    ] {
        let command_line = format!("run --events {}", file.display());
        let (_, captured) = launched(direct(script), numbers, &command_line);
        let text = std::fs::read_to_string(&file).expect("the run wrote its events");
        let events: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("each line is JSON"))
            .collect();
        let told: Vec<&str> = events.iter().filter_map(|event| event["event"].as_str()).collect();
        assert_eq!(told, kinds, "{script:?}: {}", captured.remarks());
        let last = events.last().expect("there is a last line");
        assert_eq!(last["outcome"], outcome);
        assert!(last["seconds"].is_f64(), "{last}");
    }
    std::fs::remove_file(&file).expect("the last run wrote it");
}

#[test]
fn a_round_is_one_line_with_rates_and_sums() {
    let file = std::env::temp_dir().join(format!("heliostat-round-{}.jsonl", std::process::id()));
    let command_line = format!("run --events {}", file.display());
    let (exit, _) = launched(direct(Script::Done), numbers, &command_line);
    assert_eq!(exit.code(), 0);
    let text = std::fs::read_to_string(&file).expect("the run wrote its events");
    let line = text.lines().find(|line| line.contains("\"round\"")).expect("there is a round");
    let told: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
    let want = serde_json::json!({
        "event": "round",
        "round": 3,
        "elements": 1_000,
        "elements_per_second": 400_000,
        "processed": 4_000,
        "processed_per_second": 1_600_000,
        "watermark": "MIN",
        "reads": [
            { "step": "Read", "elements": 900, "bad_rows": 4, "watermark": "1970-01-01T00:01:30Z" },
            { "step": "Read 2", "elements": 100, "bad_rows": 0, "watermark": "1970-01-01T00:01:30Z" },
        ],
        "state_rows": 42,
        "state_bytes": 2_048,
        "state": [
            { "step": "Sum", "rows": 40, "bytes": 2_048, "watermark": "MIN" },
            { "step": "Count", "rows": 2, "bytes": null, "watermark": "MIN" },
        ],
        "dropped": { "late": 2, "closed": 1 },
        "read_micros": 1_500,
        "settle_micros": 750,
        "commit_micros": 250,
    });
    assert_eq!(told, want, "{line}");

    // Whoever reads the file in Rust gets back what was told.
    let read: RunEvent = serde_json::from_str(line).expect("it is an event");
    let watermark = Timestamp::secs(90);
    assert_eq!(read, RunEvent::Round(pretended_round(watermark)));
    std::fs::remove_file(&file).expect("the run wrote it");
}

#[test]
fn a_round_without_duration_has_a_rate_all_the_same() {
    let round = pretended_round(Timestamp::MIN);
    let at_once = RoundProgress { read_micros: 0, settle_micros: 0, commit_micros: 0, ..round };
    assert_eq!((at_once.micros(), at_once.elements_per_second()), (0, 1_000_000_000));
    let endless = RoundProgress { processed: u64::MAX, ..at_once };
    assert_eq!(endless.processed_per_second(), u64::MAX);
}

/// A stream that takes nothing.
struct Closed(ErrorKind);

impl io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_left_is_no_failure_and_a_full_disk_is() {
    for (kind, code) in [(ErrorKind::BrokenPipe, 0), (ErrorKind::StorageFull, 1)] {
        for command_line in ["run", "graph", "runners", "check", "matrix", "--help"] {
            let console =
                Console::new(Box::new(Closed(kind)), Box::new(Closed(kind)), Device::File);
            let runners = direct(Script::Done);
            let runners =
                runners.into_iter().map(|runner| Box::new(runner) as Box<dyn Runner>).collect();
            let program = Program { name: "numbers", runners, console };
            let args = command_line.split_whitespace().map(Into::into);
            let exit = program.launch(numbers, args);
            assert_eq!(exit.code(), code, "{command_line}");
        }
    }
}

#[test]
fn nothing_is_drawn_where_nobody_looks_on() {
    let captured = Captured::default();
    assert_eq!(captured.console().remarks_on(), Device::File);
    let (_, captured) = launched(direct(Script::Done), numbers, "run");
    assert!(!captured.remarks().contains('\r'), "{}", captured.remarks());
}
