//! A sequence in pieces against a plain vector.

use super::{CHUNK_ENTRIES_MAX, Change, Chunked, Place, number};
use proptest::prelude::*;

/// What can be done, at a place somewhere between the first entry and the end.
#[derive(Clone, Debug)]
enum Step {
    Push(u32),
    Insert(f64, u32),
    Replace(f64, u32),
    Remove(f64),
    Cut(f64, f64),
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    let at = || 0.0..1.0_f64;
    prop_oneof![
        4 => any::<u32>().prop_map(Step::Push),
        8 => (at(), any::<u32>()).prop_map(|(at, entry)| Step::Insert(at, entry)),
        2 => (at(), any::<u32>()).prop_map(|(at, entry)| Step::Replace(at, entry)),
        8 => at().prop_map(Step::Remove),
        1 => (at(), at()).prop_map(|(a, b)| Step::Cut(a, b)),
        1 => Just(Step::Clear),
    ]
}

/// Where the entry of this number is.
fn place(cell: &Chunked<u32>, index: usize) -> Place {
    let mut left = index;
    for (chunk, entries) in (0..).zip(cell.chunks()) {
        if left < entries.len() {
            return Place { chunk, offset: number(left) };
        }
        left -= entries.len();
    }
    cell.end()
}

fn index(at: f64, len: usize) -> usize {
    (at * len as f64) as usize
}

fn apply(step: Step, cell: &mut Chunked<u32>, model: &mut Vec<u32>, log: &mut Vec<Change<u32>>) {
    let (len, log) = (model.len(), |change| log.push(change));
    match step {
        Step::Push(entry) => {
            cell.push(entry, log);
            model.push(entry);
        }
        Step::Insert(at, entry) => {
            let at = index(at, len + 1);
            cell.insert(place(cell, at), entry, log);
            model.insert(at, entry);
        }
        Step::Replace(at, entry) if 0 < len => {
            cell.replace(place(cell, index(at, len)), entry, log);
            model[index(at, len)] = entry;
        }
        Step::Remove(at) if 0 < len => {
            cell.remove(place(cell, index(at, len)), log);
            model.remove(index(at, len));
        }
        Step::Cut(a, b) => {
            let (from, to) = (index(a.min(b), len), index(a.max(b), len));
            cell.become_whole(cell.without(place(cell, from), place(cell, to)), log);
            model.drain(from..to);
        }
        Step::Clear => {
            cell.become_whole(Chunked::default(), log);
            model.clear();
        }
        Step::Replace(..) | Step::Remove(_) => {}
    }
}

fn lengths(cell: &Chunked<u32>) -> Vec<usize> {
    cell.chunks().map(<[u32]>::len).collect()
}

fn assert_same(cell: &Chunked<u32>, model: &[u32]) {
    assert_eq!(cell.iter().copied().collect::<Vec<_>>(), model);
    assert_eq!((cell.len(), cell.is_empty()), (model.len(), model.is_empty()));
    assert!(lengths(cell).iter().all(|length| (1..=CHUNK_ENTRIES_MAX).contains(length)));
}

proptest! {
    #[test]
    fn it_is_a_vector_whose_changes_can_be_undone(
        before in proptest::collection::vec(any::<u32>(), 0..900),
        steps in proptest::collection::vec(step(), 0..60),
    ) {
        let mut cell: Chunked<u32> = before.iter().copied().collect();
        let (original, first_lengths) = (cell.clone(), lengths(&cell));
        let (mut model, mut log) = (before.clone(), Vec::new());
        for step in steps {
            let (taken, expected) = (cell.all(), model.clone());
            apply(step, &mut cell, &mut model, &mut log);
            assert_same(&cell, &model);
            prop_assert_eq!(taken.collect::<Vec<_>>(), expected, "a reader keeps what it took");
        }
        for change in log.into_iter().rev() {
            cell.undo(change);
        }
        assert_same(&cell, &before);
        prop_assert_eq!(lengths(&cell), first_lengths, "undone down to the pieces");
        assert_same(&original, &before);
    }

    #[test]
    fn a_place_is_found_and_a_range_is_read(
        mut entries in proptest::collection::vec(0_u32..300, 0..900),
        (a, b) in (0_u32..310, 0_u32..310),
    ) {
        entries.sort_unstable();
        let cell: Chunked<u32> = entries.iter().copied().collect();
        let (from, to) = (cell.first_not(|&entry| entry < a), cell.first_not(|&entry| entry < b));
        prop_assert_eq!(cell.get(from), entries.iter().find(|&&entry| a <= entry));
        let inside = entries.iter().copied().filter(|entry| (a..b).contains(entry));
        prop_assert_eq!(cell.entries(from, to).collect::<Vec<_>>(), inside.collect::<Vec<_>>());
    }
}

#[test]
fn what_grows_at_its_end_leaves_full_pieces_behind() {
    let mut cell = Chunked::default();
    (0..600).for_each(|entry| cell.push(entry, drop));
    assert_eq!(lengths(&cell), [256, 256, 88]);
}
