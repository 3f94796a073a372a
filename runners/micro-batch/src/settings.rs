//! What can be set.

use heliostat::graph::{Composite, Graph, Transform};
use heliostat::{Duration, Error, Result, Setting, SettingKind};
use heliostat_runner_core::{CombineForm, Plan, Retries};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::PathBuf;

/// What the settings that are times take.
const A_TIME: &str = "a time such as `100ms` or `2s`";

/// Settings of the micro-batch runner; on the command line each is `--micro-batch.NAME`.
///
/// ```
/// use heliostat_micro_batch::{MicroBatchSettings, Rounds};
///
/// let settings = MicroBatchSettings::default();
/// assert_eq!((settings.rounds, settings.attempts), (Rounds::AvailableNow, 3));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MicroBatchSettings {
    /// Threads, at least 1; as many as the machine has cores by default.
    pub workers: usize,
    /// Shards of the keys, at least 1; as many as workers if it is `None`.
    pub shards: Option<usize>,
    /// When rounds begin and when the run ends.
    pub rounds: Rounds,
    /// A round takes at most about so many elements.
    pub round_elements: usize,
    /// A round takes at most about so many bytes.
    pub round_bytes: usize,
    /// Groupings keep about so many bytes of state in memory, all together; the rest waits on disk.
    pub state_bytes: usize,
    /// The directory where it waits; by default the system's for temporary files.
    pub spill_dir: PathBuf,
    /// How often what fails in a round is tried before the run fails; at least 1.
    pub attempts: u32,
    /// How long is waited before a first retry, and before each other twice as long as before.
    pub backoff: Duration,
    /// How long is waited before a retry at the most.
    pub backoff_max: Duration,
    /// The form in which combines run, as far as they can.
    pub combine: CombineForm,
    /// One thread does what the workers would, in an order that the seed says.
    pub simulated: bool,
    /// What hashes are keyed with, and the order of a simulated run is made from.
    pub seed: u64,
}

/// When rounds begin and when a run ends.
///
/// ```
/// use heliostat_micro_batch::Rounds;
///
/// assert_eq!(Rounds::default(), Rounds::AvailableNow);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounds {
    /// One round after the other as long as some source has something; then the run ends.
    #[default]
    AvailableNow,
    /// A round at most this often, until all sources are at their end.
    Every(Duration),
    /// One round with all there is, however much; then the run ends.
    Once,
}

impl Default for MicroBatchSettings {
    fn default() -> Self {
        let Retries { attempts, backoff, backoff_max } = Retries::of(3);
        Self {
            workers: std::thread::available_parallelism().map_or(1, NonZero::get),
            shards: None,
            rounds: Rounds::AvailableNow,
            round_elements: 1 << 20,
            round_bytes: 256 << 20,
            state_bytes: 4 << 30,
            spill_dir: std::env::temp_dir(),
            attempts,
            backoff,
            backoff_max,
            combine: CombineForm::Lifted,
            simulated: false,
            seed: 0,
        }
    }
}

impl MicroBatchSettings {
    /// How often what fails is tried, and how long is waited in between.
    pub(crate) fn retries(&self) -> Retries {
        let Self { attempts, backoff, backoff_max, .. } = *self;
        Retries { attempts: attempts.max(1), backoff, backoff_max }
    }

    /// What a job runs as; `saves` says whether it has to do with savepoints.
    pub(crate) fn plan(&self, graph: &Graph, saves: bool) -> Plan {
        Plan::of(graph, |step| match (&graph.step(step).transform, self.combine) {
            // The parts of a write are those of rounds.
            (Transform::Composite(Composite::Write(_)), CombineForm::Expanded) => {
                CombineForm::Native
            }
            // What is in a savepoint must not depend on the form of a run.
            (_, CombineForm::Expanded) if saves => CombineForm::Native,
            (_, form) => form,
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
                "shards",
                "shards of the keys; by default as many as workers",
                "workers".to_owned(),
            ),
            value(
                "rounds",
                "`available-now`: what is there, then stop; `every=1s`; `once`: one round",
                "available-now".to_owned(),
            ),
            value(
                "round-elements",
                "a round takes about so many elements at the most",
                default.round_elements.to_string(),
            ),
            value(
                "round-bytes",
                "a round takes about so many bytes at the most",
                default.round_bytes.to_string(),
            ),
            value(
                "state-bytes",
                "groupings keep about so many bytes in memory, the rest on disk",
                default.state_bytes.to_string(),
            ),
            value(
                "spill-dir",
                "where state on disk is kept, while it runs",
                "temporary".to_owned(),
            ),
            value(
                "attempts",
                "how often what fails in a round is tried before the run fails",
                default.attempts.to_string(),
            ),
            backoff,
            backoff_max,
            value("combine", "how combines run: native, lifted or expanded", "lifted".to_owned()),
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
                Error::new(format!("--micro-batch.{name} takes {wanted}, not `{value}`"))
            };
            let count = || match value.parse() {
                Ok(count) if 0 < count => Ok(count),
                _ => Err(wrong("a whole number of at least 1")),
            };
            match name.as_str() {
                "workers" if value == "cores" => settings.workers = Self::default().workers,
                "workers" => settings.workers = count()?,
                "shards" if value == "workers" => settings.shards = None,
                "shards" => settings.shards = Some(count()?),
                "round-elements" => settings.round_elements = count()?,
                "round-bytes" => settings.round_bytes = count()?,
                "state-bytes" => settings.state_bytes = count()?,
                "spill-dir" if value == "temporary" => {
                    settings.spill_dir = Self::default().spill_dir;
                }
                "spill-dir" => {
                    let dir = PathBuf::from(value);
                    if !dir.is_dir() {
                        return Err(wrong("a directory that exists"));
                    }
                    settings.spill_dir = dir;
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
                "combine" => {
                    settings.combine = CombineForm::named(value)
                        .ok_or_else(|| wrong("native, lifted or expanded"))?;
                }
                "simulated" => {
                    settings.simulated = value.parse().map_err(|_| wrong("no value"))?;
                }
                "seed" => settings.seed = value.parse().map_err(|_| wrong("a whole number"))?,
                "rounds" => settings.rounds = rounds(value).ok_or_else(|| {
                    wrong("`available-now`, `once`, or `every=` and a time such as `1s` or `200ms`")
                })?,
                _ => {
                    return Err(Error::new(format!(
                        "the micro-batch runner has no setting `{name}`; it has workers, shards, \
                         rounds, round-elements, round-bytes, state-bytes, spill-dir, attempts, \
                         backoff, backoff-max, combine, simulated and seed"
                    )));
                }
            }
        }
        Ok(settings)
    }
}

fn rounds(text: &str) -> Option<Rounds> {
    match text {
        "available-now" => Some(Rounds::AvailableNow),
        "once" => Some(Rounds::Once),
        _ => {
            let every = humantime::parse_duration(text.strip_prefix("every=")?).ok()?;
            let every = Duration::try_from(every).ok()?;
            (Duration::ZERO < every).then_some(Rounds::Every(every))
        }
    }
}
