//! Private keys in this process's memory, as PKCS#8 documents (RFC 5208, RFC 5958) at rest.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
};
use specs::signer_list::KeyData;
use zeroize::Zeroizing;

use super::{Algorithm, Error, SigningKey};

/// A key held in memory.
pub struct SoftKey {
    pair: Pair,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    /// One key, two ways of writing its signatures: fixed length for COSE and JOSE, DER for X.509.
    P256 {
        fixed: EcdsaKeyPair,
        der: EcdsaKeyPair,
    },
}

impl SoftKey {
    /// Makes a new key; returns it with its PKCS#8 document for sealing.
    ///
    /// # Errors
    /// [`Error::Signing`] when the library cannot make one.
    #[expect(
        clippy::disallowed_methods,
        reason = "keys and the nonces of ECDSA come from where the back end has its randomness"
    )]
    pub fn generate(algorithm: Algorithm) -> Result<(Self, Zeroizing<Vec<u8>>), Error> {
        let refused = |_| Error::Signing("no key could be made");
        let document = match algorithm {
            Algorithm::Ed25519 => {
                let pair = Ed25519KeyPair::generate().map_err(refused)?;
                let document = pair.to_pkcs8v1().map_err(refused)?;
                Zeroizing::new(document.as_ref().to_vec())
            }
            Algorithm::Es256 => {
                let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                    .map_err(refused)?;
                Zeroizing::new(document.as_ref().to_vec())
            }
        };
        Ok((Self::from_pkcs8(algorithm, &document)?, document))
    }

    /// The key of a PKCS#8 document.
    ///
    /// # Errors
    /// [`Error::Signing`] when the document holds no such key.
    pub fn from_pkcs8(algorithm: Algorithm, document: &[u8]) -> Result<Self, Error> {
        let refused = |_| Error::Signing("not a PKCS#8 document of this algorithm");
        let pair = match algorithm {
            Algorithm::Ed25519 => Pair::Ed25519(Ed25519KeyPair::from_pkcs8(document).map_err(refused)?),
            Algorithm::Es256 => Pair::P256 {
                fixed: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document).map_err(refused)?,
                der: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document).map_err(refused)?,
            },
        };
        let key = Self { pair };
        // The raw public key must have the one length the rest of the crate relies on.
        key.raw_public_key().map(|_| key)
    }

    fn raw_public_key(&self) -> Result<KeyData, Error> {
        let refused = |_| Error::Signing("the public key has an unexpected length");
        match &self.pair {
            Pair::Ed25519(pair) => pair.public_key().as_ref().try_into().map(KeyData::Ed25519).map_err(refused),
            Pair::P256 { fixed, .. } => fixed.public_key().as_ref().try_into().map(KeyData::P256).map_err(refused),
        }
    }
}

impl fmt::Debug for SoftKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftKey({:?})", self.algorithm())
    }
}

impl SigningKey for SoftKey {
    fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Ed25519(_) => Algorithm::Ed25519,
            Pair::P256 { .. } => Algorithm::Es256,
        }
    }

    fn public_key(&self) -> KeyData {
        self.raw_public_key().expect("the length was checked when the key was made")
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        match &self.pair {
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::P256 { fixed, .. } => ecdsa(fixed, message),
        }
    }

    fn sign_x509(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        match &self.pair {
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::P256 { der, .. } => ecdsa(der, message),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "keys and the nonces of ECDSA come from where the back end has its randomness"
)]
fn ecdsa(pair: &EcdsaKeyPair, message: &[u8]) -> Result<Vec<u8>, Error> {
    let signature = pair.sign(&SystemRandom::new(), message).map_err(|_| Error::Signing("ECDSA signing failed"))?;
    Ok(signature.as_ref().to_vec())
}
