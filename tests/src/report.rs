//! What came of a case or check, for a person.

use crate::Outcome;

/// How the command is called in this workspace.
pub(crate) const COMMAND: &str = "cargo run -p heliostat-conformance --features our-runners --";
const RULER: usize = 72;

/// One line if all is well; else both texts under rulers, and the command that runs it again.
///
/// ```
/// use heliostat_conformance::{Failure, Outcome, report};
///
/// assert_eq!(report("panes/closing", "--runner direct", &Outcome::Passed), "ok      panes/closing");
/// let failure = Failure { want: "no panes".into(), got: "pane 1 global".into() };
/// let report = report("panes/closing", "--runner direct --seed 3", &Outcome::Failed(failure));
/// assert!(report.starts_with("FAILED  panes/closing\n-- want ---"));
/// assert!(report.ends_with("run --runner direct --seed 3 panes/closing\n"));
/// ```
pub fn report(name: &str, arguments: &str, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed => format!("ok      {name}"),
        Outcome::Planned(capability) => {
            format!("refused {name}, as expected: `{capability}` is not built yet")
        }
        Outcome::Undeclared(capabilities) => {
            let ids: Vec<String> = capabilities.iter().map(|id| format!("`{id}`")).collect();
            format!("refused {name}, as expected: {} undeclared", ids.join(", "))
        }
        Outcome::Failed(failure) => format!(
            "FAILED  {name}\n{}\n{}\n{}\n{}\n{}\n{COMMAND} run {arguments} {name}\n",
            ruler("want"),
            failure.want.trim_end(),
            ruler("got"),
            failure.got.trim_end(),
            ruler("run it again"),
        ),
    }
}

/// A title on a line of its own.
pub(crate) fn ruler(title: &str) -> String {
    format!("{:-<RULER$}", format!("-- {title} "))
}
