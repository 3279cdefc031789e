//! Doses on their way from the aeroplane to the site, and the states of their lot.

use serde_json::{Value, json};

use crate::facts::LotState;
use crate::ids::{ConsignmentId, LotId, ShipmentId, UnitId};
use crate::ledger::{Account, WasteReason};
use crate::places::Status;
use crate::refusal::Refusal;
use crate::world::{World, at, day, dispatch};

const EXPIRY: &str = "2022-03-31";
const LOT: &str = "comirnaty:A1";

fn lot() -> LotId {
    LotId::parse(LOT).unwrap()
}

fn receive(consignment: &str, lines: Value) -> Value {
    json!({"supply": {"receive_consignment": {
        "consignment": consignment, "supplier": "COVAX", "source": "covax", "documents": [], "lines": lines}}})
}

fn inspect(consignment: &str, lines: Value, decision: &str) -> Value {
    json!({"supply": {"inspect_consignment": {
        "consignment": consignment, "lines": lines, "temperature_log_ok": true, "vvm": "none", "decision": decision}}})
}

fn line(lot_no: &str, expiry: &str, doses: u32) -> Value {
    json!({"product": "comirnaty", "lot_no": lot_no, "expiry": expiry, "doses": doses, "vials": doses.div_ceil(6).max(1)})
}

fn put_away(doses: u32) -> Value {
    json!({"supply": {"put_away": {"lot": LOT, "doses": doses}}})
}

fn counted(shipment: &str, received: u32, damaged: u32, missing: u32) -> Value {
    let lines = json!([{"lot": LOT, "received": received, "damaged": damaged, "missing": missing}]);
    json!({"supply": {"receive_shipment": {"shipment": shipment, "lines": lines}}})
}

fn on_lot(command: &str) -> Value {
    json!({"supply": {command: {"lot": LOT, "reason": "because"}}})
}

fn malformed(field: &str, why: &str) -> Result<Value, Refusal> {
    Err(Refusal::MalformedField { field: field.to_owned(), why: why.to_owned() })
}

#[test]
fn doses_travel_from_the_supplier_to_a_site_and_every_one_is_accounted_for() {
    let mut world = World::new();
    world.ask("ST-1", "keeper", receive("C-1", json!([line("A1", EXPIRY, 600)]))).unwrap();
    assert_eq!(world.balance("ST-1", &Account::Quarantine, LOT), 600);
    let found = json!([{"lot": LOT, "counted": 590, "damaged": 6}]);
    let answer = world.ask("ST-1", "keeper", inspect("C-1", found, "accepted")).unwrap();
    assert_eq!(answer["lines"], json!([{"lot": LOT, "good": 584, "damaged": 6, "missing": 10, "surplus": 0}]));
    world.release(LOT).unwrap();
    world.ask("ST-1", "keeper", put_away(584)).unwrap();
    world.ask("ST-1", "keeper", dispatch("S-1", "ST-2", LOT, 500)).unwrap();
    assert_eq!(world.balance("ST-1", &Account::Available, LOT), 84);
    assert_eq!(world.balance("ST-2", &Account::Available, LOT), 0);
    world.ask("ST-2", "keeper", counted("S-1", 488, 6, 6)).unwrap();
    assert_eq!(world.balance("ST-2", &Account::Available, LOT), 488);
    assert_eq!(world.balance("ST-2", &Account::Waste(WasteReason::Broken), LOT), 6);
    assert_eq!(world.balance("ST-2", &Account::Waste(WasteReason::Missing), LOT), 6);
    world.ask("ST-2", "keeper", dispatch("S-2", "SI-1", LOT, 60)).unwrap();
    world.ask("SI-1", "nurse", counted("S-2", 60, 0, 0)).unwrap();
    assert_eq!(world.balance("SI-1", &Account::Available, LOT), 60);
    world.replay();
}

#[test]
fn a_consignment_arrives_once_at_a_store_with_known_products_and_one_expiry_per_lot() {
    let mut world = World::new();
    world.ask("ST-1", "keeper", receive("C-1", json!([line("A1", EXPIRY, 600)]))).unwrap();
    let again = Refusal::ConsignmentExists { consignment: ConsignmentId::parse("C-1").unwrap() };
    assert_eq!(world.ask("ST-1", "keeper", receive("C-1", json!([line("A1", EXPIRY, 600)]))), Err(again));
    let differs = Refusal::LotDiffers { lot: lot(), recorded_expiry: day(EXPIRY) };
    assert_eq!(world.ask("ST-2", "keeper", receive("C-2", json!([line("A1", "2022-04-30", 600)]))), Err(differs));
    world.ask("ST-2", "keeper", receive("C-2", json!([line("A1", EXPIRY, 600)]))).unwrap();

    let wrong = Refusal::WrongUnit { unit: UnitId::parse("SI-1").unwrap(), needed: "store".to_owned() };
    assert_eq!(world.ask("SI-1", "nurse", receive("C-3", json!([line("A1", EXPIRY, 6)]))), Err(wrong));
    let mut unknown = line("A1", EXPIRY, 6);
    unknown["product"] = json!("snake-oil");
    let refusal = Refusal::UnknownProduct { product: "snake-oil".to_owned() };
    assert_eq!(world.ask("ST-1", "keeper", receive("C-3", json!([unknown]))), Err(refusal));
    let once = "1 to 200 lots, each once";
    let twice = json!([line("B1", EXPIRY, 6), line("B1", EXPIRY, 6)]);
    assert_eq!(world.ask("ST-1", "keeper", receive("C-3", twice)), malformed("lines", once));
    assert_eq!(world.ask("ST-1", "keeper", receive("C-3", json!([]))), malformed("lines", once));
    let none = world.ask("ST-1", "keeper", receive("C-3", json!([line("B1", EXPIRY, 0)])));
    assert_eq!(none, malformed("lines.doses", "1 to 100,000,000 doses"));
    let colon = world.ask("ST-1", "keeper", receive("C-3", json!([line("B:1", EXPIRY, 6)])));
    assert_eq!(colon, malformed("lines.lot_no", "1 to 20 of A-Z a-z 0-9 . _ -"));
}

#[test]
fn a_lot_has_a_component_where_the_doses_of_its_product_differ_and_nowhere_else() {
    let mut world = World::new();
    let line = |product: &str, component: Option<u32>| {
        let mut line = json!({"product": product, "lot_no": "I", "expiry": EXPIRY, "doses": 60, "vials": 12});
        if let Some(component) = component {
            line["component"] = json!(component);
        }
        json!([line])
    };
    let refused = |product: &str, component: Option<u32>, components: &[&str]| {
        let lot = LotId::of(product, "I").unwrap();
        let components = components.iter().map(|name| (*name).to_owned()).collect();
        Err(Refusal::ComponentDoesNotFit { lot, component, components })
    };
    let both = ["Component I (rAd26)", "Component II (rAd5)"];
    for component in [None, Some(0), Some(3)] {
        let asked = world.ask("ST-1", "keeper", receive("C-1", line("sputnik-v", component)));
        assert_eq!(asked, refused("sputnik-v", component, &both));
    }
    let asked = world.ask("ST-1", "keeper", receive("C-1", line("comirnaty", Some(1))));
    assert_eq!(asked, refused("comirnaty", Some(1), &[]));
    world.ask("ST-1", "keeper", receive("C-1", line("sputnik-v", Some(2)))).unwrap();
    assert_eq!(world.facts.lots["sputnik-v:I"].component, Some(2));
    let other = Refusal::LotOfAnotherComponent { lot: LotId::parse("sputnik-v:I").unwrap(), recorded: Some(2) };
    assert_eq!(world.ask("ST-2", "keeper", receive("C-2", line("sputnik-v", Some(1)))), Err(other));
    world.ask("ST-2", "keeper", receive("C-2", line("sputnik-v", Some(2)))).unwrap();
    world.ask("ST-1", "keeper", receive("C-3", line("comirnaty", None))).unwrap();
    assert_eq!(world.facts.lots["comirnaty:I"].component, None);
    world.replay();
}

#[test]
fn an_entry_from_before_components_were_asked_is_read_and_written_as_it_was() {
    let old = json!({"consignment_arrived": {
        "consignment": "C-1", "supplier": "Maker", "source": "purchase", "documents": [],
        "lines": [{"lot": "sputnik-v:I", "product": "sputnik-v", "lot_no": "I", "expiry": EXPIRY, "doses": 60, "vials": 12}]}});
    let event: super::Event = serde_json::from_value(old.clone()).unwrap();
    let super::Event::ConsignmentArrived { lines, .. } = &event else { panic!("{event:?}") };
    assert_eq!(lines[0].component, None);
    assert_eq!(serde_json::to_value(&event).unwrap(), old);
}

#[test]
fn nothing_arrives_from_a_supplier_at_a_store_that_is_not_open() {
    let mut world = World::new();
    let unit = || UnitId::parse("ST-1").unwrap();
    for status in [Status::Paused, Status::Closed] {
        world.set_status("ST-1", status);
        let refused = Refusal::UnitNotOpen { unit: unit(), status };
        assert_eq!(world.ask("ST-1", "keeper", receive("C-1", json!([line("A1", EXPIRY, 6)]))), Err(refused));
    }
    world.facts.units.remove("ST-1");
    let unknown = Refusal::UnknownUnit { unit: unit() };
    assert_eq!(world.ask("ST-1", "keeper", receive("C-1", json!([line("A1", EXPIRY, 6)]))), Err(unknown));
}

#[test]
fn a_paused_unit_counts_in_what_was_on_its_way_and_sends_its_doses_on() {
    let (mut world, _) = World::stocked("A1", EXPIRY);
    world.ask("ST-1", "keeper", put_away(60)).unwrap();
    world.ask("ST-1", "keeper", dispatch("S-2", "ST-2", LOT, 60)).unwrap();
    world.set_status("ST-2", Status::Paused);
    world.ask("ST-2", "keeper", counted("S-2", 60, 0, 0)).unwrap();
    world.ask("ST-2", "keeper", dispatch("S-3", "SI-2", LOT, 60)).unwrap();
    world.ask("ST-1", "keeper", put_away(60)).unwrap();
    let refused =
        Refusal::WrongUnit { unit: UnitId::parse("ST-2").unwrap(), needed: "an open store or site".to_owned() };
    assert_eq!(world.ask("ST-1", "keeper", dispatch("S-4", "ST-2", LOT, 60)), Err(refused));
}

#[test]
fn an_inspection_counts_every_lot_once_and_takes_in_what_was_not_announced() {
    let mut world = World::new();
    let arrival = receive("C-1", json!([line("A1", EXPIRY, 600), line("A2", EXPIRY, 60)]));
    world.ask("ST-1", "keeper", arrival).unwrap();
    let consignment = ConsignmentId::parse("C-1").unwrap();
    let a1 = json!({"lot": LOT, "counted": 606, "damaged": 0});
    let a2 = json!({"lot": "comirnaty:A2", "counted": 60, "damaged": 60});
    let incomplete = |id: &str| {
        let lot = LotId::parse(id).unwrap();
        Err(Refusal::InspectionIncomplete { consignment: consignment.clone(), lot })
    };
    assert_eq!(world.ask("ST-1", "k", inspect("C-1", json!([a1]), "accepted")), incomplete("comirnaty:A2"));
    assert_eq!(world.ask("ST-1", "k", inspect("C-1", json!([a1, a1, a2]), "accepted")), incomplete(LOT));
    let other = json!({"lot": "comirnaty:A3", "counted": 1, "damaged": 0});
    assert_eq!(world.ask("ST-1", "k", inspect("C-1", json!([a1, a2, other]), "accepted")), incomplete("comirnaty:A3"));
    world.ask("ST-1", "k", inspect("C-1", json!([a1, a2]), "accepted")).unwrap();
    assert_eq!(world.balance("ST-1", &Account::Supplier, LOT), -606);
    assert_eq!(world.balance("ST-1", &Account::Waste(WasteReason::Broken), "comirnaty:A2"), 60);
    let again = Refusal::ConsignmentInspected { consignment: consignment.clone() };
    assert_eq!(world.ask("ST-1", "k", inspect("C-1", json!([a1, a2]), "accepted")), Err(again));
    let unknown = Refusal::UnknownConsignment { consignment };
    assert_eq!(world.ask("ST-2", "k", inspect("C-1", json!([a1, a2]), "accepted")), Err(unknown));
}

#[test]
fn only_inspected_doses_of_a_released_lot_are_put_away() {
    let mut world = World::new();
    world.ask("ST-1", "keeper", receive("C-1", json!([line("A1", EXPIRY, 600)]))).unwrap();
    let unreleased = Refusal::LotNotReleased { lot: lot(), state: LotState::Quarantined };
    assert_eq!(world.ask("ST-1", "keeper", put_away(600)), Err(unreleased));
    world.release(LOT).unwrap();
    let uninspected = Refusal::NotInspected { lot: lot(), wanted: 600, cleared: 0 };
    assert_eq!(world.ask("ST-1", "keeper", put_away(600)), Err(uninspected));
    let found = json!([{"lot": LOT, "counted": 600, "damaged": 0}]);
    world.ask("ST-1", "keeper", inspect("C-1", found, "accepted")).unwrap();

    // A rejected consignment of the same lot stands beside it and stays where it is, until it is destroyed.
    world.ask("ST-1", "keeper", receive("C-2", json!([line("A1", EXPIRY, 60)]))).unwrap();
    let found = json!([{"lot": LOT, "counted": 60, "damaged": 0}]);
    world.ask("ST-1", "keeper", inspect("C-2", found, "rejected")).unwrap();
    world.ask("ST-1", "keeper", put_away(500)).unwrap();
    let too_many = Refusal::NotInspected { lot: lot(), wanted: 101, cleared: 100 };
    assert_eq!(world.ask("ST-1", "keeper", put_away(101)), Err(too_many));
    let destroy = |doses: u32| json!({"supply": {"destroy": {"lot": LOT, "doses": doses, "position": "rejected", "reference": "BB 7"}}});
    let too_many = Refusal::StockTooLow { account: "rejected".to_owned(), lot: lot(), wanted: 61, available: 60 };
    assert_eq!(world.ask("ST-1", "keeper", destroy(61)), Err(too_many));
    world.ask("ST-1", "keeper", destroy(60)).unwrap();
    world.ask("ST-1", "keeper", put_away(100)).unwrap();
    assert_eq!(world.balance("ST-1", &Account::Quarantine, LOT), 0);
}

#[test]
fn lots_move_between_their_states_as_the_national_office_says_and_in_no_other_way() {
    let mut world = World::new();
    let unknown = Refusal::UnknownLot { lot: lot() };
    assert_eq!(world.release(LOT), Err(unknown));
    world.arrive("A1", EXPIRY);
    let wrong = Refusal::WrongUnit { unit: UnitId::parse("ST-1").unwrap(), needed: "national office".to_owned() };
    assert_eq!(world.ask("ST-1", "keeper", on_lot("recall_lot")), Err(wrong));
    let step = |state| Err(Refusal::LotStateStep { lot: lot(), state });
    assert_eq!(world.ask("VN", "a", on_lot("suspend_lot")), step(LotState::Quarantined));
    assert_eq!(world.ask("VN", "a", on_lot("resume_lot")), step(LotState::Quarantined));
    world.release(LOT).unwrap();
    assert_eq!(world.release(LOT), step(LotState::Released));
    assert_eq!(world.facts.lots[LOT].certificate.as_deref(), Some("NICVB 1/2021"));
    world.ask("VN", "a", on_lot("suspend_lot")).unwrap();
    assert_eq!(world.facts.lots[LOT].state, LotState::Suspended);
    assert_eq!(world.release(LOT), step(LotState::Suspended));

    // Two people lift it.
    assert_eq!(world.ask("VN", "a", on_lot("resume_lot")).unwrap()["state"], json!("suspended"));
    assert_eq!(world.ask("VN", "a", on_lot("resume_lot")), Err(Refusal::SecondPersonNeeded { lot: lot() }));
    assert_eq!(world.facts.lots[LOT].state, LotState::Suspended);
    assert_eq!(world.ask("VN", "b", on_lot("resume_lot")).unwrap()["state"], json!("released"));
    assert_eq!(world.facts.lots[LOT].state, LotState::Released);

    world.ask("VN", "a", on_lot("recall_lot")).unwrap();
    for command in ["suspend_lot", "resume_lot", "recall_lot"] {
        assert_eq!(world.ask("VN", "a", on_lot(command)), step(LotState::Recalled));
    }
    assert_eq!(world.release(LOT), step(LotState::Recalled));
}

#[test]
fn an_expired_lot_is_neither_released_nor_moved() {
    let mut world = World::new();
    world.arrive("A1", "2021-12-20");
    world.arrive("A2", "2021-12-20");
    world.release(LOT).unwrap();
    world.ask("ST-1", "keeper", put_away(60)).unwrap();
    world.now = at("2021-12-20T17:00:00Z");
    let expired = |id: &str| Refusal::LotExpired { lot: LotId::parse(id).unwrap(), expiry: day("2021-12-20") };
    assert_eq!(world.release("comirnaty:A2"), Err(expired("comirnaty:A2")));
    assert_eq!(world.ask("ST-1", "keeper", put_away(60)), Err(expired(LOT)));
    assert_eq!(world.ask("ST-1", "keeper", dispatch("S-1", "SI-1", LOT, 60)), Err(expired(LOT)));
    let waste = |reason: &str| json!({"supply": {"waste": {"lot": LOT, "doses": 60, "position": "available", "reason": reason}}});
    let opened = world.ask("ST-1", "keeper", waste("drawn_short"));
    assert_eq!(opened, malformed("reason", "not a reason for closed vials"));
    world.ask("ST-1", "keeper", waste("expired")).unwrap();
    assert_eq!(world.balance("ST-1", &Account::Waste(WasteReason::Expired), LOT), 60);
}

#[test]
fn a_shipment_leaves_with_doses_that_are_there_for_a_unit_that_exists() {
    let (mut world, _) = World::stocked("A1", EXPIRY);
    let too_many = Refusal::InQuarantine { lot: lot(), quarantined: 540 };
    assert_eq!(world.ask("ST-1", "keeper", dispatch("S-2", "SI-1", LOT, 60)), Err(too_many));
    let too_many = Refusal::NotInStock { lot: lot(), wanted: 601, available: 0 };
    assert_eq!(world.ask("ST-1", "keeper", dispatch("S-2", "SI-1", LOT, 601)), Err(too_many));
    world.ask("ST-1", "keeper", put_away(60)).unwrap();
    let nowhere = Refusal::UnknownUnit { unit: UnitId::parse("SI-9").unwrap() };
    assert_eq!(world.ask("ST-1", "keeper", dispatch("S-2", "SI-9", LOT, 60)), Err(nowhere));
    world.facts.units.get_mut("SI-2").unwrap().status = crate::places::Status::Closed;
    let needed = "an open store or site".to_owned();
    let closed = Refusal::WrongUnit { unit: UnitId::parse("SI-2").unwrap(), needed };
    assert_eq!(world.ask("ST-1", "keeper", dispatch("S-2", "SI-2", LOT, 60)), Err(closed));
    let itself = world.ask("ST-1", "keeper", dispatch("S-2", "ST-1", LOT, 60));
    assert_eq!(itself, malformed("to", "a shipment goes to another unit"));
    let exists = Refusal::ShipmentExists { shipment: ShipmentId::parse("S-1").unwrap() };
    assert_eq!(world.ask("ST-1", "keeper", dispatch("S-1", "SI-1", LOT, 60)), Err(exists));
    world.ask("VN", "a", on_lot("suspend_lot")).unwrap();
    let suspended = Refusal::LotNotReleased { lot: lot(), state: LotState::Suspended };
    assert_eq!(world.ask("ST-1", "keeper", dispatch("S-2", "SI-1", LOT, 60)), Err(suspended));
}

#[test]
fn a_shipment_is_packed_for_temperatures_at_which_all_that_is_on_board_may_be_kept() {
    let (mut world, _) = World::stocked("A1", EXPIRY);
    let sputnik = "sputnik-v:I";
    let line =
        json!({"product": "sputnik-v", "lot_no": "I", "expiry": EXPIRY, "component": 1, "doses": 600, "vials": 120});
    world.arrive_as("I", &line);
    world.release(sputnik).unwrap();
    world.ask("ST-1", "keeper", put_away(60)).unwrap();
    world.ask("ST-1", "keeper", json!({"supply": {"put_away": {"lot": sputnik, "doses": 60}}})).unwrap();
    let packed = |lots: &[&str], min: i16, max: i16| {
        let mut command = dispatch("S-2", "SI-1", LOT, 10);
        let dispatch = &mut command["supply"]["dispatch_shipment"];
        dispatch["band"] = json!({"min": min, "max": max});
        dispatch["lines"] = lots.iter().map(|lot| json!({"lot": lot, "doses": 10})).collect();
        command
    };
    let outside = |lot: &str, min, max| Err(Refusal::OutsideStorage { lot: LotId::parse(lot).unwrap(), min, max });
    // Warm, a degree too warm, a degree too cold, and from one band into the next.
    for (min, max) in [(20, 40), (2, 9), (1, 8), (-25, 8)] {
        assert_eq!(world.ask("ST-1", "keeper", packed(&[LOT], min, max)), outside(LOT, min, max));
    }
    assert_eq!(world.ask("ST-1", "keeper", packed(&[LOT], 8, 2)), malformed("band", "min is not above max"));
    // One box for two products suits both or is not sent.
    assert_eq!(world.ask("ST-1", "keeper", packed(&[LOT, sputnik], 2, 8)), outside(sputnik, 2, 8));
    assert_eq!(world.ask("ST-1", "keeper", packed(&[sputnik, LOT], -40, -30)), outside(LOT, -40, -30));
    world.ask("ST-1", "keeper", packed(&[LOT, sputnik], -25, -18)).unwrap();
}

#[test]
fn a_shipment_is_counted_in_once_by_its_receiver_and_adds_up() {
    let (mut world, _) = World::stocked("A1", EXPIRY);
    world.ask("ST-1", "keeper", put_away(60)).unwrap();
    world.ask("ST-1", "keeper", dispatch("S-2", "SI-2", LOT, 60)).unwrap();
    let shipment = ShipmentId::parse("S-2").unwrap();
    let not_here = Refusal::UnknownShipment { shipment: shipment.clone() };
    assert_eq!(world.ask("SI-1", "nurse", counted("S-2", 60, 0, 0)), Err(not_here));
    for (received, damaged, missing) in [(59, 0, 0), (60, 1, 0), (u32::MAX, u32::MAX, u32::MAX)] {
        let sum = i64::from(received) + i64::from(damaged) + i64::from(missing);
        let refusal = Refusal::ReceiptDoesNotAddUp { shipment: shipment.clone(), lot: lot(), sent: 60, counted: sum };
        assert_eq!(world.ask("SI-2", "nurse", counted("S-2", received, damaged, missing)), Err(refusal));
    }
    let other = json!([{"lot": "comirnaty:A2", "received": 0, "damaged": 0, "missing": 0}]);
    let other = json!({"supply": {"receive_shipment": {"shipment": "S-2", "lines": other}}});
    let refusal = Refusal::ReceiptDoesNotAddUp { shipment: shipment.clone(), lot: lot(), sent: 60, counted: 0 };
    assert_eq!(world.ask("SI-2", "nurse", other), Err(refusal));
    world.ask("SI-2", "nurse", counted("S-2", 58, 1, 1)).unwrap();
    let again = Refusal::ShipmentReceived { shipment };
    assert_eq!(world.ask("SI-2", "nurse", counted("S-2", 58, 1, 1)), Err(again));
}

#[test]
fn doses_are_given_back_or_wasted_only_where_they_stand() {
    let (mut world, _) = World::stocked("A1", EXPIRY);
    let give_back = |doses: u32, position: &str| json!({"supply": {"return_doses": {"lot": LOT, "doses": doses, "position": position, "reference": "R 1"}}});
    let too_many =
        Refusal::StockTooLow { account: "store/available".to_owned(), lot: lot(), wanted: 61, available: 60 };
    assert_eq!(world.ask("SI-1", "nurse", give_back(61, "available")), Err(too_many));
    world.ask("SI-1", "nurse", give_back(60, "available")).unwrap();
    world.ask("ST-1", "keeper", give_back(540, "quarantine")).unwrap();
    assert_eq!(world.balance("ST-1", &Account::Returned, LOT), 540);
    let none = Refusal::NotInspected { lot: lot(), wanted: 1, cleared: 0 };
    assert_eq!(world.ask("ST-1", "keeper", put_away(1)), Err(none));
}

#[test]
fn rejected_doses_are_not_to_be_had_under_another_name() {
    let mut world = World::new();
    world.ask("ST-1", "keeper", receive("C-1", json!([line("A1", EXPIRY, 60)]))).unwrap();
    let all = json!([{"lot": LOT, "counted": 60, "damaged": 0}]);
    world.ask("ST-1", "keeper", inspect("C-1", all.clone(), "rejected")).unwrap();
    world.ask("ST-1", "keeper", receive("C-2", json!([line("A1", EXPIRY, 60)]))).unwrap();
    world.release(LOT).unwrap();
    let waste = |doses: u32| {
        json!({"supply": {"waste": {
        "lot": LOT, "doses": doses, "position": "quarantine", "reason": "heat"}}})
    };
    let quarantine = || "store/quarantine".to_owned();
    let refused = Refusal::StockTooLow { account: quarantine(), lot: lot(), wanted: 61, available: 60 };
    assert_eq!(world.ask("ST-1", "keeper", waste(61)), Err(refused));
    world.ask("ST-1", "keeper", waste(10)).unwrap();
    // The inspection says more than there is: what it clears is not taken from the rejected.
    world.ask("ST-1", "keeper", inspect("C-2", all, "accepted")).unwrap();
    let refused = Refusal::StockTooLow { account: quarantine(), lot: lot(), wanted: 60, available: 50 };
    assert_eq!(world.ask("ST-1", "keeper", put_away(60)), Err(refused));
    world.ask("ST-1", "keeper", put_away(50)).unwrap();
    assert_eq!(world.balance("ST-1", &Account::Quarantine, LOT), 60);
}

#[test]
fn an_inspection_does_not_accept_what_its_own_findings_forbid() {
    let mut world = World::new();
    world.ask("ST-1", "keeper", receive("C-1", json!([line("A1", EXPIRY, 60)]))).unwrap();
    let found = |vvm: &str, log: bool, decision: &str, note: &str| {
        json!({"supply": {"inspect_consignment": {
        "consignment": "C-1", "lines": [{"lot": LOT, "counted": 60, "damaged": 0}], "temperature_log_ok": log,
        "vvm": vvm, "decision": decision, "note": note}}})
    };
    for vvm in ["stage3", "stage4"] {
        let why = "not accepted when the vial monitors say: do not use";
        assert_eq!(world.ask("ST-1", "keeper", found(vvm, true, "accepted", "")), malformed("decision", why));
    }
    let why = "why doses with an excursion in their temperature log are accepted";
    assert_eq!(world.ask("ST-1", "keeper", found("stage2", false, "accepted", " ")), malformed("note", why));
    world.ask("ST-1", "keeper", found("stage4", false, "rejected", "")).unwrap();
}
