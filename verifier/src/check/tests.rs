//! There is an answer for every text, and it is never "valid" by accident.

use proptest::prelude::*;
use specs::hcert::{PREFIX, seal};
use specs::{base45, cose, zlib};
use trust_list::backend;

use super::*;
use crate::verdict::{Outcome, Step};

const NOW: UnixTime = UnixTime(1_795_417_200);

fn nobody_believed() -> Verifier {
    Verifier::new(backend::fastest())
}

#[test]
fn without_any_trust_data_a_well_formed_certificate_is_unknown() {
    let text = seal(&cose::Unsigned::new(cose::alg::EDDSA, *b"12345678", [0xa0]).sign(&[0; 64]));
    let verdict = nobody_believed().check(&text, NOW);
    assert_eq!((verdict.verdict, verdict.reason), (Outcome::Unknown, Reason::TrustListMissing));
    let steps: Vec<Step> = verdict.checks.iter().map(|check| check.step).collect();
    let expected = [Step::Prefix, Step::Size, Step::Base45, Step::Inflate, Step::Cbor, Step::Cose, Step::Signer];
    assert_eq!(steps, expected);
}

#[test]
fn the_reason_of_a_refused_list_is_given_where_nobody_else_is_believed() {
    let text = seal(&cose::Unsigned::new(cose::alg::EDDSA, *b"12345678", [0xa0]).sign(&[0; 64]));
    for (error, reason) in [
        (trust_list::Error::ListSignature, Reason::TrustListSignature),
        (trust_list::Error::NoAnchor, Reason::TrustChainInvalid),
        (trust_list::Error::ClockBeforeIssue { at: NOW, issued: NOW }, Reason::ClockWrong),
        (trust_list::Error::Rollback { held: 2, offered: 1 }, Reason::TrustListRolledBack),
    ] {
        let verdict = nobody_believed().with_refused_list(&error).check(&text, NOW);
        assert_eq!(verdict.reason, reason);
        assert_eq!(verdict.verdict, Outcome::Unknown);
        assert_eq!(verdict.trust.list_refused, Some(reason));
    }
}

#[test]
fn a_verdict_without_a_signature_has_every_member_of_the_json() {
    let json = serde_json::to_value(nobody_believed().check("HC1:", NOW)).unwrap();
    let members: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    for member in ["verdict", "reason", "format", "holder", "claims", "signer", "trust", "checks"] {
        assert!(members.contains(&member), "{member}");
    }
    assert!(json["holder"].is_null());
}

proptest! {
    #[test]
    fn no_text_panics_or_is_valid(text in "\\PC{0,100}", at: i64) {
        prop_assert!(!nobody_believed().check(&text, UnixTime(at)).is_valid());
    }

    #[test]
    fn no_characters_of_base45_panic_or_are_valid(text in "HC1:[0-9A-Z $%*+./:-]{0,400}", at: i64) {
        prop_assert!(!nobody_believed().check(&text, UnixTime(at)).is_valid());
    }

    #[test]
    fn no_stream_panics_or_is_valid(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let text = [PREFIX, &base45::encode(&bytes)].concat();
        prop_assert!(!nobody_believed().check(&text, NOW).is_valid());
        let text = [PREFIX, &base45::encode(&zlib::deflate(&bytes))].concat();
        prop_assert!(!nobody_believed().check(&text, NOW).is_valid());
    }

    #[test]
    fn no_payload_panics_or_is_valid(
        payload in prop::collection::vec(any::<u8>(), 0..400),
        kid in prop::collection::vec(any::<u8>(), 0..20),
        signature in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let text = seal(&cose::Unsigned::new(cose::alg::ES256, kid, payload).sign(&signature));
        prop_assert!(!nobody_believed().check(&text, NOW).is_valid());
    }
}
