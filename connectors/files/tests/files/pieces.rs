//! Large files, cut into pieces that are read on their own.

use crate::bundles::{bundles_from, read};
use crate::scratch::Scratch;
use heliostat::{Coder, Element, Read, Timestamp, bounded_disorder, catch_panic, secs};
use heliostat_files::{FilePiece, FileRead, Format, csv, read_json_lines, read_lines};
use proptest::prelude::*;
use std::fmt::Debug;
use std::path::Path;

/// Rows, and the line and reason of each bad one.
type Content<T> = (Vec<T>, Vec<(u64, String)>);

fn content<R: Read>(source: &R, pieces: Vec<R::Restriction>, limit: usize) -> Content<R::Element> {
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for piece in pieces {
        for bundle in bundles_from(source, piece, limit).expect("the file is there") {
            rows.extend(bundle.rows);
            bad.extend(bundle.bad.into_iter().map(|row| (row.line, row.reason)));
        }
    }
    (rows, bad)
}

fn split<R: Read>(source: &R) -> Vec<R::Restriction> {
    source.split().expect("the file is there")
}

/// A piece in the form that a savepoint has it in.
fn saved(piece: &FilePiece) -> FilePiece {
    let coder = Coder::<FilePiece>::of();
    coder.decode_one(&coder.encode_one(piece)).expect("what was encoded can be decoded")
}

/// Two pieces, of which the second one begins at `at`.
fn cut_at(whole: &FilePiece, at: u64) -> Vec<FilePiece> {
    let first = FilePiece { end: Some(at), ..whole.clone() };
    vec![first, FilePiece { offset: at, line: None, ..whole.clone() }]
}

/// Holds a file of `length` bytes to the same rows, however it is cut.
fn check<F: Format>(source: &FileRead<F>, length: u64, bytes: u64)
where
    F::Row: PartialEq + Debug,
{
    let whole = split(source);
    assert_eq!(whole.len(), 1, "a small file is one piece");
    let all = content(source, whole.clone(), 100);
    for at in 0..=length + 1 {
        // What lies behind the end cannot be opened, and is never a piece.
        let pieces = if length < at { whole.clone() } else { cut_at(&whole[0], at) };
        assert_eq!(content(source, pieces, 100), all, "cut at {at}");
    }
    let cut = source.clone().pieces_of(bytes);
    let pieces = split(&cut);
    let rest = length - pieces[0].offset;
    assert_eq!(pieces.len() as u64, (rest / bytes).max(1), "as many as there is room for");
    assert_eq!(content(&cut, pieces.clone(), 100), all, "pieces of {bytes} bytes");
    resume_everywhere(&cut, pieces);
}

/// Stops in each piece behind each row, and goes on from what a savepoint holds.
fn resume_everywhere<F: Format>(source: &FileRead<F>, pieces: Vec<FilePiece>)
where
    F::Row: PartialEq + Debug,
{
    for piece in pieces {
        let bundles = bundles_from(source, piece, 1).expect("the file is there");
        for (stop, bundle) in bundles.iter().enumerate() {
            let rest = bundles_from(source, saved(&bundle.position), 1).expect("it is still there");
            let rows = |bundles: &[crate::bundles::Bundle<F::Row, FilePiece>]| {
                let rows = bundles.iter().flat_map(|bundle| bundle.rows.clone());
                rows.collect::<Vec<_>>()
            };
            let bad = |bundles: &[crate::bundles::Bundle<F::Row, FilePiece>]| {
                let bad = bundles.iter().flat_map(|bundle| bundle.bad.clone());
                bad.collect::<Vec<_>>()
            };
            assert_eq!(rows(&rest), rows(&bundles[stop + 1..]), "from {:?}", bundle.position);
            assert_eq!(bad(&rest), bad(&bundles[stop + 1..]), "from {:?}", bundle.position);
        }
    }
}

/// Lines that mean something to some format, and how they end.
fn lines() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        2 => Just(String::new()),
        2 => Just("7,a".to_owned()),
        2 => Just("8,\"æ, 🌞\"".to_owned()),
        1 => Just("9,\"open".to_owned()),
        1 => Just("🌞".to_owned()),
        1 => Just("\"🌞\"".to_owned()),
        1 => Just("x\ry".to_owned()),
        1 => (1_usize..40).prop_map(|length| format!("1,{}", "l".repeat(length))),
        1 => (0_u32..1_000).prop_map(|number| number.to_string()),
    ];
    let end = prop_oneof![2 => Just("\n"), 1 => Just("\r\n")];
    let lines = prop::collection::vec((line, end), 0..12);
    let parts = (prop::bool::ANY, lines, prop::bool::ANY);
    parts.prop_map(|(is_marked, lines, has_last_end)| {
        let mut text = if is_marked { "\u{feff}" } else { "" }.to_owned();
        let count = lines.len();
        for (number, (line, end)) in lines.into_iter().enumerate() {
            text += &line;
            text += if number + 1 < count || has_last_end { end } else { "" };
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_pieces_of_a_text_have_its_lines(text in lines(), bytes in 1_u64..40) {
        let scratch = Scratch::new("pieces-text");
        check(&read_lines(scratch.file("a.txt", &text)), text.len() as u64, bytes);
    }

    #[test]
    fn the_pieces_of_a_csv_file_have_its_rows(text in lines(), bytes in 1_u64..40) {
        let scratch = Scratch::new("pieces-csv");
        let (mark, rows) = text.split_at(if text.starts_with('\u{feff}') { 3 } else { 0 });
        for header in ["id,word\n", "\r\n\"id\",word\r\n"] {
            let text = format!("{mark}{header}{rows}");
            let source = csv::<(u8, String)>(scratch.file("a.csv", &text));
            check(&source, text.len() as u64, bytes);
        }
    }

    #[test]
    fn the_pieces_of_json_lines_have_their_values(text in lines(), bytes in 1_u64..40) {
        let scratch = Scratch::new("pieces-json");
        let source = read_json_lines::<u32>(scratch.file("a.jsonl", &text));
        check(&source, text.len() as u64, bytes);
    }
}

#[test]
fn a_piece_has_the_lines_that_begin_in_it() {
    let scratch = Scratch::new("pieces-lines");
    for (text, bytes, pieces) in [
        // Cut behind a line break, and before it.
        ("ab\ncd\n", 3, vec![vec!["ab"], vec!["cd"]]),
        ("abc\nd\n", 3, vec![vec!["abc"], vec!["d"]]),
        // Within the break, and behind it.
        ("ab\r\ncd", 3, vec![vec!["ab"], vec!["cd"]]),
        ("a\r\nb\r\n", 3, vec![vec!["a"], vec!["b"]]),
        // A line that covers a piece.
        ("abcdefgh\ni", 3, vec![vec!["abcdefgh"], vec![], vec!["i"]]),
        ("\n\n\n", 1, vec![vec![""], vec![""], vec![""]]),
        // Within a character.
        ("🌞\n🌞\n", 5, vec![vec!["🌞"], vec!["🌞"]]),
        ("🌞🌞", 2, vec![vec!["🌞🌞"], vec![], vec![], vec![]]),
        // The mark is not part of a piece.
        ("\u{feff}a\nb\n", 2, vec![vec!["a"], vec!["b"]]),
        ("", 1, vec![vec![]]),
        ("\u{feff}", 1, vec![vec![]]),
    ] {
        let source = read_lines(scratch.file("a.txt", text)).pieces_of(bytes);
        let read = |piece| content(&source, vec![piece], 100).0;
        let got: Vec<_> = split(&source).into_iter().map(read).collect();
        assert_eq!(got, pieces, "{text:?}");
    }
}

#[test]
fn every_piece_reads_the_header() {
    let scratch = Scratch::new("pieces-header");
    let source = csv::<(u8, String)>(scratch.file("a.csv", "id,word\n1,a\n2,b\n3,c\n"));
    let pieces = split(&source.clone().pieces_of(4));
    assert_eq!(pieces.iter().map(|piece| piece.offset).collect::<Vec<_>>(), [8, 12, 16]);
    let last = content(&source, vec![pieces[2].clone()], 100);
    assert_eq!(last, (vec![(3, "c".to_owned())], vec![]));
}

#[test]
fn lines_are_longer_than_the_buffer_and_than_a_piece() {
    let scratch = Scratch::new("pieces-long");
    let long = |letter: &str, length: usize| letter.repeat(length);
    let lines =
        [long("a", 200_000), long("b", 3), long("c", 65_535), long("d", 17 << 20), "e".into()];
    let source = read_lines(scratch.file("a.txt", lines.join("\n"))).pieces_of(50_000);
    let pieces = split(&source);
    assert_eq!(pieces.len(), 361);
    let (rows, bad) = content(&source, pieces, 100);
    let lengths: Vec<_> = rows.iter().map(String::len).collect();
    assert_eq!(lengths, [200_000, 3, 65_535, 1]);
    assert_eq!(bad, [(4, "the line is longer than 16 MiB".to_owned())]);
}

#[test]
fn lines_are_counted_only_for_a_bad_row() {
    let scratch = Scratch::new("pieces-count");
    let text = format!("id,word\n{}x,b\n{}", "1,a\n".repeat(9), "1,a\n".repeat(10));
    let source = csv::<(u8, String)>(scratch.file("a.csv", &text)).pieces_of(16);
    let mut lines = Vec::new();
    for piece in split(&source) {
        let known = piece.line;
        let bundles = bundles_from(&source, piece, 2).unwrap();
        lines.push((known, bundles.iter().map(|bundle| bundle.position.line).collect::<Vec<_>>()));
    }
    assert_eq!(
        lines,
        [
            (Some(2), vec![Some(4), Some(6)]),
            (None, vec![None, None]),
            (None, vec![Some(13), Some(14)]),
            (None, vec![None, None]),
            (None, vec![None, None]),
        ]
    );
}

#[test]
fn pieces_know_the_numbers_of_bad_rows_in_any_order() {
    let scratch = Scratch::new("pieces-bad");
    let text = format!("id,word\n{}", "1,a\nx,b\n\n".repeat(50));
    let source = csv::<(u8, String)>(scratch.file("a.csv", &text));
    let (_, want) = read(&source).unwrap();
    let source = source.pieces_of(10);
    let pieces = split(&source);
    for step in [1, 7, pieces.len() - 1] {
        assert_eq!(pieces.len(), 45, "no step divides it but 1");
        let order = (0..pieces.len()).map(|number| number * step % pieces.len());
        let (_, mut bad) = content(&source, order.map(|at| pieces[at].clone()).collect(), 3);
        bad.sort();
        assert_eq!(bad, want, "every {step}th");
    }
}

#[test]
fn numbers_are_those_of_the_file_as_it_is_now() {
    let scratch = Scratch::new("pieces-again");
    let write =
        |first: &str| scratch.file("a.txt", [first.as_bytes(), b"c\n\xFF\nd\ne\n"].concat());
    let source = read_lines(write("a\nb\n")).pieces_of(4);
    for (first, line) in [("a\nb\n", 4), ("abc\n", 3)] {
        write(first);
        let (_, bad) = content(&source, split(&source), 100);
        assert_eq!(bad.iter().map(|row| row.0).collect::<Vec<_>>(), [line], "{first:?}");
    }
}

#[test]
fn a_strict_piece_fails_with_the_line_in_the_file() {
    let scratch = Scratch::new("pieces-strict");
    let text = format!("id,word\n{}x,a\n", "1,a\n".repeat(20));
    let source = csv::<(u8, String)>(scratch.file("a.csv", &text)).strict().pieces_of(10);
    let last = split(&source).pop().unwrap();
    let error = bundles_from(&source, last, 100).unwrap_err();
    assert_eq!(
        scratch.strip(&error.to_string()),
        "a.csv:22: field `id`: `x` is not a whole number"
    );
}

#[test]
fn a_quoted_line_break_is_bad_whichever_piece_it_lies_in() {
    let scratch = Scratch::new("pieces-quotes");
    let path = scratch.file("a.csv", "id,word\n1,a\n2,\"b\nc\"\n3,d\n");
    let source = csv::<(u8, String)>(&path);
    let help = "use `.multi_line()` if values hold line breaks";
    let want = vec![
        (3, format!("field `word`: its quote is not closed on this line; {help}")),
        (4, format!("field `id`: its quote is not opened on this line; {help}")),
    ];
    for bytes in 1..20 {
        let source = source.clone().pieces_of(bytes);
        let (rows, bad) = content(&source, split(&source), 100);
        assert_eq!((rows.len(), bad), (2, want.clone()), "pieces of {bytes}");
    }
    let whole = source.pieces_of(1).multi_line();
    assert_eq!(split(&whole).len(), 1);
    let (rows, bad) = read(&whole).unwrap();
    assert_eq!((rows[1].1.as_str(), rows.len(), bad), ("b\nc", 3, vec![]));
}

/// The one piece of a source that would have many.
#[track_caller]
fn stays_whole<R: Read<Restriction = FilePiece>>(source: &R, path: &Path) {
    let pieces = split(source);
    let ends: Vec<_> = pieces.iter().map(|piece| piece.end).collect();
    assert_eq!(ends, [None], "{}", path.display());
}

#[test]
fn what_needs_its_order_is_never_cut() {
    let scratch = Scratch::new("pieces-whole");
    let path = scratch.file("a.csv", format!("id,word\n{}", "1,a\n".repeat(100)));
    let cut = csv::<(i64, String)>(&path).pieces_of(1);
    let timed = cut.clone().event_time(|row| Timestamp::secs(row.0));
    assert_eq!(split(&cut).len(), 400);
    assert_eq!(split(&timed).len(), 400);
    stays_whole(&cut.multi_line(), &path);
    stays_whole(&timed.clone().multi_line(), &path);
    stays_whole(&timed.replay(bounded_disorder(secs(1))), &path);
}

#[test]
fn a_huge_number_of_pieces_is_not_made() {
    let scratch = Scratch::new("pieces-max");
    let source = read_lines(scratch.file("a.txt", "a\n".repeat(5_000))).pieces_of(1);
    let pieces = split(&source);
    assert_eq!(pieces.len(), 1_024);
    assert_eq!(content(&source, pieces, 100).0.len(), 5_000);
}

#[test]
fn a_piece_needs_a_byte() {
    let panicked = catch_panic(|| read_lines("a.txt").pieces_of(0).path().to_owned()).unwrap_err();
    assert!(panicked.to_string().contains("a piece needs at least 1 byte"), "{panicked}");
}

#[test]
fn a_piece_is_an_element() {
    fn is_element<T: Element>(_: &T) {}
    let piece = FilePiece {
        path: "a.csv".into(),
        offset: 300,
        end: Some(600),
        line: None,
        latest: Timestamp::MIN,
    };
    is_element(&piece);
    for piece in [FilePiece { end: None, line: Some(9), ..piece.clone() }, piece] {
        assert_eq!(saved(&piece), piece);
    }
}

#[test]
fn a_piece_of_a_file_that_was_cut_meanwhile_does_not_look_read() {
    let scratch = Scratch::new("pieces-shorter");
    let source = read_lines(scratch.file("a.txt", "ab\ncd\nef\n")).pieces_of(3);
    let last = split(&source).pop().unwrap();
    scratch.file("a.txt", "ab\ncd");
    let error = bundles_from(&source, last, 100).unwrap_err();
    assert_eq!(
        scratch.strip(&error.to_string()),
        "cannot read `a.txt`: it has 5 bytes now, and 6 were read before"
    );
}
