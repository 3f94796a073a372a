//! Windowings that are a little simpler.

use super::triggers::smaller_triggers;
use crate::case::{Accumulation, WindowFunction, WindowSpec};

/// The windowing simpler in one respect.
pub(crate) fn smaller_spec(spec: &WindowSpec) -> Vec<WindowSpec> {
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
