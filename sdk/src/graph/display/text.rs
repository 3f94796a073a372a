//! The graph as an indented tree of steps; a windowing stands where it is new.

use super::{is_whole, kind, line, prefix};
use crate::graph::{Collection, Graph, Step};

const INDENT: &str = "  ";

impl Graph {
    pub(super) fn to_text(&self) -> String {
        let mut text = String::new();
        for step in self.siblings(None) {
            self.write_step(&mut text, step, 0);
        }
        text
    }

    fn write_step(&self, text: &mut String, step: &Step, depth: usize) {
        let indent = INDENT.repeat(depth);
        let kind = kind(step);
        let suffix = if kind.eq_ignore_ascii_case(step.name()) || kind == "composite" {
            String::new()
        } else {
            format!(" ({kind})")
        };
        line(text, format_args!("{indent}{}{suffix}", step.name()));
        if !is_whole(step) {
            for part in self.siblings(Some(step)) {
                self.write_step(text, part, depth + 1);
            }
            return;
        }
        for input in self.taken_by(step) {
            let collection = self.collection(input);
            let producer = self.named_step(self.producer(input));
            let (name, path) = (prefix(collection), &producer.path);
            line(text, format_args!("{indent}{INDENT}<- {name}{path}"));
        }
        for view in self.beside(step) {
            let view = self.named_step(self.producer(view.id));
            line(text, format_args!("{indent}{INDENT}<~ {}", view.path));
        }
        for collection in self.drawn_outputs(step) {
            let Collection { element, boundedness, windowing, .. } = collection;
            let name = prefix(collection);
            let windowing = if self.windowing_is_new(collection) || step.inputs.is_empty() {
                format!(", {windowing}")
            } else {
                String::new()
            };
            let words =
                format_args!("{indent}{INDENT}-> {name}{element}, {boundedness}{windowing}");
            line(text, words);
        }
    }
}
