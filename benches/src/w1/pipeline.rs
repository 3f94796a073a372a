//! W1 as a pipeline, as an author would write it.

use super::{TextLines, row};
use crate::checked::Checked;
use heliostat::prelude::*;
use std::sync::Arc;

/// Counts per word, of a text that is read in so many pieces.
pub fn pipeline(text: &Arc<String>, pieces: usize) -> (Pipeline, Checked) {
    let (pipeline, checked) = (Pipeline::new(), Checked::default());
    pipeline
        .read(TextLines::new(text, pieces))
        .flat_map_into(|line, out: &mut Emit<'_, Str>| {
            Str::for_each_word(line, |word| out.emit(word));
        })
        .count_per_element()
        .write(checked.rows(|(word, count): &(Str, u64)| row(word, *count)));
    (pipeline, checked)
}
