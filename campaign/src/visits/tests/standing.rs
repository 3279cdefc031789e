//! A conclusion against vaccination stands after its visit.

use serde_json::json;

use super::{open_site, person, visit};
use crate::facts::ScreeningFact;
use crate::refusal::Refusal;
use crate::world::{World, at, check_in, day, screen};

#[test]
fn a_conclusion_against_vaccination_stands_at_the_next_visit_wherever_that_is() {
    let mut world = open_site();
    let stands = |who: &str, conclusion: &str, until: Option<&str>| Refusal::ConclusionStands {
        person: person(who),
        conclusion: conclusion.to_owned(),
        until: until.map(day),
    };
    let again = |world: &mut World, id: &str, who: &str, more: serde_json::Value| {
        world.ask("SI-1", "desk", check_in(id, who)).unwrap();
        world.ask("SI-1", "doctor", screen(id, "eligible", &more))
    };
    // It is 20 December.
    world.screened("visit-1", "An", "postpone", &json!({"yes": ["3"], "until": "2022-01-03"}));
    world.screened("visit-2", "Binh", "postpone", &json!({"yes": ["3"]}));
    world.screened("visit-3", "Chi", "contraindicated", &json!({"yes": ["1"]}));
    world.screened("visit-4", "Dung", "hospital", &json!({"yes": ["5"], "details": {"5": "latex"}}));
    world.wait(1);
    let an = stands("An", "postpone", Some("2022-01-03"));
    assert_eq!(again(&mut world, "an-1", "An", json!({})), Err(an.clone()));
    assert_eq!(again(&mut world, "binh-1", "Binh", json!({})), Err(stands("Binh", "postpone", None)));
    let chi = stands("Chi", "contraindicated", None);
    assert_eq!(again(&mut world, "chi-1", "Chi", json!({})), Err(chi.clone()));
    assert_eq!(again(&mut world, "dung-1", "Dung", json!({})), Err(stands("Dung", "hospital", None)));

    // The next day Binh may come back; An's day has not come, and Chi's does not come by itself.
    world.wait(24 * 60);
    world.ask("SI-1", "doctor", screen("binh-1", "eligible", &json!({}))).unwrap();
    assert_eq!(world.ask("SI-1", "doctor", screen("an-1", "eligible", &json!({}))), Err(an));
    assert_eq!(world.ask("SI-1", "doctor", screen("chi-1", "caution", &json!({"yes": ["7"]}))), Err(chi.clone()));
    // A doctor who knows better says why, and that then counts.
    let reason = json!({"reason": "the fever was a mistake of the thermometer"});
    world.ask("SI-1", "doctor", screen("an-1", "eligible", &reason)).unwrap();
    world.open("V2", "comirnaty:A1").unwrap();
    world.inject("an-1", "V2", 1).unwrap();
    world.wait(30);
    world.ask("SI-1", "nurse", json!({"visits": {"discharge": {"visit": "an-1", "outcome": "home"}}})).unwrap();
    again(&mut world, "an-2", "An", json!({})).unwrap();

    // 3 January, the day itself.
    world.now = at("2022-01-03T01:00:00Z");
    world.screened("visit-5", "Em", "postpone", &json!({"yes": ["3"], "until": "2022-01-04"}));
    world.now = at("2022-01-04T01:00:00Z");
    assert_eq!(again(&mut world, "em-1", "Em", json!({})).unwrap()["cleared"], true);
    assert_eq!(world.ask("SI-1", "doctor", screen("chi-1", "eligible", &json!({}))), Err(chi));
    world.replay();
}

#[test]
fn a_lighter_conclusion_afterwards_takes_nothing_from_a_graver_one() {
    let mut world = open_site();
    world.screened("visit-1", "An", "contraindicated", &json!({"yes": ["1"]}));
    world.screened("visit-2", "Binh", "postpone", &json!({"yes": ["3"], "until": "2022-03-01"}));
    world.wait(60);
    world.screened("visit-3", "An", "postpone", &json!({"yes": ["3"], "reason": "a fever as well"}));
    world.screened("visit-4", "Binh", "postpone", &json!({"yes": ["3"]}));
    world.wait(24 * 60);
    for (id, who, conclusion, until) in
        [("visit-5", "An", "contraindicated", None), ("visit-6", "Binh", "postpone", Some(day("2022-03-01")))]
    {
        world.ask("SI-1", "desk", check_in(id, who)).unwrap();
        let stands = Refusal::ConclusionStands { person: person(who), conclusion: conclusion.to_owned(), until };
        assert_eq!(world.ask("SI-1", "doctor", screen(id, "eligible", &json!({}))), Err(stands));
    }
}

#[test]
fn a_conclusion_of_another_site_after_the_screening_stops_the_needle() {
    let mut world = open_site();
    world.screened("visit-1", "An", "eligible", &json!({}));
    let elsewhere = |changed| ScreeningFact {
        visit: visit("elsewhere"),
        conclusion: "postpone".to_owned(),
        until: Some(day("2022-03-01")),
        began: at("2021-12-19T01:00:00Z"),
        changed,
    };
    let screened_at = world.unit("SI-1").visits.visits["visit-1"].screening.as_ref().unwrap().at;
    world.facts.people.get_mut(&person("An")).unwrap().screenings.push(elsewhere(screened_at.plus_minutes(1)));
    let until = Some(day("2022-03-01"));
    let stands = Refusal::ConclusionStands { person: person("An"), conclusion: "postpone".to_owned(), until };
    assert_eq!(world.inject("visit-1", "V1", 1), Err(stands));
    // One of before is the screening doctor's affair.
    *world.facts.people.get_mut(&person("An")).unwrap().screenings.last_mut().unwrap() = elsewhere(screened_at);
    world.inject("visit-1", "V1", 1).unwrap();
}
