//! One capability of one runner: what its declaration and what was shown disagree about.

use std::sync::Arc;

use heliostat::{Boundedness, Capability, Extent, Modes, Runner, Support};
use heliostat_conformance::invocation;

use crate::Evidence;
use crate::evidence::Exhibit;

/// Seeds that the evidence about one capability is looked at under.
const SEEDS: u64 = 1;

/// How many cases and checks a claim that is too low names.
const NAMED_MAX: usize = 3;

const INPUTS: [Boundedness; 2] = [Boundedness::Bounded, Boundedness::Unbounded];

/// What is wrong with one declaration of a runner, complaint by complaint, as
/// [`column`](crate::column()) would complain. Only what shows the capability is run, with few seeds,
/// and nothing behind the complaint that is asked for.
///
/// ```
/// use heliostat::Capability;
/// use heliostat_capability_matrix::verdict;
/// use heliostat_conformance::{Bug, Buggy};
///
/// for runner in heliostat::runners() {
///     let buggy = Buggy::of(runner.into(), Bug::CalendarZoneLost, 0);
///     let complaint = verdict(std::sync::Arc::new(buggy), Capability::WindowCalendar).next();
///     assert!(complaint.is_some_and(|it| it.contains("+calendar-zone-lost` declares `window.calendar`")));
/// }
/// ```
pub fn verdict(runner: Arc<dyn Runner>, capability: Capability) -> impl Iterator<Item = String> {
    let support = runner.support();
    let mut unseen: Vec<Exhibit> =
        Exhibit::all().filter(|exhibit| exhibit.shows().contains(&capability)).collect();
    // What shows little else comes first: it is about the capability.
    unseen.sort_by_key(|exhibit| exhibit.shows().len());
    let mut unseen = unseen.into_iter();
    let (mut seen, mut told) = (Vec::<Evidence>::new(), Vec::<String>::new());
    let mut inputs = INPUTS.into_iter();
    std::iter::from_fn(move || {
        let judged = |input| Judged { runner: &runner, support: &support, capability, input };
        while told.is_empty() {
            if let Some(exhibit) = unseen.next() {
                let piece = exhibit.run(runner.as_ref(), SEEDS);
                let counted = INPUTS.into_iter().filter(|&it| counts(&piece, capability, it));
                told.extend(counted.filter_map(|input| judged(input).wrong(&piece)));
                told.dedup();
                seen.push(piece);
            } else {
                let input = inputs.next()?;
                let pieces = seen.iter().filter(|piece| counts(piece, capability, input));
                told.extend(judged(input).claimed_too_low(&pieces.collect::<Vec<_>>()));
            }
        }
        Some(told.remove(0))
    })
}

/// Whether a case or check says something of a capability for this kind of input.
pub(crate) fn counts(piece: &Evidence, capability: Capability, input: Boundedness) -> bool {
    piece.shows.contains(&capability) && (capability.modes() == Modes::Same || piece.input == input)
}

/// A declaration, for one kind of input.
pub(crate) struct Judged<'a> {
    pub(crate) runner: &'a Arc<dyn Runner>,
    pub(crate) support: &'a Support,
    pub(crate) capability: Capability,
    pub(crate) input: Boundedness,
}

impl Judged<'_> {
    fn extent(&self) -> Extent {
        self.support.extent(self.capability, self.input)
    }

    /// What is wrong with what one case or check showed.
    pub(crate) fn wrong(&self, piece: &Evidence) -> Option<String> {
        let claim = if self.extent().is_declared() { "declares" } else { "does not declare" };
        let (name, capability) = (self.runner.name(), self.capability);
        (!piece.outcome.is_right())
            .then(|| format!("`{name}` {claim} `{capability}`, and\n{}", piece.report))
    }

    /// What is wrong if it is not declared and all that shows it passes when the runner tries it.
    pub(crate) fn claimed_too_low(&self, pieces: &[&Evidence]) -> Option<String> {
        if self.extent().is_declared() || pieces.is_empty() {
            return None;
        }
        if !pieces.iter().all(|piece| piece.passes_when_forced(self.runner)) {
            return None;
        }
        let (name, capability, input) = (self.runner.name(), self.capability, self.input);
        let mut complaint = format!(
            "`{name}` does not declare `{capability}` for {input} input, but all that shows it \
             passes when forced: declare it"
        );
        let mut pieces = pieces.to_vec();
        pieces.sort_by_key(|piece| piece.shows.len());
        for piece in pieces.iter().take(NAMED_MAX) {
            complaint.push_str(&format!("\n  {}", piece.name));
        }
        if let Some(more) = pieces.len().checked_sub(NAMED_MAX).filter(|more| 0 < *more) {
            complaint.push_str(&format!("\n  and {more} more"));
        }
        let (command, case) = (invocation(), pieces[0].name);
        complaint.push_str(&format!("\n  then run: {command} run --runner {name} {case}"));
        Some(complaint)
    }
}
