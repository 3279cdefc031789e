//! The algorithms by which an authority may sign a certificate. Like everywhere else the key decides; the certificate only
//! says which of the few forms that the key can do was used. SHA-1 and MD5 are not among them.

use x509_parser::{
    asn1_rs::{Oid, oid},
    signature_algorithm::RsaSsaPssParams,
    x509::AlgorithmIdentifier,
};

use crate::{
    backend::{Hash, Verify, ecdsa_from_der},
    key::{Algorithm, PublicKey},
};

/// How a certificate says that it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// ecdsa-with-SHA256 on P-256, ecdsa-with-SHA384 on P-384; DER form.
    Ecdsa(Algorithm),
    Ed25519,
    /// RSASSA-PSS, SHA-256, MGF1 with SHA-256, salt of 32 bytes.
    Pss,
    /// RSASSA-PKCS1-v1_5.
    Pkcs1(Hash),
    /// Anything else, by its object identifier; or two different ones inside and outside.
    Refused(String),
}

impl Scheme {
    /// `outer` stands beside the signature, `inner` is signed; RFC 5280 section 4.1.1.2 wants them equal.
    pub(super) fn read(outer: &AlgorithmIdentifier<'_>, inner: &AlgorithmIdentifier<'_>) -> Self {
        let kind = &outer.algorithm;
        if outer != inner {
            return Scheme::Refused(format!("{} beside {}", inner.algorithm.to_id_string(), kind.to_id_string()));
        }
        let known = [
            (ECDSA_SHA256, Scheme::Ecdsa(Algorithm::Es256)),
            (ECDSA_SHA384, Scheme::Ecdsa(Algorithm::Es384)),
            (ED25519, Scheme::Ed25519),
            (RSA_SHA256, Scheme::Pkcs1(Hash::Sha256)),
            (RSA_SHA384, Scheme::Pkcs1(Hash::Sha384)),
            (RSA_SHA512, Scheme::Pkcs1(Hash::Sha512)),
        ];
        if let Some((_, scheme)) = known.into_iter().find(|(oid, _)| oid == kind) {
            return scheme;
        }
        if *kind == RSA_PSS && pss_with_sha256(outer) {
            return Scheme::Pss;
        }
        Scheme::Refused(kind.to_id_string())
    }

    /// Checks with the issuer's key, which may be one for PSS only. `Err` names the algorithm where it is refused or is not one of this key.
    pub(super) fn verify(
        &self,
        issuer: &PublicKey,
        only_pss: bool,
        prepared: &dyn Verify,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, String> {
        match (self, issuer.algorithm()) {
            (Scheme::Ecdsa(scheme), algorithm @ (Algorithm::Es256 | Algorithm::Es384)) if *scheme == algorithm => {
                Ok(ecdsa_from_der(algorithm, signature).is_some_and(|fixed| prepared.verify(message, &fixed)))
            }
            (Scheme::Ed25519, Algorithm::EdDsa) | (Scheme::Pss, Algorithm::Ps256) => {
                Ok(prepared.verify(message, signature))
            }
            (Scheme::Pkcs1(hash), Algorithm::Ps256) if !only_pss => {
                Ok(prepared.verify_pkcs1(*hash, message, signature))
            }
            _ => Err(self.oid()),
        }
    }

    fn oid(&self) -> String {
        let oid = match self {
            Scheme::Ecdsa(Algorithm::Es384) => ECDSA_SHA384,
            Scheme::Ecdsa(_) => ECDSA_SHA256,
            Scheme::Ed25519 => ED25519,
            Scheme::Pss => RSA_PSS,
            Scheme::Pkcs1(Hash::Sha256) => RSA_SHA256,
            Scheme::Pkcs1(Hash::Sha384) => RSA_SHA384,
            Scheme::Pkcs1(Hash::Sha512) => RSA_SHA512,
            Scheme::Refused(oid) => return oid.clone(),
        };
        oid.to_id_string()
    }
}

const ECDSA_SHA256: Oid<'static> = oid!(1.2.840.10045.4.3.2);
const ECDSA_SHA384: Oid<'static> = oid!(1.2.840.10045.4.3.3);
const ED25519: Oid<'static> = oid!(1.3.101.112);
pub(super) const RSA_PSS: Oid<'static> = oid!(1.2.840.113549.1.1.10);
const RSA_SHA256: Oid<'static> = oid!(1.2.840.113549.1.1.11);
const RSA_SHA384: Oid<'static> = oid!(1.2.840.113549.1.1.12);
const RSA_SHA512: Oid<'static> = oid!(1.2.840.113549.1.1.13);
const SHA256: Oid<'static> = oid!(2.16.840.1.101.3.4.2.1);
const MGF1: Oid<'static> = oid!(1.2.840.113549.1.1.8);

/// RFC 4055 section 3.1. Absent parameters mean SHA-1 and are refused.
fn pss_with_sha256(algorithm: &AlgorithmIdentifier<'_>) -> bool {
    let Some(parameters) = algorithm.parameters.as_ref().and_then(|any| RsaSsaPssParams::try_from(any).ok()) else {
        return false;
    };
    *parameters.hash_algorithm_oid() == SHA256
        && parameters.mask_gen_algorithm().is_ok_and(|mask| mask.mgf == MGF1 && mask.hash == SHA256)
        && parameters.salt_length() == 32
        && parameters.trailer_field() == 1
}
