//! The command line: launch's own arguments, the runners' settings and the author's options.

use super::diff;
use super::settings::with_settings;
use crate::graph::Format;
use crate::runner::unknown;
use crate::{Duration, Error, Result, Runner};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, value_parser};
use std::path::PathBuf;

pub(super) use crate::runner::NONE_LINKED;

/// The runner that runs what names no other.
pub(super) const DEFAULT_RUNNER: &str = "direct";

/// The arguments of launch itself, by their long names. An author's option would be refused
/// whatever command has it, so that a name means one thing in the whole program.
const OWN: [&str; 14] = [
    RUNNER,
    EVENTS,
    STOP_AT,
    SAVEPOINT,
    SAVEPOINT_EVERY,
    FROM,
    ALL,
    FORMAT,
    PLAN,
    STEP,
    RUNNERS,
    ROWS,
    BUNDLE_ROWS,
    "help",
];

pub(super) const RUNNER: &str = "runner";
pub(super) const EVENTS: &str = "events";
pub(super) const STOP_AT: &str = "stop-at";
pub(super) const SAVEPOINT: &str = "savepoint";
const SAVEPOINT_EVERY: &str = "savepoint-every";
pub(super) const FROM: &str = "from";
pub(super) const STEP: &str = "step";
pub(super) const ALL: &str = "all";
pub(super) const FORMAT: &str = "format";
pub(super) const PLAN: &str = "plan";
pub(super) const RUNNERS: &str = "runners";
pub(super) const ROWS: &str = "rows";
pub(super) const BUNDLE_ROWS: &str = "bundle-rows";

/// The forms in which `check` answers: for people, and for machines.
const ANSWERS: [&str; 2] = ["text", JSON];
pub(super) const JSON: &str = "json";

/// What a program can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subcommand {
    Run,
    Check,
    Diff,
    Graph,
    Runners,
    Matrix,
    Savepoint,
}

impl Subcommand {
    const ALL: [Self; 7] = [
        Self::Run,
        Self::Check,
        Self::Diff,
        Self::Graph,
        Self::Runners,
        Self::Matrix,
        Self::Savepoint,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Check => "check",
            Self::Diff => "diff",
            Self::Graph => "graph",
            Self::Runners => "runners",
            Self::Matrix => "matrix",
            Self::Savepoint => "savepoint",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Run => "Runs the pipeline",
            Self::Check => "Says whether a runner takes the pipeline, and what to do where not",
            Self::Diff => "Compares what runners make of the same input, and looks for a small one",
            Self::Graph => "Draws the pipeline",
            Self::Runners => "Lists the runners that are linked in",
            Self::Matrix => "Shows what the runners can do, as it was tested",
            Self::Savepoint => "Looks into what a run that stopped has left",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subcommand| subcommand.name() == name)
    }

    /// Whether it builds the pipeline, which takes the author's options.
    pub(super) fn takes_options(self) -> bool {
        match self {
            Self::Run | Self::Check | Self::Diff | Self::Graph => true,
            Self::Runners | Self::Matrix | Self::Savepoint => false,
        }
    }
}

/// The whole command line.
///
/// # Errors
/// If one of the author's options has a name that is taken.
pub(super) fn command<O: Args>(name: &'static str, runners: &[Box<dyn Runner>]) -> Result<Command> {
    let author = O::augment_args(Command::new(name));
    refuse_clashes(&author, runners)?;
    let command = Command::new(name)
        // What the author wrote about the options is about the program.
        .about(author.get_about().cloned().unwrap_or_default())
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true);
    Ok(Subcommand::ALL.into_iter().fold(command, |command, subcommand| {
        let mut own = Command::new(subcommand.name());
        if subcommand.takes_options() {
            own = O::augment_args(own.next_help_heading("Options of this pipeline"));
            own = own.next_help_heading(None::<&str>).long_about(None::<&str>);
        }
        own = own.about(subcommand.about());
        command.subcommand(with_own_arguments(own, subcommand, runners))
    }))
}

fn with_own_arguments(
    command: Command,
    subcommand: Subcommand,
    runners: &[Box<dyn Runner>],
) -> Command {
    let linked = format!("The runner (linked in: {})", names(runners));
    let runner = own(RUNNER).value_name("NAME").help(linked);
    match subcommand {
        Subcommand::Run => {
            let events = "Writes what happens to this file, as lines of JSON";
            let command = with_savepoints(command.arg(runner).arg(file(EVENTS).help(events)));
            runners.iter().fold(command, |command, runner| with_settings(command, runner.as_ref()))
        }
        Subcommand::Check => command
            .arg(runner.conflicts_with(argument_id(ALL)))
            .arg(own(ALL).action(ArgAction::SetTrue).help("Asks all runners that are linked in"))
            .arg(
                own(FORMAT)
                    .value_name("FORMAT")
                    .value_parser(PossibleValuesParser::new(ANSWERS))
                    .default_value(ANSWERS[0])
                    .help("The form of the answer"),
            ),
        Subcommand::Diff => diff::with_arguments(command, runners),
        Subcommand::Graph => command
            .arg(
                own(FORMAT)
                    .value_name("FORMAT")
                    .value_parser(PossibleValuesParser::new(Format::NAMES))
                    .default_value(Format::NAMES[0])
                    .help("The form of the drawing"),
            )
            .arg(own(PLAN).action(ArgAction::SetTrue).help("Draws how a runner would run it"))
            .arg(runner.requires(argument_id(PLAN))),
        Subcommand::Runners => command,
        Subcommand::Matrix => command.arg(runner.help("The only runner to show")),
        Subcommand::Savepoint => command.subcommand_required(true).subcommand(
            Command::new(SHOW)
                .about("Shows what is in it: steps, sizes and positions; with a step, its rows")
                .arg(
                    Arg::new(SAVEPOINT_FILE)
                        .value_name("FILE")
                        .required(true)
                        .value_parser(value_parser!(PathBuf))
                        .help("The savepoint"),
                )
                .arg(own(STEP).value_name("PATH").help("The step whose rows to show")),
        ),
    }
}

/// Where a run begins and ends, if not at its beginning and end.
fn with_savepoints(command: Command) -> Command {
    command
        .arg(
            own(STOP_AT)
                .value_name("N")
                .value_parser(value_parser!(u64))
                .help("Stops after so many bundles of the reads"),
        )
        .arg(file(SAVEPOINT).help("Writes a savepoint to this file if the run is stopped"))
        .arg(
            own(SAVEPOINT_EVERY)
                .value_name("TIME")
                .value_parser(interval)
                .requires(argument_id(SAVEPOINT))
                .help("Writes it so often, too, while the run goes on, such as `10s`"),
        )
        .arg(file(FROM).help("Goes on from this savepoint"))
}

fn interval(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text).map(Duration::try_from) {
        Ok(Ok(every)) if Duration::ZERO < every => Ok(every),
        _ => Err("a time such as `10s` or `500ms` is wanted".to_owned()),
    }
}

fn file(long: &'static str) -> Arg {
    own(long).value_name("FILE").value_parser(value_parser!(PathBuf))
}

/// What can be done with a savepoint.
const SHOW: &str = "show";
const SAVEPOINT_FILE: &str = "launch.savepoint.file";

/// One of launch's own arguments. Its id cannot be the name of a field of the author's options.
pub(super) fn own(long: &'static str) -> Arg {
    Arg::new(argument_id(long)).long(long)
}

pub(super) fn argument_id(long: &str) -> &'static str {
    match long {
        RUNNER => "launch.runner",
        EVENTS => "launch.events",
        STOP_AT => "launch.stop-at",
        SAVEPOINT => "launch.savepoint",
        SAVEPOINT_EVERY => "launch.savepoint-every",
        FROM => "launch.from",
        STEP => "launch.step",
        ALL => "launch.all",
        FORMAT => "launch.format",
        PLAN => "launch.plan",
        RUNNERS => "launch.runners",
        ROWS => "launch.rows",
        BUNDLE_ROWS => "launch.bundle-rows",
        other => unreachable!("launch has no argument `{other}`"),
    }
}

/// Finds the author's options whose names are taken, before clap does in its own words.
fn refuse_clashes(author: &Command, runners: &[Box<dyn Runner>]) -> Result<()> {
    for option in author.get_arguments() {
        let longs =
            option.get_long().into_iter().chain(option.get_all_aliases().unwrap_or_default());
        for long in longs {
            if OWN.contains(&long) {
                return Err(clash(option, &format!("--{long}"), "launch has one of that name"));
            }
            let owner = runners.iter().find(|runner| {
                long.strip_prefix(runner.name()).is_some_and(|rest| rest.starts_with('.'))
            });
            if let Some(owner) = owner {
                let why = format!("its prefix belongs to the runner `{}`", owner.name());
                return Err(clash(option, &format!("--{long}"), &why));
            }
        }
        let aliases = option.get_all_short_aliases().unwrap_or_default();
        if option.get_short().into_iter().chain(aliases).any(|short| short == 'h') {
            return Err(clash(option, "-h", "it asks for help"));
        }
    }
    Ok(())
}

fn clash(option: &Arg, name: &str, why: &str) -> Error {
    Error::new(format!(
        "the pipeline's option `{name}` (`{}` in its options) has a name that is taken: {why}\n  \
         help: give it another one",
        option.get_id(),
    ))
}

/// The runner that was asked for, or the one that needs no asking.
///
/// # Errors
/// If there is no such runner, or several and none was named.
pub(super) fn chosen_runner<'a>(
    matches: &ArgMatches,
    runners: &'a [Box<dyn Runner>],
) -> Result<&'a dyn Runner> {
    if runners.is_empty() {
        return Err(Error::new(NONE_LINKED));
    }
    match (named_runner(matches, runners)?, runners) {
        (Some(runner), _) => Ok(runner),
        (None, [only]) => Ok(only.as_ref()),
        (None, _) => find(DEFAULT_RUNNER, runners).ok_or_else(|| {
            Error::new(format!(
                "several runners are linked in: {}\n  help: choose one with `--runner NAME`",
                names(runners),
            ))
        }),
    }
}

/// The runner that was named, if one was.
///
/// # Errors
/// If there is no such runner.
pub(super) fn named_runner<'a>(
    matches: &ArgMatches,
    runners: &'a [Box<dyn Runner>],
) -> Result<Option<&'a dyn Runner>> {
    let Some(name) = matches.get_one::<String>(argument_id(RUNNER)) else {
        return Ok(None);
    };
    named(name, runners).map(Some)
}

/// The runner of this name.
///
/// # Errors
/// If there is none.
pub(super) fn named<'a>(name: &str, runners: &'a [Box<dyn Runner>]) -> Result<&'a dyn Runner> {
    find(name, runners).ok_or_else(|| Error::new(unknown(name, runners)))
}

fn find<'a>(name: &str, runners: &'a [Box<dyn Runner>]) -> Option<&'a dyn Runner> {
    runners.iter().find(|runner| runner.name() == name).map(AsRef::as_ref)
}

pub(super) fn names(runners: &[Box<dyn Runner>]) -> String {
    runners.iter().map(|runner| runner.name()).collect::<Vec<_>>().join(", ")
}

/// Whether one of launch's own flags was given.
pub(super) fn flag(matches: &ArgMatches, long: &str) -> bool {
    matches.get_flag(argument_id(long))
}

/// The file that one of launch's own arguments names, if it was given.
pub(super) fn named_file<'a>(matches: &'a ArgMatches, long: &str) -> Option<&'a PathBuf> {
    matches.get_one(argument_id(long))
}

/// After how many bundles to stop, if it was said.
pub(super) fn stop_at(matches: &ArgMatches) -> Option<u64> {
    matches.get_one(argument_id(STOP_AT)).copied()
}

/// How often a savepoint is wanted, if it was said.
pub(super) fn savepoint_every(matches: &ArgMatches) -> Option<Duration> {
    matches.get_one(argument_id(SAVEPOINT_EVERY)).copied()
}

/// The savepoint to show, and the step of it if one was named.
pub(super) fn shown_savepoint(matches: &ArgMatches) -> (&PathBuf, Option<&str>) {
    let (_, show) = matches.subcommand().expect("clap requires `show`");
    let file = show.get_one(SAVEPOINT_FILE).expect("clap requires the file");
    (file, show.get_one::<String>(argument_id(STEP)).map(String::as_str))
}

/// One of [`Format::NAMES`].
pub(super) fn format(matches: &ArgMatches) -> &str {
    matches.get_one::<String>(argument_id(FORMAT)).map_or(Format::NAMES[0], String::as_str)
}
