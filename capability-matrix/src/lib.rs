//! The capability matrix: what runners declare, crossed with what cases and checks showed.
//!
//! Nobody writes a cell. A runner declares how far it does what a capability claims; the cases that
//! show the capability are run on it; only where both agree is there a cell, and where they do not
//! there is a complaint, which fails the build.
//!
//! ```
//! use heliostat::{Capability, Finding};
//! use heliostat_capability_matrix::column;
//!
//! for rig in heliostat_conformance::rigs() {
//!     let column = column(rig.runner.into());
//!     assert_eq!(column.matrix.cell(Capability::ModeRetracting).bounded, Finding::Planned);
//! }
//! ```

mod beam;
mod evidence;
mod collect;
mod invocations;
mod figures;
mod html;
mod json;
mod page;
mod place;
mod command;
mod verdict;

pub use beam::{Beam, BeamRow, Declared};
pub use collect::{Column, column};
pub use command::command;
pub use evidence::Evidence;
pub use figures::{Figures, Rate, RunnerFigures};
pub use html::html;
pub use invocations::Invocations;
pub use json::json;
pub use page::page;
pub use place::{FIGURES, HTML, PAGE, matrix_path};
pub use verdict::verdict;
