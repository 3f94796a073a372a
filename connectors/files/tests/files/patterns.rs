//! Several files, by a pattern.

use crate::bundles::{bundles_from, read};
use crate::scratch::Scratch;
use heliostat::{Read, Timestamp, bounded_disorder, secs};
use heliostat_files::{FilePiece, csv, read_lines};
use std::fs;
use std::path::Path;

/// The names of the files that `pattern` stands for, as pieces name them.
fn names(scratch: &Scratch, pattern: &str) -> Vec<String> {
    let pieces = read_lines(scratch.path(pattern)).split().expect("some file matches");
    pieces.iter().map(|piece| scratch.strip(&piece.path)).collect()
}

fn write(scratch: &Scratch, names: &[&str]) {
    for name in names {
        let path = scratch.path(name);
        let folder = path.parent().expect("it lies in the scratch directory");
        fs::create_dir_all(folder).expect("the temporary directory can be written to");
        scratch.file(name, format!("{name}\n"));
    }
}

#[test]
fn a_pattern_stands_for_the_files_that_match_in_their_order() {
    let scratch = Scratch::new("pattern-names");
    write(&scratch, &["b.csv", "a.csv", "a1.csv", "a10.csv", "a.txt", ".hidden.csv", "B.csv"]);
    write(&scratch, &[".x/a.csv", ".x/.b.csv"]);
    write(&scratch, &["x/a.csv", "x/y/a.csv", "folder.csv/z.csv"]);
    for (pattern, want) in [
        ("*.csv", &["B.csv", "a.csv", "a1.csv", "a10.csv", "b.csv"][..]),
        ("a?.csv", &["a1.csv"]),
        ("[ab].csv", &["a.csv", "b.csv"]),
        ("[!ab].csv", &["B.csv"]),
        ("a[0-9]*.csv", &["a1.csv", "a10.csv"]),
        (".*.csv", &[".hidden.csv"]),
        (".h*.csv", &[".hidden.csv"]),
        (".x/*.csv", &[".x/a.csv"]),
        (".x/.*.csv", &[".x/.b.csv"]),
        (".[xy]/*", &[".x/a.csv"]),
        ("*/a.csv", &["x/a.csv"]),
        ("**/a.csv", &["a.csv", "x/a.csv", "x/y/a.csv"]),
        ("?*/*.csv", &["folder.csv/z.csv", "x/a.csv"]),
        ("a.csv", &["a.csv"]),
    ] {
        assert_eq!(names(&scratch, pattern), want, "{pattern}");
    }
}

#[test]
fn a_file_of_that_name_is_not_a_pattern() {
    let scratch = Scratch::new("pattern-literal");
    write(&scratch, &["a[1].csv", "a1.csv", "b1.csv", "*.txt", "c.txt"]);
    for (pattern, want) in [
        ("a[1].csv", "a[1].csv"),
        ("b[1].csv", "b1.csv"),
        ("*.txt", "*.txt"),
        ("a[[]1].csv", "a[1].csv"),
    ] {
        assert_eq!(names(&scratch, pattern), [want], "{pattern}");
    }
}

#[test]
fn a_pattern_that_stands_for_nothing_says_so() {
    let scratch = Scratch::new("pattern-none");
    write(&scratch, &["a.csv", "x/b.csv"]);
    let help = "help: look into the folder; `*` stands for any text, `?` for a character and `[ab]` \
                for one of these, but never for a `/` or for the dot that a name begins with";
    let none = |pattern| format!("cannot read `{pattern}`: no file matches this pattern\n  {help}");
    let wrong = |pattern, at, words| {
        format!(
            "cannot read `{pattern}`: there is no such file, and as a pattern it is wrong at its \
             character {at} ({words})\n  help: write `[[]` for a `[` that means itself, and `**` \
             only as a whole folder"
        )
    };
    for (pattern, words) in [
        ("*.tsv", none("*.tsv")),
        // Folders are no files.
        ("?", none("?")),
        ("no/*.csv", none("no/*.csv")),
    ] {
        let error = read_lines(scratch.path(pattern)).split().unwrap_err();
        assert_eq!(scratch.strip(&error.to_string()), words);
    }
    for (pattern, words) in [
        ("no-such-file[.csv", wrong("no-such-file[.csv", 13, "invalid range pattern")),
        (
            "no**/a.csv",
            wrong("no**/a.csv", 2, "recursive wildcards must form a single path component"),
        ),
    ] {
        assert_eq!(read_lines(pattern).split().unwrap_err().to_string(), words);
    }
}

#[test]
fn each_file_has_its_own_header_and_its_own_lines() {
    let scratch = Scratch::new("pattern-headers");
    scratch.file("1.csv", "id,word\n1,a\nx,b\n");
    scratch.file("2.csv", "\u{feff}word,id\nc,2\n\nd\n");
    scratch.file("3.csv", "");
    let source = csv::<(u8, String)>(scratch.path("?.csv"));
    assert_eq!(source.spec().about, scratch.path("?.csv").display().to_string());
    // A pair takes its fields by their order.
    let text = csv::<(String, String)>(scratch.path("?.csv"));
    let mut seen = Vec::new();
    for piece in text.split().unwrap() {
        for bundle in bundles_from(&text, piece, 10).unwrap() {
            let bad = bundle.bad.iter().map(|row| scratch.strip(&row.to_string()));
            seen.push((bundle.rows.len(), bad.collect::<Vec<_>>()));
        }
    }
    let count = "2.csv:4: the row has 1 field, and the header 2".to_owned();
    assert_eq!(seen, [(2, vec![]), (1, vec![count]), (0, vec![])]);
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Word {
    id: u8,
    word: String,
}

#[test]
fn all_headers_are_looked_at_before_any_row() {
    let scratch = Scratch::new("pattern-fit");
    scratch.file("1.csv", "id,word\n1,a\n");
    scratch.file("2.csv", "word,id\nb,2\n");
    let source = csv::<Word>(scratch.path("?.csv"));
    let word = |id, word: &str| Word { id, word: word.to_owned() };
    let mut rows = Vec::new();
    for piece in source.split().unwrap() {
        for bundle in bundles_from(&source, piece, 10).unwrap() {
            rows.extend(bundle.rows);
        }
    }
    assert_eq!(rows, [word(1, "a"), word(2, "b")]);

    scratch.file("3.csv", "id\n1\n");
    let error = scratch.strip(&source.split().unwrap_err().to_string());
    assert!(error.starts_with("3.csv:1: the header lacks `word`"), "{error}");
}

#[test]
fn large_and_packed_files_lie_side_by_side() {
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    let scratch = Scratch::new("pattern-pieces");
    scratch.file("1.txt", "a\nb\nc\n");
    scratch.file("2.txt", "d\n");
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(b"e\nf\ng\n").unwrap();
    scratch.file("3.txt.gz", packed.finish().unwrap());
    let source = read_lines(scratch.path("*.txt*")).pieces_of(2);
    let pieces = source.split().unwrap();
    let place = |piece: &FilePiece| (scratch.strip(&piece.path), piece.offset, piece.end);
    let want =
        [("1.txt", 0, Some(2)), ("1.txt", 2, Some(4)), ("1.txt", 4, None), ("2.txt", 0, None)];
    let want = want.into_iter().chain([("3.txt.gz", 0, None)]);
    let want: Vec<_> = want.map(|(path, from, to)| (path.to_owned(), from, to)).collect();
    assert_eq!(pieces.iter().map(place).collect::<Vec<_>>(), want);
    let mut rows = Vec::new();
    for piece in pieces {
        for bundle in bundles_from(&source, piece, 2).unwrap() {
            rows.extend(bundle.rows);
        }
    }
    assert_eq!(rows.concat(), "abcdefg");
}

#[test]
fn each_file_of_a_replay_has_its_own_watermark() {
    let scratch = Scratch::new("pattern-replay");
    scratch.file("1.csv", "second,word\n100,a\n300,b\n");
    scratch.file("2.csv", "second,word\n50,c\n");
    scratch.file("3.csv", "second,word\n");
    let source = csv::<(i64, String)>(scratch.path("*.csv"))
        .event_time(|row| Timestamp::secs(row.0))
        .replay(bounded_disorder(secs(10)));
    let watermarks = |piece| -> Vec<_> {
        let bundles = bundles_from(&source, piece, 10).unwrap();
        bundles.iter().map(|bundle| bundle.watermark).collect()
    };
    let got: Vec<_> = source.split().unwrap().into_iter().map(watermarks).collect();
    let at = Timestamp::secs;
    assert_eq!(got, [vec![at(90), at(290)], vec![at(40)], vec![Timestamp::MIN]]);
}

#[test]
fn a_pattern_is_only_looked_up_when_the_source_is_split() {
    let source = read_lines("no/such/*.csv");
    assert_eq!(source.path(), Path::new("no/such/*.csv"));
    assert_eq!(source.spec().about, "no/such/*.csv");
    assert!(read(&source).is_err());
}
