//! Tests of the numeric form and properties over whole texts; each refusal has its vector in specs/vectors/shc.json.

use super::*;
use crate::jws::Header;
use proptest::prelude::*;
use serde_json::json;

fn claims() -> serde_json::Value {
    json!({
        "iss": "https://demo.example/shc", "nbf": 1_795_330_800.5,
        "vc": {
            "type": ["https://smarthealth.cards#health-card"],
            "credentialSubject": {
                "fhirVersion": "4.0.1",
                "fhirBundle": {
                    "resourceType": "Bundle", "type": "collection",
                    "entry": [{
                        "fullUrl": "resource:0",
                        "resource": {"resourceType": "Patient", "name": [{"family": "Trần"}], "birthDate": "1990"},
                    }],
                },
            },
        },
    })
}

fn signed(payload: &[u8]) -> String {
    let header = Header { alg: "ES256".into(), kid: Some("key".into()), zip: Some("DEF".into()) };
    jws::seal(&jws::to_be_signed(&header, &super::payload(payload)), &[7; 64])
}

#[test]
fn a_card_and_its_layers() {
    let jws = signed(claims().to_string().as_bytes());
    let texts = chunks(&jws);
    assert_eq!((texts.len(), &texts[0][..9]), (1, "shc:/5676"));
    let opened = open(&texts[0]).unwrap();
    assert_eq!((opened.alg(), opened.kid(), opened.signature()), ("ES256", "key", &[7; 64][..]));
    assert_eq!(opened.to_be_signed(), jws.rsplit_once('.').unwrap().0.as_bytes());
    assert_eq!(opened.issuer(), Ok("https://demo.example/shc"));
    assert_eq!(serde_json::from_str::<serde_json::Value>(opened.json()).unwrap(), claims());
    let claims = opened.claims().unwrap();
    assert_eq!((claims.nbf.0, claims.exp, claims.rid), (1_795_330_800, None, None));
    assert_eq!(claims.bundle.patient.family.as_deref(), Some("Trần"));
    assert_eq!(open(&jws), open(&texts[0]));
}

#[test]
fn what_is_missing_is_said_so_that_it_can_be_asked_for() {
    let jws = "a".repeat(4_000);
    let texts = chunks(&jws);
    assert_eq!(texts.len(), 4);
    assert!(texts.iter().all(|text| text.len() <= "shc:/1/4/".len() + 2 * CHUNK_CHARS));
    assert_eq!(open(&texts[2]), Err(Error::ChunksMissing { count: 4, missing: vec![1, 2, 4] }));
    let some = [&*texts[3], &*texts[0]];
    assert_eq!(join(some), Err(Error::ChunksMissing { count: 4, missing: vec![2, 3] }));
    assert_eq!(join(texts.iter().rev().map(String::as_str)), Ok(jws));
    assert_eq!(join([&*texts[1], &*texts[1]]), Err(Error::ChunkTwice { index: 2 }));
    assert_eq!(join([&*texts[1], "shc:/1/3/45"]), Err(Error::MixedChunks));
    assert_eq!(join([]), Err(Error::Prefix));
}

#[test]
fn a_file_of_several_cards_is_taken_apart_first() {
    let jws = signed(claims().to_string().as_bytes());
    let file = json!({"verifiableCredential": [jws, jws]}).to_string();
    assert_eq!(open(&file), Err(Error::Cards { count: 2 }));
    assert_eq!(cards(&file), Ok(vec![jws.clone(), jws]));
}

#[test]
fn the_bound_of_a_payload() {
    let text = |spaces: usize| signed(format!("{}{}", claims(), " ".repeat(spaces)).as_bytes());
    let room = MAX_INFLATED - claims().to_string().len();
    assert!(open(&text(room)).is_ok());
    assert_eq!(open(&text(room + 1)), Err(Error::Deflate(zlib::Error::TooLong)));
}

proptest! {
    #[test]
    fn digits_there_and_back(jws in "[A-Za-z0-9_.-]{1,6000}") {
        prop_assert_eq!(join(chunks(&jws).iter().map(String::as_str)), Ok(jws));
    }

    #[test]
    fn no_text_panics(text in "(shc:/)?([0-9/]{0,60}|\\PC{0,60})|eyJ[A-Za-z0-9_.-]{0,60}") {
        let _ = open(&text);
    }

    #[test]
    fn no_payload_panics(payload: Vec<u8>) {
        let _ = open(&signed(&payload)).and_then(|opened| opened.claims());
    }

    #[test]
    fn no_bent_claims_panic(place: prop::sample::Index, with in "[\\[\\]{}\",:0-9a-z]{0,3}") {
        let mut text = claims().to_string();
        let place = place.index(text.len());
        if text.is_char_boundary(place) {
            text.insert_str(place, &with);
        }
        let _ = open(&signed(text.as_bytes())).and_then(|opened| opened.claims());
    }
}
