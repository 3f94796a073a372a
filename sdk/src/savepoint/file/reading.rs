//! From bytes to a savepoint; whatever is not whole is refused.

use super::{END, FORMAT_VERSION, HEADER, MAGIC, STEP};
use crate::savepoint::Savepoint;
use crate::{Error, Result};
use serde::de::DeserializeOwned;
use std::fmt::Display;

pub(super) fn read(bytes: &[u8]) -> Result<Savepoint> {
    let mut rest = bytes;
    if take(&mut rest, MAGIC.len()) != Some(&MAGIC) {
        return Err(Error::new(
            "it is no savepoint: it does not begin as one\n  \
             help: name a file that `run --savepoint FILE` wrote",
        ));
    }
    check_version(number(&mut rest).map(u32::from_le_bytes))?;
    let header = Section::next(&mut rest)?;
    if header.name != HEADER {
        return Err(damaged(HEADER, "it is missing"));
    }
    let mut savepoint = Savepoint::new(header.value()?);
    let mut count = 1_u32;
    loop {
        let before = bytes.len() - rest.len();
        let section = Section::next(&mut rest)?;
        if section.name == END {
            check_end(&section, count, crc32fast::hash(&bytes[..before]))?;
            break;
        }
        let Some(path) = section.name.strip_prefix(STEP) else {
            return Err(damaged(&section.name, "nothing of that name belongs there"));
        };
        if savepoint.steps.insert(path.to_owned(), section.value()?).is_some() {
            return Err(damaged(&section.name, "it stands there twice"));
        }
        count += 1;
    }
    if !rest.is_empty() {
        return Err(damaged(END, "the file goes on behind it"));
    }
    Ok(savepoint)
}

fn check_version(version: Option<u32>) -> Result<()> {
    match version {
        Some(FORMAT_VERSION) => Ok(()),
        Some(newer) if FORMAT_VERSION < newer => Err(Error::new(format!(
            "it has version {newer} of the form, and this program reads version \
             {FORMAT_VERSION}\n  help: go on with a program built with the newer heliostat that \
             wrote it"
        ))),
        Some(0) => Err(Error::new(format!(
            "it has version 0 of the form, which there never was\n  {ANOTHER_COPY}"
        ))),
        Some(older) => Err(Error::new(format!(
            "it has version {older} of the form, and this program reads version \
             {FORMAT_VERSION}\n  help: go on with a program built with the older heliostat that \
             wrote it, or start anew without `--from`"
        ))),
        None => Err(damaged("version", CUT)),
    }
}

fn check_end(end: &Section<'_>, count: u32, sum: u32) -> Result<()> {
    let expected = [count.to_le_bytes(), sum.to_le_bytes()].concat();
    if end.payload == expected {
        return Ok(());
    }
    Err(damaged(END, "it does not belong to the sections in front of it"))
}

/// One section, whose checksum was right.
struct Section<'a> {
    name: String,
    payload: &'a [u8],
}

impl<'a> Section<'a> {
    fn next(rest: &mut &'a [u8]) -> Result<Self> {
        let start = *rest;
        let cut = |name: &str| damaged(name, CUT);
        let length = number(rest).map(u32::from_le_bytes).ok_or_else(|| cut("next"))?;
        let name = take(rest, length as usize).ok_or_else(|| cut("next"))?;
        let name = String::from_utf8_lossy(name).into_owned();
        let length = number(rest).map(u64::from_le_bytes).ok_or_else(|| cut(&name))?;
        let length = usize::try_from(length).ok();
        let payload = length.and_then(|length| take(rest, length)).ok_or_else(|| cut(&name))?;
        let summed = start.len() - rest.len();
        let sum = number(rest).map(u32::from_le_bytes).ok_or_else(|| cut(&name))?;
        if sum != crc32fast::hash(&start[..summed]) {
            return Err(damaged(&name, "its checksum is another"));
        }
        Ok(Self { name, payload })
    }

    fn value<T: DeserializeOwned>(&self) -> Result<T> {
        let (value, rest) =
            postcard::take_from_bytes(self.payload).map_err(|error| damaged(&self.name, error))?;
        if !rest.is_empty() {
            return Err(damaged(&self.name, "it goes on behind its last field"));
        }
        Ok(value)
    }
}

const CUT: &str = "the file ends inside it";
const ANOTHER_COPY: &str = "help: take another copy of it, or start anew without `--from`";

fn damaged(section: &str, why: impl Display) -> Error {
    Error::new(format!("its section `{section}` is damaged: {why}\n  {ANOTHER_COPY}"))
}

/// The first `length` bytes, if there are so many.
fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(taken)
}

fn number<const BYTES: usize>(rest: &mut &[u8]) -> Option<[u8; BYTES]> {
    take(rest, BYTES)?.try_into().ok()
}
