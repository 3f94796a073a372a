//! Which cases and checks are meant.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::case::{Case, parse};
use crate::{Check, cases, checks};

/// How the file of a case ends.
const CASE: &str = "case";

pub(super) enum Item {
    Case(Box<Case>),
    Check(&'static Check),
}

/// All that is meant by these places; by none, all there is.
pub(super) fn items(places: &[String]) -> Result<Vec<Item>, String> {
    if places.is_empty() {
        let of_cases = cases().iter().map(|case| Item::Case(Box::new(case.clone())));
        return Ok(of_cases.chain(checks().iter().map(Item::Check)).collect());
    }
    let mut items = Vec::new();
    for place in places {
        let known = cases().iter().find(|case| case.name == *place);
        let check = checks().iter().find(|check| check.name == *place);
        match (known, check) {
            (Some(case), _) => items.push(Item::Case(Box::new(case.clone()))),
            (None, Some(check)) => items.push(Item::Check(check)),
            (None, None) => read(place, &mut items)?,
        }
    }
    Ok(items)
}

/// A file, or every case below a folder.
fn read(place: &str, items: &mut Vec<Item>) -> Result<(), String> {
    let mut files = Vec::new();
    find(Path::new(place), CASE, &mut files)
        .map_err(|error| format!("cannot read {place}: {error}"))?;
    files.sort();
    if files.is_empty() {
        return Err(format!("there is no .case file in {place}"));
    }
    for file in files {
        let name = file.display().to_string();
        let text =
            fs::read_to_string(&file).map_err(|error| format!("cannot read {name}: {error}"))?;
        let case = parse(&text, &name).map_err(|error| error.to_string())?;
        items.push(Item::Case(Box::new(case)));
    }
    Ok(())
}

/// The file of that name, or every file below the folder with this ending.
pub(super) fn find(place: &Path, ending: &str, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !place.is_dir() {
        files.push(place.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(place)? {
        let path = entry?.path();
        if path.is_dir() || path.extension().is_some_and(|extension| extension == ending) {
            find(&path, ending, files)?;
        }
    }
    Ok(())
}
