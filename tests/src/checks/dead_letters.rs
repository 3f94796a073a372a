//! Elements that a step fails on, where its author chose an output for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use heliostat::{
    BagState, Boundedness, BundleContext, Capability, CombiningState, Context, DeadLetter, DoFn,
    Error, FiredTimer, Interval, Output, PaneTiming, Pipeline, Result, Runner, Sum, TestStream,
    Timer, Timestamp, ValueState, Window, Windowed, dead_letter, generate_sequence, secs, stop,
};

use super::retry::trying;
use super::{Broken, Check, error_of, same, same_elements};

pub(super) const OF_PANICS: Check = Check {
    name: "checks/dead-letters-of-panics",
    about: "elements on which code panics are in the output that was chosen for them, as they came",
    proves: &[Capability::PardoMultiOut],
    input: Boundedness::Bounded,
    run: of_panics,
};

pub(super) const ATOMIC: Check = Check {
    name: "checks/dead-letters-are-atomic",
    about: "what a step has put out for an element before it failed is in no output (case 107)",
    proves: &[Capability::PardoMultiOut],
    input: Boundedness::Bounded,
    run: atomic,
};

pub(super) const AFTER_RETRIES: Check = Check {
    name: "checks/dead-letters-after-retries",
    about: "what fails once and not again is no dead letter",
    proves: &[Capability::PardoMultiOut, Capability::OpsRetry],
    input: Boundedness::Bounded,
    run: after_retries,
};

pub(super) const BESIDE_OTHERS: Check = Check {
    name: "checks/dead-letters-beside-others",
    about: "a step with dead letters of its own, and one with a side input, have further ones",
    proves: &[Capability::PardoMultiOut, Capability::SideStatic],
    input: Boundedness::Bounded,
    run: beside_others,
};

pub(super) const OF_BUFFERS: Check = Check {
    name: "checks/dead-letters-of-buffers",
    about: "a step that keeps a bundle until its end takes each element once in spite of a failure",
    proves: &[Capability::PardoMultiOut, Capability::PardoLifecycle],
    input: Boundedness::Bounded,
    run: of_buffers,
};

pub(super) const WITHOUT_A_TRACE: Check = Check {
    name: "checks/dead-letters-without-a-trace-in-state",
    about: "an element that becomes a dead letter leaves nothing in cells and timers",
    proves: &[
        Capability::PardoMultiOut,
        Capability::StateValue,
        Capability::StateBag,
        Capability::StateCombining,
        Capability::TimerEvent,
        Capability::RequiresTimeSorted,
    ],
    input: Boundedness::Unbounded,
    run: without_a_trace,
};

pub(super) const NOT_OF_TIMERS: Check = Check {
    name: "checks/dead-letters-not-of-timers",
    about: "a timer whose callback fails ends the run, whatever was chosen for elements",
    proves: &[Capability::PardoMultiOut, Capability::TimerEvent],
    input: Boundedness::Unbounded,
    run: not_of_timers,
};

/// The elements of letters, with what was said of them.
fn letters<T: Clone>(letters: &[DeadLetter<T>]) -> Vec<(T, String)> {
    letters.iter().map(|letter| (letter.element.clone(), letter.error.clone())).collect()
}

fn of_panics(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let numbers = pipeline
        .read(generate_sequence(0..39))
        .timestamps(|n| Timestamp::secs(*n as i64))
        .window(Window::fixed(secs(10)));
    let checked =
        numbers.map(|n| if n.is_multiple_of(13) { panic!("{n} is unlucky") } else { 2 * n });
    let (checked, dead) = checked.named("Check").on_failure(dead_letter::<u64>());
    let (checked, dead) = (checked.collect(), dead.windowed().collect());
    let result = runner.run(&pipeline)?;
    let want = (0..39).filter(|n| n % 13 != 0).map(|n| 2 * n).collect();
    same_elements("numbers", result.collected(&checked), want)?;
    let dead: Vec<Windowed<DeadLetter<u64>>> = result.collected(&dead);
    let places = dead.iter().map(|it| (it.value.element, it.timestamp, it.window.start()));
    let want = [(0, 0), (13, 10), (26, 20)];
    let want = want.map(|(n, window)| (n, Timestamp::secs(n as i64), Timestamp::secs(window)));
    same_elements("dead letters", places.collect(), want.to_vec())?;
    let words = |it: &Windowed<DeadLetter<u64>>| {
        let panicked = format!("panicked: {} is unlucky, at ", it.value.element);
        it.value.error.starts_with(&panicked) && it.value.error.contains("dead_letters.rs:")
    };
    same("letters that say what and where", dead.iter().filter(|it| words(it)).count(), 3)?;
    same("their panes", dead[0].pane.timing, PaneTiming::Unknown)?;
    let counts = result.step("Check");
    same("counts", (counts.elements_in, counts.elements_out, counts.dead_letters), (39, 39, 3))
}

/// Emits to both of its outputs, and then fails on some numbers.
struct Emitting {
    also: Output<Self, String>,
}

impl DoFn for Emitting {
    type Input = i64;
    type Output = i64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, (): &mut (), n: i64, context: &mut Context<'_, Self>) -> Result<()> {
        context.emit(n);
        context.emit_to(self.also, n.to_string());
        context.emit(n);
        match n.rem_euclid(3) {
            2 => Err(Error::new(format!("{n} is refused"))),
            _ => Ok(()),
        }
    }
}

fn atomic(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let numbers = pipeline.create(1..=6);
    let (emitted, refused) = numbers
        .par_do_with(|declare| Emitting { also: declare.output("also") })
        .named("Emit")
        .on_failure(dead_letter());
    let (main, also) = (emitted.main().collect(), emitted.output(|it| it.also).collect());
    let refused = refused.collect();
    let (even, odd) =
        numbers.filter(|n| n.rem_euclid(2) == 0 || panic!("odd")).on_failure(dead_letter::<i64>());
    let (even, odd) = (even.collect(), odd.map(|letter| letter.element).collect());
    let result = runner.run(&pipeline)?;
    let want = [1, 3, 4, 6];
    same_elements("main output", result.collected(&main), want.repeat(2))?;
    let words = want.map(|n| n.to_string()).to_vec();
    same_elements("other output", result.collected(&also), words)?;
    let want = [2, 5].map(|n| (n, format!("{n} is refused"))).to_vec();
    same_elements("dead letters", letters(&result.collected(&refused)), want)?;
    same_elements("even numbers", result.collected(&even), vec![2, 4, 6])?;
    same_elements("odd numbers", result.collected(&odd), vec![1, 3, 5])?;
    let counts = result.step("Emit");
    same("counts", (counts.elements_in, counts.elements_out, counts.dead_letters), (6, 14, 2))
}

fn after_retries(runner: &dyn Runner) -> Result<(), Broken> {
    let runner = trying(runner, 2)?;
    let (failures, behind) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let once = |failures: &Arc<AtomicU32>| {
        let failures = Arc::clone(failures);
        move |n: i64| match n == 3 && failures.fetch_add(1, Ordering::SeqCst) == 0 {
            true => panic!("the first time"),
            false => n,
        }
    };
    let pipeline = Pipeline::new();
    let numbers = pipeline.create(1..=5).map(once(&failures)).named("Fail once");
    let (numbers, dead) = numbers.on_failure(dead_letter::<i64>());
    // Here another stage begins.
    let again = numbers.reshuffle().map(once(&behind)).on_failure(stop());
    let (again, dead) = (again.collect(), dead.collect());
    let result = runner.run(&pipeline)?;
    let tried = [&failures, &behind].map(|it| it.load(Ordering::SeqCst));
    same("tries of the number that fails", tried, [2, 2])?;
    same_elements("numbers", result.collected(&again), vec![1, 2, 3, 4, 5])?;
    same("dead letters", letters(&result.collected(&dead)), Vec::new())?;
    same("dead letters counted", result.step("Fail once").dead_letters, 0)
}

fn beside_others(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let factor = pipeline.create([60]).as_singleton();
    let texts = pipeline.create(["0", "3", "three", "7"].map(str::to_owned));
    let (numbers, unread) = texts.try_map(|text| {
        assert_ne!(text, "7", "seven is beyond words");
        text.parse::<i64>()
    });
    let (numbers, unheard) = numbers.named("Parse").on_failure(dead_letter::<String>());
    let shares = numbers.map_with(&factor, |n, factor| factor / n).named("Share");
    let (shares, none) = shares.on_failure(dead_letter::<i64>());
    let (shares, none) = (shares.collect(), none.map(|letter| letter.element).collect());
    let (unread, unheard) = (unread.collect(), unheard.collect());
    let result = runner.run(&pipeline)?;
    let elements = |all: Vec<DeadLetter<String>>| -> Vec<String> {
        all.into_iter().map(|letter| letter.element).collect()
    };
    same("shares", result.collected(&shares), vec![20])?;
    same("shares of nobody", result.collected(&none), vec![0])?;
    same("no numbers", elements(result.collected(&unread)), vec!["three".to_owned()])?;
    same("panicked on", elements(result.collected(&unheard)), vec!["7".to_owned()])?;
    let counted = ["Parse", "Share"].map(|step| result.step(step).dead_letters);
    same("dead letters counted", counted, [1, 1])
}

/// Keeps the numbers of a bundle until its end.
struct Buffering;

impl DoFn for Buffering {
    type Input = i64;
    type Output = i64;
    type Local = Vec<i64>;

    fn setup(&self) -> Result<Vec<i64>> {
        Ok(Vec::new())
    }

    fn process(&self, kept: &mut Vec<i64>, n: i64, _: &mut Context<'_, Self>) -> Result<()> {
        if n == 4 {
            return Err(Error::new("four"));
        }
        kept.push(n);
        Ok(())
    }

    fn finish_bundle(
        &self,
        kept: &mut Vec<i64>,
        context: &mut BundleContext<'_, Self>,
    ) -> Result<()> {
        kept.drain(..).try_for_each(|n| context.emit(n, Timestamp::MIN, Interval::GLOBAL))
    }
}

fn of_buffers(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let (kept, dead) = pipeline.create(1..=6).par_do(Buffering).on_failure(dead_letter::<i64>());
    let (kept, dead) = (kept.collect(), dead.collect());
    let result = runner.run(&pipeline)?;
    same_elements("numbers", result.collected(&kept), vec![1, 2, 3, 5, 6])?;
    same("dead letters", letters(&result.collected(&dead)), vec![(4, "four".to_owned())])
}

/// Writes into all its cells, sets its timer, emits, and then fails on multiples of ten.
struct Remembering {
    last: ValueState<Self, i64>,
    all: BagState<Self, i64>,
    sum: CombiningState<Self, i64, Sum>,
    told: Timer<Self>,
    fails: bool,
}

impl Remembering {
    fn on_timer(
        &self,
        (): &mut (),
        fired: &FiredTimer,
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        let mut all: Vec<i64> = self.all.read(context)?.collect();
        all.sort_unstable();
        let (last, sum) = (self.last.read(context)?, self.sum.get(context)?);
        context.emit(format!("{}: {last:?} {all:?} {sum} at {}", context.key(), fired.at));
        if self.fails { Err(Error::new("no bell")) } else { Ok(()) }
    }
}

impl DoFn for Remembering {
    type Input = (u8, i64);
    type Output = String;
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
        self.last.write(context, n)?;
        self.all.add(context, n)?;
        self.sum.add(context, n)?;
        self.told.set(context, Timestamp::secs(30 - n.rem_euclid(10)))?;
        context.emit(format!("saw {n}"));
        assert_ne!(n.rem_euclid(10), 0, "tens are refused");
        Ok(())
    }
}

/// What becomes of three keys, the last of which has only elements that fail.
struct Told {
    told: Vec<String>,
    dead: Vec<(u8, i64)>,
}

/// In which way a step remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    AsItComes,
    SortedByTime,
    FailingTimers,
}

fn remembered(runner: &dyn Runner, way: Way) -> Result<Told, Broken> {
    let at = |n: i64| ((u8::from(n < 4), n), Timestamp::secs(1));
    let pipeline = Pipeline::new();
    let elements =
        [at(1), at(10), at(2), at(20), ((7, 30), Timestamp::secs(1)), at(3), at(40), at(5)];
    let script = elements.into_iter().fold(TestStream::new(), |script, one| script.add([one]));
    let script = script.watermark(Timestamp::secs(28)).end();
    let (remembered, dead) = pipeline
        .test_stream(script)
        .window(Window::fixed(secs(60)))
        .par_do_with(|declare| {
            if way == Way::SortedByTime {
                declare.time_sorted_input();
            }
            Remembering {
                last: declare.value("last"),
                all: declare.bag("all"),
                sum: declare.combining("sum", Sum),
                told: declare.event_timer("told", Remembering::on_timer),
                fails: way == Way::FailingTimers,
            }
        })
        .named("Remember")
        .on_failure(dead_letter());
    let told = remembered.main().collect();
    let dead = dead.map(|letter| letter.element).collect();
    let result = runner.run(&pipeline)?;
    same("dead letters counted", result.step("Remember").dead_letters, 4)?;
    Ok(Told { told: result.collected(&told), dead: result.collected(&dead) })
}

fn without_a_trace(runner: &dyn Runner) -> Result<(), Broken> {
    let saw = [1, 2, 3, 5].map(|n| format!("saw {n}"));
    let last =
        |key: u8, cells: &str, second| format!("{key}: {cells} at {}", Timestamp::secs(second));
    let told_of = [last(0, "Some(5) [5] 5", 25), last(1, "Some(3) [1, 2, 3] 6", 27)];
    for way in [Way::AsItComes, Way::SortedByTime] {
        let Told { told, dead } = remembered(runner, way)?;
        same_elements("what was told", told, [&saw[..], &told_of].concat())?;
        same_elements("dead letters", dead, vec![(0, 10), (0, 20), (0, 40), (7, 30)])?;
    }
    Ok(())
}

fn not_of_timers(runner: &dyn Runner) -> Result<(), Broken> {
    match remembered(runner, Way::FailingTimers) {
        Err(Broken::Run(error)) => {
            let error = error_of::<()>("the timer fails", Err(*error))?;
            same("the step that failed", error.step(), Some("Remember"))?;
            same("its words", error.to_string().contains("no bell"), true)
        }
        Err(differs) => Err(differs),
        Ok(_) => Err(Broken::Differs("a timer's callback fails, and the run ended well".into())),
    }
}
