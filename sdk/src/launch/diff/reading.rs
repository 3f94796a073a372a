//! The input of a comparison: every root read once, a bundle of each in turn.

use super::arguments::Limits;
use super::input::{Input, Stream};
use super::read::{OpenRead, Turn};
use super::roots::{Root, RootKind, Roots};
use super::stop::Stop;
use crate::batch::{Batch, Meta};
use crate::graph::{Functions, Graph, Step};
use crate::launch::console::Console;
use crate::testing::ScriptEvent;
use crate::{
    Duration, Error, Interrupt, InterruptLevel, Result, SystemClock, Timestamp, catch_panic, secs,
};
use std::collections::VecDeque;

/// For so long, all in all, it is waited for rows that are not there yet.
const IDLE_MAX: Duration = secs(10);

/// All that is needed to read.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) graph: &'a Graph,
    pub(super) functions: &'a Functions,
    pub(super) limits: Limits,
    pub(super) interrupt: &'a Interrupt,
    pub(super) console: &'a Console,
}

/// A root from which there may be more to come.
enum Source<'a> {
    Read(Box<OpenRead<'a>>),
    Script(VecDeque<ScriptEvent>),
}

impl<'a> Reading<'a> {
    /// Reads all roots to their end or to where the limits say.
    ///
    /// # Errors
    /// What a source or a script says, or that somebody wants it to stop.
    pub(super) fn input(self, roots: &Roots) -> Result<Input, Stop> {
        let mut events = Vec::new();
        let mut sources = Vec::new();
        for root in &roots.roots {
            match root.kind {
                RootKind::Impulse => events.extend(of_streams(root, impulse())),
                RootKind::Created => events.extend(of_streams(root, self.created(root)?)),
                RootKind::Script => {
                    sources.push(Source::Script(of_streams(root, self.scripted(root)?).collect()));
                }
                RootKind::Read => {
                    let opened = OpenRead::open(self, root).map_err(Stop::Failed)?;
                    sources.push(Source::Read(Box::new(opened)));
                }
            }
        }
        self.take(&mut sources, &mut events)?;
        Ok(Input { streams: streams(roots), events })
    }

    /// Takes a bundle or a move of each source in turn, so that the watermarks of streams that meet
    /// move beside each other.
    fn take(
        self,
        sources: &mut Vec<Source<'a>>,
        events: &mut Vec<ScriptEvent>,
    ) -> Result<(), Stop> {
        let mut patience = IDLE_MAX;
        while !sources.is_empty() {
            if self.interrupt.level() != InterruptLevel::None {
                return Err(Stop::Interrupted);
            }
            let mut turns = Vec::with_capacity(sources.len());
            for source in &mut *sources {
                turns.push(match source {
                    Source::Read(read) => read.turn(events).map_err(Stop::Failed)?,
                    Source::Script(script) => match script.pop_front() {
                        Some(event) => {
                            events.push(event);
                            Turn::Given
                        }
                        None => Turn::Done,
                    },
                });
            }
            let mut turned = turns.iter();
            sources.retain(|_| turned.next() != Some(&Turn::Done));
            let until = |turn: &Turn| match turn {
                Turn::Idle(until) => Some(*until),
                Turn::Given | Turn::Done => None,
            };
            if turns.contains(&Turn::Given) {
                continue;
            }
            let Some(until) = turns.iter().filter_map(until).min() else { continue };
            if !self.waited(until, &mut patience) {
                for source in sources.drain(..) {
                    if let Source::Read(read) = source {
                        read.end_for_now(events);
                    }
                }
            }
        }
        Ok(())
    }

    /// Waits for that time, or says that it would take too long.
    fn waited(self, until: Timestamp, patience: &mut Duration) -> bool {
        let wait = SystemClock.left_until(until);
        match Duration::try_from(wait) {
            Ok(length) if length <= *patience => {
                *patience = *patience - length;
                self.interrupt.wait(wait);
                true
            }
            Ok(_) | Err(_) => false,
        }
    }

    /// What the program itself creates, cut into bundles.
    fn created(self, root: &Root) -> Result<Vec<ScriptEvent>, Stop> {
        let step = self.graph.step(root.step);
        let created = &self.functions.created[&step.path];
        let events = guarded(|| created.events());
        let events = events.map_err(|error| failed(step, "created", &error))?;
        Ok(events.into_iter().flat_map(|event| self.cut(event)).collect())
    }

    fn scripted(self, root: &Root) -> Result<Vec<ScriptEvent>, Stop> {
        let step = self.graph.step(root.step);
        let events = guarded(|| self.functions.script(&step.path).events());
        events.map_err(|error| failed(step, "played", &error))
    }

    /// Bundles of at most as many elements as come at once.
    fn cut(&self, event: ScriptEvent) -> Vec<ScriptEvent> {
        let ScriptEvent::Elements { stream, batch } = event else { return vec![event] };
        let len = u32::try_from(batch.len()).expect("a batch has fewer than 2^32 elements");
        let picked: Vec<u32> = (0..len).collect();
        let bundles = picked.chunks(self.limits.bundle_rows);
        bundles.map(|it| ScriptEvent::Elements { stream, batch: batch.select(it) }).collect()
    }
}

fn impulse() -> Vec<ScriptEvent> {
    let batch = Batch::of(vec![()], Meta::default());
    let end = ScriptEvent::Watermark { stream: 0, to: Timestamp::MAX };
    vec![ScriptEvent::Elements { stream: 0, batch }, end]
}

/// The events of a root by the streams of the whole input; those of outputs that nobody takes are
/// left out.
fn of_streams(root: &Root, events: Vec<ScriptEvent>) -> impl Iterator<Item = ScriptEvent> {
    let of = root.streams.clone();
    events.into_iter().filter_map(move |event| {
        Some(match event {
            ScriptEvent::Elements { stream, batch } => {
                ScriptEvent::Elements { stream: of[stream]?, batch }
            }
            ScriptEvent::Watermark { stream, to } => {
                ScriptEvent::Watermark { stream: of[stream]?, to }
            }
            ScriptEvent::ProcessingTime { by } => ScriptEvent::ProcessingTime { by },
        })
    })
}

fn streams(roots: &Roots) -> Vec<Stream> {
    let of_root = |root: &Root| {
        let (step, kind) = (root.step, root.kind);
        let taken = root.streams.clone().into_iter().enumerate();
        taken.filter_map(move |(output, stream)| Some((stream?, step, kind, output)))
    };
    let stream = |(stream, step, kind, output): (usize, _, _, usize)| Stream {
        step,
        kind,
        collection: roots.streams[stream],
        is_of_bad_rows: kind == RootKind::Read && output == 1,
    };
    // They were numbered in this order.
    roots.roots.iter().flat_map(of_root).map(stream).collect()
}

fn failed(step: &Step, participle: &str, error: &Error) -> Stop {
    Stop::Failed(Error::new(format!("`{}` cannot be {participle}: {error}", step.path)))
}

/// What the author's code gives; a panic is an error.
pub(super) fn guarded<R>(code: impl FnOnce() -> Result<R>) -> Result<R> {
    catch_panic(code).map_err(|panicked| Error::new(panicked.to_string()))?
}
