//! The settings of runners on the command line, each behind the name of its runner.

use crate::{Error, Result, Runner, Setting, SettingKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::collections::BTreeMap;

/// The same with an argument for each setting of this runner.
pub(super) fn with_settings(command: Command, runner: &dyn Runner) -> Command {
    let heading = format!("Options of the {} runner", runner.name());
    runner.settings().into_iter().fold(command, |command, setting| {
        let long = long_name(runner, &setting);
        let argument = Arg::new(long.clone()).long(long).help_heading(heading.clone());
        command.arg(match setting.kind {
            SettingKind::Flag => argument.action(ArgAction::SetTrue).help(setting.help),
            // The default stands in the help only: what is not given is the runner's to decide.
            SettingKind::Value { default } => argument
                .value_name("VALUE")
                .allow_hyphen_values(true)
                .help(format!("{} [default: {default}]", setting.help)),
        })
    })
}

fn long_name(runner: &dyn Runner, setting: &Setting) -> String {
    format!("{}.{}", runner.name(), setting.name)
}

/// The settings that were given for the chosen runner, without their prefix.
///
/// # Errors
/// If a setting of another runner was given.
pub(super) fn settings(
    matches: &ArgMatches,
    chosen: &dyn Runner,
    runners: &[Box<dyn Runner>],
) -> Result<BTreeMap<String, String>> {
    for owner in runners.iter().filter(|runner| runner.name() != chosen.name()) {
        if let Some(long) = any_given(matches, owner.as_ref()) {
            return Err(Error::new(format!(
                "`--{long}` belongs to the runner `{owner}`, and `{chosen}` was chosen\n  \
                 help: leave it out, or choose `--runner {owner}`",
                owner = owner.name(),
                chosen = chosen.name(),
            )));
        }
    }
    Ok(of_runner(matches, chosen))
}

/// Some setting of this runner that was given, by its long name.
pub(super) fn any_given(matches: &ArgMatches, runner: &dyn Runner) -> Option<String> {
    let longs = runner.settings().into_iter().map(|setting| long_name(runner, &setting));
    longs.into_iter().find(|long| is_given(matches, long))
}

/// The settings that were given for a runner, without their prefix.
pub(super) fn of_runner(matches: &ArgMatches, runner: &dyn Runner) -> BTreeMap<String, String> {
    let given = runner.settings().into_iter().filter_map(|setting| {
        let long = long_name(runner, &setting);
        let value = match setting.kind {
            SettingKind::Flag => "true".to_owned(),
            SettingKind::Value { .. } => {
                matches.get_one::<String>(&long).cloned().unwrap_or_default()
            }
        };
        is_given(matches, &long).then(|| (setting.name.to_owned(), value))
    });
    given.collect()
}

fn is_given(matches: &ArgMatches, long: &str) -> bool {
    matches.value_source(long) == Some(ValueSource::CommandLine)
}
