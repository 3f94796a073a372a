//! From the window of an element to the window it sees of a side input (model.md 7.2).

use super::{Interval, WindowFn};

impl WindowFn {
    /// The window of a side input, windowed by this function, that is read in `main`: the one that
    /// holds the last millisecond of `main`. Of sliding windows it is the earliest that does, or
    /// the next one where it falls into a gap.
    ///
    /// ```
    /// use heliostat::{FixedWindows, Interval, Timestamp, WindowFn, secs};
    ///
    /// let window = |from, to| Interval::new(Timestamp::secs(from), Timestamp::secs(to));
    /// let side = WindowFn::Fixed(FixedWindows::of(secs(20)));
    /// assert_eq!(side.side_window(&window(10, 20)), window(0, 20));
    /// ```
    ///
    /// # Panics
    /// If the windows merge or are of the author's making: which window a time lies in then depends
    /// on the elements, and preflight refuses such side inputs.
    pub fn side_window(&self, main: &Interval) -> Interval {
        let last = main.max_timestamp();
        match self {
            Self::Global => Interval::GLOBAL,
            Self::Fixed(fixed) => fixed.window_at(last),
            Self::Sliding(sliding) => sliding.earliest_at(last),
            Self::Calendar(calendar) => calendar.window_at(last),
            Self::Sessions(_) | Self::Custom(_) => {
                panic!("{self} windows cannot be found by time, so no side input can have them")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Interval, WindowFn};
    use crate::{
        CalendarUnit, CalendarWindows, FixedWindows, SessionWindows, SlidingWindows, Timestamp,
        days, secs,
    };

    fn window(from: i64, to: i64) -> Interval {
        Interval::new(Timestamp::secs(from), Timestamp::secs(to))
    }

    fn fixed(size: i64) -> WindowFn {
        WindowFn::Fixed(FixedWindows::of(secs(size)))
    }

    fn sliding(size: i64, period: i64) -> WindowFn {
        WindowFn::Sliding(SlidingWindows::of(secs(size), secs(period)))
    }

    #[test]
    fn a_main_window_reads_the_side_window_of_its_last_millisecond() {
        for (main, side, read) in [
            // The first four are those of model.md 7.2.
            (window(0, 10), fixed(20), window(0, 20)),
            (window(10, 20), fixed(20), window(0, 20)),
            (window(5, 15), fixed(10), window(10, 20)),
            (window(0, 10), fixed(10), window(0, 10)),
            (window(0, 10), sliding(10, 5), window(0, 10)),
            (window(0, 10), WindowFn::Global, Interval::GLOBAL),
            (Interval::GLOBAL, WindowFn::Global, Interval::GLOBAL),
            (window(-10, 0), fixed(20), window(-20, 0)),
            (window(-3, -1), sliding(10, 5), window(-10, 0)),
            // A session of the main input is as good as any window.
            (window(3, 17), fixed(10), window(10, 20)),
        ] {
            assert_eq!(side.side_window(&main), read, "{main} under {side}");
        }
    }

    #[test]
    fn of_sliding_windows_the_earliest_is_the_last_that_is_assigned() {
        for side in [sliding(10, 5), sliding(10, 4), sliding(10, 3), sliding(5, 5), sliding(7, 1)] {
            for millis in (-20_000..20_000).step_by(250) {
                let main = Interval::new(
                    Timestamp::from_millis(millis - 1),
                    Timestamp::from_millis(millis + 1),
                );
                let mut assigned = None;
                side.assign(main.max_timestamp(), |window| assigned = Some(window));
                assert_eq!(Some(side.side_window(&main)), assigned, "{main} under {side}");
            }
        }
    }

    #[test]
    fn in_a_gap_the_next_window_is_read() {
        let side = sliding(2, 10);
        assert_eq!(side.side_window(&window(0, 2)), window(0, 2));
        assert_eq!(side.side_window(&window(0, 5)), window(10, 12));
    }

    #[test]
    fn the_end_of_time_has_a_window_of_every_kind() {
        let last = Timestamp::END_OF_GLOBAL_WINDOW;
        let main = Interval::new(last - secs(1), Timestamp::MAX);
        for side in [
            fixed(20),
            sliding(10, 4),
            sliding(1, 100_000_000),
            WindowFn::Calendar(CalendarWindows::of(CalendarUnit::Days, 1)),
        ] {
            let read = side.side_window(&main);
            assert!(read.max_timestamp() <= last && last - days(2) <= read.start(), "{side}");
        }
    }

    #[test]
    fn windows_that_depend_on_elements_have_no_mapping() {
        let side = WindowFn::Sessions(SessionWindows::of(secs(10)));
        let panicked = crate::catch_panic(|| side.side_window(&window(0, 10)));
        assert!(panicked.is_err());
    }
}
