//! Date-times of CertLogic: milliseconds in UTC, read from the formats of the specification and moved as JavaScript's
//! UTC setters move them, because that is how the specification defines it.

use std::fmt;

use specs::time::{Date, PartialDate};

use super::Error;

const MILLIS_PER_HOUR: i64 = 3_600_000;
const MILLIS_PER_DAY: i64 = 86_400_000;

/// Milliseconds since 1970-01-01T00:00:00Z, within the years 0 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime(i64);

/// The units of `plusTime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Year,
    Month,
    Day,
    Hour,
}

impl Unit {
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "year" => Some(Self::Year),
            "month" => Some(Self::Month),
            "day" => Some(Self::Day),
            "hour" => Some(Self::Hour),
            _ => None,
        }
    }
}

impl DateTime {
    /// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`: midnight of the last day it can be (`dccDateOfBirth`).
    pub(super) fn of_birth(text: &str) -> Option<Self> {
        Some(Self(PartialDate::parse(text)?.latest().days_since_epoch() * MILLIS_PER_DAY))
    }

    /// Reads any format that `plusTime` takes. A zone that is missing is UTC; what lies below a millisecond is cut off.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() <= 10 {
            return Self::of_birth(text);
        }
        let (date, rest) = text.split_at_checked(10)?;
        let date = Date::parse(date)?;
        let (clock, mut zone) = rest.split_at_checked(9)?;
        let &[b'T', h1, h2, b':', m1, m2, b':', s1, s2] = clock.as_bytes() else { return None };
        let (hour, minute, second) = (number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let mut millis = ((hour * 60 + minute) * 60 + second) * 1_000;
        if let Some(fraction) = zone.strip_prefix('.') {
            let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, after) = fraction.split_at_checked(length)?;
            let first = |place: usize| digits.as_bytes().get(place).map_or(0, |digit| i64::from(digit - b'0'));
            if digits.is_empty() {
                return None;
            }
            millis += first(0) * 100 + first(1) * 10 + first(2);
            zone = after;
        }
        Self(date.days_since_epoch() * MILLIS_PER_DAY + millis).moved(-offset(zone)?).ok()
    }

    /// This time moved by an amount of that unit. A day that a month does not have runs over into the next: 29 February
    /// and one year is 1 March.
    pub(super) fn plus(self, amount: i64, unit: Unit) -> Result<Self, Error> {
        let millis = |per: i64| amount.checked_mul(per).ok_or(Error::DateRange);
        match unit {
            Unit::Hour => self.moved(millis(MILLIS_PER_HOUR)?),
            Unit::Day => self.moved(millis(MILLIS_PER_DAY)?),
            Unit::Month => self.plus_months(amount),
            Unit::Year => self.plus_months(amount.checked_mul(12).ok_or(Error::DateRange)?),
        }
    }

    fn plus_months(self, months: i64) -> Result<Self, Error> {
        let date = self.date();
        let counted = i64::from(date.year()) * 12 + i64::from(date.month()) - 1;
        let counted = counted.checked_add(months).ok_or(Error::DateRange)?;
        let year = u16::try_from(counted.div_euclid(12)).map_err(|_| Error::DateRange)?;
        let month = u8::try_from(counted.rem_euclid(12) + 1).map_err(|_| Error::DateRange)?;
        let first = Date::new(year, month, 1).ok_or(Error::DateRange)?;
        let days = first.days_since_epoch() + i64::from(date.day()) - 1;
        Self(0).moved(days * MILLIS_PER_DAY + self.0.rem_euclid(MILLIS_PER_DAY))
    }

    fn moved(self, millis: i64) -> Result<Self, Error> {
        let first = specs::time::UnixTime::FIRST.0 * 1_000;
        let last = specs::time::UnixTime::LAST.0 * 1_000 + 999;
        let moved = self.0.checked_add(millis).filter(|moved| (first..=last).contains(moved));
        moved.map(Self).ok_or(Error::DateRange)
    }

    fn date(self) -> Date {
        Date::from_days_since_epoch(self.0.div_euclid(MILLIS_PER_DAY))
    }
}

/// `2021-06-02T15:59:59.000Z`, as JavaScript writes it.
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_day = self.0.rem_euclid(MILLIS_PER_DAY);
        let (seconds, millis) = (of_day / 1_000, of_day % 1_000);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z", self.date())
    }
}

/// The milliseconds by which a zone is ahead of UTC: nothing, `Z`, or a sign with `h`, `hh`, `hmm`, `hhmm`, `h:mm` or
/// `hh:mm`.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z") {
        return Some(0);
    }
    let (sign, digits) = match zone.as_bytes() {
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes): (&[u8], &[u8]) = match digits {
        [_] | [_, _] => (digits, &[]),
        [hours @ .., b':', _, _] if matches!(hours.len(), 1 | 2) => (hours, &digits[digits.len() - 2..]),
        [_, minutes @ ..] if digits.len() == 3 => (&digits[..1], minutes),
        [_, _, minutes @ ..] if digits.len() == 4 => (&digits[..2], minutes),
        _ => return None,
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes) * 60_000)
}

/// The number that these digits write; none are zero.
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}
