//! An element owns its data: text that is written in the program has to be owned first.
// says: `&str`

use heliostat::prelude::*;

fn main() {
    let pipeline = Pipeline::new();
    let words = pipeline.create(["to", "be"]).map(str::to_owned);
    words.count_per_element();
}
