//! A trigger as the tree of model.md 3.1: a finished bit per node, and what each leaf remembers.

mod firing;
mod merging;

use crate::case::{Align, Trigger};

/// What a trigger sees of its key and window, and the one thing it can ask for.
#[derive(Debug)]
pub(super) struct Sight {
    /// The last timestamp in the window.
    pub(super) window_max: i64,
    /// The input watermark.
    pub(super) input_watermark: i64,
    /// The time on the clock.
    pub(super) processing_time: i64,
    /// Whether windows still merge here.
    pub(super) merging: bool,
    /// Set by a trigger that wants to be looked at when the window is over.
    pub(super) wants_end_of_window: bool,
}

impl Sight {
    /// `eow` of model.md 3.1.
    fn past_end(&self) -> bool {
        self.input_watermark > self.window_max
    }

    /// "If not eow: event timer at max timestamp."
    fn ask_for_end_of_window(&mut self) {
        if !self.past_end() {
            self.wants_end_of_window = true;
        }
    }
}

/// One node of the tree.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) finished: bool,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Default,
    /// After the watermark, without firings around it.
    EndOfWindow,
    Count {
        needed: u32,
        seen: u32,
    },
    ProcessingTime {
        delay: i64,
        align: Option<Align>,
        deadline: Option<Deadline>,
    },
    Never,
    Always,
    Repeatedly(Box<Node>),
    Any(Vec<Node>),
    All(Vec<Node>),
    Each(Vec<Node>),
    Until {
        main: Box<Node>,
        until: Box<Node>,
    },
    /// After the watermark, with firings before it, behind it or both.
    Firings {
        early: Option<Box<Node>>,
        late: Option<Box<Node>>,
        /// The marker of its own that S33 asks for.
        is_late: bool,
    },
}

/// When a delay is over, and whether the timer that looks then is still to come.
#[derive(Clone, Copy, Debug)]
struct Deadline {
    at: i64,
    timer: bool,
}

impl Node {
    /// The tree of a trigger, with no bit set and nothing remembered.
    pub(super) fn new(trigger: &Trigger) -> Self {
        let boxed = |trigger: &Trigger| Box::new(Node::new(trigger));
        let list = |triggers: &[Trigger]| triggers.iter().map(Node::new).collect();
        let kind = match trigger {
            Trigger::Default => Kind::Default,
            Trigger::AfterWatermark { early: None, late: None } => Kind::EndOfWindow,
            Trigger::AfterWatermark { early, late } => Kind::Firings {
                early: early.as_deref().map(boxed),
                late: late.as_deref().map(boxed),
                is_late: false,
            },
            Trigger::AfterCount(needed) => Kind::Count { needed: *needed, seen: 0 },
            Trigger::AfterProcessingTime { delay, align } => {
                Kind::ProcessingTime { delay: *delay, align: *align, deadline: None }
            }
            // A script comes to rest after each event, so nothing queued upstream is ever older
            // than now.
            Trigger::AfterSynchronizedProcessingTime => {
                Kind::ProcessingTime { delay: 0, align: None, deadline: None }
            }
            Trigger::Never => Kind::Never,
            Trigger::Always => Kind::Always,
            Trigger::Repeatedly(inner) => Kind::Repeatedly(boxed(inner)),
            Trigger::AfterAny(triggers) => Kind::Any(list(triggers)),
            Trigger::AfterAll(triggers) => Kind::All(list(triggers)),
            Trigger::AfterEach(triggers) => Kind::Each(list(triggers)),
            Trigger::OrFinally(main, until) => {
                Kind::Until { main: boxed(main), until: boxed(until) }
            }
        };
        Self { finished: false, kind }
    }

    /// Called once for each element, after it is buffered.
    pub(super) fn on_element(&mut self, sight: &mut Sight) {
        match &mut self.kind {
            Kind::Default | Kind::EndOfWindow => sight.ask_for_end_of_window(),
            Kind::Count { seen, .. } => *seen += 1,
            Kind::ProcessingTime { delay, align, deadline } => {
                if deadline.is_none() {
                    let at = aligned(sight.processing_time + *delay, *align);
                    *deadline = Some(Deadline { at, timer: true });
                }
            }
            Kind::Never | Kind::Always => {}
            Kind::Repeatedly(inner) => inner.on_element(sight),
            Kind::Any(nodes) => nodes.iter_mut().for_each(|node| node.on_element(sight)),
            Kind::All(nodes) => {
                let unfinished = nodes.iter_mut().filter(|node| !node.finished);
                unfinished.for_each(|node| node.on_element(sight));
            }
            Kind::Each(nodes) if sight.merging => {
                nodes.iter_mut().for_each(|node| node.on_element(sight));
            }
            Kind::Each(nodes) => {
                if let Some(current) = first_unfinished(nodes) {
                    current.on_element(sight);
                }
            }
            Kind::Until { main, until } => {
                main.on_element(sight);
                until.on_element(sight);
            }
            Kind::Firings { early, late, is_late } => {
                sight.ask_for_end_of_window();
                let (to_early, to_late) = (sight.merging || !*is_late, sight.merging || *is_late);
                if let Some(early) = early.as_mut().filter(|_| to_early) {
                    early.on_element(sight);
                }
                if let Some(late) = late.as_mut().filter(|_| to_late) {
                    late.on_element(sight);
                }
            }
        }
    }

    /// Drops what leaves remember. Leaves the bits alone.
    pub(super) fn clear(&mut self) {
        match &mut self.kind {
            Kind::Count { seen, .. } => *seen = 0,
            // S35: with the deadline its timer goes.
            Kind::ProcessingTime { deadline, .. } => *deadline = None,
            Kind::Default | Kind::EndOfWindow | Kind::Never | Kind::Always => {}
            Kind::Repeatedly(_)
            | Kind::Any(_)
            | Kind::All(_)
            | Kind::Each(_)
            | Kind::Until { .. }
            | Kind::Firings { .. } => self.inner().into_iter().for_each(Node::clear),
        }
    }

    /// Clears all bits of the subtree, and what leaves remember.
    fn reset_tree(&mut self) {
        self.finished = false;
        self.clear();
        if let Kind::Firings { is_late, .. } = &mut self.kind {
            *is_late = false;
        }
        self.inner().into_iter().for_each(Node::reset_tree);
    }

    /// S34: tells of a window without an element.
    fn on_window(&mut self, sight: &mut Sight) {
        match &mut self.kind {
            Kind::Default | Kind::EndOfWindow | Kind::Firings { .. } => {
                sight.ask_for_end_of_window();
            }
            Kind::Count { .. } | Kind::ProcessingTime { .. } | Kind::Never | Kind::Always => {}
            Kind::Repeatedly(inner) => inner.on_window(sight),
            Kind::Any(nodes) => nodes.iter_mut().for_each(|node| node.on_window(sight)),
            Kind::All(nodes) => {
                let unfinished = nodes.iter_mut().filter(|node| !node.finished);
                unfinished.for_each(|node| node.on_window(sight));
            }
            Kind::Each(nodes) => {
                if let Some(current) = first_unfinished(nodes) {
                    current.on_window(sight);
                }
            }
            Kind::Until { main, until } => {
                main.on_window(sight);
                until.on_window(sight);
            }
        }
    }

    /// Takes the processing-time timers that are due: whether there was one.
    pub(super) fn take_due_timers(&mut self, now: i64) -> bool {
        if let Kind::ProcessingTime { deadline: Some(deadline), .. } = &mut self.kind {
            let due = deadline.timer && now > deadline.at;
            deadline.timer = deadline.timer && !due;
            return due;
        }
        let mut any = false;
        for node in self.inner() {
            any |= node.take_due_timers(now);
        }
        any
    }

    fn inner(&mut self) -> Vec<&mut Node> {
        match &mut self.kind {
            Kind::Default
            | Kind::EndOfWindow
            | Kind::Count { .. }
            | Kind::ProcessingTime { .. }
            | Kind::Never
            | Kind::Always => Vec::new(),
            Kind::Repeatedly(inner) => vec![inner],
            Kind::Any(nodes) | Kind::All(nodes) | Kind::Each(nodes) => nodes.iter_mut().collect(),
            Kind::Until { main, until } => vec![main, until],
            Kind::Firings { early, late, .. } => {
                [early, late].into_iter().flatten().map(|node| &mut **node).collect()
            }
        }
    }
}

fn first_unfinished(nodes: &mut [Node]) -> Option<&mut Node> {
    nodes.iter_mut().find(|node| !node.finished)
}

/// A time on the grid stays, any other goes up to the next grid point (model.md 3.2).
fn aligned(time: i64, align: Option<Align>) -> i64 {
    let Some(Align { period, offset }) = align else { return time };
    let over = (time - offset).rem_euclid(period);
    if over == 0 { time } else { time - over + period }
}
