//! The cases of `vectors/vds-nc.json`: what opens, what it says, and what each refusal is. Signatures and chains are
//! checked where keys are.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use specs::vds_nc::{self, Content, Error, Event, Tolerance};

fn cases() -> Vec<Value> {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/vds-nc.json")).unwrap();
    vectors["cases"].as_array().unwrap().clone()
}

fn content(text: &str) -> Result<Content, Error> {
    vds_nc::open(text)?.content()
}

fn text(name: &str) -> String {
    let found = cases().into_iter().find(|case| case["name"] == name);
    found.unwrap_or_else(|| panic!("{name}"))["text"].as_str().unwrap().to_owned()
}

#[test]
fn each_case_opens_or_is_refused_for_its_reason() {
    let (mut read, mut refused) = (0, 0);
    for case in cases() {
        let found = content(case["text"].as_str().unwrap());
        let Some(error) = case["error"].as_str() else {
            let tolerances = found.unwrap_or_else(|error| panic!("{}: {error}", case["name"])).tolerances;
            let codes: Vec<&str> = tolerances.iter().map(Tolerance::code).collect();
            assert_eq!(Value::from(codes), case["tolerances"], "{}", case["name"]);
            read += 1;
            continue;
        };
        let words = match found {
            Ok(_) => "read".to_owned(),
            Err(error) => match &error {
                Error::Field { field } | Error::Frame { field } | Error::Base64 { field } => {
                    format!("{} {field}", error.code())
                }
                _ => error.code().to_owned(),
            },
        };
        assert_eq!(words, error, "{}", case["name"]);
        refused += 1;
    }
    assert!(read >= 15 && refused >= 40, "{read} read, {refused} refused");
}

#[test]
fn the_order_of_keys_does_not_change_what_is_signed() {
    let (one, other) =
        (vds_nc::open(&text("one dose")).unwrap(), vds_nc::open(&text("keys in another order, with space")).unwrap());
    assert_eq!(one.to_be_signed(), other.to_be_signed());
    assert_eq!((one.signature(), one.certificate()), (other.signature(), other.certificate()));
}

#[test]
fn what_a_test_says() {
    let content = content(&text("a test")).unwrap();
    assert_eq!((&*content.id, content.person.document.as_deref()), ("U00000002", Some("C0000000")));
    let Event::Test(test) = content.event else { panic!("a test") };
    assert_eq!((&*test.provider, &*test.country, &*test.kind), ("DEMO LABORATORY", "UTO", "molecular(PCR)"));
    assert_eq!((&*test.result, test.method.as_deref()), ("negative", Some("nasopharyngeal")));
    assert_eq!(
        (test.sampled.to_string(), test.reported.to_string()),
        ("2026-11-20T01:30:00Z".to_owned(), "2026-11-20T08:00:00Z".to_owned())
    );
}
