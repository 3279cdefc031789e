//! What is in a partition of the EU's distribution service (`/lists/{kid}/partitions`): which slices, of which type, and when
//! they have done their work.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::filter::Filter;
use super::slices::{self, Error, RevokingSigner};
use super::{HashList, gateway};
use crate::time::UnixTime;

/// The most slices of all partitions of a file.
pub const MAX_SLICES: usize = 100_000;

/// A slice as a partition lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The signer's key identifier; `None` for `UNKNOWN_KID`.
    pub kid: Option<[u8; 8]>,
    /// When the certificates that it revokes have expired.
    pub expires: UnixTime,
    /// What it is.
    pub kind: Kind,
    /// The SHA-256 of its bytes, in hexadecimal digits: its name.
    pub hash: String,
}

/// The type of a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Kind {
    /// The first bytes of each hash.
    #[serde(rename = "VARHASHLIST")]
    Hashes,
    /// A Bloom filter.
    #[serde(rename = "BLOOMFILTER")]
    Filter,
}

/// What a slice revokes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slice {
    /// By a list.
    Hashes(HashList),
    /// By a filter.
    Filter(Filter),
}

#[derive(Deserialize)]
struct Written {
    kid: String,
    chunks: BTreeMap<String, BTreeMap<String, Item>>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(rename = "type")]
    kind: Kind,
    hash: String,
}

/// Reads an array of partitions.
pub fn read(json: &[u8]) -> Result<Vec<Listed>, Error> {
    let written: Vec<Written> = serde_json::from_slice(json).map_err(|_| Error::Json)?;
    let mut all = Vec::new();
    for partition in written {
        let kid = gateway::kid(&partition.kid).ok_or(Error::Field { field: "kid" })?;
        for (expires, Item { kind, hash }) in partition.chunks.into_values().flatten() {
            let expires = UnixTime::from_rfc3339(&expires).ok_or(Error::Field { field: "expires" })?;
            // It becomes the name of a file.
            if hash.len() != 64 || !hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
                return Err(Error::Field { field: "hash" });
            }
            if all.len() == MAX_SLICES {
                return Err(Error::TooLong);
            }
            all.push(Listed { kid, expires, kind, hash });
        }
    }
    Ok(all)
}

impl Listed {
    /// Reads the slice, unzipped; `signer` is the one whose slice it is.
    pub fn slice(&self, bytes: &[u8], signer: &RevokingSigner) -> Result<Slice, Error> {
        match self.kind {
            Kind::Hashes => slices::slice(bytes, signer, self.expires).map(Slice::Hashes),
            Kind::Filter => slices::filter(bytes, signer, self.expires).map(Slice::Filter),
        }
    }
}
