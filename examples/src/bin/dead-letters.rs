//! Keeps going on a file with bad rows, and keeps what was bad.

use heliostat::prelude::*;
use heliostat_direct as _;
use heliostat_files::{csv, json_lines};
use heliostat_micro_batch as _;
use heliostat_per_record as _;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Keeps going on a file with bad rows, and keeps what was bad
#[derive(clap::Args)]
struct Options {
    /// The readings, as CSV
    #[arg(long)]
    input: PathBuf,
    /// The good readings in degrees Celsius, as lines of JSON
    #[arg(long)]
    output: PathBuf,
    /// What is wrong with the others, as lines of JSON
    #[arg(long)]
    rejected: PathBuf,
}

#[derive(Clone, Serialize, Deserialize)]
struct Reading {
    station: Str,
    degrees: f64,
    unit: Str,
}

#[derive(Clone, Serialize, Deserialize)]
struct Temperature {
    station: Str,
    celsius: f64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Rejected {
    what: String,
    why: String,
}

fn temperature(reading: &Reading) -> Result<Temperature> {
    let celsius = match reading.unit.as_str() {
        "C" => reading.degrees,
        "F" => (reading.degrees - 32.0) / 1.8,
        unit => return Err(Error::new(format!("there is no unit `{unit}`"))),
    };
    match celsius {
        -90.0..=60.0 => Ok(Temperature { station: reading.station.clone(), celsius }),
        _ => Err(Error::new(format!("{celsius:.1} degrees is nowhere on earth"))),
    }
}

fn dead_letters(pipeline: &Pipeline, options: &Options) -> Result<()> {
    let (readings, bad_rows) = pipeline.read_or_dead_letter(csv::<Reading>(&options.input));
    let (temperatures, dead) = readings.try_map(temperature);
    temperatures.write(json_lines(&options.output)).named("Temperatures");

    let bad_rows =
        bad_rows.map(|row| Rejected { what: format!("line {}", row.line), why: row.reason });
    dead.map(|letter| Rejected {
        what: format!("station {}", letter.element.station),
        why: letter.error,
    })
    .flatten_with(&bad_rows)
    .write(json_lines(&options.rejected))
    .named("Rejected");
    Ok(())
}

fn main() -> Exit {
    heliostat::launch("dead-letters", dead_letters)
}
