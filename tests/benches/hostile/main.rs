//! `cargo xtask bench hostile`: what the most expensive text that fits a QR symbol costs, against its bound of 1 ms. The
//! texts are those of the fuzzer and of the test of memory; half of them from a signer that is believed, so that the
//! layers behind the signature have their work too. Then what pictures cost that are made to keep the scanner busy.

mod pictures;

use std::hint::black_box;
use tests::certificates::{self, now};
use tests::signing::{Algorithm, Wanted};
use tests::stopwatch::{Contender, print, race};
use trust_list::backend;
use trust_list::signers::Signer;
use verifier::Verifier;

const ROUNDS: usize = 9;
const REPEATS: usize = 20;
/// Nanoseconds.
const BOUND: f64 = 1e6;

fn main() {
    texts();
    pictures::measure();
}

fn texts() {
    let signer = Wanted::new(Algorithm::EdDsa).make();
    let trusted = Signer::from_certificate(signer.certificate.der(), backend::native()).expect("our own signer");
    let verifier = Verifier::new(backend::native()).with_signer(trusted);
    let honest = certificates::claims(specs::hcert::Content::from(certificates::national()));
    let mut texts = vec![("an honest certificate".to_owned(), certificates::text(&signer, &honest))];
    let named = |mark: &str, texts: Vec<(&str, String)>| -> Vec<(String, String)> {
        texts.into_iter().map(|(name, text)| (format!("{name}{mark}"), text)).collect()
    };
    texts.extend(named("", fuzz::hostile::texts(&fuzz::hostile::unsigned)));
    texts.extend(named(", well signed", fuzz::hostile::texts(&|payload| signer.cose(payload))));
    let contenders = texts
        .iter()
        .map(|(name, text)| Contender::new(name.clone(), |_| drop(black_box(verifier.check(black_box(text), now())))));
    let measured = race(contenders.collect(), REPEATS, 1, ROUNDS);
    print("hostile texts of at most 4,296 characters, native back end; ratio: against the honest one", &measured);
    let worst = measured.iter().max_by(|one, other| one.nanos.total_cmp(&other.nanos)).expect("some were measured");
    let word = if worst.nanos < BOUND { "met" } else { "NOT met" };
    println!("\n  bound 1 ms: {word} (worst: {:.0} us, {})", worst.nanos / 1e3, worst.name);
}
