//! Rounds on one lane and on many: the same results, retries without a trace, a way on.

use heliostat::graph::ReadSpec;
use heliostat::prelude::*;
use heliostat::{
    Boundedness, Clock, Collected, Interrupt, Job, JobOptions, KeptSavepoint, NoObserver,
    RunResult, Runner, StopCause, SystemClock,
};
use heliostat_micro_batch::{MicroBatchRunner, MicroBatchSettings, Rounds};
use heliostat_runner_core::SimulatedHost;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Runners with these numbers of shards, on one thread and on several.
fn runners() -> Vec<MicroBatchRunner> {
    let with = |(workers, shards)| MicroBatchSettings {
        workers,
        shards: Some(shards),
        round_elements: 100,
        ..MicroBatchSettings::default()
    };
    [(1, 1), (1, 3), (2, 2), (2, 7)].map(with).map(MicroBatchRunner::new).to_vec()
}

/// 1,000 numbers with the numbers modulo seven as keys.
fn numbers(pipeline: &Pipeline) -> PCollection<(u64, u64)> {
    pipeline.read(generate_sequence(0..1_000)).map(|number| (number % 7, number))
}

fn by_hand() -> BTreeMap<u64, u64> {
    let mut sums = BTreeMap::new();
    (0..1_000_u64).for_each(|number| *sums.entry(number % 7).or_default() += number);
    sums
}

fn sorted<T: Element + Ord>(result: &RunResult, collected: &Collected<T>) -> Vec<T> {
    let mut values = result.collected(collected);
    values.sort();
    values
}

#[test]
fn sums_are_the_same_on_every_number_of_workers_and_shards() {
    for runner in runners() {
        let pipeline = Pipeline::new();
        let sums = numbers(&pipeline).sum_per_key().named("Sum").collect();
        let counts = numbers(&pipeline).count_per_key().collect();
        let result = runner.run(&pipeline).expect("it runs");
        let want: Vec<(u64, u64)> = by_hand().into_iter().collect();
        assert_eq!(sorted(&result, &sums), want, "{runner:?}");
        let all: u64 = result.collected(&counts).into_iter().map(|(_, count)| count).sum();
        assert_eq!((all, result.step("Sum").elements_in), (1_000, 1_000), "{runner:?}");
    }
}

#[test]
fn a_panic_is_tried_again_and_leaves_no_trace() {
    for runner in runners() {
        let pipeline = Pipeline::new();
        let met = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&met);
        let flaky = move |number: u64| {
            let first = number == 555 && counted.fetch_add(1, Ordering::Relaxed) == 0;
            assert!(!first, "the network is down");
            (number % 7, number)
        };
        let read = pipeline.read(generate_sequence(0..1_000));
        let mapped = read.map(flaky).named("Flaky");
        let sums = mapped.sum_per_key().collect();
        let behind = mapped.count_globally().collect();
        let result = runner.run(&pipeline).expect("the second try succeeds");
        assert_eq!(sorted(&result, &sums), by_hand().into_iter().collect::<Vec<_>>());
        assert_eq!(result.collected(&behind), [1_000]);
        assert_eq!(result.step("Flaky").elements_in, 1_000, "{runner:?}");
        assert_eq!(met.load(Ordering::Relaxed), 2);

        // No attempts at all are one.
        let settings = MicroBatchSettings { attempts: 0, ..runner.settings().clone() };
        let error = MicroBatchRunner::new(settings).run(&{
            let pipeline = Pipeline::new();
            let read = pipeline.read(generate_sequence(0..9));
            read.map(|_| -> u64 { panic!("for good") }).named("Broken").collect();
            pipeline
        });
        let error = error.expect_err("it cannot succeed");
        assert_eq!(error.step(), Some("Broken"));
        assert!(error.to_string().contains("for good"), "{error}");
    }
}

/// Counts to a thousand, one a millisecond, and may have nothing more for a long time before.
#[derive(Clone, Copy)]
struct Ticking {
    next: u64,
    idle_at: u64,
}

impl Ticking {
    fn to_the_end() -> Self {
        Self { next: 0, idle_at: u64::MAX }
    }
}

impl Read for Ticking {
    type Element = u64;
    type Restriction = u64;
    type Reader = Self;

    fn spec(&self) -> ReadSpec {
        ReadSpec {
            boundedness: Boundedness::Unbounded,
            has_watermark_policy: true,
            ..ReadSpec::bounded("ticks")
        }
    }

    fn split(&self) -> Result<Vec<u64>> {
        Ok(vec![self.next])
    }

    fn open(&self, next: u64) -> Result<Self> {
        Ok(Self { next, ..*self })
    }
}

impl Reader for Ticking {
    type Element = u64;
    type Restriction = u64;

    fn fill(&mut self, rows: &mut Rows<'_, u64>, limit: usize) -> Result<Fill> {
        if self.idle_at <= self.next {
            return Ok(Fill::Idle(Timestamp::MAX));
        }
        while self.next < self.idle_at.min(1_000) && rows.len() < limit {
            rows.push(self.next, Timestamp::from_millis(self.next.cast_signed()));
            self.next += 1;
        }
        Ok(if self.next == 1_000 { Fill::Done } else { Fill::More })
    }

    fn position(&self) -> u64 {
        self.next
    }

    fn watermark(&self) -> Timestamp {
        Timestamp::from_millis(self.next.cast_signed())
    }
}

#[test]
fn what_one_read_gave_stays_when_another_is_tried_again() {
    for runner in runners() {
        let pipeline = Pipeline::new();
        let met = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&met);
        let flaky = move |number: u64| {
            let first = number == 555 && counted.fetch_add(1, Ordering::Relaxed) == 0;
            assert!(!first, "the network is down");
            number
        };
        let windowed = |numbers: PCollection<u64>| numbers.window(Window::fixed(millis(100)));
        let steady = windowed(pipeline.read(Ticking::to_the_end()));
        let shaky = windowed(pipeline.read(Ticking::to_the_end()).map(flaky));
        let all = steady.flatten_with(&shaky).map(|number| (number % 7, number));
        let sums = all.sum_per_key().collect();
        let result = runner.run(&pipeline).expect("the second try succeeds");
        let sum: u64 = result.collected(&sums).into_iter().map(|(_, sum)| sum).sum();
        assert_eq!(sum, 2 * (0..1_000).sum::<u64>(), "{runner:?}");
        assert_eq!((met.load(Ordering::Relaxed), result.dropped().total()), (2, 0));
    }
}

/// Gives each value with how many of its key came so far.
struct Counting {
    seen: ValueState<Self, u64>,
}

impl DoFn for Counting {
    type Input = (u64, u64);
    type Output = (u64, u64);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        _: &mut (),
        (key, _): (u64, u64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        let seen = self.seen.read(context)?.copied().unwrap_or_default() + 1;
        self.seen.write(context, seen)?;
        context.emit((key, seen));
        Ok(())
    }
}

/// Numbers that are counted per key by state, and the largest count of each key.
fn counted(pipeline: &Pipeline) -> Collected<(u64, u64)> {
    let counting = |declare: &mut Declare<Counting>| Counting { seen: declare.value("seen") };
    let counted = numbers(pipeline).par_do_with(counting).named("Count");
    counted.main().max_per_key().named("Largest").collect()
}

#[test]
fn a_run_goes_on_with_another_number_of_shards() {
    let runners = runners();
    let whole = Pipeline::new();
    let want = counted(&whole);
    let want = sorted(&runners[0].run(&whole).expect("it runs"), &want);
    assert_eq!(want.iter().map(|(_, count)| count).sum::<u64>(), 1_000);
    for (first, second) in runners.iter().zip(runners.iter().rev()) {
        let mut kept = KeptSavepoint::default();
        let pipeline = Pipeline::new();
        counted(&pipeline);
        let options = JobOptions::default().stopping_at(4).saving_to(&mut kept);
        let stopped = first.run_with(&pipeline, options).expect("it stops");
        assert_eq!(stopped.stopped.map(|stopped| stopped.cause), Some(StopCause::Bundles));
        let pipeline = Pipeline::new();
        let got = counted(&pipeline);
        let options = JobOptions::default().from_savepoint(kept.savepoint());
        let result = second.run_with(&pipeline, options).expect("it goes on");
        assert_eq!(sorted(&result, &got), want, "{first:?}, then {second:?}");
    }
}

#[test]
fn a_simulated_host_gives_the_same_in_any_order() {
    for seed in 0..20 {
        let pipeline = Pipeline::new();
        let got = counted(&pipeline);
        let (graph, functions) = (pipeline.graph(), pipeline.functions());
        let (interrupt, mut observer) = (Interrupt::default(), NoObserver);
        let job = Job::new(&graph, &functions, &interrupt, &mut observer);
        let host = Arc::new(SimulatedHost::of(seed));
        let settings = MicroBatchSettings {
            shards: Some(5),
            round_elements: 64,
            ..MicroBatchSettings::default()
        };
        let result = MicroBatchRunner::new(settings).execute_on(host, job).expect("it runs");
        let counts = sorted(&result, &got).into_iter().map(|(_, count)| count);
        assert_eq!(counts.sum::<u64>(), 1_000, "seed {seed}");
    }
}

#[test]
fn a_run_that_has_read_all_there_is_for_now_stops_and_says_so() {
    for (rounds, idle_at) in [
        (Rounds::AvailableNow, 250),
        (Rounds::Once, 250),
        (Rounds::AvailableNow, 0),
        (Rounds::Once, 0),
    ] {
        for runner in runners() {
            let pipeline = Pipeline::new();
            let read = pipeline.read(Ticking { next: 0, idle_at });
            let windowed = read.window(Window::fixed(millis(100))).map(|number| (0_u64, number));
            let counts = windowed.count_per_key().collect();
            let result = runner.clone().rounds(rounds).run(&pipeline).expect("it stops");
            let cause = result.stopped.map(|stopped| stopped.cause);
            assert_eq!(cause, Some(StopCause::CaughtUp), "{runner:?}");
            // What the watermark has not passed stays open.
            let shown: u64 = result.collected(&counts).into_iter().map(|(_, count)| count).sum();
            assert_eq!(shown, idle_at / 100 * 100, "{runner:?}");
            let open = result.interrupted.map(|open| open.panes_pending);
            assert_eq!(open, Some(u64::from(idle_at % 100 != 0)), "{runner:?}");
        }
    }
}

#[test]
fn one_round_takes_all_there_is() {
    let pipeline = Pipeline::new();
    let sums = numbers(&pipeline).sum_per_key().collect();
    let runner = MicroBatchRunner::default().workers(1).rounds(Rounds::Once);
    let result = runner.run(&pipeline).expect("it runs");
    assert_eq!(result.stopped, None);
    assert_eq!(sorted(&result, &sums), by_hand().into_iter().collect::<Vec<_>>());
}

#[test]
fn a_step_reads_beside_it_all_that_the_round_brought() {
    for (round_elements, seen) in
        [(1_000, [10; 10].to_vec()), (2, vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10])]
    {
        let pipeline = Pipeline::new();
        let as_it_comes = Window::global().trigger(repeatedly(after_count(1))).accumulating();
        let side = pipeline.read(generate_sequence(0..10)).window(as_it_comes);
        let count = side.combine_globally_as_view(Count);
        let main = pipeline.read(generate_sequence(0..10));
        let counts = main.map_with(&count, |_, count| *count).collect();
        let settings = MicroBatchSettings { round_elements, ..MicroBatchSettings::default() };
        let result = MicroBatchRunner::new(settings).run(&pipeline).expect("it runs");
        assert_eq!(sorted(&result, &counts), seen, "{round_elements} elements in a round");
    }
}

#[test]
fn rounds_at_intervals_end_with_their_sources() {
    let pipeline = Pipeline::new();
    let sums = numbers(&pipeline).sum_per_key().collect();
    // One round is enough; nobody waits an hour for a second one.
    let runner = MicroBatchRunner::default().rounds(Rounds::Every(hours(1)));
    let result = runner.run(&pipeline).expect("it runs");
    assert_eq!(result.stopped, None);
    assert_eq!(sorted(&result, &sums), by_hand().into_iter().collect::<Vec<_>>());
}

#[test]
fn a_round_comes_no_sooner_than_its_interval_says() {
    let pipeline = Pipeline::new();
    let times = pipeline.read(generate_sequence(0..2)).map(|_| SystemClock.now().millis());
    let times = times.collect();
    let settings = MicroBatchSettings {
        workers: 1,
        // Longer than a clock waits at once.
        rounds: Rounds::Every(millis(1_200)),
        round_elements: 1,
        ..MicroBatchSettings::default()
    };
    let began = SystemClock.now().millis();
    let result = MicroBatchRunner::new(settings).run(&pipeline).expect("it runs");
    // The first round begins behind `began`, the second one an interval behind that.
    let times = sorted(&result, &times);
    assert!(began + 1_200 <= times[1], "{began}, {times:?}");
}

#[test]
fn settings_say_what_they_take() {
    let given = |name: &str, value: &str| {
        MicroBatchRunner::default().configured(&BTreeMap::from([(name.into(), value.into())]))
    };
    for (name, value) in [("workers", "2"), ("rounds", "every=1s"), ("shards", "workers")] {
        assert!(given(name, value).is_ok(), "{name}={value}");
    }
    for (name, value) in [("backoff", "0s"), ("backoff", "1m30s"), ("backoff-max", "250ms")] {
        assert!(given(name, value).is_ok(), "{name}={value}");
    }
    for (name, value, words) in [
        ("backoff", "soon", "a time such as `100ms`"),
        ("backoff-max", "-1s", "a time such as `100ms`"),
        ("workers", "0", "a whole number of at least 1"),
        ("rounds", "sometimes", "`every=` and a time"),
        ("rounds", "every=0s", "`every=` and a time"),
        ("spin", "1", "has no setting `spin`"),
    ] {
        let error = given(name, value).map(drop).expect_err("it is wrong").to_string();
        assert!(error.contains(words), "{error}");
    }
}
