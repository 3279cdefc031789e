//! CBOR (RFC 8949), read strictly and within bounds, written deterministically.
//!
//! Foreign bytes meet [`validate`] before anything else: one pass that allocates nothing in proportion to what the bytes
//! claim, and after which a [`Reader`] may walk over them. [`Limits::FOREIGN`] forgives encodings that are longer than
//! need be, because certificates in the field have them; [`Limits::OURS`] takes only the deterministic encoding of
//! RFC 8949 section 4.2.1, in which our own formats are written.

mod float;
mod reader;
mod strict;
mod value;
mod writer;

pub use reader::{Items, Kind, Reader};
pub use strict::{Form, examine, validate};
pub use value::{decode, encode};
pub use writer::Writer;

/// A CBOR data item as a tree: for tools, tests and keys that are seldom met. The formats' own decoders use [`Reader`].
#[derive(Debug, Clone)]
pub enum Value {
    /// 0 to 2^64 - 1.
    Unsigned(u64),
    /// The integer -1 - n, which reaches down to -2^64.
    Negative(u64),
    /// A byte string.
    Bytes(Vec<u8>),
    /// A text string.
    Text(String),
    /// An array.
    Array(Vec<Value>),
    /// A map, its pairs in the order of the bytes they were read from. [`encode`] sorts them.
    Map(Vec<(Value, Value)>),
    /// A tag and the item it is about.
    Tag(u64, Box<Value>),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// `undefined`.
    Undefined,
    /// A simple value that has no name: 0 to 19 or 32 to 255. Another number is written as bytes that every decoder
    /// refuses.
    Simple(u8),
    /// A float of any width; the width is not part of the value. All NaNs are one.
    Float(f64),
}

/// What [`validate`] and [`decode`] let pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes a whole item may have.
    pub max_bytes: usize,
    /// How deep arrays, maps and tags may nest; a lone number has depth 0. Never more than 64, whatever stands here.
    pub max_depth: usize,
    /// The most data items, each element, key, value and tag counted.
    pub max_items: usize,
    /// Integers, lengths and floats must have their shortest form.
    pub shortest: bool,
    /// Strings, arrays and maps of indefinite length may occur.
    pub indefinite: bool,
    /// The keys of every map must be in bytewise order of their encodings.
    pub sorted: bool,
}

impl Limits {
    /// For bytes that others made: tolerant of the form, not of the size.
    pub const FOREIGN: Limits = Limits {
        max_bytes: 16 * 1024,
        max_depth: 16,
        max_items: 4096,
        shortest: false,
        indefinite: true,
        sorted: false,
    };
    /// For our own formats: the same bounds, and nothing but the deterministic encoding.
    pub const OURS: Limits = Limits { shortest: true, indefinite: false, sorted: true, ..Limits::FOREIGN };
}

/// Why bytes are not the CBOR they should be. `at` is the offset of the item or byte concerned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// More bytes than the limit, before any of them was read.
    #[error("{length} bytes of CBOR where {limit} are allowed")]
    TooLong {
        /// Bytes given.
        length: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The bytes end within an item.
    #[error("the CBOR ends too early, at byte {at}")]
    Truncated {
        /// Where the next byte should be.
        at: usize,
    },
    /// A string, array or map says that it is longer than all that follows.
    #[error("a CBOR length at byte {at} says more than there is")]
    LengthLies {
        /// The head that says so.
        at: usize,
    },
    /// Bytes follow the end of the item.
    #[error("bytes follow the end of the CBOR item, at byte {at}")]
    TrailingBytes {
        /// The first byte too many.
        at: usize,
    },
    /// Arrays, maps and tags nest deeper than allowed.
    #[error("CBOR nests too deep at byte {at}")]
    TooDeep {
        /// The item that is too deep.
        at: usize,
    },
    /// More data items than allowed.
    #[error("too many CBOR items at byte {at}")]
    TooManyItems {
        /// The first item too many.
        at: usize,
    },
    /// A map has the same key twice, whatever the two encodings look like.
    #[error("a CBOR map has the key at byte {at} twice")]
    DuplicateKey {
        /// The second of the two keys.
        at: usize,
    },
    /// Additional information 28 to 30, or 31 where no indefinite length can be.
    #[error("reserved additional information in the CBOR head at byte {at}")]
    ReservedInfo {
        /// The head.
        at: usize,
    },
    /// A break where no item of indefinite length is open, or between a key and its value.
    #[error("a CBOR break out of place at byte {at}")]
    UnexpectedBreak {
        /// The break.
        at: usize,
    },
    /// A chunk of an indefinite string that is not a definite string of the same kind.
    #[error("a wrong chunk in a CBOR string at byte {at}")]
    BadChunk {
        /// The chunk.
        at: usize,
    },
    /// A text string that is not UTF-8.
    #[error("the CBOR text at byte {at} is not UTF-8")]
    NotUtf8 {
        /// The head of the string or chunk.
        at: usize,
    },
    /// A simple value below 32 written in two bytes.
    #[error("a simple value below 32 in two bytes of CBOR at byte {at}")]
    ReservedSimple {
        /// The head.
        at: usize,
    },
    /// A number or length that is longer than need be, where the shortest form is the rule.
    #[error("not the shortest CBOR form at byte {at}")]
    NotShortest {
        /// The head.
        at: usize,
    },
    /// An indefinite length where it is not allowed.
    #[error("an indefinite CBOR length at byte {at}")]
    Indefinite {
        /// The head.
        at: usize,
    },
    /// A map key that sorts before the one in front of it, where order is the rule.
    #[error("CBOR map keys out of order at byte {at}")]
    KeyOrder {
        /// The second of the two keys.
        at: usize,
    },
    /// A well-formed item of another type than the reader asked for.
    #[error("CBOR at byte {at} is not {expected}")]
    WrongType {
        /// The item.
        at: usize,
        /// What was asked for.
        expected: &'static str,
    },
    /// A number that does not fit the type asked for.
    #[error("the CBOR number at byte {at} is out of range")]
    OutOfRange {
        /// The number.
        at: usize,
    },
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::TooLong { .. } => "cbor-too-long",
            Error::Truncated { .. } => "cbor-truncated",
            Error::LengthLies { .. } => "cbor-length-lies",
            Error::TrailingBytes { .. } => "cbor-trailing-bytes",
            Error::TooDeep { .. } => "cbor-too-deep",
            Error::TooManyItems { .. } => "cbor-too-many-items",
            Error::DuplicateKey { .. } => "cbor-duplicate-key",
            Error::ReservedInfo { .. } => "cbor-reserved-info",
            Error::UnexpectedBreak { .. } => "cbor-unexpected-break",
            Error::BadChunk { .. } => "cbor-bad-chunk",
            Error::NotUtf8 { .. } => "cbor-not-utf8",
            Error::ReservedSimple { .. } => "cbor-reserved-simple",
            Error::NotShortest { .. } => "cbor-not-shortest",
            Error::Indefinite { .. } => "cbor-indefinite",
            Error::KeyOrder { .. } => "cbor-key-order",
            Error::WrongType { .. } => "cbor-wrong-type",
            Error::OutOfRange { .. } => "cbor-out-of-range",
        }
    }
}

#[cfg(test)]
mod tests;
