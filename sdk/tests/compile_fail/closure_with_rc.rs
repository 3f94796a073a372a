//! A closure may run on any worker, so what it holds must be able to go there.
// says: `Rc<String>` cannot be

use heliostat::prelude::*;
use std::rc::Rc;

fn main() {
    let greeting = Rc::new("hello".to_owned());
    let pipeline = Pipeline::new();
    let names = pipeline.create(["Ada".to_owned()]);
    names.map(move |name| format!("{greeting}, {name}"));
}
