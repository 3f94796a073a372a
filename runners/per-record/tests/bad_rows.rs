//! Bad rows in savepoints that are taken while a run goes on: shown just as far as they are counted.

use heliostat::graph::ReadSpec;
use heliostat::prelude::*;
use heliostat::{BadRow, JobOptions, RunResult, Savepoint, SavepointStore, Timestamp};
use heliostat_per_record::{PerRecordRunner, PerRecordSettings};

/// How many rows there are, a bundle each.
const ROWS: u64 = 12;

/// Rows that nobody can read, on two pieces.
struct Unreadable;

struct UnreadableRows {
    piece: u64,
    line: u64,
}

impl Read for Unreadable {
    type Element = u64;
    type Restriction = (u64, u64);
    type Reader = UnreadableRows;

    fn spec(&self) -> ReadSpec {
        ReadSpec::bounded("rows that nobody can read")
    }

    fn split(&self) -> Result<Vec<(u64, u64)>> {
        Ok(vec![(0, 0), (1, 0)])
    }

    fn open(&self, (piece, line): (u64, u64)) -> Result<UnreadableRows> {
        Ok(UnreadableRows { piece, line })
    }
}

impl Reader for UnreadableRows {
    type Element = u64;
    type Restriction = (u64, u64);

    fn fill(&mut self, rows: &mut Rows<'_, u64>, _limit: usize) -> Result<Fill> {
        let (file, line) = (format!("piece {}", self.piece), self.line);
        rows.reject(BadRow { file, line, reason: "nobody can".into() });
        self.line += 1;
        Ok(if self.line < ROWS { Fill::More } else { Fill::Done })
    }

    fn position(&self) -> (u64, u64) {
        (self.piece, self.line)
    }

    fn watermark(&self) -> Timestamp {
        Timestamp::MIN
    }
}

/// Keeps what each savepoint says of the read: rows counted, and rows shown.
#[derive(Default)]
struct Told(Vec<(u64, Vec<BadRow>)>);

impl SavepointStore for Told {
    fn store(&mut self, savepoint: &Savepoint) -> Result<()> {
        let state = savepoint.step("Rows").expect("it is a step");
        self.0.push((state.metrics.bad_rows, state.bad_rows.clone()));
        Ok(())
    }
}

#[test]
fn a_savepoint_on_the_way_shows_the_bad_rows_that_it_counts() {
    let mut early = 0;
    for seed in 0..200 {
        let workers = 1 + usize::try_from(seed % 3).expect("it is small");
        let settings = PerRecordSettings { simulated: true, seed, workers, ..Default::default() };
        let pipeline = Pipeline::new();
        pipeline.read(Unreadable).named("Rows").collect();
        let mut told = Told::default();
        let options = JobOptions::default().saving_to(&mut told).saving_every(Duration::ZERO);
        let result = PerRecordRunner::new(settings).run_with(&pipeline, options);
        assert_eq!(result.expect("it ends well").step("Rows").bad_rows, 2 * ROWS);
        for (counted, shown) in &told.0 {
            let kept = (RunResult::BAD_ROWS_KEPT as u64).min(*counted);
            assert_eq!(shown.len() as u64, kept, "seed {seed}: {counted} counted: {shown:?}");
            early += u64::from(*counted < RunResult::BAD_ROWS_KEPT as u64);
        }
    }
    assert_ne!(early, 0, "some savepoint was taken before enough rows were shown");
}
