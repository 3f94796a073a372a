//! Reads a file bundle by bundle.

use super::event_time::EventTime;
use super::format::{Begin, Format, Parse, Parsed};
use super::line_reader::{LineReader, Place};
use super::source::{FilePiece, OnBadRow};
use heliostat::{BadRow, BoundedDisorder, Duration, Error, Fill, Reader, Result, Rows, Timestamp};

/// Rows in a bundle of a replay, however slowly the watermark moves.
const BUNDLE_ROWS_MAX: usize = 1_000;

/// Bad rows in a bundle.
const BUNDLE_BAD_ROWS_MAX: usize = 1_000;

/// Reads a [`FileRead`](crate::FileRead).
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
/// assert_eq!((reader.position().offset, reader.position().line), (0, 1));
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), heliostat::Error>(())
/// ```
pub struct FileReader<F: Format, E> {
    lines: LineReader,
    parser: <F as Begin<F::Row>>::Parser,
    event_time: E,
    on_bad_row: OnBadRow,
    pace: Option<Pace>,
    /// The largest event time so far.
    latest: Timestamp,
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
    /// Reads on behind rows of which `latest` was the largest event time.
    pub(super) fn new(
        lines: LineReader,
        parser: <F as Begin<F::Row>>::Parser,
        event_time: E,
        on_bad_row: OnBadRow,
        latest: Timestamp,
    ) -> Self {
        let pace = event_time.replay().map(|(policy, step)| Pace { policy, step });
        Self { lines, parser, event_time, on_bad_row, pace, latest }
    }

    /// Whether the watermark is a step further than it was when the bundle began.
    #[inline]
    fn is_a_step_past(&self, began: Timestamp) -> bool {
        self.pace.is_some_and(|pace| pace.step <= pace.watermark(self.latest) - began)
    }

    fn refuse(&self, rows: &mut Rows<'_, F::Row>, line: u64, reason: String) -> Result<()> {
        let row = BadRow { file: self.lines.path().to_owned(), line, reason };
        match self.on_bad_row {
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
        let rows_max = if self.pace.is_some() { limit.min(BUNDLE_ROWS_MAX) } else { limit };
        let began = self.watermark();
        let (mut good, mut bad) = (0, 0);
        while good < rows_max && bad < BUNDLE_BAD_ROWS_MAX {
            let line = self.lines.next().line;
            if !self.lines.advance()? {
                break;
            }
            match self.parser.parse(&mut self.lines)? {
                Parsed::Nothing => {}
                Parsed::Bad(reason) => {
                    self.refuse(rows, line, reason)?;
                    bad += 1;
                }
                Parsed::Row(row) => {
                    let timestamp = self.event_time.at(&row);
                    rows.push(row, timestamp);
                    good += 1;
                    self.latest = self.latest.max(timestamp);
                    if self.is_a_step_past(began) {
                        break;
                    }
                }
            }
        }
        Ok(if self.lines.is_at_end()? { Fill::Done } else { Fill::More })
    }

    fn position(&self) -> FilePiece {
        let Place { offset, line } = self.lines.next();
        FilePiece { path: self.lines.path().to_owned(), offset, line, latest: self.latest }
    }

    fn watermark(&self) -> Timestamp {
        self.pace.map_or(Timestamp::MIN, |pace| pace.watermark(self.latest))
    }
}
