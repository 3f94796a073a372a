//! A source of one's own: a thermometer that knows how far it has told everything.

#![expect(clippy::print_stdout, reason = "the last words of the run are for a person")]

use heliostat::graph::ReadSpec;
use heliostat::prelude::*;
use heliostat_direct as _;
use heliostat_micro_batch as _;
use heliostat_per_record as _;
use std::cell::OnceCell;

/// Mean temperatures of a simulated day
#[derive(clap::Args)]
struct Options {
    /// How many minutes are measured
    #[arg(long, default_value_t = 24 * 60)]
    minutes: u32,
}

/// Measures once a minute from 1970 on, until the minute of this number.
struct Thermometer(u32);

/// The next minute and the last.
struct Measuring(u32, u32);

impl Measuring {
    fn now(&self) -> Timestamp {
        Timestamp::secs(i64::from(self.0) * 60)
    }
}

impl Read for Thermometer {
    type Element = f64;
    type Restriction = (u32, u32);
    type Reader = Measuring;

    fn spec(&self) -> ReadSpec {
        ReadSpec {
            boundedness: Boundedness::Unbounded,
            has_watermark_policy: true,
            ..ReadSpec::bounded("a thermometer")
        }
    }

    fn split(&self) -> Result<Vec<(u32, u32)>> {
        Ok(vec![(0, self.0)])
    }

    fn open(&self, (next, end): (u32, u32)) -> Result<Measuring> {
        Ok(Measuring(next, end))
    }
}

impl Reader for Measuring {
    type Element = f64;
    type Restriction = (u32, u32);

    /// A quarter of an hour at a time, coldest at midnight.
    fn fill(&mut self, rows: &mut Rows<'_, f64>, limit: usize) -> Result<Fill> {
        while self.0 < self.1 && rows.len() < limit.min(15) {
            let turn = f64::from(self.0) / (24.0 * 60.0) * std::f64::consts::TAU;
            rows.push(10.0 - 5.0 * turn.cos(), self.now());
            self.0 += 1;
        }
        Ok(if self.0 < self.1 { Fill::More } else { Fill::Done })
    }

    fn position(&self) -> (u32, u32) {
        (self.0, self.1)
    }

    /// All minutes before the next are told.
    fn watermark(&self) -> Timestamp {
        self.now()
    }
}

fn main() -> Exit {
    // Of the pipelines that are built with the same options the first one runs.
    let shown = OnceCell::new();
    let build = |pipeline: &Pipeline, options: &Options| {
        let six_hours = Window::fixed(hours(6)).allowed_lateness(Duration::ZERO);
        let means = pipeline
            .read(Thermometer(options.minutes))
            .window(six_hours)
            .combine_globally_without_default(Mean)
            .windowed()
            .collect();
        shown.get_or_init(|| means);
        Ok(())
    };
    heliostat::launch("custom-source", build).then(|summary| {
        let means = shown.get().map(|means| summary.result.collected(means));
        for mean in means.into_iter().flatten() {
            println!("{} to {}: {:.1} degrees", mean.window.start(), mean.window.end(), mean.value);
        }
    })
}
