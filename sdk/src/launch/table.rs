//! Columns of text, aligned.

/// On which side the cells of a column meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Rows of cells below each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    aligns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(aligns: impl IntoIterator<Item = Align>) -> Self {
        Self { aligns: aligns.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row; the cells that are missing at its end are empty.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        assert!(cells.len() <= self.aligns.len(), "a row has at most a cell per column");
        self.rows.push(cells);
    }

    /// The lines, two spaces between columns and none at the end.
    pub(super) fn lines(&self) -> String {
        let widths: Vec<usize> = (0..self.aligns.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
            })
            .collect();
        let lines = self.rows.iter().map(|row| {
            let cells = row.iter().zip(&self.aligns).zip(&widths);
            let cells = cells.map(|((cell, align), &width)| match align {
                Align::Left => format!("{cell:<width$}"),
                Align::Right => format!("{cell:>width$}"),
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::{Align, Table};

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new([Align::Left, Align::Right, Align::Left]);
        table.row(["step", "in", "note"].map(str::to_owned).to_vec());
        table.row(["Zürich", "1,000", ""].map(str::to_owned).to_vec());
        table.row(vec!["a".to_owned()]);
        assert_eq!(table.lines(), "step       in  note\nZürich  1,000\na");
    }
}
