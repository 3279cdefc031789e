//! Reading a certificate as the field writes it. Unknown fields pass: nations extend the schema.

use super::{Certificate, Entry, Error, Name, Recovery, Test, Vaccination};
use crate::cbor::{Kind, Limits, Reader, validate};
use crate::time::Date;
use crate::tolerance::{Tolerance, Tolerances};
use std::borrow::Cow;

impl Certificate {
    /// Reads a certificate that stands alone, without the claims around it.
    pub fn decode(bytes: &[u8]) -> Result<(Certificate, Tolerances), Error> {
        validate(bytes, &Limits::FOREIGN).map_err(Error::Cbor)?;
        let mut fields = Fields { reader: Reader::new(bytes), tolerances: Tolerances::NONE };
        let certificate = fields.certificate()?;
        Ok((certificate, fields.tolerances))
    }

    /// Reads the certificate that comes next in validated bytes.
    pub(crate) fn read(reader: &mut Reader<'_>, tolerances: &mut Tolerances) -> Result<Certificate, Error> {
        let mut fields = Fields { reader: reader.clone(), tolerances: *tolerances };
        let certificate = fields.certificate()?;
        (*reader, *tolerances) = (fields.reader, fields.tolerances);
        Ok(certificate)
    }
}

struct Fields<'a> {
    reader: Reader<'a>,
    tolerances: Tolerances,
}

impl Fields<'_> {
    fn certificate(&mut self) -> Result<Certificate, Error> {
        let (mut ver, mut name, mut birth_date, mut entry) = (None, None, None, None);
        self.map("certificate", |fields, key| {
            match key {
                b"ver" => ver = Some(fields.text("ver")?),
                b"nam" => name = Some(fields.name()?),
                b"dob" => birth_date = Some(fields.date("dob")?),
                b"v" => fields.only_entry("v", &mut entry, |fields| fields.vaccination().map(Entry::Vaccination))?,
                b"t" => fields.only_entry("t", &mut entry, |fields| fields.test().map(Entry::Test))?,
                b"r" => fields.only_entry("r", &mut entry, |fields| fields.recovery().map(Entry::Recovery))?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Certificate {
            ver: ver.ok_or(Error::Missing { field: "ver" })?,
            name: name.ok_or(Error::Missing { field: "nam" })?,
            birth_date: birth_date.ok_or(Error::Missing { field: "dob" })?,
            entry: entry.ok_or(Error::EntryCount)?,
        })
    }

    fn name(&mut self) -> Result<Name, Error> {
        let mut name = Name::default();
        self.map("nam", |fields, key| {
            match key {
                b"fn" => name.family = fields.optional_text("nam.fn")?,
                b"gn" => name.given = fields.optional_text("nam.gn")?,
                b"fnt" => name.family_std = fields.optional_text("nam.fnt")?,
                b"gnt" => name.given_std = fields.optional_text("nam.gnt")?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(name)
    }

    /// A group: absent as null, or an array of exactly one entry, and the only such group.
    fn only_entry(
        &mut self,
        group: &'static str,
        entry: &mut Option<Entry>,
        read: impl FnOnce(&mut Self) -> Result<Entry, Error>,
    ) -> Result<(), Error> {
        if self.reader.take_null() {
            self.tolerances.insert(Tolerance::NullEntry);
            return Ok(());
        }
        let mut items = self.reader.array().map_err(|_| Error::FieldType { field: group })?;
        let mut more = |fields: &mut Self| fields.reader.more(&mut items).map_err(Error::Cbor);
        if entry.is_some() || !more(self)? {
            return Err(Error::EntryCount);
        }
        *entry = Some(read(self)?);
        if more(self)? { Err(Error::EntryCount) } else { Ok(()) }
    }

    fn vaccination(&mut self) -> Result<Vaccination, Error> {
        let mut entry = Vaccination::default();
        let mut seen = Seen::default();
        self.map("v", |fields, key| {
            match key {
                b"tg" => entry.disease = fields.text(seen.mark(0, "v.tg"))?,
                b"vp" => entry.vaccine = fields.text(seen.mark(1, "v.vp"))?,
                b"mp" => entry.product = fields.text(seen.mark(2, "v.mp"))?,
                b"ma" => entry.manufacturer = fields.text(seen.mark(3, "v.ma"))?,
                b"dn" => entry.dose_number = fields.doses(seen.mark(4, "v.dn"))?,
                b"sd" => entry.series_doses = fields.doses(seen.mark(5, "v.sd"))?,
                b"dt" => entry.date = fields.date(seen.mark(6, "v.dt"))?,
                b"co" => entry.country = fields.text(seen.mark(7, "v.co"))?,
                b"is" => entry.issuer = fields.text(seen.mark(8, "v.is"))?,
                b"ci" => entry.id = fields.identifier(seen.mark(9, "v.ci"))?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        seen.all(&["v.tg", "v.vp", "v.mp", "v.ma", "v.dn", "v.sd", "v.dt", "v.co", "v.is", "v.ci"])?;
        Ok(entry)
    }

    fn test(&mut self) -> Result<Test, Error> {
        let mut entry = Test::default();
        let mut seen = Seen::default();
        self.map("t", |fields, key| {
            match key {
                b"tg" => entry.disease = fields.text(seen.mark(0, "t.tg"))?,
                b"tt" => entry.kind = fields.text(seen.mark(1, "t.tt"))?,
                b"nm" => entry.test_name = fields.optional_text("t.nm")?,
                b"ma" => entry.device = fields.optional_text("t.ma")?,
                b"sc" => entry.sampled = fields.text(seen.mark(2, "t.sc"))?,
                b"tr" => entry.result = fields.text(seen.mark(3, "t.tr"))?,
                b"tc" => entry.centre = fields.optional_text("t.tc")?,
                b"co" => entry.country = fields.text(seen.mark(4, "t.co"))?,
                b"is" => entry.issuer = fields.text(seen.mark(5, "t.is"))?,
                b"ci" => entry.id = fields.identifier(seen.mark(6, "t.ci"))?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        seen.all(&["t.tg", "t.tt", "t.sc", "t.tr", "t.co", "t.is", "t.ci"])?;
        Ok(entry)
    }

    fn recovery(&mut self) -> Result<Recovery, Error> {
        let mut entry = Recovery::default();
        let mut seen = Seen::default();
        self.map("r", |fields, key| {
            match key {
                b"tg" => entry.disease = fields.text(seen.mark(0, "r.tg"))?,
                b"fr" => entry.first_positive = fields.date(seen.mark(1, "r.fr"))?,
                b"co" => entry.country = fields.text(seen.mark(2, "r.co"))?,
                b"is" => entry.issuer = fields.text(seen.mark(3, "r.is"))?,
                b"df" => entry.valid_from = fields.date(seen.mark(4, "r.df"))?,
                b"du" => entry.valid_until = fields.date(seen.mark(5, "r.du"))?,
                b"ci" => entry.id = fields.identifier(seen.mark(6, "r.ci"))?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        seen.all(&["r.tg", "r.fr", "r.co", "r.is", "r.df", "r.du", "r.ci"])?;
        Ok(entry)
    }

    /// Walks a map and gives each text key to `field`, which reads the value or says that it does not know the key.
    fn map(
        &mut self,
        name: &'static str,
        mut field: impl FnMut(&mut Self, &[u8]) -> Result<bool, Error>,
    ) -> Result<(), Error> {
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

    /// A text without the space around it; empty where it is null.
    fn text(&mut self, field: &'static str) -> Result<String, Error> {
        Ok(self.maybe_text(field)?.map(Cow::into_owned).unwrap_or_default())
    }

    fn optional_text(&mut self, field: &'static str) -> Result<Option<String>, Error> {
        Ok(self.maybe_text(field)?.map(Cow::into_owned))
    }

    /// A day; a time of day after it is cut off. What it says is for the faults to judge.
    fn date(&mut self, field: &'static str) -> Result<String, Error> {
        let text = self.maybe_text(field)?.unwrap_or_default();
        if let Some((day, [b'T' | b't' | b' ', ..])) =
            text.split_at_checked(10).map(|(day, rest)| (day, rest.as_bytes()))
            && Date::parse(day).is_some()
        {
            let day = day.to_owned();
            self.tolerances.insert(Tolerance::DateTimeInDate);
            return Ok(day);
        }
        Ok(text.into_owned())
    }

    fn identifier(&mut self, field: &'static str) -> Result<String, Error> {
        const URN: &str = "URN:UVCI";
        let text = self.text(field)?;
        if text.get(..URN.len()).is_some_and(|start| start.eq_ignore_ascii_case(URN) && start != URN) {
            self.tolerances.insert(Tolerance::LowercaseUvci);
        }
        Ok(text)
    }

    /// A number of doses, 0 where it is null.
    fn doses(&mut self, field: &'static str) -> Result<u32, Error> {
        match self.reader.kind().map_err(Error::Cbor)? {
            Kind::Unsigned => {
                let number = self.reader.unsigned().map_err(Error::Cbor)?;
                u32::try_from(number).map_err(|_| Error::DoseNumber { field })
            }
            Kind::Negative => Err(Error::DoseNumber { field }),
            Kind::Float => {
                let number = self.reader.float().map_err(Error::Cbor)?;
                if !(0.0..=f64::from(u32::MAX)).contains(&number) || number.fract() != 0.0 {
                    return Err(Error::DoseNumber { field });
                }
                self.tolerances.insert(Tolerance::FloatDose);
                // Within the range and without fraction, as just seen.
                Ok(number as u32)
            }
            Kind::Null | Kind::Undefined => {
                self.reader.take_null();
                self.tolerances.insert(Tolerance::NullField);
                Ok(0)
            }
            _ => Err(Error::FieldType { field }),
        }
    }
}

impl<'a> Fields<'a> {
    fn maybe_text(&mut self, field: &'static str) -> Result<Option<Cow<'a, str>>, Error> {
        if self.reader.take_null() {
            self.tolerances.insert(Tolerance::NullField);
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
        let trimmed = text.trim();
        if trimmed.len() == text.len() {
            return Ok(Some(text));
        }
        self.tolerances.insert(Tolerance::WhitespaceTrimmed);
        Ok(Some(Cow::Owned(trimmed.to_owned())))
    }
}

/// Which required fields have been met.
#[derive(Default)]
struct Seen(u16);

impl Seen {
    fn mark(&mut self, number: u16, field: &'static str) -> &'static str {
        self.0 |= 1 << number;
        field
    }

    fn all(&self, fields: &[&'static str]) -> Result<(), Error> {
        match fields.get(self.0.trailing_ones() as usize) {
            Some(field) => Err(Error::Missing { field }),
            None => Ok(()),
        }
    }
}
