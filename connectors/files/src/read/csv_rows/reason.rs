//! Why a record is no row, for a person: the field, its value, and what was expected.

use super::header::read_traced;
use ::csv::{DeserializeErrorKind, ErrorKind, StringRecord};
use heliostat::Element;

/// Characters of a value that are shown.
const VALUE_CHARACTERS_MAX: usize = 40;

pub(super) fn reason<T: Element>(
    error: &::csv::Error,
    header: &StringRecord,
    record: &StringRecord,
) -> String {
    let ErrorKind::Deserialize { err, .. } = error.kind() else { return error.to_string() };
    let column = err.field().and_then(|field| usize::try_from(field).ok()).or_else(|| {
        let blamed = read_traced::<T>(header, record).err()?.field?;
        header.iter().position(|name| name == blamed)
    });
    let Some(column) = column else { return first_line(&err.kind().to_string()).to_owned() };
    let (name, value) = (header.get(column).unwrap_or("?"), record.get(column).unwrap_or(""));
    let expected = match err.kind() {
        DeserializeErrorKind::ParseInt(_) if value.parse::<i128>().is_ok() => {
            return format!("field `{name}`: `{value}` is out of range");
        }
        DeserializeErrorKind::ParseInt(_) => "a whole number",
        DeserializeErrorKind::ParseFloat(_) => "a number",
        DeserializeErrorKind::ParseBool(_) => "true or false",
        DeserializeErrorKind::Message(message) | DeserializeErrorKind::Unsupported(message) => {
            return in_own_words(name, value, first_line(message));
        }
        DeserializeErrorKind::UnexpectedEndOfRow => "the last of the fields that are needed",
        DeserializeErrorKind::InvalidUtf8(_) => "UTF-8",
    };
    if value.is_empty() {
        return format!("field `{name}` is empty, and not {expected}");
    }
    format!("field `{name}`: `{}` is not {expected}", cut(value))
}

/// The type's own message, which mostly shows the value already.
fn in_own_words(name: &str, value: &str, message: &str) -> String {
    if message.contains(value) {
        return format!("field `{name}`: {message}");
    }
    format!("field `{name}`: `{}`: {message}", cut(value))
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or(message)
}

fn cut(value: &str) -> String {
    match value.char_indices().nth(VALUE_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}..", &value[..end]),
        None => value.to_owned(),
    }
}

/// The name of a type without the modules it lies in.
pub(super) fn type_word<T>() -> &'static str {
    let name = std::any::type_name::<T>();
    // The path of a type with parameters is left as it is.
    if name.contains('<') || name.contains('(') {
        return name;
    }
    name.rsplit("::").next().unwrap_or(name)
}
