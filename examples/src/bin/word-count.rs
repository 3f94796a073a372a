//! How often each word stands in a text.

#![expect(clippy::print_stdout, reason = "the last words of the run are for a person")]

use heliostat::Summary;
use heliostat::prelude::*;
use heliostat_direct as _;
use heliostat_files::{lines, read_lines};
use heliostat_micro_batch as _;
use heliostat_per_record as _;
use std::cell::OnceCell;
use std::cmp::Reverse;
use std::path::PathBuf;

/// How many words are shown.
const SHOWN: usize = 5;

/// How often each word stands in a text
#[derive(clap::Args)]
struct Options {
    /// The text
    #[arg(long)]
    input: PathBuf,
    /// The counts, a line for each word, in no order
    #[arg(long)]
    output: PathBuf,
}

fn words(line: &str, out: &mut Emit<'_, Str>) {
    for word in line.split(|character: char| !character.is_alphabetic()) {
        match word {
            "" => {}
            _ if word.chars().all(char::is_lowercase) => out.emit(word),
            _ => out.emit(word.to_lowercase()),
        }
    }
}

fn word_count(pipeline: &Pipeline, options: &Options) -> PCollection<(Str, u64)> {
    let counts = pipeline
        .read(read_lines(&options.input))
        .flat_map_into(|line, out: &mut Emit<'_, Str>| words(line, out))
        .named("Words")
        .count_per_element();
    counts.map(|(word, count)| format!("{word}: {count}")).write(lines(&options.output));
    counts
}

fn main() -> Exit {
    // Of the pipelines that are built with the same options the first one runs.
    let shown = OnceCell::new();
    let build = |pipeline: &Pipeline, options: &Options| {
        let counts = word_count(pipeline, options).collect();
        shown.get_or_init(|| counts);
        Ok(())
    };
    heliostat::launch("word-count", build).then(|summary| report(summary, shown.get()))
}

fn report(summary: &Summary, counts: Option<&Collected<(Str, u64)>>) {
    let Some(counts) = counts else { return };
    let mut counts = summary.result.collected(counts);
    counts.sort_by_key(|(word, count)| (Reverse(*count), word.clone()));
    println!("the most frequent of {} words:", counts.len());
    for (word, count) in counts.iter().take(SHOWN) {
        println!("  {word}: {count}");
    }
}
