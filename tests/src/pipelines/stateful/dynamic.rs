//! Timers told apart by the last digit of the element that sets them.

use heliostat::{
    Context, Declare, DoFn, FiredTimer, Result, Timer, TimerFamily, Timestamp, ValueState,
};

pub(super) struct Dynamic {
    fired: ValueState<Self, i64>,
    timers: TimerFamily<Self>,
}

impl Dynamic {
    pub(super) fn of(declare: &mut Declare<Self>) -> Self {
        Self {
            fired: declare.value_with(
                "fired",
                heliostat::CellOptions::new().merged_by(|a: i64, b: i64| a.max(b)),
            ),
            timers: declare.event_timer_family("timers", Self::on_timer),
        }
    }

    fn on_timer(
        &self,
        (): &mut (),
        fired: &FiredTimer,
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        let before = self.fired.read(context)?.copied().unwrap_or(0);
        let all = before * 100 + fired.at.millis();
        self.fired.write(context, all)?;
        let key = context.key().clone();
        context.emit((key, all));
        Ok(())
    }
}

impl DoFn for Dynamic {
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
        if n < 0 {
            return Ok(());
        }
        let timer: Timer<Self, _> = self.timers.tag(n.rem_euclid(10).to_string());
        timer.set(context, Timestamp::from_millis(n))
    }
}
