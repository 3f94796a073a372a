//! The one line that tells somebody at a terminal how far a run is.

use super::console::{Console, Device};
use super::number::{rate, thousands};
use crate::{Clock, Duration, SystemClock, Timestamp, millis};
use indicatif::{ProgressBar, ProgressStyle};

/// Runs tell their progress once per bundle; eyes are slower.
const REDRAW_EVERY: Duration = millis(50);

/// How often the line shows that the program is alive, whatever the run tells.
const TICK_EVERY: std::time::Duration = std::time::Duration::from_millis(100);

/// A line at the bottom of a terminal; gone when dropped.
pub(super) struct ProgressLine {
    console: Console,
    bar: ProgressBar,
    started: Timestamp,
    redrawn: Timestamp,
}

impl ProgressLine {
    /// A line, if somebody looks on.
    pub(super) fn begin(console: &Console) -> Option<Self> {
        match console.remarks_on() {
            Device::File => None,
            Device::Terminal => {
                let style = ProgressStyle::with_template("{spinner} {msg}, {elapsed}")
                    .expect("the template names only what indicatif knows");
                let bar = ProgressBar::new_spinner().with_style(style).with_message("starting");
                bar.enable_steady_tick(TICK_EVERY);
                console.begin_progress(bar.clone());
                let started = SystemClock.now();
                Some(Self { console: console.clone(), bar, started, redrawn: Timestamp::MIN })
            }
        }
    }

    /// Shows how far the run is, if it is time to.
    pub(super) fn tell(&mut self, elements: u64, watermark: Timestamp) {
        let now = SystemClock.now();
        if now - self.redrawn < REDRAW_EVERY {
            return;
        }
        self.redrawn = now;
        self.bar.set_message(message(elements, watermark, now - self.started));
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.console.end_progress();
    }
}

fn message(elements: u64, watermark: Timestamp, elapsed: Duration) -> String {
    let per_second = thousands(rate(elements, elapsed));
    let elements = thousands(elements);
    // A bounded read keeps its watermark at MIN until its end: nothing to look at.
    if watermark == Timestamp::MIN {
        format!("{elements} elements, {per_second}/s")
    } else {
        format!("{elements} elements, {per_second}/s, watermark {watermark}")
    }
}

#[cfg(test)]
mod tests {
    use super::message;
    use crate::{Timestamp, secs};

    #[test]
    fn the_line_tells_elements_rate_and_watermark() {
        for (watermark, line) in [
            (Timestamp::MIN, "17,640 elements, 8,820/s"),
            (Timestamp::secs(90), "17,640 elements, 8,820/s, watermark 1970-01-01T00:01:30Z"),
        ] {
            assert_eq!(message(17_640, watermark, secs(2)), line);
        }
    }
}
