//! What can be set about the direct runner.

use heliostat::{Error, Result, Setting, SettingKind};
use std::collections::BTreeMap;

/// Settings of the direct runner; on the command line each is `--direct.NAME`.
///
/// ```
/// let settings = heliostat_direct::DirectSettings::default();
/// assert_eq!((settings.seed, settings.trusting, settings.attempts), (0, false, 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectSettings {
    /// What chance is made from.
    pub seed: u64,
    /// Whether suspicion is off.
    pub trusting: bool,
    /// How often a bundle is tried before the run fails; at least 1.
    pub attempts: u32,
}

impl Default for DirectSettings {
    fn default() -> Self {
        Self { seed: 0, trusting: false, attempts: 1 }
    }
}

impl DirectSettings {
    pub(crate) fn describe() -> Vec<Setting> {
        let value = |default: &str| SettingKind::Value { default: default.to_owned() };
        vec![
            Setting {
                name: "seed",
                help: "what chance is made from: the same seed gives the same run",
                kind: value("0"),
            },
            Setting {
                name: "trusting",
                help: "no suspicion: faster, and blind to what a pipeline may not rely on",
                kind: SettingKind::Flag,
            },
            Setting {
                name: "attempts",
                help: "how often a bundle is tried before the run fails",
                kind: value("1"),
            },
        ]
    }

    /// The same with these values by name.
    pub(crate) fn configured(&self, given: &BTreeMap<String, String>) -> Result<Self> {
        let mut settings = self.clone();
        for (name, value) in given {
            let wrong =
                |wanted: &str| Error::new(format!("--direct.{name} takes {wanted}, not `{value}`"));
            match name.as_str() {
                "seed" => settings.seed = value.parse().map_err(|_| wrong("a whole number"))?,
                "trusting" => {
                    settings.trusting = value.parse().map_err(|_| wrong("no value"))?;
                }
                "attempts" => match value.parse() {
                    Ok(attempts) if 0 < attempts => settings.attempts = attempts,
                    _ => return Err(wrong("a whole number of at least 1")),
                },
                _ => {
                    return Err(Error::new(format!(
                        "the direct runner has no setting `{name}`; it has seed, trusting and \
                         attempts"
                    )));
                }
            }
        }
        Ok(settings)
    }
}
