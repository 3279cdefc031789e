//! The examples of SD-CWT (draft-ietf-spice-sd-cwt): that our COSE and CBOR read them, that the issuer's signature is good,
//! and that a digest is over the disclosure with its byte-string head, not over the array in it. Selectively disclosable
//! certificates are neither issued nor verified here yet.
#![expect(clippy::unwrap_used, reason = "tests")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use specs::cbor::{self, Limits, Value};
use specs::cose;
use tests::back_ends::both;
use trust_list::key::PublicKey;

/// The simple value under which a map keeps the digests of what was taken out of it.
const REDACTED_KEYS: u8 = 59;
/// The tag around the digest of an element that was taken out of an array.
const REDACTED_ELEMENT: u64 = 60;
/// The header with the disclosures.
const SD_CLAIMS: u64 = 17;

fn public_key(pem: &str) -> PublicKey {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    PublicKey::from_spki(&STANDARD.decode(base64).unwrap()).unwrap()
}

/// The unprotected header of a tagged message.
fn disclosures(message: &[u8]) -> Vec<Vec<u8>> {
    let Value::Tag(18, message) = cbor::decode(message, &Limits::FOREIGN).unwrap() else { panic!("tag 18") };
    let Value::Array(parts) = *message else { panic!("four parts") };
    let Value::Map(unprotected) = &parts[1] else { panic!("a header") };
    let of = |pairs: &[(Value, Value)]| {
        pairs.iter().find_map(|(key, value)| match (key, value) {
            (Value::Unsigned(SD_CLAIMS), Value::Array(items)) => Some(items.clone()),
            _ => None,
        })
    };
    let items = of(unprotected).unwrap_or_default();
    items.into_iter().map(|item| if let Value::Bytes(bytes) = item { bytes } else { panic!("a disclosure") }).collect()
}

/// All digests in a value, also in what its disclosures bring to light.
fn digests(value: &Value, found: &mut Vec<Vec<u8>>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| digests(item, found)),
        Value::Tag(REDACTED_ELEMENT, digest) => {
            if let Value::Bytes(digest) = &**digest {
                found.push(digest.clone());
            }
        }
        Value::Tag(_, inner) => digests(inner, found),
        Value::Map(pairs) => {
            for (key, value) in pairs {
                match (key, value) {
                    (Value::Simple(REDACTED_KEYS), Value::Array(all)) => {
                        all.iter().for_each(|one| {
                            if let Value::Bytes(digest) = one {
                                found.push(digest.clone())
                            }
                        });
                    }
                    _ => digests(value, found),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn every_disclosure_has_its_digest_and_the_signature_is_good() {
    let Some(folder) = tests::vectors::folder("sd-cwt") else { return };
    let key = public_key(&std::fs::read_to_string(folder.join("issuer_pubkey.pem")).unwrap());
    let mut count = 0;
    for name in ["issuer_cwt", "nested_issuer_cwt"] {
        let bytes = std::fs::read(folder.join(format!("examples/{name}.cbor"))).unwrap();
        let message = cose::parse(&bytes).unwrap();
        assert_eq!(message.alg.unwrap().value, cose::alg::ES384, "{name}");
        for backend in both() {
            let prepared = backend.prepare(&key).unwrap();
            assert!(prepared.verify(&message.to_be_signed(&[]), message.signature), "{name}, {}", backend.name());
        }
        let disclosures = disclosures(&bytes);
        let mut known = Vec::new();
        digests(&cbor::decode(message.payload, &Limits::FOREIGN).unwrap(), &mut known);
        for disclosure in &disclosures {
            digests(&cbor::decode(disclosure, &Limits::FOREIGN).unwrap(), &mut known);
        }
        for disclosure in &disclosures {
            let wrapped = cbor::encode(&Value::Bytes(disclosure.clone()));
            assert!(known.contains(&Sha256::digest(&wrapped).to_vec()), "{name}: {}", hex::encode(disclosure));
            assert!(!known.contains(&Sha256::digest(disclosure).to_vec()), "{name}: the array alone is not hashed");
            count += 1;
        }
    }
    println!("{count} disclosures have their digest");
    assert!(count >= 10, "{count}");
}
