//! W1 as a dataflow of timely: counts of each worker, and the counts of all.

use super::lines::{TextLines, end_of_line};
use super::row;
use crate::check::Check;
use crate::flow::{Output, Scope, Stream, Table, check, run, windows};
use foldhash::fast::FixedState;
use std::hash::BuildHasher;
use std::sync::Arc;
use timely::dataflow::channels::pact::{Exchange, Pipeline};
use timely::dataflow::operators::generic::operator::source;

/// So many lines are given at a time.
const LINES: usize = 1_024;

type Counts = Table<String, u64>;
type Counted = (String, u64);

/// Counts per word; each worker counts what it reads before the counts are exchanged.
pub fn flow(text: &Arc<String>, workers: usize) -> Check {
    run(text, workers, |scope, text, seen| {
        // All of the text lies in one window.
        let parts = windows::<1, 1, String, Counts, _>(
            lines(scope, text),
            Pipeline,
            |_| 0,
            |counts, line| line.split_ascii_whitespace().for_each(|word| add(counts, word, 1)),
            |_, counts| counts,
        );
        let state = FixedState::with_seed(0);
        let all = windows::<1, 1, Counted, Counts, _>(
            parts,
            Exchange::new(move |(word, _): &Counted| state.hash_one(word)),
            |_| 0,
            |counts, (word, count)| add(counts, word, *count),
            |_, counts| counts,
        );
        check(all, seen, |(word, count)| row(word, *count));
    })
}

fn add(counts: &mut Counts, word: &str, count: u64) {
    match counts.get_mut(word) {
        Some(sum) => *sum += count,
        None => drop(counts.insert(word.to_owned(), count)),
    }
}

/// The lines of the part of the text that is this worker's.
fn lines<'a>(scope: Scope<'a>, text: &Arc<String>) -> Stream<'a, String> {
    let mut rest = TextLines::new(text, scope.peers()).piece(scope.index());
    let text = Arc::clone(text);
    source(scope, "Lines", |capability, operator| {
        let activator = scope.activator_for(operator.address);
        let mut capability = Some(capability);
        move |output: &mut Output<'_, String>| {
            let Some(now) = &capability else { return };
            let mut session = output.session(now);
            for _ in 0..LINES {
                if rest.is_empty() {
                    break;
                }
                let end = end_of_line(&text, rest.start);
                session.give(text[rest.start..end].to_owned());
                rest.start = end;
            }
            drop(session);
            if rest.is_empty() {
                capability = None;
            } else {
                activator.activate();
            }
        }
    })
}
