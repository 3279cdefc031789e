//! Numbers, renewal, rollback, and that both forms of the list say the same.

use josekit::jws::JwsHeader;
use serde_json::Value;

use super::*;
use crate::keys::passphrase::Passphrase;
use crate::testing::{Held, NOW};

fn publish_at(held: &Held, out: &Path, at: UnixTime) -> Result<Published, Error> {
    let keyring = held.keyring();
    let key = keyring.key(&keyring.list_signer, &held.passphrase).unwrap();
    publish(&keyring, &key, out, &BTreeSet::new(), at, VALID_DAYS)
}

#[test]
fn numbers_rise_wherever_the_list_is_put() {
    let held = Held::new();
    let (one, two) = (held.folder.path().join("one"), held.folder.path().join("two"));
    for (expected, out) in [(1, &one), (2, &one), (3, &two), (4, &one)] {
        assert_eq!(publish_at(&held, out, NOW).unwrap().list.sequence(), expected);
    }
    let read = read(&held.keyring(), &one, NOW).unwrap().unwrap();
    assert_eq!(read.list.sequence(), 4);
    assert_eq!(read.list.next_update(), NOW.plus_days(14));
    // The last number was lost, but the list that lies there is known.
    std::fs::remove_file(held.keys.join(SEQUENCE_FILE)).unwrap();
    assert_eq!(publish_at(&held, &one, NOW).unwrap().list.sequence(), 5);
}

#[test]
fn a_clock_that_was_set_back_publishes_nothing() {
    let held = Held::new();
    let out = held.folder.path().join("out");
    publish_at(&held, &out, NOW.plus_seconds(60)).unwrap();
    let before = std::fs::read(out.join(COSE_FILE)).unwrap();
    let refused = publish_at(&held, &out, NOW).unwrap_err();
    let (at, issued) = (NOW, NOW.plus_seconds(60));
    assert_eq!(refused, Error::Refused(trust_list::Error::ClockBeforeIssue { at, issued }));
    assert_eq!(std::fs::read(out.join(COSE_FILE)).unwrap(), before);
}

#[test]
fn another_issuers_list_is_not_replaced() {
    let (held, other) = (Held::new(), Held::new());
    let out = held.folder.path().join("out");
    publish_at(&other, &out, NOW).unwrap();
    assert!(matches!(publish_at(&held, &out, NOW), Err(Error::Refused(_))));
}

#[test]
fn a_document_signer_that_does_not_lead_to_the_root_gets_into_no_list() {
    let (held, other) = (Held::new(), Held::new());
    let out = held.folder.path().join("out");
    let first = publish_at(&held, &out, NOW).unwrap();
    let place = held.keys.join("dsc-eu-dcc.pem");
    // Signed by the authority of the same name of another ceremony; signed by itself, the root's own certificate.
    for foreign in [other.keys.join("dsc-eu-dcc.pem"), held.keys.join("root.pem")] {
        std::fs::copy(&foreign, &place).unwrap();
        let refused = publish_at(&held, &out, NOW).unwrap_err();
        assert!(matches!(&refused, Error::Keys(keys::Error::Folder { path, .. }) if *path == place), "{refused}");
        let keyring = held.keyring();
        let key = keyring.key(&keyring.list_signer, &held.passphrase).unwrap();
        let bundle = crate::bundle::publish(&keyring, &key, &out.join("bundle.cose"), Default::default(), NOW, 7);
        assert_eq!(bundle.unwrap_err(), refused);
    }
    assert_eq!(read(&held.keyring(), &out, NOW).unwrap().unwrap().cose, first.cose);
    assert!(!out.join("bundle.cose").exists());
}

#[test]
fn a_document_signer_whose_time_begins_later_is_listed_before_it_does() {
    let held = Held::new();
    let begins = held.keyring().document_signers[0].certificate.not_before();
    let early = begins.plus_days(-1);
    assert_eq!(held.keyring().check_document_signers(early), Ok(()));
}

#[test]
fn the_jws_holds_and_says_what_the_cose_list_says() {
    let held = Held::new();
    let published = publish_at(&held, &held.folder.path().join("out"), NOW).unwrap();
    let KeyParts { der, chain } = key_parts(&held);
    let verifier = josekit::jws::EdDSA.verifier_from_der(der).unwrap();
    let (payload, header) = josekit::jws::deserialize_compact(&published.jws, &verifier).unwrap();
    check_header(&header, &chain);
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(payload, crate::jws::payload(published.list.content()));
    assert_eq!(payload["sequence"], 1);
    assert_eq!(payload["environment"], "demo");
    let keys = payload["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    let national = keys.iter().find(|key| key["alg"] == "EdDSA").unwrap();
    assert_eq!((&national["kty"], &national["crv"]), (&Value::from("OKP"), &Value::from("Ed25519")));
    assert_eq!(national["profiles"], serde_json::json!(["national"]));
    assert_eq!(national["purposes"], serde_json::json!(["vaccination"]));
    let eu = keys.iter().find(|key| key["alg"] == "ES256").unwrap();
    assert_eq!(eu["profiles"], serde_json::json!(["dcc"]));
    josekit::jws::ES256.verifier_from_jwk(&serde_json::from_value(eu.clone()).unwrap()).unwrap();

    assert!(crate::jws::says(&published.jws, &published.list));
    let next = publish_at(&held, &held.folder.path().join("out"), NOW).unwrap();
    assert!(!crate::jws::says(&published.jws, &next.list), "the list before");
    for bent in ["", ".", "..", &published.jws[1..], &next.jws.replace('.', "..")] {
        assert!(!crate::jws::says(bent, &next.list), "{bent}");
    }
    let mut forged = published.jws.clone();
    forged.replace_range(forged.len() - 4.., "AAAA");
    assert!(josekit::jws::deserialize_compact(&forged, &verifier).is_err());
    assert!(!crate::jws::says(&forged, &published.list));
}

#[test]
fn a_list_promises_nothing_beyond_its_signers_last_second() {
    let held = Held::made(NOW, 5, Passphrase::random().unwrap());
    let signer_ends = held.keyring().list_signer.certificate.not_after();
    assert_eq!(signer_ends, NOW.plus_days(5));
    let out = held.folder.path().join("out");
    assert_eq!(publish_at(&held, &out, NOW).unwrap().list.next_update(), signer_ends);
    let shorter = NOW.plus_days(4);
    assert_eq!(publish_at(&held, &out, shorter).unwrap().list.next_update(), signer_ends);
    let ended = publish_at(&held, &out, NOW.plus_days(6)).unwrap_err();
    assert!(matches!(ended, Error::Refused(trust_list::Error::Expired { .. })), "{ended}");
}

#[test]
fn half_of_the_time_makes_a_list_due() {
    let next = NOW.plus_days(14);
    assert!(!is_due(NOW, next, NOW.plus_days(6)));
    assert!(is_due(NOW, next, NOW.plus_days(7)));
}

struct KeyParts {
    der: Vec<u8>,
    chain: Vec<Vec<u8>>,
}

fn key_parts(held: &Held) -> KeyParts {
    let keyring = held.keyring();
    let signer = keyring.list_signer.certificate;
    let specs::signer_list::KeyData::Ed25519(raw) = signer.key().to_key_data() else { panic!("an Ed25519 key") };
    // SubjectPublicKeyInfo of an Ed25519 key (RFC 8410, 4).
    let der = [hex::decode("302a300506032b6570032100").unwrap(), raw.to_vec()].concat();
    KeyParts { der, chain: vec![signer.der().to_vec(), keyring.signing_ca.der().to_vec()] }
}

fn check_header(header: &JwsHeader, chain: &[Vec<u8>]) {
    assert_eq!(header.x509_certificate_chain().unwrap(), chain);
    assert_eq!(header.token_type(), Some(crate::jws::TYPE));
    assert_eq!(header.algorithm(), Some("EdDSA"));
}
