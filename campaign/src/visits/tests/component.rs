//! Sputnik V has two components, and each dose of the series comes out of a lot of its own.

use serde_json::json;

use super::earlier;
use crate::ids::LotId;
use crate::refusal::Refusal;
use crate::world::World;

const EXPIRY: &str = "2022-03-31";

/// A site with an open vial of each component of Sputnik V, called like its lot.
fn site_with_both_components() -> World {
    let mut world = World::new();
    for (lot_no, component) in [("I", 1), ("II", 2)] {
        let line = json!({"product": "sputnik-v", "lot_no": lot_no, "expiry": EXPIRY, "component": component,
            "doses": 600, "vials": 120});
        let lot = world.arrive_as(lot_no, &line);
        world.release(&lot).unwrap();
        world.ship(&format!("S-{lot_no}"), &lot, 60);
        world.open(lot_no, &lot).unwrap();
    }
    world
}

fn wrong_component(lot_no: &str, dose: u32, found: Option<u32>) -> Refusal {
    let name = |component| if component == 1 { "Component I (rAd26)" } else { "Component II (rAd5)" }.to_owned();
    Refusal::WrongComponent {
        lot: LotId::of("sputnik-v", lot_no).unwrap(),
        dose,
        needed: name(dose),
        found: found.map(name),
    }
}

#[test]
fn each_dose_of_sputnik_v_comes_out_of_a_lot_of_its_own_component() {
    let mut world = site_with_both_components();
    world.screened("visit-1", "An", "eligible", &json!({}));
    assert_eq!(world.inject("visit-1", "II", 1), Err(wrong_component("II", 1, Some(2))));
    world.inject("visit-1", "I", 1).unwrap();

    world.person("Binh", "1990-05-17");
    earlier(&mut world, "Binh", 1, "sputnik-v", "2021-11-01T02:00:00Z");
    world.screened("visit-2", "Binh", "eligible", &json!({}));
    assert_eq!(world.inject("visit-2", "I", 2), Err(wrong_component("I", 2, Some(1))));
    world.inject("visit-2", "II", 2).unwrap();

    // The doctor may let the product follow another, and not a component take another's place.
    world.person("Chi", "1990-05-17");
    earlier(&mut world, "Chi", 1, "vero-cell", "2021-11-01T02:00:00Z");
    world.screened("visit-3", "Chi", "eligible", &json!({"product_override": "r", "interval_override": "r"}));
    assert_eq!(world.inject("visit-3", "I", 2), Err(wrong_component("I", 2, Some(1))));
    world.inject("visit-3", "II", 2).unwrap();

    // A first dose that was taken back is given again as the first, whatever came after it.
    world.person("Dung", "1990-05-17");
    earlier(&mut world, "Dung", 2, "sputnik-v", "2021-11-01T02:00:00Z");
    world.screened("visit-4", "Dung", "eligible", &json!({}));
    assert_eq!(world.inject("visit-4", "II", 1), Err(wrong_component("II", 1, Some(2))));
    world.inject("visit-4", "I", 1).unwrap();
    world.replay();
}

#[test]
fn a_lot_whose_component_was_not_recorded_is_of_none() {
    let mut world = site_with_both_components();
    world.facts.lots.get_mut("sputnik-v:I").unwrap().component = None;
    world.screened("visit-1", "An", "eligible", &json!({}));
    assert_eq!(world.inject("visit-1", "I", 1), Err(wrong_component("I", 1, None)));
}
