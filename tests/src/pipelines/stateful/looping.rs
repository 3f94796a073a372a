//! A timer that sets itself again.

use heliostat::{Context, Declare, DoFn, Duration, FiredTimer, Result, Timer, ValueState};

pub(super) struct Looping {
    fired: ValueState<Self, i64>,
    next: Timer<Self>,
    every: Duration,
    relative: bool,
}

impl Looping {
    pub(super) fn of(declare: &mut Declare<Self>, every: i64, relative: bool) -> Self {
        Self {
            fired: declare.value("fired"),
            next: declare.event_timer("next", Self::on_next),
            every: Duration::from_millis(every),
            relative,
        }
    }

    fn on_next(
        &self,
        (): &mut (),
        fired: &FiredTimer,
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        let count = self.fired.read(context)?.copied().unwrap_or(0) + 1;
        self.fired.write(context, count)?;
        let key = context.key().clone();
        context.emit((key, count));
        if self.relative {
            return self.next.set_relative(context, self.every);
        }
        let again = fired.at + self.every;
        if again <= context.window()?.max_timestamp() {
            self.next.set(context, again)?;
        }
        Ok(())
    }
}

impl DoFn for Looping {
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
        if self.relative {
            return self.next.set_relative(context, self.every);
        }
        self.next.set(context, context.timestamp() + self.every)
    }
}
