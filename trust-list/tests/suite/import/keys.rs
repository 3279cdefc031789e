//! Lists of bare keys, each of an issuer: SMART Health Cards and New Zealand.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use specs::revocation::{CardList, Revocation, RevokedCards};
use specs::signer_list::{KeyData, Profiles, Purposes, SignerEntry};
use specs::time::UnixTime;
use trust_list::Error;
use trust_list::backend::portable;
use trust_list::import::{Imported, nzcp, shc};
use trust_list::signers::kid_of_url;

use super::refused;
use crate::made::{make, now, p256};

const ISS: &str = "https://health.example.org/cards";
const DID: &str = "did:web:nzcp.example.org";

/// A key, as a point and as a JWK with its thumbprint.
fn made() -> ([u8; 65], Value) {
    let KeyData::P256(point) = make("Key", p256(), None, |_| {}).certificate().key().to_key_data() else {
        panic!("P-256")
    };
    let [x, y] = [&point[1..33], &point[33..]].map(|number| URL_SAFE_NO_PAD.encode(number));
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(members));
    (point, json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y }))
}

fn expected(point: [u8; 65], jwk: &Value, name: &str) -> SignerEntry {
    let kid = URL_SAFE_NO_PAD.decode(jwk["kid"].as_str().unwrap()).unwrap();
    SignerEntry {
        kid: *kid.first_chunk().unwrap(),
        country: "ZZ".to_owned(),
        purposes: Purposes::ANY,
        profiles: Profiles::SHC,
        not_before: UnixTime(0),
        not_after: UnixTime::LAST,
        key: KeyData::P256(point),
        name: name.to_owned(),
        issuer: Some(ISS.to_owned()),
    }
}

fn jwks(iss: &str, keys: &[Value]) -> Imported {
    shc::jwks(iss, json!({ "keys": keys }).to_string().as_bytes(), now(), portable()).unwrap()
}

#[test]
fn a_key_set_and_a_directory_give_the_keys_of_their_issuer() {
    let (point, jwk) = made();
    assert_eq!(jwks(ISS, std::slice::from_ref(&jwk)).entries, [expected(point, &jwk, "")]);
    let directory = |crls: Value| {
        let listed = json!({ "issuer": { "iss": ISS, "name": "A clinic" }, "keys": [jwk], "crls": crls });
        let bytes = json!({ "directory": "https://example.org", "issuerInfo": [listed] }).to_string();
        shc::directory(bytes.as_bytes(), now(), portable()).unwrap()
    };
    for crls in [Value::Null, json!([]), json!([{ "kid": "another", "rids": ["MKyCxh7p6uQ"] }])] {
        assert_eq!(directory(crls).entries, [expected(point, &jwk, "A clinic")]);
    }
    let lists = Error::EntryForm { detail: "the list of its revoked cards cannot be read" };
    for crl in [json!({ "kid": jwk["kid"], "rids": ["MKyCxh7p6uQ"] }), json!({ "rids": "?" })] {
        assert_eq!(refused(&directory(json!([crl]))), &lists);
    }
    let keyless = json!({ "issuerInfo": [{ "issuer": { "iss": ISS } }] }).to_string();
    let found = shc::directory(keyless.as_bytes(), now(), portable()).unwrap();
    assert_eq!(refused(&found), &Error::EntryForm { detail: "the issuer has no keys" });
}

#[test]
fn what_is_known_of_revoked_cards_comes_with_the_keys() {
    let (point, jwk) = made();
    let kid = expected(point, &jwk, "").kid;
    let crl = |rids: Value| json!({ "kid": jwk["kid"], "method": "rid", "ctr": 3, "rids": rids });
    let cards = |version: Value, crls: Value| {
        let mut key = jwk.clone();
        key["crlVersion"] = version;
        let listed = json!({ "issuer": { "iss": ISS }, "keys": [key], "crls": crls });
        let found =
            shc::directory(json!({ "issuerInfo": [listed] }).to_string().as_bytes(), now(), portable()).unwrap();
        let mut revocation = Revocation::new();
        found.cards.into_iter().for_each(|list| revocation.add_cards(list));
        (found.refused, revocation)
    };
    let times = (now(), now().plus_days(shc::CARD_LIST_DAYS));
    let revoked = |text| RevokedCards::parse(text).unwrap();
    let mut held = Revocation::new();
    held.add_cards(CardList::fetched(ISS, kid, 3, times, vec![revoked("b"), revoked("a.1636977600")]));
    assert_eq!(cards(json!(3), json!([crl(json!(["a.1636977600", "b"]))])), (vec![], held.clone()));
    assert_eq!(cards(json!("3"), json!([crl(json!(["a.1636977600", "b"]))])), (vec![], held.clone()));
    held.add_cards(CardList::missing(ISS, kid, 4));
    assert_eq!(cards(json!(4), json!([crl(json!(["a.1636977600", "b"]))])), (vec![], held), "there is a newer one");
    let mut missing = Revocation::new();
    missing.add_cards(CardList::missing(ISS, kid, 1));
    assert_eq!(cards(json!(1), json!([])), (vec![], missing));
    let (found, _) = cards(json!(-1), json!([]));
    assert_eq!(found[0].1, Error::EntryForm { detail: "its crlVersion is no number" });
    for rid in [json!("a.b"), json!("?"), json!(7), json!("a.1.2"), json!(""), json!("a."), json!("x".repeat(25))] {
        let (found, revocation) = cards(json!(3), json!([crl(json!([rid, "b"]))]));
        assert_eq!(found[0].1, Error::EntryForm { detail: "the list of its revoked cards cannot be read" }, "{rid}");
        assert_eq!(revocation, Revocation::new());
    }
}

#[test]
fn a_list_of_revoked_cards_alone() {
    let (_, jwk) = made();
    let list =
        json!({ "kid": jwk["kid"], "method": "rid", "ctr": 1, "rids": ["vwAjHdarZuc.1687450765", "FKDIxsTCGlU"] });
    let read = |list: &Value| shc::revoked_cards(ISS, list.to_string().as_bytes(), now());
    let found = read(&list).unwrap();
    let held = found.held.unwrap();
    assert_eq!((found.newest, held.number, held.issued), (1, 1, now()));
    assert_eq!(
        held.revoked.iter().map(RevokedCards::text).collect::<Vec<_>>(),
        ["FKDIxsTCGlU", "vwAjHdarZuc.1687450765"]
    );
    let bent = |member: &str, value: Value| {
        let mut bent = list.clone();
        bent[member] = value;
        read(&bent).unwrap_err()
    };
    let field = |field| Error::CardsMalformed(specs::shc::Error::Field { field });
    assert_eq!(bent("method", json!("hash-fhir")), field("method"));
    assert_eq!(bent("ctr", json!(1.5)), field("ctr"));
    assert_eq!(bent("ctr", Value::Null), field("ctr"));
    assert_eq!(bent("rids", json!({})), field("rids"));
    assert_eq!(bent("rids", json!(["a b"])), field("rids"));
    assert_eq!(bent("kid", json!("AAAA")), Error::EntryForm { detail: "the list names no thumbprint of a key" });
    assert_eq!(bent("kid", Value::Null), field("kid"));
    let elsewhere = shc::revoked_cards("http://example.org", list.to_string().as_bytes(), now()).unwrap_err();
    assert_eq!(elsewhere.code(), "entry-refused");
    assert_eq!(shc::revoked_cards(ISS, b"[", now()).unwrap_err().code(), "card-list-malformed");
}

#[test]
fn keys_that_are_not_of_the_specification_are_refused() {
    let (_, jwk) = made();
    let bent = |member: &str, value: Value| {
        let mut bent = jwk.clone();
        bent[member] = value;
        bent
    };
    let form = |detail| Error::EntryForm { detail };
    let usage = form("the key is not for signatures by ES256");
    for (key, error) in [
        (bent("use", json!("enc")), usage.clone()),
        (bent("use", Value::Null), usage.clone()),
        (bent("alg", json!("ES384")), usage),
        (bent("crv", json!("P-384")), form("the key is not on P-256")),
        (bent("crv", json!("secp256k1")), Error::KeyUnsupported { oid: "EC secp256k1".to_owned() }),
        (bent("kty", json!("RSA")), Error::KeyUnsupported { oid: "RSA P-256".to_owned() }),
        (bent("kid", json!("?")), form("not base64url")),
        (bent("d", json!("AQAB")), form("a private key is published")),
        (bent("x", json!(7)), form("a coordinate of the key is missing or not base64url")),
    ] {
        assert_eq!(refused(&jwks(ISS, std::slice::from_ref(&key))), &error, "{key}");
    }
    let found = jwks(ISS, &[bent("kid", json!("AAAA"))]);
    assert_eq!(refused(&found).code(), "kid-mismatch");
    // Its thumbprint is right, and it is no point of the curve.
    let (x, y) = (URL_SAFE_NO_PAD.encode([1; 32]), URL_SAFE_NO_PAD.encode([2; 32]));
    let kid = Sha256::digest(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
    let off = json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": URL_SAFE_NO_PAD.encode(kid), "x": x, "y": y,
    });
    assert_eq!(refused(&jwks(ISS, &[off])).code(), "key-rejected");
    let address = form("the issuer is not an https address without a slash at its end");
    let long = format!("https://{}", "a".repeat(200));
    for iss in ["", "http://health.example.org", "https://health.example.org/", &long] {
        assert_eq!(refused(&jwks(iss, std::slice::from_ref(&jwk))), &address, "{iss}");
    }
}

fn did(edit: impl FnOnce(&mut Value)) -> Imported {
    let (_, jwk) = made();
    let id = format!("{DID}#key-1");
    let method = json!({ "id": id, "controller": DID, "type": "JsonWebKey2020", "publicKeyJwk": jwk });
    let mut document = json!({ "id": DID, "verificationMethod": [method], "assertionMethod": [id] });
    edit(&mut document);
    nzcp::read(document.to_string().as_bytes(), now(), portable()).unwrap()
}

#[test]
fn new_zealands_keys_are_those_it_asserts_with() {
    let [entry] = <[SignerEntry; 1]>::try_from(did(|_| {}).entries).unwrap();
    assert_eq!(entry.kid, kid_of_url(&format!("{DID}#key-1")));
    assert_eq!((entry.country.as_str(), entry.issuer.as_deref()), ("NZ", Some(DID)));
    assert_eq!(entry.profiles, Profiles::NZCP);
    let form = |detail| Error::EntryForm { detail };
    let bent = |edit: fn(&mut Value)| did(|document| edit(&mut document["verificationMethod"][0]));
    let silent = did(|document| document["assertionMethod"] = json!([]));
    assert_eq!(refused(&silent), &form("the issuer does not assert with this key"));
    let others = bent(|method| method["controller"] = json!("did:web:example.org"));
    assert_eq!(refused(&others), &form("the key is another's"));
    let elsewhere = bent(|method| method["id"] = json!("did:web:nzcp.example.org.evil#key-1"));
    assert_eq!(refused(&elsewhere), &form("the key is another's"));
    let kind = bent(|method| method["type"] = json!("Multikey"));
    assert_eq!(refused(&kind), &form("the key is not a JsonWebKey2020"));
    let curve = bent(|method| method["publicKeyJwk"]["crv"] = json!("P-384"));
    assert_eq!(refused(&curve), &form("the key is not on P-256"));
}
