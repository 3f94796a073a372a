//! Steps that give elements other event times (decision S20 of model.md 0.3).

use heliostat::{
    Boundedness, Capability, Context, DoFn, Duration, Pipeline, Result, Runner, Timestamp, Window,
    millis, secs,
};

use super::{Broken, Check, error_of, same, same_elements};

pub(super) const FORWARD: Check = Check {
    name: "checks/timestamps-move-forward",
    about: "a step may give elements later event times, which count for the windows behind it",
    proves: &[Capability::PardoTimestamps],
    input: Boundedness::Bounded,
    run: forward,
};

pub(super) const SKEW: Check = Check {
    name: "checks/timestamps-move-back-within-the-skew",
    about: "a step may move event time back by its allowed skew, and by no millisecond more",
    proves: &[Capability::PardoTimestamps],
    input: Boundedness::Bounded,
    run: skew,
};

const AT: i64 = 5_000;

/// Moves each element by so much.
struct Moving {
    by: Duration,
    skew: Duration,
}

impl DoFn for Moving {
    type Input = i64;
    type Output = i64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, (): &mut (), n: i64, context: &mut Context<'_, Self>) -> Result<()> {
        let to = context.timestamp() + self.by;
        context.emit_at(n, to)
    }

    fn allowed_skew(&self) -> Duration {
        self.skew
    }
}

fn forward(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let moved = pipeline
        .create_timestamped((0..3).map(|n| (n, Timestamp::secs(n))))
        .timestamps(|n| Timestamp::secs(n * 10))
        .par_do(Moving { by: secs(1), skew: Duration::ZERO })
        .window(Window::fixed(secs(10)))
        .windowed()
        .collect();
    let result = runner.run(&pipeline)?;
    let moved = result.collected(&moved);
    let got = moved.iter().map(|it| (it.value, it.timestamp, it.window.start()));
    let want = (0..3).map(|n| (n, Timestamp::secs(n * 10 + 1), Timestamp::secs(n * 10)));
    same_elements("moved elements", got.collect(), want.collect())
}

fn skew(runner: &dyn Runner) -> Result<(), Broken> {
    let within = |by: Duration, skew: Duration| Duration::ZERO <= by + skew;
    for (by, skew) in [
        (millis(0), millis(0)),
        (millis(-1), millis(0)),
        (millis(-1), millis(1)),
        (millis(-2), millis(1)),
        (secs(-5), secs(5)),
    ] {
        let pipeline = Pipeline::new();
        let to = Timestamp::from_millis(AT) + by;
        let start = || pipeline.create_timestamped([(1, Timestamp::from_millis(AT))]);
        let by_closure = start().timestamps_with_skew(move |_| to, skew).named("Closure");
        let by_closure = by_closure.windowed().collect();
        let ended = runner.run(&pipeline);
        let of_dofn = Pipeline::new();
        let by_dofn = of_dofn
            .create_timestamped([(1, Timestamp::from_millis(AT))])
            .par_do(Moving { by, skew })
            .named("Dofn")
            .windowed()
            .collect();
        let ended_dofn = runner.run(&of_dofn);
        let what = format!("moved by {by} with a skew of {skew}");
        for (step, ended, collected) in
            [("Closure", ended, by_closure), ("Dofn", ended_dofn, by_dofn)]
        {
            if within(by, skew) {
                let moved = ended?.collected(&collected);
                same(&what, moved.iter().map(|it| it.timestamp).collect(), vec![to])?;
            } else {
                same(&what, error_of(&what, ended)?.step(), Some(step))?;
            }
        }
    }
    Ok(())
}
