//! Windows that can grow together need a function that says how.
// says: `ByLength: MergeWindows`

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
    pipeline.create(["a".to_owned()]).window(Window::custom_merging(ByLength));
}
