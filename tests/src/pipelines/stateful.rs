//! The steps with state and timers that a case can name, each a small `DoFn`.

mod count;
mod buffer;
mod alarm;
mod dynamic;
mod looping;
mod ping_pong;
mod clear_other;
mod flush;
mod sorted;
mod gather;

use heliostat::{Declare, DoFn};

use super::Pairs;
use crate::case::{Cell, Stateful, When};

/// What such a step gives.
pub(super) fn step(pairs: &Pairs, stateful: &Stateful) -> Pairs {
    match stateful {
        Stateful::Count { merged, time_to_live } => {
            of(pairs, |declare| count::Count::of(declare, *merged, *time_to_live))
        }
        Stateful::Buffer(When::Processing(delay)) => {
            of(pairs, |declare| buffer::Delayed::of(declare, *delay))
        }
        Stateful::Buffer(when) => of(pairs, |declare| buffer::Buffer::of(declare, *when)),
        Stateful::Alarm { to, output, holds } => {
            of(pairs, |declare| alarm::Alarm::of(declare, *to, *output, *holds))
        }
        Stateful::Dynamic => of(pairs, dynamic::Dynamic::of),
        Stateful::Looping { every, relative } => {
            of(pairs, |declare| looping::Looping::of(declare, *every, *relative))
        }
        Stateful::PingPong { until } => {
            of(pairs, |declare| ping_pong::PingPong::of(declare, *until))
        }
        Stateful::ClearOther => of(pairs, clear_other::ClearOther::of),
        Stateful::Flush { mark } => of(pairs, |declare| flush::Flush::of(declare, *mark)),
        Stateful::Sorted => of(pairs, sorted::Sorted::of),
        Stateful::Gather(cell) => gathered(pairs, *cell),
    }
}

fn gathered(pairs: &Pairs, cell: Cell) -> Pairs {
    match cell {
        Cell::Combining => of(pairs, |declare| gather::of(declare, gather::Combining::of)),
        Cell::Map { merged, if_absent } => {
            of(pairs, |declare| gather::of(declare, |it| gather::Map::of(it, merged, if_absent)))
        }
        Cell::Set => of(pairs, |declare| gather::of(declare, gather::Set::of)),
        Cell::Multimap => of(pairs, |declare| gather::of(declare, gather::Multimap::of)),
        Cell::OrderedList => of(pairs, |declare| gather::of(declare, gather::OrderedList::of)),
    }
}

fn of<D: DoFn<Input = (String, i64), Output = (String, i64)>>(
    pairs: &Pairs,
    dofn: impl FnOnce(&mut Declare<D>) -> D,
) -> Pairs {
    // Two in one pipeline have different inputs.
    pairs.par_do_with(dofn).named(&format!("With state, {:?}", pairs.id())).main()
}
