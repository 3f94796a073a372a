//! How elements become bytes and back, one call per batch.
//!
//! Leaves are written byte for byte as Beam writes them, and so are pairs and iterables of them,
//! so that any runner can read them. Every other type is written by serde, in the `postcard`
//! format, behind its length: a runner can carry it without knowing it. All encodings are Beam's
//! nested ones, which end where they say, not where the input ends.

pub(crate) mod varint;
mod leaf;
mod serde_postcard;
mod pair;
mod iterable;
mod window;
#[cfg(test)]
mod tests;

pub use window::{decode_interval, encode_interval};

use crate::{Element, Key};
use std::fmt;
use std::sync::Arc;

/// Writes and reads elements of one type.
///
/// ```
/// use heliostat::Coder;
///
/// let coder = Coder::pair(Coder::<String>::of(), Coder::<i64>::of());
/// assert_eq!(coder.urn(), "kv<string_utf8,varint>");
/// let bytes = coder.encode_one(&("OSL".to_owned(), 200));
/// assert_eq!(bytes, [3, b'O', b'S', b'L', 0xc8, 0x01]);
/// assert_eq!(coder.decode_one(&bytes).unwrap(), ("OSL".to_owned(), 200));
/// ```
pub struct Coder<T: 'static> {
    code: Table<T>,
}

/// Where the functions of a coder live: what knows its type alone is a constant.
enum Table<T: 'static> {
    Constant(&'static dyn Code<T>),
    Composed(Arc<dyn Code<T>>),
}

/// The functions of one coder. A batch costs one call, and the loops over it know the type.
trait Code<T>: Send + Sync {
    fn urn(&self) -> String;
    fn encode(&self, element: &T, bytes: &mut Vec<u8>);
    fn decode(&self, bytes: &mut &[u8]) -> Result<T, CoderError>;
    fn encode_all(&self, elements: &[T], bytes: &mut Vec<u8>, ends: Option<&mut Vec<u32>>);
    fn decode_all(
        &self,
        bytes: &mut &[u8],
        count: usize,
        elements: &mut Vec<T>,
    ) -> Result<(), CoderError>;
}

impl<T: Element> Coder<T> {
    /// The coder that a type has by itself.
    ///
    /// Text, `Vec<u8>`, `bool`, `f64`, `()` and integers of up to 64 bits get Beam's coder; all
    /// others get serde's.
    ///
    /// ```
    /// use heliostat::Coder;
    ///
    /// assert_eq!(Coder::<bool>::of().urn(), "bool");
    /// assert_eq!(
    ///     Coder::<Option<bool>>::of().urn(),
    ///     "length_prefix<heliostat:coder:postcard:v1>",
    /// );
    /// ```
    pub fn of() -> Self {
        leaf::of().unwrap_or_else(serde_postcard::of)
    }
}

impl<K: 'static, V: 'static> Coder<(K, V)> {
    /// A key followed by its value.
    ///
    /// ```
    /// use heliostat::Coder;
    ///
    /// let coder = Coder::pair(Coder::<u8>::of(), Coder::<bool>::of());
    /// assert_eq!(coder.encode_one(&(7, true)), [7, 1]);
    /// ```
    pub fn pair(key: Coder<K>, value: Coder<V>) -> Self {
        Self { code: Table::Composed(Arc::new(pair::Pair { key, value })) }
    }
}

impl<V: 'static> Coder<Vec<V>> {
    /// The number of values in four bytes, then the values.
    ///
    /// ```
    /// use heliostat::Coder;
    ///
    /// let coder = Coder::iterable(Coder::<i64>::of());
    /// assert_eq!(coder.encode_one(&vec![1, 10]), [0, 0, 0, 2, 1, 10]);
    /// ```
    pub fn iterable(value: Coder<V>) -> Self {
        Self { code: Table::Composed(Arc::new(iterable::Iterable { value })) }
    }
}

impl<T> Coder<T> {
    /// What it is made of. A name with colons is a URN; one without is short for Beam's
    /// `beam:coder:<name>:v1`.
    ///
    /// ```
    /// use heliostat::Coder;
    ///
    /// let lines = Coder::iterable(Coder::<String>::of());
    /// let grouped = Coder::pair(Coder::<u64>::of(), lines);
    /// assert_eq!(grouped.urn(), "kv<varint,iterable<string_utf8>>");
    /// ```
    pub fn urn(&self) -> String {
        self.code().urn()
    }

    /// Appends all `elements` to `bytes`. Where `ends` is asked for, it gets the end of each
    /// element, counted from the start of `bytes`.
    ///
    /// # Panics
    /// If an element refuses to be written, which serde's derives never do; if an iterable holds
    /// more than `i32::MAX` values, or `ends` is asked for beyond 4 GiB.
    ///
    /// ```
    /// use heliostat::Coder;
    ///
    /// let (mut bytes, mut ends) = (Vec::new(), Vec::new());
    /// Coder::<i64>::of().encode_all(&[1, 200, 3], &mut bytes, Some(&mut ends));
    /// assert_eq!(bytes, [1, 0xc8, 0x01, 3]);
    /// assert_eq!(ends, [1, 3, 4]);
    /// ```
    pub fn encode_all(&self, elements: &[T], bytes: &mut Vec<u8>, ends: Option<&mut Vec<u32>>) {
        self.code().encode_all(elements, bytes, ends);
    }

    /// Reads `count` elements from the start of `bytes`, appends them and moves `bytes` behind
    /// them.
    ///
    /// # Errors
    /// If the bytes are cut or were not written by this coder. `elements` is then as it was, and
    /// `bytes` may have moved.
    ///
    /// ```
    /// use heliostat::Coder;
    ///
    /// let mut numbers: Vec<i64> = Vec::new();
    /// let mut bytes = [1, 0xc8, 0x01, 3].as_slice();
    /// Coder::of().decode_all(&mut bytes, 2, &mut numbers).unwrap();
    /// assert_eq!((numbers.as_slice(), bytes), ([1, 200].as_slice(), [3].as_slice()));
    /// assert!(Coder::of().decode_all(&mut bytes, 2, &mut numbers).is_err());
    /// assert_eq!(numbers, [1, 200]);
    /// ```
    pub fn decode_all(
        &self,
        bytes: &mut &[u8],
        count: usize,
        elements: &mut Vec<T>,
    ) -> Result<(), CoderError> {
        let before = elements.len();
        let outcome = self.code().decode_all(bytes, count, elements);
        if outcome.is_err() {
            elements.truncate(before);
        }
        outcome
    }

    /// The bytes of one element.
    ///
    /// # Panics
    /// As [`Coder::encode_all`] does.
    ///
    /// ```
    /// use heliostat::Coder;
    ///
    /// assert_eq!(Coder::<f64>::of().encode_one(&1.0), [0x3f, 0xf0, 0, 0, 0, 0, 0, 0]);
    /// ```
    pub fn encode_one(&self, element: &T) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.code().encode(element, &mut bytes);
        bytes
    }

    /// The one element that `bytes` hold.
    ///
    /// # Errors
    /// If the bytes are cut, were not written by this coder, or go on behind the element.
    ///
    /// ```
    /// use heliostat::Coder;
    ///
    /// assert_eq!(Coder::<i64>::of().decode_one(&[7]).unwrap(), 7);
    /// assert_eq!(
    ///     Coder::<i64>::of().decode_one(&[7, 7, 7]).unwrap_err().to_string(),
    ///     "cannot decode `varint`: 2 bytes are left behind the element\n  \
    ///      help: read with the coder that wrote the bytes, and all of them",
    /// );
    /// ```
    pub fn decode_one(&self, bytes: &[u8]) -> Result<T, CoderError> {
        let mut rest = bytes;
        let element = self.code().decode(&mut rest)?;
        if rest.is_empty() {
            return Ok(element);
        }
        let reason = format!("{} bytes are left behind the element", rest.len());
        Err(CoderError::new(self.urn(), reason))
    }

    fn code(&self) -> &dyn Code<T> {
        match &self.code {
            Table::Constant(code) => *code,
            Table::Composed(code) => &**code,
        }
    }
}

impl<T> Clone for Coder<T> {
    fn clone(&self) -> Self {
        let code = match &self.code {
            Table::Constant(code) => Table::Constant(*code),
            Table::Composed(code) => Table::Composed(Arc::clone(code)),
        };
        Self { code }
    }
}

impl<T> fmt::Debug for Coder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Coder({})", self.urn())
    }
}

/// The bytes of `key`, by which every runner compares and hashes it.
///
/// ```
/// use heliostat::key_bytes;
///
/// assert_eq!(key_bytes(&"OSL".to_owned()), [3, b'O', b'S', b'L']);
/// assert_ne!(key_bytes(&(1, 23)), key_bytes(&(12, 3)));
/// ```
pub fn key_bytes<K: Key>(key: &K) -> Vec<u8> {
    Coder::of().encode_one(key)
}

/// Bytes that are not what a coder wrote, and why.
///
/// ```
/// use heliostat::Coder;
///
/// assert_eq!(
///     Coder::<String>::of().decode_one(&[3, b'O']).unwrap_err().to_string(),
///     "cannot decode `string_utf8`: a length of 3 bytes is announced, and 1 are left\n  \
///      help: read with the coder that wrote the bytes, and all of them",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoderError {
    coder: String,
    reason: String,
}

impl CoderError {
    pub(crate) fn new(coder: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { coder: coder.into(), reason: reason.into() }
    }

    pub(crate) fn truncated(coder: impl Into<String>) -> Self {
        Self::new(coder, "the bytes end inside an element")
    }
}

impl fmt::Display for CoderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { coder, reason } = self;
        writeln!(f, "cannot decode `{coder}`: {reason}")?;
        f.write_str("  help: read with the coder that wrote the bytes, and all of them")
    }
}

impl std::error::Error for CoderError {}
