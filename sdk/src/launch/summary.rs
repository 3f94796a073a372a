//! What is told at the end of a run: counts per step, what was written, what was dropped.

use super::number::{counted, rate, seconds, thousands};
use super::table::{Align, Table};
use crate::graph::{Composite, Graph, Transform};
use crate::io::MEMORY;
use crate::{DropCounts, Duration, RunResult, StepMetrics, StopCause, Written};

/// A run that ended, well or stopped.
pub(super) struct Run<'a> {
    pub(super) graph: &'a Graph,
    pub(super) result: &'a RunResult,
    pub(super) elapsed: Duration,
}

/// What is said instead of what was written by a run that left a savepoint.
const WAITING: &str = "wrote nothing yet: what is prepared appears when the run that goes on ends";

/// Everything, as lines.
pub(super) fn text(run: &Run<'_>) -> String {
    let mut lines = Vec::new();
    let steps = steps(run);
    if !steps.is_empty() {
        lines.push(table(&steps));
        lines.push(String::new());
    }
    // What is kept for the program itself is no news to a person.
    let places = run.result.written.values().filter(|written| written.place != MEMORY);
    lines.extend(places.map(wrote));
    let is_saved = run.result.stopped.is_some_and(|stopped| stopped.saved);
    match (run.result.written.is_empty(), is_saved) {
        (true, true) => lines.push(WAITING.to_owned()),
        (true, false) => lines.push("wrote nothing".to_owned()),
        (false, _) => {}
    }
    lines.extend(dropped(run.result.dropped()));
    lines.extend(by_step("rejected", "row", &steps, |step| step.bad_rows));
    lines.extend(by_step("failed on", "element", &steps, |step| step.dead_letters));
    if let Some(open) = run.result.interrupted {
        lines.push(format!(
            "{} stayed open, {} of them with elements that no pane has shown",
            counted(open.windows, "window"),
            thousands(open.panes_pending),
        ));
    }
    lines.push(pace(run));
    lines.join("\n")
}

/// `wrote flights.jsonl: 17,641 elements`.
pub(super) fn wrote(written: &Written) -> String {
    format!("wrote {}: {}", written.place, counted(written.elements, "element"))
}

/// The counts of the steps in the order in which the pipeline was built.
fn steps<'a>(run: &'a Run<'_>) -> Vec<(&'a str, StepMetrics)> {
    let metrics = &run.result.metrics;
    // Composites too: a runner may run one as such.
    let of_graph = run.graph.steps().iter().map(|step| step.path.as_str());
    // A runner may count what is no step of the graph; that comes last.
    let others = metrics.keys().map(String::as_str).filter(|path| run.graph.find(path).is_none());
    of_graph
        .chain(others)
        .filter_map(|path| metrics.get(path).map(|metrics| (path, *metrics)))
        .collect()
}

fn table(steps: &[(&str, StepMetrics)]) -> String {
    let mut columns: Vec<Column> = COLUMNS.to_vec();
    columns.retain(|column| column.is_always() || steps.iter().any(|(_, m)| (column.count)(m) > 0));

    let mut table =
        Table::new(std::iter::once(Align::Left).chain(columns.iter().map(|_| Align::Right)));
    let heading = columns.iter().map(|column| column.heading.to_owned());
    table.row(std::iter::once("step".to_owned()).chain(heading).collect());
    for (path, metrics) in steps {
        let counts = columns.iter().map(|column| thousands((column.count)(metrics)));
        table.row(std::iter::once((*path).to_owned()).chain(counts).collect());
    }
    table.lines()
}

#[derive(Clone, Copy)]
struct Column {
    heading: &'static str,
    count: fn(&StepMetrics) -> u64,
}

const COLUMNS: [Column; 7] = [
    Column { heading: "in", count: |step| step.elements_in },
    Column { heading: "out", count: |step| step.elements_out },
    Column { heading: "late panes", count: |step| step.late_panes },
    Column { heading: "dropped late", count: |step| step.dropped.late },
    Column { heading: "dropped closed", count: |step| step.dropped.closed },
    Column { heading: "bad rows", count: |step| step.bad_rows },
    Column { heading: "dead letters", count: |step| step.dead_letters },
];

impl Column {
    /// Whether it stands there even if all its counts are zero.
    fn is_always(&self) -> bool {
        matches!(self.heading, "in" | "out")
    }
}

fn dropped(drops: DropCounts) -> Option<String> {
    (drops.total() > 0).then(|| {
        format!(
            "dropped {}: {} late (behind their window's allowed lateness), {} closed (after \
             their window's trigger had finished)",
            counted(drops.total(), "element"),
            thousands(drops.late),
            thousands(drops.closed),
        )
    })
}

/// `rejected 4 rows: 4 in `Read``; nothing if there are none.
fn by_step(
    verb: &str,
    what: &str,
    steps: &[(&str, StepMetrics)],
    count: fn(&StepMetrics) -> u64,
) -> Option<String> {
    let total: u64 = steps.iter().map(|(_, metrics)| count(metrics)).sum();
    let by_step: Vec<String> = steps
        .iter()
        .filter(|(_, metrics)| count(metrics) > 0)
        .map(|(path, metrics)| format!("{} in `{path}`", thousands(count(metrics))))
        .collect();
    (total > 0).then(|| format!("{verb} {}: {}", counted(total, what), by_step.join(", ")))
}

fn pace(run: &Run<'_>) -> String {
    let cause = run.result.stopped.map(|stopped| stopped.cause);
    let verb = match (cause, run.result.interrupted) {
        (Some(StopCause::Bundles), _) => "stopped as asked after",
        (Some(StopCause::CaughtUp), _) => "read all there was in",
        (Some(StopCause::Interrupt), _) | (None, Some(_)) => "interrupted after",
        (None, None) => "done in",
    };
    let elapsed = seconds(run.elapsed);
    match elements_read(run) {
        0 => format!("{verb} {elapsed}"),
        read => format!(
            "{verb} {elapsed}: {} read, {} per second",
            counted(read, "element"),
            thousands(rate(read, run.elapsed)),
        ),
    }
}

fn elements_read(run: &Run<'_>) -> u64 {
    let reads = run.graph.leaves().filter(|step| match &step.transform {
        Transform::Composite(Composite::Read(_)) | Transform::TestStream(_) => true,
        Transform::Impulse
        | Transform::ParDo(_)
        | Transform::GroupByKey
        | Transform::Flatten
        | Transform::WindowInto(_)
        | Transform::Composite(_) => false,
    });
    reads.map(|step| run.result.step(&step.path).elements_out).sum()
}
