//! One runner's column: each declaration against what was shown.

use std::sync::Arc;

use heliostat::{Boundedness, Capability, Extent, Runner, Standing, Support};
use heliostat_conformance::Outcome;

use crate::verdict::{self, Judged};
use crate::{Cell, Evidence, Finding};

/// A runner's column of the matrix.
#[derive(Debug)]
pub struct Column {
    /// The runner's name.
    pub runner: String,
    /// Its version.
    pub version: String,
    /// What its declarations and what was shown disagree about; a column with any must not be
    /// published.
    pub complaints: Vec<String>,
    cells: Vec<Cell>,
}

impl Column {
    /// The cell of a capability.
    pub fn cell(&self, capability: Capability) -> &Cell {
        let at = Capability::ALL.iter().position(|known| *known == capability);
        &self.cells[at.expect("the list of capabilities holds them all")]
    }
}

/// Runs everything on a runner and fills its column.
///
/// ```
/// use heliostat::Capability;
/// use heliostat_capability_matrix::{Finding, column};
///
/// for rig in heliostat_conformance::rigs() {
///     let column = column(rig.runner.into());
///     assert_eq!(column.complaints, Vec::<String>::new());
///     assert_eq!(column.cell(Capability::Gbk).unbounded, Finding::Yes);
/// }
/// ```
pub fn column(runner: Arc<dyn Runner>) -> Column {
    let evidence = Evidence::about(runner.as_ref());
    let mut judge = Judge { support: runner.support(), runner, evidence, complaints: Vec::new() };
    let cells = Capability::ALL.iter().map(|&capability| judge.cell(capability)).collect();
    let mut complaints = judge.complaints;
    complaints.sort();
    complaints.dedup();
    Column {
        runner: judge.runner.name().to_owned(),
        version: judge.runner.version().to_owned(),
        complaints,
        cells,
    }
}

struct Judge {
    runner: Arc<dyn Runner>,
    support: Support,
    evidence: Vec<Evidence>,
    complaints: Vec<String>,
}

impl Judge {
    fn cell(&mut self, capability: Capability) -> Cell {
        let bounded = self.finding(capability, Boundedness::Bounded);
        let unbounded = self.finding(capability, Boundedness::Unbounded);
        let reason_for = |input| match self.support.extent(capability, input) {
            Extent::Partial(reason) => Some(reason),
            Extent::Full | Extent::None => None,
        };
        let reason = match (reason_for(Boundedness::Bounded), reason_for(Boundedness::Unbounded)) {
            (Some(one), Some(other)) if one != other => {
                Some(format!("bounded: {one}; unbounded: {other}"))
            }
            (one, other) => one.or(other),
        };
        let showing = self.evidence.iter().filter(|piece| piece.shows.contains(&capability));
        Cell { bounded, unbounded, reason, cases: showing.map(|piece| piece.name).collect() }
    }

    fn finding(&mut self, capability: Capability, input: Boundedness) -> Finding {
        if capability.standing() == Standing::Planned {
            self.complaints.extend(verdict::of_planned(
                self.runner.name(),
                &self.support,
                capability,
            ));
            return Finding::Planned;
        }
        let counts = |piece: &&Evidence| verdict::counts(piece, capability, input);
        let pieces: Vec<&Evidence> = self.evidence.iter().filter(counts).collect();
        let declared = match self.support.extent(capability, input) {
            Extent::Full => Some(Finding::Yes),
            Extent::Partial(_) => Some(Finding::Partial),
            Extent::None => None,
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
