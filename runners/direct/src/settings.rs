//! What can be set about the direct runner.

use heliostat::{Duration, Error, Result, Setting, SettingKind};
use heliostat_runner_core::{CombineForm, Retries};
use std::collections::BTreeMap;

/// What the settings that are times take.
const A_TIME: &str = "a time such as `100ms` or `2s`";

/// The form of combines that is left open.
const ANY: &str = "any";

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
    /// How long is waited before a first retry, and before each other twice as long as before.
    pub backoff: Duration,
    /// How long is waited before a retry at the most.
    pub backoff_max: Duration,
    /// The form in which all combines run, as far as they can; without it suspicion picks one for
    /// each, and a trusting run takes the native one.
    pub combine: Option<CombineForm>,
    /// What processing time is, unless a test stream moves it.
    pub clock: DirectClock,
}

/// What processing time is in a direct run without a test stream.
///
/// ```
/// use heliostat_direct::{DirectClock, DirectSettings};
///
/// assert_eq!(DirectSettings::default().clock, DirectClock::System);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DirectClock {
    /// The time of the machine.
    #[default]
    System,
    /// A time that starts at 1970, stands still while there is something to do, and jumps when all
    /// that is left is to wait: the run is a function of its input.
    Virtual,
}

impl Default for DirectSettings {
    fn default() -> Self {
        let Retries { attempts, backoff, backoff_max } = Retries::of(1);
        let (seed, trusting, combine, clock) = (0, false, None, DirectClock::System);
        Self { seed, trusting, attempts, backoff, backoff_max, combine, clock }
    }
}

impl DirectSettings {
    /// How often what fails is tried, and how long is waited in between.
    pub(crate) fn retries(&self) -> Retries {
        let Self { attempts, backoff, backoff_max, .. } = *self;
        Retries { attempts: attempts.max(1), backoff, backoff_max }
    }

    pub(crate) fn describe() -> Vec<Setting> {
        let value = |default: &str| SettingKind::Value { default: default.to_owned() };
        let [backoff, backoff_max] = Self::default().retries().wait_settings();
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
            backoff,
            backoff_max,
            Setting {
                name: "combine",
                help: "how combines run: native, lifted or expanded; any leaves it open",
                kind: value(ANY),
            },
            Setting {
                name: "clock",
                help: "what processing time is: `system`, or `virtual` for a run that repeats",
                kind: value("system"),
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
                "backoff" => {
                    settings.backoff = Retries::wait_of(value).ok_or_else(|| wrong(A_TIME))?;
                }
                "backoff-max" => {
                    settings.backoff_max = Retries::wait_of(value).ok_or_else(|| wrong(A_TIME))?;
                }
                "clock" => match value.as_str() {
                    "system" => settings.clock = DirectClock::System,
                    "virtual" => settings.clock = DirectClock::Virtual,
                    _ => return Err(wrong("`system` or `virtual`")),
                },
                "combine" => {
                    settings.combine = CombineForm::named(value);
                    if settings.combine.is_none() && value != ANY {
                        return Err(wrong("native, lifted, expanded or any"));
                    }
                }
                _ => {
                    return Err(Error::new(format!(
                        "the direct runner has no setting `{name}`; it has seed, trusting, \
                         attempts, backoff, backoff-max, combine and clock"
                    )));
                }
            }
        }
        Ok(settings)
    }
}
