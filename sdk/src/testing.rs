//! Scripts for pipelines under test.

mod test_stream;
mod script;

pub use script::{Script, ScriptEvent};
pub use test_stream::{TestStream, TestStreams};
