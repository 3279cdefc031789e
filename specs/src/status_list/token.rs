//! The Status List Token (section 5.2 of the draft): the claims around a list.

use super::{Error, LIMITS, StatusList};
use crate::cbor::{Kind, Reader, Writer, validate};
use crate::cose::Sign1;
use crate::time::UnixTime;

/// What the protected header of a token says of it (label 16).
pub const MEDIA_TYPE: &str = "application/statuslist+cwt";

/// Claim numbers of RFC 8392 and of the draft.
mod claim {
    pub(super) const SUB: i64 = 2;
    pub(super) const EXP: i64 = 4;
    pub(super) const IAT: i64 = 6;
    pub(super) const LIST: i64 = 65_533;
    pub(super) const TTL: i64 = 65_534;
}

/// A status list, where it stands and how long it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Claim 2: where it is published, as references name it.
    pub uri: String,
    /// Claim 6: when it was made.
    pub issued: UnixTime,
    /// Claim 4: until when anything may be said by it.
    pub expires: Option<UnixTime>,
    /// Claim 65534: seconds after which a newer one should be fetched.
    pub ttl: Option<u64>,
    /// Claim 65533.
    pub list: StatusList,
}

impl Token {
    /// Reads the token out of a message, whoever signed it. The message must say in its protected header that it is one.
    pub fn of(message: &Sign1<'_>) -> Result<Token, Error> {
        if message.typ != Some(MEDIA_TYPE) {
            return Err(Error::Type);
        }
        Token::decode(message.payload)
    }

    /// Reads the payload of a token. Claims without a meaning here are passed over.
    pub fn decode(payload: &[u8]) -> Result<Token, Error> {
        validate(payload, &LIMITS).map_err(Error::Cbor)?;
        let mut reader = Reader::new(payload);
        let (mut uri, mut issued, mut expires, mut ttl, mut list) = (None, None, None, None, None);
        let mut items = reader.map().map_err(Error::Cbor)?;
        while reader.more(&mut items).map_err(Error::Cbor)? {
            let number = match reader.kind().map_err(Error::Cbor)? {
                Kind::Unsigned => reader.signed().ok(),
                _ => reader.skip().map(|()| None).map_err(Error::Cbor)?,
            };
            match number {
                Some(claim::SUB) => uri = Some(reader.text().map_err(|_| Error::Field { field: "sub" })?.into_owned()),
                Some(claim::EXP) => expires = Some(time(&mut reader, "exp")?),
                Some(claim::IAT) => issued = Some(time(&mut reader, "iat")?),
                Some(claim::TTL) => match reader.unsigned() {
                    // A positive number, as the draft says.
                    Ok(seconds @ 1..) => ttl = Some(seconds),
                    _ => return Err(Error::Field { field: "ttl" }),
                },
                Some(claim::LIST) => list = Some(StatusList::read(&mut reader)?),
                _ => reader.skip().map_err(Error::Cbor)?,
            }
        }
        Ok(Token {
            uri: uri.ok_or(Error::Missing { field: "sub" })?,
            issued: issued.ok_or(Error::Missing { field: "iat" })?,
            expires,
            ttl,
            list: list.ok_or(Error::Missing { field: "status_list" })?,
        })
    }

    /// The payload to sign, deterministic. Sign it in a message that says [`MEDIA_TYPE`].
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(1024);
        writer.map(3 + usize::from(self.expires.is_some()) + usize::from(self.ttl.is_some()));
        writer.signed(claim::SUB).text(&self.uri);
        if let Some(expires) = self.expires {
            writer.signed(claim::EXP).signed(expires.0);
        }
        writer.signed(claim::IAT).signed(self.issued.0);
        writer.signed(claim::LIST);
        self.list.write(&mut writer);
        if let Some(seconds) = self.ttl {
            writer.signed(claim::TTL).unsigned(seconds);
        }
        writer.into_bytes()
    }
}

/// A NumericDate of the years 1970 to 9999, integer or finite float.
fn time(reader: &mut Reader<'_>, field: &'static str) -> Result<UnixTime, Error> {
    let wrong = Error::Field { field };
    let seconds = match reader.kind().map_err(Error::Cbor)? {
        Kind::Float => {
            let seconds = reader.float().map_err(Error::Cbor)?.floor();
            if !(0.0..=UnixTime::LAST.0 as f64).contains(&seconds) {
                return Err(wrong);
            }
            // Within the range, as just seen.
            seconds as i64
        }
        _ => reader.signed().map_err(|_| wrong.clone())?,
    };
    if (0..=UnixTime::LAST.0).contains(&seconds) { Ok(UnixTime(seconds)) } else { Err(wrong) }
}
