//! Certificates follow doses: never without one, never after it was taken back, never twice.

use serde_json::{Value, json};

use crate::ids::{DoseId, VisitId};
use crate::refusal::Refusal;
use crate::world::World;

const EXPIRY: &str = "2022-03-31";

fn dose(id: &str) -> DoseId {
    DoseId::parse(id).unwrap()
}

fn request(dose: &str) -> Value {
    json!({"certificates": {"request": {"dose": dose}}})
}

fn issued(dose: &str) -> Value {
    let hashes = json!(["ab".repeat(32), "cd".repeat(32)]);
    json!({"certificates": {"record_issued": {"dose": dose, "sealed": "c2VhbGVk", "uvci_hashes": hashes}}})
}

fn refused(dose: &str) -> Value {
    let problem = json!({"code": "lint", "detail": "no transliteration"});
    json!({"certificates": {"record_refused": {"dose": dose, "problem": problem}}})
}

fn void(dose: &str) -> Value {
    json!({"visits": {"void_injection": {"dose": dose, "reason": "wrong person"}}})
}

/// Asks and says only where the certificates stand afterwards.
fn state(world: &mut World, command: Value) -> Value {
    world.ask("SI-1", "worker", command).unwrap()["state"].clone()
}

fn one_dose() -> World {
    let (mut world, lot) = World::stocked("A1", EXPIRY);
    world.open("V1", &lot).unwrap();
    world.vaccinated("visit-1", "An", "V1", 1);
    world
}

#[test]
fn no_certificate_for_a_dose_that_does_not_exist() {
    let mut world = one_dose();
    for command in [request("visit-9"), issued("visit-9"), refused("visit-9")] {
        assert_eq!(world.ask("SI-1", "worker", command), Err(Refusal::UnknownDose { dose: dose("visit-9") }));
    }
    // A dose of another site is none of this one's.
    assert_eq!(world.ask("SI-2", "worker", request("visit-1")), Err(Refusal::UnknownDose { dose: dose("visit-1") }));
}

#[test]
fn no_certificate_for_a_voided_dose_and_what_was_asked_for_is_withdrawn() {
    let mut world = one_dose();
    world.ask("SI-1", "lead", void("visit-1")).unwrap();
    let kinds = world.kinds();
    assert_eq!(kinds[kinds.len() - 2..], ["visits.injection_voided", "certificates.withdrawn"]);
    for command in [request("visit-1"), issued("visit-1"), refused("visit-1")] {
        assert_eq!(world.ask("SI-1", "worker", command), Err(Refusal::DoseVoided { dose: dose("visit-1") }));
    }
}

#[test]
fn what_was_withdrawn_is_revoked_once_and_what_stands_never() {
    let revoked = || json!({"certificates": {"record_revoked": {"dose": "visit-1"}}});
    let mut world = one_dose();
    state(&mut world, issued("visit-1"));
    let standing = Refusal::CertificateNotRequested { dose: dose("visit-1") };
    assert_eq!(world.ask("SI-1", "worker", revoked()), Err(standing));
    world.ask("SI-1", "lead", void("visit-1")).unwrap();
    assert_eq!(state(&mut world, revoked()), json!("revoked"));
    let entries = world.kinds().len();
    assert_eq!(world.kinds().last(), Some(&"certificates.revoked"));
    assert_eq!(state(&mut world, revoked()), json!("revoked"));
    assert_eq!(world.kinds().len(), entries, "once");
    world.replay();
}

#[test]
fn no_certificate_before_the_visit_is_over() {
    let (mut world, lot) = World::stocked("A1", EXPIRY);
    world.open("V1", &lot).unwrap();
    world.screened("visit-1", "An", "eligible", &json!({}));
    world.inject("visit-1", "V1", 1).unwrap();
    let early = Refusal::VisitStep {
        visit: VisitId::parse("visit-1").unwrap(),
        standing: "observing".to_owned(),
        needed: "discharged".to_owned(),
    };
    assert_eq!(world.ask("SI-1", "worker", request("visit-1")), Err(early));
    let unasked = Refusal::CertificateNotRequested { dose: dose("visit-1") };
    assert_eq!(world.ask("SI-1", "worker", issued("visit-1")), Err(unasked));
    world.ask("SI-1", "lead", void("visit-1")).unwrap();
    assert!(!world.kinds().contains(&"certificates.withdrawn"), "nothing was asked for");
}

#[test]
fn certificates_are_asked_for_again_after_a_refusal_and_recorded_once() {
    let mut world = one_dose();
    let entries = |world: &World| world.kinds().len();
    let before = entries(&world);
    assert_eq!(state(&mut world, request("visit-1")), json!("requested"));
    assert_eq!(entries(&world), before, "the discharge asked already");
    assert_eq!(state(&mut world, refused("visit-1")), json!("refused"));
    assert_eq!(state(&mut world, request("visit-1")), json!("requested"));
    assert_eq!(world.unit("SI-1").certificates.by_dose["visit-1"].attempt, 2);
    assert_eq!(state(&mut world, issued("visit-1")), json!("issued"));
    let done = entries(&world);
    for command in [request("visit-1"), issued("visit-1"), refused("visit-1")] {
        assert_eq!(state(&mut world, command), json!("issued"));
    }
    assert_eq!(entries(&world), done, "nothing more happens");
    world.replay();
}

#[test]
fn an_answer_of_the_issuer_is_looked_at() {
    let mut world = one_dose();
    let mut command = issued("visit-1");
    command["certificates"]["record_issued"]["uvci_hashes"] = json!(["URN:UVCI:01:VN:1#2"]);
    let why = "1 to 4 SHA-256 hashes in lower-case hexadecimal".to_owned();
    let malformed = Refusal::MalformedField { field: "uvci_hashes".to_owned(), why };
    assert_eq!(world.ask("SI-1", "worker", command), Err(malformed));
}
