//! Many values behind their number.

use super::leaf::{decode_each, encode_each, take_array};
use super::{Code, Coder, CoderError, varint};

/// The count that says the values come in blocks, each behind its own.
const IN_BLOCKS: i32 = -1;

pub(super) struct Iterable<V: 'static> {
    pub(super) value: Coder<V>,
}

impl<V> Iterable<V> {
    fn append(&self, count: u64, bytes: &mut &[u8], values: &mut Vec<V>) -> Result<(), CoderError> {
        // Values without bytes could otherwise be announced without end.
        let total = count.checked_add(values.len() as u64);
        if total.is_none_or(|total| i32::try_from(total).is_err()) {
            return Err(CoderError::new(self.urn(), format!("{count} more values are too many")));
        }
        let count = usize::try_from(count).map_err(|_| CoderError::truncated(self.urn()))?;
        self.value.code().decode_all(bytes, count, values)
    }
}

impl<V> Code<Vec<V>> for Iterable<V> {
    fn urn(&self) -> String {
        format!("iterable<{}>", self.value.urn())
    }

    fn encode(&self, values: &Vec<V>, bytes: &mut Vec<u8>) {
        let count = i32::try_from(values.len()).expect("Beam counts the values of a group in i32");
        bytes.extend_from_slice(&count.to_be_bytes());
        self.value.code().encode_all(values, bytes, None);
    }

    fn decode(&self, bytes: &mut &[u8]) -> Result<Vec<V>, CoderError> {
        let mut values = Vec::new();
        match i32::from_be_bytes(take_array(bytes, "iterable")?) {
            // We never write blocks, but other SDKs do where they do not know the number.
            IN_BLOCKS => loop {
                match varint::decode(bytes)? {
                    0 => break,
                    count => self.append(count, bytes, &mut values)?,
                }
            },
            count => match u64::try_from(count) {
                Ok(count) => self.append(count, bytes, &mut values)?,
                Err(_) => {
                    return Err(CoderError::new(self.urn(), format!("{count} is not a count")));
                }
            },
        }
        Ok(values)
    }

    fn encode_all(&self, groups: &[Vec<V>], bytes: &mut Vec<u8>, ends: Option<&mut Vec<u32>>) {
        encode_each(groups, bytes, ends, |values, bytes| self.encode(values, bytes));
    }

    fn decode_all(
        &self,
        bytes: &mut &[u8],
        count: usize,
        groups: &mut Vec<Vec<V>>,
    ) -> Result<(), CoderError> {
        decode_each(bytes, count, groups, |bytes| self.decode(bytes))
    }
}
