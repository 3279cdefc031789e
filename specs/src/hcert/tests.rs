//! Tests of the envelope: each layer's refusals, the claims, and properties over whole texts.

use super::*;
use crate::cbor::{Limits, Value, encode};
use crate::cose::{Unsigned, alg};
use crate::status_list::Reference;
use proptest::prelude::*;

fn issued() -> UnixTime {
    UnixTime(1_795_417_200)
}

fn eu() -> Claims {
    Claims::new("VN", issued(), issued().plus_days(365), Content::from(dcc::tests::vaccination()))
}

fn national() -> Claims {
    Claims::new("VN", issued(), national::expiry(issued()), Content::from(national::tests::certificate()))
}

/// A text whose payload is this, with headers as our issuer writes them.
fn text_of(alg: i64, payload: &[u8]) -> String {
    seal(&Unsigned::new(alg, *b"kid-kid-", payload).sign(&[7; 64]))
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn int(number: i64) -> Value {
    if number < 0 { Value::Negative(number.unsigned_abs() - 1) } else { Value::Unsigned(number.unsigned_abs()) }
}

/// The claims' tree with one claim set to another value, or removed.
fn bent(claims: &Claims, claim: i64, value: Option<Value>) -> Result<Claims, Error> {
    let Value::Map(mut pairs) = cbor::decode(&claims.encode().unwrap(), &Limits::OURS).unwrap() else {
        panic!("a map")
    };
    pairs.retain(|(found, _)| *found != int(claim));
    pairs.extend(value.map(|value| (int(claim), value)));
    Claims::decode(&encode(&Value::Map(pairs)))
}

#[test]
fn a_text_and_its_layers() {
    for (claims, alg) in [(eu(), alg::ES256), (national(), alg::EDDSA)] {
        let payload = claims.encode().unwrap();
        let text = text_of(alg, &payload);
        assert!(text.starts_with("HC1:") && text.len() < 900);
        let opened = open(&text).unwrap();
        assert_eq!(opened.sign1().payload, payload);
        assert_eq!(opened.claims(), Ok(claims));
    }
}

#[test]
fn prefixes() {
    let good = text_of(alg::ES256, &eu().encode().unwrap());
    let rest = &good[4..];
    for prefix in ["", "HC1", "hc1:", "HC1;", "HL0:", "HC0:", " HC1:", "HCa:", "HC10:", "\u{feff}HC1:"] {
        assert_eq!(open(&format!("{prefix}{rest}")), Err(Error::Prefix), "{prefix}");
    }
    for prefix in ["HC2:", "HC9:", "HCA:", "HCZ:"] {
        assert_eq!(open(&format!("{prefix}{rest}")), Err(Error::UnsupportedContext), "{prefix}");
    }
}

#[test]
fn each_layer_says_what_is_wrong_with_it() {
    let wrap = |bytes: &[u8]| format!("HC1:{}", base45::encode(bytes));
    assert_eq!(open(&format!("HC1:{}", "0".repeat(4_293))), Err(Error::TooLong { length: 4_297 }));
    assert_eq!(open("HC1:abc"), Err(Error::Base45(base45::Error::NotBase45)));
    assert_eq!(open("HC1:"), Err(Error::Zlib(zlib::Error::Corrupt)));
    assert_eq!(open(&wrap(b"plain")), Err(Error::Zlib(zlib::Error::Corrupt)));
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 1_000_000], 9);
    assert_eq!(open(&wrap(&bomb)), Err(Error::Zlib(zlib::Error::TooLong)));
    let trailing = [zlib::deflate(&[0xf6]), vec![0]].concat();
    assert_eq!(open(&wrap(&trailing)), Err(Error::Zlib(zlib::Error::TrailingBytes { count: 1 })));
    assert_eq!(open(&seal(&[0xf6])), Err(Error::Cose(cose::Error::Shape)));
    assert_eq!(open(&seal(&[0xd2])), Err(Error::Cose(cose::Error::Cbor(cbor::Error::Truncated { at: 1 }))));
}

#[test]
fn times_as_floats_are_cut_to_seconds() {
    let float = |seconds: f64| bent(&eu(), 4, Some(Value::Float(seconds)));
    for seconds in [1_900_000_000.0, 1_900_000_000.75] {
        let claims = float(seconds).unwrap();
        assert_eq!(claims.exp, Some(UnixTime(1_900_000_000)));
        assert_eq!(claims.tolerances, [Tolerance::FloatNumericDate].into_iter().collect());
    }
}

#[test]
fn times_that_cannot_be() {
    for claim in [4, 5, 6] {
        for value in [
            Value::Float(f64::NAN),
            Value::Float(f64::INFINITY),
            Value::Float(f64::NEG_INFINITY),
            Value::Float(-0.5),
            Value::Float(1e300),
            Value::Float(253_402_300_800.0),
            int(253_402_300_800),
            int(-1),
            Value::Unsigned(u64::MAX),
            Value::Negative(u64::MAX),
            text("2027-01-01"),
            Value::Tag(1, Box::new(int(1_900_000_000))),
            Value::Bool(true),
        ] {
            assert_eq!(bent(&eu(), claim, Some(value.clone())), Err(Error::Claim { claim }), "{value:?}");
        }
    }
}

#[test]
fn claims_that_are_absent_or_null() {
    let without = bent(&eu(), 4, None).unwrap();
    assert_eq!((without.exp, without.tolerances), (None, Tolerances::NONE));
    let null = bent(&eu(), 4, Some(Value::Null)).unwrap();
    assert_eq!((null.exp, null.tolerances), (None, [Tolerance::NullField].into_iter().collect()));
    assert_eq!(bent(&eu(), 1, None).unwrap().iss, None);
    let spaced = bent(&eu(), 1, Some(text(" VN"))).unwrap();
    assert_eq!((spaced.iss.as_deref(), spaced.tolerances.contains(Tolerance::WhitespaceTrimmed)), (Some("VN"), true));
    assert_eq!(bent(&eu(), 1, Some(int(84))), Err(Error::Claim { claim: 1 }));
}

#[test]
fn a_status_is_referred_to_in_one_way() {
    let short = Reference::Ours { list: 3, index: 1_048_575 };
    let named = Reference::Named { uri: "https://status.example/1".into(), index: 7 };
    for claims in [eu(), national()] {
        let plain = claims.encode().unwrap();
        for reference in [&short, &named] {
            let claims = claims.clone().with_status(reference.clone());
            assert_eq!(Claims::decode(&claims.encode().unwrap()), Ok(claims));
        }
        let longer = claims.clone().with_status(short.clone()).encode().unwrap().len() - plain.len();
        assert_eq!(longer, 12, "bytes of the short form");
    }
    let array = |parts: &[i64]| Value::Array(parts.iter().map(|part| int(*part)).collect());
    let wrong = |claim| Err(Error::Claim { claim });
    for value in [array(&[1]), array(&[1, 2, 3]), array(&[1, -1]), int(1)] {
        assert_eq!(bent(&eu(), -65_537, Some(value.clone())), wrong(-65_537), "{value:?}");
        assert_eq!(bent(&eu(), 65_535, Some(value.clone())), wrong(65_535), "{value:?}");
        // A number for private use means something else elsewhere.
        let mut foreign = eu();
        foreign.iss = Some("XX".into());
        assert_eq!(bent(&foreign, -65_537, Some(value)), Ok(foreign));
    }
    let both = bent(&eu().with_status(named), -65_537, Some(array(&[1, 2])));
    assert_eq!(both, wrong(-65_537));
    let other = Value::Map(vec![(text("other_list"), int(1))]);
    assert_eq!(bent(&eu(), 65_535, Some(other)).unwrap().status, Some(Reference::Unknown));
    assert_eq!(bent(&eu(), 65_535, Some(Value::Map(Vec::new()))), wrong(65_535));
}

#[test]
fn other_claims_pass_unread() {
    let status = Value::Map(vec![(
        text("status_list"),
        Value::Map(vec![(text("idx"), int(7)), (text("uri"), text("https://"))]),
    )]);
    assert_eq!(bent(&eu(), 65_534, Some(status.clone())), Ok(eu()));
    assert_eq!(bent(&national(), 65_534, Some(status.clone())), Ok(national()));
    assert_eq!(bent(&eu(), i64::MIN, Some(status.clone())), Ok(eu()));
    let Value::Map(mut pairs) = cbor::decode(&eu().encode().unwrap(), &Limits::OURS).unwrap() else { panic!("a map") };
    pairs.extend([
        (text("vc"), status.clone()),
        (Value::Unsigned(u64::MAX), status.clone()),
        (Value::Bytes(vec![1]), status),
    ]);
    assert_eq!(Claims::decode(&encode(&Value::Map(pairs))), Ok(eu()));
}

#[test]
fn what_the_health_claim_must_hold() {
    let bent = |value: Value| bent(&eu(), HCERT_CLAIM, Some(value)).unwrap_err();
    let dcc = || cbor::decode(&dcc::tests::vaccination().encode().unwrap(), &Limits::OURS).unwrap();
    let domestic = || cbor::decode(&national::tests::certificate().encode().unwrap(), &Limits::OURS).unwrap();
    assert_eq!(bent(Value::Bytes(vec![1])), Error::Claim { claim: -260 });
    assert_eq!(bent(Value::Map(vec![])), Error::NoContent);
    assert_eq!(bent(Value::Map(vec![(text("1"), dcc())])), Error::NoContent);
    assert_eq!(bent(Value::Map(vec![(int(4), dcc())])), Error::UnsupportedContent { key: 4 });
    assert_eq!(bent(Value::Map(vec![(int(1), dcc()), (int(-84), domestic())])), Error::SeveralContents);
    assert_eq!(
        bent(Value::Map(vec![(int(1), Value::Null)])),
        Error::Dcc(dcc::Error::FieldType { field: "certificate" })
    );
    assert_eq!(super::tests::bent(&eu(), HCERT_CLAIM, None), Err(Error::NoContent));
    assert_eq!(Claims::decode(&[0x80]), Err(Error::NotClaims));
    assert_eq!(Claims::decode(&[]), Err(Error::Cbor(cbor::Error::Truncated { at: 0 })));
    let beside = Value::Map(vec![(int(1), dcc()), (int(5), text("shlink:/"))]);
    assert_eq!(super::tests::bent(&eu(), HCERT_CLAIM, Some(beside)), Ok(eu()));
}

#[test]
fn what_headers_need_forgiven() {
    let payload = eu().encode().unwrap();
    let message = |tags: &[u64], protected: Vec<(Value, Value)>, unprotected: Vec<(Value, Value)>| {
        let parts = vec![
            Value::Bytes(encode(&Value::Map(protected))),
            Value::Map(unprotected),
            Value::Bytes(payload.clone()),
            Value::Bytes(vec![7; 64]),
        ];
        let message = tags.iter().fold(Value::Array(parts), |inner, tag| Value::Tag(*tag, Box::new(inner)));
        open(&seal(&encode(&message))).unwrap().claims().unwrap().tolerances.iter().collect::<Vec<_>>()
    };
    let alg = || (int(1), int(alg::ES256));
    let kid = || (int(4), Value::Bytes(b"kid-kid-".to_vec()));
    assert_eq!(message(&[18], vec![alg(), kid()], vec![]), []);
    assert_eq!(message(&[], vec![alg(), kid()], vec![]), [Tolerance::UntaggedCose]);
    assert_eq!(message(&[18, 61], vec![alg(), kid()], vec![]), [Tolerance::CwtTag]);
    assert_eq!(message(&[18], vec![kid()], vec![alg()]), [Tolerance::AlgUnprotected]);
    assert_eq!(message(&[18], vec![alg()], vec![kid()]), [Tolerance::KidUnprotected]);
    assert_eq!(message(&[18], vec![alg(), kid()], vec![kid()]), [Tolerance::KidInBothHeaders]);
    assert_eq!(message(&[18], vec![alg(), (int(4), text("kid-kid-"))], vec![]), [Tolerance::TextKid]);
    let both = [Tolerance::KidUnprotected, Tolerance::TextKid];
    assert_eq!(message(&[18], vec![alg()], vec![(int(4), text("kid-kid-"))]), both);
}

/// RFC 8949 leaves these to the writer, so they are no deviation and have no name: the same claims, nothing noted.
#[test]
fn cbor_that_is_not_deterministic_passes() {
    let payload = eu().encode().unwrap();
    let reads_the_same = |what: &str, bent: &[u8]| {
        assert_ne!(bent, payload, "{what}");
        assert_ne!(cbor::validate(bent, &Limits::OURS), Ok(()), "{what}");
        assert_eq!(Claims::decode(bent), Ok(eu()), "{what}");
    };
    let replaced = |from: &[u8], to: &[u8]| {
        let at = payload.windows(from.len()).position(|window| window == from).unwrap();
        [&payload[..at], to, &payload[at + from.len()..]].concat()
    };
    reads_the_same("an integer longer than need be", &replaced(b"bdn\x02", b"bdn\x19\x00\x02"));
    reads_the_same("the key of a claim longer than need be", &replaced(b"\x01bVN", b"\x18\x01bVN"));
    reads_the_same("the length of a text longer than need be", &replaced(b"\x01bVN", b"\x01\x78\x02VN"));
    reads_the_same("the length of an array longer than need be", &replaced(b"av\x81", b"av\x98\x01"));
    reads_the_same("the length of a map longer than need be", &replaced(b"\xa4\x01", b"\xb8\x04\x01"));
    reads_the_same("a text in chunks", &replaced(b"\x01bVN", b"\x01\x7faVaN\xff"));
    reads_the_same("keys in another order", &replaced(b"bdn\x02bdtj2021-09-15", b"bdtj2021-09-15bdn\x02"));
    let mut open_map = [&[0xbf], &payload[1..]].concat();
    open_map.push(0xff);
    reads_the_same("a map of indefinite length", &open_map);
    let mut open_array = replaced(b"av\x81", b"av\x9f");
    let end = open_array.windows(4).position(|window| window == b"cdob").unwrap();
    open_array.insert(end, 0xff);
    reads_the_same("an array of indefinite length", &open_array);
}

#[test]
fn the_national_envelope_is_strict() {
    let payload = national().encode().unwrap();
    let refused = |message: &[u8]| open(&seal(message)).unwrap().claims().unwrap_err();
    let good = Unsigned::new(alg::EDDSA, *b"kid-kid-", payload.clone()).sign(&[7; 64]);
    assert_eq!(refused(&good[1..]), Error::National(national::Error::Tag));
    assert_eq!(refused(&[&[0xd8, 61], &good[..]].concat()), Error::National(national::Error::Tag));
    let sign = |alg: i64, kid: &[u8]| Unsigned::new(alg, kid, payload.clone()).sign(&[7; 64]);
    assert!(open(&seal(&sign(alg::ED25519, b"kid-kid-"))).unwrap().claims().is_ok());
    assert_eq!(refused(&sign(alg::ES256, b"kid-kid-")), Error::National(national::Error::Algorithm));
    assert_eq!(refused(&sign(alg::EDDSA, b"kid")), Error::National(national::Error::Kid));
    let message = |protected: &[u8], unprotected: Vec<(Value, Value)>| {
        let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
        let parts = vec![bytes(protected), Value::Map(unprotected), bytes(&payload), bytes(&[7; 64])];
        encode(&Value::Tag(18, Box::new(Value::Array(parts))))
    };
    let (alg, kid) = ((int(1), int(alg::EDDSA)), (int(4), Value::Bytes(b"kid-kid-".to_vec())));
    let header = encode(&Value::Map(vec![alg.clone(), kid.clone()]));
    assert_eq!(message(&header, vec![]), good, "the hand-made message is the same");
    for protected in [&[][..], &[0xa0]] {
        let unprotected = message(protected, vec![alg.clone(), kid.clone()]);
        assert_eq!(refused(&unprotected), Error::National(national::Error::Algorithm));
    }
    for label in [int(99), int(33), text("x")] {
        let more = message(&header, vec![(label.clone(), Value::Bytes(vec![1]))]);
        assert_eq!(refused(&more), Error::National(national::Error::Unprotected), "{label:?}");
    }
    // One encoding of the message, and one of its protected header.
    let broken = |error| Error::National(national::Error::Message(error));
    assert_eq!(refused(&[&[0xd8, 18], &good[1..]].concat()), broken(cbor::Error::NotShortest { at: 0 }));
    assert_eq!(refused(&[&[0xd2, 0x9f], &good[2..], &[0xff]].concat()), broken(cbor::Error::Indefinite { at: 1 }));
    let long = [&[0xb8, 2], &header[1..]].concat();
    assert_eq!(refused(&message(&long, vec![])), broken(cbor::Error::NotShortest { at: 0 }));
    let turned = [&[0xa2], &header[3..], &header[1..3]].concat();
    assert_eq!(refused(&message(&turned, vec![])), broken(cbor::Error::KeyOrder { at: 11 }));
}

#[test]
fn the_national_claims_are_strict() {
    let wrong = |claim| Err(Error::National(national::Error::Claim { claim }));
    for (claim, value, expected) in [
        (1, None, wrong(1)),
        (1, Some(text("LA")), wrong(1)),
        (1, Some(text(" VN")), Err(Error::National(national::Error::Unforgiven))),
        (4, Some(Value::Float(1_900_000_000.0)), Err(Error::National(national::Error::Unforgiven))),
        (4, None, wrong(4)),
        (4, Some(int(issued().0)), wrong(4)),
        (6, None, wrong(6)),
        (5, Some(int(2_000_000_000)), wrong(5)),
        (5, Some(int(issued().0)), Ok(())),
    ] {
        assert_eq!(bent(&national(), claim, value.clone()).map(drop), expected, "{claim} {value:?}");
    }
    let broken = |error| Err(Error::National(national::Error::Cbor(error)));
    let mut long_head = national().encode().unwrap();
    assert_eq!(long_head.remove(0), 0xa4);
    long_head.splice(0..0, [0xb8, 4]);
    assert_eq!(Claims::decode(&long_head), broken(cbor::Error::NotShortest { at: 0 }));
}

#[test]
fn what_is_not_sealed() {
    let claims = |change: fn(&mut Claims)| {
        let mut claims = eu();
        change(&mut claims);
        claims.encode()
    };
    assert_eq!(claims(|claims| claims.exp = None), Err(Error::Claim { claim: 4 }));
    assert_eq!(claims(|claims| claims.exp = claims.iat), Err(Error::Claim { claim: 4 }));
    assert_eq!(claims(|claims| claims.iat = None), Err(Error::Claim { claim: 6 }));
    assert_eq!(claims(|claims| claims.nbf = Some(UnixTime(-1))), Err(Error::Claim { claim: 5 }));
    for iss in [None, Some(""), Some("vn"), Some("VNM"), Some(" VN"), Some("Việt Nam")] {
        let unsaid = Claims { iss: iss.map(SmolStr::from), ..eu() };
        assert_eq!(unsaid.encode(), Err(Error::Claim { claim: 1 }), "{iss:?}");
    }
    let abroad = Claims { iss: Some("LA".into()), ..eu() };
    assert_eq!(abroad.encode().map(drop), Ok(()));
    let short = abroad.with_status(Reference::Ours { list: 1, index: 7 });
    assert_eq!(short.encode(), Err(Error::Claim { claim: -65_537 }), "read in certificates of VN only");
    let faulty = |claims: &mut Claims| {
        if let Content::EuDcc(certificate) = &mut claims.content {
            certificate.ver = SmolStr::default();
        }
    };
    assert_eq!(claims(faulty), Err(Error::DccFaults(vec![dcc::Fault::Pattern { field: "ver" }])));
    let mut abroad = national();
    abroad.iss = Some("LA".into());
    assert_eq!(abroad.encode(), Err(Error::National(national::Error::Claim { claim: 1 })));
}

fn claims() -> impl Strategy<Value = Claims> {
    let content = prop_oneof![
        dcc::tests::certificates().prop_map(Content::from),
        national::tests::certificates().prop_map(Content::from),
    ];
    (content, 0..2_000_000_000_i64, 1..2_000_000_000_i64, any::<bool>()).prop_map(|(content, iat, life, starts)| {
        Claims {
            nbf: starts.then_some(UnixTime(iat)),
            ..Claims::new("VN", UnixTime(iat), UnixTime(iat + life), content)
        }
    })
}

proptest! {
    #[test]
    fn there_and_back(claims in claims()) {
        let payload = claims.encode().unwrap();
        prop_assert_eq!(cbor::validate(&payload, &Limits::OURS), Ok(()));
        prop_assert_eq!(Claims::decode(&payload), Ok(claims.clone()));
        let alg = if matches!(claims.content, Content::National(_)) { alg::EDDSA } else { alg::ES256 };
        prop_assert_eq!(open(&text_of(alg, &payload)).unwrap().claims(), Ok(claims));
    }

    #[test]
    fn bent_payloads_are_read_or_refused(claims in claims(), place: prop::sample::Index, with: u8) {
        let mut payload = claims.encode().unwrap();
        let place = place.index(payload.len());
        payload[place] = with;
        if let Ok(read) = Claims::decode(&payload)
            && matches!(read.content, Content::National(_))
        {
            prop_assert_eq!(read.encode().unwrap().len(), payload.len());
        }
    }

    #[test]
    fn no_text_panics(text in "(HC1:)?[0-9A-Z $%*+./:-]{0,200}") {
        let _ = open(&text);
    }

    #[test]
    fn no_message_panics(message: Vec<u8>) {
        let _ = open(&seal(&message)).map(|opened| opened.claims());
    }
}
