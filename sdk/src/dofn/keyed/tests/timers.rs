//! What callbacks ask of timers, and what they put out.

use super::{moment, process, seconds, work};
use crate::batch::{Batch, ColumnExt, Meta};
use crate::graph::{DueTimer, RowId, TimerRequest, TimerSetting};
use crate::{
    Context, Declare, DoFn, Duration, FiredTimer, Result, Str, Timer, TimerFamily, Timestamp, secs,
};

/// Does with its timers what elements tell.
#[derive(Clone, Copy)]
struct Ring {
    event: Timer<Self>,
    processing: Timer<Self>,
    family: TimerFamily<Self>,
}

impl Ring {
    fn declared(declare: &mut Declare<Self>) -> Self {
        declare.on_window_expiration(|ring: &Self, (), context| {
            let words = format!("expired {}", context.key());
            context.emit(words);
            ring.event.clear(context)
        });
        Self {
            event: declare.event_timer("event", Self::on_event),
            processing: declare.processing_timer("processing", |_, _, _, _| Ok(())),
            family: declare.event_timer_family("family", |_, _, fired, context| {
                context.emit(fired.tag.to_string());
                Ok(())
            }),
        }
    }

    fn on_event(
        &self,
        _: &mut (),
        fired: &FiredTimer,
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        let words = format!("{} {}", fired.at, context.window()?);
        context.emit(words);
        context.emit_at("later".to_owned(), context.timestamp() + secs(1))?;
        self.processing.set(context, Timestamp::secs(50))
    }
}

impl DoFn for Ring {
    type Input = (u8, (u8, i64));
    type Output = String;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        _: &mut (),
        (_, (deed, n)): (u8, (u8, i64)),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        let at = Timestamp::secs(n);
        match deed {
            0 => self.event.set(context, at),
            1 => self.processing.set(context, at),
            2 => self.event.set_relative(context, secs(n)),
            3 => self.processing.set_relative(context, secs(n)),
            4 => self.processing.set_aligned(context, secs(n), secs(60)),
            5 => self.event.output_at(at).set(context, Timestamp::secs(9)),
            6 => self.processing.without_hold().set(context, at),
            7 => self.family.tag("x").set(context, at),
            8 => self.event.clear(context),
            _ => self.event.set_aligned(context, secs(n), secs(60)),
        }
    }

    fn allowed_skew(&self) -> Duration {
        secs(1)
    }
}

/// What one element, at second 4 of a window up to second 10 that takes late ones for 5 more, asks
/// of a timer; the watermark is at second 3, the clock at 100.
fn request(deed: u8, n: i64) -> Result<(u32, Str, Option<TimerSetting>)> {
    let mut work = work(Ring::declared);
    process::<_, String>(&mut *work, vec![(7_u8, (deed, n))], &seconds(0, 10), 100)?;
    let mut requests = std::mem::take(work.timer_requests());
    let TimerRequest { row, timer, tag, set } = requests.remove(0);
    assert_eq!((row, requests.len()), (RowId(0), 0));
    Ok((timer, tag, set))
}

#[test]
fn a_timer_is_set_as_the_model_says() {
    let (at, expiry) = (Timestamp::secs, Timestamp::from_millis(14_999));
    for (deed, n, timer, to, output, holds) in [
        (0, 8, 0, at(8), at(8), true),
        (0, -5, 0, at(-5), at(-5), true),
        (1, 8, 1, at(8), at(4), true),
        (2, 2, 0, at(5), at(5), true),
        (2, 100, 0, expiry, expiry, true),
        (3, 2, 1, at(102), at(4), true),
        (4, 2, 1, at(118), at(4), true),
        (5, 3, 0, at(9), at(3), true),
        (6, 8, 1, at(8), at(4), false),
        (9, 2, 0, expiry, expiry, true),
    ] {
        let expected = Some(TimerSetting { at: to, output, holds });
        assert_eq!(request(deed, n).unwrap(), (timer, Str::default(), expected), "{deed} {n}");
    }
    assert_eq!(request(8, 0).unwrap(), (0, Str::default(), None));
    assert_eq!(request(7, 8).unwrap().1, "x");
}

#[test]
fn a_timer_cannot_be_set_past_its_bounds() {
    for (deed, n, words) in [
        (0, 15, "event timer `event` cannot be set to 1970-01-01T00:00:15Z"),
        (0, 15, "expires at 1970-01-01T00:00:14.999Z"),
        (5, 2, "cannot have output timestamp 1970-01-01T00:00:02Z: it is set at"),
        (5, 15, "cannot have output timestamp 1970-01-01T00:00:15Z: window"),
    ] {
        let error = request(deed, n).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn what_callbacks_put_out_is_described_when_asked() {
    let mut work = work(Ring::declared);
    process::<_, String>(&mut *work, vec![(7_u8, (0_u8, 8_i64))], &seconds(0, 10), 0).unwrap();
    work.timer_requests().clear();
    let row = work.open_rows()[0];
    let mut out = [Batch::of(Vec::<String>::new(), Meta::default())];
    let (at, output) = (Timestamp::secs(8), Timestamp::secs(6));
    let due = |timer, tag: &str| DueTimer { row, timer, tag: Str::from(tag), at, output };
    work.on_timer(&due(0, ""), moment(0), &mut out).unwrap();
    work.on_timer(&due(2, "y"), moment(0), &mut out).unwrap();
    let set = work.timer_requests()[0].set.unwrap();
    assert_eq!((set.at, set.output), (Timestamp::secs(50), output));
    let error = work.on_window_expiration(row, moment(0), &mut out).unwrap_err();
    assert!(error.to_string().contains("timer `event` cannot be used while"), "{error}");
    work.describe(&mut out);
    let first = format!("{at} {}", seconds(0, 10));
    assert_eq!(out[0].values.typed::<String>(), &[&first, "later", "y", "expired 7"]);
    let times: Vec<i64> = (0..4).map(|it| out[0].meta.timestamps.at(it).millis()).collect();
    assert_eq!(times, [6_000, 7_000, 6_000, 9_999]);
    assert_eq!(*out[0].meta.panes.at(0), crate::PaneInfo::NO_FIRING);
    work.describe(&mut out);
    assert_eq!(out[0].len(), 4);
}

#[test]
fn ids_are_given_once_and_handles_work_in_their_own_step() {
    let twice = crate::catch_panic(|| {
        drop(work(|declare| {
            declare.event_timer("event", Ring::on_event);
            Ring::declared(declare)
        }));
    });
    let words = twice.map_err(|panicked| panicked.message).unwrap_err();
    assert!(words.contains("`event` is already declared"), "{words}");

    let mut handles = None;
    drop(work(|declare| *handles.insert(Ring::declared(declare))));
    let mut other = work(|declare| {
        declare.time_sorted_input();
        handles.expect("they were just declared")
    });
    let deed = vec![(7_u8, (0_u8, 8_i64))];
    let error = process::<_, String>(&mut *other, deed, &seconds(0, 10), 0).unwrap_err();
    assert!(error.to_string().contains("a step that has not declared it"), "{error}");
}
