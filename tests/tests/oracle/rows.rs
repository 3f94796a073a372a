//! The worked examples of model.md, row by row, by the section they stand in.

use super::row::Row;

const EACH_EOW: &str = "after_each(after_watermark, repeatedly(after_count(1)))";
const EARLY_LATE: &str = "after_watermark(early=after_count(1), late=after_count(1))";
const COUNT_OR_END: &str = "repeatedly(after_any(after_count(2), after_watermark))";

/// Model.md 3.1 to 3.4, and the decisions of 0.3 about triggers.
pub(crate) const TRIGGERS: &[Row<'static>] = &[
    (
        "one pane of a bundle of five",
        "fixed 10 lateness 0 discarding",
        "repeatedly(after_count(2))",
        "E(1,2,3,4,5) W=inf",
        "[1,2,3,4,5] [0,10) early 0 first; [] [0,10) on_time 1/0 last",
    ),
    (
        "one count after the other",
        "fixed 10 lateness 0 discarding",
        "after_each(after_count(1), after_count(2), after_count(3))",
        "E1 E2 E3 E4 E5 E6 E7",
        "[1] [0,10) early 0 first; [2,3] [0,10) early 1; [4,5,6] [0,10) early 2 last; drop closed=1",
    ),
    (
        "a count that ends another goes on counting",
        "fixed 10 lateness 0 discarding",
        "or_finally(repeatedly(after_count(2)), after_count(5))",
        "E1 E2 E3 E4 E5 E6",
        "[1,2] [0,10) early 0 first; [3,4] [0,10) early 1; [5] [0,10) early 2 last; drop closed=1",
    ),
    (
        "counts in order, repeated",
        "fixed 10 lateness 0 discarding",
        "repeatedly(after_each(after_count(1), after_count(2)))",
        "E1 E2 E3 E4 E5 E6",
        "[1] [0,10) early 0 first; [2,3] [0,10) early 1; [4] [0,10) early 2; \
         [5,6] [0,10) early 3; [] [0,10) on_time 4/0 last",
    ),
    (
        "all counts, repeated",
        "fixed 10 lateness 0 discarding",
        "repeatedly(after_all(after_count(2), after_count(3)))",
        "E1 E2 E3 E4 E5 E6",
        "[1,2,3] [0,10) early 0 first; [4,5,6] [0,10) early 1; [] [0,10) on_time 2/0 last",
    ),
    (
        "a delay that fires clears the count beside it",
        "fixed 10 lateness 0 discarding",
        "repeatedly(after_any(after_count(3), after_processing_time(5)))",
        "P=0 E1 P=6 E2 E3 E4 E5",
        "[1] [0,10) early 0 first; [2,3,4] [0,10) early 1; [5] [0,10) on_time 2/0 last",
    ),
    (
        "a count and the end of the window",
        "fixed 10 lateness 50 discarding",
        "after_all(after_count(2), after_watermark)",
        "E1 W=10 E2 E3",
        "[1,2] [0,10) on_time 0 first last; drop closed=1",
    ),
    (
        "S12: early firings begin anew as a whole",
        "fixed 10 lateness 0 discarding",
        "after_watermark(early=after_any(after_count(2), after_processing_time(100)))",
        "P=0 E1 E2 E3 E4 E5 W=10",
        "[1,2] [0,10) early 0 first; [3,4] [0,10) early 1; [5] [0,10) on_time 2/0 last",
    ),
    (
        "S34: what becomes current is told of the window",
        "fixed 10 lateness 50 discarding",
        "repeatedly(after_each(after_count(1), after_watermark))",
        "E1 W=20",
        "[1] [0,10) early 0 first; [] [0,10) on_time 1/0",
    ),
    (
        "S17: a delay is over behind its deadline, not at it",
        "fixed 10 lateness 0 discarding",
        "repeatedly(after_processing_time(5))",
        "P=0 E1 P=5 E2 P=6",
        "[1,2] [0,10) early 0 first; [] [0,10) on_time 1/0 last",
    ),
    (
        "a deadline goes up to the grid",
        "fixed 10 lateness 0 discarding",
        "repeatedly(after_processing_time(1, align=10, offset=3))",
        "P=2 E1 P=3 E2 P=4 E3 P=13 E4 P=14 W=inf",
        "[1,2] [0,10) early 0 first; [3,4] [0,10) early 1; [] [0,10) on_time 2/0 last",
    ),
    (
        "synchronized time is the time seen",
        "fixed 10 lateness 0 discarding",
        "repeatedly(after_synchronized_processing_time)",
        "P=2 E1 E2 P=3 E3",
        "[1,2] [0,10) early 0 first; [3] [0,10) on_time 1/0 last",
    ),
    (
        "always watches no watermark",
        "fixed 10 lateness 50 accumulating",
        "always",
        "E(1,5) E6 W=50 E7",
        "[1,5] [0,10) early 0 first; [1,5,6] [0,10) early 1; [1,5,6,7] [0,10) late 2/0",
    ),
];

/// Model.md 3.5 and the decisions of 0.3 about merging.
pub(crate) const MERGING: &[Row<'static>] = &[
    (
        "the end of the window comes again",
        "sessions 10 lateness 100 accumulating",
        EACH_EOW,
        "E1 W=11 E5 W=15 E6 W=inf",
        "[1] [1,11) on_time 0 first; [1,5] [1,15) on_time 0 first; \
         [1,5,6] [1,16) on_time 0 first last",
    ),
    (
        "so it does with firings around it",
        "sessions 10 lateness 100 accumulating",
        "after_watermark(early=after_count(100), late=after_count(1))",
        "E1 W=11 E5 W=15 E6 W=inf",
        "[1] [1,11) on_time 0 first; [1,5] [1,15) on_time 0 first; \
         [1,5,6] [1,16) on_time 0 first last",
    ),
    (
        "two windows past their end stay there",
        "sessions 10 lateness 100 discarding",
        "after_watermark(early=after_count(100), late=after_count(2))",
        "E1 E19 W=31 E10 E11 W=100",
        "[1] [1,11) on_time 0 first; [19] [19,29) on_time 0 first; [10,11] [1,29) late 0 first",
    ),
    (
        "counts are added",
        "sessions 10 lateness 0 discarding",
        "repeatedly(after_count(3))",
        "E1 E15 E8",
        "[1,8,15] [1,25) early 0 first; [] [1,25) on_time 1/0 last",
    ),
    (
        "S33: a count goes on when an early window joins a late one",
        "sessions 10 lateness 100 discarding",
        "after_watermark(early=after_count(3), late=after_count(9))",
        "E1 W=11 E19 E20 E10 W=30",
        "[1] [1,11) on_time 0 first; [10,19,20] [1,30) early 0 first; [] [1,30) on_time 1/0",
    ),
    (
        "the earliest deadline holds",
        "sessions 10 lateness 0 discarding",
        "repeatedly(after_processing_time(5))",
        "P=0 E1 P=3 E5 P=6",
        "[1,5] [1,15) early 0 first; [] [1,15) on_time 1/0 last",
    ),
    (
        "a first trigger that was over begins again",
        "sessions 10 lateness 100 discarding",
        "after_each(after_any(after_count(5), after_watermark), repeatedly(after_count(1)))",
        "E1 W=11 E5 E6 E7 E8 E9 W=inf",
        "[1] [1,11) on_time 0 first; [5,6,7,8,9] [1,19) early 0 first; \
         [] [1,19) on_time 1/0 last",
    ),
    (
        "S31: new windows past their end fire at once",
        "sessions 10 lateness 100 discarding",
        "after_watermark(late=after_count(5))",
        "W=50 E(1,5)",
        "[1,5] [1,15) late 0 first",
    ),
    (
        "S31: and finish just then",
        "sessions 10 lateness 100 discarding",
        "after_watermark",
        "W=50 E(1,5)",
        "[1,5] [1,15) late 0 first last",
    ),
];

/// Model.md 4.2 and 4.3.
pub(crate) const PANES: &[Row<'static>] = &[
    (
        "a first pane that is late",
        "fixed 10 lateness 20 discarding",
        "default",
        "W=12 E1",
        "[1] [0,10) late 0 first",
    ),
    (
        "a late pane behind early ones alone",
        "fixed 10 lateness 20 discarding on_time if_nonempty",
        EARLY_LATE,
        "E1 W=10 E2",
        "[1] [0,10) early 0 first; [2] [0,10) late 1/0",
    ),
    (
        "on time without a watermark trigger",
        "fixed 10 lateness 5 discarding",
        "repeatedly(after_count(2))",
        "E1 E2 E3 W=10 E4",
        "[1,2] [0,10) early 0 first; [3,4] [0,10) on_time 1/0",
    ),
    (
        "nothing held the output watermark",
        "fixed 10 lateness 50 discarding",
        "repeatedly(after_count(1))",
        "E1 W=10 E2",
        "[1] [0,10) early 0 first; [2] [0,10) late 1/0",
    ),
    (
        "a hold makes the only pane one on time",
        "fixed 10 lateness 50 accumulating",
        "never",
        "E(1,5) W=10 E2 W=60",
        "[1,2,5] [0,10) on_time 0 first last",
    ),
    (
        "early, on time and late",
        "fixed 10 lateness 20 discarding",
        EARLY_LATE,
        "E1 E2 W=10 E3 E4",
        "[1] [0,10) early 0 first; [2] [0,10) early 1; [] [0,10) on_time 2/0; \
         [3] [0,10) late 3/1; [4] [0,10) late 4/2",
    ),
    (
        "the same, accumulating",
        "fixed 10 lateness 20 accumulating",
        EARLY_LATE,
        "E1 E2 W=10 E3 E4",
        "[1] [0,10) early 0 first; [1,2] [0,10) early 1; [1,2] [0,10) on_time 2/0; \
         [1,2,3] [0,10) late 3/1; [1,2,3,4] [0,10) late 4/2",
    ),
    (
        "an empty last pane",
        "fixed 10 lateness 100 discarding timestamp earliest closing always",
        COUNT_OR_END,
        "E(1,2) W=50 W=110",
        "[1,2] [0,10) early 0 first @1; [] [0,10) on_time 1/0; [] [0,10) late 2/1 last",
    ),
    (
        "no empty last pane",
        "fixed 10 lateness 100 discarding timestamp earliest",
        COUNT_OR_END,
        "E(1,2) W=50 W=110",
        "[1,2] [0,10) early 0 first @1; [] [0,10) on_time 1/0",
    ),
    (
        "an empty last pane of the default trigger",
        "fixed 10 lateness 50 discarding closing always",
        "default",
        "E1 W=10 W=60",
        "[1] [0,10) on_time 0 first; [] [0,10) late 1/1 last",
    ),
    (
        "over end and expiry at once",
        "fixed 10 lateness 50 accumulating closing always",
        "default",
        "E1 W=100",
        "[1] [0,10) on_time 0 first last",
    ),
    (
        "no empty pane on time",
        "fixed 10 lateness 0 discarding on_time if_nonempty",
        "after_watermark(early=after_count(1))",
        "E1 W=10",
        "[1] [0,10) early 0 first",
    ),
    (
        "the end of time without anything pending",
        "global lateness 0 discarding",
        "repeatedly(after_processing_time(3))",
        "P=1 E1 P=5 W=inf",
        "[1] global early 0 first; [] global on_time 1/0 last",
    ),
];

/// Model.md 5.2 to 5.7.
pub(crate) const GROUPING: &[Row<'static>] = &[
    (
        "S1: dropped from the expiry on, not before",
        "fixed 10 lateness 20 discarding",
        "default",
        "W=29 E2 W=30 E3",
        "[2] [0,10) late 0 first; drop late=1",
    ),
    (
        "late for one window only",
        "sliding 10 every 5 lateness 0 discarding",
        "default",
        "W=5 E4",
        "[4] [0,10) on_time 0 first last; drop late=1",
    ),
    (
        "an element counts by its own window, not by the merged one",
        "sessions 10 lateness 0 discarding",
        "default",
        "E(1,9,17) W=20 E5",
        "[1,9,17] [1,27) on_time 0 first last; drop late=1",
    ),
    (
        "overlapping sessions",
        "sessions 5 lateness 0 discarding",
        "default",
        "E0 W=6 E3 W=8",
        "[0] [0,5) on_time 0 first last; [3] [3,8) on_time 0 first last",
    ),
    (
        "the earliest element gives the time",
        "fixed 10 lateness 0 discarding timestamp earliest",
        "default",
        "E(3,1,2) W=10",
        "[1,2,3] [0,10) on_time 0 first last @1",
    ),
    (
        "but none behind the output watermark",
        "fixed 10 lateness 0 discarding timestamp earliest",
        "default",
        "W=5 E(2,3,7,8) W=11",
        "[2,3,7,8] [0,10) on_time 0 first last @7",
    ),
    (
        "if all are behind it, the end of the window does",
        "fixed 10 lateness 0 discarding timestamp earliest",
        "default",
        "W=8 E(2,3,7) W=11",
        "[2,3,7] [0,10) on_time 0 first last",
    ),
    (
        "a late pane lies at the end of the window",
        "fixed 10 lateness 20 accumulating timestamp earliest",
        "default",
        "E2 W=12 E3",
        "[2] [0,10) on_time 0 first @2; [2,3] [0,10) late 1",
    ),
    (
        "the latest element of each pane",
        "fixed 10 lateness 0 accumulating timestamp latest",
        "after_watermark(early=after_count(1))",
        "E7 E3 W=10",
        "[7] [0,10) early 0 first @7; [3,7] [0,10) early 1 @3; [3,7] [0,10) on_time 2/0 last",
    ),
    (
        "a session that grows behind its pane starts anew",
        "sessions 10 lateness 50 accumulating",
        "default",
        "E(1,5) W=16 E12 W=100",
        "[1,5] [1,15) on_time 0 first; [1,5,12] [1,22) on_time 0 first last",
    ),
    (
        "the same, discarding",
        "sessions 10 lateness 50 discarding",
        "default",
        "E(1,5) W=16 E12 W=100",
        "[1,5] [1,15) on_time 0 first; [12] [1,22) on_time 0 first last",
    ),
    (
        "one inside leaves the session as it is",
        "sessions 10 lateness 50 accumulating",
        "default",
        "E(1,5) W=16 E3",
        "[1,5] [1,15) on_time 0 first; [1,3,5] [1,15) late 1",
    ),
    (
        "a late bridge",
        "sessions 10 lateness 100 accumulating",
        "default",
        "E1 E19 W=31 E10 W=100",
        "[1] [1,11) on_time 0 first; [19] [19,29) on_time 0 first; [1,10,19] [1,29) late 0 first",
    ),
    (
        "a bridge that is late for one of two",
        "sessions 10 lateness 100 discarding",
        "default",
        "E1 E19 W=20 E10 W=100",
        "[1] [1,11) on_time 0 first; [10,19] [1,29) on_time 0 first",
    ),
    (
        "S14: a closed session is not merged with",
        "sessions 10 lateness 50 discarding",
        "after_watermark",
        "E1 W=12 E(1,5) W=40",
        "[1] [1,11) on_time 0 first last; [1,5] [1,15) on_time 0 first last",
    ),
    (
        "S14: and alone it stays closed",
        "sessions 10 lateness 50 discarding",
        "after_watermark",
        "E1 W=12 E1 E5 W=40",
        "[1] [1,11) on_time 0 first last; [5] [5,15) on_time 0 first last; drop closed=1",
    ),
    (
        "a new session beside a closed one",
        "sessions 10 lateness 50 discarding",
        "after_watermark",
        "E1 W=12 E2",
        "[1] [1,11) on_time 0 first last; [2] [2,12) late 0 first last",
    ),
];

/// Model.md 2.2: what each function makes of a timestamp.
pub(crate) const WINDOWS: &[Row<'static>] = &[
    (
        "floor, not truncation, below zero",
        "fixed 10 lateness 0 discarding",
        "default",
        "E(1@-25,2@-10,3@-1)",
        "[1] [-30,-20) on_time 0 first last; [2,3] [-10,0) on_time 0 first last",
    ),
    (
        "a period that does not divide",
        "sliding 10 every 3 lateness 0 discarding",
        "default",
        "E1@0",
        "[1] [-9,1) on_time 0 first last; [1] [-6,4) on_time 0 first last; \
         [1] [-3,7) on_time 0 first last; [1] [0,10) on_time 0 first last",
    ),
    (
        "a gap between windows",
        "sliding 5 every 10 lateness 0 discarding",
        "default",
        "E(1,7,12)",
        "[1] [0,5) on_time 0 first last; [12] [10,15) on_time 0 first last",
    ),
    (
        "S36: no window goes on behind the global one",
        "sessions 10 lateness 365d discarding",
        "default",
        "E(1@end_of_global_window,2@max-1)",
        "[1,2] [9223371950454775,end_of_global_window+1) on_time 0 first last",
    ),
    (
        "a day of 23 hours, and one of 25",
        "days 1 zone Europe/Berlin lateness 0 discarding",
        "default",
        "E(1@1711839600s,2@1711922399s,3@1729980000s,4@1730069999s)",
        "[1,2] [1711839600s,1711922400s) on_time 0 first last; \
         [3,4] [1729980000s,1730070000s) on_time 0 first last",
    ),
    (
        "a day whose midnight the clocks skip",
        "days 1 zone America/Sao_Paulo lateness 0 discarding",
        "default",
        "E(1@1541300399s,2@1541300400s)",
        "[1] [1541214000s,1541300400s) on_time 0 first last; \
         [2] [1541300400s,1541383200s) on_time 0 first last",
    ),
    (
        "days before 1970",
        "days 1 lateness 0 discarding",
        "default",
        "E1@-1",
        "[1] [-86400s,0) on_time 0 first last",
    ),
    (
        "weeks from a Monday",
        "weeks 1 start 4d lateness 0 discarding",
        "default",
        "E1@0",
        "[1] [-259200s,345600s) on_time 0 first last",
    ),
    (
        "a leap month",
        "months 1 lateness 0 discarding",
        "default",
        "E1@1707523200s",
        "[1] [1706745600s,1709251200s) on_time 0 first last",
    ),
    (
        "two years",
        "years 2 lateness 0 discarding",
        "default",
        "E1@1d",
        "[1] [0,63072000s) on_time 0 first last",
    ),
    (
        "parity",
        "custom parity lateness 0 discarding",
        "default",
        "E(2@15,3@15)",
        "[3] [0,20) on_time 0 first last; [2] [10,20) on_time 0 first last",
    ),
    (
        "bids of an auction",
        "custom auction lateness 0 discarding",
        "default",
        "E3@5 E-12@0 E9@11 E8@12",
        "[-12,3,9] [0,12) on_time 0 first last; [8] [12,32) on_time 0 first last",
    ),
];
