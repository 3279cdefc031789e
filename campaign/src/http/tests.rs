//! The description of the API is whole: it holds what the router holds, and every reference in it leads somewhere.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Problem, document};

fn described() -> Value {
    serde_json::to_value(document()).unwrap()
}

/// Every `$ref` below a value.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(to) if name == "$ref" => drop(found.insert(to.clone())),
                    _ => references(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_to_a_schema() {
    let described = described();
    let mut found = BTreeSet::new();
    references(&described, &mut found);
    assert!(found.contains("#/components/schemas/Problem"));
    for reference in found {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        assert!(described["components"]["schemas"].get(name).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn commands_are_described_from_the_types_they_are_read_into() {
    let described = described();
    let body = |path: &str| {
        let operation = &described["paths"][path]["post"];
        operation["requestBody"]["content"]["application/json"]["schema"].clone()
    };
    let inject = body("/api/units/{unit}/visits/inject");
    let required: BTreeSet<&str> =
        inject["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(required, ["visit", "vial", "dose", "dose_number", "site", "route"].into());
    let screen = body("/api/units/{unit}/visits/screen");
    assert_eq!(screen["properties"]["answers"]["additionalProperties"]["type"], "boolean");
    assert_eq!(screen["properties"]["vitals"]["additionalProperties"]["type"], "integer");
    assert_eq!(screen["properties"]["details"]["additionalProperties"]["type"], "string");
    assert!(screen["properties"].get("sealed").is_none(), "no client seals");
    let required: BTreeSet<&str> =
        screen["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(required, ["visit", "checklist", "answers", "vitals", "conclusion"].into());
    let receive = body("/api/units/{unit}/supply/receive_consignment");
    assert_eq!(receive["properties"]["lines"]["items"]["$ref"], "#/components/schemas/ConsignmentLine");
}

#[test]
fn what_only_the_system_asks_for_is_not_described() {
    let described = described();
    let paths: Vec<&String> = described["paths"].as_object().unwrap().keys().collect();
    assert!(paths.iter().any(|path| path.ends_with("/certificates/request")));
    assert!(!paths.iter().any(|path| path.contains("record_")), "{paths:?}");
}

#[test]
fn every_operation_says_what_it_does_and_has_a_name_of_its_own() {
    let described = described();
    let mut names = BTreeSet::new();
    for (path, item) in described["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path} does not say what it does");
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} stands twice");
        }
    }
    assert!(names.len() >= 50, "{} operations", names.len());
}

#[test]
fn a_database_that_is_away_is_asked_again_and_one_that_is_wrong_is_not() {
    use crate::db::DbError;
    use axum::response::IntoResponse as _;
    let away = Problem::database(DbError::Unavailable { detail: "gone".to_owned() });
    assert_eq!((away.status, away.code), (503, "unavailable"));
    assert_eq!(away.into_response().headers()["retry-after"], "1");
    assert_eq!(Problem::database(sqlx::Error::PoolTimedOut).status, 503);
    assert_eq!(Problem::database(DbError::Inconsistent { detail: "x".to_owned() }).status, 500);
}
