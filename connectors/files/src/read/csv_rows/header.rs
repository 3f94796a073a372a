//! Whether a header has what rows of a type need.
//!
//! Serde says what is missing only when it has read a row, and by then it may be a value that it
//! complains about. So it is given rows that are made up until their values are no longer to blame;
//! the file's first row helps where no made-up value fits.

use super::super::blame::{Blame, Traced};
use super::reason::type_word;
use ::csv::StringRecord;
use heliostat::Element;

/// Texts of which most fields can read one.
const SAMPLES: [&str; 6] = ["0", "1970-01-01T00:00:00Z", "1970-01-01", "00:00:00", "true", ""];

pub(super) fn check<T: Element>(
    header: &StringRecord,
    first: Option<&StringRecord>,
) -> Result<(), String> {
    let mut missing = Probe::<T>::of(header).missing()?;
    if missing.is_empty()
        && let Some(row) = first
        && let Err(blame) = read_traced::<T>(header, row)
    {
        missing.extend(missing_field(&blame.message, header));
    }
    if missing.is_empty() {
        return Ok(());
    }
    let (needed, found) = (quoted(missing.iter()), quoted(header.iter()));
    Err(format!(
        "the header lacks {needed}, which `{}` needs; it has {found}\n  \
         help: rename the column, or mark the field `#[serde(rename = \"..\")]` or \
         `#[serde(default)]`",
        type_word::<T>(),
    ))
}

/// A header and a row that grow until the row can be read.
struct Probe<T> {
    header: StringRecord,
    /// For each column of the header the sample that it has.
    samples: Vec<usize>,
    row: std::marker::PhantomData<fn() -> T>,
}

impl<T: Element> Probe<T> {
    fn of(header: &StringRecord) -> Self {
        let samples = vec![0; header.len()];
        Self { header: header.clone(), samples, row: std::marker::PhantomData }
    }

    /// The fields that are missing; not all of them if a field takes none of the samples. Each
    /// round adds a column or moves one on to its next sample.
    fn missing(mut self) -> Result<Vec<String>, String> {
        let mut missing = Vec::new();
        loop {
            let row: StringRecord = self.samples.iter().map(|sample| SAMPLES[*sample]).collect();
            let Err(blame) = read_traced::<T>(&self.header, &row) else { return Ok(missing) };
            if let Some(name) = missing_field(&blame.message, &self.header) {
                self.header.push_field(&name);
                self.samples.push(0);
                missing.push(name);
                continue;
            }
            if blame.message.starts_with("duplicate field") {
                return Err(format!("the header has a {}", blame.message));
            }
            if blame.message.starts_with("unknown field") {
                let name = type_word::<T>();
                return Err(format!("the header does not fit `{name}`: {}", blame.message));
            }
            let blamed = |column: &&str| Some(*column) == blame.field.as_deref();
            let Some(column) = self.header.iter().position(|column| blamed(&column)) else {
                return Ok(missing);
            };
            self.samples[column] += 1;
            if self.samples[column] == SAMPLES.len() {
                return Ok(missing);
            }
        }
    }
}

/// Whether `row` is a `T`, or which of its fields is to blame.
pub(super) fn read_traced<T: Element>(
    header: &StringRecord,
    row: &StringRecord,
) -> Result<(), Blame> {
    match row.deserialize::<Traced<T>>(Some(header)) {
        Ok(traced) => traced.outcome.map(drop),
        Err(error) => Err(Blame { field: None, message: error.to_string() }),
    }
}

/// The field that serde misses, unless the header has it and it belongs to something inside.
fn missing_field(message: &str, header: &StringRecord) -> Option<String> {
    let name = message.strip_prefix("missing field `")?.strip_suffix('`')?;
    (!header.iter().any(|column| column == name)).then(|| name.to_owned())
}

fn quoted(names: impl Iterator<Item = impl AsRef<str>>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{}`", name.as_ref())).collect();
    names.join(", ")
}
