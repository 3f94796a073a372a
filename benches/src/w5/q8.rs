//! Q8, new users: who came and opened an auction within the same ten seconds.

use super::{Event, WINDOW_MILLIS};
use crate::check::{Check, seconds};
use crate::checked::Checked;
use crate::flow;
use crate::replay::{Recorded, Replay};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use heliostat::prelude::*;
use std::sync::Arc;
use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::vec::Map;

const IDS_EXPECTED: usize = 4_096;

struct OpenWindow<'a> {
    names: HashMap<u64, &'a str, FixedState>,
    sellers: HashSet<u64, FixedState>,
    end: i64,
    seen: Check,
}

/// Without a framework: the names of those who came, and who sells.
#[inline(never)]
pub fn by_hand(events: &[Event]) -> Check {
    let state = || FixedState::with_seed(0);
    let mut open = OpenWindow {
        names: HashMap::with_capacity_and_hasher(IDS_EXPECTED, state()),
        sellers: HashSet::with_capacity_and_hasher(IDS_EXPECTED, state()),
        end: WINDOW_MILLIS,
        seen: Check::default(),
    };
    for event in events {
        match event {
            Event::Person(person) => {
                open.move_to(person.at.millis());
                open.names.insert(person.id, &person.name);
            }
            Event::Auction(auction) => {
                open.move_to(auction.at.millis());
                open.sellers.insert(auction.seller);
            }
            Event::Bid(_) => {}
        }
    }
    open.close();
    open.seen
}

impl OpenWindow<'_> {
    #[inline(always)]
    fn move_to(&mut self, at: i64) {
        while self.end <= at {
            self.close();
        }
    }

    #[cold]
    #[inline(never)]
    fn close(&mut self) {
        let start = seconds(Timestamp::from_millis(self.end - WINDOW_MILLIS));
        for (id, name) in self.names.drain() {
            if self.sellers.contains(&id) {
                self.seen.add_row((start, id, name.len() as u64));
            }
        }
        self.sellers.clear();
        self.end += WINDOW_MILLIS;
    }
}

/// As a pipeline, as an author would write it: a join of those who came with those who sell.
pub fn pipeline(events: &Arc<Vec<Event>>, pieces: usize) -> (Pipeline, Checked) {
    let (pipeline, checked) = (Pipeline::new(), Checked::default());
    let events =
        pipeline.read(Replay::new(events, pieces)).window(Window::fixed(millis(WINDOW_MILLIS)));
    let names = events.flat_map_into(|event, out: &mut Emit<'_, (u64, String)>| {
        if let Event::Person(person) = event {
            out.emit((person.id, person.name.clone()));
        }
    });
    let sellers = events.flat_map_into(|event, out: &mut Emit<'_, (u64, u64)>| {
        if let Event::Auction(auction) = event {
            out.emit((auction.seller, auction.id));
        }
    });
    type Both = (u64, (Group<String>, Group<u64>));
    (names, sellers)
        .co_group_by_key()
        .flat_map_into(|(id, (names, auctions)): &Both, out: &mut Emit<'_, (u64, String)>| {
            if !auctions.is_empty() {
                for name in names.iter() {
                    out.emit((*id, name?));
                }
            }
            Ok::<(), Error>(())
        })
        .windowed()
        .write(checked.rows(|row: &Windowed<(u64, String)>| {
            let (id, name) = &row.value;
            (seconds(row.window.start()), *id, name.len() as u64)
        }));
    (pipeline, checked)
}

/// What timely has of a window.
#[derive(Default)]
struct Gathered {
    names: flow::Table<u64, String>,
    sellers: HashSet<u64, FixedState>,
}

/// As a dataflow of timely: one stream of both sides, to whom an id belongs.
pub fn flow(events: &Arc<Vec<Event>>, workers: usize) -> Check {
    const WINDOW: u64 = WINDOW_MILLIS.unsigned_abs();
    type Side = (u64, u64, Option<String>);
    flow::run(events, workers, |scope, events, seen| {
        let sides = flow::replay(scope, events, Event::clone).flat_map(|event| {
            let at = flow::unsigned(event.at().millis());
            match event {
                Event::Person(person) => Some((at, person.id, Some(person.name))),
                Event::Auction(auction) => Some((at, auction.seller, None)),
                Event::Bid(_) => None,
            }
        });
        let both = flow::windows::<WINDOW, 1, Side, Gathered, _>(
            sides,
            Exchange::new(|side: &Side| flow::owner(side.1)),
            |side| side.0,
            |gathered, (_, id, name)| match name {
                Some(name) => drop(gathered.names.insert(*id, name.clone())),
                None => drop(gathered.sellers.insert(*id)),
            },
            |end, Gathered { names, sellers }| {
                let came = names.into_iter().filter(move |(id, _)| sellers.contains(id));
                came.map(move |(id, name)| (end - WINDOW, id, name))
            },
        );
        flow::check(both, seen, |(start, id, name)| (start / 1_000, *id, name.len() as u64));
    })
}
