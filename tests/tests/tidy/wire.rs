//! Rule 24: serde derives only on the sdk's descriptions and Elements, and on what is written as JSON.

use super::offence::{Offence, assert_none};
use super::tree::Repository;

/// Where sdk and runners may derive serde: a file, or with `/` at its end a folder, and why.
const MAY_DERIVE: &[(&str, &str)] = &[
    ("sdk/src/graph.rs", "the graph is exported as JSON and has a fingerprint"),
    ("sdk/src/graph/", "the graph is exported as JSON and has a fingerprint"),
    ("sdk/src/window.rs", "windowings are described in the graph; windows are Elements"),
    ("sdk/src/window/", "windowings are described in the graph; windows are Elements"),
    ("sdk/src/trigger.rs", "triggers are described in the graph"),
    ("sdk/src/trigger/", "triggers are described in the graph"),
    ("sdk/src/state.rs", "state cells are described in the graph"),
    ("sdk/src/state/", "state cells are described in the graph"),
    ("sdk/src/timer.rs", "timers are described in the graph"),
    ("sdk/src/side_input.rs", "views are described in the graph"),
    ("sdk/src/batch/meta.rs", "`ElementKind` is an Element"),
    ("sdk/src/time.rs", "`Timestamp` and `Duration` are Elements"),
    ("sdk/src/time/", "`Timestamp` and `Duration` are Elements"),
    ("sdk/src/pane.rs", "`PaneInfo` is an Element"),
    ("sdk/src/windowed.rs", "`Windowed` is an Element"),
    ("sdk/src/element.rs", "kinds of elements and strings are Elements"),
    ("sdk/src/element/", "kinds of elements and strings are Elements"),
    ("sdk/src/str.rs", "`Str` is an Element"),
    ("sdk/src/group.rs", "`Group` is an Element"),
    ("sdk/src/dropped.rs", "`Dropped` is an Element"),
    ("sdk/src/dead_letter.rs", "`DeadLetter` is an Element"),
    ("sdk/src/transforms/co_group_by_key/tagged.rs", "tagged values are Elements"),
    ("sdk/src/testing/", "scripts are described in the graph and hold Elements"),
    ("sdk/src/io.rs", "restrictions and committables are Elements"),
    ("sdk/src/io/", "restrictions and committables are Elements"),
    ("sdk/src/capability.rs", "capabilities are written to matrix.json"),
    ("sdk/src/capability/", "capabilities are written to matrix.json"),
    ("sdk/src/matrix.rs", "a runner's column is written to matrix.json"),
    ("sdk/src/options.rs", "options are exported as JSON"),
    ("sdk/src/metrics.rs", "metrics are written as JSON"),
    ("sdk/src/metrics/", "metrics are written as JSON"),
    ("sdk/src/launch.rs", "options, events and the matrix are written as JSON"),
    ("sdk/src/launch/", "options, events and the matrix are written as JSON"),
    ("sdk/src/runner/result.rs", "events and metrics are written as JSON"),
    ("sdk/src/runner/round.rs", "events are written as JSON"),
    ("sdk/src/savepoint.rs", "a savepoint is written to a file"),
    ("sdk/src/savepoint/", "a savepoint is written to a file"),
    ("runners/core/src/grouping/saved.rs", "rows of saved state"),
    ("runners/core/src/grouping/shelves/record.rs", "rows of saved state, and elements, on disk"),
    ("runners/core/src/sides/saved.rs", "rows of saved state"),
    ("runners/core/src/trigger.rs", "a trigger's progress is part of saved state"),
    ("runners/core/src/trigger/", "a trigger's progress is part of saved state"),
    ("runners/portable/src/wire/", "the wire"),
];

fn may_derive(path: &str) -> bool {
    let allows =
        |allowed: &str| path == allowed || allowed.ends_with('/') && path.starts_with(allowed);
    MAY_DERIVE.iter().any(|(allowed, _)| allows(allowed))
}

pub(crate) fn derives(repository: &Repository) -> Vec<Offence> {
    let mut offences = Vec::new();
    let bound = |path: &str| path.starts_with("sdk/src/") || path.starts_with("runners/");
    for file in repository.rust().filter(|file| bound(&file.path) && !may_derive(&file.path)) {
        // A derive may take several lines.
        let mut inside = false;
        for line in file.lines.iter().filter(|line| !line.in_test) {
            let derive = line.code.find("derive(");
            inside |= derive.is_some();
            let names = &line.code[derive.unwrap_or(0)..];
            if inside && (names.contains("Serialize") || names.contains("Deserialize")) {
                offences.push(file.offence(line, "derives serde"));
            }
            inside &= !names.contains(")]") && !names.contains("))");
        }
    }
    offences
}

#[test]
fn serde_is_derived_only_where_something_is_written() {
    assert_none(
        "rule 24: a type derives serde, and is neither description, Element nor JSON",
        "write it with coders; if it really is one of these, add its file to `MAY_DERIVE`",
        &derives(Repository::here()),
    );
}
