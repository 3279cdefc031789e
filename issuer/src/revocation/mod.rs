//! Taking back: what was revoked, in a log of its own, and the status lists that say so to everybody.
//!
//! A log entry is a deterministic CBOR array `[number, at, kind, subject, reason, previous hash]`, and its hash is the SHA-256
//! of those bytes; the first entry's previous hash is 32 zeros. Nothing takes an entry back: an error is mended by a new
//! dose record and a new certificate. What is suspended, while something is looked into, is restored by an entry that follows.
//! [`Book`] holds the status lists and signs them.

mod book;
#[cfg(test)]
mod tests;

use sha2::{Digest as _, Sha256};
use specs::cbor::{self, Value};
use specs::revocation::{RevokedSigner, RevokedSite};
use specs::time::UnixTime;

use crate::api::RevocationReason;

pub use book::{Book, MEDIA_TYPE, TTL, stated};

/// A place in a status list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Number of the list, from 1.
    pub list: u64,
    /// Index in it, below 2^20.
    pub index: u64,
}

/// What is revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The certificates of a dose.
    Dose(String),
    /// A document signer.
    Signer(RevokedSigner),
    /// What a rule says about where it was issued.
    Site(RevokedSite),
    /// The certificates of a dose, until they are restored.
    Suspension(String),
    /// The certificates of a dose, which were suspended before and are no longer.
    Restoration(String),
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Place in the log, from 0.
    pub number: u64,
    /// When.
    pub at: UnixTime,
    /// What.
    pub subject: Subject,
    /// Why.
    pub reason: RevocationReason,
    /// Hash of the entry before.
    pub previous: [u8; 32],
}

impl Subject {
    /// `dose`, `signer`, `site`, `suspension` or `restoration`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Dose(_) => "dose",
            Self::Signer(_) => "signer",
            Self::Site(_) => "site",
            Self::Suspension(_) => "suspension",
            Self::Restoration(_) => "restoration",
        }
    }

    /// One text for one subject: the dose, or JSON with its members in this order.
    #[must_use]
    pub fn text(&self) -> String {
        let time = |time: Option<UnixTime>| time.map(|time| time.0);
        match self {
            Self::Dose(dose) | Self::Suspension(dose) | Self::Restoration(dose) => dose.clone(),
            Self::Signer(signer) => serde_json::json!([hex::encode(signer.kid), time(signer.from)]).to_string(),
            Self::Site(site) => {
                serde_json::json!([site.authority, site.uvci_prefix, time(site.from), time(site.until)]).to_string()
            }
        }
    }

    /// The subject of that kind and text.
    #[must_use]
    pub fn parse(kind: &str, text: &str) -> Option<Self> {
        let time = |seconds: Option<i64>| seconds.map(UnixTime);
        match kind {
            "dose" => Some(Self::Dose(text.to_owned())),
            "suspension" => Some(Self::Suspension(text.to_owned())),
            "restoration" => Some(Self::Restoration(text.to_owned())),
            "signer" => {
                let (kid, from): (String, Option<i64>) = serde_json::from_str(text).ok()?;
                let kid = hex::decode(kid).ok()?.try_into().ok()?;
                Some(Self::Signer(RevokedSigner { kid, from: time(from) }))
            }
            "site" => {
                let (authority, uvci_prefix, from, until) = serde_json::from_str(text).ok()?;
                Some(Self::Site(RevokedSite { authority, uvci_prefix, from: time(from), until: time(until) }))
            }
            _ => None,
        }
    }
}

impl Entry {
    /// Its hash: the previous hash of the entry that follows.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let bytes = cbor::encode(&Value::Array(vec![
            Value::Unsigned(self.number),
            Value::Unsigned(u64::try_from(self.at.0).unwrap_or_default()),
            Value::Text(self.subject.kind().to_owned()),
            Value::Text(self.subject.text()),
            Value::Text(self.reason.as_str().to_owned()),
            Value::Bytes(self.previous.to_vec()),
        ]));
        Sha256::digest(bytes).into()
    }
}
