//! Tests of the national certificate.

use super::*;
use crate::cbor::{Limits, Value, encode};
use proptest::prelude::*;

pub(crate) fn certificate() -> Certificate {
    Certificate {
        name: Name {
            family: "Nguyễn".into(),
            given: "Thị Hồng Nhung".into(),
            family_std: "NGUYEN".into(),
            given_std: "THI<HONG<NHUNG".into(),
        },
        birth_date: PartialDate::parse("1990-02-28").unwrap(),
        nationality: "VN".into(),
        disease: "840539006".into(),
        doses_received: 2,
        date: Date::parse("2021-09-15").unwrap(),
        dose_number: 2,
        vaccine: "1119349007".into(),
        product: "EU/1/20/1528".into(),
        manufacturer: "ORG-100030215".into(),
        id: "URN:UVCI:01:VN:0123456789ABCDEF0123456789ABCDEF#V".into(),
    }
}

/// The certificate's map with one key set to another value, or removed.
fn bent(key: Value, value: Option<Value>) -> Vec<u8> {
    let Value::Map(mut pairs) = crate::cbor::decode(&certificate().encode().unwrap(), &Limits::OURS).unwrap() else {
        panic!("a map")
    };
    pairs.retain(|(found, _)| *found != key);
    pairs.extend(value.map(|value| (key, value)));
    encode(&Value::Map(pairs))
}

#[test]
fn the_bytes_of_a_certificate() {
    // Field by field, so that another implementation can be written from this test.
    let expected = [
        "ab", // eleven fields
        "01",
        "84",
        "684e677579e1bb856e",
        "725468e1bb8b2048e1bb936e67204e68756e67", // Nguyễn, Thị Hồng Nhung
        "664e475559454e",
        "6e5448493c484f4e473c4e48554e47", // NGUYEN, THI<HONG<NHUNG
        "02",
        "6a313939302d30322d3238", // 1990-02-28
        "03",
        "62564e", // VN
        "04",
        "69383430353339303036", // 840539006
        "05",
        "02",
        "06",
        "6a323032312d30392d3135", // two doses, 2021-09-15
        "07",
        "02",
        "08",
        "6a31313139333439303037", // the second, 1119349007
        "09",
        "6c45552f312f32302f31353238", // EU/1/20/1528
        "0a",
        "6d4f52472d313030303330323135", // ORG-100030215
        "0b",
        "7831", // the code, 49 characters
    ]
    .concat()
        + &hex::encode("URN:UVCI:01:VN:0123456789ABCDEF0123456789ABCDEF#V");
    assert_eq!(hex::encode(certificate().encode().unwrap()), expected);
    assert_eq!(Certificate::decode(&hex::decode(expected).unwrap()), Ok(certificate()));
}

#[test]
fn fields_that_are_not_there() {
    for key in 1..=11 {
        assert_eq!(Certificate::decode(&bent(Value::Unsigned(key), None)), Err(Error::Missing { key: key as i64 }));
    }
    assert_eq!(Certificate::decode(&[0xa0]), Err(Error::Missing { key: 1 }));
}

#[test]
fn keys_that_nobody_may_ignore() {
    for key in [0, 12, 23, 63] {
        let bytes = bent(Value::Unsigned(key), Some(Value::Null));
        assert_eq!(Certificate::decode(&bytes), Err(Error::UnknownKey { key: key as i64 }));
    }
    assert_eq!(Certificate::decode(&bent(Value::Negative(0), Some(Value::Null))), Err(Error::UnknownKey { key: -1 }));
    let text = bent(Value::Text("lot".into()), Some(Value::Null));
    assert!(matches!(Certificate::decode(&text), Err(Error::Cbor(cbor::Error::WrongType { .. }))));
}

#[test]
fn extensions_are_ignored() {
    for key in [64, 65, 1 << 40] {
        let bytes = bent(Value::Unsigned(key), Some(Value::Array(vec![Value::Null])));
        assert_eq!(Certificate::decode(&bytes), Ok(certificate()));
    }
}

#[test]
fn fields_that_cannot_be() {
    let text = |text: &str| Value::Text(text.into());
    let name = |parts: [&str; 4]| Value::Array(parts.iter().map(|part| text(part)).collect());
    for (key, value) in [
        (1, name(["", "", "NGUYEN", "NHUNG"])),
        (1, name(["Nguyễn", "Nhung", "", ""])),
        (1, name(["Nguyễn", "Nhung", "Nguyen", "NHUNG"])),
        (1, name(["Nguye\u{302}\u{303}n", "Nhung", "NGUYEN", "NHUNG"])),
        (1, name(["Nguyễn ", "Nhung", "NGUYEN", "NHUNG"])),
        (1, name(["Ngu\nyễn", "Nhung", "NGUYEN", "NHUNG"])),
        (1, name([&"ễ".repeat(81), "Nhung", "NGUYEN", "NHUNG"])),
        (1, Value::Array(vec![text("Nguyễn Thị Hồng Nhung")])),
        (2, text("1990-02-30")),
        (2, text("")),
        (2, text("2021-09-16")),
        (3, text("VNM")),
        (3, text("vn")),
        (4, text("")),
        (5, Value::Unsigned(0)),
        (5, Value::Unsigned(100)),
        (5, Value::Unsigned(1 << 32)),
        (6, text("15/09/2021")),
        (6, text("2021-09-15T00:00:00Z")),
        (7, Value::Unsigned(0)),
        (8, text("a b")),
        (9, text("Vắc-xin")),
        (10, text(&"A".repeat(81))),
        (11, text("")),
    ] {
        assert_eq!(
            Certificate::decode(&bent(Value::Unsigned(key), Some(value.clone()))),
            Err(Error::Field { key: key as i64 }),
            "{value:?}"
        );
    }
}

#[test]
fn fields_of_another_type() {
    for (key, value) in [
        (1, Value::Text("Nguyễn".into())),
        (3, Value::Null),
        (5, Value::Float(2.5)),
        (5, Value::Text("2".into())),
        (6, Value::Unsigned(18_885)),
    ] {
        let found = Certificate::decode(&bent(Value::Unsigned(key), Some(value.clone())));
        assert!(matches!(found, Err(Error::Cbor(cbor::Error::WrongType { .. }))), "{value:?}: {found:?}");
    }
}

#[test]
fn no_encoding_but_the_deterministic_one() {
    let good = certificate().encode().unwrap();
    let mut long_head = vec![0xb8];
    long_head.extend_from_slice(&[11]);
    long_head.extend_from_slice(&good[1..]);
    assert_eq!(Certificate::decode(&long_head), Err(Error::Cbor(cbor::Error::NotShortest { at: 0 })));
    let indefinite = [&[0xbf], &good[1..], &[0xff]].concat();
    assert_eq!(Certificate::decode(&indefinite), Err(Error::Cbor(cbor::Error::Indefinite { at: 0 })));
    let trailing = [&good[..], &[0]].concat();
    assert_eq!(Certificate::decode(&trailing), Err(Error::Cbor(cbor::Error::TrailingBytes { at: good.len() })));
}

#[test]
fn a_certificate_lives_twelve_months() {
    let issued = UnixTime::from_rfc3339("2026-11-23T07:00:00Z").unwrap();
    assert_eq!(expiry(issued).to_rfc3339(), "2027-11-23T07:00:00Z");
}

#[test]
fn a_full_name_is_said_family_first() {
    assert_eq!(certificate().name.full(), "Nguyễn Thị Hồng Nhung");
    assert_eq!(Name { given: "Sukarno".into(), ..Name::default() }.full(), "Sukarno");
}

/// Certificates whose every field can be.
pub(crate) fn certificates() -> impl Strategy<Value = Certificate> {
    let code = || "[!-~]{1,20}";
    let birth = prop_oneof![
        "19[0-9]{2}",
        "19[0-9]{2}-(0[1-9]|1[0-2])",
        (0..8_000_i64).prop_map(|days| Date::from_days_since_epoch(days).to_string()),
    ];
    let written = || "[A-ZĐÂÊÔ][a-zđâêôảỹ]{0,10}( [A-Z][a-zạ]{0,8}){0,3}";
    let name =
        (written(), written(), "[A-Z<]{1,30}", "[A-Z<]{0,30}").prop_map(|(family, given, family_std, given_std)| {
            Name {
                family: family.into(),
                given: given.into(),
                family_std: family_std.into(),
                given_std: given_std.into(),
            }
        });
    let numbers = (1..=99_u32, 1..=99_u32, 15_000..60_000_i64);
    (name, birth, "[A-Z]{2}", code(), numbers, code(), code(), code(), code()).prop_map(
        |(
            name,
            birth_date,
            nationality,
            disease,
            (doses_received, dose_number, days),
            vaccine,
            product,
            manufacturer,
            id,
        )| {
            Certificate {
                name,
                birth_date: PartialDate::parse(&birth_date).unwrap(),
                nationality: nationality.into(),
                disease: disease.into(),
                doses_received,
                date: Date::from_days_since_epoch(days),
                dose_number,
                vaccine: vaccine.into(),
                product: product.into(),
                manufacturer: manufacturer.into(),
                id: id.into(),
            }
        },
    )
}

proptest! {
    #[test]
    fn there_and_back(certificate in certificates()) {
        let bytes = certificate.encode().unwrap();
        prop_assert_eq!(crate::cbor::validate(&bytes, &Limits::OURS), Ok(()));
        prop_assert_eq!(Certificate::decode(&bytes), Ok(certificate));
    }

    #[test]
    fn one_encoding_for_one_certificate(certificate in certificates(), place: prop::sample::Index, with: u8) {
        let good = certificate.encode().unwrap();
        let (mut bent, place) = (good.clone(), place.index(good.len()));
        bent[place] = with;
        if let Ok(read) = Certificate::decode(&bent) {
            prop_assert_eq!(read.encode().unwrap(), bent);
        }
    }
}
