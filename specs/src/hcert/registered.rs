//! The registered claims (RFC 8392 section 4) of a payload whose certificate is not under claim -260.

use std::borrow::Cow;

use super::Error;
use super::claims::{Decoder, claim};
use crate::SmolStr;
use crate::cbor::{Kind, Limits, Reader, examine};
use crate::time::UnixTime;
use crate::tolerance::Tolerances;

/// The key of a claim.
pub(crate) enum Key<'a> {
    /// As RFC 8392 registers them.
    Number(i64),
    /// As its section 4 allows for private claims.
    Text(Cow<'a, str>),
}

/// The registered claims that our formats read.
#[derive(Default)]
pub(crate) struct Registered {
    pub(crate) iss: Option<SmolStr>,
    pub(crate) iat: Option<UnixTime>,
    pub(crate) exp: Option<UnixTime>,
    pub(crate) nbf: Option<UnixTime>,
    pub(crate) tolerances: Tolerances,
}

/// Validates a payload, reads its registered claims and gives every other one to `own`, which reads the value or says that
/// it does not know the claim.
pub(crate) fn registered<'a>(
    payload: &'a [u8],
    mut own: impl FnMut(Key<'a>, &mut Reader<'a>, &mut Tolerances) -> Result<bool, Error>,
) -> Result<Registered, Error> {
    let form = examine(payload, &Limits::FOREIGN).map_err(Error::Cbor)?;
    let mut decoder = Decoder { payload, form, reader: Reader::new(payload), tolerances: Tolerances::NONE };
    let mut claims = Registered::default();
    let mut items = decoder.reader.map().map_err(|_| Error::NotClaims)?;
    while decoder.reader.more(&mut items).map_err(Error::Cbor)? {
        let key = match decoder.reader.kind().map_err(Error::Cbor)? {
            Kind::Text => Some(Key::Text(decoder.reader.text().map_err(Error::Cbor)?)),
            _ => decoder.number()?.map(Key::Number),
        };
        let known = match key {
            Some(Key::Number(claim::ISS)) => {
                claims.iss = decoder.issuer()?;
                true
            }
            Some(Key::Number(claim::EXP)) => {
                claims.exp = decoder.time(claim::EXP)?;
                true
            }
            Some(Key::Number(claim::NBF)) => {
                claims.nbf = decoder.time(claim::NBF)?;
                true
            }
            Some(Key::Number(claim::IAT)) => {
                claims.iat = decoder.time(claim::IAT)?;
                true
            }
            Some(key) => own(key, &mut decoder.reader, &mut decoder.tolerances)?,
            None => false,
        };
        if !known {
            decoder.reader.skip().map_err(Error::Cbor)?;
        }
    }
    claims.tolerances = decoder.tolerances;
    Ok(claims)
}
