//! A column as the file that its runner's crate ships.

use heliostat::Capability;

use crate::Column;

/// The column as JSON, a cell a line, in the order of the matrix.
///
/// ```
/// use heliostat_capability_matrix::{column, json};
///
/// for rig in heliostat_conformance::rigs() {
///     let json = json(&column(rig.runner.into()))?;
///     assert!(json.contains("\n    \"mode.retracting\": {\"bounded\":\"planned\","));
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// If a name cannot be written as JSON.
pub fn json(column: &Column) -> serde_json::Result<String> {
    let cells = Capability::ALL.iter().map(|&capability| {
        let cell = serde_json::to_string(column.cell(capability))?;
        Ok(format!("    \"{capability}\": {cell}"))
    });
    let cells = cells.collect::<serde_json::Result<Vec<String>>>()?.join(",\n");
    let runner = serde_json::to_string(&column.runner)?;
    let version = serde_json::to_string(&column.version)?;
    Ok(format!(
        "{{\n  \"runner\": {runner},\n  \"version\": {version},\n  \"cells\": {{\n{cells}\n  }}\n}}\n"
    ))
}
