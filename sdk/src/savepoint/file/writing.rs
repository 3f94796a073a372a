//! From a savepoint to bytes, section by section.

use super::{END, FORMAT_VERSION, HEADER, MAGIC, STEP};
use crate::savepoint::Savepoint;
use crc32fast::Hasher;
use serde::Serialize;
use std::io::{Result, Write};

/// Writes all of it; the same value always gives the same bytes.
pub(super) fn write(savepoint: &Savepoint, to: &mut dyn Write) -> Result<()> {
    let mut sections = Sections { to, all: Hasher::new(), count: 0 };
    sections.put(&MAGIC)?;
    sections.put(&FORMAT_VERSION.to_le_bytes())?;
    sections.section(HEADER, &encoded(&savepoint.header))?;
    for (path, state) in &savepoint.steps {
        sections.section(&format!("{STEP}{path}"), &encoded(state))?;
    }
    let mut end = sections.count.to_le_bytes().to_vec();
    end.extend(sections.all.clone().finalize().to_le_bytes());
    sections.section(END, &end)
}

fn encoded<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_stdvec(value).expect("plain data can always be written")
}

struct Sections<'a> {
    to: &'a mut dyn Write,
    /// Of every byte so far.
    all: Hasher,
    count: u32,
}

impl Sections<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.all.update(bytes);
        self.to.write_all(bytes)
    }

    fn section(&mut self, name: &str, payload: &[u8]) -> Result<()> {
        let mut head = u32::try_from(name.len()).expect("a path is short").to_le_bytes().to_vec();
        head.extend(name.as_bytes());
        head.extend((payload.len() as u64).to_le_bytes());
        let mut sum = Hasher::new();
        sum.update(&head);
        sum.update(payload);
        self.put(&head)?;
        self.put(payload)?;
        self.put(&sum.finalize().to_le_bytes())?;
        self.count += 1;
        Ok(())
    }
}
