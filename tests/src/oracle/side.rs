//! A step that reads a side input (model.md 7).

use std::collections::BTreeMap;

use super::combine::{Fold, Numbers};
use super::grouping::Grouping;
use super::window;
use super::windowing::Windowing;
use crate::case::{
    GLOBAL_WINDOW_MAX, Number, Pane, PaneWindow, SideView, TIMESTAMP_MIN, Trigger, Value,
};

/// The step, and the view that it reads.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) stream: String,
    view: SideView,
    windowing: Windowing,
    /// The larger one of the side input and of the main input.
    lateness: i64,
    /// Groups the numbers that the elements of the side input have.
    pub(super) grouping: Grouping,
    /// The elements of the side input, by number.
    elements: Vec<Pane>,
    /// The newest pane of each window, and its index.
    panes: BTreeMap<PaneWindow, (i64, Vec<Pane>)>,
    /// The main elements that were pushed back.
    waiting: Vec<Pane>,
    /// That of the main input, as it came.
    main_watermark: i64,
    /// The same, held by what waits: what is told downstream.
    watermark: i64,
    /// How many main elements came when their side window was garbage.
    pub(super) dropped: u64,
}

impl Reader {
    pub(super) fn new(stream: &str, view: SideView, side: Windowing, main: &Windowing) -> Self {
        Self {
            stream: stream.to_owned(),
            view,
            lateness: side.lateness.max(main.lateness),
            grouping: Grouping::new(side.clone(), Fold::Group, Numbers::Whole, false),
            windowing: side,
            elements: Vec::new(),
            panes: BTreeMap::new(),
            waiting: Vec::new(),
            main_watermark: TIMESTAMP_MIN,
            watermark: TIMESTAMP_MIN,
            dropped: 0,
        }
    }

    /// A bundle of the side input.
    pub(super) fn take(&mut self, bundle: Vec<Pane>) -> Result<(), String> {
        let mut numbered = Vec::new();
        for element in bundle {
            let number = i64::try_from(self.elements.len()).expect("there are few");
            let value = Value::Number(Number::Integer(number));
            numbered.push(Pane { value, ..element.clone() });
            self.elements.push(element);
        }
        let panes = self.grouping.process(numbered)?;
        self.update(panes);
        Ok(())
    }

    /// The watermark of the side input moved on.
    pub(super) fn side_watermark(&mut self, to: i64) -> Result<(), String> {
        let panes = self.grouping.on_watermark(to)?;
        self.update(panes);
        Ok(())
    }

    /// The timers of the side input that are due in processing time.
    pub(super) fn on_processing_time(&mut self) -> Result<(), String> {
        let panes = self.grouping.on_processing_time()?;
        self.update(panes);
        Ok(())
    }

    /// 7.4: each pane is a full new value; a lower index never overwrites a higher one.
    fn update(&mut self, panes: Vec<Pane>) {
        for pane in panes {
            let index = pane.info.index;
            if self.panes.get(&pane.window).is_none_or(|(known, _)| *known <= index) {
                let elements = numbers(&pane.value).map(|number| self.elements[number].clone());
                self.panes.insert(pane.window, (index, elements.collect()));
            }
        }
    }

    /// A bundle of the main input, behind what waits; what can be processed now.
    pub(super) fn process(&mut self, bundle: Vec<Pane>) -> Result<Vec<Pane>, String> {
        let mut processed = Vec::new();
        for element in std::mem::take(&mut self.waiting).into_iter().chain(bundle) {
            let window = self.side_window(element.window)?;
            if self.is_garbage(window) {
                self.dropped += 1;
            } else if self.is_ready(window) {
                processed.push(self.read(element, window)?);
            } else {
                self.waiting.push(element);
            }
        }
        Ok(processed)
    }

    /// The watermark of the main input moved on.
    pub(super) fn main_watermark(&mut self, to: i64) {
        self.main_watermark = to;
    }

    /// What is told downstream, if that is news. What waits counts as queued.
    pub(super) fn new_watermark(&mut self) -> Option<i64> {
        let oldest = self.waiting.iter().map(|element| element.timestamp).min();
        let to = oldest.map_or(self.main_watermark, |oldest| oldest.min(self.main_watermark));
        let new = self.watermark < to;
        self.watermark = self.watermark.max(to);
        new.then_some(to)
    }

    /// 7.2.
    fn side_window(&self, main: PaneWindow) -> Result<PaneWindow, String> {
        let at = Pane {
            key: None,
            value: Value::None,
            window: main,
            info: crate::case::PaneInfo::NO_FIRING,
            timestamp: main.max_timestamp(),
        };
        let windows = window::assign(&self.windowing.function, &at)?;
        windows.into_iter().min().ok_or_else(|| format!("{main} maps to no side window"))
    }

    /// 7.3.
    fn is_ready(&mut self, window: PaneWindow) -> bool {
        let certain = if fires_by_end(&self.windowing.trigger) {
            window.max_timestamp()
        } else {
            GLOBAL_WINDOW_MAX
        };
        self.panes.contains_key(&window) || certain < self.grouping.output_watermark()
    }

    /// `gc(w)` of model.md 5.2, for the side window, has passed for all who read it.
    fn is_garbage(&self, window: PaneWindow) -> bool {
        let sum = i128::from(window.max_timestamp()) + i128::from(self.lateness);
        sum.min(i128::from(GLOBAL_WINDOW_MAX)) < i128::from(self.watermark)
    }

    fn read(&self, element: Pane, window: PaneWindow) -> Result<Pane, String> {
        let held = self.panes.get(&window).map_or(&[][..], |(_, elements)| elements);
        let read = seen(self.view, element.key.as_deref(), held)?;
        let own = match &element.value {
            Value::None => Vec::new(),
            Value::Number(number) => vec![*number],
            Value::Group(numbers) => numbers.clone(),
        };
        let value = Value::group(own.into_iter().chain(read).collect());
        Ok(Pane { value, ..element })
    }
}

/// 7.1, for an element of this key.
fn seen(view: SideView, key: Option<&str>, held: &[Pane]) -> Result<Vec<Number>, String> {
    let values =
        |held: &[&Pane]| held.iter().flat_map(|pane| number(&pane.value)).collect::<Vec<Number>>();
    let all: Vec<&Pane> = held.iter().collect();
    let of_key = || held.iter().filter(|pane| pane.key.as_deref() == key).collect::<Vec<_>>();
    match view {
        SideView::Iterable | SideView::List => Ok(values(&all)),
        SideView::Singleton | SideView::SingletonOr(_) if 1 < held.len() => {
            Err("several elements are read as one".into())
        }
        SideView::Singleton if held.is_empty() => Err("no element is read as one".into()),
        SideView::SingletonOr(default) if held.is_empty() => Ok(vec![Number::Integer(default)]),
        SideView::Singleton | SideView::SingletonOr(_) => Ok(values(&all)),
        SideView::Map => {
            let twice = |pane: &Pane| held.iter().filter(|other| other.key == pane.key).count() > 1;
            if held.iter().any(twice) {
                return Err("a key comes twice".into());
            }
            Ok(values(&of_key()))
        }
        SideView::Multimap => Ok(values(&of_key())),
        SideView::Latest => Ok(values(
            &held.iter().max_by_key(|pane| pane.timestamp).into_iter().collect::<Vec<_>>(),
        )),
    }
}

/// 7.3: whether the trigger is certain to have fired by the end of a window.
fn fires_by_end(trigger: &Trigger) -> bool {
    match trigger {
        Trigger::Default | Trigger::AfterWatermark { .. } => true,
        Trigger::AfterCount(_)
        | Trigger::AfterProcessingTime { .. }
        | Trigger::AfterSynchronizedProcessingTime
        | Trigger::Never
        | Trigger::Always => false,
        Trigger::Repeatedly(inner) => fires_by_end(inner),
        Trigger::AfterAny(triggers) => triggers.iter().any(fires_by_end),
        Trigger::AfterAll(triggers) => triggers.iter().all(fires_by_end),
        Trigger::AfterEach(triggers) => triggers.first().is_some_and(fires_by_end),
        Trigger::OrFinally(main, until) => fires_by_end(main) || fires_by_end(until),
    }
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(*number),
        Value::None | Value::Group(_) => None,
    }
}

/// The numbers of a group of them.
fn numbers(value: &Value) -> impl Iterator<Item = usize> {
    let numbers = match value {
        Value::Group(numbers) => numbers.as_slice(),
        Value::None | Value::Number(_) => &[],
    };
    numbers.iter().filter_map(|number| match number {
        Number::Integer(number) => usize::try_from(*number).ok(),
        Number::Decimal(_) => None,
    })
}
