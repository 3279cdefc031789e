//! Lists and tokens against bounds and bent bytes; the draft's own examples are in crate `tests`.

use super::*;
use crate::cose::{self, Unsigned, alg};
use crate::time::UnixTime;
use proptest::prelude::*;

const WIDTHS: [Bits; 4] = [Bits::One, Bits::Two, Bits::Four, Bits::Eight];

fn token() -> Token {
    let mut list = StatusList::new(Bits::One, 16);
    assert!(list.set(3, Status::Invalid));
    Token {
        uri: uri(7),
        issued: UnixTime(1_795_417_200),
        expires: Some(UnixTime(1_796_022_000)),
        ttl: Some(43_200),
        list,
    }
}

#[test]
fn the_lowest_bit_comes_first() {
    let list = StatusList::from_bytes(Bits::One, vec![0xb9, 0xa3]).unwrap();
    let read: Vec<u8> = (0..16).map(|index| list.get(index).unwrap().value()).collect();
    assert_eq!(read, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
    assert_eq!(list.get(16), None);
    assert_eq!(list.get(u64::MAX), None);
}

#[test]
fn a_status_that_needs_more_bits_is_not_written() {
    let mut list = StatusList::new(Bits::One, 8);
    assert!(!list.set(0, Status::Suspended));
    assert!(!list.set(8, Status::Invalid));
    assert!(!list.set(u64::MAX, Status::Invalid));
    assert_eq!(list, StatusList::new(Bits::One, 8));
}

#[test]
fn a_list_of_the_largest_size_is_read_and_not_one_byte_more() {
    for bits in WIDTHS {
        let most = StatusList::new(bits, MAX_ENTRIES + 1);
        assert_eq!(most.entries(), MAX_ENTRIES);
        assert_eq!(StatusList::inflate(bits, &most.deflate()).map(|list| list.entries()), Ok(MAX_ENTRIES));
        let more = zlib::deflate(&vec![0; most.bytes().len() + 1]);
        assert_eq!(StatusList::inflate(bits, &more), Err(Error::Zlib(zlib::Error::TooLong)));
    }
}

#[test]
fn three_bits_are_no_width() {
    let mut writer = Writer::default();
    writer.map(2).text("lst").bytes(&zlib::deflate(&[0])).text("bits").unsigned(3);
    assert_eq!(StatusList::decode(&writer.into_bytes()), Err(Error::Field { field: "bits" }));
    let mut writer = Writer::default();
    writer.map(1).text("bits").unsigned(1);
    assert_eq!(StatusList::decode(&writer.into_bytes()), Err(Error::Missing { field: "lst" }));
}

#[test]
fn a_token_is_one_only_where_its_header_says_so() {
    let token = token();
    let message = |unsigned: Unsigned| unsigned.sign(&[0; 64]);
    let typed = message(Unsigned::new(alg::EDDSA, *b"kid", token.encode()).typ(MEDIA_TYPE));
    assert_eq!(Token::of(&cose::parse(&typed).unwrap()), Ok(token.clone()));
    let untyped = message(Unsigned::new(alg::EDDSA, *b"kid", token.encode()));
    assert_eq!(Token::of(&cose::parse(&untyped).unwrap()), Err(Error::Type));
    let other = message(Unsigned::new(alg::EDDSA, *b"kid", token.encode()).typ("application/cwt"));
    assert_eq!(Token::of(&cose::parse(&other).unwrap()), Err(Error::Type));
}

#[test]
fn a_token_without_subject_or_time_is_none() {
    let mut writer = Writer::default();
    writer.map(1).signed(6).signed(1);
    assert_eq!(Token::decode(&writer.into_bytes()), Err(Error::Missing { field: "sub" }));
    let mut writer = Writer::default();
    writer.map(1).signed(2).text("x");
    assert_eq!(Token::decode(&writer.into_bytes()), Err(Error::Missing { field: "iat" }));
    let mut writer = Writer::default();
    writer.map(1).signed(4).float(f64::NAN);
    assert_eq!(Token::decode(&writer.into_bytes()), Err(Error::Field { field: "exp" }));
}

#[test]
fn our_lists_have_one_uri_each() {
    assert_eq!(number(&uri(12)), Some(12));
    for other in ["https://status.example.vn/v1/status-lists/012", "https://status.example.vn/v1/status-lists/+1", "x"]
    {
        assert_eq!(number(other), None, "{other}");
    }
}

proptest! {
    #[test]
    fn what_was_set_is_read(width in 0..4_usize, entries in prop::collection::vec(any::<u8>(), 1..200)) {
        let bits = WIDTHS[width];
        let entries: Vec<u8> = entries.iter().map(|entry| entry & bits.mask()).collect();
        let mut list = StatusList::new(bits, entries.len() as u64);
        for (index, entry) in entries.iter().enumerate() {
            prop_assert!(list.set(index as u64, Status::of(*entry)));
        }
        let list = StatusList::decode(&list.encode()).unwrap();
        for (index, entry) in entries.iter().enumerate() {
            prop_assert_eq!(list.get(index as u64), Some(Status::of(*entry)));
        }
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = StatusList::decode(&bytes);
        let _ = Token::decode(&bytes);
    }
}
