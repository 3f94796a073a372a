//! The command: which cases to run, on which runner, and what to print.

mod arguments;
mod diff;
mod places;

use std::io::{self, Write};
use std::path::Path;

use heliostat::{JobOptions, Runner, Savepoint};

use crate::case::Case;
use crate::{Timeline, cases, checks, output_of, report, run_case, run_case_with, run_check};
use arguments::{Asked, asked, rig};
use diff::diff;
use places::{Item, find, items};

const USAGE: &str = "\
usage: heliostat-conformance run --runner NAME [--seed N] [--set NAME=VALUE ..] [--print] [CASE ..]
       heliostat-conformance diff --runners NAME,NAME[,..] [--seed N] [--set NAME=VALUE ..] [--scripts N] [CASE ..]
       heliostat-conformance resume --runner NAME [--seed N] [--set NAME=VALUE ..] FOLDER
       heliostat-conformance timeline --runner NAME [--seed N] [--set NAME=VALUE ..] CASE
       heliostat-conformance list

CASE is a file, a folder, or a name that `list` prints; without any, all of them run.
`diff` finds the first case for which runners give something else than the first of them, and makes
it smaller. `--scripts` takes so many generated cases, those of N and the following numbers.
NAME+BUG is a runner with a bug: `direct+count-missed`; a number behind it (`:3`) says where.
`resume` goes on from each savepoint of a folder, `NAME.MARK.savepoint` of the case NAME, and compares
what the whole gave.
`timeline` prints an SVG of what one case does.";

/// How the file of a savepoint that `resume` takes ends.
const SAVEPOINT: &str = "savepoint";

const ALL_RIGHT: u8 = 0;
const SOME_FAILED: u8 = 1;
const USED_WRONGLY: u8 = 2;

/// Does what the arguments say, and gives the exit code: 0 if all is right, 1 if a case failed, 2 if
/// it was called wrongly or a file cannot be read.
///
/// A runner author's own command links the runner and calls this from `main`.
///
/// ```
/// let mut out = Vec::new();
/// let list = ["list".to_owned()];
/// assert_eq!(heliostat_conformance::command(list, &mut out)?, 0);
/// assert!(String::from_utf8_lossy(&out).contains("panes/default-on-time-and-last\n"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// If `out` does.
pub fn command(arguments: impl IntoIterator<Item = String>, out: &mut dyn Write) -> io::Result<u8> {
    match done(arguments, out) {
        Ok(code) => Ok(code),
        Err(Trouble::Output(error)) => Err(error),
        Err(Trouble::Usage(why)) => {
            writeln!(out, "error: {why}")?;
            Ok(USED_WRONGLY)
        }
    }
}

enum Trouble {
    Output(io::Error),
    Usage(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<String> for Trouble {
    fn from(why: String) -> Self {
        Self::Usage(why)
    }
}

fn done(arguments: impl IntoIterator<Item = String>, out: &mut dyn Write) -> Result<u8, Trouble> {
    let mut arguments = arguments.into_iter();
    match arguments.next().as_deref() {
        Some("run") => run(&asked(arguments)?, out),
        Some("diff") => diff(&asked(arguments)?, out),
        Some("resume") => resume(&asked(arguments)?, out),
        Some("timeline") => timeline(&asked(arguments)?, out),
        Some("list") => {
            for case in cases() {
                writeln!(out, "{}", case.name)?;
            }
            for check in checks() {
                writeln!(out, "{}", check.name)?;
            }
            Ok(ALL_RIGHT)
        }
        Some("help" | "--help" | "-h") => {
            writeln!(out, "{USAGE}")?;
            Ok(ALL_RIGHT)
        }
        Some(other) => Err(Trouble::Usage(format!("there is no command `{other}`\n{USAGE}"))),
        None => Err(Trouble::Usage(format!("no command\n{USAGE}"))),
    }
}

fn run(asked: &Asked, out: &mut dyn Write) -> Result<u8, Trouble> {
    let rig = rig(asked)?;
    let arguments = rig.arguments();
    let mut failed = 0;
    let items = items(&asked.places)?;
    for item in &items {
        let (name, outcome) = match item {
            Item::Case(case) => (case.name.as_str(), run_case(case, rig.runner.as_ref())),
            Item::Check(check) => (check.name, run_check(check, rig.runner.as_ref())),
        };
        failed += usize::from(!outcome.is_right());
        match item {
            Item::Case(case) if asked.print => print(case, rig.runner.as_ref(), out)?,
            Item::Case(_) | Item::Check(_) => {
                writeln!(out, "{}", report(name, &arguments, &outcome))?;
            }
        }
    }
    if asked.print {
        return Ok(ALL_RIGHT);
    }
    let all = items.len();
    match failed {
        0 => writeln!(out, "all {all} as they must be")?,
        _ => writeln!(out, "{failed} of {all} failed")?,
    }
    Ok(if failed == 0 { ALL_RIGHT } else { SOME_FAILED })
}

fn print(case: &Case, runner: &dyn Runner, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {}", case.name)?;
    match output_of(case, runner) {
        Ok(output) => write!(out, "{output}"),
        Err(why) => writeln!(out, "# {why}"),
    }
}

/// Goes on from every savepoint of a folder.
fn resume(asked: &Asked, out: &mut dyn Write) -> Result<u8, Trouble> {
    let rig = rig(asked)?;
    let [folder] = asked.places.as_slice() else {
        return Err(Trouble::Usage(format!("which folder of savepoints?\n{USAGE}")));
    };
    if !Path::new(folder).is_dir() {
        return Err(Trouble::Usage(format!("there is no folder {folder}")));
    }
    let mut files = Vec::new();
    find(Path::new(folder), SAVEPOINT, &mut files)
        .map_err(|error| format!("cannot read {folder}: {error}"))?;
    files.sort();
    let mut failed = 0;
    for file in &files {
        let name = file.strip_prefix(folder).unwrap_or(file).with_extension("");
        let name = name.with_extension("").to_string_lossy().replace('\\', "/");
        let case = cases().iter().find(|case| case.name == name);
        let case = case.ok_or_else(|| format!("there is no case `{name}`: {}", file.display()))?;
        let savepoint = Savepoint::read_from(file).map_err(|error| error.to_string())?;
        let options = JobOptions::default().from_savepoint(&savepoint);
        let outcome = run_case_with(case, rig.runner.as_ref(), options);
        if !outcome.is_right() {
            failed += 1;
            let after = savepoint.header.bundles;
            writeln!(out, "resumed after {after} bundles, from {}", file.display())?;
            writeln!(out, "{}", report(&name, &rig.arguments(), &outcome))?;
        }
    }
    match failed {
        0 => writeln!(out, "all {} go on as they must", files.len())?,
        _ => writeln!(out, "{failed} of {} failed", files.len())?,
    }
    Ok(if failed == 0 { ALL_RIGHT } else { SOME_FAILED })
}

/// Draws one case.
fn timeline(asked: &Asked, out: &mut dyn Write) -> Result<u8, Trouble> {
    if asked.places.is_empty() {
        return Err(Trouble::Usage(format!("which case?\n{USAGE}")));
    }
    let rig = rig(asked)?;
    match items(&asked.places)?.as_slice() {
        [Item::Case(case)] => {
            let timeline = Timeline::of(case, rig.runner.as_ref())?;
            write!(out, "{}", timeline.to_svg())?;
            Ok(ALL_RIGHT)
        }
        [Item::Check(check)] => {
            Err(Trouble::Usage(format!("`{}` is a check; a timeline is of a case", check.name)))
        }
        several => Err(Trouble::Usage(format!(
            "a timeline is of one case, and here are {}\n{USAGE}",
            several.len()
        ))),
    }
}
