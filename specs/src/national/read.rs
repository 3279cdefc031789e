//! Reading the map: deterministic CBOR, so the fields come in the order of their keys.

use super::{Certificate, Error, Name, key};
use crate::cbor::{self, Items, Limits, Reader, validate};
use crate::time::{Date, PartialDate};
use smol_str::SmolStr;

impl Certificate {
    /// Reads a certificate that stands alone, without the claims around it.
    pub fn decode(bytes: &[u8]) -> Result<Certificate, Error> {
        validate(bytes, &Limits::OURS).map_err(Error::Cbor)?;
        Certificate::read(&mut Reader::new(bytes))
    }

    /// Reads the certificate that comes next in bytes that are deterministic CBOR.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Certificate, Error> {
        let items = reader.map().map_err(Error::Cbor)?;
        let mut map = Map { reader, items };
        let certificate = Certificate {
            name: map.field(key::NAME, name)?,
            birth_date: map.field(key::BIRTH_DATE, |reader| Ok(PartialDate::parse(reader.definite_text()?)))?,
            nationality: map.field(key::NATIONALITY, text)?,
            disease: map.field(key::DISEASE, text)?,
            doses_received: map.field(key::DOSES_RECEIVED, number)?,
            date: map.field(key::DATE, |reader| Ok(Date::parse(reader.definite_text()?)))?,
            dose_number: map.field(key::DOSE_NUMBER, number)?,
            vaccine: map.field(key::VACCINE, text)?,
            product: map.field(key::PRODUCT, text)?,
            manufacturer: map.field(key::MANUFACTURER, text)?,
            id: map.field(key::ID, text)?,
        };
        map.extensions()?;
        certificate.check()?;
        Ok(certificate)
    }
}

struct Map<'r, 'a> {
    reader: &'r mut Reader<'a>,
    items: Items,
}

impl<'a> Map<'_, 'a> {
    fn field<T>(
        &mut self,
        key: i64,
        read: impl FnOnce(&mut Reader<'a>) -> Result<Option<T>, cbor::Error>,
    ) -> Result<T, Error> {
        match self.key()? {
            Some(found) if found == key => read(self.reader).map_err(Error::Cbor)?.ok_or(Error::Field { key }),
            // Ascending order: a smaller key is one that no version has, a larger one has passed over this field.
            Some(found) if found < key => Err(Error::UnknownKey { key: found }),
            _ => Err(Error::Missing { key }),
        }
    }

    fn extensions(&mut self) -> Result<(), Error> {
        while let Some(key) = self.key()? {
            if key < key::EXTENSIONS {
                return Err(Error::UnknownKey { key });
            }
            self.reader.skip().map_err(Error::Cbor)?;
        }
        Ok(())
    }

    fn key(&mut self) -> Result<Option<i64>, Error> {
        if !self.reader.more(&mut self.items).map_err(Error::Cbor)? {
            return Ok(None);
        }
        self.reader.signed().map(Some).map_err(Error::Cbor)
    }
}

fn name(reader: &mut Reader<'_>) -> Result<Option<Name>, cbor::Error> {
    if reader.array()? != Items::Counted(4) {
        return Ok(None);
    }
    let mut next = || reader.definite_text().map(SmolStr::from);
    Ok(Some(Name { family: next()?, given: next()?, family_std: next()?, given_std: next()? }))
}

fn text(reader: &mut Reader<'_>) -> Result<Option<SmolStr>, cbor::Error> {
    reader.definite_text().map(|text| Some(text.into()))
}

fn number(reader: &mut Reader<'_>) -> Result<Option<u32>, cbor::Error> {
    reader.unsigned().map(|number| u32::try_from(number).ok())
}
