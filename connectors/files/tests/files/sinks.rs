//! Files that appear whole or not at all.

use crate::bundles::read;
use crate::scratch::Scratch;
use heliostat::graph::SinkStyle;
use heliostat::{Completion, Write, Writer};
use heliostat_files::{FilePart, json_lines, lines, read_json_lines};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;

fn part<W>(sink: &W, shard: u32, elements: &[W::Element]) -> W::Committable
where
    W: Write,
{
    part_of_epoch(sink, 0, shard, elements)
}

fn part_of_epoch<W>(sink: &W, epoch: u64, shard: u32, elements: &[W::Element]) -> W::Committable
where
    W: Write,
{
    let mut writer = sink.open(epoch, shard).expect("the directory is there");
    writer.write(&mut elements.to_vec()).expect("the disk has room");
    writer.prepare().expect("the disk has room")
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Mean {
    origin: String,
    minutes: f64,
    pane: Option<u8>,
}

#[test]
fn what_is_written_as_json_is_read_again() {
    let scratch = Scratch::new("sink-json");
    let means = [
        Mean { origin: "OSL\n\"".into(), minutes: 1.25, pane: None },
        Mean { origin: "æ".into(), minutes: -3.0, pane: Some(2) },
    ];
    let path = scratch.path("a.jsonl");
    let sink = json_lines(&path);
    assert_eq!(sink.spec().style, SinkStyle::AtEnd);
    assert_eq!(sink.spec().about, path.display().to_string());

    let written = sink.commit(vec![part(&sink, 0, &means)], Completion::Complete).unwrap();
    assert_eq!((written.place, written.elements), (path.display().to_string(), 2));
    assert_eq!(
        scratch.text("a.jsonl"),
        "{\"origin\":\"OSL\\n\\\"\",\"minutes\":1.25,\"pane\":null}\n\
         {\"origin\":\"æ\",\"minutes\":-3.0,\"pane\":2}\n"
    );
    assert_eq!(read(&read_json_lines::<Mean>(&path)).unwrap(), (means.to_vec(), vec![]));
    assert_eq!(scratch.names(), ["a.jsonl"]);
}

#[test]
fn parts_are_joined_in_their_order_and_a_second_commit_changes_nothing() {
    let scratch = Scratch::new("sink-parts");
    for (parts, text) in
        [(vec![], ""), (vec![vec![1]], "1\n"), (vec![vec![1, 2], vec![], vec![3]], "1\n2\n3\n")]
    {
        scratch.file("a.txt", "old");
        let sink = lines(scratch.path("a.txt"));
        let mut prepared: Vec<FilePart> = parts.iter().map(|ints| part(&sink, 7, ints)).collect();
        assert_eq!(scratch.text("a.txt"), "old", "nothing appears before the commit");
        assert_eq!(scratch.names().len(), 1 + parts.len());
        prepared.sort_by_key(|part| part.path.len());

        let first = sink.commit(prepared.clone(), Completion::Complete).unwrap();
        assert_eq!(first.elements, parts.iter().flatten().count() as u64);
        for _ in 0..2 {
            assert_eq!(scratch.text("a.txt"), text);
            assert_eq!(scratch.names(), ["a.txt"]);
            assert_eq!(sink.commit(prepared.clone(), Completion::Complete).unwrap(), first);
        }
    }
}

#[test]
fn an_interrupted_run_leaves_the_old_file_alone() {
    let scratch = Scratch::new("sink-partial");
    scratch.file("a.txt", "old");
    let sink = lines(scratch.path("a.txt"));
    let written =
        sink.commit(vec![part(&sink, 0, &["new".to_owned()])], Completion::Interrupted).unwrap();
    assert_eq!(scratch.strip(&written.to_string()), "a.txt.partial: 1 element");
    assert_eq!(scratch.names(), ["a.txt", "a.txt.partial"]);
    assert_eq!(
        (scratch.text("a.txt"), scratch.text("a.txt.partial")),
        ("old".into(), "new\n".into())
    );
}

/// An earlier run leaves one part to a savepoint; the next ones begin with it.
#[test]
fn a_part_that_a_savepoint_names_stays_until_a_run_comes_to_its_end() {
    let scratch = Scratch::new("sink-savepoint");
    scratch.file("a.txt", "old");
    let earlier = part(&lines(scratch.path("a.txt")), 0, &[1]);
    let hidden = |names: Vec<String>| names.iter().filter(|name| name.starts_with('.')).count();

    // Stopped without a savepoint, failed, and then whole.
    for (ending, names, text) in [
        (Some(Completion::Interrupted), &["a.txt", "a.txt.partial"][..], "old"),
        (None, &["a.txt", "a.txt.partial"], "old"),
        (Some(Completion::Complete), &["a.txt", "a.txt.partial"], "1\n2\n"),
    ] {
        let sink = lines(scratch.path("a.txt"));
        sink.recover(std::slice::from_ref(&earlier)).expect("the part is there");
        let own = part_of_epoch(&sink, 1, 0, &[2]);
        assert_eq!(hidden(scratch.names()), 2);
        let parts = vec![earlier.clone(), own];
        match ending {
            Some(completion) => {
                for _ in 0..2 {
                    let written = sink.commit(parts.clone(), completion);
                    assert_eq!(written.map(|written| written.elements).ok(), Some(2));
                }
            }
            None => sink.discard(parts),
        }
        let shown: Vec<String> =
            scratch.names().into_iter().filter(|name| !name.starts_with('.')).collect();
        assert_eq!(shown, names, "{ending:?}");
        assert_eq!(scratch.text("a.txt"), text, "{ending:?}");
        assert_eq!(scratch.text("a.txt.partial"), "1\n2\n");
        let stays = usize::from(ending != Some(Completion::Complete));
        assert_eq!(hidden(scratch.names()), stays, "{ending:?}");
    }

    let error = lines::<u8>(scratch.path("a.txt")).recover(&[earlier]).unwrap_err().to_string();
    assert!(error.contains("which the savepoint names, is gone\n  help: "), "{error}");
}

#[test]
fn a_savepoint_s_only_part_is_copied_by_a_run_that_is_stopped() {
    let scratch = Scratch::new("sink-only-part");
    let earlier = part(&lines(scratch.path("a.txt")), 0, &[1]);
    let sink = lines::<u8>(scratch.path("a.txt"));
    sink.recover(std::slice::from_ref(&earlier)).expect("the part is there");
    sink.commit(vec![earlier.clone()], Completion::Interrupted).expect("the disk has room");
    assert_eq!(scratch.text("a.txt.partial"), "1\n");
    sink.recover(std::slice::from_ref(&earlier)).expect("the part is still there");
    sink.commit(vec![earlier], Completion::Complete).expect("the disk has room");
    assert_eq!(scratch.names(), ["a.txt", "a.txt.partial"]);
}

#[test]
fn what_is_not_committed_leaves_nothing() {
    let scratch = Scratch::new("sink-discard");
    let sink = lines(scratch.path("a.txt"));
    let mut dropped = sink.open(0, 0).unwrap();
    dropped.write(&mut vec![1]).unwrap();
    let parts = vec![part(&sink, 1, &[2]), part(&sink, 2, &[3])];
    assert_eq!(scratch.names().len(), 3);
    drop(dropped);
    sink.discard(parts.clone());
    assert_eq!(scratch.names(), [""; 0]);
    sink.discard(parts);
}

#[test]
fn a_join_that_fails_leaves_the_old_file_alone() {
    let scratch = Scratch::new("sink-lost");
    scratch.file("a.txt", "old");
    let sink = lines(scratch.path("a.txt"));
    let parts = vec![part(&sink, 0, &[1]), part(&sink, 1, &[2])];
    fs::remove_file(&parts[1].path).unwrap();
    let error = sink.commit(parts.clone(), Completion::Complete).unwrap_err().to_string();
    assert!(error.ends_with("no such file or directory"), "{error}");
    assert_eq!(scratch.text("a.txt"), "old");
    sink.discard(parts);
    assert_eq!(scratch.names(), ["a.txt"]);

    let gone = FilePart { path: scratch.path("gone").display().to_string(), elements: 1 };
    let error = lines::<u8>(scratch.path("b.txt")).commit(vec![gone], Completion::Complete);
    assert!(error.unwrap_err().to_string().contains("cannot write"));
}

#[test]
fn parts_of_the_same_epoch_and_shard_do_not_meet() {
    let scratch = Scratch::new("sink-names");
    let sinks = [lines(scratch.path("a.txt")), lines(scratch.path("a.txt"))];
    let parts: Vec<FilePart> =
        sinks.iter().flat_map(|sink| [part(sink, 0, &[1]), part(sink, 0, &[1])]).collect();
    assert_eq!(scratch.names().len(), 4);
    assert!(scratch.names()[0].starts_with(&format!(".a.txt.{}-", std::process::id())));
    assert!(scratch.names()[0].ends_with(".part-0-0"));
    sinks[0].discard(parts);
}

#[test]
fn a_place_that_cannot_be_written_to_fails_at_once() {
    let scratch = Scratch::new("sink-places");
    scratch.file("file", "");
    for (name, message) in [
        ("no/a.txt", "cannot write `no/a.txt`: there is no directory `no`"),
        ("file/a.txt", "cannot write `file/a.txt`: there is no directory `file`"),
        ("new/", "cannot write `new/`: it is a directory"),
        ("", "cannot write ``: it is a directory"),
    ] {
        let error = lines::<u8>(scratch.path(name)).open(0, 0).err().expect("it is no place");
        assert_eq!(scratch.strip(&error.to_string()), message);
    }
    let error = lines::<u8>("").open(0, 0).err().expect("it is no name");
    assert_eq!(error.to_string(), "cannot write ``: it names no file");
    assert_eq!(scratch.names(), ["file"]);
}

#[test]
fn an_element_that_json_cannot_express_fails_the_run() {
    let scratch = Scratch::new("sink-keys");
    let mut writer = json_lines(scratch.path("a.jsonl")).open(0, 0).unwrap();
    let odd = BTreeMap::from([((1, 2), 3)]);
    let error = writer.write(&mut vec![odd]).unwrap_err().to_string();
    assert!(error.ends_with("as JSON: key must be a string"), "{error}");
    drop(writer);
    assert_eq!(scratch.names(), [""; 0]);
}

#[test]
fn many_elements_pass_through_the_buffer() {
    let scratch = Scratch::new("sink-many");
    let sink = lines(scratch.path("a.txt"));
    let numbers: Vec<u32> = (0..100_000).collect();
    sink.commit(vec![part(&sink, 0, &numbers)], Completion::Complete).unwrap();
    let text = scratch.text("a.txt");
    assert_eq!(text.lines().map(|line| line.parse().unwrap()).collect::<Vec<u32>>(), numbers);
}
