//! Signatures by RustCrypto: ed25519-dalek, p256, p384, rsa. Verification only, so RUSTSEC-2023-0071 (a timing leak of RSA
//! private keys) does not touch it.

use std::sync::Arc;

use p256::elliptic_curve::point::AffineCoordinates as _;
use rsa::{BoxedUint, pkcs1v15, pss, sha2, signature::Verifier as _};

use super::{Backend, Hash, Verify, edwards};
use crate::{Error, key::PublicKey};

pub(super) struct Portable;

impl Backend for Portable {
    fn name(&self) -> &'static str {
        "portable"
    }

    fn prepare(&self, key: &PublicKey) -> Result<Arc<dyn Verify>, Error> {
        key.check()?;
        let prepared = match key {
            PublicKey::Ed25519(point) => {
                ed25519_dalek::VerifyingKey::from_bytes(point).ok().map(|key| Arc::new(EdDsa(key)) as Arc<dyn Verify>)
            }
            PublicKey::P256(point) => Es256::of(point).map(|key| Arc::new(key) as _),
            PublicKey::P384(point) => Es384::of(point).map(|key| Arc::new(key) as _),
            PublicKey::Rsa { modulus, exponent } => rsa::PublicKey::new(
                BoxedUint::from_be_slice_vartime(modulus),
                BoxedUint::from_be_slice_vartime(exponent),
            )
            .ok()
            .map(|key| Arc::new(Rsa { pss: pss::VerifyingKey::new(key.clone()), key }) as _),
        };
        prepared.ok_or(Error::KeyRejected { reason: "not a point of its curve" })
    }
}

struct EdDsa(ed25519_dalek::VerifyingKey);

impl Verify for EdDsa {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        edwards::signature(signature)
            .is_some_and(|bytes| self.0.verify_strict(message, &ed25519_dalek::Signature::from_bytes(bytes)).is_ok())
    }

    fn verify_pkcs1(&self, _: Hash, _: &[u8], _: &[u8]) -> bool {
        false
    }
}

struct Es256(p256::ecdsa::VerifyingKey);

impl Es256 {
    /// Of an uncompressed point. Asking for its coordinates leaves the square roots of compressed ones out of the program.
    fn of(point: &[u8; 65]) -> Option<Self> {
        let (x, y) = (*point[1..].first_chunk::<32>()?, *point.last_chunk::<32>()?);
        let point = p256::AffinePoint::from_coordinates(&x.into(), &y.into()).into_option()?;
        p256::ecdsa::VerifyingKey::from_affine(point).ok().map(Self)
    }
}

impl Verify for Es256 {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        p256::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }

    fn verify_pkcs1(&self, _: Hash, _: &[u8], _: &[u8]) -> bool {
        false
    }
}

struct Es384(p384::ecdsa::VerifyingKey);

impl Es384 {
    /// As [`Es256::of`].
    fn of(point: &[u8; 97]) -> Option<Self> {
        let (x, y) = (*point[1..].first_chunk::<48>()?, *point.last_chunk::<48>()?);
        let point = p384::AffinePoint::from_coordinates(&x.into(), &y.into()).into_option()?;
        p384::ecdsa::VerifyingKey::from_affine(point).ok().map(Self)
    }
}

impl Verify for Es384 {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        p384::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }

    fn verify_pkcs1(&self, _: Hash, _: &[u8], _: &[u8]) -> bool {
        false
    }
}

struct Rsa {
    pss: pss::VerifyingKey<sha2::Sha256>,
    key: rsa::PublicKey,
}

impl Verify for Rsa {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        pss::Signature::try_from(signature).is_ok_and(|signature| self.pss.verify(message, &signature).is_ok())
    }

    fn verify_pkcs1(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = pkcs1v15::Signature::try_from(signature) else { return false };
        let key = self.key.clone();
        match hash {
            Hash::Sha256 => pkcs1v15::VerifyingKey::<sha2::Sha256>::new(key).verify(message, &signature),
            Hash::Sha384 => pkcs1v15::VerifyingKey::<sha2::Sha384>::new(key).verify(message, &signature),
            Hash::Sha512 => pkcs1v15::VerifyingKey::<sha2::Sha512>::new(key).verify(message, &signature),
        }
        .is_ok()
    }
}
