//! Calls the author's function, and turns whatever goes wrong in it into words.

use super::arguments::DEFAULT_RUNNER;
use crate::{Error, Pipeline, Result, Runner};
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

/// The author's function with its options already given.
pub(super) type Build<'a> = &'a dyn Fn(&Pipeline) -> Result<()>;

/// How often a pipeline is built before it is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trust {
    /// Once: building is taken to be deterministic.
    Trusting,
    /// Twice: both must be the same.
    Suspicious,
}

impl Trust {
    /// How much this runner trusts, unless it is told otherwise.
    pub(super) fn of(runner: &dyn Runner) -> Self {
        if runner.name() == DEFAULT_RUNNER { Self::Suspicious } else { Self::Trusting }
    }
}

/// Builds the pipeline.
///
/// # Errors
/// If the author's function gives an error, or panics, or builds something else the second time.
pub(super) fn build(author: Build<'_>, trust: Trust) -> Result<Pipeline> {
    let pipeline = build_once(author)?;
    if trust == Trust::Suspicious {
        let again = build_once(author)?;
        if pipeline.graph().fingerprint() != again.graph().fingerprint() {
            return Err(Error::new(
                "two builds gave two different pipelines\n  \
                 a remote worker and a later run build the pipeline again, so the same options \
                 must always give the same steps\n  \
                 help: build from the options alone: no clock, no chance, no hash map order, no \
                 state kept between calls",
            ));
        }
    }
    Ok(pipeline)
}

fn build_once(author: Build<'_>) -> Result<Pipeline> {
    note_panics_while_building();
    BUILDING.set(Building::Now(None));
    // Whatever the author's function left half done is dropped with its pipeline.
    let built = panic::catch_unwind(AssertUnwindSafe(|| {
        let pipeline = Pipeline::new();
        author(&pipeline).map(|()| pipeline)
    }));
    match (built, BUILDING.replace(Building::No)) {
        (Ok(built), _) => built,
        (Err(_), Building::Now(Some(words))) => Err(Error::new(words)),
        (Err(_), Building::Now(None) | Building::No) => {
            Err(Error::new("the function that builds the pipeline panicked"))
        }
    }
}

/// Whether this thread is in the author's function, and what it panicked with.
enum Building {
    No,
    Now(Option<String>),
}

thread_local! {
    static BUILDING: RefCell<Building> = const { RefCell::new(Building::No) };
}

/// From now on a panic in the author's function is noted, not printed; others are as before.
fn note_panics_while_building() {
    static INSTALLED: Once = Once::new();
    if cfg!(panic = "abort") {
        // Nothing could be told afterwards.
        return;
    }
    INSTALLED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let noted = BUILDING.with_borrow_mut(|building| match building {
                Building::No => false,
                Building::Now(words) => {
                    *words = Some(panic_words(info));
                    true
                }
            });
            if !noted {
                before(info);
            }
        }));
    });
}

fn panic_words(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("the function that builds the pipeline panicked");
    match info.location() {
        Some(location) => format!("{message}\n  at: {}:{}", location.file(), location.line()),
        None => message.to_owned(),
    }
}
