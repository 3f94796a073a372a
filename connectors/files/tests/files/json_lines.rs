//! Lines of JSON as a source.

use crate::bundles::read;
use crate::scratch::Scratch;
use heliostat::Timestamp;
use heliostat_files::read_json_lines;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Ride {
    at: Timestamp,
    miles: u8,
    #[serde(default)]
    note: String,
}

fn ride(secs: i64, miles: u8, note: &str) -> Ride {
    Ride { at: Timestamp::secs(secs), miles, note: note.into() }
}

#[test]
fn a_line_is_a_value_and_an_empty_one_is_nothing() {
    let scratch = Scratch::new("json-lines");
    let text = "\u{feff}{\"at\":\"1970-01-01T00:01:00Z\",\"miles\":1}\r\n\n   \n\
                {\"miles\": 2, \"at\": \"MIN\", \"note\": \"a\\nb\", \"extra\": []}";
    let (rows, bad) = read(&read_json_lines::<Ride>(scratch.file("a.jsonl", text))).unwrap();
    let first = ride(60, 1, "");
    let second = Ride { at: Timestamp::MIN, ..ride(0, 2, "a\nb") };
    assert_eq!((rows, bad), (vec![first, second], vec![]));
}

#[test]
fn a_bad_line_says_which_field_and_where() {
    let scratch = Scratch::new("json-bad");
    for (line, reason) in [
        ("{", "EOF while parsing an object (column 1)"),
        ("x", "expected value (column 1)"),
        ("{\"miles\":1} {}", "missing field `at` (column 11)"),
        ("{\"at\":\"MIN\",\"miles\":1} 2", "trailing characters (column 24)"),
        (
            "{\"at\":\"MIN\",\"miles\":\"far\"}",
            "field `miles`: invalid type: string \"far\", expected u8 (column 25)",
        ),
        (
            "{\"at\":\"MIN\",\"miles\":300}",
            "field `miles`: invalid value: integer `300`, expected u8 (column 23)",
        ),
        (
            "{\"at\":\"noon\",\"miles\":1}",
            "field `at`: `noon` is not a timestamp: premature end of input (column 12)",
        ),
    ] {
        let text = format!("\n{line}\n");
        let (rows, bad) = read(&read_json_lines::<Ride>(scratch.file("a.jsonl", text))).unwrap();
        assert_eq!((rows, bad), (vec![], vec![(2, reason.to_owned())]), "{line}");
    }
}

#[test]
fn bytes_that_are_no_text_are_a_bad_row() {
    let scratch = Scratch::new("json-utf8");
    let path = scratch.file("a.jsonl", b"\"a\"\n\"\xFF\"\n\"b\"");
    let (rows, bad) = read(&read_json_lines::<String>(path)).unwrap();
    assert_eq!(rows, ["a", "b"]);
    assert_eq!(bad, [(2, "the line is not UTF-8: its byte 2 is no character".to_owned())]);
}
