//! The events of a case as a scripted source.

use heliostat::{Duration, Extreme, PCollection, Pipeline, TestStreams, Timestamp};

use super::ticks::{self, Ticks};
use crate::case::{
    Boundedness, Case, Element as Written, Event, Number, Stateful, TIMESTAMP_MIN, WatermarkTo,
};

/// What the values of a case are: whole numbers, or decimals if it writes one.
pub(crate) trait Value: heliostat::Number + Extreme<Output = Self> {
    fn number(self) -> Number;

    /// The largest whole number that is not above it.
    fn floor(self) -> i64 {
        match self.number() {
            Number::Integer(integer) => integer,
            Number::Decimal(decimal) => decimal.floor() as i64,
        }
    }

    /// What a step with state gives.
    ///
    /// # Errors
    /// If there is none for such values.
    fn stateful(
        pairs: &PCollection<(String, Self)>,
        stateful: &Stateful,
    ) -> Result<PCollection<(String, Self)>, String>;
}

/// A value as a script writes it.
pub(crate) trait Unit: Value {
    fn of(number: Number) -> Self;
}

impl Value for i64 {
    fn number(self) -> Number {
        Number::Integer(self)
    }

    fn stateful(
        pairs: &PCollection<(String, Self)>,
        stateful: &Stateful,
    ) -> Result<PCollection<(String, Self)>, String> {
        Ok(super::stateful::step(pairs, stateful))
    }
}

impl Value for f64 {
    fn number(self) -> Number {
        Number::Decimal(self)
    }

    fn stateful(
        _: &PCollection<(String, Self)>,
        stateful: &Stateful,
    ) -> Result<PCollection<(String, Self)>, String> {
        Err(format!("`with_state {stateful}` takes whole numbers, and the case has decimals"))
    }
}

impl Unit for i64 {
    fn of(number: Number) -> Self {
        match number {
            Number::Integer(integer) => integer,
            Number::Decimal(_) => unreachable!("a case with decimals is built with decimals"),
        }
    }
}

impl Unit for f64 {
    fn of(number: Number) -> Self {
        number.as_f64()
    }
}

/// Where a script is: what its next line is relative to.
struct Place {
    watermarks: Vec<i64>,
    processing: i64,
    /// A first `processing 0` moves nothing, and is no mistake.
    began: bool,
}

/// The streams of a case, at least one, in the order it names them.
pub(crate) fn streams<N: Unit>(
    case: &Case,
    pipeline: &Pipeline,
    ticks: Option<&Ticks>,
) -> Result<Vec<PCollection<(String, N)>>, String> {
    let names = if case.streams.is_empty() { vec![String::new()] } else { case.streams.clone() };
    let mut place =
        Place { watermarks: vec![TIMESTAMP_MIN; names.len()], processing: 0, began: false };
    let of_ticks = ticks.map(|_| ticks::STREAM);
    let mut script = TestStreams::new(names.iter().map(String::as_str).chain(of_ticks));
    for (number, event) in (0_i64..).zip(&case.events) {
        script = ticked(script, number, of_ticks);
        script = played(script, event, &names, &mut place);
    }
    // What follows is that the script is through.
    script = ticked(script, case.events.len().try_into().unwrap_or(i64::MAX), of_ticks);
    if case.boundedness == Boundedness::Bounded {
        script = script.bounded();
    }
    let mut streams = pipeline.test_streams(script);
    if let Some(ticks) = ticks {
        ticks.follow(&streams.split_off(names.len())[0]);
    }
    Ok(streams)
}

fn ticked<N: Unit>(
    script: TestStreams<(String, N)>,
    number: i64,
    of_ticks: Option<&str>,
) -> TestStreams<(String, N)> {
    let Some(stream) = of_ticks else { return script };
    let tick = (String::new(), N::of(Number::Integer(number)));
    script.add(stream, [(tick, Timestamp::from_millis(0))])
}

fn played<N: Unit>(
    mut script: TestStreams<(String, N)>,
    event: &Event,
    names: &[String],
    place: &mut Place,
) -> TestStreams<(String, N)> {
    match event {
        Event::Add { stream, elements } => {
            let name = stream.as_deref().unwrap_or_default();
            let at = names.iter().position(|known| known == name).unwrap_or_default();
            add(script, name, elements, place.watermarks[at])
        }
        Event::Watermark { stream, to } => {
            for (at, name) in names.iter().enumerate() {
                if stream.as_ref().is_some_and(|stream| stream != name) {
                    continue;
                }
                script = match to {
                    WatermarkTo::Time(time) => {
                        place.watermarks[at] = *time;
                        script.watermark(name, Timestamp::from_millis(*time))
                    }
                    WatermarkTo::End => script.end(name),
                };
            }
            script
        }
        Event::Processing { to } => {
            let by = to - std::mem::replace(&mut place.processing, *to);
            let began = std::mem::replace(&mut place.began, true);
            if !began && by == 0 {
                return script;
            }
            script.processing_time(Duration::from_millis(by))
        }
    }
}

/// A bundle; its untimed elements lie at the stream's watermark.
fn add<N: Unit>(
    script: TestStreams<(String, N)>,
    stream: &str,
    elements: &[Written],
    watermark: i64,
) -> TestStreams<(String, N)> {
    let pair = |element: &Written| (element.key.clone(), N::of(element.value));
    if elements.iter().all(|element| element.timestamp.is_none()) {
        return script.add_now(stream, elements.iter().map(pair));
    }
    let timed = elements.iter().map(|element| {
        let at = Timestamp::from_millis(element.timestamp.unwrap_or(watermark));
        (pair(element), at)
    });
    script.add(stream, timed)
}
