//! What the dataflows of timely share: a source in blocks, tables per window, a check at the end.

use crate::check::{Check, Row};
use crate::replay::{BLOCK_EVENTS, Recorded};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use timely::Config;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::{ParallelizationContract, Pipeline};
use timely::dataflow::operators::Capability;
use timely::dataflow::operators::generic::operator::source;
use timely::dataflow::operators::generic::{Operator, OutputBuilderSession};

/// Times are milliseconds since 1970.
pub(crate) type Scope<'a> = timely::dataflow::Scope<'a, u64>;
pub(crate) type Stream<'a, D> = timely::dataflow::StreamVec<'a, u64, D>;
pub(crate) type Table<K, V> = HashMap<K, V, FixedState>;
pub(crate) type Output<'a, D> = OutputBuilderSession<'a, u64, CapacityContainerBuilder<Vec<D>>>;

/// The check of what one worker saw.
#[derive(Clone, Default)]
pub(crate) struct Seen(Rc<Cell<Check>>);

/// Runs a dataflow over `data` on so many workers.
///
/// # Panics
/// If threads cannot be started, or one of them panics.
pub(crate) fn run<D: Send + Sync + 'static>(
    data: &Arc<D>,
    workers: usize,
    build: impl for<'a> Fn(Scope<'a>, &Arc<D>, &Seen) + Send + Sync + 'static,
) -> Check {
    let data = Arc::clone(data);
    let config = if workers == 1 { Config::thread() } else { Config::process(workers) };
    let guards = timely::execute(config, move |worker| {
        let seen = Seen::default();
        worker.dataflow(|scope| build(scope, &data, &seen));
        while worker.step_or_park(None) {}
        seen.0.get()
    });
    let checks = guards.expect("threads can be started").join().into_iter();
    checks.map(|check| check.expect("no worker panics")).fold(Check::default(), Check::with)
}

/// Those of the events that are this worker's, as `element` makes them; the frontier is the latest
/// event time less the disorder.
pub(crate) fn replay<'a, E: Recorded, D: 'static>(
    scope: Scope<'a>,
    events: &Arc<Vec<E>>,
    element: impl Fn(&E) -> D + 'static,
) -> Stream<'a, D> {
    let events = Arc::clone(events);
    let (first, others) = (scope.index() * BLOCK_EVENTS, (scope.peers() - 1) * BLOCK_EVENTS);
    source(scope, "Replay", |capability, operator| {
        let activator = scope.activator_for(operator.address);
        let (mut capability, mut next, mut latest) = (Some(capability), first, 0);
        move |output: &mut Output<'_, D>| {
            let Some(now) = capability.as_mut() else { return };
            let end = events.len().min(next + BLOCK_EVENTS);
            let block = events.get(next..end).unwrap_or_default();
            output.session(now).give_iterator(block.iter().map(|event| {
                latest = latest.max(event.at().millis());
                element(event)
            }));
            next = end + others;
            if next < events.len() {
                now.downgrade(&unsigned(latest - E::DISORDER.millis()));
                activator.activate();
            } else {
                capability = None;
            }
        }
    })
}

/// What is kept for each window that elements lie in, until the frontier has passed its end.
///
/// Windows of `COUNT` periods begin with every period; `at` is the time of an element, `gather`
/// takes one into what a window has, and `give` makes rows of that, given the window's end. They
/// have the last time of the window, so that they can go into further windows.
pub(crate) fn windows<'a, const PERIOD: u64, const COUNT: u64, D, Open, Rows>(
    elements: Stream<'a, D>,
    pact: impl ParallelizationContract<u64, Vec<D>>,
    at: impl Fn(&D) -> u64 + 'static,
    gather: impl Fn(&mut Open, &D) + 'static,
    give: impl Fn(u64, Open) -> Rows + 'static,
) -> Stream<'a, Rows::Item>
where
    D: 'static,
    Open: Default + 'static,
    Rows: IntoIterator<Item: 'static>,
{
    elements.unary_frontier(pact, "Windows", |_, _| {
        // Few are open at a time, and neighbours in the stream mostly have the same.
        let mut open: Vec<(u64, Capability<u64>, Open)> = Vec::new();
        let mut last = 0;
        move |(input, frontier), output: &mut Output<'_, Rows::Item>| {
            input.for_each(|capability, elements| {
                for element in elements.drain(..) {
                    let first = (at(&element) / PERIOD + 1) * PERIOD;
                    for end in (0..COUNT).map(|later| first + later * PERIOD) {
                        if open.get(last).is_none_or(|window| window.0 != end) {
                            let found = open.iter().position(|window| window.0 == end);
                            last = found.unwrap_or_else(|| {
                                let until = capability.delayed(&(end - 1), 0);
                                open.push((end, until, Open::default()));
                                open.len() - 1
                            });
                        }
                        gather(&mut open[last].2, &element);
                    }
                }
            });
            while let Some(at) = open.iter().position(|window| !frontier.less_than(&window.0)) {
                let (end, capability, window) = open.swap_remove(at);
                output.session(&capability).give_iterator(give(end, window).into_iter());
            }
        }
    })
}

/// Sums per window and key: `part` says of an element when it is, its key, and what it adds. The
/// rows are those of a window's end, the key and the sum.
pub(crate) fn sums<'a, const PERIOD: u64, const COUNT: u64, D: 'static>(
    elements: Stream<'a, D>,
    pact: impl ParallelizationContract<u64, Vec<D>>,
    part: impl Fn(&D) -> (u64, u64, u64) + Copy + 'static,
) -> Stream<'a, Row> {
    windows::<PERIOD, COUNT, _, Table<u64, u64>, _>(
        elements,
        pact,
        move |element| part(element).0,
        move |sums, element| {
            let (_, key, value) = part(element);
            *sums.entry(key).or_insert(0) += value;
        },
        |end, sums| sums.into_iter().map(move |(key, sum)| (end, key, sum)),
    )
}

/// A sum as a part of the sums of longer windows.
pub(crate) fn partial(&(end, key, sum): &Row) -> (u64, u64, u64) {
    (end - 1, key, sum)
}

/// Which worker a key belongs to.
pub(crate) fn owner(key: u64) -> u64 {
    key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
}

/// The end of a dataflow: looks at every element.
pub(crate) fn check<D: 'static>(
    elements: Stream<'_, D>,
    seen: &Seen,
    row: impl Fn(&D) -> Row + 'static,
) {
    let seen = seen.clone();
    elements.unary(Pipeline, "Check", |_, _| {
        move |input, _: &mut Output<'_, ()>| {
            input.for_each(|_, elements| {
                let mut check = seen.0.get();
                elements.drain(..).for_each(|element| check.add_row(row(&element)));
                seen.0.set(check);
            });
        }
    });
}

/// A time as timely has it.
pub(crate) fn unsigned(millis: i64) -> u64 {
    u64::try_from(millis).unwrap_or_default()
}
