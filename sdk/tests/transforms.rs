//! What the transforms on top of a grouping do with panes, windows and wrong use.

use heliostat::prelude::*;
use heliostat::{
    Capability, MergeStatus, RunErrorKind, Support, Windowing, WindowingChange, preflight,
};
use heliostat_direct::DirectRunner;

/// Enough that suspicion has run every combine in every form and order.
const SEEDS: u64 = 20;

fn at(second: i64) -> Timestamp {
    Timestamp::secs(second)
}

/// Fires with every bundle.
fn at_once(accumulation: Accumulation) -> Window {
    let window = Window::fixed(secs(10))
        .trigger(after_watermark().early(after_count(1)).late(after_count(1)))
        .allowed_lateness(secs(20));
    match accumulation {
        Accumulation::Accumulating => window.accumulating(),
        Accumulation::Discarding => window.discarding(),
    }
}

#[test]
fn a_co_grouping_gives_a_group_per_input_in_each_pane() {
    for seed in 0..SEEDS {
        let pipeline = Pipeline::new();
        let script = TestStreams::new(["orders", "payments"])
            .add("orders", [(('a', 1), at(1)), (('b', 2), at(2))])
            .add("payments", [(('a', 100), at(3))])
            .watermark("orders", at(10))
            .watermark("payments", at(10))
            .add("payments", [(('b', 200), at(4))]);
        let window = || Window::fixed(secs(10)).allowed_lateness(secs(20)).discarding();
        let streams = pipeline.test_streams(script);
        let orders = streams[0].window(window());
        let payments = streams[1].map(|(key, n)| (key, Str::from(n.to_string()))).window(window());
        let joined = (orders, payments).co_group_by_key().windowed().collect();
        let result = DirectRunner::default().seed(seed).run(&pipeline).expect("it is right");
        let mut seen: Vec<_> = result
            .collected(&joined)
            .into_iter()
            .map(|pane| {
                let (key, (orders, payments)) = pane.value;
                let values = (orders.to_vec().expect("here"), payments.to_vec().expect("here"));
                (key, pane.pane.index, values)
            })
            .collect();
        seen.sort();
        assert_eq!(
            seen,
            [
                ('a', 0, (vec![1], vec![Str::from("100")])),
                ('b', 0, (vec![2], vec![])),
                ('b', 1, (vec![], vec![Str::from("200")])),
            ]
        );
    }
}

#[test]
fn a_co_grouping_takes_up_to_five_inputs() {
    let pipeline = Pipeline::new();
    let ones = pipeline.create([(1, 'a')]);
    let twos = pipeline.create([(1, true)]);
    let threes = pipeline.create([(1, 3)]);
    let fours = pipeline.create([(1, Str::from("four"))]);
    let all = (&ones, &twos, &threes, &fours, &threes).co_group_by_key().collect();
    let four = (ones.clone(), twos.clone(), threes.clone(), fours).co_group_by_key().collect();
    let three = (ones, twos, threes).co_group_by_key().collect();
    let result = DirectRunner::default().run(&pipeline).expect("it is right");
    let (_, (ones, .., fifths)) = result.collected(&all).remove(0);
    assert_eq!((ones.to_vec().unwrap(), fifths.to_vec().unwrap()), (vec!['a'], vec![3]));
    assert_eq!((result.collected(&four).len(), result.collected(&three).len()), (1, 1));
}

#[test]
fn a_co_grouping_is_checked_as_what_the_author_wrote() {
    let pipeline = Pipeline::new();
    let orders = pipeline.create([('a', 1)]).window(Window::fixed(secs(10)));
    let payments = pipeline.create([('a', 2)]).window(Window::fixed(secs(20)));
    let joined = (&orders, &payments).co_group_by_key().named("Join");
    let graph = pipeline.graph();
    let needs: Vec<Capability> = graph
        .requirements()
        .iter()
        .filter(|needed| graph.step(needed.at).path.starts_with("Join"))
        .map(|needed| {
            assert_eq!(graph.step(needed.at).path, "Join");
            needed.capability
        })
        .collect();
    assert!(needs.contains(&Capability::Flatten) && needs.contains(&Capability::Gbk));
    let problems = preflight::check(&graph, &Support::everything(), "direct");
    assert_eq!(problems.len(), 1, "{problems:?}");
    let problem = problems[0].to_string();
    assert!(problem.contains("[windowing-mismatch]: `Join` unites"), "{problem}");
    let drawing = graph.render(heliostat::graph::Format::Text);
    assert!(drawing.contains("Join (co group by key)\n"), "{drawing}");
    assert!(!drawing.contains("Untag"), "{drawing}");
    assert_eq!(graph.collection(joined.id()).element, "(char, (Group<i32>, Group<i32>))");
}

#[test]
fn distinct_elements_come_from_their_first_pane_alone() {
    for accumulation in [Accumulation::Discarding, Accumulation::Accumulating] {
        for seed in 0..SEEDS {
            let pipeline = Pipeline::new();
            let script = TestStream::new()
                .add([('a', at(1))])
                .add([('a', at(2)), ('b', at(3))])
                .watermark(at(10))
                .add([('b', at(4)), ('a', at(11))]);
            let elements = pipeline.test_stream(script).window(at_once(accumulation));
            let distinct = elements.distinct().windowed().collect();
            let result = DirectRunner::default().seed(seed).run(&pipeline).expect("it is right");
            let mut seen: Vec<_> = result
                .collected(&distinct)
                .into_iter()
                .map(|element| (element.window.start(), element.value))
                .collect();
            seen.sort();
            assert_eq!(seen, [(at(0), 'a'), (at(0), 'b'), (at(10), 'a')]);
        }
    }
}

#[test]
fn the_latest_is_found_by_timestamp_and_stamped_by_the_windowing() {
    for seed in 0..SEEDS {
        let pipeline = Pipeline::new();
        let readings = [((1, 'a'), at(8)), ((1, 'b'), at(2)), ((1, 'c'), at(8)), ((2, 'd'), at(3))];
        let readings =
            pipeline.create_timestamped(readings).window(Window::fixed(secs(10)).discarding());
        let latest = readings.latest_per_key().windowed().collect();
        let nothing: [char; 0] = [];
        let of_none = pipeline.create(nothing).latest_globally().collect();
        let result = DirectRunner::default().seed(seed).run(&pipeline).expect("it is right");
        let mut seen: Vec<_> = result
            .collected(&latest)
            .into_iter()
            .map(|pane| (pane.value, pane.timestamp))
            .collect();
        seen.sort();
        // Of the two at 8s it is the one whose bytes come last, in whatever order they come.
        let end = at(10) - millis(1);
        assert_eq!(seen, [((1, Some('c')), end), ((2, Some('d')), end)]);
        assert_eq!(result.collected(&of_none), [None]);
    }
}

#[test]
fn top_gives_one_list_per_pane() {
    for seed in 0..SEEDS {
        let pipeline = Pipeline::new();
        let script = TestStream::new()
            .add([(('a', 3), at(1)), (('a', 9), at(2)), (('a', 5), at(3))])
            .watermark(at(10))
            .add([(('a', 7), at(4))]);
        let window = Window::fixed(secs(10)).allowed_lateness(secs(20)).accumulating();
        let scores = pipeline.test_stream(script).window(window);
        let top = scores.top_per_key(2).collect();
        let smallest = scores.smallest_per_key(2).collect();
        let nothing: [i64; 0] = [];
        let of_none = pipeline.create(nothing).top_globally(3).collect();
        let result = DirectRunner::default().seed(seed).run(&pipeline).expect("it is right");
        assert_eq!(result.collected(&top), [('a', vec![9, 5]), ('a', vec![9, 7])]);
        assert_eq!(result.collected(&smallest), [('a', vec![3, 5]), ('a', vec![3, 5])]);
        assert_eq!(result.collected(&of_none), [Vec::<i64>::new()]);
    }
}

#[test]
fn a_part_that_is_not_there_fails_the_bundle_and_names_the_step() {
    let pipeline = Pipeline::new();
    let parts = pipeline.create([1, 7]).partition(2, |n, _| *n);
    let _ = parts[0].clone().named("By size");
    let error = DirectRunner::default().run(&pipeline).expect_err("there is no part 7");
    assert_eq!(error.kind(), RunErrorKind::Failed);
    let message = error.to_string();
    assert!(message.contains("`By size`"), "{message}");
    assert!(
        message.contains("there is no part 7: the function must give a number below 2"),
        "{message}"
    );
}

#[test]
fn a_partition_without_parts_panics_where_it_is_built() {
    let pipeline = Pipeline::new();
    let numbers = pipeline.create([1]);
    let panicked = heliostat::catch_panic(|| numbers.partition(0, |_, _| 0).len());
    let panicked = panicked.expect_err("there is nowhere to go").to_string();
    assert!(panicked.contains("a partition needs at least one part"), "{panicked}");
}

#[test]
fn behind_a_fanout_the_windowing_is_that_of_the_plain_combine() {
    let windows = [
        Window::fixed(secs(10)),
        at_once(Accumulation::Accumulating),
        at_once(Accumulation::Discarding),
        Window::global()
            .trigger(repeatedly(after_count(3)))
            .closing_behavior(ClosingBehavior::Always)
            .accumulating(),
    ];
    for window in windows {
        let pipeline = Pipeline::new();
        let numbers = pipeline.create([('a', 1)]).window(window);
        let plain = numbers.combine_per_key(Sum);
        let spread = numbers.combine_per_key_with_fanout(3, Sum);
        let graph = pipeline.graph();
        let windowing = |sums: &PCollection<(char, i32)>| &graph.collection(sums.id()).windowing;
        assert_eq!(windowing(&spread), windowing(&plain));
        let inner = graph.find("Combine with fanout/Combine per shard").expect("it is a part");
        let inner = &graph.collection(inner.inputs[0]).windowing;
        assert_eq!(inner.accumulation, Accumulation::Discarding);
        let outer = graph.find("Combine with fanout/Merge shards").expect("it is a part");
        let outer = &graph.collection(outer.inputs[0]).windowing;
        assert_eq!(outer, &graph.collection(numbers.id()).windowing);
    }
}

#[test]
fn windows_that_were_merged_can_be_told_to_merge_again() {
    for (before, after) in [
        (MergeStatus::AlreadyMerged, MergeStatus::NeedsMerge),
        (MergeStatus::NonMerging, MergeStatus::NonMerging),
    ] {
        let windowing = Windowing { merge_status: before, ..Windowing::default() };
        let change = WindowingChange { merge_again: true, ..WindowingChange::default() };
        assert_eq!(change.applied_to(&windowing).merge_status, after);
    }
}

#[test]
fn a_fanout_is_needed_by_name_and_drawn_as_one_step() {
    let pipeline = Pipeline::new();
    let numbers = pipeline.create([('a', 1)]);
    let _ = numbers.combine_per_key_with_fanout(3, Sum).named("Per key");
    let _ = numbers.values().combine_globally_with_fanout(3, Sum).named("Of all");
    let graph = pipeline.graph();
    for name in ["Per key", "Of all"] {
        let mut needs = graph.requirements().into_iter();
        let needed = needs.any(|needed| {
            needed.capability == Capability::CombineFanout && graph.step(needed.at).path == name
        });
        assert!(needed, "{name}");
    }
    let accumulating = at_once(Accumulation::Accumulating);
    let _ = numbers.window(accumulating).combine_per_key_with_fanout(3, Sum).named("Shown again");
    let needs = pipeline.graph().requirements();
    assert!(needs.iter().any(|needed| needed.capability == Capability::ModeDiscarding));
    let drawing = graph.render(heliostat::graph::Format::Text);
    assert!(drawing.contains("Per key (combine with fanout)\n"), "{drawing}");
    assert!(!drawing.contains("shard"), "{drawing}");
    let panicked = heliostat::catch_panic(|| numbers.combine_per_key_with_fanout(0, Sum).id());
    let panicked = panicked.expect_err("there is no shard").to_string();
    assert!(panicked.contains("a fanout needs at least one shard"), "{panicked}");
}
