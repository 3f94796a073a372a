//! A key and a value, one behind the other.

use super::leaf::{decode_each, encode_each};
use super::{Code, Coder, CoderError};

pub(super) struct Pair<K: 'static, V: 'static> {
    pub(super) key: Coder<K>,
    pub(super) value: Coder<V>,
}

impl<K, V> Code<(K, V)> for Pair<K, V> {
    fn urn(&self) -> String {
        format!("kv<{},{}>", self.key.urn(), self.value.urn())
    }

    fn encode(&self, (key, value): &(K, V), bytes: &mut Vec<u8>) {
        self.key.code().encode(key, bytes);
        self.value.code().encode(value, bytes);
    }

    fn decode(&self, bytes: &mut &[u8]) -> Result<(K, V), CoderError> {
        Ok((self.key.code().decode(bytes)?, self.value.code().decode(bytes)?))
    }

    fn encode_all(&self, pairs: &[(K, V)], bytes: &mut Vec<u8>, ends: Option<&mut Vec<u32>>) {
        let (key_code, value_code) = (self.key.code(), self.value.code());
        encode_each(pairs, bytes, ends, |(key, value), bytes| {
            key_code.encode(key, bytes);
            value_code.encode(value, bytes);
        });
    }

    fn decode_all(
        &self,
        bytes: &mut &[u8],
        count: usize,
        pairs: &mut Vec<(K, V)>,
    ) -> Result<(), CoderError> {
        let (key_code, value_code) = (self.key.code(), self.value.code());
        decode_each(bytes, count, pairs, |bytes| {
            Ok((key_code.decode(bytes)?, value_code.decode(bytes)?))
        })
    }
}
