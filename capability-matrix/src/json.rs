//! A column as the file that its runner's crate ships.

use heliostat::{Capability, Matrix};

/// The column as JSON, a cell a line, in the order of the matrix.
///
/// ```
/// use heliostat_capability_matrix::json;
///
/// for runner in heliostat::runners() {
///     let matrix = heliostat::Matrix::parse(runner.matrix())?;
///     let json = json(&matrix)?;
///     assert!(json.contains("\n    \"mode.retracting\": {\"bounded\":\"planned\","));
///     assert_eq!(json, runner.matrix());
/// }
/// # Ok::<(), heliostat::Error>(())
/// ```
///
/// # Errors
/// If a name cannot be written as JSON.
pub fn json(matrix: &Matrix) -> serde_json::Result<String> {
    let cells = Capability::ALL.iter().map(|&capability| {
        let cell = serde_json::to_string(&matrix.cell(capability))?;
        Ok(format!("    \"{capability}\": {cell}"))
    });
    let cells = cells.collect::<serde_json::Result<Vec<String>>>()?.join(",\n");
    let runner = serde_json::to_string(&matrix.runner)?;
    let version = serde_json::to_string(&matrix.version)?;
    let suite = serde_json::to_string(&matrix.suite)?;
    Ok(format!(
        "{{\n  \"runner\": {runner},\n  \"version\": {version},\n  \"suite\": {suite},\n  \
         \"cells\": {{\n{cells}\n  }}\n}}\n"
    ))
}
