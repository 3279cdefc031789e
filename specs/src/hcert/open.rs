//! Taking the layers off, and putting them on.

use super::{Claims, Error, MAX_CHARS, PREFIX};
use crate::cose::{Sign1, parse, parse_again};
use crate::{base45, zlib};

/// A text whose layers are off: its message is COSE_Sign1, of which nothing has been believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    compressed: Vec<u8>,
    cose: Vec<u8>,
}

/// Takes the layers off a text: prefix, size, Base45, zlib within 16 KiB, strict CBOR, COSE_Sign1. The first layer that
/// fails says why.
pub fn open(text: &str) -> Result<Opened, Error> {
    open_layers(text.len(), encoded(text)?)
}

/// The COSE message in a text, not parsed yet: the layers of [`open`] down to zlib, for whoever keeps nothing else.
pub fn message(text: &str) -> Result<Vec<u8>, Error> {
    zlib::inflate_in_place(decoded(text.len(), encoded(text)?)?).map_err(Error::Zlib)
}

fn encoded(text: &str) -> Result<&str, Error> {
    match text.strip_prefix(PREFIX) {
        Some(encoded) => Ok(encoded),
        None if is_later_version(text) => Err(Error::UnsupportedContext),
        None => Err(Error::Prefix),
    }
}

/// The layers below a prefix, for a text of that many characters, prefix counted.
pub(crate) fn open_layers(length: usize, encoded: &str) -> Result<Opened, Error> {
    let compressed = decoded(length, encoded)?;
    let cose = zlib::inflate(&compressed).map_err(Error::Zlib)?;
    parse(&cose).map_err(Error::Cose)?;
    Ok(Opened { compressed, cose })
}

fn decoded(length: usize, encoded: &str) -> Result<Vec<u8>, Error> {
    if length > MAX_CHARS {
        return Err(Error::TooLong { length });
    }
    base45::decode(encoded).map_err(Error::Base45)
}

/// The text for a signed message, ready for a QR symbol in alphanumeric mode.
pub fn seal(cose: &[u8]) -> String {
    let encoded = base45::encode(&zlib::deflate(cose));
    [PREFIX, &encoded].concat()
}

impl Opened {
    /// The zlib stream.
    pub fn compressed(&self) -> &[u8] {
        &self.compressed
    }

    /// The COSE message.
    pub fn cose(&self) -> &[u8] {
        &self.cose
    }

    /// The parts of the COSE message.
    pub fn sign1(&self) -> Sign1<'_> {
        parse_again(&self.cose).expect("these bytes have been parsed when the text was opened")
    }

    /// The claims, whoever signed them: see [`Claims::of`].
    pub fn claims(&self) -> Result<Claims, Error> {
        Claims::of(&self.sign1())
    }
}

/// The contexts after HC1 are HC2 to HC9 and HCA to HCZ (hcert_spec section 4.2.2).
fn is_later_version(text: &str) -> bool {
    matches!(text.as_bytes(), [b'H', b'C', b'2'..=b'9' | b'A'..=b'Z', b':', ..])
}
