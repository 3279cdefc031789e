//! The checklist of a screening: whom and which days it is for, and what is written beside its answers.

use serde_json::{Value, json};

use super::{open_site, person};
use crate::command::Command;
use crate::refusal::Refusal;
use crate::vault::{REASON, SCREENING};
use crate::visits::checklist::checklist;
use crate::visits::{Details, Event, Reason};
use crate::world::{World, at, check_in, day, screen};

#[test]
fn the_form_for_adults_screens_no_child_and_a_year_alone_is_read_as_the_younger() {
    let mut world = open_site();
    world.now = at("2021-12-20T07:00:00Z");
    let too_young = Refusal::ChecklistNotForAge {
        version: "3802".to_owned(),
        from_years: 18,
        needed: Some("5002/QĐ-BYT".to_owned()),
    };
    for (visit, birth) in
        [("visit-1", "2003-12-21"), ("visit-2", "2003-12"), ("visit-3", "2003"), ("visit-4", "2005-03-01")]
    {
        world.person(visit, birth);
        let mut command = check_in(visit, visit);
        let refusal = Refusal::GuardianConsentNeeded { person: person(visit) };
        assert_eq!(world.ask("SI-1", "desk", command.clone()), Err(refusal));
        command["visits"]["check_in"]["consent"] = json!("guardian");
        world.ask("SI-1", "desk", command).unwrap();
        assert_eq!(
            world.ask("SI-1", "doctor", screen(visit, "eligible", &json!({}))),
            Err(too_young.clone()),
            "{birth}"
        );
    }
    for (visit, birth) in [("visit-5", "2003-12-20"), ("visit-6", "2003-11"), ("visit-7", "2002")] {
        world.person(visit, birth);
        world.screened(visit, visit, "eligible", &json!({}));
    }
    // Midnight in Viet Nam: the birthday.
    world.now = at("2021-12-20T17:00:00Z");
    world.ask("SI-1", "doctor", screen("visit-1", "eligible", &json!({}))).unwrap();
    assert_eq!(world.ask("SI-1", "doctor", screen("visit-3", "eligible", &json!({}))), Err(too_young));
    assert!(checklist("5002").is_none(), "the words of the refusal say that it is not here");
}

#[test]
fn the_form_is_used_from_its_first_day_in_viet_nam_on() {
    let mut world = World::new();
    world.person("An", "1990-05-17");
    // 9 August, 23:59 in Viet Nam.
    world.now = at("2021-08-09T16:59:00Z");
    world.ask("SI-1", "desk", check_in("visit-1", "An")).unwrap();
    let early = Refusal::ChecklistNotInForce { version: "3802".to_owned(), from: day("2021-08-10") };
    assert_eq!(world.ask("SI-1", "doctor", screen("visit-1", "eligible", &json!({}))), Err(early));
    world.wait(1);
    world.ask("SI-1", "doctor", screen("visit-1", "eligible", &json!({}))).unwrap();
}

#[test]
fn a_yes_is_detailed_where_the_form_asks_for_it_and_nowhere_else() {
    let mut world = open_site();
    world.person("An", "1990-05-17");
    world.ask("SI-1", "desk", check_in("visit-1", "An")).unwrap();
    let mut ask = |yes: &[&str], details: Value| {
        world.ask("SI-1", "doctor", screen("visit-1", "hospital", &json!({"yes": yes, "details": details})))
    };
    let fault = |fault: &str, id: &str| Err(Refusal::ChecklistFault { fault: fault.to_owned(), id: id.to_owned() });
    assert_eq!(ask(&["5"], json!({})), fault("undetailed", "5"));
    assert_eq!(ask(&["5", "11"], json!({"5": "latex"})), fault("undetailed", "11"));
    assert_eq!(ask(&["5"], json!({"5": "latex", "11": "tremor"})), fault("unasked", "11"));
    assert_eq!(ask(&["5", "7"], json!({"5": "latex", "7": "latex"})), fault("unasked", "7"));
    assert_eq!(ask(&["5"], json!({"5": "latex", "12": "x"})), fault("unknown", "12"));
    let field = |why: &str| Err(Refusal::MalformedField { field: "details".to_owned(), why: why.to_owned() });
    assert_eq!(ask(&["5"], json!({"5": " "})), field("must not be empty"));
    let bounds = "at most 500 bytes, without control characters";
    assert_eq!(ask(&["5"], json!({"5": "x".repeat(501)})), field(bounds));
    assert_eq!(ask(&["5"], json!({"5": "la\u{0}tex"})), field(bounds));
    ask(&["5"], json!({"5": "x".repeat(500)})).unwrap();
}

#[test]
fn a_detail_is_written_sealed_or_not_at_all() {
    let mut world = open_site();
    world.person("An", "1990-05-17");
    world.ask("SI-1", "desk", check_in("visit-1", "An")).unwrap();
    let more = json!({"yes": ["5"], "details": {"5": "nhựa mủ latex"}});
    let command = screen("visit-1", "hospital", &more);
    let unsealed: Command = serde_json::from_value(command.clone()).unwrap();
    assert_eq!(world.run("SI-1", "doctor", &unsealed), Err(Refusal::Unavailable));

    world.ask("SI-1", "doctor", command).unwrap();
    let (entry, keys) = world.newest();
    assert!(!entry.contains("latex"), "{entry}");
    let entry: Value = serde_json::from_str(entry).unwrap();
    let sealed = entry["visits"]["screened"]["details"].as_str().unwrap();
    let opened = keys.open(&person("An"), SCREENING, sealed).unwrap();
    assert_eq!(
        serde_json::from_slice::<Details>(&opened).unwrap(),
        Details::from([("5".into(), "nhựa mủ latex".into())])
    );
    world.replay();
}

#[test]
fn a_reason_is_written_sealed_or_not_at_all() {
    let mut world = open_site();
    world.person("An", "1990-05-17");
    world.ask("SI-1", "desk", check_in("visit-1", "An")).unwrap();
    let reasons = [
        ("reason", "asked Dr. Hồng, 0912345678"),
        ("interval_override", "flies with her son"),
        ("product_override", "no other"),
    ];
    for (field, text) in reasons {
        let unsealed: Command = serde_json::from_value(screen("visit-1", "caution", &json!({field: text}))).unwrap();
        assert_eq!(world.run("SI-1", "doctor", &unsealed), Err(Refusal::Unavailable), "{field}");
    }
    let all: Value = reasons.into_iter().map(|(field, text)| (field.to_owned(), json!(text))).collect();
    world.ask("SI-1", "doctor", screen("visit-1", "caution", &all)).unwrap();
    let (entry, keys) = world.newest();
    let written: Value = serde_json::from_str(entry).unwrap();
    let written = &written["visits"]["screened"];
    assert_eq!(written.get("details"), None, "there were none");
    for (field, text) in reasons {
        assert!(!entry.contains(text), "{entry}");
        let sealed = written[field]["sealed"].as_str().unwrap();
        assert_eq!(keys.open(&person("An"), REASON, sealed).unwrap().as_slice(), text.as_bytes());
    }
    world.replay();
}

#[test]
fn what_is_kept_in_clear_holds_no_number_of_a_person() {
    let mut world = open_site();
    world.vaccinated("visit-1", "An", "V1", 1);
    world.person("Binh", "1990-05-17");
    world.ask("SI-1", "desk", check_in("visit-2", "Binh")).unwrap();
    let leave = |reason: &str| json!({"visits": {"leave": {"visit": "visit-2", "reason": reason}}});
    let void = |reason: &str| json!({"visits": {"void_injection": {"dose": "visit-1", "reason": reason}}});
    let named = Refusal::TextHoldsIdentityNumber { field: "reason".to_owned() };
    for reason in ["nhầm với 001190012345", "gọi 0912 345 678"] {
        assert_eq!(world.ask("SI-1", "desk", leave(reason)), Err(named.clone()));
        assert_eq!(world.ask("SI-1", "lead", void(reason)), Err(named.clone()));
    }
    world.ask("SI-1", "desk", leave("hẹn ngày 21-12-2021")).unwrap();
    world.ask("SI-1", "lead", void("ghi nhầm lô FK0112, lọ 12")).unwrap();
}

#[test]
fn no_client_sends_what_only_the_shell_seals() {
    let command = screen("visit-1", "hospital", &json!({"sealed": "c2VhbGVk"}));
    let error = serde_json::from_value::<Command>(command).unwrap_err();
    assert!(error.to_string().starts_with("unknown field `sealed`"), "{error}");
}

#[test]
fn a_screening_from_before_there_were_details_or_seals_is_still_read() {
    let old = json!({"screened": {
        "visit": "visit-1", "checklist": "3802", "answers": {"5": true}, "vitals": {}, "suggestion": "hospital",
        "conclusion": "hospital", "until": null, "reason": "in clear", "barred": [], "interval_override": null,
        "product_override": "in clear too"}});
    let event: Event = serde_json::from_value(old.clone()).unwrap();
    let clear = |text: &str| Some(Reason::Clear(text.to_owned()));
    let Event::Screened { details: None, reason, product_override, .. } = &event else { panic!("{event:?}") };
    assert_eq!((reason, product_override), (&clear("in clear"), &clear("in clear too")));
    assert_eq!(serde_json::to_value(&event).unwrap(), old);
}
