//! Both back ends give the same answer: on points where Ed25519 libraries differ, on honest signatures, and on signatures
//! bent in every way that came to mind.

use aws_lc_rs::{
    encoding::AsDer as _,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
        Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RsaEncoding,
        RsaKeyPair,
    },
};
use proptest::{prelude::*, sample::Index};

use super::*;

/// What is it, is it to be accepted, key, message, signature. Made for this test with a few lines of arithmetic on the
/// curve, after the cases of "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020).
const EDGES: [(&str, bool, &str, &[u8], &str); 14] = [
    (
        "an honest signature",
        true,
        "7d1ef87bad7003fd4c667552ed5e1394cebad9812a8bc441ba10da9ebddaf52b",
        b"honest",
        "622b697b072241ed89b2a478734c0478b1aec7997f2c69e3aa7958120b63655168e155a01d911e8106399f6bb76dddeb3fe74ef2e00520b64f94213b3acecf0b",
    ),
    (
        "S not below the group order",
        false,
        "7d1ef87bad7003fd4c667552ed5e1394cebad9812a8bc441ba10da9ebddaf52b",
        b"honest",
        "622b697b072241ed89b2a478734c0478b1aec7997f2c69e3aa7958120b63655155b54bfd37f430d9dcd5960e9667bc0040e74ef2e00520b64f94213b3acecf1b",
    ),
    (
        "key and R of small order, S zero",
        false,
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        b"small key 0",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000",
    ),
    (
        "key of small order, R of large order",
        false,
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        b"small key, large R 9",
        "622b697b072241ed89b2a478734c0478b1aec7997f2c69e3aa7958120b636551bae36350282b13c00f6ae1a95696186e83a9879a91e7008ee7ac91aff4faf300",
    ),
    (
        "R is the identity",
        false,
        "7d1ef87bad7003fd4c667552ed5e1394cebad9812a8bc441ba10da9ebddaf52b",
        b"identity R",
        "010000000000000000000000000000000000000000000000000000000000000086a5d0461ed288b2f6b4d2a880cbd3133faa78722d35411a48a77f9ef8a02801",
    ),
    (
        "R is the identity, not canonical",
        false,
        "7d1ef87bad7003fd4c667552ed5e1394cebad9812a8bc441ba10da9ebddaf52b",
        b"identity R, not canonical",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7fb9361f388b139d251e6a113d62c26685c90eeefb453e850c90b795b1b5b6cc06",
    ),
    (
        "R is the identity, with the sign of a zero",
        false,
        "7d1ef87bad7003fd4c667552ed5e1394cebad9812a8bc441ba10da9ebddaf52b",
        b"identity R, negative zero",
        "0100000000000000000000000000000000000000000000000000000000000080709f2c14463fa73aaa9faed34382bc854687cd0aa80f0990340e27c08cd46e0e",
    ),
    (
        "key of mixed order, the equation holds without cofactor",
        true,
        "9d8b611de6d0e940a7983845b3fd7a4fa17f7e83705ad68e0d54d51aea02044b",
        b"mixed key 8",
        "622b697b072241ed89b2a478734c0478b1aec7997f2c69e3aa7958120b636551e27466e510ac86b90d7d9c030900598489fb6a42d9fb9d85a66756263f39290b",
    ),
    (
        "key of mixed order, the equation holds with cofactor only",
        false,
        "9d8b611de6d0e940a7983845b3fd7a4fa17f7e83705ad68e0d54d51aea02044b",
        b"mixed key, cofactored 0",
        "622b697b072241ed89b2a478734c0478b1aec7997f2c69e3aa7958120b6365512c9c027ac2de709b18b22ef4275ea786be960f74803f68f4e03091558b68320a",
    ),
    (
        "key and R of mixed order, the equation holds without cofactor",
        true,
        "9d8b611de6d0e940a7983845b3fd7a4fa17f7e83705ad68e0d54d51aea02044b",
        b"mixed key and R 34",
        "3b1c5cc34e1b0ebb57f40bcccc98e2f2eb8f10db2517d15ad6f0fba9bfa8fc8c017cf2d55df098ab98ce616617942b95e2b14d6db7727601c854f141d65f8804",
    ),
    (
        "R of mixed order, the equation holds with cofactor only",
        false,
        "7d1ef87bad7003fd4c667552ed5e1394cebad9812a8bc441ba10da9ebddaf52b",
        b"mixed R",
        "3b1c5cc34e1b0ebb57f40bcccc98e2f2eb8f10db2517d15ad6f0fba9bfa8fc8cc0acc229076d7b2418cc476e99aa32b3ec3274d4880fc1f0e964d93d3fc7a409",
    ),
    (
        "the key is the identity",
        false,
        "0100000000000000000000000000000000000000000000000000000000000000",
        b"identity key",
        "622b697b072241ed89b2a478734c0478b1aec7997f2c69e3aa7958120b636551bae36350282b13c00f6ae1a95696186e83a9879a91e7008ee7ac91aff4faf300",
    ),
    (
        "the key is the identity, not canonical",
        false,
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        b"identity key",
        "622b697b072241ed89b2a478734c0478b1aec7997f2c69e3aa7958120b636551bae36350282b13c00f6ae1a95696186e83a9879a91e7008ee7ac91aff4faf300",
    ),
    (
        "the key is not on the curve",
        false,
        "0200000000000000000000000000000000000000000000000000000000000000",
        b"identity key",
        "622b697b072241ed89b2a478734c0478b1aec7997f2c69e3aa7958120b636551bae36350282b13c00f6ae1a95696186e83a9879a91e7008ee7ac91aff4faf300",
    ),
];

#[test]
fn ed25519_is_strict_and_without_cofactor_on_both() {
    for (what, expected, key, message, signature) in EDGES {
        let key = PublicKey::Ed25519(hex::decode(key).unwrap().try_into().unwrap());
        let signature = hex::decode(signature).unwrap();
        for backend in [portable(), native()] {
            let accepted = backend.prepare(&key).is_ok_and(|prepared| prepared.verify(message, &signature));
            assert_eq!(accepted, expected, "{what}, {}", backend.name());
        }
    }
}

#[test]
fn a_key_off_its_curve_is_refused_at_preparation() {
    let off = |mut point: Vec<u8>| {
        *point.last_mut().unwrap() ^= 1;
        point
    };
    let p256 = off(ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING).public_key().as_ref().to_vec());
    let p384 = off(ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING).public_key().as_ref().to_vec());
    for backend in [portable(), native()] {
        for key in [
            PublicKey::P256(p256.clone().try_into().unwrap()),
            PublicKey::P384(p384.clone().try_into().unwrap()),
            PublicKey::Ed25519([&[2][..], &[0; 31]].concat().try_into().unwrap()),
        ] {
            let refused = backend.prepare(&key).err();
            assert_eq!(refused, Some(Error::KeyRejected { reason: "not a point of its curve" }), "{}", backend.name());
        }
    }
}

#[test]
fn keys_that_are_too_small_too_large_or_weak_are_refused_before_any_library_sees_them() {
    let rsa =
        |bytes: usize, exponent: &[u8]| PublicKey::Rsa { modulus: vec![0xff; bytes], exponent: exponent.to_vec() };
    let size = "an RSA modulus must have 2048 to 4096 bits";
    let exponent = "an RSA exponent must be odd and from 3 to 2^32 - 1";
    for (key, reason) in [
        (rsa(128, &[1, 0, 1]), size),
        (rsa(255, &[1, 0, 1]), size),
        (rsa(513, &[1, 0, 1]), size),
        (rsa(256, &[1]), exponent),
        (rsa(256, &[4]), exponent),
        (rsa(256, &[1, 0, 0, 0, 1]), exponent),
        (rsa(256, &[]), exponent),
        (rsa(256, &[0, 3]), "an RSA number has leading zeros"),
        (
            PublicKey::Rsa { modulus: [vec![0xff; 255], vec![0xfe]].concat(), exponent: vec![3] },
            "an RSA modulus must be odd",
        ),
        (PublicKey::Ed25519([0; 32]), "not a canonical point of large order"),
        (PublicKey::P256([2; 65]), "not an uncompressed point"),
        (PublicKey::P384([3; 97]), "not an uncompressed point"),
    ] {
        for backend in [portable(), native()] {
            assert_eq!(backend.prepare(&key).err(), Some(Error::KeyRejected { reason }), "{}", backend.name());
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's keys")]
#[test]
fn rsa_is_pss_with_sha256_and_for_certificates_pkcs1() {
    let pair = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let der: aws_lc_rs::encoding::PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let key = PublicKey::from_spki(der.as_ref()).unwrap();
    let sign = |padding: &'static dyn RsaEncoding| {
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(padding, &SystemRandom::new(), b"message", &mut signature).unwrap();
        signature
    };
    let (pss, pss384) = (sign(&RSA_PSS_SHA256), sign(&RSA_PSS_SHA384));
    let (pkcs1, pkcs1_512) = (sign(&RSA_PKCS1_SHA256), sign(&RSA_PKCS1_SHA512));
    for backend in [portable(), native()] {
        let prepared = backend.prepare(&key).unwrap();
        assert!(prepared.verify(b"message", &pss));
        assert!(!prepared.verify(b"massage", &pss));
        assert!(!prepared.verify(b"message", &pss384));
        assert!(!prepared.verify(b"message", &pkcs1));
        assert!(prepared.verify_pkcs1(Hash::Sha256, b"message", &pkcs1));
        assert!(prepared.verify_pkcs1(Hash::Sha512, b"message", &pkcs1_512));
        assert!(!prepared.verify_pkcs1(Hash::Sha384, b"message", &pkcs1));
        assert!(!prepared.verify_pkcs1(Hash::Sha256, b"message", &pss));
        for at in 0..pss.len() * 8 {
            let mut bent = pss.clone();
            bent[at / 8] ^= 1 << (at % 8);
            assert!(!prepared.verify(b"message", &bent), "{} accepts a flipped bit", backend.name());
            // The portable back end needs a tenth of a millisecond for each; a sample will do.
            if at > 64 {
                break;
            }
        }
    }
}

#[test]
fn der_signatures_are_strict() {
    let good = "3006020101020101";
    let fixed = |hex: &str| ecdsa_from_der(Algorithm::Es256, &hex::decode(hex).unwrap());
    let one = [&[0; 31][..], &[1]].concat();
    assert_eq!(fixed(good), Some([&one[..], &one].concat()));
    for (what, hex) in [
        ("a byte after it", "300602010102010100"),
        ("a byte after the numbers", "300702010102010100"),
        ("one number", "3003020101"),
        ("a length in two bytes", "308106020101020101"),
        ("a negative number", "3006020181020101"),
        ("an empty number", "30050200020101"),
        ("a superfluous zero", "300702020001020101"),
        ("an indefinite length", "30800201010201010000"),
        ("a wrong tag", "3106020101020101"),
        ("a length beyond the end", "3007020101020101"),
    ] {
        assert_eq!(fixed(hex), None, "{what}");
    }
    let long = format!("3026022101{}020101", "00".repeat(32));
    assert_eq!(fixed(&long), None, "a number of 33 bytes");
    assert_eq!(ecdsa_from_der(Algorithm::EdDsa, &hex::decode(good).unwrap()), None);
}

/// A key with a signature, in the form of COSE.
struct Signed {
    key: PublicKey,
    signature: Vec<u8>,
}

#[expect(clippy::disallowed_methods, reason = "a test's keys")]
fn ecdsa(algorithm: &'static EcdsaSigningAlgorithm) -> EcdsaKeyPair {
    EcdsaKeyPair::generate(algorithm).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a test's keys")]
fn signed(kind: usize, message: &[u8]) -> Signed {
    match kind {
        0 => {
            let pair = Ed25519KeyPair::generate().unwrap();
            let key = PublicKey::Ed25519(pair.public_key().as_ref().try_into().unwrap());
            Signed { key, signature: pair.sign(message).as_ref().to_vec() }
        }
        1 => {
            let pair = ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING);
            let key = PublicKey::P256(pair.public_key().as_ref().try_into().unwrap());
            Signed { key, signature: pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec() }
        }
        _ => {
            let pair = ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING);
            let key = PublicKey::P384(pair.public_key().as_ref().try_into().unwrap());
            Signed { key, signature: pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec() }
        }
    }
}

/// Ways to bend a signature or what it is over.
#[derive(Debug, Clone)]
enum Bend {
    Nothing,
    FlipSignature(Index, u8),
    FlipMessage(Index, u8),
    FlipKey(Index, u8),
    Cut(Index),
    Extend(Vec<u8>),
    SwapHalves,
    Half { first: bool, with: u8 },
    Replace(Vec<u8>),
}

fn bends() -> impl Strategy<Value = Bend> {
    prop_oneof![
        Just(Bend::Nothing),
        (any::<Index>(), 0..8u8).prop_map(|(at, bit)| Bend::FlipSignature(at, bit)),
        (any::<Index>(), 0..8u8).prop_map(|(at, bit)| Bend::FlipMessage(at, bit)),
        (any::<Index>(), 0..8u8).prop_map(|(at, bit)| Bend::FlipKey(at, bit)),
        any::<Index>().prop_map(Bend::Cut),
        prop::collection::vec(any::<u8>(), 1..40).prop_map(Bend::Extend),
        Just(Bend::SwapHalves),
        (any::<bool>(), prop_oneof![Just(0), Just(1), Just(0xff)]).prop_map(|(first, with)| Bend::Half { first, with }),
        prop::collection::vec(any::<u8>(), 0..200).prop_map(Bend::Replace),
    ]
}

fn flip(bytes: &mut [u8], at: Index, bit: u8) {
    if !bytes.is_empty() {
        bytes[at.index(bytes.len())] ^= 1 << bit;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn both_back_ends_agree_and_accept_only_what_was_signed(
        kind in 0..3usize,
        mut message in prop::collection::vec(any::<u8>(), 1..100),
        bend in bends(),
    ) {
        let Signed { mut key, mut signature } = signed(kind, &message);
        match bend.clone() {
            Bend::Nothing => {}
            Bend::FlipSignature(at, bit) => flip(&mut signature, at, bit),
            Bend::FlipMessage(at, bit) => flip(&mut message, at, bit),
            Bend::FlipKey(at, bit) => match &mut key {
                PublicKey::Ed25519(point) => flip(point, at, bit),
                PublicKey::P256(point) => flip(point, at, bit),
                PublicKey::P384(point) => flip(point, at, bit),
                PublicKey::Rsa { .. } => unreachable!("no RSA key is made here"),
            },
            Bend::Cut(at) => signature.truncate(at.index(signature.len())),
            Bend::Extend(more) => signature.extend(more),
            Bend::SwapHalves => {
                let half = signature.len() / 2;
                signature.rotate_left(half);
            }
            Bend::Half { first, with } => {
                let half = signature.len() / 2;
                let (low, high) = signature.split_at_mut(half);
                if first { low } else { high }.fill(with);
            }
            Bend::Replace(bytes) => signature = bytes,
        }
        let prepared = [portable().prepare(&key), native().prepare(&key)];
        prop_assert_eq!(prepared[0].as_ref().err(), prepared[1].as_ref().err());
        let answers = prepared.map(|prepared| prepared.is_ok_and(|prepared| prepared.verify(&message, &signature)));
        prop_assert_eq!(answers, [matches!(bend, Bend::Nothing); 2]);
    }

    #[test]
    fn any_ed25519_point_is_taken_or_refused_by_both(bytes in any::<[u8; 32]>()) {
        let key = PublicKey::Ed25519(bytes);
        prop_assert_eq!(portable().prepare(&key).err(), native().prepare(&key).err());
    }

    #[test]
    fn reading_a_key_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = PublicKey::from_spki(&bytes);
        let _ = ecdsa_from_der(Algorithm::Es384, &bytes);
    }
}
