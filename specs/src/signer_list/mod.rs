//! The list of signers on the wire: who may sign certificates, with which key, for what and until when.
//!
//! This is the payload of the signed list; `trust-list` checks the signature around it. Deterministic CBOR with integer
//! keys, about a hundred bytes per elliptic-curve signer, so that a phone can hold a nation's list and more. The page is
//! `specs/signer-list.md`.

mod read;
mod write;

use crate::cbor::{self, Limits};
use crate::country::is_alpha2;
use crate::time::UnixTime;

/// The version of this wire form, key 1 of the list.
pub const VERSION: u64 = 1;
/// The extended key usage of certificates whose key may sign the list. The arc is one for documentation: a nation puts
/// its own in its place.
pub const LIST_SIGNER_EKU: &str = "1.3.6.1.4.1.59999.84.1";
/// What a list may measure: some ten thousand signers, and the status of a hundred million certificates.
pub const LIMITS: Limits = Limits { max_bytes: 16 * 1024 * 1024, max_depth: 8, max_items: 400_000, ..Limits::OURS };

/// The whole list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerList {
    /// Who publishes it. A verifier takes the next list from no one else. 1 to 200 bytes.
    pub issuer: String,
    /// Grows with every list; a verifier never goes back.
    pub sequence: u64,
    /// When it was made.
    pub issued: UnixTime,
    /// When the next one is due at the latest; after `issued`.
    pub next_update: UnixTime,
    /// What its signers are for.
    pub environment: Environment,
    /// The signers, in any order; several may have the same `kid`.
    pub signers: Vec<SignerEntry>,
    /// What was taken back: the bytes of a [`crate::revocation`], carried unread. A list with this, rules or value sets is a
    /// trust bundle: all that a verifier needs while it has no network.
    pub revocation: Option<Vec<u8>>,
    /// The rules of countries for entry and use: a JSON array (`specs/rules.md`), carried unread.
    pub rules: Option<Vec<u8>>,
    /// Value sets that are newer than those of some builds: a JSON array ([`crate::value_set::published`]), carried unread.
    pub value_sets: Option<Vec<u8>>,
}

/// Whether the list's certificates are about real people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// They are.
    Production,
    /// Training, demonstration, tests. Never to be mixed with the other (CVE-2021-40855).
    Demo,
}

impl Environment {
    /// Which one a name is of: that of a certificate or of a signer has the word `DEMO` in it or not. A word is whatever has other
    /// signs than letters around it: `DEMO1` has it, `DEMOCRATIC REPUBLIC` has not.
    pub fn of_name(name: &str) -> Environment {
        let mut words = name.split(|sign: char| !sign.is_alphabetic());
        if words.any(|word| word == "DEMO") { Environment::Demo } else { Environment::Production }
    }
}

/// One key and what it may sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerEntry {
    /// The first eight bytes of the SHA-256 of the signer's certificate. Not unique.
    pub kid: [u8; 8],
    /// ISO 3166-1 alpha-2 of the country that answers for the signer.
    pub country: String,
    /// The kinds of certificate it may sign.
    pub purposes: Purposes,
    /// The formats it may sign in.
    pub profiles: Profiles,
    /// The first second at which it may sign.
    pub not_before: UnixTime,
    /// The last.
    pub not_after: UnixTime,
    /// Its public key.
    pub key: KeyData,
    /// The authority's name, as people should read it. At most 200 bytes.
    pub name: String,
    /// In formats in which a key is one of an issuer and counts in that name alone: the issuer, as its certificates name it
    /// (SMART Health Cards: an `https` address; New Zealand: a DID). At most 200 bytes.
    pub issuer: Option<String>,
}

/// Kinds of certificate. An empty set sets no bound, as in certificates of signers without such key usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Purposes(u8);

impl Purposes {
    /// Any kind.
    pub const ANY: Purposes = Purposes(0);
    /// Vaccination certificates.
    pub const VACCINATION: Purposes = Purposes(1);
    /// Test certificates.
    pub const TEST: Purposes = Purposes(2);
    /// Recovery certificates.
    pub const RECOVERY: Purposes = Purposes(4);

    /// Both sets together. [`Purposes::ANY`] adds nothing.
    #[must_use]
    pub const fn and(self, other: Purposes) -> Purposes {
        Purposes(self.0 | other.0)
    }

    /// Whether a signer with this set may sign that one kind.
    pub const fn allows(self, kind: Purposes) -> bool {
        self.0 == 0 || self.0 & kind.0 == kind.0
    }

    /// The bits as they are written: 1 vaccination, 2 test, 4 recovery.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set of these bits, if they are known.
    pub const fn from_bits(bits: u8) -> Option<Purposes> {
        if bits <= 7 { Some(Purposes(bits)) } else { None }
    }
}

/// Certificate formats. Never empty in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Profiles(u8);

impl Profiles {
    /// The national certificate.
    pub const NATIONAL: Profiles = Profiles(1);
    /// The EU Digital COVID Certificate.
    pub const EU_DCC: Profiles = Profiles(2);
    /// The SMART Health Card.
    pub const SHC: Profiles = Profiles(4);
    /// WHO's digital yellow card, kind -6 under claim -260.
    pub const ICVP: Profiles = Profiles(8);
    /// WHO's DDCC:VS, kind 3 under claim -260 or a payload of its own.
    pub const DDCC: Profiles = Profiles(16);
    /// The New Zealand COVID Pass.
    pub const NZCP: Profiles = Profiles(32);
    /// The Swiss light certificate.
    pub const SWISS_LIGHT: Profiles = Profiles(64);
    /// The visible digital seal of ICAO, VDS-NC.
    pub const VDS_NC: Profiles = Profiles(128);
    /// All of them.
    pub const ALL: Profiles = Profiles(255);

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: Profiles) -> Profiles {
        Profiles(self.0 | other.0)
    }

    /// Whether a signer with this set may sign in that format.
    pub const fn allows(self, profile: Profiles) -> bool {
        self.0 & profile.0 == profile.0
    }

    /// The bits as they are written: 1 national, 2 EU DCC, 4 SMART Health Card, 8 ICVP, 16 DDCC, 32 NZCP, 64 Swiss light,
    /// 128 VDS-NC.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set of these bits, if it is not empty.
    pub const fn from_bits(bits: u8) -> Option<Profiles> {
        if bits == 0 { None } else { Some(Profiles(bits)) }
    }
}

/// A public key in the least bytes that say it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KeyData {
    /// Ed25519: the 32 bytes of RFC 8032.
    Ed25519([u8; 32]),
    /// P-256: SEC 1, uncompressed (`04`, x, y).
    P256([u8; 65]),
    /// P-384: SEC 1, uncompressed.
    P384([u8; 97]),
    /// RSA of 2048 to 4096 bits: modulus and exponent, big-endian, without leading zeros.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The exponent.
        e: Vec<u8>,
    },
}

/// Why bytes are not a list, or a list cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not CBOR, or not deterministic.
    #[error("the list of signers is broken: {0}")]
    Cbor(cbor::Error),
    /// Not version 1.
    #[error("version {version} of the list of signers is not known here")]
    Version {
        /// The version it says it has.
        version: u64,
    },
    /// A field that must be there is not.
    #[error("the list of signers lacks {field}")]
    Missing {
        /// Its name.
        field: &'static str,
    },
    /// A key in a map that version 1 does not have.
    #[error("key {key} of the list of signers is not known here")]
    UnknownKey {
        /// The key.
        key: i64,
    },
    /// A field whose content cannot be.
    #[error("{field} of the list of signers is impossible")]
    Field {
        /// Its name.
        field: &'static str,
    },
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Cbor(_) => "signer-list-cbor",
            Error::Version { .. } => "signer-list-version",
            Error::Missing { .. } => "signer-list-missing",
            Error::UnknownKey { .. } => "signer-list-unknown-key",
            Error::Field { .. } => "signer-list-field",
        }
    }
}

impl SignerList {
    /// The payload to sign. Refuses what [`SignerList::decode`] would refuse.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        self.check()?;
        let bytes = write::list(self);
        if bytes.len() > LIMITS.max_bytes {
            return Err(Error::Cbor(cbor::Error::TooLong { length: bytes.len(), limit: LIMITS.max_bytes }));
        }
        Ok(bytes)
    }

    /// Reads the payload of a signed list. Whether anyone should believe it is for `trust-list` to say.
    pub fn decode(payload: &[u8]) -> Result<SignerList, Error> {
        let list = read::list(payload)?;
        list.check()?;
        Ok(list)
    }

    fn check(&self) -> Result<(), Error> {
        let refuse = |wrong: bool, field| if wrong { Err(Error::Field { field }) } else { Ok(()) };
        refuse(self.issuer.is_empty() || self.issuer.len() > MAX_TEXT, "issuer")?;
        refuse(!in_calendar(self.issued), "issued")?;
        refuse(!in_calendar(self.next_update) || self.next_update <= self.issued, "next_update")?;
        for signer in &self.signers {
            refuse(!is_alpha2(&signer.country), "country")?;
            refuse(!in_calendar(signer.not_before), "not_before")?;
            refuse(!in_calendar(signer.not_after) || signer.not_after < signer.not_before, "not_after")?;
            refuse(signer.name.len() > MAX_TEXT, "name")?;
            let issuer = signer.issuer.as_ref();
            refuse(issuer.is_some_and(|issuer| issuer.is_empty() || issuer.len() > MAX_TEXT), "issuer of a signer")?;
            refuse(!signer.key.is_possible(), "key")?;
        }
        Ok(())
    }
}

impl KeyData {
    /// Sizes and forms; whether the point is on its curve is for `trust-list` to say.
    fn is_possible(&self) -> bool {
        match self {
            KeyData::Ed25519(_) => true,
            KeyData::P256(point) => point[0] == 4,
            KeyData::P384(point) => point[0] == 4,
            KeyData::Rsa { n, e } => {
                let odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
                let trimmed = |number: &[u8]| number.first().is_some_and(|byte| *byte != 0);
                (256..=512).contains(&n.len()) && trimmed(n) && odd(n) && e.len() <= 8 && trimmed(e) && odd(e)
            }
        }
    }
}

const MAX_TEXT: usize = 200;

/// The keys of the list's map.
mod list_key {
    pub(super) const VERSION: i64 = 1;
    pub(super) const ISSUER: i64 = 2;
    pub(super) const SEQUENCE: i64 = 3;
    pub(super) const ISSUED: i64 = 4;
    pub(super) const NEXT_UPDATE: i64 = 5;
    pub(super) const ENVIRONMENT: i64 = 6;
    pub(super) const SIGNERS: i64 = 7;
    pub(super) const REVOCATION: i64 = 8;
    pub(super) const RULES: i64 = 9;
    pub(super) const VALUE_SETS: i64 = 10;
}

/// The keys of a signer's map.
mod signer_key {
    pub(super) const KID: i64 = 1;
    pub(super) const COUNTRY: i64 = 2;
    pub(super) const PURPOSES: i64 = 3;
    pub(super) const PROFILES: i64 = 4;
    pub(super) const NOT_BEFORE: i64 = 5;
    pub(super) const NOT_AFTER: i64 = 6;
    pub(super) const KEY: i64 = 7;
    pub(super) const NAME: i64 = 8;
    pub(super) const ISSUER: i64 = 9;
}

/// The first element of a key's array.
mod key_kind {
    pub(super) const ED25519: u64 = 1;
    pub(super) const P256: u64 = 2;
    pub(super) const P384: u64 = 3;
    pub(super) const RSA: u64 = 4;
}

/// Signers' certificates may begin before 1970 in no world, but negative numbers are kept out of the calendar's way.
fn in_calendar(time: UnixTime) -> bool {
    (UnixTime(0)..=UnixTime::LAST).contains(&time)
}

#[cfg(test)]
mod tests;
