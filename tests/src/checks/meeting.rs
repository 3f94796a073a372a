//! Branches that meet again.

use heliostat::{Boundedness, Capability, Context, Declare, DoFn, Pipeline, Runner, ValueState};

use super::{Broken, Check, same_elements};

pub(super) const ONCE: Check = Check {
    name: "checks/branches-meet-once",
    about: "a collection flattened with what a reshuffle, a side input or state makes of it holds \
            each element once from each branch",
    proves: &[
        Capability::Flatten,
        Capability::Reshuffle,
        Capability::SideStatic,
        Capability::StateValue,
    ],
    input: Boundedness::Bounded,
    run: once,
};

/// Adds ten, and remembers that it did.
struct Ten {
    seen: ValueState<Self, i64>,
}

impl Ten {
    fn of(declare: &mut Declare<Self>) -> Self {
        Self { seen: declare.value("seen") }
    }
}

impl DoFn for Ten {
    type Input = (u8, i64);
    type Output = (u8, i64);
    type Local = ();

    fn setup(&self) -> heliostat::Result<()> {
        Ok(())
    }

    fn process(
        &self,
        (): &mut (),
        (key, n): (u8, i64),
        context: &mut Context<'_, Self>,
    ) -> heliostat::Result<()> {
        self.seen.write(context, n)?;
        context.emit((key, n + 10));
        Ok(())
    }
}

fn once(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let pairs = pipeline.create([(1, 1), (2, 2)]);
    let hundred = pipeline.create([100]).as_singleton();
    let shuffled = pairs.reshuffle();
    let beside = pairs.map_with(&hundred, |(key, n), hundred| (key, n + hundred));
    let stateful = pairs.par_do_with(Ten::of).named("Ten").main();
    let met = [shuffled, beside, stateful]
        .map(|branch| pipeline.flatten([branch, pairs.clone()]).collect());
    let result = runner.run(&pipeline)?;
    for (collected, added) in met.iter().zip([0, 100, 10]) {
        let want = vec![(1, 1), (2, 2), (1, 1 + added), (2, 2 + added)];
        same_elements(&format!("with {added} added"), result.collected(collected), want)?;
    }
    Ok(())
}
