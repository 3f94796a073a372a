//! What all runners are given: the events of one script, and smaller inputs made of some of them.

use super::roots::RootKind;
use crate::batch::Batch;
use crate::testing::{Script, ScriptEvent};
use crate::{CollectionId, Result, Timestamp, TransformId};

/// A script, and what is known of its streams.
pub(super) struct Input {
    pub(super) streams: Vec<Stream>,
    pub(super) events: Vec<ScriptEvent>,
}

/// The elements of one output of a root.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    /// The root that its author knows.
    pub(super) step: TransformId,
    pub(super) kind: RootKind,
    pub(super) collection: CollectionId,
    /// Whether it holds what its read could not understand.
    pub(super) is_of_bad_rows: bool,
}

/// Something that can be left out of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// An element of the event of this number.
    Element(usize, u32),
    /// A move of a watermark or of processing time.
    Move(usize),
}

impl Item {
    fn event(self) -> usize {
        match self {
            Self::Element(event, _) | Self::Move(event) => event,
        }
    }
}

impl Input {
    /// Elements that can be left out, in the order in which they come.
    pub(super) fn elements(&self) -> Vec<Item> {
        let mut items = Vec::new();
        for (event, what) in self.events.iter().enumerate() {
            if let ScriptEvent::Elements { stream, batch } = what
                && self.is_of_author(*stream)
            {
                let len = u32::try_from(batch.len()).expect("a batch has fewer than 2^32 elements");
                items.extend((0..len).map(|index| Item::Element(event, index)));
            }
        }
        items
    }

    /// Moves of time that can be left out: all but the ends of streams.
    pub(super) fn moves(&self) -> Vec<Item> {
        let is_move = |event: &ScriptEvent| match event {
            ScriptEvent::Elements { .. } => false,
            ScriptEvent::Watermark { to, .. } => *to < Timestamp::MAX,
            ScriptEvent::ProcessingTime { .. } => true,
        };
        let moves = self.events.iter().enumerate().filter(|(_, event)| is_move(event));
        moves.map(|(event, _)| Item::Move(event)).collect()
    }

    /// How many elements the author's roots give; bad rows are not counted.
    pub(super) fn rows(&self) -> u64 {
        let rows = self.events.iter().map(|event| match event {
            ScriptEvent::Elements { stream, batch }
                if self.is_of_author(*stream) && !self.streams[*stream].is_of_bad_rows =>
            {
                batch.len() as u64
            }
            ScriptEvent::Elements { .. }
            | ScriptEvent::Watermark { .. }
            | ScriptEvent::ProcessingTime { .. } => 0,
        });
        rows.sum()
    }

    /// The same input without what is not among these items.
    pub(super) fn of(&self, elements: &[Item], moves: &[Item]) -> Self {
        let mut kept: Vec<Vec<u32>> = vec![Vec::new(); self.events.len()];
        for item in elements {
            if let Item::Element(event, index) = *item {
                kept[event].push(index);
            }
        }
        let mut is_kept = vec![false; self.events.len()];
        moves.iter().for_each(|item| is_kept[item.event()] = true);
        let events = self.events.iter().enumerate().filter_map(|(at, event)| match event {
            ScriptEvent::Elements { stream, batch } if self.is_of_author(*stream) => {
                let (stream, picked) = (*stream, &kept[at]);
                (!picked.is_empty())
                    .then(|| ScriptEvent::Elements { stream, batch: batch.select(picked) })
            }
            ScriptEvent::Watermark { to: Timestamp::MAX, .. } | ScriptEvent::Elements { .. } => {
                Some(copied(event))
            }
            ScriptEvent::Watermark { .. } | ScriptEvent::ProcessingTime { .. } => {
                is_kept[at].then(|| copied(event))
            }
        });
        Self { streams: self.streams.clone(), events: events.collect() }
    }

    /// The same elements at the same moments, each bundle from its end to its beginning; nothing if
    /// no bundle has two.
    pub(super) fn backwards(&self) -> Option<Self> {
        let mut has_order = false;
        let events = self.events.iter().map(|event| match event {
            ScriptEvent::Elements { stream, batch } => {
                has_order |= 1 < batch.len();
                let len = u32::try_from(batch.len()).expect("a batch has fewer than 2^32 elements");
                let picked: Vec<u32> = (0..len).rev().collect();
                ScriptEvent::Elements { stream: *stream, batch: batch.select(&picked) }
            }
            ScriptEvent::Watermark { .. } | ScriptEvent::ProcessingTime { .. } => copied(event),
        });
        let events = events.collect();
        has_order.then(|| Self { streams: self.streams.clone(), events })
    }

    /// The same elements in the order in which they stand, each as a bundle of its own.
    pub(super) fn one_by_one(&self) -> Self {
        let events = self.events.iter().flat_map(|event| match event {
            ScriptEvent::Elements { stream, batch } => {
                let len = u32::try_from(batch.len()).expect("a batch has fewer than 2^32 elements");
                let one = |index| ScriptEvent::Elements {
                    stream: *stream,
                    batch: batch.select(&[index]),
                };
                (0..len).map(one).collect()
            }
            ScriptEvent::Watermark { .. } | ScriptEvent::ProcessingTime { .. } => {
                vec![copied(event)]
            }
        });
        Self { streams: self.streams.clone(), events: events.collect() }
    }

    /// Whether it is what the author reads, creates or scripts, and no impulse within some step.
    pub(super) fn is_of_author(&self, stream: usize) -> bool {
        match self.streams[stream].kind {
            RootKind::Impulse => false,
            RootKind::Created | RootKind::Read | RootKind::Script => true,
        }
    }
}

impl Script for Input {
    fn events(&self) -> Result<Vec<ScriptEvent>> {
        Ok(self.events.iter().map(copied).collect())
    }
}

fn copied(event: &ScriptEvent) -> ScriptEvent {
    match event {
        ScriptEvent::Elements { stream, batch } => {
            ScriptEvent::Elements { stream: *stream, batch: Batch::copied(batch) }
        }
        ScriptEvent::Watermark { stream, to } => {
            ScriptEvent::Watermark { stream: *stream, to: *to }
        }
        ScriptEvent::ProcessingTime { by } => ScriptEvent::ProcessingTime { by: *by },
    }
}
