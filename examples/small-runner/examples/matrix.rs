//! The program of the runner's author: runs cases on the runner, and writes its column of the matrix.

use std::process::ExitCode;

// Links the runner in, which is all it takes to be found by name.
use heliostat_small_runner as _;

fn main() -> std::io::Result<ExitCode> {
    let arguments = std::env::args().skip(1);
    heliostat_capability_matrix::command(arguments, &mut std::io::stdout()).map(ExitCode::from)
}
