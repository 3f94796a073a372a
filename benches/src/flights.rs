//! Flights from the columns of a Parquet file to the CSV that the example `flight-delays` replays.

use csv::WriterBuilder;
use heliostat::{Error, Result, Str, Timestamp, minutes};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Row, RowAccessor};
use serde::Serialize;
use std::fmt::Display;
use std::fs::File;
use std::path::Path;

/// A line of the CSV, with the columns of `examples/data/flights-20k.csv`.
#[derive(Debug, Serialize)]
struct Flight {
    /// When it was known how late the flight was: when it left, or should have, whichever is later.
    reported_at: Timestamp,
    departed_at: Timestamp,
    delay_minutes: i64,
    distance_miles: i64,
    origin: Str,
    destination: Str,
}

/// What the file calls the columns that are read.
const COLUMNS: [&str; 5] = ["date", "delay", "distance", "origin", "destination"];

/// Reads the flights of the Parquet file at `from`, and writes them to `to` as CSV, in the order in
/// which they were reported; those that were reported at once stay as they are. Says how many there
/// are.
///
/// # Errors
/// If the file cannot be read, has other columns, or a flight lacks something; or if `to` cannot be
/// written.
pub fn flights_csv(from: &Path, to: &Path) -> Result<usize> {
    let mut flights = read(from)?;
    flights.sort_by_key(|flight| flight.reported_at);
    write(&flights, to).map_err(|error| {
        wrong(to, "cannot be written", error, "choose a folder that is there and has room")
    })?;
    Ok(flights.len())
}

fn read(from: &Path) -> Result<Vec<Flight>> {
    let file = File::open(from);
    let file = file.map_err(|error| wrong(from, "cannot be read", error, "check the path"))?;
    let reader = SerializedFileReader::new(file).map_err(|error| {
        wrong(from, "cannot be understood", error, "it has to be a Parquet file")
    })?;
    let places = places(&reader).map_err(|missing| {
        let why = format!("it has no column `{missing}`");
        wrong(from, "holds no flights", why, "the columns have to be those of the data set")
    })?;
    let flight = |(number, row): (usize, Result<Row, ParquetError>)| {
        row.and_then(|row| flight(&row, places)).map_err(|error| {
            let what = format!("has a flight that is not whole, number {}", number + 1);
            wrong(from, &what, error, "leave it out of the file")
        })
    };
    reader.into_iter().enumerate().map(flight).collect()
}

/// Where the columns are, or the name of one that is not there.
fn places(reader: &SerializedFileReader<File>) -> Result<[usize; 5], &'static str> {
    let there = reader.metadata().file_metadata().schema_descr().columns();
    let mut places = [0; 5];
    for (place, name) in places.iter_mut().zip(COLUMNS) {
        *place = there.iter().position(|column| column.name() == name).ok_or(name)?;
    }
    Ok(places)
}

fn flight(row: &Row, places: [usize; 5]) -> Result<Flight, ParquetError> {
    let [date, delay, distance, origin, destination] = places;
    let departed_at = Timestamp::from_millis(row.get_timestamp_micros(date)?.div_euclid(1_000));
    let delay_minutes = row.get_long(delay)?;
    Ok(Flight {
        reported_at: departed_at + minutes(delay_minutes.max(0)),
        departed_at,
        delay_minutes,
        distance_miles: row.get_long(distance)?,
        origin: Str::from(row.get_string(origin)?.as_str()),
        destination: Str::from(row.get_string(destination)?.as_str()),
    })
}

fn write(flights: &[Flight], to: &Path) -> Result<(), csv::Error> {
    let mut lines = WriterBuilder::new().from_path(to)?;
    flights.iter().try_for_each(|flight| lines.serialize(flight))?;
    Ok(lines.flush()?)
}

fn wrong(file: &Path, what: &str, why: impl Display, help: &str) -> Error {
    Error::new(format!("`{}` {what}: {why}\n  help: {help}", file.display()))
}

#[cfg(test)]
mod tests;
