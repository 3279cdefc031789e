//! `verifier inspect` over other people's test data, and against what a verdict says of the same certificates.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use specs::time::UnixTime;
use tests::{back_ends::both, vectors};
use trust_list::chain::Anchor;
use trust_list::list;
use verifier::Verifier;
use verifier::inspect::{self, Report};

/// The lines under a heading, which is given by its English words, without the blanks before each.
fn section(report: &Report, heading: &str) -> Vec<String> {
    let below = report.text.lines().skip_while(|line| !line.starts_with(heading)).skip(1);
    below.take_while(|line| !line.is_empty()).map(|line| line.trim().to_owned()).collect()
}

/// What stands under a name, under a heading.
fn field(report: &Report, heading: &str, name: &str) -> String {
    let lines = section(report, heading);
    let found = lines.iter().find_map(|line| line.strip_prefix(&format!("{name:<18} ")));
    found.unwrap_or_else(|| panic!("{heading}, {name}: {}", report.text)).to_owned()
}

fn layers(report: &Report) -> Vec<&str> {
    let headings = report.text.lines().filter(|line| !line.starts_with(' ') && line.contains(" · "));
    headings.map(|line| line.split(" · ").next().unwrap()).collect()
}

#[test]
fn the_pass_of_new_zealand_is_printed_layer_by_layer() {
    let Some(folder) = vectors::folder("nzcp") else { return };
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let report = inspect::report(read("valid/nzcp.txt").trim());
    assert!(report.whole, "{}", report.text);
    assert_eq!(
        layers(&report),
        [
            "Text",
            "Encoding",
            "Signed message (COSE_Sign1)",
            "Claims (CWT)",
            "Certificate: New Zealand COVID Pass",
            "Deviations forgiven",
            "Message as CBOR",
            "Payload as CBOR",
            "Signature"
        ]
    );
    let expected: Value = serde_json::from_str(&read("valid/nzcp.json")).unwrap();
    let subject = &expected["vc"]["credentialSubject"];
    let certificate = |name| field(&report, "Certificate: New Zealand", name);
    assert_eq!(certificate("given name"), subject["givenName"].as_str().unwrap());
    assert_eq!(certificate("family name"), subject["familyName"].as_str().unwrap());
    assert_eq!(certificate("born"), subject["dob"].as_str().unwrap());
    assert_eq!(certificate("identifier"), expected["jti"].as_str().unwrap());
    assert_eq!(field(&report, "Claims (CWT)", "issuer"), expected["iss"].as_str().unwrap());
    let message = |name| field(&report, "Signed message", name);
    assert_eq!(message("algorithm"), "ES256 (-7), protected");
    assert_eq!(message("key"), "did:web:nzcp.covid19.health.nz#key-1");
    assert!(
        message("signature").starts_with("64 bytes: d2e07b1dd7263d833166bdbb4f1a093837a905d7eca2ee836b6b2ada23c23154")
    );
    assert_eq!(section(&report, "Deviations forgiven"), ["none"]);
}

#[test]
fn the_examples_of_smart_health_cards_are_printed_in_each_of_their_forms() {
    let Some(folder) = vectors::folder("shc") else { return };
    let mut ran = 0;
    for set in ["hl7-ig", "spec-examples/examples"] {
        for number in 0..4 {
            let path = |rest: &str| folder.join(set).join(format!("example-0{number}-{rest}"));
            let read = |rest: &str| std::fs::read_to_string(path(rest)).unwrap().trim().to_owned();
            let symbols = |at| format!("f-qr-code-numeric-value-{at}.txt");
            let symbols: Vec<String> =
                (0..).map(symbols).take_while(|rest| path(rest).exists()).map(|rest| read(&rest)).collect();
            let digits = match symbols.len() {
                1 => "digits of one symbol, two for each character".to_owned(),
                several => format!("digits of {several} symbols, two for each character"),
            };
            let payload: Value = serde_json::from_str(&read("c-jws-payload-minified.json")).unwrap();
            for (text, packed) in [
                (read("d-jws.txt"), "none: a bare JWS"),
                (read("e-file.smart-health-card"), "a file of one card"),
                (symbols.join("\n"), &digits),
            ] {
                let report = inspect::report(&text);
                let of_nobody = (set, number) == ("spec-examples/examples", 2);
                assert_eq!(report.whole, !of_nobody, "{}", report.text);
                assert_eq!(report.text.contains("STOPS HERE"), of_nobody);
                assert_eq!(field(&report, "Encoding", "packed as"), packed);
                assert_eq!(field(&report, "Signed message (JWS)", "algorithm"), "ES256");
                // Two keys, one of which signed the second example alone.
                let (thumbprint, in_a_list) = match number {
                    1 => ("EBKOr72QQDcTBUuVzAzkfBTGew0ZA16GuWty64nS-sw", "10128eafbd904037"),
                    _ => ("3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s", "dca7dd83e5f03fee"),
                };
                assert_eq!(field(&report, "Signed message (JWS)", "key identifier"), thumbprint);
                assert_eq!(field(&report, "Signed message (JWS)", "in a list"), in_a_list);
                // What was printed of the payload is the payload, member by member.
                let json = section(&report, "Payload as JSON").join("\n");
                assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), payload, "{set} {number}");
                if !of_nobody {
                    assert_eq!(field(&report, "Claims", "issuer"), payload["iss"].as_str().unwrap());
                    let name = &payload["vc"]["credentialSubject"]["fhirBundle"]["entry"][0]["resource"]["name"][0];
                    if let Some(family) = name["family"].as_str() {
                        assert_eq!(field(&report, "Certificate: SMART Health Card", "family name"), family);
                    }
                }
                ran += 1;
            }
        }
    }
    assert_eq!(ran, 24);
    println!("{ran} texts of SMART Health Cards printed");
}

#[test]
fn a_seal_is_printed_with_the_certificate_that_came_along() {
    let vectors: Value = serde_json::from_str(include_str!("../../specs/vectors/vds-nc.json")).unwrap();
    let mut ran = 0;
    for case in vectors["cases"].as_array().unwrap() {
        let report = inspect::report(case["text"].as_str().unwrap());
        assert_eq!(report.whole, case["error"].is_null(), "{}: {}", case["name"], report.text);
        if !report.whole {
            continue;
        }
        let seal: Value = serde_json::from_str(case["text"].as_str().unwrap()).unwrap();
        assert_eq!(field(&report, "Certificate: ICAO", "name"), seal["data"]["msg"]["pid"]["n"].as_str().unwrap());
        assert_eq!(field(&report, "Claims", "issuer"), seal["data"]["hdr"]["is"].as_str().unwrap());
        assert!(field(&report, "Certificate that came along", "subject").contains("DEMO"), "{}", report.text);
        ran += 1;
    }
    assert_eq!(ran, 15);
}

/// What is printed as forgiven is what the verdict lists, for every valid certificate of our vectors.
#[test]
fn a_report_forgives_what_the_verdict_forgives() {
    let vectors: Value = serde_json::from_str(include_str!("../../specs/vectors/certificates.json")).unwrap();
    let at = UnixTime(1_795_417_200);
    let anchors = Anchor::read_all(vectors["anchor"].as_str().unwrap().as_bytes()).unwrap();
    let bytes = hex::decode(vectors["list"].as_str().unwrap()).unwrap();
    let [backend, _] = both();
    let verifier = Verifier::new(backend).with_list(list::open(&bytes, &anchors, at, backend).unwrap());
    let (mut ran, mut some) = (0, 0);
    for case in vectors["cases"].as_array().unwrap().iter().filter(|case| case["reason"] == "valid") {
        let text = case["text"].as_str().unwrap();
        let verdict = serde_json::to_value(verifier.check(text, at)).unwrap();
        let listed = verdict["claims"]["tolerances"].as_array().unwrap();
        let mut listed: Vec<&str> = listed.iter().map(|name| name.as_str().unwrap()).collect();
        some += usize::from(!listed.is_empty());
        if listed.is_empty() {
            listed.push("none");
        }
        assert_eq!(section(&inspect::report(text), "Deviations forgiven"), listed, "{}", case["name"]);
        ran += 1;
    }
    assert!(ran > 30 && some > 15, "{ran} {some}");
}
