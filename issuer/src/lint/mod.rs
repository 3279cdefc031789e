//! What must be right before anything is signed.
//!
//! Two passes. [`dose::check`] looks at the facts that were asked with and turns them into a [`dose::Dose`], which only
//! it can make. [`payload::check`] looks at the bytes that are about to be signed, *decoded again*, and compares them with
//! the facts: it knows nothing of the code that built them, so a mistake there is caught here. Every lint is named, and a
//! test shows each of them firing on a sample of its own.

pub mod dose;
pub mod payload;
#[cfg(test)]
mod tests;

use crate::api::Finding;

macro_rules! lints {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $words:literal;)+) => {
        /// One rule. The code is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Lint {
            $($(#[$doc])* $name,)+
        }

        impl Lint {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What is wrong, in words; never with the value itself.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)+ }
            }
        }
    };
}

lints! {
    /// Dose identifier.
    DoseId = "dose-id-malformed", "a dose identifier is 1 to 64 of [A-Za-z0-9._:-]";
    /// Unit identifier.
    UnitId = "unit-id-malformed", "a unit identifier is 1 to 64 of [A-Za-z0-9._:-]";
    /// Authority name.
    AuthorityEmpty = "authority-empty", "the issuing authority has no name";
    /// Authority name.
    AuthorityTooLong = "authority-too-long", "the name of the issuing authority has more than 80 characters";
    /// Any text.
    TextNotNfc = "text-not-nfc", "the text is not in Unicode normalisation form C";
    /// Any text.
    TextUnseen = "text-unseen-characters", "the text holds control characters, or others that are not seen and change what is";
    /// Any text.
    TextIdentityNumber = "text-holds-identity-number", "nine or more digits in a row: a certificate carries no identity number";
    /// Family name.
    NameEmpty = "name-empty", "there is no family name (a single name goes into that field)";
    /// Names.
    NameTooLong = "name-too-long", "a name has more than 80 characters";
    /// Names.
    NameShape = "name-shape", "a name is words of letters, joined by single spaces, hyphens, apostrophes or full stops";
    /// Names.
    NameNotTransliterable = "name-not-transliterable", "nothing of the name is left in the letters of ICAO 9303";
    /// Birth date.
    BirthDateMalformed = "birth-date-malformed", "a birth date is YYYY-MM-DD, YYYY-MM or YYYY";
    /// Birth date.
    BirthDateImplausible = "birth-date-implausible", "born before 1900 or more than 125 years ago";
    /// Birth date.
    BirthDateInFuture = "birth-date-in-future", "born after today";
    /// Nationality.
    NationalityUnknown = "nationality-unknown", "the nationality is not an ISO 3166-1 alpha-2 code of the value set";
    /// Disease.
    DiseaseUnknown = "disease-unknown", "the disease is not in the value set";
    /// Product.
    ProductUnknown = "product-unknown", "the product is not in the catalogue of vaccines";
    /// Dose number.
    DoseNumberZero = "dose-number-zero", "doses are counted from 1";
    /// Dose number.
    DoseNumberImplausible = "dose-number-implausible", "a dose number above 20";
    /// Series.
    SeriesZero = "series-zero", "a series has at least one dose";
    /// Dose number against series.
    DoseBeyondSeries = "dose-beyond-series", "the dose number exceeds the series, and the series is not the complete basic one of the course's first product";
    /// Product of the first dose.
    FirstProductOfFirst = "first-product-of-first-dose", "a first dose names another product as that of the first dose";
    /// Doses received.
    DosesReceivedTooFew = "doses-received-too-few", "fewer doses received than this dose's number";
    /// Doses received.
    DosesReceivedImplausible = "doses-received-implausible", "more than 20 doses received";
    /// Day of injection.
    InjectedOnMalformed = "injected-on-malformed", "the day of injection is YYYY-MM-DD";
    /// Day of injection.
    InjectedBeforeBirth = "injected-before-birth", "the injection lies before the birth";
    /// Day of injection.
    InjectedInFuture = "injected-in-future", "the injection lies after today in Viet Nam";
    /// Day of injection.
    InjectedBeforeApproval = "injected-before-approval", "the injection lies before the product's approval";
    /// Country.
    CountryForeign = "country-foreign", "this issuer certifies injections in its own country only";
    /// Lot.
    LotMalformed = "lot-malformed", "a lot number is 1 to 20 visible ASCII characters";

    /// Payload.
    PayloadRefused = "payload-refused", "the format refuses this content";
    /// Payload.
    PayloadUnreadable = "payload-unreadable", "the payload cannot be read back";
    /// Payload.
    PayloadNotDeterministic = "payload-not-deterministic", "the payload read back and written again gives other bytes";
    /// Payload.
    PayloadTolerated = "payload-tolerated", "reading the payload back needs a tolerance";
    /// Payload.
    PayloadTooLong = "payload-too-long", "the payload would not fit a QR code that phones read well";
    /// Payload.
    PayloadProfile = "payload-profile", "the payload is of another profile than was meant";
    /// Envelope.
    IssuerCountry = "issuer-country", "the envelope names another country as issuer";
    /// Envelope.
    IssuedAtWrong = "issued-at-wrong", "the instant of issue is not now";
    /// Envelope.
    NotBeforePresent = "not-before-present", "our certificates have no separate start of validity";
    /// Envelope.
    ExpiryMissing = "expiry-missing", "the certificate never expires";
    /// Envelope.
    ExpiryTooSoon = "expiry-too-soon", "the certificate expires less than a day after issue";
    /// Envelope.
    ExpiryTooFar = "expiry-too-far", "the certificate is valid for more than twelve months";
    /// Envelope.
    ExpiryBeyondSigner = "expiry-beyond-signer", "the certificate outlives its signer";
    /// Envelope.
    SignerNotYetValid = "signer-not-yet-valid", "the signer is not valid yet";
    /// Identifier.
    UvciForm = "uvci-form", "the certificate identifier is not the one drawn for it";
    /// Identifier.
    UvciChecksum = "uvci-checksum", "the check character of the certificate identifier is wrong";
    /// Identifier.
    UvciCountry = "uvci-country", "the certificate identifier names another country";
    /// Status.
    StatusDiffers = "status-differs", "the place in the status list is not the one drawn for this certificate";
    /// Content.
    HolderDiffers = "holder-differs", "the payload names another person than the facts";
    /// Content.
    TransliterationWrong = "transliteration-wrong", "a transliterated name is not the one ICAO 9303 gives";
    /// Content.
    CodesDiffer = "codes-differ", "the payload's disease, vaccine, product or maker is not that of the facts";
    /// Content.
    CountsDiffer = "counts-differ", "the payload counts other doses than the facts";
    /// Content.
    DateDiffers = "date-differs", "the payload names another day of injection than the facts";
    /// Content.
    AuthorityDiffers = "authority-differs", "the payload names another issuing authority than the facts";
    /// Content.
    ContentFault = "content-fault", "the schema, value sets or dates have something against the content";
}

impl Lint {
    /// The lint as a finding about a field.
    pub(crate) fn at(self, field: &str) -> Finding {
        Finding { code: self.code().to_owned(), field: field.to_owned(), detail: self.words().to_owned() }
    }
}

/// Collects what fires.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    pub(crate) fn when(&mut self, wrong: bool, lint: Lint, field: &str) {
        if wrong {
            self.0.push(lint.at(field));
        }
    }

    pub(crate) fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    pub(crate) fn into_result<T>(self, value: T) -> Result<T, Vec<Finding>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}
