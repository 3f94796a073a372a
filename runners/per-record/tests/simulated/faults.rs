//! What can fail in a run, and a host whose workers die.

use heliostat::{Error, Result};
use heliostat_runner_core::{Driven, Host, Progress, RunClock, SimulatedHost, Steps, Task};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Where something can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Fill,
    Map,
    State,
    Open,
    Write,
    Prepare,
    Commit,
    /// A step of a worker.
    Worker,
}

impl Place {
    pub(crate) const ALL: [Self; 8] = [
        Self::Fill,
        Self::Map,
        Self::State,
        Self::Open,
        Self::Write,
        Self::Prepare,
        Self::Commit,
        Self::Worker,
    ];

    /// Whether what fails there once does no harm.
    pub(crate) fn is_tried_again(self) -> bool {
        match self {
            Self::Fill | Self::Map | Self::State | Self::Commit => true,
            Self::Open | Self::Write | Self::Prepare | Self::Worker => false,
        }
    }

    /// What the error of the run holds.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Fill => "the fill is broken",
            Self::Map => "the map is broken",
            Self::State => "the state is broken",
            Self::Open => "the open is broken",
            Self::Write => "the write is broken",
            Self::Prepare => "the prepare is broken",
            Self::Commit => "the commit is broken",
            Self::Worker => "the worker is broken",
        }
    }
}

/// What fails, and how often each place was come by.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    fault: Option<(Place, u64, u32)>,
    met: Mutex<BTreeMap<Place, u64>>,
}

impl Faults {
    pub(crate) fn none() -> Arc<Self> {
        Arc::default()
    }

    /// At one call of a place, and the next ones of it.
    pub(crate) fn at(place: Place, call: u64, times: u32) -> Arc<Self> {
        Arc::new(Self { fault: Some((place, call, times)), met: Mutex::default() })
    }

    pub(crate) fn met(&self) -> BTreeMap<Place, u64> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn meet(&self, place: Place) -> Result<()> {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = met.entry(place).or_default();
        let call = *calls;
        *calls += 1;
        drop(met);
        match self.fault {
            Some((at, first, times))
                if at == place && (first..first.saturating_add(times.into())).contains(&call) =>
            {
                Err(Error::new(place.words()))
            }
            Some(_) | None => Ok(()),
        }
    }

    pub(crate) fn meet_or_panic(&self, place: Place) {
        self.meet(place).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// A simulated host whose workers die.
pub(crate) struct MortalHost {
    host: SimulatedHost,
    faults: Arc<Faults>,
}

impl MortalHost {
    pub(crate) fn of(seed: u64, faults: Arc<Faults>) -> Self {
        Self { host: SimulatedHost::of(seed), faults }
    }
}

struct Mortal<'a, W: Steps + ?Sized> {
    work: &'a mut W,
    faults: &'a Faults,
}

impl<W: Steps + ?Sized> Steps for Mortal<'_, W> {
    fn step(&mut self) -> Progress {
        self.faults.meet_or_panic(Place::Worker);
        self.work.step()
    }
}

impl Host for MortalHost {
    fn run(&self, tasks: Vec<Task<'_>>) {
        self.host.run(tasks);
    }

    fn drive(
        &self,
        clock: &RunClock,
        here: Driven<'_, dyn Steps + '_>,
        workers: Vec<Driven<'_, dyn Steps + Send + '_>>,
    ) {
        let faults = &*self.faults;
        let mut mortals = Vec::new();
        for Driven { work, bell } in workers {
            mortals.push((Mortal { work, faults }, bell));
        }
        let driven = mortals.iter_mut().map(|(work, bell)| {
            let work: &mut (dyn Steps + Send) = work;
            Driven { work, bell }
        });
        self.host.drive(clock, here, driven.collect());
    }
}
