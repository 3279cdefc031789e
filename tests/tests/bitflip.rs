//! The verifier never accepts a certificate with any one bit flipped: not in the signed message, not in the compressed
//! stream around it, not in the text of the QR symbol; for every algorithm, both formats and both back ends, every bit tried.
//!
//! One container has bits without meaning: the codes of a *deflated* stream can be written in more ways than one. Our
//! certificates of one dose are stored, not deflated, and there every bit counts. For a longer one that is deflated, a
//! flipped bit may be accepted only where the message that comes out is the same, byte for byte.
#![expect(clippy::unwrap_used, reason = "tests")]

use specs::hcert::{Claims, Content, PREFIX, seal};
use specs::{base45, hcert, zlib};
use tests::back_ends::Verifiers;
use tests::certificates::{self, now};
use tests::signing::{Algorithm, TestSigner, Wanted};
use verifier::verdict::{Outcome, Step};

#[test]
fn national_certificate_with_ed25519() {
    every_bit_counts(Algorithm::EdDsa, Content::from(certificates::national()));
}

#[test]
fn eu_certificate_with_ed25519() {
    every_bit_counts(Algorithm::EdDsa, Content::from(certificates::eu_dcc()));
}

#[test]
fn eu_certificate_with_es256() {
    every_bit_counts(Algorithm::Es256, Content::from(certificates::eu_dcc()));
}

#[test]
fn eu_certificate_with_es384() {
    every_bit_counts(Algorithm::Es384, Content::from(certificates::eu_dcc()));
}

#[test]
fn eu_certificate_with_ps256() {
    every_bit_counts(Algorithm::Ps256, Content::from(certificates::eu_dcc()));
}

#[test]
fn deflated_certificate_with_es256() {
    let mut certificate = certificates::eu_dcc();
    certificate.name.given = Some("Công Tằng Tôn Nữ ".repeat(4).trim().into());
    certificate.name.given_std = Some("CONG<TANG<TON<NU<".repeat(4).into());
    certificate.name.family = certificate.name.given.clone();
    certificate.name.family_std = certificate.name.given_std.clone();
    let (signer, claims) = made(Algorithm::Es256, Content::from(certificate));
    let verifiers = believing(&signer);
    let cose = certificates::cose(&signer, &claims);
    let stream = zlib::deflate(&cose);
    assert!(stream.len() < cose.len(), "this certificate is to be deflated");
    let flips = flips(&stream);
    let mut accepted = 0;
    for (bit, stream) in flips.iter().enumerate() {
        let text = [PREFIX, &base45::encode(stream)].concat();
        if verifiers.check(&text, now()).verdict == Outcome::Valid {
            accepted += 1;
            assert_eq!(hcert::open(&text).unwrap().cose(), cose, "bit {bit} changed the message");
        }
    }
    let refused = flips.len() - accepted;
    println!("deflated: {refused} flips refused, {accepted} changed nothing but the writing of the same message");
    none_accepted(&verifiers, "message", flips_of_message(&cose));
}

/// A dishonest or broken signer: what is wrong is signed, so that all later steps meet it. There is an answer for each,
/// it can be written as JSON, and every layer can be inspected.
#[test]
fn whatever_is_signed_gets_an_answer() {
    let contents = [Content::from(certificates::national()), Content::from(certificates::eu_dcc())];
    for content in contents {
        let (signer, claims) = made(Algorithm::EdDsa, content);
        let verifiers = believing(&signer);
        let mut reasons = std::collections::BTreeMap::<&str, usize>::new();
        for payload in flips(&claims.encode().unwrap()) {
            let text = seal(&signer.cose(&payload));
            let verdict = verifiers.check(&text, now());
            assert_eq!(verdict.passed(Step::Signature), Some(true), "{:?}", verdict.checks);
            assert_eq!(verdict.verdict, verdict.reason.class());
            assert_eq!(serde_json::to_value(&verdict).unwrap()["reason"], verdict.reason.code());
            assert!(!verifier::inspect::report(&text).text.is_empty());
            *reasons.entry(verdict.reason.code()).or_default() += 1;
        }
        println!("signed and flipped: {reasons:?}");
    }
}

fn every_bit_counts(algorithm: Algorithm, content: Content) {
    let (signer, claims) = made(algorithm, content);
    let verifiers = believing(&signer);
    let cose = certificates::cose(&signer, &claims);
    let text = seal(&cose);
    let whole = verifiers.check(&text, now());
    assert_eq!(whole.verdict, Outcome::Valid, "{}: {:?}", whole.reason, whole.checks);

    none_accepted(&verifiers, "message", flips_of_message(&cose));
    let stream = zlib::deflate(&cose);
    let of_stream = flips(&stream).into_iter().map(|stream| [PREFIX, &base45::encode(&stream)].concat());
    none_accepted(&verifiers, "stream", of_stream.collect());
    // A flip of the highest bit is no text any more; nothing is left to check then.
    let of_text = flips(text.as_bytes()).into_iter().filter_map(|bytes| String::from_utf8(bytes).ok());
    none_accepted(&verifiers, "text", of_text.collect());
}

fn made(algorithm: Algorithm, content: Content) -> (TestSigner, Claims) {
    (Wanted::new(algorithm).make(), certificates::claims(content))
}

fn believing(signer: &TestSigner) -> Verifiers {
    Verifiers::believing(&[signer.certificate.der()])
}

fn none_accepted(verifiers: &Verifiers, layer: &str, texts: Vec<String>) {
    for (number, text) in texts.iter().enumerate() {
        let verdict = verifiers.check(text, now());
        assert_ne!(verdict.verdict, Outcome::Valid, "{layer}, flip {number}: {text}");
    }
    println!("{layer}: {} flips, none accepted", texts.len());
}

/// Each flip of the message, wrapped again without a fault.
fn flips_of_message(cose: &[u8]) -> Vec<String> {
    flips(cose).iter().map(|cose| seal(cose)).collect()
}

/// The bytes with each bit flipped in turn.
fn flips(bytes: &[u8]) -> Vec<Vec<u8>> {
    let flip = |bit: usize| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    };
    (0..bytes.len() * 8).map(flip).collect()
}
