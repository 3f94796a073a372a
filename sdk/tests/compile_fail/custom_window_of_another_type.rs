//! A custom window function must know the elements it is given.
// says: `ByLength` gives no windows to elements of type `u64`
// says: implement `AssignWindows<u64>`

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
    pipeline.create([1_u64, 2]).window(Window::custom(ByLength));
}
