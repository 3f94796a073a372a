//! The bytes of a key as a person writes it, where its type tells how; else in hex.

use crate::savepoint::{CodedType, parts};
use crate::{Coder, Element, Timestamp};
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// Bytes of a key that are shown in hex; the rest is counted.
const HEX_MAX: usize = 24;

/// The key in words.
pub(super) fn shown(key: &CodedType, bytes: &[u8]) -> String {
    by_coder(key, bytes).unwrap_or_else(|| hex(bytes))
}

fn by_coder(key: &CodedType, bytes: &[u8]) -> Option<String> {
    let is = |coder: String| key.coder == coder;
    if is(Coder::<String>::of().urn()) {
        whole::<String>(bytes)
    } else if is(Coder::<i64>::of().urn()) && key.element.starts_with('i') {
        whole::<i64>(bytes)
    } else if is(Coder::<u64>::of().urn()) {
        whole::<u64>(bytes)
    } else if is(Coder::<bool>::of().urn()) {
        whole::<bool>(bytes)
    } else if is(Coder::<()>::of().urn()) {
        whole::<()>(bytes)
    } else if is(Coder::<Vec<u8>>::of().urn()) {
        Some(hex(&Coder::<Vec<u8>>::of().decode_one(bytes).ok()?))
    } else if is(Coder::<Option<()>>::of().urn()) {
        // A type of serde's: its bytes stand behind their length.
        let payload = Coder::<Vec<u8>>::of().decode_one(bytes).ok()?;
        let mut rest = payload.as_slice();
        by_name(&key.element, &mut rest).filter(|_| rest.is_empty())
    } else {
        None
    }
}

/// What is all of `bytes`, in its Beam coder.
fn whole<T: Element + Debug>(bytes: &[u8]) -> Option<String> {
    Some(format!("{:?}", Coder::<T>::of().decode_one(bytes).ok()?))
}

/// What stands at the start of `bytes` as postcard writes it, by the name of its type: the plain
/// types, and tuples and options of them.
fn by_name(name: &str, bytes: &mut &[u8]) -> Option<String> {
    match name {
        "String" | "Str" => next::<String>(bytes),
        "bool" => next::<bool>(bytes),
        "char" => next::<char>(bytes),
        "u8" => next::<u8>(bytes),
        "i8" => next::<i8>(bytes),
        "u16" | "u32" | "u64" | "usize" => next::<u64>(bytes),
        "i16" | "i32" | "i64" | "isize" => next::<i64>(bytes),
        "Timestamp" => Some(taken::<Timestamp>(bytes)?.to_string()),
        "()" => Some("()".to_owned()),
        _ => composed(name, bytes),
    }
}

fn composed(name: &str, bytes: &mut &[u8]) -> Option<String> {
    if let Some(inner) = parts(name, "Option<", '>') {
        return match taken::<u8>(bytes)? {
            0 => Some("None".to_owned()),
            _ => Some(format!("Some({})", by_name(inner.first()?, bytes)?)),
        };
    }
    let fields = parts(name, "(", ')')?;
    let fields: Option<Vec<String>> =
        fields.into_iter().map(|field| by_name(field, bytes)).collect();
    Some(format!("({})", fields?.join(", ")))
}

fn next<T: DeserializeOwned + Debug>(bytes: &mut &[u8]) -> Option<String> {
    Some(format!("{:?}", taken::<T>(bytes)?))
}

fn taken<T: DeserializeOwned>(bytes: &mut &[u8]) -> Option<T> {
    let (value, rest) = postcard::take_from_bytes(bytes).ok()?;
    *bytes = rest;
    Some(value)
}

fn hex(bytes: &[u8]) -> String {
    let shown = bytes.iter().take(HEX_MAX).map(|byte| format!("{byte:02x}"));
    let more = match bytes.len().checked_sub(HEX_MAX) {
        None | Some(0) => String::new(),
        Some(more) => format!(" and {more} more"),
    };
    format!("0x{}{more}", shown.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::shown;
    use crate::savepoint::CodedType;
    use crate::{Key, Str, Timestamp, key_bytes};

    fn of<K: Key>(key: &K) -> String {
        shown(&CodedType::of::<K>(), &key_bytes(key))
    }

    #[test]
    fn well_known_keys_are_shown_in_words() {
        for (shown, words) in [
            (of(&"OSL".to_owned()), r#""OSL""#),
            (of(&Str::from("a\nb")), r#""a\nb""#),
            (of(&300_u16), "300"),
            (of(&-3_i32), "-3"),
            (of(&true), "true"),
            (of(&()), "()"),
            (of(&vec![1_u8, 255]), "0x01ff"),
            (of(&vec![7_u8; 30]), &format!("0x{} and 6 more", "07".repeat(24))),
            (of(&("OSL".to_owned(), -7_i64, 200_u8)), r#"("OSL", -7, 200)"#),
            (
                of(&(Some('x'), (Timestamp::secs(0), false))),
                "(Some('x'), (1970-01-01T00:00:00Z, false))",
            ),
            (of(&None::<u64>), "None"),
        ] {
            assert_eq!(shown, words);
        }
    }

    #[test]
    fn all_other_keys_are_shown_in_hex() {
        let list = CodedType::of::<Vec<String>>();
        assert_eq!(shown(&list, &key_bytes(&vec!["a".to_owned()])), "0x03010161");
        let text = CodedType::of::<String>();
        assert_eq!(shown(&text, &[9, b'a']), "0x0961", "these are not the bytes of a text");
    }
}
