//! One runner's column: each declaration against what was shown.

use std::sync::Arc;

use heliostat::{
    Boundedness, Capability, Extent, Finding, Matrix, MatrixCell, Runner, Standing, Support,
};
use heliostat_conformance::{Outcome, suite};

use crate::Evidence;
use crate::verdict::{self, Judged};

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
        let counts = |piece: &&Evidence| verdict::counts(piece, capability, input);
        let pieces: Vec<&Evidence> = self.evidence.iter().filter(counts).collect();
        let declared = match self.support.extent(capability, input) {
            Extent::Full => Some(Finding::Yes),
            Extent::Partial(_) => Some(Finding::Partial),
            Extent::None(_) => None,
        };
        let judged = Judged { runner: &self.runner, support: &self.support, capability, input };
        self.complaints.extend(pieces.iter().filter_map(|piece| judged.wrong(piece)));
        if let Some(finding) = declared {
            let shown = pieces.iter().any(|piece| piece.outcome == Outcome::Passed);
            return if shown { finding } else { Finding::Unverified };
        }
        if pieces.is_empty() {
            return Finding::Unverified;
        }
        self.complaints.extend(judged.claimed_too_low(&pieces));
        Finding::No
    }
}
