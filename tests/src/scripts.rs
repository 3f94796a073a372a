//! Generated cases: a seed is a case, and a case that fails can be made smaller.
//!
//! A script is meant to be interesting rather than likely: its timestamps and watermarks lie at the
//! edges of windows, its clock at deadlines, its elements come late, windows merge, and triggers are
//! nested. Every script can be built and passes preflight; which panes it gives, [`oracle()`] says.
//!
//! [`oracle()`]: crate::oracle()

pub(crate) mod chance;
pub(crate) mod timeline;
pub(crate) mod windowing;
pub(crate) mod triggers;
mod steps;
pub(crate) mod events;
mod shrinking;

use heliostat::Seed;

use crate::case::{
    Boundedness, Bundling, Case, Expectation, Output, Step, StreamWindow, Trigger, WindowFunction,
    WindowSpec,
};
use chance::{one_in, pick};
pub use shrinking::shrunk;
pub(crate) use shrinking::smaller_spec;
use timeline::Timeline;

/// The tags of a script with two streams.
const STREAMS: [&str; 2] = ["x", "y"];

/// The case of a seed. It expects no panes; what it should expect, the oracle says.
///
/// ```
/// use heliostat_conformance::{case, script, written};
///
/// let case = script(7);
/// assert_eq!(case, script(7));
/// assert_eq!(case::parse(&written(&case), &case.name)?, case);
/// # Ok::<(), case::CaseError>(())
/// ```
pub fn script(seed: u64) -> Case {
    let mut chance = Seed::new(seed);
    let chance = &mut chance;
    let function = windowing::function(chance);
    let timeline = Timeline::of(&function, chance);
    let trigger = triggers::trigger(chance, windowing::merges(&function));
    let steps = steps::steps(chance, &timeline, &function);
    let spec = windowing::spec(chance, function, &timeline);
    let bounded = spec.function == Some(WindowFunction::Global) || one_in(chance, 8);
    let mut case = Case {
        name: format!("script-{seed}"),
        description: vec![format!("Script {seed}.")],
        from: Some("model.md 12.1".into()),
        streams: Vec::new(),
        boundedness: if bounded { Boundedness::Bounded } else { Boundedness::Unbounded },
        bundling: Bundling::Exact,
        windows: Vec::new(),
        trigger: None,
        unsafe_trigger: true,
        requires: Vec::new(),
        events: Vec::new(),
        expectation: Expectation::Output(Output {
            panes: Some(Vec::new()),
            dropped: steps::gives_dropped(&steps).then(Vec::new),
            ..Output::default()
        }),
        steps,
    };
    windows(chance, &mut case, spec, trigger);
    case.events = events::events(chance, &case, timeline);
    case
}

/// The window lines: one for all, or now and then one for each of two streams.
fn windows(chance: &mut Seed, case: &mut Case, spec: WindowSpec, trigger: Trigger) {
    let two = one_in(chance, 5);
    if two {
        case.streams = STREAMS.map(str::to_owned).into();
    }
    if !two || !one_in(chance, 3) {
        case.windows = vec![StreamWindow { stream: None, spec }];
        case.trigger = Some(trigger);
        return;
    }
    // The same windows, one with another lateness.
    let lateness = spec.lateness.unwrap_or(0) + pick(chance, &[0, 1, 5]);
    let of_stream = |(stream, lateness): (&str, i64)| StreamWindow {
        stream: Some(stream.to_owned()),
        spec: WindowSpec {
            lateness: Some(lateness),
            trigger: Some(trigger.clone()),
            unsafe_trigger: true,
            ..spec.clone()
        },
    };
    let lateness = [spec.lateness.unwrap_or(0), lateness];
    case.windows = STREAMS.into_iter().zip(lateness).map(of_stream).collect();
    case.unsafe_trigger = false;
}

/// Every window spec of a case: of its header, then of its steps.
fn specs(case: &Case) -> Vec<&WindowSpec> {
    let of_steps = case
        .steps
        .iter()
        .filter_map(|step| if let Step::Window(spec) = step { Some(spec) } else { None });
    case.windows.iter().map(|window| &window.spec).chain(of_steps).collect()
}
