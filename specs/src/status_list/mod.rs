//! The Token Status List (draft-ietf-oauth-status-list) in its CWT form: one number of a few bits for each certificate.
//!
//! A certificate carries a [`Reference`] into a list; a [`Token`] carries the list, signed; the [`StatusList`] answers what
//! stands at an index in one look. How the signature is checked is `trust-list`'s work. The page is `specs/revocation.md`.

mod reference;
#[cfg(test)]
mod tests;
mod token;

pub use reference::Reference;
pub(crate) use reference::{SHORT_CLAIM, STATUS_CLAIM};
pub use token::{MEDIA_TYPE, Token};

use crate::cbor::{self, Limits, Reader, Writer, validate};
use crate::zlib;

/// The most entries of a list that is read.
pub const MAX_ENTRIES: u64 = 1 << 24;
/// The entries of every list that we publish.
pub const OUR_ENTRIES: u64 = 1 << 20;
/// Where our lists are published; a list's number follows. The host is one for documentation: a nation puts its own in its
/// place.
pub const BASE_URI: &str = "https://status.example.vn/v1/status-lists/";
/// What a list and the claims around it may measure: deflated, a list may be as long as it is inflated.
pub const LIMITS: Limits =
    Limits { max_bytes: MAX_ENTRIES as usize + 64 * 1024, max_depth: 4, max_items: 256, ..Limits::FOREIGN };

/// The URI of our list of that number.
pub fn uri(number: u64) -> String {
    format!("{BASE_URI}{number}")
}

/// The number of the list that we publish at this URI; `None` where it is not one of ours.
pub fn number(uri: &str) -> Option<u64> {
    let digits = uri.strip_prefix(BASE_URI)?;
    let number = digits.parse().ok()?;
    // One URI for one list: no leading zeros, no sign.
    (digits == format!("{number}")).then_some(number)
}

/// What stands at an index (section 7.1 of the draft).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// 0: nothing is said against it.
    Valid,
    /// 1: revoked. In our lists for good.
    Invalid,
    /// 2: not to be accepted for the time being.
    Suspended,
    /// Any other number: reserved, or with a meaning between others.
    Other(u8),
}

impl Status {
    /// The number as it stands in lists.
    pub fn value(self) -> u8 {
        match self {
            Status::Valid => 0,
            Status::Invalid => 1,
            Status::Suspended => 2,
            Status::Other(value) => value,
        }
    }

    /// What that number means.
    pub fn of(value: u8) -> Status {
        match value {
            0 => Status::Valid,
            1 => Status::Invalid,
            2 => Status::Suspended,
            other => Status::Other(other),
        }
    }
}

/// How many bits each entry of a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bits {
    /// Valid or invalid.
    One,
    /// Four statuses.
    Two,
    /// Sixteen.
    Four,
    /// All there can be.
    Eight,
}

impl Bits {
    /// 1, 2, 4 or 8.
    pub fn count(self) -> u8 {
        1 << self.shift()
    }

    /// The width of that many bits, if there is one.
    pub fn of(count: u64) -> Option<Bits> {
        [Bits::One, Bits::Two, Bits::Four, Bits::Eight].into_iter().find(|bits| u64::from(bits.count()) == count)
    }

    fn shift(self) -> u8 {
        self as u8
    }

    fn mask(self) -> u8 {
        u8::MAX >> (8 - self.count())
    }

    /// The byte of an entry and how far its lowest bit stands from the lowest of the byte (section 4.1: lowest first).
    fn place(self, index: u64) -> (usize, u8) {
        let bit = index << self.shift();
        // Never beyond [`MAX_ENTRIES`] bytes where the byte is there.
        (usize::try_from(bit >> 3).unwrap_or(usize::MAX), (bit & 7) as u8)
    }
}

/// A list, inflated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusList {
    bits: Bits,
    bytes: Vec<u8>,
    /// Where more about the issuer's lists is to be had.
    aggregation_uri: Option<String>,
}

/// Why bytes are not a list, or not a token, that we read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not CBOR within bounds.
    #[error("the status list is broken: {0}")]
    Cbor(cbor::Error),
    /// The list does not inflate within bounds.
    #[error("the status list is broken: {0}")]
    Zlib(zlib::Error),
    /// A member that must be there is not.
    #[error("the status list lacks {field}")]
    Missing {
        /// Its name.
        field: &'static str,
    },
    /// A member whose content cannot be.
    #[error("{field} of the status list is impossible")]
    Field {
        /// Its name.
        field: &'static str,
    },
    /// The message does not say that it is a status list, so its signature says nothing about one.
    #[error("the message is not typed as a status list")]
    Type,
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Cbor(_) => "status-list-cbor",
            Error::Zlib(_) => "status-list-zlib",
            Error::Missing { .. } => "status-list-missing",
            Error::Field { .. } => "status-list-field",
            Error::Type => "status-list-type",
        }
    }
}

impl StatusList {
    /// A list in which everything is valid. Entries are rounded up to whole bytes; at most [`MAX_ENTRIES`].
    pub fn new(bits: Bits, entries: u64) -> StatusList {
        let bytes = (entries.min(MAX_ENTRIES) << bits.shift()).div_ceil(8);
        StatusList { bits, bytes: vec![0; bytes as usize], aggregation_uri: None }
    }

    /// The list in these bytes, as they stand when inflated.
    pub fn from_bytes(bits: Bits, bytes: Vec<u8>) -> Result<StatusList, Error> {
        if bytes.len() > max_inflated(bits) {
            return Err(Error::Zlib(zlib::Error::TooLong));
        }
        Ok(StatusList { bits, bytes, aggregation_uri: None })
    }

    /// The list that such a zlib stream holds.
    pub fn inflate(bits: Bits, stream: &[u8]) -> Result<StatusList, Error> {
        let bytes = zlib::inflate_within(stream, max_inflated(bits)).map_err(Error::Zlib)?;
        Ok(StatusList { bits, bytes, aggregation_uri: None })
    }

    /// The zlib stream with this list.
    pub fn deflate(&self) -> Vec<u8> {
        zlib::deflate(&self.bytes)
    }

    /// How many bits an entry has.
    pub fn bits(&self) -> Bits {
        self.bits
    }

    /// How many entries there are, those counted that only fill the last byte.
    pub fn entries(&self) -> u64 {
        (self.bytes.len() as u64 * 8) >> self.bits.shift()
    }

    /// The bytes as they stand when inflated.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where more about the issuer's lists is to be had, if the list says it.
    pub fn aggregation_uri(&self) -> Option<&str> {
        self.aggregation_uri.as_deref()
    }

    /// The status at an index; `None` beyond the end.
    #[inline]
    pub fn get(&self, index: u64) -> Option<Status> {
        if index >= MAX_ENTRIES {
            return None;
        }
        let (byte, shift) = self.bits.place(index);
        self.bytes.get(byte).map(|byte| Status::of(byte >> shift & self.bits.mask()))
    }

    /// Writes a status. Nothing changes and the answer is `false` where the list has no such index, or too few bits for it.
    pub fn set(&mut self, index: u64, status: Status) -> bool {
        let (byte, shift) = self.bits.place(index.min(MAX_ENTRIES));
        match self.bytes.get_mut(byte) {
            Some(byte) if status.value() <= self.bits.mask() => {
                *byte = *byte & !(self.bits.mask() << shift) | status.value() << shift;
                true
            }
            _ => false,
        }
    }

    /// The map `{"lst", "bits"}` of section 4.3, deterministic.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(1024);
        self.write(&mut writer);
        writer.into_bytes()
    }

    /// Reads such a map. Members without a meaning here are passed over, as the draft demands.
    pub fn decode(bytes: &[u8]) -> Result<StatusList, Error> {
        validate(bytes, &LIMITS).map_err(Error::Cbor)?;
        StatusList::read(&mut Reader::new(bytes))
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(2 + usize::from(self.aggregation_uri.is_some()));
        writer.text("lst").bytes(&self.deflate());
        writer.text("bits").unsigned(self.bits.count().into());
        if let Some(uri) = &self.aggregation_uri {
            writer.text("aggregation_uri").text(uri);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<StatusList, Error> {
        let (mut bits, mut stream, mut aggregation_uri) = (None, None, None);
        let mut items = reader.map().map_err(|_| Error::Field { field: "status_list" })?;
        while reader.more(&mut items).map_err(Error::Cbor)? {
            match &*reader.text().map_err(Error::Cbor)? {
                "bits" => {
                    let count = reader.unsigned().ok().and_then(Bits::of);
                    bits = Some(count.ok_or(Error::Field { field: "bits" })?);
                }
                "lst" => stream = Some(reader.bytes().map_err(|_| Error::Field { field: "lst" })?),
                "aggregation_uri" => {
                    let uri = reader.text().map_err(|_| Error::Field { field: "aggregation_uri" })?;
                    aggregation_uri = Some(uri.into_owned());
                }
                _ => reader.skip().map_err(Error::Cbor)?,
            }
        }
        let bits = bits.ok_or(Error::Missing { field: "bits" })?;
        let list = StatusList::inflate(bits, &stream.ok_or(Error::Missing { field: "lst" })?)?;
        Ok(StatusList { aggregation_uri, ..list })
    }
}

/// Bytes of a list of [`MAX_ENTRIES`].
fn max_inflated(bits: Bits) -> usize {
    (MAX_ENTRIES << bits.shift()).div_ceil(8) as usize
}
