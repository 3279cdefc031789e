//! Batches of Ed25519 signatures: all good passes, one bad fails, wherever it stands and however it is bad.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use trust_list::batch::{Claim, Key, verify};
use trust_list::key::PublicKey;

struct Signed {
    key: Key,
    message: Vec<u8>,
    signature: Vec<u8>,
}

/// That many signatures, by three keys in turn.
fn signed(count: usize) -> Vec<Signed> {
    let pairs = [1, 2, 3].map(|seed| Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap());
    let one = |number: usize| {
        let pair = &pairs[number % 3];
        let key = PublicKey::Ed25519(pair.public_key().as_ref().try_into().unwrap());
        let message = format!("certificate {number}").into_bytes();
        let signature = pair.sign(&message).as_ref().to_vec();
        Signed { key: Key::of(&key).unwrap(), message, signature }
    };
    (0..count).map(one).collect()
}

fn holds(signed: &[Signed]) -> bool {
    let claims = signed.iter().map(|Signed { key, message, signature }| Claim { key, message, signature });
    verify(&claims.collect::<Vec<_>>())
}

#[test]
fn good_signatures_pass_in_batches_of_every_size() {
    // Below and above the sizes at which the sum is calculated in another way.
    for size in [0, 1, 2, 3, 64, 300, 900] {
        assert!(holds(&signed(size)), "{size}");
    }
}

#[test]
fn one_bad_signature_fails_the_batch_wherever_it_stands() {
    for place in [0, 1, 17, 199] {
        for byte in [0, 31, 32, 60] {
            let mut all = signed(200);
            all[place].signature[byte] ^= 1;
            assert!(!holds(&all), "byte {byte} of {place}");
        }
        let mut all = signed(200);
        all[place].message.push(b'!');
        assert!(!holds(&all), "message of {place}");
        let mut all = signed(200);
        all[place].signature.pop();
        assert!(!holds(&all), "length of {place}");
    }
}

#[test]
fn signatures_that_changed_places_fail() {
    let mut all = signed(10);
    let (first, fourth) = (all[0].signature.clone(), all[3].signature.clone());
    (all[0].signature, all[3].signature) = (fourth, first);
    assert!(!holds(&all), "of one key");
}

/// What dalek's issue about malleable batches is about: errors that cancel each other if all coefficients were one.
#[test]
fn errors_that_cancel_each_other_without_coefficients_fail() {
    let mut all = signed(4);
    let change = |signed: &mut Signed, by: curve25519_dalek::Scalar| {
        let s: [u8; 32] = signed.signature[32..].try_into().unwrap();
        let changed = curve25519_dalek::Scalar::from_canonical_bytes(s).unwrap() + by;
        signed.signature[32..].copy_from_slice(changed.as_bytes());
    };
    change(&mut all[0], curve25519_dalek::Scalar::ONE);
    change(&mut all[3], -curve25519_dalek::Scalar::ONE);
    assert!(!holds(&all));
}

#[test]
fn keys_that_are_not_of_prime_order_take_no_part() {
    // The key of mixed order of the back ends' own tests; a back end takes it, a batch does not.
    let mixed = hex::decode("9d8b611de6d0e940a7983845b3fd7a4fa17f7e83705ad68e0d54d51aea02044b").unwrap();
    let mixed = PublicKey::Ed25519(mixed.try_into().unwrap());
    assert_eq!(mixed.check(), Ok(()));
    assert!(Key::of(&mixed).is_none());
    assert!(Key::of(&PublicKey::Ed25519([0; 32])).is_none(), "small order");
    assert!(Key::of(&PublicKey::P256([4; 65])).is_none(), "another curve");
}
