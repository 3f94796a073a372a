//! A source on several workers: each has some of its pieces.

use super::{Kind, Piece, Source};
use heliostat::{Boundedness, CollectionId, Duration, Timestamp};

/// What is heard of how far a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Its watermark.
    Watermark(Timestamp),
    /// Nothing: it has had nothing to give for so long that nobody waits for it.
    Idle,
}

impl Source {
    /// The pieces of a read in turn to so many workers, beginning with the one of this number; what
    /// is not read goes to the first.
    pub fn dealt(self, workers: usize, first: usize) -> Vec<Option<Self>> {
        let Self { step, path, outputs, kind } = self;
        let Kind::Read { boundedness, pieces, rows, bad_rows } = kind else {
            let mut dealt: Vec<Option<Self>> = (0..workers).map(|_| None).collect();
            dealt[0] = Some(Self { step, path, outputs, kind });
            return dealt;
        };
        let mut hands: Vec<Vec<Piece>> = (0..workers).map(|_| Vec::new()).collect();
        for (at, piece) in pieces.into_iter().enumerate() {
            hands[(first + at) % workers].push(piece);
        }
        let hand = |pieces: Vec<Piece>| {
            let (rows, bad_rows) = (rows.empty_like(), bad_rows.empty_like());
            let kind = Kind::Read { boundedness, pieces, rows, bad_rows };
            let (path, outputs) = (path.clone(), outputs.clone());
            Some(Self { step, path, outputs, kind }).filter(|it| it.piece_count() != 0)
        };
        let mut dealt: Vec<Option<Self>> = hands.into_iter().map(hand).collect();
        if dealt.iter().all(Option::is_none) {
            // One without pieces is at its end, which somebody has to say.
            let kind = Kind::Read { boundedness, pieces: Vec::new(), rows, bad_rows };
            dealt[0] = Some(Self { step, path, outputs, kind });
        }
        dealt
    }

    /// The whole of what was [`dealt`](Self::dealt).
    pub fn gathered(dealt: Vec<Option<Self>>) -> Option<Self> {
        let mut hands = dealt.into_iter().flatten();
        let mut whole = hands.next()?;
        for hand in hands {
            if let (Kind::Read { pieces, .. }, Kind::Read { pieces: more, .. }) =
                (&mut whole.kind, hand.kind)
            {
                pieces.extend(more);
            }
        }
        Some(whole)
    }

    /// The watermark of one of its outputs, beside pieces that had nothing to give for as long as
    /// this.
    pub fn heard(&self, output: CollectionId, now: Timestamp, idle: Option<Duration>) -> Heard {
        let Kind::Read { boundedness: Boundedness::Unbounded, pieces, .. } = &self.kind else {
            return Heard::Watermark(self.watermark(output));
        };
        let is_idle = |piece: &Piece| match (piece.quiet_since, idle) {
            (Some(since), Some(idle)) => !piece.through && idle <= now - since,
            (None, _) | (_, None) => false,
        };
        let open = pieces.iter().filter(|piece| !piece.through);
        let slowest = open.filter(|piece| !is_idle(piece)).map(|piece| piece.watermark).min();
        match slowest {
            Some(slowest) => Heard::Watermark(slowest),
            None if pieces.iter().any(is_idle) => Heard::Idle,
            None => Heard::Watermark(Timestamp::MAX),
        }
    }

    /// When the first of its pieces that have nothing to give will have been so for this long.
    pub fn idle_at(&self, now: Timestamp, idle: Duration) -> Option<Timestamp> {
        let Kind::Read { pieces, .. } = &self.kind else { return None };
        let since = pieces.iter().filter(|piece| !piece.through).filter_map(|it| it.quiet_since);
        since.map(|since| since + idle).filter(|at| now < *at).min()
    }

    fn piece_count(&self) -> usize {
        match &self.kind {
            Kind::Impulse { .. } | Kind::Script { .. } => 1,
            Kind::Read { pieces, .. } => pieces.len(),
        }
    }
}
