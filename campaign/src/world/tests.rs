//! Whatever is asked in whatever order: no account is overdrawn, every lot sums to zero, deciding is pure and replay gives the
//! same state. [`World`] checks this after every step.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::{UNITS, World, check_in, dispatch, inject, screen};
use crate::refusal::Refusal;

/// Who does what where: small numbers, so that steps meet each other.
#[derive(Debug, Clone)]
struct Step {
    what: u8,
    unit: usize,
    a: u8,
    b: u8,
    doses: u32,
}

fn step() -> impl Strategy<Value = Step> {
    // Most steps belong to the sites, and most amounts are small; some are meant to be too large.
    let unit = prop_oneof![1 => 1usize..3, 2 => 3usize..5, 1 => 0usize..5];
    let what = prop_oneof![2 => 0u8..16, 5 => 16u8..40];
    let doses = prop_oneof![6 => 0u32..40, 2 => 40u32..700, 1 => Just(u32::MAX)];
    (what, unit, 0u8..6, 0u8..4, doses).prop_map(|(what, unit, a, b, doses)| Step { what, unit, a, b, doses })
}

/// The command of a step, and whose it is; no command lets time pass.
fn command(step: &Step) -> Option<(&'static str, String, Value)> {
    let Step { what, unit, a, b, doses } = step.clone();
    let here = UNITS[unit];
    let store = ["ST-1", "ST-2"][usize::from(a % 2)];
    // A visit, its site and its person go together, or few would get as far as the needle.
    let site = ["SI-1", "SI-2"][usize::from(a % 2)];
    let visit = format!("visit-{a}");
    let vial = format!("vial-{}-{}", a % 2, b % 2);
    let person = format!("person-{}", a % 4);
    let lot = format!("comirnaty:L{}", b / 3);
    let actor = format!("actor-{}", (a + b) % 3);
    let shipment = format!("shipment-{a}");
    // The lot that the sites draw on is seldom stopped.
    let stopped = format!("comirnaty:L{}", u8::from(doses % 8 != 0));
    let nation = |name: &str| ("VN", json!({"supply": {name: {"lot": stopped, "reason": "r"}}}));
    let position = ["available", "quarantine", "rejected"][usize::from(a % 3)];
    let (at, command) = match what {
        0 => (store, {
            let line = json!({"product": "comirnaty", "lot_no": format!("L{}", b % 2), "expiry": "2022-01-15",
                "doses": doses, "vials": doses.div_ceil(6)});
            json!({"supply": {"receive_consignment": {"consignment": format!("C-{a}"), "supplier": "s",
                "source": "donation", "documents": [], "lines": [line]}}})
        }),
        1 => (store, {
            let line = json!({"lot": lot, "counted": doses, "damaged": doses / 7});
            let decision = if b == 3 { "rejected" } else { "accepted" };
            json!({"supply": {"inspect_consignment": {"consignment": format!("C-{a}"), "lines": [line],
                "temperature_log_ok": true, "vvm": "none", "decision": decision}}})
        }),
        2 | 3 => ("VN", {
            let release = json!({"lot": lot, "certificate": "n", "issuer": "NICVB", "on": "2021-12-19"});
            json!({"supply": {"release_lot": release}})
        }),
        4 if a == 0 => nation("recall_lot"),
        4 | 5 if a == 1 => nation("suspend_lot"),
        4..=6 => nation("resume_lot"),
        7 | 8 => (here, json!({"supply": {"put_away": {"lot": lot, "doses": doses}}})),
        9 | 10 => (here, dispatch(&shipment, UNITS[(unit + usize::from(b)) % 5], &lot, doses)),
        11..=13 => (here, {
            let line = json!({"lot": lot, "received": doses.saturating_sub(u32::from(b)), "damaged": b / 2,
                "missing": b - b / 2});
            json!({"supply": {"receive_shipment": {"shipment": shipment, "lines": [line]}}})
        }),
        14 => (here, {
            let waste = json!({"lot": lot, "doses": doses, "position": position, "reason": "broken"});
            json!({"supply": {"waste": waste}})
        }),
        15 => (here, {
            let name = if b < 2 { "return_doses" } else { "destroy" };
            json!({"supply": {name: {"lot": lot, "doses": doses, "position": position, "reference": "r"}}})
        }),
        16..=18 => (site, check_in(&visit, &person)),
        19..=21 => (site, {
            let conclusion = ["eligible", "caution", "eligible", "postpone"][usize::from((a + b) % 4)];
            screen(&visit, conclusion, &json!({"reason": "r", "interval_override": "r"}))
        }),
        22 if b == 0 => (site, json!({"visits": {"leave": {"visit": visit, "reason": "r"}}})),
        23..=25 => (site, json!({"visits": {"open_vial": {"vial": vial, "lot": lot}}})),
        22 | 26..=31 => (site, {
            let number = 1 + u32::from(doses % 7 == 0);
            let mut command = inject(&visit, &vial, number);
            command["visits"]["inject"]["extra"] = json!(doses % 5 == 0);
            command
        }),
        32 | 33 => (site, {
            let outcome = if b == 0 { "referred" } else { "home" };
            json!({"visits": {"discharge": {"visit": visit, "outcome": outcome}}})
        }),
        34 => (site, json!({"visits": {"close_vial": {"vial": vial, "reason": "end_of_session"}}})),
        35 => (site, json!({"visits": {"void_injection": {"dose": visit, "reason": "r"}}})),
        36 => (site, json!({"certificates": {"request": {"dose": visit}}})),
        37 => (site, {
            let issued = json!({"dose": visit, "sealed": "c2VhbGVk", "uvci_hashes": ["ab".repeat(32)]});
            json!({"certificates": {"record_issued": issued}})
        }),
        38 => (site, {
            let refused = json!({"dose": visit, "problem": {"code": "c", "detail": "d"}});
            json!({"certificates": {"record_refused": refused}})
        }),
        39 => (site, json!({"certificates": {"record_revoked": {"dose": visit}}})),
        _ => return None,
    };
    Some((at, actor, command))
}

/// Two lots in the country, one of them at both sites, and four people.
fn busy() -> World {
    let mut world = World::new();
    for number in 0..4 {
        world.person(&format!("person-{number}"), "1980");
    }
    let lot = world.arrive("L0", "2022-01-15");
    world.arrive("L1", "2022-01-15");
    world.release(&lot).unwrap();
    world.ship("first", &lot, 30);
    world.ask("ST-1", "keeper", json!({"supply": {"put_away": {"lot": lot, "doses": 30}}})).unwrap();
    world.ask("ST-1", "keeper", dispatch("second", "SI-2", &lot, 30)).unwrap();
    let lines = json!([{"lot": lot, "received": 30, "damaged": 0, "missing": 0}]);
    world
        .ask("SI-2", "nurse", json!({"supply": {"receive_shipment": {"shipment": "second", "lines": lines}}}))
        .unwrap();
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

#[test]
fn an_event_of_another_world_changes_nothing_it_should_not_and_never_panics() {
    // Entries of one unit replayed into another that knows nothing of what they speak of.
    let mut world = busy();
    world.open("V1", "comirnaty:L0").unwrap();
    world.vaccinated("visit-1", "person-1", "V1", 1);
    let void = json!({"visits": {"void_injection": {"dose": "visit-1", "reason": "r"}}});
    world.ask("SI-1", "lead", void).unwrap();
    for skipped in 0..world.journal.len() {
        let mut state = crate::unit::UnitState::new(crate::ids::UnitId::parse("SI-2").unwrap());
        for (meta, body) in world.journal.iter().skip(skipped) {
            state.evolve(&serde_json::from_str(body).unwrap(), meta);
        }
    }
}

#[test]
fn every_refusal_that_a_desk_can_meet_has_words_in_both_languages() {
    let refusal = Refusal::VialEmpty { vial: crate::ids::VialId::parse("V1").unwrap() };
    assert_eq!((refusal.code(), refusal.words().0), ("vial-empty", "Lọ đã hết liều"));
    let value = serde_json::to_value(&refusal).unwrap();
    assert_eq!(value, json!({"vial_empty": {"vial": "V1"}}));
}
