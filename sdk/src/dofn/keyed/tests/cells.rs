//! Every kind of cell.

use super::{process, row_of, saved, seconds, work};
use crate::graph::KeyedWork;
use crate::{
    BagState, CellOptions, CombiningState, Context, Declare, DoFn, Interval, MapState,
    MultimapState, OrderedListState, Result, SetState, Sum, Timestamp, ValueState,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One cell of each kind.
struct AllKinds {
    value: ValueState<Self, i64>,
    bag: BagState<Self, i64>,
    sum: CombiningState<Self, i64, Sum>,
    map: MapState<Self, i64, i64>,
    set: SetState<Self, i64>,
    multimap: MultimapState<Self, i64, i64>,
    list: OrderedListState<Self, i64>,
}

/// What is to be done with a cell: the number of a deed, and two numbers for it.
type Deed = (u8, i64, i64);

const DEEDS: u8 = 18;
/// Gives all that is in the cells.
const TELL: Deed = (DEEDS, 0, 0);

impl AllKinds {
    fn declared(declare: &mut Declare<Self>) -> Self {
        Self {
            value: declare.value_with("value", CellOptions::new().merged_by(|a, b| 10 * a + b)),
            bag: declare.bag("bag"),
            sum: declare.combining("sum", Sum),
            map: declare.map_with("map", CellOptions::new().merged_by(|a, b| 10 * a + b)),
            set: declare.set("set"),
            multimap: declare.multimap("multimap"),
            list: declare.ordered_list("list"),
        }
    }

    fn tell(&self, context: &Context<'_, Self>) -> Result<String> {
        Ok(format!(
            "{:?} {:?} {} {:?} {:?} {:?} {:?} {:?}",
            self.value.read(context)?,
            self.bag.read(context)?.collect::<Vec<_>>(),
            self.sum.get(context)?,
            self.map.entries(context)?.collect::<Vec<_>>(),
            self.set.read(context)?.collect::<Vec<_>>(),
            self.multimap.entries(context)?.collect::<Vec<_>>(),
            self.multimap.keys(context)?.collect::<Vec<_>>(),
            self.list.read(context)?.map(|(at, n)| (at.millis(), n)).collect::<Vec<_>>(),
        ))
    }
}

impl DoFn for AllKinds {
    type Input = (u8, Deed);
    type Output = String;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        _: &mut (),
        (_, (deed, a, b)): (u8, Deed),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        let at = Timestamp::from_millis;
        match deed {
            0 => self.value.write(context, a),
            1 => self.value.clear(context),
            2 | 3 => self.bag.add(context, a),
            4 => self.bag.clear(context),
            5 | 6 => self.sum.add(context, a),
            7 => self.sum.clear(context),
            8 | 9 => self.map.put(context, a, b),
            10 => self.map.put_if_absent(context, a, b).map(drop),
            11 => self.map.remove(context, &a),
            12 => self.set.add(context, a),
            13 => self.set.remove(context, &a),
            14 => self.multimap.put(context, a, b),
            15 => self.multimap.remove(context, &a),
            16 => self.list.add(context, at(a), b),
            17 => self.list.clear_range(context, at(a)..at(b)),
            _ => {
                let all = self.tell(context)?;
                context.emit(all);
                Ok(())
            }
        }
    }
}

/// The same without cells. All keys are small, so that their bytes are in the order of the numbers.
#[derive(Clone, Debug, Default)]
struct Model {
    value: Option<i64>,
    bag: Vec<i64>,
    sum: i64,
    map: BTreeMap<i64, i64>,
    set: BTreeSet<i64>,
    multimap: BTreeMap<i64, Vec<i64>>,
    list: Vec<(i64, i64)>,
}

impl Model {
    fn apply(&mut self, (deed, a, b): Deed) {
        match deed {
            0 => self.value = Some(a),
            1 => self.value = None,
            2 | 3 => self.bag.push(a),
            4 => self.bag.clear(),
            5 | 6 => self.sum += a,
            7 => self.sum = 0,
            8 | 9 => self.map.extend([(a, b)]),
            10 => self.map.extend((!self.map.contains_key(&a)).then_some((a, b))),
            11 => self.map.retain(|&key, _| key != a),
            12 => self.set.extend([a]),
            13 => self.set.retain(|&value| value != a),
            14 => self.multimap.entry(a).or_default().push(b),
            15 => self.multimap.retain(|&key, _| key != a),
            16 => {
                self.list.push((a, b));
                self.list.sort_by_key(|&(at, _)| at);
            }
            _ => self.list.retain(|(at, _)| !(a..b).contains(at)),
        }
    }

    fn merge(&mut self, other: Self) {
        self.value = match (self.value, other.value) {
            (Some(a), Some(b)) => Some(10 * a + b),
            (a, b) => a.or(b),
        };
        self.bag.extend(other.bag);
        self.sum += other.sum;
        for (key, value) in other.map {
            self.map.entry(key).and_modify(|kept| *kept = 10 * *kept + value).or_insert(value);
        }
        self.set.extend(other.set);
        for (key, values) in other.multimap {
            self.multimap.entry(key).or_default().extend(values);
        }
        self.list.extend(other.list);
        self.list.sort_by_key(|&(at, _)| at);
    }

    fn tell(&self) -> String {
        let entries = self.multimap.iter();
        let entries = entries.flat_map(|(&key, values)| values.iter().map(move |&it| (key, it)));
        format!(
            "{:?} {:?} {} {:?} {:?} {:?} {:?} {:?}",
            self.value,
            self.bag,
            self.sum,
            self.map.iter().map(|(&key, &value)| (key, value)).collect::<Vec<_>>(),
            self.set.iter().collect::<Vec<_>>(),
            entries.collect::<Vec<_>>(),
            self.multimap.keys().collect::<Vec<_>>(),
            self.list,
        )
    }
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    proptest::collection::vec((0..DEEDS, 0..8_i64, 0..8_i64), 0..60)
}

/// Many of one kind, so that a cell has several pieces.
fn filling() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![Just(2_u8), Just(8), Just(12), Just(14), Just(16)];
    (deed, proptest::collection::vec((0..60_i64, 0..60_i64), 0..700))
        .prop_map(|(deed, all)| all.into_iter().map(|(a, b)| (deed, a, b)).collect())
}

fn window() -> Interval {
    seconds(0, 10)
}

/// Does all this to the cells of a key, and to the model.
fn act(work: &mut dyn KeyedWork, key: u8, deeds: &[Deed], model: &mut Model) {
    let elements: Vec<(u8, Deed)> = deeds.iter().map(|&deed| (key, deed)).collect();
    process::<_, String>(work, elements, &window(), 0).unwrap();
    deeds.iter().for_each(|&deed| model.apply(deed));
}

fn tell(work: &mut dyn KeyedWork, key: u8) -> String {
    process(work, vec![(key, TELL)], &window(), 0).unwrap().remove(0)
}

proptest! {
    #[test]
    fn cells_are_what_their_names_say_and_a_failed_bundle_leaves_no_trace(
        filled in filling(),
        (first, failed, last, other) in (deeds(), deeds(), deeds(), deeds()),
    ) {
        let mut work = work(AllKinds::declared);
        let (mut model, mut of_other) = (Model::default(), Model::default());
        act(&mut *work, 1, &filled, &mut model);
        act(&mut *work, 1, &first, &mut model);
        act(&mut *work, 2, &other, &mut of_other);
        prop_assert_eq!(tell(&mut *work, 1), model.tell());
        work.commit();
        act(&mut *work, 1, &failed, &mut model.clone());
        act(&mut *work, 3, &failed, &mut Model::default());
        let new = row_of(&mut *work, (3_u8, TELL), &window());
        work.roll_back();
        prop_assert!(work.is_empty(new, Timestamp::MIN));
        prop_assert_eq!(tell(&mut *work, 1), model.tell());
        act(&mut *work, 1, &last, &mut model);
        prop_assert_eq!(tell(&mut *work, 1), model.tell());
        prop_assert_eq!(tell(&mut *work, 2), of_other.tell());
        let row = row_of(&mut *work, (1_u8, TELL), &window());
        work.wipe(row);
        prop_assert_eq!(tell(&mut *work, 1), Model::default().tell());
    }

    #[test]
    fn what_is_undone_to_a_mark_leaves_no_trace_and_a_bundle_is_still_undone_whole(
        (filled, first, before) in (filling(), deeds(), deeds()),
        marked in proptest::collection::vec((deeds(), any::<bool>()), 0..6),
    ) {
        let mut work = work(AllKinds::declared);
        let mut model = Model::default();
        act(&mut *work, 1, &filled, &mut model);
        act(&mut *work, 1, &first, &mut model);
        work.commit();
        let mut of_bundle = model.clone();
        act(&mut *work, 1, &before, &mut of_bundle);
        for (deeds, fails) in marked {
            work.mark();
            if fails {
                act(&mut *work, 1, &deeds, &mut of_bundle.clone());
                act(&mut *work, 3, &deeds, &mut Model::default());
                work.undo_to_mark();
            } else {
                act(&mut *work, 1, &deeds, &mut of_bundle);
            }
            prop_assert_eq!(tell(&mut *work, 1), of_bundle.tell());
        }
        prop_assert_eq!(tell(&mut *work, 3), Model::default().tell());
        work.roll_back();
        prop_assert_eq!(tell(&mut *work, 1), model.tell());
    }

    #[test]
    fn what_is_saved_can_be_loaded_and_what_is_cut_cannot(
        filled in filling(),
        deeds in deeds(),
    ) {
        let mut before = work(AllKinds::declared);
        act(&mut *before, 9, &filled, &mut Model::default());
        act(&mut *before, 4, &deeds, &mut Model::default());
        let mut after = work(AllKinds::declared);
        for row in before.open_rows() {
            let (key, window, cells) = saved(&*before, row);
            let loaded = after.load_row(&key, window.clone(), &cells).unwrap();
            prop_assert_eq!(saved(&*after, loaded), (key.clone(), window.clone(), cells.clone()));
            for mut cell in cells {
                cell.bytes.pop();
                let cut = work(AllKinds::declared).load_row(&key, window.clone(), &[cell]);
                prop_assert!(cut.is_err());
            }
        }
        for key in [9, 4] {
            prop_assert_eq!(tell(&mut *after, key), tell(&mut *before, key));
        }
    }

    #[test]
    fn cells_merge_as_their_kinds_do(
        filled in filling(),
        (into, from) in (deeds(), deeds()),
    ) {
        let mut work = work(AllKinds::declared);
        let (mut kept, mut moved) = (Model::default(), Model::default());
        act(&mut *work, 1, &into, &mut kept);
        act(&mut *work, 2, &filled, &mut moved);
        act(&mut *work, 2, &from, &mut moved);
        work.commit();
        let to = row_of(&mut *work, (1_u8, TELL), &window());
        let other = row_of(&mut *work, (2_u8, TELL), &window());
        let before = (kept.tell(), moved.tell());
        work.merge(to, other, Timestamp::MIN).unwrap();
        kept.merge(moved);
        prop_assert_eq!(tell(&mut *work, 1), kept.tell());
        prop_assert!(work.is_empty(other, Timestamp::MIN));
        work.roll_back();
        prop_assert_eq!((tell(&mut *work, 1), tell(&mut *work, 2)), before);
    }
}
