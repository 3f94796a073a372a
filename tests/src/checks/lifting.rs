//! Combines that reduce their values in front of the exchange.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use heliostat::{
    Boundedness, Capability, CombineFn, DropCounts, Duration, Interval, PaneInfo, Pipeline, Runner,
    TestStream, Timestamp, Trigger, Window, after_count, after_watermark, millis, repeatedly,
};

use super::{Broken, Check, same};
use crate::rigs::{COMBINE, has};

pub(super) const INVISIBLE: Check = Check {
    name: "checks/lifting-is-invisible",
    about: "a combine that is lifted gives the panes and drops of one that is not (model.md case \
            91), and reduces values before the grouping takes them where the trigger allows it",
    proves: &[Capability::CombineLift],
    input: Boundedness::Unbounded,
    run: invisible,
};

/// A sum that counts how often accumulators were merged.
struct Sum {
    merges: Arc<AtomicU32>,
}

impl CombineFn<i64> for Sum {
    type Accumulator = i64;
    type Output = i64;

    fn create(&self) -> i64 {
        0
    }

    fn add(&self, sum: &mut i64, value: &i64) {
        *sum += value;
    }

    fn merge(&self, sum: &mut i64, other: &i64) {
        self.merges.fetch_add(1, Ordering::SeqCst);
        *sum += other;
    }

    fn extract(&self, sum: &i64) -> i64 {
        *sum
    }
}

/// A trigger, and whether its combines may be lifted.
fn triggers() -> Vec<(Trigger, bool)> {
    let both = |count| after_watermark().early(after_count(count)).late(after_count(1)).into();
    vec![
        (Trigger::Default, true),
        (Trigger::Never, true),
        (both(1), true),
        (repeatedly(after_count(1)), true),
        (both(2), false),
        (repeatedly(after_count(2)), false),
    ]
}

/// Key and sum, window, pane and timestamp.
type Pane = ((char, i64), Interval, PaneInfo, Timestamp);

/// Panes in the order of key, window and index, drops, and how often accumulators were merged.
fn played(runner: &dyn Runner, window: Window) -> Result<(Vec<Pane>, DropCounts, u32), Broken> {
    let at = Timestamp::from_millis;
    let script = TestStream::new()
        .add([(('a', 1), at(1)), (('b', 2), at(2)), (('a', 3), at(3)), (('a', 4), at(12))])
        .add([(('a', 5), at(4)), (('a', 6), at(5))])
        .watermark(at(11))
        .add([(('b', 7), at(6)), (('b', 8), at(7)), (('c', 9), at(8)), (('c', 10), at(13))])
        .watermark(at(31))
        .add([(('a', 11), at(9)), (('a', 12), at(10)), (('a', 13), at(11)), (('b', 14), at(9))]);
    let merges = Arc::default();
    let pipeline = Pipeline::new();
    let sums = pipeline
        .test_stream(script)
        .window(window)
        .combine_per_key(Sum { merges: Arc::clone(&merges) });
    let sums = sums.windowed().collect();
    let result = runner.run(&pipeline)?;
    let mut panes: Vec<Pane> = result
        .collected(&sums)
        .into_iter()
        .map(|pane| (pane.value, pane.window, pane.pane, pane.timestamp))
        .collect();
    panes.sort_by(|a, b| (a.0.0, &a.1, a.2.index).cmp(&(b.0.0, &b.1, b.2.index)));
    Ok((panes, result.dropped(), merges.load(Ordering::SeqCst)))
}

fn invisible(runner: &dyn Runner) -> Result<(), Broken> {
    if !has(runner, COMBINE) {
        let words = format!("`{}` has no setting `{COMBINE}`", runner.name());
        return Err(Broken::Differs(words));
    }
    let running = |form: &str| runner.configured(&[(COMBINE.to_owned(), form.to_owned())].into());
    let (native, lifted) = (running("native")?, running("lifted")?);
    for (trigger, liftable) in triggers() {
        for accumulating in [false, true] {
            for lateness in [Duration::ZERO, millis(20)] {
                let window = || {
                    let window = Window::fixed(millis(10)).trigger(trigger.clone());
                    let window = window.allowed_lateness(lateness);
                    if accumulating { window.accumulating() } else { window.discarding() }
                };
                let what = format!("panes and drops, lifted, of {trigger} with {lateness}");
                let (panes, drops, _) = played(native.as_ref(), window())?;
                let (lifted, lifted_drops, merges) = played(lifted.as_ref(), window())?;
                same(&what, (lifted, lifted_drops), (panes, drops))?;
                if liftable {
                    same(&format!("whether {trigger} is lifted"), 0 < merges, true)?;
                }
            }
        }
    }
    Ok(())
}
