//! Small pipelines, made from a number, and what must come of them.

use super::faults::{Faults, Place};
use super::sink::Totals;
use super::source::Numbers;
use heliostat::Seed;
use heliostat::graph::{Functions, Graph};
use heliostat::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const WINDOW: i64 = 10;

/// A pipeline, where it writes, and what that must come to.
pub(crate) struct Made {
    pub(crate) graph: Graph,
    pub(crate) functions: Functions,
    pub(crate) totals: Totals,
    pub(crate) wanted: BTreeMap<(i64, u64), u64>,
    seed: u64,
}

type Rowed = PCollection<(u64, u64)>;

/// Passes everything on, and keeps how much it was of each key and window.
struct Counting {
    count: ValueState<Self, u64>,
    faults: Arc<Faults>,
}

impl DoFn for Counting {
    type Input = (u64, u64);
    type Output = (u64, u64);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, (): &mut (), row: (u64, u64), context: &mut Context<'_, Self>) -> Result<()> {
        let count = self.count.read(context)?.copied().unwrap_or_default();
        self.count.write(context, count + 1)?;
        self.faults.meet(Place::State)?;
        context.emit(row);
        Ok(())
    }
}

pub(crate) fn made(seed: u64) -> Made {
    made_with(seed, &Faults::none())
}

pub(crate) fn made_with(seed: u64, faults: &Arc<Faults>) -> Made {
    made_into(seed, Totals::with(faults))
}

impl Made {
    /// The same pipeline, where so much has appeared already.
    pub(crate) fn begun_with(&self, totals: &Totals) -> Self {
        made_into(self.seed, totals.copied())
    }
}

fn made_into(seed: u64, totals: Totals) -> Made {
    let mut chance = Seed::new(seed);
    let faults = Arc::clone(&totals.faults);
    let numbers = Numbers {
        seed,
        pieces: 1 + chance.below(4),
        rows: chance.below(60),
        boundedness: match chance.below(4) {
            0 => Boundedness::Bounded,
            _ => Boundedness::Unbounded,
        },
        faults: Arc::clone(&faults),
    };
    let mut wanted: BTreeMap<(i64, u64), u64> = BTreeMap::new();
    for (piece, row) in (0..numbers.pieces).flat_map(|it| (0..numbers.rows).map(move |n| (it, n))) {
        let ((key, value), at) = numbers.row(piece, row);
        *wanted.entry((at.div_euclid(WINDOW) * WINDOW, key)).or_default() += value;
    }
    let pipeline = Pipeline::new();
    let nothing = pipeline.create([0_u64]).as_singleton();
    let map = move |row| {
        faults.meet_or_panic(Place::Map);
        row
    };
    let mut rows: Rowed = pipeline.read(numbers).map(map).named("Map");
    if chance.below(2) == 0 {
        rows =
            rows.map_with(&nothing, |(key, value), nothing| (key, value + nothing)).named("Look");
    }
    if chance.below(3) == 0 {
        rows = rows.reshuffle();
    }
    let early = after_watermark().early(after_count([1, 2, 4][chance.below(3) as usize]));
    let window = Window::fixed(millis(WINDOW)).allowed_lateness(millis(1_000)).discarding();
    rows = rows.window(if chance.below(2) == 0 { window.trigger(early) } else { window });
    if chance.below(2) == 0 {
        let faults = Arc::clone(&totals.faults);
        let counting = move |declare: &mut Declare<Counting>| Counting {
            count: declare.value("count"),
            faults: Arc::clone(&faults),
        };
        rows = rows.par_do_with(counting).named("Count").main();
    }
    rows = rows.sum_per_key().named("Sum");
    rows.windowed()
        .map(|row| {
            let start = row.window.start().millis();
            (start, row.value.0, row.value.1)
        })
        .write(totals.clone())
        .named("Totals");
    let (graph, functions) = (pipeline.graph(), pipeline.functions());
    Made { graph, functions, totals, wanted, seed }
}
