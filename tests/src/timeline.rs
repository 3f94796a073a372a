//! A run of a case as a picture: what came when, where the watermark was, which panes fired.
//!
//! Event time goes to the right. Upwards goes processing time where the script moves it, else one
//! row for each event. An element is a dot where it happened and came. A pane is a box: as wide as
//! its window, from the firing before, or from the first element, up to the moment it fired. The
//! watermark is a line; a dropped element is crossed out.

mod history;
mod scale;
mod rows;
mod place;
mod labels;
mod draw;
#[cfg(test)]
mod tests;

use heliostat::Runner;

use crate::case::{Case, Expectation};
use crate::outcome::guarded;
use crate::pipelines::build_ticking;
use crate::planned::planned;
use history::History;
use labels::Picture;

/// The picture of one run.
///
/// ```
/// use heliostat_conformance::{Timeline, case};
///
/// let text = "pipeline sum_per_key\nwindow fixed 10\n\
///             add a=1 @3\nadd a=2 @7\nwatermark 10\n\
///             pane a=3 [0,10) on_time 0 first last\n";
/// let case = case::parse(text, "sum.case")?;
/// for runner in heliostat::runners() {
///     let timeline = Timeline::of(&case, runner.as_ref())?;
///     assert!(timeline.to_svg().contains(">ON_TIME 0</text>"));
///     assert_eq!(timeline.crowded(), Vec::<String>::new());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Timeline {
    picture: Picture,
    /// What a reader hears who does not see it.
    about: String,
}

impl Timeline {
    /// Runs a case and draws what happened. The runner must work in this process, and take one event
    /// of a script after the other.
    ///
    /// # Errors
    /// If the case has no output, or the run fails.
    pub fn of(case: &Case, runner: &dyn Runner) -> Result<Self, String> {
        if let Some(capability) = planned(case) {
            return Err(format!("`{capability}` is not built yet"));
        }
        let Expectation::Output(_) = &case.expectation else {
            return Err(format!(
                "{}: it expects no output, so there is nothing to draw",
                case.name
            ));
        };
        let (panes, dropped) = match observed(case, runner, true) {
            // Not every grouping can say what it dropped.
            Err(_) => observed(case, runner, false)?,
            Ok(seen) => seen,
        };
        let history = History::of(case, panes, &dropped);
        if history.panes.is_empty() {
            return Err(format!("{}: it made no pane, so there is nothing to draw", case.name));
        }
        let about = format!("{}: {}", case.name, case.description.join(" "));
        Ok(Self { picture: Picture::of(&history), about })
    }

    /// The picture, readable on light and on dark.
    pub fn to_svg(&self) -> String {
        draw::svg(&self.picture, &self.about)
    }

    /// The labels that found no place of their own; a good picture has none.
    pub fn crowded(&self) -> Vec<String> {
        self.picture.crowded()
    }
}

type Observed = (Vec<(usize, crate::case::Pane)>, Vec<crate::case::Dropped>);

/// What a run gave: panes with their events, and what was dropped if that is asked for.
fn observed(case: &Case, runner: &dyn Runner, with_dropped: bool) -> Result<Observed, String> {
    let mut case = case.clone();
    if let Expectation::Output(output) = &mut case.expectation {
        output.dropped = with_dropped.then(Vec::new);
    }
    guarded(|| {
        let built = build_ticking(&case)?;
        let result = runner.run(&built.pipeline).map_err(|error| error.to_string())?;
        let dropped = built.output(&result).dropped.unwrap_or_default();
        Ok((built.panes_by_event(&result), dropped))
    })?
}
