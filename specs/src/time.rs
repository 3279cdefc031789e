//! Points in time and calendar days, as the formats write them.
//!
//! Certificates carry seconds since 1970 (NumericDate, RFC 8392 section 2), days as `YYYY-MM-DD`, and sometimes only a
//! year or a month of birth. Nothing here knows what time it is now.

use crate::SmolStr;
use std::fmt;

/// How far in the future a moment may lie that has come, in seconds: clocks of issuer and verifier differ. Five minutes.
pub const CLOCK_SKEW: i64 = 300;

const SECONDS_PER_DAY: i64 = 86_400;
/// Viet Nam keeps UTC+7 the whole year.
const VIET_NAM_OFFSET: i64 = 7 * 3_600;

/// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// 0000-01-01T00:00:00Z, the first second that RFC 3339 can write.
    pub const FIRST: UnixTime = UnixTime(-62_167_219_200);
    /// 9999-12-31T23:59:59Z, the last second that RFC 3339 can write.
    pub const LAST: UnixTime = UnixTime(253_402_300_799);

    /// Reads an RFC 3339 date-time with any offset; a fraction of a second is cut off, second 60 is read as the next
    /// second. `None` for anything else, such as a missing offset or an impossible day.
    pub fn from_rfc3339(text: &str) -> Option<UnixTime> {
        let (date, rest) = text.as_bytes().split_at_checked(10)?;
        let date = Date::parse(std::str::from_utf8(date).ok()?)?;
        let (clock, mut zone) = rest.split_at_checked(9)?;
        if !matches!(clock[0], b'T' | b't' | b' ') || clock[3] != b':' || clock[6] != b':' {
            return None;
        }
        let (hour, minute, second) = (digits(&clock[1..3])?, digits(&clock[4..6])?, digits(&clock[7..9])?);
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        if let Some(fraction) = zone.strip_prefix(b".") {
            let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if length == 0 {
                return None;
            }
            zone = &fraction[length..];
        }
        let offset = match zone {
            b"Z" | b"z" => 0,
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
                let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let seconds = i64::from(hours) * 3_600 + i64::from(minutes) * 60;
                if *sign == b'-' { -seconds } else { seconds }
            }
            _ => return None,
        };
        let of_day = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
        Some(UnixTime(date.days_since_epoch() * SECONDS_PER_DAY + of_day - offset))
    }

    /// Writes `2026-11-23T07:00:00Z`. Times that four digits of year cannot say are written as [`UnixTime::FIRST`] or
    /// [`UnixTime::LAST`].
    pub fn to_rfc3339(self) -> String {
        let time = self.clamp(UnixTime::FIRST, UnixTime::LAST);
        let of_day = time.0.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        format!("{}T{hour:02}:{minute:02}:{second:02}Z", Date::at_utc(time))
    }

    /// This time moved by whole days of 86,400 seconds; stops at the ends of the number range.
    #[must_use]
    pub fn plus_days(self, days: i64) -> UnixTime {
        UnixTime(self.0.saturating_add(days.saturating_mul(SECONDS_PER_DAY)))
    }

    /// This time moved by seconds; stops at the ends of the number range.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> UnixTime {
        UnixTime(self.0.saturating_add(seconds))
    }

    /// The same clock time some months later on the UTC calendar; a day that the month does not have becomes its last
    /// (31 January and one month: 28 or 29 February).
    #[must_use]
    pub fn plus_months(self, months: i32) -> UnixTime {
        let time = self.clamp(UnixTime::FIRST, UnixTime::LAST);
        Date::at_utc(time).add_months(months).midnight_utc().plus_seconds(time.0.rem_euclid(SECONDS_PER_DAY))
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

/// A day of the proleptic Gregorian calendar, years 0 to 9999. Only days that exist can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day, where the calendar has it.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let exists = year <= 9999 && (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        exists.then_some(Date { year, month, day })
    }

    /// Reads exactly `YYYY-MM-DD` (RFC 3339 full-date).
    pub fn parse(text: &str) -> Option<Date> {
        match text.as_bytes() {
            [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => {
                let month = u8::try_from(digits(&[*m1, *m2])?).ok()?;
                let day = u8::try_from(digits(&[*d1, *d2])?).ok()?;
                Date::new(digits(&[*y1, *y2, *y3, *y4])?, month, day)
            }
            _ => None,
        }
    }

    /// The year, 0 to 9999.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> u8 {
        self.day
    }

    /// Days since 1970-01-01, negative before.
    pub fn days_since_epoch(self) -> i64 {
        // Counts from 1 March, so that the leap day is the last of its year; 400 years have 146,097 days.
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        let year = if month <= 2 { year - 1 } else { year };
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
    }

    /// The day that many days after 1970-01-01; the first or last day there is, where the number leaves the calendar.
    pub fn from_days_since_epoch(days: i64) -> Date {
        let first = Date { year: 0, month: 1, day: 1 };
        let last = Date { year: 9999, month: 12, day: 31 };
        let days = days.clamp(first.days_since_epoch(), last.days_since_epoch()) + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        // Clamped above, so the numbers fit.
        Date { year: year as u16, month: month as u8, day: day as u8 }
    }

    /// This day moved by days, within the calendar.
    #[must_use]
    pub fn add_days(self, days: i64) -> Date {
        Date::from_days_since_epoch(self.days_since_epoch().saturating_add(days))
    }

    /// The same day some months later, or the last day of that month where it has no such day.
    #[must_use]
    pub fn add_months(self, months: i32) -> Date {
        let count = (i64::from(self.year) * 12 + i64::from(self.month) - 1 + i64::from(months)).clamp(0, 119_999);
        let (year, month) = ((count / 12) as u16, (count % 12 + 1) as u8);
        Date { year, month, day: self.day.min(days_in_month(year, month)) }
    }

    /// The day that clocks in UTC show at that time.
    pub fn at_utc(time: UnixTime) -> Date {
        Date::from_days_since_epoch(time.0.div_euclid(SECONDS_PER_DAY))
    }

    /// The day that clocks in Viet Nam (UTC+7) show at that time.
    pub fn in_viet_nam(time: UnixTime) -> Date {
        Date::at_utc(time.plus_seconds(VIET_NAM_OFFSET))
    }

    /// The first second of this day in UTC.
    pub fn midnight_utc(self) -> UnixTime {
        UnixTime(self.days_since_epoch() * SECONDS_PER_DAY)
    }

    /// The first second of this day in Viet Nam (UTC+7).
    pub fn midnight_in_viet_nam(self) -> UnixTime {
        self.midnight_utc().plus_seconds(-VIET_NAM_OFFSET)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        PartialDate::from(*self).fmt(f)
    }
}

/// A day of which the day, or the day and month, may be unknown: `1963-08-24`, `1963-08`, `1963`. Many people know no
/// more of their birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PartialDate {
    year: u16,
    month: Option<u8>,
    day: Option<u8>,
}

impl PartialDate {
    /// Reads `YYYY-MM-DD`, `YYYY-MM` or `YYYY`.
    pub fn parse(text: &str) -> Option<PartialDate> {
        match text.len() {
            10 => Date::parse(text).map(PartialDate::from),
            7 => {
                let (year, month) = text.split_once('-')?;
                let date = PartialDate {
                    year: four_digits(year)?,
                    month: Some(u8::try_from(digits(month.as_bytes())?).ok()?),
                    day: None,
                };
                (1..=12).contains(&date.month?).then_some(date)
            }
            4 => Some(PartialDate { year: four_digits(text)?, month: None, day: None }),
            _ => None,
        }
    }

    /// As it is read by [`PartialDate::parse`].
    pub fn text(self) -> SmolStr {
        // Digit by digit: the formatter's own way with numbers takes longer than reading the whole certificate's dates.
        let mut text = *b"0000-00-00";
        let mut put = |at: usize, number: u16| text[at] = b'0' + (number % 10) as u8;
        (0..4).for_each(|place| put(3 - place, self.year / 10_u16.pow(place as u32)));
        let mut length = 4;
        for part in [self.month, self.day].into_iter().flatten() {
            put(length + 1, u16::from(part) / 10);
            put(length + 2, u16::from(part));
            length += 3;
        }
        std::str::from_utf8(&text[..length]).map(SmolStr::new_inline).unwrap_or_default()
    }

    /// The first day it can be.
    pub fn earliest(self) -> Date {
        Date { year: self.year, month: self.month.unwrap_or(1), day: self.day.unwrap_or(1) }
    }

    /// The last day it can be.
    pub fn latest(self) -> Date {
        let month = self.month.unwrap_or(12);
        Date { year: self.year, month, day: self.day.unwrap_or(days_in_month(self.year, month)) }
    }
}

impl From<Date> for PartialDate {
    fn from(date: Date) -> PartialDate {
        PartialDate { year: date.year, month: Some(date.month), day: Some(date.day) }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// Serialised as RFC 3339 text, because people and other tools read it.
impl serde::Serialize for UnixTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for UnixTime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<UnixTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        UnixTime::from_rfc3339(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 date-time"))
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = String::deserialize(deserializer)?;
        Date::parse(&text).ok_or_else(|| serde::de::Error::custom("not a day YYYY-MM-DD"))
    }
}

impl serde::Serialize for PartialDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn four_digits(text: &str) -> Option<u16> {
    (text.len() == 4).then(|| digits(text.as_bytes()))?
}

/// One to four ASCII digits as a number.
fn digits(bytes: &[u8]) -> Option<u16> {
    bytes.iter().try_fold(0_u16, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u16::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_moments() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-11-23T07:00:00Z", 1_795_417_200),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("1969-12-31T23:59:59Z", -1),
            ("0000-01-01T00:00:00Z", UnixTime::FIRST.0),
            ("9999-12-31T23:59:59Z", UnixTime::LAST.0),
        ] {
            assert_eq!(UnixTime::from_rfc3339(text), Some(UnixTime(seconds)), "{text}");
            assert_eq!(UnixTime(seconds).to_rfc3339(), text);
        }
    }

    #[test]
    fn offsets_fractions_and_case() {
        let at = UnixTime::from_rfc3339("2021-05-29T22:00:00Z");
        for same in [
            "2021-05-30T00:00:00+02:00",
            "2021-05-29T22:00:00.999Z",
            "2021-05-29t22:00:00z",
            "2021-05-29 17:30:00-04:30",
        ] {
            assert_eq!(UnixTime::from_rfc3339(same), at, "{same}");
        }
    }

    #[test]
    fn what_is_not_rfc3339() {
        for text in [
            "",
            "2021-05-29",
            "2021-05-29T22:00:00",
            "2021-02-29T00:00:00Z",
            "2021-05-29T24:00:00Z",
            "2021-05-29T22:00:00+2",
            "2021-05-29T22:00:00.Z",
            "2021-05-29T22:00:00+02:00x",
            "21-05-29T22:00:00Z",
            "2021-05-29T2é:00:00Z",
        ] {
            assert_eq!(UnixTime::from_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn days_that_do_not_exist() {
        for text in [
            "2021-02-29",
            "2100-02-29",
            "2021-13-01",
            "2021-00-10",
            "2021-04-31",
            "2021-1-01",
            "+021-01-01",
            "２021-01",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert!(Date::parse("2000-02-29").is_some());
    }

    #[test]
    fn the_day_in_viet_nam_begins_at_17_utc() {
        let before = UnixTime::from_rfc3339("2026-11-23T16:59:59Z").unwrap();
        assert_eq!(Date::in_viet_nam(before).to_string(), "2026-11-23");
        assert_eq!(Date::in_viet_nam(before.plus_seconds(1)).to_string(), "2026-11-24");
        assert_eq!(Date::parse("2026-11-24").unwrap().midnight_in_viet_nam(), before.plus_seconds(1));
    }

    #[test]
    fn months_end_where_the_month_ends() {
        let leap = UnixTime::from_rfc3339("2024-02-29T10:00:00Z").unwrap();
        assert_eq!(leap.plus_months(12).to_rfc3339(), "2025-02-28T10:00:00Z");
        assert_eq!(leap.plus_months(-12).to_rfc3339(), "2023-02-28T10:00:00Z");
        assert_eq!(Date::parse("2026-12-31").unwrap().add_months(2).to_string(), "2027-02-28");
    }

    #[test]
    fn partial_dates() {
        for (text, earliest, latest) in [
            ("1963-08-24", "1963-08-24", "1963-08-24"),
            ("1964-02", "1964-02-01", "1964-02-29"),
            ("1963", "1963-01-01", "1963-12-31"),
        ] {
            let date = PartialDate::parse(text).unwrap();
            assert_eq!(
                (date.to_string(), date.earliest().to_string(), date.latest().to_string()),
                (text.into(), earliest.into(), latest.into())
            );
        }
        for text in ["", "1963-00", "1963-13", "63", "1963-1", "1963-08-32", "196３"] {
            assert_eq!(PartialDate::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn days_there_and_back(days in -719_528_i64..=2_932_896) {
            let date = Date::from_days_since_epoch(days);
            prop_assert_eq!(date.days_since_epoch(), days);
            prop_assert_eq!(Date::parse(&date.to_string()), Some(date));
            prop_assert_eq!(Date::new(date.year(), date.month(), date.day()), Some(date));
        }

        #[test]
        fn times_there_and_back(seconds in UnixTime::FIRST.0..=UnixTime::LAST.0) {
            prop_assert_eq!(UnixTime::from_rfc3339(&UnixTime(seconds).to_rfc3339()), Some(UnixTime(seconds)));
        }

        #[test]
        fn no_text_and_no_number_panics(text in "\\PC{0,40}", seconds: i64, days: i64, months: i32) {
            let _ = (UnixTime::from_rfc3339(&text), Date::parse(&text), PartialDate::parse(&text));
            let _ = (UnixTime(seconds).to_rfc3339(), UnixTime(seconds).plus_days(days), UnixTime(seconds).plus_months(months));
            let _ = (Date::in_viet_nam(UnixTime(seconds)), Date::from_days_since_epoch(days).add_days(days));
        }
    }
}
