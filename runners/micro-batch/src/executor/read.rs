//! The beginning of a round: what sources have is read, piece by piece, on all lanes.

mod feed;
mod share;

use super::bundle::Made;
use super::{Executor, Frame, Shop, caught_whole, site};
use heliostat::graph::Graph;
use heliostat::{BadRow, CollectionId, RunError, Timestamp, TransformId};
use heliostat_runner_core::{Given, Pause, Piece, Readiness, Source, for_each};

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

impl Executor<'_> {
    /// Takes what sources have. Their watermarks are moved by whoever calls it, when all of it is
    /// through.
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
        Ok(())
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
                sinks: &self.sinks,
                pause: Pause { clock: &self.clock, interrupt: self.job.interrupt },
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
        let slices = self.slices_of_round();
        let limits = [self.settings.round_elements, self.settings.round_bytes];
        let limits = limits.map(|limit| limit.div_ceil(slices));
        let (shares, asked) = shares(&mut self.works.sources, self.job.graph, limits, frame);
        // What a round takes of a source is one bundle.
        self.read_bundles += if self.slices == 0 { asked } else { 0 };
        let shop = Shop {
            frame,
            site: site(&self.plan, &self.job),
            settings: &self.settings,
            views: &self.works.views,
            sinks: &self.sinks,
            pause: Pause { clock: &self.clock, interrupt: self.job.interrupt },
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
                // One that gives nothing takes its part of the round too.
                self.read_elements += (elements + bad_rows).max(1);
                self.ledger.add_elements(source, elements);
                self.ledger.add_bad_rows(source, &shown, bad_rows, self.job.observer);
            }
        }
        self.hand_over(all).map(drop)
    }
}

/// Deals the pieces of all reads out to the lanes; says how many reads have some.
fn shares<'a>(
    sources: &'a mut [Source],
    graph: &'a Graph,
    [elements, bytes]: [usize; 2],
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
    let part = |all: usize| (all / pieces.max(1)).max(1);
    for share in shares.iter_mut().flatten() {
        share.elements_max = part(elements);
        share.bytes_max = part(bytes);
    }
    (shares, asked)
}
