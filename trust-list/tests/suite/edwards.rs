//! Ed25519 over points of small and of mixed order, where libraries differ ("Taming the many EdDSAs", 2020): both back
//! ends say of every signature exactly what our rule says. The rule: S B = R + k A without a cofactor, and neither R nor A
//! is of small order.

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::traits::IsIdentity as _;
use curve25519_dalek::{EdwardsPoint, Scalar};
use sha2::{Digest as _, Sha512};
use specs::signer_list::KeyData;
use trust_list::backend::{native, portable};
use trust_list::key::PublicKey;

/// For every pair of torsion points so many secrets.
const SECRETS: u64 = 12;

#[test]
fn both_back_ends_follow_the_rule_on_points_of_every_order() {
    let (mut accepted, mut refused) = (0, 0);
    for secret in 0..SECRETS {
        for torsion_of_key in EIGHT_TORSION {
            for torsion_of_nonce in EIGHT_TORSION {
                for lone in [false, true] {
                    let (key, message, signature) = signed(secret, torsion_of_key, torsion_of_nonce, lone);
                    let expected = rule(&key, &message, &signature);
                    for backend in [portable(), native()] {
                        let parsed = PublicKey::from_key_data(&KeyData::Ed25519(key));
                        let prepared = parsed.and_then(|key| backend.prepare(&key));
                        let found = prepared.is_ok_and(|key| key.verify(&message, &signature));
                        assert_eq!(
                            found,
                            expected,
                            "{}: {} {}",
                            backend.name(),
                            hex::encode(key),
                            hex::encode(&signature)
                        );
                    }
                    *(if expected { &mut accepted } else { &mut refused }) += 1;
                }
            }
        }
    }
    println!("Ed25519 with torsion: {accepted} signatures accepted by both back ends, {refused} refused by both");
    assert_eq!((accepted, refused), (92, 1_444), "the points and messages are fixed, so the numbers are");
}

/// A signature as the holder of a secret would make it who adds torsion to key and nonce; or, `lone`, with a key that is
/// nothing but torsion.
fn signed(
    secret: u64,
    torsion_of_key: EdwardsPoint,
    torsion_of_nonce: EdwardsPoint,
    lone: bool,
) -> ([u8; 32], Vec<u8>, Vec<u8>) {
    let scalar = |words: &str| Scalar::from_bytes_mod_order_wide(&Sha512::digest(format!("{words} {secret}")).into());
    let private = if lone { Scalar::ZERO } else { scalar("key") };
    let nonce = scalar("nonce");
    let key = (EdwardsPoint::mul_base(&private) + torsion_of_key).compress();
    let first = (EdwardsPoint::mul_base(&nonce) + torsion_of_nonce).compress();
    let message = format!("message {secret}").into_bytes();
    let challenge = challenge(first.as_bytes(), key.as_bytes(), &message);
    let second = nonce + challenge * private;
    (key.to_bytes(), message, [first.to_bytes(), second.to_bytes()].concat())
}

fn challenge(first: &[u8], key: &[u8], message: &[u8]) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&Sha512::digest([first, key, message].concat()).into())
}

/// Calculated with curve25519-dalek's points, without anybody's verification.
fn rule(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let point = |bytes: &[u8]| curve25519_dalek::edwards::CompressedEdwardsY(bytes.try_into().unwrap()).decompress();
    let (first, second) = signature.split_at(32);
    let (Some(nonce), Some(public)) = (point(first), point(key)) else { return false };
    let second = Scalar::from_canonical_bytes(second.try_into().unwrap()).unwrap();
    let difference = EdwardsPoint::mul_base(&second) - nonce - challenge(first, key, message) * public;
    let small = |point: EdwardsPoint| point.mul_by_cofactor().is_identity();
    difference.is_identity() && !small(nonce) && !small(public)
}
