//! One number that tells two graphs apart, wherever in the source their steps are written.

use super::{Graph, SourceLine};

/// The start and the factor of the 64-bit FNV-1a hash.
const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_FACTOR: u64 = 0x0000_0100_0000_01b3;

impl Graph {
    /// A hash of everything but the source lines and former paths, the same on every machine and in every run.
    ///
    /// ```
    /// use heliostat::prelude::*;
    ///
    /// let built = |step: &str| {
    ///     let pipeline = Pipeline::new();
    ///     pipeline.create([1, 2, 3]).map(|n| n + 1).named(step);
    ///     pipeline.graph().fingerprint()
    /// };
    /// assert_eq!(built("Add one"), built("Add one"));
    /// assert_ne!(built("Add one"), built("Add 1"));
    /// ```
    pub fn fingerprint(&self) -> u64 {
        let mut graph = self.clone();
        for step in &mut graph.steps {
            step.line = SourceLine::default();
            step.formerly.clear();
            step.on_failure.iter_mut().for_each(|chosen| chosen.line = SourceLine::default());
        }
        let bytes = serde_json::to_vec(&graph).expect("a graph holds nothing that JSON cannot");
        fnv_1a(&bytes)
    }
}

pub(crate) fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(FNV_START, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_FACTOR))
}

#[cfg(test)]
mod tests {
    use super::{Graph, SourceLine, fnv_1a};
    use crate::graph::{Naming, Step, Transform, TransformId};

    fn impulse(path: &str, line: u32) -> Graph {
        let step = Step {
            id: TransformId(0),
            path: path.into(),
            naming: Naming::Author,
            parent: None,
            transform: Transform::Impulse,
            inputs: Vec::new(),
            outputs: Vec::new(),
            line: SourceLine { file: "main.rs".into(), line },
            formerly: vec![format!("{path} {line}")],
            on_failure: Vec::new(),
            requires: Vec::new(),
        };
        Graph::new(vec![step], Vec::new())
    }

    #[test]
    fn hashes_as_published() {
        for (text, hash) in [
            ("", 0xcbf2_9ce4_8422_2325),
            ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] {
            assert_eq!(fnv_1a(text.as_bytes()), hash, "{text:?}");
        }
    }

    #[test]
    fn only_source_lines_and_former_paths_are_ignored() {
        let fingerprint = impulse("Start", 3).fingerprint();
        for (graph, same) in [
            (impulse("Start", 3), true),
            (impulse("Start", 4), true),
            (impulse("Begin", 3), false),
            (Graph::new(Vec::new(), Vec::new()), false),
        ] {
            assert_eq!(graph.fingerprint() == fingerprint, same, "{graph:?}");
        }
    }
}
