//! Bloom filters of hashes, the smaller form in which the EU's distribution service gives them out (slices of type
//! `BLOOMFILTER`).
//!
//! A filter is a field of bits. A hash sets one of them in each round, at SHA-256(hash ‖ number of the round), taken as a
//! signed number, modulo the size; who finds all of these bits set takes the hash for one that was put in. A hash that was put
//! in is always found; another one is found now and then, as often as the filter is full. So a hit is not a proof. Every
//! verifier in the field takes it for one, since nothing else says that a certificate is revoked, and so does this one;
//! filters that would hit honest certificates more than once in a million are refused.
//!
//! The programs that write filters do not agree, and none says which it is. Their bits stand at the index or one place before it
//! within their word of 32: both are asked. Their headers differ in the order of two bytes, of which one is always zero, and
//! in the width of one number, which the length tells.

use sha2::{Digest as _, Sha256};

use super::Scope;

/// The most bytes of bits: with 100,000 hashes, the most of a slice, and one error in 10^12 a filter has 720 KB.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The most rounds. One error in 10^12 takes 40.
pub const MAX_ROUNDS: u8 = 127;
/// How often a filter may hit an honest certificate.
const MAX_ERRORS: f64 = 1e-6;
/// Bytes of the words in which a filter is written.
const WORD: usize = 4;

/// A filter of hashes that revoke certificates of one signer, or of any.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Filter {
    scope: Scope,
    rounds: u8,
    bits: Vec<u8>,
}

/// Why bits are no filter to go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No bits, not whole words, or more than [`MAX_BYTES`].
    #[error("the size of the filter is impossible")]
    Size,
    /// No rounds, or more than [`MAX_ROUNDS`].
    #[error("the filter is of {rounds} rounds")]
    Rounds {
        /// How many.
        rounds: u8,
    },
    /// So many bits are set that honest certificates would be taken for revoked ones.
    #[error("the filter is too full to be gone by")]
    Full,
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Size => "revocation-filter-size",
            Error::Rounds { .. } => "revocation-filter-rounds",
            Error::Full => "revocation-filter-full",
        }
    }
}

impl Filter {
    /// A filter of these bits, the first the highest of the first byte.
    pub fn new(scope: Scope, rounds: u8, bits: Vec<u8>) -> Result<Filter, Error> {
        if !(1..=MAX_ROUNDS).contains(&rounds) {
            return Err(Error::Rounds { rounds });
        }
        if bits.is_empty() || bits.len() > MAX_BYTES || !bits.len().is_multiple_of(WORD) {
            return Err(Error::Size);
        }
        let set = ones(&bits);
        // Both below 2^53: exact.
        let full = set as f64 / (bits.len() * 8) as f64;
        // Twice, as both places of a bit are asked.
        let errors = (0..rounds).fold(2.0, |errors, _| errors * full);
        if errors > MAX_ERRORS {
            return Err(Error::Full);
        }
        Ok(Filter { scope, rounds, bits })
    }

    /// What it is about.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Bits that a hash sets.
    pub fn rounds(&self) -> u8 {
        self.rounds
    }

    /// The bits.
    pub fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// How many bits are set.
    pub fn set(&self) -> u64 {
        ones(&self.bits)
    }

    /// Whether that hash was put in, as far as a filter can say.
    pub fn hits(&self, hash: &[u8]) -> bool {
        // A word more or less makes no difference to the bound: at most 2^25 bits.
        let size = self.bits.len() as u64 * 8;
        let (mut there, mut before) = (true, true);
        for round in 0..self.rounds {
            let index = index(hash, round, size);
            let within = index % 32;
            there &= self.is_set(index);
            before &= self.is_set(index - within + (within + 31) % 32);
            if !there && !before {
                return false;
            }
        }
        true
    }

    /// Whether it has every bit of another of its kind: then the other adds nothing.
    pub(crate) fn covers(&self, other: &Filter) -> bool {
        let same = |filter: &Filter| (filter.scope, filter.rounds, filter.bits.len());
        same(self) == same(other) && self.bits.iter().zip(&other.bits).all(|(own, other)| own & other == *other)
    }

    fn is_set(&self, index: u64) -> bool {
        let place = usize::try_from(index / 8).unwrap_or(usize::MAX);
        self.bits.get(place).is_some_and(|byte| byte & (0x80 >> (index % 8)) != 0)
    }
}

fn ones(bits: &[u8]) -> u64 {
    bits.iter().map(|byte| u64::from(byte.count_ones())).sum()
}

/// The bit of that round: a SHA-256 as a signed number of 256 bits, modulo a size below 2^31.
pub(crate) fn index(hash: &[u8], round: u8, size: u64) -> u64 {
    let digest: [u8; 32] = Sha256::new().chain_update(hash).chain_update([round]).finalize().into();
    let modulo =
        |words: &mut dyn Iterator<Item = u32>| words.fold(0, |rest, word| (rest << 32 | u64::from(word)) % size);
    let words = digest.chunks_exact(4).map(|word| u32::from_be_bytes([word[0], word[1], word[2], word[3]]));
    let rest = modulo(&mut words.into_iter());
    if digest[0] < 0x80 {
        return rest;
    }
    // Less 2^256.
    let whole = modulo(&mut std::iter::once(1).chain(std::iter::repeat_n(0, 8)));
    (rest + size - whole) % size
}
