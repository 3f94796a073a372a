//! What a set cell holds is told apart as keys are.
// says: `f64` cannot be a key

use heliostat::prelude::*;

struct Distinct {
    seen: SetState<Self, f64>,
}

impl DoFn for Distinct {
    type Input = (String, f64);
    type Output = f64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        _: &mut (),
        (_, n): (String, f64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        if self.seen.add_if_absent(context, n)? {
            context.emit(n);
        }
        Ok(())
    }
}

fn main() {}
