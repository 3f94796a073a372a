//! What needs something that is not built yet, and how runners refuse it.

use heliostat::{Capability, Pipeline, Runner, Standing};

use crate::Outcome;
use crate::case::Case;
use crate::outcome::refusal;

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

/// Asks a runner for what is planned, by name: preflight must refuse it.
///
/// ```
/// use heliostat::Capability;
/// use heliostat_conformance::{Outcome, ask_for_planned};
///
/// for runner in heliostat::runners() {
///     let outcome = ask_for_planned(Capability::ModeRetracting, runner.as_ref());
///     assert_eq!(outcome, Outcome::Planned(Capability::ModeRetracting));
/// }
/// ```
pub fn ask_for_planned(capability: Capability, runner: &dyn Runner) -> Outcome {
    let pipeline = Pipeline::new();
    let _ = pipeline.create([1]).requires(capability).collect();
    match refusal(vec![capability], &runner.run(&pipeline)) {
        Outcome::Undeclared(_) => Outcome::Planned(capability),
        wrong @ (Outcome::Passed | Outcome::Planned(_) | Outcome::Failed(_)) => wrong,
    }
}
