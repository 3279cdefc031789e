//! Tests of the CBOR rules: hostile forms one at a time, then properties.

use super::*;
use proptest::prelude::*;

fn foreign(hex: &str) -> Result<Value, Error> {
    decode(&hex::decode(hex).unwrap(), &Limits::FOREIGN)
}

fn ours(hex: &str) -> Result<Value, Error> {
    decode(&hex::decode(hex).unwrap(), &Limits::OURS)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn ends_too_early() {
    for (hex, at) in
        [("", 0), ("18", 1), ("1901", 2), ("1b00000000000000", 8), ("c1", 1), ("5f", 1), ("9f01", 2), ("bf01", 2)]
    {
        assert_eq!(foreign(hex), Err(Error::Truncated { at }), "{hex}");
    }
}

#[test]
fn lengths_that_lie() {
    for hex in [
        "41",
        "62c3",
        "5bffffffffffffffff",
        "7bffffffffffffffff00",
        "82",
        "8201",
        "9bffffffffffffffff01",
        "9b7fffffffffffffff",
        "a1",
        "a101",
        "bb800000000000000000",
        "bbffffffffffffffff0000",
        "ba0000ffff0000",
    ] {
        assert_eq!(foreign(hex), Err(Error::LengthLies { at: 0 }), "{hex}");
    }
    assert_eq!(foreign("5f42aa"), Err(Error::LengthLies { at: 1 }));
}

#[test]
fn bytes_after_the_end() {
    for (hex, at) in [("0000", 1), ("8000", 1), ("ff00", 0), ("6161ff", 2)] {
        let expected = if at == 0 { Error::UnexpectedBreak { at } } else { Error::TrailingBytes { at } };
        assert_eq!(foreign(hex), Err(expected), "{hex}");
    }
}

#[test]
fn reserved_heads() {
    for initial in [0x1c, 0x1d, 0x1e, 0x1f, 0x3c, 0x3f, 0x5c, 0x7e, 0x9d, 0xbc, 0xdc, 0xdf, 0xfc, 0xfe] {
        assert_eq!(decode(&[initial, 0, 0], &Limits::FOREIGN), Err(Error::ReservedInfo { at: 0 }), "{initial:02x}");
    }
    for simple in [0, 20, 23, 24, 31] {
        assert_eq!(decode(&[0xf8, simple], &Limits::FOREIGN), Err(Error::ReservedSimple { at: 0 }), "{simple}");
    }
    assert_eq!(foreign("f820"), Ok(Value::Simple(32)));
}

#[test]
fn breaks_out_of_place() {
    // Alone, in an array that has a count, between key and value, after a tag.
    for (hex, at) in [("ff", 0), ("81ff", 1), ("bf00ff", 2), ("a100ff", 2), ("c1ff", 1), ("9fc1ff", 2)] {
        assert_eq!(foreign(hex), Err(Error::UnexpectedBreak { at }), "{hex}");
    }
}

#[test]
fn chunks_of_another_kind() {
    for (hex, at) in [("5f6161ff", 1), ("7f4161ff", 1), ("5f5f4161ffff", 1), ("7f00ff", 1), ("5f4161f6ff", 3)] {
        assert_eq!(foreign(hex), Err(Error::BadChunk { at }), "{hex}");
    }
    assert_eq!(foreign("5f4161420203ff"), Ok(Value::Bytes(vec![0x61, 2, 3])));
}

#[test]
fn text_that_is_not_utf8() {
    for hex in ["61ff", "62c328", "63eda080", "64f8888080"] {
        assert_eq!(foreign(hex), Err(Error::NotUtf8 { at: 0 }), "{hex}");
    }
    // Each chunk must be whole characters (RFC 8949 section 3.2.3), though the whole would be.
    assert_eq!(foreign("7f61c361a9ff"), Err(Error::NotUtf8 { at: 1 }));
}

#[test]
fn a_key_twice_in_any_disguise() {
    for (what, hex, at) in [
        ("the same bytes", "a201000100", 3),
        ("1 in two bytes", "a20100180100", 3),
        ("1 in nine bytes", "a201001b000000000000000100", 3),
        ("-1 in two bytes", "a22000380000", 3),
        ("a text with a longer head", "a261610078016100", 4),
        ("a text in chunks", "a26161007f6161ff00", 4),
        ("no text, and no text in chunks", "a260007fff00", 3),
        ("bytes in chunks", "a2426162005f41614162ff00", 5),
        ("long texts", "a26a6162636465666768696a006a6162636465666768696a00", 13),
        ("a half and a double", "a2f93c0000fb3ff000000000000000", 5),
        ("two NaNs", "a2f97e0000fa7fc0000100", 5),
        ("arrays", "a28101009801180100", 4),
        ("maps as keys in another order", "a2a20100020000a20200010000", 7),
        ("in an indefinite map", "bf01000100ff", 3),
        ("deep inside", "81a10081a2010018010c", 7),
    ] {
        let bytes = hex::decode(hex).unwrap();
        let found = validate(&bytes, &Limits::FOREIGN);
        assert_eq!(found, Err(Error::DuplicateKey { at }), "{what}");
    }
}

#[test]
fn keys_that_only_look_alike() {
    for (what, hex) in [
        ("1 and -2", "a201002100"),
        ("1 and 1.0", "a20100f93c0000"),
        ("text and bytes", "a2616100416100"),
        ("a text and its tag", "a2616100c0616100"),
        ("long texts that differ at the end", "a26a6162636465666768696a006a6162636465666768696b00"),
        ("a text and a longer one", "a2686162636465666768006961626364656667680000"),
        ("false and 0", "a2f4000000"),
        ("the same key in an inner map", "a101a10100"),
        ("the same key in two inner maps", "82a10100a10100"),
    ] {
        assert!(foreign(hex).is_ok(), "{what}: {:?}", foreign(hex));
    }
}

#[test]
fn a_key_twice_in_a_large_map() {
    let mut keys: Vec<u64> = (0..600).rev().collect();
    let encoded = |keys: &[u64]| {
        let mut writer = Writer::default();
        writer.map(keys.len());
        for key in keys {
            writer.unsigned(*key).null();
        }
        writer.into_bytes()
    };
    assert_eq!(validate(&encoded(&keys), &Limits::FOREIGN), Ok(()));
    keys[590] = 300;
    assert!(matches!(validate(&encoded(&keys), &Limits::FOREIGN), Err(Error::DuplicateKey { .. })));
}

#[test]
fn nesting() {
    let limits = Limits { max_depth: 3, ..Limits::FOREIGN };
    for (hex, at) in
        [("8181818100", 3), ("c1c1c1c100", 3), ("a100a100a100a10000", 6), ("9f9f9f9fffffffff", 3), ("a181818000", 3)]
    {
        let bytes = hex::decode(hex).unwrap();
        assert_eq!(validate(&bytes, &limits), Err(Error::TooDeep { at }), "{hex}");
        assert_eq!(validate(&bytes, &Limits { max_depth: 4, ..limits }), Ok(()), "{hex}");
    }
}

#[test]
fn a_tower_of_tags_is_not_climbed() {
    // RUSTSEC-2019-0025: one nested tag per byte.
    let tower = vec![0xc1; 16 * 1024];
    assert_eq!(validate(&tower, &Limits::FOREIGN), Err(Error::TooDeep { at: 16 }));
    let unlimited = Limits { max_depth: usize::MAX, ..Limits::FOREIGN };
    assert_eq!(validate(&tower, &unlimited), Err(Error::TooDeep { at: 64 }));
    assert_eq!(Reader::new(&tower).skip(), Err(Error::TooDeep { at: 64 }));
}

#[test]
fn size_and_number_of_items() {
    let bytes = [vec![0x59, 0x40, 0x00], vec![0; 16 * 1024]].concat();
    assert_eq!(validate(&bytes, &Limits::FOREIGN), Err(Error::TooLong { length: 16_387, limit: 16_384 }));
    let limits = Limits { max_items: 3, ..Limits::FOREIGN };
    assert_eq!(validate(&[0x82, 0, 0], &limits), Ok(()));
    assert_eq!(validate(&[0x83, 0, 0, 0], &limits), Err(Error::TooManyItems { at: 3 }));
    assert_eq!(validate(&[0x5f, 0x40, 0x40, 0x40, 0xff], &limits), Err(Error::TooManyItems { at: 3 }));
}

#[test]
fn keys_of_keys_of_keys_cost_no_more_than_their_bytes() {
    // A map whose key is a map whose key is a map: a validator that starts over at every level would double its work 16
    // times. This one is done at once; the property is that the test ends.
    let mut bytes = Vec::new();
    bytes.extend(std::iter::repeat_n(0xa1, 15));
    bytes.extend([0x59, 0x3e, 0x80]);
    bytes.extend(vec![7; 16_000]);
    bytes.extend(vec![0; 15]);
    assert_eq!(validate(&bytes, &Limits::FOREIGN), Ok(()));
}

#[test]
fn our_own_form_is_the_only_one() {
    for (hex, error) in [
        ("1817", Error::NotShortest { at: 0 }),
        ("1900ff", Error::NotShortest { at: 0 }),
        ("1a0000ffff", Error::NotShortest { at: 0 }),
        ("1b00000000ffffffff", Error::NotShortest { at: 0 }),
        ("580161", Error::NotShortest { at: 0 }),
        ("780161", Error::NotShortest { at: 0 }),
        ("980100", Error::NotShortest { at: 0 }),
        ("b8010000", Error::NotShortest { at: 0 }),
        ("d80100", Error::NotShortest { at: 0 }),
        ("fa3f800000", Error::NotShortest { at: 0 }),
        ("fb3ff8000000000000", Error::NotShortest { at: 0 }),
        ("f97e01", Error::NotShortest { at: 0 }),
        ("fb7ff8000000000000", Error::NotShortest { at: 0 }),
        ("5f4161ff", Error::Indefinite { at: 0 }),
        ("7fff", Error::Indefinite { at: 0 }),
        ("9fff", Error::Indefinite { at: 0 }),
        ("81bfff", Error::Indefinite { at: 1 }),
        ("a202000100", Error::KeyOrder { at: 3 }),
        ("a220000100", Error::KeyOrder { at: 3 }),
        ("a2626161006162 00", Error::KeyOrder { at: 5 }),
        ("a201000100", Error::DuplicateKey { at: 3 }),
    ] {
        assert_eq!(ours(&hex.replace(' ', "")), Err(error), "{hex}");
    }
    assert_eq!(foreign("a22000180100").map(|value| encode(&value)), Ok(hex::decode("a201002000").unwrap()));
}

#[test]
fn sorted_alone_still_finds_disguised_duplicates() {
    let limits = Limits { sorted: true, ..Limits::FOREIGN };
    assert_eq!(validate(&hex::decode("a20100180100").unwrap(), &limits), Err(Error::DuplicateKey { at: 3 }));
    assert_eq!(validate(&hex::decode("a202000100").unwrap(), &limits), Err(Error::KeyOrder { at: 3 }));
}

#[test]
fn the_reader_says_what_it_wanted() {
    let reader = |hex: &str| hex::decode(hex).unwrap();
    let bytes = reader("6161");
    assert_eq!(Reader::new(&bytes).unsigned(), Err(Error::WrongType { at: 0, expected: "an unsigned integer" }));
    assert_eq!(Reader::new(&bytes).map(), Err(Error::WrongType { at: 0, expected: "a map" }));
    assert_eq!(Reader::new(&bytes).text().as_deref(), Ok("a"));
    assert_eq!(Reader::new(&reader("1bffffffffffffffff")).signed(), Err(Error::OutOfRange { at: 0 }));
    assert_eq!(Reader::new(&reader("3bffffffffffffffff")).signed(), Err(Error::OutOfRange { at: 0 }));
    assert_eq!(Reader::new(&reader("3b7fffffffffffffff")).signed(), Ok(i64::MIN));
    assert_eq!(Reader::new(&reader("420102")).fixed_bytes::<3>(), Err(Error::OutOfRange { at: 0 }));
    assert_eq!(Reader::new(&reader("5f4101ff")).definite_bytes(), Err(Error::Indefinite { at: 0 }));
    assert_eq!(Reader::new(&reader("8202a10304")).raw(), Ok(&reader("8202a10304")[..]));
}

#[test]
fn the_writer_takes_the_shortest_head() {
    for (number, hex) in [
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (255, "18ff"),
        (256, "190100"),
        (65_535, "19ffff"),
        (65_536, "1a00010000"),
        (4_294_967_295, "1affffffff"),
        (4_294_967_296, "1b0000000100000000"),
        (-1, "20"),
        (-24, "37"),
        (-25, "3818"),
        (-260, "390103"),
        (i64::MIN, "3b7fffffffffffffff"),
    ] {
        let mut writer = Writer::default();
        writer.signed(number);
        let bytes = writer.into_bytes();
        assert_eq!(hex::encode(&bytes), hex);
        assert_eq!(Reader::new(&bytes).signed(), Ok(number));
    }
}

#[test]
fn a_map_is_sorted_by_the_bytes_of_its_keys() {
    // The order of the example in RFC 8949 section 4.2.1.
    let keys = [
        Value::Bool(false),
        Value::Array(vec![Value::Negative(0)]),
        Value::Array(vec![Value::Unsigned(100)]),
        text("aa"),
        text("z"),
        Value::Negative(0),
        Value::Unsigned(100),
        Value::Unsigned(10),
    ];
    let map = Value::Map(keys.into_iter().map(|key| (key, Value::Null)).collect());
    let expected = "a80af61864f620f6617af6626161f6811864f68120f6f4f6";
    assert_eq!(hex::encode(encode(&map)), expected);
}

/// Any value, its maps without a key twice and in deterministic order.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<u64>().prop_map(Value::Unsigned),
        (0..30_u64).prop_map(Value::Unsigned),
        any::<u64>().prop_map(Value::Negative),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        "\\PC{0,12}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
        Just(Value::Undefined),
        prop_oneof![0..20_u8, 32..=255_u8].prop_map(Value::Simple),
        any::<f64>().prop_map(Value::Float),
        any::<f32>().prop_map(|value| Value::Float(value.into())),
        any::<u16>().prop_map(|half| Value::Float(float::half_to_double(half))),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            proptest::collection::vec((inner.clone(), inner.clone()), 0..8).prop_map(|pairs| {
                let pairs: std::collections::BTreeMap<_, _> =
                    pairs.into_iter().map(|(key, value)| (encode(&key), (key, value))).collect();
                Value::Map(pairs.into_values().collect())
            }),
            (any::<u64>(), inner).prop_map(|(tag, content)| Value::Tag(tag, Box::new(content))),
        ]
    })
}

/// Writes a value in one of its many other encodings, as the bits say.
fn scramble(value: &Value, bits: &mut impl FnMut() -> u8, out: &mut Vec<u8>) {
    let head = |major: u8, number: u64, bits: u8, out: &mut Vec<u8>| {
        let least = match number {
            0..24 => 0,
            24..0x100 => 1,
            0x100..0x1_0000 => 2,
            0x1_0000..0x1_0000_0000 => 3,
            _ => 4,
        };
        match least.max(bits % 5) {
            0 => out.push(major << 5 | number as u8),
            width => {
                out.push(major << 5 | (23 + width));
                out.extend_from_slice(&number.to_be_bytes()[8 - (1 << (width - 1))..]);
            }
        }
    };
    let indefinite = bits().is_multiple_of(3);
    let width = bits();
    match value {
        Value::Unsigned(number) => head(0, *number, width, out),
        Value::Negative(number) => head(1, *number, width, out),
        Value::Bytes(bytes) if indefinite => {
            out.push(0x5f);
            for chunk in bytes.chunks(1 + usize::from(width % 7)) {
                head(2, chunk.len() as u64, bits(), out);
                out.extend_from_slice(chunk);
            }
            out.push(0xff);
        }
        Value::Bytes(bytes) => {
            head(2, bytes.len() as u64, width, out);
            out.extend_from_slice(bytes);
        }
        Value::Text(text) if indefinite => {
            out.push(0x7f);
            for char in text.chars() {
                head(3, char.len_utf8() as u64, bits(), out);
                out.extend_from_slice(char.to_string().as_bytes());
            }
            out.push(0xff);
        }
        Value::Text(text) => {
            head(3, text.len() as u64, width, out);
            out.extend_from_slice(text.as_bytes());
        }
        Value::Array(elements) => {
            if indefinite {
                out.push(0x9f)
            } else {
                head(4, elements.len() as u64, width, out)
            }
            elements.iter().for_each(|element| scramble(element, bits, out));
            out.extend(indefinite.then_some(0xff));
        }
        Value::Map(pairs) => {
            if indefinite {
                out.push(0xbf)
            } else {
                head(5, pairs.len() as u64, width, out)
            }
            for (key, value) in pairs {
                scramble(key, bits, out);
                scramble(value, bits, out);
            }
            out.extend(indefinite.then_some(0xff));
        }
        Value::Tag(tag, content) => {
            head(6, *tag, width, out);
            scramble(content, bits, out);
        }
        Value::Float(value) if width.is_multiple_of(2) => {
            out.push(0xfb);
            out.extend_from_slice(&value.to_bits().to_be_bytes());
        }
        other => out.extend(encode(other)),
    }
}

const TALL: Limits = Limits { max_depth: 40, ..Limits::FOREIGN };

proptest! {
    #[test]
    fn what_is_written_is_read(value in values()) {
        let bytes = encode(&value);
        prop_assert_eq!(validate(&bytes, &Limits { max_depth: 40, ..Limits::OURS }), Ok(()));
        prop_assert_eq!(decode(&bytes, &TALL), Ok(value));
    }

    #[test]
    fn every_other_encoding_is_read_too(value in values(), choices in proptest::collection::vec(any::<u8>(), 1..64)) {
        let (mut at, mut bytes) = (0, Vec::new());
        let mut next = || { at += 1; choices[at % choices.len()] };
        scramble(&value, &mut next, &mut bytes);
        prop_assert_eq!(decode(&bytes, &TALL), Ok(value));
    }

    #[test]
    fn a_key_twice_is_always_found(
        key in values(),
        others in proptest::collection::vec(values(), 0..40),
        choices in proptest::collection::vec(any::<u8>(), 1..64),
        place in any::<prop::sample::Index>(),
    ) {
        let (mut at, mut bytes) = (0, Vec::new());
        let mut next = || { at += 1; choices[at % choices.len()] };
        let mut pairs: Vec<_> = others.into_iter().map(|key| (key, Value::Null)).collect();
        pairs.push((key.clone(), Value::Null));
        pairs.insert(place.index(pairs.len()), (key, Value::Null));
        scramble(&Value::Map(pairs), &mut next, &mut bytes);
        let found = validate(&bytes, &Limits { max_bytes: usize::MAX, max_items: usize::MAX, ..TALL });
        prop_assert!(matches!(found, Err(Error::DuplicateKey { .. })), "{:?}", found);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        for limits in [&Limits::FOREIGN, &Limits::OURS] {
            let (valid, value) = (validate(&bytes, limits), decode(&bytes, limits));
            prop_assert_eq!(valid.err(), value.clone().err());
            if let Ok(value) = value {
                let again = encode(&value);
                prop_assert_eq!(decode(&again, &Limits::OURS), decode(&again, &Limits::FOREIGN));
                if limits == &Limits::OURS {
                    prop_assert_eq!(&again, &bytes);
                }
            }
        }
        let mut reader = Reader::new(&bytes);
        while reader.skip().is_ok() {}
    }

    #[test]
    fn bent_bytes_are_read_or_refused(value in values(), place: prop::sample::Index, bit in 0..8_u8, cut: prop::sample::Index) {
        let mut bytes = encode(&value);
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        bytes.truncate(cut.index(bytes.len() * 4).max(1));
        prop_assert_eq!(validate(&bytes, &TALL).err(), decode(&bytes, &TALL).err());
    }
}
