//! A custom window function must know the elements it is given.
// says: these windows cannot be given to elements of type `i32`
// says: a custom window function must implement `AssignWindows<i32>`

use heliostat::prelude::*;

#[derive(serde::Serialize)]
struct ByLength;

impl AssignWindows<String> for ByLength {
    fn assign(&self, text: &String, at: Timestamp, _: &Interval, windows: &mut Vec<Interval>) {
        windows.push(Interval::new(at, at + secs(1 + text.len() as i64)));
    }
}

fn main() {
    let pipeline = Pipeline::new();
    pipeline.create([1, 2]).window(Window::custom(ByLength));
}
