//! What travels between steps must be able to become bytes.
// says: `Reading` cannot travel through a pipeline
// says: derive `Clone`, `Serialize` and `Deserialize` for `Reading`

use heliostat::prelude::*;

#[derive(Clone)]
struct Reading {
    millivolts: i64,
}

fn main() {
    let pipeline = Pipeline::new();
    let numbers = pipeline.create([1, 2]);
    numbers.map(|millivolts| Reading { millivolts });
}
