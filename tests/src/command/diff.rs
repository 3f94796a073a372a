//! Whether runners give the same, and the smallest case for which they do not.

use std::io::{self, Write};

use heliostat::Runner;

use super::arguments::{Asked, several};
use super::places::{Item, items};
use super::{ALL_RIGHT, SOME_FAILED, Trouble, USAGE};
use crate::case::Case;
use crate::report::{invocation, ruler};
use crate::{Difference, Rig, compared, output_of, script, written};

/// Under which name the command suggests to keep a case.
const KEPT: &str = "difference.case";

/// Runs each case on each runner up to the first that differs.
pub(super) fn diff(asked: &Asked, out: &mut dyn Write) -> Result<u8, Trouble> {
    let rigs = several(asked)?;
    let runners: Vec<&dyn Runner> = rigs.iter().map(|rig| rig.runner.as_ref()).collect();
    let names: Vec<&str> = runners.iter().map(|runner| runner.name()).collect();
    let (mut same, mut refused) = (0_usize, 0_usize);
    for case in cases(asked)? {
        let compared = compared(&case, &runners);
        for (runner, why) in &compared.refused {
            refused += 1;
            writeln!(out, "`{runner}` does not run {}: {why}", case.name)?;
        }
        if let Some(difference) = compared.difference {
            print(&difference, &rigs, asked, out)?;
            return Ok(SOME_FAILED);
        }
        same += usize::from(1 < compared.same.len());
    }
    if same == 0 {
        writeln!(out, "nothing is left to compare on {}", names.join(", "))?;
        return Ok(SOME_FAILED);
    }
    let without = match refused {
        0 => String::new(),
        1 => ", 1 refusal aside".to_owned(),
        _ => format!(", {refused} refusals aside"),
    };
    let cases = if same == 1 { "1 case gives".to_owned() } else { format!("{same} cases give") };
    writeln!(out, "{cases} the same on {}{without}", names.join(", "))?;
    Ok(ALL_RIGHT)
}

/// Those that were named and those that were asked to be generated; without either, all there are.
fn cases(asked: &Asked) -> Result<Vec<Case>, String> {
    let number = |option: &str, text: &Option<String>| {
        let parsed = text.as_deref().map(|text| {
            text.parse::<u64>().map_err(|_| format!("`{option} {text}` is no number\n{USAGE}"))
        });
        parsed.transpose()
    };
    let scripts = number("--scripts", &asked.scripts)?;
    let from = number("--seed", &asked.seed)?.unwrap_or(0);
    let named = if scripts.is_some() && asked.places.is_empty() {
        Vec::new()
    } else {
        items(&asked.places)?
    };
    let mut cases = Vec::new();
    for item in named {
        match item {
            Item::Case(case) => cases.push(*case),
            Item::Check(_) if asked.places.is_empty() => {}
            Item::Check(check) => {
                return Err(format!(
                    "`{}` is a check; only what cases give is compared",
                    check.name
                ));
            }
        }
    }
    cases.extend((from..from.saturating_add(scripts.unwrap_or(0))).map(script));
    Ok(cases)
}

fn print(
    difference: &Difference,
    rigs: &[Rig],
    asked: &Asked,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Difference { case, runners, lines, small, small_lines } = difference;
    let width = runners.iter().map(String::len).max().unwrap_or(0) + 1;
    let both = |lines: &[String; 2], out: &mut dyn Write| {
        runners
            .iter()
            .zip(lines)
            .try_for_each(|(runner, line)| writeln!(out, "{:<width$} {line}", format!("{runner}:")))
    };
    writeln!(out, "DIFFERS {}", case.name)?;
    both(lines, out)?;
    writeln!(out, "{}", ruler(&format!("made smaller: {KEPT}")))?;
    write!(out, "{}", written(small))?;
    writeln!(out, "{}", ruler("which gives"))?;
    both(small_lines, out)?;
    let other = rigs.iter().find(|rig| rig.runner.name() == runners[1]);
    if let Some(Ok(given)) = other.map(|rig| output_of(small, rig.runner.as_ref())) {
        writeln!(out, "{}", ruler(&format!("all of {}", runners[1])))?;
        write!(out, "{given}")?;
    }
    let mut settings: String = asked.seed.iter().map(|seed| format!(" --seed {seed}")).collect();
    settings.extend(asked.settings.iter().map(|(name, value)| format!(" --set {name}={value}")));
    writeln!(out, "{}", ruler("run it again"))?;
    let command = invocation();
    writeln!(out, "{command} diff --runners {}{settings} {KEPT}", runners.join(","))
}
