//! State and timers on direct.

use heliostat::prelude::*;
use heliostat::{RunError, RunResult};
use heliostat_direct::DirectRunner;

/// Gives each key's values, sorted, when the watermark passes the end of the window.
struct Buffer {
    seen: BagState<Self, i64>,
    flush: Timer<Self>,
}

impl Buffer {
    fn declared(declare: &mut Declare<Self>) -> Self {
        Self { seen: declare.bag("seen"), flush: declare.event_timer("flush", Self::on_flush) }
    }

    fn on_flush(
        &self,
        _: &mut (),
        fired: &FiredTimer,
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        let mut seen: Vec<i64> = self.seen.read(context)?.collect();
        seen.sort();
        self.seen.clear(context)?;
        let _ = fired;
        let key = context.key().clone();
        context.emit((key, seen));
        Ok(())
    }
}

impl DoFn for Buffer {
    type Input = (String, i64);
    type Output = (String, Vec<i64>);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        _: &mut (),
        (_, value): (String, i64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        self.seen.add(context, value)?;
        let end = context.window()?.max_timestamp();
        self.flush.set(context, end)
    }
}

#[test]
fn a_buffer_is_flushed_at_the_end_of_its_window() {
    for seed in 0..50 {
        let pipeline = Pipeline::new();
        let at = |n: i64| (("k".to_owned(), n), Timestamp::from_millis(n));
        let stream = TestStream::new()
            .add([at(1), at(2)])
            .watermark(Timestamp::from_millis(10))
            .add([at(3), at(12)])
            .end();
        let flushed = pipeline
            .test_stream(stream)
            .window(Window::fixed(millis(10)))
            .par_do_with(Buffer::declared)
            .named("Buffer");
        let seen = flushed.main().windowed().collect();
        let result = DirectRunner::default().seed(seed).run(&pipeline).expect("it runs");
        let seen: Vec<(Vec<i64>, i64)> = result
            .collected(&seen)
            .into_iter()
            .map(|it| (it.value.1, it.timestamp.millis()))
            .collect();
        assert_eq!(seen, [(vec![1, 2], 9), (vec![12], 19)]);
        assert_eq!(result.step("Buffer").dropped.late, 1);
    }
}

/// Sets a timer again and again, by a callback of the test.
struct Again {
    timer: Timer<Self>,
    by: Duration,
    fired: CombiningState<Self, i64, Sum>,
}

impl Again {
    /// A timer that is set `by` behind each firing.
    fn every(declare: &mut Declare<Self>, by: Duration) -> Self {
        let fired = declare.combining("fired", Sum);
        Self { timer: declare.event_timer("again", Self::on_timer), by, fired }
    }

    fn on_timer(
        &self,
        (): &mut (),
        fired: &FiredTimer,
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        self.fired.add(context, 1)?;
        context.emit(self.fired.get(context)?);
        self.timer.set(context, fired.at + self.by)
    }
}

impl DoFn for Again {
    type Input = (String, i64);
    type Output = i64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        (): &mut (),
        (_, at): (String, i64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        self.timer.set(context, Timestamp::from_millis(at))
    }
}

/// One element at 0, then this watermark, then the end.
fn started(pipeline: &Pipeline, watermark: i64) -> PCollection<(String, i64)> {
    let stream = TestStream::new()
        .add([(("k".to_owned(), 1), Timestamp::from_millis(0))])
        .watermark(Timestamp::from_millis(watermark))
        .end();
    pipeline.test_stream(stream)
}

fn run(pipeline: &Pipeline) -> Result<RunResult, RunError> {
    DirectRunner::default().trusting().run(pipeline)
}

#[test]
fn a_timer_that_never_lets_time_pass_is_an_error() {
    let pipeline = Pipeline::new();
    started(&pipeline, 10)
        .par_do_with(|it| Again::every(it, Duration::ZERO))
        .named("Loop")
        .main()
        .collect();
    let error = run(&pipeline).map(drop).expect_err("it would not end");
    assert_eq!(error.step(), Some("Loop"));
    assert!(error.to_string().contains("timer `again` was set 10000 times in a row"), "{error}");
}

#[test]
fn a_timer_that_loops_to_the_end_of_time_is_cut_there() {
    let pipeline = Pipeline::new();
    let fired = started(&pipeline, 10)
        .par_do_with(|it| Again::every(it, millis(3)))
        .named("Loop")
        .main()
        .collect();
    let result = run(&pipeline).expect("it ends");
    // At 1, 4 and 7 before the end of the input.
    let fired = result.collected(&fired).into_iter().max();
    assert_eq!(fired, Some(3 + 10_001));
}

#[test]
fn a_step_whose_output_nobody_reads_runs_too() {
    let pipeline = Pipeline::new();
    started(&pipeline, 10).par_do_with(|it| Again::every(it, secs(1))).named("Alone");
    let result = run(&pipeline).expect("it ends");
    assert_eq!(result.step("Alone").elements_in, 1);
    assert!(result.step("Alone").elements_out > 0);
}

#[test]
fn a_panic_in_the_callback_of_a_timer_names_the_step() {
    let pipeline = Pipeline::new();
    let dofn = |declare: &mut Declare<Again>| Again {
        timer: declare.event_timer("again", |_, _, _, _| panic!("the bell is broken")),
        by: Duration::ZERO,
        fired: declare.combining("fired", Sum),
    };
    started(&pipeline, 10).par_do_with(dofn).named("Bell").main().collect();
    let error = run(&pipeline).map(drop).expect_err("it panics");
    assert_eq!(error.step(), Some("Bell"));
    assert!(error.to_string().contains("the bell is broken"), "{error}");
}

/// Two timers that set each other, each emitting its number and its time.
struct PingPong {
    one: Timer<Self>,
    two: Timer<Self>,
}

impl DoFn for PingPong {
    type Input = (String, i64);
    type Output = (i64, i64);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        (): &mut (),
        _: (String, i64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        self.one.set(context, Timestamp::from_millis(0))?;
        self.two.set(context, Timestamp::from_millis(101))
    }
}

#[test]
fn timers_that_set_each_other_alternate_strictly() {
    let pipeline = Pipeline::new();
    let fired = started(&pipeline, 200)
        .par_do_with(|declare| PingPong {
            one: declare.event_timer("one", |dofn: &PingPong, _, fired, context| {
                context.emit((fired.at.millis(), 1));
                dofn.two.set(context, fired.at)
            }),
            two: declare.event_timer("two", |dofn: &PingPong, _, fired, context| {
                context.emit((fired.at.millis(), 2));
                let next = fired.at + millis(1);
                if next <= Timestamp::from_millis(100) {
                    dofn.one.set(context, next)
                } else {
                    Ok(())
                }
            }),
        })
        .named("Ping pong")
        .main()
        .collect();
    let result = run(&pipeline).expect("it runs");
    let wanted: Vec<(i64, i64)> = (0..=100).flat_map(|at| [(at, 1), (at, 2)]).collect();
    assert_eq!(result.collected(&fired), wanted);
}
