//! Which words of a case need something that is not built yet.

use heliostat::{Capability, Standing};

use crate::case::{Case, Step};

/// The first capability that a case needs and nobody can ask for yet, if there is one.
///
/// ```
/// use heliostat::Capability;
/// use heliostat_conformance::{case, planned};
///
/// let text = "pipeline group_by_key\nrequires mode.retracting\nno panes\n";
/// let case = case::parse(text, "retracting.case")?;
/// assert_eq!(planned(&case), Some(Capability::ModeRetracting));
/// # Ok::<(), case::CaseError>(())
/// ```
pub fn planned(case: &Case) -> Option<Capability> {
    let mut needed = Vec::new();
    for step in &case.steps {
        match step {
            Step::Reshuffle => needed.push(Capability::Reshuffle),
            Step::Window(_)
            | Step::GroupByKey
            | Step::CombinePerKeyWithFanout(..)
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
