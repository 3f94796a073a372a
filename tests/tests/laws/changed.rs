//! A script with something changed, so that two runs can be held beside each other.

use std::collections::BTreeSet;

use heliostat::Seed;
use heliostat_conformance::case::{
    Accumulation, Boundedness, Case, Element, Event, Expectation, Output, Step, Trigger,
    WindowFunction, WindowSpec,
};

pub(crate) fn with_steps(case: &Case, steps: Vec<Step>) -> Case {
    // Only a keyed grouping gives what it drops.
    let gives = steps.iter().any(|step| matches!(step, Step::GroupByKey | Step::CombinePerKey(_)));
    let expectation = Expectation::Output(Output {
        panes: Some(Vec::new()),
        dropped: gives.then(Vec::new),
        ..Output::default()
    });
    Case { steps, expectation, ..case.clone() }
}

/// The pipeline up to its first grouping, if that is one by key.
pub(crate) fn up_to_first(case: &Case) -> Option<Case> {
    let is_grouping = |step: &Step| matches!(step, Step::GroupByKey | Step::CombinePerKey(_));
    let first = case.steps.iter().position(is_grouping)?;
    Some(with_steps(case, case.steps[..=first].to_vec()))
}

/// Its last step a group by key.
pub(crate) fn grouped(case: &Case) -> Case {
    let mut steps = case.steps.clone();
    steps.pop();
    steps.push(Step::GroupByKey);
    with_steps(case, steps)
}

/// Every window specification of a case, to change it.
fn specs(case: &mut Case) -> impl Iterator<Item = &mut WindowSpec> {
    let of_steps = case
        .steps
        .iter_mut()
        .filter_map(|step| if let Step::Window(spec) = step { Some(spec) } else { None });
    case.windows.iter_mut().map(|window| &mut window.spec).chain(of_steps)
}

pub(crate) fn in_mode(case: &Case, mode: Accumulation) -> Case {
    let mut case = case.clone();
    specs(&mut case).for_each(|spec| spec.accumulation = Some(mode));
    case
}

pub(crate) fn with_trigger(case: &Case, trigger: &Trigger) -> Case {
    let mut case = case.clone();
    for spec in specs(&mut case) {
        if spec.trigger.is_some() {
            spec.trigger = Some(trigger.clone());
        }
    }
    case.trigger = case.trigger.map(|_| trigger.clone());
    case
}

/// The elements alone, and then their end.
pub(crate) fn batch(case: &Case) -> Case {
    let mut case = Case { boundedness: Boundedness::Bounded, ..case.clone() };
    case.events.retain(|event| match event {
        Event::Add { .. } | Event::Processing { .. } => true,
        Event::Watermark { .. } => false,
    });
    // Without a timestamp they would go to the beginning of time.
    for event in &mut case.events {
        if let Event::Add { elements, .. } = event {
            elements.iter_mut().for_each(|it| it.timestamp = Some(it.timestamp.unwrap_or(0)));
        }
    }
    case
}

/// Elements between two moves of time one by one, in another order.
pub(crate) fn one_by_one(case: &Case) -> Case {
    let mut chance = Seed::new(case.events.len() as u64);
    let (mut events, mut waiting) = (Vec::new(), Vec::new());
    let mut played = |events: &mut Vec<Event>, waiting: &mut Vec<Event>| {
        chance.shuffle(waiting);
        events.append(waiting);
    };
    for event in &case.events {
        match event {
            Event::Add { stream, elements } => {
                let alone = |element: &Element| Event::Add {
                    stream: stream.clone(),
                    elements: vec![element.clone()],
                };
                waiting.extend(elements.iter().map(alone));
            }
            Event::Watermark { .. } | Event::Processing { .. } => {
                played(&mut events, &mut waiting);
                events.push(event.clone());
            }
        }
    }
    played(&mut events, &mut waiting);
    Case { events, ..case.clone() }
}

pub(crate) fn with_key(case: &Case, key: &str) -> Case {
    let mut case = case.clone();
    for event in &mut case.events {
        match event {
            Event::Add { elements, .. } => elements.retain(|element| element.key == key),
            Event::Watermark { .. } | Event::Processing { .. } => {}
        }
    }
    case.events.retain(|event| match event {
        Event::Add { elements, .. } => !elements.is_empty(),
        Event::Watermark { .. } | Event::Processing { .. } => true,
    });
    case
}

pub(crate) fn keys(case: &Case) -> BTreeSet<String> {
    let elements = case.events.iter().flat_map(|event| match event {
        Event::Add { elements, .. } => elements.as_slice(),
        Event::Watermark { .. } | Event::Processing { .. } => &[],
    });
    elements.map(|element| element.key.clone()).collect()
}

/// Whether windows merge at the last grouping of a case that has one.
pub(crate) fn last_merges(case: &Case) -> bool {
    let mut case = case.clone();
    let functions = specs(&mut case).filter_map(|spec| spec.function.clone());
    match functions.last() {
        Some(WindowFunction::Sessions { .. }) => true,
        Some(WindowFunction::Custom { name }) => name == "auction",
        Some(
            WindowFunction::Global
            | WindowFunction::Fixed { .. }
            | WindowFunction::Sliding { .. }
            | WindowFunction::Calendar { .. },
        )
        | None => false,
    }
}

/// Whether one of a case's triggers can close a window, so that what comes behind it is lost.
pub(crate) fn finishes(case: &Case) -> bool {
    let mut case = case.clone();
    let of_case: Vec<Trigger> = case.trigger.iter().cloned().collect();
    let triggers = specs(&mut case).filter_map(|spec| spec.trigger.clone()).chain(of_case);
    triggers.into_iter().any(|trigger| may_finish(&trigger))
}

/// Model.md 3.6, but that never is never finished.
fn may_finish(trigger: &Trigger) -> bool {
    match trigger {
        Trigger::Default | Trigger::Repeatedly(_) | Trigger::Never | Trigger::Always => false,
        Trigger::AfterCount(_)
        | Trigger::AfterProcessingTime { .. }
        | Trigger::AfterSynchronizedProcessingTime
        | Trigger::AfterAny(_)
        | Trigger::AfterAll(_) => true,
        Trigger::AfterWatermark { late, .. } => late.is_none(),
        Trigger::AfterEach(triggers) => triggers.iter().all(may_finish),
        Trigger::OrFinally(main, until) => may_finish(main) || may_finish(until),
    }
}
