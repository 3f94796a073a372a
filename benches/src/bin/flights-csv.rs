//! Makes of a Parquet file of flights the CSV that the example `flight-delays` replays.

#![expect(clippy::print_stdout, reason = "how many there are is for a person")]

use clap::Parser;
use heliostat::Result;
use heliostat_benches::flights::flights_csv;
use std::path::PathBuf;

/// Makes of a Parquet file of flights a CSV like `examples/data/flights-20k.csv`, in the order of
/// its reports.
#[derive(Parser)]
struct Options {
    /// The Parquet file, with the columns date, delay, distance, origin and destination.
    input: PathBuf,
    /// The CSV.
    output: PathBuf,
}

fn main() -> Result<()> {
    let Options { input, output } = Options::parse();
    let flights = flights_csv(&input, &output)?;
    println!("{flights} flights in `{}`", output.display());
    Ok(())
}
