//! All columns as a page for people.

use std::fmt::Write as _;

use heliostat::{Capability, Question};

use crate::{Beam, Column, Finding};

const OPENING: &str = "\
# Capability matrix

What each runner can do, as executed: a runner declares, the conformance cases decide. `cargo run -p
heliostat-capability-matrix` writes this page and each runner's `matrix.json`, which names all cases;
`cargo test` fails if either is stale, if a declared capability fails, or if one that is not declared
would pass.

- *yes*: declared, and all its cases pass. *partial*: the same, and a note below says what differs
  beyond them.
- *no*: not declared; a pipeline that needs it is refused by name before it runs, which is asserted.
- *not built yet*: no pipeline can ask for it. *unverified*: no case shows it.

Bounded and unbounded input are separate claims for a few capabilities; for the others a case on
either kind of input shows both.
";

const QUESTIONS: [(Question, &str); 5] = [
    (Question::What, "What is computed"),
    (Question::Where, "Where in event time"),
    (Question::When, "When in processing time"),
    (Question::How, "How refinements relate"),
    (Question::Operations, "Operations"),
];

/// How many cases a row names.
const CASES_NAMED: usize = 2;

/// The page.
///
/// ```
/// use heliostat_capability_matrix::{column, page};
///
/// let columns: Vec<_> = heliostat_conformance::rigs()
///     .into_iter()
///     .map(|rig| column(rig.runner.into()))
///     .collect();
/// assert!(page(&columns).starts_with("# Capability matrix\n"));
/// assert!(page(&columns).contains("| `window.fixed` | "));
/// ```
pub fn page(columns: &[Column]) -> String {
    let mut page = OPENING.to_owned();
    page.push_str(&totals(columns));
    for (question, title) in QUESTIONS {
        page.push_str(&format!("\n## {title}\n\n"));
        page.push_str(&header(columns));
        let rows = Capability::ALL.iter().filter(|capability| capability.question() == question);
        rows.for_each(|&capability| page.push_str(&row(columns, capability)));
    }
    page.push_str(&notes(columns));
    page.push_str(&of_beam(&Beam::published()));
    page
}

/// What others say of theirs.
fn of_beam(beam: &Beam) -> String {
    let mut text = format!(
        "\n## What Beam's projects declare\n\nThis stands in {}. *Nothing of it was executed here*: each project \
         says it of its own runner, and a\nrow is coarser than ours, which are named beside it. Where a cell is \
         empty there, it *says nothing*.\n",
        beam.read
    );
    for (question, title) in QUESTIONS {
        let names: String = beam.runners.iter().map(|name| format!(" {name} |")).collect();
        let rulers = " --- |".repeat(beam.runners.len());
        let _ = write!(
            text,
            "\n### {title}, as declared\n\n| claim |{names} ids | note |\n| --- |{rulers} --- | --- |\n"
        );
        for row in beam.rows_of(question) {
            let cells: String = row.declared.iter().map(|said| format!(" {said} |")).collect();
            let ids: Vec<String> = row.capabilities().map(|id| format!("`{id}`")).collect();
            let note = row.note.as_deref().unwrap_or_default();
            let _ = writeln!(text, "| {} |{cells} {} | {note} |", row.claim, ids.join(", "));
        }
    }
    text
}

fn totals(columns: &[Column]) -> String {
    const FINDINGS: [Finding; 5] =
        [Finding::Yes, Finding::Partial, Finding::No, Finding::Unverified, Finding::Planned];
    let mut text = String::from("\n| runner |");
    FINDINGS.iter().for_each(|finding| text.push_str(&format!(" {finding} |")));
    text.push_str("\n| --- |");
    FINDINGS.iter().for_each(|_| text.push_str(" ---: |"));
    text.push('\n');
    for column in columns {
        let _ = write!(text, "| {} {} |", column.runner, column.version);
        for finding in FINDINGS {
            // A capability counts as the worse of its two cells.
            let is_it = |capability: &&Capability| {
                let cell = column.cell(**capability);
                cell.bounded.max(cell.unbounded) == finding
            };
            let _ = write!(text, " {} |", Capability::ALL.iter().filter(is_it).count());
        }
        text.push('\n');
    }
    text
}

fn header(columns: &[Column]) -> String {
    let names = columns.iter().map(|column| {
        let Column { runner, .. } = column;
        format!(" {runner}, bounded | {runner}, unbounded |")
    });
    let rulers = columns.iter().map(|_| " --- | --- |");
    format!(
        "| id | claim |{} cases |\n| --- | --- |{} --- |\n",
        names.collect::<String>(),
        rulers.collect::<String>()
    )
}

fn row(columns: &[Column], capability: Capability) -> String {
    let cells = columns.iter().map(|column| {
        let cell = column.cell(capability);
        format!(" {} | {} |", cell.bounded, cell.unbounded)
    });
    format!(
        "| `{capability}` | {} |{} {} |\n",
        capability.sentence(),
        cells.collect::<String>(),
        cases(columns, capability)
    )
}

fn cases(columns: &[Column], capability: Capability) -> String {
    let cases = columns.first().map_or(&[][..], |column| &column.cell(capability).cases);
    let named: Vec<&str> = cases.iter().take(CASES_NAMED).copied().collect();
    match cases.len() - named.len() {
        0 => named.join(", "),
        more => format!("{}, {more} more", named.join(", ")),
    }
}

fn notes(columns: &[Column]) -> String {
    let notes = columns.iter().flat_map(|column| {
        Capability::ALL.iter().filter_map(move |&capability| {
            let cell = column.cell(capability);
            let partial = [cell.bounded, cell.unbounded].contains(&Finding::Partial);
            let reason = cell.reason.as_ref().filter(|_| partial)?;
            Some(format!("- {}, `{capability}`: {reason}\n", column.runner))
        })
    });
    let notes: String = notes.collect();
    if notes.is_empty() { notes } else { format!("\n## What is partial, and how\n\n{notes}") }
}
