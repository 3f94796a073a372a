//! One runner's column: each declaration against what was shown.

use std::sync::Arc;

use heliostat::{Boundedness, Capability, Extent, Modes, Runner, Standing, Support};
use heliostat_conformance::{Outcome, invocation};

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
            Extent::Full | Extent::None(_) => None,
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
