//! JSON (RFC 8259) within bounds, for the formats and lists that others write in it.
//!
//! A key twice in an object is refused, because two readers that keep different ones of the two see different
//! certificates (I-JSON, RFC 7493 section 2.3). Size, depth and number of values are bounded before a signature has been
//! checked. A byte order mark, invalid UTF-8, half a surrogate pair and numbers that no `f64` holds are malformed.
//! [`canonical`] writes the one form that is signed in VDS-NC.
//!
//! The reader is our own, and a property test and a fuzz target hold it to `serde_json`: that has no such bounds, and making
//! a tree of its values takes longer than all other layers of a SMART Health Card. Here a [`Document`] is the text and
//! one list of places in it.

mod canonical;
mod document;
mod reader;

pub use canonical::canonical;
pub use document::{Array, Document, Object, Value};
pub use reader::read;

/// How much is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: usize,
    /// Arrays and objects within one another; as reading recurses, 100 at most.
    pub depth: usize,
    /// Values, containers and what is in them counted alike; the keys of objects are not values.
    pub values: usize,
}

/// Why a text is not JSON that we read, or a value cannot be written canonically.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Longer than the limit.
    #[error("{length} bytes of JSON where {most} are allowed")]
    TooLong {
        /// Bytes given.
        length: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// Nested deeper than the limit.
    #[error("JSON nested deeper than {most} levels")]
    TooDeep {
        /// Levels allowed.
        most: usize,
    },
    /// More values than the limit.
    #[error("more than {most} values of JSON")]
    TooMany {
        /// Values allowed.
        most: usize,
    },
    /// A key stands twice in one object, however it was escaped.
    #[error("a key stands twice in a JSON object")]
    DuplicateKey,
    /// Something follows the value.
    #[error("something follows the JSON value")]
    TrailingBytes,
    /// Not JSON.
    #[error("not JSON (byte {at})")]
    Malformed {
        /// Where, in bytes from 0.
        at: usize,
    },
    /// A number that is not an integer between -(2^53 - 1) and 2^53 - 1, in a value to be written canonically.
    #[error("a number that is no exact integer")]
    Number,
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::TooLong { .. } => "json-too-long",
            Error::TooDeep { .. } => "json-too-deep",
            Error::TooMany { .. } => "json-too-many",
            Error::DuplicateKey => "json-duplicate-key",
            Error::TrailingBytes => "json-trailing-bytes",
            Error::Malformed { .. } => "json-malformed",
            Error::Number => "json-number",
        }
    }
}

#[cfg(test)]
mod tests;
