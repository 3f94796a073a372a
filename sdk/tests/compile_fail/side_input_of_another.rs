//! A side input belongs to the `DoFn` that declared it.
// says: Context<'_, Priced>

use heliostat::prelude::*;

struct Priced {
    prices: SideInput<Self, MapView<u32, f64>>,
}

impl DoFn for Priced {
    type Input = u32;
    type Output = f64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), item: u32, context: &mut Context<'_, Self>) -> Result<()> {
        if let Some(price) = self.prices.get(context)?.get(&item) {
            context.emit(*price);
        }
        Ok(())
    }
}

struct Known {
    prices: SideInput<Priced, MapView<u32, f64>>,
}

impl DoFn for Known {
    type Input = u32;
    type Output = u32;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), item: u32, context: &mut Context<'_, Self>) -> Result<()> {
        if self.prices.get(context)?.get(&item).is_some() {
            context.emit(item);
        }
        Ok(())
    }
}

fn main() {}
