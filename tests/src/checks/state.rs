//! State and timers of bundles that fail, and input that is the same each time.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use heliostat::{
    BagState, Boundedness, BundleContext, Capability, CombiningState, Context, Declare, DoFn,
    Error, FiredTimer, Interval, MapState, MultimapState, OrderedListState, Pipeline, Result,
    Runner, SetState, Str, Sum, TestStream, TimerFamily, Timestamp, ValueState, Window, millis,
};

use super::retry::trying;
use super::{Broken, Check, same, same_elements};

pub(super) const STATE_WITHOUT_A_TRACE: Check = Check {
    name: "checks/retries-without-a-trace-in-state",
    about: "a bundle that fails leaves nothing in cells, timers and holds, whatever it fails in",
    proves: &[
        Capability::OpsRetry,
        Capability::StateValue,
        Capability::StateBag,
        Capability::StateCombining,
        Capability::StateMap,
        Capability::StateSet,
        Capability::StateMultimap,
        Capability::StateOrderedList,
        Capability::TimerDynamic,
        Capability::TimerClear,
    ],
    input: Boundedness::Unbounded,
    run: state_without_a_trace,
};

pub(super) const STABLE_INPUT: Check = Check {
    name: "checks/stable-input",
    about: "a step that wants stable input sees the same elements when it is tried again",
    proves: &[Capability::OpsRetry, Capability::RequiresStableInput],
    input: Boundedness::Bounded,
    run: stable_input,
};

pub(super) const KEYED_LIFECYCLE: Check = Check {
    name: "checks/lifecycle-with-state",
    about: "a step with state has bundles like any other, and its timers fire within them",
    proves: &[Capability::PardoLifecycle, Capability::StateValue, Capability::TimerEvent],
    input: Boundedness::Unbounded,
    run: keyed_lifecycle,
};

/// Where the code fails, each once.
const PLACES: [&str; 4] = ["element 4", "element 5", "timer 2", "end"];

/// Fails where it is told to, the first time.
#[derive(Clone)]
struct Failing {
    places: Arc<Mutex<Vec<&'static str>>>,
}

impl Failing {
    fn at(places: &[&'static str]) -> Self {
        Self { places: Arc::new(Mutex::new(places.to_vec())) }
    }

    fn pass(&self, place: &str) -> Result<()> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let before = places.len();
        places.retain(|it| *it != place);
        if places.len() == before { Ok(()) } else { Err(Error::new(format!("fails at {place}"))) }
    }
}

/// Has one cell of each kind.
struct Everything {
    value: ValueState<Self, i64>,
    bag: BagState<Self, i64>,
    sum: CombiningState<Self, i64, Sum>,
    map: MapState<Self, i64, i64>,
    set: SetState<Self, i64>,
    multimap: MultimapState<Self, i64, i64>,
    list: OrderedListState<Self, i64>,
    timers: TimerFamily<Self>,
    failing: Failing,
}

impl Everything {
    fn of(declare: &mut Declare<Self>, failing: Failing) -> Self {
        declare.on_window_expiration(Self::on_expiration);
        Self {
            value: declare.value("value"),
            bag: declare.bag("bag"),
            sum: declare.combining("sum", Sum),
            map: declare.map("map"),
            set: declare.set("set"),
            multimap: declare.multimap("multimap"),
            list: declare.ordered_list("list"),
            timers: declare.event_timer_family("timers", Self::on_timer),
            failing,
        }
    }

    fn on_timer(
        &self,
        (): &mut (),
        fired: &FiredTimer,
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        self.bag.add(context, 100)?;
        let words = format!("{} timer {}: {}", context.key(), fired.tag, self.told(context)?);
        context.emit(words);
        self.failing.pass(&format!("timer {}", fired.tag))
    }

    fn on_expiration(&self, (): &mut (), context: &mut Context<'_, Self>) -> Result<()> {
        let words = format!("{} end: {}", context.key(), self.told(context)?);
        context.emit(words);
        self.failing.pass("end")
    }

    /// All that the cells hold.
    fn told(&self, context: &Context<'_, Self>) -> Result<String> {
        let mut bag: Vec<i64> = self.bag.read(context)?.collect();
        bag.sort_unstable();
        let map: Vec<(i64, i64)> = self.map.entries(context)?.collect();
        let set: Vec<i64> = self.set.read(context)?.collect();
        let multimap: Vec<(i64, i64)> = self.multimap.entries(context)?.collect();
        let list: Vec<i64> = self.list.read(context)?.map(|(_, n)| n).collect();
        let (value, sum) = (self.value.read(context)?, self.sum.get(context)?);
        Ok(format!("{value:?} {bag:?} {sum} {map:?} {set:?} {multimap:?} {list:?}"))
    }
}

impl DoFn for Everything {
    type Input = (Str, i64);
    type Output = String;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        (): &mut (),
        (_, n): (Str, i64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        let (at, earlier) = (context.timestamp(), n - 2);
        self.value.write(context, n)?;
        self.sum.add(context, n)?;
        self.map.put(context, n, n)?;
        self.map.remove(context, &earlier)?;
        self.set.add(context, n)?;
        self.set.remove(context, &earlier)?;
        self.multimap.put(context, n.rem_euclid(2), n)?;
        self.list.clear_range(context, at - millis(3)..at - millis(2))?;
        self.list.add(context, at, n)?;
        if n == 5 {
            self.bag.clear(context)?;
            self.multimap.remove(context, &1)?;
            self.timers.tag("3").clear(context)?;
        }
        self.bag.add(context, n)?;
        self.timers.tag(n.to_string()).set(context, at + millis(20))?;
        self.failing.pass(&format!("element {n}"))
    }
}

fn state_without_a_trace(runner: &dyn Runner) -> Result<(), Broken> {
    let runner = trying(runner, PLACES.len() as u32 + 1)?;
    let told = |places: &[&'static str]| -> Result<Vec<String>, Broken> {
        let failing = Failing::at(places);
        let pipeline = Pipeline::new();
        let mut stream = TestStream::new();
        for n in 1..=6 {
            let key = if n == 6 { "b" } else { "a" };
            stream = stream.add([((Str::from(key), n), Timestamp::from_millis(n))]);
        }
        let stream = stream.watermark(Timestamp::from_millis(23)).end();
        let told = pipeline
            .test_stream(stream)
            .window(Window::fixed(millis(50)))
            .par_do_with(|declare| Everything::of(declare, failing.clone()))
            .named("Everything")
            .main()
            .windowed()
            .map(|it| format!("{} at {}", it.value, it.timestamp))
            .collect();
        let result = runner.run(&pipeline)?;
        let left = failing.places.lock().unwrap_or_else(PoisonError::into_inner).len();
        same("places that did not fail", left, 0)?;
        Ok(result.collected(&told))
    };
    let want = told(&[])?;
    same("callbacks", want.len(), 5 + 2)?;
    same_elements("what was told", told(&PLACES)?, want)
}

/// Notes what it sees in each attempt, and fails in the first ones.
struct Noting {
    seen: Arc<Mutex<Vec<Vec<i64>>>>,
    failures: AtomicU32,
}

impl DoFn for Noting {
    type Input = i64;
    type Output = i64;
    type Local = Vec<i64>;

    fn setup(&self) -> Result<Vec<i64>> {
        Ok(Vec::new())
    }

    fn start_bundle(&self, seen: &mut Vec<i64>) -> Result<()> {
        seen.clear();
        Ok(())
    }

    fn process(&self, seen: &mut Vec<i64>, n: i64, context: &mut Context<'_, Self>) -> Result<()> {
        seen.push(n);
        context.emit(n);
        Ok(())
    }

    fn finish_bundle(&self, seen: &mut Vec<i64>, _: &mut BundleContext<'_, Self>) -> Result<()> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen.clone());
        match self.failures.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => Err(Error::new("the service did not answer")),
            _ => Ok(()),
        }
    }
}

fn stable_input(runner: &dyn Runner) -> Result<(), Broken> {
    let runner = trying(runner, 3)?;
    let (seen, next) = (Arc::<Mutex<Vec<Vec<i64>>>>::default(), AtomicI64::new(0));
    let pipeline = Pipeline::new();
    let noting = Noting { seen: Arc::clone(&seen), failures: AtomicU32::new(0) };
    let noted = pipeline
        .create([0; 5])
        .map(move |_| next.fetch_add(1, Ordering::SeqCst))
        .par_do_with(|declare| {
            declare.stable_input();
            noting
        })
        .main()
        .collect();
    let result = runner.run(&pipeline)?;
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let [first, second, third, ..] = &seen[..] else {
        return Err(Broken::Differs(format!("three attempts, but {seen:?}")));
    };
    same("the second attempt", second, first)?;
    same("the third attempt", third, first)?;
    let of_bundles: Vec<i64> = seen[2..].iter().flatten().copied().collect();
    same_elements("what came out", result.collected(&noted), of_bundles)
}

/// Counts a bundle's elements and timers, and tells of them at its end.
struct Counting {
    value: ValueState<Self, i64>,
    timers: TimerFamily<Self>,
}

impl DoFn for Counting {
    type Input = (Str, i64);
    type Output = i64;
    type Local = i64;

    fn setup(&self) -> Result<i64> {
        Ok(0)
    }

    fn start_bundle(&self, count: &mut i64) -> Result<()> {
        *count = 0;
        Ok(())
    }

    fn process(
        &self,
        count: &mut i64,
        (_, n): (Str, i64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        *count += 1;
        self.value.write(context, n)?;
        self.timers.tag(n.to_string()).set(context, Timestamp::from_millis(n))
    }

    fn finish_bundle(&self, count: &mut i64, context: &mut BundleContext<'_, Self>) -> Result<()> {
        context.emit(*count, Timestamp::END_OF_GLOBAL_WINDOW, Interval::GLOBAL)
    }
}

fn keyed_lifecycle(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let stream = TestStream::new()
        .watermark(Timestamp::from_millis(10))
        // Two elements and the timer that is due at once.
        .add_now([(Str::from("a"), 5), (Str::from("a"), 20)])
        .watermark(Timestamp::from_millis(30))
        .end();
    let counts = pipeline
        .test_stream(stream)
        .par_do_with(|declare| Counting {
            value: declare.value("value"),
            timers: declare.event_timer_family("timers", |_, count, _, _| {
                *count += 10;
                Ok(())
            }),
        })
        .named("Counting")
        .main()
        .collect();
    let result = runner.run(&pipeline)?;
    let counts = result.collected(&counts).into_iter().filter(|count| *count != 0);
    same_elements("elements and timers of each bundle", counts.collect(), vec![12, 10])
}
