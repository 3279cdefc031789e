use std::collections::HashMap;

use serde_json::{Value, json};

use super::decide::decide_at;
use super::{Command, Event, Form, Kind, State, Stations, Status, Tier, Unit, evolve};
use crate::clock::Timestamp;
use crate::db::{Changes, Value as Cell};
use crate::facts::Facts;
use crate::ids::UnitId;
use crate::journal::Meta;
use crate::refusal::Refusal;
use crate::unit::UnitState;

/// Offices with their states and what each knows of the others.
#[derive(Default)]
struct World {
    states: HashMap<UnitId, State>,
    all: HashMap<UnitId, Unit>,
}

impl World {
    /// The nation, Hà Nội, Thành phố Hồ Chí Minh, a national store.
    fn opened() -> World {
        let mut world = World::default();
        for command in [
            open("VN", json!("national"), json!({})),
            open("VN-01", json!("province"), json!({"admin_unit": place("01")})),
            open("VN-79", json!("province"), json!({"admin_unit": place("79")})),
            open(
                "ST-VN",
                store("national"),
                json!({"admin_unit": place("01"), "point": {"lat": 21.03, "lon": 105.85}}),
            ),
        ] {
            world.run("VN", command).unwrap();
        }
        world
    }

    fn run(&mut self, office: &str, command: Value) -> Result<Vec<Event>, Refusal> {
        let office = id(office);
        let command: Command = serde_json::from_value(command).unwrap();
        let state = self.states.entry(office.clone()).or_default();
        let decision = decide_at(state, &self.all, &command, &office)?;
        let mut events = Vec::new();
        for event in decision.events {
            let crate::event::Event::Places(event) = event else { panic!("an event of another folder") };
            evolve(state, &event, &meta(&office));
            let (Event::UnitOpened { unit } | Event::UnitChanged { unit }) = &event;
            self.all.insert(unit.id.clone(), unit.clone());
            events.push(event);
        }
        Ok(events)
    }
}

fn id(text: &str) -> UnitId {
    UnitId::parse(text).unwrap()
}

fn meta(office: &UnitId) -> Meta {
    Meta { unit: office.clone(), seq: 1, at: Timestamp(1_795_417_200_000), actor: "test".to_owned() }
}

fn place(code: &str) -> Value {
    json!({"code_set": "VN-2025", "code": code})
}

fn store(tier: &str) -> Value {
    json!({"store": {"tier": tier}})
}

fn open(unit: &str, kind: Value, more: Value) -> Value {
    let mut body = json!({"unit": unit, "kind": kind, "name": format!("Đơn vị {unit}")});
    body.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
    json!({"open_unit": body})
}

fn site(unit: &str, more: Value) -> Value {
    let stations = json!({"reception": 2, "screening": 3, "injection": 3, "observation": 30});
    let mut body = json!({"admin_unit": place("00004"), "point": {"lat": 21.0368, "lon": 105.8347}});
    body.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
    open(unit, json!({"site": {"form": "fixed", "stations": stations}}), body)
}

fn field(field: &str, why: &str) -> Refusal {
    Refusal::MalformedField { field: field.to_owned(), why: why.to_owned() }
}

#[test]
fn a_province_opens_a_site_of_its_own() {
    let mut world = World::opened();
    let events = world.run("VN-01", site("SI-01-1", json!({"supplied_by": "ST-VN"}))).unwrap();
    let [Event::UnitOpened { unit }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((unit.parent.clone(), unit.status), (Some(id("VN-01")), Status::Open));
    let stations = Stations { reception: 2, screening: 3, injection: 3, observation: 30 };
    assert_eq!(unit.kind, Kind::Site { form: Form::Fixed, stations });
    // The same again is the same; something else under the same id is not.
    assert_eq!(world.run("VN-01", site("SI-01-1", json!({"supplied_by": "ST-VN"}))), Ok(vec![]));
    assert_eq!(world.run("VN-01", site("SI-01-1", json!({}))), Err(Refusal::UnitExists { unit: id("SI-01-1") }));
    assert_eq!(world.run("VN", site("SI-01-1", json!({}))), Err(Refusal::UnitExists { unit: id("SI-01-1") }));
}

#[test]
fn nobody_opens_units_elsewhere() {
    let mut world = World::opened();
    let refused = world.run("VN-79", site("SI-79-1", json!({})));
    assert_eq!(refused, Err(Refusal::WrongUnit { unit: id("VN-79"), needed: "VN-01".into() }), "the site is in Hà Nội");
    let national =
        open("ST-X", store("national"), json!({"admin_unit": place("01"), "point": {"lat": 21.03, "lon": 105.85}}));
    assert_eq!(world.run("VN-01", national), Err(Refusal::WrongUnit { unit: id("VN-01"), needed: "VN".into() }));
    let office = open("VN-04", json!("province"), json!({"admin_unit": place("04")}));
    assert_eq!(world.run("VN-01", office), Err(Refusal::WrongUnit { unit: id("VN-01"), needed: "VN".into() }));
    world.run("VN-01", site("SI-01-1", json!({}))).unwrap();
    let change = json!({"change_unit": {"unit": "SI-01-1", "status": "closed"}});
    let needed = "the office that opened it".to_owned();
    assert_eq!(world.run("VN-79", change), Err(Refusal::WrongUnit { unit: id("VN-79"), needed }));
}

#[test]
fn the_place_must_be_one_of_today() {
    let mut world = World::opened();
    let at = |code: Value| site("SI-1", json!({ "admin_unit": code }));
    assert_eq!(world.run("VN", at(place("99999"))), Err(Refusal::UnknownPlace { code: "VN-2025:99999".into() }));
    assert_eq!(world.run("VN", at(place("01"))), Err(field("admin_unit", "not a commune")));
    let old = json!({"code_set": "VN-2004", "code": "24"});
    assert_eq!(
        world.run("VN", open("VN-24", json!("province"), json!({ "admin_unit": old }))),
        Err(Refusal::PlaceNotInForce { code: "VN-2004:24".into(), became: vec!["VN-2025:24".into()] })
    );
    assert_eq!(world.run("VN", open("SI-1", store("regional"), json!({}))), Err(field("admin_unit", "missing")));
    let no_set = json!({"open_unit": {"unit": "VN-24", "kind": "province", "name": "x", "admin_unit": {"code": "24"}}});
    assert!(serde_json::from_value::<Command>(no_set).is_err(), "a code without its set is not read");
}

#[test]
fn the_pin_must_lie_in_the_place() {
    let mut world = World::opened();
    let at = |lat: f64, lon: f64| site("SI-1", json!({"point": {"lat": lat, "lon": lon}}));
    let far = |km| Err(Refusal::FarFromPlace { unit: id("SI-1"), code: "VN-2025:00004".into(), km });
    assert_eq!(world.run("VN", at(21.0, 105.0)), far(87));
    assert_eq!(world.run("VN", at(10.7769, 106.7009)), far(1_145));
    let swapped =
        json!({"open_unit": {"unit": "SI-1", "kind": "national", "name": "x", "point": {"lat": 105.8, "lon": 21.0}}});
    assert!(serde_json::from_value::<Command>(swapped).is_err());
    assert_eq!(world.run("VN", site("SI-1", json!({"point": null}))), Err(field("point", "missing")));
    world.run("VN", at(21.04, 105.84)).unwrap();
    let moved = json!({"change_unit": {"unit": "SI-1", "point": {"lat": 16.0, "lon": 108.0}}});
    assert!(matches!(world.run("VN", moved), Err(Refusal::FarFromPlace { .. })));
}

#[test]
fn ids_names_and_seats_are_checked() {
    let mut world = World::opened();
    let wrong_id = field("unit", "VN, VN-{province}, ST-.. or SI-.., as its kind says");
    assert_eq!(world.run("VN", site("ST-1", json!({}))), Err(wrong_id.clone()));
    assert_eq!(world.run("VN", site("SI-", json!({}))), Err(wrong_id.clone()));
    assert_eq!(world.run("VN", open("VN-80", json!("province"), json!({"admin_unit": place("82")}))), Err(wrong_id));
    let name = |name: &str| site("SI-1", json!({ "name": name }));
    let blank = Err(field("name", "1 to 200 characters, no blanks around them"));
    for bad in ["", " ", "...", " Trạm", &"x".repeat(201)] {
        assert_eq!(world.run("VN", name(bad)), blank, "{bad:?}");
    }
    assert_eq!(world.run("VN", name("Trạm\u{0}y tế")), Err(field("name", "no control characters")));
    let seats = |n: u16| {
        let stations = json!({"reception": 1, "screening": 1, "injection": n, "observation": 1});
        site("SI-1", json!({"kind": {"site": {"form": "school", "stations": stations}}}))
    };
    assert_eq!(world.run("VN", seats(0)), Err(field("injection", "1 to 200")));
    assert_eq!(world.run("VN", seats(201)), Err(field("injection", "1 to 200")));
    assert_eq!(world.run("VN", seats(200)).map(|events| events.len()), Ok(1));
}

#[test]
fn doses_flow_downwards_and_never_in_a_circle() {
    let mut world = World::opened();
    let at = json!({"admin_unit": place("79"), "point": {"lat": 10.78, "lon": 106.7}});
    let tier = |unit: &str, tier: &str, supplier: &str| {
        let mut more = at.clone();
        more["supplied_by"] = json!(supplier);
        open(unit, store(tier), more)
    };
    world.run("VN", tier("ST-R", "regional", "ST-VN")).unwrap();
    world.run("VN-79", tier("ST-79-1", "provincial", "ST-R")).unwrap();
    let wrong = |unit: &str, supplier: &str| Err(Refusal::WrongSupplier { unit: id(unit), supplier: id(supplier) });
    assert_eq!(world.run("VN-79", tier("ST-79-2", "provincial", "ST-79-1")), wrong("ST-79-2", "ST-79-1"));
    assert_eq!(world.run("VN", tier("ST-R2", "regional", "ST-R2")), Err(Refusal::UnknownUnit { unit: id("ST-R2") }));
    assert_eq!(world.run("VN", tier("ST-R2", "regional", "VN-79")), wrong("ST-R2", "VN-79"));
    let upwards = json!({"change_unit": {"unit": "ST-VN", "supplied_by": "ST-R"}});
    assert_eq!(world.run("VN", upwards), wrong("ST-VN", "ST-R"));
    world.run("VN", json!({"change_unit": {"unit": "ST-R", "status": "closed"}})).unwrap();
    assert_eq!(
        world.run("VN-79", tier("ST-79-3", "provincial", "ST-R")),
        Err(Refusal::UnitClosed { unit: id("ST-R") })
    );
}

#[test]
fn a_change_keeps_the_rest_and_a_closed_unit_stays_closed() {
    let mut world = World::opened();
    world.run("VN-01", site("SI-01-1", json!({"supplied_by": "ST-VN", "name_en": "Site 1"}))).unwrap();
    let before = world.all[&id("SI-01-1")].clone();
    let change = |more: Value| {
        let mut body = json!({"unit": "SI-01-1"});
        body.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
        json!({"change_unit": body})
    };
    let stations = json!({"reception": 1, "screening": 1, "injection": 1, "observation": 9});
    world.run("VN-01", change(json!({"name": "Trạm mới", "stations": stations}))).unwrap();
    let after = world.all[&id("SI-01-1")].clone();
    let stations = Stations { reception: 1, screening: 1, injection: 1, observation: 9 };
    assert_eq!(after, Unit { name: "Trạm mới".into(), kind: Kind::Site { form: Form::Fixed, stations }, ..before });
    assert_eq!(world.run("VN-01", change(json!({"name": "Trạm mới"}))), Ok(vec![]), "no change, no event");
    world.run("VN-01", change(json!({"status": "closed"}))).unwrap();
    assert_eq!(world.run("VN-01", change(json!({"status": "open"}))), Err(Refusal::UnitClosed { unit: id("SI-01-1") }));
    assert_eq!(world.run("VN-01", change(json!({"status": "closed"}))), Ok(vec![]));
    let seats = json!({"change_unit": {"unit": "ST-VN", "stations": {"reception": 1, "screening": 1, "injection": 1, "observation": 1}}});
    assert_eq!(world.run("VN", seats), Err(Refusal::WrongUnit { unit: id("ST-VN"), needed: "site".into() }));
    let nowhere = json!({"change_unit": {"unit": "SI-404"}});
    assert_eq!(world.run("VN", nowhere), Err(Refusal::UnknownUnit { unit: id("SI-404") }));
}

#[test]
fn the_row_says_what_the_event_said() {
    let mut world = World::opened();
    let office = id("VN-01");
    let mut events = world.run("VN-01", site("SI-01-1", json!({"supplied_by": "ST-VN", "name_en": "Site"}))).unwrap();
    let at = json!({"admin_unit": place("01"), "point": {"lat": 21.03, "lon": 105.85}});
    events.extend(world.run("VN-01", open("ST-01", store("provincial"), at)).unwrap());
    events.push(Event::UnitOpened { unit: world.all[&UnitId::nation()].clone() });
    events.push(Event::UnitOpened { unit: world.all[&office].clone() });
    let state = UnitState::new(office.clone());
    let vault = std::sync::Arc::new(crate::vault::Vault::new(&[7; 32]));
    for event in events {
        let (Event::UnitOpened { unit } | Event::UnitChanged { unit }) = &event;
        let mut changes = Changes::new();
        let keys = crate::vault::Keyring::new(std::sync::Arc::clone(&vault));
        super::project(&event, &meta(&office), &state, &keys, &mut changes);
        let row = changes.rows().next().unwrap();
        assert_eq!(super::unit_of(row).as_ref(), Some(unit));
        assert_eq!(row.get("unit"), &Cell::from("VN-01"));
        // What was written is what other units learn.
        let mut facts = Facts::default();
        facts.learn(&changes, &keys);
        assert_eq!(facts.units.get(&unit.id), Some(unit));
    }
}

#[test]
fn the_tiers_are_in_order() {
    assert!(Tier::National < Tier::Regional && Tier::Regional < Tier::Provincial);
}
