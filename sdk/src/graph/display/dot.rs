//! The graph as a Graphviz digraph.

use super::{is_whole, kind, line};
use crate::graph::{Graph, Step};

impl Graph {
    pub(super) fn to_dot(&self) -> String {
        let mut text = String::from("digraph pipeline {\n");
        text.push_str("  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n");
        text.push_str("  edge [fontname=\"sans-serif\", fontsize=10];\n");
        for step in self.siblings(None) {
            self.write_dot(&mut text, step, 1);
        }
        for (collection, taker) in self.lines() {
            let label = quoted(&self.label(collection));
            let (from, to) =
                (self.named_step(self.producer(collection.id)).id.index(), taker.id.index());
            line(&mut text, format_args!("  s{from} -> s{to} [label={label}];"));
        }
        for (view, reader) in self.dashed() {
            let (from, to) =
                (self.named_step(self.producer(view.id)).id.index(), reader.id.index());
            line(&mut text, format_args!("  s{from} -> s{to} [style=dashed];"));
        }
        text.push_str("}\n");
        text
    }

    fn write_dot(&self, text: &mut String, step: &Step, depth: usize) {
        let (indent, id) = ("  ".repeat(depth), step.id.index());
        if is_whole(step) {
            let label = quoted(&[step.name().to_owned(), kind(step)]);
            line(text, format_args!("{indent}s{id} [label={label}];"));
            return;
        }
        let label = quoted(&[step.name().to_owned()]);
        line(text, format_args!("{indent}subgraph cluster_{id} {{"));
        line(text, format_args!("{indent}  label={label};"));
        for part in self.siblings(Some(step)) {
            self.write_dot(text, part, depth + 1);
        }
        line(text, format_args!("{indent}}}"));
    }
}

/// A label of these lines. A backslash stands for itself: Graphviz would read `\N` as a name.
fn quoted(lines: &[String]) -> String {
    let mut label = String::from("\"");
    for (number, line) in lines.iter().enumerate() {
        if 0 < number {
            label.push_str("\\n");
        }
        for character in line.chars() {
            match character {
                '"' | '\\' => label.extend(['\\', character]),
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
            (&["a", "b"], r#""a\nb""#),
            (&[r#"say "hi" \N"#], r#""say \"hi\" \\N""#),
            (&["<b>\n"], r#""<b> ""#),
        ] {
            let lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
            assert_eq!(quoted(&lines), label, "{lines:?}");
        }
    }
}
