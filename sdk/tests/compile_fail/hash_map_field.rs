//! The derive blames the field whose type has no canonical order.
// says: cannot be a key
// says: a hash map no canonical order

use heliostat::Key;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Key)]
struct Tags {
    id: u64,
    by_name: HashMap<String, String>,
}

impl std::hash::Hash for Tags {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

fn main() {}
