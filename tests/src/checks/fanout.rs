//! Combines that spread the values of a key.

use heliostat::{
    Accumulation, Boundedness, Capability, Pipeline, Runner, Sum, TestStream, Timestamp, Trigger,
    Window, after_count, after_watermark, millis, repeatedly,
};

use super::{Broken, Check, same, same_elements};

pub(super) const TOTAL: Check = Check {
    name: "checks/fanout-total",
    about: "values that were spread over shards come to the same (model.md case 90)",
    proves: &[Capability::CombineFanout],
    input: Boundedness::Bounded,
    run: total,
};

pub(super) const PANES: Check = Check {
    name: "checks/fanout-panes",
    about: "behind shards the last accumulating pane, and all discarding ones together, are those \
            of the plain combine, and as many elements are dropped",
    proves: &[Capability::CombineFanout],
    input: Boundedness::Unbounded,
    run: panes,
};

fn total(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let numbers = pipeline.create(0..10);
    let globally = numbers.combine_globally_with_fanout(3, Sum).collect();
    let keyed = numbers.with_keys(|n: &i64| n.rem_euclid(2));
    let per_key = keyed.combine_per_key_with_fanout(3, Sum).collect();
    let nothing: [i64; 0] = [];
    let of_none = pipeline.create(nothing).combine_globally_with_fanout(3, Sum).collect();
    let result = runner.run(&pipeline)?;
    same("the sum", result.collected(&globally), vec![45])?;
    same_elements("sums per key", result.collected(&per_key), vec![(0, 20), (1, 25)])?;
    same("the sum of nothing", result.collected(&of_none), vec![0])
}

fn panes(runner: &dyn Runner) -> Result<(), Broken> {
    let triggers = [
        Trigger::Default,
        after_watermark().early(after_count(1)).late(after_count(1)).into(),
        repeatedly(after_count(2)),
        Trigger::Never,
    ];
    for trigger in triggers {
        for accumulation in [Accumulation::Discarding, Accumulation::Accumulating] {
            final_sums(runner, &trigger, accumulation)?;
        }
    }
    Ok(())
}

/// Compares what each window comes to with and without shards.
fn final_sums(
    runner: &dyn Runner,
    trigger: &Trigger,
    accumulation: Accumulation,
) -> Result<(), Broken> {
    let at = Timestamp::from_millis;
    let element = |n: i64| (('a', n), at(n));
    let script = TestStream::new()
        .add((0..12).map(element))
        .add([(('b', 100), at(3))])
        .watermark(at(11))
        .add((3..6).map(element))
        .watermark(at(30))
        .add((7..14).map(element));
    let window = Window::fixed(millis(10)).trigger(trigger.clone()).allowed_lateness(millis(20));
    let window = match accumulation {
        Accumulation::Discarding => window.discarding(),
        Accumulation::Accumulating => window.accumulating(),
    };
    let pipeline = Pipeline::new();
    let numbers = pipeline.test_stream(script).window(window);
    let plain = numbers.combine_per_key(Sum).named("Plain").windowed().collect();
    let spread = numbers.combine_per_key_with_fanout(3, Sum).named("Spread").windowed().collect();
    let result = runner.run(&pipeline)?;
    let come_to = |panes: Vec<heliostat::Windowed<(char, i64)>>| {
        let mut panes = panes;
        panes.sort_by_key(|pane| pane.pane.index);
        let mut sums = std::collections::BTreeMap::new();
        for pane in panes {
            let (key, sum) = pane.value;
            let so_far = sums.entry((key, pane.window)).or_insert(0);
            *so_far = match accumulation {
                Accumulation::Discarding => *so_far + sum,
                Accumulation::Accumulating => sum,
            };
        }
        sums
    };
    let (plain, spread) = (come_to(result.collected(&plain)), come_to(result.collected(&spread)));
    same(&format!("sums under {trigger}, {accumulation}"), spread, plain)?;
    // Both groupings drop the three elements of the first window that come behind its expiry.
    same("dropped", (result.dropped().late, result.dropped().closed), (6, 0))
}
