//! A savepoint for tests: one of everything.

use crate::batch::ElementKind;
use crate::graph::{CellKind, CellSpec, TimeDomain, TimerSpec};
use crate::savepoint::{
    CodedType, GroupingState, KeyedState, QueuedBatch, QueuedElement, ReadPiece, ReadState, Row,
    RowCell, RowTimer, SavepointHeader, ScriptState, StepKind, StepState, ViewPane, ViewState,
    WriteState,
};
use crate::{
    BadRow, Coder, DropCounts, Interval, PaneInfo, Savepoint, StepMetrics, Timestamp, Window,
    Windowing, after_count, after_watermark, secs,
};
use std::collections::BTreeMap;

/// One of everything, as small as it can be.
pub(crate) fn one_of_everything() -> Savepoint {
    let at = Timestamp::secs;
    let mut savepoint = Savepoint::new(SavepointHeader {
        program: "flights".into(),
        bundles: 3,
        elements: 200,
        processing_time: at(5),
        scripted_time: true,
        ..SavepointHeader::written_by("direct", "0.1.0")
    });
    let script = ScriptState {
        position: 7,
        watermarks: BTreeMap::from([("out".into(), at(30))]),
        processing_time: at(5),
    };
    for (path, kind) in [
        ("Cells", StepKind::Keyed(keyed())),
        ("Counts", StepKind::Grouping(grouping())),
        ("Create/Impulse", StepKind::Impulse { given: true }),
        ("Map", StepKind::Stateless),
        ("Rates", StepKind::View(view())),
        ("Read", StepKind::Read(read())),
        ("Script", StepKind::Script(script)),
        ("Write", StepKind::Write(WriteState { epoch: 1, committables: vec![vec![1, 2]] })),
    ] {
        savepoint.steps.insert(path.into(), StepState::of(kind));
    }
    let read = savepoint.steps.get_mut("Read").expect("it was just put in");
    read.bad_rows = vec![BadRow { file: "a.csv".into(), line: 7, reason: "no date".into() }];
    let dropped = DropCounts { late: 4, closed: 5 };
    read.metrics = StepMetrics {
        elements_in: 1,
        elements_out: 2,
        bad_rows: 3,
        dropped,
        late_panes: 6,
        dead_letters: 7,
    };
    savepoint.steps.get_mut("Map").expect("it was just put in").pending = vec![queued()];
    savepoint
}

fn window() -> Interval {
    Interval::new(Timestamp::secs(0), Timestamp::secs(10))
}

fn text() -> CodedType {
    CodedType { element: "String".into(), coder: "string_utf8".into() }
}

fn windowing() -> Windowing {
    Window::fixed(secs(10))
        .trigger(after_watermark().late(after_count(1)))
        .allowed_lateness(secs(30))
        .accumulating()
        .change()
        .applied_to(&Windowing::default())
}

fn row(cell: &str) -> Row {
    let cell = RowCell { id: cell.into(), written: Some(Timestamp::secs(2)), bytes: vec![9] };
    let key = Coder::<String>::of().encode_one(&"OSL".to_owned());
    Row { cells: vec![cell], ..Row::of(key, Some(window())) }
}

fn grouping() -> GroupingState {
    GroupingState {
        input_watermark: Timestamp::secs(12),
        output_watermark: Timestamp::secs(9),
        windowing: windowing(),
        key: text(),
        accumulator: CodedType { element: "u64".into(), coder: "varint".into() },
        rows: vec![Row { body: vec![7, 7], ..row(Row::ACCUMULATOR) }],
    }
}

fn keyed() -> KeyedState {
    let cell = CellSpec {
        id: "seen".into(),
        kind: CellKind::Value,
        element: "u64".into(),
        coder: "varint".into(),
        time_to_live: Some(secs(60)),
        merges: false,
    };
    let spec = TimerSpec { id: "flush".into(), domain: TimeDomain::EventTime, family: true };
    let timer = RowTimer {
        id: "flush".into(),
        tag: "a".into(),
        domain: TimeDomain::EventTime,
        at: Timestamp::secs(20),
        output: Timestamp::secs(9),
        holds: true,
    };
    KeyedState {
        input_watermark: Timestamp::secs(12),
        output_watermark: Timestamp::secs(9),
        windowing: Windowing::default(),
        key: text(),
        cells: vec![cell],
        timers: vec![spec],
        rows: vec![Row { timers: vec![timer], ..row("seen") }],
    }
}

fn view() -> ViewState {
    let pane =
        ViewPane { window: window(), pane: PaneInfo::ON_TIME_AND_ONLY, element: vec![0, 0, 0, 0] };
    ViewState { watermark: Timestamp::secs(12), element: text(), panes: vec![pane] }
}

fn read() -> ReadState {
    let piece = ReadPiece {
        restriction: vec![3, 9],
        watermark: Timestamp::secs(12),
        idle_until: Some(Timestamp::secs(13)),
        done: false,
    };
    ReadState { pieces: vec![piece] }
}

fn queued() -> QueuedBatch {
    let element = QueuedElement {
        timestamp: Timestamp::secs(1),
        windows: vec![window(), Interval::GLOBAL.with_payload(b"p")],
        pane: PaneInfo::NO_FIRING,
        kind: ElementKind::Insert,
    };
    QueuedBatch {
        queue: QueuedBatch::SIDE_INPUT.into(),
        coder: "varint".into(),
        elements: vec![element],
        values: vec![5],
    }
}
