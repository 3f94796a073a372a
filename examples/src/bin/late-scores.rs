//! Ten scores of a game that come late, summed in all the ways of the Dataflow paper's figures.

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use clap::Args;
use heliostat::prelude::*;
use heliostat_direct as _;
use heliostat_micro_batch as _;
use heliostat_per_record as _;
use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Sums of ten scores that come late, as in figures 6 to 14 of 'The Dataflow Model' (VLDB 2015)
#[derive(Args)]
struct Options {
    /// The figure, from 6 to 14
    #[arg(long, default_value_t = 13, value_parser = clap::value_parser!(u32).range(6..=14))]
    figure: u32,
}

/// 12:00:00, in seconds since midnight; all times below count from it.
const NOON: i64 = 43_200;

/// Points, when they were made, when they came: the sums are the paper's, the seconds ours.
#[rustfmt::skip]
const SCORES: [(i64, i64, i64); 10] = [
    (5, 30, 320), (7, 130, 340), (3, 220, 370), (4, 230, 390), (3, 270, 410),
    (8, 180, 430), (3, 400, 445), (9, 80, 500), (8, 440, 520), (1, 470, 530),
];

/// The watermark of a source that has to guess: what it says, and when.
#[rustfmt::skip]
const WATERMARK: [(i64, i64); 12] = [
    (30, 340), (80, 370), (120, 385), (160, 410), (200, 430), (240, 445),
    (300, 465), (360, 490), (410, 520), (450, 541), (480, 560), (540, 580),
];

/// Its number, what it shows, and in which windows and when sums are made.
type Figure = (u32, &'static str, Window);

fn figures() -> Vec<Figure> {
    let minutely = || after_processing_time(secs(0)).aligned_to(minutes(1));
    let fixed = || Window::fixed(minutes(2)).allowed_lateness(hours(1)).accumulating();
    let global = || Window::global().discarding().on_time_behavior(OnTimeBehavior::IfNonEmpty);
    let micro_batches = fixed().on_time_behavior(OnTimeBehavior::IfNonEmpty);
    let partial = || after_watermark().early(minutely()).late(after_count(1));
    let sessions = Window::sessions(minutes(1)).allowed_lateness(hours(1)).accumulating();
    vec![
        (6, "a batch", Window::global()),
        (7, "every minute, accumulating", global().accumulating().trigger(repeatedly(minutely()))),
        (8, "every minute, discarding", global().trigger(repeatedly(minutely()))),
        (9, "by twos, discarding", global().trigger(repeatedly(after_count(2)))),
        (10, "windows of two minutes, a batch", Window::fixed(minutes(2))),
        (11, "the same, micro-batches", micro_batches.trigger(repeatedly(minutely()))),
        (12, "the same, streaming", fixed().trigger(after_watermark().late(after_count(1)))),
        (13, "the same, streaming with early sums", fixed().trigger(partial())),
        (14, "sessions, without their retractions", sessions.trigger(partial())),
    ]
}

/// The scores as they come, and beside them a stream that tells the processing time of each event.
fn script(figure: u32) -> TestStreams<i64> {
    // A deadline at the full minute is due when the minute is over.
    let mut events: Vec<_> = (6..=10).map(|minute| (minute * 60_000 + 1, None, None)).collect();
    events.extend(SCORES.map(|(points, made, came)| (came * 1_000, None, Some((points, made)))));
    // A batch has no watermark before its end.
    let watermark = WATERMARK.iter().filter(|_| !matches!(figure, 6 | 10 | 11));
    events.extend(watermark.map(|(to, said)| (said * 1_000 + 1, Some(*to), None)));
    events.sort();
    let (mut now, mut script) = (0, TestStreams::new(["scores", "clock"]));
    for (at, watermark, score) in events {
        let at = NOON * 1_000 + at;
        script = script.add("clock", [(at, time(0))]).processing_time(millis(at - now));
        now = at;
        script = match (score, watermark) {
            (Some((points, made)), _) => script.add("scores", [(points, time(made))]),
            (None, Some(to)) => script.watermark("scores", time(to)),
            (None, None) => script,
        };
    }
    if figure == 6 || figure == 10 { script.bounded() } else { script }
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::secs(NOON + seconds)
}

/// 12:05:20
fn words(at: Timestamp) -> String {
    at.to_string().chars().skip(11).take(8).collect()
}

/// When a sum came, and the sum.
type Shown = (i64, Windowed<i64>);

fn sums(pipeline: &Pipeline, figure: u32, window: Window) -> PCollection<Shown> {
    let streams = pipeline.test_streams(script(figure));
    let clock = Arc::new(AtomicI64::new(0));
    let face = Arc::clone(&clock);
    streams[1].map(move |at| clock.store(at, Ordering::SeqCst)).named("Clock").collect();
    streams[0]
        .window(window)
        .combine_globally_without_default(Sum)
        .named("Sum")
        .windowed()
        .map(move |sum| (face.load(Ordering::SeqCst), sum))
        .named("Look at the clock")
}

fn show(about: &str, mut sums: Vec<Shown>) {
    println!("{about}");
    sums.sort_by_key(|(at, sum)| (*at, sum.window.start(), sum.pane.index));
    for (at, Windowed { value, window, pane, .. }) in sums {
        let window = match window == Interval::GLOBAL {
            true => "all of time".to_owned(),
            false => format!("{} to {}", words(window.start()), words(window.end())),
        };
        println!("  {}  {window}: {value} {}", words(Timestamp::from_millis(at)), pane.timing);
    }
}

fn main() -> Exit {
    // Of the pipelines that are built with the same options the first one runs.
    let shown = OnceCell::new();
    let build = |pipeline: &Pipeline, options: &Options| {
        let figure = figures().into_iter().find(|figure| figure.0 == options.figure);
        let (figure, about, window) = figure.expect("the option takes no other");
        let sums = sums(pipeline, figure, window).collect();
        shown.get_or_init(|| (format!("figure {figure}: {about}"), sums));
        Ok(())
    };
    heliostat::launch("late-scores", build).then(|summary| {
        if let Some((about, sums)) = shown.get() {
            show(about, summary.result.collected(sums));
        }
    })
}
