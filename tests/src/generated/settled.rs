//! Pipelines that come to the same, whenever their elements come: a stream is a batch in the end.
//!
//! There are two kinds. Where elements may be late, only the last step is a grouping, with any
//! trigger that never closes a window; no windows expire before the end. Where they are in order,
//! as far as the watermark says, groupings stand behind groupings as well: each but the last fires
//! once, at the end of its windows, and the next takes the one pane that is what a batch gives.

use heliostat::{Seed, WindowFn};

use super::growing::Growing;
use super::node::{Beside, Grouping, Until, Verb};
use super::totals::{Total, Windows};
use super::{Generated, KEYS, Order, STREAMS, without_events};
use crate::case::{
    Accumulation, Boundedness, Case, Closing, Element, Event, Number, OnTime, TIMESTAMP_MIN,
    TimestampCombiner, Trigger, WatermarkTo, WindowFunction, WindowSpec,
};
use crate::scripts::chance::{maybe, one_in, pick, weighted, within};
use crate::scripts::timeline::Timeline;
use crate::scripts::triggers;

/// How far times of elements reach.
const REACH: i64 = 60;

/// A lateness in which all of a script lies.
const ENDLESS: i64 = 1_000_000;

const MODES: [Accumulation; 2] = [Accumulation::Accumulating, Accumulation::Discarding];

/// A pipeline of a seed that comes to the same as a stream and as a batch; its script is one of
/// many ways in which its elements could come.
///
/// ```
/// use heliostat_conformance::settled;
///
/// let pipeline = settled(7);
/// for runner in heliostat::runners() {
///     let stream = pipeline.run(runner.as_ref())?;
///     let batch = pipeline.in_memory(runner.as_ref())?;
///     assert_eq!(pipeline.totals(&stream), pipeline.totals(&batch));
/// }
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub fn settled(seed: u64) -> Generated {
    let mut chance = Seed::new(seed);
    let chance = &mut chance;
    let order = if one_in(chance, 3) { Order::Late } else { Order::Kept };
    let streams = pick(chance, &[1, 2, 2, 3]);
    let mut script = without_events(seed, streams, Boundedness::Unbounded);
    let timeline = Timeline { base: 0, tick: 1 };
    let mut growing = Growing::of(chance, &timeline, &script);
    for number in 0..streams {
        let stream = growing.add(Verb::Stream(number), &[]);
        let window = inner_window(growing.chance(), order);
        growing.add(Verb::Window(window), &[stream]);
    }
    for _ in 0..within(growing.chance(), 2, 9) {
        step(&mut growing, order);
    }
    let leaves: Vec<usize> = growing.leaves().collect();
    for leaf in leaves {
        if !one_in(growing.chance(), 4) {
            last(&mut growing, leaf, order);
        }
    }
    let nodes = growing.into_nodes();
    script.events = events(chance, &script, order);
    Generated { script, nodes, order }
}

/// A windowing under which a grouping gives one pane, if nothing is late.
fn inner_window(chance: &mut Seed, order: Order) -> WindowSpec {
    let function = function(chance);
    let late =
        Trigger::AfterWatermark { early: None, late: Some(Box::new(Trigger::AfterCount(1))) };
    let closing = Trigger::AfterWatermark { early: None, late: None };
    let trigger = match function == WindowFunction::Global {
        true => closing,
        false => pick(chance, &[Trigger::Default, Trigger::Default, late, closing]),
    };
    WindowSpec {
        function: Some(function),
        lateness: Some(match order {
            Order::Kept => pick(chance, &[0, 0, 5, 30]),
            Order::Late | Order::Any => ENDLESS,
        }),
        accumulation: Some(pick(chance, &MODES)),
        trigger: Some(trigger),
        unsafe_trigger: true,
        timestamp: timestamp(chance),
        closing: Some(Closing::IfNonempty),
        ..WindowSpec::default()
    }
}

fn timestamp(chance: &mut Seed) -> Option<TimestampCombiner> {
    use TimestampCombiner::{Earliest, EndOfWindow, Latest};
    maybe(chance, &[Earliest, Latest, EndOfWindow])
}

fn function(chance: &mut Seed) -> WindowFunction {
    match weighted(chance, &[5, 3, 3, 2]) {
        0 => WindowFunction::Fixed { size: pick(chance, &[5, 10, 20]), offset: 0 },
        1 => {
            let (size, period) = pick(chance, &[(10, 5), (20, 7), (5, 10)]);
            WindowFunction::Sliding { size, period, offset: 0 }
        }
        2 => WindowFunction::Sessions { gap: pick(chance, &[3, 8]) },
        _ => WindowFunction::Global,
    }
}

/// One of the steps that are not the last.
fn step(growing: &mut Growing<'_>, order: Order) {
    let from = input(growing, order);
    let kinds: &[u64] = match order {
        Order::Kept => &[8, 3, 3, 3, 8, 2, 4, 3],
        Order::Late | Order::Any => &[8, 3, 3, 3],
    };
    match weighted(growing.chance(), kinds) {
        0 => {
            let each = growing.each();
            growing.add(Verb::Each(each), &[from]);
        }
        1 => {
            let (left, right) = alike(growing, from, order);
            growing.add(Verb::Flatten, &[left, right]);
        }
        2 => {
            let window = inner_window(growing.chance(), order);
            growing.add(Verb::Window(window), &[from]);
        }
        3 => {
            let odd = growing.add(Verb::Split, &[from]);
            growing.add(Verb::Rest, &[odd]);
        }
        4 => {
            let grouping = growing.grouping();
            growing.add(Verb::Grouping(grouping), &[from]);
        }
        5 => {
            let (left, right) = alike(growing, from, order);
            growing.add(Verb::CoGroup, &[left, right]);
        }
        6 => {
            let until = pick(growing.chance(), &[Until::End, Until::Expired]);
            growing.add(Verb::Buffer(until), &[from]);
        }
        _ => {
            let side = side(growing, from, order);
            let view = pick(growing.chance(), &[Beside::List, Beside::Multimap, Beside::Total]);
            growing.add(Verb::Beside(view), &[from, side]);
        }
    }
}

/// A node to go on from, in windows: a grouping of a stream as it is would wait for ever.
fn input(growing: &mut Growing<'_>, order: Order) -> usize {
    let from = growing.input();
    if growing.windowing(from).specified.trigger {
        return from;
    }
    let window = inner_window(growing.chance(), order);
    growing.add(Verb::Window(window), &[from])
}

fn alike(growing: &mut Growing<'_>, left: usize, order: Order) -> (usize, usize) {
    let right = match one_in(growing.chance(), 3) {
        true => growing.origin(left),
        false => input(growing, order),
    };
    if growing.fits(left, right) {
        return (left, right);
    }
    let window = Verb::Window(inner_window(growing.chance(), order));
    (growing.add(window.clone(), &[left]), growing.add(window, &[right]))
}

/// A collection in windows that are found from those of the main one.
fn side(growing: &mut Growing<'_>, main: usize, order: Order) -> usize {
    let side = growing.input();
    let mut window = inner_window(growing.chance(), order);
    let global = growing.windowing(main).window_fn == WindowFn::Global;
    window.function = Some(match global {
        true => WindowFunction::Global,
        false => WindowFunction::Fixed { size: pick(growing.chance(), &[5, 20]), offset: 0 },
    });
    if global {
        window.trigger = Some(Trigger::AfterWatermark { early: None, late: None });
    }
    growing.add(Verb::Window(window), &[side])
}

/// The last steps behind a collection: any trigger that never closes a window, and a grouping.
fn last(growing: &mut Growing<'_>, from: usize, order: Order) {
    let inherited = growing.windowing(from).window_fn == WindowFn::Global;
    let chance = growing.chance();
    let function = if one_in(chance, 2) { Some(function(chance)) } else { None };
    let global = function.as_ref().map_or(inherited, |it| *it == WindowFunction::Global);
    let mut trigger = endless_trigger(chance);
    // In the global window of a stream, the default trigger would wait for ever.
    if global && trigger == Trigger::Default {
        trigger = Trigger::Repeatedly(Box::new(Trigger::AfterCount(2)));
    }
    let spec = WindowSpec {
        lateness: Some(match order {
            Order::Kept => pick(chance, &[0, 5, 30]),
            Order::Late | Order::Any => ENDLESS,
        }),
        accumulation: Some(pick(chance, &MODES)),
        trigger: Some(trigger),
        unsafe_trigger: true,
        timestamp: timestamp(chance),
        closing: maybe(chance, &[Closing::Always, Closing::IfNonempty]),
        on_time: maybe(chance, &[OnTime::Always, OnTime::IfNonempty]),
        function,
    };
    let discarding = WindowSpec { accumulation: Some(Accumulation::Discarding), ..spec.clone() };
    let mode = spec.accumulation;
    let window = growing.add(Verb::Window(spec), &[from]);
    let merging = growing.windowing(window).merges_windows();
    let window = match merging {
        true => growing.add(Verb::Window(discarding), &[window]),
        false => window,
    };
    let windows = if merging { Windows::Together } else { Windows::Apart };
    if one_in(growing.chance(), 5) {
        // What waits for processing time may wait in vain: a run ends when its input does.
        let chance = growing.chance();
        let latest = pick(chance, &[0, 3, 8]);
        let until = pick(chance, &[Until::End, Until::Latest(latest), Until::Expired]);
        let buffer = growing.add(Verb::Buffer(until), &[window]);
        growing.add(Verb::Total(Total::Sum, windows), &[buffer]);
        return;
    }
    use Grouping::{Count, Digest, Fanout, Group, Max, MaxOfAll, Min, Sum, Top};
    let (grouping, total) = if mode == Some(Accumulation::Accumulating) && !merging {
        let all = [Group, Digest, Sum, Fanout, Count, Min, Max, Top, MaxOfAll];
        (pick(growing.chance(), &all), Total::Last)
    } else {
        let all = [
            (Group, Total::Union),
            (Sum, Total::Sum),
            (Fanout, Total::Sum),
            (Count, Total::Sum),
            (Min, Total::Min),
            (Max, Total::Max),
            (MaxOfAll, Total::Max),
        ];
        pick(growing.chance(), &all)
    };
    let grouped = growing.add(Verb::Grouping(grouping), &[window]);
    growing.add(Verb::Total(total, windows), &[grouped]);
}

/// A trigger under which all that comes is in some pane.
fn endless_trigger(chance: &mut Seed) -> Trigger {
    let any = |chance: &mut Seed| Box::new(triggers::trigger(chance, false));
    match weighted(chance, &[1, 4, 4, 2]) {
        0 => Trigger::Default,
        1 => Trigger::Repeatedly(any(chance)),
        2 => {
            let early = if one_in(chance, 4) { None } else { Some(any(chance)) };
            Trigger::AfterWatermark { early, late: Some(any(chance)) }
        }
        _ => Trigger::AfterEach(vec![*any(chance), Trigger::Repeatedly(any(chance))]),
    }
}

/// The elements of a script in some order and cut, with moves of time between them.
fn events(chance: &mut Seed, script: &Case, order: Order) -> Vec<Event> {
    let names: Vec<Option<String>> = match script.streams.as_slice() {
        [] => vec![None],
        names => names.iter().cloned().map(Some).collect(),
    };
    let keys = pick(chance, &[1, 2, 3, 5, 8]);
    let mut left: Vec<(usize, Element)> = (0..within(chance, 4, 26))
        .map(|value| {
            let element = Element {
                key: pick(chance, &KEYS[..keys]).to_owned(),
                value: Number::Integer(value + 1),
                timestamp: Some(within(chance, 0, REACH)),
            };
            (usize::try_from(chance.below(names.len() as u64)).unwrap_or_default(), element)
        })
        .collect();
    chance.shuffle(&mut left);
    // Not quite in order, so that the watermark can follow.
    let jitter = pick(chance, &[1, 10, 30]);
    if order == Order::Kept || one_in(chance, 2) {
        left.sort_by_cached_key(|(_, element)| {
            element.timestamp.unwrap_or(0) + within(chance, 0, jitter)
        });
    }
    let (mut events, mut watermarks) = (Vec::new(), vec![TIMESTAMP_MIN; names.len()]);
    let mut processing = 0;
    while !left.is_empty() {
        let count = left.len().min(pick(chance, &[1, 1, 2, 3, 5]));
        for (stream, name) in names.iter().enumerate() {
            let bundle = left[..count].iter().filter(|(of, _)| *of == stream);
            let elements: Vec<Element> = bundle.map(|(_, element)| element.clone()).collect();
            if !elements.is_empty() {
                events.push(Event::Add { stream: name.clone(), elements });
            }
        }
        left.drain(..count);
        if one_in(chance, 4) {
            processing += within(chance, 1, 8);
            events.push(Event::Processing { to: processing });
        }
        for (stream, name) in names.iter().enumerate() {
            let waiting = left.iter().filter(|(of, _)| *of == stream);
            let first = waiting.filter_map(|(_, element)| element.timestamp).min();
            let most = match order {
                Order::Kept => first.unwrap_or(REACH),
                Order::Late | Order::Any => within(chance, 0, REACH + 20),
            };
            let least = watermarks[stream].max(-1) + 1;
            if least <= most && one_in(chance, 2) {
                watermarks[stream] = within(chance, least, most + 1);
                let to = WatermarkTo::Time(watermarks[stream]);
                events.push(Event::Watermark { stream: name.clone(), to });
            }
        }
    }
    events
}

/// Whether no element of a script is late.
pub(super) fn is_in_order(script: &Case) -> bool {
    let names = if script.streams.is_empty() { 1 } else { script.streams.len() };
    let mut watermarks = vec![TIMESTAMP_MIN; names.max(STREAMS.len())];
    let place = |stream: &Option<String>| {
        script.streams.iter().position(|name| Some(name) == stream.as_ref())
    };
    script.events.iter().all(|event| match event {
        Event::Add { stream, elements } => {
            let watermark = watermarks[place(stream).unwrap_or_default()];
            elements.iter().all(|it| it.timestamp.is_some_and(|at| watermark <= at))
        }
        Event::Watermark { stream, to: WatermarkTo::Time(to) } => {
            match place(stream) {
                Some(at) => watermarks[at] = *to,
                None => watermarks.fill(*to),
            }
            true
        }
        Event::Watermark { to: WatermarkTo::End, .. } | Event::Processing { .. } => true,
    })
}
