//! Scripts for generated cases: one grouping of unbounded or bounded input, under any windowing.

use heliostat_conformance::case::{
    Accumulation, Boundedness, Bundling, Case, Closing, Combine, Element, Event, Expectation,
    Number, OnTime, Output, Step, StreamWindow, TimestampCombiner, Trigger, WatermarkTo,
    WindowFunction, WindowSpec,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const MODES: &[Accumulation] = &[Accumulation::Discarding, Accumulation::Accumulating];

/// A case with one grouping, and nothing expected yet but that drops are given.
pub(crate) fn any_case() -> impl Strategy<Value = Case> {
    any_case_of(MODES)
}

/// The same with one of these modes.
pub(crate) fn any_case_of(modes: &'static [Accumulation]) -> impl Strategy<Value = Case> {
    let pipeline = (any_step(), any_window(modes), any_trigger(2), any::<bool>());
    (pipeline, vec(any_event(), 0..12)).prop_map(|((step, spec, trigger, bounded), events)| {
        let global = spec.function == Some(WindowFunction::Global);
        // In the global window unbounded input needs a trigger that fires before the end.
        let bounded = bounded || global;
        Case {
            name: "generated".into(),
            description: vec!["Generated.".into()],
            from: Some("model.md 12.1".into()),
            steps: vec![step],
            streams: Vec::new(),
            boundedness: if bounded { Boundedness::Bounded } else { Boundedness::Unbounded },
            bundling: Bundling::Exact,
            windows: vec![StreamWindow { stream: None, spec }],
            trigger: Some(trigger),
            unsafe_trigger: true,
            requires: Vec::new(),
            events: played(&events),
            expectation: Expectation::Output(Output {
                panes: Some(Vec::new()),
                dropped: Some(Vec::new()),
                ..Output::default()
            }),
        }
    })
}

/// What happens next: a bundle, or the watermark moves on by so much.
#[derive(Clone, Debug)]
enum Happening {
    Bundle(Vec<(&'static str, i64)>),
    Watermark(i64),
}

fn any_event() -> impl Strategy<Value = Happening> {
    let element = (select(&["a", "b", "c"][..]), -5_i64..35);
    prop_oneof![
        3 => vec(element, 1..5).prop_map(Happening::Bundle),
        2 => (1_i64..15).prop_map(Happening::Watermark),
    ]
}

/// The events of a script; each element has a value of its own.
fn played(happenings: &[Happening]) -> Vec<Event> {
    let (mut watermark, mut next) = (0, 0);
    let events = happenings.iter().map(|happening| match happening {
        Happening::Bundle(elements) => {
            let element = |&(key, at): &(&str, i64)| {
                next += 1;
                let value = Number::Integer(next);
                Element { key: key.to_owned(), value, timestamp: Some(at) }
            };
            Event::Add { stream: None, elements: elements.iter().map(element).collect() }
        }
        Happening::Watermark(by) => {
            watermark += by;
            Event::Watermark { stream: None, to: WatermarkTo::Time(watermark) }
        }
    });
    events.collect()
}

fn any_step() -> impl Strategy<Value = Step> {
    let combines = [Combine::Sum, Combine::Count, Combine::Min, Combine::Max, Combine::Mean];
    prop_oneof![Just(Step::GroupByKey), select(combines.to_vec()).prop_map(Step::CombinePerKey)]
}

/// What may stand behind the first grouping: nothing, or another grouping of all keys as one.
pub(crate) fn any_stages() -> impl Strategy<Value = Vec<Step>> {
    // No sum: the smallest of nothing is the largest number there is, and two of them overflow.
    let steps = [
        Step::GroupByKey,
        Step::CombinePerKey(Combine::Count),
        Step::CombinePerKey(Combine::Min),
        Step::CombinePerKey(Combine::Max),
    ];
    let again = select(steps.to_vec()).prop_map(|step| vec![Step::ToOneKey, step]);
    prop_oneof![Just(Vec::new()), again]
}

fn any_window(modes: &'static [Accumulation]) -> impl Strategy<Value = WindowSpec> {
    let functions = [
        WindowFunction::Global,
        WindowFunction::Fixed { size: 10, offset: 0 },
        WindowFunction::Fixed { size: 7, offset: 3 },
    ];
    let combiners =
        [TimestampCombiner::Earliest, TimestampCombiner::Latest, TimestampCombiner::EndOfWindow];
    (
        select(functions.to_vec()),
        select(vec![0, 3, 12, 100]),
        select(modes),
        option::of(select(combiners.to_vec())),
        option::of(select(vec![Closing::Always, Closing::IfNonempty])),
        option::of(select(vec![OnTime::Always, OnTime::IfNonempty])),
    )
        .prop_map(|(function, lateness, mode, timestamp, closing, on_time)| WindowSpec {
            function: Some(function),
            lateness: Some(lateness),
            accumulation: Some(mode),
            timestamp,
            closing,
            on_time,
            trigger: None,
            unsafe_trigger: false,
        })
}

fn any_trigger(depth: u32) -> BoxedStrategy<Trigger> {
    let leaf = prop_oneof![
        Just(Trigger::Default),
        Just(Trigger::Never),
        (1_u32..4).prop_map(Trigger::AfterCount),
        Just(Trigger::AfterWatermark { early: None, late: None }),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    // The firings around the end of a window are counts, repeated or not.
    let firing = || {
        let count = (1_u32..4).prop_map(Trigger::AfterCount);
        let repeated =
            (1_u32..4).prop_map(|n| Trigger::Repeatedly(Box::new(Trigger::AfterCount(n))));
        option::of(prop_oneof![count, repeated].prop_map(Box::new))
    };
    prop_oneof![
        1 => leaf,
        2 => (firing(), firing()).prop_map(|(early, late)| Trigger::AfterWatermark { early, late }),
        1 => any_trigger(depth - 1).prop_map(|inner| Trigger::Repeatedly(Box::new(inner))),
    ]
    .boxed()
}
