//! Any element in the `postcard` format, behind its length.

use super::leaf::{decode_each, encode_each};
use super::{Code, Coder, CoderError, Table, varint};
use crate::Element;
use postcard::ser_flavors::Flavor;
use std::marker::PhantomData;

const URN: &str = "length_prefix<heliostat:coder:postcard:v1>";

/// Bytes that a length takes, as long as it is short.
const SHORT_LENGTH: usize = 1;

struct Postcard<T>(PhantomData<fn(T)>);

pub(super) fn of<T: Element>() -> Coder<T> {
    Coder { code: Table::Constant(&Postcard::<T>(PhantomData)) }
}

impl<T: Element> Code<T> for Postcard<T> {
    fn urn(&self) -> String {
        URN.to_owned()
    }

    fn encode(&self, element: &T, bytes: &mut Vec<u8>) {
        encode(element, bytes);
    }

    fn decode(&self, bytes: &mut &[u8]) -> Result<T, CoderError> {
        decode(bytes)
    }

    fn encode_all(&self, elements: &[T], bytes: &mut Vec<u8>, ends: Option<&mut Vec<u32>>) {
        encode_each(elements, bytes, ends, encode);
    }

    fn decode_all(
        &self,
        bytes: &mut &[u8],
        count: usize,
        elements: &mut Vec<T>,
    ) -> Result<(), CoderError> {
        decode_each(bytes, count, elements, decode)
    }
}

/// Writes behind one byte left free for the length. The few elements that need a longer length are
/// moved, which is cheaper than measuring all of them first.
fn encode<T: Element>(element: &T, bytes: &mut Vec<u8>) {
    let start = bytes.len();
    bytes.push(0);
    if let Err(error) = postcard::serialize_with_flavor(element, Tail(bytes)) {
        let name = std::any::type_name::<T>();
        panic!(
            "cannot encode `{name}`: its `Serialize` failed: {error}\n  \
             help: derive `Serialize`, without `flatten`, for what travels through a pipeline"
        );
    }
    let length = bytes.len() - start - SHORT_LENGTH;
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => bytes[start] = short,
        _ => {
            let mut prefix = Vec::new();
            varint::encode(length as u64, &mut prefix);
            bytes.splice(start..start + SHORT_LENGTH, prefix);
        }
    }
}

fn decode<T: Element>(bytes: &mut &[u8]) -> Result<T, CoderError> {
    let payload = varint::take_prefixed(bytes, URN)?;
    let refuse = |reason: String| {
        let name = std::any::type_name::<T>();
        CoderError::new(URN, format!("{reason} in an element of type `{name}`"))
    };
    match postcard::take_from_bytes(payload) {
        Ok((element, [])) => Ok(element),
        Ok((_, rest)) => Err(refuse(format!("{} bytes too many", rest.len()))),
        Err(error) => Err(refuse(error.to_string())),
    }
}

/// The end of a vector that postcard writes to.
struct Tail<'a>(&'a mut Vec<u8>);

impl Flavor for Tail<'_> {
    type Output = ();

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}
