//! The steps of a case, and how bundles and watermarks go through them (model.md 5.1).

use super::combine::{Fold, Numbers};
use super::grouping::Grouping;
use super::script;
use super::side::Reader;
use super::window;
use super::windowing::Windowing;
use crate::case::{
    Case, Combine, Defaults, GLOBAL_WINDOW_MAX, Number, Pane, PaneInfo, PaneWindow, SideView, Step,
    TIMESTAMP_MIN, Trigger, Value, WindowFunction, WindowSpec,
};

/// A pipeline behind its streams.
#[derive(Debug)]
pub(super) struct Pipeline {
    steps: Vec<Work>,
    /// What came out at its end.
    pub(super) output: Vec<Pane>,
    /// The trigger of its output.
    pub(super) trigger: Trigger,
}

/// What a step does to a bundle.
#[derive(Debug)]
enum Work {
    /// Gives it on.
    Nothing,
    AssignWindows(WindowFunction),
    ToOneKey,
    Group(Box<Grouping>),
    Read(Box<Reader>),
    /// Behind a global combine: gives the value of nothing if nothing ever came.
    Default {
        value: Value,
        seen: bool,
    },
}

/// The one key of `to_one_key`.
const ONE_KEY: &str = "all";

impl Pipeline {
    /// The steps of a case, given its streams' windowing and what their numbers are.
    pub(super) fn new(case: &Case, streams: &Windowing, numbers: Numbers) -> Self {
        let mut pipeline =
            Self { steps: Vec::new(), output: Vec::new(), trigger: Trigger::Default };
        let (mut windowing, mut numbers) = (streams.clone(), numbers);
        if let Some(spec) = of_case(case) {
            windowing = pipeline.window(&windowing, &spec);
        }
        for step in &case.steps {
            match step {
                Step::Window(spec) => windowing = pipeline.window(&windowing, spec),
                Step::GroupByKey => {
                    pipeline.group(&mut windowing, &mut numbers, Fold::Group, true);
                }
                // In parts it comes to the same wherever a window fires once.
                Step::CombinePerKey(combine) | Step::CombinePerKeyWithFanout(combine, _) => {
                    pipeline.group(&mut windowing, &mut numbers, Fold::Combine(*combine), true);
                }
                Step::CombineGlobally(combine, defaults) => {
                    pipeline.group(&mut windowing, &mut numbers, Fold::Combine(*combine), false);
                    if *defaults == Defaults::With {
                        pipeline.steps.push(default_of(*combine, numbers));
                    }
                }
                Step::WithSide(stream, view) => {
                    pipeline.read(stream, *view, script::windowing_of(case, stream), &windowing);
                }
                Step::CombineWith(stream) => {
                    pipeline.group(&mut windowing, &mut numbers, Fold::Group, true);
                    let side = script::windowing_of(case, stream);
                    pipeline.read(stream, SideView::List, side, &windowing);
                }
                Step::ToOneKey => pipeline.steps.push(Work::ToOneKey),
                Step::Flatten | Step::Reshuffle | Step::Map | Step::Windowed => {
                    pipeline.steps.push(Work::Nothing);
                }
                Step::WithState(_) => unreachable!("cases with such steps are refused"),
            }
        }
        pipeline.trigger = windowing.trigger;
        pipeline
    }

    fn window(&mut self, before: &Windowing, spec: &WindowSpec) -> Windowing {
        if let Some(function) = &spec.function {
            self.steps.push(Work::AssignWindows(function.clone()));
        }
        before.windowed(spec)
    }

    fn group(&mut self, windowing: &mut Windowing, numbers: &mut Numbers, fold: Fold, keyed: bool) {
        let grouping = Grouping::new(windowing.clone(), fold, *numbers, keyed);
        self.steps.push(Work::Group(Box::new(grouping)));
        *windowing = windowing.grouped();
        *numbers = fold.numbers(*numbers);
    }

    fn read(&mut self, stream: &str, view: SideView, side: Windowing, main: &Windowing) {
        self.steps.push(Work::Read(Box::new(Reader::new(stream, view, side, main))));
    }

    /// All groupings, in the order data meets them.
    pub(super) fn groupings(&self) -> Vec<&Grouping> {
        fn grouping(step: &Work) -> Option<&Grouping> {
            match step {
                Work::Group(grouping) => Some(grouping),
                Work::Read(reader) => Some(&reader.grouping),
                Work::Nothing | Work::AssignWindows(_) | Work::ToOneKey | Work::Default { .. } => {
                    None
                }
            }
        }
        self.steps.iter().filter_map(grouping).collect()
    }

    /// A bundle of a stream.
    pub(super) fn bundle(&mut self, elements: Vec<Pane>) -> Result<(), String> {
        self.deliver(0, elements)
    }

    /// The smallest watermark of the streams moved on.
    pub(super) fn watermark(&mut self, to: i64) -> Result<(), String> {
        self.advance(0, to)
    }

    /// A bundle of a stream that is a side input.
    pub(super) fn side_bundle(&mut self, stream: &str, bundle: &[Pane]) -> Result<(), String> {
        self.for_readers(stream, |reader| reader.take(bundle.to_vec()))
    }

    /// The watermark of a stream that is a side input moved on.
    pub(super) fn side_watermark(&mut self, stream: &str, to: i64) -> Result<(), String> {
        self.for_readers(stream, |reader| reader.side_watermark(to))
    }

    /// How many elements came too late for their side input.
    pub(super) fn late_readers(&self) -> u64 {
        let dropped = |step: &Work| match step {
            Work::Read(reader) => reader.dropped,
            Work::Nothing
            | Work::AssignWindows(_)
            | Work::ToOneKey
            | Work::Group(_)
            | Work::Default { .. } => 0,
        };
        self.steps.iter().map(dropped).sum()
    }

    /// Changes what the steps see that read this stream; what waits is tried again.
    fn for_readers(
        &mut self,
        stream: &str,
        change: impl Fn(&mut Reader) -> Result<(), String>,
    ) -> Result<(), String> {
        for at in 0..self.steps.len() {
            let Work::Read(reader) = &mut self.steps[at] else { continue };
            if reader.stream == stream {
                change(reader)?;
                self.retry(at)?;
            }
        }
        Ok(())
    }

    /// Tries again what waits in front of a reader.
    fn retry(&mut self, at: usize) -> Result<(), String> {
        let Work::Read(reader) = &mut self.steps[at] else { return Ok(()) };
        let processed = reader.process(Vec::new())?;
        self.deliver(at + 1, processed)?;
        self.tell_watermark(at)
    }

    /// The clock moved on: for every grouping at once, then each looks at its timers in turn. What
    /// follows from the timers of one, panes and watermark, happens before the next one looks.
    pub(super) fn processing_time(&mut self, now: i64) -> Result<(), String> {
        for step in &mut self.steps {
            match step {
                Work::Group(grouping) => grouping.set_processing_time(now),
                Work::Read(reader) => reader.grouping.set_processing_time(now),
                Work::Nothing | Work::AssignWindows(_) | Work::ToOneKey | Work::Default { .. } => {}
            }
        }
        for at in 0..self.steps.len() {
            if let Work::Read(reader) = &mut self.steps[at] {
                reader.on_processing_time()?;
                self.retry(at)?;
            }
            let Work::Group(grouping) = &mut self.steps[at] else { continue };
            let panes = grouping.on_processing_time()?;
            self.deliver(at + 1, panes)?;
            self.tell_watermark(at)?;
        }
        Ok(())
    }

    /// Gives a bundle to the step in this place, and on to those behind it.
    fn deliver(&mut self, at: usize, bundle: Vec<Pane>) -> Result<(), String> {
        if bundle.is_empty() {
            return Ok(());
        }
        let Some(step) = self.steps.get_mut(at) else {
            self.output.extend(bundle);
            return Ok(());
        };
        match step {
            Work::Nothing => self.deliver(at + 1, bundle),
            Work::AssignWindows(function) => {
                let mut windowed = Vec::new();
                for element in bundle {
                    for window in window::assign(function, &element)? {
                        windowed.push(Pane { window, ..element.clone() });
                    }
                }
                self.deliver(at + 1, windowed)
            }
            Work::ToOneKey => self.deliver(at + 1, bundle.iter().flat_map(to_one_key).collect()),
            Work::Default { seen, .. } => {
                *seen = true;
                self.deliver(at + 1, bundle)
            }
            Work::Group(grouping) => {
                let panes = grouping.process(bundle)?;
                self.deliver(at + 1, panes)?;
                self.tell_watermark(at)
            }
            Work::Read(reader) => {
                let processed = reader.process(bundle)?;
                self.deliver(at + 1, processed)?;
                self.tell_watermark(at)
            }
        }
    }

    /// Tells what is behind a grouping, or a reader, of its output watermark; its panes are there
    /// already.
    fn tell_watermark(&mut self, at: usize) -> Result<(), String> {
        let grouping = match &mut self.steps[at] {
            Work::Group(grouping) => grouping,
            Work::Read(reader) => {
                let new = reader.new_watermark();
                return new.map_or(Ok(()), |to| self.advance(at + 1, to));
            }
            Work::Nothing | Work::AssignWindows(_) | Work::ToOneKey | Work::Default { .. } => {
                return Ok(());
            }
        };
        let before = grouping.told_watermark;
        let now = grouping.output_watermark();
        grouping.told_watermark = now;
        if before < now { self.advance(at + 1, now) } else { Ok(()) }
    }

    /// Moves the watermark of the next grouping on, and of those behind it.
    fn advance(&mut self, from: usize, watermark: i64) -> Result<(), String> {
        for at in from..self.steps.len() {
            match &mut self.steps[at] {
                Work::Nothing | Work::AssignWindows(_) | Work::ToOneKey => {}
                Work::Default { value, seen } => {
                    // It is known that nothing came once the global window is over.
                    if watermark > GLOBAL_WINDOW_MAX && !*seen {
                        let default = Pane {
                            key: None,
                            value: value.clone(),
                            window: PaneWindow::Global,
                            info: PaneInfo::NO_FIRING,
                            timestamp: TIMESTAMP_MIN,
                        };
                        self.deliver(at, vec![default])?;
                    }
                }
                Work::Group(grouping) => {
                    let panes = grouping.on_watermark(watermark)?;
                    self.deliver(at + 1, panes)?;
                    return self.tell_watermark(at);
                }
                Work::Read(reader) => {
                    reader.main_watermark(watermark);
                    return self.tell_watermark(at);
                }
            }
        }
        Ok(())
    }
}

/// What the case's own window and trigger lines say, if there are any.
fn of_case(case: &Case) -> Option<WindowSpec> {
    let mut spec = match (case.window(), &case.trigger) {
        (None, None) => return None,
        (Some(spec), _) => spec.clone(),
        (None, Some(_)) => WindowSpec::default(),
    };
    spec.trigger = case.trigger.clone().or(spec.trigger);
    Some(spec)
}

/// What stands in for the panes of a global combine that had nothing; `numbers` are its output's.
fn default_of(combine: Combine, numbers: Numbers) -> Work {
    let value = Fold::Combine(combine).of(&[], numbers).expect("nothing does not overflow");
    Work::Default { value, seen: false }
}

/// Every value under the one key; a group becomes its values.
fn to_one_key(element: &Pane) -> Vec<Pane> {
    let under_one_key = |number: &Number| Pane {
        key: Some(ONE_KEY.to_owned()),
        value: Value::Number(*number),
        ..element.clone()
    };
    match &element.value {
        Value::None => Vec::new(),
        Value::Number(number) => vec![under_one_key(number)],
        Value::Group(numbers) => numbers.iter().map(under_one_key).collect(),
    }
}
