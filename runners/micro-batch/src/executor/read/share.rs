//! One lane's share of a read, as one bundle: read, taken through the stages that begin there, and
//! written, as often as it may be tried.

use super::{Share, WasRead};
use crate::executor::Shop;
use crate::executor::bundle::{Desk, Made};
use crate::sinks::OpenPart;
use heliostat::batch::{Batch, ColumnExt};
use heliostat::{BadRow, CollectionId, RunError, RunResult, TransformId};
use heliostat_runner_core::{GroupingId, Lane, NoInspect, StageError, Target, add_metrics, empty};

/// At most so many elements are read at once: they stay in the caches of a core.
const FILL_ELEMENTS_MAX: usize = 1_024;

/// The same where each element becomes many.
const FILL_ELEMENTS_MIN: usize = 64;

/// How large elements are is looked at once in so many fills.
const FILLS_PER_ESTIMATE: usize = 16;

/// The parts that a try of a share writes.
struct Parts {
    number: u32,
    open: Vec<OpenPart>,
}

/// Why a try to read failed.
enum Failure {
    OfSource(heliostat::Error),
    OfSink(TransformId, heliostat::Error),
    OfStage(StageError),
    Fatal(RunError),
}

impl Shop<'_> {
    /// Reads all shares of a lane; says by source what was read.
    pub(super) fn read_shares(
        &self,
        (number, lane, desk): (usize, &mut Lane, &mut Desk),
        shares: &mut [Share<'_>],
    ) -> Result<(Made, Vec<(usize, WasRead)>), RunError> {
        let mut made = Made::default();
        let mut read = Vec::new();
        for share in shares {
            let one = self.read_share((number, lane, desk), share, &mut made)?;
            read.push((share.source, one));
            // What succeeded is out of the lifters before another share may fail.
            self.flush((lane, desk), &mut made)?;
        }
        Ok((made, read))
    }

    /// Reads a lane's share of a read as one bundle, as often as it may be tried: each time from
    /// where it began.
    fn read_share(
        &self,
        (number, lane, desk): (usize, &mut Lane, &mut Desk),
        share: &mut Share<'_>,
        made: &mut Made,
    ) -> Result<WasRead, RunError> {
        let of_source = |error: &heliostat::Error| {
            RunError::failed(format!("`{}` failed: {error}", share.path)).in_step(share.path)
        };
        for piece in &mut share.pieces {
            piece.stay().map_err(|error| of_source(&error))?;
        }
        let mut attempt = 1;
        loop {
            let error = match self.try_share((number, lane, desk), share) {
                Ok((read, shared)) => {
                    let Made { handed, counts, .. } = shared;
                    made.handed.extend(handed);
                    for (step, counts) in counts {
                        add_metrics(made.counts.entry(step).or_default(), counts);
                    }
                    return Ok(read);
                }
                Err(Failure::Fatal(error)) => return Err(error),
                Err(error) => error,
            };
            if attempt == self.settings.attempts {
                return Err(match error {
                    Failure::OfSource(error) => RunError::failed(format!(
                        "`{}` failed: {error}\n  attempt {attempt} of {attempt}",
                        share.path
                    ))
                    .in_step(share.path),
                    Failure::OfSink(step, error) => {
                        let path = self.sinks.path(step);
                        let message =
                            format!("`{path}` failed {attempt} times, the last time with: {error}");
                        RunError::failed(message).in_step(path)
                    }
                    Failure::OfStage(error) => error.into_run_error(self.attempt(attempt)),
                    Failure::Fatal(error) => error,
                });
            }
            for &output in &share.outputs {
                for stage in self.stages_from(output) {
                    lane.stages[stage]
                        .roll_back(self.site.functions)
                        .map_err(|error| error.into_run_error(self.attempt(attempt)))?;
                }
            }
            lane.lifters.iter_mut().flatten().for_each(|lifter| lifter.discard());
            let code = self.site.functions.read(share.path);
            for piece in &mut share.pieces {
                piece.go_back(code).map_err(|error| {
                    let message = format!("`{}` cannot be read again: {error}", share.path);
                    RunError::failed(message).in_step(share.path)
                })?;
            }
            attempt += 1;
        }
    }

    fn stages_from(&self, output: CollectionId) -> Vec<usize> {
        let begins = self.site.plan.stages_from(output).filter(|stage| stage.head.is_none());
        begins.map(|stage| stage.id.0 as usize).collect()
    }

    fn try_share(
        &self,
        (number, lane, desk): (usize, &mut Lane, &mut Desk),
        share: &mut Share<'_>,
    ) -> Result<(WasRead, Made), Failure> {
        let functions = self.site.functions;
        let stages = share.outputs.map(|output| self.stages_from(output));
        for &stage in stages.iter().flatten() {
            lane.stages[stage].start_bundle().map_err(Failure::OfStage)?;
        }
        let mut made = Made::default();
        let mut parts = Parts { number: self.number_of_part(number, share.source), open: vec![] };
        let (mut read, mut most_out) = (WasRead::default(), 0);
        let fresh = || share.outputs.map(|output| empty(functions, output));
        let mut room = desk.rows.remove(&share.step).unwrap_or_else(fresh);
        for piece in &mut share.pieces {
            let (mut elements, mut bytes, mut bytes_each) = (0, 0, 0);
            for fill in 0_usize.. {
                let [rows, bad_rows] = &mut room;
                // What comes of it should stay in the caches too.
                let wide = most_out / read.elements.max(1);
                let limit = FILL_ELEMENTS_MAX / usize::try_from(wide).unwrap_or(usize::MAX).max(1);
                let limit = limit.max(FILL_ELEMENTS_MIN).min(share.elements_max - elements);
                piece.fill(rows, bad_rows, limit).map_err(Failure::OfSource)?;
                // One that gives nothing takes its part of the round too, so that each round ends.
                elements += (rows.len() + bad_rows.len()).max(1);
                let is_due = bytes_each == 0 || fill.is_multiple_of(FILLS_PER_ESTIMATE);
                if is_due && !rows.is_empty() {
                    let edge = functions.edge(share.outputs[0]);
                    bytes_each = edge.estimated_bytes(rows.values.as_ref()).div_ceil(rows.len());
                }
                bytes += bytes_each * rows.len();
                read.elements += rows.len() as u64;
                read.bad_rows += bad_rows.len() as u64;
                let shown = RunResult::BAD_ROWS_KEPT.saturating_sub(read.shown.len());
                let bad = bad_rows.values.typed::<BadRow>();
                read.shown.extend(bad.iter().take(shown).cloned());
                for (batch, stages) in room.iter_mut().zip(&stages) {
                    self.feed((lane, desk), stages, batch, (&mut made, &mut parts))?;
                }
                let most = stages.iter().flatten().map(|&stage| lane.stages[stage].most_out());
                most_out = most.max().unwrap_or(0);
                if !piece.has_more() || share.elements_max <= elements || share.bytes_max <= bytes {
                    break;
                }
            }
        }
        desk.rows.insert(share.step, room);
        let ends = stages.iter().flatten().map(|&at| lane.stages[at].finish_bundle(&mut NoInspect));
        let mut outputs = ends.collect::<Result<Vec<_>, _>>().map_err(Failure::OfStage)?;
        for (target, batch) in outputs.iter_mut().flat_map(|output| &mut output.elements) {
            self.write(*target, batch, (&mut made, &mut parts))?;
        }
        let prepared = self.sinks.prepare_parts(functions, parts.open);
        prepared.map_err(|(step, error)| Failure::OfSink(step, error))?;
        // Nothing can be tried again from here on: what a lifter takes now counts.
        for output in outputs {
            self.hand((number, lane, desk), output, &mut made).map_err(Failure::Fatal)?;
        }
        Ok((read, made))
    }

    /// Behind the numbers of the parts that lanes write of what comes through exchanges.
    fn number_of_part(&self, lane: usize, source: usize) -> u32 {
        let number = (1 + source) * self.frame.lanes + lane;
        self.frame.first_part + u32::try_from(number).expect("there are fewer than 2^32 parts")
    }

    /// Writes what goes to a sink, at once: if the share fails, its parts are gone with it.
    fn write(
        &self,
        target: Target,
        batch: &mut Batch,
        (made, parts): (&mut Made, &mut Parts),
    ) -> Result<(), Failure> {
        let Target::Write(step) = target else { return Ok(()) };
        made.counts.entry(step).or_default().elements_in += batch.len() as u64;
        let of_sink = |error| Failure::OfSink(step, error);
        let at = match parts.open.iter().position(|part| part.step() == step) {
            Some(at) => at,
            None => {
                let part = self.sinks.open_part(self.site.functions, step, parts.number);
                parts.open.push(part.map_err(of_sink)?);
                parts.open.len() - 1
            }
        };
        parts.open[at].write(batch).map_err(of_sink)?;
        batch.clear();
        Ok(())
    }

    /// Takes a batch through stages, and what they made so far for groupings that are lifted into
    /// their lifters, and for sinks into their parts.
    fn feed(
        &self,
        (lane, desk): (&mut Lane, &mut Desk),
        stages: &[usize],
        batch: &mut Batch,
        (made, parts): (&mut Made, &mut Parts),
    ) -> Result<(), Failure> {
        let Some((last, others)) = stages.split_last() else {
            batch.clear();
            return Ok(());
        };
        for &stage in others {
            let mut copy = lane.stages[stage].copy_of(batch).map_err(Failure::OfStage)?;
            lane.stages[stage].process(&mut copy, &mut NoInspect).map_err(Failure::OfStage)?;
        }
        lane.stages[*last].process(batch, &mut NoInspect).map_err(Failure::OfStage)?;
        batch.clear();
        for &stage in stages {
            let Lane { stages, groupings, lifters, .. } = lane;
            let mut outcome = Ok(Vec::new());
            stages[stage].offer(|target, batch| {
                let Ok(shipped) = &mut outcome else { return };
                if let Err(error) = self.write(target, batch, (&mut *made, &mut *parts)) {
                    outcome = Err(error);
                    return;
                }
                let Target::Grouping(id) = target else { return };
                let Some(lifter) = &mut lifters[id.0 as usize] else { return };
                let watermark = groupings[id.0 as usize].input_watermark();
                let count = batch.len() as u64;
                match self.lift(lifter, (id, watermark), batch) {
                    Ok(early) => shipped.push((id, count, early)),
                    Err(error) => outcome = Err(Failure::Fatal(error)),
                }
            });
            for (id, count, early) in outcome? {
                let step = self.site.plan.groupings[id.0 as usize].step;
                made.counts.entry(step).or_default().elements_in += count;
                for partials in early {
                    self.send_home(desk, id, partials, made).map_err(Failure::Fatal)?;
                }
            }
        }
        Ok(())
    }

    /// Ships what lifters hold, behind a share that succeeded.
    fn flush(&self, (lane, desk): (&mut Lane, &mut Desk), made: &mut Made) -> Result<(), RunError> {
        for at in 0..lane.lifters.len() {
            let Some(lifter) = &mut lane.lifters[at] else { continue };
            let path = &self.site.graph.step(self.site.plan.groupings[at].step).path;
            let mut shipped = Vec::new();
            self.empty(path, lifter, (&mut lane.groupings[at], &mut shipped))?;
            let id = GroupingId(u32::try_from(at).expect("a plan has few groupings"));
            for partials in shipped {
                self.send_home(desk, id, partials, made)?;
            }
        }
        Ok(())
    }
}
