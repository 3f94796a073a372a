//! The committed matrix is the computed one.

use std::fs;
use std::path::Path;

use heliostat::Matrix;
use heliostat_capability_matrix::{
    Column, FIGURES, Figures, HTML, Invocations, PAGE, column, html, json, matrix_path, page,
};
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
    }
    let matrices: Vec<Matrix> = columns.into_iter().map(|column| column.matrix).collect();
    for matrix in &matrices {
        let (path, json) = (matrix_path(&matrix.runner), json(matrix));
        let json = json.expect("a column is JSON");
        assert_eq!(committed(&path), json, "{path} {STALE}");
        assert_eq!(Matrix::parse(&json).expect("it is read by the sdk"), *matrix, "{path}");
    }
    let invocations = Invocations::ours();
    assert_eq!(committed(PAGE), page(&matrices, &invocations), "{PAGE} {STALE}");
    // What was measured is as it was when somebody measured it.
    let figures: Figures = serde_json::from_str(&committed(FIGURES)).expect("figures are JSON");
    let html = html(&matrices, &invocations, Some(&figures)).expect("a page is text");
    assert!(committed(HTML) == html, "{HTML} {STALE}");
}
