//! Text that is small enough to be copied when it is short, and shared when it is long.
//!
//! Words, codes and names, which is what pipelines group by, are rarely longer than 23 bytes: they
//! live inside the 24 bytes of the value, without an allocation. Longer text is counted and shared
//! between clones and threads.
//!
//! # The one unsafe line
//!
//! Looking at an inline text as `str` has to say that its bytes are UTF-8. Checking it at every
//! look costs five times the look itself, so it is not checked. It holds because bytes get
//! into `Inline` in `Str::inline`, where a whole `str` is copied together with its length, and in
//! `Str::of_words`, which takes a stretch of a `str` between ASCII characters, and nowhere else;
//! afterwards nothing changes either. Only `words.rs` calls the second. The tests build every
//! length with every width of character at its end, and use no file, clock or thread, so that they
//! run under Miri and valgrind.

mod words;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// Immutable text; up to 23 bytes of it need no allocation.
///
/// It compares, orders, hashes and prints as the `str` it derefs to.
///
/// ```
/// use heliostat::Str;
/// use std::collections::HashMap;
///
/// let word = Str::from("heliostat");
/// assert_eq!(word, "heliostat");
/// assert!(word.starts_with("helio"));
/// let counts = HashMap::from([(word, 3)]);
/// assert_eq!(counts.get("heliostat"), Some(&3));
/// assert_eq!(size_of::<Str>(), 24);
/// ```
#[derive(Clone)]
pub struct Str(Form);

#[derive(Clone)]
enum Form {
    /// Invariant: the first `length` bytes are UTF-8, the others zero.
    Inline {
        bytes: [u8; BYTES_MAX],
        length: Length,
    },
    Shared(Arc<str>),
}

/// The longest text that is kept inline.
const BYTES_MAX: usize = 23;

/// A length from 0 to 23. Being an enum it leaves the compiler 232 spare values for the byte, so
/// that `Form` needs no tag of its own and stays at 24 bytes.
#[derive(Clone, Copy)]
#[rustfmt::skip]
#[repr(u8)]
enum Length {
    L0, L1, L2, L3, L4, L5, L6, L7, L8, L9, L10, L11,
    L12, L13, L14, L15, L16, L17, L18, L19, L20, L21, L22, L23,
}

impl Length {
    #[rustfmt::skip]
    const ALL: [Self; BYTES_MAX + 1] = {
        use Length::*;
        [
            L0, L1, L2, L3, L4, L5, L6, L7, L8, L9, L10, L11,
            L12, L13, L14, L15, L16, L17, L18, L19, L20, L21, L22, L23,
        ]
    };
}

impl Str {
    /// The text itself.
    ///
    /// ```
    /// assert_eq!(heliostat::Str::from("a").as_str(), "a");
    /// ```
    #[inline]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Form::Inline { bytes, length } => {
                let text = &bytes[..*length as usize];
                #[expect(unsafe_code, reason = "see the head of this file")]
                // SAFETY: these bytes were copied from a whole `str` and never changed.
                unsafe {
                    str::from_utf8_unchecked(text)
                }
            }
            Form::Shared(text) => text,
        }
    }

    /// The inline form of `text`, unless that is too long.
    #[inline]
    fn inline(text: &str) -> Option<Self> {
        let length = *Length::ALL.get(text.len())?;
        let mut bytes = [0; BYTES_MAX];
        copy_short(text.as_bytes(), &mut bytes);
        Some(Self(Form::Inline { bytes, length }))
    }

    /// The inline form of a stretch of a `str` between ASCII characters, given as its bytes in three
    /// numbers with zeros behind them. It has at most 23.
    #[inline]
    fn of_words([first, second, third]: [u64; 3], length: usize) -> Self {
        let mut bytes = [0; BYTES_MAX];
        bytes[..8].copy_from_slice(&first.to_le_bytes());
        bytes[8..16].copy_from_slice(&second.to_le_bytes());
        bytes[16..].copy_from_slice(&third.to_le_bytes()[..BYTES_MAX - 16]);
        Self(Form::Inline { bytes, length: Length::ALL[length] })
    }

    /// All of an inline text as three numbers: two texts are equal if and only if theirs are. `None`
    /// for longer text.
    #[inline]
    pub(crate) fn inline_words(&self) -> Option<[u64; 3]> {
        let Form::Inline { bytes, length } = &self.0 else { return None };
        let [first, second, ..] = bytes.as_chunks::<8>().0 else { return None };
        let last = bytes.last_chunk::<8>()?;
        let [first, second, last] = [first, second, last].map(|it| u64::from_le_bytes(*it));
        // The lowest byte of the last chunk is in the second, too.
        Some([first, second, last & !0xFF | *length as u64])
    }
}

/// Copies a short text to the beginning; without a call, since most texts are a few bytes long.
#[inline]
fn copy_short(text: &[u8], into: &mut [u8; BYTES_MAX]) {
    let length = text.len();
    match length {
        16.. => copy_ends::<16>(text, into),
        8..16 => copy_ends::<8>(text, into),
        4..8 => copy_ends::<4>(text, into),
        0..4 => into.iter_mut().zip(text).for_each(|(to, from)| *to = *from),
    }
}

/// Copies the first `N` bytes and the last `N`, which may overlap.
#[inline]
fn copy_ends<const N: usize>(text: &[u8], into: &mut [u8; BYTES_MAX]) {
    let (Some(first), Some(last)) = (text.first_chunk::<N>(), text.last_chunk::<N>()) else {
        return;
    };
    into[..N].copy_from_slice(first);
    into[text.len() - N..text.len()].copy_from_slice(last);
}

impl From<&str> for Str {
    #[inline]
    fn from(text: &str) -> Self {
        Self::inline(text).unwrap_or_else(|| Self(Form::Shared(text.into())))
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Str> for String {
    fn from(text: Str) -> Self {
        text.as_str().to_owned()
    }
}

impl Default for Str {
    fn default() -> Self {
        Self::from("")
    }
}

impl Deref for Str {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Str {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Str {
    fn borrow(&self) -> &str {
        self
    }
}

impl PartialEq for Str {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            // Behind an inline text there are zeros.
            (Form::Inline { bytes, length }, Form::Inline { bytes: others, length: of_other }) => {
                *length as u8 == *of_other as u8 && bytes == others
            }
            (Form::Inline { .. } | Form::Shared(_), Form::Inline { .. } | Form::Shared(_)) => {
                self.as_str() == other.as_str()
            }
        }
    }
}

impl Eq for Str {}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<Str> for str {
    fn eq(&self, other: &Str) -> bool {
        self == other.as_str()
    }
}

impl PartialEq<Str> for &str {
    fn eq(&self, other: &Str) -> bool {
        *self == other.as_str()
    }
}

impl PartialOrd for Str {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other)
    }
}

// As `str` hashes, because a map of `Str` is asked with `&str`.
impl Hash for Str {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Str {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Str {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }
}

/// Copies borrowed text straight into the value, without a `String` between.
struct Text;

impl de::Visitor<'_> for Text {
    type Value = Str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Str, E> {
        Ok(Str::from(text))
    }
}

#[cfg(test)]
mod tests {
    use super::{BYTES_MAX, Str};
    use std::hash::BuildHasher;

    /// Every length up to twice the inline one, with characters of one to four bytes at the end.
    fn texts() -> impl Iterator<Item = String> {
        let ends = ["", "é", "€", "🌞"].into_iter();
        ends.flat_map(|end| (0..2 * BYTES_MAX).map(move |length| "x".repeat(length) + end))
    }

    #[test]
    fn text_comes_back_whatever_its_length_and_its_last_character() {
        for text in texts() {
            for word in [Str::from(text.as_str()), Str::from(text.clone())] {
                assert_eq!(word.as_str(), text);
                assert!(str::from_utf8(word.as_bytes()).is_ok());
                assert_eq!(String::from(word.clone()), text);
                assert_eq!(
                    (format!("{word}"), format!("{word:?}")),
                    (text.clone(), format!("{text:?}"))
                );
                drop(word.clone());
                assert_eq!(word, text.as_str());
            }
        }
        assert_eq!(Str::default(), "");
    }

    #[test]
    fn it_is_24_bytes_also_in_an_option() {
        assert_eq!(size_of::<Str>(), 24);
        assert_eq!(size_of::<Option<Str>>(), 24);
    }

    #[test]
    fn it_compares_and_hashes_as_the_text_does() {
        let hasher = std::hash::RandomState::new();
        for left in texts() {
            let word = Str::from(left.as_str());
            assert_eq!(hasher.hash_one(&word), hasher.hash_one(left.as_str()));
            for right in texts() {
                let other = Str::from(right.as_str());
                assert_eq!(word.cmp(&other), left.cmp(&right), "{left} and {right}");
                assert_eq!(word == other, left == right, "{left} and {right}");
                if let (Some(a), Some(b)) = (word.inline_words(), other.inline_words()) {
                    assert_eq!(a == b, left == right, "{left} and {right}");
                }
            }
        }
    }

    #[test]
    fn it_is_a_plain_string_in_every_format() {
        for text in texts() {
            let word = Str::from(text.as_str());
            let json = serde_json::to_string(&word).unwrap();
            assert_eq!(json, serde_json::to_string(&text).unwrap());
            assert_eq!(serde_json::from_str::<Str>(&json).unwrap(), word);
            let bytes = postcard::to_stdvec(&word).unwrap();
            assert_eq!(bytes, postcard::to_stdvec(&text).unwrap());
            assert_eq!(postcard::from_bytes::<Str>(&bytes).unwrap(), word);
        }
    }
}
