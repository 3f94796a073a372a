//! Everything runs and gives its rows, at a tiny rate and for a moment; how late it is, nobody judges
//! here.

use super::figures::Figure;
use super::{Arrival, Arrivals, Part, Plan, Report, Run};
use crate::check::Check;
use crate::measure::Took;
use heliostat::millis;

#[test]
fn all_parts_run() {
    let plan = Plan {
        rate: 2_000,
        span: millis(200),
        turns: 2,
        workers: 2,
        window: millis(50),
        timely: true,
        channel: true,
    };
    for (part, lines) in [(Part::Sums, 5), (Part::Chain, 7), (Part::Idle, 2), (Part::Beside, 5)] {
        let report = plan.measure(part);
        let report = report.unwrap_or_else(|error| panic!("{part:?}: {error}"));
        assert_eq!(report.lines.len(), lines, "{part:?}: {report:?}");
    }
}

#[test]
fn a_way_that_gives_other_rows_has_no_figure() {
    let mut figure = Figure::of("this way");
    let arrivals = Arrivals { check: Check { rows: 2, sum: 3 }, ..Arrivals::default() };
    let run = Run { arrivals, took: Took { wall: 1, cpu: 1 } };
    assert_eq!(figure.add(run.clone(), Check { rows: 2, sum: 3 }), Ok(()));
    let error = figure.add(run, Check::default()).expect_err("these are other rows");
    assert!(error.starts_with("this way: gave 2 rows with checksum 3, and not 0"), "{error}");
}

#[test]
fn what_is_too_much_is_missed() {
    for (figure, missed) in [(0.0, 0), (3.0, 0), (3.1, 1), (f64::NAN, 1), (f64::INFINITY, 1)] {
        let mut report = Report::default();
        report.at_most("it", figure, 3.0, "ms");
        assert_eq!((report.lines.len(), report.missed.len()), (1, missed), "{figure}");
    }
}

#[test]
fn an_element_is_late_from_when_it_was_due() {
    let row = (0, 0, 0);
    for (due, given, late) in [
        (Some(20), Some(45), [30, 5]),
        (Some(20), None, [30, 0]),
        (None, None, [0, 0]),
        // A clock of whole milliseconds can be over a little early.
        (Some(60), None, [0, 0]),
    ] {
        let mut arrivals = Arrivals::default();
        arrivals.note(50, std::iter::once(Arrival { row, due, given }));
        let Arrivals { check, since_due, since_given } = arrivals;
        assert_eq!([since_due.max(), since_given.max()], late, "{due:?}, {given:?}");
        assert_eq!(since_due.count(), u64::from(due.is_some()), "{due:?}, {given:?}");
        assert_eq!(check.rows, 1);
    }
}
