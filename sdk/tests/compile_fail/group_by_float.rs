//! A grouping by a float is refused where it is asked for, not where it would run.
// says: `f64` cannot be a key
// says: a float has no canonical equality

use heliostat::prelude::*;

fn main() {
    let pipeline = Pipeline::new();
    let names_by_latitude = pipeline.create([(59.9_f64, "Oslo".to_owned())]);
    names_by_latitude.group_by_key();
}
