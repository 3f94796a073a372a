//! A read that is being recorded: its pieces in turn, a bundle at a time.

use super::reading::{Reading, guarded};
use super::roots::Root;
use crate::batch::{Batch, ColumnExt, Meta};
use crate::erased_io::ErasedReader;
use crate::graph::{Composite, Step, Transform};
use crate::launch::number::counted;
use crate::testing::ScriptEvent;
use crate::{
    BadRow, Boundedness, Clock, CollectionId, Error, Fill, Result, RunResult, SystemClock,
    Timestamp,
};

/// What a source has given when it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Something, or at least it can be asked again.
    Given,
    /// Nothing before this processing time.
    Idle(Timestamp),
    /// Nothing, and nothing will come.
    Done,
}

/// A read with its open pieces.
pub(super) struct OpenRead<'a> {
    reading: Reading<'a>,
    step: &'a Step,
    boundedness: Boundedness,
    /// Of its rows and of its bad rows.
    outputs: [CollectionId; 2],
    streams: [Option<usize>; 2],
    pieces: Vec<Piece>,
    /// The piece that is asked first.
    next: usize,
    rows: u64,
    bad_rows: u64,
    /// How far the streams are.
    told: Timestamp,
}

struct Piece {
    /// Nothing once it is at its end.
    reader: Option<Box<dyn ErasedReader>>,
    watermark: Timestamp,
    idle_until: Option<Timestamp>,
}

impl<'a> OpenRead<'a> {
    /// Opens all pieces.
    ///
    /// # Errors
    /// What the source says.
    pub(super) fn open(reading: Reading<'a>, root: &Root) -> Result<Self> {
        let step = reading.graph.step(root.step);
        let source = reading.functions.read(&step.path);
        let pieces = guarded(|| {
            let open = |restriction: Vec<u8>| {
                let reader = Some(source.open(&restriction)?);
                Ok(Piece { reader, watermark: Timestamp::MIN, idle_until: None })
            };
            source.split()?.into_iter().map(open).collect::<Result<Vec<Piece>>>()
        });
        let pieces = pieces
            .map_err(|error| Error::new(format!("`{}` cannot be read: {error}", step.path)))?;
        let Transform::Composite(Composite::Read(spec)) = &step.transform else {
            unreachable!("only reads are opened")
        };
        Ok(Self {
            reading,
            step,
            boundedness: spec.boundedness,
            outputs: [step.outputs[0], step.outputs[1]],
            streams: [root.streams[0], root.streams[1]],
            pieces,
            next: 0,
            rows: 0,
            bad_rows: 0,
            told: Timestamp::MIN,
        })
    }

    /// The next bundle, and how far the read is behind it.
    ///
    /// # Errors
    /// What the source says, or that its watermark went back.
    pub(super) fn turn(&mut self, events: &mut Vec<ScriptEvent>) -> Result<Turn> {
        let left = self.reading.limits.rows.saturating_sub(self.rows + self.bad_rows);
        if left == 0 && self.pieces.iter().any(|piece| piece.reader.is_some()) {
            let rows = counted(self.reading.limits.rows, "row");
            self.remark(&format!("only the first {rows} are compared; `--rows N` takes more"));
            self.pieces.clear();
        }
        let now = SystemClock.now();
        let is_ready = |piece: &Piece| {
            piece.reader.is_some() && piece.idle_until.is_none_or(|until| until <= now)
        };
        let count = self.pieces.len();
        let in_turn = (self.next..count).chain(0..self.next.min(count));
        let Some(at) = in_turn.into_iter().find(|&at| is_ready(&self.pieces[at])) else {
            let idle = self.pieces.iter().filter(|piece| piece.reader.is_some());
            let Some(until) = idle.filter_map(|piece| piece.idle_until).min() else {
                self.tell(events, Timestamp::MAX);
                return Ok(Turn::Done);
            };
            return Ok(Turn::Idle(until));
        };
        self.next = at + 1;
        let limit =
            self.reading.limits.bundle_rows.min(usize::try_from(left).unwrap_or(usize::MAX));
        let bundle = guarded(|| self.fill(at, limit));
        let batches =
            bundle.map_err(|error| Error::new(format!("`{}` failed: {error}", self.step.path)))?;
        for (stream, batch) in self.streams.into_iter().zip(batches) {
            if let Some(stream) = stream.filter(|_| !batch.is_empty()) {
                events.push(ScriptEvent::Elements { stream, batch });
            }
        }
        let far = self.pieces.iter().map(|piece| piece.watermark).min();
        self.tell(events, far.unwrap_or(Timestamp::MAX));
        Ok(Turn::Given)
    }

    /// Ends the streams of a read that has no more rows for now.
    pub(super) fn end_for_now(mut self, events: &mut Vec<ScriptEvent>) {
        self.remark("it has no more rows for now, so only those it gave are compared");
        self.tell(events, Timestamp::MAX);
    }

    /// Takes rows and bad rows of one piece.
    fn fill(&mut self, at: usize, limit: usize) -> Result<[Batch; 2]> {
        let empty = |output| {
            let values = self.reading.functions.edge(output).empty();
            Batch { values, meta: Meta::default() }
        };
        let [mut rows, mut bad_rows] = self.outputs.map(empty);
        let piece = &mut self.pieces[at];
        let Some(reader) = &mut piece.reader else { return Ok([rows, bad_rows]) };
        let fill = reader.fill(&mut rows, &mut bad_rows, limit)?;
        // A bounded read is not asked: its watermark stands still until its end.
        if self.boundedness == Boundedness::Unbounded {
            let now = reader.watermark();
            if now < piece.watermark {
                return Err(Error::new(format!(
                    "its watermark went back from {} to {now}; a reader's watermark must never \
                     decrease",
                    piece.watermark
                )));
            }
            piece.watermark = now;
        }
        piece.idle_until = None;
        match fill {
            Fill::More => {}
            Fill::Idle(until) => piece.idle_until = Some(until),
            Fill::Done => (piece.reader, piece.watermark) = (None, Timestamp::MAX),
        }
        self.rows += rows.len() as u64;
        self.show(bad_rows.values.typed::<BadRow>());
        Ok([rows, bad_rows])
    }

    /// Counts bad rows and shows the first few of the read.
    fn show(&mut self, bad_rows: &[BadRow]) {
        for row in bad_rows {
            self.bad_rows += 1;
            if self.bad_rows <= RunResult::BAD_ROWS_KEPT as u64 {
                let path = &self.step.path;
                self.reading.console.remark(format_args!("warning: `{path}` rejected {row}"));
            }
        }
    }

    /// Moves the watermark of its streams, if it is further than it was.
    fn tell(&mut self, events: &mut Vec<ScriptEvent>, to: Timestamp) {
        if self.told < to {
            self.told = to;
            let streams = self.streams.into_iter().flatten();
            events.extend(streams.map(|stream| ScriptEvent::Watermark { stream, to }));
        }
    }

    fn remark(&self, words: &str) {
        self.reading.console.remark(format_args!("`{}`: {words}", self.step.path));
    }
}
