//! Reading a certificate as the field writes it. Unknown fields pass: nations extend the schema.

use super::{Certificate, Entry, Error, Name, Recovery, Test, Vaccination};
use crate::SmolStr;
use crate::cbor::{Limits, Reader, validate};
use crate::fields::{self, Fields};
use crate::time::Date;
use crate::tolerance::{Tolerance, Tolerances};

impl Certificate {
    /// Reads a certificate that stands alone, without the claims around it.
    pub fn decode(bytes: &[u8]) -> Result<(Certificate, Tolerances), Error> {
        validate(bytes, &Limits::FOREIGN).map_err(Error::Cbor)?;
        let mut tolerances = Tolerances::NONE;
        let certificate = Certificate::read(&mut Reader::new(bytes), &mut tolerances)?;
        Ok((certificate, tolerances))
    }

    /// Reads the certificate that comes next in validated bytes.
    pub(crate) fn read(reader: &mut Reader<'_>, tolerances: &mut Tolerances) -> Result<Certificate, Error> {
        let (mut ver, mut names, mut birth_date, mut entry) = (None, None, None, None);
        Fields { reader, tolerances }.map_of("certificate", |fields, key| {
            match key {
                b"ver" => ver = Some(text(fields, "ver")?),
                b"nam" => names = Some(name(fields)?),
                b"dob" => birth_date = Some(date(fields, "dob")?),
                b"v" => only_entry(fields, "v", &mut entry, |fields| vaccination(fields).map(Entry::Vaccination))?,
                b"t" => only_entry(fields, "t", &mut entry, |fields| test(fields).map(Entry::Test))?,
                b"r" => only_entry(fields, "r", &mut entry, |fields| recovery(fields).map(Entry::Recovery))?,
                _ => return Ok(false),
            }
            Ok::<_, Error>(true)
        })?;
        Ok(Certificate {
            ver: ver.ok_or(Error::Missing { field: "ver" })?,
            name: names.ok_or(Error::Missing { field: "nam" })?,
            birth_date: birth_date.ok_or(Error::Missing { field: "dob" })?,
            entry: entry.ok_or(Error::EntryCount)?,
        })
    }
}

impl From<fields::Error> for Error {
    fn from(error: fields::Error) -> Self {
        match error {
            fields::Error::Cbor(error) => Error::Cbor(error),
            fields::Error::Missing { field } => Error::Missing { field },
            fields::Error::FieldType { field } | fields::Error::Twice { field } => Error::FieldType { field },
            // Of the readers used here only that of doses judges what a field says.
            fields::Error::Impossible { field } => Error::DoseNumber { field },
        }
    }
}

fn name(fields: &mut Fields<'_, '_>) -> Result<Name, Error> {
    let mut name = Name::default();
    fields.map("nam", |fields, key| {
        match key {
            b"fn" => name.family = optional_text(fields, "nam.fn")?,
            b"gn" => name.given = optional_text(fields, "nam.gn")?,
            b"fnt" => name.family_std = optional_text(fields, "nam.fnt")?,
            b"gnt" => name.given_std = optional_text(fields, "nam.gnt")?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(name)
}

/// A group: absent as null, or an array of exactly one entry, and the only such group.
fn only_entry<'r, 'a>(
    fields: &mut Fields<'r, 'a>,
    group: &'static str,
    entry: &mut Option<Entry>,
    read: impl FnOnce(&mut Fields<'r, 'a>) -> Result<Entry, Error>,
) -> Result<(), Error> {
    if fields.reader.take_null() {
        fields.tolerances.insert(Tolerance::NullEntry);
        return Ok(());
    }
    let mut items = fields.reader.array().map_err(|_| Error::FieldType { field: group })?;
    let mut more = |fields: &mut Fields<'r, 'a>| fields.reader.more(&mut items).map_err(Error::Cbor);
    if entry.is_some() || !more(fields)? {
        return Err(Error::EntryCount);
    }
    *entry = Some(read(fields)?);
    if more(fields)? { Err(Error::EntryCount) } else { Ok(()) }
}

fn vaccination(fields: &mut Fields<'_, '_>) -> Result<Vaccination, Error> {
    let mut entry = Vaccination::default();
    let mut seen = Seen::default();
    fields.map("v", |fields, key| {
        match key {
            b"tg" => entry.disease = text(fields, seen.mark(0, "v.tg"))?,
            b"vp" => entry.vaccine = text(fields, seen.mark(1, "v.vp"))?,
            b"mp" => entry.product = text(fields, seen.mark(2, "v.mp"))?,
            b"ma" => entry.manufacturer = text(fields, seen.mark(3, "v.ma"))?,
            b"dn" => entry.dose_number = doses(fields, seen.mark(4, "v.dn"))?,
            b"sd" => entry.series_doses = doses(fields, seen.mark(5, "v.sd"))?,
            b"dt" => entry.date = date(fields, seen.mark(6, "v.dt"))?,
            b"co" => entry.country = text(fields, seen.mark(7, "v.co"))?,
            b"is" => entry.issuer = text(fields, seen.mark(8, "v.is"))?,
            b"ci" => entry.id = identifier(fields, seen.mark(9, "v.ci"))?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    seen.all(&["v.tg", "v.vp", "v.mp", "v.ma", "v.dn", "v.sd", "v.dt", "v.co", "v.is", "v.ci"])?;
    Ok(entry)
}

fn test(fields: &mut Fields<'_, '_>) -> Result<Test, Error> {
    let mut entry = Test::default();
    let mut seen = Seen::default();
    fields.map("t", |fields, key| {
        match key {
            b"tg" => entry.disease = text(fields, seen.mark(0, "t.tg"))?,
            b"tt" => entry.kind = text(fields, seen.mark(1, "t.tt"))?,
            b"nm" => entry.test_name = optional_text(fields, "t.nm")?,
            b"ma" => entry.device = optional_text(fields, "t.ma")?,
            b"sc" => entry.sampled = text(fields, seen.mark(2, "t.sc"))?,
            b"tr" => entry.result = text(fields, seen.mark(3, "t.tr"))?,
            b"tc" => entry.centre = optional_text(fields, "t.tc")?,
            b"co" => entry.country = text(fields, seen.mark(4, "t.co"))?,
            b"is" => entry.issuer = text(fields, seen.mark(5, "t.is"))?,
            b"ci" => entry.id = identifier(fields, seen.mark(6, "t.ci"))?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    seen.all(&["t.tg", "t.tt", "t.sc", "t.tr", "t.co", "t.is", "t.ci"])?;
    Ok(entry)
}

fn recovery(fields: &mut Fields<'_, '_>) -> Result<Recovery, Error> {
    let mut entry = Recovery::default();
    let mut seen = Seen::default();
    fields.map("r", |fields, key| {
        match key {
            b"tg" => entry.disease = text(fields, seen.mark(0, "r.tg"))?,
            b"fr" => entry.first_positive = date(fields, seen.mark(1, "r.fr"))?,
            b"co" => entry.country = text(fields, seen.mark(2, "r.co"))?,
            b"is" => entry.issuer = text(fields, seen.mark(3, "r.is"))?,
            b"df" => entry.valid_from = date(fields, seen.mark(4, "r.df"))?,
            b"du" => entry.valid_until = date(fields, seen.mark(5, "r.du"))?,
            b"ci" => entry.id = identifier(fields, seen.mark(6, "r.ci"))?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    seen.all(&["r.tg", "r.fr", "r.co", "r.is", "r.df", "r.du", "r.ci"])?;
    Ok(entry)
}

/// A text; empty where it is null.
fn text(fields: &mut Fields<'_, '_>, field: &'static str) -> Result<SmolStr, fields::Error> {
    Ok(optional_text(fields, field)?.unwrap_or_default())
}

fn optional_text(fields: &mut Fields<'_, '_>, field: &'static str) -> Result<Option<SmolStr>, fields::Error> {
    Ok(fields.any_text(field)?.map(SmolStr::from))
}

/// A day; a time of day after it is cut off. What it says is for the faults to judge.
fn date(fields: &mut Fields<'_, '_>, field: &'static str) -> Result<SmolStr, fields::Error> {
    let text = fields.any_text(field)?.unwrap_or_default();
    if let Some((day, [b'T' | b't' | b' ', ..])) = text.split_at_checked(10).map(|(day, rest)| (day, rest.as_bytes()))
        && Date::parse(day).is_some()
    {
        let day = day.into();
        fields.tolerances.insert(Tolerance::DateTimeInDate);
        return Ok(day);
    }
    Ok(text.into())
}

fn identifier(fields: &mut Fields<'_, '_>, field: &'static str) -> Result<SmolStr, fields::Error> {
    let text = text(fields, field)?;
    if is_lowercase_uvci(&text) {
        fields.tolerances.insert(Tolerance::LowercaseUvci);
    }
    Ok(text)
}

/// Begins with `urn:uvci`, not all of it in upper case.
pub(super) fn is_lowercase_uvci(text: &str) -> bool {
    const URN: &str = "URN:UVCI";
    text.get(..URN.len()).is_some_and(|start| start.eq_ignore_ascii_case(URN) && start != URN)
}

/// A number of doses, 0 where it is null.
fn doses(fields: &mut Fields<'_, '_>, field: &'static str) -> Result<u32, fields::Error> {
    Ok(fields.doses(field)?.unwrap_or_default())
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
