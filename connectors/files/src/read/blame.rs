//! Which field of a row does not fit. Rows are read again for it, since only a bad one is asked.

use serde::de::value::StringDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use std::cell::RefCell;
use std::fmt;

/// A `T`, or why it is none; reading it never fails.
pub(crate) struct Traced<T> {
    pub(crate) outcome: Result<T, Blame>,
}

#[derive(Debug)]
pub(crate) struct Blame {
    /// The field of `T` that was being read.
    pub(crate) field: Option<String>,
    pub(crate) message: String,
}

/// The field at which a `T` cannot be read from `deserializer`.
pub(crate) fn blamed_field<'de, T, D>(deserializer: D) -> Option<String>
where
    T: DeserializeOwned,
    D: Deserializer<'de>,
{
    Traced::<T>::deserialize(deserializer).ok()?.outcome.err()?.field
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Traced<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let field = RefCell::new(None);
        let outcome = T::deserialize(Tracing { inner: deserializer, field: &field });
        let message = |error: D::Error| error.to_string();
        Ok(Self {
            outcome: outcome
                .map_err(|error| Blame { message: message(error), field: field.take() }),
        })
    }
}

/// Passes everything on to `inner` and notes the fields of the outermost struct as they come.
struct Tracing<'a, I> {
    inner: I,
    field: &'a RefCell<Option<String>>,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tracing<'_, D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Tracing { inner: visitor, field: self.field };
        self.inner.deserialize_struct(name, fields, visitor)
    }

    // What `flatten` asks for.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(Tracing { inner: visitor, field: self.field })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_tuple(length, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_tuple_struct(name, length, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Tracing<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Tracing { inner: map, field: self.field })
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(seq)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Tracing<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let key = self.inner.next_key::<String>()?;
        self.field.replace(key.clone());
        let Some(key) = key else { return Ok(None) };
        let key: StringDeserializer<A::Error> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(seed)
    }
}
