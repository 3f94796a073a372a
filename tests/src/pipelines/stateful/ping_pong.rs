//! Two timers that set each other.

use heliostat::{Context, Declare, DoFn, FiredTimer, Result, Timer, Timestamp, ValueState, millis};

pub(super) struct PingPong {
    fired: ValueState<Self, i64>,
    one: Timer<Self>,
    two: Timer<Self>,
    until: Timestamp,
}

impl PingPong {
    pub(super) fn of(declare: &mut Declare<Self>, until: i64) -> Self {
        Self {
            fired: declare.value("fired"),
            one: declare.event_timer("one", Self::on_one),
            two: declare.event_timer("two", Self::on_two),
            until: Timestamp::from_millis(until),
        }
    }

    fn on_one(
        &self,
        (): &mut (),
        fired: &FiredTimer,
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        self.tell(1, context)?;
        self.two.set(context, fired.at)
    }

    fn on_two(
        &self,
        (): &mut (),
        fired: &FiredTimer,
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        self.tell(2, context)?;
        if fired.at < self.until {
            self.one.set(context, fired.at + millis(1))?;
        }
        Ok(())
    }

    fn tell(&self, timer: i64, context: &mut Context<'_, Self>) -> Result<()> {
        let count = self.fired.read(context)?.copied().unwrap_or(0) + 1;
        self.fired.write(context, count)?;
        let key = context.key().clone();
        context.emit((key, count * 10 + timer));
        Ok(())
    }
}

impl DoFn for PingPong {
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
        self.one.set(context, context.timestamp())?;
        self.two.set(context, self.until + millis(1))
    }
}
