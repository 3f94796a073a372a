//! The graph as a Mermaid flowchart.

use super::{is_whole, kind, line};
use crate::graph::{Graph, Step};
use std::fmt::Write as _;

impl Graph {
    pub(super) fn to_mermaid(&self) -> String {
        let mut text = String::from("flowchart TD\n");
        for step in self.siblings(None) {
            self.write_mermaid(&mut text, step, 1);
        }
        for (collection, taker) in self.lines() {
            let label = quoted(&self.label(collection));
            let (from, to) =
                (self.named_step(self.producer(collection.id)).id.index(), taker.id.index());
            line(&mut text, format_args!("  s{from} -->|{label}| s{to}"));
        }
        for (view, reader) in self.dashed() {
            let (from, to) =
                (self.named_step(self.producer(view.id)).id.index(), reader.id.index());
            line(&mut text, format_args!("  s{from} -.-> s{to}"));
        }
        text
    }

    fn write_mermaid(&self, text: &mut String, step: &Step, depth: usize) {
        let (indent, id) = ("  ".repeat(depth), step.id.index());
        if is_whole(step) {
            let label = quoted(&[step.name().to_owned(), kind(step)]);
            line(text, format_args!("{indent}s{id}[{label}]"));
            return;
        }
        let label = quoted(&[step.name().to_owned()]);
        line(text, format_args!("{indent}subgraph s{id}[{label}]"));
        for part in self.siblings(Some(step)) {
            self.write_mermaid(text, part, depth + 1);
        }
        line(text, format_args!("{indent}end"));
    }
}

/// A label of these lines. Whatever could end it, or be markup in it, is written as a character
/// code.
fn quoted(lines: &[String]) -> String {
    let mut label = String::from("\"");
    for (number, line) in lines.iter().enumerate() {
        if 0 < number {
            label.push_str("<br/>");
        }
        for character in line.chars() {
            match character {
                '"' | '#' | '&' | '<' | '>' | '`' | '|' | '\\' => {
                    let code = u32::from(character);
                    write!(label, "#{code};").expect("a string takes all that is written to it");
                }
                _ if character.is_control() => label.push(' '),
                _ => label.push(character),
            }
        }
    }
    label.push('"');
    label
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn nothing_ends_a_label_but_its_quote() {
        for (lines, label) in [
            (&["Add one"][..], r#""Add one""#),
            (&["a", "b"], r#""a<br/>b""#),
            (&[r#"say "hi" | <b>"#], r#""say #34;hi#34; #124; #60;b#62;""#),
            (&["#1 `x`\n"], r##""#35;1 #96;x#96; ""##),
        ] {
            let lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
            assert_eq!(quoted(&lines), label, "{lines:?}");
        }
    }
}
