//! The hostile set, `specs/vectors/invalid`: texts and trust data that lie in one place each, made by a script that shares
//! no code with the project. Every case gets exactly its reason from both back ends, and nothing is read off a forgery.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use specs::reason::Reason;
use specs::revocation::Revocation;
use specs::time::UnixTime;
use tests::back_ends::both;
use trust_list::Error;
use trust_list::backend::Backend;
use trust_list::chain::Anchor;
use trust_list::list;
use verifier::rules::{Chosen, RuleSet};
use verifier::verdict::Step;
use verifier::{Verdict, Verifier, inspect};

/// The ways in which a layer can lie; each has a file of its own.
const LAYERS: [&str; 16] = [
    "prefix",
    "base45",
    "zlib",
    "cbor",
    "cose-headers",
    "kid",
    "algorithm",
    "signature",
    "claims",
    "dates-numbers",
    "content",
    "chain",
    "purpose",
    "list",
    "revocation",
    "presentation",
];
/// What the set may not shrink below.
const LEAST: usize = 200;

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/vectors")
}

fn read(file: &str) -> Value {
    let path = vectors().join(file);
    serde_json::from_slice(&fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))).unwrap()
}

fn layer(name: &str) -> Vec<Value> {
    read(&format!("invalid/{name}.json"))["cases"].as_array().unwrap().clone()
}

/// Anchors, lists, revocation data and rules that the cases name.
struct Given(Value);

impl Given {
    fn text<'v>(&'v self, kind: &str, case: &'v Value, member: &str, usual: &'v str) -> Option<&'v str> {
        let name = match case.get(member) {
            None => usual,
            Some(Value::Null) => return None,
            Some(name) => name.as_str().unwrap(),
        };
        Some(self.0[kind][name].as_str().unwrap_or_else(|| panic!("{kind} {name} of {}", case["name"])))
    }

    /// A verifier that was given what the case says, at the time it says.
    fn verifier(&self, case: &Value, backend: &'static dyn Backend) -> Verifier {
        let loaded = UnixTime(case.get("loaded").unwrap_or(&case["at"]).as_i64().unwrap());
        let anchors = self.text("anchors", case, "anchor", "demo").unwrap();
        let anchors = Anchor::read_all(anchors.as_bytes()).unwrap();
        let open = |hexadecimal: &str| {
            let bytes = hex::decode(hexadecimal).unwrap();
            list::open(&bytes, &anchors, loaded, backend)
        };
        let mut verifier = Verifier::new(backend);
        let mut seen = None;
        // A list that is still held, or one of which nothing but the mark was kept.
        for (member, held) in [("held", true), ("seen", false)] {
            if case.get(member).is_some() {
                let list = open(self.text("lists", case, member, "").unwrap()).unwrap();
                seen = Some(list.mark());
                if held {
                    verifier = verifier.with_list(list);
                }
            }
        }
        if let Some(offered) = self.text("lists", case, "list", "usual") {
            let accepted = open(offered).and_then(|list| {
                seen.as_ref().map_or(Ok(()), |mark| mark.allows(&list))?;
                Ok::<_, Error>(list)
            });
            verifier = match accepted {
                Ok(list) => verifier.with_list(list),
                // As `verifier::Checker` does it: what was held before stays in force.
                Err(_) if verifier.list().is_some() => verifier,
                Err(error) => verifier.with_refused_list(&error),
            };
        }
        if case.get("revocation").is_some() {
            let data = hex::decode(self.text("revocations", case, "revocation", "").unwrap()).unwrap();
            verifier = verifier.with_revocation(Revocation::decode(&data).unwrap());
        }
        if case.get("rules").is_some() {
            let rules = RuleSet::from_json(self.text("rules", case, "rules", "").unwrap().as_bytes()).unwrap();
            verifier = verifier.with_rules(rules, Chosen::entry("VN"));
        }
        verifier
    }
}

fn check_shape(verdict: &Verdict, name: &Value) {
    assert_eq!(verdict.verdict, verdict.reason.class(), "{name}");
    if verdict.passed(Step::Signature) != Some(true) {
        assert_eq!(verdict.holder, None, "{name}: a name is read off a forgery");
        assert_eq!(verdict.claims, None, "{name}: claims are read off a forgery");
        assert_eq!(verdict.format, None, "{name}");
        assert!(verdict.signer.is_none(), "{name}");
    }
    serde_json::to_string(verdict).unwrap();
}

#[test]
fn looking_inside_stands_every_hostile_text() {
    for case in LAYERS.iter().flat_map(|name| layer(name)) {
        let report = inspect::report(case["text"].as_str().unwrap());
        assert!(!report.text.is_empty(), "{}", case["name"]);
    }
}

#[test]
fn every_hostile_case_gets_its_reason_from_both_back_ends() {
    let given = Given(read("invalid/trust.json"));
    for backend in both() {
        let back_end = backend.name();
        let (mut ran, mut wrong) = (0, Vec::new());
        for name in LAYERS {
            let cases = layer(name);
            assert!(!cases.is_empty(), "no case of {name}");
            for case in &cases {
                let verifier = given.verifier(case, backend);
                let at = UnixTime(case["at"].as_i64().unwrap());
                let verdict = verifier.check(case["text"].as_str().unwrap(), at);
                check_shape(&verdict, &case["name"]);
                if verdict.reason.code() != case["reason"] {
                    let details = verdict.checks.last().map(|check| &check.detail);
                    wrong.push(format!(
                        "{name}: {}: {}, not {}: {details:?}",
                        case["name"], verdict.reason, case["reason"]
                    ));
                }
                ran += 1;
            }
        }
        println!("{ran} hostile cases in {} layers checked with the {back_end} back end", LAYERS.len());
        assert_eq!(wrong, [""; 0], "{back_end}\n{}", wrong.join("\n"));
        assert!(ran >= LEAST, "{ran} cases");
    }
}

#[test]
fn every_case_has_a_name_and_a_text_of_its_own() {
    let (mut names, mut lies) = (BTreeSet::new(), BTreeSet::new());
    for name in LAYERS {
        for case in layer(name) {
            assert!(names.insert((name, case["name"].to_string())), "{name}: {} twice", case["name"]);
            let mut told = case.clone();
            told.as_object_mut().unwrap().remove("name");
            assert!(lies.insert(told.to_string()), "{name}: {} tells what another case tells", case["name"]);
        }
    }
    // Those of the other vectors do not count again.
    let known: BTreeSet<String> = ["certificates.json", "shc.json", "vds-nc.json", "foreign.json"]
        .iter()
        .flat_map(|file| read(file)["cases"].as_array().unwrap().clone())
        .map(|case| case["text"].as_str().unwrap().to_owned())
        .collect();
    let new = LAYERS
        .iter()
        .flat_map(|name| layer(name))
        .filter(|case| {
            let stays = ["list", "seen", "held", "revocation", "rules", "anchor", "loaded"];
            !known.contains(case["text"].as_str().unwrap()) || stays.iter().any(|member| case.get(member).is_some())
        })
        .count();
    println!("{new} of {} cases are in no other file of vectors", names.len());
    assert!(new >= LEAST, "{new} cases are new");
}

#[test]
fn every_reason_is_met_by_a_case() {
    // What is no text: a picture.
    let not_by_a_text = [Reason::Valid, Reason::PictureUnreadable];
    let mut met: BTreeSet<String> =
        LAYERS.iter().flat_map(|name| layer(name)).map(|case| case["reason"].as_str().unwrap().to_owned()).collect();
    for case in read("certificates.json")["cases"].as_array().unwrap() {
        met.insert(case["reason"].as_str().unwrap().to_owned());
    }
    let missing: Vec<&str> =
        Reason::ALL.iter().filter(|reason| !not_by_a_text.contains(reason)).map(|reason| reason.code()).collect();
    let missing: Vec<&str> = missing.into_iter().filter(|code| !met.contains(*code)).collect();
    assert_eq!(missing, [""; 0]);
}
