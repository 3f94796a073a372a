//! What is declared too much or too little, id by id.

use std::sync::Arc;

use heliostat::{Boundedness, Capability, Runner, Standing};
use heliostat_capability_matrix::verdict;
use heliostat_conformance::{Outcome, Withhold, ask_for_planned};

use super::refusing::Refusing;
use super::{is_told, linked, of_standing, shows};

fn is_declared(runner: &dyn Runner, capability: Capability) -> bool {
    let support = runner.support();
    let inputs = [Boundedness::Bounded, Boundedness::Unbounded];
    inputs.iter().any(|&input| support.extent(capability, input).is_declared())
}

#[test]
fn each_id_that_is_withheld_is_complained_of_with_cases_that_show_it() {
    let mut wrong = Vec::new();
    for runner in linked() {
        for capability in of_standing(Standing::Expressible) {
            let withheld = Arc::new(Withhold::of(Arc::clone(&runner), capability));
            let complaint = verdict(withheld, capability).next().unwrap_or_default();
            let begin = format!("`{}` does not declare `{capability}` for ", runner.name());
            let mut lines = complaint.lines();
            let first = lines.next().unwrap_or_default();
            let told = first.starts_with(&begin) && first.ends_with(": declare it");
            let named = lines.next().is_some_and(|name| shows(name.trim(), capability));
            // What it cannot do has nothing to be declared.
            if is_declared(runner.as_ref(), capability) != (told && named) {
                wrong.push(format!("{} without `{capability}`: {complaint:?}", runner.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_id_that_is_declared_and_not_done_is_complained_of_with_a_case() {
    let mut wrong = Vec::new();
    for inner in linked() {
        for capability in of_standing(Standing::Expressible) {
            let refusing = Arc::new(Refusing { inner: Arc::clone(&inner), capability });
            let complaint = verdict(refusing, capability).next().unwrap_or_default();
            if !is_told(&complaint, "refusing", capability) {
                wrong.push(format!("{} without `{capability}`: {complaint:?}", inner.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_planned_id_cannot_be_declared() {
    for inner in linked() {
        for capability in of_standing(Standing::Planned) {
            assert!(!is_declared(inner.as_ref(), capability), "{} {capability}", inner.name());
            // Whoever tries it declares nothing by that, and what needs it is refused all the same.
            let claiming = Arc::new(Refusing { inner: Arc::clone(&inner), capability });
            assert!(!is_declared(claiming.as_ref(), capability), "{capability}");
            let outcome = ask_for_planned(capability, claiming.as_ref());
            assert_eq!(outcome, Outcome::Planned(capability));
        }
    }
}
