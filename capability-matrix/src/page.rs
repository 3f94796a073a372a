//! All columns as a page for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use heliostat::{Capability, Finding, Matrix, Question};

use crate::{Beam, Invocations};

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
/// use heliostat::Matrix;
/// use heliostat_capability_matrix::{Invocations, page};
///
/// let columns: Vec<Matrix> = heliostat::runners()
///     .iter()
///     .filter_map(|runner| Matrix::parse(runner.matrix()).ok())
///     .collect();
/// let page = page(&columns, &Invocations::ours());
/// assert!(page.starts_with("# Capability matrix\n"));
/// assert!(page.contains("| `window.fixed` | "));
/// ```
pub fn page(columns: &[Matrix], invocations: &Invocations) -> String {
    let mut page = opening(columns, invocations);
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

fn opening(columns: &[Matrix], Invocations { write, cases }: &Invocations) -> String {
    let suites: BTreeSet<&str> = columns.iter().map(|column| column.suite.as_str()).collect();
    let suites = suites.into_iter().collect::<Vec<_>>().join(" and ");
    format!(
        "# Capability matrix\n\n\
         What each runner can do, as executed: a runner declares, and the cases of heliostat-conformance {suites} decide.\n\
         `{write}`\nwrites this page and the `matrix.json` of a runner, which names all cases. A stale file, a declared capability\n\
         that fails, and one that is not declared and would pass are complained of, with the id and the case.\n\n\
         - *yes*: declared, and all its cases pass. *partial*: the same, and a note below says what differs\n  \
         beyond them.\n\
         - *no*: not declared; a pipeline that needs it is refused by name before it runs, which is asserted, and a note\n  \
         below says why.\n\
         - *not built yet*: refused by name on every runner. *unverified*: no case shows it.\n\n\
         Bounded and unbounded input are separate claims for a few capabilities; for the others a case on\n\
         either kind of input shows both. A case is run with\n`{cases} run --runner NAME CASE`.\n"
    )
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

fn totals(columns: &[Matrix]) -> String {
    let mut text = String::from("\n| runner |");
    Finding::ALL.iter().for_each(|finding| text.push_str(&format!(" {finding} |")));
    text.push_str("\n| --- |");
    Finding::ALL.iter().for_each(|_| text.push_str(" ---: |"));
    text.push('\n');
    for column in columns {
        let _ = write!(text, "| {} {} |", column.runner, column.version);
        for finding in Finding::ALL {
            // A capability counts as the worse of its two cells.
            let is_it = |capability: &&Capability| column.cell(**capability).worse() == finding;
            let _ = write!(text, " {} |", Capability::ALL.iter().filter(is_it).count());
        }
        text.push('\n');
    }
    text
}

fn header(columns: &[Matrix]) -> String {
    let names = columns.iter().map(|column| {
        let runner = &column.runner;
        format!(" {runner}, bounded | {runner}, unbounded |")
    });
    let rulers = columns.iter().map(|_| " --- | --- |");
    format!(
        "| id | claim | asked for by |{} cases |\n| --- | --- | --- |{} --- |\n",
        names.collect::<String>(),
        rulers.collect::<String>()
    )
}

fn row(columns: &[Matrix], capability: Capability) -> String {
    let cells = columns.iter().map(|column| {
        let cell = column.cell(capability);
        format!(" {} | {} |", cell.bounded, cell.unbounded)
    });
    format!(
        "| `{capability}` | {} | {} |{} {} |\n",
        capability.sentence(),
        capability.required_by().replace('|', "\\|"),
        cells.collect::<String>(),
        cases(columns, capability)
    )
}

fn cases(columns: &[Matrix], capability: Capability) -> String {
    let cases = columns.first().map(|column| column.cell(capability).cases).unwrap_or_default();
    let named: Vec<&str> = cases.iter().take(CASES_NAMED).map(String::as_str).collect();
    match cases.len() - named.len() {
        0 => named.join(", "),
        more => format!("{}, {more} more", named.join(", ")),
    }
}

fn notes(columns: &[Matrix]) -> String {
    let notes = columns.iter().flat_map(|column| {
        Capability::ALL.iter().filter_map(move |&capability| {
            let cell = column.cell(capability);
            let (finding, reason) = (cell.worse(), cell.reason?);
            Some(format!("- {}, `{capability}`, *{finding}*: {reason}\n", column.runner))
        })
    });
    let notes: String = notes.collect();
    if notes.is_empty() {
        notes
    } else {
        format!("\n## What is partial or not there, and why\n\n{notes}")
    }
}
