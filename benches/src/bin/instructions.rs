//! Runs W2 and what is like it, by hand or through a grouping, for a tool that counts
//! instructions.

#![expect(clippy::print_stdout, reason = "the check is for a person and for the script")]

use clap::{Parser, ValueEnum};
use heliostat::{
    ByTime, Result, Window, after_processing_time, after_watermark, hours, minutes, repeatedly,
    secs,
};
use heliostat_benches::check::Check;
use heliostat_benches::engine::Engine;
use heliostat_benches::keyed::{self, Keyed};
use heliostat_benches::w2::{self, BATCH_EVENTS};
use heliostat_runner_core::GroupingPath;
use std::hint::black_box;

/// Computes W2 over the first events of the full workload.
///
/// `benches/instructions.sh` runs it twice with as many events made and a different number of
/// them used, so that the difference holds neither start nor generator.
#[derive(Parser)]
struct Options {
    /// What to run.
    way: Way,
    /// How many events to use, or keys.
    #[arg(long, default_value_t = 2_000_000)]
    events: usize,
    /// How many events to make, at least as many as are used.
    #[arg(long, default_value_t = 2_000_000)]
    made: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum Way {
    /// The loop written by hand.
    Loop,
    /// Source column, grouping, kernels.
    Aligned,
    /// The loop for sliding windows.
    SlidingLoop,
    /// The grouping in sliding windows.
    Sliding,
    /// The loop for panes by count.
    CountLoop,
    /// The grouping with panes by count.
    Count,
    /// The loop for sessions.
    SessionsLoop,
    /// The grouping in sessions.
    Sessions,
    /// The grouping with panes by processing time, which a batch of a thousand takes 1 ms of.
    ProcessingTime,
    /// A step that reads and writes a value cell for each event.
    Value,
    /// A step that sets a timer for each event.
    Timer,
    /// A watermark that passes nothing, over keys in one window: aligned.
    AdvanceAligned,
    /// The same on the general path.
    AdvanceGeneral,
    /// The same with a pending deadline for each key.
    AdvanceDeadlines,
}

/// How often the watermark moves.
const ADVANCES: i64 = 1_000;

fn main() -> Result<()> {
    use GroupingPath::{Aligned, General};
    let Options { way, events: used, made } = Options::parse();
    let made_events = || {
        let mut events = w2::first_events(made.max(used), w2::EVENTS);
        events.truncate(used);
        black_box(events)
    };
    let minute = || Window::fixed(minutes(1));
    let now_and_then = || Window::global().trigger(repeatedly(after_processing_time(secs(1))));
    let hourly = || after_watermark().early(after_processing_time(hours(1)));
    let run =
        |window: Window<ByTime>, path, batch| Engine::new(made_events(), window, path).run(batch);
    let advance = |window: Window<ByTime>, path| -> Result<Check> {
        let mut engine = Engine::new(Vec::new(), window, path);
        engine.fill(used as u64)?;
        engine.advance_repeatedly(ADVANCES);
        Ok(engine.seen())
    };
    let check = match way {
        Way::Loop => w2::by_hand(&made_events()),
        Way::Aligned => run(minute(), Aligned, BATCH_EVENTS)?,
        Way::SlidingLoop => w2::sliding_by_hand(&made_events()),
        Way::Sliding => run(w2::sliding(), Aligned, BATCH_EVENTS)?,
        Way::CountLoop => w2::counted_by_hand(&made_events()),
        Way::Count => run(w2::counted(), General, BATCH_EVENTS)?,
        Way::SessionsLoop => w2::sessions_by_hand(&made_events()),
        Way::Sessions => run(w2::sessions(), General, BATCH_EVENTS)?,
        Way::ProcessingTime => run(now_and_then().discarding(), General, 1_000)?,
        Way::Value => keyed::run(made_events(), Keyed::Value, BATCH_EVENTS)?,
        Way::Timer => keyed::run(made_events(), Keyed::Timer, BATCH_EVENTS)?,
        Way::AdvanceAligned => advance(minute(), Aligned)?,
        Way::AdvanceGeneral => advance(minute(), General)?,
        Way::AdvanceDeadlines => advance(minute().trigger(hourly()).discarding(), General)?,
    };
    println!("{} rows, check {}", check.rows, check.sum);
    Ok(())
}
