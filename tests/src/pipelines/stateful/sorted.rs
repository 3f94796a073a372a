//! Elements in the order of their times.

use heliostat::{CellOptions, Context, Declare, DoFn, Result, ValueState};

pub(super) struct Sorted {
    digits: ValueState<Self, i64>,
}

impl Sorted {
    pub(super) fn of(declare: &mut Declare<Self>) -> Self {
        declare.time_sorted_input();
        let merged = CellOptions::new().merged_by(|a: i64, b: i64| a.max(b));
        Self { digits: declare.value_with("digits", merged) }
    }
}

impl DoFn for Sorted {
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
        let digits = self.digits.read(context)?.copied().unwrap_or(0) * 10 + n;
        self.digits.write(context, digits)?;
        context.emit((key, digits));
        Ok(())
    }
}
