//! A batch of the EU gateway (dgc-gateway, `RevocationBatchDto`): up to a thousand hashes of one country, as JSON. It travels as
//! CMS; who signed it is not known here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{Hash, HashList, HashType};
use crate::country::is_alpha2;
use crate::time::UnixTime;

/// Instead of a key identifier, where any of the country's signers is meant.
pub const UNKNOWN_KID: &str = "UNKNOWN_KID";
/// The most hashes of a batch.
pub const MAX_ENTRIES: usize = 1_000;
/// The most bytes of a batch.
const MAX_BYTES: usize = 256 * 1024;

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The country that revokes, two letters.
    pub country: String,
    /// Its hashes. With `UNKNOWN_KID` they hold for every signer, also of other countries: a hash is of one certificate.
    pub hashes: HashList,
}

/// Why bytes are not a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Longer than any batch.
    #[error("{length} bytes are more than a batch has")]
    TooLong {
        /// Bytes given.
        length: usize,
    },
    /// Not JSON, or other members.
    #[error("not a batch of revocations")]
    Json,
    /// A member whose content cannot be.
    #[error("{field} of the batch is impossible")]
    Field {
        /// Its name.
        field: &'static str,
    },
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::TooLong { .. } => "revocation-batch-too-long",
            Error::Json => "revocation-batch-json",
            Error::Field { .. } => "revocation-batch-field",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    country: String,
    expires: String,
    kid: String,
    hash_type: String,
    entries: Vec<Entry>,
}

/// Both forms are met.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Named { hash: String },
    Bare(String),
}

impl Batch {
    /// Reads a batch. Members without a meaning here are passed over.
    pub fn decode(json: &[u8]) -> Result<Batch, Error> {
        if json.len() > MAX_BYTES {
            return Err(Error::TooLong { length: json.len() });
        }
        let written: Written = serde_json::from_slice(json).map_err(|_| Error::Json)?;
        let field = |field| Error::Field { field };
        if !is_alpha2(&written.country) {
            return Err(field("country"));
        }
        let expires = UnixTime::from_rfc3339(&written.expires).ok_or(field("expires"))?;
        let kid = kid(&written.kid).ok_or(field("kid"))?;
        let kind = HashType::of(&written.hash_type).ok_or(field("hashType"))?;
        if !(1..=MAX_ENTRIES).contains(&written.entries.len()) {
            return Err(field("entries"));
        }
        let hashes: Option<Vec<Hash>> = written.entries.iter().map(hash).collect();
        let hashes = HashList::new(kid, kind.only(), Some(expires), hashes.ok_or(field("entries"))?);
        Ok(Batch { country: written.country, hashes })
    }
}

/// `None` within where any signer is meant, `None` without where it is no key identifier. With and without padding is met.
pub(super) fn kid(text: &str) -> Option<Option<[u8; 8]>> {
    if text == UNKNOWN_KID {
        return Some(None);
    }
    let bytes = STANDARD.decode(text).or_else(|_| STANDARD.decode(format!("{text}="))).ok()?;
    Some(Some(bytes.try_into().ok()?))
}

fn hash(entry: &Entry) -> Option<Hash> {
    let (Entry::Named { hash } | Entry::Bare(hash)) = entry;
    STANDARD.decode(hash).ok()?.try_into().ok()
}
