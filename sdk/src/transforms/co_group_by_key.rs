//! The values of several collections together, by key.

mod tagged;

use self::tagged::{Tagged2, Tagged3, Tagged4, Tagged5};
use super::group_by_key::DroppedOutput;
use crate::graph::build::Caller;
use crate::graph::{Composite, erase};
use crate::{Element, Group, Key, PCollection, Pipeline};
use std::panic::Location;
use std::rc::Rc;

/// Two to five keyed collections that can be grouped together: a tuple of them, or of references
/// to them, with the same type of key.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let pipeline = Pipeline::new();
/// let orders = pipeline.create([("ann", 30), ("bob", 5)].map(|(k, v)| (Str::from(k), v)));
/// let mails = pipeline.create([(Str::from("ann"), Str::from("ann@example.org"))]);
/// let customers = (&orders, &mails).co_group_by_key().collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// let mut seen: Vec<(Str, Vec<i32>, usize)> = result
///     .collected(&customers)
///     .into_iter()
///     .map(|(name, (orders, mails))| (name, orders.to_vec().unwrap(), mails.len()))
///     .collect();
/// seen.sort();
/// assert_eq!(seen, [("ann".into(), vec![30], 1), ("bob".into(), vec![5], 0)]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub trait CoGroupByKey: sealed::Sealed {
    /// The keys they share.
    type Key: Key;
    /// One group for each collection.
    type Groups: Element;

    /// The values of each key in each of the collections, per window and pane (model.md 9.1).
    ///
    /// A key that only some of them have gets empty groups for the others: an outer join. The
    /// collections must be windowed alike; preflight says so if not. Their order within the tuple
    /// is that of the groups.
    fn co_group_by_key(&self) -> PCollection<(Self::Key, Self::Groups)>;
}

mod sealed {
    pub trait Sealed {}
}

/// A group per input.
trait Sorted: Element {
    type Tagged: Element;
    /// Those among the values of all inputs.
    fn among(all: &Group<Self::Tagged>) -> Self;
}

/// The values of one input as what they are among those of all inputs.
fn tag<K: Key, V: Element, T: Element>(
    input: &PCollection<(K, V)>,
    name: &str,
    tagged: impl Fn(V) -> T + Send + Sync + 'static,
    caller: Caller,
) -> PCollection<(K, T)> {
    let tag = erase::map(move |(key, value): (K, V)| (key, tagged(value)));
    input.element_wise(name, tag, false, caller)
}

/// Adds the parts behind the tagging: a flatten, a grouping, and the way back to groups.
fn untagged<K: Key, S: Sorted>(
    tagged: Vec<PCollection<(K, S::Tagged)>>,
    caller: Caller,
) -> PCollection<(K, S)> {
    let pipeline = Pipeline { builder: Rc::clone(&tagged[0].builder) };
    let grouping = pipeline.united(tagged, caller).grouping(DroppedOutput::Counted, caller);
    let groups: PCollection<(K, Group<S::Tagged>)> =
        PCollection::new(&pipeline.builder, grouping.groups, grouping.step);
    let sort = |(key, all): &(K, Group<S::Tagged>), out: &mut Vec<(K, S)>| {
        out.push((key.clone(), S::among(all)));
        Ok(())
    };
    groups.element_wise("Untag", erase::flat_map_by_reference(sort), false, caller)
}

macro_rules! co_groups {
    ($($tagged:ident: $($value:ident $at:tt $name:literal),+;)*) => {$(
        impl<$($value: Element),+> Sorted for ($(Group<$value>,)+) {
            type Tagged = $tagged<$($value),+>;

            fn among(all: &Group<Self::Tagged>) -> Self {
                ($(Group::among::<$at, _>(all),)+)
            }
        }

        impl<K: Key, $($value: Element),+> CoGroupByKey for ($(&PCollection<(K, $value)>,)+) {
            type Key = K;
            type Groups = ($(Group<$value>,)+);

            #[track_caller]
            fn co_group_by_key(&self) -> PCollection<(K, Self::Groups)> {
                let caller = Location::caller();
                let inputs = [$(self.$at.id()),+];
                let builder = &self.0.builder;
                let composite = ("Co group by key", Composite::CoGroupByKey);
                builder.composite(composite, &inputs, caller, |id| {
                    let tagged =
                        vec![$(tag(self.$at, $name, $tagged::$value, caller)),+];
                    let groups = untagged::<K, Self::Groups>(tagged, caller);
                    builder.composite_outputs(id, &[groups.id()]);
                    groups.made_by(id)
                })
            }
        }

        impl<K: Key, $($value: Element),+> CoGroupByKey for ($(PCollection<(K, $value)>,)+) {
            type Key = K;
            type Groups = ($(Group<$value>,)+);

            #[track_caller]
            fn co_group_by_key(&self) -> PCollection<(K, Self::Groups)> {
                ($(&self.$at,)+).co_group_by_key()
            }
        }

        impl<K: Key, $($value: Element),+> sealed::Sealed for ($(PCollection<(K, $value)>,)+) {}
        impl<K: Key, $($value: Element),+> sealed::Sealed for ($(&PCollection<(K, $value)>,)+) {}
    )*};
}

co_groups! {
    Tagged2: A 0 "Tag first", B 1 "Tag second";
    Tagged3: A 0 "Tag first", B 1 "Tag second", C 2 "Tag third";
    Tagged4: A 0 "Tag first", B 1 "Tag second", C 2 "Tag third", D 3 "Tag fourth";
    Tagged5:
        A 0 "Tag first", B 1 "Tag second", C 2 "Tag third", D 3 "Tag fourth", E 4 "Tag fifth";
}
