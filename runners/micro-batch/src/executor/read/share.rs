//! One lane's share of a read, as one bundle: read, taken through the stages that begin there, and
//! written, as often as it may be tried.

use super::feed::{Failure, Fed, Way};
use super::{Share, WasRead};
use crate::executor::Shop;
use crate::executor::bundle::{Desk, Made};
use heliostat::batch::ColumnExt;
use heliostat::{BadRow, RunError, RunResult};
use heliostat_runner_core::{Attempt, GroupingId, Lane, NoInspect, Tries, add_metrics, empty};

/// At most so many elements are read at once: they stay in the caches of a core.
const FILL_ELEMENTS_MAX: usize = 1_024;

/// The same where a source lends its elements, which then need no room of their own.
const FILL_LENT_MAX: usize = 4_096;

/// The same where each element becomes many.
const FILL_ELEMENTS_MIN: usize = 64;

/// How large elements are is looked at once in so many fills.
const FILLS_PER_ESTIMATE: usize = 16;

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
        let way = self.way(share.outputs);
        let mut tries = Tries::of(self.settings.retries(), self.pause);
        loop {
            let error = match self.try_share((number, lane, desk), share, &way) {
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
            let this = tries.attempt(self.frame.round);
            if !tries.go_on(error.of_stage()) {
                return Err(self.gave_up(error, share.path, this));
            }
            for stage in way.stages() {
                let work = &mut lane.stages[stage];
                let rolled_back = work.roll_back(self.site.functions);
                rolled_back.map_err(|error| error.into_run_error(this))?;
                if tries.one_by_one() {
                    work.take_one_by_one();
                }
                lane.exchanges[stage].gate.take_late();
            }
            lane.lifters.iter_mut().flatten().for_each(|lifter| lifter.discard());
            let code = self.site.functions.read(share.path);
            for piece in &mut share.pieces {
                piece.go_back(code).map_err(|error| {
                    let message = format!("`{}` cannot be read again: {error}", share.path);
                    RunError::failed(message).in_step(share.path)
                })?;
            }
        }
    }

    /// What the last try of a share ends the run with.
    fn gave_up(&self, error: Failure, read: &str, this: Attempt) -> RunError {
        let attempt = this.attempt;
        match error {
            Failure::OfSource(error) => RunError::failed(format!(
                "`{read}` failed: {error}\n  attempt {attempt} of {attempt}"
            ))
            .in_step(read),
            Failure::OfSink(step, error) => {
                let path = self.sinks.path(step);
                let message =
                    format!("`{path}` failed {attempt} times, the last time with: {error}");
                RunError::failed(message).in_step(path)
            }
            Failure::OfStage(error) => error.into_run_error(this),
            Failure::Fatal(error) => error,
        }
    }

    fn try_share(
        &self,
        (number, lane, desk): (usize, &mut Lane, &mut Desk),
        share: &mut Share<'_>,
        way: &Way,
    ) -> Result<(WasRead, Made), Failure> {
        let functions = self.site.functions;
        for stage in way.stages() {
            lane.stages[stage].start_bundle().map_err(Failure::OfStage)?;
        }
        let mut fed = Fed::of(way, self.number_of_part(number, share.source));
        let (mut read, mut most_out) = (WasRead::default(), 0);
        let fresh = || share.outputs.map(|output| empty(functions, output));
        let mut room = desk.rows.remove(&share.step).unwrap_or_else(fresh);
        for piece in &mut share.pieces {
            let (mut elements, mut bytes, mut bytes_each) = (0, 0, 0);
            for fill in 0_usize.. {
                let [rows, bad_rows] = &mut room;
                // What comes of it should stay in the caches too.
                let wide = most_out / read.elements.max(1);
                let most = if rows.values.is_lent() { FILL_LENT_MAX } else { FILL_ELEMENTS_MAX };
                let limit = most / usize::try_from(wide).unwrap_or(usize::MAX).max(1);
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
                for (batch, stages) in room.iter_mut().zip(&way.begins) {
                    self.feed((lane, desk), stages, batch, &mut fed)?;
                }
                let most = way.stages().map(|stage| lane.stages[stage].most_out());
                most_out = most.max().unwrap_or(0);
                if !piece.has_more() || share.elements_max <= elements || share.bytes_max <= bytes {
                    break;
                }
            }
        }
        desk.rows.insert(share.step, room);
        let mut outputs = Vec::new();
        for stage in way.stages() {
            let ended = lane.stages[stage].finish_bundle(&mut NoInspect);
            let mut output = ended.map_err(Failure::OfStage)?;
            for (target, batch) in &mut output.elements {
                self.write(*target, batch, &mut fed)?;
                self.pass_on((lane, desk), *target, batch, &mut fed)?;
            }
            outputs.push(output);
        }
        let Fed { mut made, parts, .. } = fed;
        let prepared = self.sinks.prepare_parts(functions, parts);
        prepared.map_err(|(step, error)| Failure::OfSink(step, error))?;
        // Nothing can be tried again from here on: what a lifter takes now counts.
        for output in outputs {
            self.hand((number, lane, desk), output, &mut made).map_err(Failure::Fatal)?;
        }
        for &id in &way.passes {
            let late = lane.exchanges[id.0 as usize].gate.take_late();
            made.counts.entry(self.head(id).step).or_default().dropped.late += late;
        }
        Ok((read, made))
    }

    /// Behind the numbers of the parts that lanes write of what comes through exchanges.
    fn number_of_part(&self, lane: usize, source: usize) -> u32 {
        let number = (1 + source) * self.frame.lanes + lane;
        self.frame.first_part + u32::try_from(number).expect("there are fewer than 2^32 parts")
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
