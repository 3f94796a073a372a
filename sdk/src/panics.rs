//! A panic in user code as words with a place, instead of a print in the middle of a run.

use std::cell::RefCell;
use std::fmt;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

/// What a panic said, and where.
///
/// ```
/// let panicked = heliostat::catch_panic(|| [1, 2, 3].iter().sum::<i32>()).expect("sums are safe");
/// assert_eq!(panicked, 6);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    /// Its words.
    pub message: String,
    /// `file:line`, as the compiler names it; `None` where it is not known.
    pub place: Option<String>,
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.place {
            Some(place) => write!(f, "\n  at: {place}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Panicked {}

/// Runs user code; if it panics, gives what it said instead of printing it.
///
/// The first call puts a panic hook in front of the one that is there; panics outside of such code
/// go on to that one.
///
/// # Errors
/// If the code panics.
///
/// ```
/// let panicked = heliostat::catch_panic(|| -> i32 { panic!("no such month") });
/// let panicked = panicked.expect_err("it always panics");
/// assert_eq!(panicked.message, "no such month");
/// assert!(panicked.place.is_some());
/// ```
pub fn catch_panic<R>(code: impl FnOnce() -> R) -> Result<R, Panicked> {
    note_panics();
    let outer = WATCHING.replace(Watching::Yes(None));
    // Whatever the code left half done is the caller's to drop.
    let outcome = panic::catch_unwind(AssertUnwindSafe(code));
    let noted = WATCHING.replace(outer);
    outcome.map_err(|_| match noted {
        Watching::Yes(Some(panicked)) => panicked,
        Watching::Yes(None) | Watching::No => {
            Panicked { message: "it panicked without words".to_owned(), place: None }
        }
    })
}

/// Whether this thread is in user code, and what that panicked with.
enum Watching {
    No,
    Yes(Option<Panicked>),
}

thread_local! {
    static WATCHING: RefCell<Watching> = const { RefCell::new(Watching::No) };
}

fn note_panics() {
    static INSTALLED: Once = Once::new();
    if cfg!(panic = "abort") {
        // Nothing could be told afterwards.
        return;
    }
    INSTALLED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let noted = WATCHING.with_borrow_mut(|watching| match watching {
                Watching::No => false,
                Watching::Yes(words) => {
                    *words = Some(words_of(info));
                    true
                }
            });
            if !noted {
                before(info);
            }
        }));
    });
}

fn words_of(info: &PanicHookInfo<'_>) -> Panicked {
    Panicked {
        message: info.payload_as_str().unwrap_or("a value that is no text").to_owned(),
        place: info.location().map(|at| format!("{}:{}", at.file(), at.line())),
    }
}
