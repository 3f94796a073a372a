//! A `DoFn` as a runner calls it: a batch at a time.

use super::provenance::Provenance;
use super::{BundleContext, Context};
use crate::batch::{Batch, ColumnExt};
use crate::graph::{StepFn, StepWork, ViewValue};
use crate::{DoFn, Result};
use std::cell::OnceCell;
use std::marker::PhantomData;
use std::sync::Arc;

/// The step of a `DoFn`.
pub(crate) struct DoFnStep<D> {
    dofn: Arc<D>,
    outputs: usize,
}

impl<D> DoFnStep<D> {
    /// `outputs` counts the main one.
    pub(crate) fn new(dofn: Arc<D>, outputs: usize) -> Self {
        Self { dofn, outputs }
    }
}

struct DoFnWork<D: DoFn> {
    dofn: Arc<D>,
    /// `None` behind the teardown.
    local: Option<D::Local>,
    provenance: Vec<Provenance>,
    sides: Vec<ViewValue>,
}

impl<D: DoFn> StepFn for DoFnStep<D> {
    fn setup(&self) -> Result<Box<dyn StepWork>> {
        let local = Some(self.dofn.setup()?);
        let provenance = (0..self.outputs).map(|_| Provenance::default()).collect();
        let dofn = Arc::clone(&self.dofn);
        Ok(Box::new(DoFnWork { dofn, local, provenance, sides: Vec::new() }))
    }
}

impl<D: DoFn> StepWork for DoFnWork<D> {
    fn start_bundle(&mut self) -> Result<()> {
        self.dofn.start_bundle(self.local.as_mut().expect("a bundle starts before the teardown"))
    }

    fn process(&mut self, input: &mut Batch, out: &mut [Batch], done: &mut usize) -> Result<()> {
        let local = self.local.as_mut().expect("elements come before the teardown");
        // A batch that failed may have left something.
        self.provenance.iter_mut().for_each(Provenance::forget);
        let (main, others) = out.split_first_mut().expect("a step has a main output");
        let mut context = Context::<D> {
            meta: &input.meta,
            index: 0,
            window: OnceCell::new(),
            skew: self.dofn.allowed_skew(),
            main: main.values.typed_mut(),
            others,
            provenance: &mut self.provenance,
            sides: &self.sides,
            call: None,
        };
        for (index, element) in (0..).zip(input.values.typed_mut::<D::Input>().drain(..)) {
            context.go_to(index);
            self.dofn.process(local, element, &mut context)?;
            *done += 1;
        }
        for (output, provenance) in out.iter_mut().zip(&mut self.provenance) {
            provenance.settle(&input.meta, output);
        }
        input.clear();
        Ok(())
    }

    fn see(&mut self, sides: &[ViewValue]) {
        self.sides = sides.to_vec();
    }

    fn finish_bundle(&mut self, out: &mut [Batch]) -> Result<()> {
        let local = self.local.as_mut().expect("a bundle finishes before the teardown");
        self.dofn.finish_bundle(local, &mut BundleContext { out, dofn: PhantomData })
    }

    fn teardown(&mut self) -> Result<()> {
        self.local.take().map_or(Ok(()), |local| self.dofn.teardown(local))
    }
}
