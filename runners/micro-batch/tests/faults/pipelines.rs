//! Small pipelines and settings, made from a number.

use super::sinks::{Epochs, Lines};
use super::source::{Item, Numbers};
use super::steps::{Adding, Counting, Flaky};
use super::switch::{Kind, Step, meet_or_panic};
use heliostat::graph::{Functions, Graph};
use heliostat::prelude::*;
use heliostat::{Collected, Seed};
use heliostat_micro_batch::MicroBatchSettings;

/// A pipeline and how it runs.
pub(crate) struct Made {
    pub(crate) graph: Graph,
    pub(crate) functions: Functions,
    pub(crate) settings: MicroBatchSettings,
    pub(crate) epochs: Epochs,
    pub(crate) lines: Lines,
    /// After how many bundles it stops with a savepoint, if it does.
    pub(crate) stop_at: Option<u64>,
    /// What went through the dead letters' own stage.
    pub(crate) letters: Option<Collected<(u64, Item)>>,
}

type Rows = PCollection<(u64, Item)>;

/// The steps that follow the window.
const STEPS: [fn(&Rows) -> Rows; 5] = [sum, group, count, look, spread];

fn sum(rows: &Rows) -> Rows {
    rows.combine_per_key(Adding).named("Sum")
}

fn group(rows: &Rows) -> Rows {
    let groups = rows.group_by_key().named("Gather");
    let total = |(key, group): (u64, Group<Item>)| {
        meet_or_panic((Kind::Process, Step::Group));
        let values = group.iter().map(|item| item.map(|Item(value)| value));
        (key, Item(values.sum::<Result<u64>>().expect("a small group is in memory")))
    };
    groups.map(total).named("Group")
}

fn count(rows: &Rows) -> Rows {
    rows.par_do_with(Counting::declared).named("Count").main()
}

fn look(rows: &Rows) -> Rows {
    let values = rows.map(|(_, Item(value))| {
        meet_or_panic((Kind::Process, Step::Total));
        value
    });
    let total = values.named("Total").combine_globally_as_view(Sum);
    let look = |(key, Item(value)): (u64, Item), total: &u64| {
        meet_or_panic((Kind::Process, Step::Look));
        (key, Item(value * 1_000 + total % 1_000))
    };
    rows.map_with(&total, look).named("Look")
}

/// Reads a view that is whole from the second round on.
fn rate_of(rows: &Rows, rate: &View<u64>) -> Rows {
    let rated = |(key, Item(value)): (u64, Item), rate: &u64| {
        meet_or_panic((Kind::Process, Step::Rate));
        (key, Item(value + rate))
    };
    rows.filter(|(key, _)| *key != 7).map_with(rate, rated).named("Rate")
}

fn spread(rows: &Rows) -> Rows {
    let behind = |row: (u64, Item)| {
        meet_or_panic((Kind::Process, Step::Spread));
        row
    };
    rows.reshuffle().map(behind).named("Spread")
}

/// The pipeline of this number, with its file in this folder.
pub(crate) fn made(seed: u64, folder: &std::path::Path) -> Made {
    let mut chance = Seed::new(seed);
    let (pieces, rounds) = (1 + chance.below(3), 1 + chance.below(4));
    let per_piece = 2 + chance.below(3);
    let numbers = Numbers {
        seed,
        pieces,
        // Some read nothing, and some a little less than their last round could take.
        rows: (rounds * per_piece).saturating_sub(chance.below(3))
            * u64::from(chance.below(20) != 0),
        boundedness: match chance.below(4) {
            0 => Boundedness::Bounded,
            _ => Boundedness::Unbounded,
        },
        lends: chance.below(2) == 0,
    };
    let default = MicroBatchSettings::default();
    let is_on_disk = seed % 3 == 1;
    let settings = MicroBatchSettings {
        state_bytes: if is_on_disk { 1 } else { default.state_bytes },
        shards: Some(1 + chance.below(5) as usize),
        round_elements: (pieces * per_piece) as usize,
        attempts: [1, 2, 3, 2, 3][chance.below(5) as usize],
        // Hundreds of runs fail, each again and again.
        backoff: Duration::ZERO,
        seed,
        ..default
    };
    let stop_at = (chance.below(4) == 0).then(|| 1 + chance.below(rounds));
    let (epochs, lines) = (Epochs::default(), Lines { folder: folder.to_owned() });
    let pipeline = Pipeline::new();
    let (rows, letters) = if chance.below(3) == 0 {
        let (rows, bad) = pipeline.read_or_dead_letter(numbers);
        let letters = bad.map(|bad| (bad.line, Item(0))).named("Letter");
        (rows, Some(letters.par_do(Flaky(Step::Letters)).named("Letters").collect()))
    } else {
        (pipeline.read(numbers), None)
    };
    let lateness = millis([0, 6][chance.below(2) as usize]);
    let window = Window::fixed(millis(10)).allowed_lateness(lateness).discarding();
    let rate = pipeline.create([1_000]).as_singleton();
    let mut rows = if chance.below(2) == 0 { rate_of(&rows, &rate) } else { rows };
    rows = rows.par_do(Flaky(Step::Flaky)).named("Flaky");
    rows = rows.filter(|(_, Item(value))| *value != 13).window(window);
    let mut steps = STEPS;
    chance.shuffle(&mut steps);
    for step in &steps[..1 + chance.below(2) as usize] {
        rows = step(&rows);
    }
    if chance.below(2) == 0 {
        rows.write(epochs.clone()).named("Epochs");
        rows.write(lines.clone()).named("File");
    } else {
        rows.write(lines.clone()).named("File");
        rows.write(epochs.clone()).named("Epochs");
    }
    let (graph, functions) = (pipeline.graph(), pipeline.functions());
    Made { graph, functions, settings, epochs, lines, stop_at, letters }
}
