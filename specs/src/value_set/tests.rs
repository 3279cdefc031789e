use super::published::{self, Published, Updates};
use super::vaccine::{BUNDLED_VACCINES, SERIES_DOSES, parse};
use super::*;

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

#[test]
fn the_bundled_files_are_read_and_are_what_they_say() {
    let bundled = ValueSets::parse(BUNDLED_FILES).unwrap();
    let sizes = [1, 9, 39, 31, 2, 2, 88, 250, 16, 60];
    for ((set, id), size) in SETS.into_iter().zip(sizes) {
        assert_eq!(bundled.set(set).id, id);
        assert_eq!(bundled.set(set).entries().len(), size, "{id}");
        assert!(bundled.set(set).entries().is_sorted_by(|a, b| a.code < b.code), "{id}");
        assert!(!bundled.set(set).version.is_empty() && !bundled.set(set).title.is_empty(), "{id}");
    }
    assert_eq!(parse(BUNDLED_VACCINES, &bundled).unwrap(), vaccines());
    assert_eq!(vaccines().len(), 9);
    assert_eq!(&bundled, ValueSets::bundled());
}

/// Every file of the folder, also those that no [`Set`] is of: the members that the page promises, and its row on the page.
#[test]
fn every_file_has_its_members_and_its_row() {
    let (_, table) = include_str!("../../value-sets.md").split_once("| set | field | codes | system |\n").unwrap();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("value-sets");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut found = Vec::new();
    for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let document = read("a file of the folder", &text).unwrap();
        let file = document.value();
        let says = |value: Value<'_>, member: &str| {
            assert!(text_of(value, member).is_some_and(|text| !text.is_empty()), "{id} lacks {member}");
        };
        assert_eq!(text_of(file, "id"), Some(id.clone()));
        ["title", "date", "version"].iter().for_each(|member| says(file, member));
        assert!(Date::parse(&text_of(file, "date").unwrap()).is_some(), "{id}");
        ["publisher", "licence"].iter().for_each(|member| says(file.get("source").unwrap(), member));
        let systems: Vec<&str> =
            file.get("systems").unwrap().as_array().unwrap().map(|one| one.as_str().unwrap()).collect();
        assert!(!systems.is_empty() && systems.iter().all(|uri| uri.contains(':')), "{id}");
        let codes = match (file.get("entries"), file.get("vaccines")) {
            (Some(entries), None) => entries.as_object().unwrap().count(),
            (None, Some(vaccines)) => vaccines.as_array().unwrap().count(),
            _ => panic!("{id}: entries or vaccines"),
        };
        let row = table.lines().find(|line| line.starts_with(&format!("| `{id}` |")));
        let cells: Vec<&str> = row.unwrap_or_else(|| panic!("{id} is on no row")).split('|').map(str::trim).collect();
        assert_eq!(cells[3], codes.to_string(), "{id}");
        found.push(id);
    }
    found.sort();
    let mut known: Vec<&str> = SETS.iter().map(|(_, id)| *id).chain(["country-alpha-3", "vn-vaccines"]).collect();
    known.sort_unstable();
    assert_eq!(found, known);
}

#[test]
fn three_letters_stand_for_a_country_each() {
    let file = read("country-alpha-3", include_str!("../../value-sets/country-alpha-3.json")).unwrap();
    let entries = file.value().get("entries").and_then(Value::as_object).unwrap();
    let mut countries: Vec<&str> = entries.map(|(_, country)| country.as_str().unwrap()).collect();
    countries.sort_unstable();
    let set: Vec<&str> =
        ValueSets::bundled().set(Set::Country).entries().iter().map(|entry| entry.code.as_str()).collect();
    assert_eq!(countries, set);
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
    for vaccine in vaccines() {
        assert_eq!(vaccine.check(sets, vaccines()), Ok(()));
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
    let series: Vec<_> = vaccines().iter().map(|vaccine| (vaccine.eu_mp.as_str(), vaccine.doses)).collect();
    assert_eq!(series, SERIES_DOSES);
    assert_eq!((series_doses("Abdala"), series_doses("")), (Some(3), None));
    let cvx: Vec<_> = vaccines().iter().map(|vaccine| vaccine.cvx.as_deref()).collect();
    let expected = ["210", "505", "510", "208", "207", "212", "-", "500", "502"].map(|c| (c != "-").then_some(c));
    assert_eq!(cvx, expected);
}

#[test]
fn a_vaccine_with_a_code_of_another_is_refused() {
    let swapped = BUNDLED_VACCINES.replacen("ORG-100031184", "ORG-100030215", 1);
    let fault = "1119349007 + EU/1/20/1507 + ORG-100030215".to_owned();
    let expected = Err(Error::VaccineCode { vaccine: "spikevax".into(), code: fault });
    assert_eq!(parse(&swapped, ValueSets::bundled()), expected);
    let deprecated = BUNDLED_VACCINES.replacen("29061000087103", "J07BX03", 1);
    let expected = Err(Error::VaccineCode { vaccine: "vaxzevria".into(), code: "J07BX03".into() });
    assert_eq!(parse(&deprecated, ValueSets::bundled()), expected);
}

#[test]
fn intervals_follow_the_day_and_the_dose_before() {
    let comirnaty = vaccine("comirnaty").unwrap();
    let days = |kind, dose, after, on| comirnaty.rule(kind, dose, after, date(on)).map(|rule| rule.min_days);
    assert_eq!(days(DoseKind::Basic, 2, "comirnaty", "2021-09-01"), Some(21));
    assert_eq!(days(DoseKind::Basic, 2, "spikevax", "2021-09-07"), None, "mixing came on 8 September 2021");
    assert_eq!(days(DoseKind::Basic, 2, "spikevax", "2021-09-08"), Some(28));
    assert_eq!(days(DoseKind::Basic, 2, "vero-cell", "2021-12-31"), None, "Vero Cell is not mixed in the basic series");
    assert_eq!(days(DoseKind::Booster, 3, "vero-cell", "2021-12-16"), Some(180));
    assert_eq!(days(DoseKind::Booster, 3, "vero-cell", "2021-12-17"), Some(90));
}

#[test]
fn the_second_dose_of_vaxzevria_came_after_eight_weeks_until_four_were_allowed() {
    let rule = |on| {
        let rule = vaccine("vaxzevria").unwrap().rule(DoseKind::Basic, 2, "vaxzevria", date(on));
        rule.map(|rule| (rule.min_days, rule.recommended_days, rule.recommended_until_days))
    };
    assert_eq!(rule("2021-01-31"), None, "not approved yet");
    assert_eq!(rule("2021-02-01"), Some((56, 56, Some(84))));
    assert_eq!(rule("2021-09-19"), Some((56, 56, Some(84))));
    assert_eq!(rule("2021-09-20"), Some((28, 56, Some(84))));
    assert_eq!(rule("2026-11-27"), Some((28, 56, Some(84))));
}

#[test]
fn the_doses_of_sputnik_v_alone_differ_and_each_has_its_component() {
    for vaccine in vaccines() {
        let doses: Vec<u32> = vaccine.components.iter().map(|component| component.dose).collect();
        let expected: &[u32] = if vaccine.id == "sputnik-v" { &[1, 2] } else { &[] };
        assert_eq!(doses, expected, "{}", vaccine.id);
    }
    let components = &vaccine("sputnik-v").unwrap().components;
    assert_ne!(components[0].name, components[1].name);
}

#[test]
fn three_letters_of_a_state_are_two_of_the_country_set() {
    assert_eq!(alpha_2("VNM"), Some("VN"));
    assert_eq!(alpha_2("AUS"), Some("AU"));
    assert_eq!(alpha_2("VN"), None);
    assert_eq!(alpha_2("XXX"), None);
}

/// A published set of products with these codes.
fn published(date: &str, codes: &[&str]) -> serde_json::Value {
    let values: serde_json::Map<_, _> =
        codes.iter().map(|code| ((*code).to_owned(), serde_json::json!({ "display": format!("of {date}") }))).collect();
    serde_json::json!({ "valueSetId": "vaccines-covid-19-names", "valueSetDate": date, "valueSetValues": values })
}

fn updates(sets: &[serde_json::Value]) -> Updates {
    Updates::decode(&serde_json::to_vec(sets).unwrap()).unwrap()
}

#[test]
fn a_newer_set_takes_the_place_of_an_older_one_and_never_the_other_way() {
    let bundled = ValueSets::bundled();
    let day = bundled.set(Set::VaccineProduct).date;
    for date in ["2020-12-27".to_owned(), day.to_string()] {
        assert_eq!(bundled.updated(&updates(&[published(&date, &["X"])])), None, "{date}");
    }
    let newer = bundled.updated(&updates(&[published("2026-11-01", &["X", "EU/1/20/1528"])])).unwrap();
    let products = newer.set(Set::VaccineProduct);
    assert_eq!((products.id.as_str(), products.date), ("vaccine-product", date("2026-11-01")));
    assert_eq!(newer.display(Set::VaccineProduct, "EU/1/20/1528", Language::Vi), Some("of 2026-11-01"));
    assert!(newer.contains(Set::VaccineProduct, "X") && !newer.contains(Set::VaccineProduct, "EU/1/20/1507"));
    assert!(newer.fits("1119349007", "EU/1/20/1528", "ORG-100030215"), "what goes together is ours to say");
    assert!(!newer.fits("1119349007", "EU/1/20/1528", "ORG-100031184"));
    assert_eq!(newer.set(Set::VaccineType), bundled.set(Set::VaccineType), "what is not carried stays");
    assert_eq!(newer.updated(&updates(&[published("2026-10-31", &["Y"])])), None, "nor the newer of two bundles");
    assert!(newer.updated(&updates(&[published("2026-11-02", &["Y"])])).is_some());
    assert_eq!(bundled.newest(&newer).as_ref(), Some(&newer));
    assert_eq!(newer.newest(bundled), None);
}

#[test]
fn vietnamese_words_stay_with_a_code() {
    let set = serde_json::json!([{ "valueSetId": "disease-agent-targeted", "valueSetDate": "2026-11-01",
        "valueSetValues": { "840539006": { "display": "COVID-19", "lang": "en", "active": true,
            "version": "http://snomed.info/sct/900000000000207008/version/20260131", "system": "http://snomed.info/sct" } } }]);
    let newer = ValueSets::bundled().updated(&updates(set.as_array().unwrap())).unwrap();
    let entry = |sets: &ValueSets| sets.get(Set::Disease, "840539006").cloned().unwrap();
    assert_eq!(entry(&newer).display_vi, entry(ValueSets::bundled()).display_vi);
    assert_eq!(entry(&newer).version, "http://snomed.info/sct/900000000000207008/version/20260131");
}

#[test]
fn published_sets_there_and_back() {
    let read = |date| Published::read(&serde_json::to_vec(&published(date, &["b", "a"])).unwrap()).unwrap();
    let newest = Updates::new([read("2026-01-01"), read("2026-02-01"), read("2026-01-15")]);
    let [only] = newest.sets() else { panic!("one set") };
    assert_eq!(
        (only.set(), only.name(), only.date()),
        (Set::VaccineProduct, "vaccines-covid-19-names", date("2026-02-01"))
    );
    assert_eq!(only.codes().collect::<Vec<_>>(), ["a", "b"]);
    let bytes = newest.encode().unwrap();
    assert_eq!(Updates::decode(&bytes), Ok(newest));
    assert!(bytes.starts_with(
        br#"[{"valueSetDate":"2026-02-01","valueSetId":"vaccines-covid-19-names","valueSetValues":{"a":"#
    ));
    assert_eq!(Updates::decode(b"[]"), Ok(Updates::default()));
    for (set, name) in published::NAMES {
        assert_eq!(published::NAMES.iter().filter(|(other, id)| *other == set || *id == name).count(), 1);
    }
}

#[test]
fn what_is_no_published_set_is_refused() {
    let field = |field| Err(published::Error::Field { field });
    let with = |member: &str, value: serde_json::Value| {
        let mut set = published("2026-11-01", &["a"]);
        set[member] = value;
        Published::read(&serde_json::to_vec(&set).unwrap())
    };
    let code = |code: &str, value: serde_json::Value| with("valueSetValues", serde_json::json!({ code: value }));
    let named = |display: &str| serde_json::json!({ "display": display });
    assert_eq!(
        with("valueSetId", "vaccine-product".into()),
        Err(published::Error::Unknown { id: "vaccine-product".into() })
    );
    assert_eq!(with("valueSetId", 7.into()), field("valueSetId"));
    for wrong in ["2026-11-31", "2026-11-01T00:00:00Z", "", "2026"] {
        assert_eq!(with("valueSetDate", wrong.into()), field("valueSetDate"), "{wrong}");
    }
    assert_eq!(with("valueSetValues", serde_json::json!([])), field("valueSetValues"));
    assert_eq!(with("valueSetValues", serde_json::json!({})), Err(published::Error::Size { codes: 0 }));
    for wrong in ["", " a", "a ", "a\u{0}", &"x".repeat(101)] {
        assert_eq!(code(wrong, named("A")), field("code"), "{wrong:?}");
    }
    assert_eq!(code("a", named(&"x".repeat(401))), field("display"));
    assert_eq!(code("a", named("a\nb")), field("display"));
    assert_eq!(code("a", serde_json::json!({})), field("display"));
    assert_eq!(code("a", serde_json::json!({ "display": "A", "active": "yes" })), field("active"));
    assert_eq!(code("a", serde_json::json!({ "display": "A", "system": 7 })), field("system"));
    let many: Vec<String> = (0..=published::MAX_CODES).map(|code| code.to_string()).collect();
    let many = published("2026-11-01", &many.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(
        Published::read(&serde_json::to_vec(&many).unwrap()),
        Err(published::Error::Size { codes: published::MAX_CODES + 1 })
    );
    let same = published("2026-11-01", &["a"]);
    let twice = serde_json::to_vec(&[&same, &published("2026-11-02", &["a"])]).unwrap();
    assert_eq!(Updates::decode(&twice), Err(published::Error::Twice));
    assert_eq!(
        Updates::decode(&serde_json::to_vec(&same).unwrap()),
        Err(published::Error::Field { field: "value sets" })
    );
    let code_twice = br#"[{"valueSetId":"covid-19-lab-result","valueSetDate":"2026-11-01","valueSetValues":{"a":{"display":"A"},"\u0061":{"display":"B"}}}]"#;
    assert_eq!(Updates::decode(code_twice), Err(published::Error::Json(crate::json::Error::DuplicateKey)));
    let long = vec![b' '; published::LIMITS.bytes + 1];
    assert!(matches!(Updates::decode(&long), Err(published::Error::Json(crate::json::Error::TooLong { .. }))));
}
