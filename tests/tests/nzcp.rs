//! The official test data of the New Zealand COVID Pass (`vectors/nzcp`), with its signatures. The clock is pinned: the
//! pass that was "not active" when it was made is active since 2026-11-02.
#![expect(clippy::unwrap_used, reason = "tests")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;
use specs::hcert::Content;
use specs::nzcp::{self, Opened};
use specs::time::UnixTime;
use tests::back_ends::both;
use tests::vectors;
use trust_list::key::{Curve, PublicKey};

/// 2021-12-01, when the test data was new.
const THEN: &str = "2021-12-01T00:00:00Z";

#[test]
fn the_official_passes_come_out_as_their_names_say() {
    let Some(folder) = vectors::folder("nzcp") else { return };
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap().trim().to_owned();
    let did: Json = serde_json::from_str(&text("valid/did.json")).unwrap();
    let then = UnixTime::from_rfc3339(THEN).unwrap();
    let mut run = 0;
    for (name, key_known, signature_good, in_force) in [
        ("valid/nzcp.txt", true, true, true),
        ("invalid/nzcp-bad-public-key.txt", true, false, true),
        ("invalid/nzcp-modified-payload.txt", true, false, true),
        ("invalid/nzcp-modified-sig.txt", true, false, true),
        ("invalid/nzcp-expired-payload.txt", true, true, false),
        ("invalid/nzcp-notactive-payload.txt", true, true, false),
        ("invalid/nzcp-not-associated-public-key.txt", false, false, true),
    ] {
        let opened = nzcp::open(&text(name)).unwrap();
        let claims = opened.claims().unwrap();
        let iss = claims.iss.as_deref().unwrap();
        let url = nzcp::key_url(iss, &opened.sign1()).unwrap();
        let key = key(&did, &url);
        assert_eq!(key.is_some(), key_known, "{name}: {url}");
        assert_eq!(key.is_some_and(|key| signed(&opened, &key)), signature_good, "{name}");
        let (from, until) = (claims.nbf.unwrap(), claims.exp.unwrap());
        assert_eq!((from..=until).contains(&then), in_force, "{name}: {from} to {until}");
        run += 1;
    }
    println!("{run} passes of the official test data");
}

#[test]
fn the_valid_pass_says_what_its_json_says() {
    let Some(folder) = vectors::folder("nzcp") else { return };
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let expected: Json = serde_json::from_str(&text("valid/nzcp.json")).unwrap();
    let claims = nzcp::open(text("valid/nzcp.txt").trim()).unwrap().claims().unwrap();
    assert_eq!(claims.iss.as_deref(), expected["iss"].as_str());
    assert_eq!(claims.nbf.map(|time| time.0), expected["nbf"].as_i64());
    assert_eq!(claims.exp.map(|time| time.0), expected["exp"].as_i64());
    let Content::Nzcp(pass) = claims.content else { panic!("a pass") };
    let subject = &expected["vc"]["credentialSubject"];
    assert_eq!(Some(pass.id.as_str()), expected["jti"].as_str());
    assert_eq!(Some(pass.given_name.as_str()), subject["givenName"].as_str());
    assert_eq!(pass.family_name.as_deref(), subject["familyName"].as_str());
    assert_eq!(Some(pass.birth_date.to_string().as_str()), subject["dob"].as_str());
}

/// The key of that DID URL, if the document lets it assert.
fn key(did: &Json, url: &str) -> Option<PublicKey> {
    let may = did["assertionMethod"].as_array().unwrap().iter().any(|method| method == url);
    let method = did["verificationMethod"].as_array().unwrap().iter().find(|method| method["id"] == url)?;
    let part = |name: &str| URL_SAFE_NO_PAD.decode(method["publicKeyJwk"][name].as_str().unwrap()).unwrap();
    may.then(|| PublicKey::from_coordinates(Curve::P256, &part("x"), &part("y")).unwrap())
}

fn signed(opened: &Opened, key: &PublicKey) -> bool {
    let message = opened.sign1();
    let found =
        both().map(|backend| backend.prepare(key).unwrap().verify(&message.to_be_signed(&[]), message.signature));
    assert_eq!(found[0], found[1], "both back ends agree");
    found[0]
}
