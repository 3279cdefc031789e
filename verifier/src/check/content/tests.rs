//! What certificates of WHO, Switzerland and New Zealand get, over the contents of `specs/vectors/foreign.json`.

use serde_json::Value;
use specs::{nzcp, swiss_light};

use super::*;

/// 2026-11-23T07:00:00Z, as in the vectors.
const NOW: UnixTime = UnixTime(1_795_417_200);

fn claims(name: &str) -> Claims {
    let vectors: Value = serde_json::from_str(include_str!("../../../../specs/vectors/foreign.json")).unwrap();
    let case = vectors["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap().clone();
    let text = case["text"].as_str().unwrap();
    if text.starts_with("NZCP:") {
        nzcp::open(text).unwrap().claims().unwrap()
    } else if text.starts_with("LT1:") {
        swiss_light::open(text).unwrap().claims().unwrap()
    } else {
        specs::hcert::open(text).unwrap().claims().unwrap()
    }
}

fn icvp(change: impl FnOnce(&mut icvp::Certificate)) -> Claims {
    let mut claims = claims("icvp build of 2026");
    let Content::Icvp(certificate) = &mut claims.content else { panic!("a yellow card") };
    change(certificate);
    claims
}

fn ddcc(change: impl FnOnce(&mut ddcc::Certificate)) -> Claims {
    let mut claims = claims("ddcc");
    let Content::Ddcc(certificate) = &mut claims.content else { panic!("a DDCC") };
    change(certificate);
    claims
}

fn reason(finding: Finding) -> Option<Reason> {
    finding.err().map(|(reason, _)| reason)
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn noon(text: &str) -> UnixTime {
    day(text).midnight_utc().plus_seconds(5 * 3600)
}

#[test]
fn good_ones_have_good_values_and_dates() {
    for name in [
        "icvp trial of 2024",
        "icvp release of 2025",
        "icvp build of 2026",
        "icvp build of 2026, polio",
        "ddcc",
        "ddcc bare",
        "swiss light",
        "swiss light, birth year only",
        "nzcp",
    ] {
        let mut claims = claims(name);
        assert_eq!(reason(values(&mut claims, ValueSets::bundled())), None, "{name}");
        assert_eq!(reason(dates(&claims, NOW)), None, "{name}");
        assert!(times(&claims).is_some(), "{name}");
    }
}

#[test]
fn what_is_forgiven_in_an_eu_certificate_is_named_in_its_claims() {
    let vectors: Value = serde_json::from_str(include_str!("../../../../specs/vectors/certificates.json")).unwrap();
    for (name, expected) in [
        ("eu-vaccination", &[][..]),
        ("forgiven: no transliterated name", &["name-not-transliterated"]),
        ("forgiven: issuer of 81 characters", &["long-text"]),
        ("forgiven: other characters in the transliterated name", &["name-characters"]),
        ("tolerance float-dose", &["float-dose"]),
        // Sets grow: no deviation of the certificate.
        ("forgiven: unknown product", &[]),
    ] {
        let case = vectors["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap();
        let mut claims = specs::hcert::open(case["text"].as_str().unwrap()).unwrap().claims().unwrap();
        assert_eq!(reason(values(&mut claims, ValueSets::bundled())), None, "{name}");
        let named: Vec<_> = claims.tolerances.iter().map(|tolerance| tolerance.code()).collect();
        assert_eq!(named, expected, "{name}");
    }
}

#[test]
fn what_a_yellow_card_must_carry() {
    let of = |change: fn(&mut icvp::Certificate)| reason(values(&mut icvp(change), ValueSets::bundled()));
    assert_eq!(of(|card| card.issuer = None), None);
    assert_eq!(of(|card| (card.issuer, card.clinician) = (None, None)), Some(Reason::ContentSchema));
    assert_eq!(of(|card| card.product = "XM0N24".into()), Some(Reason::ContentValueSet));
    assert_eq!(of(|card| card.disease = Some("1D47".into())), None, "noted");
    let trial = |card: &mut icvp::Certificate| {
        card.generation = Generation::Trial2024;
        card.product = "XM0N24".into();
        (card.issuer, card.clinician) = (None, None);
    };
    assert_eq!(reason(values(&mut icvp(trial), ValueSets::bundled())), None);
}

#[test]
fn yellow_fever_counts_from_the_tenth_day() {
    let claims = icvp(|card| card.date = day("2026-11-20"));
    let claims = Claims { iat: Some(noon("2026-11-21")), ..claims };
    assert_eq!(reason(dates(&claims, noon("2026-11-29"))), Some(Reason::CertificateNotYetValid));
    assert_eq!(reason(dates(&claims, noon("2026-11-30"))), None);
    assert_eq!(reason(dates(&claims, noon("2086-11-30"))), None, "for life");
}

#[test]
fn polio_counts_for_twelve_months() {
    let polio = claims("icvp build of 2026, polio");
    assert_eq!(reason(dates(&polio, noon("2027-10-02"))), None);
    assert_eq!(reason(dates(&polio, noon("2027-10-03"))), Some(Reason::CertificateExpired));
}

#[test]
fn dates_of_a_yellow_card_that_cannot_be() {
    let implausible = Some(Reason::DatesImplausible);
    assert_eq!(reason(dates(&icvp(|card| card.date = day("2026-11-25")), NOW)), implausible, "in the future");
    assert_eq!(reason(dates(&icvp(|card| card.date = day("2026-11-22")), NOW)), implausible, "after issue");
    assert_eq!(reason(dates(&icvp(|card| card.date = day("1990-05-16")), NOW)), implausible, "before birth");
    let early = |name: &str| Claims { iat: Some(noon("2025-09-18")), ..claims(name) };
    let mut build = early("icvp build of 2026");
    let Content::Icvp(card) = &mut build.content else { panic!("a yellow card") };
    card.date = day("2025-09-01");
    assert_eq!(reason(dates(&build, NOW)), implausible, "before digital cards could be issued");
    build.iat = Some(noon("2025-09-19"));
    assert_eq!(reason(dates(&build, NOW)), None);
    assert_eq!(reason(dates(&early("icvp trial of 2024"), NOW)), None, "a note");
}

#[test]
fn ddcc_without_a_day_leaves_open_when() {
    let mut claims = claims("ddcc bare, no day, maker as text");
    assert_eq!(reason(values(&mut claims, ValueSets::bundled())), Some(Reason::ContentSchema));
}

#[test]
fn dates_of_a_ddcc() {
    let of = |change: fn(&mut ddcc::Certificate)| reason(dates(&ddcc(change), NOW));
    assert_eq!(of(|certificate| certificate.date = Date::parse("2026-11-25")), Some(Reason::DatesImplausible));
    assert_eq!(of(|certificate| certificate.date = Date::parse("2019-12-31")), Some(Reason::DatesImplausible));
    assert_eq!(
        of(|certificate| certificate.valid_from = Date::parse("2026-11-24")),
        Some(Reason::CertificateNotYetValid)
    );
    assert_eq!(of(|certificate| certificate.valid_until = Date::parse("2026-11-22")), Some(Reason::CertificateExpired));
    assert_eq!(of(|certificate| certificate.valid_until = Date::parse("2026-11-23")), None);
}

#[test]
fn nobody_who_may_pass_is_born_in_the_future() {
    let born_before = noon("1989-01-01");
    for name in ["swiss light", "nzcp"] {
        assert_eq!(reason(dates(&claims(name), born_before)), Some(Reason::DatesImplausible), "{name}");
    }
}

#[test]
fn which_times_the_envelopes_must_have() {
    let without = |name: &str, iat: bool, exp: bool| {
        let claims = claims(name);
        times(&Claims { iat: claims.iat.filter(|_| iat), exp: claims.exp.filter(|_| exp), ..claims })
    };
    assert!(without("icvp build of 2026", true, false).is_some());
    assert_eq!(without("icvp build of 2026", false, true), None);
    assert!(without("ddcc", false, false).is_some());
    assert_eq!(without("swiss light", true, false), None);
    let pass = claims("nzcp");
    assert_eq!(times(&pass), Some((pass.nbf, pass.exp)));
    assert_eq!(times(&Claims { nbf: None, ..pass }), None);
}
