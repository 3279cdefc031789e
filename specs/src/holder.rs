//! Whom a certificate can name: names and birth dates that can be issued. Who registers people asks this first, and who issues
//! asks it again, so that nobody is vaccinated under a name that is then refused. The page is `specs/transliteration.md`.

use unicode_normalization::char::is_combining_mark;

use crate::icao;
use crate::text::is_unseen;
use crate::time::{Date, PartialDate};

/// Longest family name, and longest given names, in characters (EU schema 1.3.x).
pub const MAX_NAME_CHARS: usize = 80;
/// The first year in which a holder can be born.
const FIRST_YEAR: u16 = 1900;
/// The oldest person ever was 122.
const MAX_AGE_YEARS: u16 = 125;

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameFault {
    /// There is none.
    Empty,
    /// More than [`MAX_NAME_CHARS`].
    TooLong,
    /// Something other than letters with single joints between them.
    Shape,
    /// Nothing of it is left in the letters of ICAO 9303: the Latin spelling of the passport is needed.
    NotTransliterable,
}

/// What is wrong with a birth date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BirthDateFault {
    /// Not `YYYY-MM-DD`, `YYYY-MM` or `YYYY`.
    Malformed,
    /// Before 1900, or older than anybody ever was.
    Implausible,
    /// After today.
    InFuture,
}

/// Checks a full name: its [family name and given names](icao::split_vietnamese_name), the latter only where there are any.
///
/// # Errors
/// The first [`NameFault`].
pub fn check_full_name(full: &str) -> Result<(), NameFault> {
    let (family, given) = icao::split_vietnamese_name(full);
    check_name(&family)?;
    if given.is_empty() { Ok(()) } else { check_name(&given) }
}

/// Checks a family name, or given names.
///
/// # Errors
/// The first [`NameFault`].
pub fn check_name(name: &str) -> Result<(), NameFault> {
    if name.is_empty() {
        Err(NameFault::Empty)
    } else if name.chars().count() > MAX_NAME_CHARS {
        Err(NameFault::TooLong)
    } else if !has_shape(name) {
        Err(NameFault::Shape)
    } else if icao::transliterate(name).is_empty() {
        Err(NameFault::NotTransliterable)
    } else {
        Ok(())
    }
}

/// Letters, with single joints between them; a full stop may also end the name (`Jr.`), and a blank may follow one.
fn has_shape(name: &str) -> bool {
    let mut after_letter = false;
    let mut last = None;
    for c in name.chars() {
        // Ⅷ is a letter to Unicode, and a number too.
        if (c.is_alphabetic() && !c.is_numeric()) || (after_letter && is_combining_mark(c) && !is_unseen(c)) {
            after_letter = true;
        } else if after_letter && matches!(c, ' ' | '-' | '\'' | '\u{2019}' | '.') {
            after_letter = false;
        } else if !(c == ' ' && last == Some('.')) {
            return false;
        }
        last = Some(c);
    }
    after_letter || last == Some('.')
}

/// Reads a birth date.
///
/// # Errors
/// The [`BirthDateFault`].
pub fn birth_date(text: &str, today: Date) -> Result<PartialDate, BirthDateFault> {
    let date = PartialDate::parse(text).ok_or(BirthDateFault::Malformed)?;
    let oldest = today.year().saturating_sub(MAX_AGE_YEARS).max(FIRST_YEAR);
    if date.earliest().year() < oldest {
        Err(BirthDateFault::Implausible)
    } else if date.earliest() > today {
        Err(BirthDateFault::InFuture)
    } else {
        Ok(date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_name_is_one_that_can_be_issued() {
        for good in
            ["Nguyễn Thị Hồng Nhung", "Anna-Maria Schmidt", "O'Brien Sean", "d’Arc J. R.", "Suharto", "Фёдор Ильич"]
        {
            assert_eq!(check_full_name(good), Ok(()), "{good}");
        }
        for (bad, fault) in [
            ("", NameFault::Empty),
            (" ", NameFault::Empty),
            ("Anna - Maria Schmidt", NameFault::Shape),
            ("Nguyễn Thị Hoa -", NameFault::Shape),
            ("O' Brien Sean", NameFault::Shape),
            ("Nguyễn Văn A..", NameFault::Shape),
            ("-A", NameFault::Shape),
            ("A--B", NameFault::Shape),
            ("N1", NameFault::Shape),
            ("Lê Ⅷ", NameFault::Shape),
            ("A\u{e0100} B", NameFault::Shape),
            ("李小龙", NameFault::NotTransliterable),
            ("李 Bruce", NameFault::NotTransliterable),
            ("Lee 小龙", NameFault::NotTransliterable),
        ] {
            assert_eq!(check_full_name(bad), Err(fault), "{bad}");
        }
        let long = |family, given| check_full_name(&format!("{} {}", "Ơ".repeat(family), "a".repeat(given)));
        assert_eq!(long(80, 80), Ok(()));
        assert_eq!([long(81, 1), long(1, 81)], [Err(NameFault::TooLong); 2]);
    }

    #[test]
    fn a_holder_is_born_before_today_and_not_too_long_ago() {
        let read = |text, today| birth_date(text, Date::parse(today).unwrap()).map(|date| date.to_string());
        assert_eq!(read("1900", "2021-12-20"), Ok("1900".to_owned()));
        assert_eq!(read("1899-12-31", "2021-12-20"), Err(BirthDateFault::Implausible));
        assert_eq!(read("1900", "2026-11-23"), Err(BirthDateFault::Implausible));
        assert_eq!(read("1901", "2026-11-23"), Ok("1901".to_owned()));
        assert_eq!(read("2026-11-23", "2026-11-23"), Ok("2026-11-23".to_owned()));
        assert_eq!(read("2026-11-24", "2026-11-23"), Err(BirthDateFault::InFuture));
        assert_eq!(read("17/05/1990", "2026-11-23"), Err(BirthDateFault::Malformed));
    }
}
