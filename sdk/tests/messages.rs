//! What preflight says: every message compared with `tests/messages/<code>.txt`, and the catalogue
//! `docs/errors.md` with what is made of them.
//!
//! After a wanted change write the files anew and read the difference:
//! `UPDATE_GOLDEN=1 cargo test -p heliostat --test messages`.

use heliostat::prelude::*;
use heliostat::{
    Capability, Extent, Graph, Job, Problem, RunError, RunResult, RunnerEntry, Setting, Severity,
    Support, WindowsFor, preflight, register,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Once;

#[path = "messages/failures.rs"]
mod failures;
#[path = "messages/mixtures.rs"]
mod mixtures;
#[path = "messages/parts.rs"]
mod parts;
#[path = "messages/savepoints.rs"]
mod savepoints;

use parts::{OneFile, Remembering, Ticks};

/// The name of the runner that the pipelines are checked for.
const RUNNER: &str = "small";

#[test]
fn messages_are_the_ones_in_the_files() {
    for code in CODES {
        let messages: Vec<String> =
            code.cases.iter().map(|case| example(code.code, case, "<line>")).collect();
        let path = folder("tests/messages").join(format!("{}.txt", code.code));
        assert_golden(&path, &(messages.join("\n\n") + "\n"));
    }
}

#[test]
fn every_code_has_a_file_and_every_file_a_code() {
    let tested: BTreeSet<String> = CODES.iter().map(|code| code.code.to_owned()).collect();
    assert_eq!(tested.len(), CODES.len(), "a code stands twice in the table");
    let files = fs::read_dir(folder("tests/messages")).expect("the folder exists");
    let files = files.map(|entry| entry.expect("a folder can be listed").path());
    let texts = files.filter(|path| path.extension().is_some_and(|ending| ending == "txt"));
    let golden: BTreeSet<String> =
        texts.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    assert_eq!(golden, tested);
    assert_eq!(codes_in_the_sources(), tested);
}

#[test]
fn the_catalogue_is_fresh() {
    assert_golden(&folder("../docs").join("errors.md"), &page());
}

#[test]
fn messages_have_four_parts_in_lower_case_without_full_stop() {
    for code in CODES {
        for case in code.cases {
            for problem in problems(case) {
                let parts = [&problem.what, &problem.why, &problem.help];
                assert!(problem.what.starts_with(&format!("`{}` ", problem.step)), "{problem}");
                for part in parts {
                    let first = part.chars().next().expect("no part is empty");
                    assert!(!first.is_uppercase() && !part.ends_with('.'), "{problem}");
                }
                let file = problem.line.file.as_str();
                let is_here = [file!(), failures::FILE, savepoints::FILE, ""].contains(&file);
                assert!(is_here, "{problem}");
            }
        }
    }
}

#[test]
fn a_warning_keeps_no_pipeline_from_running() {
    for code in CODES {
        let worst = code.cases.iter().flat_map(problems).map(|problem| problem.severity).min();
        let expected = match code.code {
            "timestamps-after-read" | "unnamed-state" => Severity::Warning,
            _ => Severity::Error,
        };
        assert_eq!(worst, Some(expected), "{}", code.code);
    }
}

#[test]
fn what_is_partly_supported_is_not_refused() {
    let pipeline = Pipeline::new();
    pipeline.create([(1, 2)]).group_by_key();
    let full = Support::everything();
    let none = || Extent::None("it is small".into());
    for (support, refused) in [
        (full.clone(), &[][..]),
        (full.clone().with(Capability::Gbk, Extent::Partial("slowly".into())), &[]),
        (full.clone().with_modes(Capability::Gbk, Extent::Full, none()), &[]),
        (full.clone().with_modes(Capability::Gbk, none(), Extent::Full), &["Group by key"]),
        (full.without(Capability::PaneInfo, "it labels nothing"), &["Group by key"]),
    ] {
        let problems = preflight::check(&pipeline.graph(), &support, RUNNER);
        let steps: Vec<&str> = problems.iter().map(|problem| problem.step.as_str()).collect();
        assert_eq!(steps, refused, "{support:?}");
    }
}

fn problems(case: &Case) -> Vec<Problem> {
    link_runners();
    match case {
        Case::Checked(pipeline, missing) => {
            let all = full_support();
            let support =
                missing.iter().fold(all, |all, &missing| all.without(missing, "it is small"));
            preflight::check(&pipeline(), &support, RUNNER)
        }
        Case::Saved(problems) => problems(),
    }
}

/// Also what is planned, so that nothing is told of a pipeline but its mistakes.
fn full_support() -> Support {
    let all = Capability::ALL.iter();
    all.fold(Support::none(), |all, &capability| all.with(capability, Extent::Full))
}

/// The message of a case, which has just one problem.
fn example(code: &str, case: &Case, line: &str) -> String {
    let problems = problems(case);
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [code], "{problems:?}");
    let message = problems[0].to_string().replace(&problems[0].line.to_string(), line);
    without_lines(&message, line)
}

/// A message with `line` for each place in the file that the pipelines are built in.
fn without_lines(message: &str, line: &str) -> String {
    let message = message.replace(failures::FILE, file!());
    let mut pieces = message.split(file!());
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str(line);
        let rest = piece.trim_start_matches(':').trim_start_matches(|c: char| c.is_ascii_digit());
        text.push_str(rest);
    }
    text
}

/// The codes that the checks give to `Problem::error`.
fn codes_in_the_sources() -> BTreeSet<String> {
    let list = |path| fs::read_dir(folder(path)).expect("the folder exists");
    let files = list("src/preflight").chain(list("src/savepoint/matched"));
    let mut codes = BTreeSet::from(["state-without-step".to_owned()]);
    let files = files.map(|file| file.expect("a folder can be listed").path());
    let files = files.filter(|file| file.is_file());
    for file in files.chain([folder("src/savepoint/matched.rs")]) {
        let text = fs::read_to_string(file).expect("a source is text");
        for call in text.split("Problem::error(").skip(1) {
            let code = call.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
            codes.insert(code.expect("each check names its code right there").to_owned());
        }
    }
    codes
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn assert_golden(path: &Path, text: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, text).expect("the file can be written");
    }
    let golden = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(golden, text, "{} is stale: run with UPDATE_GOLDEN=1", path.display());
}

const HEAD: &str = "\
# What preflight says

Before a pipeline runs, everything that can be known to be wrong with it is reported, all at once.
An error keeps it from running, a warning does not. This page is written by
`UPDATE_GOLDEN=1 cargo test -p heliostat --test messages` and compared by the same test.
";

/// The page that explains every message: one section per code.
fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut codes: Vec<_> = CODES.iter().collect();
    codes.sort_by_key(|code| code.code);
    page.push('\n');
    for code in &codes {
        add(&mut page, format_args!("- [`{0}`](#{0})\n", code.code));
    }
    for code in codes {
        add(&mut page, format_args!("\n## {}\n\n{}\n", code.code, code.about));
        let mut helps: Vec<String> = Vec::new();
        for case in code.cases {
            let message = example(code.code, case, "src/main.rs:12");
            add(&mut page, format_args!("\n```text\n{message}\n```\n"));
            helps.extend(problems(case).into_iter().map(|problem| problem.help));
        }
        helps.dedup();
        add(&mut page, format_args!("\nWhat to do:\n"));
        for help in helps {
            add(&mut page, format_args!("- {help}\n"));
        }
    }
    page
}

fn add(page: &mut String, words: std::fmt::Arguments<'_>) {
    page.write_fmt(words).expect("a string takes all that is written to it");
}

/// A kind of problem.
struct Code {
    code: &'static str,
    /// Why it is one, for the catalogue.
    about: &'static str,
    /// Pipelines that have just this problem, once; the first is the typical one.
    cases: &'static [Case],
}

enum Case {
    /// A pipeline, and what the runner does not support.
    Checked(fn() -> Graph, &'static [Capability]),
    /// What is found where a savepoint is asked for, or gone on from.
    Saved(fn() -> Vec<Problem>),
}

impl Case {
    const fn of(pipeline: fn() -> Graph) -> Self {
        Self::Checked(pipeline, &[])
    }
}

const CODES: &[Code] = &[
    Code {
        code: "duplicate-name",
        about: "Metrics, errors and saved state know a step by its path alone, so a name may be \
                given once beside the same steps. Steps without a name of yours are numbered.",
        cases: &[Case::of(duplicate_name)],
    },
    Code {
        code: "unspecified-lateness",
        about: "Whoever sets a trigger for windows that end has to say how long behind its end a \
                window still takes elements: the default of none would drop all that is late.",
        cases: &[Case::of(unspecified_lateness)],
    },
    Code {
        code: "unspecified-accumulation",
        about: "Where a window can have several panes, a sum of panes is right only if they \
                discard, and the last pane is right only if they accumulate. No default fits both.",
        cases: &[Case::of(accumulation_of_trigger), Case::of(accumulation_of_lateness)],
    },
    Code {
        code: "unnamed-cells",
        about: "What a step remembers can outlive a run, and is then found again by the name of the \
                step. A name that heliostat makes up changes with the pipeline.",
        cases: &[Case::of(unnamed_state)],
    },
    Code {
        code: "state-cannot-merge",
        about: "Where windows merge, so does their state. Bags, sets and the like can always become \
                one; two values only if somebody says how.",
        cases: &[Case::of(value_in_sessions), Case::of(map_in_sessions)],
    },
    Code {
        code: "unbounded-group",
        about: "The default trigger fires at the end of a window, and the global window ends \
                with its input: of unbounded input nothing would ever come out.",
        cases: &[Case::of(unbounded_group)],
    },
    Code {
        code: "unsafe-trigger",
        about: "A trigger that is finished closes its window, and a closed window drops whatever \
                comes. That is rarely meant while elements may still come for it.",
        cases: &[Case::of(unsafe_count), Case::of(unsafe_after_watermark)],
    },
    Code {
        code: "global-defaults",
        about: "A global combine of nothing gives its default in the global window. Other windows \
                exist only where elements are, so there is none that could hold the default.",
        cases: &[Case::of(global_defaults)],
    },
    Code {
        code: "windowing-mismatch",
        about: "A flatten has one windowing. It takes that of its first input, so the others must \
                have the same windows and the same trigger.",
        cases: &[Case::of(different_windows), Case::of(different_triggers)],
    },
    Code {
        code: "side-windows",
        about: "An element sees the window of a side input in which the last millisecond of its own \
                window lies. So that window must be known from a time alone.",
        cases: &[
            Case::of(side_sessions),
            Case::of(side_of_the_authors_making),
            Case::of(side_windows_of_global),
        ],
    },
    Code {
        code: "timestamps-after-read",
        about: "A watermark comes from the read. Timestamps that are given behind it move no \
                watermark, so windows wait for the end of the input.",
        cases: &[Case::of(timestamps_after_read)],
    },
    Code {
        code: "endless-file",
        about: "A sink that appears as one whole appears at the end of its input. Behind a read \
                that cannot end it would never appear.",
        cases: &[Case::of(endless_file)],
    },
    failures::TYPE,
    failures::NO_ELEMENT,
    failures::TWICE,
    failures::MERGING,
    Code {
        code: "unsupported",
        about: "Each runner declares what it can do, and a pipeline that needs more is refused \
                rather than run wrongly. `matrix` prints what each runner declares.",
        cases: &[
            Case::Checked(counted, &[Capability::TriggerCount]),
            Case::Checked(with_dropped, &[Capability::LatenessDroppedOutput]),
        ],
    },
    Code {
        code: "unnamed-state",
        about: "Said only where a savepoint is asked for. It finds state again by the path of its \
                step, so whoever wants to change a pipeline and go on names what has state.",
        cases: &[Case::Saved(savepoints::unnamed)],
    },
    Code {
        code: "state-without-step",
        about: "A run that goes on from a savepoint takes all of it. State that no step takes is \
                nearly always a step that was renamed.",
        cases: &[Case::Saved(savepoints::without_step)],
    },
    Code {
        code: "state-of-two-steps",
        about: "Each state of a savepoint goes to one step: the one of its path, or the one that \
                had this path formerly.",
        cases: &[Case::Saved(savepoints::of_two_steps)],
    },
    Code {
        code: "state-kind-changed",
        about: "State is of a kind: what a grouping has kept is nothing to a read.",
        cases: &[Case::Saved(savepoints::another_kind)],
    },
    Code {
        code: "state-windowing-changed",
        about: "The windows that are open in a savepoint are those of the windowing it was taken \
                under. Under another one they would be closed at the wrong time, or never.",
        cases: &[Case::Saved(savepoints::other_windows), Case::Saved(savepoints::other_trigger)],
    },
    Code {
        code: "state-coder-changed",
        about: "State is bytes, written by the coder of a type. Only the same coder can read them, \
                and only the same type where serde wrote them.",
        cases: &[
            Case::Saved(savepoints::other_keys),
            Case::Saved(savepoints::other_accumulator),
            Case::Saved(savepoints::other_cell_type),
        ],
    },
    Code {
        code: "state-cell-changed",
        about: "A step finds its cells and timers again by their ids.",
        cases: &[
            Case::Saved(savepoints::lost_cell),
            Case::Saved(savepoints::other_cell),
            Case::Saved(savepoints::other_timer),
        ],
    },
];

fn duplicate_name() -> Graph {
    let pipeline = Pipeline::new();
    let scores = pipeline.create([1, 2]).map(|n| n + 1).named("Adjust");
    scores.map(|n| n * 2).named("Adjust").collect();
    pipeline.graph()
}

/// Pairs that keep coming, to be windowed.
fn scores(pipeline: &Pipeline) -> PCollection<(u64, u64)> {
    pipeline.read(generate_sequence(0..9).unbounded()).named("Read scores").with_keys(|n| n % 2)
}

fn summed(window: Window) -> Graph {
    let pipeline = Pipeline::new();
    scores(&pipeline).window(window).named("Windows").sum_per_key().named("Sum scores").collect();
    pipeline.graph()
}

fn unspecified_lateness() -> Graph {
    summed(Window::fixed(minutes(1)).trigger(repeatedly(after_count(10))).discarding())
}

fn accumulation_of_trigger() -> Graph {
    let trigger = after_watermark().early(after_count(10));
    summed(Window::fixed(minutes(1)).trigger(trigger).allowed_lateness(Duration::ZERO))
}

fn accumulation_of_lateness() -> Graph {
    summed(Window::fixed(minutes(1)).allowed_lateness(minutes(5)))
}

fn unnamed_state() -> Graph {
    let pipeline = Pipeline::new();
    let window = Window::fixed(minutes(1));
    scores(&pipeline).window(window).par_do_with(Remembering::declared).main();
    pipeline.graph()
}

fn in_sessions(make: fn(&mut Declare<Remembering>) -> Remembering) -> Graph {
    let pipeline = Pipeline::new();
    let sessions = scores(&pipeline).window(Window::sessions(minutes(1)));
    sessions.par_do_with(make).named("Remember scores").main();
    pipeline.graph()
}

fn value_in_sessions() -> Graph {
    in_sessions(Remembering::declared)
}

fn map_in_sessions() -> Graph {
    in_sessions(|declare| {
        let _: MapState<_, u64, u64> = declare.map("best");
        declare.value_with("sum", CellOptions::new().merged_by(|a: u64, b| a + b));
        Remembering
    })
}

fn unbounded_group() -> Graph {
    let pipeline = Pipeline::new();
    scores(&pipeline).sum_per_key().named("Sum scores").collect();
    pipeline.graph()
}

fn unsafe_count() -> Graph {
    summed(Window::global().trigger(after_count(10)).discarding())
}

fn unsafe_after_watermark() -> Graph {
    let window = Window::fixed(minutes(1)).trigger(after_watermark());
    summed(window.allowed_lateness(minutes(5)).discarding())
}

fn global_defaults() -> Graph {
    let pipeline = Pipeline::new();
    scores(&pipeline).values().window(Window::fixed(minutes(1))).sum_globally().collect();
    pipeline.graph()
}

fn different_windows() -> Graph {
    let pipeline = Pipeline::new();
    let minutely = scores(&pipeline).window(Window::fixed(minutes(1))).named("By minute");
    let hourly = minutely.window(Window::fixed(hours(1))).named("By hour");
    pipeline.flatten([minutely, hourly]).named("All scores").collect();
    pipeline.graph()
}

fn different_triggers() -> Graph {
    let pipeline = Pipeline::new();
    let window = || Window::fixed(minutes(1)).allowed_lateness(Duration::ZERO).discarding();
    let on_time = scores(&pipeline).window(window()).named("On time");
    let early = window().trigger(repeatedly(after_count(10)));
    let early = on_time.window(early).named("Early");
    pipeline.flatten([on_time, early.clone(), early]).named("All scores").collect();
    pipeline.graph()
}

/// Scores by the minute beside a view in these windows.
fn beside<A: WindowsFor<(u64, u64)>>(side: Window<A>) -> Graph {
    let pipeline = Pipeline::new();
    let scores = scores(&pipeline);
    let limits = scores.window(side).as_map().named("Limits");
    let minutely = scores.window(Window::fixed(minutes(1)));
    let below = minutely.filter_with(&limits, |(n, score), limits| limits.get(n) < Some(score));
    below.named("Below the limit").collect();
    pipeline.graph()
}

fn side_sessions() -> Graph {
    beside(Window::sessions(minutes(10)))
}

fn side_of_the_authors_making() -> Graph {
    beside(Window::custom(Everything))
}

fn side_windows_of_global() -> Graph {
    let pipeline = Pipeline::new();
    let scores = scores(&pipeline);
    let limits = scores.values().window(Window::fixed(hours(1)));
    let limits = limits.combine_globally_as_view(Max).named("Limits");
    let always = Window::global().trigger(repeatedly(after_count(10))).discarding();
    let sums = scores.window(always).combine_per_key_with(&limits, |_| Sum);
    sums.named("Limited sums").collect();
    pipeline.graph()
}

#[derive(serde::Serialize)]
struct Everything;

impl<T> AssignWindows<T> for Everything {
    fn assign(&self, _: &T, _: Timestamp, _: &Interval, windows: &mut Vec<Interval>) {
        windows.push(Interval::GLOBAL);
    }
}

fn timestamps_after_read() -> Graph {
    let pipeline = Pipeline::new();
    let ticks = pipeline.read(Ticks).named("Read ticks");
    ticks.timestamps(|tick| Timestamp::secs(*tick)).named("Event time").collect();
    pipeline.graph()
}

fn endless_file() -> Graph {
    let pipeline = Pipeline::new();
    pipeline.read(Ticks).named("Read ticks").write(OneFile).named("Write ticks");
    pipeline.graph()
}

fn counted() -> Graph {
    let window = Window::fixed(minutes(1)).trigger(repeatedly(after_count(10)));
    summed(window.allowed_lateness(Duration::ZERO).discarding())
}

fn with_dropped() -> Graph {
    let pipeline = Pipeline::new();
    scores(&pipeline).window(Window::fixed(minutes(1))).group_by_key_with_dropped();
    pipeline.graph()
}

/// Links the one runner that messages can suggest.
fn link_runners() {
    static LINKED: Once = Once::new();
    LINKED.call_once(|| register(RunnerEntry::new(|| Box::new(Large))));
}

/// Does all but one thing.
struct Large;

impl Runner for Large {
    fn name(&self) -> &str {
        "large"
    }

    fn about(&self) -> &str {
        "a name to suggest"
    }

    fn version(&self) -> &str {
        "0"
    }

    fn support(&self) -> Support {
        Support::everything().without(Capability::LatenessDroppedOutput, "it only counts them")
    }

    fn settings(&self) -> Vec<Setting> {
        Vec::new()
    }

    fn configured(&self, _: &BTreeMap<String, String>) -> Result<Box<dyn Runner>> {
        Ok(Box::new(Self))
    }

    fn matrix(&self) -> &str {
        "{}"
    }

    fn draw_plan(&self, _: &Graph) -> String {
        String::new()
    }

    fn execute(&self, _: Job<'_>) -> Result<RunResult, RunError> {
        Err(RunError::failed("nothing here runs"))
    }
}
