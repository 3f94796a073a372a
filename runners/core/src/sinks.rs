//! How writes begin: told what waits for them, and opened before anything is read.

mod commits;
mod whole;

pub use commits::Commits;
pub use whole::WholeWrites;

use crate::works::Saved;
use crate::{Plan, caught};
use heliostat::erased_io::{ErasedWrite, ErasedWriter};
use heliostat::graph::{Composite, Functions, Graph, Transform};
use heliostat::savepoint::{StepKind, WriteState};
use heliostat::{Completion, RunError, SinkStyle, TransformId};

/// A write that can begin.
pub struct OpenedWrite {
    /// The step that its elements go to: the write, or the commit of an expanded one.
    pub target: TransformId,
    /// The write.
    pub write: TransformId,
    /// The path of the write, whatever form it is in.
    pub path: String,
    /// When what it has becomes visible.
    pub style: SinkStyle,
    /// The first epoch of this run; those of earlier ones are behind.
    pub epoch: u64,
    /// What earlier runs have prepared, which this one commits in front of its own.
    pub earlier: Vec<Vec<u8>>,
    /// The first part of this run. That it can be opened is known before anything is read.
    pub part: Box<dyn ErasedWriter>,
}

/// Opens all writes of a plan, in its order.
///
/// # Errors
/// If one cannot be opened, or a part that it should commit is gone.
pub fn open_writes(
    plan: &Plan,
    graph: &Graph,
    functions: &Functions,
    saved: &Saved<'_>,
) -> Result<Vec<OpenedWrite>, RunError> {
    let open = |&target: &TransformId| {
        let step = graph.step(target);
        let write = if step.is_leaf() {
            graph.step(step.parent.expect("a write is around its commit"))
        } else {
            step
        };
        let Transform::Composite(Composite::Write(spec)) = &write.transform else {
            unreachable!("only writes are planned as such")
        };
        let path = write.path.clone();
        let WriteState { epoch, committables } = match saved.get(&write.id).map(|it| &it.kind) {
            Some(StepKind::Write(state)) => state.clone(),
            Some(_) | None => WriteState::default(),
        };
        let code = functions.write(&path);
        let opened = caught(|| {
            if !committables.is_empty() {
                code.recover(&committables)?;
            }
            Ok((recovered(code, spec.style, committables)?, code.open(epoch, 0)?))
        });
        let (earlier, part) = opened.map_err(|error| {
            RunError::failed(format!("`{path}` cannot be written: {error}")).in_step(&path)
        })?;
        Ok(OpenedWrite { target, write: write.id, path, style: spec.style, epoch, earlier, part })
    };
    plan.writes.iter().map(open).collect()
}

/// What of the parts of an earlier run is still to be committed: those of a sink that appears epoch
/// by epoch are committed at once, if that run did not come to it.
fn recovered(
    write: &dyn ErasedWrite,
    style: SinkStyle,
    parts: Vec<Vec<u8>>,
) -> heliostat::Result<Vec<Vec<u8>>> {
    match style {
        SinkStyle::AtEnd => Ok(parts),
        SinkStyle::PerEpoch => {
            if !parts.is_empty() {
                write.commit(parts, Completion::Complete)?;
            }
            Ok(Vec::new())
        }
    }
}
