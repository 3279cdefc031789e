//! Keys of others on the user's word: the key set of an issuer of SMART Health Cards, and a state's passport authority.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

const AT: &str = "2026-11-23T07:00:00Z";

fn check(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_verifier")).arg("check").args(arguments).output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    (output.status.code(), out + &err)
}

fn reason(arguments: &[&str]) -> String {
    let (_, said) = check(&[&["--json", "--at", AT], arguments].concat());
    let verdict: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"));
    verdict["reason"].as_str().unwrap().to_owned()
}

fn file(name: &str, text: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("imported-{name}"));
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_card_is_checked_by_the_keys_of_its_issuer() {
    let vectors: Value = serde_json::from_str(include_str!("../../specs/vectors/shc.json")).unwrap();
    let (iss, text) = (vectors["issuer"].as_str().unwrap(), vectors["cases"][0]["text"].as_str().unwrap());
    let mut weak = vectors["key"].clone();
    weak["use"] = json!("enc");
    let jwks = file("jwks.json", &json!({ "keys": [vectors["key"], weak] }).to_string());
    let (code, said) = check(&["--at", AT, "--jwks", &format!("{iss}={jwks}"), text]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("a key is refused") && said.contains("not for signatures by ES256"), "{said}");
    // Of another issuer the same key says nothing.
    let jwks = file("one.json", &json!({ "keys": [vectors["key"]] }).to_string());
    assert_eq!(reason(&["--jwks", &format!("{iss}={jwks}"), text]), "valid");
    assert_eq!(reason(&["--jwks", &format!("https://example.org={jwks}"), text]), "signer-unknown");
    let none = file("none.json", &json!({ "keys": [weak] }).to_string());
    for arguments in [format!("{iss}={none}"), format!("did:web:example.org={jwks}"), jwks] {
        let (code, said) = check(&["--jwks", &arguments, text]);
        assert_eq!(code, Some(64), "{said}");
    }
}

#[test]
fn a_seal_is_checked_by_the_authority_of_its_state() {
    let vectors: Value = serde_json::from_str(include_str!("../../specs/vectors/vds-nc.json")).unwrap();
    let text = vectors["cases"][0]["text"].as_str().unwrap();
    let csca = file("csca.pem", vectors["csca"].as_str().unwrap());
    // The signatures are good; Utopia, whose seal it is, is no country, so no authority may speak for it.
    assert_eq!(reason(&["--csca", &csca, text]), "signer-purpose");
    let (_, said) = check(&["--json", "--at", AT, "--csca", &csca, text]);
    let verdict: Value = serde_json::from_str(&said).unwrap();
    let signature = verdict["checks"].as_array().unwrap().iter().find(|check| check["step"] == "signature").unwrap();
    assert_eq!(signature["ok"], true);
    assert_eq!(reason(&[text]), "trust-list-missing");
}
