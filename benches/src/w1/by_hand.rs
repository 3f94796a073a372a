//! W1 without a framework: words of at most 15 small letters as numbers of 16 bytes.

use crate::check::Check;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

const WORDS_EXPECTED: usize = 100_000;
const BYTES: usize = 16;

/// A bit that every letter has, and neither a blank nor the end of a line.
const LETTERS: u128 = u128::from_le_bytes([0x40; BYTES]);

/// Counts per word.
///
/// # Panics
/// If a word has more than 15 letters.
#[inline(never)]
pub fn by_hand(text: &str) -> Check {
    let mut counts: HashMap<u128, u64, FixedState> =
        HashMap::with_capacity_and_hasher(WORDS_EXPECTED, FixedState::with_seed(0));
    let (text, mut at) = (text.as_bytes(), 0);
    while at < text.len() {
        let bytes = bytes_from(text, at);
        let bits = (!bytes & LETTERS).trailing_zeros();
        let length = bits as usize / 8;
        assert!(length < BYTES, "no word of the vocabulary has more than 15 letters");
        if 0 < length {
            *counts.entry(bytes & ((1 << (8 * length)) - 1)).or_insert(0) += 1;
        }
        at += length + 1;
    }
    let mut seen = Check::default();
    counts.drain().for_each(|(word, count)| {
        seen.add_row((u64::from((u128::BITS - word.leading_zeros()).div_ceil(8)), count, 0));
    });
    seen
}

/// The next bytes, the first of them in the lowest place; blanks behind the end.
#[inline(always)]
fn bytes_from(text: &[u8], at: usize) -> u128 {
    let bytes = text.get(at..at + BYTES).and_then(|bytes| bytes.try_into().ok());
    u128::from_le_bytes(bytes.unwrap_or_else(|| last_bytes(&text[at..])))
}

#[cold]
fn last_bytes(rest: &[u8]) -> [u8; BYTES] {
    let mut bytes = [b' '; BYTES];
    bytes[..rest.len()].copy_from_slice(rest);
    bytes
}
