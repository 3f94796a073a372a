//! A failing case made smaller, as long as it fails.

use super::specs;
use crate::case::{
    Accumulation, Boundedness, Case, Element, Event, Step, StreamWindow, Trigger, WindowFunction,
    WindowSpec,
};

/// How many smaller cases are tried at the most.
const TRIES_MAX: usize = 4_000;

/// The smallest case it finds on which `fails` holds as it does on this one: fewer events,
/// elements, keys and steps, simpler triggers and windows. `fails` must be false for a case that is
/// none, such as one that preflight refuses.
///
/// ```
/// use heliostat_conformance::case::Event;
/// use heliostat_conformance::{script, shrunk};
///
/// let adds = |case: &heliostat_conformance::Case| {
///     case.events.iter().filter(|event| matches!(event, Event::Add { .. })).count()
/// };
/// let case = (0..).map(script).find(|case| adds(case) > 5).expect("many are long");
/// let small = shrunk(&case, |case| adds(case) > 1);
/// assert_eq!((adds(&small), small.events.len()), (2, 2));
/// ```
pub fn shrunk(case: &Case, fails: impl Fn(&Case) -> bool) -> Case {
    let mut smallest = case.clone();
    let mut tries = 0;
    loop {
        let mut better = None;
        for candidate in candidates(&smallest) {
            tries += 1;
            if TRIES_MAX < tries {
                return smallest;
            }
            if candidate != smallest && fails(&candidate) {
                better = Some(candidate);
                break;
            }
        }
        match better {
            Some(better) => smallest = better,
            None => return smallest,
        }
    }
}

/// What is a little less than this case, the larger steps first.
fn candidates(case: &Case) -> Vec<Case> {
    let mut all = Vec::new();
    all.extend(without(&case.events).map(|events| Case { events, ..case.clone() }));
    all.extend(fewer_elements(case));
    all.extend(without(&case.steps).map(|steps| Case { steps, ..case.clone() }));
    all.extend(one_stream(case));
    all.extend(one_key(case));
    if let Some(trigger) = &case.trigger {
        let smaller = smaller_triggers(trigger).into_iter();
        all.extend(smaller.map(|trigger| Case { trigger: Some(trigger), ..case.clone() }));
    }
    all.extend(smaller_specs(case));
    all.extend(simpler_events(case));
    if case.boundedness == Boundedness::Bounded {
        all.push(Case { boundedness: Boundedness::Unbounded, ..case.clone() });
    }
    all
}

/// The list without one stretch of it: halves first, then smaller ones, at last each item.
fn without<T: Clone>(items: &[T]) -> impl Iterator<Item = Vec<T>> {
    let mut lists = Vec::new();
    let mut length = items.len().div_ceil(2);
    while length > 0 {
        for from in (0..items.len()).step_by(length) {
            let to = items.len().min(from + length);
            lists.push([&items[..from], &items[to..]].concat());
        }
        length = if length == 1 { 0 } else { length.div_ceil(2) };
    }
    lists.into_iter().filter(|list| !list.is_empty())
}

fn with_event(case: &Case, at: usize, event: Event) -> Case {
    let mut case = case.clone();
    case.events[at] = event;
    case
}

fn fewer_elements(case: &Case) -> Vec<Case> {
    let mut all = Vec::new();
    for (at, event) in case.events.iter().enumerate() {
        let Event::Add { stream, elements } = event else { continue };
        for elements in without(elements) {
            all.push(with_event(case, at, Event::Add { stream: stream.clone(), elements }));
        }
    }
    all
}

/// The case with its elements changed one after the other.
fn with_elements(case: &Case, change: impl Fn(&Element) -> Vec<Element>) -> Vec<Case> {
    let mut all = Vec::new();
    for (at, event) in case.events.iter().enumerate() {
        let Event::Add { stream, elements } = event else { continue };
        for (place, element) in elements.iter().enumerate() {
            for element in change(element) {
                let mut elements = elements.clone();
                elements[place] = element;
                all.push(with_event(case, at, Event::Add { stream: stream.clone(), elements }));
            }
        }
    }
    all
}

/// All elements under one key at once, then one after the other.
fn one_key(case: &Case) -> Vec<Case> {
    let renamed = |element: &Element| Element { key: "a".into(), ..element.clone() };
    let mut whole = case.clone();
    for event in &mut whole.events {
        if let Event::Add { elements, .. } = event {
            *elements = elements.iter().map(renamed).collect();
        }
    }
    let others = with_elements(case, |element| match element.key.as_str() {
        "a" => Vec::new(),
        _ => vec![renamed(element)],
    });
    [whole].into_iter().chain(others).collect()
}

/// The case with all its streams as one.
fn one_stream(case: &Case) -> Option<Case> {
    let first = case.windows.first()?.spec.clone();
    if case.streams.is_empty() {
        return None;
    }
    let mut case = case.clone();
    case.streams.clear();
    case.trigger = case.trigger.or_else(|| first.trigger.clone());
    let spec = case.window().cloned().unwrap_or(first);
    case.windows = vec![StreamWindow { stream: None, spec: WindowSpec { trigger: None, ..spec } }];
    case.unsafe_trigger = true;
    for event in &mut case.events {
        match event {
            Event::Add { stream, .. } | Event::Watermark { stream, .. } => *stream = None,
            Event::Processing { .. } => {}
        }
    }
    Some(case)
}

/// Times a little smaller, one event after the other.
fn simpler_events(case: &Case) -> Vec<Case> {
    let mut all = with_elements(case, |element| match element.timestamp {
        Some(0) | None => Vec::new(),
        Some(at) => [0, at / 2, at - at.signum()]
            .map(|at| Element { timestamp: Some(at), ..element.clone() })
            .into(),
    });
    for (at, event) in case.events.iter().enumerate() {
        if let Event::Processing { to } = event {
            all.push(with_event(case, at, Event::Processing { to: to - 1 }));
        }
    }
    // Smaller is only what is nearer to 0, so that this ends.
    all.retain(|smaller| size_of_times(smaller) < size_of_times(case));
    all
}

fn size_of_times(case: &Case) -> u128 {
    let of_event = |event: &Event| match event {
        Event::Add { elements, .. } => elements
            .iter()
            .map(|element| u128::from(element.timestamp.unwrap_or(0).unsigned_abs()))
            .sum(),
        Event::Processing { to } => u128::from(to.unsigned_abs()),
        Event::Watermark { .. } => 0,
    };
    case.events.iter().map(of_event).sum()
}

/// Each window of the case made simpler in one respect.
fn smaller_specs(case: &Case) -> Vec<Case> {
    let mut all = Vec::new();
    for (at, spec) in specs(case).into_iter().enumerate() {
        for smaller in smaller_spec(spec) {
            let mut case = case.clone();
            let headers = case.windows.iter_mut().map(|window| &mut window.spec);
            let steps = case.steps.iter_mut().filter_map(|step| match step {
                Step::Window(spec) => Some(spec),
                Step::GroupByKey
                | Step::CombinePerKey(_)
                | Step::CombinePerKeyWithFanout(..)
                | Step::CombineGlobally(..)
                | Step::ToOneKey
                | Step::Flatten
                | Step::Reshuffle
                | Step::Map
                | Step::Windowed => None,
            });
            if let Some(place) = headers.chain(steps).nth(at) {
                *place = smaller;
            }
            all.push(case);
        }
    }
    all
}

fn smaller_spec(spec: &WindowSpec) -> Vec<WindowSpec> {
    let mut all: Vec<WindowSpec> = Vec::new();
    let mut with = |change: &dyn Fn(&mut WindowSpec)| {
        let mut smaller = spec.clone();
        change(&mut smaller);
        if smaller != *spec {
            all.push(smaller);
        }
    };
    with(&|spec| spec.timestamp = None);
    with(&|spec| spec.closing = None);
    with(&|spec| spec.on_time = None);
    with(&|spec| spec.lateness = spec.lateness.map(|_| 0));
    with(&|spec| spec.accumulation = spec.accumulation.map(|_| Accumulation::Discarding));
    if let Some(function) = &spec.function {
        for function in smaller_functions(function) {
            with(&|spec| spec.function = Some(function.clone()));
        }
    }
    if let Some(trigger) = &spec.trigger {
        for trigger in smaller_triggers(trigger) {
            with(&|spec| spec.trigger = Some(trigger.clone()));
        }
    }
    all
}

fn smaller_functions(function: &WindowFunction) -> Vec<WindowFunction> {
    let fixed = WindowFunction::Fixed { size: 10, offset: 0 };
    match function {
        WindowFunction::Global => Vec::new(),
        WindowFunction::Fixed { size: 10, offset: 0 } => Vec::new(),
        WindowFunction::Fixed { size, offset: 0 } if *size < 10 => Vec::new(),
        WindowFunction::Fixed { .. } | WindowFunction::Sessions { gap: 10 } => vec![fixed],
        WindowFunction::Sessions { gap } if *gap < 10 => vec![fixed],
        WindowFunction::Sliding { size, period, offset } => {
            let even = WindowFunction::Sliding { size: 10, period: 5, offset: 0 };
            let straight = WindowFunction::Sliding { size: *size, period: *period, offset: 0 };
            match (*size, *period, *offset) {
                (10, 5, 0) => vec![fixed],
                (_, _, 0) => vec![fixed, even],
                _ => vec![fixed, even, straight],
            }
        }
        WindowFunction::Sessions { .. } => vec![fixed, WindowFunction::Sessions { gap: 10 }],
        WindowFunction::Calendar { zone: None, start: None, count: 1, .. } => vec![fixed],
        WindowFunction::Calendar { unit, .. } => {
            let plain = WindowFunction::Calendar { unit: *unit, count: 1, zone: None, start: None };
            vec![fixed, plain]
        }
        WindowFunction::Custom { name } if name == "auction" => {
            vec![fixed, WindowFunction::Sessions { gap: 10 }]
        }
        WindowFunction::Custom { .. } => vec![fixed],
    }
}

/// What is inside of a trigger, and the trigger with something less in it.
fn smaller_triggers(trigger: &Trigger) -> Vec<Trigger> {
    let boxed = |trigger: Trigger| Box::new(trigger);
    match trigger {
        Trigger::Default | Trigger::Never | Trigger::Always | Trigger::AfterCount(0 | 1) => {
            Vec::new()
        }
        Trigger::AfterCount(count) => vec![Trigger::AfterCount(count - 1)],
        Trigger::AfterSynchronizedProcessingTime
        | Trigger::AfterWatermark { early: None, late: None } => vec![Trigger::Default],
        Trigger::AfterProcessingTime { align: None, .. } => vec![Trigger::AfterCount(1)],
        Trigger::AfterProcessingTime { delay, align: Some(_) } => {
            vec![Trigger::AfterProcessingTime { delay: *delay, align: None }]
        }
        Trigger::Repeatedly(inner) => {
            let repeated = smaller_triggers(inner).into_iter().map(boxed).map(Trigger::Repeatedly);
            [(**inner).clone()].into_iter().chain(repeated).collect()
        }
        Trigger::AfterWatermark { early, late } => {
            let mut all: Vec<Trigger> =
                [early, late].into_iter().flatten().map(|inner| (**inner).clone()).collect();
            for early in smaller_firing(early.as_deref()) {
                all.push(Trigger::AfterWatermark { early: early.map(boxed), late: late.clone() });
            }
            for late in smaller_firing(late.as_deref()) {
                all.push(Trigger::AfterWatermark { early: early.clone(), late: late.map(boxed) });
            }
            all
        }
        Trigger::AfterAny(triggers) => smaller_lists(triggers, Trigger::AfterAny),
        Trigger::AfterAll(triggers) => smaller_lists(triggers, Trigger::AfterAll),
        Trigger::AfterEach(triggers) => smaller_lists(triggers, Trigger::AfterEach),
        Trigger::OrFinally(main, until) => {
            let mut all = vec![(**main).clone(), (**until).clone()];
            let or_finally = |main: &Trigger, until: &Trigger| {
                Trigger::OrFinally(boxed(main.clone()), boxed(until.clone()))
            };
            all.extend(smaller_triggers(main).iter().map(|main| or_finally(main, until)));
            all.extend(smaller_triggers(until).iter().map(|until| or_finally(main, until)));
            all
        }
    }
}

fn smaller_firing(firing: Option<&Trigger>) -> Vec<Option<Trigger>> {
    let Some(firing) = firing else { return Vec::new() };
    [None].into_iter().chain(smaller_triggers(firing).into_iter().map(Some)).collect()
}

fn smaller_lists(triggers: &[Trigger], of: fn(Vec<Trigger>) -> Trigger) -> Vec<Trigger> {
    let mut all: Vec<Trigger> = triggers.to_vec();
    if triggers.len() > 1 {
        all.extend(without(triggers).map(of));
    }
    for (at, trigger) in triggers.iter().enumerate() {
        for smaller in smaller_triggers(trigger) {
            let mut triggers = triggers.to_vec();
            triggers[at] = smaller;
            all.push(of(triggers));
        }
    }
    all
}
