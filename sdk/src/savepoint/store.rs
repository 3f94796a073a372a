//! Where a run that stops puts its savepoint.

use super::Savepoint;
use crate::Result;

/// Takes the savepoint of a run that stops. `launch` writes it to a file; a test keeps it.
///
/// ```
/// use heliostat::savepoint::SavepointHeader;
/// use heliostat::{KeptSavepoint, Savepoint, SavepointStore};
///
/// let mut kept = KeptSavepoint::default();
/// kept.store(&Savepoint::new(SavepointHeader::written_by("direct", "0.1.0")))?;
/// assert_eq!(kept.savepoint().header.runner, "direct");
/// # Ok::<(), heliostat::Error>(())
/// ```
pub trait SavepointStore {
    /// Keeps it durably. The run has prepared its sinks and ends behind this.
    ///
    /// # Errors
    /// If it cannot be kept; then the run fails, and its prepared parts are discarded.
    fn store(&mut self, savepoint: &Savepoint) -> Result<()>;
}

/// Keeps a savepoint in memory, for tests. It goes through the bytes of a file on its way, so
/// that nothing is kept that a file would lose.
///
/// ```
/// use heliostat::savepoint::SavepointHeader;
/// use heliostat::{KeptSavepoint, Savepoint, SavepointStore};
///
/// let mut kept = KeptSavepoint::default();
/// assert!(kept.is_empty());
/// kept.store(&Savepoint::new(SavepointHeader::written_by("direct", "0.1.0")))?;
/// assert_eq!(kept.savepoint().header.bundles, 0);
/// # Ok::<(), heliostat::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct KeptSavepoint {
    kept: Option<Savepoint>,
}

impl KeptSavepoint {
    /// Whether nothing was kept: no run has stopped with it.
    pub fn is_empty(&self) -> bool {
        self.kept.is_none()
    }

    /// What was kept last.
    ///
    /// # Panics
    /// If nothing was.
    #[track_caller]
    pub fn savepoint(&self) -> &Savepoint {
        self.kept.as_ref().expect("a run has stopped and left a savepoint")
    }
}

impl SavepointStore for KeptSavepoint {
    fn store(&mut self, savepoint: &Savepoint) -> Result<()> {
        self.kept = Some(Savepoint::from_bytes(&savepoint.to_bytes())?);
        Ok(())
    }
}
