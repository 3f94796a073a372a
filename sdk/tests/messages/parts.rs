//! Steps, sources and sinks of the pipelines with mistakes; nothing here runs.

use heliostat::graph::{ReadSpec, SinkStyle, WriteSpec};
use heliostat::prelude::*;
use heliostat::{Completion, Written};

/// Has state, and does nothing with it.
pub(super) struct Remembering;

impl Remembering {
    pub(super) fn declared(declare: &mut Declare<Self>) -> Self {
        let _: ValueState<_, u64> = declare.value("last");
        Self
    }
}

impl DoFn for Remembering {
    type Input = (u64, u64);
    type Output = u64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), _: (u64, u64), _: &mut Context<'_, Self>) -> Result<()> {
        Ok(())
    }
}

/// Reads numbers without event time, for ever.
pub(super) struct Ticks;

impl Read for Ticks {
    type Element = i64;
    type Restriction = ();
    type Reader = NoTicks;

    fn spec(&self) -> ReadSpec {
        ReadSpec {
            boundedness: Boundedness::Unbounded,
            can_end: false,
            has_watermark_policy: false,
            about: "a clock".into(),
        }
    }

    fn split(&self) -> Result<Vec<()>> {
        Err(Error::new("nothing here runs"))
    }

    fn open(&self, (): ()) -> Result<NoTicks> {
        Err(Error::new("nothing here runs"))
    }
}

pub(super) struct NoTicks;

impl Reader for NoTicks {
    type Element = i64;
    type Restriction = ();

    fn fill(&mut self, _: &mut Rows<'_, i64>, _: usize) -> Result<Fill> {
        Err(Error::new("nothing here runs"))
    }

    fn position(&self) {}

    fn watermark(&self) -> Timestamp {
        Timestamp::MIN
    }
}

/// Writes one file at the end.
pub(super) struct OneFile;

impl Write for OneFile {
    type Element = i64;
    type Committable = ();
    type Writer = NoFile;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::AtEnd, about: "ticks.jsonl".into() }
    }

    fn open(&self, _epoch: u64, _shard: u32) -> Result<NoFile> {
        Err(Error::new("nothing here runs"))
    }

    fn commit(&self, _parts: Vec<()>, _completion: Completion) -> Result<Written> {
        Err(Error::new("nothing here runs"))
    }
}

pub(super) struct NoFile;

impl Writer for NoFile {
    type Element = i64;
    type Committable = ();

    fn write(&mut self, _elements: &mut Vec<i64>) -> Result<()> {
        Err(Error::new("nothing here runs"))
    }

    fn prepare(self) -> Result<()> {
        Err(Error::new("nothing here runs"))
    }
}
