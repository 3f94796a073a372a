//! Beam's integers of variable length: seven bits a byte, the lowest first.

use super::CoderError;

/// The most bytes that 64 bits need.
const BYTES_MAX: usize = 10;

/// Appends `value`; a signed number is written as its two's complement, so -1 takes ten bytes.
#[inline]
pub(crate) fn encode(mut value: u64, bytes: &mut Vec<u8>) {
    while 0x80 <= value {
        bytes.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    bytes.push(value.to_le_bytes()[0]);
}

/// Reads one number and moves `bytes` behind it; on an error `bytes` stays.
#[inline]
pub(crate) fn decode(bytes: &mut &[u8]) -> Result<u64, CoderError> {
    let mut value = 0;
    for (place, &byte) in bytes.iter().take(BYTES_MAX).enumerate() {
        // The tenth byte has room for one bit only.
        if place == BYTES_MAX - 1 && 1 < byte {
            break;
        }
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            *bytes = &bytes[place + 1..];
            return Ok(value);
        }
    }
    Err(if bytes.len() < BYTES_MAX {
        CoderError::truncated("varint")
    } else {
        CoderError::new("varint", "the number needs more than 64 bits")
    })
}

/// Reads a length in bytes and takes as many; a false length cannot make us allocate.
#[inline]
pub(super) fn take_prefixed<'a>(
    bytes: &mut &'a [u8],
    coder: &'static str,
) -> Result<&'a [u8], CoderError> {
    let announced = decode(bytes)?;
    let taken = usize::try_from(announced).ok().and_then(|length| bytes.split_at_checked(length));
    let Some((payload, rest)) = taken else {
        let left = bytes.len();
        let reason = format!("a length of {announced} bytes is announced, and {left} are left");
        return Err(CoderError::new(coder, reason));
    };
    *bytes = rest;
    Ok(payload)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn numbers_have_the_bytes_that_beam_gives_them() {
        for (value, golden) in [
            (0, vec![0]),
            (127, vec![0x7f]),
            (128, vec![0x80, 0x01]),
            (200, vec![0xc8, 0x01]),
            (1000, vec![0xe8, 0x07]),
            (u64::MAX, [vec![0xff; 9], vec![0x01]].concat()),
            (1 << 63, [vec![0x80; 9], vec![0x01]].concat()),
        ] {
            let mut bytes = Vec::new();
            encode(value, &mut bytes);
            assert_eq!(bytes, golden, "{value}");
            let mut rest = golden.as_slice();
            assert_eq!(decode(&mut rest).unwrap(), value);
            assert!(rest.is_empty());
            for cut in 0..golden.len() {
                assert!(decode(&mut &golden[..cut]).is_err(), "{value} cut at {cut}");
            }
        }
    }

    #[test]
    fn more_than_64_bits_are_refused() {
        for bytes in [[vec![0xff; 9], vec![0x02]].concat(), vec![0x80; 11], vec![0xff; 10]] {
            let error = decode(&mut bytes.as_slice()).unwrap_err();
            assert!(error.to_string().contains("more than 64 bits"), "{bytes:?}: {error}");
        }
    }
}
