//! A failing case made smaller, as long as it fails.

mod windowing;
mod triggers;

use super::specs;
use crate::case::{Boundedness, Case, Element, Event, Step, StreamWindow, WindowSpec};
use triggers::smaller_triggers;
pub(crate) use windowing::smaller_spec;

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
            let steps = case
                .steps
                .iter_mut()
                .filter_map(|step| if let Step::Window(spec) = step { Some(spec) } else { None });
            if let Some(place) = headers.chain(steps).nth(at) {
                *place = smaller;
            }
            all.push(case);
        }
    }
    all
}
