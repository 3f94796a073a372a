//! Scripts for pipelines under test, laws for combine functions, and smaller inputs that still fail.

mod test_stream;
mod script;
mod combine_laws;
mod minimized;

pub use combine_laws::{BrokenLaw, CombineLaw, check_combine_laws, check_combine_laws_with};
pub(crate) use minimized::minimized_within;
pub use minimized::{MINIMIZING_TRIES_MAX, Minimized, minimized};
pub use script::{Script, ScriptEvent};
pub use test_stream::{TestStream, TestStreams};
