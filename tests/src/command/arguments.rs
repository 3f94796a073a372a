//! What the command was asked for, and on which runners.

use std::sync::Arc;

use heliostat::{Runner, runners};

use super::USAGE;
use crate::rigs::has;
use crate::{Buggy, Rig};

#[derive(Default)]
pub(super) struct Asked {
    pub(super) runner: Option<String>,
    pub(super) runners: Option<String>,
    pub(super) seed: Option<String>,
    pub(super) settings: Vec<(String, String)>,
    pub(super) scripts: Option<String>,
    pub(super) print: bool,
    pub(super) places: Vec<String>,
}

pub(super) fn asked(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked::default();
    while let Some(argument) = arguments.next() {
        let mut value =
            || arguments.next().ok_or_else(|| format!("`{argument}` takes a value\n{USAGE}"));
        match argument.as_str() {
            "--runner" => asked.runner = Some(value()?),
            "--runners" => asked.runners = Some(value()?),
            "--seed" => asked.seed = Some(value()?),
            "--scripts" => asked.scripts = Some(value()?),
            "--set" => {
                let pair = value()?;
                let (name, value) = pair
                    .split_once('=')
                    .ok_or_else(|| format!("`--set {pair}` has no `=`\n{USAGE}"))?;
                asked.settings.push((name.to_owned(), value.to_owned()));
            }
            "--print" => asked.print = true,
            _ if argument.starts_with("--") => {
                return Err(format!("there is no option `{argument}`\n{USAGE}"));
            }
            _ => asked.places.push(argument),
        }
    }
    Ok(asked)
}

/// The runner that was asked for, with its settings.
pub(super) fn rig(asked: &Asked) -> Result<Rig, String> {
    let Some(name) = &asked.runner else {
        return Err(format!("which runner? ({})\n{USAGE}", linked()));
    };
    rig_of(named(name)?, asked, &asked.settings)
}

/// Each of the runners that were asked for, with those of the settings that it knows.
pub(super) fn several(asked: &Asked) -> Result<Vec<Rig>, String> {
    let names = asked.runners.as_deref().unwrap_or_default();
    let named: Result<Vec<Arc<dyn Runner>>, String> =
        names.split(',').filter(|name| !name.is_empty()).map(named).collect();
    let named = named?;
    if named.len() < 2 {
        return Err(format!("which runners? ({})\n{USAGE}", linked()));
    }
    for (name, _) in &asked.settings {
        if !named.iter().any(|runner| has(runner.as_ref(), name)) {
            return Err(format!("none of {names} has a setting `{name}`"));
        }
    }
    let rigs = named.into_iter().map(|runner| {
        let settings = asked.settings.iter().filter(|(name, _)| has(runner.as_ref(), name));
        let settings: Vec<(String, String)> = settings.cloned().collect();
        rig_of(runner, asked, &settings)
    });
    rigs.collect()
}

fn rig_of(
    runner: Arc<dyn Runner>,
    asked: &Asked,
    settings: &[(String, String)],
) -> Result<Rig, String> {
    let mut settings = settings.to_vec();
    if let Some(seed) = asked.seed.as_ref().filter(|_| has(runner.as_ref(), "seed")) {
        settings.push(("seed".to_owned(), seed.clone()));
    }
    Rig::of(runner.as_ref(), settings).map_err(|error| error.to_string())
}

fn linked() -> String {
    let runners = runners();
    let names: Vec<&str> = runners.iter().map(|runner| runner.name()).collect();
    if names.is_empty() {
        "no runner is linked in; ours are with `--features our-runners`".to_owned()
    } else {
        format!("linked in: {}", names.join(", "))
    }
}

/// The runner of this name; behind a `+`, the name of a bug, and behind a `:`, where it is.
fn named(name: &str) -> Result<Arc<dyn Runner>, String> {
    let found = runners().into_iter().find(|runner| runner.name() == name);
    if let Some(runner) = found {
        return Ok(runner.into());
    }
    let Some((runner, bug)) = name.rsplit_once('+') else {
        return Err(format!("there is no runner `{name}` ({})", linked()));
    };
    let (bug, seed) = bug.split_once(':').unwrap_or((bug, "0"));
    let seed = seed.parse().map_err(|_| format!("`{seed}` of `{name}` is no number"))?;
    Ok(Arc::new(Buggy::of(named(runner)?, bug.parse()?, seed)))
}
