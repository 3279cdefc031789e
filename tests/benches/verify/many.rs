//! Many national certificates: Ed25519 signatures in batches beside aws-lc-rs one by one, and two threads beside one.

use std::hint::black_box;

use tests::certificates::now;
use tests::signing::{Algorithm, Wanted};
use tests::stopwatch::{Contender, print, race};
use trust_list::backend;
use trust_list::batch::{self, Claim, Key};

use super::{CERTIFICATES, Profile, list_of, parsed, signed, text};

pub(super) const AIM_BATCH: f64 = 1.8;
pub(super) const AIM_THREADS: f64 = 1.9;

/// Signatures in a batch.
const BATCH: usize = 250;
const ROUNDS: usize = 25;

/// What a batch is worth, and what a second thread is worth.
pub(super) fn contests() -> (f64, f64) {
    let signer = Wanted::new(Algorithm::EdDsa).make();
    let texts: Vec<String> = (0..CERTIFICATES).map(|number| text(&signer, Profile::National, number)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (key, signed) = (parsed(&signer), signed(&texts));
    let batch_key = Key::of(signer.certificate.key()).expect("our own key");
    let claims: Vec<Claim<'_>> =
        signed.iter().map(|(message, signature)| Claim { key: &batch_key, message, signature }).collect();
    let verifier = list_of(&signer).verifier(backend::native());
    let some = |number: usize| number * BATCH..(number + 1) * BATCH;
    let check = |text: &&str| assert!(black_box(verifier.check(black_box(text), now())).is_valid());
    let measured = race(
        vec![
            Contender::new("bare signature verification one by one, aws-lc-rs", |number| {
                for (message, signature) in &signed[some(number)] {
                    key.verify_sig(black_box(message), black_box(signature)).expect("a good signature");
                }
            }),
            Contender::new("bare signatures in a batch", |number| {
                assert!(batch::verify(black_box(&claims[some(number)])));
            }),
            Contender::new("for information: text to verdict one by one", |number| {
                texts[some(number)].iter().for_each(check);
            }),
            Contender::new("for information: text to verdict, check_many", |number| {
                let verdicts = black_box(verifier.check_many(black_box(&texts[some(number)]), now()));
                assert!(verdicts.iter().all(verifier::Verdict::is_valid));
            }),
        ],
        CERTIFICATES / BATCH,
        1,
        ROUNDS,
    );
    print(&format!("Ed25519, {BATCH} national certificates (figures for all {BATCH})"), &measured);
    let batch = measured[1].ratio;

    let bare = |(message, signature): &(Vec<u8>, Vec<u8>)| {
        key.verify_sig(black_box(message), black_box(signature)).expect("a good signature");
    };
    let measured = race(
        vec![
            Contender::new("text to verdict, all certificates twice, one thread", |_| twice(1, &texts, check)),
            Contender::new("the same, two threads", |_| twice(2, &texts, check)),
        ],
        1,
        1,
        ROUNDS,
    );
    // What the machine has to give: on many a rented one two processors are two threads of one core.
    let machine = race(
        vec![
            Contender::new("for information: bare signature verification, one thread", |_| twice(1, &signed, bare)),
            Contender::new("for information: the same, two threads", |_| twice(2, &signed, bare)),
        ],
        1,
        1,
        ROUNDS,
    );
    print(
        &format!("Ed25519, {CERTIFICATES} national certificates twice (figures for all)"),
        &[measured.clone(), machine].concat(),
    );
    (batch, measured[1].ratio)
}

/// All the work two times: one after the other, or each time in a thread of its own.
fn twice<T: Sync>(threads: usize, items: &[T], work: impl Fn(&T) + Sync) {
    if threads == 1 {
        items.iter().chain(items).for_each(work);
        return;
    }
    std::thread::scope(|scope| {
        let other = scope.spawn(|| items.iter().for_each(&work));
        items.iter().for_each(&work);
        other.join().expect("the other thread did it too");
    });
}
