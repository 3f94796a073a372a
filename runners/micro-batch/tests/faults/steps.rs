//! Steps that can fail wherever the author's code is called.

use super::source::Item;
use super::switch::{Kind, Step, meet, meet_or_panic};
use heliostat::prelude::*;

/// Gives what it gets, and at the end of each bundle how much that was.
pub(crate) struct Flaky(pub(crate) Step);

impl DoFn for Flaky {
    type Input = (u64, Item);
    type Output = (u64, Item);
    type Local = (u64, Timestamp);

    fn setup(&self) -> Result<(u64, Timestamp)> {
        meet((Kind::Setup, self.0))?;
        Ok((0, Timestamp::MIN))
    }

    fn start_bundle(&self, local: &mut (u64, Timestamp)) -> Result<()> {
        *local = (0, Timestamp::MIN);
        meet((Kind::Start, self.0))
    }

    fn process(
        &self,
        (count, last): &mut (u64, Timestamp),
        element: (u64, Item),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        (*count, *last) = (*count + 1, context.timestamp());
        context.emit(element);
        meet((Kind::Process, self.0))
    }

    fn finish_bundle(
        &self,
        (count, last): &mut (u64, Timestamp),
        context: &mut BundleContext<'_, Self>,
    ) -> Result<()> {
        if 0 < *count {
            context.emit((9, Item(*count)), *last, Interval::GLOBAL)?;
        }
        meet((Kind::Finish, self.0))
    }

    fn teardown(&self, _: (u64, Timestamp)) -> Result<()> {
        meet((Kind::Teardown, self.0))
    }
}

/// Adds up.
pub(crate) struct Adding;

impl CombineFn<Item> for Adding {
    type Accumulator = u64;
    type Output = Item;

    fn create(&self) -> u64 {
        0
    }

    fn add(&self, sum: &mut u64, Item(value): &Item) {
        *sum += value;
        meet_or_panic((Kind::Add, Step::Sum));
    }

    fn merge(&self, sum: &mut u64, other: &u64) {
        *sum += other;
        meet_or_panic((Kind::Merge, Step::Sum));
    }

    fn extract(&self, sum: &u64) -> Item {
        meet_or_panic((Kind::Extract, Step::Sum));
        Item(*sum)
    }
}

/// Gives each element with how much of its key came so far, the sum at the end of the window, and
/// how many elements there were when the window is gone.
pub(crate) struct Counting {
    sum: ValueState<Self, u64>,
    count: ValueState<Self, u64>,
    end: Timer<Self>,
}

impl Counting {
    pub(crate) fn declared(declare: &mut Declare<Self>) -> Self {
        declare.on_window_expiration(Self::expire);
        Self {
            sum: declare.value("sum"),
            count: declare.value("count"),
            end: declare.event_timer("end", Self::at_end),
        }
    }

    fn at_end(&self, _: &mut (), _: &FiredTimer, context: &mut Context<'_, Self>) -> Result<()> {
        let sum = self.sum.read(context)?.copied().unwrap_or_default();
        self.sum.clear(context)?;
        let key = *context.key();
        context.emit((key, Item(sum + 10_000)));
        meet((Kind::Timer, Step::Count))
    }

    fn expire(&self, _: &mut (), context: &mut Context<'_, Self>) -> Result<()> {
        let count = self.count.read(context)?.copied().unwrap_or_default();
        let key = *context.key();
        context.emit((key, Item(count + 100_000)));
        meet((Kind::Expiry, Step::Count))
    }
}

impl DoFn for Counting {
    type Input = (u64, Item);
    type Output = (u64, Item);
    type Local = ();

    fn setup(&self) -> Result<()> {
        meet((Kind::Setup, Step::Count))
    }

    fn start_bundle(&self, (): &mut ()) -> Result<()> {
        meet((Kind::Start, Step::Count))
    }

    fn process(
        &self,
        (): &mut (),
        (key, Item(value)): (u64, Item),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        let sum = self.sum.read(context)?.copied().unwrap_or_default() + value;
        self.sum.write(context, sum)?;
        let count = self.count.read(context)?.copied().unwrap_or_default() + 1;
        self.count.write(context, count)?;
        self.end.set(context, context.window()?.max_timestamp())?;
        context.emit((key, Item(sum)));
        meet((Kind::Process, Step::Count))
    }

    fn finish_bundle(&self, (): &mut (), _: &mut BundleContext<'_, Self>) -> Result<()> {
        meet((Kind::Finish, Step::Count))
    }

    fn teardown(&self, (): ()) -> Result<()> {
        meet((Kind::Teardown, Step::Count))
    }
}
