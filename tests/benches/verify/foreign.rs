//! The formats of others, which we only read: the certificate of our own vectors, of 1,000 people who were born on as many
//! days, signed again with keys made on the spot.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::BASE32_NOPAD;
use serde_json::{Value as Json, json};
use specs::signer_list::{Profiles, Purposes, SignerEntry};
use specs::time::Date;
use specs::{cose, hcert, json as strict_json, jws, nzcp, shc, swiss_light, vds_nc, zlib};
use tests::certificates::now;
use tests::signing::{Algorithm, TestSigner, Wanted};
use trust_list::backend;
use trust_list::key::PublicKey;
use trust_list::signers::{Signer, kid_of_authority, kid_of_url};
use verifier::Verifier;

use super::{CERTIFICATES, Contest};

/// The birth date in all vectors.
const BORN: &[u8] = b"1990-05-17";
/// The extended key usage of those who seal VDS-NC.
const SEALER: &str = "2.23.136.1.1.14.2";

/// One contest for each format.
pub(super) fn contests() -> Vec<Contest> {
    vec![
        of_cose("ES256, WHO ICVP", "icvp build of 2026", hcert_payload, hcert::seal),
        of_cose("ES256, WHO DDCC", "ddcc", hcert_payload, hcert::seal),
        of_cose("ES256, Swiss light", "swiss light", light_payload, |cose| hcert::seal(cose).replacen("HC1", "LT1", 1)),
        pass(),
        smart_health_card(),
        seal(),
    ]
}

fn hcert_payload(text: &str) -> Vec<u8> {
    hcert::open(text).expect("a vector").sign1().payload.to_vec()
}

fn light_payload(text: &str) -> Vec<u8> {
    swiss_light::open(text).expect("a vector").sign1().payload.to_vec()
}

/// The payload for somebody born that many days after 1950.
fn born(payload: &[u8], number: usize) -> Vec<u8> {
    let place = payload.windows(BORN.len()).position(|part| part == BORN).expect("a birth date as text");
    let date = Date::parse("1950-01-01").expect("a date").add_days(number as i64 * 23).to_string();
    let mut payload = payload.to_vec();
    payload[place..place + BORN.len()].copy_from_slice(date.as_bytes());
    payload
}

fn vectors(file: &str) -> Json {
    serde_json::from_str(file).expect("vectors")
}

fn text_of(vectors: &Json, name: &str) -> String {
    let cases = vectors["cases"].as_array().expect("cases");
    let case = cases.iter().find(|case| case["name"] == name).expect("a case of that name");
    case["text"].as_str().expect("a text").to_owned()
}

fn foreign() -> Json {
    vectors(include_str!("../../../specs/vectors/foreign.json"))
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
        name: "DEMO signer".to_owned(),
        issuer: issuer.map(str::to_owned),
    }
}

fn believing(entry: &SignerEntry) -> Verifier {
    let signer = Signer::given(entry, backend::native()).expect("our own key");
    Verifier::new(backend::native()).with_signer(signer)
}

/// A text, what was signed in it, and the signature.
type Signed = (String, Vec<u8>, Vec<u8>);

fn contest(title: &'static str, signer: &TestSigner, entry: &SignerEntry, one: impl Fn(usize) -> Signed) -> Contest {
    let many = (0..CERTIFICATES).map(one).map(|(text, message, signature)| (text, (message, signature)));
    let (texts, signed) = many.unzip();
    Contest { title, texts, signed, key: super::parsed(signer), certified: None, verifier: believing(entry) }
}

fn of_cose(title: &'static str, name: &str, payload: fn(&str) -> Vec<u8>, seal: fn(&[u8]) -> String) -> Contest {
    let payload = payload(&text_of(&foreign(), name));
    let signer = Wanted::new(Algorithm::Es256).make();
    let kid = signer.certificate.kid();
    let entry = entry(kid, "CH", None, signer.certificate.key());
    contest(title, &signer, &entry, |number| {
        let unsigned = cose::Unsigned::new(cose::alg::ES256, kid, born(&payload, number));
        let (message, signature) = (unsigned.to_be_signed(), signer.sign(&unsigned.to_be_signed()));
        (seal(&unsigned.sign(&signature)), message, signature)
    })
}

fn pass() -> Contest {
    let opened = nzcp::open(&text_of(&foreign(), "nzcp")).expect("a vector");
    let (message, signer) = (opened.sign1(), Wanted::new(Algorithm::Es256).make());
    let issuer = nzcp::issuer(&message).expect("an issuer");
    let url = nzcp::key_url(&issuer, &message).expect("the address of a key");
    let entry = entry(kid_of_url(&url), "NZ", Some(&issuer), signer.certificate.key());
    let kid = message.kid().expect("a kid").value.as_bytes();
    contest("ES256, New Zealand", &signer, &entry, |number| {
        let unsigned = cose::Unsigned::new(cose::alg::ES256, kid, born(message.payload, number));
        let signature = signer.sign(&unsigned.to_be_signed());
        let encoded = BASE32_NOPAD.encode(&unsigned.sign(&signature));
        ([nzcp::PREFIX, &encoded].concat(), unsigned.to_be_signed(), signature)
    })
}

fn smart_health_card() -> Contest {
    let vectors = vectors(include_str!("../../../specs/vectors/shc.json"));
    let card = shc::open(&text_of(&vectors, "one dose")).expect("a vector");
    let (claims, signer) = (card.json(), Wanted::new(Algorithm::Es256).make());
    let kid = [7; 32];
    let entry = entry([7; 8], "US", vectors["issuer"].as_str(), signer.certificate.key());
    let header = jws::Header { alg: "ES256".into(), kid: Some(URL_SAFE_NO_PAD.encode(kid)), zip: Some("DEF".into()) };
    contest("ES256, SMART Health Card", &signer, &entry, |number| {
        let message = jws::to_be_signed(&header, &zlib::deflate_raw(&born(claims.as_bytes(), number)));
        let signature = signer.sign(message.as_bytes());
        let text = shc::chunks(&jws::seal(&message, &signature)).concat();
        (text, message.into_bytes(), signature)
    })
}

fn seal() -> Contest {
    let text = text_of(&vectors(include_str!("../../../specs/vectors/vds-nc.json")), "one dose");
    let mut data = serde_json::from_str::<Json>(&text).expect("JSON")["data"].take();
    data["hdr"]["is"] = "VNM".into();
    let limits = strict_json::Limits { bytes: vds_nc::MAX_CHARS, depth: 12, values: 512 };
    let data = strict_json::read(data.to_string(), &limits).expect("JSON");
    let data = strict_json::canonical(data.value()).expect("JSON that can be signed");
    let (authority, signer) = Wanted::new(Algorithm::Es256).usage(SEALER).make_below("DEMO CSCA");
    let kid = kid_of_authority(signer.certificate.authority_key_id().expect("the authority's key"));
    let entry = entry(kid, "VN", None, authority.key());
    let title = "ES256, ICAO VDS-NC (two signatures: seal and certificate)";
    let mut contest = contest(title, &signer, &entry, |number| {
        let message = born(&data, number);
        let signature = signer.sign(&message);
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let data: Json = serde_json::from_slice(&message).expect("JSON");
        let sig = json!({ "alg": "ES256", "cer": part(signer.certificate.der()), "sigvl": part(&signature) });
        let text = json!({ "data": data, "sig": sig }).to_string();
        assert_eq!(vds_nc::open(&text).expect("our own seal").to_be_signed(), message);
        (text, message, signature)
    });
    let authority = Signer::given(&entry, backend::native()).expect("our own key");
    contest.certified = Some((authority, signer.certificate));
    contest
}
