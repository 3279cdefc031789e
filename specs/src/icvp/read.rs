//! Reading a certificate of any generation. `vx` decides: with it, the build of 2026; without it, `nt` is that of 2025.

use super::{Certificate, Generation};
use crate::SmolStr;
use crate::cbor::{Kind, Reader};
use crate::fields::{Error, Fields, once};
use crate::time::Date;
use crate::tolerance::{Tolerance, Tolerances};

/// The fields of the dose, in whichever map they stand.
#[derive(Default)]
struct Dose {
    product: Option<SmolStr>,
    disease: Option<SmolStr>,
    manufacturer: Option<SmolStr>,
    dose: Option<SmolStr>,
    date: Option<Date>,
    /// The date stood under `dt`.
    former_date: bool,
    batch: Option<SmolStr>,
    validity_start: Option<Date>,
    validity_end: Option<Date>,
    clinician: Option<SmolStr>,
    issuer: Option<SmolStr>,
}

impl Certificate {
    /// Reads the certificate that comes next in validated bytes.
    pub(crate) fn read(reader: &mut Reader<'_>, tolerances: &mut Tolerances) -> Result<Certificate, Error> {
        let mut fields = Fields { reader, tolerances };
        let (mut name, mut birth_date, mut sex, mut guardian) = (None, None, None, None);
        let (mut nationality, mut document, mut document_type) = (None, None, None);
        let (mut template, mut v, mut vx, mut of_2025) = (None, None, None, false);
        fields.map("certificate", |fields, key| {
            match key {
                b"n" => name = fields.text("n")?,
                b"dob" => birth_date = fields.partial_date("dob")?,
                b"s" => sex = fields.text("s")?,
                b"nt" => {
                    of_2025 = true;
                    once(&mut nationality, fields.text("nt")?, "nt")?;
                }
                b"ntl" => once(&mut nationality, fields.text("ntl")?, "nt")?,
                b"id" => once(&mut document, fields.text("id")?, "id")?,
                b"nid" => once(&mut document, fields.text("nid")?, "id")?,
                b"dt" => document_type = fields.text("dt")?,
                b"gn" => guardian = fields.text("gn")?,
                b"v" if fields.reader.kind() == Ok(Kind::Text) => template = fields.text("v")?,
                b"v" => v = Some(Dose::read(fields, "v")?),
                b"vx" => vx = Some(Dose::read(fields, "vx")?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        let (generation, dose) = match (vx, v) {
            (Some(_), Some(_)) => return Err(Error::Twice { field: "vx" }),
            (Some(dose), None) => (Generation::Build2026, dose),
            (None, Some(dose)) if of_2025 => (Generation::Release2025, dose),
            (None, Some(dose)) => (Generation::Trial2024, dose),
            (None, None) => return Err(Error::Missing { field: "vx" }),
        };
        if generation == Generation::Build2026 && dose.former_date {
            fields.tolerances.insert(Tolerance::FormerFieldName);
        }
        Ok(Certificate {
            generation,
            template,
            name: name.ok_or(Error::Missing { field: "n" })?,
            birth_date,
            sex,
            nationality,
            document,
            document_type,
            guardian,
            product: dose.product.ok_or(Error::Missing { field: "vp" })?,
            disease: dose.disease,
            manufacturer: dose.manufacturer,
            dose: dose.dose,
            date: dose.date.ok_or(Error::Missing { field: "dv" })?,
            batch: dose.batch.ok_or(Error::Missing { field: "bo" })?,
            validity_start: dose.validity_start,
            validity_end: dose.validity_end,
            clinician: dose.clinician,
            issuer: dose.issuer,
        })
    }
}

impl Dose {
    fn read(fields: &mut Fields<'_, '_>, group: &'static str) -> Result<Dose, Error> {
        let mut dose = Dose::default();
        fields.map(group, |fields, key| {
            match key {
                b"vp" => dose.product = fields.text("vp")?,
                b"tg" => dose.disease = fields.text("tg")?,
                b"ma" => dose.manufacturer = fields.text("ma")?,
                b"dn" => dose.dose = fields.text("dn")?,
                b"dv" => once(&mut dose.date, fields.date("dv")?, "dv")?,
                b"dt" => {
                    dose.former_date = true;
                    once(&mut dose.date, fields.date("dt")?, "dv")?;
                }
                b"bo" => dose.batch = fields.text("bo")?,
                b"vls" => dose.validity_start = fields.date("vls")?,
                b"vle" => dose.validity_end = fields.date("vle")?,
                b"cn" => dose.clinician = fields.text("cn")?,
                b"is" => dose.issuer = fields.text("is")?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(dose)
    }
}
