//! The writes of a run: a part per round and shard, prepared at the end of the round; what is read
//! and written in one stage goes into parts of its own at once, which are prepared with the share of
//! the read they are of.

use crate::executor::caught_whole;
use heliostat::batch::Batch;
use heliostat::erased_io::ErasedWriter;
use heliostat::graph::{Functions, Graph};
use heliostat::{Completion, Error, Result, RunError, Savepoint, SinkStyle, TransformId, Written};
use heliostat_runner_core::{Commits, Host, Ledger, OpenedWrite, caught, for_each};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// If no more than about so many bytes are written out at a time, the batches they were in are used
/// again.
const ROOM_BYTES_MAX: usize = 16 << 20;

/// All writes of a run. Dropped without a commit, nothing of them appears.
pub(crate) struct Sinks {
    open: BTreeMap<TransformId, Sink>,
    /// What lanes have prepared in this round with what they read, by write and number.
    ready: Mutex<BTreeMap<(TransformId, u32), Vec<u8>>>,
    /// About how many bytes the round in hand has that are not written out.
    waiting_bytes: usize,
    /// What was written out last, emptied, by write and shard.
    room: Vec<(TransformId, usize, Batch)>,
}

/// A part that is written while its input is read.
pub(crate) struct OpenPart {
    step: TransformId,
    number: u32,
    writer: Box<dyn ErasedWriter>,
}

struct Sink {
    /// What it has prepared so far.
    commits: Commits,
    /// The first part, which was opened to see that it can be. Locked for the lanes, which may look at
    /// sinks and must not touch it.
    first: Mutex<Option<Box<dyn ErasedWriter>>>,
    /// What the round in hand has for it and is not written out, by shard.
    round: BTreeMap<u32, Vec<Batch>>,
    /// The round in hand has had something for it.
    is_in_epoch: bool,
}

impl Sinks {
    pub(crate) fn of(opened: Vec<OpenedWrite>) -> Self {
        let sink = |opened: OpenedWrite| {
            let target = opened.target;
            let (commits, part) = Commits::of(opened);
            let first = Mutex::new(Some(part));
            (target, Sink { commits, first, round: BTreeMap::new(), is_in_epoch: false })
        };
        Self {
            open: opened.into_iter().map(sink).collect(),
            ready: Mutex::default(),
            waiting_bytes: 0,
            room: Vec::new(),
        }
    }

    /// The path of a write.
    pub(crate) fn path(&self, step: TransformId) -> &str {
        self.open[&step].commits.path()
    }

    /// Opens a part of this round; no other part of the round has its number.
    pub(crate) fn open_part(
        &self,
        functions: &Functions,
        step: TransformId,
        number: u32,
    ) -> Result<OpenPart> {
        let Sink { commits, .. } = &self.open[&step];
        let writer = caught(|| functions.write(commits.path()).open(commits.epoch, number))?;
        Ok(OpenPart { step, number, writer })
    }

    /// Prepares parts that belong together: all of them are part of the round, or none is left.
    pub(crate) fn prepare_parts(
        &self,
        functions: &Functions,
        parts: Vec<OpenPart>,
    ) -> Result<(), (TransformId, Error)> {
        let mut prepared = BTreeMap::new();
        for OpenPart { step, number, writer } in parts {
            match caught(|| writer.prepare()) {
                Ok(part) => drop(prepared.insert((step, number), part)),
                Err(error) => {
                    discard(functions, self, prepared);
                    return Err((step, error));
                }
            }
        }
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).extend(prepared);
        Ok(())
    }

    /// Keeps what a shard has for a write, which is about so many bytes, until it is written out.
    pub(crate) fn take(&mut self, step: TransformId, shard: usize, (batch, bytes): (Batch, usize)) {
        self.waiting_bytes += bytes;
        let sink = self.open.get_mut(&step).expect("every write was opened");
        let shard = u32::try_from(shard).expect("there are fewer than 2^32 shards");
        sink.round.entry(shard).or_default().push(batch);
    }

    /// About how many bytes wait to be written out.
    pub(crate) fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// Writes and prepares what the round has, each sink as often as it may be tried; ends the
    /// epochs of those that it had something for. Parts are numbered from `first`.
    pub(crate) fn prepare(
        &mut self,
        work: (&dyn Host, &Functions),
        attempts: u32,
        first: u32,
    ) -> Result<(), RunError> {
        self.write_out(work, attempts, first)?;
        for sink in self.open.values_mut() {
            sink.commits.epoch += u64::from(std::mem::take(&mut sink.is_in_epoch));
        }
        Ok(())
    }

    /// Writes and prepares what the round has so far. Parts are numbered from `first`.
    pub(crate) fn write_out(
        &mut self,
        work: (&dyn Host, &Functions),
        attempts: u32,
        first: u32,
    ) -> Result<(), RunError> {
        let keeps_room = std::mem::take(&mut self.waiting_bytes) <= ROOM_BYTES_MAX;
        let ready = std::mem::take(self.ready.get_mut().unwrap_or_else(PoisonError::into_inner));
        let mut written: BTreeMap<TransformId, Vec<Vec<u8>>> = BTreeMap::new();
        for ((step, _), part) in ready {
            written.entry(step).or_default().push(part);
        }
        // All of them first: a failure discards what sinks know of.
        for (step, parts) in &mut written {
            let sink = self.open.get_mut(step).expect("every write was opened");
            sink.commits.take(parts.drain(..));
        }
        for (step, sink) in &mut self.open {
            sink.is_in_epoch |= !sink.round.is_empty() || written.contains_key(step);
            for (shard, batches) in sink.prepare_round(work, attempts, first)? {
                let batches = batches.into_iter().filter(|_| keeps_room);
                self.room.extend(batches.map(|batch| (*step, shard as usize, batch)));
            }
        }
        self.room.iter_mut().for_each(|(.., batch)| batch.clear());
        Ok(())
    }

    /// The batches that were written out last, emptied, and for which write and shard they were.
    pub(crate) fn take_room(&mut self) -> Vec<(TransformId, usize, Batch)> {
        std::mem::take(&mut self.room)
    }

    /// Lets sinks that appear epoch by epoch do so.
    pub(crate) fn commit_epoch(
        &mut self,
        functions: &Functions,
        attempts: u32,
    ) -> Result<(), RunError> {
        self.commit(SinkStyle::PerEpoch, functions, Completion::Complete, attempts)
    }

    /// Lets everything appear, be it empty.
    pub(crate) fn commit_all(
        &mut self,
        (host, functions): (&dyn Host, &Functions),
        completion: Completion,
        attempts: u32,
    ) -> Result<BTreeMap<String, Written>, RunError> {
        // One that got nothing has a part without elements.
        let is_bare = |sink: &&mut Sink| sink.commits.is_bare();
        for sink in self.open.values_mut().filter(is_bare) {
            sink.round.insert(0, Vec::new());
            sink.prepare_round((host, functions), attempts, 0)?;
        }
        // What appears at the end does so when all else has.
        for style in [SinkStyle::PerEpoch, SinkStyle::AtEnd] {
            self.commit(style, functions, completion, attempts)?;
        }
        Ok(self.written())
    }

    /// Lets what sinks of this style have prepared appear.
    fn commit(
        &mut self,
        style: SinkStyle,
        functions: &Functions,
        completion: Completion,
        attempts: u32,
    ) -> Result<(), RunError> {
        let mut sinks = self.open.values_mut();
        sinks.try_for_each(|it| it.commits.commit((functions, style), completion, attempts))
    }

    /// What each sink has let appear, by the path of its write.
    pub(crate) fn written(&self) -> BTreeMap<String, Written> {
        let all = self.open.values().map(|sink| &sink.commits);
        all.filter_map(|it| Some((it.path().to_owned(), it.written()?.clone()))).collect()
    }

    /// Puts what all writes have prepared into a savepoint.
    pub(crate) fn save(&self, savepoint: &mut Savepoint, ledger: &Ledger, graph: &Graph) {
        self.open.values().for_each(|sink| sink.commits.save(savepoint, ledger, graph));
    }

    /// Removes what this run has prepared, after a failure; best effort.
    pub(crate) fn discard(mut self, functions: &Functions) {
        let ready = std::mem::take(self.ready.get_mut().unwrap_or_else(PoisonError::into_inner));
        discard(functions, &self, ready);
        self.open.into_values().for_each(|sink| sink.commits.discard(functions));
    }
}

impl OpenPart {
    pub(crate) fn step(&self) -> TransformId {
        self.step
    }

    pub(crate) fn write(&mut self, batch: &mut Batch) -> Result<()> {
        caught(|| self.writer.write(batch))
    }
}

/// Removes parts that no sink knows of; best effort.
fn discard(functions: &Functions, sinks: &Sinks, parts: BTreeMap<(TransformId, u32), Vec<u8>>) {
    for ((step, _), part) in parts {
        let removed = caught(|| {
            functions.write(sinks.path(step)).discard(vec![part]);
            Ok(())
        });
        drop(removed);
    }
}

impl Sink {
    fn take_first(&mut self) -> Option<Box<dyn ErasedWriter>> {
        self.first.get_mut().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Writes and prepares what the round has; gives what was written.
    fn prepare_round(
        &mut self,
        (host, functions): (&dyn Host, &Functions),
        attempts: u32,
        first: u32,
    ) -> Result<BTreeMap<u32, Vec<Batch>>, RunError> {
        let mut round = std::mem::take(&mut self.round);
        let mut attempt = 1;
        let parts = loop {
            match self.write((host, functions), &mut round, (first, attempt < attempts))? {
                Ok(parts) => break parts,
                Err(error) if attempt == attempts => {
                    let what = format!("failed {attempts} times, the last time with");
                    return Err(self.commits.failed(&what, &error));
                }
                Err(_) => attempt += 1,
            }
        };
        self.commits.take(parts);
        Ok(round)
    }

    /// Writes a part for each shard, several at a time, of copies if it may be tried `again`; if one
    /// cannot be written, none is left. Where a worker dies, the run does.
    fn write(
        &mut self,
        (host, functions): (&dyn Host, &Functions),
        round: &mut BTreeMap<u32, Vec<Batch>>,
        (first_part, again): (u32, bool),
    ) -> Result<Result<Vec<Vec<u8>>>, RunError> {
        let code = functions.write(self.commits.path());
        let mut open = Vec::new();
        for (&shard, batches) in round {
            let number = first_part + shard;
            open.push((number, self.take_first().filter(|_| number == 0), batches));
        }
        if open.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        // Where a worker dies, what others have prepared is known nevertheless.
        let (epoch, prepared) = (self.commits.epoch, Mutex::new(BTreeMap::new()));
        let write = |_, (number, first, batches): &mut (u32, Option<_>, &mut Vec<Batch>)| {
            let part = caught(|| {
                let mut writer: Box<dyn ErasedWriter> = match first.take() {
                    Some(writer) => writer,
                    None => code.open(epoch, *number)?,
                };
                for batch in batches.iter_mut() {
                    // Copied one by one, which goes through the author's code: they stay in the
                    // caches of a core.
                    if again { writer.write(&mut batch.copied())? } else { writer.write(batch)? }
                }
                writer.prepare()
            })?;
            prepared.lock().unwrap_or_else(PoisonError::into_inner).insert(*number, part);
            Ok(())
        };
        let written = caught_whole(|| Ok(for_each(host, &mut open, write)));
        let prepared = prepared.into_inner().unwrap_or_else(PoisonError::into_inner);
        let parts = prepared.into_values().collect();
        let failed = match written {
            Ok(written) => match written.into_iter().collect::<Result<()>>() {
                Ok(()) => return Ok(Ok(parts)),
                Err(error) => Ok(Err(error)),
            },
            Err(died) => Err(died),
        };
        let removed = caught(|| {
            code.discard(parts);
            Ok(())
        });
        drop(removed);
        failed
    }
}
