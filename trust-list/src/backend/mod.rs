//! The two engines that check signatures, behind one trait: `portable` (pure Rust, builds for wasm32) and `native`
//! (aws-lc-rs). They must give the same answer on every input; where the libraries could differ (odd Ed25519 points, DER
//! signatures, key sizes), the decision is taken in code that both share.

pub(crate) mod edwards;
#[cfg(feature = "native")]
mod native;
#[cfg(feature = "portable")]
mod portable;
#[cfg(all(test, feature = "native", feature = "portable"))]
mod tests;

use std::sync::Arc;

use crate::{
    Error,
    key::{Algorithm, PublicKey},
};

/// An engine that makes checking keys out of public keys.
pub trait Backend: Send + Sync {
    /// `"portable"` or `"native"`.
    fn name(&self) -> &'static str;

    /// Parses and checks `key` once, so that many signatures can be checked with it.
    ///
    /// # Errors
    /// [`Error::KeyRejected`] where [`PublicKey::check`] refuses the key or the point is not on its curve.
    fn prepare(&self, key: &PublicKey) -> Result<Arc<dyn Verify>, Error>;
}

/// A prepared key. It knows one algorithm only, so no header can talk it into another.
pub trait Verify: Send + Sync {
    /// Is `signature`, in the form COSE and JOSE use (EdDSA 64 bytes, ES256 64 and ES384 96 bytes r||s, PS256 as long as the
    /// modulus), this key's signature of `message`?
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool;

    /// RSASSA-PKCS1-v1_5, which X.509 certificates of foreign authorities still use. False for keys that are not RSA.
    fn verify_pkcs1(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool;
}

/// The hash of an RSASSA-PKCS1-v1_5 signature. SHA-1 is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// RustCrypto: pure Rust, builds for wasm32.
#[cfg(feature = "portable")]
pub fn portable() -> &'static dyn Backend {
    &portable::Portable
}

/// aws-lc-rs: fast, needs a C compiler.
#[cfg(feature = "native")]
pub fn native() -> &'static dyn Backend {
    &native::Native
}

/// The faster of the back ends that were compiled in.
#[cfg(any(feature = "native", feature = "portable"))]
pub fn fastest() -> &'static dyn Backend {
    #[cfg(feature = "native")]
    return native();
    #[cfg(not(feature = "native"))]
    return portable();
}

/// Rewrites an ECDSA signature from the DER form of X.509 (`SEQUENCE { r INTEGER, s INTEGER }`) to the r||s of COSE.
/// `None` where it is not strict DER, a number is negative, or one does not fit.
pub fn ecdsa_from_der(algorithm: Algorithm, der: &[u8]) -> Option<Vec<u8>> {
    let size = match algorithm {
        Algorithm::Es256 => 32,
        Algorithm::Es384 => 48,
        Algorithm::EdDsa | Algorithm::Ps256 => return None,
    };
    // Both curves keep a signature below 128 bytes, so every length here is one byte.
    let [0x30, length, body @ ..] = der else { return None };
    if usize::from(*length) != body.len() || *length > 0x7f {
        return None;
    }
    let mut fixed = Vec::with_capacity(2 * size);
    let rest = integer_from_der(body, size, &mut fixed)?;
    let rest = integer_from_der(rest, size, &mut fixed)?;
    rest.is_empty().then_some(fixed)
}

/// Reads one DER INTEGER, appends it left-padded to `size` bytes, and gives what follows it.
fn integer_from_der<'a>(der: &'a [u8], size: usize, into: &mut Vec<u8>) -> Option<&'a [u8]> {
    let [0x02, length, body @ ..] = der else { return None };
    let (number, rest) = body.split_at_checked(usize::from(*length))?;
    let magnitude = match number {
        [] => return None,
        [first, ..] if first & 0x80 != 0 => return None,
        [0, next, ..] if next & 0x80 == 0 => return None,
        [0, magnitude @ ..] => magnitude,
        magnitude => magnitude,
    };
    let padding = size.checked_sub(magnitude.len())?;
    into.extend(std::iter::repeat_n(0, padding));
    into.extend_from_slice(magnitude);
    Some(rest)
}
