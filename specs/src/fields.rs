//! The fields of a foreign certificate: a map with text keys, read with the tolerance that the field made necessary.
//!
//! All formats in CBOR with text keys share these readers, and those of WHO, Switzerland and New Zealand this one error. A field
//! that is null or an empty text counts as absent; unknown fields pass unread, because nations and later builds extend the
//! models.

use std::borrow::Cow;

use crate::SmolStr;
use crate::cbor::{self, Kind, Reader};
use crate::time::{Date, PartialDate};
use crate::tolerance::{Tolerance, Tolerances};

/// Why the fields of a foreign certificate cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not well-formed CBOR.
    #[error("the certificate is broken: {0}")]
    Cbor(cbor::Error),
    /// A field without which it is not clear who, what or when.
    #[error("the certificate lacks {field}")]
    Missing {
        /// The format's name of the field, with that of its group: `vx.vp`.
        field: &'static str,
    },
    /// A field of another type than the format's.
    #[error("{field} of the certificate has the wrong type")]
    FieldType {
        /// The format's name of the field.
        field: &'static str,
    },
    /// A field whose content cannot be: a day that is none, a version that is not known.
    #[error("{field} of the certificate is impossible")]
    Impossible {
        /// The format's name of the field.
        field: &'static str,
    },
    /// One field under two of the names that it has had.
    #[error("{field} of the certificate stands there twice")]
    Twice {
        /// The format's name of the field.
        field: &'static str,
    },
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Cbor(_) => "field-cbor",
            Error::Missing { .. } => "field-missing",
            Error::FieldType { .. } => "field-type",
            Error::Impossible { .. } => "field-impossible",
            Error::Twice { .. } => "field-twice",
        }
    }
}

/// A field that was not there before; `Err` where it was.
pub(crate) fn once<T>(slot: &mut Option<T>, value: Option<T>, field: &'static str) -> Result<(), Error> {
    let Some(value) = value else { return Ok(()) };
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::Twice { field }),
    }
}

/// A reader of fields in validated bytes.
pub(crate) struct Fields<'r, 'a> {
    pub(crate) reader: &'r mut Reader<'a>,
    pub(crate) tolerances: &'r mut Tolerances,
}

impl<'a> Fields<'_, 'a> {
    /// Walks a map and gives each text key to `field`, which reads the value or says that it does not know the key.
    pub(crate) fn map(
        &mut self,
        name: &'static str,
        field: impl FnMut(&mut Self, &[u8]) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        self.map_of(name, field)
    }

    /// As [`Fields::map`], for a format with an error of its own.
    pub(crate) fn map_of<E: From<Error>>(
        &mut self,
        name: &'static str,
        mut field: impl FnMut(&mut Self, &[u8]) -> Result<bool, E>,
    ) -> Result<(), E> {
        let mut items = self.reader.map().map_err(|_| Error::FieldType { field: name })?;
        while self.reader.more(&mut items).map_err(Error::Cbor)? {
            let known = if self.reader.kind().map_err(Error::Cbor)? == Kind::Text {
                let key = self.reader.text_bytes().map_err(Error::Cbor)?;
                field(self, &key)?
            } else {
                self.reader.skip().map_err(Error::Cbor)?;
                false
            };
            if !known {
                self.reader.skip().map_err(Error::Cbor)?;
            }
        }
        Ok(())
    }

    /// A text without the space around it; an empty one counts as absent.
    pub(crate) fn text(&mut self, field: &'static str) -> Result<Option<SmolStr>, Error> {
        Ok(self.any_text(field)?.filter(|text| !text.is_empty()).map(SmolStr::from))
    }

    /// A text without the space around it, and be it empty.
    pub(crate) fn any_text(&mut self, field: &'static str) -> Result<Option<Cow<'a, str>>, Error> {
        if self.null() {
            return Ok(None);
        }
        if self.reader.kind() == Ok(Kind::Tag) {
            // Tag 0: a text that is a date-time (RFC 8949 section 3.4.1). Other tags change what the text means.
            if self.reader.tag() != Ok(0) {
                return Err(Error::FieldType { field });
            }
            self.tolerances.insert(Tolerance::TaggedDateTime);
        }
        let text = self.reader.text().map_err(|_| Error::FieldType { field })?;
        // Known sooner than by trimming: what begins and ends with a sign of ASCII has no space around it.
        if let [first, .., last] = text.as_bytes()
            && first.is_ascii_graphic()
            && last.is_ascii_graphic()
        {
            return Ok(Some(text));
        }
        let trimmed = text.trim();
        if trimmed.len() == text.len() {
            return Ok(Some(text));
        }
        self.tolerances.insert(Tolerance::WhitespaceTrimmed);
        Ok(Some(Cow::Owned(trimmed.to_owned())))
    }

    /// A day; a time of day after it is cut off.
    pub(crate) fn date(&mut self, field: &'static str) -> Result<Option<Date>, Error> {
        self.day(field, Date::parse)
    }

    /// A day, or the month or year where no more is known.
    pub(crate) fn partial_date(&mut self, field: &'static str) -> Result<Option<PartialDate>, Error> {
        self.day(field, PartialDate::parse)
    }

    fn day<T>(&mut self, field: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Error> {
        let Some(text) = self.any_text(field)?.filter(|text| !text.is_empty()) else { return Ok(None) };
        if let Some((day, rest)) = text.split_at_checked(10)
            && rest.starts_with(['T', 't', ' '])
            && Date::parse(day).is_some()
        {
            self.tolerances.insert(Tolerance::DateTimeInDate);
            return Ok(parse(day));
        }
        parse(&text).map(Some).ok_or(Error::Impossible { field })
    }

    /// A number of doses.
    pub(crate) fn doses(&mut self, field: &'static str) -> Result<Option<u32>, Error> {
        if self.null() {
            return Ok(None);
        }
        match self.reader.kind().map_err(Error::Cbor)? {
            Kind::Unsigned => {
                let number = self.reader.unsigned().map_err(Error::Cbor)?;
                u32::try_from(number).map(Some).map_err(|_| Error::Impossible { field })
            }
            Kind::Float => {
                let number = self.reader.float().map_err(Error::Cbor)?;
                if !(0.0..=f64::from(u32::MAX)).contains(&number) || number.fract() != 0.0 {
                    return Err(Error::Impossible { field });
                }
                self.tolerances.insert(Tolerance::FloatDose);
                // Within the range and without fraction, as just seen.
                Ok(Some(number as u32))
            }
            Kind::Negative => Err(Error::Impossible { field }),
            _ => Err(Error::FieldType { field }),
        }
    }

    /// Takes a null, and notes it.
    pub(crate) fn null(&mut self) -> bool {
        let found = self.reader.take_null();
        if found {
            self.tolerances.insert(Tolerance::NullField);
        }
        found
    }
}
