//! Nothing tells which field of a union is alive.
// says: a union cannot be a key: nothing tells which of its fields is alive

use heliostat::Key;

#[derive(Clone, Copy, Key)]
union Number {
    whole: u64,
    half: u32,
}

fn main() {}
