//! Command lines: which are refused and why, and what the commands that run nothing show.

use super::{
    Build, Options, Pretender, Script, both, changing, direct, endless_group, launched, numbers,
};
use crate::{Error, Pipeline, Result, Window, secs};
use clap::Args;

#[test]
fn a_command_line_is_refused_by_name() {
    let none = Vec::new;
    let two = || vec![Pretender::new("rounds", Script::Done), Pretender::new("rows", Script::Done)];
    for (runners, command_line, words) in [
        (
            both(),
            "run --runner psychic",
            "error: there is no runner `psychic`\n  linked in: direct, rounds",
        ),
        (
            none(),
            "run",
            "error: no runner is linked into this program\n  help: add `use heliostat_direct as _;`",
        ),
        (none(), "run --runner psychic", "use heliostat_direct as _;"),
        (none(), "check --all", "use heliostat_direct as _;"),
        (two(), "run", "error: several runners are linked in: rounds, rows"),
        (
            both(),
            "run --rounds.seed 3",
            "error: `--rounds.seed` belongs to the runner `rounds`, and `direct` was chosen",
        ),
        (
            both(),
            "run --runner rounds --direct.trusting",
            "`--direct.trusting` belongs to the runner `direct`",
        ),
        (both(), "run --direct.seed x", "error: the setting `seed`: invalid digit"),
        (both(), "run --end x", "invalid value 'x' for '--end <END>'"),
        (both(), "check --runner direct --all", "cannot be used with"),
        (both(), "graph --runner direct", "--plan"),
        (both(), "graph --plan --format svg", "error: a plan is drawn as text only"),
        (both(), "graph --format png", "[possible values: text, mermaid, dot, svg, json]"),
        (both(), "matrix --runner psychic", "error: there is no runner `psychic`"),
        (both(), "fly", "unrecognized subcommand 'fly'"),
        (both(), "", "Usage: numbers <COMMAND>"),
        (
            both(),
            "run --events /no/such/directory/events",
            "error: cannot write the events to `/no/such/directory/events`",
        ),
    ] {
        let (exit, captured) = launched(runners, numbers, command_line);
        let remarks = captured.remarks();
        assert!(remarks.contains(words), "{command_line}: {remarks}");
        assert_eq!((exit.code(), captured.results().as_str()), (2, ""), "{command_line}");
    }
}

#[derive(Args)]
struct Runner {
    #[arg(long)]
    runner: Option<String>,
}

#[derive(Args)]
struct Alias {
    #[arg(long, alias = "format")]
    form: Option<String>,
}

#[derive(Args)]
struct Prefix {
    #[arg(long = "rounds.pace")]
    pace: Option<String>,
}

#[derive(Args)]
struct Short {
    #[arg(short)]
    host: Option<String>,
}

#[derive(Args)]
struct Counted {
    #[arg(long)]
    rows: Option<String>,
}

#[derive(Args)]
struct NearMiss {
    #[arg(long = "roundsman", short = 'r')]
    runner: Option<String>,
    #[arg(long = "flume.pace")]
    events: Option<String>,
}

#[test]
fn an_option_with_a_name_that_is_taken_is_refused_by_name() {
    fn clash<O: Args>(read: fn(&O) -> Option<&String>, words: &str) {
        // The fields are there to be options, and read to be used.
        let _ = read;
        let build: Build<O> = |_, _| Ok(());
        for command_line in ["run", "runners", "--help"] {
            let (exit, captured) = launched(both(), build, command_line);
            assert_eq!(exit.code(), 2, "{command_line}");
            assert!(captured.remarks().contains(words), "{}", captured.remarks());
        }
    }
    clash::<Runner>(
        |options| options.runner.as_ref(),
        "error: the pipeline's option `--runner` (`runner` in its options) has a name that is \
         taken: launch has one of that name",
    );
    clash::<Alias>(|options| options.form.as_ref(), "option `--format` (`form` in its options)");
    clash::<Prefix>(
        |options| options.pace.as_ref(),
        "option `--rounds.pace` (`pace` in its options) has a name that is taken: its prefix \
         belongs to the runner `rounds`",
    );
    clash::<Counted>(|options| options.rows.as_ref(), "option `--rows` (`rows` in its options)");
    clash::<Short>(|options| options.host.as_ref(), "option `-h` (`host` in its options)");
}

#[test]
fn options_that_only_look_like_launch_s_own_are_the_author_s() {
    let build: Build<NearMiss> = |pipeline, options| {
        assert_eq!(options.runner.as_deref(), Some("a"));
        assert_eq!(options.events.as_deref(), Some("b"));
        numbers(pipeline, &Options { end: 3 })
    };
    let (exit, captured) = launched(both(), build, "run -r a --flume.pace b --rounds.seed 3");
    assert_eq!(exit.code(), 2, "{}", captured.remarks());
    let (exit, captured) =
        launched(both(), build, "run -r a --flume.pace b --runner rounds --rounds.seed -3");
    assert_eq!(exit.code(), 0, "{}", captured.remarks());
}

#[test]
fn a_pipeline_that_cannot_be_built_is_refused_with_the_reason() {
    let fails: Build<Options> = |_, _| Err(Error::new("no airport `ZZZ`"));
    let panics: Build<Options> = |pipeline, options| {
        numbers(pipeline, options)?;
        pipeline.create([1]).window(Window::fixed(secs(0)));
        Ok(())
    };
    for command_line in ["run", "check", "graph", "graph --plan"] {
        let (exit, captured) = launched(both(), fails, command_line);
        assert_eq!(exit.code(), 2);
        assert_eq!(captured.remarks(), "error: no airport `ZZZ`\n");

        let (exit, captured) = launched(both(), panics, command_line);
        assert_eq!(exit.code(), 2);
        let remarks = captured.remarks();
        let place = remarks.lines().nth(1).expect("the second line says where");
        assert!(remarks.starts_with("error: "), "{remarks}");
        assert!(place.starts_with("  at: ") && place.contains("commands.rs:"), "{remarks}");
    }
}

#[test]
fn building_must_be_deterministic_where_the_runner_is_suspicious() {
    for (command_line, code) in [
        ("run", 2),
        ("check --all", 2),
        ("graph --plan", 2),
        ("run --direct.trusting", 0),
        ("run --runner rounds", 0),
        ("graph", 0),
    ] {
        let (exit, captured) = launched(both(), changing, command_line);
        let remarks = captured.remarks();
        assert_eq!(exit.code(), code, "{command_line}: {remarks}");
        let complains = remarks.contains("error: two builds gave two different pipelines");
        assert_eq!(complains, code == 2, "{command_line}: {remarks}");
    }
}

#[test]
fn graph_draws_in_the_form_that_was_asked_for() {
    for (command_line, words) in [
        ("graph", "Read"),
        ("graph --format mermaid", "Read"),
        ("graph --format dot", "digraph"),
        ("graph --format svg", "<svg"),
        ("graph --format json --end 3", "\"steps\""),
        ("graph --plan", "9 leaves in one stage"),
    ] {
        let (exit, captured) = launched(both(), numbers, command_line);
        let results = captured.results();
        assert!(results.contains(words), "{command_line}: {results}");
        assert_eq!((exit.code(), captured.remarks().as_str()), (0, ""), "{command_line}");
    }
    let (exit, captured) = launched(both(), endless_group, "graph --plan");
    assert_eq!((exit.code(), captured.results().as_str()), (2, ""));
    assert!(captured.remarks().contains("error[unbounded-group]"), "{}", captured.remarks());
    let (exit, _) = launched(both(), endless_group, "graph");
    assert_eq!(exit.code(), 0, "a drawing helps to find the problem");
}

#[test]
fn runners_are_listed_with_their_version() {
    let (exit, captured) = launched(both(), numbers, "runners");
    assert_eq!(exit.code(), 0);
    let expected = "direct 0.0.1: pretends to run\nrounds 0.0.1: pretends to run\n";
    assert_eq!(captured.results(), expected);
    let (exit, captured) = launched(Vec::new(), numbers, "runners");
    assert_eq!((exit.code(), captured.results().as_str()), (0, ""));
    assert!(captured.remarks().contains("no runner is linked"), "{}", captured.remarks());
}

#[test]
fn help_shows_whose_options_are_whose() {
    let (exit, captured) = launched(both(), numbers, "run --help");
    assert_eq!(exit.code(), 0);
    let results = captured.results();
    for words in [
        "Usage: numbers run [OPTIONS]",
        "The runner (linked in: direct, rounds)",
        "Options of this pipeline:",
        "Options of the direct runner:",
        "--direct.seed <VALUE>",
        "what chance is made from [default: 0]",
        "--rounds.trusting",
    ] {
        assert!(results.contains(words), "{words}: {results}");
    }
}

#[test]
fn the_matrix_shows_findings_reasons_and_what_was_never_computed() {
    let matrix = r#"{"runner":"direct","version":"0.0.1","suite":"0.0.1","cells":{
        "gbk":{"bounded":"yes","unbounded":"partial","reason":"at the end only","cases":["a"]},
        "flatten":{"bounded":"no","unbounded":"unverified","reason":null,"cases":[]}}}"#;
    let runners = || {
        let direct = Pretender { matrix, ..Pretender::new("direct", Script::Done) };
        vec![direct, Pretender::new("rounds", Script::Done)]
    };
    let (exit, captured) = launched(runners(), numbers, "matrix");
    assert_eq!(exit.code(), 0, "{}", captured.remarks());
    let results = captured.results();
    let row = |id: &str| -> Vec<String> {
        let line = results.lines().find(|line| line.split_whitespace().next() == Some(id));
        let cells = line.expect("each capability has a row").split("  ");
        cells.map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty()).collect()
    };
    assert_eq!(row("gbk"), ["gbk", "yes", "partial", "unverified", "unverified"]);
    assert_eq!(row("flatten"), ["flatten", "no", "unverified", "unverified", "unverified"]);
    assert_eq!(row("ops.drain")[1..], ["not built yet"; 4]);
    assert!(results.starts_with("  ") && results.contains("direct 0.0.1"), "{results}");
    assert!(
        results.ends_with(
            "direct, gbk, partial: at the end only\nrounds: its matrix was never computed\n"
        ),
        "{results}"
    );

    let (exit, captured) = launched(runners(), numbers, "matrix --runner rounds");
    assert_eq!(exit.code(), 0);
    assert!(!captured.results().contains("direct"), "{}", captured.results());

    let broken = Pretender { matrix: "{", ..Pretender::new("direct", Script::Done) };
    let (exit, captured) = launched(vec![broken], numbers, "matrix");
    assert_eq!(exit.code(), 2);
    assert!(captured.remarks().contains("cannot read the matrix of `direct`"));
}

#[test]
fn commands_that_run_nothing_need_no_options() {
    #[derive(Args)]
    struct Needy {
        #[arg(long)]
        input: String,
    }
    let build: Build<Needy> = |_, options| {
        assert_eq!(options.input, "a");
        Ok(())
    };
    for (command_line, code) in
        [("runners", 0), ("matrix", 0), ("run", 2), ("check", 2), ("check --input a", 0)]
    {
        assert_eq!(launched(direct(Script::Done), build, command_line).0.code(), code);
    }
}

#[test]
fn a_positional_option_is_the_author_s() {
    #[derive(Args)]
    struct Inputs {
        inputs: Vec<String>,
    }
    fn build(_: &Pipeline, options: &Inputs) -> Result<()> {
        assert_eq!(options.inputs, ["a.csv", "b.csv"]);
        Ok(())
    }
    let (exit, captured) = launched(both(), build, "check --all a.csv b.csv");
    assert_eq!(exit.code(), 0, "{}", captured.remarks());
}
