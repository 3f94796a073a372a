//! Files that are packed with gzip.

use crate::bundles::{bundles, bundles_from, read};
use crate::scratch::Scratch;
use flate2::Compression;
use flate2::write::GzEncoder;
use heliostat::{Read, Timestamp, bounded_disorder, secs};
use heliostat_files::{csv, read_json_lines, read_lines};
use std::io::Write;

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory can be written to");
    encoder.finish().expect("memory can be written to")
}

#[test]
fn a_packed_file_has_the_rows_of_the_plain_one() {
    let scratch = Scratch::new("gzip-rows");
    let long = "l".repeat(300_000);
    for text in
        ["", "\u{feff}", "id,word", "id,word\n1,a\n2,b\nx,c", &format!("id,word\n1,{long}\n\n")]
    {
        let plain = scratch.file("a.csv", text);
        let gzip = scratch.file("a.csv.gz", packed(text));
        let upper = scratch.file("b.GZ", packed(text));
        for path in [gzip, upper] {
            let lines = |path| read(&read_lines(path)).unwrap();
            assert_eq!(lines(&plain), lines(&path));
            let rows = |path| read(&csv::<(u8, String)>(path)).unwrap();
            assert_eq!(rows(&plain), rows(&path));
            let values = |path| read(&read_json_lines::<u8>(path)).unwrap();
            assert_eq!(values(&plain), values(&path));
        }
    }
}

#[test]
fn a_file_of_several_packed_ones_is_read_to_its_end() {
    let scratch = Scratch::new("gzip-members");
    let members = [packed(""), packed("a\nb"), packed(""), packed("c\nd\n"), packed("e")].concat();
    let (rows, bad) = read(&read_lines(scratch.file("a.gz", members))).unwrap();
    assert_eq!((rows, bad), (["a", "bc", "d", "e"].map(str::to_owned).to_vec(), vec![]));
}

#[test]
fn a_packed_file_is_one_piece_and_can_be_replayed() {
    let scratch = Scratch::new("gzip-piece");
    let path = scratch.file("a.csv.gz", packed("second,word\n100,a\n90,b\n200,c\n"));
    let source = csv::<(i64, String)>(path).pieces_of(1);
    let pieces = source.split().unwrap();
    assert_eq!(pieces.len(), 1);
    // Of what is unpacked: the header has 12 bytes.
    assert_eq!((pieces[0].offset, pieces[0].end, pieces[0].line), (12, None, Some(2)));

    let timed = source.event_time(|row| Timestamp::secs(row.0));
    let replayed = timed.replay(bounded_disorder(secs(30)));
    let watermarks = bundles(&replayed, 10).unwrap();
    let watermarks: Vec<_> = watermarks.iter().map(|bundle| bundle.watermark).collect();
    assert_eq!(watermarks, [Timestamp::secs(70), Timestamp::secs(170)]);
}

#[test]
fn a_read_goes_on_where_it_stopped() {
    let scratch = Scratch::new("gzip-resume");
    let text = "id,word\n1,a\n\nx,b\n2,\"c\nd\"\n3,\"e\n4,f\n5,g";
    let path = scratch.file("a.csv.gz", packed(text));
    for source in [csv::<(u8, String)>(&path), csv(&path).multi_line()] {
        let whole = bundles(&source, 1).unwrap();
        for (stop, bundle) in whole.iter().enumerate().rev().skip(1) {
            let rest = bundles_from(&source, bundle.position.clone(), 1).unwrap();
            assert_eq!(rest, whole[stop + 1..], "behind bundle {stop}");
        }
        let last = &whole.last().unwrap().position;
        let rest = bundles_from(&source, last.clone(), 1).unwrap();
        assert!(rest.len() == 1 && rest[0].rows.is_empty() && rest[0].bad.is_empty());
        assert_eq!((last.offset, last.line), (text.len() as u64, Some(10)));
    }
}

#[test]
fn a_file_that_became_shorter_does_not_look_read() {
    let scratch = Scratch::new("gzip-shorter");
    let source = read_lines(scratch.file("a.gz", packed("ab\ncd\nef\n")));
    let position = bundles(&source, 2).unwrap()[0].position.clone();
    scratch.file("a.gz", packed("ab\n"));
    let error = bundles_from(&source, position, 2).unwrap_err();
    assert_eq!(
        scratch.strip(&error.to_string()),
        "cannot read `a.gz`: it has 3 bytes unpacked now, and 6 were read before"
    );
}

/// Text that packs into more than a few literals.
fn text() -> String {
    let rows: String = (0..60_u32).map(|row| format!("{},word {}\n", row % 7, row * row)).collect();
    format!("id,word\n{rows}")
}

#[test]
fn a_cut_file_says_so_wherever_it_was_cut() {
    let scratch = Scratch::new("gzip-cut");
    let bytes = packed(&text());
    for length in 0..bytes.len() {
        let path = scratch.file("a.csv.gz", &bytes[..length]);
        let error = read(&csv::<(u8, String)>(path)).unwrap_err();
        assert_eq!(
            scratch.strip(&error.to_string()),
            "cannot read `a.csv.gz`: it ends in the middle of its gzip data, as a file does that \
             was cut on its way or is still being written\n  help: get it again; `gzip -t` says \
             whether it is whole",
            "cut at {length} of {}",
            bytes.len()
        );
    }
}

#[test]
fn damage_is_found_before_the_read_is_done() {
    let scratch = Scratch::new("gzip-damage");
    for text in [text(), "id,word\n".to_owned(), String::new()] {
        let bytes = packed(&text);
        let whole = read(&csv::<(u8, String)>(scratch.file("a.csv.gz", &bytes))).unwrap();
        let mut found = 0;
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            match read(&csv::<(u8, String)>(scratch.file("a.csv.gz", &bytes))) {
                // Of the beginning not every bit means something.
                Ok(content) => assert_eq!(content, whole, "bit {bit}"),
                Err(error) => {
                    let text = scratch.strip(&error.to_string());
                    // A header that is no longer one may be noticed before the checksum is.
                    let is_named = text.contains("`a.csv.gz`") || text.starts_with("a.csv.gz:1: ");
                    assert!(is_named, "{text}");
                    found += 1;
                }
            }
        }
        assert!((bytes.len() - 10) * 8 <= found, "all damage behind the beginning is found");
    }
}

#[test]
fn a_damaged_or_misnamed_file_says_what_to_do() {
    let scratch = Scratch::new("gzip-words");
    let mut damaged = packed("id,word\n1,a\n");
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    let more = [packed("id,word\n"), b"what follows is not gzip".to_vec()].concat();
    let help = "help: get it again; `gzip -t` says whether it is whole";
    for (bytes, words) in [
        (
            damaged,
            format!(
                "cannot read `a.csv.gz`: its gzip data is damaged (corrupt gzip stream does not \
                 have a matching checksum)\n  {help}"
            ),
        ),
        (
            more,
            format!(
                "cannot read `a.csv.gz`: its gzip data is damaged (invalid gzip header)\n  {help}"
            ),
        ),
        (
            b"id,word\n1,a\n".to_vec(),
            "cannot open `a.csv.gz`: it is not gzip, though its name says so\n  help: rename it \
             without `.gz` if it is not packed"
                .to_owned(),
        ),
    ] {
        let error = read(&csv::<(u8, String)>(scratch.file("a.csv.gz", bytes))).unwrap_err();
        assert_eq!(scratch.strip(&error.to_string()), words);
    }
}
