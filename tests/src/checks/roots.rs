//! Where elements come from when all of them are there.

use heliostat::{
    Boundedness, Capability, Interval, PaneInfo, PaneTiming, Pipeline, Runner, Timestamp, Window,
    generate_sequence, secs,
};

use super::{Broken, Check, same, same_elements};

pub(super) const CREATED: Check = Check {
    name: "checks/created-elements-lie-at-the-beginning",
    about: "what is written in the program lies at the beginning of time, in the global window",
    proves: &[Capability::RootImpulse, Capability::PardoElementWise],
    input: Boundedness::Bounded,
    run: created,
};

pub(super) const BOUNDED_READ: Check = Check {
    name: "checks/bounded-read-is-never-late",
    about: "a bounded read keeps its watermark at the beginning until its end, so that nothing \
            it gives is late, however far out of order",
    proves: &[Capability::ReadBounded, Capability::CombinePerKey, Capability::WindowFixed],
    input: Boundedness::Bounded,
    run: bounded_read,
};

fn created(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let plain = pipeline.create([1, 2, 3]).map(|n| n * 10).windowed().collect();
    let timed = pipeline.create_timestamped([(7, Timestamp::secs(7))]).windowed().collect();
    let result = runner.run(&pipeline)?;
    let plain = result.collected(&plain);
    same_elements("values", plain.iter().map(|it| it.value).collect(), vec![10, 20, 30])?;
    for element in &plain {
        same("timestamp", element.timestamp, Timestamp::MIN)?;
        same("window", element.window.clone(), Interval::GLOBAL)?;
        same("pane", element.pane, PaneInfo::NO_FIRING)?;
    }
    let timed = result.collected(&timed);
    same(
        "given timestamps",
        timed.iter().map(|it| it.timestamp).collect(),
        vec![Timestamp::secs(7)],
    )
}

fn bounded_read(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let backwards = generate_sequence(1..31).event_time(Timestamp::secs(29), secs(-1));
    let sums = pipeline
        .read(backwards)
        .with_keys(|_| 'k')
        .window(Window::fixed(secs(10)))
        .sum_per_key()
        .windowed()
        .collect();
    let result = runner.run(&pipeline)?;
    let panes = result.collected(&sums);
    let of_panes = panes.iter().map(|pane| (pane.window.start().millis(), pane.value.1));
    let want = vec![(0, 255), (10_000, 155), (20_000, 55)];
    same_elements("sums by window", of_panes.collect(), want)?;
    for pane in &panes {
        same("timing", pane.pane.timing, PaneTiming::OnTime)?;
        same("last", pane.pane.is_last, true)?;
    }
    same("drops", result.dropped().total(), 0)
}
