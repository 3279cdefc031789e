//! The flow of a site and its gate: each bad input gets its exact refusal, and what is right goes through.

mod component;
mod screening;
mod standing;
mod voiding;

use serde_json::json;

use super::checklist::checklist;
use super::{Answers, Conclusion, Gap, Vitals};
use crate::facts::{DoseFact, LotState};
use crate::ids::{DoseId, LotId, PersonId, UnitId, VialId, VisitId};
use crate::ledger::{Account, WasteReason};
use crate::places::Status;
use crate::refusal::Refusal;
use crate::vault::REASON;
use crate::world::{World, at, check_in, day, inject, screen};

const EXPIRY: &str = "2022-03-31";

fn lot(id: &str) -> LotId {
    LotId::parse(id).unwrap()
}

fn vial(id: &str) -> VialId {
    VialId::parse(id).unwrap()
}

fn visit(id: &str) -> VisitId {
    VisitId::parse(id).unwrap()
}

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

/// A dose somewhere else, of which only facts tell.
fn earlier(world: &mut World, who: &str, number: u32, product: &str, when: &str) {
    let dose = DoseFact {
        dose: DoseId::parse(&format!("{who}-{number}")).unwrap(),
        unit: UnitId::parse("SI-9").unwrap(),
        person: person(who),
        disease: "840539006".to_owned(),
        dose_number: number,
        product: product.to_owned(),
        lot: lot(&format!("{product}:OLD")),
        injected_at: at(when),
        void: false,
    };
    world.facts.people.get_mut(&person(who)).unwrap().doses.push(dose);
}

/// A stocked site with one open vial.
fn open_site() -> World {
    let (mut world, lot) = World::stocked("A1", EXPIRY);
    world.open("V1", &lot).unwrap();
    world
}

#[test]
fn a_dose_goes_from_vial_to_arm_and_the_request_for_its_certificate_follows_the_discharge() {
    let mut world = open_site();
    world.vaccinated("visit-1", "An", "V1", 1);
    let lot = "comirnaty:A1";
    assert_eq!(world.balance("SI-1", &Account::Available, lot), 54);
    assert_eq!(world.balance("SI-1", &Account::Vial(vial("V1")), lot), 5);
    assert_eq!(world.balance("SI-1", &Account::Injected, lot), 1);
    let kinds = world.kinds();
    assert_eq!(
        kinds[kinds.len() - 5..],
        ["visits.checked_in", "visits.screened", "visits.injected", "visits.discharged", "certificates.requested"]
    );
    let doses = &world.facts.people["An"].doses;
    assert_eq!((doses.len(), doses[0].dose_number, doses[0].void), (1, 1, false));
    world.replay();
}

#[test]
fn an_unreleased_lot_is_not_opened() {
    let mut world = World::new();
    let id = world.arrive("A1", EXPIRY);
    assert_eq!(world.open("V1", &id), Err(Refusal::LotNotReleased { lot: lot(&id), state: LotState::Quarantined }));
}

#[test]
fn a_lot_suspended_after_the_vial_was_opened_is_not_injected() {
    let mut world = open_site();
    world.screened("visit-1", "An", "eligible", &json!({}));
    let suspend = json!({"supply": {"suspend_lot": {"lot": "comirnaty:A1", "reason": "AEFI"}}});
    world.ask("VN", "safety", suspend).unwrap();
    let refusal = Refusal::LotNotReleased { lot: lot("comirnaty:A1"), state: LotState::Suspended };
    assert_eq!(world.inject("visit-1", "V1", 1), Err(refusal));
}

#[test]
fn an_expired_lot_is_not_opened_and_its_last_day_ends_at_midnight_in_viet_nam() {
    let (mut world, id) = World::stocked("A1", "2021-12-21");
    let expired = Refusal::LotExpired { lot: lot(&id), expiry: day("2021-12-21") };
    // 21 December, 23:00 in Viet Nam: still good, but only until midnight.
    world.now = at("2021-12-21T16:00:00Z");
    let opened = world.open("V1", &id).unwrap();
    assert_eq!(opened["discard_at"], json!(at("2021-12-21T17:00:00Z")));
    world.screened("visit-1", "An", "eligible", &json!({}));
    world.now = at("2021-12-21T17:00:00Z");
    assert_eq!(world.inject("visit-1", "V1", 1), Err(expired.clone()));
    assert_eq!(world.open("V2", &id), Err(expired));
}

#[test]
fn a_vial_past_its_clock_is_not_drawn_from() {
    let mut world = open_site();
    let until = world.now.plus_minutes(6 * 60);
    world.screened("visit-1", "An", "eligible", &json!({}));
    world.screened("visit-2", "Binh", "eligible", &json!({}));
    world.now = until.plus_minutes(-1);
    world.inject("visit-1", "V1", 1).unwrap();
    world.now = until;
    assert_eq!(world.inject("visit-2", "V1", 1), Err(Refusal::VialPastItsClock { vial: vial("V1"), until }));
}

#[test]
fn a_screening_holds_for_twelve_hours() {
    let (mut world, id) = World::stocked("A1", EXPIRY);
    world.screened("visit-1", "An", "eligible", &json!({}));
    world.screened("visit-2", "Binh", "eligible", &json!({}));
    let screened_at = world.now;
    let until = screened_at.plus_minutes(12 * 60);
    world.now = until;
    world.open("V1", &id).unwrap();
    world.inject("visit-1", "V1", 1).unwrap();
    world.wait(1);
    let refusal = Refusal::ScreeningTooOld { visit: visit("visit-2"), screened_at, until };
    assert_eq!(world.inject("visit-2", "V1", 1), Err(refusal));
    // Left and begun anew, the person is screened again.
    world.ask("SI-1", "desk", json!({"visits": {"leave": {"visit": "visit-2", "reason": "too late"}}})).unwrap();
    world.screened("visit-3", "Binh", "eligible", &json!({}));
    world.inject("visit-3", "V1", 1).unwrap();
}

#[test]
fn a_paused_or_closed_site_begins_nothing_and_ends_what_it_began() {
    for status in [Status::Paused, Status::Closed] {
        let mut world = open_site();
        world.screened("visit-1", "An", "eligible", &json!({}));
        world.screened("visit-2", "Binh", "eligible", &json!({}));
        world.inject("visit-1", "V1", 1).unwrap();
        world.person("Chi", "1990-05-17");
        world.set_status("SI-1", status);
        let refused = || Err(Refusal::UnitNotOpen { unit: UnitId::parse("SI-1").unwrap(), status });
        assert_eq!(world.ask("SI-1", "desk", check_in("visit-3", "Chi")), refused());
        assert_eq!(world.open("V2", "comirnaty:A1"), refused());
        assert_eq!(world.inject("visit-2", "V1", 1), refused());
        world.wait(30);
        for command in [
            json!({"observe": {"visit": "visit-1", "findings": ["none"]}}),
            json!({"discharge": {"visit": "visit-1", "outcome": "home"}}),
            json!({"leave": {"visit": "visit-2", "reason": "the site is paused"}}),
            json!({"close_vial": {"vial": "V1", "reason": "end_of_session"}}),
        ] {
            world.ask("SI-1", "nurse", json!({ "visits": command })).unwrap();
        }
        let waste = json!({"lot": "comirnaty:A1", "doses": 6, "position": "available", "reason": "heat"});
        world.ask("SI-1", "nurse", json!({"supply": {"waste": waste}})).unwrap();
    }
}

#[test]
fn a_site_that_nobody_opened_begins_nothing() {
    let mut world = open_site();
    world.screened("visit-1", "An", "eligible", &json!({}));
    world.person("Chi", "1990-05-17");
    world.facts.units.remove("SI-1");
    let unknown = || Err(Refusal::UnknownUnit { unit: UnitId::parse("SI-1").unwrap() });
    assert_eq!(world.ask("SI-1", "desk", check_in("visit-3", "Chi")), unknown());
    assert_eq!(world.open("V2", "comirnaty:A1"), unknown());
    assert_eq!(world.inject("visit-1", "V1", 1), unknown());
}

#[test]
fn a_lot_that_is_not_in_stock_here_is_not_opened() {
    let (mut world, id) = World::stocked("A1", EXPIRY);
    let refusal = Refusal::NotInStock { lot: lot(&id), wanted: 6, available: 0 };
    let open = json!({"visits": {"open_vial": {"vial": "V1", "lot": id}}});
    assert_eq!(world.ask("SI-2", "nurse", open), Err(refusal));
}

#[test]
fn doses_in_quarantine_here_are_not_opened() {
    let mut world = World::new();
    let id = world.arrive("A1", EXPIRY);
    world.release(&id).unwrap();
    world.ask("ST-1", "keeper", json!({"supply": {"put_away": {"lot": id, "doses": 60}}})).unwrap();
    world.ask("ST-1", "keeper", crate::world::dispatch("S-1", "SI-1", &id, 60)).unwrap();
    // Suspended on the road: counted in, but into quarantine.
    world.ask("VN", "safety", json!({"supply": {"suspend_lot": {"lot": id, "reason": "AEFI"}}})).unwrap();
    let lines = json!([{"lot": id, "received": 60, "damaged": 0, "missing": 0}]);
    world.ask("SI-1", "nurse", json!({"supply": {"receive_shipment": {"shipment": "S-1", "lines": lines}}})).unwrap();
    for actor in ["quality", "second"] {
        let resume = json!({"supply": {"resume_lot": {"lot": id, "reason": "cleared"}}});
        world.ask("VN", actor, resume).unwrap();
    }
    assert_eq!(world.open("V1", &id), Err(Refusal::InQuarantine { lot: lot(&id), quarantined: 60 }));
    world.ask("SI-1", "nurse", json!({"supply": {"put_away": {"lot": id, "doses": 60}}})).unwrap();
    world.open("V1", &id).unwrap();
}

#[test]
fn nothing_is_drawn_from_a_vial_that_is_not_open_here() {
    let mut world = open_site();
    world.screened("visit-1", "An", "eligible", &json!({}));
    assert_eq!(world.inject("visit-1", "V9", 1), Err(Refusal::UnknownVial { vial: vial("V9") }));
    let close = json!({"visits": {"close_vial": {"vial": "V1", "reason": "contaminated"}}});
    assert_eq!(world.ask("SI-1", "nurse", close.clone()), Ok(json!({"vial": "V1", "wasted": 6})));
    assert_eq!(world.balance("SI-1", &Account::Waste(WasteReason::Contaminated), "comirnaty:A1"), 6);
    let closed = Refusal::VialClosed { vial: vial("V1") };
    assert_eq!(world.inject("visit-1", "V1", 1), Err(closed.clone()));
    assert_eq!(world.ask("SI-1", "nurse", close), Err(closed));
    assert_eq!(world.open("V1", "comirnaty:A1"), Err(Refusal::VialExists { vial: vial("V1") }));
}

#[test]
fn a_second_dose_too_early_after_the_last_is_refused_unless_the_doctor_allowed_it() {
    let mut world = open_site();
    world.person("An", "1990-05-17");
    earlier(&mut world, "An", 1, "comirnaty", "2021-11-30T02:00:00Z");
    world.screened("visit-1", "An", "eligible", &json!({}));
    let too_early = Refusal::TooEarly { person: person("An"), earliest: day("2021-12-21") };
    assert_eq!(world.inject("visit-1", "V1", 2), Err(too_early));

    world.person("Binh", "1990-05-17");
    earlier(&mut world, "Binh", 1, "comirnaty", "2021-11-30T02:00:00Z");
    world.screened("visit-2", "Binh", "eligible", &json!({"interval_override": "leaves the country tomorrow"}));
    world.inject("visit-2", "V1", 2).unwrap();
    let kept = world.unit("SI-1").visits.doses["visit-2"].override_reason.as_deref().unwrap();
    let opened = world.newest().1.open(&person("Binh"), REASON, kept).unwrap();
    assert_eq!(opened.as_slice(), b"leaves the country tomorrow");

    // On the last day of the interval the dose is in time, and the override of no use.
    world.person("Chi", "1990-05-17");
    earlier(&mut world, "Chi", 1, "comirnaty", "2021-11-29T02:00:00Z");
    world.screened("visit-3", "Chi", "eligible", &json!({"interval_override": "not needed"}));
    world.inject("visit-3", "V1", 2).unwrap();
    assert_eq!(world.unit("SI-1").visits.doses["visit-3"].override_reason, None);
}

#[test]
fn two_doses_on_one_day_are_refused_even_with_an_override() {
    let mut world = open_site();
    world.vaccinated("visit-1", "An", "V1", 1);
    world.screened("visit-2", "An", "eligible", &json!({"interval_override": "asked for it"}));
    let too_early = Refusal::TooEarly { person: person("An"), earliest: day("2022-01-10") };
    assert_eq!(world.inject("visit-2", "V1", 2), Err(too_early));
}

#[test]
fn nothing_is_injected_after_a_postponing_conclusion() {
    let mut world = open_site();
    let more = json!({"yes": ["3"], "until": "2022-01-03"});
    world.screened("visit-1", "An", "postpone", &more);
    let refusal = Refusal::NotEligible { visit: visit("visit-1"), conclusion: "postpone".to_owned() };
    assert_eq!(world.inject("visit-1", "V1", 1), Err(refusal));
    for (conclusion, item, details) in [("contraindicated", "1", json!({})), ("hospital", "5", json!({"5": "latex"}))] {
        let id = format!("visit-{conclusion}");
        world.screened(&id, conclusion, conclusion, &json!({ "yes": [item], "details": details }));
        let refusal = Refusal::NotEligible { visit: visit(&id), conclusion: conclusion.to_owned() };
        assert_eq!(world.inject(&id, "V1", 1), Err(refusal));
    }
}

#[test]
fn nothing_is_injected_before_screening_or_twice_in_one_visit() {
    let mut world = open_site();
    world.person("An", "1990-05-17");
    world.ask("SI-1", "desk", check_in("visit-1", "An")).unwrap();
    let step = |standing: &str| Refusal::VisitStep {
        visit: visit("visit-1"),
        standing: standing.to_owned(),
        needed: "screened".to_owned(),
    };
    assert_eq!(world.inject("visit-1", "V1", 1), Err(step("checked_in")));
    world.ask("SI-1", "doctor", screen("visit-1", "eligible", &json!({}))).unwrap();
    world.inject("visit-1", "V1", 1).unwrap();
    assert_eq!(world.inject("visit-1", "V1", 2), Err(step("observing")));
}

#[test]
fn the_last_dose_of_a_vial_goes_to_one_of_two_nurses() {
    let mut world = open_site();
    for number in 0..7 {
        world.screened(&format!("visit-{number}"), &format!("person-{number}"), "eligible", &json!({}));
    }
    for number in 0..6 {
        world.inject(&format!("visit-{number}"), "V1", 1).unwrap();
    }
    let empty = Refusal::VialEmpty { vial: vial("V1") };
    assert_eq!(world.inject("visit-6", "V1", 1), Err(empty.clone()));

    // One more full dose is in it, and the nurse says so; beyond the most a vial can give it is an error.
    let mut extra = inject("visit-6", "V1", 1);
    extra["visits"]["inject"]["extra"] = json!(true);
    let answer = world.ask("SI-1", "nurse", extra.clone()).unwrap();
    assert_eq!((&answer["over_yield"], &answer["left_in_vial"]), (&json!(true), &json!(0)));
    assert_eq!(world.balance("SI-1", &Account::GainYield, "comirnaty:A1"), -1);
    world.screened("visit-7", "person-7", "eligible", &json!({}));
    extra["visits"]["inject"]["visit"] = json!("visit-7");
    extra["visits"]["inject"]["dose"] = json!("visit-7");
    assert_eq!(world.ask("SI-1", "nurse", extra), Err(empty));
}

#[test]
fn who_screened_does_not_inject() {
    let mut world = open_site();
    world.screened("visit-1", "An", "eligible", &json!({}));
    let command = inject("visit-1", "V1", 1);
    let refusal = Refusal::ScreenerInjects { visit: visit("visit-1") };
    assert_eq!(world.ask("SI-1", "doctor", command), Err(refusal));
}

#[test]
fn the_dose_number_is_the_next_of_the_record() {
    let mut world = open_site();
    world.person("An", "1990-05-17");
    earlier(&mut world, "An", 1, "comirnaty", "2021-07-01T02:00:00Z");
    world.screened("visit-1", "An", "eligible", &json!({}));
    for wrong in [1, 3, 0] {
        let refusal = Refusal::DoseNumber { person: person("An"), expected: 2 };
        assert_eq!(world.inject("visit-1", "V1", wrong), Err(refusal));
    }
    world.inject("visit-1", "V1", 2).unwrap();
}

#[test]
fn a_product_that_may_not_follow_needs_the_doctors_override_and_its_own_interval() {
    let mut world = open_site();
    for who in ["An", "Binh", "Chi"] {
        world.person(who, "1990-05-17");
    }
    earlier(&mut world, "An", 1, "vero-cell", "2021-10-01T02:00:00Z");
    world.screened("visit-1", "An", "eligible", &json!({}));
    let follows = Refusal::ProductDoesNotFollow { product: "comirnaty".to_owned(), before: "vero-cell".to_owned() };
    assert_eq!(world.inject("visit-1", "V1", 2), Err(follows));

    earlier(&mut world, "Binh", 1, "vero-cell", "2021-10-01T02:00:00Z");
    world.screened("visit-2", "Binh", "eligible", &json!({"product_override": "no Vero Cell left"}));
    world.inject("visit-2", "V1", 2).unwrap();

    earlier(&mut world, "Chi", 1, "vero-cell", "2021-12-15T02:00:00Z");
    world.screened("visit-3", "Chi", "eligible", &json!({"product_override": "no Vero Cell left"}));
    let too_early = Refusal::TooEarly { person: person("Chi"), earliest: day("2022-01-05") };
    assert_eq!(world.inject("visit-3", "V1", 2), Err(too_early));
}

#[test]
fn a_booster_waits_for_the_basic_series_and_a_third_basic_dose_does_not_exist() {
    let mut world = open_site();
    world.person("An", "1990-05-17");
    earlier(&mut world, "An", 1, "comirnaty", "2021-07-01T02:00:00Z");
    world.screened("visit-1", "An", "eligible", &json!({}));
    let mut booster = inject("visit-1", "V1", 2);
    booster["visits"]["inject"]["kind"] = json!("booster");
    let incomplete = Refusal::SeriesIncomplete { person: person("An"), given: 1, needed: 2 };
    assert_eq!(world.ask("SI-1", "nurse", booster.clone()), Err(incomplete));
    earlier(&mut world, "An", 2, "comirnaty", "2021-08-01T02:00:00Z");
    let third = Refusal::NotInSeries { product: "comirnaty".to_owned(), dose: 3 };
    assert_eq!(world.inject("visit-1", "V1", 3), Err(third));
    booster["visits"]["inject"]["dose_number"] = json!(3);
    world.ask("SI-1", "nurse", booster).unwrap();
}

#[test]
fn nobody_below_the_products_age_is_injected_and_a_year_alone_is_read_as_the_younger() {
    let mut world = open_site();
    world.now = at("2021-12-20T07:00:00Z");
    // Comirnaty is for twelve years and more; somebody born in 2009 may still be eleven. The screening let nobody through who
    // is known to be so young, but the gate looks again, and the record may say something else by then.
    for (visit, birth) in [("visit-1", "2009-12-21"), ("visit-2", "2009"), ("visit-3", "2010")] {
        world.screened(visit, visit, "eligible", &json!({}));
        world.person(visit, birth);
        let refusal = Refusal::AgeOutside { product: "comirnaty".to_owned(), min_years: 12 };
        assert_eq!(world.inject(visit, "V1", 1), Err(refusal));
    }
    // Midnight in Viet Nam: the birthday.
    world.now = at("2021-12-20T17:00:00Z");
    world.open("V2", "comirnaty:A1").unwrap();
    world.inject("visit-1", "V2", 1).unwrap();
}

#[test]
fn an_answer_can_rule_a_product_out() {
    let form = checklist("3802").unwrap();
    let mut answers: Answers = form.items.iter().map(|item| (item.id.clone(), false)).collect();
    assert_eq!(form.barred(&answers), Vec::<String>::new());
    answers.insert("4b".to_owned(), true);
    assert_eq!(form.barred(&answers), ["sputnik-v"]);
    assert_eq!(form.suggest(&answers, &Vitals::new()), Conclusion::Caution);
}

#[test]
fn reception_confirms_identity_and_consent_and_lets_nobody_in_twice() {
    let mut world = open_site();
    let stranger = Refusal::UnknownPerson { person: person("Nobody") };
    assert_eq!(world.ask("SI-1", "desk", check_in("visit-1", "Nobody")), Err(stranger));
    world.person("An", "1990-05-17");
    let mut command = check_in("visit-1", "An");
    command["visits"]["check_in"]["identity_confirmed"] = json!(false);
    let refusal = Refusal::IdentityNotConfirmed { person: person("An") };
    assert_eq!(world.ask("SI-1", "desk", command), Err(refusal));
    let mut command = check_in("visit-1", "An");
    command["visits"]["check_in"]["consent"] = json!("none");
    assert_eq!(world.ask("SI-1", "desk", command), Err(Refusal::ConsentMissing { person: person("An") }));
    let refusal = Refusal::WrongUnit { unit: UnitId::parse("ST-1").unwrap(), needed: "site".to_owned() };
    assert_eq!(world.ask("ST-1", "desk", check_in("visit-1", "An")), Err(refusal));
    world.ask("SI-1", "desk", check_in("visit-1", "An")).unwrap();
    let twice = Refusal::VisitExists { visit: visit("visit-1") };
    assert_eq!(world.ask("SI-1", "desk", check_in("visit-1", "An")), Err(twice));
    let here = Refusal::AlreadyHere { person: person("An"), visit: visit("visit-1") };
    assert_eq!(world.ask("SI-1", "desk", check_in("visit-2", "An")), Err(here));
    let leave = json!({"visits": {"leave": {"visit": "visit-1", "reason": "queue too long"}}});
    world.ask("SI-1", "desk", leave).unwrap();
    world.ask("SI-1", "desk", check_in("visit-2", "An")).unwrap();
}

#[test]
fn nothing_is_decided_about_an_erased_person() {
    let mut world = open_site();
    world.screened("visit-1", "An", "eligible", &json!({}));
    world.facts.people.get_mut(&person("An")).unwrap().birth_date = None;
    let erased = Refusal::PersonErased { person: person("An") };
    assert_eq!(world.inject("visit-1", "V1", 1), Err(erased));
}

#[test]
fn a_screening_is_filled_in_whole_and_a_different_conclusion_needs_its_reason() {
    let mut world = open_site();
    world.person("An", "1990-05-17");
    world.ask("SI-1", "desk", check_in("visit-1", "An")).unwrap();
    let mut ask = |command| world.ask("SI-1", "doctor", command);
    let fault = |fault: &str, id: &str| Err(Refusal::ChecklistFault { fault: fault.to_owned(), id: id.to_owned() });

    let mut short = screen("visit-1", "eligible", &json!({}));
    short["visits"]["screen"]["answers"].as_object_mut().unwrap().remove("8");
    assert_eq!(ask(short), fault("unanswered", "8"));
    assert_eq!(ask(screen("visit-1", "eligible", &json!({"vitals": {}}))), fault("unmeasured", "temperature_tenths"));
    let typed = json!({"vitals": {"temperature_tenths": 36}});
    assert_eq!(ask(screen("visit-1", "eligible", &typed)), fault("implausible", "temperature_tenths"));
    let unknown = json!({"vitals": {"temperature_tenths": 366, "weight": 60}});
    assert_eq!(ask(screen("visit-1", "eligible", &unknown)), fault("unknown", "weight"));
    let version = Refusal::UnknownChecklist { version: "5785".to_owned() };
    assert_eq!(ask(screen("visit-1", "eligible", &json!({"checklist": "5785"}))), Err(version));

    let reason = Refusal::ReasonNeeded { suggestion: "caution".to_owned(), conclusion: "eligible".to_owned() };
    assert_eq!(ask(screen("visit-1", "eligible", &json!({"yes": ["7"]}))), Err(reason));
    let more = json!({"yes": ["7"], "reason": "hay fever only"});
    let answer = ask(screen("visit-1", "eligible", &more)).unwrap();
    assert_eq!((&answer["suggestion"], &answer["cleared"]), (&json!("caution"), &json!(true)));
}

#[test]
fn blood_pressure_is_measured_in_people_over_65() {
    let form = checklist("3802").unwrap();
    let answers: Answers = form.items.iter().map(|item| (item.id.clone(), false)).collect();
    let mut vitals = Vitals::from([("temperature_tenths".to_owned(), 366)]);
    assert_eq!(form.complete(&answers, &vitals, 65), Ok(()));
    assert_eq!(form.complete(&answers, &vitals, 66), Err(Gap::Unmeasured("systolic".to_owned())));
    vitals.extend([("systolic".to_owned(), 120), ("diastolic".to_owned(), 80)]);
    assert_eq!(form.complete(&answers, &vitals, 66), Ok(()));
}

#[test]
fn the_rule_table_of_3802_suggests_the_gravest_conclusion() {
    let form = checklist("3802").unwrap();
    let none: Answers = form.items.iter().map(|item| (item.id.clone(), false)).collect();
    let suggest = |yes: &[&str], vitals: &[(&str, i32)]| {
        let mut answers = none.clone();
        answers.extend(yes.iter().map(|id| ((*id).to_owned(), true)));
        form.suggest(&answers, &vitals.iter().map(|(id, value)| ((*id).to_owned(), *value)).collect())
    };
    assert_eq!(suggest(&[], &[]), Conclusion::Eligible);
    for item in ["2", "3", "4a"] {
        assert_eq!(suggest(&[item, "7", "5"], &[]), Conclusion::Postpone, "{item}");
    }
    for item in ["4b", "6", "7", "8", "9", "10", "11"] {
        assert_eq!(suggest(&[item], &[]), Conclusion::Caution, "{item}");
    }
    assert_eq!(suggest(&["5", "7"], &[]), Conclusion::Hospital);
    assert_eq!(suggest(&["1", "3"], &[]), Conclusion::Contraindicated);
    // Limits are themselves normal.
    for (id, low, high) in
        [("temperature_tenths", 355, 375), ("pulse", 60, 100), ("systolic", 90, 140), ("diastolic", 60, 90)]
    {
        for (value, expected) in [
            (low, Conclusion::Eligible),
            (high, Conclusion::Eligible),
            (low - 1, Conclusion::Caution),
            (high + 1, Conclusion::Caution),
        ] {
            assert_eq!(suggest(&[], &[(id, value)]), expected, "{id} {value}");
        }
    }
    assert_eq!(suggest(&[], &[("breaths", 25)]), Conclusion::Eligible);
    assert_eq!(suggest(&[], &[("breaths", 26)]), Conclusion::Caution);
    assert_eq!(suggest(&[], &[("systolic", 135), ("usual_systolic", 104)]), Conclusion::Caution);
    assert_eq!(suggest(&[], &[("systolic", 135), ("usual_systolic", 105)]), Conclusion::Eligible);
}

#[test]
fn a_person_goes_home_after_thirty_minutes_and_to_hospital_at_once() {
    let mut world = open_site();
    let discharge = |visit: &str, outcome: &str| json!({"visits": {"discharge": {"visit": visit, "outcome": outcome}}});
    for id in ["visit-1", "visit-2"] {
        world.screened(id, id, "caution", &json!({"yes": ["7"]}));
        world.inject(id, "V1", 1).unwrap();
    }
    let until = world.now.plus_minutes(30);
    world.now = crate::clock::Timestamp(until.0 - 1);
    let short = Refusal::ObservationTooShort { visit: visit("visit-1"), until };
    assert_eq!(world.ask("SI-1", "desk", discharge("visit-1", "home")), Err(short));
    let observe = json!({"visits": {"observe": {"visit": "visit-2", "findings": ["anaphylaxis", "dyspnoea"]}}});
    world.ask("SI-1", "observer", observe).unwrap();
    world.ask("SI-1", "desk", discharge("visit-2", "referred")).unwrap();
    world.now = until;
    world.ask("SI-1", "desk", discharge("visit-1", "home")).unwrap();
    let over = Refusal::VisitStep {
        visit: visit("visit-1"),
        standing: "discharged".to_owned(),
        needed: "observing".to_owned(),
    };
    assert_eq!(world.ask("SI-1", "desk", discharge("visit-1", "home")), Err(over));
}
