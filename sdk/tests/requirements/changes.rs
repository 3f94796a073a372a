//! Each change that preflight knows: a pipeline before it and behind it.

use super::*;

/// What a runner lacks, a pipeline that needs it, what preflight says to change, and the pipeline with
/// that change.
type Row = (Capability, fn(&Pipeline), &'static str, fn(&Pipeline));

/// Takes pairs, and declares what it is told to.
struct Declaring;

impl DoFn for Declaring {
    type Input = (u8, u8);
    type Output = u8;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), _: (u8, u8), _: &mut Context<'_, Self>) -> Result<()> {
        Ok(())
    }
}

type Declared = Declare<Declaring>;

fn pairs(pipeline: &Pipeline) -> PCollection<(u8, u8)> {
    pipeline.create([(1, 2)])
}

fn state<R>(pipeline: &Pipeline, window: Window, declare: impl Fn(&mut Declared) -> R) {
    let step = scripted(pipeline, window).par_do_with(|declared| {
        declare(declared);
        Declaring
    });
    drop(step.main().named("State"));
}

fn cell<R>(pipeline: &Pipeline, declare: impl Fn(&mut Declared) -> R) {
    state(pipeline, Window::fixed(secs(9)), declare);
}

fn event_timer(pipeline: &Pipeline) {
    cell(pipeline, |it| it.event_timer("due", |_, (), _, _| Ok(())));
}

fn value(pipeline: &Pipeline) {
    cell(pipeline, |it| it.value::<u8>("kept"));
}

fn map(pipeline: &Pipeline) {
    cell(pipeline, |it| it.map::<u8, u8>("kept"));
}

fn bag(pipeline: &Pipeline) {
    cell(pipeline, |it| it.bag::<u8>("kept"));
}

fn counted(pipeline: &Pipeline, window: Window) {
    drop(scripted(pipeline, window).count_per_key());
}

fn triggered(pipeline: &Pipeline, trigger: impl Into<Trigger>) {
    counted(pipeline, loose().trigger(trigger).discarding());
}

fn loose() -> Window {
    Window::fixed(secs(9)).allowed_lateness(Duration::ZERO).allow_unsafe_trigger()
}

fn plain(pipeline: &Pipeline) {
    counted(pipeline, Window::fixed(secs(9)));
}

fn on_the_watermark(pipeline: &Pipeline) {
    triggered(pipeline, after_watermark());
}

const TO_THE_WATERMARK: &str = "fire on the watermark, `.trigger(after_watermark())`";
const IN_ONE_VALUE: &str = "keep it in one value: `declare.value(..)`";

const ROWS: &[Row] = &[
    (
        Capability::ReadUnbounded,
        |it| drop(it.read(generate_sequence(0..9).unbounded())),
        "read what is there and ends: leave out what makes the source unbounded",
        |it| drop(it.read(generate_sequence(0..9))),
    ),
    (
        Capability::TestStreamMultiOutput,
        |it| drop(it.test_streams(TestStreams::<u8>::new(["a", "b"]))),
        "give each stream a script of its own, `.test_stream(..)`",
        |it| drop([it.test_stream(TestStream::<u8>::new()), it.test_stream(TestStream::new())]),
    ),
    (
        Capability::TestStreamProcessingTime,
        |it| drop(it.test_stream(TestStream::<u8>::new().processing_time(secs(1)))),
        "leave `.processing_time(..)` out of the script",
        |it| drop(it.test_stream(TestStream::<u8>::new())),
    ),
    (
        Capability::PardoMultiOut,
        |it| cell(it, |it| it.output::<u8>("odd")),
        "run a step for each output, `.filter(..)` and `.map(..)`, on the same collection",
        |it| drop([pairs(it).filter(|it| it.0 == 1), pairs(it).filter(|it| it.0 != 1)]),
    ),
    (
        Capability::Gbk,
        |it| drop(pairs(it).group_by_key()),
        "reduce the values of a key, such as with `.combine_per_key(..)`",
        |it| drop(pairs(it).combine_per_key(Sum)),
    ),
    (
        Capability::CombinePerKey,
        |it| drop(pairs(it).combine_per_key(Sum)),
        "group, and reduce each group: `.group_by_key()` and `.map(..)`",
        |it| drop(pairs(it).group_by_key().map(|(key, _)| key)),
    ),
    (
        Capability::CombineGlobally,
        |it| drop(it.create([1_u64]).sum_globally()),
        "give all elements one key, `.with_keys(|_| ())`, and combine per key",
        |it| drop(it.create([1_u64]).with_keys(|_| ()).sum_per_key()),
    ),
    (
        Capability::CombineFanout,
        |it| drop(pairs(it).combine_per_key_with_fanout(2, Sum)),
        "leave out the fanout: `.combine_per_key(..)`",
        |it| drop(pairs(it).combine_per_key(Sum)),
    ),
    (
        Capability::CombineContext,
        |it| drop(pairs(it).combine_per_key_with(&it.create([1]).as_singleton(), |_: &i32| Sum)),
        "combine first, `.combine_per_key(..)`, and read the view behind it, `.map_with(..)`",
        |it| {
            let view = it.create([1]).as_singleton();
            drop(pairs(it).combine_per_key(Sum).map_with(&view, |pair, _| pair));
        },
    ),
    (
        Capability::FlattenEmpty,
        |it| drop(it.flatten(Vec::<PCollection<u8>>::new())),
        "flatten at least one collection",
        |it| drop(it.flatten([it.create([1])])),
    ),
    (
        Capability::FlattenHeterogeneousCoder,
        |it| {
            let grouped = pairs(it);
            drop((grouped.group_by_key(), grouped.flatten_with(&pairs(it))));
        },
        "send the collection that is also grouped through `.map(|pair| pair)` in front of the flatten",
        |it| {
            let grouped = pairs(it);
            drop((grouped.group_by_key(), grouped.map(|pair| pair).flatten_with(&pairs(it))));
        },
    ),
    (
        Capability::Reshuffle,
        |it| drop(pairs(it).reshuffle()),
        "leave out `.reshuffle()`, which changes no element",
        |it| drop(pairs(it)),
    ),
    (
        Capability::SideMapDuplicate,
        |it| drop(it.create([1]).map_with(&pairs(it).as_map(), |n, _| n)),
        "read a multimap, `.as_multimap()`",
        |it| drop(it.create([1]).map_with(&pairs(it).as_multimap(), |n, _| n)),
    ),
    (Capability::StateBag, bag, IN_ONE_VALUE, value),
    (Capability::StateMap, map, IN_ONE_VALUE, value),
    (
        Capability::StateSet,
        |it| cell(it, |it| it.set::<u8>("kept")),
        "keep a map with empty values: `declare.map(..)`",
        map,
    ),
    (
        Capability::StateMultimap,
        |it| cell(it, |it| it.multimap::<u8, u8>("kept")),
        "keep a map of vectors: `declare.map(..)`",
        map,
    ),
    (
        Capability::StateOrderedList,
        |it| cell(it, |it| it.ordered_list::<u8>("kept")),
        "keep a bag, `declare.bag(..)`, and sort what is read of it",
        bag,
    ),
    (
        Capability::TimerProcessing,
        |it| cell(it, |it| it.processing_timer("due", |_, (), _, _| Ok(()))),
        "set an event-time timer, `declare.event_timer(..)`",
        event_timer,
    ),
    (
        Capability::TimerDynamic,
        |it| cell(it, |it| it.event_timer_family("due", |_, (), _, _| Ok(()))),
        "declare a timer for each use, `declare.event_timer(..)`",
        event_timer,
    ),
    (
        Capability::TimerEvent,
        event_timer,
        "do it at the end of windows, `declare.on_window_expiration(..)`",
        |it| cell(it, |it| it.on_window_expiration(|_, (), _| Ok(()))),
    ),
    (
        Capability::RequiresOnWindowExpiration,
        |it| cell(it, |it| it.on_window_expiration(|_, (), _| Ok(()))),
        "set a timer for the end of the window, `declare.event_timer(..)`",
        event_timer,
    ),
    (
        Capability::WindowSlidingGaps,
        |it| counted(it, Window::sliding(secs(1), secs(9))),
        "give the windows a period of at most their size",
        |it| counted(it, Window::sliding(secs(9), secs(1))),
    ),
    (
        Capability::WindowCalendar,
        |it| counted(it, Window::days(1)),
        "count days of 24 hours, `Window::fixed(days(1))`, if the zone does not matter",
        |it| counted(it, Window::fixed(days(1))),
    ),
    (
        Capability::TimestampCombinerEarliest,
        |it| {
            let earliest = TimestampCombiner::Earliest;
            counted(it, Window::fixed(secs(9)).timestamp_combiner(earliest));
        },
        "leave out `.timestamp_combiner(..)`: panes are stamped with the end of their window",
        plain,
    ),
    (
        Capability::TriggerCount,
        |it| triggered(it, after_count(9)),
        TO_THE_WATERMARK,
        on_the_watermark,
    ),
    (
        Capability::TriggerProcessing,
        |it| triggered(it, after_processing_time(secs(1))),
        TO_THE_WATERMARK,
        on_the_watermark,
    ),
    (
        Capability::TriggerComposite,
        |it| triggered(it, after_any([after_count(9), after_count(8)])),
        TO_THE_WATERMARK,
        on_the_watermark,
    ),
    (
        Capability::TriggerAlways,
        |it| triggered(it, Trigger::Always),
        TO_THE_WATERMARK,
        on_the_watermark,
    ),
    (
        Capability::TriggerFinishing,
        |it| triggered(it, after_count(9)),
        "fire it again and again, `.trigger(repeatedly(..))`",
        |it| triggered(it, repeatedly(after_count(9))),
    ),
    (
        Capability::TriggerMerging,
        |it| counted(it, Window::sessions(secs(9))),
        "window into windows that do not merge, `Window::fixed(..)`",
        plain,
    ),
    (
        Capability::LatenessAllowed,
        |it| counted(it, Window::fixed(secs(9)).allowed_lateness(secs(1)).discarding()),
        "allow no lateness, `.allowed_lateness(Duration::ZERO)`",
        |it| counted(it, Window::fixed(secs(9)).allowed_lateness(Duration::ZERO).discarding()),
    ),
    (
        Capability::LatenessDroppedOutput,
        |it| drop(pairs(it).group_by_key_with_dropped()),
        "leave out `_with_dropped`: what is dropped is counted all the same",
        |it| drop(pairs(it).group_by_key()),
    ),
    (
        Capability::LatenessPerWindowDrop,
        |it| counted(it, Window::sliding(secs(9), secs(1))),
        "window into windows that do not overlap, `Window::fixed(..)`",
        plain,
    ),
    (
        Capability::ModeDiscarding,
        |it| counted(it, Window::fixed(secs(9)).allowed_lateness(secs(1)).discarding()),
        "let each pane hold everything so far, `.accumulating()`",
        |it| counted(it, Window::fixed(secs(9)).allowed_lateness(secs(1)).accumulating()),
    ),
    (
        Capability::ModeAccumulating,
        |it| counted(it, Window::fixed(secs(9)).allowed_lateness(secs(1)).accumulating()),
        "let each pane hold only what is new, `.discarding()`",
        |it| counted(it, Window::fixed(secs(9)).allowed_lateness(secs(1)).discarding()),
    ),
    (
        Capability::PaneClosing,
        |it| counted(it, Window::fixed(secs(9)).closing_behavior(ClosingBehavior::Always)),
        "leave out `.closing_behavior(ClosingBehavior::Always)`",
        plain,
    ),
];

fn needs_it(graph: &Graph, capability: Capability) -> bool {
    graph.requirements().iter().any(|need| need.capability == capability)
}

/// What preflight says of what a runner without this lacks.
fn change(graph: &Graph, support: &Support, capability: Capability) -> Option<String> {
    let problems = preflight::check(graph, support, "small").into_iter();
    let mut unmet = problems.filter_map(|problem| problem.unmet);
    let unmet = unmet.find(|unmet| unmet.capability == capability);
    let unmet = unmet.unwrap_or_else(|| panic!("{capability} is not missed"));
    assert_eq!(unmet.reason, "it is small");
    unmet.change
}

#[test]
fn a_pipeline_with_the_change_does_not_need_what_it_needed() {
    for (capability, before, text, after) in ROWS {
        let without = Support::everything().without(*capability, "it is small");
        let (before, after) = (built(before), built(after));
        assert!(needs_it(&before, *capability), "{capability}, before");
        assert!(!needs_it(&after, *capability), "{capability}, behind");
        assert_eq!(change(&before, &without, *capability).as_deref(), Some(*text), "{capability}");
    }
}

#[test]
fn a_change_is_said_only_where_the_runner_could_then_do() {
    for (capability, before, text, _) in ROWS {
        let nothing = Support::none().without(*capability, "it is small");
        let graph = built(before);
        let said = change(&graph, &nothing, *capability);
        let needs_nothing = text.starts_with("leave out `.reshuffle()")
            || text.starts_with("leave out `.closing_behavior");
        assert_eq!(said.is_some(), needs_nothing, "{capability}: {said:?}");
    }
}

#[test]
fn input_that_ends_is_a_change_where_only_that_is_taken() {
    let only_bounded = Support::everything().with_modes(
        Capability::Gbk,
        heliostat::Extent::Full,
        heliostat::Extent::None("it is small".into()),
    );
    let graph = built(|it| drop(scripted(it, Window::fixed(secs(9))).group_by_key()));
    let said = change(&graph, &only_bounded, Capability::Gbk);
    assert_eq!(said.as_deref(), Some("give it bounded input, from a source that ends"));
}

#[test]
fn what_is_asked_for_by_name_can_be_left_out() {
    for &capability in Capability::ALL {
        let pipeline = Pipeline::new();
        drop(pipeline.create([1]).requires(capability));
        let graph = pipeline.graph();
        let asked: Vec<Requirement> =
            graph.requirements().into_iter().filter(|it| it.capability == capability).collect();
        assert!(asked.iter().all(|it| it.input == Boundedness::Bounded), "{capability}");
        let support = Support::everything().without(capability, "it is small");
        let problems = preflight::check(&graph, &support, "small");
        let problem = problems.iter().find(|it| graph.step(it.at).path == "Create");
        let problem = problem.unwrap_or_else(|| panic!("{capability} is not missed"));
        let help =
            format!("leave out `.requires(..)` of `{capability}`, if the step can do without it");
        assert!(problem.help.starts_with(&help), "{problem}");
        let planned = problem.what.ends_with("which is not built yet");
        assert_eq!(planned, capability.standing() == Standing::Planned, "{problem}");
    }
}

#[test]
fn what_is_not_built_is_not_looked_for_elsewhere() {
    let graph = built(|it| {
        let side = it.create([1]).as_singleton();
        let step = scripted(it, Window::fixed(secs(9))).par_do_with(|declare| {
            declare.on_window_expiration(|_, (), _| Ok(()));
            declare.side_input(&side);
            Declaring
        });
        drop(step.main().named("State"));
    });
    let problems = preflight::check(&graph, &Support::none(), "small");
    let planned = problems.iter().find(|it| it.what.contains("`side.in_timer`"));
    let help = planned.map(|it| it.help.as_str());
    assert_eq!(help, Some("do without the step until it is built"), "{problems:?}");
}
