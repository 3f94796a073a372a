//! Where bundles come from: impulses, readers, scripts; each with its watermark.

mod deal;
mod piece;

pub use deal::Heard;
pub use piece::Piece;

use crate::caught;
use crate::works::empty;
use heliostat::batch::{Batch, Meta};
use heliostat::graph::{Functions, ReadSpec, Step, Transform};
use heliostat::savepoint::{ReadPiece, ReadState, ScriptState, StepKind, StepState};
use heliostat::testing::ScriptEvent;
use heliostat::{
    Boundedness, CollectionId, Duration, Error, Result, RunError, Timestamp, TransformId,
};
use std::collections::VecDeque;

/// At most so many elements come from one `fill`: the largest bundle of a read.
pub const BUNDLE_ELEMENTS_MAX: usize = 1_024;

/// One root of the graph, with its watermark.
pub struct Source {
    step: TransformId,
    path: String,
    outputs: Vec<CollectionId>,
    kind: Kind,
}

#[expect(clippy::large_enum_variant, reason = "there is one per source")]
enum Kind {
    /// Holds its one element until it is taken.
    Impulse {
        waiting: bool,
    },
    Read {
        boundedness: Boundedness,
        pieces: Vec<Piece>,
        rows: Batch,
        bad_rows: Batch,
    },
    Script {
        events: VecDeque<ScriptEvent>,
        /// How many of its events are behind.
        played: u64,
        streams: Vec<String>,
        watermarks: Vec<Timestamp>,
    },
}

/// What a source gave when it was asked.
pub enum Given {
    /// A bundle: a batch per output that has elements.
    Bundle(Vec<(CollectionId, Batch)>),
    /// Only its watermark may have moved.
    Moved,
    /// Processing time moves by so much.
    TimeMoved(Duration),
}

/// Whether it is worth asking a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It may have something.
    Ready,
    /// Nothing before this processing time.
    Idle(Timestamp),
    /// It has given all it has.
    Done,
}

impl Readiness {
    /// The processing time that a source waits for, if it waits for one.
    pub fn idle_until(&self) -> Option<Timestamp> {
        match self {
            Self::Idle(until) => Some(*until),
            Self::Ready | Self::Done => None,
        }
    }
}

impl Source {
    pub(crate) fn impulse(step: &Step, saved: Option<&StepState>) -> Self {
        let given =
            saved.is_some_and(|saved| matches!(saved.kind, StepKind::Impulse { given: true }));
        Self::of(step, Kind::Impulse { waiting: !given })
    }

    pub(crate) fn script(
        step: &Step,
        functions: &Functions,
        saved: Option<&StepState>,
    ) -> Result<Self, RunError> {
        let events = functions.script(&step.path).events().map_err(|error| {
            RunError::failed(format!("`{}` cannot be played: {error}", step.path))
                .in_step(&step.path)
        })?;
        let Transform::TestStream(spec) = &step.transform else { unreachable!("it is a script") };
        let mut watermarks = vec![Timestamp::MIN; step.outputs.len()];
        let mut events: VecDeque<ScriptEvent> = events.into();
        let mut played = 0;
        if let Some(StepState { kind: StepKind::Script(saved), .. }) = saved {
            played = usize::try_from(saved.position).unwrap_or(usize::MAX).min(events.len());
            events.drain(..played);
            for (watermark, stream) in watermarks.iter_mut().zip(&spec.streams) {
                *watermark = saved.watermarks.get(stream).copied().unwrap_or(Timestamp::MIN);
            }
        }
        let streams = spec.streams.clone();
        Ok(Self::of(step, Kind::Script { events, played: played as u64, streams, watermarks }))
    }

    pub(crate) fn read(
        step: &Step,
        spec: &ReadSpec,
        functions: &Functions,
        saved: Option<&StepState>,
    ) -> Result<Self, RunError> {
        let source = functions.read(&step.path);
        let fresh = |restriction| ReadPiece {
            restriction,
            watermark: Timestamp::MIN,
            idle_until: None,
            done: false,
        };
        let open = || -> Result<Vec<Piece>> {
            let pieces = match saved.map(|saved| &saved.kind) {
                Some(StepKind::Read(saved)) => saved.pieces.clone(),
                Some(_) | None => source.split()?.into_iter().map(fresh).collect(),
            };
            let open = |piece: ReadPiece| {
                let ReadPiece { restriction, watermark, idle_until, done } = piece;
                let reader = if done { None } else { Some(source.open(&restriction)?) };
                Ok(Piece {
                    restriction,
                    reader,
                    watermark,
                    floor: watermark,
                    idle_until,
                    done,
                    through: done,
                    quiet_since: None,
                })
            };
            pieces.into_iter().map(open).collect()
        };
        let failed = |error: Error| {
            RunError::failed(format!("`{}` cannot be read: {error}", step.path)).in_step(&step.path)
        };
        let pieces = caught(open).map_err(failed)?;
        let kind = Kind::Read {
            boundedness: spec.boundedness,
            pieces,
            rows: empty(functions, step.outputs[0]),
            bad_rows: empty(functions, step.outputs[1]),
        };
        Ok(Self::of(step, kind))
    }

    fn of(step: &Step, kind: Kind) -> Self {
        Self { step: step.id, path: step.path.clone(), outputs: step.outputs.clone(), kind }
    }

    /// The step that it is.
    pub fn step(&self) -> TransformId {
        self.step
    }

    /// The path of that step.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether its bundles are exact: what a script says must not be cut.
    pub fn is_script(&self) -> bool {
        matches!(self.kind, Kind::Script { .. })
    }

    /// Whether anyone is interested in how far it is.
    pub fn is_read(&self) -> bool {
        matches!(self.kind, Kind::Read { .. } | Kind::Script { .. })
    }

    /// Whether it is a read whose watermark moves while it goes on.
    pub fn is_unbounded(&self) -> bool {
        matches!(&self.kind, Kind::Read { boundedness: Boundedness::Unbounded, .. })
    }

    /// Whether this output holds the rows it could not understand.
    pub fn gives_bad_rows(&self, output: CollectionId) -> bool {
        matches!(self.kind, Kind::Read { .. }) && output == self.outputs[1]
    }

    /// Whether it is worth asking at this time.
    pub fn readiness(&self, now: Timestamp) -> Readiness {
        match &self.kind {
            Kind::Impulse { waiting: true } => Readiness::Ready,
            Kind::Impulse { waiting: false } => Readiness::Done,
            Kind::Script { events, .. } if events.is_empty() => Readiness::Done,
            Kind::Script { .. } => Readiness::Ready,
            Kind::Read { pieces, .. } => {
                let mut wake = None;
                for piece in pieces.iter().filter(|piece| !piece.done) {
                    match piece.idle_until {
                        Some(until) if now < until => {
                            wake = Some(wake.map_or(until, |wake: Timestamp| wake.min(until)));
                        }
                        _ => return Readiness::Ready,
                    }
                }
                wake.map_or(Readiness::Done, Readiness::Idle)
            }
        }
    }

    /// The watermark of one of its outputs.
    pub fn watermark(&self, output: CollectionId) -> Timestamp {
        match &self.kind {
            Kind::Impulse { waiting: true } => Timestamp::MIN,
            Kind::Impulse { waiting: false } => Timestamp::MAX,
            Kind::Script { watermarks, .. } => {
                let at = self.outputs.iter().position(|known| *known == output);
                watermarks[at.expect("a source is asked about its own outputs")]
            }
            Kind::Read { boundedness, pieces, .. } => {
                let of = |piece: &Piece| match (piece.through, boundedness) {
                    (true, _) => Timestamp::MAX,
                    (false, Boundedness::Bounded) => Timestamp::MIN,
                    (false, Boundedness::Unbounded) => piece.watermark,
                };
                pieces.iter().map(of).min().unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// The smallest watermark of all its outputs.
    pub fn slowest(&self) -> Timestamp {
        let all = self.outputs.iter().map(|&output| self.watermark(output));
        all.min().unwrap_or(Timestamp::MAX)
    }

    /// Takes the next bundle or move of its own; `pick` chooses among what is ready. The watermark
    /// is that of before until [`Source::settle`].
    pub fn next(
        &mut self,
        now: Timestamp,
        pick: impl FnOnce(usize) -> usize,
    ) -> Result<Given, RunError> {
        match &mut self.kind {
            Kind::Impulse { waiting } => {
                *waiting = false;
                Ok(Given::Bundle(vec![(self.outputs[0], Batch::of(vec![()], Meta::default()))]))
            }
            Kind::Script { events, played, watermarks, .. } => {
                *played += 1;
                match events.pop_front() {
                    Some(ScriptEvent::Elements { stream, batch }) => {
                        Ok(Given::Bundle(vec![(self.outputs[stream], batch)]))
                    }
                    Some(ScriptEvent::Watermark { stream, to }) => {
                        watermarks[stream] = to;
                        Ok(Given::Moved)
                    }
                    Some(ScriptEvent::ProcessingTime { by }) => Ok(Given::TimeMoved(by)),
                    None => Ok(Given::Moved),
                }
            }
            Kind::Read { pieces, rows, bad_rows, .. } => {
                let ready: Vec<usize> =
                    (0..pieces.len()).filter(|&at| pieces[at].is_ready(now)).collect();
                let piece = &mut pieces[ready[pick(ready.len())]];
                piece.fill(rows, bad_rows, BUNDLE_ELEMENTS_MAX).map_err(|error| {
                    RunError::failed(format!("`{}` failed: {error}", self.path)).in_step(&self.path)
                })?;
                let mut bundle = Vec::new();
                for (output, batch) in [(self.outputs[0], rows), (self.outputs[1], bad_rows)] {
                    if !batch.is_empty() {
                        let empty = batch.empty_like();
                        bundle.push((output, std::mem::replace(batch, empty)));
                    }
                }
                Ok(Given::Bundle(bundle))
            }
        }
    }

    /// Takes back a batch that was processed, for its room.
    pub fn give_back(&mut self, output: CollectionId, batch: Batch) {
        if let Kind::Read { rows, .. } = &mut self.kind
            && output == self.outputs[0]
            && batch.is_empty()
        {
            *rows = batch;
        }
    }

    /// Lets its watermark move: the bundle it gave is through.
    pub fn settle(&mut self) -> Result<(), RunError> {
        let Kind::Read { boundedness, pieces, .. } = &mut self.kind else { return Ok(()) };
        for piece in pieces {
            piece.through = piece.done;
            if piece.through || *boundedness == Boundedness::Bounded {
                continue;
            }
            let Some(reader) = &piece.reader else { continue };
            let now = caught(|| Ok(reader.watermark().max(piece.floor))).map_err(|error| {
                RunError::failed(format!("`{}` failed: {error}", self.path)).in_step(&self.path)
            })?;
            if now < piece.watermark {
                let message = format!(
                    "`{}` broke its contract: its watermark went back from {} to {now}; a reader's \
                     watermark must never decrease",
                    self.path, piece.watermark
                );
                return Err(RunError::failed(message).in_step(&self.path));
            }
            piece.watermark = now;
        }
        Ok(())
    }
}

impl Source {
    /// The pieces of a read that are worth asking at this time. Whoever reads them ends with
    /// [`Source::settle`].
    pub fn ready_pieces(&mut self, now: Timestamp) -> Vec<&mut Piece> {
        match &mut self.kind {
            Kind::Impulse { .. } | Kind::Script { .. } => Vec::new(),
            Kind::Read { pieces, .. } => {
                pieces.iter_mut().filter(|piece| piece.is_ready(now)).collect()
            }
        }
    }

    /// Whether it is read in pieces: the others are asked for what is [`next`](Source::next).
    pub fn is_in_pieces(&self) -> bool {
        matches!(self.kind, Kind::Read { .. })
    }

    /// What is left of it, and how far it is.
    pub fn save(&self, now: Timestamp) -> Result<StepKind, RunError> {
        Ok(match &self.kind {
            Kind::Impulse { waiting } => StepKind::Impulse { given: !waiting },
            Kind::Script { played, streams, watermarks, .. } => StepKind::Script(ScriptState {
                position: *played,
                watermarks: streams.iter().cloned().zip(watermarks.iter().copied()).collect(),
                processing_time: now,
            }),
            Kind::Read { pieces, .. } => {
                let position = |piece: &Piece| match &piece.reader {
                    Some(reader) if !piece.done => caught(|| Ok(reader.position())),
                    Some(_) | None => Ok(piece.restriction.clone()),
                };
                let save = |piece: &Piece| {
                    Ok(ReadPiece {
                        restriction: position(piece)?,
                        watermark: piece.watermark,
                        idle_until: piece.idle_until,
                        done: piece.done,
                    })
                };
                let pieces = pieces.iter().map(save).collect::<Result<_>>();
                let pieces = pieces.map_err(|error| {
                    RunError::failed(format!("`{}` failed: {error}", self.path)).in_step(&self.path)
                })?;
                StepKind::Read(ReadState { pieces })
            }
        })
    }
}
