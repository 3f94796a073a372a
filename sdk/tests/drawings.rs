//! Drawings of graphs: compared with `tests/drawings`, read back, and measured.
//!
//! After a wanted change write the files anew and look at them:
//! `UPDATE_GOLDEN=1 cargo test -p heliostat --test drawings`.

use heliostat::Graph;
use heliostat::graph::Format;
use heliostat::prelude::*;
use std::fs;
use std::path::Path;

/// A branch, dead letters, a grouping, a combine, a flatten, a part, and a name that needs care.
fn orders() -> Graph {
    let pipeline = Pipeline::new();
    let orders = pipeline
        .read(generate_sequence(0..1_000).unbounded().event_time(Timestamp::secs(0), secs(1)))
        .named("Read orders")
        .window(
            Window::fixed(minutes(5))
                .trigger(after_watermark().late(after_count(1)))
                .allowed_lateness(hours(1))
                .accumulating(),
        );
    let (amounts, bad) = orders.try_map(|n| i64::try_from(*n));
    let amounts = amounts.named("Parse \"amount\" <& more>").with_keys(|n| n % 7).named("By shop");
    let sums = amounts.sum_per_key().named("Sum per shop");
    let sizes = amounts.group_by_key().map(|(shop, group)| (shop, group.len() as i64));
    let all = pipeline.flatten([sums, sizes.named("Sizes")]).named("Sums and sizes");
    all.apply("Report", |all| all.map(|(shop, n)| format!("{shop}: {n}"))).collect();
    bad.map(|letter| letter.error).collect();
    pipeline.graph()
}

/// Lines that pass several layers, beside wide and narrow boxes.
fn crossing() -> Graph {
    let pipeline = Pipeline::new();
    let first = pipeline.create([1, 2]);
    let second = pipeline.create([3]).named("A second root with a name that is rather long");
    let third = pipeline.create([4]);
    let long = first.map(|n| n + 1).map(|n| n + 1).filter(|n| *n > 0).map(|n| n + 1);
    let near = second.map(|n| n + 1);
    let both = pipeline.flatten([near.clone(), long.clone()]);
    let all = pipeline.flatten([third.clone(), both, first.clone(), near]);
    all.sum_globally().collect();
    pipeline.flatten([third, long, first]).collect();
    pipeline.graph()
}

fn nothing() -> Graph {
    Pipeline::new().graph()
}

#[test]
fn drawings_are_the_ones_in_the_files() {
    for (format, ending) in [
        (Format::Text, "txt"),
        (Format::Mermaid, "mmd"),
        (Format::Dot, "dot"),
        (Format::Svg, "svg"),
    ] {
        let drawing = orders().render(format);
        let path = format!("{}/tests/drawings/orders.{ending}", env!("CARGO_MANIFEST_DIR"));
        assert_golden(Path::new(&path), &drawing);
    }
}

#[test]
fn json_can_be_read_back() {
    for graph in [orders(), crossing(), nothing()] {
        let json = graph.render(Format::Json);
        let read: Graph = serde_json::from_str(&json).expect("the JSON of a graph is a graph");
        assert_eq!(read, graph);
        assert_eq!(read.fingerprint(), graph.fingerprint());
    }
}

#[test]
fn formats_are_called_what_they_print() {
    for (format, name) in Format::ALL.into_iter().zip(Format::NAMES) {
        assert_eq!(format.to_string(), name);
        assert_eq!(name.parse::<Format>().expect("it is one of the names"), format);
    }
    let error = "Dot".parse::<Format>().expect_err("names are lower case");
    assert_eq!(error.to_string(), "no format `Dot`: choose text, mermaid, dot, svg or json");
}

/// A box, as left, top, right and bottom.
type Area = [f64; 4];

#[test]
fn nothing_in_a_picture_overlaps() {
    for (graph, boxes) in [(orders(), 12), (crossing(), 17), (nothing(), 0)] {
        let svg = graph.render(Format::Svg);
        let steps = areas(&svg, "<rect class=\"step\"", step_area);
        assert_eq!(steps.len(), boxes, "{svg}");
        let labels = areas(&svg, "<text class=\"label\"", label_area);
        let all: Vec<Area> = steps.iter().chain(&labels).copied().collect();
        for (place, a) in all.iter().enumerate() {
            for b in &all[..place] {
                assert!(!overlap(a, b), "{a:?} and {b:?} overlap in\n{svg}");
            }
        }
        let width = number(&svg, "width=\"");
        let height = number(&svg, "height=\"");
        for area in &all {
            let inside = 0.0 <= area[0] && area[2] <= width && area[3] <= height;
            assert!(inside, "{area:?} is not inside {width} x {height}\n{svg}");
        }
    }
}

#[test]
fn no_line_of_a_picture_crosses_a_box() {
    for graph in [orders(), crossing()] {
        let svg = graph.render(Format::Svg);
        let steps = areas(&svg, "<rect class=\"step\"", step_area);
        for (x, from, to) in uprights(&svg) {
            for step in &steps {
                let beside = x <= step[0] || step[2] <= x;
                assert!(beside || to <= step[1] || step[3] <= from, "at {x} through {step:?}");
            }
        }
    }
}

fn areas(svg: &str, start: &str, area: impl Fn(&str) -> Area) -> Vec<Area> {
    svg.lines().filter(|line| line.starts_with(start)).map(area).collect()
}

fn step_area(line: &str) -> Area {
    let (x, y) = (number(line, " x=\""), number(line, " y=\""));
    [x, y, x + number(line, " width=\""), y + number(line, " height=\"")]
}

/// A label of 11 pixels, in a font whose characters are 0.6 times as wide as high.
fn label_area(line: &str) -> Area {
    let (x, y) = (number(line, " x=\""), number(line, " y=\""));
    let words = line.split(['>', '<']).nth(2).expect("a text has words");
    let words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let half = words.chars().count() as f64 * 11.0 * 0.6 / 2.0;
    [x - half, y - 9.0, x + half, y + 2.0]
}

/// The parts of lines between boxes that go straight down: where, from and to.
///
/// The others are bends, which lie between the layers.
fn uprights(svg: &str) -> Vec<(f64, f64, f64)> {
    let mut found = Vec::new();
    for line in svg.lines().filter(|line| line.contains("marker-end")) {
        let path = line.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next());
        let path = path.expect("a path has a way");
        let (mut x, mut y) = (0.0, 0.0);
        let spaced = path.replace('V', " V ").replace('C', " C ").replace('M', " M ");
        let mut words = spaced.split_whitespace();
        let next = |words: &mut std::str::SplitWhitespace<'_>| {
            let word = words.next().expect("a command has its numbers");
            word.parse::<f64>().expect("and they are numbers")
        };
        while let Some(command) = words.next() {
            match command {
                "M" => (x, y) = (next(&mut words), next(&mut words)),
                "V" => {
                    let to = next(&mut words);
                    found.push((x, y, to));
                    y = to;
                }
                "C" => {
                    let numbers: Vec<f64> = (0..6).map(|_| next(&mut words)).collect();
                    (x, y) = (numbers[4], numbers[5]);
                }
                other => unreachable!("the picture uses no `{other}`"),
            }
        }
    }
    assert!(!found.is_empty(), "some line goes straight down");
    found
}

fn overlap(a: &Area, b: &Area) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

fn number(text: &str, before: &str) -> f64 {
    let rest = text.split(before).nth(1).expect("the attribute is there");
    let number = rest.split('"').next().and_then(|number| number.parse().ok());
    number.expect("the attribute is a number")
}

fn assert_golden(path: &Path, text: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, text).expect("the file can be written");
    }
    let golden = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(golden, text, "{} is stale: run with UPDATE_GOLDEN=1", path.display());
}
