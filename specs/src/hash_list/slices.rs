//! The form in which the EU's distribution service gives hashes to verifiers (dgca-revocation-distribution-service, 2022).
//!
//! Each signer has a mode by how much it revoked: with `POINT` all its hashes are in one partition, with `VECTOR` in sixteen by
//! the first hexadecimal digit, with `COORDINATE` in 256 by the first two. A partition has chunks by the digit after those, and a
//! chunk slices by the time at which their certificates expire. The digits say what has to be fetched; in memory it is all one
//! list. A slice is of type `VARHASHLIST`, the first bytes of each hash, or of type `BLOOMFILTER`, a [`Filter`].

use serde::Deserialize;

use super::filter::{self, Filter};
use super::{Hash, HashList, HashType, HashTypes, MIN_WIDTH, Scope, gateway};
use crate::time::UnixTime;

/// The most hashes of a slice: a whole signer in the mode of the fewest.
pub const MAX_HASHES: usize = 100_000;
/// Version, rate of errors, number of hashes, width.
const HEADER: usize = 2 + 4 + 4 + 1;
const MAX_SIGNERS: usize = 10_000;

/// How the hashes of a signer are partitioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Mode {
    /// Not.
    Point,
    /// By the first digit.
    Vector,
    /// By the first two digits.
    Coordinate,
}

impl Mode {
    /// How many digits name the partition; the next one names the chunk.
    pub fn digits(self) -> usize {
        match self {
            Mode::Point => 0,
            Mode::Vector => 1,
            Mode::Coordinate => 2,
        }
    }

    /// The partition and the chunk in which that hash would be: hexadecimal digits, the last of them the chunk's.
    pub fn place(self, hash: &Hash) -> (String, char) {
        let digits = hex::encode(&hash[..2]);
        let (partition, rest) = digits.split_at(self.digits());
        (partition.to_owned(), rest.chars().next().unwrap_or('0'))
    }
}

/// A signer of the list `/lists`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokingSigner {
    /// Its key identifier; `None` for `UNKNOWN_KID`.
    pub kid: Option<[u8; 8]>,
    /// How its hashes are partitioned.
    pub mode: Mode,
    /// What was hashed.
    pub kinds: HashTypes,
    /// When the last of its revocations has done its work.
    pub expires: UnixTime,
}

/// Why bytes are not what the service gives out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not JSON, or other members.
    #[error("not a list of revoking signers")]
    Json,
    /// A member whose content cannot be.
    #[error("{field} of the list is impossible")]
    Field {
        /// Its name.
        field: &'static str,
    },
    /// A slice of another type or version.
    #[error("a slice of version {version} is not known here")]
    Version {
        /// The version it says it has.
        version: u16,
    },
    /// A slice that is cut off, or whose numbers contradict each other.
    #[error("the slice is broken")]
    Broken,
    /// More hashes than a slice has.
    #[error("the slice has more hashes than are allowed")]
    TooLong,
    /// A filter that cannot be gone by.
    #[error("{0}")]
    Filter(filter::Error),
    /// Fewer bytes of each hash than are worth anything, or more than a hash has.
    #[error("{width} bytes of a hash are none that can be gone by")]
    Width {
        /// Bytes of each hash.
        width: u8,
    },
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Json => "revocation-slices-json",
            Error::Field { .. } => "revocation-slices-field",
            Error::Version { .. } => "revocation-slice-version",
            Error::Broken => "revocation-slice-broken",
            Error::TooLong => "revocation-slice-too-long",
            Error::Filter(error) => error.code(),
            Error::Width { .. } => "revocation-slice-width",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    kid: String,
    mode: Mode,
    hash_types: Vec<String>,
    expires: String,
}

/// Reads the list of signers that revoked anything.
pub fn signers(json: &[u8]) -> Result<Vec<RevokingSigner>, Error> {
    let written: Vec<Written> = serde_json::from_slice(json).map_err(|_| Error::Json)?;
    if written.len() > MAX_SIGNERS {
        return Err(Error::TooLong);
    }
    let field = |field| Error::Field { field };
    written
        .iter()
        .map(|signer| {
            let kinds: Option<Vec<HashType>> = signer.hash_types.iter().map(|name| HashType::of(name)).collect();
            let kinds = kinds.ok_or(field("hashTypes"))?.into_iter().map(HashType::only).reduce(HashTypes::and);
            Ok(RevokingSigner {
                kid: gateway::kid(&signer.kid).ok_or(field("kid"))?,
                mode: signer.mode,
                kinds: kinds.ok_or(field("hashTypes"))?,
                expires: UnixTime::from_rfc3339(&signer.expires).ok_or(field("expires"))?,
            })
        })
        .collect()
}

/// Reads a slice of type `VARHASHLIST`, unzipped, of that signer. `expires` is the slice's own, by which its chunk names it.
pub fn slice(bytes: &[u8], signer: &RevokingSigner, expires: UnixTime) -> Result<HashList, Error> {
    let (header, rest) = bytes.split_first_chunk::<HEADER>().ok_or(Error::Broken)?;
    let version = u16::from_be_bytes([header[0], header[1]]);
    if version != 1 {
        return Err(Error::Version { version });
    }
    let width = header[HEADER - 1];
    let bytes_each = usize::from(width);
    if !(MIN_WIDTH..=size_of::<Hash>()).contains(&bytes_each) {
        return Err(Error::Width { width });
    }
    let hashes = rest.chunks_exact(bytes_each);
    if !hashes.remainder().is_empty() {
        return Err(Error::Broken);
    }
    if hashes.len() > MAX_HASHES {
        return Err(Error::TooLong);
    }
    let padded = hashes.flat_map(|first| {
        let mut hash = [0; 16];
        hash[..bytes_each].copy_from_slice(first);
        // The service takes hashes for signed numbers and drops the leading bytes `ff` of negative ones, then fills up with
        // zeros. What it meant is listed too, or one in 512 of the revoked would pass.
        let zeros = first.iter().take_while(|byte| **byte == 0).count();
        let mangled = zeros > 0 && first.get(zeros).is_some_and(|byte| *byte >= 0x80);
        let meant = mangled.then(|| {
            let mut meant = hash;
            meant[..zeros].fill(0xff);
            meant
        });
        [Some(hash), meant].into_iter().flatten()
    });
    let list = HashList::new(signer.kid, signer.kinds, Some(expires), padded);
    list.cut(bytes_each).ok_or(Error::Width { width })
}

/// Version, two numbers of one byte, rate of errors, hashes meant, hashes put in, words. The rate has four bytes or eight.
const FILTER_HEADERS: [usize; 2] = [2 + 2 + 4 + 4 + 4 + 4, 2 + 2 + 8 + 4 + 4 + 4];

/// Reads a slice of type `BLOOMFILTER`, unzipped, of that signer. `expires` is the slice's own, by which its chunk names it.
///
/// The programs of the EU write it in three ways, none of which names itself: which of the two small numbers are the rounds and
/// which the kind of hash is seen by the kind, which is always 0 (SHA-256); how long the rate is, by the length of the whole.
/// What could be read in more than one way is refused, and so is a filter with more bits than its hashes can have set.
pub fn filter(bytes: &[u8], signer: &RevokingSigner, expires: UnixTime) -> Result<Filter, Error> {
    let version = u16::from_be_bytes(*bytes.first_chunk().ok_or(Error::Broken)?);
    if version != 1 {
        return Err(Error::Version { version });
    }
    let number = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    let fits = |header: &usize| {
        let words = number(header - 4).and_then(|words| usize::try_from(words).ok()?.checked_mul(4));
        words.is_some_and(|words| Some(words) == bytes.len().checked_sub(*header))
    };
    let mut headers = FILTER_HEADERS.into_iter().filter(fits);
    let (Some(header), None) = (headers.next(), headers.next()) else { return Err(Error::Broken) };
    let rounds = match (bytes[2], bytes[3]) {
        (0, rounds) | (rounds, 0) => rounds,
        _ => return Err(Error::Broken),
    };
    let scope = Scope { kid: signer.kid, kinds: signer.kinds, expires: Some(expires) };
    let filter = Filter::new(scope, rounds, bytes[header..].to_vec());
    let filter = filter.map_err(Error::Filter)?;
    let put_in = number(header - 8).ok_or(Error::Broken)?;
    let most = u64::from(put_in) * u64::from(rounds);
    // What was put in set a bit, and no more than one in each round.
    if filter.set() > most || (put_in > 0) != (filter.set() > 0) { Err(Error::Broken) } else { Ok(filter) }
}
