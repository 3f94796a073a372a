//! One runner's column: each declaration against what was shown.

use std::sync::Arc;

use heliostat::{
    Boundedness, Capability, Extent, Finding, Matrix, MatrixCell, Modes, Runner, Standing, Support,
};
use heliostat_conformance::{Outcome, invocation, suite};

use crate::Evidence;

/// A runner's column of the matrix, and whether it may be published.
#[derive(Debug)]
pub struct Column {
    /// What was found.
    pub matrix: Matrix,
    /// What its declarations and what was shown disagree about; a column with any must not be
    /// published.
    pub complaints: Vec<String>,
}

/// Runs everything on a runner and fills its column.
///
/// ```
/// use heliostat::{Capability, Finding};
/// use heliostat_capability_matrix::column;
///
/// for rig in heliostat_conformance::rigs() {
///     let column = column(rig.runner.into());
///     assert_eq!(column.complaints, Vec::<String>::new());
///     assert_eq!(column.matrix.cell(Capability::Gbk).unbounded, Finding::Yes);
/// }
/// ```
pub fn column(runner: Arc<dyn Runner>) -> Column {
    let evidence = Evidence::about(runner.as_ref());
    let mut judge = Judge { support: runner.support(), runner, evidence, complaints: Vec::new() };
    let cells = Capability::ALL.iter().map(|&it| (it.id().to_owned(), judge.cell(it))).collect();
    let mut complaints = judge.complaints;
    complaints.sort();
    complaints.dedup();
    let matrix = Matrix {
        runner: judge.runner.name().to_owned(),
        version: judge.runner.version().to_owned(),
        suite: suite().to_owned(),
        cells,
    };
    Column { matrix, complaints }
}

struct Judge {
    runner: Arc<dyn Runner>,
    support: Support,
    evidence: Vec<Evidence>,
    complaints: Vec<String>,
}

impl Judge {
    fn cell(&mut self, capability: Capability) -> MatrixCell {
        let bounded = self.finding(capability, Boundedness::Bounded);
        let unbounded = self.finding(capability, Boundedness::Unbounded);
        let reason_for = |input, finding| match (finding, self.support.extent(capability, input)) {
            (Finding::Partial, Extent::Partial(reason)) | (Finding::No, Extent::None(reason)) => {
                Some(reason)
            }
            (_, Extent::Full | Extent::Partial(_) | Extent::None(_)) => None,
        };
        let reasons = (
            reason_for(Boundedness::Bounded, bounded),
            reason_for(Boundedness::Unbounded, unbounded),
        );
        let reason = match reasons {
            (Some(one), Some(other)) if one != other => {
                Some(format!("bounded: {one}; unbounded: {other}"))
            }
            (one, other) => one.or(other),
        };
        let showing = self.evidence.iter().filter(|piece| piece.shows.contains(&capability));
        let cases = showing.map(|piece| piece.name.to_owned()).collect();
        MatrixCell { bounded, unbounded, reason, cases }
    }

    fn finding(&mut self, capability: Capability, input: Boundedness) -> Finding {
        if capability.standing() == Standing::Planned {
            return Finding::Planned;
        }
        let counts = |piece: &&Evidence| {
            piece.shows.contains(&capability)
                && (capability.modes() == Modes::Same || piece.input == input)
        };
        let pieces: Vec<&Evidence> = self.evidence.iter().filter(counts).collect();
        let name = self.runner.name();
        let wrong = pieces.iter().filter(|piece| !piece.outcome.is_right());
        let declared = match self.support.extent(capability, input) {
            Extent::Full => Some(Finding::Yes),
            Extent::Partial(_) => Some(Finding::Partial),
            Extent::None(_) => None,
        };
        let claim = if declared.is_some() { "declares" } else { "does not declare" };
        let mut complaints: Vec<String> = wrong
            .map(|piece| format!("`{name}` {claim} `{capability}`, and\n{}", piece.report))
            .collect();
        let finding = if let Some(finding) = declared {
            if pieces.iter().any(|piece| piece.outcome == Outcome::Passed) {
                finding
            } else {
                Finding::Unverified
            }
        } else if pieces.is_empty() {
            Finding::Unverified
        } else {
            if pieces.iter().all(|piece| piece.passes_when_forced(&self.runner)) {
                complaints.push(format!(
                    "`{name}` does not declare `{capability}` for {input} input, but all that \
                     shows it passes when forced: declare it\n  shown by {}\n  then run: {} run \
                     --runner {name} {}",
                    named(&pieces),
                    invocation(),
                    pieces[0].name
                ));
            }
            Finding::No
        };
        self.complaints.append(&mut complaints);
        finding
    }
}

/// How many cases a complaint names.
const CASES_NAMED: usize = 3;

/// The first few of them, by name.
fn named(pieces: &[&Evidence]) -> String {
    let names = pieces.iter().take(CASES_NAMED).map(|piece| format!("`{}`", piece.name));
    let names = names.collect::<Vec<String>>().join(", ");
    match pieces.len().saturating_sub(CASES_NAMED) {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}
