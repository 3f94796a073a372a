//! Where the boxes of a drawing go: in layers by their longest way from a root, side by side.
//!
//! A connection that skips layers is led through each of them by a point that takes room like a
//! box, so that no line crosses a box. In each layer the order is the one with the fewest crossings
//! among a few sweeps that sort by the middle of the neighbours; then each box moves as near to the
//! middle of its neighbours as the boxes beside it let it.

/// Room between neighbours in a layer.
const GAP: f64 = 24.0;
/// Room for a line that passes a layer.
const PASSAGE: f64 = 12.0;
/// The order of the layers has settled after so many sweeps, or never will.
const ORDER_SWEEPS: usize = 8;
/// A long chain of boxes needs so many sweeps to become straight.
const PLACE_SWEEPS: usize = 40;

/// A line between two boxes.
pub(in crate::graph) struct Link {
    /// The box it comes from; always before `to`.
    pub(in crate::graph) from: usize,
    /// Where it leaves that box, counted from its left edge.
    pub(in crate::graph) port: f64,
    /// The box it goes to.
    pub(in crate::graph) to: usize,
    /// Whether it is of something that is read beside the main input.
    pub(in crate::graph) dashed: bool,
}

/// Where everything has gone.
pub(in crate::graph) struct Layout {
    /// The layer of each box, counted from the top.
    pub(in crate::graph) layer: Vec<usize>,
    /// The left edge of each box; the leftmost is 0.
    pub(in crate::graph) left: Vec<f64>,
    /// For each line, where it passes the layers between its boxes.
    pub(in crate::graph) passages: Vec<Vec<f64>>,
    /// The right edge of the rightmost box.
    pub(in crate::graph) width: f64,
    /// How many layers there are.
    pub(in crate::graph) layers: usize,
}

impl Layout {
    /// Places boxes of these widths, given in an order in which every line points forward.
    pub(in crate::graph) fn of(widths: &[f64], links: &[Link]) -> Self {
        let layer = layers(widths.len(), links);
        let mut lattice = Lattice::new(widths, &layer, links);
        lattice.uncross();
        lattice.straighten();
        let passages = lattice
            .chains
            .iter()
            .map(|chain| chain.iter().map(|&point| lattice.left[point] + PASSAGE / 2.0).collect());
        let passages = passages.collect();
        let right = |(left, width): (&f64, &f64)| left + width;
        let width = lattice.left.iter().zip(&lattice.widths).map(right).fold(0.0, f64::max);
        lattice.left.truncate(widths.len());
        Self { layers: lattice.rows.len(), layer, left: lattice.left, passages, width }
    }
}

/// The longest way from a root to each box.
fn layers(boxes: usize, links: &[Link]) -> Vec<usize> {
    let mut layer = vec![0; boxes];
    for at in 0..boxes {
        let above = links.iter().filter(|link| link.to == at && link.from < at);
        layer[at] = above.map(|link| layer[link.from] + 1).max().unwrap_or(0);
    }
    layer
}

/// Boxes and passages, which are all points here, in rows; lines go from a row to the next only.
struct Lattice {
    widths: Vec<f64>,
    left: Vec<f64>,
    rows: Vec<Vec<usize>>,
    /// The points above each point, with where the line leaves them.
    above: Vec<Vec<(usize, f64)>>,
    /// The points below each point, with where the line leaves this one.
    below: Vec<Vec<(usize, f64)>>,
    /// The passages of each line.
    chains: Vec<Vec<usize>>,
}

impl Lattice {
    fn new(widths: &[f64], layer: &[usize], links: &[Link]) -> Self {
        let mut rows = vec![Vec::new(); layer.iter().max().map_or(0, |last| last + 1)];
        for (point, &row) in layer.iter().enumerate() {
            rows[row].push(point);
        }
        let mut lattice = Self {
            widths: widths.to_vec(),
            left: vec![0.0; widths.len()],
            rows,
            above: vec![Vec::new(); widths.len()],
            below: vec![Vec::new(); widths.len()],
            chains: Vec::new(),
        };
        for link in links {
            let (mut from, mut port) = (link.from, link.port);
            let mut chain = Vec::new();
            for row in layer[link.from] + 1..layer[link.to] {
                let passage = lattice.add_passage(row);
                lattice.connect(from, port, passage);
                chain.push(passage);
                (from, port) = (passage, PASSAGE / 2.0);
            }
            lattice.connect(from, port, link.to);
            lattice.chains.push(chain);
        }
        lattice
    }

    fn add_passage(&mut self, row: usize) -> usize {
        let point = self.widths.len();
        self.widths.push(PASSAGE);
        self.left.push(0.0);
        self.above.push(Vec::new());
        self.below.push(Vec::new());
        self.rows[row].push(point);
        point
    }

    fn connect(&mut self, from: usize, port: f64, to: usize) {
        self.above[to].push((from, port));
        self.below[from].push((to, port));
    }

    /// Finds an order of each row with few crossings.
    fn uncross(&mut self) {
        let mut best = (self.crossings(), self.rows.clone());
        for sweep in 0..ORDER_SWEEPS {
            let downwards = sweep % 2 == 0;
            let mut turns: Vec<usize> = (0..self.rows.len()).collect();
            if !downwards {
                turns.reverse();
            }
            for row in turns {
                let places = self.places();
                let neighbours = if downwards { &self.above } else { &self.below };
                let middle = |point: usize| {
                    let places: Vec<f64> = neighbours[point]
                        .iter()
                        .map(|&(other, port)| {
                            // Lines from one box keep the order of their ports.
                            let share = if downwards { port / self.widths[other] } else { 0.0 };
                            places[other] + share
                        })
                        .collect();
                    mean(&places).unwrap_or(places_of(point, &self.rows[row]))
                };
                let mut order: Vec<(f64, usize)> =
                    self.rows[row].iter().map(|&point| (middle(point), point)).collect();
                order.sort_by(|a, b| a.0.total_cmp(&b.0));
                self.rows[row] = order.into_iter().map(|(_, point)| point).collect();
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.rows.clone());
            }
        }
        self.rows = best.1;
    }

    /// The place of each point in its row.
    fn places(&self) -> Vec<f64> {
        let mut places = vec![0.0; self.widths.len()];
        for row in &self.rows {
            for &point in row {
                places[point] = places_of(point, row);
            }
        }
        places
    }

    fn crossings(&self) -> usize {
        let places = self.places();
        let mut crossings = 0;
        for row in &self.rows {
            let mut lines: Vec<(f64, f64)> = Vec::new();
            for &point in row {
                for &(to, port) in &self.below[point] {
                    lines.push((places[point] + port / self.widths[point], places[to]));
                }
            }
            for (number, a) in lines.iter().enumerate() {
                let crosses = |b: &&(f64, f64)| (a.0 - b.0) * (a.1 - b.1) < 0.0;
                crossings += lines[number + 1..].iter().filter(crosses).count();
            }
        }
        crossings
    }

    /// Moves each point towards its neighbours, and the whole to the left edge.
    fn straighten(&mut self) {
        for sweep in 0..PLACE_SWEEPS {
            let mut turns: Vec<usize> = (0..self.rows.len()).collect();
            if sweep % 2 == 1 {
                turns.reverse();
            }
            for row in turns {
                // The first sweep only knows what is above.
                let points = self.rows[row].clone();
                let wanted: Vec<f64> =
                    points.iter().map(|&point| self.wanted(point, 0 < sweep)).collect();
                self.settle(&points, &wanted);
            }
        }
        let leftmost = self.left.iter().copied().fold(f64::INFINITY, f64::min);
        for left in &mut self.left {
            *left -= leftmost;
        }
    }

    /// The left edge with which a point would stand in the middle of its neighbours.
    fn wanted(&self, point: usize, look_below: bool) -> f64 {
        let half = self.widths[point] / 2.0;
        let mut wishes: Vec<f64> =
            self.above[point].iter().map(|&(from, port)| self.left[from] + port - half).collect();
        if look_below {
            let below = self.below[point].iter();
            wishes.extend(below.map(|&(to, port)| self.left[to] + self.widths[to] / 2.0 - port));
        }
        mean(&wishes).unwrap_or(self.left[point])
    }

    /// Gives a row the edges nearest to the wanted ones that keep order and gaps: neighbours that
    /// would overlap form a block, which stands where its members want it on average.
    fn settle(&mut self, row: &[usize], wanted: &[f64]) {
        let mut offsets = Vec::new();
        let mut blocks: Vec<(f64, usize)> = Vec::new();
        let mut offset = 0.0;
        for (&point, &wish) in row.iter().zip(wanted) {
            offsets.push(offset);
            let mut block = (wish - offset, 1);
            while let Some(&last) = blocks.last().filter(|last| block.0 < last.0) {
                blocks.pop();
                let members = last.1 + block.1;
                let sum = last.0 * last.1 as f64 + block.0 * block.1 as f64;
                block = (sum / members as f64, members);
            }
            blocks.push(block);
            offset += self.widths[point] + GAP;
        }
        let starts = blocks.iter().flat_map(|&(start, members)| vec![start; members]);
        for ((&point, offset), start) in row.iter().zip(offsets).zip(starts) {
            self.left[point] = start + offset;
        }
    }
}

fn places_of(point: usize, row: &[usize]) -> f64 {
    row.iter().position(|&other| other == point).unwrap_or(0) as f64
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::{GAP, Layout, Link};

    fn links(pairs: &[(usize, usize)]) -> Vec<Link> {
        pairs.iter().map(|&(from, to)| Link { from, port: 50.0, to, dashed: false }).collect()
    }

    #[test]
    fn boxes_lie_in_the_layer_of_their_longest_way() {
        for (pairs, layers) in [
            (&[][..], &[0][..]),
            (&[(0, 1), (1, 2)], &[0, 1, 2]),
            (&[(0, 1), (1, 2), (0, 2)], &[0, 1, 2]),
            (&[(0, 2), (1, 2), (2, 3)], &[0, 0, 1, 2]),
        ] {
            let layout = Layout::of(&vec![100.0; layers.len()], &links(pairs));
            assert_eq!(layout.layer, layers, "{pairs:?}");
        }
    }

    #[test]
    fn neighbours_keep_their_distance() {
        let pairs = [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (0, 4), (3, 5), (1, 5), (4, 6)];
        let widths = [60.0, 200.0, 90.0, 120.0, 300.0, 80.0, 100.0];
        let layout = Layout::of(&widths, &links(&pairs));
        for a in 0..widths.len() {
            for b in 0..a {
                let apart = layout.left[a] + widths[a] + GAP <= layout.left[b] + 0.001
                    || layout.left[b] + widths[b] + GAP <= layout.left[a] + 0.001;
                assert!(layout.layer[a] != layout.layer[b] || apart, "boxes {a} and {b}");
            }
        }
        let passages: Vec<usize> = layout.passages.iter().map(Vec::len).collect();
        assert_eq!(passages, [0, 0, 0, 0, 0, 1, 0, 0, 0]);
    }

    #[test]
    fn a_line_of_boxes_is_straight_and_branches_do_not_cross() {
        let straight = Layout::of(&[100.0; 3], &links(&[(0, 1), (1, 2)]));
        assert_eq!(straight.left, [0.0, 0.0, 0.0]);
        let branches = Layout::of(&[100.0; 5], &links(&[(0, 1), (0, 2), (2, 3), (1, 4)]));
        let above = branches.left[1] < branches.left[2];
        let below = branches.left[4] < branches.left[3];
        assert_eq!(above, below);
    }
}
