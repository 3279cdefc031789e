//! The registration form, field by field, and who may be registered.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use specs::holder::{BirthDateFault, NameFault};
use specs::time::{Date, PartialDate};

use super::search::{TermKind, fold, terms};
use super::{Fault, Form, Identity, age, parse};
use crate::db::Changes;
use crate::event::Event;
use crate::ids::{PersonId, UnitId};
use crate::journal::Meta;
use crate::refusal::Refusal;
use crate::unit::UnitState;
use crate::vault::{Keyring, RECORD, Sealed, Token, Vault};
use crate::world::{World, day};

fn nhung() -> Value {
    json!({
        "name": "Nguyễn Thị Hồng Nhung", "birth_date": "1990-05-17", "sex": "female", "nationality": "VN",
        "identity": {"kind": "cccd", "number": "001190012345"}, "phone": "0912345678",
        "address": {"admin_unit": {"code_set": "VN-2025", "code": "01"}, "text": "12 Hàng Bài"},
        "occupation": "giáo viên", "priority_groups": ["08"]
    })
}

fn read(form: Value) -> Result<super::Valid, Vec<Fault>> {
    parse(&serde_json::from_value::<Form>(form).unwrap(), day("2021-12-20"))
}

fn with(field: &str, value: Value) -> Vec<Fault> {
    let mut form = nhung();
    form[field] = value;
    read(form).err().unwrap_or_default()
}

fn cccd(number: &str) -> Vec<Fault> {
    with("identity", json!({"kind": "cccd", "number": number}))
}

#[test]
fn a_good_form_is_normalised() {
    let mut form = nhung();
    form["name"] = json!("  Nguyê\u{303}n Thị  Hồng\tNhung ");
    form["phone"] = json!("091 234 5678");
    form["nationality"] = json!("vn");
    form["priority_groups"] = json!(["09", "08", "09"]);
    let valid = read(form).unwrap();
    assert_eq!(valid.record.name, "Nguyễn Thị Hồng Nhung");
    assert_eq!(valid.record.phone.as_deref(), Some("0912345678"));
    assert_eq!(valid.record.nationality, "VN");
    assert_eq!(valid.priority_groups, ["08", "09"]);
    let again: super::Record = serde_json::from_str(&serde_json::to_string(&valid.record).unwrap()).unwrap();
    assert_eq!(again, valid.record);
}

#[test]
fn a_phone_an_occupation_and_a_paper_are_not_required() {
    let mut form = nhung();
    form["identity"] = json!({"kind": "none"});
    form["phone"] = json!("");
    form["occupation"] = json!(" ");
    form["address"]["text"] = json!("");
    let record = read(form).unwrap().record;
    assert_eq!((record.identity, record.phone, record.occupation), (Identity::None, None, None));
}

#[test]
fn a_name_is_one_that_can_be_certified() {
    for good in ["Đỗ Ơn", "Y-Bih Niê", "O'Brien", "Trần Văn A."] {
        assert_eq!(with("name", json!(good)), [], "{good}");
    }
    let mut form = nhung();
    form["name"] = json!(" Anna  -Maria - Luise Schmidt");
    assert_eq!(read(form).unwrap().record.name, "Anna-Maria-Luise Schmidt");
    for (bad, fault) in [
        ("", NameFault::Empty),
        (" ", NameFault::Empty),
        ("Nguyễn 2", NameFault::Shape),
        ("a\u{0}b", NameFault::Shape),
        ("<b>", NameFault::Shape),
        ("-", NameFault::Shape),
        ("Nguyễn Thị Hoa -", NameFault::Shape),
        ("Anna - - Maria", NameFault::Shape),
        ("O' Brien Sean", NameFault::Shape),
        ("Nguyễn Văn A..", NameFault::Shape),
        (&"a".repeat(81), NameFault::TooLong),
        ("李小龙", NameFault::NotTransliterable),
    ] {
        assert_eq!(with("name", json!(bad)), [Fault::Name(fault)], "{bad:?}");
    }
    let (vietnamese, english) = with("name", json!("李小龙"))[0].words();
    assert!(vietnamese.contains("La-tinh như trong hộ chiếu") && english.contains("Latin letters of the passport"));
}

#[test]
fn a_birth_date_is_a_day_a_month_or_a_year_that_was() {
    // The number still says 1990, but against a date that cannot be there is nothing more to say.
    for (bad, fault) in [
        ("1990-02-30", BirthDateFault::Malformed),
        ("90", BirthDateFault::Malformed),
        ("", BirthDateFault::Malformed),
        ("17/05/1990", BirthDateFault::Malformed),
        ("1899-12-31", BirthDateFault::Implausible),
        ("2021-12-21", BirthDateFault::InFuture),
    ] {
        assert_eq!(with("birth_date", json!(bad)), [Fault::BirthDate(fault)], "{bad}");
    }
    assert_eq!(with("birth_date", json!("1990")), []);
    assert_eq!(with("birth_date", json!("1990-05")), []);
}

#[test]
fn a_cccd_agrees_with_the_form() {
    assert_eq!(cccd("001 190 012 345"), []);
    assert_eq!(cccd("00119001234"), [Fault::CccdLength]);
    assert_eq!(cccd("0011900123456"), [Fault::CccdLength]);
    assert_eq!(cccd("00119001234x"), [Fault::CccdLength]);
    // 003 was never a province; 100 and above are countries.
    assert_eq!(cccd("003190012345"), [Fault::CccdProvince { found: "003".to_owned() }]);
    assert_eq!(cccd("000190012345"), [Fault::CccdProvince { found: "000".to_owned() }]);
    assert_eq!(cccd("131190012345"), []);
    assert_eq!(cccd("001090012345"), [Fault::CccdCenturyOrSex { found: 0, expected: vec![1] }]);
    assert_eq!(cccd("001390012345"), [Fault::CccdCenturyOrSex { found: 3, expected: vec![1] }]);
    assert_eq!(cccd("001191012345"), [Fault::CccdYear { found: 91, expected: 90 }]);

    let mut form = nhung();
    form["birth_date"] = json!("2004");
    form["sex"] = json!("male");
    form["identity"]["number"] = json!("079204012345");
    assert!(read(form.clone()).is_ok());
    form["sex"] = json!("other");
    form["identity"]["number"] = json!("079304012345");
    assert!(read(form.clone()).is_ok());
    form["identity"]["number"] = json!("079104012345");
    assert_eq!(read(form).unwrap_err(), [Fault::CccdCenturyOrSex { found: 1, expected: vec![2, 3] }]);
}

#[test]
fn other_fields_hold_what_they_are_for() {
    for good in ["0312345678", "0512345678", "0712345678", "0812345678", "0912345678"] {
        assert_eq!(with("phone", json!(good)), [], "{good}");
    }
    for bad in ["0112345678", "091234567", "09123456789", "+84912345678", "091234567x"] {
        assert_eq!(with("phone", json!(bad)), [Fault::Phone], "{bad}");
    }
    assert_eq!(with("nationality", json!("XX")), [Fault::Nationality]);
    assert_eq!(with("identity", json!({"kind": "passport", "number": "c 1234567"})), []);
    assert_eq!(with("identity", json!({"kind": "passport", "number": "C12"})), [Fault::Passport]);
    assert_eq!(with("priority_groups", json!(["17"])), [Fault::PriorityGroup { found: "17".to_owned() }]);
    // 24 is Bắc Giang in the one code set and Bắc Ninh in the other, 02 only in the old one.
    let place = |code_set: &str, code: &str| json!({"admin_unit": {"code_set": code_set, "code": code}, "text": ""});
    assert_eq!(with("address", place("VN-2004", "02")), []);
    assert_eq!(with("address", place("VN-2025", "02")), [Fault::AdminUnit]);
    assert_eq!(with("occupation", json!("x".repeat(201))), [Fault::Text { field: "occupation" }]);
}

#[test]
fn all_faults_come_together() {
    let mut form = nhung();
    form["name"] = json!("");
    form["phone"] = json!("1");
    form["identity"]["number"] = json!("1");
    let faults = read(form).unwrap_err();
    assert_eq!(faults, [Fault::Name(NameFault::Empty), Fault::CccdLength, Fault::Phone]);
    let fields: Vec<&str> = faults.iter().map(Fault::field).collect();
    assert_eq!(fields, ["name", "identity.number", "phone"]);
    assert!(faults.iter().all(|fault| !fault.words().0.is_empty() && !fault.words().1.is_empty()));
}

#[test]
fn names_are_found_without_diacritics_in_any_unicode_form() {
    for text in ["Đỗ  Thị Hồng", "Đô\u{303} Thị Hồng", "ĐỖ THỊ HỒNG", "do thi hong"] {
        assert_eq!(fold(text), "do thi hong", "{text}");
    }
    let found = terms(&read(nhung()).unwrap().record);
    let of = |kind| found.iter().filter(|term| term.0 == kind).map(|term| term.1.as_str()).collect::<Vec<_>>();
    assert_eq!(of(TermKind::Identity), ["cccd:001190012345"]);
    assert_eq!(of(TermKind::Name), ["hong", "nguyen", "nhung", "thi"]);
    assert_eq!(of(TermKind::Phone), ["0912345678"]);
    assert_eq!(of(TermKind::BirthDate), ["1990-05-17"]);
}

#[test]
fn an_age_from_a_year_alone_is_read_for_safety() {
    let on = day("2021-12-20");
    let born = |text: &str| PartialDate::parse(text).unwrap();
    assert_eq!((age::at_least(born("2009"), on), age::at_most(born("2009"), on)), (11, 12));
    assert_eq!((age::at_least(born("2009-12-20"), on), age::at_most(born("2009-12-20"), on)), (12, 12));
    assert_eq!(age::at_least(born("2009-12-21"), on), 11);
}

fn register(person: &str, token: Option<&str>) -> super::Command {
    super::Command::RegisterPerson {
        person: PersonId::parse(person).unwrap(),
        sealed: Sealed::from("c2VhbGVk".to_owned()),
        identity_token: token.map(|token| Token::from(token.to_owned())),
        priority_groups: vec!["08".to_owned()],
    }
}

#[test]
fn a_person_and_an_identity_are_registered_once() {
    let mut world = World::new();
    world.run("SI-1", "desk", &register("An", Some("t1")).into()).unwrap();
    let exists = Refusal::PersonExists { person: PersonId::parse("An").unwrap() };
    assert_eq!(world.run("SI-1", "desk", &register("An", Some("t2")).into()), Err(exists));
    world.facts.identities.insert(Token::from("t1".to_owned()), PersonId::parse("An").unwrap());
    let taken = Refusal::IdentityTaken { person: PersonId::parse("An").unwrap() };
    assert_eq!(world.run("SI-2", "desk", &register("Binh", Some("t1")).into()), Err(taken));
    world.run("SI-2", "desk", &register("Chi", None).into()).unwrap();
    world.replay();
}

#[test]
fn tokens_are_written_while_the_key_exists_and_not_after() {
    let vault = Arc::new(Vault::new(&[7; 32]));
    let person = PersonId::parse("An").unwrap();
    let (key, wrapped) = vault.new_key(&person);
    let record = serde_json::to_vec(&read(nhung()).unwrap().record).unwrap();
    let sealed = key.seal(RECORD, &record);
    let event = super::Event::PersonRegistered { person: person.clone(), sealed, priority_groups: Vec::new() };
    let event = Event::from(event);
    assert!(!serde_json::to_string(&event).unwrap().contains("Nhung"));
    let unit = UnitState::new(UnitId::parse("SI-1").unwrap());
    let at = crate::world::at("2021-12-20T02:00:00Z");
    let meta = Meta { unit: unit.unit.clone(), seq: 1, at, actor: "desk".to_owned() };
    let rows = |keys: &Keyring| {
        let mut changes = Changes::new();
        event.project(&meta, &unit, keys, &mut changes);
        changes.len()
    };
    let mut keys = Keyring::new(vault);
    assert_eq!(rows(&keys), 1, "without the key only the sealed record");
    assert!(keys.add(&person, &wrapped.wrapped));
    assert_eq!(rows(&keys), 1 + 7, "with it identity, phone, birth date and four words of the name");
}

proptest! {
    #[test]
    fn no_form_panics(name in ".{0,40}", birth in ".{0,12}", number in ".{0,16}", phone in ".{0,12}", group in ".{0,4}") {
        let mut form = nhung();
        form["name"] = json!(name);
        form["birth_date"] = json!(birth);
        form["identity"]["number"] = json!(number);
        form["phone"] = json!(phone);
        form["priority_groups"] = json!([group]);
        let _ = read(form);
    }

    #[test]
    fn folding_twice_is_folding_once(text in ".{0,60}") {
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
    }

    #[test]
    fn the_least_age_is_never_more_than_the_greatest(year in 1900u16..2021, days in 0i64..2_000) {
        let born = PartialDate::parse(&year.to_string()).unwrap();
        let on = Date::parse("2021-01-01").unwrap().add_days(days);
        prop_assert!(age::at_least(born, on) <= age::at_most(born, on));
    }
}
