//! The 12-digit personal number: `PPP G YY NNNNNN` (Decree 137/2015/NĐ-CP article 13). It has no check digit, but province,
//! century and sex, and birth year must agree with the rest of the form, which catches most typing errors.

use super::form::{Fault, Sex};
use crate::places::{AdminUnits, CodeSet};

/// Checks `number` against birth year and sex of the form; the year is not compared when the form has none that is usable.
/// The province is one of the 63 before 2025-07-01, written with a leading zero; three digits from 100 up are country codes of
/// births registered abroad and are taken without a list.
pub(crate) fn check(number: &str, birth_year: Option<u16>, sex: Sex) -> Result<(), Fault> {
    let digits: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect();
    if digits.len() != 12 || number.len() != 12 {
        return Err(Fault::CccdLength);
    }
    let (abroad, province) = (digits[0] != 0, &number[1..3]);
    if !abroad && AdminUnits::bundled().get(CodeSet::Vn2004, province).is_none() {
        return Err(Fault::CccdProvince { found: number[..3].to_string() });
    }
    let Some(year) = birth_year else { return Ok(()) };
    let expected = century_digits(year, sex);
    if !expected.contains(&digits[3]) {
        return Err(Fault::CccdCenturyOrSex { found: digits[3], expected });
    }
    let found = digits[4] * 10 + digits[5];
    let expected = u8::try_from(year % 100).expect("a remainder of 100 fits a byte");
    if found == expected { Ok(()) } else { Err(Fault::CccdYear { found, expected }) }
}

/// 20th century: male 0, female 1; 21st: 2, 3; 22nd: 4, 5; and so on. A paper without male or female allows both.
fn century_digits(year: u16, sex: Sex) -> Vec<u8> {
    let Some(century) = year.checked_sub(1900).and_then(|y| u8::try_from(y / 100).ok()) else { return Vec::new() };
    let male = century.saturating_mul(2);
    match sex {
        Sex::Male => vec![male],
        Sex::Female => vec![male.saturating_add(1)],
        Sex::Other => vec![male, male.saturating_add(1)],
    }
}
