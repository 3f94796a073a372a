//! What a step puts out, and the dead letters of elements that it fails on.

use super::guarded;
use heliostat::Result;
use heliostat::batch::{Batch, Meta};
use heliostat::graph::{DeadLetterFn, Functions, Step};
use std::sync::Arc;

/// The outputs of one step on one worker.
pub(crate) struct Outputs {
    /// In the order of the step's outputs. Empty between calls; kept for their room.
    pub(super) batches: Vec<Batch>,
    letters: Option<Letters>,
}

/// What a step has whose author chose dead letters; they are its last output.
struct Letters {
    code: Arc<dyn DeadLetterFn>,
    /// What one element gives to each of the other outputs, until it is known not to fail.
    given: Vec<Batch>,
    one_by_one: bool,
    /// How many the bundle in hand has.
    count: u64,
}

impl Outputs {
    pub(super) fn of(step: &Step, functions: &Functions) -> Self {
        let empty = |outputs: &[_]| -> Vec<Batch> {
            let edges = outputs.iter().map(|output| functions.edge(*output));
            edges.map(|edge| Batch { values: edge.empty(), meta: Meta::default() }).collect()
        };
        let letters = step.dead_letters().map(|letters| {
            let (last, own) = step.outputs.split_last().expect("dead letters are an output");
            assert_eq!(*last, letters, "dead letters are the last output of a step");
            let code = functions.dead_letters(&step.path);
            Letters { code, given: empty(own), one_by_one: false, count: 0 }
        });
        Self { batches: empty(&step.outputs), letters }
    }

    /// Forgets what a bundle that failed may have left.
    pub(super) fn clear(&mut self) {
        self.batches.iter_mut().for_each(Batch::clear);
        if let Some(letters) = &mut self.letters {
            letters.given.iter_mut().for_each(Batch::clear);
            letters.count = 0;
        }
    }

    pub(super) fn have_dead_letters(&self) -> bool {
        self.letters.is_some()
    }

    /// How many dead letters the bundle in hand has.
    pub(super) fn dead_letters(&self) -> u64 {
        self.letters.as_ref().map_or(0, |letters| letters.count)
    }

    pub(super) fn set_one_by_one(&mut self, one_by_one: bool) {
        if let Some(letters) = &mut self.letters {
            letters.one_by_one = one_by_one;
        }
    }

    /// Whether elements are taken one by one, so that it is known which one failed.
    pub(crate) fn one_by_one(&self) -> bool {
        self.letters.as_ref().is_some_and(|letters| letters.one_by_one)
    }

    /// Those that the step's own code knows.
    pub(crate) fn own(&mut self) -> &mut [Batch] {
        let own = self.batches.len() - usize::from(self.letters.is_some());
        &mut self.batches[..own]
    }

    /// Lets `code` take one element of a batch, and keeps what it puts out. If it fails, that is
    /// dropped, and the element becomes a dead letter; says whether it was taken.
    ///
    /// # Panics
    /// Where elements are not taken one by one, and where the element's `Clone` does.
    pub(crate) fn take_one(
        &mut self,
        batch: &Batch,
        index: usize,
        code: impl FnOnce(&mut Batch, &mut [Batch]) -> Result<()>,
    ) -> bool {
        let letters = self.letters.as_mut().expect("elements are taken one by one for them");
        let (dead, own) = self.batches.split_last_mut().expect("dead letters are an output");
        let place = u32::try_from(index).expect("a batch has fewer than 2^32 elements");
        let mut one = batch.select(&[place]);
        let Err(error) = guarded(|| code(&mut one, &mut letters.given)) else {
            let given = own.iter_mut().zip(&mut letters.given);
            given.filter(|(_, given)| !given.is_empty()).for_each(|(all, given)| all.append(given));
            return true;
        };
        letters.given.iter_mut().for_each(Batch::clear);
        let mut letter = dead.empty_like();
        letter.meta = batch.meta.select(&[place]);
        let elements = batch.values.as_ref();
        letters.code.bury(elements, index, error.words(), letter.values.as_mut());
        dead.append(&mut letter);
        letters.count += 1;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::Outputs;
    use heliostat::batch::{Batch, ColumnExt, Meta, Timestamps, Windows};
    use heliostat::prelude::*;

    #[test]
    fn of_an_element_that_fails_nothing_is_kept_but_its_letter() {
        let pipeline = Pipeline::new();
        let (texts, errors) = pipeline.create([0_i64]).try_map(|n| Err::<String, i64>(*n));
        let (_, dead) = texts.named("Step").on_failure(dead_letter::<i64>());
        let (graph, functions) = (pipeline.graph(), pipeline.functions());
        let step = graph.find("Step").expect("it was just built");
        let names = [errors.id(), dead.id()].map(|it| graph.collection(it).output.as_str());
        assert_eq!(names, ["dead letters", "dead letters 2"]);

        let mut out = Outputs::of(step, &functions);
        assert!(out.have_dead_letters() && !out.one_by_one());
        assert_eq!(out.own().len(), 2, "the code of the step knows no more");
        let at = [3, 5, 8].map(Timestamp::secs).to_vec();
        let windows = Windows::Const(Interval::new(Timestamp::secs(0), Timestamp::secs(10)));
        let meta = Meta { windows, ..Meta::at(Timestamps::each(at)) };
        let batch = Batch::of(vec![1_i64, 2, 3], meta);
        for index in 0..batch.len() {
            let taken = out.take_one(&batch, index, |one, given| {
                let texts = given[0].values.typed_mut::<String>();
                texts.extend(one.values.typed::<i64>().iter().map(i64::to_string));
                // Half done, as a panic would leave it: nothing is described yet.
                assert_ne!(index, 1, "two is too much");
                std::mem::swap(&mut given[0].meta, &mut one.meta);
                Ok(())
            });
            assert_eq!(taken, index != 1);
        }
        assert_eq!(out.dead_letters(), 1);
        let [texts, errors, dead] = &out.batches[..] else { panic!("there are three outputs") };
        assert_eq!(texts.values.typed::<String>(), ["1", "3"]);
        assert_eq!([0, 1].map(|at| texts.meta.timestamps.at(at)), [3, 8].map(Timestamp::secs));
        assert!(errors.is_empty());
        let letter = &dead.values.typed::<DeadLetter<i64>>()[0];
        assert_eq!((letter.element, dead.meta.timestamps.at(0)), (2, Timestamp::secs(5)));
        assert!(letter.error.contains("two is too much"), "{}", letter.error);
        assert_eq!(dead.meta.windows, batch.meta.windows);
        out.clear();
        assert_eq!((out.dead_letters(), out.batches[2].len()), (0, 0));
    }
}
