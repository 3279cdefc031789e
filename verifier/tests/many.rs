//! `Verifier::check_many` says of each what `Verifier::check` says, whatever stands beside it.
#![cfg(feature = "batch")]
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../../tests/src/certificates.rs"]
#[expect(unreachable_pub, reason = "a module of the tests")]
mod certificates;
#[path = "../../tests/src/signing.rs"]
#[expect(dead_code, unreachable_pub, reason = "a module of the tests, which use the rest of it")]
mod signing;

use certificates::now;
use signing::{Algorithm, TestSigner, Wanted};
use specs::hcert::Content;
use specs::reason::Reason;
use trust_list::backend;
use trust_list::signers::Signer;
use verifier::Verifier;

fn text(signer: &TestSigner, content: Content) -> String {
    certificates::text(signer, &certificates::claims(content))
}

fn national(signer: &TestSigner, number: usize) -> String {
    let mut certificate = certificates::national();
    certificate.name.given = format!("Nhung {number}").into();
    text(signer, Content::from(certificate))
}

/// A certificate in the name of `named`, signed by `signer`.
fn forged(signer: &TestSigner, named: &TestSigner) -> String {
    let claims = certificates::claims(Content::from(certificates::national()));
    let unsigned =
        specs::cose::Unsigned::new(named.cose_algorithm(), named.certificate.kid(), claims.encode().unwrap());
    specs::hcert::seal(&signer.finish(&unsigned))
}

fn believing(signers: &[&TestSigner]) -> Verifier {
    let backend = backend::fastest();
    signers.iter().fold(Verifier::new(backend), |verifier, signer| {
        verifier.with_signer(Signer::from_certificate(signer.certificate.der(), backend).unwrap())
    })
}

#[track_caller]
fn same(verifier: &Verifier, texts: &[String]) -> Vec<Reason> {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let many = verifier.check_many(&texts, now());
    let one_by_one: Vec<_> = texts.iter().map(|text| verifier.check(text, now())).collect();
    assert_eq!(many, one_by_one);
    many.iter().map(|verdict| verdict.reason).collect()
}

#[test]
fn good_ones_of_several_signers_and_formats() {
    let (first, second) = (Wanted::new(Algorithm::EdDsa).make(), Wanted::new(Algorithm::EdDsa).make());
    let other = Wanted::new(Algorithm::Es256).make();
    let mut texts = Vec::new();
    for number in 0..100 {
        texts.push(national([&first, &second][number % 2], number));
        texts.push(text(&other, Content::from(certificates::eu_dcc())));
    }
    let reasons = same(&believing(&[&first, &second, &other]), &texts);
    assert_eq!(reasons, vec![Reason::Valid; 200]);
}

#[test]
fn bad_ones_few_and_many_are_found_where_they_stand() {
    let (signer, forger) = (Wanted::new(Algorithm::EdDsa).make(), Wanted::new(Algorithm::EdDsa).make());
    let verifier = believing(&[&signer]);
    let good: Vec<String> = (0..300).map(|number| national(&signer, number)).collect();
    let bad = forged(&forger, &signer);
    for places in [vec![0], vec![255], vec![256], vec![299], vec![3, 200], (0..300).step_by(7).collect()] {
        let mut texts = good.clone();
        places.iter().for_each(|place| texts[*place].clone_from(&bad));
        let reasons = same(&verifier, &texts);
        let found: Vec<usize> = (0..300).filter(|place| reasons[*place] == Reason::SignatureInvalid).collect();
        assert_eq!(found, places);
        assert_eq!(reasons.iter().filter(|reason| **reason == Reason::Valid).count(), 300 - places.len());
    }
    assert_eq!(same(&verifier, &vec![bad; 300]), vec![Reason::SignatureInvalid; 300]);
}

#[test]
fn what_is_no_certificate_or_of_nobody_stands_beside_the_others() {
    let (signer, stranger) = (Wanted::new(Algorithm::EdDsa).make(), Wanted::new(Algorithm::EdDsa).make());
    let good = national(&signer, 1);
    let texts = [good.clone(), String::new(), "HC1:".to_owned(), national(&stranger, 2), "shc:/1".to_owned(), good];
    let reasons = same(&believing(&[&signer]), &texts);
    assert_eq!((reasons[0], reasons[3], reasons[5]), (Reason::Valid, Reason::SignerUnknown, Reason::Valid));
    assert_eq!(same(&believing(&[]), &texts)[0], Reason::TrustListMissing);
    assert!(believing(&[]).check_many(&[], now()).is_empty());
}

/// Two entries with one key, and two keys with one identifier: what only one check can decide is not asked of a batch.
#[test]
fn signers_that_share_a_key_or_are_named_twice() {
    let signer = Wanted::new(Algorithm::EdDsa).make();
    let texts: Vec<String> = (0..70).map(|number| national(&signer, number)).collect();
    assert_eq!(same(&believing(&[&signer, &signer]), &texts), vec![Reason::Valid; 70]);
}
