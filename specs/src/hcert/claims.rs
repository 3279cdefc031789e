//! The claims of a certificate (RFC 8392) as CBOR.

use super::{Claims, Content, DCC_SUB_CLAIM, Error, HCERT_CLAIM};
use crate::cbor::{Form, Kind, Limits, Reader, Writer, examine, validate};
use crate::cose::{Kid, Place, Sign1, Tagging};
use crate::country::is_alpha2;
use crate::status_list::{Reference, SHORT_CLAIM, STATUS_CLAIM};
use crate::time::UnixTime;
use crate::tolerance::{Tolerance, Tolerances};
use crate::{SmolStr, dcc, ddcc, icvp, national};

/// Claim numbers of RFC 8392 section 4.
pub(super) mod claim {
    pub(in crate::hcert) const ISS: i64 = 1;
    pub(in crate::hcert) const EXP: i64 = 4;
    pub(in crate::hcert) const NBF: i64 = 5;
    pub(in crate::hcert) const IAT: i64 = 6;
}

impl Claims {
    /// Claims to be signed.
    pub fn new(iss: &str, iat: UnixTime, exp: UnixTime, content: Content) -> Claims {
        Claims {
            iss: Some(iss.into()),
            iat: Some(iat),
            exp: Some(exp),
            nbf: None,
            content,
            status: None,
            tolerances: Tolerances::NONE,
        }
    }

    /// The same claims with the place at which their status is to be looked up.
    #[must_use]
    pub fn with_status(mut self, status: Reference) -> Claims {
        self.status = Some(status);
        self
    }

    /// Reads the payload of a message. Only the claims listed in [`Claims`] are read; others pass unread. A national
    /// certificate must be deterministic CBOR in its own claims; its message is checked by [`Claims::of`].
    pub fn decode(payload: &[u8]) -> Result<Claims, Error> {
        let form = examine(payload, &Limits::FOREIGN).map_err(Error::Cbor)?;
        let decoder = Decoder { payload, form, reader: Reader::new(payload), tolerances: Tolerances::NONE };
        let mut claims = match decoder.claims() {
            Err(Error::NoContent) if ddcc::is_bare(payload) => bare_ddcc(payload)?,
            claims => claims?,
        };
        if claims.exp.is_none() && matches!(claims.content, Content::Icvp(_) | Content::Ddcc(_)) {
            claims.tolerances.insert(Tolerance::NoExpiry);
        }
        if matches!(claims.content, Content::National(_)) {
            national::check_claims(claims.iss.as_deref(), claims.iat, claims.nbf, claims.exp)
                .map_err(Error::National)?;
            if !claims.tolerances.is_empty() {
                return Err(Error::National(national::Error::Unforgiven));
            }
        }
        Ok(claims)
    }

    /// Reads the claims of a message and what its headers need forgiven. For a national certificate the headers must be
    /// as [`national::check_envelope`] says.
    pub fn of(message: &Sign1<'_>) -> Result<Claims, Error> {
        let mut claims = Claims::decode(message.payload)?;
        match &claims.content {
            Content::National(_) => national::check_envelope(message).map_err(Error::National)?,
            // Not in this payload; strict or tolerant in pages of their own.
            Content::SwissLight(_) | Content::Nzcp(_) | Content::Shc(_) | Content::VdsNc(_) => {}
            Content::EuDcc(_) | Content::Icvp(_) | Content::Ddcc(_) => {
                claims.tolerances.extend(message_tolerances(message));
            }
        }
        Ok(claims)
    }

    /// The payload to sign, deterministic CBOR. Refuses content with faults, claims without a country as issuer or without
    /// issue and expiry time in this order, a national certificate in claims that do not suit it, and a place in a status list
    /// of ours where no reader would look for it.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        for (number, time) in [(claim::EXP, self.exp), (claim::NBF, self.nbf), (claim::IAT, self.iat)] {
            if time.is_some_and(|time| !in_range(time)) {
                return Err(Error::Claim { claim: number });
            }
        }
        let iat = self.iat.ok_or(Error::Claim { claim: claim::IAT })?;
        let exp = self.exp.filter(|exp| *exp > iat).ok_or(Error::Claim { claim: claim::EXP })?;

        let status = |claim| self.status.as_ref().filter(|status| status.claim() == claim);
        let mut writer = Writer::with_capacity(512);
        let optional = [self.iss.is_some(), self.nbf.is_some(), self.status.is_some()];
        writer.map(3 + optional.into_iter().filter(|there| *there).count());
        if let Some(iss) = &self.iss {
            writer.signed(claim::ISS).text(iss);
        }
        writer.signed(claim::EXP).signed(exp.0);
        if let Some(nbf) = self.nbf {
            writer.signed(claim::NBF).signed(nbf.0);
        }
        writer.signed(claim::IAT).signed(iat.0);
        if let Some(status) = status(STATUS_CLAIM) {
            status.write(writer.signed(STATUS_CLAIM)).map_err(Error::Cbor)?;
        }
        writer.signed(HCERT_CLAIM).map(1);
        match &self.content {
            Content::EuDcc(certificate) => {
                if !self.iss.as_deref().is_some_and(is_alpha2) {
                    return Err(Error::Claim { claim: claim::ISS });
                }
                writer.signed(DCC_SUB_CLAIM);
                certificate.write(&mut writer).map_err(Error::DccFaults)?;
            }
            Content::National(certificate) => {
                national::check_claims(self.iss.as_deref(), self.iat, self.nbf, self.exp).map_err(Error::National)?;
                writer.signed(national::SUB_CLAIM);
                certificate.write(&mut writer).map_err(Error::National)?;
            }
            _ => return Err(Error::NotIssued),
        }
        if let Some(status) = status(SHORT_CLAIM) {
            if self.iss.as_deref() != Some(national::ISSUER) {
                return Err(Error::Claim { claim: SHORT_CLAIM });
            }
            status.write(writer.signed(SHORT_CLAIM)).map_err(Error::Cbor)?;
        }
        Ok(writer.into_bytes())
    }
}

/// A certificate that is the whole payload.
fn bare_ddcc(payload: &[u8]) -> Result<Claims, Error> {
    let mut tolerances = Tolerances::NONE;
    tolerances.insert(Tolerance::BarePayload);
    let certificate = ddcc::Certificate::read(&mut Reader::new(payload), &mut tolerances).map_err(Error::Fields)?;
    Ok(Claims { iss: None, iat: None, exp: None, nbf: None, content: certificate.into(), status: None, tolerances })
}

pub(super) struct Decoder<'a> {
    pub(super) payload: &'a [u8],
    pub(super) form: Form,
    pub(super) reader: Reader<'a>,
    pub(super) tolerances: Tolerances,
}

impl Decoder<'_> {
    fn claims(mut self) -> Result<Claims, Error> {
        let (mut iss, mut iat, mut exp, mut nbf, mut content) = (None, None, None, None, None);
        let (mut standard, mut short) = (None, None);
        let mut items = self.reader.map().map_err(|_| Error::NotClaims)?;
        while self.reader.more(&mut items).map_err(Error::Cbor)? {
            match self.number()? {
                Some(claim::ISS) => iss = self.issuer()?,
                Some(claim::EXP) => exp = self.time(claim::EXP)?,
                Some(claim::NBF) => nbf = self.time(claim::NBF)?,
                Some(claim::IAT) => iat = self.time(claim::IAT)?,
                Some(HCERT_CLAIM) => content = Some(self.content()?),
                Some(STATUS_CLAIM) => standard = Some(self.reference(Reference::read_standard)?),
                Some(SHORT_CLAIM) => short = Some(self.reference(Reference::read_short)?),
                _ => self.reader.skip().map_err(Error::Cbor)?,
            }
        }
        let content = content.ok_or(Error::NoContent)?;
        // A claim for private use has this meaning in certificates of Viet Nam only; others may use the number otherwise.
        let short = if iss.as_deref() == Some(national::ISSUER) { short } else { None };
        let status = match (standard, short) {
            (Some(_), Some(_)) => return Err(Error::Claim { claim: SHORT_CLAIM }),
            (Some(status), None) => Some(status.ok_or(Error::Claim { claim: STATUS_CLAIM })?),
            (None, Some(status)) => Some(status.ok_or(Error::Claim { claim: SHORT_CLAIM })?),
            (None, None) => None,
        };
        Ok(Claims { iss, iat, exp, nbf, content, status, tolerances: self.tolerances })
    }

    /// A whole claim, read apart, so that one of another form is passed over whole: `None` in its place.
    fn reference(&mut self, read: fn(&mut Reader<'_>) -> Option<Reference>) -> Result<Option<Reference>, Error> {
        let claim = self.reader.raw().map_err(Error::Cbor)?;
        Ok(read(&mut Reader::new(claim)))
    }

    fn content(&mut self) -> Result<Content, Error> {
        let mut items = self.reader.map().map_err(|_| Error::Claim { claim: HCERT_CLAIM })?;
        let (mut content, mut unknown) = (None, None);
        while self.reader.more(&mut items).map_err(Error::Cbor)? {
            let next = match self.number()? {
                Some(DCC_SUB_CLAIM) => {
                    let read = dcc::Certificate::read(&mut self.reader, &mut self.tolerances);
                    Content::from(read.map_err(Error::Dcc)?)
                }
                Some(national::SUB_CLAIM) => {
                    if !self.form.deterministic {
                        let broken = |error| Error::National(national::Error::Cbor(error));
                        validate(self.payload, &Limits::OURS).map_err(broken)?;
                    }
                    Content::from(national::Certificate::read(&mut self.reader).map_err(Error::National)?)
                }
                Some(icvp::SUB_CLAIM) => {
                    let read = icvp::Certificate::read(&mut self.reader, &mut self.tolerances);
                    Content::from(read.map_err(Error::Fields)?)
                }
                Some(ddcc::SUB_CLAIM) => {
                    let read = ddcc::Certificate::read(&mut self.reader, &mut self.tolerances);
                    Content::from(read.map_err(Error::Fields)?)
                }
                other => {
                    unknown = unknown.or(other);
                    self.reader.skip().map_err(Error::Cbor)?;
                    continue;
                }
            };
            if content.replace(next).is_some() {
                return Err(Error::SeveralContents);
            }
        }
        content.ok_or(match unknown {
            Some(key) => Error::UnsupportedContent { key },
            None => Error::NoContent,
        })
    }

    /// A key of the map as a number; `None` for a text or another key that has no meaning here.
    pub(super) fn number(&mut self) -> Result<Option<i64>, Error> {
        match self.reader.kind().map_err(Error::Cbor)? {
            Kind::Unsigned | Kind::Negative => {
                let start = self.reader.clone();
                if let Ok(number) = self.reader.signed() {
                    return Ok(Some(number));
                }
                self.reader = start;
            }
            _ => {}
        }
        self.reader.skip().map(|()| None).map_err(Error::Cbor)
    }

    pub(super) fn issuer(&mut self) -> Result<Option<SmolStr>, Error> {
        if self.reader.take_null() {
            self.tolerances.insert(Tolerance::NullField);
            return Ok(None);
        }
        let text = self.reader.text().map_err(|_| Error::Claim { claim: claim::ISS })?;
        let trimmed = text.trim();
        if trimmed.len() < text.len() {
            self.tolerances.insert(Tolerance::WhitespaceTrimmed);
        }
        Ok(Some(trimmed.into()))
    }

    /// A NumericDate: an integer by the standard, a float in the field. Not finite or out of range is an error, never
    /// "no expiry": a certificate with `exp` NaN has been seen, and it compares false with every clock.
    pub(super) fn time(&mut self, claim: i64) -> Result<Option<UnixTime>, Error> {
        let wrong = Error::Claim { claim };
        let time = match self.reader.kind().map_err(Error::Cbor)? {
            Kind::Unsigned | Kind::Negative => self.reader.signed().map_err(|_| wrong.clone())?,
            Kind::Float => {
                let seconds = self.reader.float().map_err(Error::Cbor)?.floor();
                if !(0.0..=UnixTime::LAST.0 as f64).contains(&seconds) {
                    return Err(wrong);
                }
                self.tolerances.insert(Tolerance::FloatNumericDate);
                // Within the range, as just seen.
                seconds as i64
            }
            Kind::Null | Kind::Undefined => {
                self.reader.take_null();
                self.tolerances.insert(Tolerance::NullField);
                return Ok(None);
            }
            _ => return Err(wrong),
        };
        if in_range(UnixTime(time)) { Ok(Some(UnixTime(time))) } else { Err(wrong) }
    }
}

pub(crate) fn message_tolerances(message: &Sign1<'_>) -> Tolerances {
    let mut tolerances = Tolerances::NONE;
    let mut forgive = |found: bool, tolerance| {
        if found {
            tolerances.insert(tolerance);
        }
    };
    forgive(message.tag == Tagging::Untagged, Tolerance::UntaggedCose);
    forgive(message.tag == Tagging::CwtSign1, Tolerance::CwtTag);
    forgive(message.alg.is_some_and(|alg| alg.place == Place::Unprotected), Tolerance::AlgUnprotected);
    let kid = message.kid();
    forgive(kid.is_some_and(|kid| kid.place == Place::Unprotected), Tolerance::KidUnprotected);
    forgive(kid.is_some_and(|kid| matches!(kid.value, Kid::Text(_))), Tolerance::TextKid);
    forgive(message.kid_protected.is_some() && message.kid_unprotected.is_some(), Tolerance::KidInBothHeaders);
    tolerances
}

/// 1970 to 9999: what every clock and calendar in use can say.
fn in_range(time: UnixTime) -> bool {
    (UnixTime(0)..=UnixTime::LAST).contains(&time)
}
