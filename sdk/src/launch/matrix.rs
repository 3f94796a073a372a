//! `matrix`: what the runners can do, as their conformance runs showed it.

use super::arguments::{NONE_LINKED, named_runner};
use super::table::{Align, Table};
use super::{Exit, Program};
use crate::{Capability, Error, Finding, Matrix, MatrixCell, Question, Result, Runner};
use clap::ArgMatches;

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
    matrix: Option<Matrix>,
}

impl Column {
    fn of(runner: &dyn Runner) -> Result<Self> {
        let (name, json) = (runner.name(), runner.matrix());
        let matrix = (!json.trim().is_empty()).then(|| Matrix::parse(json)).transpose();
        let unreadable =
            |error: Error| error.context(format_args!("cannot read the matrix of `{name}`"));
        Ok(Self {
            runner: name.to_owned(),
            version: runner.version().to_owned(),
            matrix: matrix.map_err(unreadable)?,
        })
    }

    fn cell(&self, capability: Capability) -> MatrixCell {
        let matrix = self.matrix.as_ref();
        matrix.map_or_else(|| MatrixCell::unknown(capability), |matrix| matrix.cell(capability))
    }

    /// For bounded and for unbounded input.
    fn findings(&self, capability: Capability) -> [Finding; 2] {
        let cell = self.cell(capability);
        [cell.bounded, cell.unbounded]
    }

    /// What must be known to read its cells.
    fn notes(&self) -> Vec<String> {
        let Some(matrix) = &self.matrix else {
            return vec![format!("{}: its matrix was never computed", self.runner)];
        };
        let mut notes = Vec::new();
        if matrix.version != self.version {
            let (computed, linked) = (&matrix.version, &self.version);
            notes.push(format!(
                "{}: computed for version {computed}, and {linked} is linked in",
                self.runner,
            ));
        }
        notes.extend(Capability::ALL.iter().filter_map(|&capability| {
            let cell = self.cell(capability);
            let finding = cell.worse();
            cell.reason.map(|reason| format!("{}, {capability}, {finding}: {reason}", self.runner))
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
        let cells = findings.map(|finding| finding.to_string());
        table.row(std::iter::once(format!("  {capability}")).chain(cells).collect());
    }
    let notes: Vec<String> = columns.iter().flat_map(Column::notes).collect();
    if notes.is_empty() {
        table.lines()
    } else {
        format!("{}\n\n{}", table.lines(), notes.join("\n"))
    }
}
