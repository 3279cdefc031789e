//! The certificate identifier (UVCI, field `ci`): made with a check character, read with tolerance. The page is
//! `specs/uvci.md`.
//!
//! The check character serves people who copy an identifier from paper. It never decides whether a certificate is valid:
//! half of the identifiers with one that were seen in the field carry a wrong one.

use std::fmt;

use crate::country::is_alpha2;

/// Every identifier begins with this; readers accept it in any case, or its absence.
pub const PREFIX: &str = "URN:UVCI:";

/// Longest identifier that is read, in bytes. (The EU schema allows 80 characters.)
pub const MAX_BYTES: usize = 160;

/// The characters of the check, in the order of their values. N = 38.
const CHARSET: &[u8; 38] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:";

/// Crockford's base 32: no I, L, O or U, so that a person can copy it.
const BASE32: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A certificate identifier.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Uvci {
    /// As it was carried or made, trimmed.
    text: String,
    /// Where the text after `URN:UVCI:` begins.
    body: usize,
}

/// What the check character says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// It is right.
    Right,
    /// It is wrong, or the identifier has characters for which none can be computed.
    Wrong,
    /// There is none.
    Absent,
}

/// Why an identifier could not be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing but blanks, or nothing after the prefix.
    #[error("the identifier is empty")]
    Empty,
    /// Longer than [`MAX_BYTES`].
    #[error("the identifier is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// Holds a control character.
    #[error("the identifier holds a control character")]
    Control,
    /// Not two upper-case letters.
    #[error("the country is not two upper-case letters: {0}")]
    Country(String),
}

impl Error {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Empty => "uvci-empty",
            Error::TooLong => "uvci-too-long",
            Error::Control => "uvci-control",
            Error::Country(_) => "uvci-country",
        }
    }
}

impl Uvci {
    /// `URN:UVCI:01:{country}:{opaque in base 32}#{check}`, 43 characters. `opaque` is drawn at random by the caller and
    /// says nothing about person, place or vaccine.
    pub fn new(country: &str, opaque: [u8; 16]) -> Result<Uvci, Error> {
        if !is_alpha2(country) {
            return Err(Error::Country(country.to_owned()));
        }
        let mut text = format!("{PREFIX}01:{country}:{}", base32(opaque));
        let check = checksum(&text).expect("prefix, digits, colons, upper-case letters and base 32 are all in CHARSET");
        text.push('#');
        text.push(check);
        Ok(Uvci { text, body: PREFIX.len() })
    }

    /// Reads an identifier as met in the field: prefix in any case or absent, with or without a check character.
    pub fn parse(text: &str) -> Result<Uvci, Error> {
        let text = text.trim();
        if text.len() > MAX_BYTES {
            return Err(Error::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(Error::Control);
        }
        let prefixed = text.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
        let body = if prefixed { PREFIX.len() } else { 0 };
        if text.len() == body {
            return Err(Error::Empty);
        }
        Ok(Uvci { text: text.to_owned(), body })
    }

    /// The identifier as it was carried.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Without `URN:UVCI:` and without the check character, as carried.
    pub fn body(&self) -> &str {
        let body = self.text.get(self.body..).unwrap_or_default();
        body.split_once('#').map_or(body, |(before, _)| before)
    }

    /// The country, where the identifier has the form `01:CC:..`.
    pub fn country(&self) -> Option<&str> {
        let mut fields = self.body().split(':');
        let version = fields.next()?;
        let country = fields.next()?;
        let shaped = version.len() == 2 && version.bytes().all(|byte| byte.is_ascii_digit());
        (shaped && country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some(country)
    }

    /// One form for all spellings, for comparing and looking up: upper case, with prefix, without check character.
    pub fn canonical(&self) -> String {
        format!("{PREFIX}{}", self.body().to_ascii_uppercase())
    }

    /// What the check character says. Never a reason to refuse a certificate.
    pub fn check(&self) -> Checksum {
        let Some((before, after)) = self.text.split_once('#') else { return Checksum::Absent };
        let mut found = after.chars();
        match (found.next(), found.next(), checksum(&before.to_ascii_uppercase())) {
            (Some(found), None, Some(right)) if found.to_ascii_uppercase() == right => Checksum::Right,
            _ => Checksum::Wrong,
        }
    }
}

/// The Luhn mod 38 check character of a whole identifier, prefix included, without `#`. `None` if a character is not
/// among `A`-`Z`, `0`-`9`, `/` and `:`.
pub fn checksum(text: &str) -> Option<char> {
    let n = CHARSET.len();
    let mut sum = 0;
    let mut factor = 2;
    for byte in text.bytes().rev() {
        let value = factor * CHARSET.iter().position(|&known| known == byte)?;
        // Below 2n * length: an identifier would have to fill the memory to overflow it.
        sum = (sum + value / n + value % n) % n;
        factor = 3 - factor;
    }
    CHARSET.get((n - sum) % n).map(|&byte| char::from(byte))
}

impl fmt::Display for Uvci {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// 128 bits as 26 characters, most significant first; the first character holds three bits.
fn base32(bytes: [u8; 16]) -> String {
    let number = u128::from_be_bytes(bytes);
    (0..26).rev().map(|place| char::from(BASE32[(number >> (5 * place)) as usize & 31])).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn vectors() -> Value {
        serde_json::from_str(include_str!("../vectors/uvci.json")).unwrap()
    }

    #[test]
    fn check_characters_of_the_vectors() {
        for case in vectors()["checksum"].as_array().unwrap() {
            let (text, check) = (case["text"].as_str().unwrap(), case["check"].as_str());
            assert_eq!(checksum(text).map(String::from).as_deref(), check, "{text}");
        }
    }

    #[test]
    fn identifiers_of_the_vectors_are_read_with_tolerance() {
        for case in vectors()["read"].as_array().unwrap() {
            let text = case["text"].as_str().unwrap();
            let uvci = Uvci::parse(text).unwrap();
            assert_eq!(uvci.canonical(), case["canonical"].as_str().unwrap(), "{text}");
            assert_eq!(uvci.country(), case["country"].as_str(), "{text}");
            let check = match uvci.check() {
                Checksum::Right => "right",
                Checksum::Wrong => "wrong",
                Checksum::Absent => "absent",
            };
            assert_eq!(check, case["check"].as_str().unwrap(), "{text}");
        }
    }

    #[test]
    fn identifiers_of_the_vectors_are_made() {
        for case in vectors()["made"].as_array().unwrap() {
            let opaque = hex::decode(case["opaque"].as_str().unwrap()).unwrap().try_into().unwrap();
            let made = Uvci::new(case["country"].as_str().unwrap(), opaque).unwrap();
            assert_eq!(made.as_str(), case["uvci"].as_str().unwrap());
        }
    }

    #[test]
    fn what_is_no_identifier_is_refused() {
        assert_eq!(Uvci::parse("  "), Err(Error::Empty));
        assert_eq!(Uvci::parse("urn:uvci:"), Err(Error::Empty));
        assert_eq!(Uvci::parse(&"A".repeat(161)), Err(Error::TooLong));
        assert_eq!(Uvci::parse("URN:UVCI:01:VN:A\u{0}B"), Err(Error::Control));
        assert_eq!(Uvci::new("vn", [0; 16]), Err(Error::Country("vn".into())));
        assert_eq!(Uvci::new("VNM", [0; 16]), Err(Error::Country("VNM".into())));
    }

    proptest! {
        #[test]
        fn made_identifiers_read_back_and_one_wrong_character_shows(opaque: [u8; 16], place in 15_usize..41, other in 0_usize..32) {
            let made = Uvci::new("VN", opaque).unwrap();
            prop_assert_eq!(made.as_str().len(), 43);
            prop_assert_eq!(&Uvci::parse(made.as_str()).unwrap(), &made);
            prop_assert_eq!(made.check(), Checksum::Right);
            prop_assert_eq!(made.country(), Some("VN"));
            let mut bytes = made.as_str().as_bytes().to_vec();
            let same = bytes[place] == BASE32[other];
            bytes[place] = BASE32[other];
            let bent = Uvci::parse(std::str::from_utf8(&bytes).unwrap()).unwrap();
            prop_assert_eq!(bent.check(), if same { Checksum::Right } else { Checksum::Wrong });
        }

        #[test]
        fn reading_never_panics(text: String) {
            if let Ok(uvci) = Uvci::parse(&text) {
                let _ = (uvci.check(), uvci.country(), uvci.canonical(), uvci.body());
            }
        }
    }
}
