//! Writes the matrix: a file beside each linked runner, and the pages. With `measure`, the figures too.

use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use heliostat::{Matrix, runners};
use heliostat_capability_matrix::{
    Column, FIGURES, Figures, HTML, Invocations, PAGE, column, html, json, matrix_path, page,
};
use heliostat_conformance::rigs;

const USAGE: &str = "usage: heliostat-capability-matrix [measure]";
const USED_WRONGLY: u8 = 2;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {}
        ["measure"] => fs::write(root.join(FIGURES), measured()?)?,
        _ => {
            writeln!(io::stderr(), "{USAGE}")?;
            return Ok(ExitCode::from(USED_WRONGLY));
        }
    }
    let columns: Vec<Column> = rigs().into_iter().map(|rig| column(rig.runner.into())).collect();
    let complaints: Vec<&str> =
        columns.iter().flat_map(|column| &column.complaints).map(String::as_str).collect();
    if !complaints.is_empty() {
        writeln!(io::stderr(), "nothing was written:\n\n{}", complaints.join("\n"))?;
        return Ok(ExitCode::FAILURE);
    }
    let matrices: Vec<Matrix> = columns.into_iter().map(|column| column.matrix).collect();
    let mut out = io::stdout().lock();
    for matrix in &matrices {
        let path = matrix_path(&matrix.runner);
        fs::write(root.join(&path), json(matrix)?)?;
        writeln!(out, "{path}")?;
    }
    let figures: Figures = serde_json::from_str(&fs::read_to_string(root.join(FIGURES))?)?;
    let invocations = Invocations::ours();
    fs::write(root.join(PAGE), page(&matrices, &invocations))?;
    fs::write(root.join(HTML), html(&matrices, &invocations, Some(&figures))?)?;
    writeln!(out, "{PAGE}\n{HTML}")?;
    Ok(ExitCode::SUCCESS)
}

/// The figures of this machine, as a file.
fn measured() -> Result<String, Box<dyn Error>> {
    if cfg!(debug_assertions) {
        return Err("a debug build is not what people run: cargo run --release -p \
                    heliostat-capability-matrix -- measure"
            .into());
    }
    Ok(serde_json::to_string_pretty(&Figures::measured(&runners())?)? + "\n")
}
