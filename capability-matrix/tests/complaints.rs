//! A runner that claims too much or too little is found out.

use std::collections::BTreeMap;
use std::sync::Arc;

use heliostat::graph::Graph;
use heliostat::{
    Capability, Extent, Finding, Job, Result, RunError, RunResult, Runner, Setting, Support,
    runners,
};
use heliostat_capability_matrix::column;
use heliostat_conformance::{Withhold, cases, rigs};

/// Declares what it likes, and fails at everything.
struct Boaster(Support);

impl Runner for Boaster {
    fn name(&self) -> &str {
        "boaster"
    }

    fn about(&self) -> &str {
        "declares, and does nothing"
    }

    fn version(&self) -> &str {
        "0"
    }

    fn support(&self) -> Support {
        self.0.clone()
    }

    fn settings(&self) -> Vec<Setting> {
        Vec::new()
    }

    fn configured(&self, _settings: &BTreeMap<String, String>) -> Result<Box<dyn Runner>> {
        Ok(Box::new(Self(self.0.clone())))
    }

    fn matrix(&self) -> &str {
        ""
    }

    fn draw_plan(&self, _graph: &Graph) -> String {
        String::new()
    }

    fn execute(&self, _job: Job<'_>) -> std::result::Result<RunResult, RunError> {
        Err(RunError::failed("not today"))
    }
}

#[test]
fn what_is_declared_and_fails_is_a_complaint() {
    let column = column(Arc::new(Boaster(Support::everything())));
    let about_flatten = |complaint: &&String| {
        complaint.starts_with("`boaster` declares `flatten`, and\nFAILED  composition/flatten-")
            && complaint.contains("not today")
    };
    assert!(column.complaints.iter().any(|complaint| about_flatten(&complaint)));
}

#[test]
fn a_runner_that_declares_nothing_and_refuses_everything_is_right() {
    let column = column(Arc::new(Boaster(Support::none())));
    assert_eq!(column.complaints, Vec::<String>::new());
    for (capability, finding) in [
        (Capability::Gbk, Finding::No),
        (Capability::OpsStop, Finding::No),
        (Capability::ModeRetracting, Finding::Planned),
    ] {
        assert_eq!(column.matrix.cell(capability).bounded, finding, "{capability}");
    }
}

#[test]
fn what_no_case_can_show_without_something_undeclared_is_unverified() {
    let only = Support::none().with(Capability::Flatten, Extent::Full);
    let column = column(Arc::new(Boaster(only)));
    assert_eq!(column.complaints, Vec::<String>::new());
    assert_eq!(column.matrix.cell(Capability::Flatten).unbounded, Finding::Unverified);
}

#[test]
fn what_is_not_declared_and_passes_when_forced_is_a_complaint() {
    assert_eq!(rigs().len(), runners().len());
    for rig in rigs() {
        let runner: Arc<dyn Runner> = rig.runner.into();
        let name = runner.name().to_owned();
        let modest = column(Arc::new(Withhold::of(runner, Capability::TriggerCount)));
        assert_eq!(modest.complaints.len(), 2, "{:?}", modest.complaints);
        for (complaint, input) in modest.complaints.iter().zip(["bounded", "unbounded"]) {
            let (claim, below) = complaint.split_once('\n').expect("cases are named below it");
            assert_eq!(
                claim,
                format!(
                    "`{name}` does not declare `trigger.count` for {input} input, but all that \
                     shows it passes when forced: declare it"
                )
            );
            let showing = |name: &str| {
                let case = cases().iter().find(|case| case.name == name);
                case.is_some_and(|case| case.requires.iter().any(|id| id == "trigger.count"))
            };
            let (below, command) = below.rsplit_once('\n').expect("a command comes last");
            assert!(command.contains(&format!(" run --runner {name} ")), "{complaint}");
            let (more, named): (Vec<&str>, Vec<&str>) =
                below.lines().map(str::trim).partition(|line| line.starts_with("and "));
            assert!((1..=3).contains(&named.len()), "{complaint}");
            assert!(named.iter().all(|name| showing(name)), "{complaint}");
            assert!(more.iter().all(|line| line.ends_with(" more")), "{complaint}");
        }
        assert_eq!(modest.matrix.cell(Capability::TriggerCount).bounded, Finding::No);
    }
}
