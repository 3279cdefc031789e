//! Many Ed25519 signatures in one equation, for audits of many certificates: a signature then costs less than half of one
//! that is checked alone.
//!
//! For claims i with key A, signature (R, S), h = SHA-512(R || A || M) and coefficients z of 128 bits, the equation is
//! `sum(z R) + sum(z h A) - sum(z S) B = 0`. It holds where every signature is good. The coefficients are hashed from all
//! that is claimed, so no randomness is needed, and whoever forges would have to foresee them: 2^-128.
//!
//! One difference to [`crate::backend::Verify`] stays, which is why a batch is only a sieve in front of an audit and never
//! decides at a door: a signature whose R has a part of small order fails alone, and may pass in a batch, where such parts
//! can cancel each other. Only the holder of the key can make one. Keys with such a part take no part in batches.

use std::collections::BTreeMap;

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::traits::{IsIdentity as _, VartimeMultiscalarMul as _};
use curve25519_dalek::{EdwardsPoint, Scalar};
use sha2::{Digest as _, Sha512};

use crate::backend::edwards;
use crate::key::PublicKey;

/// Goes before everything that coefficients are hashed from.
const DOMAIN: &[u8] = b"lachan Ed25519 batch 1";

/// An Ed25519 key, ready for batches.
#[derive(Debug, Clone)]
pub struct Key {
    bytes: [u8; 32],
    point: EdwardsPoint,
}

impl Key {
    /// Prepares a key. `None` where it is not Ed25519, [`PublicKey::check`] refuses it, or it has a part of small order: its
    /// signatures are to be checked one by one. Costs about as much as checking a signature.
    pub fn of(key: &PublicKey) -> Option<Self> {
        let PublicKey::Ed25519(bytes) = key else { return None };
        key.check().ok()?;
        let point = CompressedEdwardsY(*bytes).decompress()?;
        point.is_torsion_free().then_some(Self { bytes: *bytes, point })
    }
}

/// That this key made this signature of this message.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Whose signature it is said to be.
    pub key: &'a Key,
    /// What was signed.
    pub message: &'a [u8],
    /// The signature, 64 bytes.
    pub signature: &'a [u8],
}

/// Are all of them good? False says that at least one is not, and not which. No claim at all is good.
pub fn verify(claims: &[Claim<'_>]) -> bool {
    sum(claims).is_some_and(|sum| sum.is_identity())
}

/// The left side of the equation; `None` where a signature has not the form of one.
fn sum(claims: &[Claim<'_>]) -> Option<EdwardsPoint> {
    let mut parsed = Vec::with_capacity(claims.len());
    let mut transcript = Sha512::new_with_prefix(DOMAIN);
    for claim in claims {
        let (r, s) = edwards::signature(claim.signature)?.split_first_chunk::<32>()?;
        let s: &[u8; 32] = s.try_into().ok()?;
        let scalar = Option::<Scalar>::from(Scalar::from_canonical_bytes(*s))?;
        let hash = Sha512::new().chain_update(r).chain_update(claim.key.bytes).chain_update(claim.message).finalize();
        transcript.update(hash);
        transcript.update(s);
        parsed.push((CompressedEdwardsY(*r).decompress()?, scalar, Scalar::from_bytes_mod_order_wide(&hash.into())));
    }
    let seed = transcript.finalize();

    let mut scalars = Vec::with_capacity(2 * claims.len() + 1);
    let mut points = Vec::with_capacity(2 * claims.len() + 1);
    let mut of_base = Scalar::ZERO;
    // One term for each key, however often it signed.
    let mut of_keys = BTreeMap::new();
    for (number, (claim, (r, s, h))) in claims.iter().zip(parsed).enumerate() {
        let z = coefficient(&seed, number);
        of_base -= z * s;
        of_keys.entry(claim.key.bytes).or_insert((Scalar::ZERO, claim.key.point)).0 += z * h;
        scalars.push(z);
        points.push(r);
    }
    for (scalar, point) in of_keys.into_values().chain([(of_base, ED25519_BASEPOINT_POINT)]) {
        scalars.push(scalar);
        points.push(point);
    }
    Some(EdwardsPoint::vartime_multiscalar_mul(scalars, points))
}

/// The coefficient of the claim of that number, below 2^128.
fn coefficient(seed: &[u8], number: usize) -> Scalar {
    let hash = Sha512::new().chain_update(seed).chain_update((number as u64).to_le_bytes()).finalize();
    let (low, _) = hash.split_first_chunk::<16>().expect("SHA-512 has 64 bytes");
    Scalar::from(u128::from_le_bytes(*low))
}
