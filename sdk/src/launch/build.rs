//! Calls the author's function, and turns whatever goes wrong in it into words.

use super::arguments::DEFAULT_RUNNER;
use crate::{Error, Pipeline, Result, Runner, catch_panic};

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
    // Whatever the author's function left half done is dropped with its pipeline.
    let built = catch_panic(|| {
        let pipeline = Pipeline::new();
        author(&pipeline).map(|()| pipeline)
    });
    built.map_err(|panicked| Error::new(panicked.to_string()))?
}
