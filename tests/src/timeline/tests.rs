//! What a history holds, and where it is drawn.

use super::history::History;
use super::labels::Picture;
use super::scale::words;
use crate::case::{Case, Expectation, parse};

fn case(text: &str) -> Case {
    parse(text, "drawn.case").unwrap_or_else(|error| panic!("{error}"))
}

/// A history in which each pane that is expected fired at one of these events.
fn history(text: &str, events: &[usize]) -> History {
    let case = case(text);
    let Expectation::Output(output) = &case.expectation else { panic!("it has panes") };
    let panes = output.panes.clone().unwrap_or_default();
    let panes = events.iter().copied().zip(panes).collect();
    History::of(&case, panes, &output.dropped.clone().unwrap_or_default())
}

const LATE: &str = "\
pipeline   sum_per_key
window     fixed 10 lateness 5 accumulating

add        a=1 @3  a=2 @7
watermark  10
add        a=4 @4
watermark  15
add        a=4 @4

pane a=3 [0,10) on_time 0 first
pane a=7 [0,10) late 1
drop late=1
dropped a=4 @4 [0,10) late
";

#[test]
fn a_box_begins_at_the_first_element_and_then_at_the_firing_before() {
    let history = history(LATE, &[1, 2]);
    let boxes: Vec<_> = history.panes.iter().map(|pane| (pane.since, pane.event)).collect();
    assert_eq!(boxes, [(0, 1), (1, 2)]);
    assert_eq!(history.watermark.len(), 3);
    assert_eq!(history.events, 6);
}

#[test]
fn of_equal_elements_the_last_one_was_dropped() {
    let dropped: Vec<bool> =
        history(LATE, &[1, 2]).elements.iter().map(|came| came.dropped).collect();
    assert_eq!(dropped, [false, false, false, true]);
}

#[test]
fn a_merged_window_begins_at_the_last_firing_in_it() {
    let text = "\
pipeline   group_by_key
window     sessions 10 lateness 50 accumulating
add        k=1 @1
add        k=5 @5
watermark  16
add        k=12 @12
watermark  end
pane k=[1,5] [1,15) on_time 0 first
pane k=[1,5,12] [1,22) on_time 0 first last
";
    let history = history(text, &[2, 4]);
    let boxes: Vec<_> = history.panes.iter().map(|pane| (pane.since, pane.event)).collect();
    assert_eq!(boxes, [(0, 2), (2, 4)]);
}

#[test]
fn words_of_times_are_as_long_as_their_neighbours_ask() {
    for (time, longest, expected) in [
        (10, 30, "10"),
        (-10, 30, "-10"),
        (10_000, 30_000, "10s"),
        (1_500, 30_000, "1.500s"),
        (320_000, 600_000, "5:20"),
        (-30_000, 600_000, "-0:30"),
        (7_260_000, 36_000_000, "2:01h"),
    ] {
        assert_eq!(words(time, longest), expected);
    }
}

#[test]
fn later_events_lie_higher_and_later_times_to_the_right() {
    let picture = Picture::of(&history(LATE, &[1, 2]));
    let dots: Vec<(f64, f64)> = picture.dots.iter().map(|dot| (dot.x, dot.y)).collect();
    assert!(dots[0].0 < dots[1].0 && dots[0].1 == dots[1].1, "{dots:?}");
    assert!(dots[2].1 < dots[0].1 && dots[3].1 < dots[2].1, "{dots:?}");
    assert_eq!(picture.crowded(), Vec::<String>::new());
}
