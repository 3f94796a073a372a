//! The numbers and values that elements and panes carry.

use std::cmp::Ordering;
use std::fmt;

use super::cursor::Cursor;
use super::error::CaseError;

/// A number as an element or a pane writes it. Equal if numerically equal; `nan` equals `nan`.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// Written without a decimal point.
    Integer(i64),
    /// Written with a decimal point, or `nan`, `inf`, `-inf`.
    Decimal(f64),
}

impl Number {
    /// The number as a floating point number.
    pub fn as_f64(self) -> f64 {
        match self {
            Number::Integer(integer) => integer as f64,
            Number::Decimal(decimal) => decimal,
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Number::Integer(left), Number::Integer(right)) = (self, other) {
            return left.cmp(right);
        }
        // A total order, because groups are sorted; all zeros are one, and all that is not a
        // number is one.
        let ordinary = |number: f64| if number.is_nan() { f64::NAN } else { number + 0.0 };
        ordinary(self.as_f64()).total_cmp(&ordinary(other.as_f64()))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Integer(integer) => write!(f, "{integer}"),
            Number::Decimal(decimal) if decimal.is_nan() => f.write_str("nan"),
            Number::Decimal(decimal) => write!(f, "{decimal}"),
        }
    }
}

/// What a pane holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// No value: what an optional combine gives for an empty pane.
    None,
    /// One number: an element, or the result of a combine.
    Number(Number),
    /// The values of a group. Sorted, so that equality is a multiset's; see [`Value::group`].
    Group(Vec<Number>),
}

impl Value {
    /// The group of these values, in no particular order.
    pub fn group(mut numbers: Vec<Number>) -> Value {
        numbers.sort();
        Value::Group(numbers)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::None => f.write_str("none"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Group(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(Number::to_string).collect();
                write!(f, "[{}]", numbers.join(","))
            }
        }
    }
}

/// Reads one number.
pub(super) fn parse_number(cursor: &mut Cursor<'_>) -> Result<Number, CaseError> {
    let word = cursor.word("a number")?;
    let integer = word.parse().map(Number::Integer).ok();
    // An integer that does not fit must not turn into a decimal that is only near it.
    let decimal = || {
        let all_digits = word.trim_start_matches(['-', '+']).bytes().all(|b| b.is_ascii_digit());
        if all_digits { None } else { word.parse().map(Number::Decimal).ok() }
    };
    integer.or_else(decimal).ok_or_else(|| {
        cursor
            .error(format!("`{word}` is not a number; write an i64 or a decimal, such as 7 or 2.5"))
    })
}

/// Reads what a pane holds: a number, `[1,2,3]` or `none`.
pub(super) fn parse_value(cursor: &mut Cursor<'_>) -> Result<Value, CaseError> {
    if cursor.eat_word("none") {
        return Ok(Value::None);
    }
    if !cursor.eat('[') {
        return parse_number(cursor).map(Value::Number);
    }
    let mut numbers = Vec::new();
    while !cursor.eat(']') {
        numbers.push(parse_number(cursor)?);
        cursor.eat(',');
    }
    Ok(Value::group(numbers))
}
