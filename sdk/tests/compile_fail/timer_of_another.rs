//! A timer belongs to the `DoFn` that declared it, and its callback does as well.
// says: Timer<Ring>

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

struct Thief {
    again: Timer<Self>,
}

impl DoFn for Thief {
    type Input = (Str, i64);
    type Output = i64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), _: (Str, i64), _: &mut Context<'_, Self>) -> Result<()> {
        Ok(())
    }
}

fn steal(ring: Ring) -> Thief {
    Thief { again: ring.again }
}

fn main() {}
