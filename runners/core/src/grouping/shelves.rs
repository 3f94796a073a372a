//! A grouping larger than memory: its keys lie on shelves, some of them in memory, the others on disk.
//!
//! A shelf in memory is an engine of its own. One on disk is a log: the rows of the engine it was,
//! then the elements that have come since. Elements join the log if all they can do is to wait;
//! where one of them may fire, merge or be late, the shelf is brought to memory first. So it is when
//! the watermark passes what lies on it. What comes of elements is what would have come of them at
//! once.

mod away;
mod log;
mod record;
mod waits;

use super::engine::{Blueprint, Engine};
use super::saved::SavedRow;
use super::{Drops, Panes};
use away::{Away, Saving};
use heliostat::batch::{Batch, Windows};
use heliostat::graph::kernel::KeyGroups;
use heliostat::savepoint::key_group;
use heliostat::{OpenWindows, Result, Timestamp};
use log::Blocks;
use std::collections::VecDeque;
use std::path::Path;

/// How many shelves a grouping has on a worker.
const SHELVES: usize = 256;

/// So many bytes of a bundle are put on shelves together.
const STAGED_BYTES_MAX: usize = 8 << 20;

/// What fires leaves in parts, from shelves of about so many bytes together.
const PART_BYTES: usize = 8 << 20;

/// All keys of all windows, on one worker.
pub(super) struct Shelves {
    shelves: Vec<Shelf>,
    /// Finds the shelf of a key.
    homes: Box<dyn KeyGroups>,
    blocks: Blocks,
    /// About so many bytes may be in memory.
    limit: usize,
    watermark: Timestamp,
    now: Timestamp,
    /// Of the bundle in hand, what is not on its shelf yet, and about how many bytes that is.
    staged: Option<(Batch, usize)>,
    /// The watermark that it is being moved to, and the shelves that are still to be told of it.
    advancing: Option<(Timestamp, VecDeque<usize>)>,
}

enum Shelf {
    Here(Box<Here>),
    Away(Away),
}

/// A shelf in memory.
struct Here {
    engine: Engine,
    /// About how many bytes it takes.
    bytes: usize,
    /// The bundle in hand has brought something.
    in_hand: bool,
}

impl Shelves {
    /// The shelves of all that an engine has: on disk.
    pub(super) fn of(
        blueprint: &Blueprint,
        engine: &Engine,
        (watermark, now): (Timestamp, Timestamp),
        room: &Path,
    ) -> Result<Self> {
        let mut blocks = Blocks::within(room)?;
        let mut shelves: Vec<Away> = (0..SHELVES).map(|_| Away::default()).collect();
        let saving = Saving::of(blueprint, engine, now);
        engine.save(&blueprint.windowing, &mut |row: SavedRow| {
            let shelf = key_group(row.key()) as usize % SHELVES;
            shelves[shelf].push_row(row, &saving, &mut blocks)
        })?;
        Ok(Self {
            shelves: shelves.into_iter().map(Shelf::Away).collect(),
            homes: blueprint.kernels.key_groups(blueprint.seed),
            blocks,
            limit: 0,
            watermark,
            now,
            staged: None,
            advancing: None,
        })
    }

    /// Takes one batch of the bundle in hand, of about so many bytes, and leaves it empty.
    pub(super) fn add(
        &mut self,
        blueprint: &Blueprint,
        (batch, bytes): (&mut Batch, usize),
        drops: &mut Drops,
    ) -> Result<()> {
        let assigned = |batch: &Batch| match &batch.meta.windows {
            Windows::ByTimestamp(by) => *by == blueprint.windowing.window_fn,
            Windows::Const(_) | Windows::Each(_) | Windows::Many { .. } => false,
        };
        if !assigned(batch) && !batch.meta.windows.one_each() {
            *batch = batch.exploded();
        }
        match &mut self.staged {
            Some((staged, all)) if assigned(staged) == assigned(batch) => {
                staged.append(batch);
                *all += bytes;
            }
            Some(_) | None => {
                self.deal(blueprint, drops)?;
                let empty = batch.empty_like();
                self.staged = Some((std::mem::replace(batch, empty), bytes));
            }
        }
        batch.clear();
        match &self.staged {
            Some((_, bytes)) if STAGED_BYTES_MAX < *bytes => self.deal(blueprint, drops),
            Some(_) | None => Ok(()),
        }
    }

    /// Puts what is staged on its shelves.
    fn deal(&mut self, blueprint: &Blueprint, drops: &mut Drops) -> Result<()> {
        let Some((mut batch, bytes)) = self.staged.take() else { return Ok(()) };
        let bytes_each = bytes.div_ceil(batch.len().max(1));
        let mut to = Vec::with_capacity(batch.len());
        self.homes.find(batch.values.as_ref(), &mut to);
        to.iter_mut().for_each(|group| *group %= SHELVES as u32);
        let parts = batch.scattered(&to, SHELVES).into_iter().enumerate();
        for (at, part) in parts.filter(|(_, part)| !part.is_empty()) {
            let bytes = bytes_each * part.len();
            self.put(blueprint, (at, part, bytes), drops)?;
        }
        Ok(())
    }

    fn put(
        &mut self,
        blueprint: &Blueprint,
        (at, mut batch, bytes): (usize, Batch, usize),
        drops: &mut Drops,
    ) -> Result<()> {
        let in_memory = self.bytes_here();
        if let Shelf::Away(away) = &mut self.shelves[at] {
            // Half of the room is for what is in memory to grow.
            let has_room = in_memory + away.bytes + bytes <= self.limit / 2;
            let waits = waits::until(blueprint, &batch.meta, batch.len(), self.watermark);
            if let (Some(due), false) = (waits, has_room) {
                let edge = (&blueprint.windowing.window_fn, blueprint.kernels.values());
                let when = (due, self.watermark);
                return away.push_elements((&batch, bytes), edge, when, &mut self.blocks);
            }
            self.make_room(blueprint, away_bytes(&self.shelves[at]) + bytes)?;
            self.bring(blueprint, at)?;
        }
        let Shelf::Here(here) = &mut self.shelves[at] else { return Ok(()) };
        here.engine.add(&mut batch, blueprint.kernels.as_ref(), drops);
        here.bytes += bytes;
        here.in_hand = true;
        Ok(())
    }

    /// Brings a shelf to memory.
    fn bring(&mut self, blueprint: &Blueprint, at: usize) -> Result<()> {
        let Shelf::Away(away) = &mut self.shelves[at] else { return Ok(()) };
        let engine = away.engine(blueprint, (self.watermark, self.now), &self.blocks)?;
        away.clear(&mut self.blocks);
        let bytes = engine.bytes();
        self.shelves[at] = Shelf::Here(Box::new(Here { engine, bytes, in_hand: false }));
        Ok(())
    }

    /// Moves shelves to disk, the largest first, until so many bytes more have room, or only such are
    /// left that the bundle in hand has touched.
    fn make_room(&mut self, blueprint: &Blueprint, more: usize) -> Result<()> {
        let mut in_memory = self.bytes_here();
        while self.limit < in_memory + more {
            let largest = |(at, shelf): (usize, &Shelf)| match shelf {
                Shelf::Here(here) if !here.in_hand => Some((here.bytes, at)),
                Shelf::Here(_) | Shelf::Away(_) => None,
            };
            let largest = self.shelves.iter().enumerate().filter_map(largest).max();
            let Some((bytes, at)) = largest else { return Ok(()) };
            in_memory -= bytes;
            self.send_away(blueprint, at)?;
        }
        Ok(())
    }

    fn send_away(&mut self, blueprint: &Blueprint, at: usize) -> Result<()> {
        let Shelf::Here(here) = &self.shelves[at] else { return Ok(()) };
        let mut away = Away::default();
        let saving = Saving::of(blueprint, &here.engine, self.now);
        here.engine.save(&blueprint.windowing, &mut |row: SavedRow| {
            away.push_row(row, &saving, &mut self.blocks)
        })?;
        away.bytes = here.bytes;
        self.shelves[at] = Shelf::Away(away);
        Ok(())
    }

    /// Stays within so many bytes from now on.
    pub(super) fn keep_within(&mut self, blueprint: &Blueprint, limit: usize) -> Result<()> {
        self.limit = limit;
        for here in self.here_mut() {
            here.bytes = here.engine.bytes();
        }
        // A quarter more, so that not each bundle moves a shelf.
        if limit < self.bytes_here() { self.make_room(blueprint, limit / 4) } else { Ok(()) }
    }

    /// Ends the bundle in hand.
    pub(super) fn end_bundle(
        &mut self,
        blueprint: &Blueprint,
        panes: &mut Panes,
        drops: &mut Drops,
    ) -> Result<()> {
        self.deal(blueprint, drops)?;
        let touched = self.here_mut().filter(|here| here.in_hand);
        for here in touched {
            here.in_hand = false;
            here.engine.end_bundle(panes, blueprint.kernels.as_ref(), drops)?;
        }
        Ok(())
    }

    /// Moves the watermark, and fires one part of what that makes due; says whether it was the last.
    pub(super) fn advance(
        &mut self,
        blueprint: &Blueprint,
        to: Timestamp,
        panes: &mut Panes,
    ) -> Result<bool> {
        let advancing = self.advancing.take().unwrap_or_else(|| (to, self.to_advance(to)));
        let (under_way, mut queue) = advancing;
        debug_assert!(under_way == to, "one watermark after the other");
        let mut fired_bytes = 0;
        while let Some(at) = queue.pop_front() {
            let was_away = away_bytes(&self.shelves[at]);
            if 0 < was_away {
                self.make_room(blueprint, was_away)?;
            }
            self.bring(blueprint, at)?;
            let Shelf::Here(here) = &mut self.shelves[at] else { continue };
            let before = (here.bytes, panes.count());
            here.engine.advance(to, panes);
            if before.1 < panes.count() {
                fired_bytes += before.0;
            }
            if here.engine.is_empty() {
                self.shelves[at] = Shelf::Away(Away::default());
            } else if 0 < was_away {
                here.bytes = here.engine.bytes();
                self.make_room(blueprint, 0)?;
            }
            if PART_BYTES < fired_bytes {
                break;
            }
        }
        if !queue.is_empty() {
            self.advancing = Some((to, queue));
            return Ok(false);
        }
        self.watermark = to;
        Ok(true)
    }

    /// The shelves that a watermark matters to: those in memory, then those with something due.
    fn to_advance(&self, to: Timestamp) -> VecDeque<usize> {
        let all = || self.shelves.iter().enumerate();
        let here = all().filter(|(_, shelf)| matches!(shelf, Shelf::Here(_)));
        let due = all().filter(|(_, shelf)| match shelf {
            Shelf::Here(_) => false,
            Shelf::Away(away) => away.due < to,
        });
        here.chain(due).map(|(at, _)| at).collect()
    }

    /// Fires what processing time has made due.
    pub(super) fn fire_overdue(&mut self, blueprint: &Blueprint, panes: &mut Panes) -> Result<()> {
        for at in 0..self.shelves.len() {
            if let Shelf::Away(away) = &self.shelves[at] {
                if away.deadline.is_none_or(|deadline| self.now <= deadline) {
                    continue;
                }
                self.make_room(blueprint, away.bytes)?;
                self.bring(blueprint, at)?;
            }
            let Shelf::Here(here) = &mut self.shelves[at] else { continue };
            here.engine.fire_overdue(panes);
        }
        Ok(())
    }

    pub(super) fn set_now(&mut self, now: Timestamp) {
        self.now = now;
        self.here_mut().for_each(|here| here.engine.set_now(now));
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        let of = |shelf: &Shelf| match shelf {
            Shelf::Here(here) => here.engine.next_deadline(),
            Shelf::Away(away) => away.deadline,
        };
        self.shelves.iter().filter_map(of).min()
    }

    /// The earliest hold that may be behind the watermark.
    pub(super) fn hold(&self) -> Option<Timestamp> {
        let of = |shelf: &Shelf| match shelf {
            Shelf::Here(here) => here.engine.hold(),
            Shelf::Away(away) => away.hold,
        };
        self.shelves.iter().filter_map(of).min()
    }

    pub(super) fn open_windows(&self, blueprint: &Blueprint) -> Result<OpenWindows> {
        let mut open = OpenWindows::default();
        self.each_engine(blueprint, |engine| {
            let OpenWindows { windows, panes_pending } = engine.open_windows();
            open.windows += windows;
            open.panes_pending += panes_pending;
            Ok(())
        })?;
        Ok(open)
    }

    pub(super) fn saved_rows(&self) -> u64 {
        let of = |shelf: &Shelf| match shelf {
            Shelf::Here(here) => here.engine.saved_rows(),
            Shelf::Away(away) => away.rows,
        };
        self.shelves.iter().map(of).sum()
    }

    pub(super) fn save(
        &self,
        blueprint: &Blueprint,
        each: &mut dyn FnMut(SavedRow) -> Result<()>,
    ) -> Result<()> {
        self.each_engine(blueprint, |engine| engine.save(&blueprint.windowing, each))
    }

    /// Looks at each shelf as an engine, one after the other, and leaves it where it is.
    fn each_engine(
        &self,
        blueprint: &Blueprint,
        mut look: impl FnMut(&Engine) -> Result<()>,
    ) -> Result<()> {
        for shelf in &self.shelves {
            match shelf {
                Shelf::Here(here) => look(&here.engine)?,
                Shelf::Away(away) if away.is_empty() => {}
                Shelf::Away(away) => {
                    look(&away.engine(blueprint, (self.watermark, self.now), &self.blocks)?)?;
                }
            }
        }
        Ok(())
    }

    /// About how many bytes are in memory.
    pub(super) fn bytes(&self) -> usize {
        let of = |shelf: &Shelf| match shelf {
            Shelf::Here(here) => here.engine.bytes(),
            Shelf::Away(away) => away.bytes_in_memory(),
        };
        self.shelves.iter().map(of).sum()
    }

    /// The same of the shelves there, as far as they were weighed.
    fn bytes_here(&self) -> usize {
        let of = |shelf: &Shelf| match shelf {
            Shelf::Here(here) => here.bytes,
            Shelf::Away(_) => 0,
        };
        self.shelves.iter().map(of).sum()
    }

    fn here_mut(&mut self) -> impl Iterator<Item = &mut Here> {
        self.shelves.iter_mut().filter_map(|shelf| match shelf {
            Shelf::Here(here) => Some(here.as_mut()),
            Shelf::Away(_) => None,
        })
    }
}

/// About how many bytes a shelf on disk would take in memory.
fn away_bytes(shelf: &Shelf) -> usize {
    match shelf {
        Shelf::Here(_) => 0,
        Shelf::Away(away) => away.bytes,
    }
}
