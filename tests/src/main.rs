//! The conformance cases as a command: `run --runner NAME CASE...` and `list`.

use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut out = io::stdout().lock();
    let code = heliostat_conformance::command(std::env::args().skip(1), &mut out);
    match code.and_then(|code| out.flush().map(|()| code)) {
        Ok(code) => ExitCode::from(code),
        // Nobody reads the rest.
        Err(_) => ExitCode::from(2),
    }
}
