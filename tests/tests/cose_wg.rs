//! The examples of the COSE working group (sign1, ECDSA, EdDSA, RSA-PSS, CWT), on both back ends.
//!
//! COSE_Sign1 goes through the parser, and the header's algorithm must be one that the key does. Of COSE_Sign (many signers),
//! which our parser must refuse, the signatures are checked over the to-be-signed bytes that the example gives. MACs and
//! encrypted messages must be refused.
#![expect(clippy::unwrap_used, reason = "tests")]

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value as Json;
use specs::{
    cbor::{self, Value},
    cose,
};
use tests::{back_ends::both, exceptions::Exceptions, vectors};
use trust_list::{
    backend::Backend,
    key::{Curve, PublicKey},
};

#[test]
fn both_back_ends_agree() {
    both().into_iter().for_each(run);
}

fn run(backend: &dyn Backend) {
    let Some(folder) = vectors::folder("cose") else { return };
    let mut exceptions = Exceptions::of("cose-wg");
    for path in vectors::files(&folder, "json") {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
        let example: Json = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let message = hex::decode(example["output"]["cbor"].as_str().unwrap()).unwrap();
        let input = &example["input"];
        if input.get("sign0").is_some() {
            let expected = example["fail"] != true;
            let outcome = sign1(backend, &input["sign0"], &message);
            exceptions.case(&name, outcome.is_ok() == expected, format!("{outcome:?}, expected {expected}"));
        } else if input.get("sign").is_some() {
            assert_eq!(cose::parse(&message), Err(cose::Error::Tag { tag: 98 }), "{name}");
            for (at, outcome) in many_signers(backend, &example, &message).into_iter().enumerate() {
                exceptions.case(&format!("{name}#{at}"), outcome.is_ok(), format!("{outcome:?}"));
            }
        } else {
            let tag = if input.get("mac0").is_some() { 17 } else { 16 };
            assert_eq!(cose::parse(&message), Err(cose::Error::Tag { tag }), "{name}");
            exceptions.case(&name, true, "");
        }
    }
    exceptions.finish(&format!("COSE working group, {} back end", backend.name()));
}

fn sign1(backend: &dyn Backend, input: &Json, message: &[u8]) -> Result<(), String> {
    let message = cose::parse(message).map_err(|error| error.to_string())?;
    let key = key(&input["key"])?;
    let algorithm = message.alg.ok_or("no algorithm in the header")?.value;
    if !key.algorithm().cose_ids().contains(&algorithm) {
        return Err(format!("the header says algorithm {algorithm}, the key does {}", key.algorithm().name()));
    }
    let external = input.get("external").map_or(Ok(Vec::new()), |text| hex::decode(text.as_str().unwrap())).unwrap();
    verify(backend, &key, &message.to_be_signed(&external), message.signature)
}

fn many_signers(backend: &dyn Backend, example: &Json, message: &[u8]) -> Vec<Result<(), String>> {
    let Value::Tag(98, body) = cbor::decode(message, &cbor::Limits::FOREIGN).unwrap() else {
        panic!("not a COSE_Sign")
    };
    let Value::Array(parts) = *body else { panic!("not an array") };
    let Value::Array(signers) = &parts[3] else { panic!("no signers") };
    let inputs = example["input"]["sign"]["signers"].as_array().unwrap();
    let signed = example["intermediates"]["signers"].as_array().unwrap();
    assert_eq!((signers.len(), inputs.len()), (signed.len(), signed.len()));
    let checks = signers.iter().zip(inputs).zip(signed).map(|((signer, input), signed)| {
        let Value::Array(fields) = signer else { panic!("not a signer") };
        let Value::Bytes(signature) = &fields[2] else { panic!("no signature") };
        let message = hex::decode(signed["ToBeSign_hex"].as_str().unwrap()).unwrap();
        verify(backend, &key(&input["key"])?, &message, signature)
    });
    checks.collect()
}

fn verify(backend: &dyn Backend, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), String> {
    let prepared = backend.prepare(key).map_err(|error| error.to_string())?;
    if prepared.verify(message, signature) { Ok(()) } else { Err("the signature is not good".to_owned()) }
}

/// The key as the examples write it: like a JWK, each number in base64url or, with `_hex` after its name, in hex.
fn key(key: &Json) -> Result<PublicKey, String> {
    let number = |name: &str| match key.get(format!("{name}_hex")) {
        Some(text) => hex::decode(text.as_str().unwrap()).unwrap(),
        None => URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap(),
    };
    let found = match (key["kty"].as_str().unwrap(), key["crv"].as_str()) {
        ("EC", Some("P-256")) => PublicKey::from_coordinates(Curve::P256, &number("x"), &number("y")),
        ("EC", Some("P-384")) => PublicKey::from_coordinates(Curve::P384, &number("x"), &number("y")),
        ("OKP", Some("Ed25519")) => {
            let point = number("x").try_into().map_err(|_| "not 32 bytes")?;
            let key = PublicKey::Ed25519(point);
            key.check().map(|()| key)
        }
        ("RSA", None) => {
            let key = PublicKey::Rsa { modulus: number("n"), exponent: without_zeros(number("e")) };
            key.check().map(|()| key)
        }
        (kind, curve) => return Err(format!("keys of kind {kind} {curve:?} are not supported")),
    };
    found.map_err(|error| error.to_string())
}

fn without_zeros(number: Vec<u8>) -> Vec<u8> {
    number.into_iter().skip_while(|byte| *byte == 0).collect()
}
