//! What the system says about a file, in words that fit into a sentence.

use heliostat::{Error, Result};
use std::io;
use std::path::Path;

/// The system's words without their number and their capital.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text);
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => "it fails without a reason".into(),
    }
}

/// The path as it travels in pieces and parts, which must be text.
pub(crate) fn path_text(path: &Path) -> Result<String> {
    let refusal = || Error::new(format!("cannot use `{}`: its name is not UTF-8", path.display()));
    path.to_str().map(str::to_owned).ok_or_else(refusal)
}

#[cfg(test)]
mod tests {
    use super::reason;
    use std::io;

    #[test]
    fn a_reason_is_lower_case_and_has_no_number() {
        for (error, words) in [
            (io::Error::from_raw_os_error(2), "no such file or directory"),
            (io::Error::from_raw_os_error(13), "permission denied"),
            (io::Error::other("Out of paper"), "out of paper"),
            (io::Error::other(""), "it fails without a reason"),
        ] {
            assert_eq!(reason(&error), words);
        }
    }
}
