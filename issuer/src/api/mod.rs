//! What others may say to the issuer, and what it answers: dose facts in, signed certificates out.
//!
//! There is deliberately no request that carries bytes, a hash or a ready payload: the issuer builds what it signs
//! itself, out of [`DoseFacts`]. All dates are `YYYY-MM-DD`, all instants RFC 3339 in UTC.

mod client;
mod problem;
mod revocation;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use client::Client;
pub use problem::{Finding, MEDIA_TYPE, Problem, ProblemDocument};
pub use revocation::{RevocationReason, Revoke, Revoked, Suspended};

/// One recorded dose, as the campaign's journal knows it. Everything that goes into a certificate is built from this.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoseFacts {
    /// The dose's identifier in the campaign (1..=64 of `[A-Za-z0-9._:-]`); the key of idempotency.
    pub dose: String,
    /// The organisation unit that recorded the dose (same alphabet); quotas count per unit.
    pub unit: String,
    /// Name of the issuing authority as the certificate shows it (at most 80 characters).
    pub authority: String,
    /// The person vaccinated.
    pub holder: Holder,
    /// Disease or agent targeted, SNOMED CT: `840539006` for COVID-19.
    pub disease: String,
    /// Identifier of the product in `specs::value_set::vaccines`.
    pub product: String,
    /// Number of this dose, from 1.
    pub dose_number: u32,
    /// Number of doses in the series as it stands with this dose (a booster has its own number: 3 of 3; but 2 of 1 after a
    /// single-dose series).
    pub series_doses: u32,
    /// Product of the course's first dose, where it was another one than of this dose. It says how many doses make the series
    /// complete: one for a booster of any product after Janssen. Absent where the product was the same, and for a first dose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_product: Option<String>,
    /// Doses the person has received in all, this one included.
    pub doses_received: u32,
    /// Day of the injection in Viet Nam.
    pub injected_on: String,
    /// Country of vaccination, ISO 3166-1 alpha-2.
    pub country: String,
    /// Lot number printed on the vial (at most 20 characters, GS1 AI 10).
    pub lot: String,
}

/// Who was vaccinated. No identity number: a certificate never carries one.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Family name(s) with diacritics, Unicode NFC (`Nguyễn`). A person with a single name has it here.
    pub family_name: String,
    /// Middle and given names with diacritics, Unicode NFC (`Thị Hồng Nhung`); empty for a person with a single name.
    pub given_name: String,
    /// Date of birth; `YYYY-MM` or `YYYY` where no more is known.
    pub birth_date: String,
    /// Nationality, ISO 3166-1 alpha-2.
    pub nationality: String,
}

/// What may stand in a log: which dose, never whose.
impl fmt::Debug for DoseFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DoseFacts").field("dose", &self.dose).field("unit", &self.unit).finish_non_exhaustive()
    }
}

/// Nothing of a person may stand in a log.
impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Holder(..)")
    }
}

/// What was issued for one dose: one certificate per profile, always the same ones however often one asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// The dose they certify.
    pub dose: String,
    /// One per profile, in the order of [`Profile::ALL`].
    pub certificates: Vec<IssuedCertificate>,
}

impl Issued {
    /// The certificate of one profile.
    #[must_use]
    pub fn certificate(&self, profile: Profile) -> Option<&IssuedCertificate> {
        self.certificates.iter().find(|c| c.profile == profile)
    }
}

/// One signed, verified, logged and released certificate.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedCertificate {
    /// Which of the two forms.
    pub profile: Profile,
    /// Unique certificate identifier (`URN:UVCI:01:VN:...#c`).
    pub uvci: String,
    /// The text of the QR code (`HC1:...`).
    pub text: String,
    /// Key identifier of the document signer, 16 hexadecimal digits.
    pub kid: String,
    /// Instant of issue, RFC 3339.
    pub issued_at: String,
    /// Instant of expiry, RFC 3339.
    pub expires_at: String,
    /// Place in the issuance log, from 0.
    pub log_index: u64,
}

/// Without the text, out of which anybody can read the name.
impl fmt::Debug for IssuedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedCertificate")
            .field("profile", &self.profile)
            .field("uvci", &self.uvci)
            .field("kid", &self.kid)
            .field("log_index", &self.log_index)
            .finish_non_exhaustive()
    }
}

/// The two outputs of one dose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// The national certificate (Decision 5772/QĐ-BYT), Ed25519.
    National,
    /// The EU Digital COVID Certificate, ES256.
    EuDcc,
}

impl Profile {
    /// Both profiles, in the order in which they are issued.
    pub const ALL: [Self; 2] = [Self::National, Self::EuDcc];

    /// The stable name: `national`, `eu-dcc`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::National => "national",
            Self::EuDcc => "eu-dcc",
        }
    }

    /// The profile of a stable name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == name)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Form of the printable document (PDF).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// A sheet of 210 x 297 mm.
    A4,
    /// A bank card, 85.6 x 53.98 mm (ISO/IEC 7810 ID-1).
    Card,
}

impl DocumentKind {
    /// The stable name used in the query: `a4`, `card`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::Card => "card",
        }
    }
}

/// How the issuer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// `ok` when it can issue now.
    pub status: String,
    /// `production` or `demo`, as its keys say.
    pub environment: String,
    /// Its clock, RFC 3339.
    pub at: String,
    /// Entries in the issuance log.
    pub log_size: u64,
    /// Hash of the last entry, 64 hexadecimal digits (zeros for an empty log).
    pub log_head: String,
    /// Sequence number of the trust list it verifies its own certificates against.
    pub trust_list_sequence: u64,
    /// When that list ought to be replaced, RFC 3339.
    pub trust_list_next_update: String,
    /// How many status lists there are: numbers 1 to this.
    #[serde(default)]
    pub status_lists: u64,
}

/// Whether an identifier (dose, unit) has the agreed form: 1..=64 of `[A-Za-z0-9._:-]`.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-'))
}
