//! The verbs of a pipeline, in reading order: roots, element-wise steps, windows, groupings, ends.

mod create;
mod read;
mod reshuffle;
mod map;
mod try_map;
mod filter;
mod flat_map;
mod par_do;
mod view;
mod map_with;
mod partition;
mod with_keys;
mod swap;
mod timestamps;
mod window;
mod windowed;
mod group_by_key;
mod co_group_by_key;
mod combine_per_key;
mod combine_with_fanout;
mod combine_globally;
mod combine_with_view;
mod count;
mod sum;
mod mean;
mod extremes;
mod top;
mod latest;
mod distinct;
mod flatten_with;
mod write;

pub use co_group_by_key::CoGroupByKey;
pub use flat_map::{Emit, Outcome};
pub use par_do::ParDoOutputs;
pub(crate) use timestamps::check_skew;
pub use write::WriteStep;
