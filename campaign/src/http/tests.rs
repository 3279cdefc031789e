//! The description of the API is whole: it holds what the router holds, and every reference in it leads somewhere.

use std::collections::BTreeSet;

use serde_json::{Value, json};

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

#[tokio::test]
async fn products_come_with_schedule_and_storage_and_are_described() {
    let axum::Json(products) = super::public::products().await;
    let products = serde_json::to_value(products).unwrap();
    let of = |id: &str| products.as_array().unwrap().iter().find(|product| product["product"] == id).unwrap();
    assert_eq!(
        of("vaxzevria")["schedule"][0],
        json!({"kind": "basic", "dose": 2, "after": ["vaxzevria"], "min_days": 56, "recommended_days": 56,
            "recommended_until_days": 84, "valid_from": "2021-02-01", "valid_to": "2021-09-19", "evidence": "seen"})
    );
    assert_eq!(of("vaxzevria")["schedule"][1]["valid_to"], Value::Null);
    assert_eq!(
        of("comirnaty")["storage"],
        json!([
            {"name": "ultra-cold", "min_celsius": -90, "max_celsius": -60, "max_days": null},
            {"name": "frozen", "min_celsius": -25, "max_celsius": -15, "max_days": 14},
            {"name": "refrigerated", "min_celsius": 2, "max_celsius": 8, "max_days": 31},
        ])
    );
    let components = json!([{"dose": 1, "name": "Component I (rAd26)"}, {"dose": 2, "name": "Component II (rAd5)"}]);
    assert_eq!((&of("sputnik-v")["components"], &of("janssen")["schedule"]), (&components, &json!([])));

    // Every member that is served is described.
    let described = described();
    let body = &described["paths"]["/api/products"]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!(body["items"]["$ref"], "#/components/schemas/Product");
    let schemas = &described["components"]["schemas"];
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    for (schema, served) in [
        ("Product", of("comirnaty")),
        ("Component", &of("sputnik-v")["components"][0]),
        ("ScheduleRule", &of("comirnaty")["schedule"][0]),
        ("StorageBand", &of("comirnaty")["storage"][0]),
    ] {
        assert_eq!(names(&schemas[schema]["properties"]), names(served), "{schema}");
    }
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
