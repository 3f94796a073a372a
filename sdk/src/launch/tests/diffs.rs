//! Comparisons of runners: what is said of those that agree, of those that do not, and of input that
//! cannot be compared.

use super::relay::{Fault, Relay};
use super::{Build, Options, launched_on, numbers};
use crate::{
    BadRow, Error, Fill, Pipeline, Read, Reader, Result, Rows, Runner, TestStream, Timestamp,
    generate_sequence, secs,
};
use std::path::Path;

type Runners = Vec<Box<dyn Runner>>;

fn and(fault: Fault) -> Runners {
    vec![Relay::boxed("direct", Fault::Nothing), Relay::boxed("rounds", fault)]
}

/// Numbers that come once a second, in bundles.
fn timed(pipeline: &Pipeline, options: &Options) -> Result<()> {
    let numbers = generate_sequence(0..options.end).event_time(Timestamp::secs(0), secs(1));
    pipeline.read(numbers.unbounded()).collect();
    Ok(())
}

/// Numbers from everywhere.
fn everywhere(pipeline: &Pipeline, options: &Options) -> Result<()> {
    let created = pipeline.create(100..100 + options.end).named("Numbers");
    let script = TestStream::new()
        .add([(200_u64, Timestamp::secs(1)), (203, Timestamp::secs(2))])
        .watermark(Timestamp::secs(5))
        .processing_time(secs(3))
        .add([(210, Timestamp::secs(4))]);
    created.collect();
    pipeline.test_stream(script).named("Script").collect();
    pipeline.read(generate_sequence(0..options.end)).collect();
    // Nobody takes these, so they are nobody's input.
    pipeline.create([7_u64]);
    Ok(())
}

/// What a comparison says: results, then remarks behind an empty line.
fn said(runners: Runners, build: Build<Options>, arguments: &str) -> (u8, String) {
    let (exit, captured) = launched_on(runners, build, &format!("diff {arguments}"));
    (exit.code(), format!("{}\n{}", captured.results(), captured.remarks()))
}

#[test]
fn runners_that_agree_are_told_in_one_line() {
    let three = || {
        let right = [Fault::Backwards, Fault::TriesTwice].into_iter().zip(["rows", "rounds"]);
        let mut runners: Runners = right.map(|(fault, name)| Relay::boxed(name, fault)).collect();
        runners.push(Relay::boxed("direct", Fault::Nothing));
        runners
    };
    for (build, arguments, line) in [
        (
            numbers as Build<Options>,
            "--end 1200 --runners direct,rows",
            "direct and rows agree: 1,200 panes of 1 write, from 1,200 rows\n\n",
        ),
        (timed, "", "direct, rows and rounds agree: 9 panes of 1 write, from 9 rows\n\n"),
        (
            timed,
            "--end 1 --runners rounds,direct,rounds --rounds.pace slow",
            "rounds and direct agree: 1 pane of 1 write, from 1 row\n\n",
        ),
        (
            everywhere,
            "--bundle-rows 2",
            "direct, rows and rounds agree: 21 panes of 3 writes, from 21 rows\n\n",
        ),
        (
            timed,
            "--rows 5",
            "direct, rows and rounds agree: 5 panes of 1 write, from 5 rows\n\n\
             `Read`: only the first 5 rows are compared; `--rows N` takes more\n",
        ),
    ] {
        assert_eq!(said(three(), build, arguments), (0, line.to_owned()), "{arguments}");
    }
    let drop = || Relay::boxed("drops", Fault::Drops);
    let both = || vec![drop(), Relay::boxed("direct", Fault::Drops)];
    let line = "direct and drops agree: 9 panes of 1 write and 2 elements dropped, from 9 rows\n\n";
    assert_eq!(said(both(), timed, ""), (0, line.to_owned()));
}

#[test]
fn runners_that_differ_are_told_with_the_smallest_input() {
    let beyond = |number| {
        let other = Relay::boxed_of("rounds", Fault::TooMany, number);
        vec![Relay::boxed("direct", Fault::Nothing), other]
    };
    let with_others = || {
        let mut runners = and(Fault::Miscounts);
        runners.push(Relay::boxed("rows", Fault::Nothing));
        runners.push(Relay::boxed("sieve", Fault::Loses));
        runners
    };
    for (name, runners, build, arguments) in [
        ("lost", and(Fault::Loses), timed as Build<Options>, "--end 30 --bundle-rows 4"),
        ("lost-by-the-reference", and(Fault::Loses), timed, "--runners rounds,direct"),
        ("other-value", with_others(), numbers, "--end 30"),
        ("other-label", and(Fault::Relabels), everywhere, "--end 30"),
        ("dropped", and(Fault::Drops), timed, ""),
        ("failed", and(Fault::FailsOn), timed, ""),
        ("panicked", and(Fault::PanicsOn), timed, ""),
        ("many-rows", beyond(45), timed, "--end 60 --bundle-rows 9"),
        ("all-at-once", beyond(3), everywhere, "--end 4"),
        ("always", and(Fault::AlwaysFails), everywhere, "--end 4"),
        ("processing-time", and(Fault::NeedsTime), everywhere, ""),
    ] {
        let (code, text) = said(runners, build, arguments);
        assert_eq!(code, 1, "{name}: {text}");
        assert_golden(name, &format!("$ diff {arguments}\n{text}"));
    }
}

#[test]
fn a_failure_of_all_runners_is_no_difference_and_no_success() {
    let both = || {
        let other = Relay::boxed("rounds", Fault::FailsOn);
        vec![Relay::boxed("direct", Fault::FailsOn), other]
    };
    let text = "direct and rounds fail alike, from 9 rows\n\nerror: failed in run 0\n";
    assert_eq!(said(both(), timed, ""), (1, text.to_owned()));
    let (code, text) = said(both(), timed, "--end 7");
    assert_eq!(
        (code, text.lines().next()),
        (0, Some("direct and rounds agree: 7 panes of 1 write, from 7 rows"))
    );
}

#[test]
fn no_runner_is_blamed_for_chance_or_order() {
    for (fault, code, results, remarks) in [
        (
            Fault::LosesMore,
            1,
            "the pipeline is not deterministic: two runs on direct differ in what `Collect`",
            "",
        ),
        (
            Fault::FirstOfBundle,
            0,
            "direct and rounds agree: 9 panes of 1 write, from 9 rows",
            "what the pipeline gives depends on the order of the elements of a bundle",
        ),
    ] {
        let runners = vec![Relay::boxed("direct", fault), Relay::boxed("rounds", Fault::Nothing)];
        let (exit, captured) = launched_on(runners, timed, "diff");
        assert_eq!(exit.code(), code, "{fault:?}: {}", captured.results());
        assert!(captured.results().starts_with(results), "{}", captured.results());
        assert!(captured.remarks().starts_with(remarks), "{}", captured.remarks());
        assert!(!captured.results().contains("rounds differ"), "{}", captured.results());
    }
}

#[test]
fn a_comparison_that_cannot_be_is_refused() {
    let without = || and(Fault::WithoutScripts);
    for (runners, build, arguments, words) in [
        (
            and(Fault::Nothing),
            numbers as Build<Options>,
            "--runners direct,psychic",
            "error: there is no runner `psychic`\n  linked in: direct, rounds",
        ),
        (
            and(Fault::Nothing),
            numbers,
            "--runners direct,direct",
            "error: only the runner `direct` is there to be compared, and it takes two",
        ),
        (Vec::new(), numbers, "", "error: no runner is linked into this program"),
        (
            without(),
            numbers,
            "",
            "rounds: 1 problem\nrounds would run the pipeline; to be compared, a runner must also \
             play what the pipeline reads as a script",
        ),
        (without(), numbers, "", "error[unsupported]: `Read`"),
        (and(Fault::Nothing), super::endless_group, "", "direct: 1 problem\nrounds: 1 problem\n"),
        (
            and(Fault::Nothing),
            super::changing,
            "",
            "error: two builds gave two different pipelines",
        ),
        (and(Fault::Nothing), numbers, "--rounds.pace fast", "error: the setting `pace`: `fast`"),
        (and(Fault::Nothing), numbers, "--rows 0", "0 is not in 1..18446744073709551615"),
        (
            vec![
                Relay::boxed("direct", Fault::Nothing),
                Relay::boxed("rounds", Fault::Nothing),
                Relay::boxed("rows", Fault::Nothing),
            ],
            numbers,
            "--runners direct,rows --rounds.pace slow",
            "error: `--rounds.pace` belongs to the runner `rounds`, which is not compared\n  \
             help: leave it out, or name the runner in `--runners`",
        ),
    ] {
        let (code, text) = said(runners, build, arguments);
        assert_eq!(code, 2, "{arguments}: {text}");
        assert!(text.starts_with('\n') && text.contains(words), "{arguments}: {text}");
    }
}

#[test]
fn help_shows_the_default_runners_and_all_settings() {
    let rows = Relay::boxed("rows", Fault::Nothing);
    let (code, text) = said(vec![rows, Relay::boxed("direct", Fault::Nothing)], numbers, "--help");
    assert_eq!(code, 0);
    for words in
        ["[default: direct,rows]", "[default: 100000]", "--rows.pace <VALUE>", "--end <END>"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn an_interrupted_comparison_ends_as_a_run_does() {
    let text = "\ninterrupted: nothing more is compared\n".to_owned();
    assert_eq!(said(and(Fault::Interrupted), timed, ""), (130, text));
}

/// A source in two pieces that says what was scripted.
#[derive(Clone, Copy)]
enum Wrong {
    Split,
    Fill,
    Panic,
    Watermark,
    /// Has no more for now after its third number.
    Idle,
    /// Rejects every other row.
    Rows,
}

impl Read for Wrong {
    type Element = u64;
    type Restriction = u64;
    type Reader = WrongPiece;

    fn spec(&self) -> crate::graph::ReadSpec {
        crate::graph::ReadSpec {
            boundedness: crate::Boundedness::Unbounded,
            has_watermark_policy: true,
            ..crate::graph::ReadSpec::bounded("numbers")
        }
    }

    fn split(&self) -> Result<Vec<u64>> {
        match self {
            Self::Split => Err(Error::new("no such folder")),
            Self::Fill | Self::Panic | Self::Watermark | Self::Idle | Self::Rows => Ok(vec![0, 10]),
        }
    }

    fn open(&self, next: u64) -> Result<WrongPiece> {
        Ok(WrongPiece { wrong: *self, next, end: next + 5 })
    }
}

struct WrongPiece {
    wrong: Wrong,
    next: u64,
    end: u64,
}

impl Reader for WrongPiece {
    type Element = u64;
    type Restriction = u64;

    fn fill(&mut self, rows: &mut Rows<'_, u64>, _: usize) -> Result<Fill> {
        let number = self.next;
        self.next += 1;
        match self.wrong {
            Wrong::Fill if number == 13 => return Err(Error::new("the disk is gone")),
            Wrong::Panic => assert!(number != 13, "unlucky"),
            Wrong::Rows if !number.is_multiple_of(2) => {
                let reason = "odd".to_owned();
                rows.reject(BadRow { file: "numbers".into(), line: number, reason });
            }
            Wrong::Split | Wrong::Fill | Wrong::Watermark | Wrong::Idle | Wrong::Rows => {
                rows.push(number, Timestamp::secs(number.cast_signed()));
            }
        }
        match self.wrong {
            Wrong::Idle if number == 13 => Ok(Fill::Idle(Timestamp::MAX)),
            Wrong::Idle if number == 3 => Ok(Fill::Idle(Timestamp::secs(0))),
            _ if self.next == self.end => Ok(Fill::Done),
            Wrong::Split
            | Wrong::Fill
            | Wrong::Panic
            | Wrong::Watermark
            | Wrong::Idle
            | Wrong::Rows => Ok(Fill::More),
        }
    }

    fn position(&self) -> u64 {
        self.next
    }

    fn watermark(&self) -> Timestamp {
        let number = self.next.cast_signed();
        Timestamp::secs(match self.wrong {
            Wrong::Watermark if number == 13 => 0,
            Wrong::Split
            | Wrong::Fill
            | Wrong::Panic
            | Wrong::Watermark
            | Wrong::Idle
            | Wrong::Rows => number,
        })
    }
}

#[test]
fn what_a_source_says_is_told() {
    fn of(wrong: Wrong) -> impl Fn(&Pipeline, &Options) -> Result<()> {
        move |pipeline, _| {
            let (numbers, bad) = pipeline.read_or_dead_letter(wrong);
            numbers.collect();
            bad.collect();
            Ok(())
        }
    }
    for (wrong, code, words) in [
        (Wrong::Split, 1, "\nerror: `Read` cannot be read: no such folder\n"),
        (Wrong::Fill, 1, "\nerror: `Read` failed: the disk is gone\n"),
        (Wrong::Panic, 1, "\nerror: `Read` failed: unlucky\n  at: "),
        (
            Wrong::Watermark,
            1,
            "\nerror: `Read` failed: its watermark went back from 1970-01-01T00:00:12Z to \
             1970-01-01T00:00:00Z; a reader's watermark must never decrease\n",
        ),
        (
            Wrong::Idle,
            0,
            "direct and rounds agree: 9 panes of 2 writes, from 9 rows\n\n\
             `Read`: it has no more rows for now, so only those it gave are compared\n",
        ),
        (
            Wrong::Rows,
            0,
            "direct and rounds agree: 10 panes of 2 writes, from 6 rows\n\n\
             warning: `Read` rejected numbers:1: odd\n\
             warning: `Read` rejected numbers:11: odd\n\
             warning: `Read` rejected numbers:3: odd\n",
        ),
    ] {
        let captured = super::Captured::default();
        let console = captured.console();
        let program = super::Program { name: "numbers", runners: and(Fault::Nothing), console };
        let exit = program.launch(of(wrong), ["diff".into()].into_iter());
        let text = format!("{}\n{}", captured.results(), captured.remarks());
        assert_eq!(exit.code(), code, "{text}");
        assert!(text.starts_with(words), "{text}");
    }
}

/// After a wanted change: `UPDATE_GOLDEN=1 cargo test -p heliostat --lib diffs`.
#[track_caller]
fn assert_golden(name: &str, text: &str) {
    let golden =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff").join(format!("{name}.txt"));
    // Lines of these files move; which one it is does not matter here.
    let mut parts = text.split(".rs:");
    let first = parts.next().unwrap_or_default().to_owned();
    let text = parts.fold(first, |text, part| {
        text + ".rs:N" + part.trim_start_matches(|c: char| c.is_ascii_digit())
    });
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &text).expect("the folder exists");
    }
    let golden = std::fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(golden, text, "{name} is stale: run with UPDATE_GOLDEN=1");
}
