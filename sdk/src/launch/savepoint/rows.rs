//! The rows of one step of a savepoint, as a table.

use super::key;
use crate::launch::number::{bytes, counted};
use crate::launch::table::{Align, Table};
use crate::savepoint::{CodedType, Row, RowTimer};

/// Rows that are shown; the rest is counted.
const SHOWN_MAX: usize = 1_000;

/// A line per row, in the order in which they are saved.
pub(super) fn table(key: &CodedType, rows: &[Row]) -> String {
    let mut table = Table::new([Align::Left; 5]);
    table.row(["group", "key", "window", "cells", "timers"].map(str::to_owned).to_vec());
    for row in rows.iter().take(SHOWN_MAX) {
        let window = row.window.as_ref().map_or_else(String::new, ToString::to_string);
        let cells = row.cells.iter().map(|cell| {
            let size = bytes(cell.bytes.len() as u64);
            let written = cell.written.map_or_else(String::new, |at| format!(", written {at}"));
            format!("{} {size}{written}", cell.id)
        });
        let timers = row.timers.iter().map(timer);
        table.row(vec![
            row.key_group.to_string(),
            key::shown(key, &row.key),
            window,
            cells.collect::<Vec<_>>().join("; "),
            timers.collect::<Vec<_>>().join("; "),
        ]);
    }
    let mut text = table.lines();
    if let Some(more) = rows.len().checked_sub(SHOWN_MAX).filter(|more| *more > 0) {
        text.push_str(&format!("\nand {} more", counted(more as u64, "row")));
    }
    text
}

fn timer(timer: &RowTimer) -> String {
    let tag = if timer.tag.is_empty() { String::new() } else { format!("#{}", timer.tag) };
    let holds = if timer.holds { ", holding" } else { "" };
    format!("{}{tag} at {} ({}{holds})", timer.id, timer.at, timer.domain)
}
