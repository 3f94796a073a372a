//! Pipelines whose state preflight has something to say about.

use heliostat::Graph;
use heliostat::prelude::*;

/// The place of these pipelines.
pub(super) const FILE: &str = file!();

struct Largest {
    largest: ValueState<Self, i64>,
}

impl DoFn for Largest {
    type Input = (u8, i64);
    type Output = i64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        (): &mut (),
        (_, n): (u8, i64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        self.largest.write(context, n)
    }
}

pub(super) fn unmerged() -> Graph {
    let pipeline = Pipeline::new();
    pipeline
        .create([(0, 1)])
        .window(Window::sessions(secs(10)))
        .par_do_with(|declare| Largest { largest: declare.value("largest") })
        .named("Largest");
    pipeline.graph()
}
