//! The official suites of CertLogic 1.3.3 (`vectors/certlogic`): every assertion about the value of an expression, and
//! every case about what is wrong with one. What the suite itself says to skip is not tested but named, one by one.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use serde_json::{Value as Json, json};
use tests::exceptions::Exceptions;
use tests::vectors;
use verifier::rules::certlogic::{Budget, Expression, validate};

const STEPS: usize = 100_000;

#[test]
fn every_expression_of_the_suite_has_the_value_it_expects() {
    let Some(folder) = vectors::folder("certlogic/testSuite") else { return };
    let mut exceptions = Exceptions::of("certlogic");
    let (mut all, mut skipped) = (0, 0);
    for (name, suite) in suites(&folder) {
        for case in suite["cases"].as_array().unwrap() {
            for (number, assertion) in case["assertions"].as_array().unwrap().iter().enumerate() {
                all += 1;
                let id = format!("{name}#{}#{number}", case["name"].as_str().unwrap().replace(' ', "_"));
                let own = &assertion["certLogicExpression"];
                let expression = if own.is_null() { &case["certLogicExpression"] } else { own };
                let (found, expected) = (value(expression, &assertion["data"]), &assertion["expected"]);
                let agrees = found.as_ref() == Ok(expected);
                if [&suite, case, assertion].iter().any(|part| part["directive"] == "skip") {
                    skipped += 1;
                    println!("SKIPPED by the suite's own directive: {id}: expects {expected}, here {found:?}");
                    continue;
                }
                exceptions.case(&id, agrees, format!("expects {expected}, here {found:?}"));
            }
        }
    }
    println!("CertLogic: {all} assertions, of which the suite skips {skipped}");
    exceptions.finish("CertLogic");
    assert_eq!((all, skipped), (232, 14));
}

#[test]
fn every_invalid_expression_of_the_suite_is_told_what_is_wrong() {
    let Some(folder) = vectors::folder("certlogic/validation-testSuite") else { return };
    let mut count = 0;
    for (name, suite) in suites(&folder) {
        for case in suite["cases"].as_array().unwrap() {
            count += 1;
            let expression = &case["certLogicExpression"];
            let found: Vec<Json> = validate(expression)
                .iter()
                .map(|issue| json!({ "expr": issue.expr, "message": issue.message }))
                .collect();
            assert_eq!(Json::from(found), case["issues"], "{name}: {expression}");
        }
    }
    println!("CertLogic validation: {count} cases agree");
    assert_eq!(count, 23);
}

fn suites(folder: &Path) -> Vec<(String, Json)> {
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
    };
    vectors::files(folder, "json").iter().map(read).collect()
}

fn value(expression: &Json, data: &Json) -> Result<Json, String> {
    let expression = Expression::parse(expression).map_err(|issues| format!("{issues:?}"))?;
    let mut budget = Budget::new(STEPS);
    let value = expression.evaluate(data, &mut budget).map_err(|error| error.to_string())?;
    value.to_json(&mut budget).map_err(|error| error.to_string())
}
