//! Golden bytes of every leaf, round trips of everything, and bytes that no coder wrote.

use super::{Coder, CoderError, key_bytes};
use crate::{Element, Str};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

#[track_caller]
fn golden<T: Element + PartialEq + Debug>(urn: &str, rows: &[(T, &[u8])]) {
    let coder = Coder::<T>::of();
    assert_eq!(coder.urn(), urn);
    for (element, bytes) in rows {
        assert_eq!(coder.encode_one(element), *bytes, "{element:?}");
        assert_eq!(coder.decode_one(bytes).unwrap(), *element);
        for cut in 0..bytes.len() {
            assert!(coder.decode_one(&bytes[..cut]).is_err(), "{element:?} cut at {cut}");
        }
        let longer = [*bytes, &[0]].concat();
        assert!(coder.decode_one(&longer).is_err(), "{element:?} with a byte more");
    }
}

const MINUS_ONE: &[u8] = &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];

#[test]
fn leaves_have_the_bytes_that_beam_gives_them() {
    golden("string_utf8", &[(String::new(), &[0]), ("é€".to_owned(), b"\x05\xc3\xa9\xe2\x82\xac")]);
    golden("string_utf8", &[(Str::default(), &[0]), ("OSL".into(), b"\x03OSL")]);
    golden("bytes", &[(vec![], &[0]), (vec![0_u8, 0xff], &[2, 0, 0xff])]);
    golden("bool", &[(false, &[0]), (true, &[1])]);
    golden("double", &[(0.1_f64, &[0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a])]);
    golden("double", &[(-2.0_f64, &[0xc0, 0, 0, 0, 0, 0, 0, 0])]);
    golden("heliostat:coder:unit:v1", &[((), &[])]);
    golden("varint", &[(200_i64, &[0xc8, 0x01]), (-1, MINUS_ONE), (0, &[0])]);
    golden("varint", &[(1000_i32, &[0xe8, 0x07]), (-1, MINUS_ONE)]);
    golden("varint", &[(300_i16, &[0xac, 0x02]), (-1, MINUS_ONE)]);
    golden("varint", &[(127_i8, &[0x7f]), (-1, MINUS_ONE)]);
    golden("varint", &[(1_isize, &[1]), (-1, MINUS_ONE)]);
    golden("varint", &[(u64::MAX, MINUS_ONE), (128, &[0x80, 0x01])]);
    golden("varint", &[(u32::MAX, &[0xff, 0xff, 0xff, 0xff, 0x0f])]);
    golden("varint", &[(u16::MAX, &[0xff, 0xff, 0x03])]);
    golden("varint", &[(200_u8, &[0xc8, 0x01])]);
    golden("varint", &[(5_usize, &[5])]);
    let postcard = "length_prefix<heliostat:coder:postcard:v1>";
    golden(postcard, &[(None, &[1, 0]), (Some(7_u32), &[2, 1, 7])]);
    golden(postcard, &[((1_u8, "ab".to_owned()), b"\x04\x01\x02ab")]);
}

#[test]
fn pairs_and_iterables_have_the_bytes_that_beam_gives_them() {
    let groups = Coder::pair(Coder::<Str>::of(), Coder::iterable(Coder::<i64>::of()));
    assert_eq!(groups.urn(), "kv<string_utf8,iterable<varint>>");
    assert_eq!(format!("{:?}", groups.clone()), "Coder(kv<string_utf8,iterable<varint>>)");
    let bytes = [1, b'k', 0, 0, 0, 4, 1, 10, 0xc8, 1, 0xe8, 7];
    let group = (Str::from("k"), vec![1, 10, 200, 1000]);
    assert_eq!(groups.encode_one(&group), bytes);
    assert_eq!(groups.decode_one(&bytes).unwrap(), group);
    for cut in 0..bytes.len() {
        assert!(groups.decode_one(&bytes[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn an_iterable_of_unknown_length_is_read() {
    let coder = Coder::iterable(Coder::<i64>::of());
    let bytes = [0xff, 0xff, 0xff, 0xff, 2, 1, 10, 1, 7, 0];
    assert_eq!(coder.decode_one(&bytes).unwrap(), [1, 10, 7]);
}

#[track_caller]
fn refused<T: Debug>(outcome: Result<T, CoderError>, reason: &str) {
    let error = outcome.expect_err(reason).to_string();
    assert!(error.contains(reason), "{error}");
}

#[test]
fn bytes_that_no_coder_wrote_are_refused_with_a_reason() {
    refused(Coder::<bool>::of().decode_one(&[2]), "2 is neither 0 nor 1");
    refused(Coder::<String>::of().decode_one(&[1, 0xff]), "invalid utf-8");
    refused(Coder::<Str>::of().decode_one(&[1, 0xff]), "invalid utf-8");
    refused(Coder::<i8>::of().decode_one(&[0x80, 1]), "128 does not fit into i8");
    refused(Coder::<u8>::of().decode_one(MINUS_ONE), "18446744073709551615 does not fit into u8");
    refused(Coder::<Vec<u8>>::of().decode_one(MINUS_ONE), "18446744073709551615 bytes");
    refused(Coder::<Option<u8>>::of().decode_one(&[3, 1, 7, 7]), "1 bytes too many");
    refused(Coder::<Option<u8>>::of().decode_one(&[1, 2]), "`core::option::Option<u8>`");
    let units = Coder::iterable(Coder::<()>::of());
    refused(units.decode_one(&[0xff, 0xff, 0xff, 0xfe]), "-2 is not a count");
    let endless = [&[0xff; 4], MINUS_ONE, &[0]].concat();
    refused(units.decode_one(&endless), "more values are too many");
    let numbers = Coder::iterable(Coder::<i64>::of());
    refused(numbers.decode_one(&[0x7f, 0xff, 0xff, 0xff, 1]), "end inside");
}

#[test]
fn an_element_of_any_size_stands_behind_its_length() {
    let coder = Coder::<Option<Vec<u8>>>::of();
    for size in [0, 1, 124, 125, 126, 127, 128, 16_380, 16_381, 16_384, 70_000] {
        let element = Some(vec![7; size]);
        let mut bytes = vec![1, 2, 3];
        let mut ends = Vec::new();
        coder.encode_all(&[element.clone(), None], &mut bytes, Some(&mut ends));
        assert_eq!(&bytes[..3], [1, 2, 3], "what was there stays");
        assert_eq!(ends, [bytes.len() as u32 - 2, bytes.len() as u32], "{size}");
        let (mut rest, mut decoded) = (&bytes[3..], Vec::new());
        coder.decode_all(&mut rest, 2, &mut decoded).unwrap();
        assert_eq!((decoded, rest.len()), (vec![element, None], 0));
    }
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Reading {
    place: Str,
    values: BTreeMap<u16, Option<f64>>,
    next: Option<Box<Reading>>,
}

fn reading() -> impl Strategy<Value = Reading> {
    let values = proptest::collection::btree_map(any::<u16>(), any::<Option<f64>>(), 0..9);
    (any::<String>(), values, any::<bool>()).prop_map(|(place, values, followed)| {
        let last = Reading { place: place.as_str().into(), values, next: None };
        if followed { Reading { next: Some(Box::new(last.clone())), ..last } } else { last }
    })
}

/// Writes a batch, reads it back, and checks each element's slice on the way.
fn round_trip<T: Clone + PartialEq + Debug>(coder: &Coder<T>, batch: &[T]) {
    let (mut bytes, mut ends) = (Vec::new(), Vec::new());
    coder.encode_all(batch, &mut bytes, Some(&mut ends));
    let mut start = 0;
    for (element, end) in batch.iter().zip(&ends) {
        let slice = &bytes[start..*end as usize];
        assert_eq!(coder.encode_one(element), slice);
        assert_eq!(&coder.decode_one(slice).unwrap(), element);
        start = *end as usize;
    }
    let (mut rest, mut decoded) = (bytes.as_slice(), Vec::new());
    coder.decode_all(&mut rest, batch.len(), &mut decoded).unwrap();
    assert_eq!((decoded.as_slice(), rest.len()), (batch, 0));
    let cut = &mut &bytes[..bytes.len().saturating_sub(1)];
    if !bytes.is_empty() {
        assert!(coder.decode_all(cut, batch.len(), &mut decoded).is_err());
        assert_eq!(decoded, batch, "an error leaves the elements as they were");
    }
}

/// Equality and the same bytes are one thing.
fn agree<K: crate::Key + Debug>(left: &K, right: &K) {
    assert_eq!(left == right, key_bytes(left) == key_bytes(right), "{left:?} and {right:?}");
}

proptest! {
    #[test]
    fn batches_come_back(
        words in any::<Vec<String>>(),
        blobs in any::<Vec<Vec<u8>>>(),
        numbers in any::<Vec<i64>>(),
        groups in any::<Vec<(u16, Vec<i8>)>>(),
        readings in proptest::collection::vec(reading(), 0..9),
    ) {
        let strs: Vec<Str> = words.iter().map(|word| word.as_str().into()).collect();
        round_trip(&Coder::of(), &words);
        round_trip(&Coder::of(), &strs);
        round_trip(&Coder::of(), &blobs);
        round_trip(&Coder::of(), &numbers);
        round_trip(&Coder::of(), &groups);
        round_trip(&Coder::pair(Coder::of(), Coder::iterable(Coder::of())), &groups);
        round_trip(&Coder::of(), &readings);
    }

    #[test]
    fn keys_are_equal_exactly_when_their_bytes_are(
        left in any::<(String, Option<u8>, BTreeSet<i8>)>(),
        right in any::<(String, Option<u8>, BTreeSet<i8>)>(),
        small in any::<[(bool, Option<bool>); 2]>(),
    ) {
        agree(&left, &right);
        agree(&left, &left.clone());
        agree(&small[0], &small[1]);
    }

    #[test]
    fn random_bytes_are_read_or_refused_but_never_panic(bytes in any::<Vec<u8>>()) {
        let _ = Coder::<String>::of().decode_one(&bytes);
        let _ = Coder::<Vec<u8>>::of().decode_one(&bytes);
        let _ = Coder::<Reading>::of().decode_one(&bytes);
        let _ = Coder::iterable(Coder::<i16>::of()).decode_one(&bytes);
        let _ = Coder::pair(Coder::<Str>::of(), Coder::<f64>::of()).decode_one(&bytes);
        let _ = crate::coder::decode_interval(&mut bytes.as_slice());
        let _ = crate::PaneInfo::decode(&mut bytes.as_slice());
    }
}
