//! What can be set.

use heliostat::graph::{Composite, Graph, Transform};
use heliostat::{Duration, Error, Result, Setting, SettingKind, secs};
use heliostat_runner_core::{CombineForm, Plan, Retries};
use std::collections::BTreeMap;
use std::num::NonZero;

/// What the settings that are times take.
const A_TIME: &str = "a time such as `100ms` or `2s`";

/// The form of combines that is left open.
const ANY: &str = "any";

/// The idle timeout of those who want none.
const NEVER: &str = "never";

/// Settings of the per-record runner; on the command line each is `--per-record.NAME`.
///
/// ```
/// use heliostat_per_record::PerRecordSettings;
///
/// let settings = PerRecordSettings::default();
/// assert_eq!((settings.mailbox_bytes, settings.attempts), (1 << 20, 3));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerRecordSettings {
    /// Threads, at least 1; as many as the machine has cores by default. Each has an instance of every
    /// operator.
    pub workers: usize,
    /// What one operator has sent to another on a worker and is not taken yet is about so many bytes at
    /// the most, and one bundle more: then it is parked.
    pub mailbox_bytes: usize,
    /// What waits for an operator goes through it as one bundle of about so many elements at the most.
    pub bundle_elements: usize,
    /// Nobody waits for the watermark of a source, or a piece of one, that has had nothing for so long.
    pub idle_timeout: Option<Duration>,
    /// A read waits while it is ahead of the slowest by more than this in event time, if it is not
    /// `None`; those that are bounded or idle do not count.
    pub max_drift: Option<Duration>,
    /// How often what fails is tried before the run fails; at least 1.
    pub attempts: u32,
    /// How long is waited before a first retry, and before each other twice as long as before.
    pub backoff: Duration,
    /// How long is waited before a retry at the most.
    pub backoff_max: Duration,
    /// The form in which combines run, as far as they can. Without it they are lifted where there are
    /// several workers; one exchanges nothing that could be reduced first.
    pub combine: Option<CombineForm>,
    /// One thread does what the workers would, in an order that the seed says, and time goes by only
    /// when all wait for it.
    pub simulated: bool,
    /// What hashes are keyed with, and the order of a simulated run is made from.
    pub seed: u64,
}

impl Default for PerRecordSettings {
    fn default() -> Self {
        let Retries { attempts, backoff, backoff_max } = Retries::of(3);
        Self {
            workers: std::thread::available_parallelism().map_or(1, NonZero::get),
            mailbox_bytes: 1 << 20,
            bundle_elements: 16_384,
            idle_timeout: Some(secs(10)),
            max_drift: None,
            attempts,
            backoff,
            backoff_max,
            combine: None,
            simulated: false,
            seed: 0,
        }
    }
}

impl PerRecordSettings {
    /// How often what fails is tried, and how long is waited in between.
    pub(crate) fn retries(&self) -> Retries {
        let Self { attempts, backoff, backoff_max, .. } = *self;
        Retries { attempts: attempts.max(1), backoff, backoff_max }
    }

    /// What a job runs as; `saves` says whether it has to do with savepoints.
    pub(crate) fn plan(&self, graph: &Graph, saves: bool) -> Plan {
        Plan::of(graph, |step| match (&graph.step(step).transform, self.combine) {
            // The parts of a write are those of workers.
            (Transform::Composite(Composite::Write(_)), Some(CombineForm::Expanded)) => {
                CombineForm::Native
            }
            // What is in a savepoint must not depend on the form of a run.
            (_, Some(CombineForm::Expanded)) if saves => CombineForm::Native,
            (_, Some(form)) => form,
            (_, None) if self.workers == 1 => CombineForm::Native,
            (_, None) => CombineForm::Lifted,
        })
    }

    pub(crate) fn describe() -> Vec<Setting> {
        let default = Self::default();
        let [backoff, backoff_max] = default.retries().wait_settings();
        let value = |name, help, default: String| Setting {
            name,
            help,
            kind: SettingKind::Value { default },
        };
        vec![
            value("workers", "threads; by default as many as there are cores", "cores".to_owned()),
            value(
                "mailbox-bytes",
                "about so many bytes wait between two operators at the most",
                default.mailbox_bytes.to_string(),
            ),
            value(
                "bundle-elements",
                "about so many elements go through an operator at once at the most",
                default.bundle_elements.to_string(),
            ),
            value(
                "idle-timeout",
                "a source without elements for so long holds up nobody; or `never`",
                "10s".to_owned(),
            ),
            value(
                "max-drift",
                "how far a read may be ahead of the slowest in event time; or `any`",
                ANY.to_owned(),
            ),
            value(
                "attempts",
                "how often what fails is tried before the run fails",
                default.attempts.to_string(),
            ),
            backoff,
            backoff_max,
            value(
                "combine",
                "how combines run: native, lifted or expanded; any leaves it open",
                ANY.to_owned(),
            ),
            Setting {
                name: "simulated",
                help: "one thread does what the workers would, in an order that the seed says",
                kind: SettingKind::Flag,
            },
            value("seed", "what hashes and a simulated order are made from", "0".to_owned()),
        ]
    }

    /// The same with these values by name.
    pub(crate) fn configured(&self, given: &BTreeMap<String, String>) -> Result<Self> {
        let mut settings = self.clone();
        for (name, value) in given {
            let wrong = |wanted: &str| {
                Error::new(format!("--per-record.{name} takes {wanted}, not `{value}`"))
            };
            let count = || match value.parse() {
                Ok(count) if 0 < count => Ok(count),
                _ => Err(wrong("a whole number of at least 1")),
            };
            match name.as_str() {
                "workers" if value == "cores" => settings.workers = Self::default().workers,
                "workers" => settings.workers = count()?,
                "mailbox-bytes" => settings.mailbox_bytes = count()?,
                "bundle-elements" => settings.bundle_elements = count()?,
                "idle-timeout" if value == NEVER => settings.idle_timeout = None,
                "idle-timeout" => {
                    let timeout = humantime::parse_duration(value).ok();
                    let timeout = timeout.and_then(|it| Duration::try_from(it).ok());
                    settings.idle_timeout =
                        Some(timeout.ok_or_else(|| wrong("`never`, or a time such as `500ms`"))?);
                }
                "max-drift" if value == ANY => settings.max_drift = None,
                "max-drift" => {
                    let drift = humantime::parse_duration(value).ok();
                    let drift = drift.and_then(|it| Duration::try_from(it).ok());
                    let wanted = || wrong("`any`, or a time such as `10m`");
                    settings.max_drift = Some(drift.ok_or_else(wanted)?);
                }
                "attempts" => {
                    settings.attempts = u32::try_from(count()?)
                        .map_err(|_| wrong("a whole number of at least 1"))?;
                }
                "backoff" => {
                    settings.backoff = Retries::wait_of(value).ok_or_else(|| wrong(A_TIME))?;
                }
                "backoff-max" => {
                    settings.backoff_max = Retries::wait_of(value).ok_or_else(|| wrong(A_TIME))?;
                }
                "combine" if value == ANY => settings.combine = None,
                "combine" => {
                    let form = CombineForm::named(value);
                    let form = form.ok_or_else(|| wrong("native, lifted, expanded or any"))?;
                    settings.combine = Some(form);
                }
                "simulated" => {
                    settings.simulated = value.parse().map_err(|_| wrong("no value"))?;
                }
                "seed" => settings.seed = value.parse().map_err(|_| wrong("a whole number"))?,
                _ => {
                    return Err(Error::new(format!(
                        "the per-record runner has no setting `{name}`; it has workers, \
                         mailbox-bytes, bundle-elements, idle-timeout, max-drift, attempts, backoff, \
                         backoff-max, combine, simulated and seed"
                    )));
                }
            }
        }
        Ok(settings)
    }
}
