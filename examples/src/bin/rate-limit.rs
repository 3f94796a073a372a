//! Alerts for flights that leave late, at most a few per airport and hour; what was held back is
//! summed up when the hour is over.
//!
//! It shows a cell that begins empty in each window, and a timer at the end of the window:
//!
//! ```sh
//! cargo run -p heliostat-examples --bin rate-limit -- run --input examples/data/flights-20k.csv
//! ```

#![expect(clippy::print_stdout, reason = "the last words of the run are for a person")]

use heliostat::Summary;
use heliostat::prelude::*;
use heliostat_direct as _;
use heliostat_files::csv;
use heliostat_micro_batch as _;
use heliostat_per_record as _;
use serde::{Deserialize, Serialize};
use std::cell::OnceCell;
use std::path::PathBuf;

/// Alerts for late flights, at most a few per airport and hour
#[derive(clap::Args)]
struct Options {
    /// The flights, as CSV
    #[arg(long)]
    input: PathBuf,
    /// How many alerts of an airport go through in each window
    #[arg(long, default_value_t = 2)]
    most: u64,
    /// The length of a window
    #[arg(long, default_value = "1h")]
    per: Duration,
}

#[derive(Clone, Serialize, Deserialize)]
struct Flight {
    departed_at: Timestamp,
    delay_minutes: i64,
    origin: Str,
}

/// Lets the first few elements of each key and window through.
struct RateLimit {
    most: u64,
    seen: CombiningState<Self, i64, Count>,
    over: Timer<Self>,
    held_back: Output<Self, (Str, u64)>,
}

impl DoFn for RateLimit {
    type Input = (Str, i64);
    type Output = (Str, i64);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        _: &mut (),
        (origin, delay): (Str, i64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        self.seen.add(context, delay)?;
        if self.seen.get(context)? <= self.most {
            context.emit((origin, delay));
            return Ok(());
        }
        self.over.set(context, context.window()?.max_timestamp())
    }
}

/// The alerts, and for each airport and hour how many were held back.
type Alerts = (Collected<(Str, i64)>, Collected<Windowed<(Str, u64)>>);

fn alerts(pipeline: &Pipeline, options: &Options) -> Alerts {
    let file = csv::<Flight>(&options.input).event_time(|flight| flight.departed_at);
    let most = options.most;
    let limited = pipeline
        // No flight is reported more than a day behind another.
        .read(file.replay(bounded_disorder(days(1))))
        .filter(|flight| 15 <= flight.delay_minutes)
        .map(|flight| (flight.origin, flight.delay_minutes))
        .window(Window::fixed(options.per))
        .par_do_with(|declare| RateLimit {
            most,
            seen: declare.combining("seen", Count),
            over: declare.event_timer("over", |limit, _, _, context| {
                let held_back = limit.seen.get(context)? - limit.most;
                context.emit_to(limit.held_back, (context.key().clone(), held_back));
                Ok(())
            }),
            held_back: declare.output("held back"),
        })
        .named("Limit alerts");
    (limited.main().collect(), limited.output(|limit| limit.held_back).windowed().collect())
}

fn main() -> Exit {
    // Of the pipelines that are built with the same options the first one runs.
    let found = OnceCell::new();
    let build = |pipeline: &Pipeline, options: &Options| {
        let alerts = alerts(pipeline, options);
        found.get_or_init(|| alerts);
        Ok(())
    };
    heliostat::launch("rate-limit", build).then(|summary| report(summary, found.get()))
}

fn report(summary: &Summary, alerts: Option<&Alerts>) {
    let Some((alerts, held_back)) = alerts else { return };
    let alerts = summary.result.collected(alerts).len();
    let mut held = summary.result.collected(held_back);
    held.sort_by_key(|it| (std::cmp::Reverse(it.value.1), it.value.0.clone(), it.timestamp));
    let sum: u64 = held.iter().map(|it| it.value.1).sum();
    println!("{alerts} alerts, {sum} held back, the most of them at");
    for Windowed { value: (origin, alerts), window, .. } in held.iter().take(5) {
        println!("  {origin} from {}: {alerts}", window.start());
    }
}
