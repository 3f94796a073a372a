//! The sessions of each user of a site, from page views of which some come late.

#![expect(clippy::print_stdout, reason = "the last words of the run are for a person")]

use heliostat::Summary;
use heliostat::prelude::*;
use heliostat_direct as _;
use heliostat_files::csv;
use heliostat_micro_batch as _;
use heliostat_per_record as _;
use serde::{Deserialize, Serialize};
use std::cell::OnceCell;
use std::path::PathBuf;

/// The sessions of each user of a site, from page views of which some come late
#[derive(clap::Args)]
struct Options {
    /// The page views, as CSV with `at`, `user` and `page`
    #[arg(long)]
    input: PathBuf,
    /// A session ends when its user has looked at nothing for so long
    #[arg(long, default_value = "30m")]
    gap: Duration,
    /// How far out of order page views are expected to be reported
    #[arg(long, default_value = "5m")]
    disorder: Duration,
    /// How long after its end a session is corrected by page views that are reported even later
    #[arg(long, default_value = "2h")]
    lateness: Duration,
}

#[derive(Clone, Serialize, Deserialize)]
struct PageView {
    at: Timestamp,
    user: Str,
    page: Str,
}

/// A session as far as it is known: its views and, from its first to its last one, its length.
#[derive(Clone, Serialize, Deserialize)]
struct Session {
    user: Str,
    start: Timestamp,
    length: Duration,
    views: u64,
    pane: PaneInfo,
}

fn sessions(pipeline: &Pipeline, options: &Options) -> Collected<Session> {
    let file = csv::<PageView>(&options.input).event_time(|view| view.at);
    let window = Window::sessions(options.gap)
        .trigger(after_watermark().late(after_count(1)))
        .allowed_lateness(options.lateness)
        .accumulating();
    let gap = options.gap;
    pipeline
        .read(file.replay(bounded_disorder(options.disorder)))
        .window(window)
        .map(|view| (view.user, view.page))
        .count_per_key()
        .windowed()
        .map(move |Windowed { value: (user, views), window, pane, .. }| {
            // The last view is the one behind which the gap begins.
            let length = window.end() - gap - window.start();
            Session { user, start: window.start(), length, views, pane }
        })
        .collect()
}

fn main() -> Exit {
    // Of the pipelines that are built with the same options the first one runs.
    let found = OnceCell::new();
    let build = |pipeline: &Pipeline, options: &Options| {
        let sessions = sessions(pipeline, options);
        found.get_or_init(|| sessions);
        Ok(())
    };
    heliostat::launch("sessions", build).then(|summary| report(summary, found.get()))
}

fn report(summary: &Summary, sessions: Option<&Collected<Session>>) {
    let Some(sessions) = sessions else { return };
    let mut sessions = summary.result.collected(sessions);
    sessions.sort_by_key(|it| (it.user.clone(), it.start, it.length, it.pane.index));
    for Session { user, start, length, views, pane } in sessions {
        let views = format!("{views} page view{}", if views == 1 { "" } else { "s" });
        println!("{user} from {start}: {views} in {length}, {}", pane.timing);
    }
    println!("{} page views too late", summary.result.dropped().total());
}
