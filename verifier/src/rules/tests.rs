//! Which rules are asked, what comes out, and in which words.

use serde_json::{Value as Json, json};
use specs::dcc;
use specs::hcert::Content;
use specs::national;
use specs::time::{Date, PartialDate, UnixTime};

use super::*;

const NOW: &str = "2026-11-23T07:00:00Z";

fn time(text: &str) -> UnixTime {
    UnixTime::from_rfc3339(text).unwrap()
}

fn rule(id: &str, version: &str, logic: Json) -> Json {
    let country = id.get(3..5).unwrap();
    json!({
        "Identifier": id, "Type": if id.starts_with("IR") { "Invalidation" } else { "Acceptance" },
        "Country": country, "Version": version, "SchemaVersion": "1.0.0",
        "Engine": "CERTLOGIC", "EngineVersion": "1.0.0",
        "CertificateType": match &id[..2] { "VR" => "Vaccination", "TR" => "Test", "RR" => "Recovery", _ => "General" },
        "Description": [
            { "lang": "en", "desc": "The last dose must be at least 14 days old." },
            { "lang": "vi", "desc": "Mũi tiêm cuối phải cách đây ít nhất 14 ngày." },
        ],
        "ValidFrom": "2026-01-01T00:00:00Z", "ValidTo": "2030-01-01T00:00:00Z",
        "AffectedFields": ["v.0"], "Logic": logic,
    })
}

fn with(mut rule: Json, member: &str, value: impl Into<Json>) -> Json {
    rule[member] = value.into();
    rule
}

fn set(rules: &[Json]) -> RuleSet {
    RuleSet::from_json(&serde_json::to_vec(rules).unwrap()).unwrap()
}

fn refused(rule: &Json) -> Error {
    RuleSet::from_json(rule.to_string().as_bytes()).unwrap_err()
}

fn national() -> Content {
    Content::from(national::Certificate {
        name: national::Name {
            family: "Nguyễn".into(),
            given: "Thị Hồng Nhung".into(),
            family_std: "NGUYEN".into(),
            given_std: "THI<HONG<NHUNG".into(),
        },
        birth_date: PartialDate::parse("1990-05").unwrap(),
        nationality: "VN".into(),
        disease: "840539006".into(),
        doses_received: 3,
        date: Date::parse("2026-11-15").unwrap(),
        dose_number: 3,
        vaccine: "1119349007".into(),
        product: "EU/1/20/1528".into(),
        manufacturer: "ORG-100030215".into(),
        id: "URN:UVCI:01:VN:00041061050R3GG28A1C60T3GF#T".into(),
    })
}

fn subject() -> Subject {
    Subject::of(&national(), External { issuer_country: "VN".into(), ..External::default() }).unwrap()
}

/// Fourteen days since the dose.
fn fourteen_days() -> Json {
    json!({ "not-before": [
        { "plusTime": [{ "var": "external.validationClock" }, 0, "day"] },
        { "plusTime": [{ "var": "payload.v.0.dt" }, 14, "day"] },
    ] })
}

fn selected(set: &RuleSet, chosen: &Chosen, at: &str) -> Vec<String> {
    let rules = set.select(chosen, Event::Vaccination, "VN", time(at));
    rules.iter().map(|rule| format!("{} {}", rule.id, rule.version)).collect()
}

#[test]
fn a_failed_rule_is_told_in_vietnamese_and_otherwise_in_english() {
    let set = set(&[rule("VR-DE-0001", "1.0.0", fourteen_days())]);
    for (language, words) in [
        ("vi", "Mũi tiêm cuối phải cách đây ít nhất 14 ngày."),
        ("VI-vn", "Mũi tiêm cuối phải cách đây ít nhất 14 ngày."),
        ("en", "The last dose must be at least 14 days old."),
        ("ja", "The last dose must be at least 14 days old."),
    ] {
        let report = set.evaluate(&Chosen::entry("de").language(language), &subject(), time(NOW));
        assert_eq!(report.decision, Decision::Refused);
        let [outcome] = report.outcomes.as_slice() else { panic!("one rule") };
        assert_eq!((&outcome.finding, outcome.words.as_str()), (&Finding::Failed, words));
    }
    let json = serde_json::to_value(&set.evaluate(&Chosen::entry("DE"), &subject(), time(NOW)).outcomes).unwrap();
    let words = "Mũi tiêm cuối phải cách đây ít nhất 14 ngày.";
    assert_eq!(json, json!([{ "id": "VR-DE-0001", "version": "1.0.0", "outcome": "failed", "words": words }]));
}

#[test]
fn the_day_of_travel_decides_where_one_is_chosen() {
    let set = set(&[rule("VR-DE-0001", "1.0.0", fourteen_days())]);
    let chosen = Chosen::entry("DE").at(time("2026-11-29T00:00:00Z"));
    assert_eq!(set.evaluate(&chosen, &subject(), time(NOW)).decision, Decision::Accepted);
    let chosen = Chosen::entry("DE").at(time("2026-11-28T23:59:59Z"));
    assert_eq!(set.evaluate(&chosen, &subject(), time(NOW)).decision, Decision::Refused);
}

#[test]
fn country_kind_region_purpose_and_time_choose_the_rules() {
    let rules = set(&[
        rule("GR-DE-0001", "1.0.0", json!(true)),
        rule("VR-DE-0001", "1.0.0", json!(true)),
        rule("TR-DE-0001", "1.0.0", json!(true)),
        rule("VR-AT-0001", "1.0.0", json!(true)),
        with(rule("VR-DE-0002", "1.0.0", json!(true)), "Region", "BY"),
        with(rule("VR-DE-0003", "1.0.0", json!(true)), "Purpose", "event"),
        with(rule("VR-DE-0004", "1.0.0", json!(true)), "ValidFrom", "2027-01-01T00:00:00Z"),
        with(rule("VR-DE-0005", "1.0.0", json!(true)), "ValidTo", "2026-11-23T06:59:59Z"),
        rule("IR-VN-0001", "1.0.0", json!(true)),
        rule("IR-DE-0001", "1.0.0", json!(true)),
    ]);
    let entry = Chosen::entry("DE");
    assert_eq!(selected(&rules, &entry, NOW), ["GR-DE-0001 1.0.0", "IR-VN-0001 1.0.0", "VR-DE-0001 1.0.0"]);
    let bavaria = entry.clone().in_region("by");
    let expected = ["GR-DE-0001 1.0.0", "IR-VN-0001 1.0.0", "VR-DE-0001 1.0.0", "VR-DE-0002 1.0.0"];
    assert_eq!(selected(&rules, &bavaria, NOW), expected);
    let event = entry.clone().purpose("event");
    assert_eq!(selected(&rules, &event, NOW), ["IR-VN-0001 1.0.0", "VR-DE-0003 1.0.0"]);
    assert_eq!(selected(&rules, &entry, "2025-01-01T00:00:00Z"), [""; 0]);
    assert!(rules.knows("DE", "event") && !rules.knows("AT", "event"));
}

#[test]
fn the_highest_version_in_force_is_asked() {
    let from = |version, from: &str| with(rule("VR-DE-0001", version, json!(true)), "ValidFrom", from);
    let rules = set(&[
        from("1.10.0", "2026-03-01T00:00:00Z"),
        from("1.9.0", "2026-02-01T00:00:00Z"),
        from("2.0.0", "2027-01-01T00:00:00Z"),
    ]);
    let chosen = Chosen::entry("DE");
    for (at, expected) in [
        ("2026-02-15T00:00:00Z", "VR-DE-0001 1.9.0"),
        (NOW, "VR-DE-0001 1.10.0"),
        ("2027-01-01T00:00:00Z", "VR-DE-0001 2.0.0"),
    ] {
        assert_eq!(selected(&rules, &chosen, at), [expected], "{at}");
    }
}

#[test]
fn what_cannot_be_evaluated_is_open_and_never_passed() {
    let good = || rule("GR-DE-0001", "1.0.0", json!(true));
    let open = |why: Open| Finding::Open { why };
    let missing = certlogic::Error::Operand { operator: ">", expected: "an integer" };
    for (logic, member, value, finding) in [
        (json!(true), "Engine", "OTHER", open(Open::Engine)),
        (json!(true), "EngineVersion", "2.0.0", open(Open::Engine)),
        (json!(true), "SchemaVersion", "2.0.0", open(Open::Engine)),
        (json!({ "or": [true, true] }), "Engine", "CERTLOGIC", open(Open::Logic)),
        (json!(1), "Engine", "CERTLOGIC", open(Open::NotYesOrNo)),
        (json!({ "var": "payload.t.0" }), "Engine", "CERTLOGIC", open(Open::NotYesOrNo)),
        (json!({ ">": [{ "var": "payload.v.0.xx" }, 1] }), "Engine", "CERTLOGIC", open(Open::Evaluation(missing))),
    ] {
        let set = set(&[good(), with(rule("VR-DE-0001", "1.0.0", logic), member, value)]);
        let report = set.evaluate(&Chosen::entry("DE"), &subject(), time(NOW));
        assert_eq!(report.decision, Decision::CannotTell);
        assert_eq!(report.outcomes[0].finding, finding);
        assert_eq!(report.outcomes[1].finding, Finding::Passed);
    }
}

#[test]
fn one_that_fails_outweighs_those_that_are_open_and_no_rules_accept_nothing() {
    let failing = rule("VR-DE-0001", "1.0.0", json!(false));
    let open = rule("GR-DE-0001", "1.0.0", json!(1));
    let decide = |rules: &[Json]| set(rules).evaluate(&Chosen::entry("DE"), &subject(), time(NOW)).decision;
    assert_eq!(decide(&[open.clone(), failing]), Decision::Refused);
    assert_eq!(decide(&[open]), Decision::CannotTell);
    assert_eq!(decide(&[]), Decision::CannotTell);
    assert_eq!(decide(&[rule("VR-AT-0001", "1.0.0", json!(true))]), Decision::CannotTell);
    // That the issuer has withdrawn nothing does not say that anybody accepts it.
    assert_eq!(decide(&[rule("IR-VN-0001", "1.0.0", json!(true))]), Decision::CannotTell);
    assert_eq!(decide(&[rule("TR-DE-0001", "1.0.0", json!(true))]), Decision::CannotTell);
    assert_eq!(decide(&[rule("GR-DE-0001", "1.0.0", json!(true))]), Decision::Accepted);
    let withdrawn = rule("IR-VN-0001", "1.0.0", json!(false));
    assert_eq!(decide(&[rule("GR-DE-0001", "1.0.0", json!(true)), withdrawn]), Decision::Refused);
}

#[test]
fn the_work_of_all_rules_together_is_bounded() {
    // To look through all countries five hundred times is more than one rule may do.
    let sets = json!({ "var": "external.valueSets.country-2-codes" });
    let many = Json::from(vec![json!({ "in": ["??", sets] }); 500]);
    let heavy = json!({ "in": [true, many] });
    let rules: Vec<Json> = (0..20).map(|number| rule(&format!("VR-DE-{number:04}"), "1.0.0", heavy.clone())).collect();
    let report = set(&rules).evaluate(&Chosen::entry("DE"), &subject(), time(NOW));
    let budget = Finding::Open { why: Open::Evaluation(certlogic::Error::Budget) };
    assert!(report.outcomes.iter().all(|outcome| outcome.finding == budget));
}

#[test]
fn a_rule_that_breaks_the_form_is_refused_with_its_member() {
    let good = rule("VR-DE-0001", "1.0.0", json!(true));
    for (member, value) in [
        ("Identifier", json!("VR-DE-1")),
        ("Identifier", json!("XR-DE-0001")),
        ("Country", json!("Germany")),
        ("Version", json!("1.0")),
        ("Version", json!("1.0.0.0")),
        ("SchemaVersion", json!("+1.0.0")),
        ("EngineVersion", json!("")),
        ("CertificateType", json!("Passport")),
        ("ValidFrom", json!("2026-01-01")),
        ("ValidTo", json!("2020-01-01T00:00:00Z")),
        ("AffectedFields", json!([])),
        ("Description", json!([])),
        ("Purpose", json!("Entry!")),
    ] {
        let rule = good["Identifier"].as_str().unwrap();
        let rule = if member == "Identifier" { value.as_str().unwrap() } else { rule }.to_owned();
        assert_eq!(refused(&with(good.clone(), member, value)), Error::Member { rule, member });
    }
    for wrong in
        [with(good.clone(), "Extra", 1), with(good.clone(), "Type", "Advice"), json!({}), json!([[]]), json!(7)]
    {
        assert_eq!(refused(&wrong).code(), "rules-malformed", "{wrong}");
    }
    assert_eq!(RuleSet::from_json(b"[").unwrap_err().code(), "rules-malformed");
    assert_eq!(RuleSet::from_json(&vec![b' '; MAX_BYTES + 1]), Err(Error::TooLong { most: MAX_BYTES }));
    let many = serde_json::to_vec(&vec![0; MAX_RULES + 1]).unwrap();
    assert_eq!(RuleSet::from_json(&many), Err(Error::TooMany { most: MAX_RULES }));
}

#[test]
fn a_rule_that_stands_there_twice_counts_once_and_never_in_two_ways() {
    let one = rule("VR-DE-0001", "1.0.0", json!(true));
    assert_eq!(set(&[one.clone(), one.clone()]).rules().len(), 1);
    let both = Json::from(vec![one.clone(), rule("VR-DE-0001", "1.0.0", json!(false))]);
    assert_eq!(refused(&both), Error::Contradiction { rule: "VR-DE-0001".to_owned() });
    assert_eq!(RuleSet::from_json(one.to_string().as_bytes()).unwrap().rules().len(), 1);
    assert_eq!(set(&[]).rules().len(), 0);
}

#[test]
fn a_national_certificate_shows_itself_as_a_vaccination() {
    let expected = json!({
        "ver": "1.3.3",
        "nam": { "fn": "Nguyễn", "fnt": "NGUYEN", "gn": "Thị Hồng Nhung", "gnt": "THI<HONG<NHUNG" },
        "dob": "1990-05",
        "v": [{
            "tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 3, "sd": 2,
            "dt": "2026-11-15", "co": "VN", "is": "VN", "ci": "URN:UVCI:01:VN:00041061050R3GG28A1C60T3GF#T",
        }],
    });
    assert_eq!((subject().event, subject().payload), (Event::Vaccination, expected));
}

#[test]
fn a_test_and_a_recovery_show_what_they_have() {
    let certificate = |entry| {
        Content::from(dcc::Certificate {
            ver: "1.3.0".into(),
            name: dcc::Name { family_std: Some("DOE".into()), ..dcc::Name::default() },
            birth_date: "1963".into(),
            entry,
        })
    };
    let test =
        dcc::Test { sampled: "2026-11-20T10:00:00Z".into(), device: Some("1232".into()), ..dcc::Test::default() };
    let test = Subject::of(&certificate(dcc::Entry::Test(test)), External::default()).unwrap();
    let expected = json!({
        "ver": "1.3.0", "nam": { "fnt": "DOE" }, "dob": "1963",
        "t": [{ "tg": "", "tt": "", "ma": "1232", "sc": "2026-11-20T10:00:00Z", "tr": "", "co": "", "is": "", "ci": "" }],
    });
    assert_eq!((test.event, test.payload), (Event::Test, expected));
    let recovery = dcc::Recovery { valid_from: "2026-01-01".into(), ..dcc::Recovery::default() };
    let recovery = Subject::of(&certificate(dcc::Entry::Recovery(recovery)), External::default()).unwrap();
    assert_eq!(recovery.event, Event::Recovery);
    assert_eq!(recovery.payload["r"][0]["df"], "2026-01-01");
}

#[test]
fn rules_may_ask_for_country_time_signer_and_value_sets() {
    let external = External {
        issued: Some(time("2026-11-16T00:00:00Z")),
        expires: Some(time("2027-11-16T00:00:00Z")),
        issuer_country: "VN".into(),
        kid: "ZtJVElOdWm0=".into(),
    };
    let data = Subject::of(&national(), external).unwrap().data(&Chosen::entry("de").in_region("BY"), time(NOW));
    let mut found = data["external"].clone();
    let sets = found.as_object_mut().unwrap().remove("valueSets").unwrap();
    let expected = json!({
        "validationClock": NOW, "countryCode": "DE", "region": "BY", "issuerCountryCode": "VN", "kid": "ZtJVElOdWm0=",
        "iat": "2026-11-16T00:00:00Z", "exp": "2027-11-16T00:00:00Z",
    });
    assert_eq!(found, expected);
    assert_eq!(sets["disease-agent-targeted"], json!(["840539006"]));
    for (name, code) in [
        ("country-2-codes", "VN"),
        ("covid-19-lab-result", "260415000"),
        ("covid-19-lab-test-manufacturer-and-name", "1232"),
        ("covid-19-lab-test-type", "LP217198-3"),
        ("sct-vaccines-covid-19", "1119349007"),
        ("vaccines-covid-19-auth-holders", "ORG-100030215"),
        ("vaccines-covid-19-names", "EU/1/20/1528"),
    ] {
        assert!(sets[name].as_array().unwrap().contains(&json!(code)), "{name}");
    }
}
