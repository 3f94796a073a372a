//! Which cases need something that is not built yet.

use heliostat::{Capability, Standing};

use crate::case::Case;

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
    let mut needed = case.requires.iter().filter_map(|id| Capability::from_id(id));
    needed.find(|capability| capability.standing() == Standing::Planned)
}
