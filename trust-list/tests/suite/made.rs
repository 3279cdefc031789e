//! Certificates made on the spot, right or wrong in exactly one thing.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SignatureAlgorithm, date_time_ymd,
};
use specs::time::UnixTime;
use trust_list::{chain::Anchor, x509::Certificate};

/// Within the validity of every certificate made here that is not bent in time.
pub(crate) fn now() -> UnixTime {
    UnixTime::from_rfc3339("2026-11-23T07:00:00Z").unwrap()
}

/// A certificate with the key it is about, so that it can issue others.
pub(crate) struct Made {
    pub(crate) key: KeyPair,
    pub(crate) params: CertificateParams,
    pub(crate) der: Vec<u8>,
}

impl Made {
    pub(crate) fn certificate(&self) -> Certificate {
        Certificate::parse(&self.der).unwrap()
    }

    pub(crate) fn anchor(&self) -> Anchor {
        let certificate = self.certificate();
        Anchor::new(certificate.name().to_owned(), certificate)
    }
}

/// An authority, self-signed where there is no `issuer`.
pub(crate) fn authority(name: &str, issuer: Option<&Made>, edit: impl FnOnce(&mut CertificateParams)) -> Made {
    make(name, p256(), issuer, |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        edit(params);
    })
}

/// A document signer.
pub(crate) fn signer(name: &str, issuer: &Made, edit: impl FnOnce(&mut CertificateParams)) -> Made {
    make(name, p256(), Some(issuer), |params| {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        edit(params);
    })
}

pub(crate) fn make(name: &str, key: KeyPair, issuer: Option<&Made>, edit: impl FnOnce(&mut CertificateParams)) -> Made {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "VN");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2030, 1, 1);
    params.use_authority_key_identifier_extension = issuer.is_some();
    edit(&mut params);
    let certificate = match issuer {
        Some(issuer) => params.signed_by(&key, &Issuer::from_params(&issuer.params, &issuer.key)).unwrap(),
        None => params.self_signed(&key).unwrap(),
    };
    Made { der: certificate.der().to_vec(), key, params }
}

pub(crate) fn p256() -> KeyPair {
    key(&PKCS_ECDSA_P256_SHA256)
}

#[expect(clippy::disallowed_methods, reason = "a test's keys")]
pub(crate) fn key(algorithm: &'static SignatureAlgorithm) -> KeyPair {
    KeyPair::generate_for(algorithm).unwrap()
}

/// An extension as it would stand in the certificate, right or wrong.
pub(crate) fn extension(oid: &[u64], critical: bool, der: &[u8]) -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(oid, der.to_vec());
    extension.set_criticality(critical);
    extension
}
