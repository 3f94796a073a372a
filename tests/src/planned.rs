//! Which words of a case need something that is not built yet.

use heliostat::{Capability, Standing};

use crate::case::{Case, Step, Trigger, WindowFunction, WindowSpec};

/// The first capability that a case needs and nobody can ask for yet, if there is one.
///
/// ```
/// use heliostat::Capability;
/// use heliostat_conformance::{case, planned};
///
/// let text = "pipeline group_by_key\nwindow sessions 10\nno panes\n";
/// let case = case::parse(text, "sessions.case")?;
/// assert_eq!(planned(&case), Some(Capability::WindowSession));
/// # Ok::<(), case::CaseError>(())
/// ```
pub fn planned(case: &Case) -> Option<Capability> {
    let mut needed = Vec::new();
    for window in &case.windows {
        window_needs(&window.spec, &mut needed);
    }
    if let Some(trigger) = &case.trigger {
        trigger_needs(trigger, &mut needed);
    }
    for step in &case.steps {
        match step {
            Step::Window(spec) => window_needs(spec, &mut needed),
            Step::Reshuffle => needed.push(Capability::Reshuffle),
            Step::GroupByKey
            | Step::CombinePerKey(_)
            | Step::CombineGlobally(..)
            | Step::ToOneKey
            | Step::Flatten
            | Step::Map
            | Step::Windowed => {}
        }
    }
    needed.extend(case.requires.iter().filter_map(|id| Capability::from_id(id)));
    needed.into_iter().find(|capability| capability.standing() == Standing::Planned)
}

fn window_needs(spec: &WindowSpec, needed: &mut Vec<Capability>) {
    match &spec.function {
        Some(WindowFunction::Sliding { .. }) => needed.push(Capability::WindowSliding),
        Some(WindowFunction::Sessions { .. }) => needed.push(Capability::WindowSession),
        Some(WindowFunction::Calendar { .. }) => needed.push(Capability::WindowCalendar),
        Some(WindowFunction::Custom { .. }) => needed.push(Capability::WindowCustom),
        Some(WindowFunction::Global | WindowFunction::Fixed { .. }) | None => {}
    }
    if let Some(trigger) = &spec.trigger {
        trigger_needs(trigger, needed);
    }
}

fn trigger_needs(trigger: &Trigger, needed: &mut Vec<Capability>) {
    match trigger {
        Trigger::Default | Trigger::AfterCount(_) | Trigger::Never => {}
        Trigger::AfterWatermark { early, late } => {
            for inner in [early, late].into_iter().flatten() {
                trigger_needs(inner, needed);
            }
        }
        Trigger::Repeatedly(inner) => trigger_needs(inner, needed),
        Trigger::AfterProcessingTime { .. } => needed.push(Capability::TriggerProcessing),
        Trigger::AfterSynchronizedProcessingTime => needed.push(Capability::TriggerSync),
        // Firing with every bundle has no id of its own: it comes with the other composites.
        Trigger::Always
        | Trigger::AfterAny(_)
        | Trigger::AfterAll(_)
        | Trigger::AfterEach(_)
        | Trigger::OrFinally(..) => needed.push(Capability::TriggerComposite),
    }
}
