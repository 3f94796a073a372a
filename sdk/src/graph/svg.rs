//! The graph as a picture that needs no other program: boxes in layers, lines between them.

use super::display::layout::{Layout, Link};
use super::{Collection, Composite, Graph, Step, Transform, display};
use std::fmt::Write as _;

const MARGIN: f64 = 24.0;
const BOX_HEIGHT: f64 = 62.0;
const BOX_PADDING: f64 = 14.0;
/// Between a box and what is written below it.
const TICK: f64 = 10.0;
const LABEL_LINE: f64 = 14.0;
/// Longer lines below a box are broken at commas.
const LABEL_CHARACTERS: usize = 44;
const LABEL_GAP: f64 = 20.0;
/// Between the labels of a layer and the boxes of the next: room for the lines to bend.
const BEND: f64 = 44.0;
/// The width of a character of the name, and of all other text, in the fonts below.
const NAME_CHARACTER: f64 = 7.9;
const CHARACTER: f64 = 6.7;
const CHARACTERS_MAX: usize = 56;

const STYLE: &str = "\
text { font-family: Menlo, Consolas, 'DejaVu Sans Mono', monospace; \
font-size: 11px; fill: #1f2933; text-anchor: middle }
.name { font-size: 13px; font-weight: bold }
.within, .kind { fill: #52606d }
.step { stroke: #3e4c59; stroke-width: 1 }
.line { stroke: #52606d; stroke-width: 1.2; fill: none }
";

/// A step as it is drawn: its box, and below it what it makes.
struct Figure<'a> {
    step: &'a Step,
    /// Where it lies, its name, what it does.
    words: [String; 3],
    outputs: Vec<Output<'a>>,
    width: f64,
    box_width: f64,
}

/// A collection as it is drawn below its producer.
struct Output<'a> {
    collection: &'a Collection,
    lines: Vec<String>,
    /// The middle of the label, counted from the figure's left edge.
    port: f64,
}

/// All that is drawn, and where.
struct Picture<'a> {
    figures: Vec<Figure<'a>>,
    links: Vec<Link>,
    layout: Layout,
    /// The upper edge of the boxes of each layer, and of the margin below the last.
    tops: Vec<f64>,
}

impl Graph {
    pub(super) fn to_svg(&self) -> String {
        let figures: Vec<Figure<'_>> = self.drawn().map(|step| Figure::of(self, step)).collect();
        let links = links(self, &figures);
        let widths: Vec<f64> = figures.iter().map(|figure| figure.width).collect();
        let layout = Layout::of(&widths, &links);
        let mut tops = vec![MARGIN];
        for layer in 0..layout.layers {
            let here = figures.iter().zip(&layout.layer).filter(|(_, lies)| **lies == layer);
            let outputs = here.flat_map(|(figure, _)| &figure.outputs);
            let lines = outputs.map(|output| output.lines.len()).max().unwrap_or(0) as f64;
            let top = tops.last().copied().unwrap_or(MARGIN);
            tops.push(top + BOX_HEIGHT + TICK + LABEL_LINE * lines + BEND);
        }
        Picture { figures, links, layout, tops }.draw()
    }
}

impl Picture<'_> {
    fn draw(&self) -> String {
        let width = (self.layout.width + 2.0 * MARGIN).ceil();
        let height = self.tops.last().copied().unwrap_or(MARGIN).ceil();
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\">\n<style>\n{STYLE}</style>\n"
        );
        svg.push_str(
            "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" \
             markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
             <path d=\"M0 0L8 4L0 8z\" fill=\"#52606d\"/></marker></defs>\n",
        );
        line(
            &mut svg,
            format_args!("<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>"),
        );
        for (link, passages) in self.links.iter().zip(&self.layout.passages) {
            self.draw_link(&mut svg, link, passages);
        }
        for (number, figure) in self.figures.iter().enumerate() {
            let top = self.tops[self.layout.layer[number]];
            figure.draw(&mut svg, MARGIN + self.layout.left[number], top);
        }
        svg.push_str("</svg>\n");
        svg
    }

    /// Draws a line: straight down past boxes, and bent in the room between two layers.
    fn draw_link(&self, svg: &mut String, link: &Link, passages: &[f64]) {
        let Self { figures, layout, tops, .. } = self;
        let mut layer = layout.layer[link.from];
        let mut x = MARGIN + layout.left[link.from] + link.port;
        let output = figures[link.from].outputs.iter().find(|output| output.port == link.port);
        let label = output.map_or(0.0, |output| output.lines.len() as f64) * LABEL_LINE;
        let mut y = tops[layer] + BOX_HEIGHT + TICK + label;
        let mut path = format!("M{x:.0} {y:.0}");
        let end = layout.left[link.to] + figures[link.to].width / 2.0;
        for &stop in passages.iter().chain([&end]) {
            layer += 1;
            let (to, down) = (MARGIN + stop, tops[layer]);
            let bent = down - BEND;
            if y < bent {
                append(&mut path, format_args!("V{bent:.0}"));
            }
            let half = (bent + down) / 2.0;
            append(
                &mut path,
                format_args!("C{x:.0} {half:.0} {to:.0} {half:.0} {to:.0} {down:.0}"),
            );
            (x, y) = (to, down);
        }
        let dashed = if link.dashed { " stroke-dasharray=\"4 3\"" } else { "" };
        line(
            svg,
            format_args!("<path class=\"line\"{dashed} marker-end=\"url(#tip)\" d=\"{path}\"/>"),
        );
    }
}

fn links(graph: &Graph, figures: &[Figure<'_>]) -> Vec<Link> {
    let mut links = Vec::new();
    for (to, figure) in figures.iter().enumerate() {
        let taken = graph.taken_by(figure.step).into_iter().map(|input| (input, false));
        let beside = graph.beside(figure.step).into_iter().map(|view| (view.id, true));
        for (input, dashed) in taken.chain(beside) {
            let ports = figures
                .iter()
                .enumerate()
                .flat_map(|(from, figure)| figure.outputs.iter().map(move |output| (from, output)));
            let port = ports.filter(|(_, output)| output.collection.id == input);
            links.extend(port.map(|(from, output)| Link { from, port: output.port, to, dashed }));
        }
    }
    links
}

impl<'a> Figure<'a> {
    fn of(graph: &'a Graph, step: &'a Step) -> Self {
        let within = step.path.strip_suffix(step.name()).unwrap_or("").trim_end_matches('/');
        let words = [clipped(within), clipped(step.name()), clipped(&display::kind(step))];
        let characters = [CHARACTER, NAME_CHARACTER, CHARACTER];
        let widest = words.iter().zip(characters).map(|(word, width)| cells(word) * width);
        let box_width = widest.fold(0.0, f64::max) + 2.0 * BOX_PADDING;
        let mut outputs = Vec::new();
        let mut labels_width = 0.0;
        for collection in graph.drawn_outputs(step) {
            let label = graph.label(collection);
            let lines: Vec<String> = label.iter().flat_map(|line| broken(line)).collect();
            let width = lines.iter().map(|line| cells(line) * CHARACTER).fold(0.0, f64::max);
            if !outputs.is_empty() {
                labels_width += LABEL_GAP;
            }
            outputs.push(Output { collection, lines, port: labels_width + width / 2.0 });
            labels_width += width;
        }
        let width = box_width.max(labels_width);
        for output in &mut outputs {
            output.port += (width - labels_width) / 2.0;
        }
        Self { step, words, outputs, width, box_width }
    }

    fn draw(&self, svg: &mut String, left: f64, top: f64) {
        let middle = left + self.width / 2.0;
        let (edge, width) = (left + (self.width - self.box_width) / 2.0, self.box_width);
        let fill = fill(self.step);
        line(svg, format_args!("<g><title>{}</title>", escaped(&self.step.path)));
        line(
            svg,
            format_args!(
                "<rect class=\"step\" x=\"{edge:.0}\" y=\"{top:.0}\" width=\"{width:.0}\" \
                 height=\"{BOX_HEIGHT:.0}\" rx=\"6\" fill=\"{fill}\"/>"
            ),
        );
        let classes = ["within", "name", "kind"];
        let shown = self.words.iter().zip(classes).filter(|(word, _)| !word.is_empty());
        let shown: Vec<_> = shown.collect();
        let first = top + BOX_HEIGHT / 2.0 + 4.0 - (shown.len() as f64 - 1.0) * 8.5;
        for (number, (word, class)) in shown.iter().enumerate() {
            write_text(svg, class, middle, first + number as f64 * 17.0, word);
        }
        let bottom = top + BOX_HEIGHT;
        for output in &self.outputs {
            let x = left + output.port;
            // A label that is wider than the box hangs beside it: its tick starts at the corner.
            let start = x.clamp(edge + 6.0, edge + width - 6.0);
            let below = bottom + TICK - 2.0;
            line(
                svg,
                format_args!(
                    "<path class=\"line\" d=\"M{start:.0} {bottom:.0}L{x:.0} {below:.0}\"/>"
                ),
            );
            for (number, words) in output.lines.iter().enumerate() {
                let baseline = bottom + TICK + LABEL_LINE * number as f64 + 9.0;
                write_text(svg, "label", x, baseline, words);
            }
        }
        svg.push_str("</g>\n");
    }
}

/// Light, so that dark text can be read on it.
fn fill(step: &Step) -> &'static str {
    match &step.transform {
        Transform::Impulse | Transform::TestStream(_) => "#e3f4e1",
        Transform::ParDo(_) => "#eef3fb",
        Transform::GroupByKey => "#fdefd3",
        Transform::Flatten => "#f2eaf8",
        Transform::WindowInto(_) => "#e2f3f5",
        Transform::Composite(composite) => match composite {
            Composite::Read(_) => "#e3f4e1",
            Composite::Write(_) => "#fae5e3",
            Composite::Reshuffle
            | Composite::View(_)
            | Composite::CoGroupByKey
            | Composite::Combine { .. }
            | Composite::CombineGlobally { .. }
            | Composite::CombineWithFanout { .. }
            | Composite::CombineWithView { .. } => "#fdefd3",
            Composite::Named => "#ffffff",
        },
    }
}

/// How many characters wide a text is; beyond ASCII they are taken to be wide ones.
fn cells(text: &str) -> f64 {
    text.chars().map(|character| if character.is_ascii() { 1.0 } else { 2.0 }).sum()
}

/// The text, or its beginning.
fn clipped(text: &str) -> String {
    if text.chars().count() <= CHARACTERS_MAX {
        return text.to_owned();
    }
    text.chars().take(CHARACTERS_MAX - 1).chain(['\u{2026}']).collect()
}

/// The text in lines, broken behind commas where one would be too long.
fn broken(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in text.split_inclusive(", ") {
        let full = lines.last().is_some_and(|line| {
            !line.is_empty() && LABEL_CHARACTERS < line.chars().count() + piece.chars().count()
        });
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(piece);
        }
    }
    lines.iter().map(|line| clipped(line.trim_end())).collect()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ if character.is_control() => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
}

fn write_text(svg: &mut String, class: &str, x: f64, y: f64, words: &str) {
    let words = escaped(words);
    line(svg, format_args!("<text class=\"{class}\" x=\"{x:.0}\" y=\"{y:.0}\">{words}</text>"));
}

fn line(svg: &mut String, line: std::fmt::Arguments<'_>) {
    append(svg, line);
    svg.push('\n');
}

fn append(svg: &mut String, text: std::fmt::Arguments<'_>) {
    svg.write_fmt(text).expect("a string takes all that is written to it");
}
