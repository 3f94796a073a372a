//! The commands that the pages name.

use heliostat_conformance::invocation;

/// How the pages were written, and how a case behind a cell is run.
///
/// ```
/// use heliostat_capability_matrix::Invocations;
///
/// let invocations = Invocations::ours();
/// assert!(invocations.write.ends_with("heliostat-capability-matrix"));
/// assert!(invocations.cases.contains("heliostat-conformance"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocations {
    /// Writes the pages and columns.
    pub write: String,
    /// Runs cases; `run --runner NAME CASE` comes behind it.
    pub cases: String,
}

impl Invocations {
    /// Those of this repository.
    pub fn ours() -> Self {
        Self {
            write: "cargo run -p heliostat-capability-matrix".into(),
            cases: "cargo run -p heliostat-conformance --features our-runners --".into(),
        }
    }

    /// Those of whoever runs this program for a runner.
    ///
    /// ```
    /// use heliostat_capability_matrix::Invocations;
    ///
    /// let invocations = Invocations::of_author("small");
    /// assert_eq!(invocations.write, format!("{} write --runner small", invocations.cases));
    /// ```
    pub fn of_author(runner: &str) -> Self {
        let cases = invocation();
        Self { write: format!("{cases} write --runner {runner}"), cases }
    }
}
