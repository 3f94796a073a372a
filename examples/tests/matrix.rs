//! What `matrix` prints in any program, as it is committed in `snapshots`.
//!
//! After a wanted change write it anew and read the difference: `INSTA_UPDATE=always cargo test -p
//! heliostat-examples --test matrix`.

#[path = "programs/program.rs"]
mod program;

use program::{run, text};

#[test]
fn a_terminal_shows_the_columns_that_the_runners_ship() {
    let program = env!("CARGO_BIN_EXE_word-count");
    for runner in ["direct", "micro-batch", "per-record"] {
        let ran = run(program, &["matrix", "--runner", runner]);
        assert!(ran.status.success(), "{}", text(&ran.stderr));
        insta::assert_snapshot!(runner, text(&ran.stdout));
    }
    let ran = run(program, &["matrix"]);
    let all = text(&ran.stdout);
    assert!(ran.status.success() && all.contains("direct 0.1.0"), "{all}");
    for id in ["window.session", "ops.checkpoint", "xlang"] {
        assert!(all.lines().any(|line| line.trim_start().starts_with(id)), "{id}:\n{all}");
    }
}
