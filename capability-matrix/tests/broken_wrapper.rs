//! A runner that is wrong on purpose is found out: whatever it declares too much or too little, and
//! whichever bug it has, the matrix complains and says which.

#[path = "broken_wrapper/bugs.rs"]
mod bugs;
#[path = "broken_wrapper/declarations.rs"]
mod declarations;
#[path = "broken_wrapper/differences.rs"]
mod differences;
#[path = "broken_wrapper/refusing.rs"]
mod refusing;

use std::sync::Arc;

use heliostat::{Capability, Runner, Standing};
use heliostat_conformance::{cases, checks, rigs};

/// The linked runners.
fn linked() -> Vec<Arc<dyn Runner>> {
    let linked: Vec<Arc<dyn Runner>> = rigs().into_iter().map(|rig| rig.runner.into()).collect();
    assert!(!linked.is_empty(), "our runners are linked in");
    linked
}

/// The ids of this standing.
fn of_standing(standing: Standing) -> impl Iterator<Item = Capability> {
    Capability::ALL.iter().copied().filter(move |id| id.standing() == standing)
}

/// Whether this is the name of a case or check that shows an id.
fn shows(name: &str, capability: Capability) -> bool {
    let case = cases().iter().find(|case| case.name == name);
    let check = checks().iter().find(|check| check.name == name);
    case.is_some_and(|case| case.requires.iter().any(|id| id == capability.id()))
        || check.is_some_and(|check| check.proves.contains(&capability))
}

/// Whether an over-claim is told as it must be: who, what, and a case that shows it.
fn is_told(complaint: &str, runner: &str, capability: Capability) -> bool {
    let mut lines = complaint.lines();
    let claim = lines.next() == Some(&format!("`{runner}` declares `{capability}`, and"));
    let failed = lines.next().and_then(|line| line.strip_prefix("FAILED  "));
    claim && failed.is_some_and(|name| shows(name, capability))
}
