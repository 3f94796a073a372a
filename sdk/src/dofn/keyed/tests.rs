//! A step with every kind of cell against a model of it: bundles, saving, merging, time to live.

mod cells;
mod rows;
mod timers;

use crate::batch::{Batch, ColumnExt, Meta, Timestamps, Windows};
use crate::graph::{KeyedWork, Moment, RowId};
use crate::{
    Declare, DoFn, Element, Interval, KeyedInput, Pipeline, Result, Timestamp, Window, secs,
};

/// The work of a step on one worker, in windows that are gone five seconds behind their end.
fn work<D: DoFn<Input: KeyedInput>>(make: impl FnOnce(&mut Declare<D>) -> D) -> Box<dyn KeyedWork> {
    let pipeline = Pipeline::new();
    let window = Window::fixed(secs(10)).allowed_lateness(secs(5));
    let input = pipeline.create(Vec::<D::Input>::new()).window(window);
    input.par_do_with(make).named("Step");
    pipeline.functions().keyed("Step").setup(7).unwrap()
}

fn seconds(start: i64, end: i64) -> Interval {
    Interval::new(Timestamp::secs(start), Timestamp::secs(end))
}

fn moment(now: i64) -> Moment {
    Moment { watermark: Timestamp::secs(3), now: Timestamp::secs(now) }
}

fn batch<I: Element>(elements: Vec<I>, window: &Interval) -> Batch {
    let meta = Meta {
        timestamps: Timestamps::Const(Timestamp::secs(4)),
        windows: Windows::Const(window.clone()),
        ..Meta::default()
    };
    Batch::of(elements, meta)
}

/// The row of the key of an element.
fn row_of<I: Element>(work: &mut dyn KeyedWork, element: I, window: &Interval) -> RowId {
    let mut rows = Vec::new();
    work.rows(&batch(vec![element], window), &mut rows);
    rows[0]
}

/// Has the step process elements at second 4, and gives what it puts out.
fn process<I: Element, O: Element>(
    work: &mut dyn KeyedWork,
    elements: Vec<I>,
    window: &Interval,
    now: i64,
) -> Result<Vec<O>> {
    let (mut rows, mut input) = (Vec::new(), batch(elements, window));
    work.rows(&input, &mut rows);
    let mut out = [Batch::of(Vec::<O>::new(), Meta::default())];
    work.process(&mut input, &rows, moment(now), &mut out, &mut 0)?;
    Ok(std::mem::take(out[0].values.typed_mut::<O>()))
}

/// Everything about a row that can be saved.
fn saved(work: &dyn KeyedWork, row: RowId) -> (Vec<u8>, Interval, Vec<crate::graph::SavedCell>) {
    let mut key = Vec::new();
    work.save_key(row, &mut key);
    (key, work.window(row).clone(), work.save_cells(row, Timestamp::MIN))
}
