//! Small pipelines, one for each capability whose throughput people ask for.

use heliostat::prelude::*;
use heliostat::{Capability, Pipeline};

/// How many elements each of them reads.
pub(super) const ELEMENTS: u64 = 1_000_000;

/// How many keys they have.
const KEYS: u64 = 1_000;

pub(super) struct Workload {
    pub(super) capability: Capability,
    pub(super) about: &'static str,
    pub(super) build: fn(&Pipeline),
}

const fn of(capability: Capability, about: &'static str, build: fn(&Pipeline)) -> Workload {
    Workload { capability, about, build }
}

/// A number each millisecond, under one of the keys.
fn pairs(pipeline: &Pipeline) -> PCollection<(u64, u64)> {
    numbers(pipeline).map(|n| (n % KEYS, n))
}

fn numbers(pipeline: &Pipeline) -> PCollection<u64> {
    pipeline.read(generate_sequence(0..ELEMENTS).event_time(Timestamp::secs(0), millis(1)))
}

fn counted(pipeline: &Pipeline, window: Window) {
    drop(pairs(pipeline).window(window).count_per_key());
}

pub(super) const WORKLOADS: &[Workload] = &[
    of(Capability::ReadBounded, "numbers are read, and nothing else", |it| drop(numbers(it))),
    of(Capability::PardoElementWise, "numbers are filtered and mapped", |it| {
        drop(numbers(it).filter(|n| n % 3 != 0).map(|n| n + 1));
    }),
    of(Capability::Reshuffle, "pairs of 1,000 keys are spread anew", |it| {
        drop(pairs(it).reshuffle());
    }),
    of(Capability::Flatten, "two halves are united and mapped", |it| {
        let half = |end: u64| it.read(generate_sequence(0..end));
        drop(it.flatten([half(ELEMENTS / 2), half(ELEMENTS / 2)]).map(|n| n + 1));
    }),
    of(Capability::Gbk, "1,000 keys are grouped in windows of a minute", |it| {
        drop(pairs(it).window(Window::fixed(secs(60))).group_by_key());
    }),
    of(Capability::CombinePerKey, "1,000 keys are summed", |it| drop(pairs(it).sum_per_key())),
    of(Capability::CombineGlobally, "all numbers are summed", |it| {
        drop(numbers(it).sum_globally());
    }),
    of(Capability::WindowFixed, "1,000 keys are counted in windows of a minute", |it| {
        counted(it, Window::fixed(secs(60)));
    }),
    of(Capability::WindowSliding, "1,000 keys are counted in a minute, every ten seconds", |it| {
        counted(it, Window::sliding(secs(60), secs(10)));
    }),
    of(Capability::WindowSession, "1,000 keys are counted in sessions", |it| {
        counted(it, Window::sessions(secs(60)));
    }),
    of(Capability::TriggerCount, "1,000 keys are counted, and shown by hundreds", |it| {
        let window = Window::global().trigger(repeatedly(after_count(100)));
        counted(it, window.discarding());
    }),
    of(Capability::SideStatic, "numbers are joined with a map of 1,000 names", |it| {
        let names = it.create((0..KEYS).map(|key| (key, key.to_string()))).as_map();
        drop(numbers(it).map_with(&names, |n, names| names.get(&(n % KEYS)).map(String::len)));
    }),
    of(Capability::StateValue, "1,000 keys are counted in a cell each", |it| {
        drop(pairs(it).par_do_with(Running::declared).main().named("Count"));
    }),
];

/// Counts the elements of each key, one by one.
struct Running {
    seen: ValueState<Self, u64>,
}

impl Running {
    fn declared(declare: &mut Declare<Self>) -> Self {
        Self { seen: declare.value("seen") }
    }
}

impl DoFn for Running {
    type Input = (u64, u64);
    type Output = u64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, (): &mut (), _: (u64, u64), context: &mut Context<'_, Self>) -> Result<()> {
        let seen = self.seen.read(context)?.copied().unwrap_or(0) + 1;
        self.seen.write(context, seen)?;
        context.emit(seen);
        Ok(())
    }
}
