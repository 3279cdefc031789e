//! Signatures by aws-lc-rs. Keys are parsed once; that is worth 1 to 4 % of an ES256 check.

use std::sync::Arc;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
};

use super::{Backend, Hash, Verify, edwards};
use crate::{Error, key::PublicKey};

/// What stands before a point of P-256 in a `SubjectPublicKeyInfo` (RFC 5480 section 2). In that form aws-lc-rs checks a point
/// once; of a bare one it tries that form too, and then checks it twice.
const P256: &[u8] =
    b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
/// The same of P-384.
const P384: &[u8] = b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00";

pub(super) struct Native;

impl Backend for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn prepare(&self, key: &PublicKey) -> Result<Arc<dyn Verify>, Error> {
        key.check()?;
        let prepared = match key {
            PublicKey::Ed25519(point) => {
                ParsedPublicKey::new(&ED25519, point).map(|key| Arc::new(EdDsa(key)) as Arc<dyn Verify>)
            }
            PublicKey::P256(point) => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, [P256, point].concat())
                .map(|key| Arc::new(Ecdsa(key)) as _),
            PublicKey::P384(point) => ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, [P384, point].concat())
                .map(|key| Arc::new(Ecdsa(key)) as _),
            PublicKey::Rsa { modulus, exponent } => {
                let components = RsaPublicKeyComponents { n: modulus.clone(), e: exponent.clone() };
                components
                    .to_parsed_public_key(&RSA_PSS_2048_8192_SHA256)
                    .map(|pss| Arc::new(Rsa { pss, components }) as _)
            }
        };
        prepared.map_err(|_| Error::KeyRejected { reason: "not a point of its curve" })
    }
}

struct EdDsa(ParsedPublicKey);

impl Verify for EdDsa {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        edwards::signature(signature).is_some_and(|bytes| self.0.verify_sig(message, bytes).is_ok())
    }

    fn verify_pkcs1(&self, _: Hash, _: &[u8], _: &[u8]) -> bool {
        false
    }
}

struct Ecdsa(ParsedPublicKey);

impl Verify for Ecdsa {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }

    fn verify_pkcs1(&self, _: Hash, _: &[u8], _: &[u8]) -> bool {
        false
    }
}

struct Rsa {
    pss: ParsedPublicKey,
    components: RsaPublicKeyComponents<Vec<u8>>,
}

impl Verify for Rsa {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.pss.verify_sig(message, signature).is_ok()
    }

    fn verify_pkcs1(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let parameters = match hash {
            Hash::Sha256 => &RSA_PKCS1_2048_8192_SHA256,
            Hash::Sha384 => &RSA_PKCS1_2048_8192_SHA384,
            Hash::Sha512 => &RSA_PKCS1_2048_8192_SHA512,
        };
        self.components.verify(parameters, message, signature).is_ok()
    }
}
