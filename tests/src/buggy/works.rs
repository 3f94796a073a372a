//! Code called in another way: what of a step, a read or a write the mistake is put around.

use std::sync::Arc;

use heliostat::batch::Batch;
use heliostat::graph::{
    Composite, Functions, Graph, ParDoSpec, StepFn, StepWork, Transform, ViewValue,
};
use heliostat::{PaneInfo, PaneTiming, Result};

use super::keyed::{Keyed, KeyedMistake};
use super::reads::{Misread, ReadMistake};
use super::writes::{Miswritten, WriteMistake};

/// What goes wrong in the code of a step without state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepMistake {
    /// One element that it gave, once on each worker.
    LosesOne,
    /// The same, given again.
    GivesOneTwice,
    /// What it says of panes.
    LabelsPanes,
    /// Elements it moved in time stay where they were.
    MovesNothing,
    /// What it saw first of its side inputs is all it sees.
    SeesTheFirst,
    /// Nothing comes out but at its main output.
    HasOneOutput,
    /// A call that belongs to its life.
    SkipsACall,
}

/// The code with something else in the place of what each step of a kind has.
fn replaced(
    graph: &Graph,
    functions: &Functions,
    is_it: impl Fn(&Transform) -> bool,
    with: impl Fn(Functions, &str) -> Functions,
) -> Functions {
    let steps = graph.steps().iter().filter(|step| is_it(&step.transform));
    steps.fold(functions.clone(), |changed, step| with(changed, &step.path))
}

/// The code with a mistake in each step without state for which this holds.
fn in_steps(
    graph: &Graph,
    functions: &Functions,
    seed: u64,
    (mistake, holds): (StepMistake, fn(&ParDoSpec) -> bool),
) -> Functions {
    let is_it = |transform: &Transform| matches!(transform, Transform::ParDo(spec) if !spec.is_keyed() && holds(spec));
    replaced(graph, functions, is_it, |changed, path| {
        let (functions, owned) = (functions.clone(), path.to_owned());
        changed.with_step(path, Arc::new(Disturbed { functions, path: owned, mistake, seed }))
    })
}

/// Makes a function of each mistake in code, so that the table of bugs can name it.
macro_rules! mistakes {
    ($($name:ident => $make:expr;)*) => {
        $(pub(super) fn $name(graph: &Graph, functions: &Functions, seed: u64) -> Functions {
            $make(graph, functions, seed)
        })*
    };
}

const fn any(_: &ParDoSpec) -> bool {
    true
}

mistakes! {
    loses_one => |g, f, seed| in_steps(g, f, seed, (StepMistake::LosesOne, any));
    gives_one_twice => |g, f, seed| in_steps(g, f, seed, (StepMistake::GivesOneTwice, any));
    labels_panes => |g, f, seed| in_steps(g, f, seed, (StepMistake::LabelsPanes, any));
    moves_nothing => |g, f, seed| {
        in_steps(g, f, seed, (StepMistake::MovesNothing, |spec| spec.moves_timestamps))
    };
    sees_the_first => |g, f, seed| {
        in_steps(g, f, seed, (StepMistake::SeesTheFirst, |spec| !spec.sides.is_empty()))
    };
    has_one_output => |g, f, seed| in_steps(g, f, seed, (StepMistake::HasOneOutput, any));
    skips_a_call => |g, f, seed| in_steps(g, f, seed, (StepMistake::SkipsACall, any));
    forgets_state => |g, f, _| in_keyed(g, f, KeyedMistake::ForgetsState);
    merges_no_state => |g, f, _| in_keyed(g, f, KeyedMistake::MergesNothing);
    clears_no_timers => |g, f, _| in_keyed(g, f, KeyedMistake::ClearsNothing);
    holds_nothing => |g, f, _| in_keyed(g, f, KeyedMistake::HoldsNothing);
    loops_nothing => |g, f, _| in_keyed(g, f, KeyedMistake::LoopsNothing);
    forgets_tags => |g, f, _| in_keyed(g, f, KeyedMistake::ForgetsTags);
    stops_the_clock => |g, f, _| in_keyed(g, f, KeyedMistake::StopsTheClock);
    loses_a_row => |g, f, seed| in_reads(g, f, (ReadMistake::LosesARow, seed));
    loses_bad_rows => |g, f, seed| in_reads(g, f, (ReadMistake::LosesBadRows, seed));
    keeps_the_watermark => |g, f, seed| in_reads(g, f, (ReadMistake::KeepsTheWatermark, seed));
    commits_twice => |g, f, seed| in_writes(g, f, (WriteMistake::CommitsTwice, seed));
    loses_a_part => |g, f, seed| in_writes(g, f, (WriteMistake::LosesAPart, seed));
    calls_all_complete => |g, f, seed| in_writes(g, f, (WriteMistake::CallsAllComplete, seed));
}

fn in_keyed(graph: &Graph, functions: &Functions, mistake: KeyedMistake) -> Functions {
    let is_it =
        |transform: &Transform| matches!(transform, Transform::ParDo(spec) if spec.is_keyed());
    replaced(graph, functions, is_it, |changed, path| {
        let (functions, owned) = (functions.clone(), path.to_owned());
        changed.with_keyed(path, Arc::new(Keyed { functions, path: owned, mistake }))
    })
}

fn in_reads(
    graph: &Graph,
    functions: &Functions,
    (mistake, seed): (ReadMistake, u64),
) -> Functions {
    let is_it =
        |transform: &Transform| matches!(transform, Transform::Composite(Composite::Read(_)));
    replaced(graph, functions, is_it, |changed, path| {
        let (functions, owned) = (functions.clone(), path.to_owned());
        changed.with_read(path, Arc::new(Misread { functions, path: owned, mistake, seed }))
    })
}

fn in_writes(
    graph: &Graph,
    functions: &Functions,
    (mistake, seed): (WriteMistake, u64),
) -> Functions {
    let is_it =
        |transform: &Transform| matches!(transform, Transform::Composite(Composite::Write(_)));
    replaced(graph, functions, is_it, |changed, path| {
        let (functions, owned) = (functions.clone(), path.to_owned());
        changed.with_write(path, Arc::new(Miswritten { functions, path: owned, mistake, seed }))
    })
}

/// The code of a step with a mistake around it.
struct Disturbed {
    functions: Functions,
    path: String,
    mistake: StepMistake,
    seed: u64,
}

impl StepFn for Disturbed {
    fn setup(&self) -> Result<Box<dyn StepWork>> {
        let work = self.functions.step(&self.path).setup()?;
        let Self { mistake, seed, .. } = *self;
        Ok(Box::new(DisturbedWork { work, mistake, seed, made: false, seen: None }))
    }
}

struct DisturbedWork {
    work: Box<dyn StepWork>,
    mistake: StepMistake,
    seed: u64,
    /// Whether a mistake that is made once was made.
    made: bool,
    seen: Option<Vec<ViewValue>>,
}

impl DisturbedWork {
    fn skips(&self, call: u64) -> bool {
        self.mistake == StepMistake::SkipsACall && self.seed % 3 == call
    }

    fn disturb(&mut self, out: &mut [Batch]) {
        let Some((main, others)) = out.split_first_mut() else { return };
        match self.mistake {
            StepMistake::LosesOne | StepMistake::GivesOneTwice => {
                let count = u32::try_from(main.len()).unwrap_or(0);
                if self.made || count == 0 {
                    return;
                }
                self.made = true;
                let one = u32::try_from(self.seed % u64::from(count)).unwrap_or(0);
                if self.mistake == StepMistake::LosesOne {
                    let others: Vec<u32> = (0..count).filter(|&at| at != one).collect();
                    *main = main.select(&others);
                } else {
                    main.append(&mut main.select(&[one]));
                }
            }
            StepMistake::LabelsPanes => {
                let seed = self.seed;
                for batch in std::iter::once(main).chain(others) {
                    mislabel(batch, seed);
                }
            }
            StepMistake::HasOneOutput => others.iter_mut().for_each(Batch::clear),
            StepMistake::MovesNothing | StepMistake::SeesTheFirst | StepMistake::SkipsACall => {}
        }
    }
}

fn mislabel(batch: &mut Batch, seed: u64) {
    use heliostat::batch::Each;
    let mistaken = |pane: &PaneInfo| {
        if pane.timing == PaneTiming::Unknown {
            return *pane;
        }
        match seed % 3 {
            0 => PaneInfo { index: pane.index + 1, ..*pane },
            1 => PaneInfo { is_last: false, ..*pane },
            _ => PaneInfo { is_first: false, ..*pane },
        }
    };
    match &mut batch.meta.panes {
        Each::Const(pane) => *pane = mistaken(pane),
        Each::Each(panes) => panes.iter_mut().for_each(|pane| *pane = mistaken(pane)),
    }
}

impl StepWork for DisturbedWork {
    fn start_bundle(&mut self) -> Result<()> {
        if self.skips(0) { Ok(()) } else { self.work.start_bundle() }
    }

    fn process(&mut self, input: &mut Batch, out: &mut [Batch], done: &mut usize) -> Result<()> {
        let (times, count) = (input.meta.timestamps.clone(), input.len());
        self.work.process(input, out, done)?;
        if self.mistake == StepMistake::MovesNothing
            && let Some(main) = out.first_mut()
            && main.len() == count
        {
            main.meta.timestamps = times;
        }
        self.disturb(out);
        Ok(())
    }

    fn see(&mut self, sides: &[ViewValue]) {
        if self.mistake != StepMistake::SeesTheFirst {
            return self.work.see(sides);
        }
        let seen = self.seen.get_or_insert_with(|| sides.to_vec());
        self.work.see(seen);
    }

    fn finish_bundle(&mut self, out: &mut [Batch]) -> Result<()> {
        if self.skips(1) { Ok(()) } else { self.work.finish_bundle(out) }
    }

    fn teardown(&mut self) -> Result<()> {
        if self.skips(2) { Ok(()) } else { self.work.teardown() }
    }
}
