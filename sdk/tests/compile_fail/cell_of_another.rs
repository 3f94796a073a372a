//! A cell belongs to the `DoFn` that declared it.
// says: Context<'_, Count>

use heliostat::prelude::*;

struct Count {
    seen: ValueState<Self, u64>,
}

impl DoFn for Count {
    type Input = (Str, i64);
    type Output = u64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), _: (Str, i64), context: &mut Context<'_, Self>) -> Result<()> {
        self.seen.write(context, 1)
    }
}

struct Thief {
    seen: ValueState<Count, u64>,
}

impl DoFn for Thief {
    type Input = (Str, i64);
    type Output = u64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), _: (Str, i64), context: &mut Context<'_, Self>) -> Result<()> {
        self.seen.write(context, 1)
    }
}

fn main() {}
