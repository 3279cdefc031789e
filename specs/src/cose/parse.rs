//! Taking a COSE_Sign1 message apart.

use super::{Error, Kid, Place, Placed, Sign1, TAG_CWT, TAG_SIGN1, Tagging, label};
use crate::cbor::{self, Items, Kind, Limits, Reader, validate};
use std::borrow::Cow;
use std::fmt;

/// The most labels in one header; honest ones have two or three. Bounds the comparison of the two headers.
const MAX_LABELS: usize = 64;

/// Reads a message: tag 18, 61(18(..)) or none; exactly four parts; no label twice in a header or in both headers, but
/// for the key identifier; no critical parameter that is unknown here. The CBOR of message and protected header has
/// passed [`cbor::validate`] with [`Limits::FOREIGN`].
pub fn parse(message: &[u8]) -> Result<Sign1<'_>, Error> {
    parse_within(message, &Limits::FOREIGN)
}

/// As [`parse`], within other limits, which hold for the message and for its protected header: for lists larger than a
/// certificate, or for our own strict form.
pub fn parse_within<'a>(message: &'a [u8], limits: &Limits) -> Result<Sign1<'a>, Error> {
    validate(message, limits).map_err(Error::Cbor)?;
    parse_validated(message, |protected| validate(protected, limits).map_err(Error::Protected))
}

/// As [`parse`], for a message that has passed it before.
pub(crate) fn parse_again(message: &[u8]) -> Result<Sign1<'_>, Error> {
    parse_validated(message, |_| Ok(()))
}

fn parse_validated<'a>(
    message: &'a [u8],
    check_protected: impl Fn(&[u8]) -> Result<(), Error>,
) -> Result<Sign1<'a>, Error> {
    let mut reader = Reader::new(message);
    let tag = tagging(&mut reader)?;
    let mut parts = reader.array().map_err(|_| Error::Shape)?;
    if !matches!(parts, Items::Counted(4) | Items::UntilBreak) {
        return Err(Error::Shape);
    }

    let mut next = |reader: &mut Reader<'a>| match reader.more(&mut parts) {
        Ok(true) => Ok(()),
        _ => Err(Error::Shape),
    };
    next(&mut reader)?;
    let protected = reader.definite_bytes().map_err(|_| Error::Shape)?;
    let mut header = Header::default();
    if !protected.is_empty() {
        check_protected(protected)?;
        header.read(&mut Reader::new(protected), Place::Protected)?;
    }
    next(&mut reader)?;
    let unprotected = reader.position();
    let labels = header.read(&mut reader, Place::Unprotected)?;
    if labels > 0 && !protected.is_empty() {
        refuse_common_labels(&mut Reader::new(protected), &message[unprotected..])?;
    }
    next(&mut reader)?;
    if reader.take_null() {
        return Err(Error::NoPayload);
    }
    let payload = reader.definite_bytes().map_err(|_| Error::Shape)?;
    next(&mut reader)?;
    let signature = reader.definite_bytes().map_err(|_| Error::Shape)?;
    if next(&mut reader).is_ok() {
        return Err(Error::Shape);
    }
    Ok(Sign1 {
        message,
        tag,
        protected,
        alg: header.alg,
        kid_protected: header.kid_protected,
        kid_unprotected: header.kid_unprotected,
        unprotected_labels: labels,
        typ: header.typ,
        x5chain: header.x5chain,
        payload,
        signature,
    })
}

fn tagging(reader: &mut Reader<'_>) -> Result<Tagging, Error> {
    let mut tagging = Tagging::Untagged;
    while reader.kind().map_err(Error::Cbor)? == Kind::Tag {
        let tag = reader.tag().map_err(Error::Cbor)?;
        tagging = match (tagging, tag) {
            (Tagging::Untagged, TAG_SIGN1) => Tagging::Sign1,
            (Tagging::Untagged, TAG_CWT) => match reader.tag() {
                Ok(TAG_SIGN1) => Tagging::CwtSign1,
                _ => return Err(Error::Tag { tag }),
            },
            _ => return Err(Error::Tag { tag }),
        };
    }
    Ok(tagging)
}

/// What both buckets say, as far as it matters here.
#[derive(Default)]
struct Header<'a> {
    alg: Option<Placed<i64>>,
    kid_protected: Option<Kid<'a>>,
    kid_unprotected: Option<Kid<'a>>,
    typ: Option<&'a str>,
    x5chain: Vec<&'a [u8]>,
}

impl<'a> Header<'a> {
    /// Reads one bucket and says how many labels it has.
    fn read(&mut self, reader: &mut Reader<'a>, place: Place) -> Result<usize, Error> {
        let mut items = reader.map().map_err(|_| Error::Shape)?;
        let mut labels = 0;
        while reader.more(&mut items).map_err(Error::Cbor)? {
            labels += 1;
            if labels > MAX_LABELS {
                return Err(Error::HeaderTooLong);
            }
            let Label::Number(label) = Label::read(reader)? else {
                reader.skip().map_err(Error::Cbor)?;
                continue;
            };
            let wrong_type = |_: cbor::Error| Error::HeaderType { label };
            match label {
                label::ALG => {
                    self.alg = Some(Placed { value: reader.signed().map_err(wrong_type)?, place });
                }
                label::KID => {
                    let kid = match reader.kind().map_err(Error::Cbor)? {
                        Kind::Text => Kid::Text(reader.definite_text().map_err(wrong_type)?),
                        _ => Kid::Bytes(reader.definite_bytes().map_err(wrong_type)?),
                    };
                    match place {
                        Place::Protected => self.kid_protected = Some(kid),
                        Place::Unprotected => self.kid_unprotected = Some(kid),
                    }
                }
                // A number stands for a media type of the CoAP registry; none of ours has one.
                label::TYP if place == Place::Protected && reader.kind().map_err(Error::Cbor)? == Kind::Text => {
                    self.typ = Some(reader.definite_text().map_err(wrong_type)?);
                }
                label::X5CHAIN => self.x5chain = x5chain(reader).map_err(wrong_type)?,
                // RFC 9052 section 3.1: critical labels are listed in the protected header or not at all.
                label::CRIT if place == Place::Unprotected => return Err(Error::Critical),
                label::CRIT => critical(reader)?,
                _ => reader.skip().map_err(Error::Cbor)?,
            }
        }
        Ok(labels)
    }
}

/// A header label: an integer or a text (RFC 9052 section 1.5).
#[derive(PartialEq)]
enum Label<'a> {
    Number(i64),
    Text(Cow<'a, str>),
}

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Label::Number(number) => number.fmt(f),
            // Not with `:?`, which says nothing where a build leaves Debug out, as the browser's does.
            Label::Text(text) => write!(f, "\"{}\"", text.escape_debug()),
        }
    }
}

impl<'a> Label<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Label<'a>, Error> {
        match reader.kind().map_err(Error::Cbor)? {
            Kind::Text => reader.text().map(Label::Text).map_err(Error::Cbor),
            _ => reader.signed().map(Label::Number).map_err(|_| Error::LabelType),
        }
    }
}

/// One certificate, or an array of at least one, leaf first.
fn x5chain<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, cbor::Error> {
    if reader.kind()? == Kind::Bytes {
        return Ok(vec![reader.definite_bytes()?]);
    }
    let at = reader.position();
    let (mut items, mut chain) = (reader.array()?, Vec::new());
    while reader.more(&mut items)? {
        chain.push(reader.definite_bytes()?);
    }
    if chain.is_empty() { Err(cbor::Error::OutOfRange { at }) } else { Ok(chain) }
}

/// The array of labels that must be understood: at least one, and all of them known here.
fn critical(reader: &mut Reader<'_>) -> Result<(), Error> {
    let mut items = reader.array().map_err(|_| Error::HeaderType { label: label::CRIT })?;
    let mut labels = 0;
    while reader.more(&mut items).map_err(Error::Cbor)? {
        match Label::read(reader)? {
            Label::Number(label::ALG | label::CONTENT_TYPE | label::KID | label::X5CHAIN) => labels += 1,
            _ => return Err(Error::Critical),
        }
    }
    if labels == 0 { Err(Error::HeaderType { label: label::CRIT }) } else { Ok(()) }
}

/// RFC 9052 section 3: a label must not occur in both buckets. The key identifier may, because issuers did it.
fn refuse_common_labels(protected: &mut Reader<'_>, unprotected: &[u8]) -> Result<(), Error> {
    let mut items = protected.map().map_err(|_| Error::Shape)?;
    while protected.more(&mut items).map_err(Error::Cbor)? {
        let label = Label::read(protected)?;
        protected.skip().map_err(Error::Cbor)?;
        if label == Label::Number(label::KID) {
            continue;
        }
        let mut other = Reader::new(unprotected);
        let mut pairs = other.map().map_err(|_| Error::Shape)?;
        while other.more(&mut pairs).map_err(Error::Cbor)? {
            if Label::read(&mut other)? == label {
                return Err(Error::LabelTwice { label: label.to_string() });
            }
            other.skip().map_err(Error::Cbor)?;
        }
    }
    Ok(())
}
