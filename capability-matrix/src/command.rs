//! The command of a runner's author: the column of the runner and the pages, in a folder, and all that
//! `heliostat-conformance` does.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heliostat::{Matrix, Runner, runners};

use crate::{Column, Invocations, column, html, json, page};

const USAGE: &str = "\
usage: heliostat-capability-matrix write --runner NAME [--to FOLDER] [--beside FILE ..]

`write` runs everything on the runners that are linked in, and writes into FOLDER, or else here, what
came: the column of the runner NAME (matrix.json) and the pages of all (capability-matrix.md and .html).
A FILE is the matrix.json of a runner that is not linked in; the pages show its column beside the others.
What declarations and results disagree about is printed, and then nothing is written.";

/// The column that a runner's crate ships.
const COLUMN: &str = "matrix.json";

/// The pages, beside it.
const PAGES: [&str; 2] = ["capability-matrix.md", "capability-matrix.html"];

const ALL_RIGHT: u8 = 0;
const COMPLAINTS: u8 = 1;
const USED_WRONGLY: u8 = 2;

/// Does what the arguments say, and gives the exit code: 0 if all is right, 1 if there are complaints or
/// a case failed, 2 if it was called wrongly or a file cannot be read or written.
///
/// A runner author's own program links the runner and calls this from `main`. Besides `write` it knows
/// what [`heliostat_conformance::command()`] knows, so that a complaint can say how a case is run again.
///
/// ```
/// let mut out = Vec::new();
/// let wrong = ["write", "--runner", "nobody"].map(str::to_owned);
/// assert_eq!(heliostat_capability_matrix::command(wrong, &mut out)?, 2);
/// assert!(String::from_utf8_lossy(&out).starts_with("error: there is no runner `nobody`"));
///
/// let list = ["list".to_owned()];
/// assert_eq!(heliostat_capability_matrix::command(list, &mut out)?, 0);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// If `out` does.
pub fn command(arguments: impl IntoIterator<Item = String>, out: &mut dyn Write) -> io::Result<u8> {
    let arguments: Vec<String> = arguments.into_iter().collect();
    let ended = match arguments.first().map(String::as_str) {
        Some("write") => asked(&arguments[1..]).and_then(|asked| written(&asked)),
        Some("help" | "--help" | "-h") => {
            writeln!(out, "{USAGE}\n")?;
            return heliostat_conformance::command(arguments, out);
        }
        Some(_) | None => {
            let code = heliostat_conformance::command(arguments, out)?;
            if code == USED_WRONGLY {
                writeln!(out, "\n{USAGE}")?;
            }
            return Ok(code);
        }
    };
    match ended {
        Ok(Written::Files(paths)) => {
            for path in paths {
                writeln!(out, "{}", path.display())?;
            }
            Ok(ALL_RIGHT)
        }
        Ok(Written::Nothing(complaints)) => {
            writeln!(out, "nothing was written:\n\n{}", complaints.join("\n"))?;
            Ok(COMPLAINTS)
        }
        Err(why) => {
            writeln!(out, "error: {why}")?;
            Ok(USED_WRONGLY)
        }
    }
}

struct Asked {
    runner: String,
    folder: PathBuf,
    /// Columns of runners that are not linked in.
    beside: Vec<Matrix>,
}

enum Written {
    Files(Vec<PathBuf>),
    /// For these complaints.
    Nothing(Vec<String>),
}

fn asked(arguments: &[String]) -> Result<Asked, String> {
    let (mut runner, mut folder, mut beside) = (None, PathBuf::from("."), Vec::new());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value =
            || arguments.next().ok_or_else(|| format!("`{argument}` takes a value\n{USAGE}"));
        match argument.as_str() {
            "--runner" => runner = Some(value()?.clone()),
            "--to" => folder = PathBuf::from(value()?),
            "--beside" => beside.push(read(value()?)?),
            _ => return Err(format!("`write` does not know `{argument}`\n{USAGE}")),
        }
    }
    let linked: Vec<String> = runners().iter().map(|it| format!("`{}`", it.name())).collect();
    let linked = match linked.as_slice() {
        [] => "none is linked in: `use my_runner as _;` in the program that calls this".to_owned(),
        names => format!("linked in: {}", names.join(", ")),
    };
    let Some(runner) = runner else {
        return Err(format!("which runner? ({linked})\n{USAGE}"));
    };
    if !runners().iter().any(|it| it.name() == runner) {
        return Err(format!("there is no runner `{runner}` ({linked})"));
    }
    if !folder.is_dir() {
        return Err(format!("there is no folder {}", folder.display()));
    }
    let is_linked = |it: &&Matrix| runners().iter().any(|runner| runner.name() == it.runner);
    if let Some(twice) = beside.iter().find(is_linked) {
        return Err(format!("`{}` is linked in, and its column is computed anew", twice.runner));
    }
    Ok(Asked { runner, folder, beside })
}

/// A column that was computed elsewhere.
fn read(path: &str) -> Result<Matrix, String> {
    let unreadable = |error: &dyn std::fmt::Display| format!("cannot read {path}: {error}");
    let text = fs::read_to_string(path).map_err(|error| unreadable(&error))?;
    Matrix::parse(&text).map_err(|error| unreadable(&error))
}

fn written(Asked { runner, folder, beside }: &Asked) -> Result<Written, String> {
    let linked = runners().into_iter().map(Arc::<dyn Runner>::from);
    let columns: Vec<Column> = linked.map(column).collect();
    let complaints: Vec<String> =
        columns.iter().flat_map(|column| column.complaints.iter().cloned()).collect();
    if !complaints.is_empty() {
        return Ok(Written::Nothing(complaints));
    }
    let linked = columns.into_iter().map(|column| column.matrix);
    let matrices: Vec<Matrix> = linked.chain(beside.iter().cloned()).collect();
    let of_runner = matrices.iter().find(|matrix| matrix.runner == *runner);
    let of_runner = of_runner.expect("there is a column for each runner that is linked in");
    let as_json = |error: serde_json::Error| format!("a name cannot be written as JSON: {error}");
    let invocations = Invocations::of_author(runner);
    let markdown = page(&matrices, &invocations);
    let browsed = html(&matrices, &invocations, None).map_err(as_json)?;
    let mut paths = Vec::new();
    let texts = [json(of_runner).map_err(as_json)?, markdown, browsed];
    for (name, text) in [COLUMN].into_iter().chain(PAGES).zip(texts) {
        paths.push(stored(folder, name, &text)?);
    }
    Ok(Written::Files(paths))
}

fn stored(folder: &Path, name: &str, text: &str) -> Result<PathBuf, String> {
    let path = folder.join(name);
    fs::write(&path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    Ok(path)
}
