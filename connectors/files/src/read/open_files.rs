//! How many files the readers of one source hold open.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// With more than these open, a reader closes its file behind each bundle: a system may give a
/// process no more than 256.
const OPEN_FILES_MAX: usize = 100;

/// Counts them; clones count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenFiles(Arc<AtomicUsize>);

impl OpenFiles {
    pub(crate) fn one_more(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn one_less(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn are_too_many(&self) -> bool {
        OPEN_FILES_MAX < self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::OPEN_FILES_MAX;
    use crate::read_lines;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use heliostat::{Fill, Read, Reader, Rows};
    use std::io::Write;
    use std::sync::atomic::Ordering;

    /// The lines of all files, each read line by line in turns with the others, and how many are
    /// open at the end.
    fn in_turns(pattern: &std::path::Path) -> heliostat::Result<(Vec<String>, usize)> {
        let source = read_lines(pattern);
        let open_files = source.open_files.clone();
        let (mut lines, mut times, mut bad) = (Vec::new(), Vec::new(), Vec::new());
        let mut readers = Vec::new();
        for piece in source.split()? {
            readers.push(source.open(piece)?);
            assert!(!open_files.are_too_many());
        }
        while !readers.is_empty() {
            let mut others = Vec::new();
            for mut reader in readers {
                let fill = reader.fill(&mut Rows::new(&mut lines, &mut times, &mut bad), 1)?;
                assert!(!open_files.are_too_many());
                if fill == Fill::More {
                    others.push(reader);
                }
            }
            readers = others;
        }
        Ok((lines, open_files.0.load(Ordering::Relaxed)))
    }

    #[test]
    fn many_files_are_read_in_turns_with_few_of_them_open() {
        let files = OPEN_FILES_MAX + 50;
        let folder = std::env::temp_dir().join(format!("heliostat-open-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for number in 0..files {
            let text = format!("{number}-0\n{number}-1\n{number}-2\n");
            std::fs::write(folder.join(format!("{number:03}.txt")), &text).unwrap();
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(text.as_bytes()).unwrap();
            let packed = packed.finish().unwrap();
            std::fs::write(folder.join(format!("{number:03}.gz")), packed).unwrap();
        }
        let read = ["*.txt", "*.gz"].map(|pattern| in_turns(&folder.join(pattern)));
        std::fs::remove_dir_all(&folder).unwrap();
        let turn = |line: usize| (0..files).map(move |number| format!("{number}-{line}"));
        let all: Vec<_> = (0..3).flat_map(turn).collect();
        for read in read {
            assert_eq!(read.unwrap(), (all.clone(), 0));
        }
    }
}
