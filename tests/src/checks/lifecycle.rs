//! The life of a `DoFn`: set up, then bundle after bundle, then torn down (model.md 9.2).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use heliostat::{
    Boundedness, BundleContext, Capability, Context, DoFn, Error, Interval, Pipeline, Result,
    RunErrorKind, Runner, Timestamp,
};

use super::retry::{ATTEMPTS, trying};
use super::{Broken, Check, same, same_elements};
use crate::rigs::has;

pub(super) const ORDER: Check = Check {
    name: "checks/lifecycle-order",
    about: "setup, then start, process and finish for each bundle, then teardown, on each worker",
    proves: &[Capability::PardoLifecycle],
    input: Boundedness::Bounded,
    run: order,
};

pub(super) const TEARDOWN: Check = Check {
    name: "checks/teardown-after-a-failure",
    about: "what was set up is torn down once, whether its bundle failed and was tried again or ended \
            the run",
    proves: &[Capability::PardoTeardown],
    input: Boundedness::Bounded,
    run: teardown,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Setup,
    Start,
    Process,
    Finish,
    Teardown,
}

/// What happened on each worker.
type Diary = BTreeMap<usize, Vec<Moment>>;

struct Keeping {
    diary: Arc<Mutex<Diary>>,
}

/// Which worker, and what came in its bundle.
struct Worker {
    number: usize,
    sum: i64,
}

impl Keeping {
    fn note(&self, worker: usize, moment: Moment) {
        let mut diary = self.diary.lock().unwrap_or_else(PoisonError::into_inner);
        diary.entry(worker).or_default().push(moment);
    }
}

impl DoFn for Keeping {
    type Input = i64;
    type Output = i64;
    type Local = Worker;

    fn setup(&self) -> Result<Worker> {
        let number = self.diary.lock().unwrap_or_else(PoisonError::into_inner).len();
        self.note(number, Moment::Setup);
        Ok(Worker { number, sum: 0 })
    }

    fn start_bundle(&self, worker: &mut Worker) -> Result<()> {
        self.note(worker.number, Moment::Start);
        worker.sum = 0;
        Ok(())
    }

    fn process(&self, worker: &mut Worker, n: i64, _: &mut Context<'_, Self>) -> Result<()> {
        self.note(worker.number, Moment::Process);
        worker.sum += n;
        Ok(())
    }

    fn finish_bundle(
        &self,
        worker: &mut Worker,
        context: &mut BundleContext<'_, Self>,
    ) -> Result<()> {
        self.note(worker.number, Moment::Finish);
        context.emit(worker.sum, Timestamp::MIN, Interval::GLOBAL)
    }

    fn teardown(&self, worker: Worker) -> Result<()> {
        self.note(worker.number, Moment::Teardown);
        Ok(())
    }
}

fn order(runner: &dyn Runner) -> Result<(), Broken> {
    let diary = Arc::new(Mutex::new(Diary::new()));
    let pipeline = Pipeline::new();
    let dofn = Keeping { diary: Arc::clone(&diary) };
    let sums = pipeline.create(1..=10).par_do(dofn).collect();
    let result = runner.run(&pipeline)?;
    let total: i64 = result.collected(&sums).iter().sum();
    let diary = diary.lock().unwrap_or_else(PoisonError::into_inner);
    let moments = diary.values().flatten();
    let processed = moments.filter(|moment| **moment == Moment::Process).count();
    same_elements("what bundles gave at their end", vec![total], vec![55])?;
    same_elements("elements processed", vec![processed], vec![10])?;
    match diary.iter().find(|(_, moments)| !is_a_life(moments)) {
        None => Ok(()),
        Some((worker, moments)) => {
            Err(Broken::Differs(format!("worker {worker} lived like this: {moments:?}")))
        }
    }
}

/// Fails on one element, so often.
struct Failing {
    keeping: Keeping,
    times: u32,
    failures: Arc<AtomicU32>,
}

impl DoFn for Failing {
    type Input = i64;
    type Output = i64;
    type Local = Worker;

    fn setup(&self) -> Result<Worker> {
        self.keeping.setup()
    }

    fn process(&self, worker: &mut Worker, n: i64, _: &mut Context<'_, Self>) -> Result<()> {
        self.keeping.note(worker.number, Moment::Process);
        if n == 3 && self.failures.load(Ordering::SeqCst) < self.times {
            self.failures.fetch_add(1, Ordering::SeqCst);
            return Err(Error::new("3 is too much"));
        }
        Ok(())
    }

    fn teardown(&self, worker: Worker) -> Result<()> {
        self.keeping.teardown(worker)
    }
}

fn teardown(runner: &dyn Runner) -> Result<(), Broken> {
    let attempts = if has(runner, ATTEMPTS) { 2 } else { 1 };
    for times in [attempts - 1, u32::MAX] {
        let runner = if has(runner, ATTEMPTS) {
            trying(runner, attempts)?
        } else {
            runner.configured(&BTreeMap::new())?
        };
        let diary = Arc::new(Mutex::new(Diary::new()));
        let keeping = Keeping { diary: Arc::clone(&diary) };
        let failing = Failing { keeping, times, failures: Arc::default() };
        let pipeline = Pipeline::new();
        pipeline.create(1..=5).par_do(failing).named("Fail").collect();
        match runner.run(&pipeline) {
            Err(error) if times < attempts || error.kind() == RunErrorKind::Refused => {
                return Err(error.into());
            }
            Err(_) => {}
            Ok(_) => same("whether it can end well", times < attempts, true)?,
        }
        let diary = diary.lock().unwrap_or_else(PoisonError::into_inner);
        same("whether anything was set up", diary.is_empty(), false)?;
        for (worker, moments) in diary.iter() {
            let torn = moments.iter().filter(|moment| **moment == Moment::Teardown).count();
            same(&format!("how often worker {worker} was torn down"), torn, 1)?;
            same("the last moment", moments.last().copied(), Some(Moment::Teardown))?;
        }
    }
    Ok(())
}

fn is_a_life(moments: &[Moment]) -> bool {
    let mut before = None;
    let in_order = moments.iter().all(|&moment| may_follow(before.replace(moment), moment));
    in_order && before == Some(Moment::Teardown)
}

fn may_follow(before: Option<Moment>, moment: Moment) -> bool {
    match before {
        None => moment == Moment::Setup,
        Some(Moment::Setup | Moment::Finish) => [Moment::Start, Moment::Teardown].contains(&moment),
        Some(Moment::Start | Moment::Process) => {
            [Moment::Process, Moment::Finish].contains(&moment)
        }
        Some(Moment::Teardown) => false,
    }
}
