//! Wrong programs do not compile, and the compiler says why in our words.
//!
//! Every file in `tests/compile_fail` is such a program. A line `// says: ..` in it is a sentence
//! of ours that the compiler has to print, whatever its version. Everything around these sentences
//! is the compiler's own and changes with it, so the `.stderr` files are compared only under the
//! version that the workspace names. After a change of ours, write them anew and read the
//! difference: `TRYBUILD=overwrite cargo test -p heliostat --test compile_fail`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version of Rust whose words the `.stderr` files hold.
const RUST_VERSION: &str = env!("CARGO_PKG_RUST_VERSION");

#[test]
fn wrong_programs_are_refused_in_our_words() {
    let programs = programs();
    assert!(!programs.is_empty(), "tests/compile_fail holds no program");
    if is_the_workspaces(&version_of_rustc()) {
        let cases = trybuild::TestCases::new();
        cases.compile_fail("tests/compile_fail/*.rs");
        // It compares when it is dropped, and the check below reads what it may have written.
        drop(cases);
        for program in programs {
            let words = fs::read_to_string(program.with_extension("stderr"));
            assert_says(&program, &words.expect("trybuild asks for a .stderr file"));
        }
    } else {
        let package = package_of(&programs);
        for program in programs {
            assert_says(&program, &refusal(&package, &program));
        }
    }
}

#[test]
fn only_patches_of_the_workspaces_version_count_as_it() {
    for (minor, suffix, same) in [("", ".0", true), ("", ".3", true), ("0", ".0", false)] {
        let version = format!("rustc {RUST_VERSION}{minor}{suffix} (abc 2026-01-01)");
        assert_eq!(is_the_workspaces(&version), same, "{version}");
    }
    assert!(!is_the_workspaces(&format!("rustc {RUST_VERSION}.0-nightly (abc 2026-01-01)")));
}

/// All programs, in the order of their names.
fn programs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_fail");
    let entries = fs::read_dir(folder).expect("the folder of this test exists");
    let paths = entries.map(|entry| entry.expect("a folder can be listed").path());
    let mut programs: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|kind| kind == "rs")).collect();
    programs.sort();
    programs
}

fn version_of_rustc() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    let version = output.expect("rustc runs, since it compiled this test").stdout;
    String::from_utf8(version).expect("rustc tells its version in UTF-8")
}

/// Whether this is a release of the version that the workspace names.
fn is_the_workspaces(version: &str) -> bool {
    let number = version.split_whitespace().nth(1).unwrap_or_default();
    let patch = number.strip_prefix(RUST_VERSION).and_then(|rest| rest.strip_prefix('.'));
    patch.is_some_and(|patch| patch.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A package with a binary for each program, which is locked to what the workspace is locked to.
fn package_of(programs: &[PathBuf]) -> PathBuf {
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile_fail");
    fs::create_dir_all(&package).expect("cargo gives tests a folder to write to");
    let mut manifest = format!(
        "[package]\nname = \"compile-fail\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [workspace]\n\
         [dependencies]\nheliostat.path = {sdk:?}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n"
    );
    for program in programs {
        manifest += &format!("[[bin]]\nname = {:?}\npath = {program:?}\n", name(program));
    }
    fs::write(package.join("Cargo.toml"), manifest).expect("the folder takes a manifest");
    let lock = sdk.ancestors().map(|folder| folder.join("Cargo.lock")).find(|lock| lock.is_file());
    fs::copy(lock.expect("the workspace is locked"), package.join("Cargo.lock"))
        .expect("the folder takes a lock file");
    package
}

/// What the compiler prints about `program`.
fn refusal(package: &Path, program: &Path) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline", "--color=never", "--bin", name(program)])
        .current_dir(package)
        // A folder of its own: that of the workspace is locked by the cargo that runs this test.
        .env("CARGO_TARGET_DIR", package.join("target"))
        .output()
        .expect("cargo runs, since it runs this test");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{} compiles, and must not", program.display());
    words
}

fn name(program: &Path) -> &str {
    let stem = program.file_stem().and_then(|stem| stem.to_str());
    stem.expect("the name of a program is UTF-8")
}

fn assert_says(program: &Path, words: &str) {
    let source = fs::read_to_string(program).expect("a listed program can be read");
    let sentences: Vec<_> =
        source.lines().filter_map(|line| line.strip_prefix("// says: ")).collect();
    let program = program.display();
    assert!(!sentences.is_empty(), "{program} has no line `// says: ..`");
    for sentence in sentences {
        assert!(words.contains(sentence), "{program} should say `{sentence}`, but says\n{words}");
    }
}
