//! Windows of one's own: business days, and phone calls that are over when someone hangs up.

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use clap::Args;
use heliostat::prelude::*;
use heliostat_direct as _;
use heliostat_micro_batch as _;
use heliostat_per_record as _;
use serde::Serialize;
use std::cell::OnceCell;

/// Signals of phones, counted by business day and by call
#[derive(Args)]
struct Options {
    /// How long nothing comes before a call is over
    #[arg(long, default_value = "5m")]
    gap: Duration,
}

/// What a phone tells: its number and `dial`, `talk` or `hang up`.
type Signal = (Str, Str);

/// A day from Monday to Friday, or a weekend in one window, in UTC.
#[derive(Serialize)]
struct BusinessDays;

impl<T> AssignWindows<T> for BusinessDays {
    fn assign(&self, _: &T, at: Timestamp, _: &Interval, windows: &mut Vec<Interval>) {
        // 1970-01-05 was a Monday.
        let monday = at - (at - days(4)).rem_euclid(days(7));
        let (midnight, saturday) = (at - at.rem_euclid(days(1)), monday + days(5));
        windows.push(match midnight < saturday {
            true => Interval::new(midnight, midnight + days(1)),
            false => Interval::new(saturday, saturday + days(2)),
        });
    }
}

/// A session that is over as soon as someone hangs up, or when nothing has come for the gap.
///
/// The window of a session that is over ends a millisecond behind its last signal and says so in
/// its payload; any other one ends a gap behind it.
#[derive(Serialize)]
struct Calls {
    gap: Duration,
}

const OVER: &[u8] = b"over";

impl Calls {
    /// The time of the last signal in a window, and whether it ended the call.
    fn last(&self, window: &Interval) -> (Timestamp, bool) {
        let over = window.payload() == OVER;
        (window.end() - if over { millis(1) } else { self.gap }, over)
    }

    fn end(&self, (last, over): (Timestamp, bool)) -> Timestamp {
        last + if over { millis(1) } else { self.gap }
    }

    fn window(&self, start: Timestamp, last: (Timestamp, bool)) -> Interval {
        let window = Interval::new(start, self.end(last));
        if last.1 { window.with_payload(OVER) } else { window }
    }
}

impl AssignWindows<Signal> for Calls {
    fn assign(&self, signal: &Signal, at: Timestamp, _: &Interval, windows: &mut Vec<Interval>) {
        windows.push(self.window(at, (at, signal.1 == "hang up")));
    }
}

impl MergeWindows for Calls {
    /// Joins windows that overlap. The later of two last signals is the last one: a hanging up that
    /// comes after later signals divides nothing, since what has grown together stays together.
    fn merge(&self, windows: &[Interval], merges: &mut Merges) {
        let mut rest = windows;
        while let Some(first) = rest.first() {
            let mut last = self.last(first);
            let joining = rest.iter().take_while(|window| {
                let joins = window.start() < self.end(last);
                last = if joins { last.max(self.last(window)) } else { last };
                joins
            });
            let (call, behind) = rest.split_at(joining.count());
            if 1 < call.len() {
                merges.merge(call.iter().cloned(), self.window(first.start(), last));
            }
            rest = behind;
        }
    }
}

/// Signals of a Friday, of the Saturday behind it, and of the Monday behind that.
fn signals(pipeline: &Pipeline) -> PCollection<Signal> {
    let signals = [
        ("555-1", "dial", "2024-05-03T09:00:00Z"),
        ("555-1", "talk", "2024-05-03T09:02:00Z"),
        ("555-1", "hang up", "2024-05-03T09:03:30Z"),
        ("555-1", "dial", "2024-05-03T09:04:00Z"),
        ("555-1", "talk", "2024-05-03T09:07:00Z"),
        ("555-2", "dial", "2024-05-04T20:01:00Z"),
        ("555-2", "hang up", "2024-05-04T20:01:10Z"),
        ("555-2", "dial", "2024-05-05T08:00:00Z"),
        ("555-2", "dial", "2024-05-06T08:00:00Z"),
    ];
    pipeline.create_timestamped(signals.map(|(phone, what, at)| {
        ((Str::from(phone), Str::from(what)), at.parse().expect("it is a time"))
    }))
}

fn main() -> Exit {
    // Of the pipelines that are built with the same options the first one runs.
    let shown = OnceCell::new();
    let build = |pipeline: &Pipeline, options: &Options| {
        let signals = signals(pipeline);
        let by_day = signals.window(Window::custom(BusinessDays)).count_per_key();
        let calls = Window::custom_merging(Calls { gap: options.gap });
        let by_call = signals.window(calls).count_per_key();
        let counts = [by_day.named("By day"), by_call.named("By call")];
        let counts = counts.map(|counts| counts.windowed().collect());
        shown.get_or_init(|| counts);
        Ok(())
    };
    heliostat::launch("custom-window", build).then(|summary| {
        for (about, counts) in
            ["business day", "call"].iter().zip(shown.get().into_iter().flatten())
        {
            let mut counts: Vec<Windowed<(Str, u64)>> = summary.result.collected(counts);
            counts.sort_by_key(|count| (count.window.start(), count.value.0.clone()));
            println!("signals by {about}:");
            for Windowed { value: (phone, count), window, .. } in counts {
                println!("  {phone} {window}: {count}");
            }
        }
    })
}
