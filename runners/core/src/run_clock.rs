//! The processing time of a run: the machine's, or one that moves by itself or by script.

use heliostat::{
    Clock, Duration, Interrupt, InterruptLevel, SystemClock, Timestamp, VirtualClock, millis,
};

/// How long a run waits at the most before it looks again for something to read.
const WAIT_MAX_MILLIS: i64 = 1_000;

/// The clock of one run.
#[derive(Debug)]
pub enum RunClock {
    /// The machine's time.
    System,
    /// Stands still while there is something to do, then jumps to what is waited for.
    Virtual(VirtualClock),
}

impl RunClock {
    /// A time that starts at 0 and goes by as it is told.
    pub fn standing() -> Self {
        Self::Virtual(VirtualClock::default())
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => SystemClock.now(),
            Self::Virtual(clock) => clock.now(),
        }
    }

    /// How long it is until a time, by this clock.
    pub fn left_until(&self, time: Timestamp) -> std::time::Duration {
        match self {
            Self::System => SystemClock.left_until(time),
            Self::Virtual(clock) => {
                let left = (time - clock.now()).max(Duration::ZERO);
                std::time::Duration::try_from(left).unwrap_or_default()
            }
        }
    }

    /// Lets time go by as a script says; the time of the machine goes by itself.
    pub fn advance(&self, by: Duration) {
        match self {
            Self::System => {}
            Self::Virtual(clock) => clock.advance(by),
        }
    }

    /// Waits until a time, or for a while.
    pub fn wait(&self, interrupt: &Interrupt, until: Timestamp) {
        let left = until - self.now();
        match self {
            Self::System => {
                let longest = left.min(millis(WAIT_MAX_MILLIS));
                interrupt.wait(std::time::Duration::try_from(longest).unwrap_or_default());
            }
            Self::Virtual(clock) => clock.advance(left.max(Duration::ZERO)),
        }
    }

    /// Waits until a time, however long, or until someone wants the run to stop.
    pub fn wait_out(&self, interrupt: &Interrupt, until: Timestamp) {
        while self.now() < until && interrupt.level() == InterruptLevel::None {
            self.wait(interrupt, until);
        }
    }
}
