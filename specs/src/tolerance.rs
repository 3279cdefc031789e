//! What decoding forgave: each deviation from the standards that the field made necessary has a name, so that a verdict
//! can say what was wrong with a certificate that is good nonetheless.

/// One forgiven deviation. In brackets: who was seen issuing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tolerance {
    /// The message is a bare array without tag 18 (ES).
    UntaggedCose,
    /// Tag 61 stands around tag 18.
    CwtTag,
    /// The algorithm stands only in the unprotected header.
    AlgUnprotected,
    /// The key identifier stands only in the unprotected header (one field certificate in eight).
    KidUnprotected,
    /// The key identifier stands in both headers; the protected one counts.
    KidInBothHeaders,
    /// The key identifier is a text.
    TextKid,
    /// A time claim is a float (ES, HU); its fraction is cut off.
    FloatNumericDate,
    /// A date or date-time wears CBOR tag 0.
    TaggedDateTime,
    /// A group of entries (`v`, `t`, `r`) is null; as if it were absent (BG).
    NullEntry,
    /// A field is null or undefined; as if it were absent or empty (LV).
    NullField,
    /// Space stood around a text (GR).
    WhitespaceTrimmed,
    /// A date came with a time of day, which was cut off (BG, PL).
    DateTimeInDate,
    /// A dose number is a float without fraction (IE).
    FloatDose,
    /// The certificate identifier begins with `urn:uvci` in lower case.
    LowercaseUvci,
    /// Base64url came with padding, where the format has none (AU).
    PaddedBase64url,
    /// A dose number is a text of digits.
    TextDose,
    /// A chunk header stands on a card that is whole: `shc:/1/1/`.
    LoneChunk,
    /// There is no expiry (WHO's test certificates of 2024); the life of the signer's key bounds it.
    NoExpiry,
    /// The certificate is the whole payload, without claims around it (WHO's test certificates of 2021).
    BarePayload,
    /// A code is a text alone, without its code system (WHO's test certificates of 2021).
    TextForCode,
    /// A field has the name of an earlier build of its model (WHO, 2026).
    FormerFieldName,
    /// A transliterated name has other signs than `A` to `Z` and `<` (NO).
    NameCharacters,
    /// A name stands there as written only.
    NameNotTransliterated,
    /// A text is longer than its format allows.
    LongText,
    /// The version of the schema is not three numbers.
    OddVersion,
    /// A time is not as RFC 3339 writes it, and its day is clear.
    LooseDateTime,
}

impl Tolerance {
    /// All of them, in the order of their bits.
    pub const ALL: [Tolerance; 26] = [
        Tolerance::UntaggedCose,
        Tolerance::CwtTag,
        Tolerance::AlgUnprotected,
        Tolerance::KidUnprotected,
        Tolerance::KidInBothHeaders,
        Tolerance::TextKid,
        Tolerance::FloatNumericDate,
        Tolerance::TaggedDateTime,
        Tolerance::NullEntry,
        Tolerance::NullField,
        Tolerance::WhitespaceTrimmed,
        Tolerance::DateTimeInDate,
        Tolerance::FloatDose,
        Tolerance::LowercaseUvci,
        Tolerance::PaddedBase64url,
        Tolerance::TextDose,
        Tolerance::LoneChunk,
        Tolerance::NoExpiry,
        Tolerance::BarePayload,
        Tolerance::TextForCode,
        Tolerance::FormerFieldName,
        Tolerance::NameCharacters,
        Tolerance::NameNotTransliterated,
        Tolerance::LongText,
        Tolerance::OddVersion,
        Tolerance::LooseDateTime,
    ];

    /// The stable name of this tolerance, for machines.
    pub fn code(self) -> &'static str {
        match self {
            Tolerance::UntaggedCose => "untagged-cose",
            Tolerance::CwtTag => "cwt-tag",
            Tolerance::AlgUnprotected => "alg-unprotected",
            Tolerance::KidUnprotected => "kid-unprotected",
            Tolerance::KidInBothHeaders => "kid-in-both-headers",
            Tolerance::TextKid => "text-kid",
            Tolerance::FloatNumericDate => "float-numeric-date",
            Tolerance::TaggedDateTime => "tagged-date-time",
            Tolerance::NullEntry => "null-entry",
            Tolerance::NullField => "null-field",
            Tolerance::WhitespaceTrimmed => "whitespace-trimmed",
            Tolerance::DateTimeInDate => "date-time-in-date",
            Tolerance::FloatDose => "float-dose",
            Tolerance::LowercaseUvci => "lowercase-uvci",
            Tolerance::PaddedBase64url => "padded-base64url",
            Tolerance::TextDose => "text-dose",
            Tolerance::LoneChunk => "lone-chunk",
            Tolerance::NoExpiry => "no-expiry",
            Tolerance::BarePayload => "bare-payload",
            Tolerance::TextForCode => "text-for-code",
            Tolerance::FormerFieldName => "former-field-name",
            Tolerance::NameCharacters => "name-characters",
            Tolerance::NameNotTransliterated => "name-not-transliterated",
            Tolerance::LongText => "long-text",
            Tolerance::OddVersion => "odd-version",
            Tolerance::LooseDateTime => "loose-date-time",
        }
    }
}

/// A set of tolerances. Our own certificates need none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Tolerances(u32);

impl Tolerances {
    /// None.
    pub const NONE: Tolerances = Tolerances(0);

    /// Whether nothing was forgiven.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this one was needed.
    pub fn contains(self, tolerance: Tolerance) -> bool {
        self.0 & bit(tolerance) != 0
    }

    /// Notes one.
    pub fn insert(&mut self, tolerance: Tolerance) {
        self.0 |= bit(tolerance);
    }

    /// Notes all of another set.
    pub fn extend(&mut self, others: Tolerances) {
        self.0 |= others.0;
    }

    /// Those noted, in the order of [`Tolerance::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Tolerance> {
        Tolerance::ALL.into_iter().filter(move |tolerance| self.contains(*tolerance))
    }
}

impl FromIterator<Tolerance> for Tolerances {
    fn from_iter<I: IntoIterator<Item = Tolerance>>(tolerances: I) -> Tolerances {
        let mut set = Tolerances::NONE;
        tolerances.into_iter().for_each(|tolerance| set.insert(tolerance));
        set
    }
}

fn bit(tolerance: Tolerance) -> u32 {
    1 << tolerance as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tolerance_has_its_own_bit_and_code() {
        let all: Tolerances = Tolerance::ALL.into_iter().collect();
        assert_eq!(all.iter().collect::<Vec<_>>(), Tolerance::ALL);
        let codes: std::collections::BTreeSet<_> = Tolerance::ALL.iter().map(|tolerance| tolerance.code()).collect();
        assert_eq!(codes.len(), Tolerance::ALL.len());
    }
}
