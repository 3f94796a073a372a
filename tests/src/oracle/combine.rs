//! What a pane's values become.

use crate::case::{Combine, Number, Value};

/// What the numbers of a collection are. It decides what the extremes of nothing are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// As a script writes them, without a decimal point; and counts.
    Whole,
    /// All of them, if a script writes one; and means.
    Decimal,
}

/// What a grouping makes of the values of a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    Group,
    Combine(Combine),
}

impl Fold {
    /// What its numbers are, made of such.
    pub(super) fn numbers(self, numbers: Numbers) -> Numbers {
        match self {
            Fold::Combine(Combine::Count) => Numbers::Whole,
            Fold::Combine(Combine::Mean) => Numbers::Decimal,
            Fold::Group | Fold::Combine(Combine::Sum | Combine::Min | Combine::Max) => numbers,
        }
    }

    /// What it makes of these values.
    pub(super) fn of(self, values: &[Number], numbers: Numbers) -> Result<Value, String> {
        let combine = match self {
            Fold::Group => return Ok(Value::group(values.to_vec())),
            Fold::Combine(combine) => combine,
        };
        let number = match combine {
            Combine::Sum => sum(values, numbers)?,
            Combine::Count => Number::Integer(i64::try_from(values.len()).expect("there are few")),
            Combine::Mean => Number::Decimal(mean(values)),
            Combine::Min => ordered(values).min().unwrap_or(largest(numbers)),
            Combine::Max => ordered(values).max().unwrap_or(smallest(numbers)),
        };
        Ok(Value::Number(number))
    }
}

fn sum(values: &[Number], numbers: Numbers) -> Result<Number, String> {
    if numbers == Numbers::Decimal {
        return Ok(Number::Decimal(values.iter().map(|value| value.as_f64()).sum()));
    }
    let mut sum = 0_i64;
    for value in values {
        sum = sum.checked_add(integer(*value)).ok_or("the sum does not fit")?;
    }
    Ok(Number::Integer(sum))
}

#[expect(clippy::cast_precision_loss, reason = "a mean is a decimal")]
fn mean(values: &[Number]) -> f64 {
    let whole = values.iter().all(|value| matches!(value, Number::Integer(_)));
    let total = if whole {
        values.iter().map(|value| i128::from(integer(*value))).sum::<i128>() as f64
    } else {
        values.iter().map(|value| value.as_f64()).sum()
    };
    total / values.len() as f64
}

/// What an extreme is taken of: what is not a number is less extreme than any number.
fn ordered(values: &[Number]) -> impl Iterator<Item = Number> {
    let only_nan = values.iter().all(|value| value.as_f64().is_nan());
    values.iter().copied().filter(move |value| only_nan || !value.as_f64().is_nan())
}

fn integer(number: Number) -> i64 {
    match number {
        Number::Integer(integer) => integer,
        Number::Decimal(_) => unreachable!("a decimal among whole numbers"),
    }
}

/// The minimum of nothing.
fn largest(numbers: Numbers) -> Number {
    match numbers {
        Numbers::Whole => Number::Integer(i64::MAX),
        Numbers::Decimal => Number::Decimal(f64::INFINITY),
    }
}

/// The maximum of nothing.
fn smallest(numbers: Numbers) -> Number {
    match numbers {
        Numbers::Whole => Number::Integer(i64::MIN),
        Numbers::Decimal => Number::Decimal(f64::NEG_INFINITY),
    }
}
