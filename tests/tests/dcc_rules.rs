//! Rules that countries published (`vectors/dcc-rules`: AT, CH, CZ, DE, EU), each with the certificates that were written
//! to test it: all are read strictly, all have valid logic, and every certificate comes out as its author expected.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value as Json, json};
use tests::exceptions::Exceptions;
use tests::vectors;
use verifier::rules::{Finding, RuleSet};

#[test]
fn every_certificate_comes_out_as_the_author_of_the_rule_expected() {
    let Some(folder) = vectors::folder("dcc-rules") else { return };
    let mut exceptions = Exceptions::of("dcc-rules");
    let (mut rules, mut tests) = (0, 0);
    for path in vectors::files(&folder, "json").iter().filter(|path| path.ends_with("rule.json")) {
        let set = RuleSet::from_json(&std::fs::read(path).unwrap()).unwrap();
        let [rule] = set.rules() else { panic!("{}: not one rule", path.display()) };
        assert_eq!(rule.issues(), [], "{}", rule.id);
        rules += 1;
        for path in vectors::files(&path.with_file_name("tests"), "json") {
            let test: Json = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let found = rule.evaluate(&json!({ "payload": test["payload"], "external": test["external"] }));
            let expected = if test["expected"].as_bool().unwrap() { Finding::Passed } else { Finding::Failed };
            tests += 1;
            let id = format!("{}/{}", rule.id, path.file_name().unwrap().to_str().unwrap());
            exceptions.case(&id, found == expected, format!("expects {expected:?}, here {found:?}: {}", test["name"]));
        }
    }
    println!("rules of AT, CH, CZ, DE, EU: {rules} rules, {tests} tests of them");
    exceptions.finish("rules of countries");
    assert_eq!((rules, tests), (75, 446));
}

#[test]
fn all_rules_together_are_one_set() {
    let Some(folder) = vectors::folder("dcc-rules") else { return };
    let paths = vectors::files(&folder, "json");
    let rules: Vec<Json> = paths
        .iter()
        .filter(|path| path.ends_with("rule.json"))
        .map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
        .collect();
    let set = RuleSet::from_json(&serde_json::to_vec(&rules).unwrap()).unwrap();
    assert_eq!(set.rules().len(), 75);
    let countries: std::collections::BTreeSet<&str> = set.rules().iter().map(|rule| rule.country.as_str()).collect();
    assert_eq!(countries.into_iter().collect::<Vec<_>>(), ["AT", "CH", "CZ", "DE", "EU"]);
}
