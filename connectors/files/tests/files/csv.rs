//! Comma-separated values.

use crate::bundles::{bundles, read};
use crate::scratch::Scratch;
use heliostat::{Read, Timestamp};
use heliostat_files::csv;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sale {
    at: Timestamp,
    shop: String,
    euros: i32,
    rebate: Option<f64>,
    #[serde(default)]
    paid: bool,
}

fn sale(secs: i64, shop: &str, euros: i32) -> Sale {
    Sale { at: Timestamp::secs(secs), shop: shop.into(), euros, rebate: None, paid: false }
}

const HEADER: &str = "shop,at,euros,rebate,paid\n";

#[test]
fn a_row_is_read_by_the_names_in_the_header() {
    let scratch = Scratch::new("csv-rows");
    let full = Sale { rebate: Some(0.5), paid: true, ..sale(60, "A", 7) };
    let at = "1970-01-01T00:01:00Z";
    for (text, rows) in [
        (format!("{HEADER}A,{at},7,0.5,true\n"), vec![full.clone()]),
        (format!("{HEADER}A,{at},7,0.5,true"), vec![full.clone()]),
        (format!("\u{feff}{HEADER}A,{at},7,0.5,true"), vec![full.clone()]),
        (format!("{HEADER}A,{at},7,0.5,true\n").replace('\n', "\r\n"), vec![full.clone()]),
        (format!("euros,extra,at,shop\n7,,{at},A\n"), vec![sale(60, "A", 7)]),
        (
            format!("euros,at,shop\n\n7,{at},A\n\n\n8,{at},B\n\n"),
            vec![sale(60, "A", 7), sale(60, "B", 8)],
        ),
        (format!("\n\neuros,at,shop\n7,{at},A"), vec![sale(60, "A", 7)]),
        (
            format!("\"euros\",at,\"shop\"\n\"7\",{at},\"A, \"\"B\"\"\"\n"),
            vec![sale(60, "A, \"B\"", 7)],
        ),
        (format!("euros,at,shop\n7,{at},\n8,{at},\"\"\n"), vec![sale(60, "", 7), sale(60, "", 8)]),
        (format!("euros,at,shop\n7,{at},a \"b\" c\n"), vec![sale(60, "a \"b\" c", 7)]),
        (format!("euros,at,shop\n7,{at},\"a\"b\"\n"), vec![sale(60, "ab\"", 7)]),
        (String::new(), vec![]),
        ("\u{feff}".into(), vec![]),
        ("\n\r\n".into(), vec![]),
        (HEADER.into(), vec![]),
        (HEADER.trim_end().into(), vec![]),
    ] {
        let source = csv::<Sale>(scratch.file("a.csv", &text));
        assert_eq!(read(&source).unwrap(), (rows, vec![]), "{text:?}");
    }
}

#[test]
fn a_bad_row_says_its_line_and_what_was_expected() {
    let scratch = Scratch::new("csv-bad");
    for (row, reason) in [
        ("A,MIN,x,,true", "field `euros`: `x` is not a whole number"),
        ("A,MIN,,,true", "field `euros` is empty, and not a whole number"),
        ("A,MIN,3000000000,,true", "field `euros`: `3000000000` is out of range"),
        ("A,MIN,1,x,true", "field `rebate`: `x` is not a number"),
        ("A,MIN,1,,yes", "field `paid`: `yes` is not true or false"),
        ("A,noon,1,,true", "field `at`: `noon` is not a timestamp: premature end of input"),
        ("A,MIN,1,", "the row has 4 fields, and the header 5"),
        ("A", "the row has 1 field, and the header 5"),
        ("A,MIN,1,,true,", "the row has 6 fields, and the header 5"),
    ] {
        let text = format!("{HEADER}A,MIN,1,,true\n{row}\nB,MIN,2,,true\n");
        let (rows, bad) = read(&csv::<Sale>(scratch.file("a.csv", &text))).unwrap();
        assert_eq!(rows.len(), 2, "{row}");
        assert_eq!(bad, [(3, reason.to_owned())], "{row}");
    }
}

#[test]
fn a_quote_spoils_only_the_lines_it_stands_on() {
    let scratch = Scratch::new("csv-quotes");
    let help = "use `.multi_line()` if values hold line breaks";
    let open = |field| format!("field `{field}`: its quote is not closed on this line; {help}");
    let close = |field| format!("field `{field}`: its quote is not opened on this line; {help}");
    let count = |found| format!("the row has {found} fields, and the header 3");
    for (rows, want) in [
        ("1,\"a\n2,b,x\n", vec![(3, open("word"))]),
        ("1,\"a\nb\",x\n", vec![(3, open("word")), (4, close("id"))]),
        // The second half has as many fields as a row.
        ("1,x,\"a\nb\",x,x\n", vec![(3, open("other")), (4, close("id"))]),
        ("1,x,\"a, b\nc,d, \"\"e\"\"\"\n", vec![(3, open("other")), (4, close("other"))]),
        ("1,\"a\n2,b,x\nc\",x\n", vec![(3, open("word")), (5, close("id"))]),
        (
            "1,x,\"a\nb,c\nd\n\"\n",
            vec![
                (3, open("other")),
                (4, count(2)),
                (5, "the row has 1 field, and the header 3".into()),
                (6, open("id")),
            ],
        ),
        ("1,5\",x\n", vec![(3, close("word"))]),
        ("1,5\" wide,\"a\" b\n", vec![]),
        ("1,a \"b\",\"\"\n", vec![]),
    ] {
        let text = format!("id,word,other\n0,x,x\n{rows}9,x,x\n");
        let source = csv::<(u8, String, String)>(scratch.file("a.csv", &text));
        let (good, bad) = read(&source).unwrap();
        assert_eq!(bad, want, "{rows:?}");
        assert_eq!(good.len() + bad.len(), text.lines().count() - 1, "{rows:?}");
        assert_eq!(good.last().map(|row| row.0), Some(9), "{rows:?}");
    }
}

#[test]
fn multi_line_values_keep_their_breaks_and_count_their_lines() {
    let scratch = Scratch::new("csv-multi");
    let text = "id,\"the\nword\"\r\n1,\"a\r\n\r\nb\"\"\"\r\n2,\"c\nd\"\r\nx,e\n3,\"f\n4,g\n";
    let source = csv::<(u8, String)>(scratch.file("a.csv", text)).multi_line();
    let (rows, bad) = read(&source).unwrap();
    let word = |id, word: &str| (id, word.to_owned());
    assert_eq!(rows, [word(1, "a\r\n\r\nb\""), word(2, "c\nd"), word(4, "g")]);
    assert_eq!(
        bad,
        [
            (8, "field `id`: `x` is not a whole number".to_owned()),
            (9, "field `the\nword`: its quote is never closed".to_owned()),
        ]
    );
}

#[test]
fn bytes_that_are_no_text_are_a_bad_row() {
    let scratch = Scratch::new("csv-utf8");
    let path = scratch.file("a.csv", b"id,word\n1,a\n2,\xFF\n3,b\n");
    let (rows, bad) = read(&csv::<(u8, String)>(path)).unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(bad, [(3, "the line is not UTF-8: its byte 3 is no character".to_owned())]);
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Colour {
    Red,
    Green,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Painted {
    colour: Colour,
    weight: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Narrow {
    a: u8,
}

#[test]
fn a_header_that_does_not_fit_fails_before_any_row() {
    let scratch = Scratch::new("csv-header");
    let help = "\n  help: rename the column, or mark the field `#[serde(rename = \"..\")]` or \
                `#[serde(default)]`";
    let failure = |error: heliostat::Error| scratch.strip(&error.to_string());
    for (text, message) in [
        (
            "at,shop\n",
            format!(
                "a.csv:1: the header lacks `euros`, which `Sale` needs; it has `at`, \
                 `shop`{help}"
            ),
        ),
        (
            "\nwhen,euros\nx,y\n",
            format!(
                "a.csv:2: the header lacks `at`, `shop`, which `Sale` needs; it has `when`, \
                 `euros`{help}"
            ),
        ),
        ("at,shop,euros,at\n", "a.csv:1: the header has a duplicate field `at`".into()),
        (
            "at,\"shop,euros\nMIN,A,1\n",
            "a.csv:1: field 2: its quote is not closed on this line; use `.multi_line()` if values \
             hold line breaks"
                .into(),
        ),
    ] {
        let source = csv::<Sale>(scratch.file("a.csv", text));
        assert_eq!(failure(source.split().unwrap_err()), message, "{text:?}");
    }

    let narrow = csv::<Narrow>(scratch.file("a.csv", "a,b\n1,2\n")).split().unwrap_err();
    assert_eq!(
        failure(narrow),
        "a.csv:1: the header does not fit `Narrow`: unknown field `b`, expected `a`"
    );

    // No made-up value is a colour, so that the first row has to tell.
    let painted = csv::<Painted>(scratch.file("a.csv", "colour\nRed\n")).split().unwrap_err();
    assert_eq!(
        failure(painted),
        format!("a.csv:1: the header lacks `weight`, which `Painted` needs; it has `colour`{help}")
    );
    let bytes = csv::<Sale>(scratch.file("a.csv", b"a,\xFF\n")).split().unwrap_err();
    assert_eq!(failure(bytes), "a.csv:1: the line is not UTF-8: its byte 3 is no character");
}

#[test]
fn a_strict_read_fails_at_its_first_bad_row() {
    let scratch = Scratch::new("csv-strict");
    let text = format!("{HEADER}A,MIN,1,,true\nA,MIN,x,,true\n");
    let error = read(&csv::<Sale>(scratch.file("a.csv", text)).strict()).unwrap_err();
    assert_eq!(
        scratch.strip(&error.to_string()),
        "a.csv:3: field `euros`: `x` is not a whole number"
    );
}

#[test]
fn a_bundle_ends_at_a_thousand_bad_rows() {
    let scratch = Scratch::new("csv-many-bad");
    let text = format!("id,word\n{}1,a\n", "x\n".repeat(2_500));
    let source = csv::<(u8, String)>(scratch.file("a.csv", text));
    let counts: Vec<_> = bundles(&source, 10_000)
        .unwrap()
        .iter()
        .map(|bundle| (bundle.rows.len(), bundle.bad.len()))
        .collect();
    assert_eq!(counts, [(0, 1_000), (0, 1_000), (1, 500)]);
}
