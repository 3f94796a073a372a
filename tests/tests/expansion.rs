//! Every case's pipeline expands to leaves that every runner must know, and to nothing else.
//!
//! The leaves of each pipeline are written down in `expansion.txt`, so that a change of an
//! expansion is seen; `UPDATE_GOLDEN=1 cargo test -p heliostat-conformance --test expansion`
//! writes it anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use heliostat::graph::{Composite, Step, Transform};
use heliostat_conformance::{build, cases, planned};

/// The name of a leaf; of anything else, why it is none.
fn leaf(step: &Step) -> Result<&'static str, String> {
    match &step.transform {
        Transform::Impulse => Ok("Impulse"),
        Transform::ParDo(_) => Ok("ParDo"),
        Transform::GroupByKey => Ok("GroupByKey"),
        Transform::Flatten => Ok("Flatten"),
        Transform::WindowInto(_) => Ok("WindowInto"),
        Transform::TestStream(_) => Ok("TestStream"),
        // Its expansion waits for splittable steps.
        Transform::Composite(Composite::Read(_)) => Ok("Read"),
        Transform::Composite(
            composite @ (Composite::Named
            | Composite::Write(_)
            | Composite::Reshuffle
            | Composite::View(_)
            | Composite::CoGroupByKey
            | Composite::Combine { .. }
            | Composite::CombineGlobally { .. }
            | Composite::CombineWithFanout { .. }
            | Composite::CombineWithView { .. }),
        ) => Err(format!("`{}` is a composite without parts: {composite:?}", step.path)),
    }
}

#[test]
fn every_pipeline_expands_to_legal_leaves() {
    let mut expansions: BTreeMap<Vec<&'static str>, Vec<&str>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in cases().iter().filter(|case| planned(case).is_none()) {
        let graph = build(case).expect("what is not planned can be built").pipeline.graph();
        let leaves: Result<Vec<_>, _> = graph.leaves().map(leaf).collect();
        match leaves {
            Ok(leaves) => expansions.entry(leaves).or_default().push(&case.name),
            Err(why) => wrong.push(format!("{}: {why}", case.name)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let mut text = String::new();
    for (leaves, cases) in expansions {
        text.push_str(&format!("{}\n    {}\n", leaves.join(" "), cases.join("\n    ")));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expansion.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &text).expect("the golden file can be written");
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(golden, text, "expansion.txt is stale: run with UPDATE_GOLDEN=1");
}
