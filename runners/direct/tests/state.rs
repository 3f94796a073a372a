//! State and timers on direct.

use heliostat::prelude::*;
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
