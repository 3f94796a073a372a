//! A sink takes its own kind of element and no other.
// says: expected `i64`, found `String`

use heliostat::prelude::*;

fn save(numbers: PCollection<i64>, lines: impl Write<Element = String>) {
    numbers.map(|number| number + 1).write(lines);
}

fn main() {}
