//! A type as a savepoint names it, to notice when it has become another.

use crate::graph::Collection;
use crate::graph::erase::short_type_name;
use crate::{Coder, Element};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A type and how it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodedType {
    /// The name of the type, without its module path.
    pub element: String,
    /// The name of its coder.
    pub coder: String,
}

impl CodedType {
    /// The name of this type and of the coder it has by itself.
    pub(crate) fn of<T: Element>() -> Self {
        let element = short_type_name(std::any::type_name::<T>());
        Self { element, coder: Coder::<T>::of().urn() }
    }

    /// The type of a collection's elements.
    pub fn of_collection(collection: &Collection) -> Self {
        Self { element: collection.element.clone(), coder: collection.coder.clone() }
    }

    /// The type of the keys of a collection of pairs.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat::savepoint::CodedType;
    ///
    /// let pipeline = Pipeline::new();
    /// pipeline.create([("OSL".to_owned(), 3_u64)]).group_by_key();
    /// let graph = pipeline.graph();
    /// let grouping = graph.find("Group by key").expect("it was just built");
    /// let key = CodedType::of_keys(graph.collection(grouping.inputs[0]));
    /// assert_eq!(key.to_string(), "String (string_utf8)");
    /// ```
    pub fn of_keys(collection: &Collection) -> Self {
        let pair = Self::of_collection(collection);
        let first = |name: &str, open, close| {
            parts(name, open, close).and_then(|parts| Some((*parts.first()?).to_owned()))
        };
        // Pairs that nobody took apart are serde's; the name of the key's type still tells.
        let element = first(&pair.element, "(", ')').unwrap_or(pair.element);
        let coder = first(&pair.coder, "kv<", '>').unwrap_or(pair.coder);
        Self { element, coder }
    }

    /// Whether what was written as one can be read as the other.
    ///
    /// Beam's coders say all there is to know by their names. What serde wrote is known by the
    /// name of the type alone.
    pub fn reads(&self, written: &Self) -> bool {
        let is_opaque = self.coder.contains(OPAQUE);
        self.coder == written.coder && (!is_opaque || self.element == written.element)
    }
}

impl fmt::Display for CodedType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.element, self.coder)
    }
}

/// In the name of each coder whose bytes only the type can read.
const OPAQUE: &str = "postcard";

/// The parts between `open` and `close`, which commas part.
pub(crate) fn parts<'a>(name: &'a str, open: &str, close: char) -> Option<Vec<&'a str>> {
    let inner = name.strip_prefix(open)?.strip_suffix(close)?;
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_u32);
    for (at, letter) in inner.char_indices() {
        match letter {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(inner[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(inner[start..].trim());
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::{CodedType, parts};

    #[test]
    fn commas_part_what_no_bracket_holds_together() {
        for (name, open, close, expected) in [
            ("kv<varint,bool>", "kv<", '>', Some(&["varint", "bool"][..])),
            ("kv<kv<varint,bool>,a>", "kv<", '>', Some(&["kv<varint,bool>", "a"])),
            ("((u8, u8), [(u8, u8); 2])", "(", ')', Some(&["(u8, u8)", "[(u8, u8); 2]"])),
            ("Option<u8>", "Option<", '>', Some(&["u8"])),
            ("varint", "kv<", '>', None),
        ] {
            assert_eq!(parts(name, open, close).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn what_serde_wrote_is_known_by_the_name_of_its_type() {
        let of = |element: &str, coder: &str| CodedType {
            element: element.to_owned(),
            coder: coder.to_owned(),
        };
        let serde = CodedType::of::<Option<u8>>().coder;
        for (one, other, reads) in [
            (of("u64", "varint"), of("u32", "varint"), true),
            (of("u64", "varint"), of("u64", "bool"), false),
            (of("A", &serde), of("A", &serde), true),
            (of("A", &serde), of("B", &serde), false),
        ] {
            assert_eq!(one.reads(&other), reads, "{one} {other}");
        }
    }
}
