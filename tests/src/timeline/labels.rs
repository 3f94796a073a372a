//! The picture: boxes, dots, the watermark's way, and the words on them.

use super::history::{Fired, History};
use super::place::{Rect, Taken};
use super::rows::Rows;
use super::scale::Scale;
use crate::case::Timing;

pub(super) const LEFT: f64 = 66.0;
pub(super) const TOP: f64 = 14.0;
pub(super) const WIDTH: f64 = 660.0;
/// Of a character, as a part of the size of its font.
const CHARACTER: f64 = 0.602;
const VALUE_SIZE: f64 = 14.0;
const LABEL_SIZE: f64 = 11.0;
/// Of a box whose pane fired as soon as its first element came.
const BOX_HEIGHT: f64 = 18.0;
pub(super) const DOT: f64 = 4.5;

/// Everything that is drawn.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    pub(super) scale: Scale,
    pub(super) rows: Rows,
    pub(super) boxes: Vec<Pane>,
    pub(super) dots: Vec<Dot>,
    /// Its corners.
    pub(super) watermark: Vec<(f64, f64)>,
    pub(super) words: Vec<Words>,
}

#[derive(Clone, Debug)]
pub(super) struct Pane {
    pub(super) at: Rect,
    pub(super) class: &'static str,
}

#[derive(Clone, Debug)]
pub(super) struct Dot {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) dropped: bool,
}

/// One line of text.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub(super) text: String,
    pub(super) class: &'static str,
    pub(super) at: Rect,
    free: bool,
}

impl Picture {
    pub(super) fn of(history: &History) -> Self {
        let scale = Scale::of(history, LEFT, WIDTH);
        let rows = Rows::of(history, TOP);
        let boxes = boxes(history, &scale, &rows);
        let dots: Vec<Dot> = history
            .elements
            .iter()
            .map(|came| Dot { x: scale.at(came.at), y: rows.at(came.event), dropped: came.dropped })
            .collect();
        let watermark = way(history, &scale, &rows);
        let mut taken = taken(&rows, &boxes, &dots, &watermark);
        let mut words = Vec::new();
        for (came, dot) in history.elements.iter().zip(&dots) {
            words.push(beside(&came.text, dot, &mut taken));
        }
        for (pane, drawn) in history.panes.iter().zip(&boxes) {
            words.extend(in_box(pane, drawn, &mut taken));
        }
        words.push(on_line(&watermark, &mut taken));
        Self { scale, rows, boxes, dots, watermark, words }
    }

    pub(super) fn crowded(&self) -> Vec<String> {
        let crowded = self.words.iter().filter(|words| !words.free);
        crowded.map(|words| words.text.clone()).collect()
    }
}

fn taken(rows: &Rows, boxes: &[Pane], dots: &[Dot], watermark: &[(f64, f64)]) -> Taken {
    let mut taken = Taken::default();
    taken.inside = Some(Rect { x: LEFT, y: TOP, width: WIDTH, height: rows.height });
    for Pane { at, .. } in boxes {
        let (right, bottom) = (at.x + at.width, at.y + at.height);
        taken.line((at.x, at.y), (right, at.y));
        taken.line((at.x, bottom), (right, bottom));
        taken.line((at.x, at.y), (at.x, bottom));
        taken.line((right, at.y), (right, bottom));
    }
    for dot in dots {
        let size = 2.0 * DOT + 2.0;
        taken.solid(Rect {
            x: dot.x - size / 2.0,
            y: dot.y - size / 2.0,
            width: size,
            height: size,
        });
    }
    for pair in watermark.windows(2) {
        taken.line(pair[0], pair[1]);
    }
    taken
}

fn boxes(history: &History, scale: &Scale, rows: &Rows) -> Vec<Pane> {
    let pane = |fired: &Fired| {
        let (left, right) = scale.span(fired.window);
        let top = rows.at(fired.event);
        let height = (rows.at(fired.since) - top).max(BOX_HEIGHT);
        Pane {
            at: Rect { x: left, y: top, width: right - left, height },
            class: match fired.timing {
                Timing::Early => "early",
                Timing::OnTime => "on-time",
                Timing::Late | Timing::Unknown => "late",
            },
        }
    };
    history.panes.iter().map(pane).collect()
}

/// The watermark stands still until an event moves it.
fn way(history: &History, scale: &Scale, rows: &Rows) -> Vec<(f64, f64)> {
    let mut corners = vec![(LEFT, TOP + rows.height)];
    for (event, to) in &history.watermark {
        let (x, _) = corners[corners.len() - 1];
        let y = rows.at(*event);
        corners.push((x, y));
        corners.push((scale.at(*to), y));
    }
    corners
}

fn width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * CHARACTER
}

/// The value of an element, as near to its dot as there is room.
fn beside(text: &str, dot: &Dot, taken: &mut Taken) -> Words {
    let (width, height) = (width(text, VALUE_SIZE), VALUE_SIZE);
    let candidates = (0..4_u8).flat_map(|far| {
        let gap = DOT + 3.5 + 5.0 * f64::from(far);
        let right = (dot.x + gap, dot.y - height / 2.0);
        let left = (dot.x - gap - width, dot.y - height / 2.0);
        let above = (dot.x - width / 2.0, dot.y - gap - height);
        let below = (dot.x - width / 2.0, dot.y + gap);
        [
            right,
            left,
            above,
            below,
            (right.0, above.1 + height / 2.0),
            (right.0, below.1 - height / 2.0),
            (left.0, above.1 + height / 2.0),
            (left.0, below.1 - height / 2.0),
        ]
    });
    let (at, free) = taken.place(candidates.map(|(x, y)| Rect { x, y, width, height }));
    Words { text: text.to_owned(), class: "value", at, free }
}

/// A pane's value and label, below each other or in one line, somewhere in its box.
fn in_box(fired: &Fired, drawn: &Pane, taken: &mut Taken) -> [Words; 2] {
    let (value, label) = (width(&fired.value, VALUE_SIZE), width(&fired.label, LABEL_SIZE));
    let space = LABEL_SIZE * CHARACTER;
    let tall = (value.max(label), VALUE_SIZE + LABEL_SIZE + 1.0);
    let flat = (value + space + label, VALUE_SIZE);
    let places = |of: fn(&Rect, f64, f64) -> Vec<Rect>| {
        [tall, flat].into_iter().flat_map(|(width, height)| of(&drawn.at, width, height)).collect()
    };
    // Only where the box has no room the words stand beside it.
    let mut candidates: Vec<Rect> = places(places_in);
    if !candidates.iter().any(|place| taken.is_free(place)) {
        candidates = places(places_around);
    }
    let (at, free) = taken.place(candidates.into_iter());
    let middle = at.x + at.width / 2.0;
    let (of_value, of_label) = if at.height == tall.1 {
        let of_value = Rect { x: middle - value / 2.0, y: at.y, width: value, height: VALUE_SIZE };
        let y = at.y + VALUE_SIZE + 1.0;
        (of_value, Rect { x: middle - label / 2.0, y, width: label, height: LABEL_SIZE })
    } else {
        let of_value = Rect { width: value, ..at };
        (of_value, Rect { x: at.x + value + space, width: label, ..at })
    };
    [
        Words { text: fired.value.clone(), class: "sum", at: of_value, free },
        Words { text: fired.label.clone(), class: drawn.class, at: of_label, free },
    ]
}

/// From the middle of the box outwards.
fn places_in(room: &Rect, width: f64, height: f64) -> Vec<Rect> {
    let (wide, high) = (room.width - width - 4.0, room.height - height - 2.0);
    if wide < 0.0 || high < 0.0 {
        return Vec::new();
    }
    let mut places = Vec::new();
    for y in steps(high) {
        for x in steps(wide) {
            places.push(Rect { x: room.x + 2.0 + x, y: room.y + 1.0 + y, width, height });
        }
    }
    places
}

/// For a box that is too small: across it, then beside it.
fn places_around(room: &Rect, width: f64, height: f64) -> Vec<Rect> {
    let y = room.y + (room.height - height) / 2.0;
    let middle = room.x + (room.width - width) / 2.0;
    let (left, right) = (room.x - width - 4.0, room.x + room.width + 4.0);
    let (above, below) = (room.y - height - 2.0, room.y + room.height + 2.0);
    [
        (middle, y),
        (right, y),
        (left, y),
        (middle, above),
        (middle, below),
        (right, above),
        (left, above),
    ]
    .map(|(x, y)| Rect { x, y, width, height })
    .to_vec()
}

/// Places from 0 to `length`, the middle first.
fn steps(length: f64) -> Vec<f64> {
    const STEP: f64 = 4.0;
    let half = length / 2.0;
    let count = (half / STEP).floor() as u32;
    let away = (1..=count).flat_map(|n| [half - STEP * f64::from(n), half + STEP * f64::from(n)]);
    std::iter::once(half).chain(away).chain([0.0, length]).collect()
}

/// The name of the line, somewhere along it.
fn on_line(watermark: &[(f64, f64)], taken: &mut Taken) -> Words {
    const NAME: &str = "watermark";
    let (width, height) = (width(NAME, LABEL_SIZE), LABEL_SIZE);
    let mut candidates = Vec::new();
    for pair in watermark.windows(2).rev() {
        let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
        let (x, y) = ((x1 + x2) / 2.0, (y1 + y2) / 2.0);
        let here = if y1 == y2 {
            vec![(x - width / 2.0, y - height - 2.0), (x - width / 2.0, y + 2.0)]
        } else {
            vec![(x + 3.0, y - height / 2.0), (x - width - 3.0, y - height / 2.0)]
        };
        candidates.extend(here.into_iter().map(|(x, y)| Rect { x, y, width, height }));
    }
    let (at, free) = taken.place(candidates.into_iter());
    Words { text: NAME.into(), class: "mark", at, free }
}
