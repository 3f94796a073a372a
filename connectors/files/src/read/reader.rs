//! Reads a piece of a file bundle by bundle.

use super::event_time::EventTime;
use super::format::{Begin, Format, Parse, Parsed};
use super::line_reader::{LineReader, Place};
use super::piece::FilePiece;
use super::source::{FileRead, OnBadRow};
use heliostat::{BadRow, BoundedDisorder, Duration, Error, Fill, Reader, Result, Rows, Timestamp};

/// Rows in a bundle of a replay, however slowly the watermark moves.
const BUNDLE_ROWS_MAX: usize = 1_000;

/// Bad rows in a bundle.
const BUNDLE_BAD_ROWS_MAX: usize = 1_000;

/// Reads a piece of a [`FileRead`].
///
/// ```
/// use heliostat::{Read, Reader};
/// use heliostat_files::read_lines;
///
/// let path = std::env::temp_dir().join(format!("heliostat-reader-{}.txt", std::process::id()));
/// std::fs::write(&path, "one\n")?;
///
/// let source = read_lines(&path);
/// let reader = source.open(source.split()?.remove(0))?;
/// assert_eq!((reader.position().offset, reader.position().line), (0, Some(1)));
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), heliostat::Error>(())
/// ```
pub struct FileReader<F: Format, E> {
    source: FileRead<F, E>,
    /// What is left behind the last bundle. Invariant: a line begins at its offset, or the file
    /// ends there.
    piece: FilePiece,
    /// At the beginning of `piece`; none while the file is closed. Lines are counted from 1 there
    /// if their numbers are not known.
    lines: Option<LineReader>,
    parser: <F as Begin<F::Row>>::Parser,
    pace: Option<Pace>,
}

/// How a replay advances.
#[derive(Clone, Copy)]
struct Pace {
    policy: BoundedDisorder,
    step: Duration,
}

impl Pace {
    /// The watermark behind a row at `latest`, if none before it is later.
    #[inline]
    fn watermark(self, latest: Timestamp) -> Timestamp {
        let mut watermark = self.policy.start();
        watermark.see(latest);
        watermark.now()
    }
}

impl<F: Format, E: EventTime<F::Row>> FileReader<F, E> {
    pub(super) fn open(source: FileRead<F, E>, mut piece: FilePiece) -> Result<Self> {
        let mut lines = LineReader::open(&piece.path, &source.open_files)?;
        // Also behind the beginning, since the first line may be the header of all others.
        let parser = source.format.begin(&mut lines)?;
        let first = lines.next();
        if piece.offset <= first.offset {
            (piece.offset, piece.line) = (first.offset, Some(first.line));
        } else {
            lines.go_behind_a_break(piece.offset, piece.line.unwrap_or(1))?;
            piece.offset = lines.next().offset;
        }
        let pace = source.event_time.replay().map(|(policy, step)| Pace { policy, step });
        let mut reader = Self { source, piece, lines: None, parser, pace };
        reader.keep(lines);
        Ok(reader)
    }

    /// The lines of the piece, opened again if they are closed.
    fn take_lines(&mut self) -> Result<LineReader> {
        if let Some(lines) = self.lines.take() {
            return Ok(lines);
        }
        let mut lines = LineReader::open(&self.piece.path, &self.source.open_files)?;
        let (offset, line) = (self.piece.offset, self.piece.line.unwrap_or(1));
        lines.go_to(Place { offset, line })?;
        Ok(lines)
    }

    /// Keeps the file open for the next bundle, unless too many are.
    fn keep(&mut self, lines: LineReader) {
        let are_too_many = self.source.open_files.are_too_many();
        self.lines = if are_too_many { lines.rested() } else { Some(lines) };
    }

    /// Whether a line begins at `offset` that is no longer part of the piece.
    #[inline]
    fn ends_at(&self, offset: u64) -> bool {
        self.piece.end.is_some_and(|end| end <= offset)
    }

    /// Whether the watermark is a step further than it was when the bundle began.
    #[inline]
    fn is_a_step_past(&self, began: Timestamp) -> bool {
        self.pace.is_some_and(|pace| pace.step <= pace.watermark(self.piece.latest) - began)
    }

    /// Adds a bundle of rows.
    fn read(
        &mut self,
        lines: &mut LineReader,
        rows: &mut Rows<'_, F::Row>,
        limit: usize,
    ) -> Result<()> {
        let rows_max = if self.pace.is_some() { limit.min(BUNDLE_ROWS_MAX) } else { limit };
        let began = self.watermark();
        let (mut good, mut bad) = (0, 0);
        while good < rows_max && bad < BUNDLE_BAD_ROWS_MAX {
            let Place { offset, line } = lines.next();
            if self.ends_at(offset) || !lines.advance()? {
                break;
            }
            match self.parser.parse(lines)? {
                Parsed::Nothing => {}
                Parsed::Bad(reason) => {
                    let line = self.number(lines, line)?;
                    self.refuse(rows, line, reason)?;
                    bad += 1;
                }
                Parsed::Row(row) => {
                    let timestamp = self.source.event_time.at(&row);
                    rows.push(row, timestamp);
                    good += 1;
                    self.piece.latest = self.piece.latest.max(timestamp);
                    if self.is_a_step_past(began) {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// The number in the file of a line that `lines` gave the number `line`; from then on it counts
    /// as the file does.
    fn number(&mut self, lines: &mut LineReader, line: u64) -> Result<u64> {
        if self.piece.line.is_some() {
            return Ok(line);
        }
        let first = self.source.line_numbers.at(&self.piece.path, self.piece.offset)?;
        self.piece.line = Some(first);
        lines.renumber(first + lines.next().line - 1);
        Ok(first + line - 1)
    }

    fn refuse(&self, rows: &mut Rows<'_, F::Row>, line: u64, reason: String) -> Result<()> {
        let row = BadRow { file: self.piece.path.clone(), line, reason };
        match self.source.on_bad_row {
            OnBadRow::Reject => rows.reject(row),
            OnBadRow::Fail => return Err(Error::new(row.to_string())),
        }
        Ok(())
    }
}

impl<F: Format, E: EventTime<F::Row>> Reader for FileReader<F, E> {
    type Element = F::Row;
    type Restriction = FilePiece;

    fn fill(&mut self, rows: &mut Rows<'_, F::Row>, limit: usize) -> Result<Fill> {
        let mut lines = self.take_lines()?;
        self.read(&mut lines, rows, limit)?;
        let Place { offset, line } = lines.next();
        self.piece.offset = offset;
        match &mut self.piece.line {
            Some(known) => *known = line,
            None => lines.renumber(1),
        }
        if self.ends_at(offset) || lines.is_at_end()? {
            return Ok(Fill::Done);
        }
        self.keep(lines);
        Ok(Fill::More)
    }

    fn position(&self) -> FilePiece {
        self.piece.clone()
    }

    fn watermark(&self) -> Timestamp {
        self.pace.map_or(Timestamp::MIN, |pace| pace.watermark(self.piece.latest))
    }
}
