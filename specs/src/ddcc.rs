//! WHO's DDCC:VS (Digital Documentation of COVID-19 Certificates: Vaccination Status): long text keys, codes with their
//! systems.
//!
//! It stands under claim -260 as kind 3, or is the whole payload of a message, with no claims around it, as WHO's own test
//! certificates are. It is in decline: read here and never issued. The page is `specs/ddcc.md`.

use crate::SmolStr;
use crate::cbor::{Items, Kind, Reader};
use crate::fields::{Error, Fields};
use crate::time::{Date, PartialDate};
use crate::tolerance::{Tolerance, Tolerances};

/// The number of this certificate among the health certificates of claim -260.
pub const SUB_CLAIM: i64 = 3;

/// A code and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coding {
    /// The code.
    pub code: SmolStr,
    /// URI of its code system, where the certificate says it.
    pub system: Option<SmolStr>,
}

/// A certificate of one dose. In brackets: the names of the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Full name (`name`).
    pub name: SmolStr,
    /// Birth date (`birthDate`).
    pub birth_date: Option<PartialDate>,
    /// Sex (`sex`).
    pub sex: Option<Coding>,
    /// Number of an identity document (`identifier`).
    pub document: Option<SmolStr>,
    /// Disease targeted (`disease`).
    pub disease: Option<Coding>,
    /// Vaccine or prophylaxis (`vaccine`).
    pub vaccine: Coding,
    /// Product (`brand`).
    pub brand: Option<Coding>,
    /// Maker (`manufacturer`).
    pub manufacturer: Option<Coding>,
    /// Holder of the market authorisation (`ma_holder`).
    pub holder: Option<Coding>,
    /// Batch (`lot`).
    pub lot: Option<SmolStr>,
    /// Day of the dose (`date`). WHO's second test certificate has none.
    pub date: Option<Date>,
    /// Number of the dose (`dose`).
    pub dose_number: Option<u32>,
    /// Doses of the series (`total_doses`).
    pub series_doses: Option<u32>,
    /// First day on which the dose protects (`vaccine_valid`).
    pub protects_from: Option<Date>,
    /// Country of the dose (`country`), ISO 3166-1, mostly alpha-3.
    pub country: Option<Coding>,
    /// Place of the dose (`centre`).
    pub centre: Option<SmolStr>,
    /// Identifier of the certificate (`hcid`).
    pub id: Option<SmolStr>,
    /// First day of the certificate's validity (`valid_from`).
    pub valid_from: Option<Date>,
    /// Last day of it (`valid_until`).
    pub valid_until: Option<Date>,
}

/// Whether a validated payload is a certificate without claims around it: a map whose keys are all texts, `vaccine` among
/// them.
pub(crate) fn is_bare(payload: &[u8]) -> bool {
    let mut reader = Reader::new(payload);
    let Ok(items) = reader.map() else { return false };
    has_vaccine(&mut reader, items).unwrap_or(false)
}

fn has_vaccine(reader: &mut Reader<'_>, mut items: Items) -> Result<bool, crate::cbor::Error> {
    let mut found = false;
    while reader.more(&mut items)? {
        if reader.kind()? != Kind::Text {
            return Ok(false);
        }
        found |= &*reader.text_bytes()? == b"vaccine";
        reader.skip()?;
    }
    Ok(found)
}

impl Certificate {
    /// Reads the certificate that comes next in validated bytes.
    pub(crate) fn read(reader: &mut Reader<'_>, tolerances: &mut Tolerances) -> Result<Certificate, Error> {
        let mut fields = Fields { reader, tolerances };
        let (mut name, mut birth_date, mut sex, mut document) = (None, None, None, None);
        let (mut disease, mut vaccine, mut brand, mut manufacturer, mut holder) = (None, None, None, None, None);
        let (mut lot, mut date, mut dose_number, mut series_doses, mut protects_from) = (None, None, None, None, None);
        let (mut country, mut centre, mut id, mut valid_from, mut valid_until) = (None, None, None, None, None);
        fields.map("certificate", |fields, key| {
            match key {
                b"name" => name = fields.text("name")?,
                b"birthDate" => birth_date = fields.partial_date("birthDate")?,
                b"sex" => sex = coding(fields, "sex")?,
                b"identifier" => document = fields.text("identifier")?,
                b"disease" => disease = coding(fields, "disease")?,
                b"vaccine" => vaccine = coding(fields, "vaccine")?,
                b"brand" => brand = coding(fields, "brand")?,
                b"manufacturer" => manufacturer = coding(fields, "manufacturer")?,
                b"ma_holder" => holder = coding(fields, "ma_holder")?,
                b"lot" => lot = fields.text("lot")?,
                b"date" => date = fields.date("date")?,
                b"dose" => dose_number = fields.doses("dose")?,
                b"total_doses" => series_doses = fields.doses("total_doses")?,
                b"vaccine_valid" => protects_from = fields.date("vaccine_valid")?,
                b"country" => country = coding(fields, "country")?,
                b"centre" => centre = fields.text("centre")?,
                b"hcid" => id = fields.text("hcid")?,
                b"valid_from" => valid_from = fields.date("valid_from")?,
                b"valid_until" => valid_until = fields.date("valid_until")?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Certificate {
            name: name.ok_or(Error::Missing { field: "name" })?,
            birth_date,
            sex,
            document,
            disease,
            vaccine: vaccine.ok_or(Error::Missing { field: "vaccine" })?,
            brand,
            manufacturer,
            holder,
            lot,
            date,
            dose_number,
            series_doses,
            protects_from,
            country,
            centre,
            id,
            valid_from,
            valid_until,
        })
    }
}

/// A map of `code` and `system`, or in the field a text.
fn coding(fields: &mut Fields<'_, '_>, field: &'static str) -> Result<Option<Coding>, Error> {
    if fields.null() {
        return Ok(None);
    }
    let (mut code, mut system) = (None, None);
    if fields.reader.kind() == Ok(Kind::Text) {
        fields.tolerances.insert(Tolerance::TextForCode);
        code = fields.text(field)?;
    } else {
        fields.map(field, |fields, key| {
            match key {
                b"code" => code = fields.text(field)?,
                b"system" => system = fields.text(field)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
    }
    Ok(code.map(|code| Coding { code, system }))
}
