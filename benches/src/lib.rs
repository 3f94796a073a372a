//! Workloads that heliostat is measured with, each beside a loop written by hand for it alone.
//!
//! How to run the programs, and what they print: `benches/README.md`.

pub mod engine;
pub mod keyed;
pub mod measure;
pub mod w2;
