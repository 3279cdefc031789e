//! The national vaccination certificate: the eleven fields of Decision 5772/QĐ-BYT of 20 December 2021 in an HCERT
//! envelope, as small deterministic CBOR signed with Ed25519.
//!
//! It stands under health-certificate claim -260 as sub-claim -84 (negative numbers are free to use there). Its map has
//! the keys 1 to 11, which are the decision's own numbers of the fields. There is deliberately no identity number and no
//! lot: a certificate that is shown to strangers says what they must know and no more. Keys from 64 on are left for later
//! versions and ignored; every other key is refused, so that 12 to 63 can one day hold what nobody may ignore. The page is
//! `specs/national.md`.

mod read;
mod write;

use crate::cbor::{self, Limits, validate};
use crate::cose::{Place, Sign1, Tagging, alg};
use crate::country::is_alpha2;
use crate::nfc::is_nfc;
use crate::time::{Date, PartialDate, UnixTime};
use smol_str::SmolStr;

/// The number of this certificate among the health certificates of claim -260.
pub const SUB_CLAIM: i64 = -84;
/// The issuer (claim 1) of every national certificate.
pub const ISSUER: &str = "VN";
/// How long a certificate is valid after it was made, by the decision. A new one may be made at any time.
pub const LIFETIME_MONTHS: i32 = 12;

/// The end of validity of a certificate made at that time.
pub fn expiry(issued: UnixTime) -> UnixTime {
    issued.plus_months(LIFETIME_MONTHS)
}

/// A certificate of one dose. The numbers in brackets are the decision's fields and the keys of the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Full name (1).
    pub name: Name,
    /// Day of birth, or the month or year where no more is known (2).
    pub birth_date: PartialDate,
    /// Nationality (3), ISO 3166-1 alpha-2.
    pub nationality: SmolStr,
    /// Disease targeted (4), SNOMED CT.
    pub disease: SmolStr,
    /// Doses received so far (5), this one counted: 1 to 99.
    pub doses_received: u32,
    /// Day of the dose (6), as it was in Viet Nam.
    pub date: Date,
    /// Number of this dose (7): 1 to 99.
    pub dose_number: u32,
    /// Vaccine or prophylaxis (8), as `vp` of the EU certificate.
    pub vaccine: SmolStr,
    /// Product (9), as `mp` of the EU certificate.
    pub product: SmolStr,
    /// Manufacturer or holder (10), as `ma` of the EU certificate.
    pub manufacturer: SmolStr,
    /// Certificate code (11), a UVCI.
    pub id: SmolStr,
}

/// A full name: as written, in NFC, and as ICAO 9303 part 3 transliterates it. An array of four texts; the two of one
/// form are not both empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    /// Family name as written, at most 80 characters.
    pub family: SmolStr,
    /// Middle and given names as written, at most 80 characters.
    pub given: SmolStr,
    /// Family name, `A` to `Z` and `<`.
    pub family_std: SmolStr,
    /// Middle and given names, `A` to `Z` and `<`.
    pub given_std: SmolStr,
}

impl Name {
    /// Family name first, as Vietnamese names are said.
    pub fn full(&self) -> String {
        match (self.family.as_str(), self.given.as_str()) {
            (one, "") | ("", one) => one.to_owned(),
            (family, given) => [family, " ", given].concat(),
        }
    }
}

/// Why a certificate cannot be written, or bytes are not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not CBOR in its deterministic encoding.
    #[error("the national certificate is broken: {0}")]
    Cbor(cbor::Error),
    /// A field is absent.
    #[error("the national certificate lacks field {key}")]
    Missing {
        /// The number of the field.
        key: i64,
    },
    /// A key that this version does not have and must not ignore.
    #[error("key {key} of the national certificate is not known here")]
    UnknownKey {
        /// The key.
        key: i64,
    },
    /// A field whose content cannot be.
    #[error("field {key} of the national certificate is impossible")]
    Field {
        /// The number of the field.
        key: i64,
    },
    /// A claim of the envelope is absent or not as it must be.
    #[error("claim {claim} of the national certificate is not as it must be")]
    Claim {
        /// The number of the claim: 1 issuer, 4 expiry, 5 not before, 6 issued.
        claim: i64,
    },
    /// A claim in a form that only foreign certificates are forgiven: a time as a float, space around the issuer.
    #[error("a claim of the national certificate has a form that is not its own")]
    Unforgiven,
    /// The message does not wear tag 18 alone.
    #[error("a national certificate is tagged 18 and nothing else")]
    Tag,
    /// The algorithm is not EdDSA, or not in the protected header.
    #[error("a national certificate is signed with EdDSA and says so in the protected header")]
    Algorithm,
    /// The key identifier is not eight bytes in the protected header.
    #[error("a national certificate names its key by eight bytes in the protected header")]
    Kid,
    /// The message or its protected header is not CBOR in its deterministic encoding.
    #[error("the message around the national certificate is broken: {0}")]
    Message(cbor::Error),
    /// Something stands in the unprotected header, where anybody may have put it.
    #[error("a national certificate has nothing in its unprotected header")]
    Unprotected,
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Cbor(_) => "national-cbor",
            Error::Missing { .. } => "national-missing-field",
            Error::UnknownKey { .. } => "national-unknown-key",
            Error::Field { .. } => "national-field",
            Error::Claim { .. } => "national-claim",
            Error::Unforgiven => "national-unforgiven",
            Error::Tag => "national-tag",
            Error::Algorithm => "national-algorithm",
            Error::Kid => "national-kid",
            Error::Message(_) => "national-message-cbor",
            Error::Unprotected => "national-unprotected",
        }
    }
}

impl Certificate {
    /// The first field that cannot be, if any.
    pub fn check(&self) -> Result<(), Error> {
        let refuse = |wrong: bool, key| if wrong { Err(Error::Field { key }) } else { Ok(()) };
        let name = &self.name;
        refuse(!is_written(&name.family, &name.given) || !is_standard(&name.family_std, &name.given_std), key::NAME)?;
        refuse(self.birth_date.earliest() > self.date, key::BIRTH_DATE)?;
        refuse(!is_alpha2(&self.nationality), key::NATIONALITY)?;
        refuse(!is_code(&self.disease), key::DISEASE)?;
        refuse(!(1..=99).contains(&self.doses_received), key::DOSES_RECEIVED)?;
        refuse(!(1..=99).contains(&self.dose_number), key::DOSE_NUMBER)?;
        refuse(!is_code(&self.vaccine), key::VACCINE)?;
        refuse(!is_code(&self.product), key::PRODUCT)?;
        refuse(!is_code(&self.manufacturer), key::MANUFACTURER)?;
        refuse(!is_code(&self.id), key::ID)
    }
}

/// What the envelope of a national certificate must be: tag 18, EdDSA and a key identifier of eight bytes, both protected,
/// nothing unprotected, and all of it in deterministic CBOR.
pub fn check_envelope(message: &Sign1<'_>) -> Result<(), Error> {
    validate(message.message, &Limits::OURS).map_err(Error::Message)?;
    // A header without any label may be no bytes at all; what it lacks is said below.
    if !message.protected.is_empty() {
        validate(message.protected, &Limits::OURS).map_err(Error::Message)?;
    }
    if message.tag != Tagging::Sign1 {
        return Err(Error::Tag);
    }
    match message.alg {
        Some(alg) if alg.place == Place::Protected && matches!(alg.value, alg::EDDSA | alg::ED25519) => {}
        _ => return Err(Error::Algorithm),
    }
    match (message.kid_protected, message.kid_unprotected) {
        (Some(crate::cose::Kid::Bytes(kid)), None) if kid.len() == 8 => {}
        _ => return Err(Error::Kid),
    }
    if message.unprotected_labels > 0 { Err(Error::Unprotected) } else { Ok(()) }
}

/// What the claims around a national certificate must be: issuer `VN`, issued and expiry in this order.
pub(crate) fn check_claims(
    iss: Option<&str>,
    iat: Option<UnixTime>,
    nbf: Option<UnixTime>,
    exp: Option<UnixTime>,
) -> Result<(), Error> {
    if iss != Some(ISSUER) {
        return Err(Error::Claim { claim: 1 });
    }
    let iat = iat.ok_or(Error::Claim { claim: 6 })?;
    let exp = exp.filter(|exp| *exp > iat).ok_or(Error::Claim { claim: 4 })?;
    match nbf {
        Some(nbf) if nbf > exp => Err(Error::Claim { claim: 5 }),
        _ => Ok(()),
    }
}

/// The keys of the map: the decision's numbers.
mod key {
    pub(super) const NAME: i64 = 1;
    pub(super) const BIRTH_DATE: i64 = 2;
    pub(super) const NATIONALITY: i64 = 3;
    pub(super) const DISEASE: i64 = 4;
    pub(super) const DOSES_RECEIVED: i64 = 5;
    pub(super) const DATE: i64 = 6;
    pub(super) const DOSE_NUMBER: i64 = 7;
    pub(super) const VACCINE: i64 = 8;
    pub(super) const PRODUCT: i64 = 9;
    pub(super) const MANUFACTURER: i64 = 10;
    pub(super) const ID: i64 = 11;
    /// From here on keys are ignored.
    pub(super) const EXTENSIONS: i64 = 64;
}

fn is_written(family: &str, given: &str) -> bool {
    let one = |text: &str| {
        // Bytes are never fewer than characters.
        (text.len() <= 80 || text.chars().count() <= 80)
            && text.trim().len() == text.len()
            && (text.chars().all(is_plain) || (!text.chars().any(char::is_control) && is_nfc(text)))
    };
    one(family) && one(given) && !(family.is_empty() && given.is_empty())
}

/// No control character, and one of those of which nothing composes or decomposes in NFC: so it is below U+0300, and in the
/// block that holds the letters of Vietnamese with two marks. Almost every name is known to be NFC without a look into
/// tables.
fn is_plain(char: char) -> bool {
    matches!(char, ' '..='~' | '\u{a0}'..='\u{2ff}' | '\u{1e00}'..='\u{1eff}')
}

fn is_standard(family: &str, given: &str) -> bool {
    let one = |text: &str| text.len() <= 80 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'<');
    one(family) && one(given) && !(family.is_empty() && given.is_empty())
}

/// A code: 1 to 80 visible ASCII characters.
fn is_code(text: &str) -> bool {
    (1..=80).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
pub(crate) mod tests;
