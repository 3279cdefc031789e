//! Tests of COSE_Sign1: what passes, what is refused and why, and that building and parsing agree.

use super::*;
use crate::cbor::{Value, encode};
use proptest::prelude::*;

fn bytes(bytes: &[u8]) -> Value {
    Value::Bytes(bytes.to_vec())
}

fn int(number: i64) -> Value {
    if number < 0 { Value::Negative(number.unsigned_abs() - 1) } else { Value::Unsigned(number.unsigned_abs()) }
}

fn map(pairs: &[(i64, Value)]) -> Value {
    Value::Map(pairs.iter().map(|(label, value)| (int(*label), value.clone())).collect())
}

/// A message of these headers, tagged 18.
fn message(protected: &Value, unprotected: &Value) -> Vec<u8> {
    let parts = vec![bytes(&encode(protected)), unprotected.clone(), bytes(b"payload"), bytes(b"signature")];
    encode(&Value::Tag(18, Box::new(Value::Array(parts))))
}

fn refused(message: &[u8]) -> Error {
    parse(message).unwrap_err()
}

#[test]
fn headers_and_where_they_stood() {
    let kid = bytes(b"kid");
    let protected = message(&map(&[(1, int(-7)), (4, kid.clone())]), &map(&[]));
    let protected = parse(&protected).unwrap();
    assert_eq!(protected.tag, Tagging::Sign1);
    assert_eq!(protected.alg, Some(Placed { value: alg::ES256, place: Place::Protected }));
    assert_eq!(protected.kid(), Some(Placed { value: Kid::Bytes(b"kid"), place: Place::Protected }));
    assert_eq!((protected.payload, protected.signature), (&b"payload"[..], &b"signature"[..]));

    let unprotected = message(&map(&[]), &map(&[(1, int(-37)), (4, Value::Text("kid".into()))]));
    let unprotected = parse(&unprotected).unwrap();
    assert_eq!(unprotected.alg, Some(Placed { value: alg::PS256, place: Place::Unprotected }));
    assert_eq!(unprotected.kid(), Some(Placed { value: Kid::Text("kid"), place: Place::Unprotected }));
}

#[test]
fn the_protected_kid_wins() {
    let both = message(&map(&[(4, bytes(b"right"))]), &map(&[(4, bytes(b"wrong"))]));
    let both = parse(&both).unwrap();
    assert_eq!(both.kid(), Some(Placed { value: Kid::Bytes(b"right"), place: Place::Protected }));
    assert_eq!(both.kid_unprotected, Some(Kid::Bytes(b"wrong")));
}

#[test]
fn tags() {
    let bare = hex::decode("84 40 a0 41 01 41 02".replace(' ', "")).unwrap();
    let tagged = |tags: &str| [hex::decode(tags).unwrap(), bare.clone()].concat();
    for (tags, expected) in [("", Tagging::Untagged), ("d2", Tagging::Sign1), ("d83dd2", Tagging::CwtSign1)] {
        assert_eq!(parse(&tagged(tags)).map(|message| message.tag), Ok(expected), "{tags}");
    }
    for (tags, tag) in
        [("d1", 17), ("d83d", 61), ("d2d2", 18), ("d2d83d", 61), ("d83dd2d2", 18), ("d903e6", 998), ("d83dd83dd2", 61)]
    {
        assert_eq!(refused(&tagged(tags)), Error::Tag { tag }, "{tags}");
    }
}

#[test]
fn what_is_not_four_parts() {
    for hex in [
        "d28340a04101",
        "d28540a04101410200",
        "d280",
        "d2a0",
        "d2420102",
        "d284a0a041014102",
        "d28440404101 4102",
        "d28440a0614141 02",
        "d28440a04101 6141",
        "d29f40a041014102 00ff",
        "d29f40a04101ff",
        "d2845f40ffa041014102",
        "d28440a05f4101ff4102",
    ] {
        assert_eq!(refused(&hex::decode(hex.replace(' ', "")).unwrap()), Error::Shape, "{hex}");
    }
    assert_eq!(refused(&hex::decode("d28440a0f64102").unwrap()), Error::NoPayload);
    assert!(
        parse(&hex::decode("d29f40bfff41014102ff").unwrap()).is_ok(),
        "arrays of indefinite length are foreign, not wrong"
    );
}

#[test]
fn broken_layers() {
    let trailing = hex::decode("d28440a04101410200").unwrap();
    assert_eq!(refused(&trailing), Error::Cbor(cbor::Error::TrailingBytes { at: 8 }));
    // {1: -7, 1: -7} in the protected header; {1: -7} and a byte after it.
    let twice = hex::decode("d28445a201260126a041014102").unwrap();
    assert_eq!(refused(&twice), Error::Protected(cbor::Error::DuplicateKey { at: 3 }));
    let trailing = hex::decode("d28444a1012600a041014102").unwrap();
    assert_eq!(refused(&trailing), Error::Protected(cbor::Error::TrailingBytes { at: 3 }));
    let not_a_map = hex::decode("d2844180a041014102").unwrap();
    assert_eq!(refused(&not_a_map), Error::Shape);
}

#[test]
fn a_label_in_both_headers() {
    let alg = map(&[(1, int(-7))]);
    assert_eq!(refused(&message(&alg, &alg)), Error::LabelTwice { label: "1".into() });
    let unknown = map(&[(4, bytes(b"kid")), (-70_000, Value::Null)]);
    assert_eq!(refused(&message(&unknown, &unknown)), Error::LabelTwice { label: "-70000".into() });
    let text = Value::Map(vec![(Value::Text("label".into()), Value::Null)]);
    assert_eq!(refused(&message(&text, &text)), Error::LabelTwice { label: "\"label\"".into() });
}

#[test]
fn headers_of_the_wrong_type() {
    for (label, value) in [
        (1, Value::Text("ES256".into())),
        (1, Value::Null),
        (1, Value::Unsigned(u64::MAX)),
        (4, Value::Unsigned(1)),
        (33, Value::Array(vec![])),
        (33, Value::Text("pem".into())),
        (2, Value::Array(vec![])),
        (2, Value::Unsigned(1)),
    ] {
        let found = refused(&message(&map(&[(label, value.clone())]), &map(&[])));
        assert_eq!(found, Error::HeaderType { label }, "{value:?}");
    }
    let odd = Value::Map(vec![(Value::Bytes(vec![1]), Value::Null)]);
    assert_eq!(refused(&message(&odd, &map(&[]))), Error::LabelType);
    let huge = Value::Map(vec![(Value::Unsigned(u64::MAX), Value::Null)]);
    assert_eq!(refused(&message(&map(&[]), &huge)), Error::LabelType);
}

#[test]
fn too_many_labels() {
    let labels = |count: i64| map(&(100..100 + count).map(|label| (label, Value::Null)).collect::<Vec<_>>());
    assert!(parse(&message(&labels(64), &map(&[]))).is_ok());
    assert_eq!(refused(&message(&labels(65), &map(&[]))), Error::HeaderTooLong);
    assert_eq!(refused(&message(&map(&[]), &labels(65))), Error::HeaderTooLong);
}

#[test]
fn critical_labels() {
    let crit = |labels: &[Value]| map(&[(1, int(-7)), (2, Value::Array(labels.to_vec()))]);
    assert!(parse(&message(&crit(&[int(1), int(4)]), &map(&[]))).is_ok());
    for labels in [vec![int(5)], vec![int(1), int(-70_000)], vec![Value::Text("reserved".into())]] {
        assert_eq!(refused(&message(&crit(&labels), &map(&[]))), Error::Critical, "{labels:?}");
    }
    assert_eq!(refused(&message(&map(&[]), &crit(&[int(1)]))), Error::Critical);
}

#[test]
fn certificates_in_the_header() {
    let one = message(&map(&[(33, bytes(b"leaf"))]), &map(&[]));
    assert_eq!(parse(&one).unwrap().x5chain, [b"leaf"]);
    let two = message(&map(&[]), &map(&[(33, Value::Array(vec![bytes(b"leaf"), bytes(b"ca")]))]));
    assert_eq!(parse(&two).unwrap().x5chain, [&b"leaf"[..], b"ca"]);
}

#[test]
fn the_bytes_to_be_signed() {
    // sign1-tests/sign-pass-01 of the COSE working group: a protected header that is an empty map counts as none.
    let empty_map = hex::decode("d28441a0a201260442313154546869732069732074686520636f6e74656e742e4101").unwrap();
    let expected = "846a5369676e617475726531404054546869732069732074686520636f6e74656e742e";
    assert_eq!(hex::encode(parse(&empty_map).unwrap().to_be_signed(&[])), expected);
    // With external data. The protected header stays as it came, whatever its encoding.
    let odd = hex::decode("d28444a1180126a041ee4101").unwrap();
    let expected = "846a5369676e61747572653144a118012643010203 41ee".replace(' ', "");
    assert_eq!(hex::encode(parse(&odd).unwrap().to_be_signed(&[1, 2, 3])), expected);
}

#[test]
fn what_is_built_is_deterministic() {
    let unsigned = Unsigned::new(alg::EDDSA, *b"kid-kid-", *b"payload").x5chain([b"leaf".to_vec(), b"ca".to_vec()]);
    let built = unsigned.sign(&[7; 64]);
    assert_eq!(cbor::validate(&built, &cbor::Limits::OURS), Ok(()));
    let parsed = parse(&built).unwrap();
    assert_eq!(cbor::validate(parsed.protected, &cbor::Limits::OURS), Ok(()));
    assert_eq!(parsed.x5chain, [&b"leaf"[..], b"ca"]);
    assert_eq!(parsed.alg, Some(Placed { value: alg::EDDSA, place: Place::Protected }));
}

proptest! {
    #[test]
    fn what_is_built_is_parsed(
        alg: i64,
        kid: Vec<u8>,
        payload: Vec<u8>,
        signature: Vec<u8>,
        chain in proptest::collection::vec(any::<Vec<u8>>(), 0..3),
    ) {
        let unsigned = Unsigned::new(alg, kid.clone(), payload.clone()).x5chain(chain.clone());
        let built = unsigned.sign(&signature);
        let parsed = parse(&built).unwrap();
        prop_assert_eq!(parsed.to_be_signed(&[]), unsigned.to_be_signed());
        prop_assert_eq!(parsed.alg, Some(Placed { value: alg, place: Place::Protected }));
        prop_assert_eq!(parsed.kid(), Some(Placed { value: Kid::Bytes(&kid), place: Place::Protected }));
        prop_assert_eq!((parsed.payload, parsed.signature), (&payload[..], &signature[..]));
        prop_assert_eq!(&parsed.x5chain, &chain);
        prop_assert_eq!(&parse_again(&built), &Ok(parsed));
    }

    #[test]
    fn bent_messages_are_parsed_or_refused(place: prop::sample::Index, with: u8, cut: prop::sample::Index) {
        let mut built = Unsigned::new(alg::ES256, *b"kid", *b"payload").x5chain([*b"leaf"]).sign(b"signature");
        let place = place.index(built.len());
        built[place] = with;
        built.truncate(cut.index(built.len() * 3).max(1));
        if let Ok(parsed) = parse(&built) {
            prop_assert_eq!(&parse_again(&built), &Ok(parsed));
        } else {
            // Not validated before, yet safe.
            let _ = parse_again(&built);
        }
    }
}
