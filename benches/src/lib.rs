//! Workloads that heliostat is measured with, each beside a loop written by hand for it alone and
//! a dataflow of timely.
//!
//! How to run the programs, and what they print: `benches/README.md`.

pub mod check;
pub mod checked;
pub mod replay;
pub mod measure;
pub mod turns;
pub mod workloads;
pub mod w1;
pub mod w2;
pub mod w3;
pub mod w4;
pub mod w5;
pub mod flights;
pub mod latency;
pub mod engine;
pub mod keyed;

mod chance;
mod events;
mod flow;
