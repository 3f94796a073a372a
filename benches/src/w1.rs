//! W1, the word count: how often each word stands in a text.
//!
//! 400 MB of text: 60 million words from a vocabulary of 50,000 (Zipf 1), twelve to a line.

mod by_hand;
mod flow;
mod lines;
mod pipeline;
mod text;

pub use by_hand::by_hand;
pub use flow::flow;
pub use lines::TextLines;
pub use pipeline::pipeline;
pub use text::{WORDS, text};

use crate::check::Row;

/// What is checked of a word and its count.
fn row(word: &str, count: u64) -> Row {
    (word.len() as u64, count, 0)
}
