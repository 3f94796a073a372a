//! A text in memory as a source of its lines.

use heliostat::Result;
use heliostat::graph::ReadSpec;
use heliostat::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// Reads the lines of a text that is in memory.
#[derive(Clone, Debug)]
pub struct TextLines {
    text: Arc<String>,
    pieces: usize,
}

/// Where a piece is in the text.
#[derive(Debug)]
pub struct TextLinesReader {
    text: Arc<String>,
    rest: Range<usize>,
}

impl TextLines {
    /// This text, in so many pieces.
    pub fn new(text: &Arc<String>, pieces: usize) -> Self {
        Self { text: Arc::clone(text), pieces }
    }

    /// Where piece number `piece` begins: at a line.
    fn start_of(&self, piece: usize) -> usize {
        let about = self.text.len() / self.pieces * piece;
        match piece {
            0 => 0,
            _ if piece == self.pieces => self.text.len(),
            _ => end_of_line(&self.text, about),
        }
    }

    /// The bytes of a piece.
    pub(super) fn piece(&self, piece: usize) -> Range<usize> {
        self.start_of(piece)..self.start_of(piece + 1)
    }
}

/// Where the line ends that `at` lies in, with what ends it.
pub(super) fn end_of_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |length| at + length + 1)
}

impl Read for TextLines {
    type Element = String;
    /// From here to there, in bytes.
    type Restriction = (u64, u64);
    type Reader = TextLinesReader;

    fn spec(&self) -> ReadSpec {
        ReadSpec::bounded("a text in memory")
    }

    fn split(&self) -> Result<Vec<(u64, u64)>> {
        let pieces = (0..self.pieces).map(|piece| self.piece(piece));
        Ok(pieces.map(|piece| (piece.start as u64, piece.end as u64)).collect())
    }

    fn open(&self, (start, end): (u64, u64)) -> Result<TextLinesReader> {
        let index = |at| usize::try_from(at).unwrap_or(usize::MAX);
        Ok(TextLinesReader { text: Arc::clone(&self.text), rest: index(start)..index(end) })
    }
}

impl Reader for TextLinesReader {
    type Element = String;
    type Restriction = (u64, u64);

    fn fill(&mut self, rows: &mut Rows<'_, String>, limit: usize) -> Result<Fill> {
        let mut lines = self.text[self.rest.clone()].split_inclusive('\n');
        for line in lines.by_ref().take(limit) {
            self.rest.start += line.len();
            rows.push(line.trim_end_matches('\n').to_owned(), Timestamp::MIN);
        }
        Ok(if self.rest.is_empty() { Fill::Done } else { Fill::More })
    }

    fn position(&self) -> (u64, u64) {
        (self.rest.start as u64, self.rest.end as u64)
    }

    fn watermark(&self) -> Timestamp {
        Timestamp::MIN
    }
}
