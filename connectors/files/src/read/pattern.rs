//! The files that a path stands for: the one of that name, or those that match it as a pattern.

use crate::io_reason::{path_text, reason};
use glob::{Pattern, glob};
use heliostat::{Error, Result};
use std::path::{Component, Path};

/// Files that one pattern may match; each of them is at least one piece.
const FILES_MAX: usize = 10_000;

/// The paths of the files, sorted; at least one.
pub(super) fn files(path: &Path) -> Result<Vec<String>> {
    up_to(path, FILES_MAX)
}

fn up_to(path: &Path, files_max: usize) -> Result<Vec<String>> {
    let text = path_text(path)?;
    // A file of that name wins. Where that cannot be found out, opening it says why.
    if !text.contains(['*', '?', '[']) || path.try_exists().unwrap_or(true) {
        return Ok(vec![text]);
    }
    let refuse = |reason: String| Error::new(format!("cannot read `{text}`: {reason}"));
    let found = glob(&text).map_err(|error| {
        let (at, words) = (error.pos + 1, error.msg);
        refuse(format!(
            "there is no such file, and as a pattern it is wrong at its character {at} ({words})\n  \
             help: write `[[]` for a `[` that means itself, and `**` only as a whole folder"
        ))
    })?;
    let mut files = Vec::new();
    for file in found {
        let file = file.map_err(|error| {
            let folder = error.path().display();
            refuse(format!("cannot look into `{folder}`: {}", reason(error.error())))
        })?;
        if is_hidden(&file, path) || file.is_dir() {
            continue;
        }
        if files.len() == files_max {
            return Err(refuse(format!(
                "more than {files_max} files match this pattern\n  help: join some of them, or \
                 read them in several steps with narrower patterns"
            )));
        }
        files.push(path_text(&file)?);
    }
    if files.is_empty() {
        return Err(refuse(
            "no file matches this pattern\n  help: look into the folder; `*` stands for any text, \
             `?` for a character and `[ab]` for one of these, but never for a `/` or for the dot \
             that a name begins with"
                .into(),
        ));
    }
    files.sort();
    Ok(files)
}

/// Whether a name in the path of a file begins with a dot, and no name in the pattern that begins
/// with one stands for it: a shell passes such files over, and so does glob where it is told to,
/// but then it does so always.
fn is_hidden(file: &Path, pattern: &Path) -> bool {
    let dotted = |path: &Path| -> Vec<String> {
        let names = path.components().filter_map(|name| match name {
            Component::Normal(name) => name.to_str(),
            Component::Prefix(_)
            | Component::RootDir
            | Component::CurDir
            | Component::ParentDir => None,
        });
        names.filter(|name| name.starts_with('.')).map(str::to_owned).collect()
    };
    let allowed = dotted(pattern);
    let stands_for =
        |part: &String, name: &str| Pattern::new(part).is_ok_and(|part| part.matches(name));
    dotted(file).iter().any(|name| !allowed.iter().any(|part| stands_for(part, name)))
}

#[cfg(test)]
mod tests {
    use super::up_to;
    use std::fs;

    #[test]
    fn a_pattern_has_a_limit() {
        let folder = std::env::temp_dir().join(format!("heliostat-many-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for number in 0..3 {
            fs::write(folder.join(format!("{number}.csv")), "").unwrap();
        }
        let pattern = folder.join("*.csv");
        let (at_the_limit, above) = (up_to(&pattern, 3), up_to(&pattern, 2));
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(at_the_limit.unwrap().len(), 3);
        let words = "more than 2 files match this pattern\n  help: join some of them, or read them in \
                     several steps with narrower patterns";
        let message = format!("cannot read `{}`: {words}", pattern.display());
        assert_eq!(above.unwrap_err().to_string(), message);
    }
}
