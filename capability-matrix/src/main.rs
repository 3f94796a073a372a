//! Writes the matrix: a file beside each linked runner, and the page.

use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use heliostat_capability_matrix::{Column, HTML, PAGE, column, html, json, matrix_path, page};
use heliostat_conformance::rigs;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let columns: Vec<Column> = rigs().into_iter().map(|rig| column(rig.runner.into())).collect();
    let complaints: Vec<&str> =
        columns.iter().flat_map(|column| &column.complaints).map(String::as_str).collect();
    if !complaints.is_empty() {
        writeln!(io::stderr(), "nothing was written:\n\n{}", complaints.join("\n"))?;
        return Ok(ExitCode::FAILURE);
    }
    let mut out = io::stdout().lock();
    for column in &columns {
        let path = matrix_path(&column.runner);
        fs::write(root.join(&path), json(column)?)?;
        writeln!(out, "{path}")?;
    }
    fs::write(root.join(PAGE), page(&columns))?;
    fs::write(root.join(HTML), html(&columns)?)?;
    writeln!(out, "{PAGE}\n{HTML}")?;
    Ok(ExitCode::SUCCESS)
}
