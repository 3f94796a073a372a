//! The committed matrix is the computed one.

use std::fs;
use std::path::Path;

use heliostat_capability_matrix::{Column, HTML, PAGE, column, html, json, matrix_path, page};
use heliostat_conformance::rigs;

const STALE: &str = "is stale: cargo run -p heliostat-capability-matrix";

fn committed(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn nobody_edited_the_matrix_and_nothing_contradicts_it() {
    let columns: Vec<Column> = rigs().into_iter().map(|rig| column(rig.runner.into())).collect();
    assert!(!columns.is_empty(), "our runners are linked in");
    for column in &columns {
        assert!(column.complaints.is_empty(), "{}", column.complaints.join("\n"));
        let path = matrix_path(&column.runner);
        assert_eq!(committed(&path), json(column).expect("a column is JSON"), "{path} {STALE}");
    }
    assert_eq!(committed(PAGE), page(&columns), "{PAGE} {STALE}");
    let html = html(&columns).expect("a page is text");
    assert!(committed(HTML) == html, "{HTML} {STALE}");
}
