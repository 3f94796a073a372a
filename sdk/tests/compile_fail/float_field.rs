//! The derive points at the float, in a struct as in an enum.
// says: `f64` cannot be a key
// says: a float has no canonical equality

use heliostat::Key;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Key)]
enum Place {
    Named(String),
    Exact { latitude: f64 },
}

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Place {}

impl std::hash::Hash for Place {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

fn main() {}
