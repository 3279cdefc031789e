//! COSE_Sign1 (RFC 9052), borrowed and without interpretation: who signed, with what, over which bytes.
//!
//! [`parse`] takes the structure apart and keeps every part where it lies in the message, so that the signature is
//! checked over the very bytes that came. [`Unsigned`] builds one in three steps, so that the signing key may be in
//! another process or device. No signature is made or checked here.

mod build;
mod parse;

pub use build::Unsigned;
pub(crate) use parse::parse_again;
pub use parse::{parse, parse_within};

use crate::cbor::{self, Writer};

/// Algorithm numbers of the IANA COSE registry that our formats meet.
pub mod alg {
    /// ECDSA with SHA-256 and, in our formats, P-256.
    pub const ES256: i64 = -7;
    /// ECDSA with SHA-384 and, in our formats, P-384.
    pub const ES384: i64 = -35;
    /// EdDSA; with our keys always Ed25519.
    pub const EDDSA: i64 = -8;
    /// RSASSA-PSS with SHA-256.
    pub const PS256: i64 = -37;
    /// RSASSA-PSS with SHA-384.
    pub const PS384: i64 = -38;
    /// RSASSA-PSS with SHA-512.
    pub const PS512: i64 = -39;
    /// ES256 with P-256 and nothing else (RFC 9864).
    pub const ESP256: i64 = -9;
    /// ES384 with P-384 and nothing else (RFC 9864).
    pub const ESP384: i64 = -51;
    /// EdDSA with Ed25519 and nothing else (RFC 9864).
    pub const ED25519: i64 = -19;
}

/// The bucket of the header in which a parameter stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Signed.
    Protected,
    /// Not signed: anyone may have put it there.
    Unprotected,
}

/// A header parameter and where it stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed<T> {
    /// What it says.
    pub value: T,
    /// Where it stood.
    pub place: Place,
}

/// A key identifier. By the standard it is a byte string; some issuers write text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kid<'a> {
    /// As the standard says.
    Bytes(&'a [u8]),
    /// As met in the field.
    Text(&'a str),
}

impl<'a> Kid<'a> {
    /// The identifier's bytes, those of the text where it is one.
    pub fn as_bytes(self) -> &'a [u8] {
        match self {
            Kid::Bytes(bytes) => bytes,
            Kid::Text(text) => text.as_bytes(),
        }
    }
}

/// How the message is tagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tagging {
    /// A bare array.
    Untagged,
    /// Tag 18, COSE_Sign1.
    Sign1,
    /// Tag 61 (CWT) around tag 18.
    CwtSign1,
}

/// A COSE_Sign1 message, its parts borrowed from the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign1<'a> {
    /// The whole message as it came.
    pub message: &'a [u8],
    /// How the message is tagged.
    pub tag: Tagging,
    /// The protected header as it came, without the byte string around it; may be empty.
    pub protected: &'a [u8],
    /// Label 1. A name of an algorithm as text is refused.
    pub alg: Option<Placed<i64>>,
    /// Label 4 in the protected header.
    pub kid_protected: Option<Kid<'a>>,
    /// Label 4 in the unprotected header.
    pub kid_unprotected: Option<Kid<'a>>,
    /// How many labels stand in the unprotected header, known or not.
    pub unprotected_labels: usize,
    /// Label 16 (RFC 9596) in the protected header: what the whole message is, where it is said as text.
    pub typ: Option<&'a str>,
    /// Label 33 (RFC 9360), leaf first, from whichever bucket: certificates prove themselves.
    pub x5chain: Vec<&'a [u8]>,
    /// The signed content.
    pub payload: &'a [u8],
    /// The signature.
    pub signature: &'a [u8],
}

impl<'a> Sign1<'a> {
    /// The key identifier that counts: the protected one wins, whatever the other says (hcert_spec 3.3.2).
    pub fn kid(&self) -> Option<Placed<Kid<'a>>> {
        let protected = self.kid_protected.map(|value| Placed { value, place: Place::Protected });
        protected.or(self.kid_unprotected.map(|value| Placed { value, place: Place::Unprotected }))
    }

    /// The bytes that the signature is over: the Sig_structure of RFC 9052 section 4.4, with the protected header as it
    /// came. An empty map in the header counts as no header at all, as that section says.
    pub fn to_be_signed(&self, external_aad: &[u8]) -> Vec<u8> {
        let protected = if self.protected == [0xa0] { &[] } else { self.protected };
        sig_structure(protected, external_aad, self.payload)
    }
}

/// Why bytes are not a COSE_Sign1 message that we read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The message is not well-formed CBOR.
    #[error("the signed message is broken: {0}")]
    Cbor(cbor::Error),
    /// The protected header is not well-formed CBOR.
    #[error("the protected header is broken: {0}")]
    Protected(cbor::Error),
    /// A tag that does not belong there.
    #[error("tag {tag} is not that of a COSE_Sign1 message")]
    Tag {
        /// The tag.
        tag: u64,
    },
    /// Not an array of protected header, unprotected header, payload and signature.
    #[error("not a COSE_Sign1 message of four parts")]
    Shape,
    /// The payload is detached (null); our formats carry theirs.
    #[error("the signed message carries no payload")]
    NoPayload,
    /// One label in both headers. A key identifier may be, see [`Sign1::kid`].
    #[error("header label {label} stands in both headers")]
    LabelTwice {
        /// The label, a text in quotes.
        label: String,
    },
    /// More labels than any honest header has.
    #[error("a header has too many labels")]
    HeaderTooLong,
    /// A parameter of a type that its label does not have.
    #[error("header label {label} has a value of the wrong type")]
    HeaderType {
        /// The label.
        label: i64,
    },
    /// A label that is neither an integer nor a text.
    #[error("a header label is neither an integer nor a text")]
    LabelType,
    /// The message says that a parameter must be understood, and we do not understand it.
    #[error("the message demands a header parameter that is not known here")]
    Critical,
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Cbor(_) => "cose-cbor",
            Error::Protected(_) => "cose-protected-cbor",
            Error::Tag { .. } => "cose-tag",
            Error::Shape => "cose-shape",
            Error::NoPayload => "cose-no-payload",
            Error::LabelTwice { .. } => "cose-label-twice",
            Error::HeaderTooLong => "cose-header-too-long",
            Error::HeaderType { .. } => "cose-header-type",
            Error::LabelType => "cose-label-type",
            Error::Critical => "cose-critical",
        }
    }
}

/// Header labels of RFC 9052 section 3.1, RFC 9596 and RFC 9360.
mod label {
    pub(super) const ALG: i64 = 1;
    pub(super) const CRIT: i64 = 2;
    pub(super) const CONTENT_TYPE: i64 = 3;
    pub(super) const KID: i64 = 4;
    pub(super) const TYP: i64 = 16;
    pub(super) const X5CHAIN: i64 = 33;
}

const TAG_SIGN1: u64 = 18;
const TAG_CWT: u64 = 61;

fn sig_structure(protected: &[u8], external_aad: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut writer = Writer::with_capacity(protected.len() + external_aad.len() + payload.len() + 32);
    writer.array(4).text("Signature1").bytes(protected).bytes(external_aad).bytes(payload);
    writer.into_bytes()
}

#[cfg(test)]
mod tests;
