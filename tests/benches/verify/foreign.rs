//! The formats of others, which we only read: one certificate of our own vectors each, checked over and over beside the
//! bare verification of its signature. One message many times is kinder to both sides than 1,000 are.

use std::hint::black_box;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;
use specs::signer_list::{KeyData, Profiles, Purposes, SignerEntry};
use specs::{cose, hcert, nzcp, shc, swiss_light, vds_nc};
use tests::certificates::now;
use tests::stopwatch::{Contender, print, race};
use trust_list::backend;
use trust_list::key::{Curve, PublicKey};
use trust_list::signers::{Signer, kid_of_authority, kid_of_url};
use trust_list::x509::Certificate;
use verifier::Verifier;

use super::{CERTIFICATES, ROUNDS, SLICE};

/// A certificate, who is believed for it, and its signature.
struct Case {
    title: &'static str,
    text: String,
    entry: SignerEntry,
    key: PublicKey,
    message: Vec<u8>,
    signature: Vec<u8>,
    /// The certificate that came along, which the believed key signed.
    certificate: Option<Certificate>,
}

/// Title and ratio of each format.
pub(super) fn contests() -> Vec<(String, f64)> {
    [
        of_cose("ES256, WHO ICVP", "icvp build of 2026", |text| hcert::open(text).expect("a vector").cose().to_vec()),
        of_cose("ES256, WHO DDCC", "ddcc", |text| hcert::open(text).expect("a vector").cose().to_vec()),
        of_cose("ES256, Swiss light", "swiss light", |text| {
            swiss_light::open(text).expect("a vector").layers().cose().to_vec()
        }),
        of_cose("ES256, New Zealand", "nzcp", |text| nzcp::open(text).expect("a vector").cose().to_vec()),
        smart_health_card(),
        seal(),
    ]
    .map(|case| (case.title.to_owned(), contest(&case)))
    .into()
}

fn contest(case: &Case) -> f64 {
    let given = |backend| Signer::given(&case.entry, backend).expect("the key of a vector");
    let verifier = Verifier::new(backend::native()).with_signer(given(backend::native()));
    let verdict = verifier.check(&case.text, now());
    // Valid, but for the seal: Utopia is no state, so that its purpose fails, after the signature and before other checks.
    assert!(verdict.is_valid() || case.certificate.is_some(), "{}: {:?}", case.title, verdict.checks);
    assert!(verdict.signer.is_some(), "{}: {:?}", case.title, verdict.checks);
    let KeyData::P256(point) = case.key.to_key_data() else { unreachable!("all vectors are of P-256") };
    let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).expect("the key of a vector");
    let authority = given(backend::native());
    let measured = race(
        vec![
            Contender::new("bare signature verification, aws-lc-rs", |_| {
                key.verify_sig(black_box(&case.message), black_box(&case.signature)).expect("a good signature");
                if let Some(certificate) = &case.certificate {
                    assert!(authority.certified(black_box(certificate)));
                }
            }),
            Contender::new("text to verdict, native back end", |_| {
                assert!(black_box(verifier.check(black_box(&case.text), now())).signer.is_some());
            }),
        ],
        CERTIFICATES,
        SLICE,
        ROUNDS,
    );
    let (characters, bytes) = (case.text.len(), case.message.len());
    print(&format!("{}; {characters} characters, {bytes} bytes signed", case.title), &measured);
    measured[1].ratio
}

fn entry(kid: [u8; 8], country: &str, issuer: Option<&str>, key: &PublicKey) -> SignerEntry {
    SignerEntry {
        kid,
        country: country.to_owned(),
        purposes: Purposes::default(),
        profiles: Profiles::ALL,
        not_before: now().plus_days(-1_000),
        not_after: now().plus_days(1_000),
        key: key.to_key_data(),
        name: "DEMO vectors".to_owned(),
        issuer: issuer.map(str::to_owned),
    }
}

fn text_of(vectors: &Json, name: &str) -> String {
    let cases = vectors["cases"].as_array().expect("cases");
    let case = cases.iter().find(|case| case["name"] == name).expect("a case of that name");
    case["text"].as_str().expect("a text").to_owned()
}

fn of_cose(title: &'static str, name: &str, open: impl Fn(&str) -> Vec<u8>) -> Case {
    let vectors: Json = serde_json::from_str(include_str!("../../../specs/vectors/foreign.json")).expect("vectors");
    let point = hex::decode(vectors["key"].as_str().expect("a key")).expect("hexadecimal");
    let key = PublicKey::P256(point.try_into().expect("65 bytes"));
    let text = text_of(&vectors, name);
    let bytes = open(&text);
    let message = cose::parse(&bytes).expect("a vector");
    let kid = message.kid().expect("a kid").value.as_bytes();
    let entry = match <[u8; 8]>::try_from(kid) {
        Ok(kid) => entry(kid, "CH", None, &key),
        Err(_) => {
            let issuer = nzcp::claims(&message).expect("claims").iss.expect("an issuer");
            let url = nzcp::key_url(&issuer, &message).expect("the address of a key");
            entry(kid_of_url(&url), "NZ", Some(&issuer), &key)
        }
    };
    let (to_be_signed, signature) = (message.to_be_signed(&[]), message.signature.to_vec());
    Case { title, text, entry, key, message: to_be_signed, signature, certificate: None }
}

fn smart_health_card() -> Case {
    let vectors: Json = serde_json::from_str(include_str!("../../../specs/vectors/shc.json")).expect("vectors");
    let part = |name: &str| {
        URL_SAFE_NO_PAD.decode(vectors["key"][name].as_str().expect("a part of the key")).expect("base64url")
    };
    let key = PublicKey::from_coordinates(Curve::P256, &part("x"), &part("y")).expect("a key");
    let kid = *part("kid").first_chunk().expect("a thumbprint");
    let text = text_of(&vectors, "one dose");
    let card = shc::open(&text).expect("a vector");
    let entry = entry(kid, "US", vectors["issuer"].as_str(), &key);
    let (message, signature) = (card.to_be_signed().to_vec(), card.signature().to_vec());
    Case { title: "ES256, SMART Health Card", text, entry, key, message, signature, certificate: None }
}

fn seal() -> Case {
    let vectors: Json = serde_json::from_str(include_str!("../../../specs/vectors/vds-nc.json")).expect("vectors");
    let authority =
        Certificate::read(vectors["csca"].as_str().expect("an authority").as_bytes()).expect("its certificate");
    let text = text_of(&vectors, "one dose");
    let opened = vds_nc::open(&text).expect("a vector");
    let certificate = Certificate::parse(opened.certificate()).expect("a certificate");
    let kid = kid_of_authority(certificate.authority_key_id().expect("an authority"));
    let entry = entry(kid, authority.country().unwrap_or_default(), None, authority.key());
    let (message, signature) = (opened.to_be_signed().to_vec(), opened.signature().to_vec());
    let (key, title) = (certificate.key().clone(), "ES256, ICAO VDS-NC (two signatures: seal and certificate)");
    Case { title, text, entry, key, message, signature, certificate: Some(certificate) }
}
