//! Where in the repository the matrix lies.

/// The page for people.
pub const PAGE: &str = "docs/capability-matrix.md";

/// The same for a browser, with what is behind each cell.
pub const HTML: &str = "docs/capability-matrix.html";

/// What was measured beside it, which no test compares.
pub const FIGURES: &str = "docs/capability-matrix.figures.json";

/// Runners whose folder has another name than they have.
const FOLDERS: &[(&str, &str)] = &[];

/// The file of a runner's column.
///
/// ```
/// use heliostat_capability_matrix::matrix_path;
///
/// assert_eq!(matrix_path("direct"), "runners/direct/matrix.json");
/// ```
pub fn matrix_path(runner: &str) -> String {
    let folder = FOLDERS.iter().find(|(name, _)| *name == runner);
    format!("runners/{}/matrix.json", folder.map_or(runner, |(_, folder)| folder))
}
