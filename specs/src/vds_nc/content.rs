//! What is certified: a person, and their vaccinations or a test.

use super::{Error, Kind};
use crate::SmolStr;
use crate::json::{Array, Value};
use crate::time::{Date, PartialDate, UnixTime};
use crate::tolerance::{Tolerance, Tolerances};

/// The message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Identifier of the certificate: `uvci` of a vaccination, `utci` of a test.
    pub id: SmolStr,
    /// Whose it is.
    pub person: Person,
    /// What happened.
    pub event: Event,
    /// What decoding forgave.
    pub tolerances: Tolerances,
}

/// Vaccinations or a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// `ve`: one entry per vaccine, at least one.
    Vaccinations(Vec<Vaccine>),
    /// A test.
    Test(Test),
}

/// Whose it is, `pid`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// `n`: the name as in a travel document, family name first.
    pub name: SmolStr,
    /// `dob`: date of birth.
    pub birth_date: Option<PartialDate>,
    /// `sex`: M, F or X.
    pub sex: Option<SmolStr>,
    /// `i`, in tests `dn`: number of the travel document. With `birth_date` at least one.
    pub document: Option<SmolStr>,
    /// `dt`: its kind, P for a passport.
    pub document_type: Option<SmolStr>,
    /// `ai`: another document at the issuer's choice.
    pub additional: Option<SmolStr>,
}

/// Doses of one vaccine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vaccine {
    /// `des`: kind of vaccine, an extension code of ICD-11.
    pub kind: SmolStr,
    /// `nam`: the product.
    pub product: SmolStr,
    /// `dis`: the disease, a code of ICD-11.
    pub disease: Option<SmolStr>,
    /// `vd`: the doses, at least one.
    pub doses: Vec<Dose>,
}

/// A dose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dose {
    /// `dvc`: when.
    pub date: Date,
    /// `seq`: the how-manyeth, 1 to 99.
    pub number: u8,
    /// `ctr`: where, ISO 3166-1 alpha-3.
    pub country: SmolStr,
    /// `adm`: by whom.
    pub centre: Option<SmolStr>,
    /// `lot`: the lot.
    pub lot: Option<SmolStr>,
    /// `dvn`: when the next dose is due.
    pub next: Option<Date>,
}

/// A test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// `sp.spn`: who tested.
    pub provider: SmolStr,
    /// `sp.ctr`: where, ISO 3166-1 alpha-3.
    pub country: SmolStr,
    /// `dat.sc`: when the sample was taken.
    pub sampled: UnixTime,
    /// `dat.ri`: when the result was reported.
    pub reported: UnixTime,
    /// `tr.tc`: kind of test, e.g. `molecular(PCR)`.
    pub kind: SmolStr,
    /// `tr.r`: the result as it is written: `positive`, `negative`, `normal`, `abnormal`.
    pub result: SmolStr,
    /// `tr.m`: how the sample was taken.
    pub method: Option<SmolStr>,
}

impl Content {
    pub(super) fn of(kind: Kind, message: Value<'_>, mut tolerances: Tolerances) -> Result<Content, Error> {
        let (id, event) = match kind {
            Kind::Vaccination => {
                let vaccines = array(message, "ve", "ve")?;
                let vaccines = vaccines.map(|vaccine| Vaccine::read(vaccine, &mut tolerances));
                (text(message, "uvci", "uvci")?, Event::Vaccinations(vaccines.collect::<Result<_, _>>()?))
            }
            Kind::Test => (text(message, "utci", "utci")?, Event::Test(Test::read(message)?)),
        };
        let person = Person::read(message.get("pid").ok_or(Error::Field { field: "pid" })?)?;
        Ok(Content { id, person, event, tolerances })
    }
}

impl Person {
    fn read(pid: Value<'_>) -> Result<Person, Error> {
        let birth_date = match optional(pid, "dob", "pid.dob")? {
            Some(text) => Some(PartialDate::parse(&text).ok_or(Error::Field { field: "pid.dob" })?),
            None => None,
        };
        let document = match optional(pid, "i", "pid.i")? {
            Some(number) => Some(number),
            None => optional(pid, "dn", "pid.dn")?,
        };
        if birth_date.is_none() && document.is_none() {
            return Err(Error::Field { field: "pid.dob" });
        }
        Ok(Person {
            name: text(pid, "n", "pid.n")?,
            birth_date,
            sex: optional(pid, "sex", "pid.sex")?,
            document,
            document_type: optional(pid, "dt", "pid.dt")?,
            additional: optional(pid, "ai", "pid.ai")?,
        })
    }
}

impl Vaccine {
    fn read(vaccine: Value<'_>, tolerances: &mut Tolerances) -> Result<Vaccine, Error> {
        let doses = array(vaccine, "vd", "ve.vd")?.map(|dose| Dose::read(dose, tolerances));
        Ok(Vaccine {
            doses: doses.collect::<Result<_, _>>()?,
            kind: text(vaccine, "des", "ve.des")?,
            product: text(vaccine, "nam", "ve.nam")?,
            disease: optional(vaccine, "dis", "ve.dis")?,
        })
    }
}

impl Dose {
    fn read(dose: Value<'_>, tolerances: &mut Tolerances) -> Result<Dose, Error> {
        let day = |name, field| match optional(dose, name, field)? {
            Some(text) => Date::parse(&text).map(Some).ok_or(Error::Field { field }),
            None => Ok(None),
        };
        let number = dose.get("seq").and_then(|number| match number.as_str() {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                tolerances.insert(Tolerance::TextDose);
                digits.parse().ok()
            }
            _ => number.as_u64().and_then(|number| u8::try_from(number).ok()),
        });
        Ok(Dose {
            date: day("dvc", "ve.vd.dvc")?.ok_or(Error::Field { field: "ve.vd.dvc" })?,
            number: number.filter(|number| (1..=99).contains(number)).ok_or(Error::Field { field: "ve.vd.seq" })?,
            country: country(dose, "ctr", "ve.vd.ctr")?,
            centre: optional(dose, "adm", "ve.vd.adm")?,
            lot: optional(dose, "lot", "ve.vd.lot")?,
            next: day("dvn", "ve.vd.dvn")?,
        })
    }
}

impl Test {
    fn read(message: Value<'_>) -> Result<Test, Error> {
        let part = |name: &str, field| message.get(name).ok_or(Error::Field { field });
        let (provider, dates, result) = (part("sp", "sp")?, part("dat", "dat")?, part("tr", "tr")?);
        let time = |name, field| UnixTime::from_rfc3339(&text(dates, name, field)?).ok_or(Error::Field { field });
        Ok(Test {
            provider: text(provider, "spn", "sp.spn")?,
            country: country(provider, "ctr", "sp.ctr")?,
            sampled: time("sc", "dat.sc")?,
            reported: time("ri", "dat.ri")?,
            kind: text(result, "tc", "tr.tc")?,
            result: text(result, "r", "tr.r")?,
            method: optional(result, "m", "tr.m")?,
        })
    }
}

fn text(object: Value<'_>, name: &str, field: &'static str) -> Result<SmolStr, Error> {
    optional(object, name, field)?.ok_or(Error::Field { field })
}

/// A text where it is there: not empty, and without control characters.
fn optional(object: Value<'_>, name: &str, field: &'static str) -> Result<Option<SmolStr>, Error> {
    let Some(text) = object.get(name) else { return Ok(None) };
    let text =
        text.as_str().filter(|text| !text.chars().all(char::is_whitespace) && !text.chars().any(char::is_control));
    text.map(|text| Some(text.into())).ok_or(Error::Field { field })
}

fn country(object: Value<'_>, name: &str, field: &'static str) -> Result<SmolStr, Error> {
    let code = text(object, name, field)?;
    let three = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if three { Ok(code) } else { Err(Error::Field { field }) }
}

fn array<'a>(object: Value<'a>, name: &str, field: &'static str) -> Result<Array<'a>, Error> {
    let array = object.get(name).and_then(Value::as_array);
    array.filter(|array| array.len() > 0).ok_or(Error::Field { field })
}
