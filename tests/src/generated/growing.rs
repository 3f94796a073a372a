//! How a pipeline grows from a seed: step by step, each behind some of those before it.
//!
//! What the sdk says of a collection's windowing decides what may follow, so that preflight finds
//! nothing to refuse.

use heliostat::{MergeStatus, Seed, Trigger as OfSdk, WindowFn, Windowing};

use super::building::{Building, Feed};
use super::node::{Beside, Each, Grouping, Node, Until, Verb};
use crate::case::{Accumulation, Boundedness, Case, Trigger, WindowFunction, WindowSpec};
use crate::scripts::chance::{one_in, pick, weighted, within};
use crate::scripts::timeline::Timeline;
use crate::scripts::{triggers, windowing};

/// What has about so many elements is not taken again.
const ELEMENTS_MAX: i64 = 250;

/// About how many a stream of a script has.
const ELEMENTS_OF_STREAM: i64 = 20;

/// A pipeline as far as it has grown.
pub(super) struct Growing<'a> {
    chance: &'a mut Seed,
    timeline: &'a Timeline,
    building: Building,
    nodes: Vec<Node>,
    /// About how many elements each node gives.
    elements: Vec<i64>,
}

/// The nodes of a pipeline whose script has so many streams.
pub(super) fn grown(
    chance: &mut Seed,
    timeline: &Timeline,
    script: &Case,
    first: &WindowSpec,
) -> Vec<Node> {
    let mut growing = Growing::of(chance, timeline, script);
    for number in 0..script.streams.len().max(1) {
        let stream = growing.add(Verb::Stream(number), &[]);
        match weighted(growing.chance, &[6, 2, 2]) {
            0 => growing.add(Verb::Window(first.clone()), &[stream]),
            1 => growing.window(stream),
            _ => stream,
        };
    }
    for _ in 0..within(growing.chance, 3, 11) {
        growing.grow();
    }
    growing.nodes
}

/// The nodes that no node takes.
pub(super) fn leaves(nodes: &[Node]) -> impl Iterator<Item = usize> {
    (0..nodes.len()).filter(|at| !nodes.iter().any(|node| node.takes.contains(at)))
}

/// A windowing that leaves nothing open, with any trigger.
pub(super) fn any_window(
    chance: &mut Seed,
    timeline: &Timeline,
    function: WindowFunction,
    boundedness: Boundedness,
) -> WindowSpec {
    let mut trigger = triggers::trigger(chance, windowing::merges(&function));
    let endless = boundedness == Boundedness::Unbounded && function == WindowFunction::Global;
    if endless && trigger == Trigger::Default {
        trigger = Trigger::Repeatedly(Box::new(Trigger::AfterCount(2)));
    }
    let spec = windowing::spec(chance, function, timeline);
    WindowSpec { trigger: Some(trigger), unsafe_trigger: true, ..spec }
}

impl<'a> Growing<'a> {
    /// Nothing yet, for a script that has no events yet.
    pub(super) fn of(chance: &'a mut Seed, timeline: &'a Timeline, script: &Case) -> Self {
        let building = Building::of(script, Feed::Script);
        let building = building.expect("a script without events can be built");
        Self { chance, timeline, building, nodes: Vec::new(), elements: Vec::new() }
    }

    pub(super) fn chance(&mut self) -> &mut Seed {
        self.chance
    }

    pub(super) fn windowing(&self, at: usize) -> Windowing {
        self.building.windowing(at)
    }

    /// The nodes that nothing takes.
    pub(super) fn leaves(&self) -> impl Iterator<Item = usize> {
        leaves(&self.nodes)
    }

    pub(super) fn into_nodes(self) -> Vec<Node> {
        self.nodes
    }
}

impl Growing<'_> {
    /// Adds one step, and what has to stand in front of it or may stand behind.
    fn grow(&mut self) {
        let from = self.input();
        match weighted(self.chance, &[10, 5, 4, 14, 3, 3, 5, 5, 1, 4]) {
            0 => {
                let each = self.each();
                self.add(Verb::Each(each), &[from]);
            }
            1 => {
                let (left, right) = self.alike(from);
                self.add(Verb::Flatten, &[left, right]);
            }
            2 => {
                self.window_again(from);
            }
            3 => {
                let from = self.groupable(from);
                let grouping = self.grouping();
                self.add(Verb::Grouping(grouping), &[from]);
            }
            4 => {
                let from = self.groupable(from);
                let sums = self.add(Verb::SumOrDrop, &[from]);
                self.add(Verb::Rest, &[sums]);
            }
            5 => {
                let (left, right) = self.alike(from);
                let left = self.groupable(left);
                let (left, right) = self.made_alike(left, right);
                self.add(Verb::CoGroup, &[left, right]);
            }
            6 => {
                let until = self.until();
                self.add(Verb::Buffer(until), &[from]);
            }
            7 => {
                let side = self.side(from);
                let view = pick(self.chance, &[Beside::List, Beside::Multimap, Beside::Total]);
                self.add(Verb::Beside(view), &[from, side]);
            }
            8 => {
                let side = self.side_once(from);
                self.add(Verb::Beside(Beside::Map), &[from, side]);
            }
            _ => {
                let odd = self.add(Verb::Split, &[from]);
                self.add(Verb::Rest, &[odd]);
            }
        }
    }

    pub(super) fn add(&mut self, verb: Verb, takes: &[usize]) -> usize {
        let elements = self.elements_of(&verb, takes);
        let node = Node { verb, takes: takes.into() };
        self.building.add(&node).expect("every window here is one that the sdk has");
        self.nodes.push(node);
        self.elements.push(elements);
        self.nodes.len() - 1
    }

    fn elements_of(&self, verb: &Verb, takes: &[usize]) -> i64 {
        let taken: i64 = takes.iter().map(|at| self.elements[*at]).sum();
        match verb {
            Verb::Stream(_) => ELEMENTS_OF_STREAM,
            Verb::Each(Each::Repeat) => taken * 2,
            // Values come again with each pane.
            Verb::Grouping(Grouping::Group) => taken * 3,
            Verb::Window(WindowSpec {
                function: Some(WindowFunction::Sliding { size, period, .. }),
                ..
            }) => taken * (size / period + 1),
            Verb::Beside(_) => self.elements[takes[0]],
            Verb::Each(_)
            | Verb::Flatten
            | Verb::Window(_)
            | Verb::Grouping(_)
            | Verb::SumOrDrop
            | Verb::CoGroup
            | Verb::Buffer(_)
            | Verb::Split
            | Verb::Total(..)
            | Verb::Rest => taken,
        }
    }

    /// A node to go on from: the newest, half of the time.
    pub(super) fn input(&mut self) -> usize {
        let few = |at: &usize| self.elements[*at] <= ELEMENTS_MAX;
        let all: Vec<usize> = (0..self.nodes.len()).filter(few).collect();
        let newest = all.last().copied().unwrap_or_default();
        if one_in(self.chance, 2) { newest } else { pick(self.chance, &all) }
    }

    pub(super) fn each(&mut self) -> Each {
        let times = pick(self.chance, &[2, 3, 10]);
        let (keep, keys) = (pick(self.chance, &[2, 3, 5]), pick(self.chance, &[1, 2, 5, 9]));
        match weighted(self.chance, &[2, 3, 2, 2, 5, 3]) {
            0 => Each::Times(times),
            1 => Each::Stamp,
            2 => Each::Keep(keep),
            3 => Each::Repeat,
            4 => Each::Rekey(keys),
            _ => Each::Reshuffle,
        }
    }

    /// None whose default comes from an impulse: when that comes beside a script is open.
    pub(super) fn grouping(&mut self) -> Grouping {
        use Grouping::{Count, Digest, Distinct, Group, Max, MaxOfAll, Min, Sum, Top};
        let all = [Group, Group, Digest, Sum, Sum, Sum, Count, Min, Max, Top, Distinct, MaxOfAll];
        pick(self.chance, &all)
    }

    fn until(&mut self) -> Until {
        match weighted(self.chance, &[3, 3, 3, 2]) {
            0 => Until::End,
            1 => Until::Latest(self.timeline.tick * pick(self.chance, &[0, 3, 8])),
            2 => Until::Processing(pick(self.chance, &[0, 1, 4])),
            _ => Until::Expired,
        }
    }

    /// The collection in a windowing of its own.
    fn window(&mut self, from: usize) -> usize {
        let function = self.function();
        self.window_of(from, function)
    }

    fn window_of(&mut self, from: usize, function: WindowFunction) -> usize {
        let boundedness = self.building.boundedness(from);
        let spec = any_window(self.chance, self.timeline, function, boundedness);
        self.add(Verb::Window(spec), &[from])
    }

    fn function(&mut self) -> WindowFunction {
        let function = windowing::function(self.chance);
        let large = matches!(function, WindowFunction::Calendar { .. } | WindowFunction::Global);
        // Small windows on a calendar's scale would be many and empty.
        if self.timeline.tick == 1 || large { function } else { WindowFunction::Global }
    }

    /// Another windowing behind one that says all; else one that does.
    fn window_again(&mut self, from: usize) -> usize {
        let before = self.building.windowing(from);
        let whole = before.specified.accumulation && before.specified.allowed_lateness;
        if !whole || one_in(self.chance, 3) {
            return self.window(from);
        }
        let mut spec = windowing::another(self.chance, self.timeline);
        spec.unsafe_trigger = true;
        let merging = spec.function.as_ref().is_some_and(windowing::merges);
        if one_in(self.chance, 3) {
            spec.trigger = Some(triggers::trigger(self.chance, merging));
        }
        self.add(Verb::Window(spec), &[from])
    }

    /// Something with the elements that a grouping gives before the end of time.
    fn groupable(&mut self, from: usize) -> usize {
        let Windowing { window_fn, trigger, .. } = self.building.windowing(from);
        let waits = window_fn == WindowFn::Global && trigger == OfSdk::Default;
        match waits && self.building.boundedness(from) == Boundedness::Unbounded {
            true => self.window(from),
            false => from,
        }
    }

    /// A node and another one that is windowed alike, or both in new windows.
    fn alike(&mut self, left: usize) -> (usize, usize) {
        let fitting: Vec<usize> = (0..self.nodes.len())
            .filter(|right| self.elements[*right] <= ELEMENTS_MAX && self.fits(left, *right))
            .collect();
        let right = match weighted(self.chance, &[1, 1, 1]) {
            0 => pick(self.chance, &fitting),
            1 => self.origin(left),
            _ => self.input(),
        };
        self.made_alike(left, right)
    }

    /// What a node is made of, so that a branch meets where it comes from; or one of the others.
    pub(super) fn origin(&mut self, of: usize) -> usize {
        let taken = self.nodes[of].takes.first().copied();
        taken.filter(|at| self.fits(of, *at)).unwrap_or_else(|| self.input())
    }

    fn made_alike(&mut self, left: usize, right: usize) -> (usize, usize) {
        if self.fits(left, right) {
            return (left, right);
        }
        let function = self.function();
        let endless = Boundedness::Unbounded;
        let spec = any_window(self.chance, self.timeline, function, endless);
        let spec = Verb::Window(spec);
        (self.add(spec.clone(), &[left]), self.add(spec, &[right]))
    }

    pub(super) fn fits(&self, left: usize, right: usize) -> bool {
        let [left, right] = [left, right].map(|at| self.building.windowing(at));
        left.window_fn == right.window_fn
            && left.trigger == right.trigger
            && left.merge_status == right.merge_status
    }

    /// A collection whose windows are found from those of `main`.
    fn side(&mut self, main: usize) -> usize {
        let side = self.input();
        let main = self.building.windowing(main);
        let Windowing { window_fn, merge_status, .. } = self.building.windowing(side);
        let found = match window_fn {
            WindowFn::Global => true,
            WindowFn::Fixed(_) | WindowFn::Sliding(_) | WindowFn::Calendar(_) => {
                main.window_fn != WindowFn::Global
            }
            WindowFn::Sessions(_) | WindowFn::Custom(_) => false,
        };
        let side = if found && merge_status == MergeStatus::NonMerging {
            side
        } else {
            let global = main.window_fn == WindowFn::Global || self.timeline.tick != 1;
            let size = pick(self.chance, &[5, 10, 20]);
            let fixed = WindowFunction::Fixed { size, offset: 0 };
            self.window_of(side, if global { WindowFunction::Global } else { fixed })
        };
        self.groupable_side(side)
    }

    /// The same with one element for each key and window: sums that fire once.
    fn side_once(&mut self, main: usize) -> usize {
        let side = self.input();
        let global = self.building.windowing(main).window_fn == WindowFn::Global;
        let function = match global || self.timeline.tick != 1 {
            true => WindowFunction::Global,
            false => WindowFunction::Fixed { size: pick(self.chance, &[5, 10, 20]), offset: 0 },
        };
        let spec = WindowSpec {
            function: Some(function),
            lateness: Some(0),
            accumulation: Some(Accumulation::Discarding),
            trigger: Some(Trigger::AfterWatermark { early: None, late: None }),
            unsafe_trigger: true,
            ..WindowSpec::default()
        };
        let side = self.add(Verb::Window(spec), &[side]);
        self.add(Verb::Grouping(Grouping::Sum), &[side])
    }

    fn groupable_side(&mut self, side: usize) -> usize {
        let Windowing { window_fn, trigger, .. } = self.building.windowing(side);
        let waits = window_fn == WindowFn::Global && trigger == OfSdk::Default;
        match waits && self.building.boundedness(side) == Boundedness::Unbounded {
            true => self.window_of(side, WindowFunction::Global),
            false => side,
        }
    }
}
