//! The oracle against everything that was ever written down: the case files, and the worked
//! examples of the model that have none.

#[path = "oracle/row.rs"]
mod row;
#[path = "oracle/rows.rs"]
mod rows;

use heliostat_conformance::case::{Case, Expectation, Output, render_output};
use heliostat_conformance::{cases, is_stateful, oracle};

/// What the case expects, in the order in which the oracle gives it; `None` if it is no output.
fn wanted(case: &Case) -> Option<Output> {
    let Expectation::Output(output) = &case.expectation else { return None };
    let mut output = output.clone();
    if let Some(panes) = &mut output.panes {
        panes.sort_by(|a, b| {
            let place = |pane: &heliostat_conformance::case::Pane| {
                (pane.key.clone(), pane.window, pane.info.index, pane.timestamp)
            };
            place(a).cmp(&place(b)).then_with(|| a.value.cmp(&b.value))
        });
    }
    Some(output)
}

/// What is wrong with what the oracle says about a case, in words.
fn mistake(case: &Case) -> Option<String> {
    let got = oracle(case);
    match (&case.expectation, got) {
        // What preflight refuses is no concern of the oracle.
        (Expectation::Refused(_), _) | (Expectation::Fails(_), Err(_)) => None,
        (Expectation::Fails(why), Ok(output)) => {
            Some(format!("{}: no error `{why}`, but\n{output}", case.name))
        }
        (Expectation::Output(_), Err(why)) => Some(format!("{}: {why}", case.name)),
        (Expectation::Output(expected), Ok(mut got)) => {
            let want = wanted(case).expect("it is an output");
            got.panes = got.panes.filter(|_| expected.panes.is_some());
            got.trigger = got.trigger.filter(|_| expected.trigger.is_some());
            let differ = got != want;
            differ.then(|| {
                let (want, got) = (render_output(&want), render_output(&got));
                format!("{}:\n-- want\n{want}-- got\n{got}", case.name)
            })
        }
    }
}

fn assert_no_mistakes(mistakes: &[String]) {
    assert!(mistakes.is_empty(), "{} are wrong:\n{}", mistakes.len(), mistakes.join("\n"));
}

fn assert_rows(rows: &[row::Row<'_>]) {
    let mistakes: Vec<String> =
        rows.iter().map(row::case).filter_map(|case| mistake(&case)).collect();
    assert_no_mistakes(&mistakes);
}

#[test]
fn windows_are_those_of_the_model() {
    assert_rows(rows::WINDOWS);
}

/// A merge that breaks the contract of model.md 2.4 is an error when it is asked for.
#[test]
fn a_broken_merge_is_an_error() {
    for (function, script) in [("foreign", "E1 E2"), ("twice", "E(1,2,3)")] {
        let window = format!("custom {function} lateness 0 discarding");
        let row = (function, window.as_str(), "default", script, "no panes");
        let mistake = oracle(&row::case(&row));
        assert!(mistake.is_err(), "{function}: {mistake:?}");
    }
}

#[test]
fn triggers_fire_as_in_the_model() {
    assert_rows(rows::TRIGGERS);
}

#[test]
fn triggers_merge_as_in_the_model() {
    assert_rows(rows::MERGING);
}

#[test]
fn panes_are_called_as_in_the_model() {
    assert_rows(rows::PANES);
}

#[test]
fn groupings_work_as_in_the_model() {
    assert_rows(rows::GROUPING);
}

#[test]
fn every_case_comes_out_as_written() {
    // What steps with state and timers do, the oracle does not know.
    let covered = cases().iter().filter(|case| !is_stateful(case));
    let mistakes: Vec<String> = covered.filter_map(mistake).collect();
    assert_no_mistakes(&mistakes);
}
