//! README's first two commands are the ones `.ci/run` calls, exactly as printed.

use std::process::Command;

use super::tree::{self, File, Repository};

/// The contents of the ```sh blocks, in order.
pub(crate) fn commands(readme: &File) -> Vec<String> {
    let (mut commands, mut language) = (Vec::new(), None);
    for line in &readme.lines {
        match (line.text.strip_prefix("```"), language) {
            (Some(_), Some(_)) => language = None,
            (Some(opened), None) => {
                if opened == "sh" {
                    commands.push(String::new());
                }
                language = Some(opened);
            }
            (None, Some("sh")) => {
                let command = commands.last_mut().expect("the block's opening pushed one");
                command.push_str(&line.text);
                command.push('\n');
            }
            (None, _) => {}
        }
    }
    commands
}

#[test]
fn readme_shows_the_first_run_and_then_the_tests() {
    let readme = Repository::here().file("README.md").expect("the repository has a README.md");
    let commands = commands(readme);
    let help = "help: the first two ```sh blocks are the first run and the tests\n";
    for (at, what) in [(0, "flight-delays"), (1, "cargo test --workspace")] {
        let command = commands.get(at).map_or("", String::as_str);
        assert!(
            command.contains(what),
            "README.md: `{what}` is not in sh block {at}: {command}{help}"
        );
        assert!(!command.contains("$ "), "README.md: a prompt cannot be executed: {command}{help}");
    }
}

#[test]
fn ci_calls_the_commands_of_the_readme() {
    let Some(readme) = Repository::here().file("README.md") else { return };
    let commands = commands(readme);
    for (number, printed) in ["1", "2"].into_iter().zip(commands) {
        let mut run = Command::new("bash");
        run.args([".ci/run", "--readme", number]).current_dir(tree::root());
        let called = run.output().expect("bash runs .ci/run");
        let called = String::from_utf8_lossy(&called.stdout);
        assert_eq!(called, printed, "`.ci/run --readme {number}` differs from README.md");
    }
}
