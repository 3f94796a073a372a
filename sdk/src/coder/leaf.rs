//! Beam's coders for single values, chosen by the type.
//!
//! The table of a type is looked up among constants. Rust cannot ask whether `T` is `String`, but
//! a `Coder<String>` behind [`Any`] can be asked whether it is a `Coder<T>`, and the answer is
//! known when `T` is, so the search costs nothing at run time.

use super::{Code, Coder, CoderError, Table, varint};
use crate::{Element, Str};
use std::any::Any;
use std::marker::PhantomData;

/// One value in Beam's nested encoding.
pub(super) trait Leaf: Send + Sync + 'static {
    type Of: 'static;
    const URN: &'static str;

    fn encode(element: &Self::Of, bytes: &mut Vec<u8>);
    fn decode(bytes: &mut &[u8]) -> Result<Self::Of, CoderError>;
}

/// The functions of `L`, with loops that the compiler sees through.
pub(super) struct Leaves<L>(PhantomData<L>);

/// Elements to make room for before the first is read: the count may be false.
const ROOM_MAX: usize = 4096;

impl<L: Leaf> Code<L::Of> for Leaves<L> {
    fn urn(&self) -> String {
        L::URN.to_owned()
    }

    fn encode(&self, element: &L::Of, bytes: &mut Vec<u8>) {
        L::encode(element, bytes);
    }

    fn decode(&self, bytes: &mut &[u8]) -> Result<L::Of, CoderError> {
        L::decode(bytes)
    }

    fn encode_all(&self, elements: &[L::Of], bytes: &mut Vec<u8>, ends: Option<&mut Vec<u32>>) {
        encode_each(elements, bytes, ends, L::encode);
    }

    fn decode_all(
        &self,
        bytes: &mut &[u8],
        count: usize,
        elements: &mut Vec<L::Of>,
    ) -> Result<(), CoderError> {
        decode_each(bytes, count, elements, L::decode)
    }
}

/// Writes a batch, and where each of its elements ends if someone will slice it.
#[inline]
pub(super) fn encode_each<T>(
    elements: &[T],
    bytes: &mut Vec<u8>,
    ends: Option<&mut Vec<u32>>,
    encode: impl Fn(&T, &mut Vec<u8>),
) {
    let Some(ends) = ends else {
        return elements.iter().for_each(|element| encode(element, bytes));
    };
    ends.extend(elements.iter().map(|element| {
        encode(element, bytes);
        u32::try_from(bytes.len()).expect("a runner keeps an encoded batch below 4 GiB")
    }));
}

/// Reads a batch.
#[inline]
pub(super) fn decode_each<T>(
    bytes: &mut &[u8],
    count: usize,
    elements: &mut Vec<T>,
    decode: impl Fn(&mut &[u8]) -> Result<T, CoderError>,
) -> Result<(), CoderError> {
    elements.reserve(count.min(bytes.len()).min(ROOM_MAX));
    for _ in 0..count {
        elements.push(decode(bytes)?);
    }
    Ok(())
}

/// Beam's coder for `T`, if it has one.
pub(super) fn of<T: Element>() -> Option<Coder<T>> {
    candidate::<Utf8<String>, T>()
        .or_else(candidate::<Utf8<Str>, T>)
        .or_else(candidate::<Bytes, T>)
        .or_else(candidate::<Bool, T>)
        .or_else(candidate::<Double, T>)
        .or_else(candidate::<Unit, T>)
        .or_else(candidate::<Varint<i64>, T>)
        .or_else(candidate::<Varint<u64>, T>)
        .or_else(candidate::<Varint<i32>, T>)
        .or_else(candidate::<Varint<u32>, T>)
        .or_else(candidate::<Varint<i16>, T>)
        .or_else(candidate::<Varint<u16>, T>)
        .or_else(candidate::<Varint<i8>, T>)
        .or_else(candidate::<Varint<u8>, T>)
        .or_else(candidate::<Varint<isize>, T>)
        .or_else(candidate::<Varint<usize>, T>)
}

fn candidate<L: Leaf, T: 'static>() -> Option<Coder<T>> {
    let coder = Coder { code: Table::Constant(&Leaves::<L>(PhantomData)) };
    (&coder as &dyn Any).downcast_ref().cloned()
}

/// Text: its length in bytes, then its bytes.
struct Utf8<S>(PhantomData<S>);

impl<S> Leaf for Utf8<S>
where
    S: AsRef<str> + for<'a> From<&'a str> + Send + Sync + 'static,
{
    type Of = S;
    const URN: &'static str = "string_utf8";

    fn encode(element: &S, bytes: &mut Vec<u8>) {
        Bytes::encode_slice(element.as_ref().as_bytes(), bytes);
    }

    fn decode(bytes: &mut &[u8]) -> Result<S, CoderError> {
        let payload = varint::take_prefixed(bytes, Self::URN)?;
        match str::from_utf8(payload) {
            Ok(text) => Ok(text.into()),
            Err(error) => Err(CoderError::new(Self::URN, error.to_string())),
        }
    }
}

/// Bytes behind their number.
struct Bytes;

impl Bytes {
    fn encode_slice(payload: &[u8], bytes: &mut Vec<u8>) {
        varint::encode(payload.len() as u64, bytes);
        bytes.extend_from_slice(payload);
    }
}

impl Leaf for Bytes {
    type Of = Vec<u8>;
    const URN: &'static str = "bytes";

    fn encode(element: &Vec<u8>, bytes: &mut Vec<u8>) {
        Self::encode_slice(element, bytes);
    }

    fn decode(bytes: &mut &[u8]) -> Result<Vec<u8>, CoderError> {
        varint::take_prefixed(bytes, Self::URN).map(<[u8]>::to_vec)
    }
}

/// One byte, 0 or 1.
struct Bool;

impl Leaf for Bool {
    type Of = bool;
    const URN: &'static str = "bool";

    fn encode(element: &bool, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(*element));
    }

    fn decode(bytes: &mut &[u8]) -> Result<bool, CoderError> {
        match take_array(bytes, Self::URN)? {
            [0] => Ok(false),
            [1] => Ok(true),
            [byte] => Err(CoderError::new(Self::URN, format!("{byte} is neither 0 nor 1"))),
        }
    }
}

/// The eight bytes of the number, the highest first.
struct Double;

impl Leaf for Double {
    type Of = f64;
    const URN: &'static str = "double";

    fn encode(element: &f64, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&element.to_be_bytes());
    }

    fn decode(bytes: &mut &[u8]) -> Result<f64, CoderError> {
        take_array(bytes, Self::URN).map(f64::from_be_bytes)
    }
}

/// No bytes at all. Beam has no portable coder for it, hence our own name.
struct Unit;

impl Leaf for Unit {
    type Of = ();
    const URN: &'static str = "heliostat:coder:unit:v1";

    fn encode((): &(), _: &mut Vec<u8>) {}

    fn decode(_: &mut &[u8]) -> Result<(), CoderError> {
        Ok(())
    }
}

/// An integer as the variable number of bytes that its 64-bit two's complement needs.
struct Varint<N>(PhantomData<N>);

macro_rules! varints {
    ($($number:ty, $wide:ty;)*) => {
        $(impl Leaf for Varint<$number> {
            type Of = $number;
            const URN: &'static str = "varint";

            #[inline]
            fn encode(element: &$number, bytes: &mut Vec<u8>) {
                // Widened by its own sign first: an `i8` of -1 is ten bytes, as in every SDK.
                varint::encode(*element as $wide as u64, bytes);
            }

            #[inline]
            fn decode(bytes: &mut &[u8]) -> Result<$number, CoderError> {
                let wide = varint::decode(bytes)? as $wide;
                <$number>::try_from(wide).map_err(|_| {
                    let name = stringify!($number);
                    CoderError::new(Self::URN, format!("{wide} does not fit into {name}"))
                })
            }
        })*
    };
}

varints! {
    i8, i64; i16, i64; i32, i64; i64, i64; isize, i64;
    u8, u64; u16, u64; u32, u64; u64, u64; usize, u64;
}

/// Takes exactly `N` bytes.
pub(super) fn take_array<const N: usize>(
    bytes: &mut &[u8],
    coder: &'static str,
) -> Result<[u8; N], CoderError> {
    let Some((array, rest)) = bytes.split_first_chunk() else {
        return Err(CoderError::truncated(coder));
    };
    *bytes = rest;
    Ok(*array)
}
