//! What is generated is fresh: the glossary, and the timelines of the guide.
//!
//! The glossary is what the sources say: one line per noun, linked to the file it lives in. A
//! timeline is what a case does on the direct runner; a chapter of the guide shows
//! `timelines/FOLDER/NAME.svg` to have that of the case `FOLDER/NAME`. After a wanted change write it anew and read the difference:
//! `UPDATE_GOLDEN=1 cargo test -p heliostat-conformance --test generated`.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the sentence about a noun stands in its file.
enum Sentence {
    /// At the top: the first sentence of the `//!` lines.
    OfTheFile,
    /// Above the line that begins so: the first sentence of its `///` lines.
    Above(&'static str),
}

use Sentence::{Above, OfTheFile};

/// The nouns, in the order of the page, each with its file and its sentence.
#[rustfmt::skip]
const NOUNS: &[(&str, &str, Sentence)] = &[
    ("accumulation", "sdk/src/window/strategy.rs", Above("pub enum Accumulation ")),
    ("barrier", "runners/per-record/src/mail.rs", Above("pub(crate) struct Barrier ")),
    ("batch", "sdk/src/batch.rs", OfTheFile),
    ("bundle", "runners/core/src/stage.rs", OfTheFile),
    ("capability", "sdk/src/capability.rs", Above("pub enum Capability ")),
    ("channel", "runners/per-record/src/worker/input.rs", Above("pub(super) struct Channel ")),
    ("clock", "sdk/src/clock.rs", OfTheFile),
    ("coder", "sdk/src/coder.rs", OfTheFile),
    ("dead letter", "sdk/src/windowed.rs", Above("pub struct DeadLetter<")),
    ("DoFn", "sdk/src/dofn.rs", OfTheFile),
    ("dropped element", "sdk/src/windowed.rs", Above("pub struct Dropped<")),
    ("element", "sdk/src/element.rs", Above("pub trait Element:")),
    ("grouping", "runners/core/src/grouping.rs", OfTheFile),
    ("hold", "runners/core/src/grouping/general.rs", Above("holds: BTreeMap")),
    ("kernel", "sdk/src/graph/kernel.rs", OfTheFile),
    ("key", "sdk/src/key.rs", Above("pub trait Key:")),
    ("key group", "sdk/src/savepoint/key_group.rs", OfTheFile),
    ("lateness", "sdk/src/window/strategy.rs", Above("pub allowed_lateness: Duration")),
    ("pane", "sdk/src/window/pane.rs", OfTheFile),
    ("PCollection", "sdk/src/pcollection.rs", Above("pub struct PCollection<")),
    ("plan", "runners/core/src/plan.rs", OfTheFile),
    ("preflight problem", "sdk/src/preflight/problem.rs", Above("pub struct Problem ")),
    ("round", "runners/micro-batch/src/executor.rs", OfTheFile),
    ("runner", "sdk/src/runner.rs", Above("pub trait Runner:")),
    ("savepoint", "sdk/src/savepoint.rs", OfTheFile),
    ("seed", "sdk/src/seed.rs", OfTheFile),
    ("sink (Write)", "sdk/src/io/write.rs", Above("pub trait Write:")),
    ("source (Read)", "sdk/src/io/read.rs", Above("pub trait Read:")),
    ("stage", "runners/core/src/plan.rs", Above("pub struct Stage ")),
    ("suspicion", "runners/direct/src/suspicion.rs", OfTheFile),
    ("test stream", "sdk/src/testing/test_stream.rs", OfTheFile),
    ("timeline", "tests/src/timeline.rs", OfTheFile),
    ("timestamp combiner", "sdk/src/window/strategy.rs", Above("pub enum TimestampCombiner ")),
    ("trigger", "sdk/src/trigger.rs", Above("pub enum Trigger ")),
    ("view", "sdk/src/view.rs", Above("pub struct View<")),
    ("watermark", "sdk/src/io/read.rs", Above("fn watermark(&self)")),
    ("window", "sdk/src/window/interval.rs", OfTheFile),
    ("windowing", "sdk/src/window/strategy.rs", Above("pub struct Windowing ")),
];

#[test]
fn the_glossary_is_fresh() {
    assert_golden(&root().join("docs/glossary.md"), &page());
}

#[test]
fn the_nouns_stand_in_order_and_once() {
    for pair in NOUNS.windows(2) {
        let (before, after) = (pair[0].0.to_lowercase(), pair[1].0.to_lowercase());
        assert!(before < after, "`{before}` must stand before `{after}`, and once");
    }
}

#[test]
fn a_sentence_is_found_and_ends_at_its_full_stop() {
    let text = "//! One file (model.md 3.1). More.\n\n/// Two\n/// lines:\n/// no stop\n///\n/// More.\n\
                #[derive(Clone)]\npub struct A {\n    /// A field e.g. of it.\n    b: u8,\n}\n";
    for (sentence, expected) in [
        (OfTheFile, Some("One file")),
        (Above("pub struct A "), Some("Two lines: no stop")),
        (Above("b: u8"), Some("A field e.g. of it")),
        (Above("pub struct B "), None),
    ] {
        assert_eq!(found(text, &sentence).as_deref(), expected);
    }
}

#[test]
#[cfg(feature = "our-runners")]
fn the_timelines_of_the_guide_are_fresh() {
    let guide = root().join("docs/guide");
    let runners = heliostat::runners();
    let direct = runners.iter().find(|runner| runner.name() == "direct").expect("it is linked in");
    let shown = shown_timelines(&guide);
    for name in &shown {
        let case = heliostat_conformance::cases().iter().find(|case| case.name == *name);
        let case = case.unwrap_or_else(|| panic!("the guide shows `{name}`, which is no case"));
        let timeline = heliostat_conformance::Timeline::of(case, direct.as_ref());
        let timeline = timeline.unwrap_or_else(|why| panic!("{name}: {why}"));
        let crowded = timeline.crowded();
        assert!(crowded.is_empty(), "{name}: there is no room for {crowded:?}");
        assert_golden(&guide.join(format!("timelines/{name}.svg")), &timeline.to_svg());
    }
    let mut drawn = Vec::new();
    svgs(&guide.join("timelines"), "", &mut drawn);
    drawn.retain(|name| !shown.contains(name));
    assert_eq!(drawn, Vec::<String>::new(), "no chapter shows these timelines");
}

/// The cases whose timelines the chapters show.
#[cfg(feature = "our-runners")]
fn shown_timelines(guide: &Path) -> std::collections::BTreeSet<String> {
    let mut shown = std::collections::BTreeSet::new();
    for chapter in fs::read_dir(guide).expect("there is a guide").flatten() {
        if !chapter.path().is_file() {
            continue;
        }
        let text = fs::read_to_string(chapter.path()).expect("a chapter is text");
        let links = text.split("](timelines/").skip(1);
        shown.extend(links.filter_map(|rest| Some(rest.split_once(".svg)")?.0.to_owned())));
    }
    shown
}

/// The names of all drawings below a folder.
#[cfg(feature = "our-runners")]
fn svgs(folder: &Path, prefix: &str, names: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            svgs(&path, &format!("{prefix}{name}/"), names);
        } else {
            names.push(format!("{prefix}{name}"));
        }
    }
}

/// The whole page.
fn page() -> String {
    let mut page = String::from(
        "# Glossary\n\n\
         The nouns of the code, most of them Beam's, each with the file it lives in and what that file says.\n\
         This page is written by `UPDATE_GOLDEN=1 cargo test -p heliostat-conformance --test generated` and\n\
         compared by the same test.\n\n",
    );
    for (noun, file, sentence) in NOUNS {
        let text = fs::read_to_string(root().join(file))
            .unwrap_or_else(|error| panic!("the glossary names {file} for `{noun}`: {error}"));
        let sentence = found(&text, sentence)
            .unwrap_or_else(|| panic!("{file} has no sentence about `{noun}` where it should"));
        page += &format!("- **[{noun}](../{file})**: {sentence}\n");
    }
    page
}

fn found(text: &str, sentence: &Sentence) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let docs: Vec<&str> = match sentence {
        OfTheFile => {
            let docs = lines.iter().map_while(|line| line.strip_prefix("//!"));
            docs.collect()
        }
        Above(item) => {
            let at = lines.iter().position(|line| line.starts_with(item))?;
            // Attributes stand between an item and what is said about it.
            let is_doc = |line: &&&str| line.starts_with("///");
            let above = lines[..at].iter().rev().skip_while(|line| !is_doc(line));
            let mut docs: Vec<&str> =
                above.take_while(is_doc).map(|line| line.trim_start_matches('/')).collect();
            docs.reverse();
            docs
        }
    };
    first_sentence(&docs)
}

/// Up to the first full stop or the first empty line, without the stop and without references to
/// sections of the model.
fn first_sentence(docs: &[&str]) -> Option<String> {
    let lines = docs.iter().map(|line| line.trim()).take_while(|line| !line.is_empty());
    let paragraph = lines.collect::<Vec<_>>().join(" ");
    // A full stop is followed by a capital; that of `e.g.` is not.
    let end = paragraph.match_indices(". ").map(|(at, _)| at).find(|at| {
        let next = paragraph[at + 2..].chars().next();
        next.is_some_and(char::is_uppercase)
    });
    let mut sentence = paragraph[..end.unwrap_or(paragraph.len())].to_owned();
    while let Some(start) = sentence.find(" (model.md ") {
        let end = sentence[start..].find(')').map_or(sentence.len(), |length| start + length + 1);
        sentence.replace_range(start..end, "");
    }
    let sentence = sentence.trim_end_matches(['.', ' ']).to_owned();
    (!sentence.is_empty()).then_some(sentence)
}

fn assert_golden(path: &Path, text: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().expect("a page lies in a folder"))
            .expect("its folder can be made");
        fs::write(path, text).expect("the page can be written");
        return;
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == text,
        "{} is stale; write it anew and read the difference:\n  \
         UPDATE_GOLDEN=1 cargo test -p heliostat-conformance --test generated",
        path.display()
    );
}

fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the package lies in the repository").to_owned()
}
