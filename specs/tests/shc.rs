//! The cases of `vectors/shc.json`: what opens, what it says, and what each refusal is. Signatures are checked where keys
//! are.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use specs::qr::{Level, Segment, Symbol, Use};
use specs::shc::{self, Claims, Coding, Error, Measured, Tolerance};

fn cases() -> Vec<Value> {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/shc.json")).unwrap();
    vectors["cases"].as_array().unwrap().clone()
}

fn claims(text: &str) -> Result<Claims, Error> {
    shc::open(text)?.claims()
}

fn text(name: &str) -> String {
    let found = cases().into_iter().find(|case| case["name"] == name);
    found.unwrap_or_else(|| panic!("{name}"))["text"].as_str().unwrap().to_owned()
}

#[test]
fn each_case_opens_or_is_refused_for_its_reason() {
    let (mut read, mut refused) = (0, 0);
    for case in cases() {
        let found = claims(case["text"].as_str().unwrap());
        let Some(error) = case["error"].as_str() else {
            let tolerances = found.unwrap_or_else(|error| panic!("{}: {error}", case["name"])).tolerances;
            let codes: Vec<&str> = tolerances.iter().map(Tolerance::code).collect();
            assert_eq!(Value::from(codes), case["tolerances"], "{}", case["name"]);
            read += 1;
            continue;
        };
        let words = match found {
            Ok(_) => "read".to_owned(),
            Err(Error::Field { field }) => format!("shc-field {field}"),
            Err(error) => error.code().to_owned(),
        };
        assert_eq!(words, error, "{}", case["name"]);
        refused += 1;
    }
    assert!(read >= 18 && refused >= 75, "{read} read, {refused} refused");
}

#[test]
fn what_a_card_says() {
    let claims = claims(&text("two doses, with identifier and end")).unwrap();
    assert_eq!((&*claims.iss, claims.rid.as_deref()), ("https://demo.example/shc", Some("AQPCj4wwk6Mt")));
    assert_eq!((claims.nbf.0, claims.exp.map(|exp| exp.0)), (1_795_330_800, Some(1_795_417_200)));
    let patient = &claims.bundle.patient;
    assert_eq!(
        (patient.family.as_deref(), &patient.given[..]),
        (Some("Nguyễn"), &["Thị Hồng".to_owned(), "Nhung".to_owned()][..])
    );
    assert_eq!(patient.birth_date.to_string(), "1990-05-17");
    let doses: Vec<_> =
        claims.bundle.immunizations.iter().map(|dose| (dose.date.to_string(), dose.lot.as_deref())).collect();
    assert_eq!(doses, [("2026-10-02".to_owned(), Some("DEMO-0001")), ("2026-10-30".to_owned(), Some("DEMO-0002"))]);
    let vaccine = &claims.bundle.immunizations[0].vaccine;
    assert_eq!(
        (vaccine.len(), vaccine[0].system.as_deref(), &*vaccine[0].code),
        (1, Some("http://hl7.org/fhir/sid/cvx"), "207")
    );
}

#[test]
fn what_a_result_says() {
    let bundle = claims(&text("a laboratory result")).unwrap().bundle;
    let [found] = &bundle.observations[..] else { panic!("one result") };
    let mut torn = found.clone();
    let opposite = Coding { system: Some("http://snomed.info/sct".into()), code: "260373001".into() };
    torn.value = Some(Measured::Codes(vec![Coding { code: "260415000".into(), ..opposite.clone() }, opposite]));
    assert_eq!(torn.detected(), None);
    assert_eq!(
        (found.detected(), found.date.to_string(), &*found.code[0].code),
        (Some(false), "2026-11-20".to_owned(), "94558-4")
    );
    let bundle = claims(&text("a quantity")).unwrap().bundle;
    assert_eq!(bundle.observations[0].value, Some(Measured::Quantity("<12.5 mg/dL".into())));
    assert_eq!(bundle.observations[0].detected(), None);
    assert_eq!(claims(&text("resources of other kinds")).unwrap().bundle.unread, 2);
}

#[test]
fn a_card_is_a_symbol_of_two_segments() {
    let text = text("one dose");
    let digits = text.strip_prefix(shc::PREFIX).unwrap();
    let symbol =
        Symbol::encode_segments(&[Segment::Bytes(shc::PREFIX), Segment::Numeric(digits)], Use::Screen).unwrap();
    assert_eq!((symbol.version(), symbol.level()), (21, Level::M));
}
