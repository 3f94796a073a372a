//! Scripts for pipelines under test, and laws for combine functions.

mod test_stream;
mod script;
mod combine_laws;

pub use combine_laws::{BrokenLaw, CombineLaw, check_combine_laws, check_combine_laws_with};
pub use script::{Script, ScriptEvent};
pub use test_stream::{TestStream, TestStreams};
