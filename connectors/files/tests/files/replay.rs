//! Files that are read as if their rows were happening.

use crate::bundles::{Bundle, bundles, bundles_from, piece, read};
use crate::scratch::Scratch;
use heliostat::{
    BoundedDisorder, Boundedness, Read, Seed, Str, Timestamp, bounded_disorder, hours, minutes,
    secs,
};
use heliostat_files::{CsvRows, FilePiece, FileRead, Replayed, csv};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Flight {
    reported_at: Timestamp,
    departed_at: Timestamp,
    delay_minutes: i64,
    distance_miles: u32,
    origin: Str,
    destination: Str,
}

const FLIGHTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data/flights-20k.csv");

type Replay<T> = FileRead<CsvRows<T>, Replayed<T>>;

fn flights(policy: BoundedDisorder) -> Replay<Flight> {
    csv::<Flight>(FLIGHTS).event_time(|flight| flight.departed_at).replay(policy)
}

/// Checks the rules of a replay by the times that its bundles show.
fn check<T>(bundles: &[Bundle<T, FilePiece>], disorder: heliostat::Duration, step_millis: i64) {
    let (mut latest, mut began) = (Timestamp::MIN, Timestamp::MIN);
    for bundle in bundles {
        assert!(bundle.rows.len() <= 1_000);
        for (index, time) in bundle.times.iter().enumerate() {
            latest = latest.max(*time);
            let is_past = step_millis <= ((latest - disorder) - began).millis();
            assert!(!is_past || index + 1 == bundle.rows.len(), "a bundle ends with its step");
        }
        assert_eq!(bundle.watermark, latest - disorder);
        assert_eq!(bundle.position.latest, latest);
        assert!(began <= bundle.watermark, "a watermark never goes back");
        began = bundle.watermark;
    }
}

#[test]
fn a_replay_is_unbounded_and_ends() {
    let spec = flights(bounded_disorder(minutes(30))).spec();
    assert_eq!(spec.boundedness, Boundedness::Unbounded);
    assert!(spec.can_end && spec.has_watermark_policy);
    assert_eq!(spec.about, FLIGHTS);
}

#[test]
fn the_flights_replay_by_their_departures() {
    let disorder = minutes(30);
    let bundles = bundles(&flights(bounded_disorder(disorder)), 10_000).unwrap();
    check(&bundles, disorder, 60_000);

    let rows: usize = bundles.iter().map(|bundle| bundle.rows.len()).sum();
    assert_eq!(rows, 20_000);
    assert!(bundles.iter().all(|bundle| bundle.bad.is_empty()));
    assert_eq!(bundles[0].rows.len(), 1, "any time is a step past MIN");
    assert_eq!(bundles[0].watermark.to_string(), "2001-01-01T00:54:00Z");

    let times = bundles.iter().flat_map(|bundle| &bundle.times);
    let latest = times.max().copied().unwrap();
    let last = bundles.last().unwrap();
    assert_eq!(last.watermark, latest - disorder);
    assert_eq!((last.position.line, last.position.offset), (Some(20_002), 1_144_938));
}

#[test]
fn a_larger_step_makes_fewer_bundles() {
    let source = flights(bounded_disorder(minutes(30)));
    let minute = bundles(&source, 10_000).unwrap();
    let hour = bundles(&source.clone().step(hours(1)), 10_000).unwrap();
    check(&hour, minutes(30), 3_600_000);
    assert!(hour.len() < minute.len());

    let forever = bundles(&source.step(hours(24 * 366)), 10_000).unwrap();
    let counts: Vec<_> = forever.iter().map(|bundle| bundle.rows.len()).collect();
    assert_eq!(counts.len(), 21, "the first row, and 19,999 in thousands");
    assert!(counts[1..20].iter().all(|count| *count == 1_000));
}

#[test]
fn a_limit_ends_bundles_earlier() {
    let source = flights(bounded_disorder(minutes(30))).step(hours(24 * 366));
    let counts: Vec<_> =
        bundles(&source, 300).unwrap().iter().map(|bundle| bundle.rows.len()).collect();
    assert_eq!(counts[..3], [1, 300, 300]);
}

#[test]
fn the_watermark_follows_the_rule_row_by_row() {
    let scratch = Scratch::new("replay-rule");
    let source = |text: &str| {
        csv::<(i64, String)>(scratch.file("a.csv", format!("second,word\n{text}")))
            .event_time(|row| Timestamp::secs(row.0))
            .replay(bounded_disorder(secs(10)))
    };
    for (text, want) in [
        ("", vec![(0, Timestamp::MIN)]),
        ("100,a\n", vec![(1, Timestamp::secs(90))]),
        // 159 is 59 s past 100, and 160 a minute.
        (
            "100,a\n159,b\n160,c\n170,d",
            vec![(1, Timestamp::secs(90)), (2, Timestamp::secs(150)), (1, Timestamp::secs(160))],
        ),
        (
            "100,a\n40,b\n300,c\n20,d\n",
            vec![(1, Timestamp::secs(90)), (2, Timestamp::secs(290)), (1, Timestamp::secs(290))],
        ),
    ] {
        let got: Vec<_> = bundles(&source(text), 100)
            .unwrap()
            .iter()
            .map(|bundle| (bundle.rows.len(), bundle.watermark))
            .collect();
        assert_eq!(got, want, "{text:?}");
    }
}

/// Rows out of order, some of them bad, empty or of several lines.
fn wild_text(seed: &mut Seed) -> String {
    let mut text = "\u{feff}second,word\r\n".to_owned();
    for row in 0..400 {
        let second = 60 * row + i64::try_from(seed.below(400)).expect("400 is small");
        text += &match seed.below(10) {
            0 => "\n".to_owned(),
            1 => format!("{second}\n"),
            2 => format!("{second},\"æ,\"\"{row}\"\r\n"),
            3 => format!("{second},\"two\nlines\"\r\n"),
            4 => format!("{second},\"stray\n"),
            _ => format!("{second},w{row}\n"),
        };
    }
    text
}

#[test]
fn a_read_that_is_cut_anywhere_goes_on_with_the_same_rows_and_watermarks() {
    let scratch = Scratch::new("replay-cut");
    for number in 0..6 {
        let mut seed = Seed::new(number);
        let path = scratch.file("a.csv", wild_text(&mut seed));
        let source = csv::<(i64, String)>(path);
        let source = if seed.below(2) == 0 { source } else { source.multi_line() };
        let bounded = source.clone().event_time(|row| Timestamp::secs(row.0));
        let replayed = bounded.clone().replay(bounded_disorder(secs(90)));
        cut_everywhere(&bounded, 7, number);
        cut_everywhere(&replayed, 7, number);
        cut_everywhere(&replayed.step(minutes(10)), 7, number);
    }
}

fn cut_everywhere<R>(source: &R, limit: usize, seed: u64)
where
    R: Read<Element = (i64, String), Restriction = FilePiece>,
{
    let all = |from| bundles_from(source, from, limit).expect("the file is there");
    let whole = all(piece(source).expect("the file is there"));
    for cut in 0..whole.len() {
        let rest = all(whole[cut].position.clone());
        if cut + 1 == whole.len() {
            assert!(rest.len() == 1 && rest[0].rows.is_empty() && rest[0].bad.is_empty());
            assert_eq!(rest[0].watermark, whole[cut].watermark);
        } else {
            assert_eq!(rest, whole[cut + 1..], "seed {seed}, cut behind bundle {cut}");
        }
    }
}

#[test]
fn a_resumed_read_counts_lines_from_the_beginning_of_the_file() {
    let scratch = Scratch::new("replay-lines");
    let source = csv::<(u8, u8)>(scratch.file("a.csv", "a,b\n1,2\n3,4\n5\n"));
    let whole = bundles(&source, 1).unwrap();
    let rest = bundles_from(&source, whole[0].position.clone(), 1).unwrap();
    assert_eq!(rest[1].bad[0].line, 4);
    assert_eq!(read(&source).unwrap().1[0].0, 4);
}

#[test]
fn a_file_that_was_cut_meanwhile_does_not_look_read() {
    let scratch = Scratch::new("replay-shorter");
    let source = csv::<(u8, u8)>(scratch.file("a.csv", "a,b\n1,2\n3,4\n5,6\n"));
    let position = bundles(&source, 2).unwrap()[0].position.clone();
    scratch.file("a.csv", "a,b\n1,2\n");
    let error = bundles_from(&source, position, 2).unwrap_err();
    assert_eq!(
        scratch.strip(&error.to_string()),
        "cannot read `a.csv`: it has 8 bytes now, and 12 were read before"
    );
}
