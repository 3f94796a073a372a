//! The program an author gets: run, check, diff, graph, runners, matrix, savepoint.
//!
//! [`launch`] turns a function that builds a pipeline into a command line. Which runners there are
//! is decided by what is linked in; which one runs is decided by `--runner`, at launch.
//!
//! Results (summaries, drawings, tables) go to standard output, everything that is said about them
//! (warnings, progress, errors) to standard error. The exit code is 0 for done and for a run that
//! stopped where `--stop-at` said, 1 for a run that failed and for runners that differ, 2 for a
//! command line or a pipeline that was refused before anything ran, and 130 for a run that was
//! interrupted.

mod arguments;
mod settings;
mod build;
mod run;
mod savepoint;
mod check;
mod diff;
mod draw;
mod matrix;
mod summary;
mod table;
mod number;
mod progress;
mod events;
mod signals;
mod console;
#[cfg(test)]
mod tests;

use crate::{Duration, Pipeline, Result, RunResult, Runner, runners};
use arguments::Subcommand;
use build::Build;
use clap::{ArgMatches, Args};
use console::Console;
use std::ffi::OsString;
use std::process::{ExitCode, Termination};

/// Runs the command that the program was called with, on the pipeline that `build` builds.
///
/// `build` may be called more than once and must build the same pipeline each time, so it must
/// depend on nothing but the options. `name` is the program's name in its help.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct as _;
///
/// #[derive(clap::Args)]
/// struct Options {
///     /// The first number that is not summed.
///     #[arg(long, default_value_t = 10)]
///     end: u64,
/// }
///
/// fn sum(pipeline: &Pipeline, options: &Options) -> Result<()> {
///     pipeline.read(generate_sequence(0..options.end)).sum_globally().collect();
///     Ok(())
/// }
///
/// fn main() -> Exit {
///     # assert_eq!(heliostat::launch_from("sum", sum, ["run", "--end", "4"]).code(), 0);
///     # return heliostat::launch_from("sum", sum, ["check", "--runner", "direct"]);
///     heliostat::launch("sum", sum)
/// }
/// ```
pub fn launch<O: Args>(name: &'static str, build: impl Fn(&Pipeline, &O) -> Result<()>) -> Exit {
    launch_from(name, build, std::env::args_os().skip(1))
}

/// The same as [`launch`] with these arguments, without the program's name in front.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct as _;
///
/// #[derive(clap::Args)]
/// struct Options {}
///
/// let build = |pipeline: &Pipeline, _: &Options| {
///     pipeline.create([1, 2, 3]).sum_globally().collect();
///     Ok(())
/// };
/// assert_eq!(heliostat::launch_from("six", build, ["run", "--runner", "direct"]).code(), 0);
/// assert_eq!(heliostat::launch_from("six", build, ["run", "--runner", "psychic"]).code(), 2);
/// ```
pub fn launch_from<O: Args>(
    name: &'static str,
    build: impl Fn(&Pipeline, &O) -> Result<()>,
    args: impl IntoIterator<Item = impl Into<OsString>>,
) -> Exit {
    let program = Program { name, runners: runners(), console: Console::system() };
    program.launch(build, args.into_iter().map(Into::into))
}

/// How a launched program ends.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct as _;
///
/// #[derive(clap::Args)]
/// struct Options {}
///
/// let exit = heliostat::launch_from("empty", |_, _: &Options| Ok(()), ["runners"]);
/// assert_eq!(exit.code(), 0);
/// ```
#[derive(Debug)]
#[must_use = "`main` returns it, so that the exit code is right"]
pub struct Exit {
    ending: Ending,
}

#[derive(Debug)]
enum Ending {
    /// A run came to its end.
    Ran(Box<Summary>),
    /// A command that runs nothing did what it was asked for.
    Done,
    /// A run began and failed.
    Failed,
    /// A run stopped where it was asked to.
    Stopped,
    /// The command line or the pipeline cannot be run; nothing began.
    Refused,
    /// A run was interrupted.
    Interrupted,
}

impl Exit {
    fn ran(summary: Summary) -> Self {
        Self { ending: Ending::Ran(Box::new(summary)) }
    }

    fn done() -> Self {
        Self { ending: Ending::Done }
    }

    fn failed() -> Self {
        Self { ending: Ending::Failed }
    }

    fn stopped() -> Self {
        Self { ending: Ending::Stopped }
    }

    fn refused() -> Self {
        Self { ending: Ending::Refused }
    }

    fn interrupted() -> Self {
        Self { ending: Ending::Interrupted }
    }

    /// Lets the program add its own words behind the summary of a run that came to its end.
    ///
    /// Nothing happens after another command, and after a run that failed or was stopped.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct as _;
    ///
    /// #[derive(clap::Args)]
    /// struct Options {}
    ///
    /// let build = |pipeline: &Pipeline, _: &Options| {
    ///     pipeline.create([1, 2, 3]).sum_globally().collect();
    ///     Ok(())
    /// };
    /// let mut drops = None;
    /// let _exit = heliostat::launch_from("six", build, ["run"])
    ///     .then(|summary| drops = Some(summary.result.dropped().total()));
    /// assert_eq!(drops, Some(0));
    ///
    /// let _exit = heliostat::launch_from("six", build, ["runners"])
    ///     .then(|_| unreachable!("nothing ran"));
    /// ```
    pub fn then(self, words: impl FnOnce(&Summary)) -> Self {
        match &self.ending {
            Ending::Ran(summary) => words(summary),
            Ending::Done
            | Ending::Stopped
            | Ending::Failed
            | Ending::Refused
            | Ending::Interrupted => {}
        }
        self
    }

    /// The exit code: 0, 1, 2 or 130.
    ///
    /// ```
    /// #[derive(clap::Args)]
    /// struct Options {}
    ///
    /// let exit = heliostat::launch_from("empty", |_, _: &Options| Ok(()), ["no-such-command"]);
    /// assert_eq!(exit.code(), 2);
    /// ```
    pub fn code(&self) -> u8 {
        match self.ending {
            Ending::Ran(_) | Ending::Done | Ending::Stopped => 0,
            Ending::Failed => 1,
            Ending::Refused => 2,
            Ending::Interrupted => 130,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

/// What a run that came to its end leaves to be told.
///
/// ```
/// use heliostat::{RunResult, Summary, secs};
///
/// let summary =
///     Summary { result: RunResult::default(), runner: "direct".into(), elapsed: secs(2) };
/// assert_eq!(summary.result.dropped().total(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Summary {
    /// What the run left behind.
    pub result: RunResult,
    /// The name of the runner that ran it.
    pub runner: String,
    /// How long it took.
    pub elapsed: Duration,
}

/// What every command works with.
struct Program {
    name: &'static str,
    runners: Vec<Box<dyn Runner>>,
    console: Console,
}

impl Program {
    fn launch<O: Args>(
        &self,
        build: impl Fn(&Pipeline, &O) -> Result<()>,
        args: impl Iterator<Item = OsString>,
    ) -> Exit {
        let exit = self.parsed::<O>(args).and_then(|(subcommand, matches)| {
            if !subcommand.takes_options() {
                return self.dispatch(subcommand, &|_| Ok(()), &matches);
            }
            let options = O::from_arg_matches(&matches).map_err(|error| self.show(&error))?;
            self.dispatch(subcommand, &|pipeline| build(pipeline, &options), &matches)
        });
        let exit = exit.unwrap_or_else(|exit| exit);
        if let Some(error) = self.console.finish() {
            self.console.remark(format_args!("error: cannot write the results: {error}"));
            return Exit::failed();
        }
        exit
    }

    /// The command and its arguments; or how the program ends without one.
    fn parsed<O: Args>(
        &self,
        args: impl Iterator<Item = OsString>,
    ) -> Result<(Subcommand, ArgMatches), Exit> {
        let command = arguments::command::<O>(self.name, &self.runners)
            .map_err(|error| self.refuse(&error))?;
        let args = std::iter::once(OsString::from(self.name)).chain(args);
        let mut matches = command.try_get_matches_from(args).map_err(|error| self.show(&error))?;
        let (name, matches) = matches.remove_subcommand().expect("clap requires a subcommand");
        let subcommand = Subcommand::from_name(&name).expect("clap knows only these");
        Ok((subcommand, matches))
    }

    fn dispatch(
        &self,
        subcommand: Subcommand,
        author: Build<'_>,
        matches: &ArgMatches,
    ) -> Result<Exit, Exit> {
        match subcommand {
            Subcommand::Run => run::run(self, author, matches),
            Subcommand::Check => check::check(self, author, matches),
            Subcommand::Diff => diff::diff(self, author, matches),
            Subcommand::Graph => draw::draw(self, author, matches),
            Subcommand::Runners => Ok(self.list_runners()),
            Subcommand::Matrix => matrix::matrix(self, matches),
            Subcommand::Savepoint => savepoint::show(self, matches),
        }
        .map_err(|error| self.refuse(&error))
    }

    fn list_runners(&self) -> Exit {
        for runner in &self.runners {
            let (name, version, about) = (runner.name(), runner.version(), runner.about());
            self.console.result(format_args!("{name} {version}: {about}"));
        }
        if self.runners.is_empty() {
            self.console.remark(format_args!("{}", arguments::NONE_LINKED));
        }
        Exit::done()
    }

    fn refuse(&self, error: &crate::Error) -> Exit {
        self.console.remark(format_args!("error: {error}"));
        Exit::refused()
    }

    /// Shows clap's words: the help that was asked for, or what is wrong with the command line.
    fn show(&self, error: &clap::Error) -> Exit {
        let text = error.render().to_string();
        if error.use_stderr() {
            self.console.remark(format_args!("{}", text.trim_end()));
            Exit::refused()
        } else {
            self.console.result(format_args!("{}", text.trim_end()));
            Exit::done()
        }
    }
}
