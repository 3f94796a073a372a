//! Conformance of runners to the model: cases and checks, how they are run, what came of them.
//!
//! A runner is right if every case and every check that it declares to be able to run comes out as
//! written, and everything else is refused by name before it runs. A runner author's own test is
//! one line:
//!
//! ```
//! # fn main() {
//! for runner in heliostat::runners() {
//!     heliostat_conformance::assert_conforms(runner.as_ref());
//! }
//! # }
//! ```
//!
//! [`run_case`] runs one case; [`command()`] is the same as a program.

pub mod case;

mod embedded;
mod planned;
mod pipelines;
mod grammar;
mod outcome;
mod report;
mod written;
mod oracle;
mod scripts;
mod generated;
mod rigs;
mod withhold;
mod forced;
mod buggy;
mod difference;
mod checks;
mod timeline;
mod command;

pub use buggy::{Bug, Buggy};
pub use case::Case;
pub use checks::{Broken, Check, checks, run_check};
pub use command::command;
pub use difference::{Compared, Difference, compared};
pub use embedded::{cases, suite};
pub use forced::Forced;
pub use generated::{Generated, Leaves, generated, settled};
pub use grammar::offences;
pub use oracle::{Told, is_stateful, oracle, told};
pub use outcome::{Failure, Outcome, assert_conforms, output_of, run_case, run_case_with};
pub use pipelines::{Built, build};
pub use planned::{ask_for_planned, planned};
pub use report::{invocation, report};
pub use rigs::{Rig, mixed, rigs, trusting, variants};
pub use scripts::{script, shrunk};
pub use timeline::Timeline;
pub use withhold::Withhold;
pub use written::written;

#[cfg(feature = "our-runners")]
use heliostat_direct as _;
#[cfg(feature = "our-runners")]
use heliostat_micro_batch as _;
#[cfg(feature = "our-runners")]
use heliostat_per_record as _;
