//! Which group a key belongs to, by a hash that is the same in every process and for ever.

use crate::graph::fnv_1a;

/// The number of key groups. A worker owns a range of them, so there can be at most as many
/// workers; the number stands in every savepoint and cannot change while one is alive.
pub const KEY_GROUPS: u32 = 32_768;

/// The group of a key, from its canonical bytes: FNV-1a in 64 bits, then the finalizer of
/// MurmurHash3, modulo [`KEY_GROUPS`].
///
/// It has no seed and does not depend on the machine. FNV alone spreads short keys badly over the
/// low bits; the finalizer lets every bit of it count.
///
/// ```
/// use heliostat::key_bytes;
/// use heliostat::savepoint::{KEY_GROUPS, key_group};
///
/// let group = key_group(&key_bytes(&"OSL".to_owned()));
/// assert_eq!(group, key_group(&[3, b'O', b'S', b'L']));
/// assert!(group < KEY_GROUPS);
/// ```
pub fn key_group(key: &[u8]) -> u32 {
    let group = finalized(fnv_1a(key)) & u64::from(KEY_GROUPS - 1);
    u32::try_from(group).expect("it is below the number of groups")
}

/// MurmurHash3's `fmix64`.
fn finalized(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::{KEY_GROUPS, key_group};

    #[test]
    fn groups_are_pinned() {
        for (key, group) in [
            (b"".as_slice(), 10534),
            (b"\x00", 30203),
            (b"a", 20059),
            (b"\x03OSL", 10764),
            (b"foobar", 26411),
            (&[0xff; 40], 5553),
        ] {
            assert_eq!(key_group(key), group, "{key:?}");
        }
    }

    #[test]
    fn short_keys_are_spread_evenly() {
        // Keys of one and two bytes over 16 workers: none has more than an eighth above its share.
        let mut workers = [0_u32; 16];
        for key in 0..=u16::MAX {
            workers[(key_group(&key.to_le_bytes()) / (KEY_GROUPS / 16)) as usize] += 1;
        }
        assert!(workers.iter().all(|&keys| (3_584..=4_608).contains(&keys)), "{workers:?}");
    }
}
