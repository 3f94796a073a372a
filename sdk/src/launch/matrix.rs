//! `matrix`: what the runners can do, as their conformance runs showed it.

use super::arguments::{NONE_LINKED, named_runner};
use super::table::{Align, Table};
use super::{Exit, Program};
use crate::{Capability, Error, Question, Result, Runner, Standing};
use clap::ArgMatches;
use serde::Deserialize;
use std::collections::BTreeMap;

pub(super) fn matrix(program: &Program, matches: &ArgMatches) -> Result<Exit> {
    let runners: Vec<&dyn Runner> = match named_runner(matches, &program.runners)? {
        Some(runner) => vec![runner],
        None => program.runners.iter().map(AsRef::as_ref).collect(),
    };
    if runners.is_empty() {
        return Err(Error::new(NONE_LINKED));
    }
    let columns = runners.into_iter().map(Column::of).collect::<Result<Vec<_>>>()?;
    program.console.result(format_args!("{}", text(&columns)));
    Ok(Exit::done())
}

/// What was found about one runner.
struct Column {
    runner: String,
    version: String,
    /// Nothing if it was never computed.
    report: Option<Report>,
}

/// The file that each runner ships.
#[derive(Deserialize)]
struct Report {
    version: String,
    cells: BTreeMap<String, Cell>,
}

#[derive(Deserialize)]
struct Cell {
    bounded: Finding,
    unbounded: Finding,
    reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Finding {
    Yes,
    Partial,
    No,
    Planned,
    Unverified,
}

impl Finding {
    fn text(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partial => "partial",
            Self::No => "no",
            Self::Planned => "not built yet",
            Self::Unverified => "unverified",
        }
    }
}

impl Column {
    fn of(runner: &dyn Runner) -> Result<Self> {
        let json = runner.matrix();
        let report = if json.trim().is_empty() {
            None
        } else {
            Some(serde_json::from_str(json).map_err(|error| {
                Error::from(error)
                    .context(format_args!("cannot read the matrix of `{}`", runner.name()))
            })?)
        };
        Ok(Self { runner: runner.name().to_owned(), version: runner.version().to_owned(), report })
    }

    /// For bounded and for unbounded input.
    fn findings(&self, capability: Capability) -> [Finding; 2] {
        match self.cell(capability) {
            Some(cell) => [cell.bounded, cell.unbounded],
            None => {
                [match capability.standing() {
                    Standing::Expressible => Finding::Unverified,
                    Standing::Planned => Finding::Planned,
                }; 2]
            }
        }
    }

    fn cell(&self, capability: Capability) -> Option<&Cell> {
        self.report.as_ref().and_then(|report| report.cells.get(capability.id()))
    }

    /// What must be known to read its cells.
    fn notes(&self) -> Vec<String> {
        let Some(report) = &self.report else {
            return vec![format!("{}: its matrix was never computed", self.runner)];
        };
        let mut notes = Vec::new();
        if report.version != self.version {
            let (computed, linked) = (&report.version, &self.version);
            notes.push(format!(
                "{}: computed for version {computed}, and {linked} is linked in",
                self.runner,
            ));
        }
        notes.extend(Capability::ALL.iter().filter_map(|&capability| {
            let partial = self.findings(capability).contains(&Finding::Partial);
            let reason = self.cell(capability)?.reason.as_deref()?;
            partial.then(|| format!("{}, {capability}: {reason}", self.runner))
        }));
        notes
    }
}

fn text(columns: &[Column]) -> String {
    let mut table = Table::new(vec![Align::Left; 1 + 2 * columns.len()]);
    let mut names = vec![String::new()];
    let mut modes = vec!["capability".to_owned()];
    for column in columns {
        names.extend([format!("{} {}", column.runner, column.version), String::new()]);
        modes.extend(["bounded".to_owned(), "unbounded".to_owned()]);
    }
    table.row(names);
    table.row(modes);

    let mut question: Option<Question> = None;
    for &capability in Capability::ALL {
        if question != Some(capability.question()) {
            question = Some(capability.question());
            table.row(Vec::new());
            table.row(vec![capability.question().to_string()]);
        }
        let findings = columns.iter().flat_map(|column| column.findings(capability));
        let cells = findings.map(|finding| finding.text().to_owned());
        table.row(std::iter::once(format!("  {capability}")).chain(cells).collect());
    }
    let notes: Vec<String> = columns.iter().flat_map(Column::notes).collect();
    if notes.is_empty() {
        table.lines()
    } else {
        format!("{}\n\n{}", table.lines(), notes.join("\n"))
    }
}
