//! All columns as a page for a browser: one file, which asks the network for nothing.

use std::collections::BTreeSet;

use heliostat::{Capability, Finding, Matrix};
use serde::Serialize;

use crate::{Beam, Figures, Invocations};

/// The page without what it shows.
const FRAME: &str = include_str!("report.html");

/// Where that goes.
const DATA: &str = "@DATA@";

#[derive(Serialize)]
struct Data<'a> {
    runners: Vec<Runner>,
    /// Runs cases.
    command: &'a str,
    /// All cases, by which cells name them.
    cases: Vec<&'a str>,
    capabilities: Vec<Row>,
    figures: Option<&'a Figures>,
    beam: Beam,
}

#[derive(Serialize)]
struct Runner {
    name: String,
    version: String,
    suite: String,
}

#[derive(Serialize)]
struct Row {
    id: String,
    question: String,
    sentence: &'static str,
    required_by: &'static str,
    cells: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    bounded: Finding,
    unbounded: Finding,
    reason: Option<String>,
    cases: Vec<usize>,
}

/// The page, with filters, with the cases behind each cell, and with figures where they were measured.
///
/// ```
/// use heliostat::Matrix;
/// use heliostat_capability_matrix::{Invocations, html};
///
/// let columns: Vec<Matrix> = heliostat::runners()
///     .iter()
///     .filter_map(|runner| Matrix::parse(runner.matrix()).ok())
///     .collect();
/// let page = html(&columns, &Invocations::ours(), None)?;
/// assert!(page.starts_with("<!doctype html>"));
/// assert!(page.contains(r#""id":"window.fixed""#) && !page.contains("https://"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// If a name cannot be written as JSON.
pub fn html(
    columns: &[Matrix],
    invocations: &Invocations,
    figures: Option<&Figures>,
) -> serde_json::Result<String> {
    let all_cells = columns.iter().flat_map(|column| column.cells.values());
    let cases: BTreeSet<&str> =
        all_cells.flat_map(|cell| cell.cases.iter().map(String::as_str)).collect();
    let cases: Vec<&str> = cases.into_iter().collect();
    let shown = |column: &Matrix, capability| {
        let cell = column.cell(capability);
        let number = |case: &String| cases.binary_search(&case.as_str()).unwrap_or_default();
        Shown {
            bounded: cell.bounded,
            unbounded: cell.unbounded,
            cases: cell.cases.iter().map(number).collect(),
            reason: cell.reason,
        }
    };
    let row = |&capability: &Capability| Row {
        id: capability.to_string(),
        question: capability.question().to_string(),
        sentence: capability.sentence(),
        required_by: capability.required_by(),
        cells: columns.iter().map(|column| shown(column, capability)).collect(),
    };
    let runner = |it: &Matrix| Runner {
        name: it.runner.clone(),
        version: it.version.clone(),
        suite: it.suite.clone(),
    };
    let data = Data {
        runners: columns.iter().map(runner).collect(),
        command: &invocations.cases,
        capabilities: Capability::ALL.iter().map(row).collect(),
        cases: cases.clone(),
        figures,
        beam: Beam::published(),
    };
    // No text of it can end the script that holds it.
    let data = serde_json::to_string(&data)?.replace("</", "<\\/");
    Ok(FRAME.replace(DATA, &data))
}
