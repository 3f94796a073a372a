//! What an author asks of a runner by name.

use crate::{Capability, PCollection};

impl<T> PCollection<T> {
    /// Says that the step which made this needs a capability of its runner, although the pipeline does
    /// not show it: that its keys come in order, say, or that the job can be stopped with a savepoint.
    /// Preflight refuses a runner that does not declare it, with the step's name.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat::{Capability, Support, preflight};
    ///
    /// let pipeline = Pipeline::new();
    /// pipeline.create([1, 2]).map(|n| n + 1).named("Add").requires(Capability::OpsDrain);
    /// let problems = preflight::check(&pipeline.graph(), &Support::everything(), "direct");
    /// assert_eq!(problems[0].what, "`Add` needs `ops.drain`, which is not built yet");
    /// ```
    #[must_use = "it is noted at once, but what it returns is the collection to go on with"]
    pub fn requires(self, capability: Capability) -> Self {
        self.builder.requires(self.step(), capability);
        self
    }
}
