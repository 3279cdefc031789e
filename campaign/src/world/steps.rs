//! Commands at random, as JSON. The walk over the rules takes them in memory; the one over the keeper, on its databases,
//! includes this file (`tests/engine/walk.rs`).

use proptest::prelude::*;
use serde_json::{Value, json};

/// The national office, two stores, two sites.
pub(crate) const UNITS: [&str; 5] = ["VN", "ST-1", "ST-2", "SI-1", "SI-2"];

/// Who does what where: small numbers, so that steps meet each other.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    what: u8,
    unit: usize,
    a: u8,
    b: u8,
    pub(crate) doses: u32,
}

/// A step.
pub(crate) fn step() -> impl Strategy<Value = Step> {
    // Most steps belong to the sites, and most amounts are small; some are meant to be too large.
    let unit = prop_oneof![1 => 1usize..3, 2 => 3usize..5, 1 => 0usize..5];
    let what = prop_oneof![2 => 0u8..16, 5 => 16u8..43];
    let doses = prop_oneof![6 => 0u32..40, 2 => 40u32..700, 1 => Just(u32::MAX)];
    (what, unit, 0u8..6, 0u8..4, doses).prop_map(|(what, unit, a, b, doses)| Step { what, unit, a, b, doses })
}

/// The command of a step, and whose it is; no command lets time pass.
pub(crate) fn command(step: &Step) -> Option<(&'static str, String, Value)> {
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
        40 => (site, {
            let findings = if b == 0 { json!(["fever", "pain"]) } else { json!(["none"]) };
            json!({"visits": {"observe": {"visit": visit, "findings": findings}}})
        }),
        _ => return None,
    };
    Some((at, actor, command))
}

/// Two lots in the country, one of them at both sites: who asks for it where.
pub(crate) fn beginning() -> Vec<(&'static str, &'static str, Value)> {
    let lot = "comirnaty:L0";
    let mut asked = Vec::new();
    for number in ["L0", "L1"] {
        asked.push(("ST-1", "keeper", arrival(number, "2022-01-15")));
        asked.push(("ST-1", "keeper", inspection(number)));
    }
    asked.push(("VN", "quality", release(lot)));
    for (shipment, site) in [("first", "SI-1"), ("second", "SI-2")] {
        asked.push(("ST-1", "keeper", put_away(lot, 30)));
        asked.push(("ST-1", "keeper", dispatch(shipment, site, lot, 30)));
        asked.push((site, "nurse", receipt(shipment, lot, 30)));
    }
    asked
}

/// 600 doses of a Comirnaty lot arrive.
pub(crate) fn arrival(lot_no: &str, expiry: &str) -> Value {
    let lines = json!([{"product": "comirnaty", "lot_no": lot_no, "expiry": expiry, "doses": 600, "vials": 100}]);
    json!({"supply": {"receive_consignment": {
        "consignment": format!("C-{lot_no}"), "supplier": "Pfizer", "source": "purchase", "documents": ["AWB 1"],
        "lines": lines}}})
}

/// They pass the inspection.
pub(crate) fn inspection(lot_no: &str) -> Value {
    let lines = json!([{"lot": format!("comirnaty:{lot_no}"), "counted": 600, "damaged": 0}]);
    json!({"supply": {"inspect_consignment": {
        "consignment": format!("C-{lot_no}"), "lines": lines, "temperature_log_ok": true, "vvm": "none",
        "decision": "accepted"}}})
}

/// The national office releases a lot.
pub(crate) fn release(lot: &str) -> Value {
    let release = json!({"lot": lot, "certificate": "NICVB 1/2021", "issuer": "NICVB", "on": "2021-12-19"});
    json!({"supply": {"release_lot": release}})
}

/// Takes doses out of quarantine.
pub(crate) fn put_away(lot: &str, doses: u32) -> Value {
    json!({"supply": {"put_away": {"lot": lot, "doses": doses}}})
}

/// Counts in a shipment of one lot that came whole.
pub(crate) fn receipt(shipment: &str, lot: &str, doses: u32) -> Value {
    let lines = json!([{"lot": lot, "received": doses, "damaged": 0, "missing": 0}]);
    json!({"supply": {"receive_shipment": {"shipment": shipment, "lines": lines}}})
}

/// Sends doses of one lot.
pub(crate) fn dispatch(shipment: &str, to: &str, lot: &str, doses: u32) -> Value {
    json!({"supply": {"dispatch_shipment": {
        "shipment": shipment, "to": to, "lines": [{"lot": lot, "doses": doses}], "carrier": "NIHE",
        "vehicle": "29C-123.45", "seal": "0042", "band": {"min": 2, "max": 8}}}})
}

/// A check-in with all in order.
pub(crate) fn check_in(visit: &str, person: &str) -> Value {
    json!({"visits": {"check_in": {"visit": visit, "person": person, "identity_confirmed": true, "consent": "own"}}})
}

/// A screening by checklist 3802 with nothing abnormal; `more` overrides or adds fields of the command, and of the answers
/// under `yes` (item ids).
pub(crate) fn screen(visit: &str, conclusion: &str, more: &Value) -> Value {
    let mut answers = serde_json::Map::new();
    for item in ["1", "2", "3", "4a", "4b", "5", "6", "7", "8", "9", "10", "11"] {
        let yes = more["yes"].as_array().is_some_and(|yes| yes.iter().any(|id| id == item));
        answers.insert(item.to_owned(), json!(yes));
    }
    let mut command = json!({
        "visit": visit, "checklist": "3802", "answers": answers, "vitals": {"temperature_tenths": 366},
        "conclusion": conclusion});
    for (field, value) in more.as_object().into_iter().flatten().filter(|(field, _)| *field != "yes") {
        command[field] = value.clone();
    }
    json!({"visits": {"screen": command}})
}

/// An injection into the left arm; the dose is called like the visit.
pub(crate) fn inject(visit: &str, vial: &str, dose_number: u32) -> Value {
    json!({"visits": {"inject": {
        "visit": visit, "vial": vial, "dose": visit, "dose_number": dose_number, "site": "LA", "route": "IM"}}})
}
