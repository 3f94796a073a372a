//! Each decision of model.md 0.3 and each numbered case of its section 12 is shown by a file that says so.

use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use heliostat_conformance::case::Case;
use heliostat_conformance::cases;

/// The decisions about windows, triggers, panes, lateness, combines, state, timers and side inputs.
const DECISIONS: [u32; 34] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
    27, 30, 31, 32, 33, 34, 35, 36,
];

/// Decisions that no case of this kind can show, and what they are about.
const ELSEWHERE: [(u32, &str); 2] = [(28, "the wire"), (29, "the wire")];

const LAST_DECISION: u32 = 36;

/// The cases of tiers 1 to 5, and those of tier 6 about state, timers, side inputs and `DoFn`s.
const CASES: RangeInclusive<u32> = 1..=108;

/// Cases that were put between others.
const BETWEEN: [&str; 2] = ["56b", "78b"];

/// Cases that a test of code shows: the file, seen from the root of the repository, and the test.
const IN_CODE: [(&str, &str, &str); 4] = [
    ("59", "sdk/src/window/pane.rs", "fn every_form_survives_the_wire_and_both_kinds_of_serde"),
    ("106", "tests/src/checks/lifecycle.rs", "fn order("),
    ("107", "tests/src/checks/outputs.rs", "fn dead_letters("),
    ("108", "tests/src/checks/timestamps.rs", "fn skew("),
];

fn from(case: &Case) -> &str {
    case.from.as_deref().unwrap_or_default()
}

/// The decisions that a text names: each `S` with a number behind it.
fn decisions_in(text: &str) -> BTreeSet<u32> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter_map(|word| word.strip_prefix('S')?.parse().ok()).collect()
}

/// The case numbers that a text names: all behind `case` or `cases` up to the first other word.
fn cases_in(text: &str) -> BTreeSet<&str> {
    let words: Vec<&str> = text.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect();
    let starts = words.iter().enumerate().filter(|(_, word)| ["case", "cases"].contains(*word));
    let numbers = starts.flat_map(|(at, _)| {
        let behind = words[at + 1..].iter().filter(|word| **word != "and");
        behind.take_while(|word| is_case_number(word)).copied()
    });
    numbers.collect()
}

fn is_case_number(word: &str) -> bool {
    let digits = word.strip_suffix('b').unwrap_or(word);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The decision at the end of a file's name, as in `lateness/leftover-at-gc-s3`.
fn decision_of_name(name: &str) -> Option<u32> {
    name.rsplit_once("-s")?.1.parse().ok()
}

#[test]
fn a_text_names_what_it_is_from() {
    let rows: [(&str, &[u32], &[&str]); 6] = [
        ("model.md case 1 [REF]; decisions S1 and S2", &[1, 2], &["1"]),
        ("model.md cases 88 and 56b [PY]", &[], &["56b", "88"]),
        ("model.md case 75, 3.5 row 1 [JT]", &[], &["75"]),
        ("model.md section 8; case 88, as case 61", &[], &["61", "88"]),
        ("model.md case 44 and 4.3 [JT]", &[], &["44"]),
        ("model.md 3.2; SDK, decision S36 [own]", &[36], &[]),
    ];
    for (text, decisions, numbers) in rows {
        assert_eq!(decisions_in(text), decisions.iter().copied().collect(), "{text}");
        assert_eq!(cases_in(text), numbers.iter().copied().collect(), "{text}");
    }
}

#[test]
fn every_decision_has_a_case_named_after_it() {
    let mut missing = Vec::new();
    for decision in DECISIONS {
        let named = |case: &&Case| decision_of_name(&case.name) == Some(decision);
        if !cases().iter().any(|case| decisions_in(from(case)).contains(&decision)) {
            missing.push(format!("S{decision}: in no `from` line"));
        }
        if cases().iter().find(named).is_none() {
            missing.push(format!("S{decision}: no file's name ends in -s{decision}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn a_case_named_after_a_decision_is_from_it() {
    for case in cases() {
        if let Some(decision) = decision_of_name(&case.name) {
            let named = decisions_in(from(case)).contains(&decision);
            assert!(named, "{}: its `from` line does not name S{decision}", case.name);
        }
    }
}

#[test]
fn every_decision_is_shown_here_or_elsewhere() {
    let elsewhere = ELSEWHERE.iter().map(|(decision, _)| *decision);
    let known: BTreeSet<u32> = DECISIONS.into_iter().chain(elsewhere).collect();
    assert_eq!(known, (1..=LAST_DECISION).collect());
    for case in cases() {
        let unknown: Vec<u32> = decisions_in(from(case)).difference(&known).copied().collect();
        assert!(unknown.is_empty(), "{}: there is no decision {unknown:?}", case.name);
    }
}

#[test]
fn every_numbered_case_is_shown() {
    let shown: BTreeSet<&str> = cases().iter().flat_map(|case| cases_in(from(case))).collect();
    let numbers = CASES.map(|number| number.to_string());
    let all = numbers.chain(BETWEEN.map(String::from));
    let in_code = |number: &str| IN_CODE.iter().any(|(it, _, _)| *it == number);
    let missing: Vec<String> =
        all.filter(|number| !shown.contains(number.as_str()) && !in_code(number)).collect();
    assert!(missing.is_empty(), "no case file is from case {}", missing.join(", "));
}

#[test]
fn the_tests_that_show_a_numbered_case_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (number, file, test) in IN_CODE {
        let text = fs::read_to_string(root.join(file)).expect("the repository holds it");
        assert!(text.contains(test), "case {number}: {file} has no `{test}`");
    }
}
