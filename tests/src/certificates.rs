//! Certificates of a person who does not exist, for tests that need one of each format.

use specs::dcc::{self, Entry, Name, Vaccination};
use specs::hcert::{Claims, Content, seal};
use specs::national;
use specs::time::{Date, PartialDate, UnixTime};

use crate::signing::TestSigner;

/// The moment around which the tests turn: 2026-11-23 07:00 UTC.
#[must_use]
pub fn now() -> UnixTime {
    UnixTime::from_rfc3339("2026-11-23T07:00:00Z").expect("a time")
}

/// A national certificate of one dose.
#[must_use]
pub fn national() -> national::Certificate {
    national::Certificate {
        name: national::Name {
            family: "Nguyễn".into(),
            given: "Thị Hồng Nhung".into(),
            family_std: "NGUYEN".into(),
            given_std: "THI<HONG<NHUNG".into(),
        },
        birth_date: PartialDate::parse("1990-05-17").expect("a date"),
        nationality: "VN".into(),
        disease: "840539006".into(),
        doses_received: 2,
        date: Date::parse("2026-11-20").expect("a date"),
        dose_number: 2,
        vaccine: "1119349007".into(),
        product: "EU/1/20/1528".into(),
        manufacturer: "ORG-100030215".into(),
        id: "URN:UVCI:01:VN:0123456789ABCDEF0123456789ABCDEF".into(),
    }
}

/// The same dose as EU certificate.
#[must_use]
pub fn eu_dcc() -> dcc::Certificate {
    dcc::Certificate {
        ver: dcc::SCHEMA_VERSION.into(),
        name: Name {
            family: Some("Nguyễn".into()),
            given: Some("Thị Hồng Nhung".into()),
            family_std: Some("NGUYEN".into()),
            given_std: Some("THI<HONG<NHUNG".into()),
        },
        birth_date: "1990-05-17".into(),
        entry: Entry::Vaccination(Vaccination {
            disease: "840539006".into(),
            vaccine: "1119349007".into(),
            product: "EU/1/20/1528".into(),
            manufacturer: "ORG-100030215".into(),
            dose_number: 2,
            series_doses: 2,
            date: "2026-11-20".into(),
            country: "VN".into(),
            issuer: "DEMO".into(),
            id: "URN:UVCI:01:VN:0123456789ABCDEF0123456789ABCDEF".into(),
        }),
    }
}

/// Claims around a content: issued two days before [`now`], for a year.
#[must_use]
pub fn claims(content: Content) -> Claims {
    let issued = now().plus_days(-2);
    Claims::new("VN", issued, national::expiry(issued), content)
}

/// The signed message of those claims.
#[must_use]
pub fn cose(signer: &TestSigner, claims: &Claims) -> Vec<u8> {
    signer.cose(&claims.encode().expect("claims that can be written"))
}

/// The text of those claims, signed.
#[must_use]
pub fn text(signer: &TestSigner, claims: &Claims) -> String {
    seal(&cose(signer, claims))
}
