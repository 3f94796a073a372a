//! `savepoint show`: what is in a savepoint, for a person.

use super::rows;
use crate::launch::arguments::shown_savepoint;
use crate::launch::number::{bytes, counted, thousands};
use crate::launch::table::{Align, Table};
use crate::launch::{Exit, Program};
use crate::savepoint::{FORMAT_VERSION, QueuedBatch, ReadPiece, Row, StepKind, StepState};
use crate::{Error, Result, Savepoint, Timestamp};
use clap::ArgMatches;
use std::collections::BTreeSet;
use std::fs;

/// Shows a whole savepoint, or one step of it.
///
/// # Errors
/// If it cannot be read, or has no such step.
pub(in crate::launch) fn show(program: &Program, matches: &ArgMatches) -> Result<Exit> {
    let (path, step) = shown_savepoint(matches);
    let savepoint = Savepoint::read_from(path)?;
    let text = match step {
        Some(step) => {
            let state = savepoint.step(step).ok_or_else(|| unknown(step, &savepoint))?;
            of_step(step, state)
        }
        None => {
            let size = fs::metadata(path).map_or(0, |metadata| metadata.len());
            format!("savepoint {}: {}\n{}", path.display(), bytes(size), overview(&savepoint))
        }
    };
    program.console.result(format_args!("{text}"));
    Ok(Exit::done())
}

fn unknown(step: &str, savepoint: &Savepoint) -> Error {
    let steps: Vec<String> = savepoint.steps.keys().map(|path| format!("`{path}`")).collect();
    Error::new(format!(
        "the savepoint has no step `{step}`\n  help: name one of {}",
        steps.join(", ")
    ))
}

/// The header, the steps, and what they have besides rows.
fn overview(savepoint: &Savepoint) -> String {
    let header = &savepoint.header;
    let scripted = if header.scripted_time { ", moved by a script" } else { "" };
    let program = match header.program.as_str() {
        "" => String::new(),
        program => format!("program {program}, "),
    };
    let mut lines = vec![
        format!(
            "{program}written by {} {} after {} and {}",
            header.runner,
            header.runner_version,
            counted(header.bundles, "bundle"),
            counted(header.elements, "element"),
        ),
        format!(
            "processing time {}{scripted}; {}; version {FORMAT_VERSION} of the form",
            header.processing_time,
            counted(header.key_groups.into(), "key group"),
        ),
        String::new(),
        steps(savepoint),
    ];
    let details: Vec<String> =
        savepoint.steps.iter().flat_map(|(path, state)| details(path, state)).collect();
    if !details.is_empty() {
        lines.push(String::new());
        lines.extend(details);
    }
    lines.join("\n")
}

/// All steps, those first that take most.
fn steps(savepoint: &Savepoint) -> String {
    const HEADING: [&str; 9] = [
        "step",
        "kind",
        "input watermark",
        "output watermark",
        "keys",
        "windows",
        "rows",
        "cells",
        "bytes",
    ];
    let left = [Align::Left; 4].into_iter();
    let mut table = Table::new(left.chain([Align::Right; 5]));
    table.row(HEADING.map(str::to_owned).to_vec());
    let mut steps: Vec<(&String, &StepState, u64)> =
        savepoint.steps.iter().map(|(path, state)| (path, state, size(state))).collect();
    // Stable, so that equals stay in the order of their paths.
    steps.sort_by_key(|&(_, _, size)| std::cmp::Reverse(size));
    for (path, state, size) in steps {
        let (input, output) = watermarks(&state.kind).unzip();
        let time = |at: Option<Timestamp>| at.map_or_else(String::new, |at| at.to_string());
        let mut cells = vec![path.clone(), state.kind.name().to_owned(), time(input), time(output)];
        cells.extend(match rows_of(&state.kind) {
            Some(rows) => {
                let keys: BTreeSet<&[u8]> = rows.iter().map(|row| row.key.as_slice()).collect();
                let windows: BTreeSet<_> =
                    rows.iter().filter_map(|row| row.window.as_ref()).collect();
                let filled: usize = rows.iter().map(|row| row.cells.len()).sum();
                [keys.len(), windows.len(), rows.len(), filled].map(|count| thousands(count as u64))
            }
            None => Default::default(),
        });
        cells.push(thousands(size));
        table.row(cells);
    }
    table.lines()
}

fn watermarks(kind: &StepKind) -> Option<(Timestamp, Timestamp)> {
    match kind {
        StepKind::Grouping(state) => Some((state.input_watermark, state.output_watermark)),
        StepKind::Keyed(state) => Some((state.input_watermark, state.output_watermark)),
        StepKind::Stateless
        | StepKind::View(_)
        | StepKind::Read(_)
        | StepKind::Script(_)
        | StepKind::Impulse { .. }
        | StepKind::Write(_) => None,
    }
}

fn rows_of(kind: &StepKind) -> Option<&[Row]> {
    match kind {
        StepKind::Grouping(state) => Some(&state.rows),
        StepKind::Keyed(state) => Some(&state.rows),
        StepKind::Stateless
        | StepKind::View(_)
        | StepKind::Read(_)
        | StepKind::Script(_)
        | StepKind::Impulse { .. }
        | StepKind::Write(_) => None,
    }
}

/// About how many bytes the state of a step takes.
fn size(state: &StepState) -> u64 {
    let kind: usize = match &state.kind {
        StepKind::Grouping(grouping) => grouping.rows.iter().map(Row::bytes).sum(),
        StepKind::Keyed(keyed) => keyed.rows.iter().map(Row::bytes).sum(),
        StepKind::View(view) => view.panes.iter().map(|pane| pane.element.len()).sum(),
        StepKind::Read(read) => read.pieces.iter().map(|piece| piece.restriction.len()).sum(),
        StepKind::Write(write) => write.committables.iter().map(Vec::len).sum(),
        StepKind::Stateless | StepKind::Script(_) | StepKind::Impulse { .. } => 0,
    };
    let pending: usize = state.pending.iter().map(|batch| batch.values.len()).sum();
    (kind + pending) as u64
}

/// What a step has that is no row, a line each.
fn details(path: &str, state: &StepState) -> Vec<String> {
    let mut lines: Vec<String> = match &state.kind {
        StepKind::Stateless | StepKind::Grouping(_) | StepKind::Keyed(_) => Vec::new(),
        StepKind::View(view) => vec![format!(
            "{} of {}, watermark {}",
            counted(view.panes.len() as u64, "pane"),
            view.element,
            view.watermark
        )],
        StepKind::Read(read) => (0..).zip(&read.pieces).map(piece).collect(),
        StepKind::Script(script) => {
            let watermarks = script.watermarks.iter();
            let watermarks = watermarks.map(|(stream, at)| format!(", watermark of {stream} {at}"));
            let played = counted(script.position, "event");
            vec![format!("{played} played{}", watermarks.collect::<String>())]
        }
        StepKind::Impulse { given: true } => vec!["its element was given".to_owned()],
        StepKind::Impulse { given: false } => vec!["its element is still to come".to_owned()],
        StepKind::Write(write) => {
            let parts = counted(write.committables.len() as u64, "prepared part");
            vec![format!("{parts}, then epoch {}", write.epoch)]
        }
    };
    lines.extend(state.pending.iter().map(waiting));
    lines.into_iter().map(|line| format!("{path}: {line}")).collect()
}

fn piece((index, piece): (u64, &ReadPiece)) -> String {
    if piece.done {
        return format!("piece {index} is read to its end");
    }
    let idle = piece.idle_until.map_or_else(String::new, |at| format!(", idle until {at}"));
    format!(
        "piece {index} stands at a position of {}, watermark {}{idle}",
        bytes(piece.restriction.len() as u64),
        piece.watermark
    )
}

fn waiting(batch: &QueuedBatch) -> String {
    format!(
        "{} ({}) in the queue `{}`",
        counted(batch.elements.len() as u64, "waiting element"),
        bytes(batch.values.len() as u64),
        batch.queue
    )
}

/// One step: all that is known of it.
fn of_step(path: &str, state: &StepState) -> String {
    let mut lines = vec![format!("step {path}: {}, {}", state.kind.name(), bytes(size(state)))];
    match &state.kind {
        StepKind::Grouping(grouping) => {
            lines.push(format!("windowing: {}", grouping.windowing));
            lines.push(format!("keys: {}", grouping.key));
            lines.push(format!("kept per key and window: {}", grouping.accumulator));
            lines.push(rows::table(&grouping.key, &grouping.rows));
        }
        StepKind::Keyed(keyed) => {
            lines.push(format!("windowing: {}", keyed.windowing));
            lines.push(format!("keys: {}", keyed.key));
            lines.extend(keyed.cells.iter().map(|cell| {
                format!("cell `{}`: {} of {} ({})", cell.id, cell.kind, cell.element, cell.coder)
            }));
            lines.extend(
                keyed.timers.iter().map(|timer| format!("timer `{}`: {}", timer.id, timer.domain)),
            );
            lines.push(rows::table(&keyed.key, &keyed.rows));
        }
        StepKind::Stateless
        | StepKind::View(_)
        | StepKind::Read(_)
        | StepKind::Script(_)
        | StepKind::Impulse { .. }
        | StepKind::Write(_) => {}
    }
    lines.extend(details(path, state));
    lines.join("\n")
}
