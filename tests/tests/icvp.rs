//! WHO's test certificates of the yellow card (`vectors/icvp`): decoded, since their keys are public nowhere; and verdicts
//! over our own vectors of WHO's formats, signed anew.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value as Json;
use specs::hcert::{self, Content};
use specs::icvp::{Disease, Generation};
use specs::reason::Reason;
use specs::value_set::{Set, ValueSets};
use tests::back_ends::Verifiers;
use tests::certificates::now;
use tests::signing::{Algorithm, Wanted};
use tests::vectors;
use verifier::verdict::Format;

#[test]
fn the_test_certificates_of_2024_are_read() {
    let Some(folder) = vectors::folder("icvp") else { return };
    let mut run = 0;
    for name in ["DVCTestQR", "DVCTest2QR"] {
        let text = std::fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap();
        let json = std::fs::read_to_string(folder.join(format!("{name}Unpacked.json"))).unwrap();
        let expected: Json = serde_json::from_str(&json).unwrap();
        let expected = &expected["contents"];
        let claims = hcert::open(text.trim()).unwrap().claims().unwrap();
        assert_eq!(claims.iss.as_deref(), expected["1"].as_str());
        assert_eq!(claims.iat.map(|time| time.0), expected["6"].as_i64());
        let tolerances: Vec<_> = claims.tolerances.iter().map(|tolerance| tolerance.code()).collect();
        assert_eq!(tolerances, ["no-expiry"], "{name}");
        let Content::Icvp(card) = claims.content else { panic!("a yellow card") };
        let (person, dose) = (&expected["-260"]["-6"], &expected["-260"]["-6"]["v"]);
        assert_eq!(card.generation, Generation::Trial2024);
        assert_eq!(Some(card.name.as_str()), person["n"].as_str());
        assert_eq!(card.birth_date.map(|date| date.to_string()).as_deref(), person["dob"].as_str());
        assert_eq!(card.nationality.as_deref(), person["ntl"].as_str());
        assert_eq!(card.document.as_deref(), person["nid"].as_str());
        assert_eq!(card.guardian.as_deref(), person["gn"].as_str());
        assert_eq!(Some(card.product.as_str()), dose["vp"].as_str());
        assert_eq!(card.disease.as_deref(), dose["tg"].as_str());
        assert_eq!(Some(card.date.to_string().as_str()), dose["dt"].as_str());
        assert_eq!(Some(card.batch.as_str()), dose["bo"].as_str());
        assert_eq!(card.validity_end.map(|date| date.to_string()).as_deref(), dose["vle"].as_str());
        assert_eq!(card.clinician.as_deref(), dose["cn"].as_str());
        assert_eq!(card.issuer.as_deref(), dose["is"].as_str());
        assert_eq!(card.target(), Some(Disease::YellowFever));
        run += 1;
    }
    println!("{run} test certificates of the yellow card");
}

#[test]
fn our_set_of_products_is_that_of_who() {
    let Some(folder) = vectors::folder("icvp/fsh") else { return };
    let source = std::fs::read_to_string(folder.join("ICVPProductIds.fsh")).unwrap();
    let mut theirs: Vec<&str> = source
        .lines()
        .filter_map(|line| line.strip_prefix("* $PreQualProductIds#"))
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    theirs.sort_unstable();
    let ours: Vec<&str> =
        ValueSets::bundled().set(Set::IcvpProduct).entries().iter().map(|entry| entry.code.as_str()).collect();
    assert_eq!(ours, theirs);
    println!("{} products of the yellow card", ours.len());
}

#[test]
fn certificates_of_who_get_their_verdict_when_their_signer_is_believed() {
    let signer = Wanted::new(Algorithm::Es256).make();
    let verifiers = Verifiers::believing(&[signer.certificate.der()]);
    let vectors: Json = serde_json::from_str(include_str!("../../specs/vectors/foreign.json")).unwrap();
    for (name, reason, format) in [
        ("icvp trial of 2024", Reason::Valid, Some(Format::WhoIcvp)),
        ("icvp trial of 2024, no expiry", Reason::Valid, Some(Format::WhoIcvp)),
        ("icvp release of 2025", Reason::Valid, Some(Format::WhoIcvp)),
        ("icvp build of 2026", Reason::Valid, Some(Format::WhoIcvp)),
        ("icvp build of 2026, polio", Reason::Valid, Some(Format::WhoIcvp)),
        ("icvp no batch", Reason::ContentSchema, None),
        ("icvp expiry is NaN", Reason::ContentMalformed, None),
        ("icvp is not a map", Reason::ContentMalformed, None),
        ("icvp and ddcc in one", Reason::ContentMultipleEvents, None),
        ("ddcc", Reason::Valid, Some(Format::WhoDdcc)),
        ("ddcc bare", Reason::Valid, Some(Format::WhoDdcc)),
        ("ddcc bare, no day, maker as text", Reason::ContentSchema, Some(Format::WhoDdcc)),
    ] {
        let case = vectors["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap();
        let opened = hcert::open(case["text"].as_str().unwrap()).unwrap();
        let verdict = verifiers.check(&hcert::seal(&signer.cose(opened.sign1().payload)), now());
        assert_eq!(verdict.reason, reason, "{name}: {:?}", verdict.checks);
        assert_eq!(verdict.format, format, "{name}");
        assert_eq!(verdict.holder.map(|holder| holder.birth_date), format.map(|_| "1990-05-17".into()), "{name}");
    }
}

#[test]
fn a_kid_that_no_signer_can_have_is_an_unknown_signer() {
    let signer = Wanted::new(Algorithm::Es256).make();
    let verifiers = Verifiers::believing(&[signer.certificate.der()]);
    let vectors: Json = serde_json::from_str(include_str!("../../specs/vectors/foreign.json")).unwrap();
    for name in ["icvp kid of two bytes", "icvp untagged, kid as text"] {
        let case = vectors["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap();
        let verdict = verifiers.check(case["text"].as_str().unwrap(), now());
        assert_eq!(verdict.reason, Reason::SignerUnknown, "{name}");
    }
}
