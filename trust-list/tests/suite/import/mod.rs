//! Lists of others, clean and dirty: what is taken, and that each entry that is not names its reason.

mod certificates;
mod keys;
mod value_sets;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use specs::json;
use trust_list::Error;
use trust_list::backend::portable;
use trust_list::import::{Imported, LIMITS, eu_gateway, gdhcn, icao, nzcp, shc};

use crate::made::now;

/// The base64 that JSON has of bytes.
fn standard(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[track_caller]
fn refused(imported: &Imported) -> &Error {
    assert_eq!(imported.entries, []);
    let [(_, error)] = imported.refused.as_slice() else { panic!("{imported:?}") };
    error
}

type Read = fn(&[u8]) -> Result<Imported, Error>;

const READERS: [Read; 6] = [
    |bytes| eu_gateway::read(bytes, now(), portable()),
    |bytes| gdhcn::read(bytes, now(), portable()),
    |bytes| shc::directory(bytes, now(), portable()),
    |bytes| shc::jwks("https://example.org", bytes, now(), portable()),
    |bytes| nzcp::read(bytes, now(), portable()),
    |bytes| icao::read(bytes, now(), portable()),
];

#[test]
fn what_is_no_such_list_is_refused_as_a_whole() {
    for read in READERS {
        for bytes in [&b""[..], b"{}", b"7", b"{\"keys\": 1}", b"[", &[0x30, 0x80], &[0xff; 40]] {
            assert!(read(bytes).map_or(true, |found| found.entries.is_empty()), "{bytes:?}");
        }
    }
    let long = vec![b' '; LIMITS.bytes + 1];
    let too_long = Error::SourceJson(json::Error::TooLong { length: long.len(), most: LIMITS.bytes });
    for read in &READERS[..5] {
        assert_eq!(read(&long), Err(too_long.clone()));
    }
    assert_eq!(icao::read(&long, now(), portable()), Err(Error::SourceForm { detail: "it is too large" }));
    assert_eq!(
        eu_gateway::read(b"{\"certificates\": {}}", now(), portable()),
        Err(Error::SourceForm { detail: "there is no array of certificates" })
    );
    assert_eq!(
        nzcp::read(b"{\"id\": \"did:key:z\"}", now(), portable()),
        Err(Error::SourceForm { detail: "it is not the document of a did:web" })
    );
}

/// JSON with the members that the readers look for, and anything in them.
fn documents() -> impl Strategy<Value = serde_json::Value> {
    const MEMBERS: [&str; 22] = [
        "certificates",
        "certificateType",
        "country",
        "kid",
        "rawData",
        "verificationMethod",
        "id",
        "publicKeyJwk",
        "x5c",
        "kty",
        "crv",
        "x",
        "y",
        "use",
        "alg",
        "keys",
        "issuerInfo",
        "issuer",
        "iss",
        "crls",
        "assertionMethod",
        "controller",
    ];
    let texts = prop_oneof![
        Just("DSC".to_owned()),
        Just("EC".to_owned()),
        Just("P-256".to_owned()),
        Just("sig".to_owned()),
        Just("ES256".to_owned()),
        Just("did:web:a:DCC:FRA:DSC#AAAAAAAAAAA=".to_owned()),
        Just("https://example.org".to_owned()),
        Just("AQAB".to_owned()),
        "\\PC{0,20}",
    ];
    let leaf =
        prop_oneof![Just(serde_json::Value::Null), any::<i64>().prop_map(Into::into), texts.prop_map(Into::into)];
    leaf.prop_recursive(5, 60, 8, |inner| {
        let member = proptest::sample::select(MEMBERS.as_slice()).prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::Array),
            proptest::collection::hash_map(member, inner, 0..8)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_panics_on_any_bytes(bytes: Vec<u8>) {
        for read in READERS {
            let _ = read(&bytes);
        }
    }

    #[test]
    fn nothing_panics_on_any_document(document in documents()) {
        let bytes = serde_json::to_vec(&document).unwrap();
        for read in READERS {
            let _ = read(&bytes);
        }
    }
}
