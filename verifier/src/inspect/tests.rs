//! There is a report for every text.

use proptest::prelude::*;
use serde_json::Value;
use specs::{cose, hcert};

use super::*;

/// The case of that name in a file of our vectors.
fn vector(file: &str, name: &str) -> String {
    let vectors: Value = serde_json::from_str(file).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    let case = cases.iter().find(|case| case["name"] == name).unwrap_or_else(|| panic!("{name}"));
    case["text"].as_str().unwrap().to_owned()
}

/// The lines under a heading, which is given by its English words.
fn section<'r>(report: &'r Report, heading: &str) -> Vec<&'r str> {
    let below = report.text.lines().skip_while(|line| !line.starts_with(heading)).skip(1);
    below.take_while(|line| !line.is_empty()).map(str::trim).collect()
}

#[test]
fn says_where_it_stops_and_why() {
    for (text, words) in [
        ("", "there is no text (text-unreadable)"),
        ("shlink:/eyJ1", "SMART Health Link (unsupported-format)"),
        ("https://example.org/", "does not begin with HC1:"),
        ("HC2:ABC", "this version of the format is not known here"),
        ("HC1:abc", "not Base45"),
        ("HC1:ABC", "not a whole compressed stream"),
        ("LT1:ABC", "not a whole compressed stream"),
        ("NZCP:/1/abc", "not Base32"),
        ("NZCP:/2/ABC", "this version of the format is not known here"),
        ("shc:/99", "not the digits of a SMART Health Card (shc-digits)"),
        ("eyJ.a", "a compact JWS has three parts (jws-parts)"),
        ("{\"data\":1}", "the text is no VDS-NC (vds-nc-prefix)"),
    ] {
        let report = report(text);
        assert!(!report.whole);
        assert!(report.text.contains("STOPS HERE"), "{}", report.text);
        assert!(report.text.contains(words), "{text}: {}", report.text);
    }
}

#[test]
fn a_message_without_claims_is_shown_as_far_as_it_goes() {
    let cose = cose::Unsigned::new(cose::alg::EDDSA, *b"12345678", [0xa1, 0x01, 0x02]).sign(&[7; 64]);
    let report = report(&hcert::seal(&cose));
    assert!(!report.whole);
    for words in ["EdDSA (-8), protected", "3132333435363738", "18([", "1: 2", "STOPS HERE"] {
        assert!(report.text.contains(words), "{words}: {}", report.text);
    }
}

/// Each format that is checked, by vectors of ours; official ones are in `tests/tests/inspect.rs`.
#[test]
fn every_format_that_is_checked_comes_off_whole() {
    const FOREIGN: &str = include_str!("../../../specs/vectors/foreign.json");
    const CARDS: &str = include_str!("../../../specs/vectors/shc.json");
    const SEALS: &str = include_str!("../../../specs/vectors/vds-nc.json");
    for (text, heading) in [
        (vector(FOREIGN, "swiss light, birth year only"), "Certificate: Swiss light certificate"),
        (vector(FOREIGN, "nzcp"), "Certificate: New Zealand COVID Pass"),
        (vector(CARDS, "two doses, with identifier and end"), "Certificate: SMART Health Card"),
        (vector(SEALS, "two doses"), "Certificate: ICAO VDS-NC"),
    ] {
        let report = report(&text);
        assert!(report.whole, "{}", report.text);
        assert!(report.text.contains(heading), "{}", report.text);
        assert!(!report.text.contains("STOPS HERE") && !report.text.contains("cannot be read"), "{}", report.text);
    }
}

#[test]
fn what_a_verdict_forgives_is_what_is_printed() {
    const CERTIFICATES: &str = include_str!("../../../specs/vectors/certificates.json");
    for (name, forgiven) in [
        ("eu-vaccination", "none"),
        ("forgiven: other characters in the transliterated name", "name-characters"),
        ("forgiven: a time of sampling in another spelling", "loose-date-time"),
        ("tolerance float-dose", "float-dose"),
        ("national", "none"),
    ] {
        let report = report(&vector(CERTIFICATES, name));
        assert!(report.whole);
        assert_eq!(section(&report, "Deviations forgiven"), [forgiven], "{name}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(
        prefix in prop::sample::select(vec!["", "HC1:", "LT1:", "NZCP:/1/", "shc:/", "eyJ", "{"]),
        text in "\\PC{0,80}",
    ) {
        let _ = report(&(prefix.to_owned() + &text));
    }

    #[test]
    fn no_message_panics(bytes: Vec<u8>) {
        let _ = report(&hcert::seal(&bytes));
    }
}
