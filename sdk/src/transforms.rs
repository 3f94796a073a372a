//! The verbs of a pipeline, in reading order: roots, element-wise steps, windows, groupings, ends.

mod create;
mod read;
mod map;
mod try_map;
mod filter;
mod flat_map;
mod par_do;
mod with_keys;
mod timestamps;
mod window;
mod windowed;
mod group_by_key;
mod combine_per_key;
mod combine_globally;
mod count;
mod sum;
mod mean;
mod extremes;
mod flatten_with;
mod write;

pub use flat_map::{Emit, Outcome};
pub use par_do::ParDoOutputs;
pub(crate) use timestamps::check_skew;
pub use write::WriteStep;
