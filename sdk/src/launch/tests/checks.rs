//! What `check` says, for people and for machines, and that `run` refuses by the same words.

use super::{Build, Options, Pretender, Script, both, direct, endless_group, launched, numbers};
use crate::{Capability, Extent, Support};
use serde_json::{Value, json};

/// The line of the write in `numbers`.
fn line_of_the_write(problem: &Value) -> u64 {
    assert_eq!(problem["file"], "sdk/src/launch/tests.rs");
    problem["line"].as_u64().expect("a line is a number")
}

#[test]
fn every_problem_is_told_and_a_line_for_each_runner() {
    let runners = || vec![Pretender::new("direct", Script::Done), Pretender::without_write("rows")];
    let fine = "direct: ok: it has all 4 capabilities that are needed\n";
    let run = "to run it: `numbers run --runner direct` with the same options\n";
    for (build, command_line, code, ends_with) in [
        (numbers as Build<Options>, "check", 0, format!("{fine}{run}")),
        (numbers, "check --all", 2, format!("{fine}rows: 1 problem\n{run}")),
        (
            numbers,
            "check --runner rows",
            2,
            "rows: 1 problem\nhelp: would take it: `--runner direct`\n".to_owned(),
        ),
        (endless_group, "check", 2, "direct: 1 problem\n".to_owned()),
    ] {
        let (exit, captured) = launched(runners(), build, command_line);
        let results = captured.results();
        assert!(results.ends_with(&ends_with), "{command_line}: {results}");
        assert_eq!((exit.code(), captured.remarks().as_str()), (code, ""), "{command_line}");
    }
    let (_, captured) = launched(both(), endless_group, "check --all");
    let results = captured.results();
    assert_eq!(results.matches("error[unbounded-group]").count(), 1, "{results}");
    assert!(results.ends_with("direct: 1 problem\nrounds: 1 problem\n"), "{results}");
}

#[test]
fn what_is_done_in_part_is_told_where_it_is_needed() {
    let support = Support::everything()
        .with(Capability::Write, Extent::Partial("keeps only the last part".into()))
        .with(Capability::TimerLooping, Extent::Partial("loops once".into()));
    let runner = Pretender { support, ..Pretender::new("direct", Script::Done) };
    let (exit, captured) = launched(vec![runner.clone()], numbers, "check");
    let results = captured.results();
    let told = "direct: ok: it has 3 of 4 capabilities that are needed\n  \
                in part: `Collect` needs `write`: keeps only the last part\n";
    assert!(results.starts_with(told), "{results}");
    assert_eq!(exit.code(), 0);

    let (_, captured) = launched(vec![runner], numbers, "check --format json");
    let answer: Value = serde_json::from_str(&captured.results()).expect("it is one value");
    let in_part = &answer["runners"][0]["in_part"];
    assert_eq!(in_part.as_array().map(Vec::len), Some(1), "{answer}");
    assert_eq!(in_part[0]["capability"], "write");
    assert_eq!(in_part[0]["differs"], "keeps only the last part");
}

#[test]
fn a_machine_reads_what_is_wrong_and_what_to_change() {
    let runners = || vec![Pretender::new("direct", Script::Done), Pretender::without_write("rows")];
    let (exit, captured) = launched(runners(), numbers, "check --all --format json");
    let mut answer: Value = serde_json::from_str(&captured.results()).expect("it is one value");
    assert_eq!(exit.code(), 2);
    let problem = &mut answer["runners"][1]["problems"][0];
    assert_ne!(line_of_the_write(problem), 0);
    problem["line"] = json!(0);
    let sentence = "writes to a sink that appears whole or not at all";
    assert_eq!(
        answer,
        json!({
            "program": "numbers",
            "runners": [
                {
                    "runner": "direct", "version": "0.0.1", "takes_it": true,
                    "problems": [], "in_part": [],
                },
                {
                    "runner": "rows", "version": "0.0.1", "takes_it": false,
                    "problems": [{
                        "code": "unsupported", "severity": "error", "step": "Collect",
                        "file": "sdk/src/launch/tests.rs", "line": 0,
                        "what": "`Collect` needs `write`, which runner `rows` does not support",
                        "why": format!("it has no sinks; a runner that supports it {sentence}"),
                        "help": "no other linked runner takes the whole pipeline: link one that \
                                 does, or do without the step",
                        "unmet": {
                            "capability": "write", "input": "bounded",
                            "reason": "it has no sinks", "change": null, "taken_by": [],
                        },
                    }],
                    "in_part": [],
                },
            ],
            "taken_by": ["direct"],
        })
    );
}

#[test]
fn run_refuses_by_the_words_of_check() {
    let runners = || vec![Pretender::without_write("direct")];
    let (_, checked) = launched(runners(), numbers, "check");
    let (exit, ran) = launched(runners(), numbers, "run");
    assert_eq!((exit.code(), ran.remarks()), (2, checked.results()));
    let (exit, captured) = launched(direct(Script::Done), numbers, "check --format yaml");
    assert_eq!(exit.code(), 2);
    assert!(captured.remarks().contains("[possible values: text, json]"), "{}", captured.remarks());
}
