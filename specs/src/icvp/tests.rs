//! Tests of the rules for travellers; reading is tested by `vectors/foreign.json`.

use super::*;

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn certificate(product: &str, disease: Option<&str>) -> Certificate {
    Certificate {
        generation: Generation::Build2026,
        template: Some("1.0.0".into()),
        name: "Nguyễn Thị Hồng Nhung".into(),
        birth_date: PartialDate::parse("1990-05-17"),
        sex: Some("female".into()),
        nationality: Some("VNM".into()),
        document: None,
        document_type: None,
        guardian: None,
        product: product.into(),
        disease: disease.map(SmolStr::from),
        manufacturer: None,
        dose: None,
        date: day("2026-10-02"),
        batch: "YF-77".into(),
        validity_start: None,
        validity_end: None,
        clinician: None,
        issuer: Some("VN-HN-01".into()),
    }
}

const YELLOW_FEVER: &str = "YellowFeverProductd8a09f80301dc05e124f99ffe7711fc0";
const POLIO: &str = "PolioVaccineInactivatedIProduct532ef986c8042bbb15fee24056fdc4ed";

#[test]
fn yellow_fever_counts_after_ten_days_and_for_life() {
    for certificate in [certificate(YELLOW_FEVER, None), certificate("XM0N24", Some("1D47"))] {
        assert_eq!(certificate.target(), Some(Disease::YellowFever));
        assert_eq!(certificate.valid_from(), day("2026-10-12"));
        assert_eq!(certificate.valid_until(), None);
    }
    let carried = Certificate {
        validity_start: Some(day("2026-10-05")),
        validity_end: Some(day("2036-10-02")),
        ..certificate(YELLOW_FEVER, None)
    };
    assert_eq!((carried.valid_from(), carried.valid_until()), (day("2026-10-12"), None), "the Regulations rule");
    let later = Certificate { validity_start: Some(day("2026-11-01")), ..carried };
    assert_eq!(later.valid_from(), day("2026-11-01"));
}

#[test]
fn polio_counts_for_twelve_months_or_until_the_end_that_is_carried() {
    let polio = certificate(POLIO, None);
    assert_eq!(polio.target(), Some(Disease::Polio));
    assert_eq!((polio.valid_from(), polio.valid_until()), (day("2026-10-02"), Some(day("2027-10-02"))));
    let carried = Certificate { validity_end: Some(day("2027-03-01")), ..polio };
    assert_eq!(carried.valid_until(), Some(day("2027-03-01")));
}

#[test]
fn other_diseases_have_no_rule() {
    let other = certificate("871772009", Some("RA01"));
    assert_eq!((other.target(), other.valid_from(), other.valid_until()), (None, day("2026-10-02"), None));
}

#[test]
fn the_product_decides_before_the_disease_that_is_carried() {
    assert_eq!(certificate(POLIO, Some("1D47")).target(), Some(Disease::Polio));
}

#[test]
fn every_product_of_the_list_is_for_a_disease_with_rules() {
    let (mut yellow_fever, mut polio) = (0, 0);
    for entry in ValueSets::bundled().set(Set::IcvpProduct).entries() {
        match Disease::of_product(&entry.code).unwrap() {
            Disease::YellowFever => yellow_fever += 1,
            Disease::Polio => polio += 1,
        }
    }
    assert_eq!((yellow_fever, polio), (11, 49));
    assert_eq!(Disease::of_product("YellowFeverProduct"), None);
}
