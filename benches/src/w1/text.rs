//! The text of W1: the same on every machine, made from nothing but how many words it has.

use crate::chance::{Zipf, mixed};
use std::collections::HashSet;

/// How many words W1 has when it is measured in full.
pub const WORDS: usize = 60_796_422;

const VOCABULARY: usize = 50_000;
const WORDS_PER_LINE: u64 = 12;
const VOCABULARY_SEED: u64 = 0x1111;
const SEED: u64 = 0x2222_0000_0000;

/// So many words in lines, all of small letters.
pub fn text(words: usize) -> String {
    let (vocabulary, ranks) = (vocabulary(), Zipf::over(VOCABULARY as u64));
    let mut text = String::with_capacity(words * 7 + 1);
    for n in 0..words as u64 {
        text.push_str(&vocabulary[ranks.at(mixed(SEED + n))]);
        text.push(if (n + 1).is_multiple_of(WORDS_PER_LINE) { '\n' } else { ' ' });
    }
    text.push('\n');
    text
}

/// Words without meaning, the most frequent first; as in a language those are short.
fn vocabulary() -> Vec<String> {
    let (mut words, mut known) = (Vec::with_capacity(VOCABULARY), HashSet::new());
    let mut chances = (0..).map(|n| mixed(VOCABULARY_SEED + n));
    while words.len() < VOCABULARY
        && let Some(chance) = chances.next()
    {
        let shortest = match words.len() {
            0..100 => 2,
            100..2_000 => 4,
            _ => 5,
        };
        let letters = std::iter::successors(Some(mixed(chance)), |&letter| Some(mixed(letter)));
        let letters = letters.map(|letter| char::from(b'a' + (letter % 26) as u8));
        let word: String = letters.take(shortest + (chance % 6) as usize).collect();
        if known.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}
