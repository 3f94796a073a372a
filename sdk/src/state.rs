//! What a step remembers of a key in a window: state cells, declared by a `DoFn` and found by it.
//!
//! A cell is declared in [`par_do_with`](crate::PCollection::par_do_with), which gives a handle. The
//! handle is a field of the `DoFn` and belongs to it by type; what it reads and writes is the cell of
//! the key and window that the [`Context`](crate::Context) in hand is about. State is empty when a
//! key first comes in a window and gone when the window expires. What a bundle that fails has
//! written is undone (model.md 6.1).

/// A handle of a cell: `Copy` whatever it is a handle of, and bound to its `DoFn` by type. Its bounds
/// have the compiler speak of what a cell cannot hold where the field is, before it speaks of methods.
macro_rules! handle {
    ($(#[$doc:meta])* pub struct $name:ident<$($parameter:ident $(: $bound:path)?),+>;) => {
        $(#[$doc])*
        pub struct $name<$($parameter $(: $bound)?),+> {
            /// Its place among the cells of the step.
            cell: u32,
            types: std::marker::PhantomData<fn() -> ($($parameter),+)>,
        }

        impl<$($parameter $(: $bound)?),+> $name<$($parameter),+> {
            pub(super) fn of(cell: u32) -> Self {
                Self { cell, types: std::marker::PhantomData }
            }
        }

        impl<$($parameter $(: $bound)?),+> Clone for $name<$($parameter),+> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<$($parameter $(: $bound)?),+> Copy for $name<$($parameter),+> {}

        impl<$($parameter $(: $bound)?),+> std::fmt::Debug for $name<$($parameter),+> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.cell)
            }
        }
    };
}

mod options;
mod declare;
mod value;
mod bag;
mod combining;
mod map;
mod set;
mod multimap;
mod ordered_list;

pub use bag::BagState;
pub use combining::CombiningState;
pub use map::MapState;
pub use multimap::MultimapState;
pub use options::CellOptions;
pub use ordered_list::OrderedListState;
pub use set::SetState;
pub use value::ValueState;

use crate::Element;
use crate::graph::kernel::Snapshot;

/// A part of each entry, without a copy of the rest.
fn parts<E: Element, T>(
    mut entries: Snapshot<E>,
    part: impl Fn(&E) -> T,
) -> impl Iterator<Item = T> {
    std::iter::from_fn(move || entries.next_ref().map(&part))
}
