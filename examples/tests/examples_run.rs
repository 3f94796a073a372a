//! Every example runs, and says and writes what it should.

#[path = "programs/laws.rs"]
mod laws;
#[path = "programs/program.rs"]
mod program;

use program::{Scratch, data, run, text};
use std::fs;

/// The standard output of a run that must succeed.
#[track_caller]
fn told(program: &str, arguments: &[&str]) -> String {
    let ran = run(program, arguments);
    assert!(ran.status.success(), "{arguments:?}: {}", text(&ran.stderr));
    text(&ran.stdout)
}

#[track_caller]
fn assert_ends(told: &str, words: &[&str]) {
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[lines.len().saturating_sub(words.len())..], *words, "{told}");
}

fn sorted_lines(path: &str) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a run that succeeds writes its output");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn flight_delays() {
    let scratch = Scratch::new("flight-delays");
    let (input, output) = (data("flights-20k.csv"), scratch.path("flights.jsonl"));
    let arguments = ["run", "--runner", "direct", "--input", &input, "--output", &output];
    let trusting = [&arguments[..], &["--direct.trusting"]].concat();
    let words = [
        "905 late panes, 0 flights too late",
        "longest mean delays, of airports with at least 100 flights:",
        "  JFK: 16.2 minutes over 200 flights",
        "  SEA: 13.3 minutes over 339 flights",
        "  SMF: 13.1 minutes over 121 flights",
        "  MIA: 13.1 minutes over 294 flights",
        "  BOS: 12.5 minutes over 369 flights",
    ];
    assert_ends(&told(env!("CARGO_BIN_EXE_flight-delays"), &trusting), &words);
    assert_eq!(sorted_lines(&output).len(), 17_641);
    assert_ends(&told(env!("CARGO_BIN_EXE_flight-delays"), &arguments), &words[1..]);
}

#[test]
fn word_count() {
    let scratch = Scratch::new("word-count");
    let (input, output) = (data("old-mill.txt"), scratch.path("words.txt"));
    let arguments = ["run", "--input", &input, "--output", &output];
    let told = told(env!("CARGO_BIN_EXE_word-count"), &arguments);
    let words = ["  the: 26", "  and: 9", "  it: 7", "  a: 5", "  in: 5"];
    assert_ends(&told, &[&["the most frequent of 109 words:"][..], &words].concat());

    let counts = sorted_lines(&output);
    assert_eq!(counts.len(), 109);
    let count = |line: &String| -> u64 {
        let (_, count) = line.split_once(": ").expect("a word and its count");
        count.parse().expect("a number")
    };
    let letters = |c: char| !c.is_alphabetic();
    let text = fs::read_to_string(&input).expect("the text is there");
    let words = text.split(letters).filter(|word| !word.is_empty()).count();
    assert_eq!(counts.iter().map(count).sum::<u64>(), words as u64);
    assert!(counts.contains(&"river: 4".to_owned()), "{counts:?}");
}

#[test]
fn dead_letters() {
    let scratch = Scratch::new("dead-letters");
    let (input, output) = (data("readings.csv"), scratch.path("temperatures.jsonl"));
    let rejected = scratch.path("rejected.jsonl");
    let arguments = ["run", "--input", &input, "--output", &output, "--rejected", &rejected];
    let ran = run(env!("CARGO_BIN_EXE_dead-letters"), &arguments);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    assert_eq!(text(&ran.stderr).matches("warning: `Read` rejected").count(), 2);
    let told = text(&ran.stdout);
    assert!(told.contains("rejected 2 rows: 2 in `Read`"), "{told}");
    assert_eq!(
        sorted_lines(&output),
        [
            r#"{"station":"airport","celsius":12.0}"#,
            r#"{"station":"airport","celsius":12.5}"#,
            r#"{"station":"harbour","celsius":11.0}"#,
            r#"{"station":"harbour","celsius":11.5}"#,
            r#"{"station":"hill","celsius":10.0}"#,
            r#"{"station":"hill","celsius":5.0}"#,
        ]
    );
    assert_eq!(
        sorted_lines(&rejected),
        [
            r#"{"what":"line 6","why":"field `degrees`: `eleven` is not a number"}"#,
            r#"{"what":"line 9","why":"the row has 2 fields, and the header 3"}"#,
            r#"{"what":"station airport","why":"there is no unit `K`"}"#,
            r#"{"what":"station quarry","why":"130.0 degrees is nowhere on earth"}"#,
        ]
    );
}

#[test]
fn custom_source() {
    let words = [
        "1970-01-01T00:00:00Z to 1970-01-01T06:00:00Z: 6.8 degrees",
        "1970-01-01T06:00:00Z to 1970-01-01T12:00:00Z: 13.2 degrees",
        "1970-01-01T12:00:00Z to 1970-01-01T18:00:00Z: 13.2 degrees",
        "1970-01-01T18:00:00Z to 1970-01-02T00:00:00Z: 6.8 degrees",
    ];
    for arguments in [&["run"][..], &["run", "--direct.trusting"], &["run", "--direct.seed", "1"]] {
        assert_ends(&told(env!("CARGO_BIN_EXE_custom-source"), arguments), &words);
    }
    let arguments = ["run", "--minutes", "60"];
    let hour = ["1970-01-01T00:00:00Z to 1970-01-01T06:00:00Z: 5.1 degrees"];
    assert_ends(&told(env!("CARGO_BIN_EXE_custom-source"), &arguments), &hour);
}

/// The sums of each figure, in the order in which they come; at one moment,
/// windows in order.
const FIGURES: [(&str, &[&str]); 9] = [
    ("6", &["51 ON_TIME"]),
    ("7", &["12 EARLY", "22 EARLY", "33 EARLY", "51 EARLY"]),
    ("8", &["12 EARLY", "10 EARLY", "11 EARLY", "18 EARLY"]),
    ("9", &["12 EARLY", "7 EARLY", "11 EARLY", "12 EARLY", "9 EARLY"]),
    ("10", &["14 ON_TIME", "22 ON_TIME", "3 ON_TIME", "12 ON_TIME"]),
    (
        "11",
        &[
            "5 EARLY", "7 EARLY", "14 EARLY", "3 EARLY", "22 EARLY", "3 EARLY", "14 EARLY",
            "12 EARLY",
        ],
    ),
    ("12", &["5 ON_TIME", "22 ON_TIME", "3 ON_TIME", "14 LATE", "12 ON_TIME"]),
    (
        "13",
        &[
            "5 EARLY",
            "7 EARLY",
            "5 ON_TIME",
            "14 EARLY",
            "3 EARLY",
            "22 ON_TIME",
            "3 EARLY",
            "3 ON_TIME",
            "14 LATE",
            "12 EARLY",
            "12 ON_TIME",
        ],
    ),
    (
        "14",
        &[
            "5 EARLY",
            "7 EARLY",
            "5 ON_TIME",
            "10 EARLY",
            "25 EARLY",
            "3 EARLY",
            "25 ON_TIME",
            "39 LATE",
            "12 EARLY",
            "12 ON_TIME",
        ],
    ),
];

#[test]
fn late_scores() {
    let program = env!("CARGO_BIN_EXE_late-scores");
    for (figure, sums) in FIGURES {
        let told = told(program, &["run", "--figure", figure]);
        let lines = told.lines().skip_while(|line| !line.starts_with("figure ")).skip(1);
        let got: Vec<&str> = lines.filter_map(|line| Some(line.split_once(": ")?.1)).collect();
        assert_eq!(got, sums, "figure {figure}:\n{told}");
    }
    let streaming = told(program, &["run"]);
    let late = "\n  12:08:20  12:00:00 to 12:02:00: 14 LATE\n";
    assert!(streaming.contains(late), "{streaming}");
}

#[test]
fn side_join() {
    let program = env!("CARGO_BIN_EXE_side-join");
    let of_harbour = [
        "minute 0: harbour 11.5, read as 11.5",
        "minute 3: harbour 11.7, read as 11.7",
        "minute 5: harbour 9.9, read as 11.9",
        "minute 9: harbour 10.3, read as 11.8",
    ];
    let all = told(program, &["run"]);
    assert_eq!(all.matches("minute ").count(), 5, "{all}");
    assert!(all.contains("minute 2: airport 12.0, read as 12.0\n"), "{all}");
    assert_ends(&told(program, &["run", "--station", "harbour"]), &of_harbour);
}

#[test]
fn sessions() {
    let input = data("page-views.csv");
    let program = env!("CARGO_BIN_EXE_sessions");
    let words = [
        "ada from 2024-05-06T09:00:00Z: 3 page views in 35m, ON_TIME",
        "ada from 2024-05-06T09:00:00Z: 4 page views in 58m, LATE",
        "ada from 2024-05-06T10:35:00Z: 3 page views in 30m, LATE",
        "ada from 2024-05-06T11:00:00Z: 2 page views in 5m, ON_TIME",
        "bob from 2024-05-06T09:05:00Z: 2 page views in 28m, ON_TIME",
        "bob from 2024-05-06T10:40:00Z: 2 page views in 10m, ON_TIME",
        "bob from 2024-05-06T12:30:00Z: 1 page view in 0s, ON_TIME",
        "eve from 2024-05-06T09:20:00Z: 4 page views in 54m, ON_TIME",
        "eve from 2024-05-06T11:40:00Z: 1 page view in 0s, ON_TIME",
        "1 page views too late",
    ];
    assert_ends(&told(program, &["run", "--input", &input]), &words);

    let arguments = ["run", "--input", &input, "--gap", "10h", "--lateness", "10h"];
    let told = told(program, &arguments);
    assert!(told.contains("\nbob from 2024-05-06T08:00:00Z: 6 page views in 4h30m, "), "{told}");
    assert_ends(&told, &["0 page views too late"]);
}

#[test]
fn custom_window() {
    let words = [
        "signals by business day:",
        "  555-1 [2024-05-03T00:00:00Z,2024-05-04T00:00:00Z): 5",
        "  555-2 [2024-05-04T00:00:00Z,2024-05-06T00:00:00Z): 3",
        "  555-2 [2024-05-06T00:00:00Z,2024-05-07T00:00:00Z): 1",
        "signals by call:",
        "  555-1 [2024-05-03T09:00:00Z,2024-05-03T09:03:30.001Z): 3",
        "  555-1 [2024-05-03T09:04:00Z,2024-05-03T09:12:00Z): 2",
        "  555-2 [2024-05-04T20:01:00Z,2024-05-04T20:01:10.001Z): 2",
        "  555-2 [2024-05-05T08:00:00Z,2024-05-05T08:05:00Z): 1",
        "  555-2 [2024-05-06T08:00:00Z,2024-05-06T08:05:00Z): 1",
    ];
    assert_ends(&told(env!("CARGO_BIN_EXE_custom-window"), &["run"]), &words);
}

#[test]
fn dedupe() {
    let words = [
        "2024-05-06T09:00:00Z p1: 2500 cents",
        "2024-05-06T09:00:20Z p2: 990 cents",
        "2024-05-06T09:02:00Z p3: 12000 cents",
        "2024-05-06T09:03:00Z p4: 700 cents",
        "2024-05-06T10:00:00Z p1: 2500 cents",
        "2024-05-06T10:00:20Z p2: 990 cents",
        "2024-05-06T10:01:00Z p5: 4200 cents",
        "2024-05-06T10:02:00Z p3: 12000 cents",
        "2024-05-06T11:30:00Z p2: 990 cents",
        "6 sent again, 1 too late",
    ];
    let (program, input) = (env!("CARGO_BIN_EXE_dedupe"), data("payments.csv"));
    let arguments = ["run", "--input", &input, "--direct.trusting"];
    assert_ends(&told(program, &arguments), &words);

    // Whatever the seed, if none is too late.
    let text = fs::read_to_string(&input).expect("the payments are there");
    let words = laws::deduped(&text, 600);
    for seed in ["1", "2", "3"] {
        let arguments = ["run", "--input", &input, "--within", "10m", "--disorder", "2h"];
        let told = told(program, &[&arguments[..], &["--direct.seed", seed]].concat());
        assert_ends(&told, &words.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn rate_limit() {
    let input = data("flights-20k.csv");
    let text = fs::read_to_string(&input).expect("the flights are there");
    for most in [1, 2] {
        let words = laws::rate_limited(&text, most);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let arguments = ["run", "--input", &input, "--most", &most.to_string()];
        assert_ends(&told(env!("CARGO_BIN_EXE_rate-limit"), &arguments), &words);
    }
}
