//! Rows that come and go, and cells that do not live as long.

use super::{process, row_of, saved, seconds, work};
use crate::graph::RowId;
use crate::{BagState, CellOptions, Context, Declare, DoFn, Result, Timestamp, ValueState, secs};

/// A value and a bag that live ten seconds.
struct Fleeting {
    value: ValueState<Self, i64>,
    bag: BagState<Self, i64>,
}

impl Fleeting {
    fn declared(declare: &mut Declare<Self>) -> Self {
        let value = CellOptions::new().time_to_live(secs(10));
        let bag = CellOptions::new().time_to_live(secs(10));
        Self { value: declare.value_with("value", value), bag: declare.bag_with("bag", bag) }
    }
}

impl DoFn for Fleeting {
    type Input = (u8, Option<i64>);
    type Output = Seen;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        _: &mut (),
        (_, n): (u8, Option<i64>),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        if let Some(n) = n {
            self.value.write(context, n)?;
            self.bag.add(context, n)?;
        }
        let all = (self.value.read(context)?.copied(), self.bag.read(context)?.collect());
        context.emit(all);
        Ok(())
    }
}

type Seen = (Option<i64>, Vec<i64>);

const NOTHING: Option<i64> = None;

#[test]
fn each_key_and_window_has_a_row_until_it_is_closed() {
    let mut work = work(Fleeting::declared);
    let windows = [seconds(20, 30), seconds(0, 10), seconds(10, 20)];
    let mut row = |key: u8, window: usize| row_of(&mut *work, (key, NOTHING), &windows[window]);
    let mut rows: Vec<RowId> = (0..3).map(|window| row(7, window)).collect();
    let other = row(3, 0);
    assert_eq!(work.open_rows(), [rows[1], rows[2], rows[0], other]);
    assert_eq!(work.row_in(other, &windows[0]), other);
    rows.iter().zip(&windows).for_each(|(&it, window)| assert_eq!(work.window(it), window));
    work.close(rows.remove(0));
    let mut row = |key: u8, window: usize| row_of(&mut *work, (key, NOTHING), &windows[window]);
    assert_eq!(rows, [row(7, 1), row(7, 2)]);
    rows.into_iter().for_each(|row| work.close(row));
    assert_eq!(work.open_rows(), [other]);
    let again = row_of(&mut *work, (7_u8, NOTHING), &windows[0]);
    assert_eq!(work.open_rows(), [other, again], "a key that comes again comes last");
}

#[test]
fn a_cell_reads_as_empty_past_its_time_to_live() {
    let (mut work, window) = (work(Fleeting::declared), seconds(0, 10));
    for (now, n, expected) in [
        (0, Some(1_i64), (Some(1), vec![1])),
        (5, Some(2), (Some(2), vec![1, 2])),
        (15, None, (Some(2), vec![1, 2])),
        (16, None, (None, vec![])),
        (17, Some(3), (Some(3), vec![3])),
    ] {
        let seen: Vec<Seen> = process(&mut *work, vec![(1_u8, n)], &window, now).unwrap();
        assert_eq!(seen, [expected], "at {now}");
    }
    let row = work.open_rows()[0];
    assert!(!work.is_empty(row, Timestamp::secs(27)));
    assert!(work.is_empty(row, Timestamp::secs(28)));
    let (key, _, cells) = saved(&*work, row);
    assert!(cells.iter().all(|cell| cell.written == Some(Timestamp::secs(17))));
    work.roll_back();
    assert!(work.save_cells(row, Timestamp::MIN).is_empty());
    work.load_row(&key, window.clone(), &cells).unwrap();
    let seen: Vec<Seen> = process(&mut *work, vec![(1_u8, NOTHING)], &window, 28).unwrap();
    assert_eq!(seen, [(None, vec![])], "what is saved ages on");
    assert!(!work.save_cells(row, Timestamp::MIN).is_empty());
    work.commit();
    assert!(work.save_cells(row, Timestamp::MIN).is_empty(), "a commit frees it");
}

#[test]
fn values_without_a_merge_do_not_meet() {
    let (mut work, window) = (work(Fleeting::declared), seconds(0, 10));
    process::<_, Seen>(&mut *work, vec![(1_u8, Some(1_i64)), (2, Some(2))], &window, 0).unwrap();
    let rows = work.open_rows();
    let error = work.merge(rows[0], rows[1], Timestamp::secs(0)).unwrap_err();
    assert!(error.to_string().contains("cell `value`"), "{error}");
}

#[test]
fn the_later_stamp_of_two_that_merge_stays_and_what_is_past_is_not_merged() {
    let (mut work, window) = (work(Fleeting::declared), seconds(0, 10));
    for (key, now) in [(1_u8, 0), (2, 5)] {
        let element = vec![(key, Some(i64::from(key)))];
        process::<_, Seen>(&mut *work, element, &window, now).unwrap();
    }
    let rows = work.open_rows();
    work.merge(rows[0], rows[1], Timestamp::secs(11)).unwrap();
    let (_, _, cells) = saved(&*work, rows[0]);
    assert!(cells.iter().all(|cell| cell.written == Some(Timestamp::secs(5))));
    let seen: Vec<Seen> = process(&mut *work, vec![(1_u8, NOTHING)], &window, 15).unwrap();
    assert_eq!(seen, [(Some(2), vec![2])]);
}
