//! The runners that cases run on, each in every way its settings offer.

use std::collections::BTreeMap;
use std::fmt;

use heliostat::{Result, Runner, Seed, SettingKind, runners};

/// A runner with the settings it was made with.
///
/// ```
/// for rig in heliostat_conformance::rigs() {
///     assert!(rig.arguments().starts_with("--runner "));
/// }
/// ```
pub struct Rig {
    /// What runs the cases.
    pub runner: Box<dyn Runner>,
    settings: BTreeMap<String, String>,
}

/// The setting that chance is made from, where a runner has chance.
const SEED: &str = "seed";

/// The flag that lets one thread do what many would in an order made from the seed, where there are
/// many.
const SIMULATED: &str = "simulated";

/// The flag that turns suspicion off, where a runner is suspicious.
const TRUSTING: &str = "trusting";

/// The form in which combines run, where a runner has several.
pub(crate) const COMBINE: &str = "combine";

/// How much a round takes, where a runner has rounds.
const ROUND_ELEMENTS: &str = "round-elements";

/// How much goes through an operator at once, where a runner has long-lived ones.
const BUNDLE_ELEMENTS: &str = "bundle-elements";

/// Over how many shards keys are spread, where a runner has shards.
const SHARDS: &str = "shards";

/// How much state may be in memory, where the rest can wait on disk.
const STATE_BYTES: &str = "state-bytes";

/// Every third seed has all state on disk.
const ON_DISK: u64 = 3;

/// How many threads share the work, where there are several.
const WORKERS: &str = "workers";

/// The forms that every case runs in; by default a runner chooses among them.
const COMBINE_FORMS: [&str; 3] = ["native", "lifted", "expanded"];

impl Rig {
    /// The runner with these settings.
    ///
    /// ```
    /// use heliostat_conformance::Rig;
    ///
    /// for runner in heliostat::runners() {
    ///     let rig = Rig::of(runner.as_ref(), [])?;
    ///     assert_eq!(rig.arguments(), format!("--runner {}", runner.name()));
    /// }
    /// # Ok::<(), heliostat::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the runner does not take them.
    pub fn of(
        runner: &dyn Runner,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self> {
        let settings: BTreeMap<String, String> = settings.into_iter().collect();
        Ok(Self { runner: runner.configured(&settings)?, settings })
    }

    /// What the command must be given to run on this rig.
    pub fn arguments(&self) -> String {
        Self::arguments_of(self.runner.name(), &self.settings)
    }

    pub(crate) fn arguments_of(runner: &str, settings: &BTreeMap<String, String>) -> String {
        let settings = settings.iter().map(|(name, value)| match name.as_str() {
            SEED => format!(" --seed {value}"),
            _ => format!(" --set {name}={value}"),
        });
        format!("--runner {runner}{}", settings.collect::<String>())
    }
}

impl fmt::Debug for Rig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arguments())
    }
}

/// Every linked runner as it is by default.
///
/// ```
/// assert_eq!(heliostat_conformance::rigs().len(), heliostat::runners().len());
/// ```
pub fn rigs() -> Vec<Rig> {
    let rig = |runner| Rig { runner, settings: BTreeMap::new() };
    runners().into_iter().map(rig).collect()
}

/// How many shards a run with a seed has: one, a power of two, and others.
const SHARD_COUNTS: [u64; 4] = [1, 2, 3, 7];

const WORKERS_MAX: u64 = 4;

/// How much a round takes at the most where all settings are drawn.
const ROUND_ELEMENTS_MAX: u64 = 9;

/// The runner with everything drawn that must not show in what it gives: the form of its combines,
/// shards, threads or one that is simulated, how much a round takes, and whether state is on disk, as
/// far as it has them. The same seed gives the same rig.
///
/// ```
/// for runner in heliostat::runners() {
///     let [one, again] = [7, 7].map(|seed| heliostat_conformance::mixed(runner.as_ref(), seed));
///     assert_eq!(one.arguments(), again.arguments());
/// }
/// ```
///
/// # Panics
/// If the runner does not take its own settings.
pub fn mixed(runner: &dyn Runner, seed: u64) -> Rig {
    let mut chance = Seed::new(seed);
    let mut settings = Vec::new();
    let mut set = |name: &str, value: String| {
        if has(runner, name) {
            settings.push((name.to_owned(), value));
        }
    };
    let form = COMBINE_FORMS[usize::try_from(chance.below(3)).unwrap_or_default()];
    set(COMBINE, form.to_owned());
    let shards = SHARD_COUNTS[usize::try_from(chance.below(4)).unwrap_or_default()];
    set(SHARDS, shards.to_string());
    set(WORKERS, (1 + chance.below(WORKERS_MAX)).to_string());
    if chance.below(2) == 0 {
        set(SIMULATED, true.to_string());
    }
    // Rounds of a script are its events.
    set(ROUND_ELEMENTS, (1 + chance.below(ROUND_ELEMENTS_MAX)).to_string());
    if chance.below(3) == 0 {
        set(STATE_BYTES, 1.to_string());
    }
    set(SEED, seed.to_string());
    Rig::of(runner, settings).expect("a runner takes its own settings")
}

/// The runner without suspicion, where it has any: what others are held to.
///
/// ```
/// for runner in heliostat::runners() {
///     let rig = heliostat_conformance::trusting(runner.as_ref());
///     assert!(rig.is_none_or(|rig| rig.arguments().ends_with("--set trusting=true")));
/// }
/// ```
///
/// # Panics
/// If the runner does not take its own settings.
pub fn trusting(runner: &dyn Runner) -> Option<Rig> {
    let setting = (TRUSTING.to_owned(), true.to_string());
    has(runner, TRUSTING)
        .then(|| Rig::of(runner, [setting]).expect("a runner takes its own settings"))
}

/// The runner in every way that matters to cases: trusting if it can be, with combines in each form
/// if it can be told one, and with each of these seeds if it takes one, and then over one to seven
/// shards, or workers, if it has them, on threads or simulated if it can be, with state in memory or on disk; else
/// as it is.
///
/// ```
/// for runner in heliostat::runners() {
///     assert!(!heliostat_conformance::variants(runner.as_ref(), 0..3).is_empty());
/// }
/// ```
///
/// # Panics
/// If the runner does not take its own settings.
pub fn variants(runner: &dyn Runner, seeds: impl IntoIterator<Item = u64>) -> Vec<Rig> {
    let with = |name: &str, value: String| {
        Rig::of(runner, [(name.to_owned(), value)]).expect("a runner takes its own settings")
    };
    let with_seed = |seed: u64| {
        let shards = SHARD_COUNTS[(seed % SHARD_COUNTS.len() as u64) as usize];
        // Where shards are no setting of their own there is one for each worker.
        let name = [SHARDS, WORKERS].into_iter().find(|name| has(runner, name));
        let shards = name.map(|name| (name.to_owned(), shards.to_string()));
        let is_simulated = has(runner, SIMULATED) && seed / SHARD_COUNTS.len() as u64 % 2 == 1;
        let simulated = is_simulated.then(|| (SIMULATED.to_owned(), true.to_string()));
        let is_on_disk = has(runner, STATE_BYTES) && seed % ON_DISK == 1;
        let on_disk = is_on_disk.then(|| (STATE_BYTES.to_owned(), 1.to_string()));
        let seed = (SEED.to_owned(), seed.to_string());
        let settings = shards.into_iter().chain(simulated).chain(on_disk).chain([seed]);
        Rig::of(runner, settings).expect("a runner takes its own settings")
    };
    let mut rigs = Vec::new();
    if has(runner, TRUSTING) {
        rigs.push(with(TRUSTING, true.to_string()));
    }
    if has(runner, COMBINE) {
        rigs.extend(COMBINE_FORMS.map(|form| with(COMBINE, form.to_owned())));
    }
    if has(runner, SEED) {
        rigs.extend(seeds.into_iter().map(with_seed));
    }
    if rigs.is_empty() {
        rigs.push(Rig::of(runner, []).expect("a runner takes no settings at all"));
    }
    rigs
}

/// The runner, set to take no more of a source at a time than it must: one bundle.
pub(crate) fn bundle_by_bundle(runner: &dyn Runner) -> Result<Box<dyn Runner>> {
    let limits = [ROUND_ELEMENTS, BUNDLE_ELEMENTS].into_iter().filter(|name| has(runner, name));
    runner.configured(&limits.map(|name| (name.to_owned(), 1.to_string())).collect())
}

pub(crate) fn has(runner: &dyn Runner, setting: &str) -> bool {
    runner.settings().iter().any(|one| match &one.kind {
        SettingKind::Flag | SettingKind::Value { .. } => one.name == setting,
    })
}
