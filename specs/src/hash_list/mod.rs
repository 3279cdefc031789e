//! The EU's way of revoking (dgc-gateway, 2022): lists of hashes, of signatures or of identifiers, each of 128 bits.
//!
//! A hash says nothing about a person to whoever does not hold the certificate. In memory a list is one sorted run of hashes
//! and a question is a binary search. [`gateway`] reads the batches that countries exchange, [`slices`] the form in which they
//! are given to verifiers, [`filter`] Bloom filters of hashes. The page is `specs/revocation.md`.

pub mod filter;
pub mod gateway;
pub mod partition;
pub mod slices;
#[cfg(test)]
mod tests;

use sha2::{Digest as _, Sha256};

use crate::time::UnixTime;

/// The first 128 bits of a SHA-256.
pub type Hash = [u8; 16];

/// What was hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HashType {
    /// `SIGNATURE`: of an ECDSA or EdDSA signature its first half (with `r` and `s` also `r` and `-s` is a good ECDSA
    /// signature); of an RSA signature the whole.
    Signature,
    /// `UCI`: the certificate's identifier, in UTF-8.
    Uci,
    /// `COUNTRYCODEUCI`: the country's two letters and the identifier, nothing between them.
    CountryCodeUci,
}

impl HashType {
    /// All of them.
    pub const ALL: [HashType; 3] = [HashType::Signature, HashType::Uci, HashType::CountryCodeUci];

    /// The name in the gateway's batches.
    pub fn name(self) -> &'static str {
        match self {
            HashType::Signature => "SIGNATURE",
            HashType::Uci => "UCI",
            HashType::CountryCodeUci => "COUNTRYCODEUCI",
        }
    }

    /// The set of this type only.
    pub const fn only(self) -> HashTypes {
        HashTypes(1 << self as u8)
    }

    /// The type of that name.
    pub fn of(name: &str) -> Option<HashType> {
        HashType::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A set of types, not empty: slices do not say which of their hashes is of which type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HashTypes(u8);

impl HashTypes {
    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: HashTypes) -> HashTypes {
        HashTypes(self.0 | other.0)
    }

    /// The bits as they are written: 1 signature, 2 identifier, 4 country and identifier.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set of these bits, if they are known and not empty.
    pub const fn from_bits(bits: u8) -> Option<HashTypes> {
        if matches!(bits, 1..=7) { Some(HashTypes(bits)) } else { None }
    }

    /// Its types.
    pub fn iter(self) -> impl Iterator<Item = HashType> {
        HashType::ALL.into_iter().filter(move |kind| self.0 & kind.only().0 != 0)
    }
}

/// What of a certificate may have been hashed.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The signature as it stands in the message.
    pub signature: &'a [u8],
    /// Whether it is an RSA signature.
    pub rsa: bool,
    /// The certificate's identifier.
    pub uvci: &'a str,
    /// The country that issued it, two letters.
    pub country: &'a str,
}

impl Subject<'_> {
    /// The hash of that type.
    pub fn hash(&self, kind: HashType) -> Hash {
        match kind {
            HashType::Signature if self.rsa => first_bits(&[self.signature]),
            HashType::Signature => first_bits(&[&self.signature[..self.signature.len() / 2]]),
            HashType::Uci => first_bits(&[self.uvci.as_bytes()]),
            HashType::CountryCodeUci => first_bits(&[self.country.as_bytes(), self.uvci.as_bytes()]),
        }
    }
}

/// The fewest bytes of a hash that a list may have: with four, one honest certificate in 4,294,967,296 divided by the length of
/// the list is taken for a revoked one.
pub const MIN_WIDTH: usize = 4;

/// Whose certificates hashes revoke, what of them was hashed, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The signer's key identifier; `None` for anybody's certificates.
    pub kid: Option<[u8; 8]>,
    /// What was hashed.
    pub kinds: HashTypes,
    /// When the hashes have done their work; `None` for never.
    pub expires: Option<UnixTime>,
}

impl Scope {
    /// Whether that signer's certificates are meant at that time.
    pub fn concerns(&self, kid: Option<&[u8; 8]>, at: UnixTime) -> bool {
        self.expires.is_none_or(|expires| at <= expires) && self.kid.as_ref().is_none_or(|own| kid == Some(own))
    }
}

/// Hashes that revoke certificates of one signer, or of any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashList {
    scope: Scope,
    /// How many bytes of each hash are there; the rest is zero.
    width: usize,
    /// Sorted, each once.
    hashes: Vec<Hash>,
}

impl HashList {
    /// A list of these whole hashes, in any order. `kid` is the signer's, `None` where any signer is meant (`UNKNOWN_KID`);
    /// `expires` is when all certificates concerned have expired by themselves.
    pub fn new(
        kid: Option<[u8; 8]>,
        kinds: HashTypes,
        expires: Option<UnixTime>,
        hashes: impl IntoIterator<Item = Hash>,
    ) -> HashList {
        let mut hashes: Vec<Hash> = hashes.into_iter().collect();
        hashes.sort_unstable();
        hashes.dedup();
        HashList { scope: Scope { kid, kinds, expires }, width: size_of::<Hash>(), hashes }
    }

    /// The same list with only the first bytes of each hash: smaller, and now and then wrong about an honest certificate.
    /// `None` for a width that is not [`MIN_WIDTH`] to 16.
    pub fn cut(self, width: usize) -> Option<HashList> {
        if !(MIN_WIDTH..=self.width).contains(&width) {
            return None;
        }
        let hashes = self.hashes.iter().map(|hash| first_bytes(hash, width));
        let Scope { kid, kinds, expires } = self.scope;
        Some(HashList { width, ..HashList::new(kid, kinds, expires, hashes) })
    }

    /// What it is about.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The signer whose certificates it revokes; `None` for anybody's.
    pub fn kid(&self) -> Option<[u8; 8]> {
        self.scope.kid
    }

    /// What was hashed.
    pub fn kinds(&self) -> HashTypes {
        self.scope.kinds
    }

    /// When the list has done its work.
    pub fn expires(&self) -> Option<UnixTime> {
        self.scope.expires
    }

    /// How many bytes of each hash are there.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The hashes, sorted; zero behind their width.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Whether that hash, or as much of it as the list has, stands in it.
    pub fn contains(&self, hash: &Hash) -> bool {
        self.hashes.binary_search(&first_bytes(hash, self.width)).is_ok()
    }

    /// In which order lists stand, and which may be joined.
    pub(crate) fn key(&self) -> (Scope, usize) {
        (self.scope, self.width)
    }
}

fn first_bytes(hash: &Hash, width: usize) -> Hash {
    let mut first = [0; 16];
    first[..width].copy_from_slice(&hash[..width]);
    first
}

fn first_bits(parts: &[&[u8]]) -> Hash {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    let digest: [u8; 32] = digest.finalize().into();
    let mut hash = [0; 16];
    hash.copy_from_slice(&digest[..16]);
    hash
}
