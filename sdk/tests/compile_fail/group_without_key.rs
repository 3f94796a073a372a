//! Only pairs can be grouped by key: the compiler says on what the method exists.
// says: `PCollection<(K, V)>`

use heliostat::prelude::*;

fn main() {
    let pipeline = Pipeline::new();
    let words = pipeline.create(["to".to_owned(), "be".to_owned()]);
    words.group_by_key();
}
