//! Only numbers can be summed.
// says: `String: Number`

use heliostat::prelude::*;

fn main() {
    let pipeline = Pipeline::new();
    let words = pipeline.create([('t', "to".to_owned()), ('b', "be".to_owned())]);
    words.sum_per_key();
}
