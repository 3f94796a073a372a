//! The grammar by example: what reads as what, what is refused with which words, what is printed.

use std::fs;
use std::path::{Path, PathBuf};

use super::{
    Accumulation, Bundling, Case, Combine, Dropped, DroppedBecause, Element, Event, Expectation,
    Number, Output, Pane, PaneInfo, PaneWindow, SideView, Step, TIMESTAMP_MIN, Timing, Value,
    WatermarkTo, WindowFunction, parse, render_output, render_pane,
};

/// The example of style.md, exactly as it stands there.
const EXAMPLE: &str = "\
# A late element within the allowed lateness fires its own pane.
pipeline  sum_per_key
window    fixed 10s  lateness 30s  accumulating
trigger   after_watermark late=after_count(1)
requires  trigger.event lateness.allowed

add  a=1 @3s   a=2 @7s
watermark 10s
add  a=5 @4s
watermark end

pane a=3 [0s,10s) on_time 0 first
pane a=8 [0s,10s) late 1
";

fn read(text: &str) -> Case {
    parse(text, "x.case").unwrap_or_else(|error| panic!("{error}"))
}

/// A case with this header line, or this tail, and nothing wrong elsewhere.
fn with(header: &str, tail: &str) -> String {
    format!("pipeline windowed\n{header}\n{tail}\n")
}

fn output_of(case: Case) -> Output {
    match case.expectation {
        Expectation::Output(output) => output,
        Expectation::Refused(_) | Expectation::Fails(_) => panic!("{} has no output", case.name),
    }
}

#[test]
fn the_example_reads_as_written() {
    let case = read(EXAMPLE);
    assert_eq!(
        case.description,
        ["A late element within the allowed lateness fires its own pane."]
    );
    assert_eq!(case.requires, ["trigger.event", "lateness.allowed"]);
    assert_eq!(case.bundling, Bundling::Exact);
    let window = case.window().expect("the example has a window line");
    assert_eq!(window.function, Some(WindowFunction::Fixed { size: 10_000, offset: 0 }));
    assert_eq!(window.lateness, Some(30_000));
    assert_eq!(window.accumulation, Some(Accumulation::Accumulating));
    assert_eq!(window.closing, None);
    let trigger = case.trigger.as_ref().expect("the example has a trigger line");
    assert_eq!(trigger.to_string(), "after_watermark(late=after_count(1))");
    let element = |value, timestamp| Element {
        key: "a".into(),
        value: Number::Integer(value),
        timestamp: Some(timestamp),
    };
    assert_eq!(
        case.events,
        [
            Event::Add { stream: None, elements: vec![element(1, 3_000), element(2, 7_000)] },
            Event::Watermark { stream: None, to: WatermarkTo::Time(10_000) },
            Event::Add { stream: None, elements: vec![element(5, 4_000)] },
            Event::Watermark { stream: None, to: WatermarkTo::End },
        ]
    );
    let late = Pane {
        key: Some("a".into()),
        value: Value::Number(Number::Integer(8)),
        window: PaneWindow::Interval { start: 0, end: 10_000 },
        info: PaneInfo {
            timing: Timing::Late,
            index: 1,
            nonspeculative: 1,
            first: false,
            last: false,
        },
        timestamp: 9_999,
    };
    assert_eq!(output_of(case).panes.expect("the example has panes")[1], late);
}

#[test]
fn header_lines_of_every_kind_are_read() {
    for header in [
        "from  model.md case 3 [REF]; #18677",
        "stream bounded",
        "streams a b\nwindow on a fixed 10\nwindow on b fixed 20 trigger=after_count(1) unsafe",
        "bundling any",
        "window global",
        "window fixed(10s) offset=3 lateness=1d discarding  # a comment",
        "window sliding 10 every 5 offset 2",
        "window sliding(10,5)",
        "window sessions 1h+30m",
        "window days 2 zone Europe/Rome start 5",
        "window weeks",
        "window months 1 closing always on-time if_nonempty",
        "window years 1 timestamp end-of-window accumulating",
        "window custom shrinking",
        "window lateness 5 discarding",
        "trigger default",
        "trigger never",
        "trigger always",
        "trigger after_watermark early=after_count(1) late=repeatedly(after_count(2)) unsafe",
        "trigger repeatedly(after_any(after_watermark(early=after_count(2)), after_count(3)))",
        "trigger after_processing_time(5s, align=1m, offset=3)",
        "trigger after_synchronized_processing_time",
        "trigger or_finally(after_each(after_count(1), after_all(never, always)), after_watermark)",
    ] {
        read(&with(header, "watermark end\nno panes"));
    }
}

#[test]
fn triggers_read_back_what_they_print() {
    for trigger in [
        "after_watermark(early=after_count(2), late=never)",
        "after_processing_time(5s, align=60s, offset=3)",
        "or_finally(after_each(after_count(1), after_all(never, always)), after_watermark)",
        "repeatedly(after_any(default, after_synchronized_processing_time))",
    ] {
        let case = read(&with(&format!("trigger {trigger}"), "no panes"));
        assert_eq!(case.trigger.expect("a trigger line was written").to_string(), trigger);
    }
}

#[test]
fn steps_are_read_in_order() {
    let case = read(
        "pipeline flatten | sum_per_key | window fixed 100 trigger=after_watermark late=never \
         discarding | to_one_key | mean_globally without_defaults\nno panes",
    );
    assert_eq!(case.steps.len(), 5);
    assert_eq!(case.steps[0], Step::Flatten);
    let Step::Window(window) = &case.steps[2] else { panic!("{:?}", case.steps[2]) };
    assert_eq!(window.accumulation, Some(Accumulation::Discarding));
    assert!(window.trigger.is_some());
}

#[test]
fn a_combine_can_be_in_parts() {
    let case = read("pipeline sum_per_key fanout 3 | max_per_key\nno panes");
    let in_parts = Step::CombinePerKeyWithFanout(Combine::Sum, 3);
    assert_eq!(case.steps, [in_parts, Step::CombinePerKey(Combine::Max)]);
}

#[test]
fn a_step_can_read_a_stream() {
    for (written, step) in [
        ("with_side b as_iterable", Step::WithSide("b".into(), SideView::Iterable)),
        ("with_side b as_list", Step::WithSide("b".into(), SideView::List)),
        ("with_side b as_singleton", Step::WithSide("b".into(), SideView::Singleton)),
        (
            "with_side b as_singleton default=-3",
            Step::WithSide("b".into(), SideView::SingletonOr(-3)),
        ),
        ("with_side b as_map", Step::WithSide("b".into(), SideView::Map)),
        ("with_side b as_multimap", Step::WithSide("b".into(), SideView::Multimap)),
        ("with_side b latest", Step::WithSide("b".into(), SideView::Latest)),
        ("combine_with b", Step::CombineWith("b".into())),
    ] {
        let case = read(&format!("pipeline {written} | map\nstreams a b\nno panes"));
        assert_eq!(case.steps, [step, Step::Map]);
        assert!(case.is_side("b") && !case.is_side("a"), "{written}");
        assert_eq!(read(&crate::written(&case)), case, "{written}");
    }
}

#[test]
fn steps_with_state_read_back_what_they_print() {
    for step in [
        "count",
        "count merged ttl=5",
        "buffer at=-5",
        "buffer after=5",
        "buffer end",
        "buffer processing=5",
        "alarm",
        "alarm relative output=5 without_hold",
        "alarm align=60000",
        "looping every=5 relative",
        "flush mark=5",
        "map merged if_absent",
    ] {
        let case = read(&format!("pipeline with_state {step} | map\nno panes"));
        let Step::WithState(stateful) = &case.steps[0] else { panic!("{:?}", case.steps[0]) };
        assert_eq!((stateful.to_string().as_str(), case.steps.len()), (step, 2));
    }
}

#[test]
fn mistakes_are_reported_with_their_line() {
    let windowed = |line: &str| format!("pipeline windowed\n{line}\nno panes");
    for (text, said) in [
        (windowed("window fixd 10"), "x.case:2: unknown word `fixd`; a window is one of global,"),
        (windowed("window fixed 10 late 5"), "x.case:2: unknown word `late`; an option of a"),
        (windowed("window sliding 10"), "x.case:2: no period"),
        (windowed("window fixed -10"), "x.case:2: `-10` is negative"),
        (windowed("window fixed 10x"), "x.case:2: `10x` is not a time: there is no unit"),
        (windowed("window sessions 1h30m"), "x.case:2: `1h30m` is not a time: there is no unit"),
        (windowed("window global global"), "x.case:2: a window function is written twice"),
        (windowed("trigger after_cont(1)"), "x.case:2: unknown word `after_cont`"),
        (windowed("trigger after_count(x)"), "x.case:2: `x` is not a number of elements"),
        (windowed("trigger repeatedly(default"), "x.case:2: the line ends where `)` must stand"),
        (windowed("pipeline windowed"), "x.case:2: a second `pipeline` line, after line 1"),
        (windowed("pipelin map"), "x.case:2: unknown word `pipelin`; the start of a line is one"),
        (windowed("window on a fixed 10"), "x.case:2: no stream `a`"),
        (windowed("add"), "x.case:2: a bundle without elements"),
        (windowed("add a=x"), "x.case:2: `x` is not a number"),
        (windowed("add a=9223372036854775808"), "x.case:2: `9223372036854775808` is not a number"),
        (windowed("add on a k=1"), "x.case:2: no stream `a`"),
        (windowed("watermark 5 6"), "x.case:2: found `6` where the line must end"),
        (windowed("watermark 5\nstream bounded"), "x.case:3: `stream` comes too late"),
        (windowed("pane a=1 global"), "x.case:3: `no panes` beside a pane"),
        (windowed("refused unsafe-trigger"), "x.case:3: an output, a refusal and a failure"),
        (windowed("pane a=1 [5,5)"), "x.case:2: the window [5,5) is empty"),
        (windowed("pane a=1 [0,5) on_time"), "x.case:2: the line ends where the index of a pane"),
        (windowed("pane a=1 [0,5) ontime 0"), "x.case:2: unknown word `ontime`; a timing is one"),
        (windowed("fails \"x"), "x.case:2: a text that starts with `\"` does not end"),
        ("pipeline map".into(), "x.case:1: the case expects nothing"),
        ("pipeline map\ndrop late=1".into(), "x.case:2: nothing about panes"),
        ("no panes".into(), "x.case:1: no `pipeline` line"),
        ("pipeline with_state cuont".into(), "x.case:1: unknown word `cuont`; a step with state"),
        ("pipeline with_state count at=5".into(), "x.case:1: the step knows no `at`"),
        ("pipeline with_state count ttl".into(), "x.case:1: the step knows no `ttl`"),
        ("pipeline with_state count ttl=-1".into(), "x.case:1: `-1` is negative"),
        ("pipeline with_state flush mark=1 mark=2".into(), "x.case:1: `mark` is written twice"),
        ("pipeline with_state buffer".into(), "x.case:1: a buffer has one of at="),
        ("pipeline with_state looping".into(), "x.case:1: the step needs every=TIME"),
        ("pipeline sum_per_key fanout x".into(), "x.case:1: `x` is not a number of parts"),
        ("pipeline with_side b as_list\nno panes".into(), "x.case:1: no stream `b`"),
        (
            "streams a b\npipeline with_side c as_list\nno panes".into(),
            "x.case:2: unknown word `c`; a stream of this case",
        ),
        ("streams a\npipeline combine_with a\nno panes".into(), "x.case:2: each stream is a"),
        ("pipeline with_side a as_set\nno panes".into(), "x.case:1: unknown word `as_set`"),
        (
            "pipeline with_side a as_singleton default=x\nno panes".into(),
            "x.case:1: `x` is not a whole number",
        ),
        ("streams a b\npipeline map\nadd k=1\nno panes".into(), "x.case:3: elements without a"),
    ] {
        let error = parse(&text, "x.case").expect_err(&text).to_string();
        assert!(error.starts_with(said), "{text}\n  said {error}\n  not  {said}");
    }
}

#[test]
fn elements_and_times_may_be_spelled_in_several_ways() {
    let case = read(&with(
        "streams on b",
        "add on b \"a key\"=-1 on=2.5@min  3 @end_of_global_window-5\nwatermark inf\nno panes",
    ));
    let Event::Add { stream, elements } = &case.events[0] else { panic!("{:?}", case.events[0]) };
    assert_eq!(stream.as_deref(), Some("b"));
    let element = |key: &str, value, timestamp| Element { key: key.into(), value, timestamp };
    assert_eq!(
        *elements,
        [
            element("a key", Number::Integer(-1), None),
            element("on", Number::Decimal(2.5), Some(TIMESTAMP_MIN)),
            element("", Number::Integer(3), Some(super::GLOBAL_WINDOW_MAX - 5)),
        ]
    );
    assert_eq!(case.events[1], Event::Watermark { stream: None, to: WatermarkTo::End });
}

#[test]
fn panes_print_without_what_is_default() {
    for line in [
        "pane a=3 [0,10s) on_time 0 first",
        "pane a=[1,2,2] [-30,-20) early 1",
        "pane a=0 [0,10) late 2/0 last @5",
        "pane 2.5 global on_time 0 first last",
        "pane nan global @min",
        "pane none global unknown 0",
        "pane \"a \\\"key\\\"\"=1 [9223371936000s,end_of_global_window+1) early 0/0",
    ] {
        let panes = output_of(read(&with("", line))).panes.expect("a pane line was written");
        assert_eq!(panes.iter().map(render_pane).collect::<Vec<_>>(), [line]);
    }
}

#[test]
fn an_output_reads_back_from_its_print() {
    let dropped = Dropped {
        key: Some("k".into()),
        value: Number::Integer(4),
        timestamp: 4,
        window: PaneWindow::Interval { start: 0, end: 10 },
        because: DroppedBecause::Late,
    };
    let printed =
        Output { panes: Some(vec![]), late: 1, dropped: Some(vec![dropped]), ..Output::default() };
    let text = render_output(&printed);
    assert_eq!(text, "no panes\ndrop late=1\ndropped k=4 @4 [0,10) late\n");
    assert_eq!(output_of(read(&with("", &text))), printed);
}

#[test]
fn every_case_file_parses_and_its_output_reads_back() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    for file in case_files(&root) {
        let text = fs::read_to_string(&file).expect("a listed file can be read");
        let case =
            parse(&text, &file.display().to_string()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(case.description.len(), 1, "{}: one sentence says what it shows", case.name);
        assert!(case.from.is_some(), "{}: say where the expectation comes from", case.name);
        assert!(!case.requires.is_empty(), "{}: say what it requires", case.name);
        if let Expectation::Output(output) = case.expectation {
            let again = output_of(read(&with("", &render_output(&output))));
            assert_eq!(again, output, "{}", case.name);
        }
    }
}

/// All case files below a folder, in order; none where a package comes without them.
fn case_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("a folder can be listed").path()).collect();
    paths.sort();
    let below = |path: PathBuf| if path.is_dir() { case_files(&path) } else { vec![path] };
    let files = paths.into_iter().flat_map(below);
    files.filter(|path| path.extension().is_some_and(|extension| extension == "case")).collect()
}
