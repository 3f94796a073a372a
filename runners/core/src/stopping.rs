//! Whether someone wants a run to stop.

use heliostat::{InterruptLevel, Job, RunError, StopCause};

/// Why a run is to stop now, if it is; `read_bundles` is how many bundles its reads have given.
///
/// # Errors
/// If it is to be aborted.
pub fn asked_to_stop(job: &Job<'_>, read_bundles: u64) -> Result<Option<StopCause>, RunError> {
    if job.options.stop_at.is_some_and(|stop_at| stop_at <= read_bundles) {
        return Ok(Some(StopCause::Bundles));
    }
    match job.interrupt.level() {
        InterruptLevel::None => Ok(None),
        InterruptLevel::Stop => Ok(Some(StopCause::Interrupt)),
        InterruptLevel::Abort => Err(RunError::failed("the run was aborted; nothing was written")),
    }
}
