//! The verdicts of `specs/vectors/certificates.json`: a chain, a signed list and certificates, made by a script that
//! shares no code with the project, each with the reason it must get.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use specs::time::UnixTime;
use tests::back_ends::both;
use trust_list::backend::Backend;
use trust_list::chain::Anchor;
use trust_list::list;
use verifier::Verifier;

const VECTORS: &str = include_str!("../../specs/vectors/certificates.json");
/// 2026-11-23T07:00:00Z, a day after the list was issued.
const LIST_OPENED_AT: UnixTime = UnixTime(1_795_417_200);

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap()
}

fn verifier(vectors: &Value, backend: &'static dyn Backend) -> Verifier {
    let anchors = Anchor::read_all(text(vectors, "anchor").as_bytes()).unwrap();
    let bytes = hex::decode(text(vectors, "list")).unwrap();
    let list = list::open(&bytes, &anchors, LIST_OPENED_AT, backend).unwrap();
    assert_eq!(list.refused(), []);
    Verifier::new(backend).with_list(list)
}

#[test]
fn every_case_gets_its_reason_from_both_back_ends() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    for backend in both() {
        let name = backend.name();
        let verifier = verifier(&vectors, backend);
        let cases = vectors["cases"].as_array().unwrap();
        let mut wrong = Vec::new();
        for case in cases {
            let at = UnixTime(case["at"].as_i64().unwrap());
            let verdict = verifier.check(text(case, "text"), at);
            assert_eq!(verdict.verdict, verdict.reason.class());
            if verdict.reason.code() != text(case, "reason") {
                wrong.push(format!("{}: {}, expected {}", text(case, "name"), verdict.reason, text(case, "reason")));
            }
        }
        println!("{} certificates checked with the {name} back end", cases.len());
        assert_eq!(wrong, [""; 0], "{name}");
    }
}
