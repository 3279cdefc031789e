//! There is a report for every text.

use proptest::prelude::*;

use super::*;

#[test]
fn says_where_it_stops_and_why() {
    for (text, words) in [
        ("", "does not begin with HC1:"),
        ("HC2:ABC", "this version of the format is not known here"),
        ("HC1:abc", "not Base45"),
        ("HC1:ABC", "not a whole compressed stream"),
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

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        let _ = report(&text);
    }

    #[test]
    fn no_message_panics(bytes: Vec<u8>) {
        let _ = report(&hcert::seal(&bytes));
    }
}
