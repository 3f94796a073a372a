//! How many elements came so far: a value.

use heliostat::{CellOptions, Context, Declare, DoFn, Duration, Result, ValueState};

pub(super) struct Count {
    seen: ValueState<Self, i64>,
}

impl Count {
    pub(super) fn of(declare: &mut Declare<Self>, merged: bool, time_to_live: Option<i64>) -> Self {
        let mut options = CellOptions::new();
        if merged {
            options = options.merged_by(|a, b| a + b);
        }
        if let Some(length) = time_to_live {
            options = options.time_to_live(Duration::from_millis(length));
        }
        Self { seen: declare.value_with("seen", options) }
    }
}

impl DoFn for Count {
    type Input = (String, i64);
    type Output = (String, i64);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        (): &mut (),
        (key, _): (String, i64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        let seen = self.seen.read(context)?.copied().unwrap_or(0) + 1;
        self.seen.write(context, seen)?;
        context.emit((key, seen));
        Ok(())
    }
}
