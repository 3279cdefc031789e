//! Sealing of what the store keeps about people: a stolen database file without the store's key names nobody.

use aws_lc_rs::hmac;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::Error;
use crate::rng;

const NONCE_BYTES: usize = 24;

/// The store's key, split for its two uses.
pub struct Seal {
    cipher: XChaCha20Poly1305,
    digest: hmac::Key,
}

impl Seal {
    /// From the 32 bytes of the key folder's store key.
    ///
    /// # Errors
    /// [`Error::Sealing`] when the key has another length.
    pub fn new(secret: &[u8]) -> Result<Self, Error> {
        if secret.len() != 32 {
            return Err(Error::Sealing);
        }
        // Two independent keys out of one: HMAC as a key derivation with a fixed label for each use (RFC 5869, expand).
        let derive = |label: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), label);
        let cipher = XChaCha20Poly1305::new_from_slice(derive(b"issuer store: seal\x01").as_ref());
        let digest = hmac::Key::new(hmac::HMAC_SHA256, derive(b"issuer store: facts\x01").as_ref());
        Ok(Self { cipher: cipher.map_err(|_| Error::Sealing)?, digest })
    }

    /// A keyed digest: equal for equal bytes, and worth nothing to whoever has not the key.
    #[must_use]
    pub fn digest(&self, bytes: &[u8]) -> [u8; 32] {
        let mut digest = [0; 32];
        digest.copy_from_slice(hmac::sign(&self.digest, bytes).as_ref());
        digest
    }

    /// Seals bytes for one place (`dose/profile/column`).
    ///
    /// # Errors
    /// [`Error::Sealing`] when there is no randomness.
    pub fn seal(&self, place: &str, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce = rng::bytes::<NONCE_BYTES>().map_err(|_| Error::Sealing)?;
        let payload = Payload { msg: bytes, aad: place.as_bytes() };
        let ciphertext = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| Error::Sealing)?;
        Ok([nonce.as_slice(), &ciphertext].concat())
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// [`Error::Unsealing`] with another key, at another place, or when it was changed.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(Error::Unsealing)?;
        let payload = Payload { msg: ciphertext, aad: place.as_bytes() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| Error::Unsealing)
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_in_its_own_place_with_its_own_key_only() {
        let seal = Seal::new(&[1; 32]).unwrap();
        let sealed = seal.seal("d-1/national/text", b"HC1:").unwrap();
        assert_eq!(seal.open("d-1/national/text", &sealed).unwrap(), b"HC1:");
        assert_eq!(seal.open("d-2/national/text", &sealed), Err(Error::Unsealing));
        assert_eq!(Seal::new(&[2; 32]).unwrap().open("d-1/national/text", &sealed), Err(Error::Unsealing));
        assert_eq!(seal.open("d-1/national/text", &sealed[..10]), Err(Error::Unsealing));
        assert_ne!(seal.digest(b"a"), Seal::new(&[2; 32]).unwrap().digest(b"a"));
    }
}
