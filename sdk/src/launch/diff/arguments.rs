//! What `diff` is asked: which runners, how many rows, and how many of them come at once.

use crate::launch::arguments::{
    BUNDLE_ROWS, DEFAULT_RUNNER, NONE_LINKED, ROWS, RUNNERS, argument_id, named, names, own,
};
use crate::launch::build::Trust;
use crate::launch::run::TRUSTING;
use crate::launch::settings::{any_given, of_runner, with_settings};
use crate::{Error, Result, Runner};
use clap::{ArgMatches, Command, value_parser};

/// So many rows of each read are taken where nothing else is said.
const ROWS_DEFAULT: u64 = 100_000;

/// So many rows come at once where nothing else is said: few enough that windows close in between.
const BUNDLE_ROWS_DEFAULT: u64 = 32;

/// The same with the arguments of `diff`.
pub(in crate::launch) fn with_arguments(command: Command, runners: &[Box<dyn Runner>]) -> Command {
    let linked = format!("The runners, the reference first [default: {}]", names_in_order(runners));
    let count = |long| own(long).value_name("N").value_parser(value_parser!(u64).range(1..));
    let command = command
        .arg(own(RUNNERS).value_name("NAMES").value_delimiter(',').help(linked))
        .arg(count(ROWS).help(format!("Takes so many rows of each read [default: {ROWS_DEFAULT}]")))
        .arg(count(BUNDLE_ROWS).help(format!(
            "So many rows of a read come at once; with 1 they have an order [default: \
             {BUNDLE_ROWS_DEFAULT}]"
        )));
    runners.iter().fold(command, |command, runner| with_settings(command, runner.as_ref()))
}

/// What was asked for.
pub(super) struct Asked {
    /// At least two, by different names; the first is the reference.
    pub(super) runners: Vec<Box<dyn Runner>>,
    /// How much the pipeline is trusted while it is built.
    pub(super) trust: Trust,
    pub(super) limits: Limits,
}

/// How much of the input is taken, and in which pieces.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Of each read.
    pub(super) rows: u64,
    /// Of a read or of what the program creates, at once.
    pub(super) bundle_rows: usize,
}

impl Asked {
    /// What the command line says.
    ///
    /// # Errors
    /// If a runner is not there, if there are not two of them, or if a setting belongs to none of
    /// them or does not fit.
    pub(super) fn of(matches: &ArgMatches, runners: &[Box<dyn Runner>]) -> Result<Self> {
        let chosen = chosen(matches, runners)?;
        for owner in runners {
            let is_chosen = chosen.iter().any(|chosen| chosen.name() == owner.name());
            if let Some(long) = any_given(matches, owner.as_ref()).filter(|_| !is_chosen) {
                return Err(Error::new(format!(
                    "`--{long}` belongs to the runner `{}`, which is not compared\n  \
                     help: leave it out, or name the runner in `--runners`",
                    owner.name(),
                )));
            }
        }
        let settings: Vec<_> = chosen.iter().map(|runner| of_runner(matches, *runner)).collect();
        let trust = chosen.iter().zip(&settings).map(|(runner, settings)| {
            match settings.contains_key(TRUSTING) {
                true => Trust::Trusting,
                false => Trust::of(*runner),
            }
        });
        let trust = trust.max().unwrap_or(Trust::Trusting);
        let configured = chosen.iter().zip(&settings).map(|(it, settings)| it.configured(settings));
        let count = |long: &str, default| {
            matches.get_one::<u64>(argument_id(long)).copied().unwrap_or(default)
        };
        let bundle_rows = count(BUNDLE_ROWS, BUNDLE_ROWS_DEFAULT);
        let limits = Limits {
            rows: count(ROWS, ROWS_DEFAULT),
            bundle_rows: usize::try_from(bundle_rows).unwrap_or(usize::MAX),
        };
        Ok(Self { runners: configured.collect::<Result<_>>()?, trust, limits })
    }
}

/// The runners that were named, or all there are.
fn chosen<'a>(matches: &ArgMatches, runners: &'a [Box<dyn Runner>]) -> Result<Vec<&'a dyn Runner>> {
    if runners.is_empty() {
        return Err(Error::new(NONE_LINKED));
    }
    let chosen = match matches.get_many::<String>(argument_id(RUNNERS)) {
        None => in_order(runners),
        Some(asked) => {
            let mut chosen: Vec<&dyn Runner> = Vec::new();
            for name in asked {
                let runner = named(name, runners)?;
                if chosen.iter().all(|known| known.name() != runner.name()) {
                    chosen.push(runner);
                }
            }
            chosen
        }
    };
    match chosen.as_slice() {
        [only] => Err(Error::new(format!(
            "only the runner `{}` is there to be compared, and it takes two\n  linked in: {}\n  \
             help: name others beside it, as in `--runners direct,micro-batch`, and link them in \
             with `use .. as _;`",
            only.name(),
            names(runners),
        ))),
        _ => Ok(chosen),
    }
}

/// All runners, the default one first: it is the reference.
fn in_order(runners: &[Box<dyn Runner>]) -> Vec<&dyn Runner> {
    let mut all: Vec<&dyn Runner> = runners.iter().map(AsRef::as_ref).collect();
    all.sort_by_key(|runner| runner.name() != DEFAULT_RUNNER);
    all
}

fn names_in_order(runners: &[Box<dyn Runner>]) -> String {
    in_order(runners).iter().map(|runner| runner.name()).collect::<Vec<_>>().join(",")
}
