//! The steps of a generated pipeline that are a `DoFn`.

use heliostat::{
    BagState, CellOptions, Context, Declare, DoFn, Duration, FiredTimer, Output, Result, Timer,
    Timestamp, ValueState,
};

use super::node::Until;

/// Odd values go on, even ones go to the output beside.
pub(super) struct Split {
    pub(super) even: Output<Self, (String, i64)>,
}

impl Split {
    pub(super) fn of(declare: &mut Declare<Self>) -> Self {
        Self { even: declare.output("even") }
    }
}

impl DoFn for Split {
    type Input = (String, i64);
    type Output = (String, i64);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        (): &mut (),
        (key, n): (String, i64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        if n.rem_euclid(2) == 1 {
            context.emit((key, n));
        } else {
            context.emit_to(self.even, (key, n));
        }
        Ok(())
    }
}

/// Elements in a bag until a timer or the end of their window. What it gives is the same in
/// whatever order the elements of a bundle come: a sum, at the latest of their times.
pub(super) struct Buffer {
    kept: BagState<Self, i64>,
    latest: ValueState<Self, i64>,
    /// None if it waits for the window to expire.
    timer: Option<Timer<Self>>,
    until: Until,
}

impl Buffer {
    pub(super) fn of(declare: &mut Declare<Self>, until: Until) -> Self {
        let timer = match until {
            Until::End | Until::Latest(_) => Some(declare.event_timer("give", Self::on_timer)),
            Until::Processing(_) => Some(declare.processing_timer("give", Self::on_timer)),
            Until::Expired => {
                declare.on_window_expiration(Self::on_expiration);
                None
            }
        };
        let larger = CellOptions::new().merged_by(|a: i64, b: i64| a.max(b));
        Self {
            kept: declare.bag("kept"),
            latest: declare.value_with("latest", larger),
            timer,
            until,
        }
    }

    fn on_timer(&self, (): &mut (), _: &FiredTimer, context: &mut Context<'_, Self>) -> Result<()> {
        let given = self.given(context)?;
        self.kept.clear(context)?;
        self.latest.clear(context)?;
        context.emit(given);
        Ok(())
    }

    fn on_expiration(&self, (): &mut (), context: &mut Context<'_, Self>) -> Result<()> {
        let given = self.given(context)?;
        context.emit(given);
        Ok(())
    }

    fn given(&self, context: &mut Context<'_, Self>) -> Result<(String, i64)> {
        Ok((context.key().clone(), self.kept.read(context)?.sum()))
    }
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
        let before = self.latest.read(context)?.copied().unwrap_or(i64::MIN);
        let latest = before.max(context.timestamp().millis());
        self.latest.write(context, latest)?;
        let latest = Timestamp::from_millis(latest);
        let end = context.window()?.max_timestamp();
        let Some(timer) = self.timer else { return Ok(()) };
        match self.until {
            Until::Latest(length) => {
                timer.set(context, (latest + Duration::from_millis(length)).min(end))
            }
            Until::Processing(delay) => {
                timer.output_at(latest).set_relative(context, Duration::from_millis(delay))
            }
            Until::End | Until::Expired => timer.set(context, end),
        }
    }
}
