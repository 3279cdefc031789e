//! Value sets that a bundle brings along: newer ones count, for content and for rules, and older ones never do.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use specs::time::UnixTime;
use specs::value_set::{Set, ValueSets};
use trust_list::backend::native;
use trust_list::chain::Anchor;
use trust_list::list;
use verifier::Verifier;
use verifier::rules::{Chosen, RuleSet};

/// 2026-11-23T07:00:00Z, the time of the vectors.
const NOW: UnixTime = UnixTime(1_795_417_200);

struct Vectors(Value);

impl Vectors {
    fn read() -> Self {
        Self(serde_json::from_str(include_str!("../../specs/vectors/certificates.json")).unwrap())
    }

    fn believing(&self, verifier: Verifier, list: &str) -> Verifier {
        let anchors = Anchor::read_all(self.0["anchor"].as_str().unwrap().as_bytes()).unwrap();
        let bytes = hex::decode(self.0[list].as_str().unwrap()).unwrap();
        verifier.with_list(list::open(&bytes, &anchors, NOW, native()).unwrap())
    }

    fn reason(&self, verifier: &Verifier, name: &str) -> &'static str {
        let cases = self.0["cases"].as_array().unwrap();
        let text = cases.iter().find(|case| case["name"] == name).unwrap()["text"].as_str().unwrap();
        verifier.check(text, NOW).reason.code()
    }
}

#[test]
fn a_product_that_is_newer_than_the_build_is_known_by_the_bundle() {
    let vectors = Vectors::read();
    let plain = vectors.believing(Verifier::new(native()), "list");
    assert_eq!(plain.value_sets(), ValueSets::bundled());
    assert_eq!(vectors.reason(&plain, "unknown product, national"), "content-value-set");
    let with_bundle = vectors.believing(plain, "bundle");
    assert_eq!(vectors.reason(&with_bundle, "unknown product, national"), "valid");
    assert_eq!(vectors.reason(&with_bundle, "codes that do not go together, national"), "content-value-set");
    assert_eq!(with_bundle.value_sets().set(Set::VaccineProduct).entries().len(), 2);
    // The bundle carries an older set of types too, with one code that nobody uses.
    assert_eq!(with_bundle.value_sets().set(Set::VaccineType), ValueSets::bundled().set(Set::VaccineType));
    // A list without any leaves the newest that were held.
    let after = vectors.believing(with_bundle, "list");
    assert_eq!(vectors.reason(&after, "unknown product, national"), "valid");
}

#[test]
fn rules_are_told_the_same_sets() {
    let vectors = Vectors::read();
    let rule = serde_json::json!([{
        "Identifier": "GR-VN-0002", "Type": "Acceptance", "Country": "VN", "Version": "1.0.0", "SchemaVersion": "1.0.0",
        "Engine": "CERTLOGIC", "EngineVersion": "1.3.3", "CertificateType": "Vaccination",
        "Description": [{ "lang": "en", "desc": "A known product." }],
        "ValidFrom": "2026-01-01T00:00:00Z", "ValidTo": "2030-01-01T00:00:00Z", "AffectedFields": ["v.0.mp"],
        "Logic": { "in": [{ "var": "payload.v.0.mp" }, { "var": "external.valueSets.vaccines-covid-19-names" }] },
    }]);
    let rules = RuleSet::from_json(&serde_json::to_vec(&rule).unwrap()).unwrap();
    let asked = |list| {
        vectors.believing(Verifier::new(native()), list).with_rules(rules.clone(), Chosen::entry("VN").language("en"))
    };
    // An EU certificate is forgiven an unknown product; this rule does not forgive it.
    assert_eq!(vectors.reason(&asked("list"), "forgiven: unknown product"), "rules-failed");
    assert_eq!(vectors.reason(&asked("bundle"), "forgiven: unknown product"), "valid");
}
