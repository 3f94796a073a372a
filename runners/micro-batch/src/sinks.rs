//! The writes of a run: a part per round and shard, prepared at the end of the round.

use heliostat::batch::Batch;
use heliostat::erased_io::ErasedWriter;
use heliostat::graph::Functions;
use heliostat::savepoint::WriteState;
use heliostat::{Completion, Error, Result, RunError, SinkStyle, TransformId, Written};
use heliostat_runner_core::{OpenedWrite, caught};
use std::collections::BTreeMap;

/// All writes of a run. Dropped without a commit, nothing of them appears.
pub(crate) struct Sinks {
    open: BTreeMap<TransformId, Sink>,
}

struct Sink {
    write: TransformId,
    path: String,
    style: SinkStyle,
    epoch: u64,
    /// The first part, which was opened to see that it can be.
    first: Option<Box<dyn ErasedWriter>>,
    /// What the round in hand has for it, by shard.
    round: BTreeMap<u32, Vec<Batch>>,
    /// Prepared and not committed, in the order of epochs and shards.
    prepared: Vec<Vec<u8>>,
    /// So many of them, in front, are of earlier runs: a savepoint names them.
    earlier: usize,
    /// What has appeared so far.
    written: Option<Written>,
}

impl Sinks {
    pub(crate) fn of(opened: Vec<OpenedWrite>) -> Self {
        let sink = |opened: OpenedWrite| {
            let OpenedWrite { target, write, path, style, epoch, earlier, part } = opened;
            let sink = Sink {
                write,
                path,
                style,
                epoch,
                first: Some(part),
                round: BTreeMap::new(),
                earlier: earlier.len(),
                prepared: earlier,
                written: None,
            };
            (target, sink)
        };
        Self { open: opened.into_iter().map(sink).collect() }
    }

    /// Keeps what a shard has for a write until the round ends.
    pub(crate) fn take(&mut self, step: TransformId, shard: usize, batch: Batch) {
        let sink = self.open.get_mut(&step).expect("every write was opened");
        let shard = u32::try_from(shard).expect("there are fewer than 2^32 shards");
        sink.round.entry(shard).or_default().push(batch);
    }

    /// Writes and prepares what the round has, each sink as often as it may be tried.
    pub(crate) fn prepare(&mut self, functions: &Functions, attempts: u32) -> Result<(), RunError> {
        for sink in self.open.values_mut().filter(|sink| !sink.round.is_empty()) {
            sink.prepare_round(functions, attempts)?;
        }
        Ok(())
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
        functions: &Functions,
        completion: Completion,
        attempts: u32,
    ) -> Result<BTreeMap<String, Written>, RunError> {
        // One that got nothing has a part without elements.
        let is_bare = |sink: &&mut Sink| sink.prepared.is_empty() && sink.written.is_none();
        for sink in self.open.values_mut().filter(is_bare) {
            sink.round.insert(0, Vec::new());
            sink.prepare_round(functions, attempts)?;
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
        let due = |sink: &&mut Sink| sink.style == style && !sink.prepared.is_empty();
        for sink in self.open.values_mut().filter(due) {
            sink.commit(functions, completion, attempts)?;
        }
        Ok(())
    }

    /// What each sink has let appear, by the path of its write.
    pub(crate) fn written(&self) -> BTreeMap<String, Written> {
        let written = self.open.values();
        let written = written.filter_map(|it| Some((it.path.clone(), it.written.clone()?)));
        written.collect()
    }

    /// What a savepoint says of each write.
    pub(crate) fn states(&self) -> impl Iterator<Item = (TransformId, WriteState)> + '_ {
        self.open.values().map(|sink| {
            let committables = sink.prepared.clone();
            (sink.write, WriteState { epoch: sink.epoch, committables })
        })
    }

    /// Removes what this run has prepared, after a failure; best effort.
    pub(crate) fn discard(self, functions: &Functions) {
        for mut sink in self.open.into_values() {
            let removed = caught(|| {
                functions.write(&sink.path).discard(sink.prepared.split_off(sink.earlier));
                Ok(())
            });
            drop(removed);
        }
    }
}

impl Sink {
    fn failed(&self, what: &str, error: &Error) -> RunError {
        RunError::failed(format!("`{}` {what}: {error}", self.path)).in_step(&self.path)
    }

    fn prepare_round(&mut self, functions: &Functions, attempts: u32) -> Result<(), RunError> {
        let mut round = std::mem::take(&mut self.round);
        let mut attempt = 1;
        let parts = loop {
            // What may have to be written again is copied, and that goes through the author's code.
            let given = if attempt < attempts {
                let copied = caught(|| {
                    let copies = |batches: &Vec<Batch>| batches.iter().map(Batch::copied).collect();
                    Ok(round.iter().map(|(shard, it)| (*shard, copies(it))).collect())
                });
                copied.map_err(|error| self.failed("failed", &error))?
            } else {
                std::mem::take(&mut round)
            };
            match self.write(functions, given) {
                Ok(parts) => break parts,
                Err(error) if attempt == attempts => {
                    let what = format!("failed {attempts} times, the last time with");
                    return Err(self.failed(&what, &error));
                }
                Err(_) => attempt += 1,
            }
        };
        self.prepared.extend(parts);
        self.epoch += 1;
        Ok(())
    }

    /// Writes a part for each shard; if one cannot be, none is left.
    fn write(
        &mut self,
        functions: &Functions,
        round: BTreeMap<u32, Vec<Batch>>,
    ) -> Result<Vec<Vec<u8>>> {
        let code = functions.write(&self.path);
        let mut parts = Vec::new();
        for (shard, batches) in round {
            let first = self.first.take().filter(|_| shard == 0);
            let part = caught(|| {
                let mut writer = match first {
                    Some(writer) => writer,
                    None => code.open(self.epoch, shard)?,
                };
                for mut batch in batches {
                    writer.write(&mut batch)?;
                }
                writer.prepare()
            });
            match part {
                Ok(part) => parts.push(part),
                Err(error) => {
                    let removed = caught(|| {
                        code.discard(parts);
                        Ok(())
                    });
                    drop(removed);
                    return Err(error);
                }
            }
        }
        Ok(parts)
    }

    /// Commits what is prepared. A commit that failed can be repeated.
    fn commit(
        &mut self,
        functions: &Functions,
        completion: Completion,
        attempts: u32,
    ) -> Result<(), RunError> {
        let mut attempt = 1;
        let appeared = loop {
            let parts = self.prepared.clone();
            match caught(|| functions.write(&self.path).commit(parts, completion)) {
                Ok(appeared) => break appeared,
                Err(error) if attempt == attempts => {
                    return Err(self.failed("cannot be committed", &error));
                }
                Err(_) => attempt += 1,
            }
        };
        (self.prepared, self.earlier) = (Vec::new(), 0);
        match &mut self.written {
            Some(written) => {
                written.place = appeared.place;
                written.elements += appeared.elements;
            }
            none => *none = Some(appeared),
        }
        Ok(())
    }
}
