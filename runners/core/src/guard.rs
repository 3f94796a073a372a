//! Code of users outside of a step's own: a panic of it becomes an error with a place.

use heliostat::{Error, Panicked, Result, RunError, catch_panic};

/// Runs what user types do outside of a step's own code (combine functions, `Clone`, `Hash`, `Eq`,
/// serde): a panic ends the run.
///
/// # Errors
/// The panic, with the step at this path.
pub fn guarded<R>(path: &str, code: impl FnOnce() -> R) -> Result<R, RunError> {
    catch_panic(code).map_err(|panicked| {
        let message = format!(
            "`{path}` panicked: {panicked}\n  outside of a step's own code, where a bundle cannot be \
             tried again\n  help: keep combine functions and the `Clone`, `Hash`, `Eq` and serde \
             impls of elements free of panics"
        );
        RunError::failed(message).in_step(path)
    })
}

/// The same of what can also fail by itself.
///
/// # Errors
/// The panic, or what it says, with the step at this path.
pub fn tried<R>(path: &str, code: impl FnOnce() -> Result<R>) -> Result<R, RunError> {
    guarded(path, code)?
        .map_err(|error| RunError::failed(format!("`{path}`: {error}")).in_step(path))
}

/// Runs the code of a source or a sink.
///
/// # Errors
/// What it says; a panic as an error with its words.
pub fn caught<R>(code: impl FnOnce() -> Result<R>) -> Result<R> {
    let panicked = |panicked: Panicked| Error::new(format!("it panicked: {panicked}"));
    catch_panic(code).map_err(panicked)?
}
