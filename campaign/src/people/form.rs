//! The registration form: parse what a desk or a citizen typed into a [`Record`], or say field by field what is wrong.
//!
//! The shell calls [`parse`] before it seals the record, so nothing behind the seal was ever unchecked. Everything here is
//! pure; today's date is an argument. Rules of the identity number: Decree 137/2015/NĐ-CP article 13.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use specs::holder::{self, BirthDateFault, NameFault};
use specs::time::{Date, PartialDate};
use specs::value_set::{Set, ValueSets};
use unicode_normalization::UnicodeNormalization;

use super::cccd;
use crate::places::{AdminCode, AdminUnits};

/// Longest free text of an address or occupation, in characters.
const TEXT_MAX: usize = 200;

/// What the form carries, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Full name, family name first, any Unicode form.
    pub name: String,
    /// `YYYY-MM-DD`, `YYYY-MM` or `YYYY`.
    pub birth_date: String,
    /// Sex as in the identity paper.
    pub sex: Sex,
    /// ISO 3166-1 alpha-2.
    pub nationality: String,
    /// Paper that proves who this is.
    pub identity: Identity,
    /// Vietnamese mobile number; not required, one phone serves many people.
    #[serde(default)]
    pub phone: Option<String>,
    /// Where the person lives.
    pub address: Address,
    /// Occupation, free text.
    #[serde(default)]
    pub occupation: Option<String>,
    /// Codes of the value set of priority groups (Decision 3355/QĐ-BYT), "01" to "16".
    #[serde(default)]
    pub priority_groups: Vec<String>,
}

/// Sex as in the identity paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Nữ.
    Female,
    /// Nam.
    Male,
    /// Another entry, or none, in the paper.
    Other,
}

/// Identity paper. Never a primary key: matched through its keyed hash only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", content = "number", rename_all = "snake_case")]
pub enum Identity {
    /// Personal identification number, 12 digits.
    Cccd(String),
    /// Passport number of any country, 5 to 20 letters and digits.
    Passport(String),
    /// No paper; the person is known by name and birth date alone.
    None,
}

/// Where the person lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Commune or province, named by code set and code.
    pub admin_unit: AdminCode,
    /// House, street, hamlet.
    #[serde(default)]
    pub text: String,
}

/// A form that passed every rule: what is sealed under the person's key. Only [`parse`] makes one out of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Record {
    /// Full name in NFC, single spaces, none around a hyphen.
    pub name: String,
    /// Birth date with its precision.
    #[serde(deserialize_with = "birth_date")]
    #[schema(value_type = String)]
    pub birth_date: PartialDate,
    /// Sex as in the identity paper.
    pub sex: Sex,
    /// ISO 3166-1 alpha-2, upper case.
    pub nationality: String,
    /// Identity paper, number without spaces, upper case.
    pub identity: Identity,
    /// Mobile number, 10 digits.
    #[serde(default)]
    pub phone: Option<String>,
    /// Where the person lives.
    pub address: Address,
    /// Occupation.
    #[serde(default)]
    pub occupation: Option<String>,
}

/// What [`parse`] gives: the personal part, to be sealed, and the part that stays in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Valid {
    /// Sealed by the shell under the person's key.
    pub record: Record,
    /// Priority groups in ascending order, each once.
    pub priority_groups: Vec<String>,
}

/// One thing wrong with the form.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nobody could be certified under this name.
    Name(NameFault),
    /// Nobody could be certified with this birth date.
    BirthDate(BirthDateFault),
    /// Not a country of ISO 3166-1 alpha-2.
    Nationality,
    /// Not 12 digits.
    CccdLength,
    /// The first three digits name no province and no country.
    CccdProvince {
        /// The three digits.
        found: String,
    },
    /// The fourth digit (century and sex) disagrees with the form.
    CccdCenturyOrSex {
        /// The digit in the number.
        found: u8,
        /// The digits that sex and birth year of the form allow.
        expected: Vec<u8>,
    },
    /// Digits five and six (birth year) disagree with the form.
    CccdYear {
        /// Two digits in the number.
        found: u8,
        /// Two digits of the birth year in the form.
        expected: u8,
    },
    /// Not 5 to 20 letters and digits.
    Passport,
    /// Not 10 digits beginning 03, 05, 07, 08 or 09.
    Phone,
    /// The code set has no such unit.
    AdminUnit,
    /// Address or occupation too long, or with control characters.
    Text {
        /// Name of the field in the form.
        field: &'static str,
    },
    /// Not one of the 16 groups.
    PriorityGroup {
        /// The value given.
        found: String,
    },
}

/// Reads the form; `today` is the date in Asia/Ho_Chi_Minh. All faults are returned together, in field order.
pub fn parse(form: &Form, today: Date) -> Result<Valid, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut keep = |result: Result<(), Fault>| faults.extend(result.err());

    let name = without_blanks_around_hyphens(&normalise(&form.name));
    keep(holder::check_full_name(&name).map_err(Fault::Name));
    let birth_date = holder::birth_date(&form.birth_date, today);
    keep(birth_date.map(|_| ()).map_err(Fault::BirthDate));
    let birth_date = birth_date.ok();
    let nationality = form.nationality.trim().to_ascii_uppercase();
    let codes = ValueSets::bundled();
    keep(if codes.contains(Set::Country, &nationality) { Ok(()) } else { Err(Fault::Nationality) });
    let identity = clean_identity(&form.identity);
    keep(check_identity(&identity, birth_date, form.sex));
    let phone = form.phone.as_deref().map(without_spaces).filter(|p| !p.is_empty());
    keep(phone.as_deref().map_or(Ok(()), check_phone));
    let address = Address { admin_unit: form.address.admin_unit.clone(), text: normalise(&form.address.text) };
    keep(check_admin_unit(&address.admin_unit));
    keep(check_text("address", &address.text));
    let occupation = form.occupation.as_deref().map(normalise).filter(|o| !o.is_empty());
    keep(check_text("occupation", occupation.as_deref().unwrap_or_default()));
    for group in &form.priority_groups {
        if !codes.contains(Set::PriorityGroup, group) {
            keep(Err(Fault::PriorityGroup { found: group.chars().take(16).collect() }));
        }
    }
    let priority_groups = BTreeSet::from_iter(form.priority_groups.iter().cloned()).into_iter().collect();

    match birth_date {
        Some(birth_date) if faults.is_empty() => Ok(Valid {
            record: Record { name, birth_date, sex: form.sex, nationality, identity, phone, address, occupation },
            priority_groups,
        }),
        _ => Err(faults),
    }
}

impl Fault {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name(NameFault::Empty) => "name-empty",
            Self::Name(NameFault::TooLong) => "name-too-long",
            Self::Name(NameFault::Shape) => "name-not-usable",
            Self::Name(NameFault::NotTransliterable) => "name-not-latin",
            Self::BirthDate(BirthDateFault::Malformed) => "birth-date-not-a-date",
            Self::BirthDate(BirthDateFault::Implausible) => "birth-date-implausible",
            Self::BirthDate(BirthDateFault::InFuture) => "birth-date-in-future",
            Self::Nationality => "nationality-not-a-country-code",
            Self::CccdLength => "cccd-not-12-digits",
            Self::CccdProvince { .. } => "cccd-province-unknown",
            Self::CccdCenturyOrSex { .. } => "cccd-century-or-sex-disagrees",
            Self::CccdYear { .. } => "cccd-birth-year-disagrees",
            Self::Passport => "passport-not-usable",
            Self::Phone => "phone-not-usable",
            Self::AdminUnit => "admin-unit-not-usable",
            Self::Text { .. } => "text-not-usable",
            Self::PriorityGroup { .. } => "priority-group-unknown",
        }
    }

    /// Field of the form, as a dotted path.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Name(_) => "name",
            Self::BirthDate(_) => "birth_date",
            Self::Nationality => "nationality",
            Self::CccdLength
            | Self::CccdProvince { .. }
            | Self::CccdCenturyOrSex { .. }
            | Self::CccdYear { .. }
            | Self::Passport => "identity.number",
            Self::Phone => "phone",
            Self::AdminUnit => "address.admin_unit",
            Self::Text { field } => field,
            Self::PriorityGroup { .. } => "priority_groups",
        }
    }

    /// What to do about it: (Vietnamese, English).
    pub fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Name(fault) => name_words(*fault),
            Self::BirthDate(BirthDateFault::Malformed) => (
                "Ghi ngày sinh dạng NĂM-THÁNG-NGÀY, hoặc chỉ năm sinh.",
                "Write the birth date as YEAR-MONTH-DAY, or the year alone.",
            ),
            Self::BirthDate(BirthDateFault::Implausible) => (
                "Năm sinh quá xa; không ai sống quá 125 năm. Kiểm tra lại.",
                "The birth year is too long ago: nobody lives for more than 125 years. Check it.",
            ),
            Self::BirthDate(BirthDateFault::InFuture) => {
                ("Ngày sinh ở tương lai; kiểm tra lại.", "The birth date lies in the future; check it.")
            }
            Self::Nationality => {
                ("Ghi quốc tịch bằng mã hai chữ cái, ví dụ VN.", "Write the nationality as a two-letter code, e.g. VN.")
            }
            Self::CccdLength => ("Số định danh phải đủ 12 chữ số.", "The personal number must have 12 digits."),
            Self::CccdProvince { .. } => (
                "Ba số đầu của số định danh không phải mã tỉnh hay mã nước; đọc lại trên thẻ.",
                "The first three digits name no province or country; read the card again.",
            ),
            Self::CccdCenturyOrSex { .. } => (
                "Chữ số thứ tư của số định danh không khớp giới tính và thế kỷ sinh; kiểm tra lại.",
                "The fourth digit does not agree with sex and century of birth; check both.",
            ),
            Self::CccdYear { .. } => (
                "Chữ số thứ năm và sáu của số định danh không khớp năm sinh; kiểm tra lại.",
                "Digits five and six do not agree with the birth year; check both.",
            ),
            Self::Passport => {
                ("Số hộ chiếu gồm 5 đến 20 chữ cái và chữ số.", "A passport number has 5 to 20 letters and digits.")
            }
            Self::Phone => (
                "Số điện thoại gồm 10 chữ số, bắt đầu bằng 03, 05, 07, 08 hoặc 09; để trống nếu không có.",
                "A phone number has 10 digits beginning 03, 05, 07, 08 or 09; leave it out when there is none.",
            ),
            Self::AdminUnit => (
                "Chọn xã, phường từ danh mục; mã phải kèm tên bộ mã.",
                "Pick the commune from the list; the code must carry its code set.",
            ),
            Self::Text { .. } => ("Rút ngắn còn tối đa 200 ký tự.", "Shorten to at most 200 characters."),
            Self::PriorityGroup { .. } => {
                ("Nhóm ưu tiên là mã từ 01 đến 16.", "A priority group is a code from 01 to 16.")
            }
        }
    }
}

fn name_words(fault: NameFault) -> (&'static str, &'static str) {
    match fault {
        NameFault::Empty => ("Ghi họ và tên.", "Write the full name."),
        NameFault::TooLong => (
            "Họ dài tối đa 80 ký tự; tên đệm và tên dài tối đa 80 ký tự.",
            "The family name has at most 80 characters, and so have the other names together.",
        ),
        NameFault::Shape => (
            "Họ tên chỉ gồm chữ cái; giữa hai chữ là một dấu cách, một gạch nối, một dấu nháy hoặc một dấu chấm \
             (O'Brien, Anna-Maria); không có chữ số, và sau chữ cuối không có gì ngoài một dấu chấm.",
            "A name is letters, with one blank, hyphen, apostrophe or full stop between two of them (O'Brien, Anna-Maria); \
             no digits, and nothing after the last letter but one full stop.",
        ),
        NameFault::NotTransliterable => (
            "Họ tên viết bằng chữ khác phải ghi theo chữ La-tinh như trong hộ chiếu.",
            "Write a name in another script with the Latin letters of the passport.",
        ),
    }
}

fn birth_date<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<PartialDate, D::Error> {
    let text = String::deserialize(deserializer)?;
    PartialDate::parse(&text).ok_or_else(|| serde::de::Error::custom("not YYYY, YYYY-MM or YYYY-MM-DD"))
}

/// NFC, trimmed, every run of white space one space.
fn normalise(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// "Anna - Maria" is how "Anna-Maria" is typed. At either end of a name a hyphen stays, and is refused.
fn without_blanks_around_hyphens(name: &str) -> String {
    name.replace(" -", "-").replace("- ", "-")
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn clean_identity(identity: &Identity) -> Identity {
    match identity {
        Identity::Cccd(number) => Identity::Cccd(without_spaces(number)),
        Identity::Passport(number) => Identity::Passport(without_spaces(number).to_ascii_uppercase()),
        Identity::None => Identity::None,
    }
}

fn check_identity(identity: &Identity, birth_date: Option<PartialDate>, sex: Sex) -> Result<(), Fault> {
    match identity {
        Identity::Cccd(number) => cccd::check(number, birth_date.map(|d| d.earliest().year()), sex),
        Identity::Passport(number) => {
            let fits = (5..=20).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric());
            if fits { Ok(()) } else { Err(Fault::Passport) }
        }
        Identity::None => Ok(()),
    }
}

fn check_phone(phone: &str) -> Result<(), Fault> {
    let bytes = phone.as_bytes();
    let fits = bytes.len() == 10
        && bytes.iter().all(u8::is_ascii_digit)
        && bytes[0] == b'0'
        && matches!(bytes[1], b'3' | b'5' | b'7' | b'8' | b'9');
    if fits { Ok(()) } else { Err(Fault::Phone) }
}

fn check_admin_unit(unit: &AdminCode) -> Result<(), Fault> {
    if AdminUnits::bundled().find(unit).is_some() { Ok(()) } else { Err(Fault::AdminUnit) }
}

fn check_text(field: &'static str, text: &str) -> Result<(), Fault> {
    if text.chars().count() <= TEXT_MAX && !text.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(Fault::Text { field })
    }
}
