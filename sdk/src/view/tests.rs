//! What views are made of, and what steps that read them make.

use crate::batch::{Batch, ColumnExt, Meta, Timestamps};
use crate::graph::{Composite, SideSpec, Transform, ViewKind};
use crate::prelude::*;
use crate::{Key, View};

/// The value of a view of these elements, read back, or the words of the error.
fn read<T: Element, V: Clone + 'static>(view: &View<V>, panes: Vec<T>) -> Result<V, String> {
    let code = view.builder.functions().view(view.id());
    let value = if panes.is_empty() {
        code.empty()
    } else {
        let pane: Vec<Group<T>> = vec![panes.into_iter().collect()];
        code.value(&pane, 0)
    };
    super::erased::read::<V>(&value).cloned().map_err(|error| error.to_string())
}

fn numbers() -> PCollection<i64> {
    Pipeline::new().create([1_i64])
}

fn pairs<K: Key>(key: K) -> PCollection<(K, char)> {
    Pipeline::new().create([(key, 'a')])
}

#[test]
fn a_singleton_is_one_element_or_its_default() {
    let (plain, with_default) = (numbers().as_singleton(), numbers().as_singleton_or(7));
    assert_eq!(read(&plain, vec![3_i64]), Ok(3));
    assert_eq!(read(&with_default, vec![3_i64]), Ok(3));
    assert_eq!(read(&with_default, Vec::<i64>::new()), Ok(7));
    let nothing = read(&plain, Vec::<i64>::new()).expect_err("there is no default");
    assert!(nothing.contains("there is none in this one: say what is read then, with"));
    for view in [&plain, &with_default] {
        let many = read(view, vec![3_i64, 4]).expect_err("there are two");
        assert!(many.contains("there are 2 in a pane of this one: reduce them, with"), "{many}");
    }
}

#[test]
fn an_empty_pane_is_as_empty_as_none() {
    let view = numbers().as_singleton_or(7);
    let code = view.builder.functions().view(view.id());
    let pane: Vec<Group<i64>> = vec![[].into_iter().collect()];
    let value = code.value(&pane, 0);
    assert_eq!(super::erased::read::<i64>(&value).expect("it has a default"), &7);
}

#[test]
fn lists_have_all_elements() {
    for view in [numbers().as_list(), numbers().as_iterable()] {
        assert_eq!(read(&view, vec![3_i64, 1, 3]), Ok(vec![3, 1, 3]));
        assert_eq!(read(&view, Vec::<i64>::new()), Ok(vec![]));
    }
}

#[test]
fn a_map_has_one_value_per_key() {
    let view = pairs(1).as_map();
    let map = read(&view, vec![(1, 'a'), (2, 'b')]).expect("no key comes twice");
    assert_eq!((map.get(&2), map.get(&3), map.len()), (Some(&'b'), None, 2));
    assert_eq!(format!("{map:?}"), "{1: 'a', 2: 'b'}");
    assert!(read(&view, Vec::<(i32, char)>::new()).expect("nothing is wrong").is_empty());
    let twice = read(&view, vec![(1, 'a'), (2, 'b'), (1, 'c')]).expect_err("1 comes twice");
    assert!(twice.contains("but key 1 came twice: combine the values of each key"), "{twice}");
    let texts = read(&pairs(Str::from("x")).as_map(), vec![(Str::from("a b"), 'a'); 2]);
    assert!(texts.expect_err("it comes twice").contains("but key \"a b\" came twice"));
}

#[test]
fn a_multimap_has_all_values_of_a_key() {
    let view = pairs(Str::from("x")).as_multimap();
    let pairs = [("a", 'x'), ("b", 'y'), ("a", 'z')].map(|(key, value)| (Str::from(key), value));
    let map = read(&view, pairs.to_vec()).expect("keys may repeat");
    assert_eq!((map.get("a"), map.get("c"), map.len()), (&['x', 'z'][..], &[][..], 2));
    let all: Vec<_> = map.iter().map(|(key, values)| (key.as_str(), values.len())).collect();
    assert_eq!(all, [("a", 2), ("b", 1)]);
}

#[test]
fn a_combine_is_its_own_pane_and_its_default_where_there_is_none() {
    let view = numbers().combine_globally_as_view(Count);
    let code = view.builder.functions().view(view.id());
    let read = |value| super::erased::read::<u64>(value).cloned().expect("a count is no error");
    assert_eq!((read(&code.value(&vec![4_u64, 5], 1)), read(&code.empty())), (5, 0));
}

#[test]
fn a_view_expands_to_a_grouping_under_the_windowing_of_its_input() {
    let pipeline = Pipeline::new();
    let window = Window::fixed(secs(10)).trigger(repeatedly(after_count(2)));
    let window = window.allowed_lateness(secs(5)).discarding();
    let numbers = pipeline.create([1_i64]).window(window);
    for (view, path, leaves) in [
        (numbers.as_list().id(), "As list", &["Key by nothing", "Group by key", "Values"][..]),
        (
            numbers.combine_globally_as_view(Sum).id(),
            "Combine globally as view",
            &["Key by nothing", "Group by key", "Fold", "Values"],
        ),
    ] {
        let graph = pipeline.graph();
        let step = graph.find(path).expect("it was just built");
        assert_eq!((&step.inputs[..], &step.outputs[..]), (&[numbers.id()][..], &[view][..]));
        let within = graph.leaves().filter(|leaf| leaf.path.starts_with(&format!("{path}/")));
        assert_eq!(within.map(|leaf| leaf.name()).collect::<Vec<_>>(), leaves);
        let panes = &graph.collection(view).windowing;
        assert_eq!(
            panes.to_string(),
            "fixed 10s, repeatedly(after_count(1)), lateness 5s, discarding"
        );
    }
}

#[test]
fn a_step_says_what_it_reads_and_readers_share_a_view() {
    let pipeline = Pipeline::new();
    let factor = pipeline.create([2_i64]).as_singleton();
    let first = pipeline.create([1_i64]).map_with(&factor, |n, factor| n * factor);
    let second = first.filter_with(&factor, |n, factor| n < factor);
    let expected = [SideSpec { collection: factor.id(), kind: ViewKind::Singleton }];
    let graph = pipeline.graph();
    for collection in [first.id(), second.id()] {
        let Transform::ParDo(spec) = &graph.producer(collection).transform else {
            panic!("a reader is a ParDo")
        };
        assert_eq!(spec.sides, expected);
        assert_eq!(graph.producer(collection).inputs.len(), 1);
    }
    let view = graph.find("As singleton").expect("it was built");
    assert_eq!(view.transform, Transform::Composite(Composite::View(ViewKind::Singleton)));
}

#[test]
fn a_view_needs_a_grouping_and_its_reader_what_its_windows_ask() {
    let pipeline = Pipeline::new();
    let everything = pipeline.create([(1, 2)]);
    let fixed = everything.window(Window::fixed(secs(10)));
    let count = Window::global().trigger(repeatedly(after_count(2))).discarding();
    let counted = everything.window(count);
    fixed.combine_globally_as_view(Count);
    fixed.map_with(&everything.as_map(), |n, _| n);
    everything.combine_per_key_with(&counted.as_list(), |_| Sum);
    let graph = pipeline.graph();
    for (path, expected) in [
        ("As map", "gbk"),
        ("Combine globally as view", "combine.globally"),
        ("Map with view", "side.static side.windowed side.map_dup_error"),
        ("Combine per key with view", "gbk combine.context side.static side.triggered"),
        ("Combine per key with view/Fold", ""),
    ] {
        let step = graph.find(path).expect("it was just built");
        let needed = graph.requirements().into_iter().filter(|it| it.at == step.id);
        let ids = needed
            .map(|it| it.capability.id())
            .filter(|id| *id == "gbk" || id.starts_with("side.") || id.starts_with("combine."));
        assert_eq!(ids.collect::<Vec<_>>().join(" "), expected, "{path}");
    }
}

/// What a step makes of numbers at their own second, given the value of its one view.
fn made<U: Element, V>(step: &PCollection<U>, view: &View<V>, input: Vec<i64>) -> Result<Batch> {
    let graph = step.builder.graph();
    let functions = step.builder.functions();
    let mut work = functions.step(&graph.producer(step.id()).path).setup()?;
    let at = input.iter().map(|&second| Timestamp::secs(second)).collect();
    let mut input = Batch::of(input, Meta::at(Timestamps::each(at)));
    let mut out = [Batch::of(Vec::<U>::new(), Meta::default())];
    work.see(&[functions.view(view.id()).empty()]);
    work.process(&mut input, &mut out, &mut 0)?;
    assert!(input.is_empty());
    let [out] = out;
    Ok(out)
}

#[test]
fn closures_get_the_value_and_keep_what_is_known_of_elements() {
    let factor = numbers().as_singleton_or(10);
    let main = PCollection::<i64>::new(&factor.builder, factor.id(), factor.step);
    let mapped = main.map_with(&factor, |n, factor| n * factor);
    let kept = main.filter_with(&factor, |n, factor| n < factor);
    let repeated = main.flat_map_with(&factor, |n, factor| vec![n; (n / factor) as usize]);
    for (step, values, seconds) in [
        (&mapped, vec![10, 20, 110], vec![1, 2, 11]),
        (&kept, vec![1, 2], vec![1, 2]),
        (&repeated, vec![11], vec![11]),
    ] {
        let out = made(step, &factor, vec![1, 2, 11]).expect("nothing is wrong");
        assert_eq!(out.values.typed::<i64>(), &values);
        let at: Vec<_> = (0..values.len()).map(|at| out.meta.timestamps.at(at)).collect();
        assert_eq!(at, seconds.into_iter().map(Timestamp::secs).collect::<Vec<_>>());
    }
}

#[test]
fn a_view_that_cannot_be_made_fails_whoever_reads_it() {
    let factor = numbers().as_singleton();
    let main = PCollection::<i64>::new(&factor.builder, factor.id(), factor.step);
    let mapped = main.map_with(&factor, |n, factor| n * factor);
    let error = made(&mapped, &factor, vec![1]).expect_err("there is no factor");
    assert!(error.to_string().starts_with("a singleton view has one element in each window"));
}

/// Multiplies by one view and adds the length of another.
struct Changed {
    factor: SideInput<Self, i64>,
    others: SideInput<Self, Vec<i64>>,
}

impl DoFn for Changed {
    type Input = i64;
    type Output = i64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), n: i64, context: &mut Context<'_, Self>) -> Result<()> {
        let (factor, others) = (self.factor.get(context)?, self.others.get(context)?);
        context.emit(n * factor + others.len() as i64);
        Ok(())
    }
}

#[test]
fn a_do_fn_reads_its_side_inputs_by_name() {
    let pipeline = Pipeline::new();
    let others = pipeline.create([1_i64]).as_list();
    let factor = pipeline.create([1_i64]).as_singleton_or(3);
    let made = pipeline.create([1_i64]).par_do_with(|declare| {
        let others = declare.side_input(&others);
        Changed { factor: declare.side_input(&factor), others }
    });
    let (graph, functions) = (pipeline.graph(), pipeline.functions());
    let step = graph.producer(made.main().id());
    let Transform::ParDo(spec) = &step.transform else { panic!("a DoFn is a ParDo") };
    let sides: Vec<_> = spec.sides.iter().map(|side| side.collection).collect();
    assert_eq!(sides, [others.id(), factor.id()]);
    let mut work = functions.step(&step.path).setup().expect("it is nothing");
    let list: Vec<Group<i64>> = vec![[5, 6].into_iter().collect()];
    work.see(&[functions.view(others.id()).value(&list, 0), functions.view(factor.id()).empty()]);
    let mut out = [Batch::of(Vec::<i64>::new(), Meta::default())];
    let mut input = Batch::of(vec![1_i64, 2], Meta::default());
    work.process(&mut input, &mut out, &mut 0).expect("nothing is wrong");
    assert_eq!(out[0].values.typed::<i64>(), &[5, 8]);
}
