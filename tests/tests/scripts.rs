//! Generated scripts show what they are for: windows, triggers, options, and what comes of them.

use heliostat_conformance::case::{
    Accumulation, Boundedness, Case, Closing, Combine, Event, GLOBAL_WINDOW_MAX, Number, OnTime,
    Pane, Step, TimestampCombiner, Timing, Trigger, Value, WindowFunction, WindowSpec, parse,
};
use heliostat_conformance::{Told, script, told, written};

const SCRIPTS: u64 = 500;

/// A script, and what the oracle tells of it.
struct Shown {
    case: Case,
    told: Told,
}

impl Shown {
    fn panes(&self) -> &[Pane] {
        self.told.output.panes.as_deref().unwrap_or_default()
    }

    fn specs(&self) -> impl Iterator<Item = &WindowSpec> {
        let of_steps = self
            .case
            .steps
            .iter()
            .filter_map(|step| if let Step::Window(spec) = step { Some(spec) } else { None });
        self.case.windows.iter().map(|window| &window.spec).chain(of_steps)
    }

    fn triggers(&self) -> Vec<&Trigger> {
        let roots = self.specs().filter_map(|spec| spec.trigger.as_ref()).chain(&self.case.trigger);
        roots.flat_map(nodes).collect()
    }
}

/// A trigger and all that is in it.
fn nodes(trigger: &Trigger) -> Vec<&Trigger> {
    let mut all = vec![trigger];
    match trigger {
        Trigger::Default
        | Trigger::AfterCount(_)
        | Trigger::AfterProcessingTime { .. }
        | Trigger::AfterSynchronizedProcessingTime
        | Trigger::Never
        | Trigger::Always => {}
        Trigger::AfterWatermark { early, late } => {
            all.extend([early, late].into_iter().flatten().flat_map(|inner| nodes(inner)));
        }
        Trigger::Repeatedly(inner) => all.extend(nodes(inner)),
        Trigger::AfterAny(triggers)
        | Trigger::AfterAll(triggers)
        | Trigger::AfterEach(triggers) => {
            all.extend(triggers.iter().flat_map(nodes));
        }
        Trigger::OrFinally(main, until) => {
            all.extend(nodes(main));
            all.extend(nodes(until));
        }
    }
    all
}

fn depth(trigger: &Trigger) -> usize {
    let inner = nodes(trigger).into_iter().skip(1).map(depth);
    1 + inner.max().unwrap_or(0)
}

/// What at least so many of the scripts must show.
type Feature = (&'static str, usize, fn(&Shown) -> bool);

fn windowed(shown: &Shown, is_it: fn(&WindowFunction) -> bool) -> bool {
    shown.specs().filter_map(|spec| spec.function.as_ref()).any(is_it)
}

fn custom(shown: &Shown, name: &str) -> bool {
    let named = WindowFunction::Custom { name: name.to_owned() };
    shown.specs().any(|spec| spec.function.as_ref() == Some(&named))
}

fn triggered(shown: &Shown, is_it: fn(&Trigger) -> bool) -> bool {
    shown.triggers().into_iter().any(is_it)
}

fn stepped(shown: &Shown, step: &Step) -> bool {
    shown.case.steps.contains(step)
}

fn paned(shown: &Shown, is_it: fn(&Pane) -> bool) -> bool {
    shown.panes().iter().any(is_it)
}

fn is_empty(pane: &Pane) -> bool {
    pane.value == Value::Group(Vec::new()) || pane.value == Value::Number(Number::Integer(0))
}

const WINDOWS: &[Feature] = &[
    ("global", 20, |it| windowed(it, |of| matches!(of, WindowFunction::Global))),
    ("fixed", 80, |it| windowed(it, |of| matches!(of, WindowFunction::Fixed { .. }))),
    ("sliding", 80, |it| windowed(it, |of| matches!(of, WindowFunction::Sliding { .. }))),
    ("sliding with gaps", 10, |it| {
        windowed(
            it,
            |of| matches!(of, WindowFunction::Sliding { size, period, .. } if size < period),
        )
    }),
    ("sessions", 120, |it| windowed(it, |of| matches!(of, WindowFunction::Sessions { .. }))),
    ("calendar", 20, |it| windowed(it, |of| matches!(of, WindowFunction::Calendar { .. }))),
    ("parity", 15, |it| custom(it, "parity")),
    ("auction", 25, |it| custom(it, "auction")),
    ("windows anew behind a grouping", 20, |it| {
        let grouping = it.case.steps.iter().position(is_grouping).unwrap_or(usize::MAX);
        it.case.steps.iter().skip(grouping).any(|step| matches!(step, Step::Window(_)))
    }),
    ("an offset", 30, |it| {
        windowed(it, |of| {
            matches!(
                of,
                WindowFunction::Fixed { offset: 1.., .. }
                    | WindowFunction::Sliding { offset: 1.., .. }
            )
        })
    }),
    ("lateness", 250, |it| it.specs().any(|spec| spec.lateness > Some(0))),
    ("accumulating", 150, |it| {
        it.specs().any(|spec| spec.accumulation == Some(Accumulation::Accumulating))
    }),
    ("discarding", 150, |it| {
        it.specs().any(|spec| spec.accumulation == Some(Accumulation::Discarding))
    }),
    ("earliest", 60, |it| {
        it.specs().any(|spec| spec.timestamp == Some(TimestampCombiner::Earliest))
    }),
    ("latest", 60, |it| it.specs().any(|spec| spec.timestamp == Some(TimestampCombiner::Latest))),
    ("end of window", 20, |it| {
        it.specs().any(|spec| spec.timestamp == Some(TimestampCombiner::EndOfWindow))
    }),
    ("closing always", 80, |it| it.specs().any(|spec| spec.closing == Some(Closing::Always))),
    ("closing if nonempty", 80, |it| {
        it.specs().any(|spec| spec.closing == Some(Closing::IfNonempty))
    }),
    ("on time always", 80, |it| it.specs().any(|spec| spec.on_time == Some(OnTime::Always))),
    ("on time if nonempty", 80, |it| {
        it.specs().any(|spec| spec.on_time == Some(OnTime::IfNonempty))
    }),
];

const TRIGGERS: &[Feature] = &[
    ("default", 60, |it| triggered(it, |of| *of == Trigger::Default)),
    ("after the watermark", 60, |it| {
        triggered(it, |of| matches!(of, Trigger::AfterWatermark { early: None, late: None }))
    }),
    ("early", 100, |it| {
        triggered(it, |of| matches!(of, Trigger::AfterWatermark { early: Some(_), .. }))
    }),
    ("late", 100, |it| {
        triggered(it, |of| matches!(of, Trigger::AfterWatermark { late: Some(_), .. }))
    }),
    ("count", 150, |it| triggered(it, |of| matches!(of, Trigger::AfterCount(_)))),
    ("delay", 80, |it| triggered(it, |of| matches!(of, Trigger::AfterProcessingTime { .. }))),
    ("delay on a grid", 15, |it| {
        triggered(it, |of| matches!(of, Trigger::AfterProcessingTime { align: Some(_), .. }))
    }),
    ("synchronized", 15, |it| triggered(it, |of| *of == Trigger::AfterSynchronizedProcessingTime)),
    ("never", 15, |it| triggered(it, |of| *of == Trigger::Never)),
    ("always", 15, |it| triggered(it, |of| *of == Trigger::Always)),
    ("repeatedly", 100, |it| triggered(it, |of| matches!(of, Trigger::Repeatedly(_)))),
    ("any", 40, |it| triggered(it, |of| matches!(of, Trigger::AfterAny(_)))),
    ("all", 30, |it| triggered(it, |of| matches!(of, Trigger::AfterAll(_)))),
    ("each", 40, |it| triggered(it, |of| matches!(of, Trigger::AfterEach(_)))),
    ("until", 40, |it| triggered(it, |of| matches!(of, Trigger::OrFinally(..)))),
    ("nested three deep", 60, |it| it.triggers().into_iter().any(|of| depth(of) >= 3)),
];

const PIPELINES: &[Feature] = &[
    ("no grouping", 10, |it| it.told.groupings == 0),
    ("two groupings", 120, |it| it.told.groupings == 2),
    ("groups", 120, |it| stepped(it, &Step::GroupByKey)),
    ("sum", 40, |it| stepped(it, &Step::CombinePerKey(Combine::Sum))),
    ("count", 40, |it| stepped(it, &Step::CombinePerKey(Combine::Count))),
    ("mean", 40, |it| stepped(it, &Step::CombinePerKey(Combine::Mean))),
    ("min", 40, |it| stepped(it, &Step::CombinePerKey(Combine::Min))),
    ("max", 40, |it| stepped(it, &Step::CombinePerKey(Combine::Max))),
    ("to one key", 80, |it| stepped(it, &Step::ToOneKey)),
    ("map", 20, |it| stepped(it, &Step::Map)),
    ("globally", 8, |it| {
        it.case.steps.iter().any(|step| matches!(step, Step::CombineGlobally(..)))
    }),
    ("two streams", 60, |it| it.case.streams.len() == 2),
    ("streams windowed apart", 15, |it| it.case.windows.len() == 2),
    ("bounded", 40, |it| it.case.boundedness == Boundedness::Bounded),
    ("several keys", 100, |it| {
        let keys = it.panes().iter().filter_map(|pane| pane.key.as_ref());
        keys.collect::<std::collections::BTreeSet<_>>().len() > 1
    }),
    ("the clock moves", 100, |it| {
        it.case.events.iter().any(|event| matches!(event, Event::Processing { .. }))
    }),
    ("decimals", 20, |it| {
        it.case.events.iter().any(|event| match event {
            Event::Add { elements, .. } => {
                elements.iter().any(|element| matches!(element.value, Number::Decimal(_)))
            }
            Event::Watermark { .. } | Event::Processing { .. } => false,
        })
    }),
    ("negative times", 80, |it| {
        it.case.events.iter().any(|event| match event {
            Event::Add { elements, .. } => {
                elements.iter().any(|element| element.timestamp.is_some_and(|at| at < 0))
            }
            Event::Watermark { .. } | Event::Processing { .. } => false,
        })
    }),
    ("the end of time", 15, |it| {
        paned(it, |pane| {
            GLOBAL_WINDOW_MAX - 100 < pane.timestamp && pane.timestamp < GLOBAL_WINDOW_MAX
        })
    }),
];

const OUTPUTS: &[Feature] = &[
    ("a late element dropped", 60, |it| it.told.output.late > 0),
    ("an element of a closed window dropped", 40, |it| it.told.output.closed > 0),
    ("a merge", 80, |it| it.told.merges > 0),
    ("an early pane", 150, |it| paned(it, |pane| pane.info.timing == Timing::Early)),
    ("a pane on time", 200, |it| paned(it, |pane| pane.info.timing == Timing::OnTime)),
    ("a late pane", 120, |it| paned(it, |pane| pane.info.timing == Timing::Late)),
    ("early and on time", 60, |it| {
        paned(it, |pane| pane.info.timing == Timing::OnTime && pane.info.index > 0)
    }),
    ("a late pane behind one on time", 80, |it| {
        paned(it, |pane| pane.info.timing == Timing::Late && pane.info.nonspeculative > 0)
    }),
    ("a first pane that is late", 40, |it| {
        paned(it, |pane| pane.info.timing == Timing::Late && pane.info.first)
    }),
    ("an empty pane on time", 25, |it| {
        paned(it, |pane| pane.info.timing == Timing::OnTime && is_empty(pane))
    }),
    ("a closing pane", 40, |it| {
        paned(it, |pane| pane.info.timing == Timing::Late && pane.info.last)
    }),
    ("an empty closing pane", 10, |it| {
        paned(it, |pane| pane.info.timing == Timing::Late && pane.info.last && is_empty(pane))
    }),
    ("a pane of processing time", 40, |it| it.told.processing_panes > 0),
    ("a pane within its window", 60, |it| {
        paned(it, |pane| pane.timestamp < pane.window.max_timestamp())
    }),
    ("three panes of a window", 80, |it| paned(it, |pane| pane.info.index >= 2)),
    ("many panes", 100, |it| it.panes().len() >= 8),
];

fn is_grouping(step: &Step) -> bool {
    matches!(
        step,
        Step::GroupByKey
            | Step::CombinePerKey(_)
            | Step::CombinePerKeyWithFanout(..)
            | Step::CombineGlobally(..)
    )
}

#[test]
fn scripts_show_all_that_a_case_can_write_and_all_that_can_come_of_it() {
    let shown: Vec<Shown> = (0..SCRIPTS)
        .map(|seed| {
            let case = script(seed);
            let told = told(&case);
            let told = told.unwrap_or_else(|why| panic!("{why}\n{}", written(&case)));
            Shown { case, told }
        })
        .collect();
    let mut rare = Vec::new();
    for (name, at_least, shows) in [WINDOWS, TRIGGERS, PIPELINES, OUTPUTS].concat() {
        let count = shown.iter().filter(|shown| shows(shown)).count();
        println!("{count:>4} (at least {at_least:>3}) {name}");
        if count < at_least {
            rare.push(format!("{name}: {count}, less than {at_least}"));
        }
    }
    let silent = shown.iter().filter(|shown| shown.panes().is_empty()).count();
    println!("{silent:>4} (at most    50) without a pane");
    assert!(rare.is_empty(), "of {SCRIPTS} scripts too few show\n{}", rare.join("\n"));
    assert!(silent <= 50, "{silent} scripts give no pane");
}

#[test]
fn a_script_is_its_seed_and_can_be_kept_as_a_file() {
    for seed in 0..SCRIPTS {
        let case = script(seed);
        assert_eq!(case, script(seed));
        let text = written(&case);
        let again = parse(&text, &case.name);
        assert_eq!(again.unwrap_or_else(|error| panic!("{error}\n{text}")), case);
    }
}
