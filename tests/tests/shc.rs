//! SMART Health Cards: the examples of the specification (two editions), the broken cards of its validator, and our own
//! vectors, with signatures, on both back ends.
#![expect(clippy::unwrap_used, reason = "tests")]

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use specs::qr::{Segment, Symbol, Use};
use specs::revocation::Revocation;
use specs::shc::{self, Error, Opened};
use specs::time::UnixTime;
use std::{collections::BTreeMap, path::Path};
use tests::back_ends::{Verifiers, both};
use tests::vectors;
use trust_list::{
    backend::Backend,
    import,
    key::{Curve, PublicKey},
    signers::Signer,
};
use verifier::Verifier;

/// Whose keys lie beside the examples.
const ISSUER: &str = "https://spec.smarthealth.cards/examples/issuer";

/// The broken cards, by file name, and what becomes of each. Some break a rule that matters to issuers only and are read.
const BROKEN: [(&str, &str); 40] = [
    ("00-a-fhirBundle-bad_meta_extra_key.json", "read"),
    ("00-a-fhirBundle-bad_meta_wrong_security.json", "read"),
    ("00-a-fhirBundle-occurrence-issues.json", "shc-field Immunization.occurrenceString"),
    ("00-a-fhirBundle-status-not-completed.json", "shc-field Immunization.status"),
    ("00-a-non-dm-properties.json", "read"),
    ("00-b-jws-payload-expanded-exp_milliseconds.json", "shc-field exp"),
    ("00-b-jws-payload-expanded-missing-coding.json", "shc-field Immunization.vaccineCode"),
    ("00-b-jws-payload-expanded-missing-imm-vc-type.json", "read"),
    ("00-b-jws-payload-expanded-nbf_milliseconds.json", "shc-field nbf"),
    ("00-b-jws-payload-expanded-optional-vc-type.json", "read"),
    ("00-b-jws-payload-expanded-trailing_chars.json", "read"),
    ("00-d-jws-bad-fhir-metadata.txt", "verified"),
    ("00-d-jws-der-signature-rs-neg.txt", "wrong signature"),
    ("00-d-jws-der-signature.txt", "wrong signature"),
    ("00-d-jws-issuer-kid-mismatch.txt", "unknown key"),
    ("00-d-jws-jws_too_long.txt", "unknown key"),
    ("00-d-jws-no_jws_header_alg.txt", "jws-header-member"),
    ("00-d-jws-no_jws_header_zip.txt", "shc-zip"),
    ("00-d-jws-utf8_bom_prefix.txt", "json-malformed"),
    ("00-e-file-bad_jwks.smart-health-card", "unknown key"),
    ("00-e-file-invalid_issuer_url.smart-health-card", "unknown key"),
    ("00-e-file-issuer_url_with_trailing_slash.smart-health-card", "shc-field iss"),
    ("00-e-file-multi-jws-issues.smart-health-card", "shc-cards"),
    ("00-e-file-no_deflate.smart-health-card", "shc-zip"),
    ("00-e-file.wrong-extension", "verified"),
    ("00-f-qr-code-numeric-value-0-number-too-big.txt", "shc-digits"),
    ("00-f-qr-code-numeric-value-0-wrong-multi-chunk.txt", "verified"),
    ("00-fhirhealthcard-multi-jws.json", "shc-prefix"),
    ("00-fhirhealthcard.json", "shc-prefix"),
    ("02-f-qr-code-numeric-value-1-qr_chunk_too_big.txt", "shc-chunks-missing"),
    ("covid-lab-jwspayload-missing-lab-vc-type.json", "read"),
    // Nine of 17 chunks.
    ("00-f-qr-code-numeric-value-0-qr_chunk_too_small.txt", "shc-chunks-missing"),
    ("00-f-qr-code-numeric-value-1-qr_chunk_too_small.txt", "shc-chunks-missing"),
    ("00-f-qr-code-numeric-value-11-qr_chunk_too_small.txt", "shc-chunks-missing"),
    ("00-f-qr-code-numeric-value-13-qr_chunk_too_small.txt", "shc-chunks-missing"),
    ("00-f-qr-code-numeric-value-15-qr_chunk_too_small.txt", "shc-chunks-missing"),
    ("00-f-qr-code-numeric-value-2-qr_chunk_too_small.txt", "shc-chunks-missing"),
    ("00-f-qr-code-numeric-value-4-qr_chunk_too_small.txt", "shc-chunks-missing"),
    ("00-f-qr-code-numeric-value-6-qr_chunk_too_small.txt", "shc-chunks-missing"),
    ("00-f-qr-code-numeric-value-8-qr_chunk_too_small.txt", "shc-chunks-missing"),
];

/// Keys by issuer and `kid`, as a directory has them.
type Keys = BTreeMap<(String, String), PublicKey>;

fn key(jwk: &Value) -> (String, PublicKey) {
    let number = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let key = PublicKey::from_coordinates(Curve::P256, &number("x"), &number("y")).unwrap();
    (jwk["kid"].as_str().unwrap().to_owned(), key)
}

fn keys(issuer: &str, jwks: &[Value]) -> Keys {
    let entry = |jwk| {
        let (kid, key) = key(jwk);
        ((issuer.to_owned(), kid), key)
    };
    jwks.iter().map(entry).collect()
}

/// Text to outcome: which key, its algorithm, the signature, and only then the content.
fn check(text: &str, keys: &Keys, backend: &dyn Backend) -> String {
    let verified = |opened: &Opened| -> Result<&'static str, Error> {
        let Some(key) = keys.get(&(opened.issuer()?.to_owned(), opened.kid().to_owned())) else {
            return Ok("unknown key");
        };
        if key.algorithm().name() != opened.alg() {
            return Ok("wrong algorithm");
        }
        if !backend.prepare(key).unwrap().verify(opened.to_be_signed(), opened.signature()) {
            return Ok("wrong signature");
        }
        opened.claims().map(|_| "verified")
    };
    shc::open(text).and_then(|opened| verified(&opened).map(str::to_owned)).unwrap_or_else(words)
}

fn words(error: Error) -> String {
    match error {
        Error::Field { field } => format!("shc-field {field}"),
        error => error.code().to_owned(),
    }
}

/// What becomes of claims, or of a bundle put into claims, that nobody signed.
fn read(content: &[u8]) -> String {
    let value: Value = serde_json::from_slice(content).unwrap();
    let claims = match value["resourceType"].as_str() {
        Some(_) => json!({
            "iss": ISSUER, "nbf": 0,
            "vc": {
                "type": ["https://smarthealth.cards#health-card"],
                "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": value},
            },
        })
        .to_string()
        .into_bytes(),
        None => content.to_vec(),
    };
    let header = specs::jws::Header { alg: "ES256".into(), kid: Some("none".into()), zip: Some("DEF".into()) };
    let signed = specs::jws::to_be_signed(&header, &shc::payload(&claims));
    let text = specs::jws::seal(&signed, &[0; 64]);
    shc::open(&text).and_then(|opened| opened.claims()).map_or_else(words, |_| "read".to_owned())
}

fn file(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn published_keys() -> Option<Keys> {
    let folder = vectors::folder("shc")?;
    let jwks: Value =
        serde_json::from_str(&file(&folder.join("spec-examples/examples/issuer/.well-known/jwks.json"))).unwrap();
    Some(keys(ISSUER, jwks["keys"].as_array().unwrap()))
}

#[test]
fn every_example_verifies_in_each_of_its_forms() {
    let (Some(folder), Some(keys)) = (vectors::folder("shc"), published_keys()) else { return };
    let mut ran = 0;
    for set in ["hl7-ig", "spec-examples/examples"] {
        for number in 0..4 {
            let path = |rest: &str| folder.join(set).join(format!("example-0{number}-{rest}"));
            let symbol = |at| path(&format!("f-qr-code-numeric-value-{at}.txt"));
            let symbols: Vec<String> =
                (0..).map(symbol).take_while(|path| path.exists()).map(|path| file(&path)).collect();
            assert_eq!(symbols.len(), if number == 2 { 3 } else { 1 });
            let payload: Value = serde_json::from_str(&file(&path("c-jws-payload-minified.json"))).unwrap();
            for text in [file(&path("d-jws.txt")), file(&path("e-file.smart-health-card")), symbols.join("\n")] {
                // The older patient summary is signed well, and of nobody: it has no Patient.
                let of_nobody = (set, number) == ("spec-examples/examples", 2);
                let expected = if of_nobody { "shc-patients" } else { "verified" };
                for backend in both() {
                    assert_eq!(check(&text, &keys, backend), expected, "{set} {number}");
                }
                let found: Value = serde_json::from_str(shc::open(&text).unwrap().json()).unwrap();
                assert_eq!(found, payload, "{set} {number}");
                ran += 1;
            }
        }
    }
    println!(
        "SMART Health Cards: {ran} texts of 8 examples verify, on both back ends (one, in three forms, is of nobody)"
    );
    assert_eq!(ran, 24);
}

#[test]
fn every_broken_card_becomes_what_the_table_says() {
    let (Some(folder), Some(keys)) = (vectors::folder("shc/negative"), published_keys()) else { return };
    let mut waiting: BTreeMap<&str, &str> = BROKEN.into_iter().collect();
    let mut problems = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(name) = name.strip_prefix("test-").map(|name| name.strip_prefix("example-").unwrap_or(name)) else {
            continue;
        };
        let unsigned = ["-a-", "-b-", "-jwspayload-"].iter().any(|part| name.contains(part));
        let outcome =
            |backend| if unsigned { read(file(&path).as_bytes()) } else { check(&file(&path), &keys, backend) };
        let [portable, native] = both().map(outcome);
        assert_eq!(portable, native, "{name}");
        if waiting.remove(name) != Some(native.as_str()) {
            problems.push(format!("{name}: {native}"));
        }
    }
    problems.extend(waiting.keys().map(|name| format!("{name}: there is no such file")));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    println!("SMART Health Cards: {} broken cards are what the table says", BROKEN.len());
}

#[test]
fn nine_of_seventeen_chunks_say_which_eight_are_missing() {
    let Some(folder) = vectors::folder("shc/negative") else { return };
    let texts = vectors::files(&folder, "txt")
        .into_iter()
        .filter(|path| path.to_str().unwrap().ends_with("chunk_too_small.txt"));
    let texts: Vec<String> = texts.map(|path| file(&path)).collect();
    let missing = vec![4, 6, 8, 10, 11, 13, 15, 17];
    assert_eq!(shc::open(&texts.join("\n")), Err(Error::ChunksMissing { count: 17, missing }));
}

#[test]
fn our_own_vectors_are_signed_as_they_say() {
    let vectors: Value = serde_json::from_str(include_str!("../../specs/vectors/shc.json")).unwrap();
    let keys = keys(vectors["issuer"].as_str().unwrap(), &[vectors["key"].clone()]);
    let mut ran = 0;
    for case in vectors["cases"].as_array().unwrap().iter().filter(|case| case["error"].is_null()) {
        let expected = match case["signature"].as_str().unwrap() {
            "good" => "verified",
            "bad" => "wrong signature",
            "alg" => "wrong algorithm",
            other => panic!("{other}"),
        };
        for backend in both() {
            assert_eq!(check(case["text"].as_str().unwrap(), &keys, backend), expected, "{}", case["name"]);
        }
        ran += 1;
    }
    assert!(ran >= 18, "{ran}");
}

#[test]
fn other_decoders_read_the_symbols_that_we_draw() {
    let vectors: Value = serde_json::from_str(include_str!("../../specs/vectors/shc.json")).unwrap();
    let text = vectors["cases"][0]["text"].as_str().unwrap();
    let digits = text.strip_prefix(shc::PREFIX).unwrap();
    let segments = [Segment::Bytes(shc::PREFIX), Segment::Numeric(digits)];
    let png = Symbol::encode_segments(&segments, Use::Screen).unwrap().png(4).unwrap();
    assert_eq!(verifier::picture::read(&png).as_deref(), Ok(text), "rxing");
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("card.png");
    std::fs::write(&picture, png).unwrap();
    let arguments = ["--raw", "--quiet", "-Sdisable", "-Sqrcode.enable"];
    match std::process::Command::new("zbarimg").args(arguments).arg(picture).output() {
        Ok(said) => assert_eq!(String::from_utf8(said.stdout).unwrap().trim_end(), text, "zbar"),
        Err(error) => eprintln!("SKIPPED: zbarimg is not installed (apt-get install zbar-tools): {error}"),
    }
}

/// The specification's example of a revoked card, by the list that its issuer publishes. The same card in the later edition was
/// issued after the time that the list names.
#[test]
fn the_example_of_a_revoked_card_is_revoked() {
    let Some(folder) = vectors::folder("shc") else { return };
    let examples = folder.join("spec-examples/examples");
    let read = |path: &str| std::fs::read(examples.join(path)).unwrap();
    let at = UnixTime(1_795_417_200);
    let keys = read("issuer/.well-known/jwks.json");
    let [portable, found] = both().map(|backend| import::shc::jwks(ISSUER, &keys, at, backend).unwrap());
    assert_eq!(portable, found);
    let list = read("issuer/.well-known/crl/3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s.json");
    let mut without = Revocation::new();
    found.cards.iter().for_each(|list| without.add_cards(list.clone()));
    let mut with = without.clone();
    with.add_cards(import::shc::revoked_cards(ISSUER, &list, at).unwrap());
    let reason = |revocation: &Revocation, path: &str| {
        let verifiers = Verifiers::new(|backend| {
            let verifier = Verifier::new(backend).with_revocation(revocation.clone());
            let given = found.entries.iter().map(|entry| Signer::given(entry, backend).unwrap());
            given.fold(verifier, Verifier::with_signer)
        });
        verifiers.check(&String::from_utf8(read(path)).unwrap(), at).reason.code()
    };
    for (path, held, not_held) in [
        ("example-00-d-jws.txt", "valid", "revocation-unknown"),
        ("example-01-d-jws.txt", "valid", "valid"),
        // Both have expired: that they are revoked comes before that, and that it cannot be known after it.
        ("example-03-d-jws.txt", "revoked", "certificate-expired"),
        ("../../hl7-ig/example-03-d-jws.txt", "certificate-expired", "certificate-expired"),
    ] {
        assert_eq!((reason(&with, path), reason(&without, path)), (held, not_held), "{path}");
    }
}
