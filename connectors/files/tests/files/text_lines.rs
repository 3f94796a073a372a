//! Lines of text.

use crate::bundles::{bundles, piece, read};
use crate::scratch::Scratch;
use heliostat::{Boundedness, Read, Timestamp};
use heliostat_files::read_lines;

#[test]
fn a_line_is_a_row_however_it_ends() {
    let scratch = Scratch::new("text-lines");
    for (bytes, rows, bad) in [
        ("", &[][..], &[][..]),
        ("\u{feff}", &[], &[]),
        ("a", &["a"], &[]),
        ("a\n", &["a"], &[]),
        ("a\r\nb\r\n", &["a", "b"], &[]),
        ("a\n\nb", &["a", "", "b"], &[]),
        ("\n", &[""], &[]),
        ("\u{feff}a\nb", &["a", "b"], &[]),
        ("a\rb", &["a\rb"], &[]),
        ("æøå\n", &["æøå"], &[]),
    ] {
        let source = read_lines(scratch.file("a.txt", bytes));
        let (got, got_bad) = read(&source).unwrap();
        assert_eq!(got, rows, "{bytes:?}");
        assert_eq!(got_bad, bad, "{bytes:?}");
    }
}

#[test]
fn bytes_that_are_no_text_are_bad_rows() {
    let scratch = Scratch::new("text-utf8");
    let source = read_lines(scratch.file("a.txt", b"a\nb\xFFc\nd\xC3\n\xF0\x9F\x8C\x9E"));
    let (rows, bad) = read(&source).unwrap();
    assert_eq!(rows, ["a", "🌞"]);
    let reason = "the line is not UTF-8: its byte 2 is no character".to_owned();
    assert_eq!(bad, [(2, reason.clone()), (3, reason)]);
}

#[test]
fn a_line_without_end_is_one_bad_row() {
    let scratch = Scratch::new("text-long");
    let mut bytes = vec![b'x'; 17 << 20];
    bytes.extend(b"\nb\n");
    let (rows, bad) = read(&read_lines(scratch.file("a.txt", bytes))).unwrap();
    assert_eq!(rows, ["b"]);
    assert_eq!(bad, [(1, "the line is longer than 16 MiB".to_owned())]);
}

#[test]
fn a_file_that_is_not_there_fails_before_any_row() {
    let scratch = Scratch::new("text-missing");
    for (name, message) in [
        ("no.txt", "cannot open `no.txt`: no such file or directory"),
        ("a.txt/b", "cannot open `a.txt/b`: not a directory"),
        ("", "cannot open `DIR`: it is a directory"),
    ] {
        scratch.file("a.txt", "");
        let path = if name.is_empty() { scratch.as_ref().to_owned() } else { scratch.path(name) };
        let error = read_lines(path).split().unwrap_err();
        assert_eq!(scratch.strip(&error.to_string()), message);
    }
}

#[test]
fn a_bounded_read_fills_to_the_limit_and_keeps_its_watermark() {
    let scratch = Scratch::new("text-bounded");
    let text: String = (0..25).map(|number| format!("{number}\n")).collect();
    let source = read_lines(scratch.file("a.txt", text))
        .event_time(|line| Timestamp::secs(line.parse().unwrap()));

    let spec = source.spec();
    assert_eq!(spec.boundedness, Boundedness::Bounded);
    assert!(spec.can_end && !spec.has_watermark_policy);

    let bundles = bundles(&source, 10).unwrap();
    assert_eq!(bundles.iter().map(|bundle| bundle.rows.len()).collect::<Vec<_>>(), [10, 10, 5]);
    assert!(bundles.iter().all(|bundle| bundle.watermark == Timestamp::MIN));
    assert_eq!(bundles[2].times[4], Timestamp::secs(24));
}

#[test]
fn a_piece_begins_behind_the_byte_order_mark() {
    let scratch = Scratch::new("text-piece");
    let piece = piece(&read_lines(scratch.file("a.txt", "\u{feff}a"))).unwrap();
    assert_eq!((piece.offset, piece.line, piece.latest), (3, Some(1), Timestamp::MIN));
}
