//! X.509 certificates (RFC 5280), read the way the field needs it: strictly where a signature or a name is at stake,
//! tolerantly where real document signers break DER.
//!
//! Tolerated, each with a test: `cA=FALSE` written out, a path length beside `cA=FALSE`, an empty extended key usage, a
//! superfluous zero before the coordinates of a point. Extensions are read one by one, so a broken one costs only itself;
//! who depends on it ([`chain`](crate::chain), [`Certificate::purposes`]) is told that it is broken.

mod extensions;
mod names;
pub(crate) mod pem;
mod signature;

use std::ops::Range;

use sha2::{Digest as _, Sha256};
use specs::{signer_list::Purposes, time::UnixTime};
use x509_parser::{
    asn1_rs::{Any, FromDer as _, Oid},
    certificate::X509CertificateParser,
    nom::Parser as _,
    x509::X509Version,
};

pub(crate) use self::extensions::Matters;
pub use self::extensions::{Authority, KeyUsage};
use self::{extensions::Extensions, signature::Scheme};
use crate::{Error, backend::Verify, key::PublicKey};

/// The largest certificate that is looked at, in bytes. Honest ones have about 1,000.
pub const MAX_BYTES: usize = 16 * 1024;

/// One certificate, parsed. Nothing about it is believed yet: see [`verify_path`](crate::chain::verify_path).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    /// Where in `der` the signed part lies, header included.
    tbs: Range<usize>,
    subject: Name,
    /// DER, as it stands in the certificate.
    issuer: Vec<u8>,
    serial: Vec<u8>,
    not_before: UnixTime,
    not_after: UnixTime,
    key: PublicKey,
    /// The key says of itself that it signs with PSS and nothing else (id-RSASSA-PSS, RFC 4055 section 1.2).
    only_pss: bool,
    scheme: Scheme,
    signature: Vec<u8>,
    extensions: Extensions,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    /// DER, as it stands in the certificate; names are compared by it.
    raw: Vec<u8>,
    /// The common name; where there is none, all of it: `C=VN, O=...`.
    short: String,
    country: Option<String>,
}

impl Certificate {
    /// Reads one DER certificate and nothing after it.
    ///
    /// # Errors
    /// [`Error::CertificateTooLarge`], [`Error::CertificateMalformed`], [`Error::TrailingBytes`],
    /// [`Error::ExtensionRepeated`], [`Error::KeyUnsupported`], [`Error::KeyRejected`].
    pub fn parse(der: &[u8]) -> Result<Self, Error> {
        const MALFORMED: Error = Error::CertificateMalformed { part: "certificate" };
        if der.len() > MAX_BYTES {
            return Err(Error::CertificateTooLarge { bytes: der.len() });
        }
        let tbs = signed_part(der)?;
        // Extensions are not parsed here: one that cannot be read would take all others with it.
        let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
        let (rest, parsed) = parser.parse(der).map_err(|_| MALFORMED)?;
        // The parser must have seen the same signed bytes as are hashed for the signature.
        if !rest.is_empty() || Some(parsed.tbs_certificate.as_ref()) != der.get(tbs.clone()) {
            return Err(Error::TrailingBytes { part: "signed part of the certificate" });
        }
        // The parser stops at what it cannot read in a name; names are compared, so all of them must have been read.
        if !is_whole(parsed.subject().as_raw()) || !is_whole(parsed.issuer().as_raw()) {
            return Err(Error::CertificateMalformed { part: "name" });
        }
        let only_v3 = !parsed.extensions().is_empty() || parsed.issuer_uid.is_some() || parsed.subject_uid.is_some();
        if parsed.version().0 > X509Version::V3.0 || (only_v3 && parsed.version() != X509Version::V3) {
            return Err(Error::CertificateMalformed { part: "version" });
        }
        if parsed.signature_value.unused_bits != 0 {
            return Err(Error::CertificateMalformed { part: "signature" });
        }
        Ok(Self {
            tbs,
            subject: names::read(parsed.subject()),
            issuer: parsed.issuer().as_raw().to_vec(),
            serial: parsed.raw_serial().to_vec(),
            not_before: UnixTime(parsed.validity().not_before.timestamp()),
            not_after: UnixTime(parsed.validity().not_after.timestamp()),
            key: PublicKey::from_parsed_spki(parsed.public_key())?,
            only_pss: parsed.public_key().algorithm.algorithm == signature::RSA_PSS,
            scheme: Scheme::read(&parsed.signature_algorithm, &parsed.tbs_certificate.signature),
            signature: parsed.signature_value.data.to_vec(),
            extensions: Extensions::read(parsed.extensions())?,
            der: der.to_vec(),
        })
    }

    /// Reads a file that holds one certificate, as DER or as PEM.
    ///
    /// # Errors
    /// As [`Certificate::parse`]; [`Error::Pem`] where the text holds no certificate or more than one.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.first() == Some(&0x30) {
            return Self::parse(bytes);
        }
        let [certificate] = <[Self; 1]>::try_from(Self::read_all(bytes)?).map_err(|_| Error::Pem)?;
        Ok(certificate)
    }

    /// Reads a file that holds one DER certificate, or PEM certificates one after another.
    ///
    /// # Errors
    /// As [`Certificate::parse`]; [`Error::Pem`] where the text holds no certificate.
    pub fn read_all(bytes: &[u8]) -> Result<Vec<Self>, Error> {
        if bytes.first() == Some(&0x30) {
            return Ok(vec![Self::parse(bytes)?]);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Error::Pem)?;
        pem::decode(text)?.iter().map(|der| Self::parse(der)).collect()
    }

    /// The certificate as PEM text.
    pub fn to_pem(&self) -> String {
        pem::encode(&self.der)
    }

    /// The certificate as it was read.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of the DER bytes.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }

    /// The first eight bytes of the fingerprint, by which HCERT names a signer (hcert_spec 3.2.2).
    pub fn kid(&self) -> [u8; 8] {
        let [a, b, c, d, e, f, g, h, ..] = self.fingerprint();
        [a, b, c, d, e, f, g, h]
    }

    /// The subject's common name, or where it has none the whole name.
    pub fn name(&self) -> &str {
        &self.subject.short
    }

    /// The subject, `C=VN, O=..., CN=...`.
    pub fn subject(&self) -> String {
        names::words_of(&self.subject.raw)
    }

    /// The subject's country, ISO 3166-1 alpha-2 in honest certificates.
    pub fn country(&self) -> Option<&str> {
        self.subject.country.as_deref()
    }

    /// The issuer, `C=VN, O=..., CN=...`.
    pub fn issuer(&self) -> String {
        names::words_of(&self.issuer)
    }

    /// The DER of the subject's name.
    pub fn subject_raw(&self) -> &[u8] {
        &self.subject.raw
    }

    /// The DER of the issuer's name.
    pub fn issuer_raw(&self) -> &[u8] {
        &self.issuer
    }

    /// The serial number, big-endian, as it stands in the certificate.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// First second of validity.
    pub fn not_before(&self) -> UnixTime {
        self.not_before
    }

    /// Last second of validity.
    pub fn not_after(&self) -> UnixTime {
        self.not_after
    }

    /// The subject's key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Basic constraints (RFC 5280 section 4.2.1.9): `Some` for an authority. `cA=FALSE` is as good as none.
    pub fn authority(&self) -> Option<Authority> {
        self.extensions.authority
    }

    /// Key usage (section 4.2.1.3); `None` means unrestricted.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.extensions.key_usage
    }

    /// Extended key usages (section 4.2.1.12) as dotted numbers; empty where there is none, or an empty one.
    pub fn extended_key_usages(&self) -> Vec<String> {
        self.extensions.extended_key_usages.iter().map(Oid::to_id_string).collect()
    }

    /// Is sealing VDS-NC (2.23.136.1.1.14.2) one of its extended key usages?
    pub fn is_sealer(&self) -> bool {
        self.extensions.is_sealer()
    }

    /// Subject key identifier (section 4.2.1.2).
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.extensions.subject_key_id.as_deref()
    }

    /// Key identifier of the issuer (section 4.2.1.1).
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.extensions.authority_key_id.as_deref()
    }

    /// Object identifiers of the extensions that were needed and could not be read.
    pub fn malformed_extensions(&self) -> &[String] {
        &self.extensions.malformed
    }

    /// Object identifiers of the extensions that must not be ignored and that this code does not act on.
    pub fn unknown_extensions(&self) -> &[String] {
        &self.extensions.unknown
    }

    /// Which kinds of certificate this key may sign, from both spellings of the arc: 1.3.6.1.4.1.1847.2021.1.x and
    /// 1.3.6.1.4.1.0.1847.2021.1.x, x = 1 test, 2 vaccination, 3 recovery (hcert_spec A.4).
    ///
    /// A decision, taken once, here: a certificate that carries only usages of others (smart card logon, mail, ...) is
    /// **unconstrained**, like one that carries none. Viet Nam's own signer of 2021 and about fifty more in production are
    /// of that kind. The price is one case of the official test data (IS/3).
    ///
    /// # Errors
    /// [`Error::ExtensionMalformed`] where it cannot be read what the key is for: then nothing is allowed.
    pub fn purposes(&self) -> Result<Purposes, Error> {
        self.extensions.refuse_malformed(self.name(), Matters::Usage)?;
        Ok(self.extensions.purposes())
    }

    /// Is it signed, by whomever, with an algorithm that any authority may use?
    pub(crate) fn signature_accepted(&self) -> Result<(), Error> {
        match &self.scheme {
            Scheme::Refused(oid) => {
                Err(Error::SignatureAlgorithm { subject: self.name().to_owned(), oid: oid.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Whether that key signed this certificate: for authorities of whom a list keeps the key alone.
    pub(crate) fn is_signed_by(&self, key: &PublicKey, prepared: &dyn Verify) -> bool {
        let message = self.der.get(self.tbs.clone()).unwrap_or_default();
        self.scheme.verify(key, false, prepared, message, &self.signature) == Ok(true)
    }

    /// Is the key of `issuer` the one that signed this certificate? `prepared` is that key.
    ///
    /// # Errors
    /// [`Error::SignatureAlgorithm`], [`Error::CertificateSignature`].
    pub(crate) fn check_signature(&self, issuer: &Certificate, prepared: &dyn Verify) -> Result<(), Error> {
        // `parse` took the range out of these very bytes.
        let message = self.der.get(self.tbs.clone()).unwrap_or_default();
        match self.scheme.verify(issuer.key(), issuer.only_pss, prepared, message, &self.signature) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::CertificateSignature { subject: self.name().to_owned() }),
            Err(oid) => Err(Error::SignatureAlgorithm { subject: self.name().to_owned(), oid }),
        }
    }

    pub(crate) fn extensions(&self) -> &Extensions {
        &self.extensions
    }
}

/// Exactly one DER element, by its own length.
pub(crate) fn is_whole(der: &[u8]) -> bool {
    Any::from_der(der).is_ok_and(|(rest, _)| rest.is_empty())
}

/// The bytes of `TBSCertificate` in `Certificate ::= SEQUENCE { tbs, algorithm, signature }`, when nothing else is there.
fn signed_part(der: &[u8]) -> Result<Range<usize>, Error> {
    const MALFORMED: Error = Error::CertificateMalformed { part: "certificate" };
    let (rest, outer) = Any::from_der(der).map_err(|_| MALFORMED)?;
    if !rest.is_empty() {
        return Err(Error::TrailingBytes { part: "certificate" });
    }
    let content = outer.data;
    let start = der.len() - content.len();
    let (after_tbs, _) = Any::from_der(content).map_err(|_| MALFORMED)?;
    let (after_algorithm, _) = Any::from_der(after_tbs).map_err(|_| MALFORMED)?;
    let (after_signature, _) = Any::from_der(after_algorithm).map_err(|_| MALFORMED)?;
    if !after_signature.is_empty() {
        return Err(Error::TrailingBytes { part: "signature of the certificate" });
    }
    Ok(start..start + content.len() - after_tbs.len())
}
