//! An output belongs to the `DoFn` that declared it.
// says: Output<Parse, String>

use heliostat::prelude::*;

struct Parse {
    bad: Output<Self, String>,
}

impl DoFn for Parse {
    type Input = String;
    type Output = i64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), text: String, context: &mut Context<'_, Self>) -> Result<()> {
        context.emit_to(self.bad, text);
        Ok(())
    }
}

struct Shorten {
    bad: Output<Parse, String>,
}

impl DoFn for Shorten {
    type Input = String;
    type Output = String;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), text: String, context: &mut Context<'_, Self>) -> Result<()> {
        context.emit_to(self.bad, text);
        Ok(())
    }
}

fn main() {}
