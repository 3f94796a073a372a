//! A timer that elements set to their own value.

use heliostat::{Context, Declare, DoFn, Duration, FiredTimer, Result, Timer, Timestamp};

use crate::case::AlarmTo;

pub(super) struct Alarm {
    alarm: Timer<Self>,
    to: AlarmTo,
}

impl Alarm {
    pub(super) fn of(
        declare: &mut Declare<Self>,
        to: AlarmTo,
        output: Option<i64>,
        holds: bool,
    ) -> Self {
        let mut alarm = declare.event_timer("alarm", Self::on_alarm);
        if let Some(output) = output {
            alarm = alarm.output_at(Timestamp::from_millis(output));
        }
        if !holds {
            alarm = alarm.without_hold();
        }
        Self { alarm, to }
    }

    fn on_alarm(
        &self,
        (): &mut (),
        fired: &FiredTimer,
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        let at = (context.key().clone(), fired.at.millis());
        context.emit(at);
        Ok(())
    }

    fn set(&self, context: &mut Context<'_, Self>, n: i64) -> Result<()> {
        match self.to {
            AlarmTo::Time => self.alarm.set(context, Timestamp::from_millis(n)),
            AlarmTo::Relative => self.alarm.set_relative(context, Duration::from_millis(n)),
            AlarmTo::Aligned(period) => {
                let [offset, period] = [n, period].map(Duration::from_millis);
                self.alarm.set_aligned(context, offset, period)
            }
        }
    }
}

impl DoFn for Alarm {
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
        if n != 0 {
            self.set(context, n.abs())?;
        }
        if n <= 0 { self.alarm.clear(context) } else { Ok(()) }
    }
}
