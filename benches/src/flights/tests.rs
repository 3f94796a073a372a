//! Small Parquet files and the CSV they become.

use super::flights_csv;
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::fs::{File, create_dir_all, read_to_string, remove_dir_all, write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const SCHEMA: &str = "message root {
    OPTIONAL INT64 date (TIMESTAMP(MICROS, false));
    OPTIONAL INT64 delay;
    OPTIONAL INT64 distance;
    OPTIONAL BYTE_ARRAY origin (UTF8);
    OPTIONAL BYTE_ARRAY destination (UTF8);
}";

/// The second minute of 2001, in microseconds since 1970.
const SECOND_MINUTE: i64 = 978_307_260_000_000;
const MINUTE: i64 = 60_000_000;

/// A folder for the files of one test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn of(test: &str) -> Self {
        let name = format!("heliostat-flights-{test}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        create_dir_all(&folder).expect("there is a folder for temporary files");
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = remove_dir_all(&self.0);
    }
}

/// Writes flights of these departures and delays; a column without values is one of nulls.
fn parquet(path: &Path, schema: &str, departures: &[i64], delays: &[i64]) -> Result<PathBuf> {
    let compression = Compression::ZSTD(ZstdLevel::default());
    let properties = WriterProperties::builder().set_compression(compression).build();
    let schema = Arc::new(parse_message_type(schema)?);
    let mut file = SerializedFileWriter::new(File::create(path)?, schema, Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    let count = departures.len();
    for column in 0.. {
        let Some(mut writer) = group.next_column()? else { break };
        match column {
            0 => values::<Int64Type>(&mut writer, departures, count)?,
            1 => values::<Int64Type>(&mut writer, delays, count)?,
            2 => values::<Int64Type>(&mut writer, &vec![407; count], count)?,
            3 => values::<ByteArrayType>(&mut writer, &vec![ByteArray::from("LAS"); count], count)?,
            _ => values::<ByteArrayType>(&mut writer, &vec![ByteArray::from("OAK"); count], count)?,
        }
        writer.close()?;
    }
    group.close()?;
    file.close()?;
    Ok(path.to_owned())
}

fn values<T: DataType>(
    writer: &mut parquet::file::writer::SerializedColumnWriter<'_>,
    values: &[T::T],
    count: usize,
) -> Result<()> {
    let there: Vec<i16> = (0..count).map(|at| i16::from(at < values.len())).collect();
    writer.typed::<T>().write_batch(values, Some(&there), None).map(drop)
}

#[test]
fn flights_come_in_the_order_of_their_reports() {
    let departures = [0, 1, 2, 2].map(|minute| SECOND_MINUTE + minute * MINUTE);
    let folder = Folder::of("order");
    let (from, to) = (folder.path("late.parquet"), folder.path("late.csv"));
    parquet(&from, SCHEMA, &departures, &[5, -3, 0, 3]).expect("it can be written");
    assert_eq!(flights_csv(&from, &to).ok(), Some(4));
    let expected = "reported_at,departed_at,delay_minutes,distance_miles,origin,destination\n\
        2001-01-01T00:02:00Z,2001-01-01T00:02:00Z,-3,407,LAS,OAK\n\
        2001-01-01T00:03:00Z,2001-01-01T00:03:00Z,0,407,LAS,OAK\n\
        2001-01-01T00:06:00Z,2001-01-01T00:01:00Z,5,407,LAS,OAK\n\
        2001-01-01T00:06:00Z,2001-01-01T00:03:00Z,3,407,LAS,OAK\n";
    assert_eq!(read_to_string(&to).ok().as_deref(), Some(expected));
}

#[test]
fn a_file_that_holds_no_flights_says_what_is_wrong() {
    let folder = Folder::of("wrong");
    let no_parquet = folder.path("text.parquet");
    write(&no_parquet, "no flights").expect("it can be written");
    let renamed = SCHEMA.replace("delay", "late_by");
    let departures = [SECOND_MINUTE; 2];
    let parquet = |name, schema, departures, delays| {
        parquet(&folder.path(name), schema, departures, delays).expect("it can be written")
    };
    for (file, said) in [
        (folder.path("nowhere.parquet"), "cannot be read"),
        (no_parquet, "cannot be understood"),
        (parquet("other.parquet", &renamed, &[], &[]), "it has no column `delay`"),
        (
            parquet("null.parquet", SCHEMA, &departures, &[1]),
            "has a flight that is not whole, number 2",
        ),
    ] {
        let error = flights_csv(&file, &folder.path("none.csv")).expect_err(said).to_string();
        assert!(error.contains(said) && error.contains("\n  help: "), "{error}");
    }
}

#[test]
fn a_csv_that_cannot_be_written_is_named() {
    let folder = Folder::of("nowhere");
    let (from, to) = (folder.path("one.parquet"), folder.path("nowhere/flights.csv"));
    parquet(&from, SCHEMA, &[SECOND_MINUTE], &[0]).expect("it can be written");
    let error = flights_csv(&from, &to).expect_err("there is no folder");
    assert!(error.to_string().contains("cannot be written"), "{error}");
}
