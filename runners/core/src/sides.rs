//! Side inputs on one worker: what a view holds, window by window, and what waits for it.
//!
//! A [`ViewStore`] takes the panes of one view and answers what its readers see in a window of
//! theirs; a [`PushedBack`] keeps the main elements of one reader until all its views are ready
//! (model.md 7).

mod gate;
mod pushed_back;
mod saved;
mod store;

pub use gate::{Admitted, Gate};
pub use pushed_back::{PUSHED_BACK_MAX, PushedBack, per_window};
pub use saved::{SavedPane, SavedView};
pub use store::{Sight, ViewStore};

#[cfg(test)]
mod tests;
