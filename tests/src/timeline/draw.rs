//! The picture as SVG.

use std::fmt::Write as _;

use super::labels::{DOT, LEFT, Picture, TOP, WIDTH};

/// Below the axis: its marks and its name.
const BOTTOM: f64 = 44.0;
const RIGHT: f64 = 14.0;

const STYLE: &str = "\
.paper { fill: #ffffff } .frame { fill: none; stroke: #9aa5b1 } .grid { stroke: #e4e7eb }
text { font-family: Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 11px; fill: #52606d }
text.value { font-size: 14px; fill: #1f2933 } text.sum { font-size: 14px; font-weight: bold; fill: #1f2933 }
.dot { fill: #1f2933 } .gone { fill: #9aa5b1 } .cross { stroke: #cf1124; stroke-width: 2 }
rect.early { fill: #f7c948; fill-opacity: 0.22; stroke: #b44d12 } text.early { fill: #8d2b0b }
rect.on-time { fill: #3ebd93; fill-opacity: 0.22; stroke: #147d64 } text.on-time { fill: #0c6b58 }
rect.late { fill: #ef4e4e; fill-opacity: 0.18; stroke: #ba2525 } text.late { fill: #911111 }
.watermark { fill: none; stroke: #0967d2; stroke-width: 2 } text.mark { fill: #0552b5 }
@media (prefers-color-scheme: dark) {
.paper { fill: #0d1117 } .frame { stroke: #616e7c } .grid { stroke: #252d38 }
text { fill: #9aa5b1 } text.value, text.sum { fill: #f5f7fa }
.dot { fill: #f5f7fa } .gone { fill: #616e7c } .cross { stroke: #f86a6a }
rect.early { stroke: #f0b429 } text.early { fill: #fadb5f }
rect.on-time { stroke: #3ebd93 } text.on-time { fill: #8eedc7 }
rect.late { stroke: #ef4e4e } text.late { fill: #ff9b9b }
.watermark { stroke: #47a3f3 } text.mark { fill: #7cc4fa }
}
";

pub(super) fn svg(picture: &Picture, about: &str) -> String {
    let (width, bottom) = (LEFT + WIDTH + RIGHT, TOP + picture.rows.height);
    let height = bottom + BOTTOM;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {h}\" width=\"{width}\" \
         height=\"{h}\" role=\"img\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{width}\" height=\"{h}\"/>\n",
        escaped(about),
        h = short(height),
    );
    axes(picture, bottom, &mut text);
    for pane in &picture.boxes {
        let at = pane.at;
        let _ = writeln!(
            text,
            "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            pane.class,
            short(at.x),
            short(at.y),
            short(at.width),
            short(at.height),
        );
    }
    let corners: Vec<String> =
        picture.watermark.iter().map(|(x, y)| format!("{},{}", short(*x), short(*y))).collect();
    let _ = writeln!(text, "<polyline class=\"watermark\" points=\"{}\"/>", corners.join(" "));
    dots(picture, &mut text);
    for words in &picture.words {
        // Letters stand on a line a little above the lower edge of their place.
        let line = words.at.y + words.at.height * 0.8;
        let _ = writeln!(
            text,
            "<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>",
            words.class,
            short(words.at.x),
            short(line),
            escaped(&words.text),
        );
    }
    text.push_str("</svg>\n");
    text
}

fn axes(picture: &Picture, bottom: f64, text: &mut String) {
    for (x, words) in picture.scale.marks() {
        let x = short(x);
        let _ = writeln!(
            text,
            "<line class=\"grid\" x1=\"{x}\" y1=\"{TOP}\" x2=\"{x}\" y2=\"{b}\"/>\
             <text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{words}</text>",
            short(bottom + 16.0),
            b = short(bottom),
        );
    }
    for (y, words) in picture.rows.marks() {
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{words}</text>",
            LEFT - 6.0,
            short(y + 4.0),
        );
    }
    let _ = writeln!(
        text,
        "<rect class=\"frame\" x=\"{LEFT}\" y=\"{TOP}\" width=\"{WIDTH}\" height=\"{}\"/>",
        short(picture.rows.height),
    );
    let upwards =
        if picture.rows.by_processing_time { "processing time" } else { "order of events" };
    let (middle, side) = (LEFT + WIDTH / 2.0, short(TOP + picture.rows.height / 2.0));
    let _ = writeln!(
        text,
        "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">event time</text>\n\
         <text transform=\"translate(14 {side}) rotate(-90)\" text-anchor=\"middle\">{upwards}</text>",
        short(bottom + 36.0),
    );
}

fn dots(picture: &Picture, text: &mut String) {
    for dot in &picture.dots {
        let class = if dot.dropped { "gone" } else { "dot" };
        let _ = writeln!(
            text,
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{DOT}\"/>",
            short(dot.x),
            short(dot.y),
        );
        if dot.dropped {
            let (left, right) = (short(dot.x - 7.0), short(dot.x + 7.0));
            let (up, down) = (short(dot.y - 7.0), short(dot.y + 7.0));
            let _ = writeln!(
                text,
                "<path class=\"cross\" d=\"M{left} {up}L{right} {down}M{left} {down}L{right} {up}\"/>",
            );
        }
    }
}

/// A length to a tenth, without a needless nought.
fn short(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
