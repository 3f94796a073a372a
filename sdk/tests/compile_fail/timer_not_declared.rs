//! A timer exists only through its declaration.
// says: missing field `again`

use heliostat::prelude::*;

struct Ring {
    again: Timer<Self>,
}

impl DoFn for Ring {
    type Input = (Str, i64);
    type Output = i64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), _: (Str, i64), context: &mut Context<'_, Self>) -> Result<()> {
        self.again.set_relative(context, secs(1))
    }
}

fn main() {
    let pipeline = Pipeline::new();
    let numbers = pipeline.create([(Str::from("a"), 1)]);
    numbers.par_do_with(|_| Ring {});
}
