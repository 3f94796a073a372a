//! What a runner declares of each capability, for bounded and for unbounded input.

use super::{Capability, Standing};
use crate::Boundedness;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why no runner can do what is planned.
const NOT_BUILT: &str = "it is not built yet";

/// Why a runner cannot do what it says nothing of.
const UNDECLARED: &str = "it does not declare it";

/// How far a runner does what a capability claims.
///
/// ```
/// use heliostat::Extent;
///
/// assert!(Extent::Partial("only at round ends".into()).is_declared());
/// assert!(!Extent::None("it has no clock".into()).is_declared());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Extent {
    /// All of it.
    Full,
    /// All of its cases; the reason says what differs beyond them.
    Partial(String),
    /// Not at all: pipelines that need it are refused, and the reason says why.
    None(String),
}

impl Extent {
    /// Whether a pipeline that needs it is taken.
    pub fn is_declared(&self) -> bool {
        match self {
            Self::Full | Self::Partial(_) => true,
            Self::None(_) => false,
        }
    }
}

/// What a runner declares, per capability, for bounded and for unbounded input.
///
/// What is not named is not supported, and what is planned cannot be.
///
/// ```
/// use heliostat::{Boundedness, Capability, Extent, Support};
///
/// let support = Support::none()
///     .with(Capability::Gbk, Extent::Full)
///     .with(Capability::ModeRetracting, Extent::Full)
///     .without(Capability::Write, "it has no sinks");
/// let extent = |capability| support.extent(capability, Boundedness::Unbounded);
/// assert_eq!(extent(Capability::Gbk), Extent::Full);
/// assert_eq!(extent(Capability::Write), Extent::None("it has no sinks".into()));
/// assert_eq!(extent(Capability::Flatten), Extent::None("it does not declare it".into()));
/// assert_eq!(extent(Capability::ModeRetracting), Extent::None("it is not built yet".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Support {
    extents: BTreeMap<Capability, (Extent, Extent)>,
}

impl Support {
    /// Nothing yet.
    pub fn none() -> Self {
        Self { extents: BTreeMap::new() }
    }

    /// Everything that is expressible.
    pub fn everything() -> Self {
        Capability::ALL
            .iter()
            .filter(|capability| capability.standing() == Standing::Expressible)
            .fold(Self::none(), |support, &capability| support.with(capability, Extent::Full))
    }

    /// The same, with this extent for both kinds of input.
    #[must_use]
    pub fn with(mut self, capability: Capability, extent: Extent) -> Self {
        self.extents.insert(capability, (extent.clone(), extent));
        self
    }

    /// The same, with an extent for each kind of input.
    #[must_use]
    pub fn with_modes(
        mut self,
        capability: Capability,
        bounded: Extent,
        unbounded: Extent,
    ) -> Self {
        self.extents.insert(capability, (bounded, unbounded));
        self
    }

    /// The same without this capability, and why: whoever is refused reads it.
    #[must_use]
    pub fn without(self, capability: Capability, reason: impl Into<String>) -> Self {
        self.with(capability, Extent::None(reason.into()))
    }

    /// What is declared for this kind of input.
    pub fn extent(&self, capability: Capability, input: Boundedness) -> Extent {
        if capability.standing() == Standing::Planned {
            return Extent::None(NOT_BUILT.into());
        }
        let Some((bounded, unbounded)) = self.extents.get(&capability) else {
            return Extent::None(UNDECLARED.into());
        };
        match input {
            Boundedness::Bounded => bounded.clone(),
            Boundedness::Unbounded => unbounded.clone(),
        }
    }
}
