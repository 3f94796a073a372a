//! What came of a case or check, for a person.

use crate::Outcome;

/// How the command is called in this workspace.
const OUR_COMMAND: &str = "cargo run -p heliostat-conformance --features our-runners --";
/// The packages whose tests and programs look at the runners of this workspace.
const OUR_PACKAGES: [&str; 2] = ["heliostat-conformance", "heliostat-capability-matrix"];
const RULER: usize = 72;

/// How the command is called from a shell. In the package of a runner's author it is the example
/// `matrix`, whose dependencies nobody gets who only links the runner.
///
/// ```
/// assert!(heliostat_conformance::invocation().starts_with("cargo run "));
/// ```
pub fn invocation() -> String {
    match std::env::var("CARGO_PKG_NAME") {
        Ok(package) if !OUR_PACKAGES.contains(&package.as_str()) => {
            format!("cargo run -p {package} --example matrix --")
        }
        Ok(_) | Err(_) => OUR_COMMAND.to_owned(),
    }
}

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
            "FAILED  {name}\n{}\n{}\n{}\n{}\n{}\n{} run {arguments} {name}\n",
            ruler("want"),
            failure.want.trim_end(),
            ruler("got"),
            failure.got.trim_end(),
            ruler("run it again"),
            invocation(),
        ),
    }
}

/// A title on a line of its own.
pub(crate) fn ruler(title: &str) -> String {
    format!("{:-<RULER$}", format!("-- {title} "))
}
