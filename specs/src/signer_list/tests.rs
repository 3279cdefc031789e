//! Tests of the list of signers.

use super::*;
use crate::cbor::{Value, encode};
use proptest::prelude::*;

fn signer() -> SignerEntry {
    SignerEntry {
        kid: *b"kid-kid-",
        country: "VN".into(),
        purposes: Purposes::VACCINATION,
        profiles: Profiles::NATIONAL,
        not_before: UnixTime(1_700_000_000),
        not_after: UnixTime(1_800_000_000),
        key: KeyData::Ed25519([7; 32]),
        name: "DEMO Cục Y tế dự phòng".into(),
        issuer: None,
    }
}

fn list() -> SignerList {
    SignerList {
        issuer: "VN".into(),
        sequence: 7,
        issued: UnixTime(1_795_417_200),
        next_update: UnixTime(1_795_503_600),
        environment: Environment::Demo,
        signers: vec![signer()],
        revocation: None,
        rules: None,
        value_sets: None,
    }
}

/// The list's tree with one key of the list (or of its first signer) set to another value, or removed.
fn bent(in_signer: bool, key: u64, value: Option<Value>) -> Result<SignerList, Error> {
    fn set(tree: &mut Value, key: u64, value: Option<Value>) {
        let Value::Map(pairs) = tree else { panic!("a map") };
        pairs.retain(|(found, _)| *found != Value::Unsigned(key));
        pairs.extend(value.map(|value| (Value::Unsigned(key), value)));
    }
    let mut tree = crate::cbor::decode(&list().encode().unwrap(), &LIMITS).unwrap();
    if in_signer {
        let Value::Map(pairs) = &mut tree else { panic!("a map") };
        let Value::Array(signers) = &mut pairs[6].1 else { panic!("an array") };
        set(&mut signers[0], key, value);
    } else {
        set(&mut tree, key, value);
    }
    SignerList::decode(&encode(&tree))
}

#[test]
fn the_bytes_of_a_list() {
    let expected = [
        "a7",
        "0101",
        "0262564e",
        "0307",
        "041a6b03e470",
        "051a6b0535f0",
        "0601",
        "0781",
        "a8",
        "01486b69642d6b69642d",
        "0262564e",
        "0301",
        "0401",
        "051a6553f100",
        "061a6b49d200",
        "0782015820",
        &"07".repeat(32),
        "08781d",
    ]
    .concat()
        + &hex::encode("DEMO Cục Y tế dự phòng");
    let bytes = hex::encode(list().encode().unwrap());
    assert_eq!(bytes, expected);
    assert_eq!(SignerList::decode(&hex::decode(bytes).unwrap()), Ok(list()));
}

#[test]
fn what_must_be_there() {
    let fields = ["version", "issuer", "sequence", "issued", "next_update", "environment", "signers"];
    for (key, field) in (1..).zip(fields) {
        assert_eq!(bent(false, key, None), Err(Error::Missing { field }));
    }
    let fields = ["kid", "country", "purposes", "profiles", "not_before", "not_after", "key", "name"];
    for (key, field) in (1..).zip(fields) {
        assert_eq!(bent(true, key, None), Err(Error::Missing { field }));
    }
}

#[test]
fn another_version_and_unknown_keys() {
    assert_eq!(bent(false, 1, Some(Value::Unsigned(2))), Err(Error::Version { version: 2 }));
    assert_eq!(bent(false, 11, Some(Value::Null)), Err(Error::UnknownKey { key: 11 }));
    assert_eq!(bent(true, 10, Some(Value::Null)), Err(Error::UnknownKey { key: 10 }));
}

#[test]
fn fields_that_cannot_be() {
    let text = |text: &str| Value::Text(text.into());
    let key = |kind: u64, bytes: &[&[u8]]| {
        let bytes = bytes.iter().map(|bytes| Value::Bytes(bytes.to_vec()));
        Value::Array([Value::Unsigned(kind)].into_iter().chain(bytes).collect())
    };
    for (key, value, field) in [
        (2, text(""), "issuer"),
        (2, text(&"x".repeat(201)), "issuer"),
        (4, Value::Negative(0), "issued"),
        (5, Value::Unsigned(1_795_417_200), "next_update"),
        (5, Value::Unsigned(1 << 40), "next_update"),
        (6, Value::Unsigned(2), "environment"),
    ] {
        assert_eq!(bent(false, key, Some(value.clone())), Err(Error::Field { field }), "{value:?}");
    }
    let mut even = vec![0xff; 256];
    even[255] = 2;
    for (number, value, field) in [
        (1, Value::Bytes(vec![0; 7]), "kid"),
        (2, text("VNM"), "country"),
        (2, text("vn"), "country"),
        (3, Value::Unsigned(8), "purposes"),
        (3, Value::Unsigned(257), "purposes"),
        (4, Value::Unsigned(0), "profiles"),
        (4, Value::Unsigned(256), "profiles"),
        (5, Value::Unsigned(1 << 40), "not_before"),
        (6, Value::Unsigned(1), "not_after"),
        (7, key(0, &[&[7; 32]]), "key"),
        (7, key(5, &[&[7; 32]]), "key"),
        (7, key(1, &[&[7; 31]]), "key"),
        (7, key(1, &[&[7; 32], &[7; 32]]), "key"),
        (7, key(1, &[]), "key"),
        (7, key(2, &[&[2; 65]]), "key"),
        (7, key(2, &[&[4; 33]]), "key"),
        (7, key(3, &[&[2; 97]]), "key"),
        (7, key(4, &[&[0xff; 255], &[1, 0, 1]]), "key"),
        (7, key(4, &[&[0xff; 513], &[1, 0, 1]]), "key"),
        (7, key(4, &[&[&[0][..], &[0xff; 256]].concat(), &[1, 0, 1]]), "key"),
        (7, key(4, &[&even, &[1, 0, 1]]), "key"),
        (7, key(4, &[&[0xff; 256], &[]]), "key"),
        (7, key(4, &[&[0xff; 256], &[2]]), "key"),
        (7, key(4, &[&[0xff; 256]]), "key"),
        (8, text(&"x".repeat(201)), "name"),
    ] {
        assert_eq!(bent(true, number, Some(value.clone())), Err(Error::Field { field }), "{value:?}");
    }
}

#[test]
fn what_cannot_be_read_is_not_written() {
    let wrong = SignerList { issuer: String::new(), ..list() };
    assert_eq!(wrong.encode(), Err(Error::Field { field: "issuer" }));
}

#[test]
fn sets() {
    assert!(Purposes::ANY.allows(Purposes::TEST));
    assert!(Purposes::VACCINATION.and(Purposes::TEST).allows(Purposes::TEST));
    assert!(!Purposes::VACCINATION.and(Purposes::TEST).allows(Purposes::RECOVERY));
    let formats = [
        Profiles::NATIONAL,
        Profiles::EU_DCC,
        Profiles::SHC,
        Profiles::ICVP,
        Profiles::DDCC,
        Profiles::NZCP,
        Profiles::SWISS_LIGHT,
        Profiles::VDS_NC,
    ];
    assert_eq!(formats.map(Profiles::bits), [1, 2, 4, 8, 16, 32, 64, 128]);
    assert_eq!(formats.into_iter().reduce(Profiles::and), Some(Profiles::ALL));
    assert_eq!(Profiles::from_bits(3), Some(Profiles::NATIONAL.and(Profiles::EU_DCC)), "lists of before stay readable");
    assert_eq!(Profiles::from_bits(0), None);
    assert!(Profiles::ALL.allows(Profiles::NATIONAL) && !Profiles::EU_DCC.allows(Profiles::NATIONAL));
}

fn lists() -> impl Strategy<Value = SignerList> {
    let odd = |bytes: Vec<u8>| {
        let mut bytes = bytes;
        bytes[0] |= 0x80;
        *bytes.last_mut().unwrap() |= 1;
        bytes
    };
    let point = |mut bytes: Vec<u8>| {
        bytes[0] = 4;
        bytes
    };
    let key = prop_oneof![
        any::<[u8; 32]>().prop_map(KeyData::Ed25519),
        proptest::collection::vec(any::<u8>(), 65)
            .prop_map(move |bytes| KeyData::P256(point(bytes).try_into().unwrap())),
        proptest::collection::vec(any::<u8>(), 97)
            .prop_map(move |bytes| KeyData::P384(point(bytes).try_into().unwrap())),
        (proptest::collection::vec(any::<u8>(), 256..=512), proptest::collection::vec(any::<u8>(), 1..=8))
            .prop_map(move |(n, e)| KeyData::Rsa { n: odd(n), e: odd(e) }),
    ];
    let time = || 0..=UnixTime::LAST.0 / 2;
    let issuer = proptest::option::of("[a-z:/.]{1,40}");
    let names = ("\\PC{0,40}", issuer);
    let signer = (any::<[u8; 8]>(), "[A-Z]{2}", 0..=7_u8, 1..=255_u8, time(), time(), key, names).prop_map(
        |(kid, country, purposes, profiles, from, more, key, (name, issuer))| SignerEntry {
            kid,
            country,
            purposes: Purposes::from_bits(purposes).unwrap(),
            profiles: Profiles::from_bits(profiles).unwrap(),
            not_before: UnixTime(from),
            not_after: UnixTime(from + more),
            key,
            name,
            issuer,
        },
    );
    let part = || proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40));
    let signers = proptest::collection::vec(signer, 0..6);
    ("\\PC{1,40}", any::<u64>(), time(), time(), any::<bool>(), signers, (part(), part(), part())).prop_map(
        |(issuer, sequence, issued, more, demo, signers, (revocation, rules, value_sets))| SignerList {
            issuer,
            sequence,
            issued: UnixTime(issued),
            next_update: UnixTime(issued + more + 1).min(UnixTime::LAST),
            environment: if demo { Environment::Demo } else { Environment::Production },
            signers,
            revocation,
            rules,
            value_sets,
        },
    )
}

proptest! {
    #[test]
    fn there_and_back(list in lists()) {
        let bytes = list.encode().unwrap();
        prop_assert_eq!(crate::cbor::validate(&bytes, &LIMITS), Ok(()));
        prop_assert_eq!(SignerList::decode(&bytes), Ok(list));
    }

    #[test]
    fn one_encoding_for_one_list(list in lists(), place: prop::sample::Index, with: u8) {
        let mut bytes = list.encode().unwrap();
        let place = place.index(bytes.len());
        bytes[place] = with;
        if let Ok(read) = SignerList::decode(&bytes) {
            prop_assert_eq!(read.encode().unwrap(), bytes);
        }
    }
}

#[test]
fn demonstration_is_a_word_of_the_name() {
    for name in ["DEMO", "DEMO Bộ Y tế", "Bộ Y tế (DEMO)", "XX-DEMO_1", "DEMO2 signer", "a.DEMO", "LÁ CHẮN\u{a0}DEMO"]
    {
        assert_eq!(Environment::of_name(name), Environment::Demo, "{name}");
    }
    for name in ["", "Bộ Y tế", "LAO PEOPLE'S DEMOCRATIC REPUBLIC", "DEMOGRAPHY", "ACADEMO", "Demo", "ĐEMO", "DEMÓ"]
    {
        assert_eq!(Environment::of_name(name), Environment::Production, "{name}");
    }
}
