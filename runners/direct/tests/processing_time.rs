//! Processing-time triggers where no script says what time it is.

use heliostat::graph::ReadSpec;
use heliostat::prelude::*;
use heliostat::{Clock, SystemClock};
use heliostat_direct::{DirectClock, DirectRunner, DirectSettings};

/// How long the source has nothing to give between two numbers.
const PAUSE: Duration = millis(60);

/// Gives 1, 2 and 3, with a pause before each but the first.
struct Slow(DirectClock);

/// The next number, and when it comes.
struct Slowly {
    clock: DirectClock,
    next: i64,
    at: Option<Timestamp>,
    /// What a virtual clock shows when the next number comes.
    turn: Timestamp,
}

impl Read for Slow {
    type Element = (char, i64);
    type Restriction = ();
    type Reader = Slowly;

    fn spec(&self) -> ReadSpec {
        ReadSpec {
            boundedness: Boundedness::Unbounded,
            has_watermark_policy: true,
            ..ReadSpec::bounded("a slow source")
        }
    }

    fn split(&self) -> Result<Vec<()>> {
        Ok(vec![()])
    }

    fn open(&self, (): ()) -> Result<Slowly> {
        Ok(Slowly { clock: self.0, next: 1, at: None, turn: Timestamp::from_millis(0) })
    }
}

impl Reader for Slowly {
    type Element = (char, i64);
    type Restriction = ();

    fn fill(&mut self, rows: &mut Rows<'_, (char, i64)>, _limit: usize) -> Result<Fill> {
        let now = match self.clock {
            DirectClock::System => SystemClock.now(),
            DirectClock::Virtual => self.turn,
        };
        if let Some(at) = self.at
            && now < at
        {
            return Ok(Fill::Idle(at));
        }
        rows.push(('k', self.next), Timestamp::from_millis(self.next));
        self.next += 1;
        self.turn = now + PAUSE;
        self.at = Some(self.turn);
        Ok(if self.next <= 3 { Fill::Idle(self.turn) } else { Fill::Done })
    }

    fn position(&self) {}

    fn watermark(&self) -> Timestamp {
        Timestamp::from_millis(0)
    }
}

#[test]
fn a_deadline_passes_while_the_source_has_nothing_to_give() {
    for clock in [DirectClock::System, DirectClock::Virtual] {
        for trusting in [false, true] {
            let pipeline = Pipeline::new();
            let early = after_watermark().early(after_processing_time(PAUSE - millis(40)));
            let sums = pipeline
                .read(Slow(clock))
                .window(
                    Window::fixed(secs(10))
                        .trigger(early)
                        .allowed_lateness(Duration::ZERO)
                        .accumulating(),
                )
                .sum_per_key()
                .windowed()
                .collect();
            let settings = DirectSettings { clock, trusting, ..DirectSettings::default() };
            let result = DirectRunner::new(settings).run(&pipeline).expect("nothing fails");
            let seen: Vec<_> = result
                .collected(&sums)
                .iter()
                .map(|sum| (sum.value.1, sum.pane.timing, sum.pane.index))
                .collect();
            // The last number is followed by the end of the source: no time passes for its pane.
            let expected =
                [(1, PaneTiming::Early, 0), (3, PaneTiming::Early, 1), (6, PaneTiming::OnTime, 2)];
            assert_eq!(seen, expected, "{clock:?}, trusting: {trusting}");
        }
    }
}
