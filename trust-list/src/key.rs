//! Public keys, and the one algorithm that each of them does.
//!
//! The kind of the key decides the algorithm; what a header says about it is never used to choose. Keys come from
//! certificates ([`PublicKey::from_spki`]), from the list of signers ([`PublicKey::from_key_data`]) and from lists of others
//! that carry bare coordinates ([`PublicKey::from_coordinates`]).

use sha2::{Digest as _, Sha256};
use specs::signer_list::KeyData;
use x509_parser::{
    asn1_rs::{Any, FromDer as _, Oid, Tag, oid},
    x509::SubjectPublicKeyInfo,
};

use crate::{Error, backend::edwards, x509::is_whole};

const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// The one signature algorithm of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519, pure (RFC 8032); 64 bytes.
    EdDsa,
    /// ECDSA on P-256 with SHA-256; r||s, 64 bytes.
    Es256,
    /// ECDSA on P-384 with SHA-384; r||s, 96 bytes.
    Es384,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256, salt of 32 bytes.
    Ps256,
}

impl Algorithm {
    /// The name that COSE and JOSE have for it.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::EdDsa => "EdDSA",
            Algorithm::Es256 => "ES256",
            Algorithm::Es384 => "ES384",
            Algorithm::Ps256 => "PS256",
        }
    }

    /// What a COSE header may call it: the registered number, then the fully specified one of RFC 9864.
    pub fn cose_ids(self) -> &'static [i64] {
        match self {
            Algorithm::EdDsa => &[-8, -19],
            Algorithm::Es256 => &[-7, -9],
            Algorithm::Es384 => &[-35, -51],
            Algorithm::Ps256 => &[-37],
        }
    }
}

/// A public key of a kind that some profile uses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PublicKey {
    /// The encoded point (RFC 8032 section 5.1.5).
    Ed25519([u8; 32]),
    /// SEC 1 uncompressed point: 4, x, y.
    P256([u8; 65]),
    /// SEC 1 uncompressed point: 4, x, y.
    P384([u8; 97]),
    /// Big-endian, without leading zeros.
    Rsa {
        /// The modulus n, of 2048 to 4096 bits.
        modulus: Vec<u8>,
        /// The public exponent e, odd, 3 to 2^32 - 1.
        exponent: Vec<u8>,
    },
}

/// The curves of ECDSA signers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7; RFC 5480, RFC 8410, RFC 3279).
    ///
    /// # Errors
    /// [`Error::CertificateMalformed`], [`Error::TrailingBytes`], [`Error::KeyUnsupported`], [`Error::KeyRejected`].
    pub fn from_spki(der: &[u8]) -> Result<Self, Error> {
        let (rest, spki) =
            SubjectPublicKeyInfo::from_der(der).map_err(|_| Error::CertificateMalformed { part: "public key" })?;
        if !rest.is_empty() {
            return Err(Error::TrailingBytes { part: "public key" });
        }
        Self::from_parsed_spki(&spki)
    }

    pub(crate) fn from_parsed_spki(spki: &SubjectPublicKeyInfo<'_>) -> Result<Self, Error> {
        if !is_whole(spki.raw) {
            return Err(Error::TrailingBytes { part: "public key" });
        }
        let bits = &spki.subject_public_key;
        if bits.unused_bits != 0 {
            return Err(Error::CertificateMalformed { part: "public key" });
        }
        let kind = &spki.algorithm.algorithm;
        let key = if *kind == ED25519 {
            let point = bits.data.as_ref().try_into().map_err(|_| Error::KeyRejected { reason: "wrong length" })?;
            PublicKey::Ed25519(point)
        } else if *kind == EC {
            point(named_curve(spki.algorithm.parameters.as_ref())?, &bits.data)?
        } else if *kind == RSA || *kind == RSA_PSS {
            rsa(&bits.data)?
        } else {
            return Err(Error::KeyUnsupported { oid: kind.to_id_string() });
        };
        key.check()?;
        Ok(key)
    }

    /// The key of an entry of the list of signers.
    ///
    /// # Errors
    /// [`Error::KeyRejected`].
    pub fn from_key_data(data: &KeyData) -> Result<Self, Error> {
        let key = match data {
            KeyData::Ed25519(point) => PublicKey::Ed25519(*point),
            KeyData::P256(point) => PublicKey::P256(*point),
            KeyData::P384(point) => PublicKey::P384(*point),
            KeyData::Rsa { n, e } => PublicKey::Rsa {
                modulus: without_leading_zeros(n).to_vec(),
                exponent: without_leading_zeros(e).to_vec(),
            },
        };
        key.check()?;
        Ok(key)
    }

    /// The key as an entry of the list of signers carries it.
    pub fn to_key_data(&self) -> KeyData {
        match self {
            PublicKey::Ed25519(point) => KeyData::Ed25519(*point),
            PublicKey::P256(point) => KeyData::P256(*point),
            PublicKey::P384(point) => KeyData::P384(*point),
            PublicKey::Rsa { modulus, exponent } => KeyData::Rsa { n: modulus.clone(), e: exponent.clone() },
        }
    }

    /// A point from bare coordinates, as JWK and COSE_Key carry them. Half of the production list of WHO has them with a
    /// leading zero (33 bytes), some lack one (31 bytes); both are brought to the length of the field.
    ///
    /// # Errors
    /// [`Error::KeyRejected`] where a coordinate does not fit.
    pub fn from_coordinates(curve: Curve, x: &[u8], y: &[u8]) -> Result<Self, Error> {
        let size = curve.size();
        let mut sec1 = vec![4];
        for coordinate in [x, y] {
            let magnitude = without_leading_zeros(coordinate);
            let padding =
                size.checked_sub(magnitude.len()).ok_or(Error::KeyRejected { reason: "a coordinate is too long" })?;
            sec1.extend(std::iter::repeat_n(0, padding));
            sec1.extend_from_slice(magnitude);
        }
        point(curve, &sec1)
    }

    /// The one algorithm this key does.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            PublicKey::Ed25519(_) => Algorithm::EdDsa,
            PublicKey::P256(_) => Algorithm::Es256,
            PublicKey::P384(_) => Algorithm::Es384,
            PublicKey::Rsa { .. } => Algorithm::Ps256,
        }
    }

    /// A name for the key: SHA-256 of its algorithm's name, a zero byte, then the point; or the length of the modulus in
    /// eight bytes, the modulus and the exponent. Not of its certificate, which may be renewed.
    pub fn thumbprint(&self) -> [u8; 32] {
        let hash = Sha256::new().chain_update(self.algorithm().name()).chain_update([0]);
        match self {
            PublicKey::Ed25519(point) => hash.chain_update(point),
            PublicKey::P256(point) => hash.chain_update(point),
            PublicKey::P384(point) => hash.chain_update(point),
            PublicKey::Rsa { modulus, exponent } => {
                hash.chain_update((modulus.len() as u64).to_be_bytes()).chain_update(modulus).chain_update(exponent)
            }
        }
        .finalize()
        .into()
    }

    /// What is asked of a key before a back end sees it, so that both refuse the same: form of points, Ed25519 points that are
    /// not canonical, of small order or not on the curve, size of RSA modulus and exponent. That points of the NIST curves
    /// lie on them is checked by [`Backend::prepare`](crate::backend::Backend::prepare).
    ///
    /// # Errors
    /// [`Error::KeyRejected`].
    pub fn check(&self) -> Result<(), Error> {
        let reason = match self {
            PublicKey::Ed25519(point) if !edwards::acceptable(point) => "not a canonical point of large order",
            PublicKey::Ed25519(point) if !edwards::on_curve(point) => "not a point of its curve",
            PublicKey::P256([first, ..]) | PublicKey::P384([first, ..]) if *first != 4 => "not an uncompressed point",
            PublicKey::Rsa { modulus, exponent } => return check_rsa(modulus, exponent),
            _ => return Ok(()),
        };
        Err(Error::KeyRejected { reason })
    }
}

impl Curve {
    /// Bytes of one coordinate.
    fn size(self) -> usize {
        match self {
            Curve::P256 => 32,
            Curve::P384 => 48,
        }
    }
}

const ED25519: Oid<'static> = oid!(1.3.101.112);
const EC: Oid<'static> = oid!(1.2.840.10045.2.1);
const P256: Oid<'static> = oid!(1.2.840.10045.3.1.7);
const P384: Oid<'static> = oid!(1.3.132.0.34);
const RSA: Oid<'static> = oid!(1.2.840.113549.1.1.1);
const RSA_PSS: Oid<'static> = oid!(1.2.840.113549.1.1.10);

/// RFC 5480 section 2.1.1: a named curve; explicit parameters are how CVE-2020-0601 happened.
fn named_curve(parameters: Option<&Any<'_>>) -> Result<Curve, Error> {
    let oid = parameters
        .and_then(|any| any.as_oid().ok())
        .ok_or_else(|| Error::KeyUnsupported { oid: format!("{} without a named curve", EC.to_id_string()) })?;
    if oid == P256 {
        Ok(Curve::P256)
    } else if oid == P384 {
        Ok(Curve::P384)
    } else {
        Err(Error::KeyUnsupported { oid: oid.to_id_string() })
    }
}

/// An uncompressed point. One that carries a superfluous zero before both coordinates is brought to the right length.
fn point(curve: Curve, sec1: &[u8]) -> Result<PublicKey, Error> {
    const LENGTH: Error = Error::KeyRejected { reason: "wrong length" };
    let size = curve.size();
    let [4, coordinates @ ..] = sec1 else {
        return Err(Error::KeyRejected { reason: "not an uncompressed point" });
    };
    if coordinates.len() > 2 * size {
        let (x, y) = coordinates.split_at(coordinates.len() / 2);
        return match (x, y) {
            ([0, x @ ..], [0, y @ ..]) if x.len() == size && y.len() == size => {
                PublicKey::from_coordinates(curve, x, y)
            }
            _ => Err(LENGTH),
        };
    }
    match curve {
        Curve::P256 => sec1.try_into().map(PublicKey::P256),
        Curve::P384 => sec1.try_into().map(PublicKey::P384),
    }
    .map_err(|_| LENGTH)
}

/// RFC 3279 section 2.3.1: `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }`.
fn rsa(der: &[u8]) -> Result<PublicKey, Error> {
    const MALFORMED: Error = Error::CertificateMalformed { part: "RSA public key" };
    const TRAILING: Error = Error::TrailingBytes { part: "RSA public key" };
    let (rest, sequence) = Any::from_der(der).map_err(|_| MALFORMED)?;
    if !rest.is_empty() {
        return Err(TRAILING);
    }
    sequence.tag().assert_eq(Tag::Sequence).map_err(|_| MALFORMED)?;
    let (rest, modulus) = integer(sequence.data).ok_or(MALFORMED)?;
    let (rest, exponent) = integer(rest).ok_or(MALFORMED)?;
    if !rest.is_empty() {
        return Err(TRAILING);
    }
    Ok(PublicKey::Rsa { modulus: modulus.to_vec(), exponent: exponent.to_vec() })
}

/// A positive INTEGER without its leading zeros, and what follows it.
fn integer(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, number) = Any::from_der(der).ok()?;
    let positive = number.tag() == Tag::Integer && number.data.first().is_some_and(|first| first & 0x80 == 0);
    positive.then(|| (rest, without_leading_zeros(number.data)))
}

fn check_rsa(modulus: &[u8], exponent: &[u8]) -> Result<(), Error> {
    let odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    let bits = modulus.first().map_or(0, |first| 8 * modulus.len() - first.leading_zeros() as usize);
    let reason = if modulus.first() == Some(&0) || exponent.first() == Some(&0) {
        "an RSA number has leading zeros"
    } else if !RSA_BITS.contains(&bits) {
        "an RSA modulus must have 2048 to 4096 bits"
    } else if !odd(modulus) {
        "an RSA modulus must be odd"
    } else if !odd(exponent) || exponent == [1] || exponent.len() > 4 {
        "an RSA exponent must be odd and from 3 to 2^32 - 1"
    } else {
        return Ok(());
    };
    Err(Error::KeyRejected { reason })
}

fn without_leading_zeros(mut number: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = number {
        number = rest;
    }
    number
}
