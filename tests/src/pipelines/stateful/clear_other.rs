//! Two timers of which the first clears the second.

use heliostat::{Context, Declare, DoFn, FiredTimer, Result, Timer, millis};

pub(super) struct ClearOther {
    one: Timer<Self>,
    two: Timer<Self>,
}

impl ClearOther {
    pub(super) fn of(declare: &mut Declare<Self>) -> Self {
        Self {
            one: declare.event_timer("one", Self::on_one),
            two: declare.event_timer("two", Self::on_two),
        }
    }

    fn on_one(&self, (): &mut (), _: &FiredTimer, context: &mut Context<'_, Self>) -> Result<()> {
        let key = context.key().clone();
        context.emit((key, 1));
        self.two.clear(context)
    }

    fn on_two(&self, (): &mut (), _: &FiredTimer, context: &mut Context<'_, Self>) -> Result<()> {
        let key = context.key().clone();
        context.emit((key, 2));
        Ok(())
    }
}

impl DoFn for ClearOther {
    type Input = (String, i64);
    type Output = (String, i64);
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
        let at = context.timestamp();
        self.one.set(context, at + millis(1))?;
        self.two.set(context, at + millis(2))
    }
}
