//! The texts of `vectors/foreign.json`: certificates of WHO, Switzerland and New Zealand.
#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::Value;
use specs::hcert::{self, Claims, Content, Error};
use specs::icvp::Generation;
use specs::{nzcp, swiss_light};

fn cases() -> Vec<Value> {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/foreign.json")).unwrap();
    vectors["cases"].as_array().unwrap().clone()
}

fn read(text: &str) -> Result<Claims, Error> {
    if text.starts_with(swiss_light::PREFIX) {
        swiss_light::open(text)?.claims()
    } else if text.starts_with("NZCP:") {
        nzcp::open(text)?.claims()
    } else {
        hcert::open(text)?.claims()
    }
}

fn named(name: &str) -> Claims {
    let case = cases().into_iter().find(|case| case["name"] == name).unwrap();
    read(case["text"].as_str().unwrap()).unwrap()
}

#[test]
fn good_ones_are_read_with_the_tolerances_they_need_and_bad_ones_refused_for_the_right_reason() {
    let (mut good, mut bad) = (0, 0);
    for case in cases() {
        let name = &case["name"];
        let outcome = read(case["text"].as_str().unwrap());
        if let Some(code) = case["error"].as_str() {
            assert_eq!(outcome.map_err(|error| error.code()), Err(code), "{name}");
            bad += 1;
        } else {
            let claims = outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
            let found: Vec<_> = claims.tolerances.iter().map(|tolerance| tolerance.code()).collect();
            let expected: Vec<_> =
                case["tolerances"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
            assert_eq!(found, expected, "{name}");
            assert_eq!(claims.encode(), Err(not_issued(&claims)), "{name}");
            good += 1;
        }
    }
    assert_eq!((good, bad), (20, 42));
}

/// Why they are not encoded; claims without issue or expiry are refused for that before their content is looked at.
fn not_issued(claims: &Claims) -> Error {
    match (claims.iat, claims.exp) {
        (None, _) => Error::Claim { claim: 6 },
        (_, None) => Error::Claim { claim: 4 },
        _ => Error::NotIssued,
    }
}

#[test]
fn the_three_generations_of_the_yellow_card_say_the_same() {
    let of = |name: &str| match named(name).content {
        Content::Icvp(certificate) => certificate,
        other => panic!("{other:?}"),
    };
    let trial = of("icvp trial of 2024");
    assert_eq!(trial.generation, Generation::Trial2024);
    assert_eq!((trial.disease.as_deref(), trial.product.as_str()), (Some("1D47"), "XM0N24"));
    assert_eq!(trial.valid_from().to_string(), "2024-03-11");
    let release = of("icvp release of 2025");
    assert_eq!(release.generation, Generation::Release2025);
    assert_eq!(release.document_type.as_deref(), Some("PPN"));
    let build = of("icvp build of 2026");
    assert_eq!((build.generation, build.template.as_deref()), (Generation::Build2026, Some("1.0.0")));
    assert_eq!(of("icvp build of 2026, dt for dv"), build);
    for certificate in [&release, &build] {
        assert_eq!(certificate.name, trial.name);
        assert_eq!(certificate.birth_date, trial.birth_date);
        assert_eq!(certificate.nationality.as_deref(), Some("VNM"));
        assert_eq!(certificate.document, trial.document);
        assert_eq!(certificate.batch, trial.batch);
        assert_eq!(certificate.target(), trial.target());
        assert_eq!(certificate.date.to_string(), "2026-10-02");
    }
}

#[test]
fn ddcc_is_the_same_under_its_claim_and_bare() {
    let (under, bare) = (named("ddcc"), named("ddcc bare"));
    assert_eq!(under.content, bare.content);
    assert_eq!((bare.iss, bare.iat, bare.exp, bare.nbf), (None, None, None, None));
    let Content::Ddcc(certificate) = under.content else { panic!("a DDCC") };
    assert_eq!(certificate.id.as_deref(), Some("VN-DDCC-0001"));
    assert_eq!((certificate.dose_number, certificate.series_doses), (Some(2), Some(2)));
    assert_eq!(certificate.country.unwrap().code, "VNM");
}

#[test]
fn a_pass_has_the_identifier_of_its_claim() {
    let claims = named("nzcp");
    assert_eq!(claims.iss.as_deref(), Some("did:web:nzcp.example.org"));
    let Content::Nzcp(pass) = claims.content else { panic!("a pass") };
    assert_eq!(pass.id, "urn:uuid:00010203-0405-0607-0809-0a0b0c0d0e0f");
    for name in ["nzcp", "nzcp kid as text"] {
        let case = cases().into_iter().find(|case| case["name"] == name).unwrap();
        let opened = nzcp::open(case["text"].as_str().unwrap()).unwrap();
        let url = nzcp::key_url("did:web:nzcp.example.org", &opened.sign1());
        assert_eq!(url.as_deref(), Some("did:web:nzcp.example.org#key-1"), "{name}");
    }
}

proptest! {
    /// Bytes of a good certificate changed at will: read or refused, never a panic.
    #[test]
    fn bent_messages_are_read_or_refused(case: prop::sample::Index, place: prop::sample::Index, with: u8) {
        let cases = cases();
        let good: Vec<_> = cases.iter().filter(|case| case["error"].is_null()).collect();
        let text = good[case.index(good.len())]["text"].as_str().unwrap();
        if text.starts_with("NZCP:") {
            let mut bytes = nzcp::open(text).unwrap().cose().to_vec();
            let place = place.index(bytes.len());
            bytes[place] = with;
            if let Ok(message) = specs::cose::parse(&bytes) {
                let _ = nzcp::claims(&message);
            }
        } else {
            let light = text.starts_with(swiss_light::PREFIX);
            let mut bytes = if light {
                swiss_light::open(text).unwrap().layers().cose().to_vec()
            } else {
                hcert::open(text).unwrap().cose().to_vec()
            };
            let place = place.index(bytes.len());
            bytes[place] = with;
            if let Ok(message) = specs::cose::parse(&bytes) {
                let _ = if light { swiss_light::claims(&message) } else { Claims::of(&message) };
            }
        }
    }

    #[test]
    fn no_text_panics(text in "(LT1:|NZCP:/1/|HC1:)[0-9A-Z $%*+./:-]{0,200}") {
        let _ = read(&text);
    }
}
