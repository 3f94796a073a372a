//! All columns as a page for a browser: one file, which asks the network for nothing.

use std::collections::BTreeSet;

use heliostat::Capability;
use serde::Serialize;

use crate::{Beam, Column, Finding};

/// The page without what it shows.
const FRAME: &str = include_str!("report.html");

/// Where that goes.
const DATA: &str = "@DATA@";

#[derive(Serialize)]
struct Data<'a> {
    runners: Vec<Runner<'a>>,
    /// All cases, by which cells name them.
    cases: Vec<&'static str>,
    capabilities: Vec<Row<'a>>,
    beam: Beam,
}

#[derive(Serialize)]
struct Runner<'a> {
    name: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct Row<'a> {
    id: String,
    question: String,
    sentence: &'static str,
    cells: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    bounded: Finding,
    unbounded: Finding,
    reason: Option<&'a str>,
    cases: Vec<usize>,
}

/// The page, with filters, and with the cases behind each cell.
///
/// ```
/// use heliostat_capability_matrix::{column, html};
///
/// let columns: Vec<_> = heliostat_conformance::rigs()
///     .into_iter()
///     .map(|rig| column(rig.runner.into()))
///     .collect();
/// let page = html(&columns)?;
/// assert!(page.starts_with("<!doctype html>"));
/// assert!(page.contains(r#""id":"window.fixed""#) && !page.contains("https://"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// If a name cannot be written as JSON.
pub fn html(columns: &[Column]) -> serde_json::Result<String> {
    let of_column = |column: &Column| -> Vec<&'static str> {
        let cells = Capability::ALL.iter().map(|&capability| column.cell(capability));
        cells.flat_map(|cell| cell.cases.iter().copied()).collect()
    };
    let cases: BTreeSet<&'static str> = columns.iter().flat_map(of_column).collect();
    let cases: Vec<&'static str> = cases.into_iter().collect();
    let number = |case: &&'static str| cases.binary_search(case).unwrap_or_default();
    let row = |&capability: &Capability| Row {
        id: capability.to_string(),
        question: capability.question().to_string(),
        sentence: capability.sentence(),
        cells: columns
            .iter()
            .map(|column| {
                let cell = column.cell(capability);
                Shown {
                    bounded: cell.bounded,
                    unbounded: cell.unbounded,
                    reason: cell.reason.as_deref(),
                    cases: cell.cases.iter().map(number).collect(),
                }
            })
            .collect(),
    };
    let data = Data {
        runners: columns
            .iter()
            .map(|column| Runner { name: &column.runner, version: &column.version })
            .collect(),
        capabilities: Capability::ALL.iter().map(row).collect(),
        cases: cases.clone(),
        beam: Beam::published(),
    };
    // No text of it can end the script that holds it.
    let data = serde_json::to_string(&data)?.replace("</", "<\\/");
    Ok(FRAME.replace(DATA, &data))
}
