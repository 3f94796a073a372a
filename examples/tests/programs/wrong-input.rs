//! Everything that can be wrong with a pipeline, chosen by `--case`.

#![expect(clippy::print_stderr, reason = "a test waits for these words")]

use heliostat::prelude::*;
use heliostat_direct as _;
use heliostat_files::{csv, json_lines};
use heliostat_micro_batch as _;
use heliostat_per_record as _;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

#[derive(clap::Args)]
struct Options {
    #[arg(long)]
    case: Case,
    #[arg(long)]
    input: PathBuf,
    #[arg(long)]
    output: PathBuf,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Case {
    /// Nothing is wrong with the pipeline.
    Tolerant,
    Strict,
    PanickingMap,
    FailingFlatMap,
    /// Holds its first bundle until standard input says something.
    Holding,
    DuplicateName,
    EndlessGroup,
}

#[derive(Clone, Serialize, Deserialize)]
struct Sale {
    fruit: Str,
    second: i64,
    pieces: i64,
    boxes: i64,
}

/// Says that the first number has come, and waits for a line.
fn hold(number: u64) -> Result<u64> {
    if number == 0 {
        eprintln!("holding");
        std::io::stdin().read_line(&mut String::new())?;
    }
    Ok(number)
}

fn boxed(sale: &Sale, out: &mut Emit<'_, Str>) -> Result<()> {
    if sale.boxes == 0 {
        return Err(Error::new(format!("{} come without a box", sale.fruit)));
    }
    out.emit(sale.fruit.clone());
    Ok(())
}

fn wrong(pipeline: &Pipeline, options: &Options) -> Result<()> {
    let sales = csv::<Sale>(&options.input);
    let output = &options.output;
    match options.case {
        Case::Tolerant => {
            pipeline.read(sales).write(json_lines(output));
        }
        Case::Strict => {
            pipeline.read(sales.strict()).write(json_lines(output));
        }
        Case::PanickingMap => {
            let each = pipeline.read(sales).map(|sale| sale.pieces / sale.boxes);
            each.named("Pieces per box").write(json_lines(output));
        }
        Case::FailingFlatMap => {
            pipeline.read(sales).flat_map_into(boxed).named("Boxed").write(json_lines(output));
        }
        Case::Holding => {
            let numbers = pipeline.read(generate_sequence(0..1_000_000));
            let held = numbers.flat_map_into(|number, out: &mut Emit<'_, u64>| {
                hold(*number).map(|number| out.emit(number))
            });
            held.named("Hold").write(json_lines(output));
        }
        Case::DuplicateName => {
            let pieces = pipeline.read(sales).map(|sale| sale.pieces).named("Pieces");
            pieces.map(|pieces| pieces + 1).named("Pieces").write(json_lines(output));
        }
        Case::EndlessGroup => {
            let sales = sales.event_time(|sale| Timestamp::secs(sale.second));
            pipeline
                .read(sales.replay(bounded_disorder(secs(10))))
                .map(|sale| (sale.fruit, sale.pieces))
                .sum_per_key()
                .write(json_lines(output));
        }
    }
    Ok(())
}

fn main() -> Exit {
    heliostat::launch("wrong-input", wrong)
}
