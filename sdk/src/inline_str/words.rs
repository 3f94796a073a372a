//! The words of a text, eight bytes at a time.

use super::{BYTES_MAX, Str};

/// So many bytes are looked at at once: a word that is kept inline, and what ends it.
const AHEAD: usize = BYTES_MAX + 1;

const LOWEST_BITS: u64 = u64::MAX / 0xFF;
const HIGHEST_BITS: u64 = LOWEST_BITS << 7;

impl Str {
    /// Gives the words of a text, in their order: what ASCII white space parts, as
    /// [`split_ascii_whitespace`](str::split_ascii_whitespace) does.
    ///
    /// To look for the end of a word and to copy it costs about as much as to count it; here both
    /// are one, without a step for each letter.
    ///
    /// ```
    /// use heliostat::prelude::*;
    ///
    /// let mut words = Vec::new();
    /// Str::for_each_word(" to be\tor not\n", |word| words.push(word));
    /// assert_eq!(words, ["to", "be", "or", "not"]);
    ///
    /// let pipeline = Pipeline::new();
    /// let words = pipeline
    ///     .create(["to be".to_owned()])
    ///     .flat_map_into(|line, out: &mut Emit<'_, Str>| {
    ///         Str::for_each_word(line, |word| out.emit(word));
    ///     });
    /// assert_eq!(pipeline.graph().collection(words.id()).element, "Str");
    /// ```
    #[inline]
    pub fn for_each_word(text: &str, mut give: impl FnMut(Self)) {
        let mut step = |at: usize, ahead: &[u8; AHEAD]| match word_ahead(ahead) {
            Some((0, _)) => 1,
            Some((length, words)) => {
                give(Self::of_words(words, length));
                length + 1
            }
            None => {
                let odd = first_word(&text[at..]);
                give(Self::from(odd));
                odd.len() + 1
            }
        };
        let (bytes, mut at) = (text.as_bytes(), 0);
        while let Some(ahead) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
            at += step(at, ahead);
        }
        // Behind the last bytes there are blanks to look at, too.
        let rest = bytes.get(at..).unwrap_or_default();
        let mut tail = [b' '; 2 * AHEAD];
        tail[..rest.len()].copy_from_slice(rest);
        let begin = at;
        while at < bytes.len()
            && let Some(ahead) = tail[at - begin..].first_chunk()
        {
            at += step(at, ahead);
        }
    }
}

/// How long the word is that begins here, and its bytes as three numbers with zeros behind it; `None`
/// if it is longer than is kept inline, or has a control character in it.
#[inline]
fn word_ahead(ahead: &[u8; AHEAD]) -> Option<(usize, [u64; 3])> {
    let [first, second, third] = [0, 8, 16].map(|from| {
        ahead[from..].first_chunk().map_or(0, |chunk: &[u8; 8]| u64::from_le_bytes(*chunk))
    });
    let (before, last, place) = match (low(first), low(second)) {
        (0, 0) => ([first, second], third, 2),
        (0, _) => ([first, 0], second, 1),
        (_, _) => ([0, 0], first, 0),
    };
    let found = low(last);
    if found == 0 {
        return None;
    }
    let in_last = (found.trailing_zeros() / u8::BITS) as usize;
    let length = 8 * place + in_last;
    if !ahead[length].is_ascii_whitespace() {
        return None;
    }
    let last = last & !(u64::MAX << (8 * in_last));
    Some(match place {
        0 => (length, [last, 0, 0]),
        1 => (length, [before[0], last, 0]),
        _ => (length, [before[0], before[1], last]),
    })
}

/// The first of its bytes that is a blank or below has its highest bit set here, and none before it.
#[inline]
fn low(bytes: u64) -> u64 {
    bytes.wrapping_sub(LOWEST_BITS * 0x21) & !bytes & HIGHEST_BITS
}

/// Up to the first white space.
#[cold]
fn first_word(text: &str) -> &str {
    text.split(|letter: char| letter.is_ascii_whitespace()).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::Str;

    fn words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        Str::for_each_word(text, |word| words.push(String::from(word)));
        words
    }

    #[test]
    fn words_are_what_the_standard_library_says() {
        let parts = [
            "",
            " ",
            "  ",
            "a",
            "to",
            "\t",
            "\n",
            "\r",
            "\u{c}",
            "\u{b}",
            "\0",
            "\u{1f}",
            "é",
            "日本",
            "seven77",
            "eight888",
            "nine99999",
            "fifteen15151515",
            "sixteen161616161",
            "twenty-two-2222222222",
            "twenty-three-3333333333",
            "twenty-four-444444444444",
            "much longer than what is kept inline, much-longer-than-what-is-kept-inline",
            "\u{7f}",
        ];
        let all = |texts: &[String]| -> Vec<String> {
            texts
                .iter()
                .flat_map(|text| parts.iter().map(move |part| text.clone() + part))
                .collect()
        };
        let two = all(&all(&[String::new()]));
        let mut texts = all(&two);
        texts.extend(two.iter().map(|text| text.repeat(7)));
        for text in texts {
            let expected: Vec<&str> = text.split_ascii_whitespace().collect();
            assert_eq!(words(&text), expected, "{text:?}");
        }
    }
}
