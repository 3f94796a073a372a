//! A source that plays a script: elements, watermarks, processing time (model.md 1.6).

use super::{Script, ScriptEvent};
use crate::batch::{Batch, Meta, Timestamps};
use crate::graph::build::{Code, Edge};
use crate::graph::{TestStreamSpec, Transform};
use crate::{
    Boundedness, Duration, Element, Error, PCollection, Pipeline, Result, Timestamp, Windowing,
};
use std::panic::Location;
use std::sync::Arc;

/// A script for one stream; after each event the runner is quiet before the next one comes.
///
/// A script that does not say so itself ends by moving the watermark to the end of time.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let pipeline = Pipeline::new();
/// let script = TestStream::new()
///     .add([(('a', 1), Timestamp::secs(3)), (('a', 2), Timestamp::secs(7))])
///     .watermark(Timestamp::secs(10))
///     .add([(('a', 5), Timestamp::secs(4))]);
/// let sums = pipeline
///     .test_stream(script)
///     .window(Window::fixed(secs(10)).allowed_lateness(secs(30)).accumulating())
///     .sum_per_key()
///     .windowed()
///     .collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// let panes: Vec<(i32, PaneTiming)> =
///     result.collected(&sums).iter().map(|pane| (pane.value.1, pane.pane.timing)).collect();
/// assert_eq!(panes, [(3, PaneTiming::OnTime), (8, PaneTiming::Late)]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TestStream<T> {
    streams: TestStreams<T>,
}

/// A script for several streams, each with its own watermark.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let pipeline = Pipeline::new();
/// let script = TestStreams::new(["a", "b"])
///     .add("a", [(1, Timestamp::secs(1))])
///     .add("b", [(2, Timestamp::secs(2))]);
/// let streams = pipeline.test_streams(script);
/// let all = pipeline.flatten(streams).collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// assert_eq!(result.collected(&all).iter().sum::<i32>(), 3);
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TestStreams<T> {
    names: Vec<String>,
    bounded: Boundedness,
    events: Vec<Event<T>>,
}

#[derive(Clone, Debug)]
enum Event<T> {
    Elements { stream: usize, elements: Vec<(T, Option<Timestamp>)> },
    Watermark { stream: usize, to: Timestamp },
    End { stream: usize },
    ProcessingTime { by: Duration },
}

const ONLY: &str = "out";

impl<T: Element> Default for TestStream<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Element> TestStream<T> {
    /// A script without events.
    pub fn new() -> Self {
        Self { streams: TestStreams::new([ONLY]) }
    }

    /// A bundle of elements with their timestamps.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "a script adds elements, as Beam's does")]
    pub fn add(self, elements: impl IntoIterator<Item = (T, Timestamp)>) -> Self {
        Self { streams: self.streams.add(ONLY, elements) }
    }

    /// A bundle of elements at the watermark as it stands.
    #[must_use]
    pub fn add_now(self, elements: impl IntoIterator<Item = T>) -> Self {
        Self { streams: self.streams.add_now(ONLY, elements) }
    }

    /// Moves the watermark: everything earlier has been seen.
    #[must_use]
    pub fn watermark(self, to: Timestamp) -> Self {
        Self { streams: self.streams.watermark(ONLY, to) }
    }

    /// Moves the watermark to the end of time: nothing comes any more.
    #[must_use]
    pub fn end(self) -> Self {
        Self { streams: self.streams.end(ONLY) }
    }

    /// Moves processing time forward.
    #[must_use]
    pub fn processing_time(self, by: Duration) -> Self {
        Self { streams: self.streams.processing_time(by) }
    }

    /// Declares the stream bounded.
    #[must_use]
    pub fn bounded(self) -> Self {
        Self { streams: self.streams.bounded() }
    }
}

impl<T: Element> TestStreams<T> {
    /// A script without events for streams of these names.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self {
            names: names.into_iter().map(Into::into).collect(),
            bounded: Boundedness::Unbounded,
            events: Vec::new(),
        }
    }

    /// A bundle of elements with their timestamps.
    ///
    /// # Panics
    /// If there is no stream of this name; so for the methods below.
    #[track_caller]
    #[must_use]
    pub fn add(mut self, stream: &str, elements: impl IntoIterator<Item = (T, Timestamp)>) -> Self {
        let elements = elements.into_iter().map(|(value, at)| (value, Some(at))).collect();
        let stream = self.stream(stream);
        self.events.push(Event::Elements { stream, elements });
        self
    }

    /// A bundle of elements at the stream's watermark as it stands.
    #[track_caller]
    #[must_use]
    pub fn add_now(mut self, stream: &str, elements: impl IntoIterator<Item = T>) -> Self {
        let elements = elements.into_iter().map(|value| (value, None)).collect();
        let stream = self.stream(stream);
        self.events.push(Event::Elements { stream, elements });
        self
    }

    /// Moves the watermark of a stream.
    #[track_caller]
    #[must_use]
    pub fn watermark(mut self, stream: &str, to: Timestamp) -> Self {
        let stream = self.stream(stream);
        self.events.push(Event::Watermark { stream, to });
        self
    }

    /// Moves the watermark of a stream to the end of time.
    #[track_caller]
    #[must_use]
    pub fn end(mut self, stream: &str) -> Self {
        let stream = self.stream(stream);
        self.events.push(Event::End { stream });
        self
    }

    /// Moves processing time forward.
    #[must_use]
    pub fn processing_time(mut self, by: Duration) -> Self {
        self.events.push(Event::ProcessingTime { by });
        self
    }

    /// Declares the streams bounded.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.bounded = Boundedness::Bounded;
        self
    }

    #[track_caller]
    fn stream(&self, name: &str) -> usize {
        self.names
            .iter()
            .position(|known| known == name)
            .unwrap_or_else(|| panic!("the script has streams {:?}, not `{name}`", self.names))
    }
}

impl<T: Element> Script for TestStreams<T> {
    fn events(&self) -> Result<Vec<ScriptEvent>> {
        let mut watermarks = vec![Timestamp::MIN; self.names.len()];
        let mut events = Vec::with_capacity(self.events.len() + self.names.len());
        for (number, event) in (1_usize..).zip(&self.events) {
            let broken = |why: String| {
                Error::new(format!("event {number} of the script breaks its contract: {why}"))
            };
            events.push(self.checked(event, &mut watermarks).map_err(broken)?);
        }
        for (stream, watermark) in watermarks.into_iter().enumerate() {
            if watermark < Timestamp::MAX {
                events.push(ScriptEvent::Watermark { stream, to: Timestamp::MAX });
            }
        }
        Ok(events)
    }
}

impl<T: Element> TestStreams<T> {
    /// The event as a runner plays it, or how it breaks the contract of model.md 1.6.
    fn checked(
        &self,
        event: &Event<T>,
        watermarks: &mut [Timestamp],
    ) -> Result<ScriptEvent, String> {
        match event {
            Event::Elements { stream, elements } => {
                let now = watermarks[*stream];
                let late =
                    elements.iter().filter_map(|(_, at)| *at).find(|&at| Timestamp::MAX <= at);
                if let Some(at) = late {
                    return Err(format!("an element's timestamp {at} must be before MAX"));
                }
                if now == Timestamp::MAX {
                    return Err(format!(
                        "elements on `{}` behind the end of time: its watermark is already MAX, \
                         and an element's timestamp must be before MAX",
                        self.names[*stream]
                    ));
                }
                let (values, at) = elements
                    .iter()
                    .map(|(value, at)| (value.clone(), at.unwrap_or(now)))
                    .unzip::<_, _, Vec<T>, Vec<Timestamp>>();
                let batch = Batch::of(values, Meta::at(Timestamps::each(at)));
                Ok(ScriptEvent::Elements { stream: *stream, batch })
            }
            Event::Watermark { to, .. } if Timestamp::MAX <= *to => {
                Err("a watermark reaches MAX only by `end`".into())
            }
            Event::Watermark { stream, to } => self.moved(*stream, *to, watermarks),
            Event::End { stream } => self.moved(*stream, Timestamp::MAX, watermarks),
            Event::ProcessingTime { by } if *by <= Duration::ZERO => {
                Err(format!("processing time must move forward, not by {by}"))
            }
            Event::ProcessingTime { by } => Ok(ScriptEvent::ProcessingTime { by: *by }),
        }
    }

    fn moved(
        &self,
        stream: usize,
        to: Timestamp,
        watermarks: &mut [Timestamp],
    ) -> Result<ScriptEvent, String> {
        let before = std::mem::replace(&mut watermarks[stream], to);
        if to <= before {
            return Err(format!(
                "the watermark of `{}` must move forward: it is at {before} and was asked to go \
                 to {to}",
                self.names[stream]
            ));
        }
        Ok(ScriptEvent::Watermark { stream, to })
    }
}

impl Pipeline {
    /// The elements of a script.
    ///
    /// See [`TestStream`].
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let script = TestStream::new().add([(7, Timestamp::secs(1))]);
    /// let numbers = pipeline.test_stream(script).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&numbers), [7]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn test_stream<T: Element>(&self, script: TestStream<T>) -> PCollection<T> {
        self.test_streams(script.streams).remove(0)
    }

    /// The elements of a script, a collection for each of its streams.
    ///
    /// See [`TestStreams`].
    ///
    /// ```
    /// use heliostat::prelude::*;
    ///
    /// let pipeline = Pipeline::new();
    /// let streams = pipeline.test_streams(TestStreams::<i64>::new(["a", "b"]));
    /// assert_eq!(streams.len(), 2);
    /// ```
    #[track_caller]
    pub fn test_streams<T: Element>(&self, script: TestStreams<T>) -> Vec<PCollection<T>> {
        let moves = |event: &Event<T>| matches!(event, Event::ProcessingTime { .. });
        let spec = TestStreamSpec {
            boundedness: script.bounded,
            streams: script.names.clone(),
            moves_processing_time: script.events.iter().any(moves),
        };
        let edge =
            Edge { windowing: Windowing::default(), boundedness: script.bounded, can_end: true };
        let transform = Transform::TestStream(spec);
        let step = self.builder.step("Test stream", transform, &[], Location::caller());
        let outputs = script.names.iter().map(|name| {
            let id = self.builder.output::<T>(step, name, edge.clone());
            PCollection::new(&self.builder, id, step)
        });
        let outputs = outputs.collect();
        self.builder.code(step, Code::Script(Arc::new(script)));
        outputs
    }
}
