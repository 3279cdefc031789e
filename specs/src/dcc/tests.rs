//! Tests of the EU certificate: every tolerance by name, every refusal, every fault, and properties.

use super::*;
use crate::cbor::{Value, encode};
use crate::time::{Date, UnixTime};
use crate::tolerance::{Tolerance, Tolerances};
use crate::value_set::ValueSets;
use proptest::prelude::*;

pub(crate) fn vaccination() -> Certificate {
    Certificate {
        ver: SCHEMA_VERSION.into(),
        name: Name {
            family: Some("Nguyễn".into()),
            given: Some("Thị Hồng Nhung".into()),
            family_std: Some("NGUYEN".into()),
            given_std: Some("THI<HONG<NHUNG".into()),
        },
        birth_date: "1990-02-28".into(),
        entry: Entry::Vaccination(Vaccination {
            disease: "840539006".into(),
            vaccine: "1119349007".into(),
            product: "EU/1/20/1528".into(),
            manufacturer: "ORG-100030215".into(),
            dose_number: 2,
            series_doses: 2,
            date: "2021-09-15".into(),
            country: "VN".into(),
            issuer: "Bộ Y tế".into(),
            id: "URN:UVCI:01:VN:0123456789ABCDEF0123456789ABCDEF#V".into(),
        }),
    }
}

pub(super) fn test_entry() -> Certificate {
    let entry = Test {
        disease: "840539006".into(),
        kind: "LP217198-3".into(),
        test_name: Some("Phép thử".into()),
        device: Some("1065".into()),
        sampled: "2021-09-15T08:00:00+07:00".into(),
        result: "260415000".into(),
        centre: Some("Trạm y tế".into()),
        country: "VN".into(),
        issuer: "Bộ Y tế".into(),
        id: "URN:UVCI:01:VN:1".into(),
    };
    Certificate { entry: Entry::Test(entry), ..vaccination() }
}

pub(super) fn recovery() -> Certificate {
    let entry = Recovery {
        disease: "840539006".into(),
        first_positive: "2021-08-01".into(),
        country: "VN".into(),
        issuer: "Bộ Y tế".into(),
        valid_from: "2021-08-12".into(),
        valid_until: "2022-01-28".into(),
        id: "URN:UVCI:01:VN:2".into(),
    };
    Certificate { entry: Entry::Recovery(entry), ..vaccination() }
}

fn at(text: &str) -> UnixTime {
    UnixTime::from_rfc3339(text).unwrap()
}

/// The certificate as a tree, to bend it.
fn tree(certificate: &Certificate) -> Value {
    crate::cbor::decode(&certificate.encode().unwrap(), &crate::cbor::Limits::OURS).unwrap()
}

/// Sets (or with `None` removes) the value at a path of keys; `0` is the first element of an array.
fn set(tree: &mut Value, path: &[&str], value: Option<Value>) {
    let (first, rest) = path.split_first().unwrap();
    match tree {
        Value::Array(elements) => set(&mut elements[0], rest, value),
        Value::Map(pairs) => {
            let key = Value::Text((*first).to_owned());
            match (rest, value) {
                ([], None) => pairs.retain(|(found, _)| *found != key),
                ([], Some(value)) => {
                    pairs.retain(|(found, _)| *found != key);
                    pairs.push((key, value));
                }
                (_, value) => set(&mut pairs.iter_mut().find(|(found, _)| *found == key).unwrap().1, rest, value),
            }
        }
        _ => panic!("no such path"),
    }
}

fn bent(certificate: &Certificate, path: &[&str], value: Option<Value>) -> Result<(Certificate, Tolerances), Error> {
    let mut tree = tree(certificate);
    set(&mut tree, path, value);
    Certificate::decode(&encode(&tree))
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn what_is_written_is_read_without_forgiveness() {
    for certificate in [vaccination(), test_entry(), recovery()] {
        let bytes = certificate.encode().unwrap();
        assert_eq!(crate::cbor::validate(&bytes, &crate::cbor::Limits::OURS), Ok(()));
        assert_eq!(Certificate::decode(&bytes), Ok((certificate, Tolerances::NONE)));
    }
}

#[test]
fn each_tolerance_by_name() {
    let v = |field| vec!["v", "0", field];
    for (tolerance, path, value) in [
        (Tolerance::NullEntry, vec!["t"], Value::Null),
        (Tolerance::NullEntry, vec!["r"], Value::Undefined),
        (Tolerance::NullField, vec!["extra-is-skipped"], Value::Null),
        (Tolerance::WhitespaceTrimmed, v("mp"), text(" EU/1/20/1528\t")),
        (Tolerance::DateTimeInDate, v("dt"), text("2021-09-15T00:00:00Z")),
        (Tolerance::DateTimeInDate, vec!["dob"], text("1990-02-28T00:00:00")),
        (Tolerance::TaggedDateTime, v("dt"), Value::Tag(0, Box::new(text("2021-09-15")))),
        (Tolerance::FloatDose, v("dn"), Value::Float(2.0)),
    ] {
        let expected = if path == ["extra-is-skipped"] { Tolerances::NONE } else { [tolerance].into_iter().collect() };
        assert_eq!(
            bent(&vaccination(), &path, Some(value)),
            Ok((vaccination(), expected)),
            "{tolerance:?} at {path:?}"
        );
    }
}

#[test]
fn tolerances_that_change_what_is_read() {
    let (lower, tolerances) = bent(&vaccination(), &["v", "0", "ci"], Some(text("urn:uvci:01:VN:A"))).unwrap();
    assert_eq!(tolerances, [Tolerance::LowercaseUvci].into_iter().collect());
    assert_eq!(lower.entry.id(), "urn:uvci:01:VN:A");

    let (no_given, tolerances) = bent(&vaccination(), &["nam", "gn"], Some(Value::Null)).unwrap();
    assert_eq!((no_given.name.given, tolerances), (None, [Tolerance::NullField].into_iter().collect()));

    let (no_dose, tolerances) = bent(&vaccination(), &["v", "0", "dn"], Some(Value::Null)).unwrap();
    assert_eq!(tolerances, [Tolerance::NullField].into_iter().collect());
    assert_eq!(no_dose.structure_faults(), [Fault::NotADose { field: "v.dn" }]);
}

#[test]
fn what_no_tolerance_covers() {
    let v = |field| vec!["v", "0", field];
    for (path, value, error) in [
        (v("dn"), Value::Float(1.5), Error::DoseNumber { field: "v.dn" }),
        (v("dn"), Value::Float(f64::NAN), Error::DoseNumber { field: "v.dn" }),
        (v("dn"), Value::Float(f64::INFINITY), Error::DoseNumber { field: "v.dn" }),
        (v("sd"), Value::Float(-1.0), Error::DoseNumber { field: "v.sd" }),
        (v("sd"), Value::Negative(0), Error::DoseNumber { field: "v.sd" }),
        (v("sd"), Value::Unsigned(1 << 32), Error::DoseNumber { field: "v.sd" }),
        (v("sd"), text("2"), Error::FieldType { field: "v.sd" }),
        (v("tg"), Value::Unsigned(840_539_006), Error::FieldType { field: "v.tg" }),
        (v("dt"), Value::Tag(1, Box::new(Value::Unsigned(0))), Error::FieldType { field: "v.dt" }),
        (vec!["nam"], text("Nguyễn"), Error::FieldType { field: "nam" }),
        (vec!["v"], Value::Map(vec![]), Error::FieldType { field: "v" }),
        (vec!["v"], Value::Array(vec![]), Error::EntryCount),
        (vec!["v"], Value::Null, Error::EntryCount),
        (vec!["t"], Value::Array(vec![]), Error::EntryCount),
    ] {
        assert_eq!(bent(&vaccination(), &path, Some(value.clone())), Err(error), "{path:?} {value:?}");
    }
}

#[test]
fn what_must_be_there() {
    for (certificate, fields) in [
        (vaccination(), &["v.tg", "v.vp", "v.mp", "v.ma", "v.dn", "v.sd", "v.dt", "v.co", "v.is", "v.ci"][..]),
        (test_entry(), &["t.tg", "t.tt", "t.sc", "t.tr", "t.co", "t.is", "t.ci"]),
        (recovery(), &["r.tg", "r.fr", "r.co", "r.is", "r.df", "r.du", "r.ci"]),
    ] {
        for field in fields {
            let (group, name) = field.split_once('.').unwrap();
            assert_eq!(bent(&certificate, &[group, "0", name], None), Err(Error::Missing { field }));
        }
    }
    for field in ["ver", "nam", "dob"] {
        assert_eq!(bent(&vaccination(), &[field], None), Err(Error::Missing { field }));
    }
    assert_eq!(bent(&vaccination(), &["v"], None), Err(Error::EntryCount));
}

#[test]
fn one_entry_and_no_more() {
    let Value::Map(pairs) = tree(&test_entry()) else { panic!() };
    let test = pairs.iter().find(|(key, _)| *key == text("t")).unwrap().1.clone();
    assert_eq!(bent(&vaccination(), &["t"], Some(test)), Err(Error::EntryCount));

    let Value::Map(pairs) = tree(&vaccination()) else { panic!() };
    let Value::Array(doses) = pairs[0].1.clone() else { panic!() };
    let twice = Value::Array(vec![doses[0].clone(), doses[0].clone()]);
    assert_eq!(bent(&vaccination(), &["v"], Some(twice)), Err(Error::EntryCount));
}

#[test]
fn extensions_pass() {
    let meta = Value::Map(vec![(Value::Unsigned(1), Value::Array(vec![Value::Null]))]);
    for path in [vec!["meta"], vec!["nam", "title"], vec!["v", "0", "lot"]] {
        assert_eq!(bent(&vaccination(), &path, Some(meta.clone())), Ok((vaccination(), Tolerances::NONE)));
    }
}

#[test]
fn faults_of_structure() {
    let long = "Ấ".repeat(81);
    let v = |field| vec!["v", "0", field];
    for (path, value, faults) in [
        (vec!["ver"], "1.3", vec![Fault::Pattern { field: "ver" }]),
        (vec!["ver"], "1.3.0.1", vec![Fault::Pattern { field: "ver" }]),
        (vec!["dob"], "1815-08-24", vec![Fault::Pattern { field: "dob" }]),
        (vec!["dob"], "28.02.1990", vec![Fault::Pattern { field: "dob" }]),
        (vec!["dob"], "", vec![]),
        (vec!["dob"], "1963-00", vec![]),
        (vec!["dob"], "1963-00-00", vec![]),
        (vec!["dob"], "1963-13", vec![Fault::Pattern { field: "dob" }]),
        (vec!["dob"], "1963-02-30", vec![Fault::Pattern { field: "dob" }]),
        (vec!["nam", "fn"], &long, vec![Fault::TooLong { field: "nam.fn" }]),
        (vec!["nam", "fn"], &long[..240], vec![]),
        (vec!["nam", "fnt"], "Nguyen", vec![Fault::Pattern { field: "nam.fnt" }]),
        (vec!["nam", "gnt"], "", vec![Fault::NameNotTransliterated { field: "nam.gnt" }]),
        (v("dt"), "2021-02-29", vec![Fault::NotADate { field: "v.dt" }]),
        (v("co"), "vn", vec![Fault::Pattern { field: "v.co" }]),
        (v("is"), &long, vec![Fault::TooLong { field: "v.is" }]),
        (v("ci"), "", vec![Fault::Empty { field: "v.ci" }]),
        (v("tg"), "", vec![Fault::Empty { field: "v.tg" }]),
    ] {
        let (read, _) = bent(&vaccination(), &path, Some(text(value))).unwrap();
        assert_eq!(read.structure_faults(), faults, "{path:?} {value}");
    }
    let (read, _) = bent(&test_entry(), &["t", "0", "sc"], Some(text("2021-09-15"))).unwrap();
    assert_eq!(read.structure_faults(), [Fault::NotADateTime { field: "t.sc" }]);
    let mut nameless = vaccination();
    nameless.name = Name { family: Some("Nguyễn".into()), ..Name::default() };
    assert_eq!(nameless.structure_faults(), [Fault::NoStandardName]);
}

/// What the structure breaks and a reader forgives, each by its name.
#[test]
fn faults_that_are_forgiven_by_name() {
    let long = "Ấ".repeat(81);
    for (certificate, path, value, tolerance) in [
        (vaccination(), vec!["nam", "fnt"], "NGUYỄN-", Tolerance::NameCharacters),
        (vaccination(), vec!["nam", "gnt"], "Thi Hong", Tolerance::NameCharacters),
        (vaccination(), vec!["nam", "fnt"], "", Tolerance::NameNotTransliterated),
        (vaccination(), vec!["nam", "gn"], &long, Tolerance::LongText),
        (vaccination(), vec!["v", "0", "is"], &long, Tolerance::LongText),
        (test_entry(), vec!["t", "0", "tc"], &long, Tolerance::LongText),
        (vaccination(), vec!["ver"], "1.3", Tolerance::OddVersion),
        (vaccination(), vec!["ver"], "", Tolerance::OddVersion),
        (test_entry(), vec!["t", "0", "sc"], "2021-09-15", Tolerance::LooseDateTime),
        (test_entry(), vec!["t", "0", "sc"], "2021-09-15 08:00", Tolerance::LooseDateTime),
    ] {
        let (read, tolerances) = bent(&certificate, &path, Some(text(value))).unwrap();
        assert_eq!(tolerances, Tolerances::NONE, "reading alone does not judge {path:?}");
        assert_eq!(forgiven(&read), [Some(tolerance)], "{path:?} {value}");
    }
    let mut written = vaccination();
    (written.name.family_std, written.name.given_std) = (None, None);
    assert_eq!(forgiven(&written), [Some(Tolerance::NameNotTransliterated)]);
    written.name = Name::default();
    assert_eq!(forgiven(&written), [None], "nobody's");
    for (certificate, path, value) in [
        (vaccination(), ["v", "0", "dt"], "2021-02-29"),
        (vaccination(), ["v", "0", "co"], "vn"),
        (vaccination(), ["v", "0", "ci"], ""),
        (test_entry(), ["t", "0", "sc"], "15.09.2021"),
    ] {
        let (read, _) = bent(&certificate, &path, Some(text(value))).unwrap();
        assert_eq!(forgiven(&read), [None], "{path:?} {value}");
    }
}

fn forgiven(certificate: &Certificate) -> Vec<Option<Tolerance>> {
    certificate.structure_faults().iter().map(|fault| certificate.forgiven(fault)).collect()
}

#[test]
fn a_booster_may_have_a_number_above_its_series() {
    let (read, _) = bent(&vaccination(), &["v", "0", "dn"], Some(Value::Unsigned(3))).unwrap();
    assert_eq!(read.structure_faults(), []);
}

#[test]
fn faults_of_value_sets() {
    let sets = ValueSets::bundled();
    assert_eq!(vaccination().value_set_faults(sets), []);
    assert_eq!(test_entry().value_set_faults(sets), []);
    assert_eq!(recovery().value_set_faults(sets), []);
    for (certificate, group, field, name) in [
        (vaccination(), "v", "tg", "v.tg"),
        (vaccination(), "v", "vp", "v.vp"),
        (vaccination(), "v", "mp", "v.mp"),
        (vaccination(), "v", "ma", "v.ma"),
        (vaccination(), "v", "co", "v.co"),
        (test_entry(), "t", "tt", "t.tt"),
        (test_entry(), "t", "tr", "t.tr"),
        (test_entry(), "t", "ma", "t.ma"),
        (recovery(), "r", "tg", "r.tg"),
        (recovery(), "r", "co", "r.co"),
    ] {
        let (read, _) = bent(&certificate, &[group, "0", field], Some(text("XX-none"))).unwrap();
        assert_eq!(read.value_set_faults(sets), [Fault::UnknownCode { field: name, code: "XX-none".into() }]);
    }
    // Each known, but Vaxzevria is not BioNTech's.
    let (read, _) = bent(&vaccination(), &["v", "0", "mp"], Some(text("EU/1/21/1529"))).unwrap();
    assert_eq!((read.value_set_faults(sets), read.combination_fault(sets)), (vec![], Some(Fault::CodesDoNotFit)));
    assert_eq!(vaccination().combination_fault(sets), None);
    let (read, _) = bent(&test_entry(), &["t", "0", "ma"], Some(text(""))).unwrap();
    assert_eq!(read.value_set_faults(sets), [], "an empty device is an absent one");
}

#[test]
fn faults_of_dates() {
    // In Viet Nam it is already the 15th, in UTC still the 14th.
    assert_eq!(vaccination().date_faults(at("2021-09-14T18:00:00Z")), []);
    assert_eq!(vaccination().date_faults(at("2021-09-14T09:59:59Z")), [Fault::InFuture { field: "v.dt" }]);

    let (unborn, _) = bent(&vaccination(), &["dob"], Some(text("2099"))).unwrap();
    let faults = [Fault::BornInFuture, Fault::BeforeBirth { field: "v.dt" }];
    assert_eq!(unborn.date_faults(at("2022-01-01T00:00:00Z")), faults);

    let (young, _) = bent(&vaccination(), &["dob"], Some(text("2021-09-16"))).unwrap();
    assert_eq!(young.date_faults(at("2022-01-01T00:00:00Z")), [Fault::BeforeBirth { field: "v.dt" }]);
    let (this_year, _) = bent(&vaccination(), &["dob"], Some(text("2021"))).unwrap();
    assert_eq!(this_year.date_faults(at("2022-01-01T00:00:00Z")), []);

    // A month or day that is not known hides no year.
    for (born, faults) in [
        ("2099-00", &faults[..]),
        ("2099-00-00", &faults),
        ("2021-10-00", &faults[1..]),
        ("2021-09-00", &[]),
        ("2021-00-00", &[]),
    ] {
        let (read, _) = bent(&vaccination(), &["dob"], Some(text(born))).unwrap();
        assert_eq!(read.date_faults(at("2022-01-01T00:00:00Z")), faults, "{born}");
    }

    // A moment, with five minutes for clocks that differ.
    assert_eq!(test_entry().date_faults(at("2021-09-15T00:55:00Z")), []);
    assert_eq!(test_entry().date_faults(at("2021-09-15T00:54:59Z")), [Fault::InFuture { field: "t.sc" }]);
    // In a spelling that is forgiven, a day.
    for sampled in ["2021-09-15", "2021-09-15 08:00", "2021-09-15T08:00:00"] {
        let (read, _) = bent(&test_entry(), &["t", "0", "sc"], Some(text(sampled))).unwrap();
        assert_eq!(read.date_faults(at("2021-09-14T10:00:00Z")), [], "{sampled}");
        assert_eq!(read.date_faults(at("2021-09-14T09:59:59Z")), [Fault::InFuture { field: "t.sc" }], "{sampled}");
    }

    let (backwards, _) = bent(&recovery(), &["r", "0", "du"], Some(text("2021-08-11"))).unwrap();
    assert_eq!(backwards.date_faults(at("2022-01-01T00:00:00Z")), [Fault::EmptyPeriod]);
    assert_eq!(recovery().date_faults(at("2021-07-30T00:00:00Z")), [Fault::InFuture { field: "r.fr" }]);
    assert_eq!(Date::parse("2021-08-01").map(Date::midnight_utc), Some(at("2021-08-01T00:00:00Z")));
}

/// A certificate without a fault of structure.
pub(crate) fn certificates() -> impl Strategy<Value = Certificate> {
    let text = |pattern: &'static str| pattern.prop_map(SmolStr::from);
    let std = || proptest::option::of(text("[A-Z][A-Z<]{0,20}"));
    let code = || text("[A-Z0-9][A-Za-z0-9/-]{0,12}");
    let day = || (0..80_000_i64).prop_map(|days| SmolStr::from(Date::from_days_since_epoch(days).to_string()));
    let written = || text("[A-ZĐÂÊÔ][a-zđâêôảỹ]{0,10}( [A-Z][a-zạ]{0,8}){0,3}");
    let name =
        (proptest::option::of(written()), proptest::option::of(written()), text("[A-Z<]{1,20}"), std()).prop_map(
            |(family, given, family_std, given_std)| Name { family, given, family_std: Some(family_std), given_std },
        );
    let birth = prop_oneof![
        text("(19|20)[0-9]{2}"),
        text("(19|20)[0-9]{2}-(0[0-9]|1[0-2])"),
        text("(19|20)[0-9]{2}-(0[1-9]|1[0-2])-([01][0-9]|2[0-8])"),
        Just(SmolStr::default())
    ];
    let common = || (code(), text("[A-Z]{2}"), written(), text("URN:UVCI:01:VN:[A-Z0-9]{1,32}#[A-Z0-9]"));
    let dose = (common(), code(), code(), code(), 1..20_u32, 1..20_u32, day()).prop_map(
        |((disease, country, issuer, id), vaccine, product, manufacturer, dose_number, series_doses, date)| {
            Entry::Vaccination(Vaccination {
                disease,
                vaccine,
                product,
                manufacturer,
                dose_number,
                series_doses,
                date,
                country,
                issuer,
                id,
            })
        },
    );
    let maybe = || proptest::option::of(text("[A-Za-z0-9]{1,30}"));
    let test = (common(), code(), maybe(), maybe(), 0..4_000_000_000_i64, code(), maybe()).prop_map(
        |((disease, country, issuer, id), kind, test_name, device, sampled, result, centre)| {
            let sampled = UnixTime(sampled).to_rfc3339().into();
            Entry::Test(Test { disease, kind, test_name, device, sampled, result, centre, country, issuer, id })
        },
    );
    let recovery = (common(), day(), day(), day()).prop_map(
        |((disease, country, issuer, id), first_positive, valid_from, valid_until)| {
            Entry::Recovery(Recovery { disease, first_positive, country, issuer, valid_from, valid_until, id })
        },
    );
    (name, birth, prop_oneof![dose, test, recovery]).prop_map(|(name, birth_date, entry)| Certificate {
        ver: SCHEMA_VERSION.into(),
        name,
        birth_date,
        entry,
    })
}

proptest! {
    #[test]
    fn there_and_back(certificate in certificates()) {
        let bytes = certificate.encode().unwrap();
        prop_assert_eq!(crate::cbor::validate(&bytes, &crate::cbor::Limits::OURS), Ok(()));
        prop_assert_eq!(Certificate::decode(&bytes), Ok((certificate, Tolerances::NONE)));
    }

    /// Whatever its texts are: what is written needs nothing forgiven.
    #[test]
    fn what_is_issued_is_read_without_forgiveness(texts in proptest::array::uniform4("[ A-Za-zĐễ\\u{0}\\u{303}\\u{a0}:]{0,9}")) {
        let mut certificate = vaccination();
        let [family, issuer, code, id] = texts.map(SmolStr::from);
        certificate.name.family = Some(family);
        if let Entry::Vaccination(entry) = &mut certificate.entry {
            (entry.issuer, entry.product, entry.id) = (issuer, code, id);
        }
        if let Ok(bytes) = certificate.encode() {
            prop_assert_eq!(Certificate::decode(&bytes), Ok((certificate, Tolerances::NONE)));
        }
    }

    #[test]
    fn bent_certificates_are_read_or_refused(certificate in certificates(), place: prop::sample::Index, with: u8, at: i64) {
        let mut bytes = certificate.encode().unwrap();
        let place = place.index(bytes.len());
        bytes[place] = with;
        if let Ok((read, _)) = Certificate::decode(&bytes) {
            let _ = read.faults(ValueSets::bundled(), UnixTime(at));
        }
    }
}
