//! Groups more than may be in memory, and shows that no more than that is.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what it prints is for a person")]

use clap::Parser;
use heliostat::graph::{SinkStyle, WriteSpec};
use heliostat::prelude::*;
use heliostat::{Completion, Stopwatch, Written, generate_sequence};
use heliostat_micro_batch::{MicroBatchRunner, Rounds};
use nix::sys::resource::{UsageWho, getrusage};
use std::process::ExitCode;

/// What a run may take besides its state.
const BESIDES_MIB: f64 = 300.0;

/// Values of a key.
const PER_KEY: u64 = 100;

/// The bytes of a value.
const VALUE_BYTES: usize = 100;

/// Groups values of 100 bytes, a hundred a key, that come in no order: ten gigabytes of them with a
/// gigabyte of state in memory. Fails if the process takes 300 MiB more than that.
#[derive(Parser)]
struct Options {
    /// How many gigabytes are grouped.
    #[arg(long, default_value_t = 10)]
    gigabytes: u64,
    /// How many mebibytes of state may be in memory.
    #[arg(long, default_value_t = 1_024)]
    limit_mib: usize,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    workers: usize,
    /// All in one round, as `--micro-batch.rounds once` does it, or in rounds.
    #[arg(long)]
    once: bool,
}

/// Counts groups and adds their values up.
struct Tally;

/// Groups, values, their sum.
#[derive(Default)]
struct TallyPart([u64; 3]);

impl Write for Tally {
    type Element = (u64, u64, u64);
    type Committable = [u64; 3];
    type Writer = TallyPart;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::AtEnd, about: "a tally".into() }
    }

    fn open(&self, _epoch: u64, _shard: u32) -> Result<TallyPart> {
        Ok(TallyPart::default())
    }

    fn commit(&self, parts: Vec<[u64; 3]>, _: Completion) -> Result<Written> {
        let mut all = [0_u64; 3];
        for part in &parts {
            all.iter_mut().zip(part).for_each(|(all, part)| *all = all.wrapping_add(*part));
        }
        let [groups, values, sum] = all;
        Ok(Written { place: format!("{values} values, sum {sum}"), elements: groups })
    }
}

impl Writer for TallyPart {
    type Element = (u64, u64, u64);
    type Committable = [u64; 3];

    fn write(&mut self, groups: &mut Vec<(u64, u64, u64)>) -> Result<()> {
        for (_, values, sum) in groups.drain(..) {
            let [all_groups, all_values, all_sum] = &mut self.0;
            *all_groups += 1;
            *all_values += values;
            *all_sum = all_sum.wrapping_add(sum);
        }
        Ok(())
    }

    fn prepare(self) -> Result<[u64; 3]> {
        Ok(self.0)
    }
}

/// The number of a value, in which nothing of its place is left.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

fn value(number: u64) -> String {
    format!("{:0VALUE_BYTES$}", mixed(number))
}

/// Groups so many values, and says what came of it.
fn run(options: &Options, values: u64) -> Result<Written, String> {
    let keys = values / PER_KEY;
    let pipeline = Pipeline::new();
    pipeline
        .read(generate_sequence(0..values))
        .map(move |number| (number % keys, value(number)))
        .group_by_key()
        .map(|(key, group)| {
            // What cannot be read is missing in the count.
            let numbers = group.iter().filter_map(|value| value.ok()?.parse::<u64>().ok());
            let (count, sum) =
                numbers.fold((0_u64, 0_u64), |(n, sum), number| (n + 1, sum.wrapping_add(number)));
            (key, count, sum)
        })
        .write(Tally)
        .named("Tally");
    let rounds = if options.once { Rounds::Once } else { Rounds::AvailableNow };
    let runner = MicroBatchRunner::default().workers(options.workers).rounds(rounds);
    let result = runner.state_bytes(options.limit_mib << 20).run(&pipeline);
    let mut result = result.map_err(|error| error.to_string())?;
    result.written.pop_first().map(|(_, written)| written).ok_or("nothing was written".into())
}

fn check(options: &Options) -> Result<(), String> {
    let values = options.gigabytes * 1_000_000_000 / VALUE_BYTES as u64 / PER_KEY * PER_KEY;
    let mut watch = Stopwatch::start();
    let written = run(options, values)?;
    let seconds = watch.lap_micros() as f64 / 1e6;
    let sum = (0..values).fold(0_u64, |sum, number| sum.wrapping_add(mixed(number)));
    let wanted = (values / PER_KEY, format!("{values} values, sum {sum}"));
    if (written.elements, &written.place) != (wanted.0, &wanted.1) {
        return Err(format!("{written:?} came out, not {wanted:?}"));
    }
    let usage = getrusage(UsageWho::RUSAGE_SELF).map_err(|error| error.to_string())?;
    let peak = usage.max_rss() as f64 / 1024.0;
    let most = options.limit_mib as f64 + BESIDES_MIB;
    println!(
        "{} GB in {} groups, {seconds:.0} s: peak {peak:.0} MiB with {} MiB of state in memory; at \
         most {most:.0}",
        options.gigabytes, written.elements, options.limit_mib
    );
    if most < peak { Err("it takes more memory than it may".into()) } else { Ok(()) }
}

fn main() -> ExitCode {
    match check(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("spill: {error}");
            ExitCode::FAILURE
        }
    }
}
