//! Two sinks that can be looked at: one appears round by round, one is a file at the end.

use super::source::Item;
use super::switch::{Kind, Step, meet, meet_or_panic, phase};
use heliostat::graph::WriteSpec;
use heliostat::prelude::*;
use heliostat::{Completion, SinkStyle, Written};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

type Part = (u64, u32, Vec<(u64, Item)>);

/// An epoch that has appeared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Epoch {
    pub(crate) phase: u32,
    /// By shard.
    pub(crate) parts: BTreeMap<u32, Vec<(u64, u64)>>,
}

#[derive(Debug, Default)]
pub(crate) struct Shelf {
    pub(crate) epochs: BTreeMap<u64, Epoch>,
    /// Parts that are open or prepared.
    pub(crate) parts: BTreeSet<(u64, u32)>,
    /// What no runner may ask for.
    pub(crate) offences: Vec<String>,
}

/// Appears epoch by epoch.
#[derive(Clone, Default)]
pub(crate) struct Epochs(Arc<Mutex<Shelf>>);

pub(crate) struct EpochPart {
    sink: Epochs,
    epoch: u64,
    shard: u32,
    rows: Vec<(u64, Item)>,
    prepared: bool,
}

impl Epochs {
    pub(crate) fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().expect("nothing panics while it is held")
    }
}

impl Shelf {
    fn add(&mut self, (epoch, shard): (u64, u32)) {
        if !self.parts.insert((epoch, shard)) || self.epochs.contains_key(&epoch) {
            self.offences.push(format!("a second part {shard} of epoch {epoch}"));
        }
    }

    /// Lets parts appear, each epoch whole.
    fn appear(&mut self, parts: Vec<Part>) {
        let mut epochs: BTreeMap<u64, Epoch> = BTreeMap::new();
        for (epoch, shard, rows) in parts {
            self.parts.remove(&(epoch, shard));
            let rows = rows.into_iter().map(|(key, Item(value))| (key, value)).collect();
            let one = Epoch { phase: phase(), parts: BTreeMap::new() };
            if epochs.entry(epoch).or_insert(one).parts.insert(shard, rows).is_some() {
                self.offences.push(format!("epoch {epoch} has part {shard} twice"));
            }
        }
        for (number, epoch) in epochs {
            match self.epochs.get(&number) {
                Some(known) if *known == epoch => {}
                Some(_) => self.offences.push(format!("epoch {number} appears twice")),
                None => drop(self.epochs.insert(number, epoch)),
            }
        }
    }
}

impl Write for Epochs {
    type Element = (u64, Item);
    type Committable = Part;
    type Writer = EpochPart;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::PerEpoch, about: "epochs".into() }
    }

    fn open(&self, epoch: u64, shard: u32) -> Result<EpochPart> {
        meet((Kind::Open, Step::Epochs))?;
        self.shelf().add((epoch, shard));
        Ok(EpochPart { sink: self.clone(), epoch, shard, rows: Vec::new(), prepared: false })
    }

    fn commit(&self, parts: Vec<Part>, _: Completion) -> Result<Written> {
        meet((Kind::Commit, Step::Epochs))?;
        let elements = parts.iter().map(|part| part.2.len() as u64).sum();
        self.shelf().appear(parts);
        meet((Kind::Appeared, Step::Epochs))?;
        Ok(Written { place: "epochs".into(), elements })
    }

    fn discard(&self, parts: Vec<Part>) {
        let mut shelf = self.shelf();
        for (epoch, shard, _) in parts {
            shelf.parts.remove(&(epoch, shard));
        }
        drop(shelf);
        meet_or_panic((Kind::Discard, Step::Epochs));
    }
}

impl Writer for EpochPart {
    type Element = (u64, Item);
    type Committable = Part;

    fn write(&mut self, rows: &mut Vec<(u64, Item)>) -> Result<()> {
        self.rows.append(rows);
        meet((Kind::Write, Step::Epochs))
    }

    fn prepare(mut self) -> Result<Part> {
        meet((Kind::Prepare, Step::Epochs))?;
        self.prepared = true;
        Ok((self.epoch, self.shard, std::mem::take(&mut self.rows)))
    }
}

impl Drop for EpochPart {
    fn drop(&mut self) {
        if !self.prepared {
            self.sink.shelf().parts.remove(&(self.epoch, self.shard));
        }
    }
}

/// A file that appears at the end, made of the files of its parts.
#[derive(Clone)]
pub(crate) struct Lines {
    pub(crate) folder: PathBuf,
}

/// Is a file when it is prepared.
pub(crate) struct LinesPart {
    path: PathBuf,
    lines: String,
}

impl Lines {
    pub(crate) const FILE: &'static str = "out";

    fn read(path: &Path) -> Result<String> {
        Ok(fs::read_to_string(path)?)
    }

    /// Where a commit is repeated, they are gone already.
    fn remove(parts: &[String]) {
        parts.iter().for_each(|part| drop(fs::remove_file(part)));
    }
}

impl Write for Lines {
    type Element = (u64, Item);
    type Committable = String;
    type Writer = LinesPart;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::AtEnd, about: Self::FILE.into() }
    }

    fn open(&self, epoch: u64, shard: u32) -> Result<LinesPart> {
        meet((Kind::Open, Step::File))?;
        let path = self.folder.join(format!("part-{epoch}-{shard}"));
        Ok(LinesPart { path, lines: String::new() })
    }

    fn commit(&self, parts: Vec<String>, completion: Completion) -> Result<Written> {
        meet((Kind::Commit, Step::File))?;
        let name = match completion {
            Completion::Complete => Self::FILE,
            Completion::Interrupted => "interrupted",
        };
        let out = self.folder.join(name);
        if !out.exists() {
            let parts: Result<String> =
                parts.iter().map(|part| Self::read(part.as_ref())).collect();
            fs::write(&out, parts?)?;
        }
        Self::remove(&parts);
        meet((Kind::Appeared, Step::File))?;
        let elements = Self::read(&out)?.lines().count() as u64;
        Ok(Written { place: name.into(), elements })
    }

    fn recover(&self, parts: &[String]) -> Result<()> {
        parts.iter().try_for_each(|part| Self::read(part.as_ref()).map(drop))?;
        meet((Kind::Recover, Step::File))
    }

    fn discard(&self, parts: Vec<String>) {
        Self::remove(&parts);
        meet_or_panic((Kind::Discard, Step::File));
    }
}

impl Writer for LinesPart {
    type Element = (u64, Item);
    type Committable = String;

    fn write(&mut self, rows: &mut Vec<(u64, Item)>) -> Result<()> {
        self.lines.extend(rows.drain(..).map(|(key, Item(value))| format!("{key} {value}\n")));
        meet((Kind::Write, Step::File))
    }

    fn prepare(self) -> Result<String> {
        meet((Kind::Prepare, Step::File))?;
        // A part that is there already was left behind.
        File::create_new(&self.path)?.write_all(self.lines.as_bytes())?;
        Ok(self.path.display().to_string())
    }
}
