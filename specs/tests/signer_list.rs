//! The payloads of `vectors/signer-list.json`, which a script made that shares no code with this crate.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use specs::signer_list::{Environment, KeyData, Profiles, Purposes, SignerEntry, SignerList};
use specs::time::UnixTime;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/signer-list.json")).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn time(value: &Value) -> UnixTime {
    UnixTime(value.as_i64().unwrap())
}

fn bits(value: &Value) -> u8 {
    value.as_u64().unwrap().try_into().unwrap()
}

fn key(value: &Value) -> KeyData {
    let part = |index: usize| bytes(&value["parts"][index]);
    match value["kind"].as_str().unwrap() {
        "ed25519" => KeyData::Ed25519(part(0).try_into().unwrap()),
        "p256" => KeyData::P256(part(0).try_into().unwrap()),
        "p384" => KeyData::P384(part(0).try_into().unwrap()),
        "rsa" => KeyData::Rsa { n: part(0), e: part(1) },
        other => panic!("{other}"),
    }
}

fn list(content: &Value) -> SignerList {
    let signer = |value: &Value| SignerEntry {
        kid: bytes(&value["kid"]).try_into().unwrap(),
        country: text(&value["country"]),
        purposes: Purposes::from_bits(bits(&value["purposes"])).unwrap(),
        profiles: Profiles::from_bits(bits(&value["profiles"])).unwrap(),
        not_before: time(&value["not_before"]),
        not_after: time(&value["not_after"]),
        key: key(&value["key"]),
        name: text(&value["name"]),
        issuer: value["issuer"].as_str().map(str::to_owned),
    };
    SignerList {
        issuer: text(&content["issuer"]),
        sequence: content["sequence"].as_u64().unwrap(),
        issued: time(&content["issued"]),
        next_update: time(&content["next_update"]),
        environment: if content["environment"] == "demo" { Environment::Demo } else { Environment::Production },
        signers: content["signers"].as_array().unwrap().iter().map(signer).collect(),
        revocation: content["revocation"].as_str().map(|hex| hex::decode(hex).unwrap()),
        rules: content["rules"].as_str().map(|hex| hex::decode(hex).unwrap()),
        value_sets: content["value_sets"].as_str().map(|hex| hex::decode(hex).unwrap()),
    }
}

#[test]
fn good_payloads_are_read_and_written_to_the_byte() {
    for case in vectors()["good"].as_array().unwrap() {
        let (payload, expected) = (bytes(&case["payload"]), list(&case["content"]));
        assert_eq!(SignerList::decode(&payload).as_ref(), Ok(&expected), "{}", case["name"]);
        assert_eq!(expected.encode(), Ok(payload), "{}", case["name"]);
    }
}

#[test]
fn bad_payloads_are_refused_with_their_code() {
    for case in vectors()["bad"].as_array().unwrap() {
        let found = SignerList::decode(&bytes(&case["payload"])).map_err(|error| error.code());
        assert_eq!(found, Err(case["error"].as_str().unwrap()), "{}", case["name"]);
    }
}
