//! A float is not a key, and neither is what contains one.
// says: `f64` cannot be a key
// says: `f32` cannot be a key
// says: a float has no canonical equality

fn needs_key<K: heliostat::Key>() {}

fn main() {
    needs_key::<f64>();
    needs_key::<(String, Vec<f32>)>();
}
