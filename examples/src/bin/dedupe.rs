//! Payments of which some are sent again: none goes through within an hour of another with its id.
//!
//! It shows a cell with the time of each id, a timer that forgets it, and input sorted by time, so
//! that the first by event time goes through, whatever came first:
//!
//! ```sh
//! cargo run -p heliostat-examples --bin dedupe -- run --input examples/data/payments.csv
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

/// Payments without those that were sent again
#[derive(clap::Args)]
struct Options {
    /// The payments, as CSV with `at`, `id` and `cents`
    #[arg(long)]
    input: PathBuf,
    /// How long behind a payment another one with its id is taken for the same
    #[arg(long, default_value = "1h")]
    within: Duration,
    /// How far out of order payments are expected to come
    #[arg(long, default_value = "5m")]
    disorder: Duration,
}

#[derive(Clone, Serialize, Deserialize)]
struct Payment {
    at: Timestamp,
    id: Str,
    cents: u64,
}

/// Lets a payment through unless one with its id went through shortly before.
struct Dedupe {
    within: Duration,
    /// When the last one went through.
    last: ValueState<Self, Timestamp>,
    /// Without it every id there ever was would be kept, since the window is all of time.
    forget: Timer<Self>,
    repeated: Output<Self, Payment>,
}

impl DoFn for Dedupe {
    type Input = (Str, Payment);
    type Output = Payment;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        _: &mut (),
        (_, payment): (Str, Payment),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        let last = self.last.read(context)?;
        if last.is_some_and(|&last| payment.at < last + self.within) {
            context.emit_to(self.repeated, payment);
            return Ok(());
        }
        self.last.write(context, payment.at)?;
        self.forget.set(context, payment.at + self.within)?;
        context.emit(payment);
        Ok(())
    }
}

/// What went through, and what was sent again.
type Found = (Collected<Payment>, Collected<Payment>);

fn dedupe(pipeline: &Pipeline, options: &Options) -> Found {
    let file = csv::<Payment>(&options.input).event_time(|payment| payment.at);
    let within = options.within;
    let payments = pipeline
        .read(file.replay(bounded_disorder(options.disorder)))
        .with_keys(|payment| payment.id.clone())
        .par_do_with(|declare| {
            declare.time_sorted_input();
            Dedupe {
                within,
                last: declare.value("last"),
                forget: declare.event_timer("forget", |it, _, _, context| it.last.clear(context)),
                repeated: declare.output("repeated"),
            }
        })
        .named("Dedupe");
    (payments.main().collect(), payments.output(|dedupe| dedupe.repeated).collect())
}

fn main() -> Exit {
    // Of the pipelines that are built with the same options the first one runs.
    let found = OnceCell::new();
    let build = |pipeline: &Pipeline, options: &Options| {
        let payments = dedupe(pipeline, options);
        found.get_or_init(|| payments);
        Ok(())
    };
    heliostat::launch("dedupe", build).then(|summary| report(summary, found.get()))
}

fn report(summary: &Summary, found: Option<&Found>) {
    let Some((payments, repeated)) = found else { return };
    let mut payments = summary.result.collected(payments);
    payments.sort_by_key(|payment| payment.at);
    for Payment { at, id, cents } in payments {
        println!("{at} {id}: {cents} cents");
    }
    let repeated = summary.result.collected(repeated).len();
    println!("{repeated} sent again, {} too late", summary.result.dropped().total());
}
