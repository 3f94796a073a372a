//! Several ways to compute the same, run in turn: on a shared machine only ratios within one run
//! of a program count.

use crate::check::Check;
use crate::measure::{PerEvent, Took, timed};

/// One way to compute the rows of a workload, and what it took so far.
pub struct Way<'a> {
    /// What it is called.
    pub name: String,
    /// How many events it is run over.
    pub events: usize,
    /// What it has to give.
    pub expected: Check,
    compute: Box<dyn Fn() -> Result<Check, String> + 'a>,
    took: Vec<Took>,
}

impl<'a> Way<'a> {
    /// A way that has not been run yet.
    pub fn new(
        name: impl Into<String>,
        events: usize,
        expected: Check,
        compute: impl Fn() -> Result<Check, String> + 'a,
    ) -> Self {
        Self { name: name.into(), events, expected, compute: Box::new(compute), took: Vec::new() }
    }

    /// Runs it once, and says what is wrong with the outcome.
    fn run(&mut self) -> Result<Took, String> {
        let (check, took) = timed(|| (self.compute)());
        let check = check.map_err(|error| format!("{}: {error}", self.name))?;
        if check == self.expected {
            return Ok(took);
        }
        let Self { name, expected, .. } = self;
        Err(format!(
            "{name}: gave {} rows with checksum {}, and not {} rows with checksum {}: its time \
             means nothing",
            check.rows, check.sum, expected.rows, expected.sum
        ))
    }

    /// From beginning to end, in the runs so far.
    pub fn wall(&self) -> PerEvent {
        PerEvent::of(self.took.iter().map(|took| took.wall), self.events)
    }

    /// On a core, in the runs so far.
    pub fn cpu(&self) -> PerEvent {
        PerEvent::of(self.took.iter().map(|took| took.cpu), self.events)
    }
}

/// Runs all ways `runs` times, each once before any again; the first run of each is not counted.
///
/// # Errors
/// If a way fails, or gives other rows than it should.
pub fn in_turn(ways: &mut [Way<'_>], runs: u32) -> Result<(), String> {
    for run in 0..=runs {
        for way in ways.iter_mut() {
            let took = way.run()?;
            if run > 0 {
                way.took.push(took);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Way, in_turn};
    use crate::check::Check;
    use std::cell::RefCell;

    #[test]
    fn each_way_comes_once_before_any_comes_again() {
        let order = RefCell::new(String::new());
        let way = |name: &str| {
            let (noted, order) = (name.to_owned(), &order);
            Way::new(name, 1, Check::default(), move || {
                order.borrow_mut().push_str(&noted);
                Ok(Check::default())
            })
        };
        let mut ways = [way("a"), way("b"), way("c")];
        assert_eq!(in_turn(&mut ways, 2), Ok(()));
        assert_eq!(*order.borrow(), "abcabcabc");
    }

    #[test]
    fn a_wrong_way_has_no_figure() {
        let wrong = Check { rows: 2, sum: 3 };
        for (outcome, said) in [
            (Ok(wrong), "a: gave 2 rows with checksum 3, and not 0 rows with checksum 0"),
            (Err("it is off".to_owned()), "a: it is off"),
        ] {
            let mut ways = [Way::new("a", 1, Check::default(), || outcome.clone())];
            let error = in_turn(&mut ways, 1).expect_err("it is wrong");
            assert!(error.starts_with(said), "{error}");
        }
    }
}
