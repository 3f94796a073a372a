//! Elements in a cell of any kind until their window ends.

use heliostat::{
    CellOptions, CombiningState, Context, Declare, DoFn, FiredTimer, MapState, MultimapState,
    OrderedListState, Result, SetState, Sum, Timer, Timestamp,
};

/// A cell, what elements do to it, and what it gives in the end.
pub(super) trait Cell: Sized + Send + Sync + 'static {
    fn take(&self, context: &mut Context<'_, Gather<Self>>, n: i64) -> Result<()>;

    fn clear(&self, context: &mut Context<'_, Gather<Self>>) -> Result<()>;

    fn give(&self, context: &Context<'_, Gather<Self>>) -> Result<Vec<i64>>;
}

pub(super) struct Gather<C> {
    cell: C,
    end: Timer<Self>,
}

/// The step of this cell.
pub(super) fn of<C: Cell>(
    declare: &mut Declare<Gather<C>>,
    cell: impl FnOnce(&mut Declare<Gather<C>>) -> C,
) -> Gather<C> {
    Gather { cell: cell(declare), end: declare.event_timer("end", Gather::on_end) }
}

impl<C: Cell> Gather<C> {
    fn on_end(&self, (): &mut (), _: &FiredTimer, context: &mut Context<'_, Self>) -> Result<()> {
        for n in self.cell.give(context)? {
            let key = context.key().clone();
            context.emit((key, n));
        }
        Ok(())
    }
}

impl<C: Cell> DoFn for Gather<C> {
    type Input = (String, i64);
    type Output = (String, i64);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        (): &mut (),
        (_, n): (String, i64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        if n == 0 {
            self.cell.clear(context)?;
        } else {
            self.cell.take(context, n)?;
        }
        self.end.set(context, context.window()?.max_timestamp())
    }
}

/// The key and the value that an element stands for.
fn entry(n: i64) -> (i64, i64) {
    (n.div_euclid(10), n.rem_euclid(10))
}

fn number((key, value): (i64, i64)) -> i64 {
    key * 10 + value
}

pub(super) struct Combining(CombiningState<Gather<Self>, i64, Sum>);

impl Combining {
    pub(super) fn of(declare: &mut Declare<Gather<Self>>) -> Self {
        Self(declare.combining("cell", Sum))
    }
}

impl Cell for Combining {
    fn take(&self, context: &mut Context<'_, Gather<Self>>, n: i64) -> Result<()> {
        if 0 < n {
            return self.0.add(context, n);
        }
        let accumulator = self.0.accumulator(context)?;
        self.0.add_accumulator(context, &accumulator)
    }

    fn clear(&self, context: &mut Context<'_, Gather<Self>>) -> Result<()> {
        self.0.clear(context)
    }

    fn give(&self, context: &Context<'_, Gather<Self>>) -> Result<Vec<i64>> {
        Ok(vec![self.0.get(context)?])
    }
}

pub(super) struct Map {
    cell: MapState<Gather<Self>, i64, i64>,
    if_absent: bool,
}

impl Map {
    pub(super) fn of(declare: &mut Declare<Gather<Self>>, merged: bool, if_absent: bool) -> Self {
        let options = CellOptions::new();
        let options = if merged { options.merged_by(|a, b| a + b) } else { options };
        Self { cell: declare.map_with("cell", options), if_absent }
    }
}

impl Cell for Map {
    fn take(&self, context: &mut Context<'_, Gather<Self>>, n: i64) -> Result<()> {
        let (key, value) = entry(n.abs());
        if n < 0 {
            return self.cell.remove(context, &key);
        }
        if self.if_absent {
            return self.cell.put_if_absent(context, key, value).map(drop);
        }
        self.cell.put(context, key, value)
    }

    fn clear(&self, context: &mut Context<'_, Gather<Self>>) -> Result<()> {
        self.cell.clear(context)
    }

    fn give(&self, context: &Context<'_, Gather<Self>>) -> Result<Vec<i64>> {
        Ok(self.cell.entries(context)?.map(number).collect())
    }
}

pub(super) struct Set(SetState<Gather<Self>, i64>);

impl Set {
    pub(super) fn of(declare: &mut Declare<Gather<Self>>) -> Self {
        Self(declare.set("cell"))
    }
}

impl Cell for Set {
    fn take(&self, context: &mut Context<'_, Gather<Self>>, n: i64) -> Result<()> {
        if 0 < n { self.0.add(context, n) } else { self.0.remove(context, &-n) }
    }

    fn clear(&self, context: &mut Context<'_, Gather<Self>>) -> Result<()> {
        self.0.clear(context)
    }

    fn give(&self, context: &Context<'_, Gather<Self>>) -> Result<Vec<i64>> {
        Ok(self.0.read(context)?.collect())
    }
}

pub(super) struct Multimap(MultimapState<Gather<Self>, i64, i64>);

impl Multimap {
    pub(super) fn of(declare: &mut Declare<Gather<Self>>) -> Self {
        Self(declare.multimap("cell"))
    }
}

impl Cell for Multimap {
    fn take(&self, context: &mut Context<'_, Gather<Self>>, n: i64) -> Result<()> {
        let (key, value) = entry(n.abs());
        if 0 < n { self.0.put(context, key, value) } else { self.0.remove(context, &key) }
    }

    fn clear(&self, context: &mut Context<'_, Gather<Self>>) -> Result<()> {
        self.0.clear(context)
    }

    fn give(&self, context: &Context<'_, Gather<Self>>) -> Result<Vec<i64>> {
        Ok(self.0.entries(context)?.map(number).collect())
    }
}

pub(super) struct OrderedList(OrderedListState<Gather<Self>, i64>);

impl OrderedList {
    pub(super) fn of(declare: &mut Declare<Gather<Self>>) -> Self {
        Self(declare.ordered_list("cell"))
    }
}

impl Cell for OrderedList {
    fn take(&self, context: &mut Context<'_, Gather<Self>>, n: i64) -> Result<()> {
        let at = context.timestamp();
        if n < 0 {
            return self.0.clear_range(context, Timestamp::from_millis(-n)..at);
        }
        self.0.add(context, at, n)
    }

    fn clear(&self, context: &mut Context<'_, Gather<Self>>) -> Result<()> {
        self.0.clear(context)
    }

    fn give(&self, context: &Context<'_, Gather<Self>>) -> Result<Vec<i64>> {
        Ok(vec![self.0.read(context)?.fold(0, |digits, (_, n)| digits * 10 + n)])
    }
}
