//! Beam's wire form of an interval window: its end, then its length.

use super::leaf::take_array;
use super::{CoderError, varint};
use crate::Timestamp;

const URN: &str = "interval_window";

/// Flips the sign, so that bytes order as the instants do.
const SIGN: u64 = 1 << 63;

/// Appends the window from `start` to before `end`: the end in eight bytes that order as time
/// does, then the length in milliseconds as a varint.
///
/// # Panics
/// If it ends before it starts.
///
/// ```
/// use heliostat::{Timestamp, encode_interval};
///
/// let mut bytes = Vec::new();
/// encode_interval(Timestamp::from_millis(0), Timestamp::from_millis(10), &mut bytes);
/// assert_eq!(bytes, [0x80, 0, 0, 0, 0, 0, 0, 10, 10]);
/// ```
#[track_caller]
pub fn encode_interval(start: Timestamp, end: Timestamp, bytes: &mut Vec<u8>) {
    assert!(start <= end, "a window ends where it starts or later, not from {start} to {end}");
    bytes.extend_from_slice(&(end.millis().cast_unsigned() ^ SIGN).to_be_bytes());
    varint::encode((end - start).millis().cast_unsigned(), bytes);
}

/// Reads one window as its start and end, and moves `bytes` behind it.
///
/// # Errors
/// If the bytes are cut or name a time outside of `MIN..=MAX`. `bytes` may have moved.
///
/// ```
/// use heliostat::{Timestamp, decode_interval};
///
/// let mut bytes = [0x80, 0, 0, 0, 0, 0, 0, 10, 7, 0xff].as_slice();
/// let (start, end) = decode_interval(&mut bytes).unwrap();
/// assert_eq!((start, end), (Timestamp::from_millis(3), Timestamp::from_millis(10)));
/// assert_eq!(bytes, [0xff]);
/// ```
pub fn decode_interval(bytes: &mut &[u8]) -> Result<(Timestamp, Timestamp), CoderError> {
    let end = (u64::from_be_bytes(take_array(bytes, URN)?) ^ SIGN).cast_signed();
    let length = varint::decode(bytes)?;
    let exactly = |millis: i64| {
        Some(Timestamp::from_millis(millis)).filter(|timestamp| timestamp.millis() == millis)
    };
    let start = end.checked_sub_unsigned(length).and_then(exactly);
    start.zip(exactly(end)).ok_or_else(|| {
        CoderError::new(URN, format!("{length} ms up to {end} ms leave the range of timestamps"))
    })
}

#[cfg(test)]
mod tests {
    use super::{decode_interval, encode_interval};
    use crate::Timestamp;

    #[test]
    fn windows_have_the_bytes_that_beam_gives_them() {
        let at = Timestamp::from_millis;
        for (start, end, golden) in [
            (at(0), at(10), vec![0x80, 0, 0, 0, 0, 0, 0, 10, 10]),
            (at(-10), at(0), vec![0x80, 0, 0, 0, 0, 0, 0, 0, 10]),
            (at(-200), at(-1), [vec![0x7f], vec![0xff; 7], vec![0xc7, 0x01]].concat()),
            (
                Timestamp::MAX,
                Timestamp::MAX,
                vec![0x80, 0x20, 0xc4, 0x9b, 0xa5, 0xe3, 0x53, 0xf7, 0],
            ),
            (
                Timestamp::MIN,
                Timestamp::MIN,
                vec![0x7f, 0xdf, 0x3b, 0x64, 0x5a, 0x1c, 0xac, 0x09, 0],
            ),
        ] {
            let mut bytes = Vec::new();
            encode_interval(start, end, &mut bytes);
            assert_eq!(bytes, golden, "{start} to {end}");
            let mut rest = golden.as_slice();
            assert_eq!(decode_interval(&mut rest).unwrap(), (start, end));
            assert!(rest.is_empty());
            for cut in 0..golden.len() {
                assert!(decode_interval(&mut &golden[..cut]).is_err(), "cut at {cut}");
            }
        }
    }

    #[test]
    fn the_longest_window_survives() {
        let mut bytes = Vec::new();
        encode_interval(Timestamp::MIN, Timestamp::MAX, &mut bytes);
        let decoded = decode_interval(&mut bytes.as_slice()).unwrap();
        assert_eq!(decoded, (Timestamp::MIN, Timestamp::MAX));
    }

    #[test]
    fn times_that_do_not_exist_are_refused() {
        for bytes in [
            [vec![0xff; 8], vec![0]].concat(),
            vec![0; 9],
            [vec![0x80, 0, 0, 0, 0, 0, 0, 0], vec![0xff; 9], vec![0x01]].concat(),
        ] {
            let error = decode_interval(&mut bytes.as_slice()).unwrap_err();
            assert!(error.to_string().contains("leave the range"), "{bytes:?}: {error}");
        }
    }
}
