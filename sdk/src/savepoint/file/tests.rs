//! The form of a savepoint file: pinned byte for byte, and refused whole wherever it is damaged.

use crate::Savepoint;
use crate::savepoint::SavepointHeader;
use crate::savepoint::example::one_of_everything;
use std::path::{Path, PathBuf};

/// 16 bytes a line, so that a difference can be read.
fn hex(bytes: &[u8]) -> String {
    let lines = bytes.chunks(16).map(|line| {
        let bytes: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        bytes.join(" ") + "\n"
    });
    lines.collect()
}

/// After a wanted change: `UPDATE_GOLDEN=1 cargo test -p heliostat savepoint`, and a new
/// version of the form.
#[test]
fn the_bytes_are_the_ones_in_the_file() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/savepoint/version-2.hex");
    let bytes = hex(&one_of_everything().to_bytes());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &bytes).expect("the folder exists");
    }
    assert_eq!(std::fs::read_to_string(&golden).expect("it is committed"), bytes);
}

#[test]
fn what_was_written_is_what_is_read() {
    for savepoint in
        [one_of_everything(), Savepoint::new(SavepointHeader::written_by("direct", "0.1.0"))]
    {
        let bytes = savepoint.to_bytes();
        assert_eq!(Savepoint::from_bytes(&bytes).expect("it is whole"), savepoint);
        assert_eq!(savepoint.clone().to_bytes(), bytes);
    }
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    let bytes = one_of_everything().to_bytes();
    for length in 0..bytes.len() {
        let error = Savepoint::from_bytes(&bytes[..length]).expect_err("it is cut").to_string();
        assert!(error.contains("\n  help: "), "{length}: {error}");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    let error = Savepoint::from_bytes(&longer).expect_err("it is too long").to_string();
    assert!(error.contains("the file goes on behind it"), "{error}");
}

#[test]
fn a_file_with_any_bit_flipped_is_refused() {
    let mut bytes = one_of_everything().to_bytes();
    for index in 0..bytes.len() {
        for bit in 0..8 {
            bytes[index] ^= 1 << bit;
            let error = Savepoint::from_bytes(&bytes).expect_err("a bit is flipped").to_string();
            assert!(error.contains("\n  help: "), "{index}.{bit}: {error}");
            bytes[index] ^= 1 << bit;
        }
    }
    assert!(Savepoint::from_bytes(&bytes).is_ok());
}

#[test]
fn a_section_that_is_gone_or_doubled_is_missed() {
    let bytes = one_of_everything().to_bytes();
    let starts = section_starts(&bytes);
    for pair in starts.windows(2) {
        let section = &bytes[pair[0]..pair[1]];
        let without = [&bytes[..pair[0]], &bytes[pair[1]..]].concat();
        let twice = [&bytes[..pair[1]], section, &bytes[pair[1]..]].concat();
        for damaged in [without, twice] {
            assert!(Savepoint::from_bytes(&damaged).is_err());
        }
    }
}

fn section_starts(bytes: &[u8]) -> Vec<usize> {
    let number = |at: usize, length: usize| {
        let mut number = [0; 8];
        number[..length].copy_from_slice(&bytes[at..at + length]);
        usize::try_from(u64::from_le_bytes(number)).expect("a test file is small")
    };
    let (mut starts, mut at) = (Vec::new(), 12);
    while at < bytes.len() {
        starts.push(at);
        let payload = at + 4 + number(at, 4);
        at = payload + 8 + number(payload, 8) + 4;
    }
    starts
}

#[test]
fn the_words_say_which_part_and_what_to_do() {
    let bytes = one_of_everything().to_bytes();
    let flipped = |index: usize| {
        let mut bytes = bytes.clone();
        bytes[index] ^= 1;
        bytes
    };
    let grouping = bytes.windows(11).position(|window| window == b"step Counts").expect("there");
    for (bytes, words) in [
        (
            flipped(0),
            "it is no savepoint: it does not begin as one\n  help: name a file that `run \
             --savepoint FILE` wrote",
        ),
        (
            [&bytes[..8], &[3, 0, 0, 0], &bytes[12..]].concat(),
            "it has version 3 of the form, and this program reads version 2\n  help: go on with \
             a program built with the newer heliostat that wrote it",
        ),
        (
            [&bytes[..8], &[1, 0, 0, 0], &bytes[12..]].concat(),
            "it has version 1 of the form, and this program reads version 2\n  help: go on with \
             a program built with the older heliostat that wrote it, or start anew without `--from`",
        ),
        (
            [&bytes[..8], &[0, 0, 0, 0], &bytes[12..]].concat(),
            "it has version 0 of the form, which there never was\n  help: take another copy of \
             it, or start anew without `--from`",
        ),
        (
            flipped(grouping + 30),
            "its section `step Counts` is damaged: its checksum is another\n  help: take another \
             copy of it, or start anew without `--from`",
        ),
        (
            bytes[..grouping + 40].to_vec(),
            "its section `step Counts` is damaged: the file ends inside it\n  help: take another \
             copy of it, or start anew without `--from`",
        ),
    ] {
        let error = Savepoint::from_bytes(&bytes).expect_err("it is damaged");
        assert_eq!(error.to_string(), words);
    }
}

/// A folder that is gone at the end of a test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("heliostat-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder can be made");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_file_appears_whole_in_place_of_the_one_before() {
    let folder = Folder::new("savepoint-file");
    let path = folder.0.join("flights.savepoint");
    std::fs::write(&path, "something else").expect("the folder is there");
    Savepoint::try_path(&path).expect("it can be written");
    assert_eq!(std::fs::read_to_string(&path).expect("it is left alone"), "something else");

    let savepoint = one_of_everything();
    let size = savepoint.write_to(&path).expect("it can be written");
    assert_eq!(size, savepoint.to_bytes().len() as u64);
    assert_eq!(Savepoint::read_from(&path).expect("it was just written"), savepoint);
    let files = std::fs::read_dir(&folder.0).expect("the folder is there").count();
    assert_eq!(files, 1, "nothing unfinished is left");
}

#[test]
fn a_path_that_cannot_be_is_refused_by_name() {
    let folder = Folder::new("savepoint-path");
    let nowhere = folder.0.join("no-such-folder").join("a");
    let savepoint = one_of_everything();
    let slash = folder.0.join("a/");
    for path in [&folder.0, &nowhere, &slash] {
        let named = format!("cannot write the savepoint `{}`: ", path.display());
        for error in [
            Savepoint::try_path(path).expect_err("nothing can be written there"),
            savepoint.write_to(path).expect_err("nothing can be written there"),
        ] {
            assert!(error.to_string().starts_with(&named), "{error}");
        }
        let error = Savepoint::read_from(path).expect_err("nothing is there").to_string();
        assert!(error.starts_with("cannot read the savepoint `"), "{error}");
    }
}
