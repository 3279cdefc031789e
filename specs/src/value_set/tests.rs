use super::*;

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

#[test]
fn the_bundled_files_are_read_and_are_what_they_say() {
    let bundled = ValueSets::parse(BUNDLED_FILES, BUNDLED_VACCINES).unwrap();
    let sizes = [1, 9, 39, 31, 2, 2, 88, 250, 16, 60];
    for ((set, id), size) in SETS.into_iter().zip(sizes) {
        assert_eq!(bundled.set(set).id, id);
        assert_eq!(bundled.set(set).entries().len(), size, "{id}");
        assert!(bundled.set(set).entries().is_sorted_by(|a, b| a.code < b.code), "{id}");
        assert!(!bundled.set(set).version.is_empty() && !bundled.set(set).title.is_empty(), "{id}");
    }
    assert_eq!(bundled.vaccines().len(), 9);
    assert_eq!(&bundled, ValueSets::bundled());
}

#[test]
fn every_country_group_and_type_has_vietnamese_words() {
    for set in [
        Set::Disease,
        Set::VaccineType,
        Set::TestType,
        Set::TestResult,
        Set::Country,
        Set::PriorityGroup,
        Set::IcvpProduct,
    ] {
        for entry in ValueSets::bundled().set(set).entries() {
            assert!(entry.display_vi.is_some(), "{set:?} {}", entry.code);
        }
    }
}

#[test]
fn codes_are_found_as_they_stand_and_not_otherwise() {
    let sets = ValueSets::bundled();
    assert!(sets.contains(Set::Disease, "840539006"));
    assert!(sets.contains(Set::VaccineType, "J07BX03"), "deprecated codes are still read");
    assert_eq!(sets.get(Set::VaccineType, "J07BX03").map(|entry| entry.active), Some(false));
    assert!(sets.contains(Set::TestDevice, "1833"));
    assert!(!sets.contains(Set::TestDevice, "1833 "), "trimming is the reader's tolerance, not the set's");
    assert!(!sets.contains(Set::Country, "vn"));
    assert!(!sets.contains(Set::VaccineProduct, ""));
    assert_eq!(sets.display(Set::Country, "VN", Language::Vi), Some("Việt Nam"));
    assert_eq!(sets.display(Set::Country, "FR", Language::Vi), Some("Pháp"));
    assert_eq!(sets.display(Set::VaccineProduct, "EU/1/20/1528", Language::Vi), Some("Comirnaty"));
    assert_eq!(sets.display(Set::VaccineProduct, "EU/1/20/9999", Language::En), None);
}

#[test]
fn the_encoding_instructions_bind_type_product_and_holder() {
    let sets = ValueSets::bundled();
    assert!(sets.fits("1119349007", "EU/1/20/1528", "ORG-100030215"));
    assert!(!sets.fits("1157024006", "EU/1/20/1528", "ORG-100030215"), "an mRNA vaccine is not inactivated virus");
    assert!(!sets.fits("1119349007", "EU/1/20/1528", "ORG-100031184"), "Moderna does not hold Comirnaty");
}

#[test]
fn the_nine_vaccines_carry_codes_that_exist_and_fit() {
    let sets = ValueSets::bundled();
    for vaccine in sets.vaccines() {
        assert_eq!(sets.check_vaccine(vaccine), Ok(()));
        let class = match vaccine.platform {
            Platform::Mrna => "XM0GQ8",
            // XM0CX4, found in published maps for Janssen, is the class of replicating vectors.
            Platform::Vector => "XM9QW8",
            Platform::Inactivated => "XM1NL1",
            Platform::Subunit => "XM5JC5",
        };
        assert_eq!(vaccine.icd11_class, class, "{}", vaccine.id);
        assert!(vaccine.doses_per_vial <= vaccine.max_doses_per_vial && vaccine.doses >= 1, "{}", vaccine.id);
        assert_eq!(vaccine.after_open_hours.is_none(), vaccine.doses_per_vial == 1, "{}", vaccine.id);
        assert!(!vaccine.storage.is_empty() && !vaccine.sources.is_empty(), "{}", vaccine.id);
        for band in &vaccine.storage {
            assert!(band.min_celsius.is_none_or(|min| min < band.max_celsius), "{}", vaccine.id);
        }
        for dose in 2..=vaccine.doses {
            let rule = vaccine.rule(DoseKind::Basic, dose, &vaccine.id, date("2021-12-31"));
            assert!(rule.is_some(), "{} dose {dose} has no interval", vaccine.id);
        }
        for rule in &vaccine.schedule {
            assert!(rule.min_days <= rule.recommended_days, "{}", vaccine.id);
            assert_eq!(rule.dose.is_some(), rule.kind == DoseKind::Basic, "{}", vaccine.id);
            assert!(rule.valid_from >= vaccine.approval.date, "{}", vaccine.id);
        }
    }
    let cvx: Vec<_> = sets.vaccines().iter().map(|vaccine| vaccine.cvx.as_deref()).collect();
    let expected = ["210", "505", "510", "208", "207", "212", "-", "500", "502"].map(|c| (c != "-").then_some(c));
    assert_eq!(cvx, expected);
}

#[test]
fn a_vaccine_with_a_code_of_another_is_refused() {
    let swapped = BUNDLED_VACCINES.replacen("ORG-100031184", "ORG-100030215", 1);
    let fault = "1119349007 + EU/1/20/1507 + ORG-100030215".to_owned();
    let expected = Err(Error::VaccineCode { vaccine: "spikevax".into(), code: fault });
    assert_eq!(ValueSets::parse(BUNDLED_FILES, &swapped), expected);
    let deprecated = BUNDLED_VACCINES.replacen("29061000087103", "J07BX03", 1);
    let expected = Err(Error::VaccineCode { vaccine: "vaxzevria".into(), code: "J07BX03".into() });
    assert_eq!(ValueSets::parse(BUNDLED_FILES, &deprecated), expected);
}

#[test]
fn intervals_follow_the_day_and_the_dose_before() {
    let sets = ValueSets::bundled();
    let comirnaty = sets.vaccine("comirnaty").unwrap();
    let days = |kind, dose, after, on| comirnaty.rule(kind, dose, after, date(on)).map(|rule| rule.min_days);
    assert_eq!(days(DoseKind::Basic, 2, "comirnaty", "2021-09-01"), Some(21));
    assert_eq!(days(DoseKind::Basic, 2, "spikevax", "2021-09-07"), None, "mixing came on 8 September 2021");
    assert_eq!(days(DoseKind::Basic, 2, "spikevax", "2021-09-08"), Some(28));
    assert_eq!(days(DoseKind::Basic, 2, "vero-cell", "2021-12-31"), None, "Vero Cell is not mixed in the basic series");
    assert_eq!(days(DoseKind::Booster, 3, "vero-cell", "2021-12-16"), Some(180));
    assert_eq!(days(DoseKind::Booster, 3, "vero-cell", "2021-12-17"), Some(90));
    let components = &sets.vaccine("sputnik-v").unwrap().components;
    assert_eq!(components.len(), 2);
    assert_ne!(components[0].name, components[1].name);
}

#[test]
fn three_letters_of_a_state_are_two_of_the_country_set() {
    assert_eq!(alpha_2("VNM"), Some("VN"));
    assert_eq!(alpha_2("AUS"), Some("AU"));
    assert_eq!(alpha_2("VN"), None);
    assert_eq!(alpha_2("XXX"), None);
}
