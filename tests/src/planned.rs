//! Which words of a case need something that is not built yet.

use heliostat::{Capability, Standing};

use crate::case::{Case, Step, WindowFunction, WindowSpec};

/// The first capability that a case needs and nobody can ask for yet, if there is one.
///
/// ```
/// use heliostat::Capability;
/// use heliostat_conformance::{case, planned};
///
/// let text = "pipeline group_by_key\nwindow days 1\nno panes\n";
/// let case = case::parse(text, "days.case")?;
/// assert_eq!(planned(&case), Some(Capability::WindowCalendar));
/// # Ok::<(), case::CaseError>(())
/// ```
pub fn planned(case: &Case) -> Option<Capability> {
    let mut needed = Vec::new();
    for window in &case.windows {
        window_needs(&window.spec, &mut needed);
    }
    for step in &case.steps {
        match step {
            Step::Window(spec) => window_needs(spec, &mut needed),
            Step::Reshuffle => needed.push(Capability::Reshuffle),
            Step::CombinePerKeyWithFanout(..) => needed.push(Capability::CombineFanout),
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
        Some(WindowFunction::Calendar { .. }) => needed.push(Capability::WindowCalendar),
        Some(
            WindowFunction::Global
            | WindowFunction::Fixed { .. }
            | WindowFunction::Sliding { .. }
            | WindowFunction::Sessions { .. }
            | WindowFunction::Custom { .. },
        )
        | None => {}
    }
}
