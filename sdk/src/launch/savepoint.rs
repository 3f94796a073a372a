//! Where a run begins and ends, as the command line says it.

mod key;
mod rows;
mod show;

pub(super) use show::show;

use super::arguments::{FROM, SAVEPOINT, named_file, savepoint_every, stop_at};
use super::number::{bytes, counted};
use crate::graph::{Functions, Graph};
use crate::preflight::{self, Problem};
use crate::runner::{no_savepoints, no_savepoints_on_the_way};
use crate::{Duration, Error, JobOptions, Result, RunResult, Runner, Savepoint, SavepointStore};
use clap::ArgMatches;
use std::path::{Path, PathBuf};

/// What was asked for.
#[derive(Default)]
pub(super) struct Request {
    stop_at: Option<u64>,
    from: Option<(PathBuf, Savepoint)>,
    store: Option<FileStore>,
    every: Option<Duration>,
}

/// Writes savepoints of a run to a file, which holds the last one whole.
struct FileStore {
    path: PathBuf,
    /// The size of the file, once it is written.
    written: Option<u64>,
}

impl SavepointStore for FileStore {
    fn store(&mut self, savepoint: &Savepoint) -> Result<()> {
        self.written = Some(savepoint.write_to(&self.path)?);
        Ok(())
    }
}

impl Request {
    /// What the command line says; what can be known to go wrong does so here.
    ///
    /// # Errors
    /// If the runner knows no savepoints, if that to begin at cannot be read, or if that to be
    /// written could not be.
    pub(super) fn of(matches: &ArgMatches, runner: &dyn Runner) -> Result<Self> {
        let (stop_at, from) = (stop_at(matches), named_file(matches, FROM));
        let savepoint = named_file(matches, SAVEPOINT);
        let is_plain = stop_at.is_none() && from.is_none() && savepoint.is_none();
        if !is_plain && !runner.takes_savepoints() {
            return Err(Error::new(no_savepoints(runner.name())));
        }
        let every = savepoint_every(matches);
        if every.is_some() && !runner.saves_as_it_goes() {
            return Err(Error::new(no_savepoints_on_the_way(runner.name())));
        }
        let from = from.map(|path| Ok::<_, Error>((path.clone(), Savepoint::read_from(path)?)));
        if let Some(path) = savepoint {
            Savepoint::try_path(path).map_err(|error| {
                Error::new(format!(
                    "{error}\n  help: give `--savepoint` a file in a directory that is there and \
                     can be written to",
                ))
            })?;
        }
        let store = savepoint.map(|path| FileStore { path: path.clone(), written: None });
        Ok(Self { stop_at, from: from.transpose()?, store, every })
    }

    /// What there is to say of the pipeline, given what was asked for.
    pub(super) fn problems(&self, graph: &Graph, functions: &Functions) -> Vec<Problem> {
        let matched = self.from.as_ref().map(|(_, from)| from.matched_to(graph, functions));
        let mut problems = matched.and_then(Result::err).unwrap_or_default();
        if self.store.is_some() {
            problems.extend(preflight::unnamed_state(graph));
        }
        problems
    }

    /// What is odd about the savepoint and does no harm by itself.
    pub(super) fn remark(&self, program: &str) -> Option<String> {
        let (path, from) = self.from.as_ref()?;
        let writer = &from.header.program;
        (!writer.is_empty() && writer != program).then(|| {
            format!(
                "warning: the savepoint `{}` was written by the program `{writer}`, and this is \
                 `{program}`",
                path.display()
            )
        })
    }

    pub(super) fn options<'a>(&'a mut self, program: &'a str) -> JobOptions<'a> {
        let Self { stop_at, from, store, every } = self;
        JobOptions {
            program,
            stop_at: *stop_at,
            from: from.as_ref().map(|(_, savepoint)| savepoint),
            savepoints: store.as_mut().map(|store| store as &mut dyn SavepointStore),
            savepoint_every: *every,
        }
    }

    /// Where the savepoint is and how to go on from it; or why there is none although one was
    /// asked for.
    pub(super) fn told(&self, result: &RunResult) -> Option<String> {
        let store = self.store.as_ref()?;
        let path = store.path.display();
        if let Some(size) = store.written.filter(|_| result.interrupted.is_some()) {
            let after = result.stopped.map_or_else(String::new, |stopped| {
                format!(", after {}", counted(stopped.bundles, "bundle"))
            });
            let size = bytes(size);
            return Some(format!(
                "savepoint {path}: {size}{after}; go on with `run --from {path}`"
            ));
        }
        let why = match result.interrupted {
            Some(_) => "the runner stopped and left none",
            None => "the run came to its end",
        };
        let rest = match store.path.exists() {
            true => format!("; what is in {path} is older"),
            false => String::new(),
        };
        Some(format!("no savepoint: {why}{rest}"))
    }

    /// What is left to somebody whose run failed, before or after anything of it appeared.
    pub(super) fn way_back(&self, has_written: bool) -> Option<String> {
        if let Some(store) = self.store.as_ref().filter(|store| store.written.is_some()) {
            let path = store.path.display();
            return Some(format!(
                "savepoint {path}: the run up to its last savepoint; go on with `run --from {path}`"
            ));
        }
        let path: &Path = &self.from.as_ref().filter(|_| !has_written)?.0;
        let path = path.display();
        Some(format!("the savepoint {path} is as it was: `run --from {path}` begins there again"))
    }
}
