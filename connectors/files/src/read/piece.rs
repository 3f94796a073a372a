//! What is left to read of a file, and how a large one is cut.

use heliostat::Timestamp;
use serde::{Deserialize, Serialize};

/// A piece has at least so many bytes until told otherwise: opening one costs a little, and a file
/// that is read within a tenth of a second gains nothing.
pub(super) const PIECE_BYTES_MIN: u64 = 16 << 20;

/// A file is cut into at most so many pieces, however large it is: a savepoint holds them all.
const PIECES_MAX: u64 = 1_024;

/// What is left to read of a file: the lines that begin in a range of its bytes.
///
/// ```
/// use heliostat::Timestamp;
/// use heliostat_files::FilePiece;
///
/// let (offset, line, latest) = (120, Some(7), Timestamp::secs(60));
/// let piece = FilePiece { path: "a.csv".into(), offset, end: None, line, latest };
/// assert_eq!(piece.clone(), piece);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePiece {
    /// The file.
    pub path: String,
    /// Its first line begins here or behind: a line that begins before belongs to another piece,
    /// wherever it ends. Of a file that is packed, bytes count as they are unpacked.
    pub offset: u64,
    /// Lines that begin here or behind are not part of it; none if it goes on to the end of the
    /// file. Its last line may end behind it.
    pub end: Option<u64>,
    /// The number of its first line, counted from 1; none if the lines before it were not counted,
    /// as they are only for a row that is bad.
    pub line: Option<u64>,
    /// The largest event time before it, from which the watermark follows; MIN if there is none.
    pub latest: Timestamp,
}

impl FilePiece {
    /// Cuts what goes on to the end of a file of `length` bytes into pieces of about the same
    /// size, which is at least `bytes_min`.
    pub(super) fn cut(self, length: u64, bytes_min: u64) -> Vec<Self> {
        let bytes = length.saturating_sub(self.offset);
        let count = (bytes / bytes_min).clamp(1, PIECES_MAX);
        let size = bytes / count;
        let begin = |number: u64| self.offset + number * size;
        let mut pieces: Vec<Self> = (0..count)
            .map(|number| Self {
                offset: begin(number),
                end: (number + 1 < count).then(|| begin(number + 1)),
                line: None,
                ..self.clone()
            })
            .collect();
        pieces[0].line = self.line;
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::{FilePiece, PIECE_BYTES_MIN};
    use heliostat::Timestamp;

    #[test]
    fn pieces_follow_on_each_other_and_have_their_size() {
        for (offset, length, bytes_min, ends) in [
            (0, 0, 10, vec![]),
            (3, 3, 10, vec![]),
            (0, 19, 10, vec![]),
            (0, 20, 10, vec![10]),
            (3, 22, 10, vec![]),
            (3, 23, 10, vec![13]),
            (0, 35, 10, vec![11, 22]),
            (0, 3, 1, vec![1, 2]),
            (5, 4, 1, vec![]),
            (0, 2 * PIECE_BYTES_MIN - 1, PIECE_BYTES_MIN, vec![]),
            (0, 2 * PIECE_BYTES_MIN, PIECE_BYTES_MIN, vec![PIECE_BYTES_MIN]),
        ] {
            let line = Some(2);
            let whole =
                FilePiece { path: "a.csv".into(), offset, end: None, line, latest: Timestamp::MIN };
            let pieces = whole.cut(length, bytes_min);
            let all_ends: Vec<_> =
                ends.iter().map(|end| Some(*end)).chain(std::iter::once(None)).collect();
            let name = format!("{offset} {length} {bytes_min}");
            assert_eq!(
                pieces.iter().map(|piece| piece.end).collect::<Vec<_>>(),
                all_ends,
                "{name}"
            );
            assert_eq!((pieces[0].offset, pieces[0].line), (offset, line), "{name}");
            for pair in pieces.windows(2) {
                assert_eq!((Some(pair[1].offset), pair[1].line), (pair[0].end, None), "{name}");
            }
        }
    }

    #[test]
    fn a_huge_file_has_a_thousand_pieces() {
        let latest = Timestamp::MIN;
        let whole = FilePiece { path: "a.csv".into(), offset: 7, end: None, line: Some(2), latest };
        assert_eq!(whole.cut(1 << 50, PIECE_BYTES_MIN).len(), 1_024);
    }
}
