//! A type of one's own becomes a key by the derive alone.
// says: `Route` cannot be a key
// says: derive it with `#[derive(Key)]`

use serde::{Deserialize, Serialize};

fn needs_key<K: heliostat::Key>() {}

#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Route {
    from: String,
    to: String,
}

fn main() {
    needs_key::<Route>();
}
