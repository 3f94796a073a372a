//! State belongs to keys, so the elements need some.
// says: state and timers need elements with a key, and `i64` has none
// says: give the elements keys with `with_keys`

use heliostat::prelude::*;

struct Count {
    seen: ValueState<Self, u64>,
}

impl DoFn for Count {
    type Input = i64;
    type Output = u64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), _: i64, _: &mut Context<'_, Self>) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let pipeline = Pipeline::new();
    pipeline.create([1]).par_do_with(|declare| Count { seen: declare.value("seen") });
}
