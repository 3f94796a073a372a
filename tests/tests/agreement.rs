//! Engine and oracle agree: generated scripts on every runner, against what the model's letter says.
//!
//! The same 500 scripts in every test run. `AGREEMENT_SCRIPTS=10000 AGREEMENT_FROM=500` takes others.
//! What fails is printed as a case file, made as small as it gets and with what the oracle expects;
//! `AGREEMENT_SHRINK=no` only names the scripts.

use heliostat::{RunErrorKind, Runner};
use heliostat_conformance::case::{Case, Expectation, render_output};
use heliostat_conformance::{build, oracle, planned, rigs, script, shrunk, variants, written};

const SCRIPTS: u64 = 500;

/// How many of the scripts that fail are made smaller and shown whole.
const SHOWN: usize = 3;

/// What a runner gives, beside what it must.
enum Verdict {
    Agrees,
    /// No case of the kind that scripts are.
    Refused(String),
    /// With this instead, as the end of a case file.
    Differs(String),
}

fn verdict(case: &Case, runner: &dyn Runner) -> Verdict {
    let built = match build(case) {
        Ok(built) => built,
        Err(why) => return Verdict::Refused(why),
    };
    let got = match runner.run(&built.pipeline) {
        Ok(result) => Ok(built.output(&result)),
        Err(error) if error.kind() == RunErrorKind::Refused => {
            return Verdict::Refused(error.to_string());
        }
        Err(error) => Err(error.to_string()),
    };
    let want = oracle(case);
    match (&want, &got) {
        (Ok(want), Ok(got)) if want == got => Verdict::Agrees,
        (Err(_), Err(_)) => Verdict::Agrees,
        (_, Ok(got)) => Verdict::Differs(render_output(got)),
        (_, Err(why)) => Verdict::Differs(format!("# fails: {why}\n")),
    }
}

/// The case as a file that expects what the oracle says, and what came instead.
fn shown(case: &Case, runner: &dyn Runner) -> String {
    let small = shrunk(case, |case| matches!(verdict(case, runner), Verdict::Differs(_)));
    let Verdict::Differs(got) = verdict(&small, runner) else {
        return "it agrees when it is run again".into();
    };
    let kept = match oracle(&small) {
        Ok(output) => written(&Case { expectation: Expectation::Output(output), ..small }),
        Err(why) => written(&Case { expectation: Expectation::Fails(why), ..small }),
    };
    format!("{kept}\n-- got\n{got}")
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn number(name: &str, default: u64) -> u64 {
    let number = |text: String| text.parse().unwrap_or_else(|_| panic!("{name}={text}"));
    setting(name).map_or(default, number)
}

/// Every second script, so that two cores are busy. Says how many there were.
fn assert_agreement(odd: u64) -> String {
    let rigs = rigs();
    assert!(
        !rigs.is_empty(),
        "no runner is linked in: cargo test -p heliostat-conformance --features our-runners"
    );
    let from = number("AGREEMENT_FROM", 0);
    let seeds = from..from + number("AGREEMENT_SCRIPTS", SCRIPTS);
    let (mut run, mut left, mut wrong) = (0, 0, Vec::new());
    for seed in seeds.filter(|seed| seed % 2 == odd) {
        let case = script(seed);
        if planned(&case).is_some() {
            left += 1;
            continue;
        }
        run += 1;
        for rig in rigs.iter().flat_map(|rig| variants(rig.runner.as_ref(), [seed])) {
            let verdict = verdict(&case, rig.runner.as_ref());
            let what = match verdict {
                Verdict::Agrees => continue,
                Verdict::Refused(why) => format!("disagrees: {} {rig:?}: {why}", case.name),
                Verdict::Differs(_) if setting("AGREEMENT_SHRINK").as_deref() == Some("no") => {
                    format!("disagrees: {} {rig:?}", case.name)
                }
                Verdict::Differs(_) if SHOWN <= wrong.len() => {
                    format!("disagrees: {} {rig:?}", case.name)
                }
                Verdict::Differs(_) => {
                    let shown = shown(&case, rig.runner.as_ref());
                    format!("disagrees: {} {rig:?}, made smaller:\n{shown}", case.name)
                }
            };
            wrong.push(what);
            break;
        }
    }
    assert!(wrong.is_empty(), "{} of {run} scripts\n{}", wrong.len(), wrong.join("\n"));
    // What is planned is left out, and that must not be much.
    assert!(left * 10 <= run, "{left} of {} scripts cannot be run", left + run);
    format!("{run} scripts were run, {left} wait for what is not built yet")
}

#[test]
fn every_runner_does_what_the_oracle_says_of_even_scripts() {
    println!("{}", assert_agreement(0));
}

#[test]
fn every_runner_does_what_the_oracle_says_of_odd_scripts() {
    println!("{}", assert_agreement(1));
}
