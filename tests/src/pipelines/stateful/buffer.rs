//! Elements in a bag until a timer fires.

use heliostat::{BagState, Context, Declare, DoFn, Duration, FiredTimer, Result, Timer, Timestamp};

use crate::case::When;

pub(super) struct Buffer {
    kept: BagState<Self, i64>,
    flush: Timer<Self>,
    when: When,
}

impl Buffer {
    pub(super) fn of(declare: &mut Declare<Self>, when: When) -> Self {
        let kept = declare.bag("kept");
        Self { kept, flush: declare.event_timer("flush", Self::on_flush), when }
    }

    fn on_flush(&self, (): &mut (), _: &FiredTimer, context: &mut Context<'_, Self>) -> Result<()> {
        give(self.kept, context)
    }
}

/// Gives the sum of a bag, and empties it.
fn give<D: DoFn<Input = (String, i64), Output = (String, i64)>>(
    kept: BagState<D, i64>,
    context: &mut Context<'_, D>,
) -> Result<()> {
    let sum = (context.key().clone(), kept.read(context)?.sum());
    kept.clear(context)?;
    context.emit(sum);
    Ok(())
}

impl DoFn for Buffer {
    type Input = (String, i64);
    type Output = (String, i64);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        (): &mut (),
        (_, n): (String, i64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        self.kept.add(context, n)?;
        let at = match self.when {
            When::At(at) => Timestamp::from_millis(at),
            When::After(length) => context.timestamp() + Duration::from_millis(length),
            When::End | When::Processing(_) => context.window()?.max_timestamp(),
        };
        self.flush.set(context, at)
    }
}

/// The same, with a timer of processing time.
pub(super) struct Delayed {
    kept: BagState<Self, i64>,
    flush: Timer<Self>,
    delay: Duration,
}

impl Delayed {
    pub(super) fn of(declare: &mut Declare<Self>, delay: i64) -> Self {
        let kept = declare.bag("kept");
        let flush = declare.processing_timer("flush", Self::on_flush);
        Self { kept, flush, delay: Duration::from_millis(delay) }
    }

    fn on_flush(&self, (): &mut (), _: &FiredTimer, context: &mut Context<'_, Self>) -> Result<()> {
        give(self.kept, context)
    }
}

impl DoFn for Delayed {
    type Input = (String, i64);
    type Output = (String, i64);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        (): &mut (),
        (_, n): (String, i64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        self.kept.add(context, n)?;
        self.flush.set_relative(context, self.delay)
    }
}
