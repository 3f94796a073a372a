//! Which pane of one run stands where another has something else: of the same window and, as far as
//! values tell, of the same key.

use super::difference::PaneDifference;
use super::outcome::Pane;
use crate::graph::EdgeType;
use serde_json::Value;

/// By so much of itself a sum may be another because it was added up in another order.
const ROUNDING: f64 = 1e-9;

/// The first pane that only one of both has, and what the other has in its place, if anything; the
/// reference first.
pub(super) fn first_pair<'a>(
    difference: &'a PaneDifference,
    edge: &dyn EdgeType,
) -> [Option<&'a Pane>; 2] {
    let [reference, other] = &difference.only;
    let is_of_reference = match (reference.first(), other.first()) {
        (Some(a), Some(b)) => a.order() <= b.order(),
        (a, _) => a.is_some(),
    };
    let (own, others) = if is_of_reference { (reference, other) } else { (other, reference) };
    let first = own.first();
    let found = first.and_then(|first| {
        let candidates = others.iter().filter(|pane| pane.window == first.window);
        let likeness = candidates.filter_map(|it| Some((likeness(first, it, edge)?, it)));
        // The first of those that are as like as any.
        likeness.rev().max_by(|a, b| a.0.cmp(&b.0)).map(|(_, pane)| pane)
    });
    if is_of_reference { [first, found] } else { [found, first] }
}

/// What two panes of a window have in common, what matters most first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    /// Equal texts in their values: names are keys more often than numbers are.
    texts: usize,
    /// Which parts of their values are equal; the key of a pair is the first.
    parts: Vec<bool>,
    is_same_firing: bool,
    is_same_time: bool,
}

/// How like two panes of a window are; nothing if their values have no part in common.
fn likeness(a: &Pane, b: &Pane, edge: &dyn EdgeType) -> Option<Likeness> {
    let [own, others] = [a, b].map(|pane| parts(&shown(pane, edge)));
    let same = own.iter().zip(&others).map(|(a, b)| a == b);
    let same: Vec<bool> = same.collect();
    let is_one_value = own.len() == 1 && others.len() == 1;
    (is_one_value || same.contains(&true)).then(|| Likeness {
        texts: own.iter().zip(&same).filter(|(part, same)| part.is_string() && **same).count(),
        is_same_firing: (a.pane.index, a.pane.timing) == (b.pane.index, b.pane.timing),
        is_same_time: a.timestamp == b.timestamp,
        parts: same,
    })
}

/// The value of a pane, for a person.
pub(super) fn shown(pane: &Pane, edge: &dyn EdgeType) -> String {
    let mut column = edge.empty();
    match edge.decode(&pane.value, 1, column.as_mut()) {
        Ok(()) => edge.show(column.as_ref(), 0),
        Err(error) => format!("a value that cannot be decoded: {error}"),
    }
}

/// Whether all that is different is how floating-point numbers were rounded.
pub(super) fn differ_by_rounding(a: &Pane, b: &Pane, edge: &dyn EdgeType) -> bool {
    let is_same_else = (a.timestamp, &a.window, a.pane) == (b.timestamp, &b.window, b.pane);
    let [own, others] = [a, b].map(|pane| parts(&shown(pane, edge)));
    let are_close = |(a, b): (&Value, &Value)| match (a, b) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() && b.is_f64() => {
            let (a, b) = (a.as_f64().unwrap_or_default(), b.as_f64().unwrap_or_default());
            (a - b).abs() <= ROUNDING * a.abs().max(b.abs())
        }
        _ => a == b,
    };
    is_same_else
        && own.len() == others.len()
        && own != others
        && own.iter().zip(&others).all(are_close)
}

/// What a value is made of, in order.
fn parts(shown: &str) -> Vec<Value> {
    let mut parts = Vec::new();
    match serde_json::from_str(shown) {
        Ok(value) => leaves(value, &mut parts),
        Err(_) => parts.push(Value::String(shown.to_owned())),
    }
    parts
}

fn leaves(value: Value, parts: &mut Vec<Value>) {
    match value {
        Value::Array(values) => values.into_iter().for_each(|value| leaves(value, parts)),
        Value::Object(fields) => fields.into_iter().for_each(|(_, value)| leaves(value, parts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => parts.push(value),
    }
}

#[cfg(test)]
mod tests {
    use super::{differ_by_rounding, first_pair, shown};
    use crate::graph::erase::TypedEdge;
    use crate::launch::diff::difference::PaneDifference;
    use crate::launch::diff::outcome::Pane;
    use crate::{Coder, Element, Interval, PaneInfo, Str, Timestamp};

    fn edge<T: Element>() -> TypedEdge<T> {
        TypedEdge::with_coder(Coder::of())
    }

    /// In the window that ends 10 s behind its start.
    fn pane<T: Element>((value, start): (T, i64)) -> Pane {
        let window = Interval::new(Timestamp::secs(start), Timestamp::secs(start + 10));
        let (timestamp, pane) = (window.max_timestamp(), PaneInfo::ON_TIME_AND_ONLY);
        Pane { timestamp, window, value: Coder::of().encode_one(&value), pane }
    }

    /// The values of the first pair.
    fn paired<T: Element>(a: &[(T, i64)], b: &[(T, i64)]) -> [String; 2] {
        let only = [a, b].map(|panes| {
            let mut panes: Vec<Pane> = panes.iter().cloned().map(pane).collect();
            panes.sort_by(|a, b| a.order().cmp(&b.order()));
            panes
        });
        let difference = PaneDifference { write: 0, counts: [0, 0], only };
        let edge = edge::<T>();
        let text = |pane: Option<&Pane>| pane.map_or("-".into(), |pane| shown(pane, &edge));
        first_pair(&difference, &edge).map(text)
    }

    fn of(airport: &str) -> Str {
        Str::from(airport)
    }

    #[test]
    fn a_pane_stands_beside_the_one_that_is_most_like_it() {
        for (pair, texts) in [
            (paired(&[(3, 0)], &[(5, 0)]), ["3", "5"]),
            (paired(&[(3, 0)], &[(3, 10)]), ["3", "-"]),
            (paired(&[(3, 20)], &[(4, 10)]), ["-", "4"]),
            (
                paired(&[((of("a"), 3), 0)], &[((of("b"), 3), 0), ((of("a"), 5), 0)]),
                [r#"["a",3]"#, r#"["a",5]"#],
            ),
            (paired(&[((7, 1), 0)], &[((8, 1), 0), ((7, 2), 0)]), ["[7,1]", "[7,2]"]),
            (paired(&[((7, 1), 0)], &[((8, 2), 0)]), ["[7,1]", "-"]),
            (
                paired(
                    &[((of("a"), (1, 2.5)), 0), ((of("b"), (9, 9.5)), 0)],
                    &[((of("b"), (1, 2.5)), 0), ((of("a"), (1, 7.5)), 0)],
                ),
                [r#"["a",[1,2.5]]"#, r#"["a",[1,7.5]]"#],
            ),
        ] {
            assert_eq!(pair, texts);
        }
    }

    #[test]
    fn rounding_is_told_from_another_number() {
        let sum = (0.1 + 0.2, 0.3);
        for ((a, b), is_rounding) in [
            (sum, true),
            ((0.3, 0.3), false),
            ((0.3, 0.3001), false),
            ((f64::NAN, 0.3), false),
            ((0.0, 1e-300), false),
        ] {
            let [a, b] = [a, b].map(|number| pane(((of("a"), number), 0)));
            assert_eq!(
                differ_by_rounding(&a, &b, &edge::<(Str, f64)>()),
                is_rounding,
                "{a:?} {b:?}"
            );
        }
        let [a, b] = [sum.0, sum.1].map(|number| pane((number, 0)));
        let elsewhere = Pane { window: Interval::GLOBAL, ..b };
        assert!(!differ_by_rounding(&a, &elsewhere, &edge::<f64>()));
    }
}
