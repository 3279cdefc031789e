//! Search terms of a person: what the registry can look for without being able to read. The shell turns every term into a
//! keyed hash; only the hashes are stored, and they can be made again only while the person's key exists.

use unicode_normalization::UnicodeNormalization;

use super::form::{Identity, Record};

/// What a term was taken from. Terms of different kinds never match each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TermKind {
    /// Identity number with its kind; unique among people.
    Identity,
    /// Phone number; shared by many people.
    Phone,
    /// One word of the name, folded.
    Name,
    /// Birth date as carried.
    BirthDate,
}

impl TermKind {
    /// Stable name, as stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Phone => "phone",
            Self::Name => "name",
            Self::BirthDate => "birth",
        }
    }
}

/// All terms of a record, each once.
pub fn terms(record: &Record) -> Vec<(TermKind, String)> {
    let mut terms = Vec::new();
    terms.extend(identity_term(&record.identity).map(|text| (TermKind::Identity, text)));
    terms.extend(record.phone.iter().map(|phone| (TermKind::Phone, phone.clone())));
    terms.push((TermKind::BirthDate, record.birth_date.to_string()));
    terms.extend(fold(&record.name).split(' ').filter(|w| !w.is_empty()).map(|w| (TermKind::Name, w.to_string())));
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// The term that makes a person unique, when there is a paper.
pub fn identity_term(identity: &Identity) -> Option<String> {
    match identity {
        Identity::Cccd(number) => Some(format!("cccd:{number}")),
        Identity::Passport(number) => Some(format!("passport:{number}")),
        Identity::None => None,
    }
}

/// Lower case without diacritics, đ as d, words separated by one space: "Đỗ  Thị Hồng" gives "do thi hong".
pub fn fold(text: &str) -> String {
    let plain: String = text
        .nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect();
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
