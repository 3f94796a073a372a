//! Elements in a bag until their window expires.

use heliostat::{BagState, Context, Declare, DoFn, FiredTimer, Result, Timer, Timestamp};

/// What the timer adds.
const MARK: i64 = 1_000;

pub(super) struct Flush {
    kept: BagState<Self, i64>,
    /// A timer, and where it is set to.
    mark: Option<(Timer<Self>, Timestamp)>,
}

impl Flush {
    pub(super) fn of(declare: &mut Declare<Self>, mark: Option<i64>) -> Self {
        declare.on_window_expiration(Self::on_expiration);
        let kept = declare.bag("kept");
        let mark =
            mark.map(|at| (declare.event_timer("mark", Self::on_mark), Timestamp::from_millis(at)));
        Self { kept, mark }
    }

    fn on_mark(&self, (): &mut (), _: &FiredTimer, context: &mut Context<'_, Self>) -> Result<()> {
        self.kept.add(context, MARK)
    }

    fn on_expiration(&self, (): &mut (), context: &mut Context<'_, Self>) -> Result<()> {
        let sum = (context.key().clone(), self.kept.read(context)?.sum());
        context.emit(sum);
        Ok(())
    }
}

impl DoFn for Flush {
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
            return self.kept.clear(context);
        }
        self.kept.add(context, n)?;
        match self.mark {
            Some((mark, at)) => mark.set(context, at),
            None => Ok(()),
        }
    }
}
