//! What rounds tell adds up to what the run leaves behind.

use heliostat::graph::ReadSpec;
use heliostat::prelude::*;
use heliostat::{
    Boundedness, DropCounts, Interrupt, Job, JobOptions, KeptSavepoint, NoObserver, Observer,
    RoundProgress, RunEvent, RunResult, Savepoint,
};
use heliostat_micro_batch::{MicroBatchRunner, MicroBatchSettings};
use heliostat_runner_core::SimulatedHost;
use std::sync::Arc;

/// Keeps what it is told.
#[derive(Default)]
struct Told {
    rounds: Vec<RoundProgress>,
    /// Elements and rounds so far, as progress told them.
    progress: Vec<(u64, u64)>,
}

impl Observer for Told {
    fn event(&mut self, event: RunEvent) {
        match event {
            RunEvent::Round(round) => self.rounds.push(round),
            RunEvent::Progress { elements, bundles, .. } => self.progress.push((elements, bundles)),
            RunEvent::Held { .. }
            | RunEvent::BadRow { .. }
            | RunEvent::Written { .. }
            | RunEvent::Step { .. } => {}
        }
    }
}

/// Looks on, and wants no rounds.
struct WithoutRounds(Told);

impl Observer for WithoutRounds {
    fn event(&mut self, event: RunEvent) {
        self.0.event(event);
    }

    fn wants_rounds(&self) -> bool {
        false
    }
}

/// As many numbers as it was made with, a millisecond apart; each fiftieth comes 500 ms late, and
/// each hundredth cannot be read.
#[derive(Clone, Copy)]
struct Ticking {
    next: u64,
    end: u64,
}

impl Ticking {
    fn until(end: u64) -> Self {
        Self { next: 0, end }
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
        while self.next < self.end && rows.len() < limit {
            let delay = if self.next.is_multiple_of(50) { 500 } else { 0 };
            let time = self.next.saturating_sub(delay).cast_signed();
            if self.next % 100 == 99 {
                let reason = "no such number".into();
                rows.reject(BadRow { file: "ticks".into(), line: self.next, reason });
            } else {
                rows.push(self.next, Timestamp::from_millis(time));
            }
            self.next += 1;
        }
        Ok(if self.next == self.end { Fill::Done } else { Fill::More })
    }

    fn position(&self) -> u64 {
        self.next
    }

    fn watermark(&self) -> Timestamp {
        Timestamp::from_millis(self.next.cast_signed())
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

/// Two reads into windows of 100 ms: sums on the aligned path, sessions on the general one, and
/// counts in state.
fn pipeline() -> Pipeline {
    let pipeline = Pipeline::new();
    let ticks = pipeline.read(Ticking::until(1_000)).named("Ticks");
    let fewer = pipeline.read(Ticking::until(300)).named("Fewer");
    let keyed = |numbers: &PCollection<u64>| numbers.clone().map(|number| (number % 7, number));
    let windowed = keyed(&ticks).window(Window::fixed(millis(100)));
    windowed.clone().sum_per_key().named("Sum").collect();
    let counting = |declare: &mut Declare<Counting>| Counting { seen: declare.value("seen") };
    windowed.par_do_with(counting).named("Count").main().collect();
    let sessions = keyed(&fewer).window(Window::sessions(millis(20)));
    sessions.max_per_key().named("Sessions").collect();
    pipeline
}

/// Runs it under the eyes of an observer, from a savepoint if there is one, and to another if it is
/// to stop.
fn watched(
    pipeline: &Pipeline,
    shards: usize,
    observer: &mut dyn Observer,
    (from, stop_at): (Option<&Savepoint>, Option<u64>),
) -> (RunResult, KeptSavepoint) {
    let settings = MicroBatchSettings {
        shards: Some(shards),
        round_elements: 100,
        ..MicroBatchSettings::default()
    };
    let mut kept = KeptSavepoint::default();
    let (graph, functions) = (pipeline.graph(), pipeline.functions());
    let interrupt = Interrupt::default();
    let mut options = JobOptions { from, ..JobOptions::default() };
    if let Some(bundles) = stop_at {
        options = options.stopping_at(bundles).saving_to(&mut kept);
    }
    let job = Job::new(&graph, &functions, &interrupt, observer).with(options);
    let host = Arc::new(SimulatedHost::of(3));
    let result = MicroBatchRunner::new(settings).execute_on(host, job).expect("it runs");
    (result, kept)
}

fn rounds_of(pipeline: &Pipeline, shards: usize) -> (Told, RunResult) {
    let mut told = Told::default();
    let (result, _) = watched(pipeline, shards, &mut told, (None, None));
    (told, result)
}

#[test]
fn rounds_add_up_to_what_the_run_leaves_behind() {
    for shards in [1, 2, 5] {
        let (told, result) = rounds_of(&pipeline(), shards);
        let rounds = &told.rounds;
        assert!(9 < rounds.len(), "{} rounds", rounds.len());
        let numbers: Vec<u64> = rounds.iter().map(|round| round.round).collect();
        assert_eq!(numbers, (1..=rounds.len() as u64).collect::<Vec<_>>());

        for (at, path) in ["Ticks", "Fewer"].into_iter().enumerate() {
            let of_read = || rounds.iter().map(|round| &round.reads[at]);
            assert!(of_read().all(|read| read.step == path));
            let counts = result.step(path);
            assert_eq!(of_read().map(|read| read.elements).sum::<u64>(), counts.elements_out);
            assert_eq!(of_read().map(|read| read.bad_rows).sum::<u64>(), counts.bad_rows);
            assert_ne!(counts.bad_rows, 0, "the test is of some");
        }
        let elements: u64 = rounds.iter().map(RoundProgress::elements).sum();
        assert_eq!(elements, 990 + 297);

        let processed: u64 = rounds.iter().map(|round| round.processed).sum();
        assert_eq!(processed, result.metrics.values().map(|step| step.elements_in).sum::<u64>());

        let dropped = rounds.iter().fold(DropCounts::default(), |all, round| DropCounts {
            late: all.late + round.dropped.late,
            closed: all.closed + round.dropped.closed,
        });
        assert_eq!(dropped, result.dropped());
        assert_ne!(dropped.late, 0, "the test is of some");
    }
}

#[test]
fn watermarks_never_go_back_and_end_at_the_end() {
    let (told, _) = rounds_of(&pipeline(), 3);
    let marks = |round: &RoundProgress| {
        let reads = round.reads.iter().map(|read| read.watermark);
        let all = reads.chain(round.state.iter().map(|state| state.watermark));
        all.chain([round.watermark]).collect::<Vec<_>>()
    };
    for pair in told.rounds.windows(2) {
        let (before, after) = (marks(&pair[0]), marks(&pair[1]));
        let forward = before.iter().zip(&after).all(|(before, after)| before <= after);
        assert!(forward, "{before:?}, then {after:?}");
        assert_eq!(after.iter().min(), after.last(), "the slowest is the slowest of all");
    }
    let moved = told.rounds.iter().filter(|round| round.watermark != Timestamp::MIN).count();
    assert!(5 < moved, "{moved}");
    let last = told.rounds.last().expect("there are rounds");
    assert!(marks(last).iter().all(|mark| *mark == Timestamp::MAX), "{last:?}");
}

#[test]
fn state_is_told_by_step_and_gone_at_the_end() {
    let (told, _) = rounds_of(&pipeline(), 3);
    let steps: Vec<&str> = told.rounds[0].state.iter().map(|state| state.step.as_str()).collect();
    assert_eq!(steps, ["Sum", "Count", "Sessions"]);
    // Seven keys, each in the window in hand and in those of latecomers.
    let sums = told.rounds[0].state[0].clone();
    assert_eq!(sums.rows, 7);
    for (at, step) in steps.iter().enumerate() {
        let most = told.rounds.iter().map(|round| round.state[at].rows).max();
        assert!(most.is_some_and(|most| 7 <= most), "{most:?} of {step}");
        let bytes = told.rounds.iter().filter(|round| 0 < round.state[at].rows);
        let mut bytes = bytes.map(|round| round.state[at].bytes);
        assert!(bytes.all(|bytes| bytes.is_some_and(|bytes| 0 < bytes)), "{step}");
    }
    let last = told.rounds.last().expect("there are rounds");
    assert!(last.state.iter().all(|state| state.rows == 0), "{last:?}");
}

#[test]
fn the_same_is_told_each_time_but_for_durations() {
    let without_durations = |shards| {
        let (told, _) = rounds_of(&pipeline(), shards);
        let still = |round: RoundProgress| RoundProgress {
            read_micros: 0,
            settle_micros: 0,
            commit_micros: 0,
            ..round
        };
        told.rounds.into_iter().map(still).collect::<Vec<_>>()
    };
    assert_eq!(without_durations(4), without_durations(4));
}

#[test]
fn a_script_is_told_event_by_event() {
    let pipeline = Pipeline::new();
    let script = TestStream::new()
        .add([((0_u64, 1_u64), Timestamp::secs(1)), ((0, 2), Timestamp::secs(2))])
        .watermark(Timestamp::secs(60))
        .add([((0, 4), Timestamp::secs(3))])
        .watermark(Timestamp::secs(120));
    let sums = pipeline.test_stream(script).window(Window::fixed(secs(60))).sum_per_key();
    sums.named("Sum").collect();
    let (told, result) = rounds_of(&pipeline, 2);
    let late: Vec<u64> = told.rounds.iter().map(|round| round.dropped.late).collect();
    let first = late.iter().position(|&late| late == 1);
    assert_eq!((late.iter().sum::<u64>(), result.dropped().late), (1, 1));
    let late = &told.rounds[first.expect("one is late")];
    assert_eq!((late.elements(), late.watermark), (1, Timestamp::secs(60)));
    assert_eq!(told.rounds.iter().map(RoundProgress::elements).sum::<u64>(), 3);
}

#[test]
fn a_run_that_goes_on_tells_only_its_own() {
    let (mut before, mut told) = (Told::default(), Told::default());
    let (_, kept) = watched(&pipeline(), 2, &mut before, (None, Some(6)));
    let (result, _) = watched(&pipeline(), 3, &mut told, (Some(kept.savepoint()), None));
    assert_eq!(told.rounds[0].round, 1);
    let elements = |told: &Told| told.rounds.iter().map(RoundProgress::elements).sum::<u64>();
    assert_eq!(elements(&before) + elements(&told), 990 + 297);
    let late = |told: &Told| told.rounds.iter().map(|round| round.dropped.late).sum::<u64>();
    assert_eq!(late(&before) + late(&told), result.dropped().late);
    assert!(0 < late(&before) && 0 < late(&told), "the test is of some in each");
}

#[test]
fn progress_is_told_beside_rounds_and_without_them() {
    let (told, _) = rounds_of(&pipeline(), 2);
    let mut sum = 0;
    let by_hand = told.rounds.iter().map(|round| {
        sum += round.elements();
        (sum, round.round)
    });
    assert_eq!(told.progress, by_hand.collect::<Vec<_>>());

    let mut without = WithoutRounds(Told::default());
    watched(&pipeline(), 2, &mut without, (None, None));
    assert_eq!((without.0.rounds.len(), without.0.progress), (0, told.progress));
    assert!(!NoObserver.wants_rounds());
}
