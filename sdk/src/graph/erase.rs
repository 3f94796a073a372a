//! The one place where typed code becomes `dyn`: below it there is no element type.

mod by_element;
mod dead_letters;

pub(crate) use by_element::{filter, flat_map_by_reference, flat_map_into, flat_mapped, map};
pub(crate) use dead_letters::TypedDeadLetters;

use super::functions::{EdgeType, StepFn, StepWork, WindowAssigner};
use crate::batch::{Batch, Column, ColumnExt, Windows};
use crate::coder::Coder;
use crate::{AssignWindows, Element, Error, Result, Timestamp};
use std::any::type_name;
use std::marker::PhantomData;
use std::sync::Arc;

/// The element type of an edge, with its coder.
pub(crate) struct TypedEdge<T: 'static> {
    coder: Coder<T>,
}

impl<T: Element> TypedEdge<T> {
    pub(crate) fn with_coder(coder: Coder<T>) -> Self {
        Self { coder }
    }
}

impl<T: Element> EdgeType for TypedEdge<T> {
    fn empty(&self) -> Box<dyn Column> {
        Box::new(Vec::<T>::new())
    }

    fn element(&self) -> String {
        element_name::<T>()
    }

    fn coder(&self) -> String {
        self.coder.urn()
    }

    fn encode(&self, values: &dyn Column, out: &mut Vec<u8>) {
        self.coder.encode_all(values.typed::<T>(), out, None);
    }

    fn encode_one(&self, values: &dyn Column, index: usize, out: &mut Vec<u8>) {
        self.coder.encode_all(&values.typed::<T>()[index..=index], out, None);
    }

    fn show(&self, values: &dyn Column, index: usize) -> String {
        let value = &values.typed::<T>()[index];
        serde_json::to_string(value).unwrap_or_else(|_| {
            let bytes = self.coder.encode_one(value);
            let hex = bytes.iter().map(|byte| format!("{byte:02x}"));
            format!("{} 0x{}", self.element(), hex.collect::<String>())
        })
    }

    fn estimated_bytes(&self, values: &dyn Column) -> usize {
        const EVERY: usize = 64;
        let values = values.typed::<T>();
        let mut sample = Vec::new();
        for value in values.iter().step_by(EVERY) {
            self.coder.encode_all(std::slice::from_ref(value), &mut sample, None);
        }
        let per_value = sample.len() / values.len().div_ceil(EVERY).max(1);
        values.len() * per_value.max(size_of::<T>())
    }

    fn decode(&self, mut bytes: &[u8], count: usize, into: &mut dyn Column) -> Result<()> {
        self.coder.decode_all(&mut bytes, count, into.typed_mut::<T>())?;
        if bytes.is_empty() {
            return Ok(());
        }
        Err(Error::new(format!(
            "{} bytes are left behind {count} elements of `{}`",
            bytes.len(),
            type_name::<T>()
        )))
    }
}

/// A window function of the author's, over whole batches.
pub(crate) struct TypedAssigner<T, F> {
    function: Arc<F>,
    element: PhantomData<fn(&T)>,
}

impl<T, F> TypedAssigner<T, F> {
    pub(crate) fn new(function: Arc<F>) -> Self {
        Self { function, element: PhantomData }
    }
}

impl<T: Element, F: AssignWindows<T>> WindowAssigner for TypedAssigner<T, F> {
    fn assign(&self, batch: &Batch, done: &mut usize) -> Windows {
        let (mut offsets, mut windows) = (vec![0], Vec::with_capacity(batch.len()));
        let (values, meta) = (batch.values.typed::<T>(), &batch.meta);
        meta.windows.for_each(&meta.timestamps, values.len(), |at, current| {
            *done = at;
            let timestamp = meta.timestamps.at(at).min(Timestamp::END_OF_GLOBAL_WINDOW);
            self.function.assign(&values[at], timestamp, current, &mut windows);
            offsets.push(u32::try_from(windows.len()).expect("fewer than 2^32 windows"));
        });
        *done = values.len();
        Windows::Many { offsets, windows }
    }
}

/// What a function is called in drawings: its type, or `closure`.
pub(crate) fn function_name<F>() -> String {
    let full = type_name::<F>();
    if full.contains("{{closure}}") { "closure".to_owned() } else { short_type_name(full) }
}

/// What a type is called in drawings, without its module path.
pub(crate) fn element_name<T>() -> String {
    short_type_name(type_name::<T>())
}

/// `alloc::vec::Vec<core::option::Option<i64>>` as an author writes it: `Vec<Option<i64>>`.
pub(crate) fn short_type_name(full: &str) -> String {
    let mut short = String::with_capacity(full.len());
    let mut segment_start = 0;
    for character in full.chars() {
        if character.is_alphanumeric() || character == '_' {
            short.push(character);
        } else if character == ':' {
            short.truncate(segment_start);
        } else {
            short.push(character);
            segment_start = short.len();
        }
    }
    short
}

/// A step without anything of its own per worker: one function over whole batches.
pub(crate) struct Stateless<F> {
    function: Arc<F>,
}

impl<F> Stateless<F>
where
    F: Fn(&mut Batch, &mut [Batch], &mut usize) -> Result<()> + Send + Sync + 'static,
{
    pub(crate) fn new(function: F) -> Self {
        Self { function: Arc::new(function) }
    }
}

impl<F> StepFn for Stateless<F>
where
    F: Fn(&mut Batch, &mut [Batch], &mut usize) -> Result<()> + Send + Sync + 'static,
{
    fn setup(&self) -> Result<Box<dyn StepWork>> {
        Ok(Box::new(StatelessWork { function: Arc::clone(&self.function) }))
    }
}

struct StatelessWork<F> {
    function: Arc<F>,
}

impl<F> StepWork for StatelessWork<F>
where
    F: Fn(&mut Batch, &mut [Batch], &mut usize) -> Result<()> + Send + Sync + 'static,
{
    fn process(&mut self, input: &mut Batch, out: &mut [Batch], done: &mut usize) -> Result<()> {
        (self.function)(input, out, done)
    }
}

/// One element in, one out, to the first or the second output.
pub(crate) fn split<T: Element, U: Element, V: Element>(
    f: impl Fn(T) -> Result<U, V> + Send + Sync + 'static,
) -> Arc<dyn StepFn> {
    Arc::new(Stateless::new(move |input: &mut Batch, out: &mut [Batch], done: &mut usize| {
        let [main, other] = out else { panic!("a split has two outputs") };
        let (firsts, seconds) = (main.values.typed_mut::<U>(), other.values.typed_mut::<V>());
        let (mut to_first, mut to_second) = (Vec::new(), Vec::new());
        for (index, value) in (0_u32..).zip(input.values.typed_mut::<T>().drain(..)) {
            match f(value) {
                Ok(value) => {
                    firsts.push(value);
                    to_first.push(index);
                }
                Err(value) => {
                    seconds.push(value);
                    to_second.push(index);
                }
            }
            *done += 1;
        }
        let meta = std::mem::take(&mut input.meta);
        other.meta = meta.select(&to_second);
        main.meta = if to_second.is_empty() { meta } else { meta.select(&to_first) };
        Ok(())
    }))
}

/// One element in, one out, to the output whose number `part_of` gives.
pub(crate) fn partition<T: Element>(
    part_of: impl Fn(&T) -> usize + Send + Sync + 'static,
) -> Arc<dyn StepFn> {
    Arc::new(Stateless::new(move |input: &mut Batch, out: &mut [Batch], done: &mut usize| {
        let parts = out.len();
        let mut picked = vec![Vec::new(); parts];
        for (index, value) in (0_u32..).zip(input.values.typed_mut::<T>().drain(..)) {
            let part = part_of(&value);
            let (Some(to), Some(picked)) = (out.get_mut(part), picked.get_mut(part)) else {
                return Err(Error::new(format!(
                    "there is no part {part}: the function must give a number below {parts}"
                )));
            };
            to.values.typed_mut::<T>().push(value);
            picked.push(index);
            *done += 1;
        }
        for (to, picked) in out.iter_mut().zip(&picked) {
            to.meta = input.meta.select(picked);
        }
        input.clear();
        Ok(())
    }))
}

/// A function over whole batches that is no longer than its types.
pub(crate) fn batches<T, U>(
    f: impl Fn(&mut Batch, &mut Batch, &mut usize) -> Result<()> + Send + Sync + 'static,
    _types: PhantomData<fn(T) -> U>,
) -> Arc<dyn StepFn> {
    Arc::new(Stateless::new(move |input: &mut Batch, out: &mut [Batch], done: &mut usize| {
        f(input, &mut out[0], done)
    }))
}

#[cfg(test)]
mod tests {
    use super::{TypedEdge, short_type_name};
    use crate::graph::EdgeType;
    use crate::{Coder, Element};
    use std::collections::BTreeMap;

    fn shown<T: Element>(value: T) -> String {
        TypedEdge::with_coder(Coder::<T>::of()).show(&vec![value], 0)
    }

    #[test]
    fn a_value_is_shown_as_json_or_as_bytes() {
        assert_eq!(shown(("OSL".to_owned(), 3)), r#"["OSL",3]"#);
        assert_eq!(shown(()), "null");
        let keyed_by_pairs = BTreeMap::from([((1_u8, 2_u8), 3_u8)]);
        let text = shown(keyed_by_pairs);
        assert!(
            text.starts_with("BTreeMap<(u8, u8), u8> 0x") && text.ends_with("010203"),
            "{text}"
        );
    }

    #[test]
    fn a_type_is_named_as_an_author_writes_it() {
        for (full, short) in [
            ("i64", "i64"),
            ("alloc::vec::Vec<core::option::Option<i64>>", "Vec<Option<i64>>"),
            ("(alloc::string::String, my::Flight)", "(String, Flight)"),
            ("&str", "&str"),
        ] {
            assert_eq!(short_type_name(full), short);
        }
    }
}
