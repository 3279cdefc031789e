//! Whatever is asked in whatever order: no account is overdrawn, every lot sums to zero, deciding is pure and replay gives the
//! same state. [`World`] checks this after every step.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

use super::World;
use super::steps::{beginning, check_in, command, step};
use crate::clock::Timestamp;
use crate::ids::{UnitId, VialId};
use crate::refusal::Refusal;

/// Two lots in the country, one of them at both sites, and four people.
fn busy() -> World {
    let mut world = World::new();
    for number in 0..4 {
        world.person(&format!("person-{number}"), "1980");
    }
    for (unit, actor, command) in beginning() {
        world.ask(unit, actor, command).unwrap();
    }
    world
}

#[test]
fn no_order_of_commands_overdraws_an_account_or_loses_a_dose() {
    let seen: RefCell<BTreeMap<String, u32>> = RefCell::default();
    // The same walks every time, so that "never reached" is never a matter of luck.
    let config = Config { cases: 384, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let orders = proptest::collection::vec(step(), 1..300);
    let outcome = runner.run(&orders, |steps| {
        let mut world = busy();
        for step in &steps {
            let Some((unit, actor, command)) = command(step) else {
                world.wait(i64::from(step.doses.min(90)));
                continue;
            };
            let name = match world.ask(unit, &actor, command) {
                Ok(_) => "accepted".to_owned(),
                Err(refusal) => refusal.code().to_owned(),
            };
            *seen.borrow_mut().entry(name).or_default() += 1;
        }
        world.replay();
        for kind in world.kinds() {
            *seen.borrow_mut().entry(kind.to_owned()).or_default() += 1;
        }
        Ok(())
    });
    outcome.unwrap();
    // The walk is worth something only if it goes everywhere.
    let seen = seen.into_inner();
    let everywhere = [
        "supply.consignment_arrived",
        "supply.consignment_inspected",
        "supply.lot_released",
        "supply.lot_suspended",
        "supply.lot_resumed",
        "supply.lot_recalled",
        "supply.stock_put_away",
        "supply.shipment_dispatched",
        "supply.shipment_received",
        "supply.stock_wasted",
        "supply.stock_returned",
        "supply.stock_destroyed",
        "visits.checked_in",
        "visits.screened",
        "visits.left",
        "visits.vial_opened",
        "visits.injected",
        "visits.observed",
        "visits.discharged",
        "visits.vial_closed",
        "visits.injection_voided",
        "certificates.requested",
        "certificates.issued",
        "certificates.withdrawn",
        "certificates.revoked",
    ];
    let missed: Vec<&str> = everywhere.into_iter().filter(|kind| !seen.contains_key(*kind)).collect();
    println!("commands and entries of the walks: {seen:?}");
    assert!(missed.is_empty(), "never reached: {missed:?} of {seen:?}");
}

/// Under a clock that was put back a vial would be drawn from past its hours, as if it were still morning.
#[test]
fn a_clock_that_went_back_decides_nothing() {
    let mut world = busy();
    world.open("V1", "comirnaty:L0").unwrap();
    let opened = world.now;
    world.wait(6 * 60);
    world.screened("visit-1", "person-1", "eligible", &json!({}));
    let screened = world.now;
    let clock = |minutes: i64| screened.plus_minutes(minutes);
    for now in [opened, clock(-3), Timestamp(clock(-2).0 - 1)] {
        world.now = now;
        let unit = UnitId::parse("SI-1").unwrap();
        let behind = Refusal::ClockBehind { unit, newest: screened, now };
        assert_eq!(world.inject("visit-1", "V1", 1), Err(behind));
    }
    // Clocks differ a little; and what was written by the one behind does not move the mark back.
    world.now = clock(-2);
    world.person("late", "1990-05-17");
    world.ask("SI-1", "desk", check_in("visit-2", "late")).unwrap();
    assert_eq!(world.unit("SI-1").newest, screened);
    world.now = screened;
    let late = Refusal::VialPastItsClock { vial: VialId::parse("V1").unwrap(), until: screened };
    assert_eq!(world.inject("visit-1", "V1", 1), Err(late));
}

#[test]
fn an_event_of_another_world_changes_nothing_it_should_not_and_never_panics() {
    // Entries of one unit replayed into another that knows nothing of what they speak of.
    let mut world = busy();
    world.open("V1", "comirnaty:L0").unwrap();
    world.vaccinated("visit-1", "person-1", "V1", 1);
    let void = json!({"visits": {"void_injection": {"dose": "visit-1", "reason": "r"}}});
    world.ask("SI-1", "lead", void).unwrap();
    for skipped in 0..world.journal.len() {
        let mut state = crate::unit::UnitState::new(UnitId::parse("SI-2").unwrap());
        for (meta, body) in world.journal.iter().skip(skipped) {
            state.evolve(&serde_json::from_str(body).unwrap(), meta);
        }
    }
}

#[test]
fn every_refusal_that_a_desk_can_meet_has_words_in_both_languages() {
    let refusal = Refusal::VialEmpty { vial: VialId::parse("V1").unwrap() };
    assert_eq!((refusal.code(), refusal.words().0), ("vial-empty", "Lọ đã hết liều"));
    let value = serde_json::to_value(&refusal).unwrap();
    assert_eq!(value, json!({"vial_empty": {"vial": "V1"}}));
}
