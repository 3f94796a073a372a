//! Where words can stand without covering each other.

/// Between words and what stands beside them.
const AIR: f64 = 2.0;

/// A rectangle; its corner is the upper left one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Rect {
    /// How much of the two is common.
    pub(super) fn overlap(&self, other: &Rect) -> f64 {
        let common = |from: f64, length: f64, other: f64, of_other: f64| {
            (from + length).min(other + of_other) - from.max(other)
        };
        let width = common(self.x, self.width, other.x, other.width);
        let height = common(self.y, self.height, other.y, other.height);
        width.max(0.0) * height.max(0.0)
    }
}

/// What is there already.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    /// Dots and words: nothing may lie on them.
    solid: Vec<Rect>,
    /// Lines: better to keep off them.
    thin: Vec<Rect>,
    /// Nothing lies outside of it.
    pub(super) inside: Option<Rect>,
}

impl Taken {
    pub(super) fn solid(&mut self, rect: Rect) {
        self.solid.push(rect);
    }

    /// A line, horizontal or vertical.
    pub(super) fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let (x, y) = (x1.min(x2) - 0.5, y1.min(y2) - 0.5);
        let (width, height) = ((x1 - x2).abs() + 1.0, (y1 - y2).abs() + 1.0);
        self.thin.push(Rect { x, y, width, height });
    }

    /// The best of `candidates`, earlier ones first; it is taken from now on. Says whether it covers
    /// nothing.
    pub(super) fn place(&mut self, candidates: impl Iterator<Item = Rect>) -> (Rect, bool) {
        let mut best: Option<(f64, Rect)> = None;
        for (order, candidate) in candidates.enumerate() {
            let cost = self.cost(&candidate) + order as f64 * 0.01;
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, candidate));
            }
        }
        let nowhere = Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 };
        let place = best.map_or(nowhere, |(_, place)| place);
        let free = self.is_free(&place);
        self.solid.push(place);
        (place, free)
    }

    /// Whether nothing would be covered.
    pub(super) fn is_free(&self, place: &Rect) -> bool {
        self.covers(place) == 0.0
    }

    fn covers(&self, place: &Rect) -> f64 {
        let wide = Rect { x: place.x - AIR, width: place.width + 2.0 * AIR, ..*place };
        let solid: f64 = self.solid.iter().map(|solid| solid.overlap(&wide)).sum();
        let inside = self
            .inside
            .map_or(0.0, |inside| (place.width * place.height - inside.overlap(place)).max(0.0));
        // Rounding is not an overlap.
        if solid + inside < 0.5 { 0.0 } else { solid + inside }
    }

    fn cost(&self, place: &Rect) -> f64 {
        let crossed = self.thin.iter().filter(|thin| 0.0 < thin.overlap(place)).count();
        100.0 * self.covers(place) + 8.0 * crossed as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x: f64, y: f64) -> Rect {
        Rect { x, y, width: 10.0, height: 10.0 }
    }

    #[test]
    fn the_first_place_that_covers_nothing_is_taken() {
        let mut taken = Taken::default();
        taken.solid(rect(0.0, 0.0));
        let places = [rect(5.0, 5.0), rect(15.0, 0.0), rect(30.0, 0.0)];
        assert_eq!(taken.place(places.into_iter()), (rect(15.0, 0.0), true));
        assert_eq!(taken.place(places.into_iter()), (rect(30.0, 0.0), true));
        assert!(!taken.place(places.into_iter()).1);
    }

    #[test]
    fn a_place_off_the_lines_is_better() {
        let mut taken = Taken::default();
        taken.line((0.0, 5.0), (10.0, 5.0));
        let places = [rect(0.0, 0.0), rect(0.0, 10.0)];
        assert_eq!(taken.place(places.into_iter()), (rect(0.0, 10.0), true));
    }
}
