//! The beginning of a round: what sources have is read, piece by piece, on all lanes.

use super::bundle::{Desk, Made};
use super::{Executor, Frame, Shop, caught_whole, site};
use crate::settings::{MicroBatchSettings, Rounds};
use heliostat::batch::{Batch, ColumnExt};
use heliostat::graph::Graph;
use heliostat::{BadRow, CollectionId, RunError, RunResult, Timestamp, TransformId};
use heliostat_runner_core::{
    Given, GroupingId, Lane, NoInspect, Piece, Readiness, Source, StageError, Target, add_metrics,
    empty, for_each, guarded,
};

/// At most so many elements are read at once: they stay in the caches of a core.
const FILL_ELEMENTS_MAX: usize = 1_024;

/// The share of one lane of a read, in one round.
struct Share<'a> {
    source: usize,
    step: TransformId,
    path: &'a str,
    outputs: [CollectionId; 2],
    pieces: Vec<&'a mut Piece>,
    elements_max: usize,
    bytes_max: usize,
}

/// What a lane has read of one read.
#[derive(Default)]
struct WasRead {
    elements: u64,
    bad_rows: u64,
    /// The first of them.
    shown: Vec<BadRow>,
}

/// Why a try to read failed.
enum Failure {
    OfSource(heliostat::Error),
    OfStage(StageError),
    Fatal(RunError),
}

impl Executor<'_> {
    /// Takes what sources have. Their watermarks move at the end, when all of it is through.
    pub(super) fn read(&mut self, now: Timestamp) -> Result<(), RunError> {
        if self.scripted {
            self.take_event(now)?;
        } else {
            for at in 0..self.works.sources.len() {
                let source = &self.works.sources[at];
                if !source.is_in_pieces() && source.readiness(now) == Readiness::Ready {
                    self.take_from(at, now)?;
                }
            }
            self.read_pieces(now)?;
        }
        self.works.sources.iter_mut().try_for_each(Source::settle)
    }

    /// Under a script: one event of one source.
    fn take_event(&mut self, now: Timestamp) -> Result<(), RunError> {
        let ready = |source: &Source| source.readiness(now) == Readiness::Ready;
        let Some(at) = self.works.sources.iter().position(ready) else { return Ok(()) };
        self.take_from(at, now)
    }

    /// One bundle of a source, on the first lane.
    fn take_from(&mut self, at: usize, now: Timestamp) -> Result<(), RunError> {
        let source = &mut self.works.sources[at];
        self.read_bundles += u64::from(source.is_read());
        let bundle = match source.next(now, |_| 0)? {
            Given::Bundle(bundle) => bundle,
            Given::Moved => return Ok(()),
            Given::TimeMoved(by) => {
                self.clock.advance(by);
                return Ok(());
            }
        };
        let now = self.set_now();
        for (output, batch) in bundle {
            let source = &self.works.sources[at];
            self.ledger.add_given(source, output, &batch, self.job.observer);
            let shop = Shop {
                frame: self.frame(now),
                site: site(&self.plan, &self.job),
                settings: &self.settings,
                views: &self.works.views,
            };
            let mut made = Made::default();
            let first = (0, &mut self.works.lanes[0], &mut self.desks[0]);
            shop.through(first, output, vec![batch], &mut made)?;
            self.hand_over(vec![Ok(made)])?;
        }
        Ok(())
    }

    /// All lanes read their shares of what is there.
    fn read_pieces(&mut self, now: Timestamp) -> Result<(), RunError> {
        let frame = self.frame(now);
        let (shares, asked) =
            shares(&mut self.works.sources, self.job.graph, &self.settings, frame);
        self.read_bundles += asked;
        let shop = Shop {
            frame,
            site: site(&self.plan, &self.job),
            settings: &self.settings,
            views: &self.works.views,
        };
        let lanes = self.works.lanes.iter_mut().zip(&mut self.desks);
        let mut work: Vec<_> = lanes.zip(shares).collect();
        let read = for_each(self.host.as_ref(), &mut work, |at, ((lane, desk), shares)| {
            caught_whole(|| shop.read_shares((at, lane, desk), shares))
        });
        drop(work);
        let mut all = Vec::new();
        for read in read {
            let (made, read) = read?;
            all.push(Ok(made));
            for (source, WasRead { elements, bad_rows, shown }) in read {
                let source = &self.works.sources[source];
                self.ledger.add_elements(source, elements);
                self.ledger.add_bad_rows(source, &shown, bad_rows, self.job.observer);
            }
        }
        self.hand_over(all)
    }
}

/// Deals the pieces of all reads out to the lanes; says how many reads have some.
fn shares<'a>(
    sources: &'a mut [Source],
    graph: &'a Graph,
    settings: &MicroBatchSettings,
    frame: Frame,
) -> (Vec<Vec<Share<'a>>>, u64) {
    let mut shares: Vec<Vec<Share<'_>>> = (0..frame.lanes).map(|_| Vec::new()).collect();
    let (mut pieces, mut asked) = (0, 0);
    for (at, source) in sources.iter_mut().enumerate() {
        let step = graph.step(source.step());
        let ready = source.ready_pieces(frame.now);
        asked += u64::from(!ready.is_empty());
        for piece in ready {
            let shares = &mut shares[pieces % frame.lanes];
            pieces += 1;
            match shares.last_mut() {
                Some(share) if share.source == at => share.pieces.push(piece),
                Some(_) | None => shares.push(Share {
                    source: at,
                    step: step.id,
                    path: &step.path,
                    outputs: [step.outputs[0], step.outputs[1]],
                    pieces: vec![piece],
                    elements_max: 0,
                    bytes_max: 0,
                }),
            }
        }
    }
    // Each piece gets its part of the round.
    let is_once = settings.rounds == Rounds::Once;
    let part = |all: usize| if is_once { usize::MAX } else { (all / pieces.max(1)).max(1) };
    for share in shares.iter_mut().flatten() {
        share.elements_max = part(settings.round_elements);
        share.bytes_max = part(settings.round_bytes);
    }
    (shares, asked)
}

impl Shop<'_> {
    /// Reads all shares of a lane; says by source what was read.
    fn read_shares(
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
                    let Made { handed, counts } = shared;
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
        let mut read = WasRead::default();
        let fresh = || share.outputs.map(|output| empty(functions, output));
        let mut room = desk.rows.remove(&share.step).unwrap_or_else(fresh);
        for piece in &mut share.pieces {
            let (mut elements, mut bytes) = (0, 0);
            loop {
                let [rows, bad_rows] = &mut room;
                let limit = FILL_ELEMENTS_MAX.min(share.elements_max - elements);
                piece.fill(rows, bad_rows, limit).map_err(Failure::OfSource)?;
                // One that gives nothing takes its part of the round too, so that each round ends.
                elements += (rows.len() + bad_rows.len()).max(1);
                bytes += functions.edge(share.outputs[0]).estimated_bytes(rows.values.as_ref());
                read.elements += rows.len() as u64;
                read.bad_rows += bad_rows.len() as u64;
                let shown = RunResult::BAD_ROWS_KEPT.saturating_sub(read.shown.len());
                let bad = bad_rows.values.typed::<BadRow>();
                read.shown.extend(bad.iter().take(shown).cloned());
                for (batch, stages) in room.iter_mut().zip(&stages) {
                    self.feed((lane, desk), stages, batch, &mut made)?;
                }
                if !piece.has_more() || share.elements_max <= elements || share.bytes_max <= bytes {
                    break;
                }
            }
        }
        desk.rows.insert(share.step, room);
        // All end before anything is handed on: what a lifter takes then counts.
        let ends = stages.iter().flatten().map(|&at| lane.stages[at].finish_bundle(&mut NoInspect));
        for output in ends.collect::<Result<Vec<_>, _>>().map_err(Failure::OfStage)? {
            self.hand((number, lane, desk), output, &mut made).map_err(Failure::Fatal)?;
        }
        Ok((read, made))
    }

    /// Takes a batch through stages, and what they made so far for groupings that are lifted into
    /// their lifters.
    fn feed(
        &self,
        (lane, desk): (&mut Lane, &mut Desk),
        stages: &[usize],
        batch: &mut Batch,
        made: &mut Made,
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
                let Target::Grouping(id) = target else { return };
                let Some(lifter) = &mut lifters[id.0 as usize] else { return };
                let Ok(shipped) = &mut outcome else { return };
                let watermark = groupings[id.0 as usize].input_watermark();
                let count = batch.len() as u64;
                match self.lift(lifter, (id, watermark), batch) {
                    Ok(early) => shipped.push((id, count, early)),
                    Err(error) => outcome = Err(error),
                }
            });
            for (id, count, early) in outcome.map_err(Failure::Fatal)? {
                let step = self.site.plan.groupings[id.0 as usize].step;
                made.counts.entry(step).or_default().elements_in += count;
                if let Some(partials) = early {
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
            let rest = guarded(path, || lifter.flush())?;
            lifter.commit();
            if let Some(partials) = rest {
                let id = GroupingId(u32::try_from(at).expect("a plan has few groupings"));
                self.send_home(desk, id, partials, made)?;
            }
        }
        Ok(())
    }
}
