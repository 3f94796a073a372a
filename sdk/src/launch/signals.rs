//! Ctrl-C, as the wish that a run stops.
//!
//! Signals belong to the process, so one thread listens for all runs of it. It is started by the
//! first run and never ends: once a handler is there, the system no longer ends the process by
//! itself, so between runs the thread does.

use super::console::Console;
use crate::{Interrupt, InterruptLevel};
use std::io;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::thread;

/// The exit code of a program that a signal ended: 128 and SIGINT's number.
const INTERRUPTED: i32 = 130;

/// A run that wants to know; until this is dropped.
pub(super) struct Watch {
    run: Arc<Run>,
}

struct Run {
    interrupt: Interrupt,
    console: Console,
}

static RUNS: Mutex<Vec<Arc<Run>>> = Mutex::new(Vec::new());

/// Lets each Ctrl-C make the wish to stop a level more urgent.
pub(super) fn watch(interrupt: &Interrupt, console: &Console) -> Watch {
    static LISTENING: OnceLock<Result<(), String>> = OnceLock::new();

    let run = Arc::new(Run { interrupt: interrupt.clone(), console: console.clone() });
    // Known before the handler is there, so that no signal falls between the two.
    runs().push(Arc::clone(&run));
    if let Err(error) = LISTENING.get_or_init(|| listen().map_err(|error| error.to_string())) {
        console.remark(format_args!("warning: Ctrl-C will end this program at once: {error}"));
    }
    Watch { run }
}

impl Drop for Watch {
    fn drop(&mut self) {
        runs().retain(|run| !Arc::ptr_eq(run, &self.run));
    }
}

fn runs() -> MutexGuard<'static, Vec<Arc<Run>>> {
    RUNS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Installs the handler; it is there when this returns.
fn listen() -> io::Result<()> {
    let (tell, told) = mpsc::channel();
    thread::Builder::new().name("ctrl-c".to_owned()).spawn(move || {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return tell.send(Err(error)).unwrap_or_default(),
        };
        runtime.block_on(async {
            match signals() {
                Ok(mut signals) => {
                    tell.send(Ok(())).unwrap_or_default();
                    while signals.recv().await.is_some() {
                        pressed(&runs());
                    }
                }
                Err(error) => tell.send(Err(error)).unwrap_or_default(),
            }
        });
    })?;
    told.recv().unwrap_or_else(|_| Err(io::Error::other("its thread ended")))
}

#[cfg(unix)]
fn signals() -> io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(windows)]
fn signals() -> io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}

fn pressed(runs: &[Arc<Run>]) {
    if runs.is_empty() {
        process::exit(INTERRUPTED);
    }
    for run in runs {
        if step(&run.interrupt, &run.console) == InterruptLevel::Abort {
            // It was told twice and is still here: user code hangs.
            process::exit(INTERRUPTED);
        }
    }
}

/// Makes the wish more urgent and says so; gives how urgent it was.
fn step(interrupt: &Interrupt, console: &Console) -> InterruptLevel {
    let before = interrupt.level();
    interrupt.request();
    console.remark(match before {
        InterruptLevel::None => {
            format_args!("stopping when what is in hand is done; press Ctrl-C again to abort")
        }
        InterruptLevel::Stop => {
            format_args!("aborting, nothing more is written; press Ctrl-C again to leave at once")
        }
        InterruptLevel::Abort => format_args!("leaving"),
    });
    before
}

#[cfg(test)]
mod tests {
    use super::step;
    use crate::launch::tests::Captured;
    use crate::{Interrupt, InterruptLevel};

    #[test]
    fn each_ctrl_c_is_more_urgent_than_the_last() {
        let (interrupt, captured) = (Interrupt::new(), Captured::default());
        for (before, after, words) in [
            (InterruptLevel::None, InterruptLevel::Stop, "press Ctrl-C again to abort"),
            (InterruptLevel::Stop, InterruptLevel::Abort, "aborting"),
            (InterruptLevel::Abort, InterruptLevel::Abort, "leaving"),
        ] {
            assert_eq!(step(&interrupt, &captured.console()), before);
            assert_eq!(interrupt.level(), after);
            let remarks = captured.remarks();
            assert!(remarks.lines().last().is_some_and(|line| line.contains(words)), "{remarks}");
        }
    }
}
