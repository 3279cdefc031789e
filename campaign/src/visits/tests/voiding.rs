//! The way back for a dose that was recorded in error.

use serde_json::{Value, json};

use super::{earlier, open_site, vial};
use crate::ids::{DoseId, UnitId};
use crate::ledger::{Account, WasteReason};
use crate::refusal::Refusal;

fn void(dose: &str) -> Value {
    json!({"visits": {"void_injection": {"dose": dose, "reason": "wrong person"}}})
}

#[test]
fn a_voided_injection_puts_the_dose_back_once_and_frees_the_number() {
    let mut world = open_site();
    world.vaccinated("visit-1", "An", "V1", 1);
    world.vaccinated("visit-2", "Binh", "V1", 1);
    assert_eq!(world.ask("SI-1", "lead", void("visit-1")).unwrap()["back_in_vial"], json!(true));
    assert_eq!(world.balance("SI-1", &Account::Vial(vial("V1")), "comirnaty:A1"), 5);
    let again = Refusal::DoseVoided { dose: DoseId::parse("visit-1").unwrap() };
    assert_eq!(world.ask("SI-1", "lead", void("visit-1")), Err(again));
    let unknown = Refusal::UnknownDose { dose: DoseId::parse("visit-9").unwrap() };
    assert_eq!(world.ask("SI-1", "lead", void("visit-9")), Err(unknown));

    // Past the vial's clock the dose cannot go back.
    world.wait(6 * 60);
    assert_eq!(world.ask("SI-1", "lead", void("visit-2")).unwrap()["back_in_vial"], json!(false));
    assert_eq!(world.balance("SI-1", &Account::Waste(WasteReason::RecordedInError), "comirnaty:A1"), 1);
    assert_eq!(world.balance("SI-1", &Account::Injected, "comirnaty:A1"), 0);

    world.open("V2", "comirnaty:A1").unwrap();
    world.vaccinated("visit-3", "An", "V2", 1);
    world.replay();
}

#[test]
fn a_dose_that_a_later_one_is_counted_from_is_not_voided_before_that_one() {
    let mut world = open_site();
    world.vaccinated("visit-1", "An", "V1", 1);
    earlier(&mut world, "An", 2, "comirnaty", "2022-01-20T03:00:00Z");
    earlier(&mut world, "An", 3, "comirnaty", "2022-06-20T03:00:00Z");
    let stands = |number: u32| Refusal::LaterDoseStands {
        dose: DoseId::parse("visit-1").unwrap(),
        later: DoseId::parse(&format!("An-{number}")).unwrap(),
        dose_number: number,
        unit: UnitId::parse("SI-9").unwrap(),
    };
    assert_eq!(world.ask("SI-1", "lead", void("visit-1")), Err(stands(3)));
    world.facts.people.get_mut("An").unwrap().doses[2].void = true;
    assert_eq!(world.ask("SI-1", "lead", void("visit-1")), Err(stands(2)));
    // A dose against another disease is counted for itself.
    world.facts.people.get_mut("An").unwrap().doses[1].disease = "6142004".to_owned();
    world.ask("SI-1", "lead", void("visit-1")).unwrap();
}
