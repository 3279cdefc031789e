//! Verdicts about certificates that may have been taken back: which reason, and which comes first.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use specs::hash_list::{HashList, HashType};
use specs::revocation::{ListName, Published, Revocation, RevokedSigner, RevokedSite};
use specs::status_list::{Bits, Status, StatusList};
use specs::time::UnixTime;
use trust_list::backend::native;
use trust_list::chain::Anchor;
use trust_list::list;
use verifier::rules::{Chosen, RuleSet};
use verifier::verdict::{NotRevoked, Step};
use verifier::{Verdict, Verifier};

/// 2026-11-23T07:00:00Z, the time of the vectors.
const NOW: UnixTime = UnixTime(1_795_417_200);

struct Cases(Value);

impl Cases {
    fn read() -> Cases {
        Cases(serde_json::from_str(include_str!("../../specs/vectors/certificates.json")).unwrap())
    }

    fn text(&self, name: &str) -> &str {
        let cases = self.0["cases"].as_array().unwrap();
        cases.iter().find(|case| case["name"] == name).unwrap()["text"].as_str().unwrap()
    }

    fn verifier(&self) -> Verifier {
        let anchors = Anchor::read_all(self.0["anchor"].as_str().unwrap().as_bytes()).unwrap();
        let bytes = hex::decode(self.0["list"].as_str().unwrap()).unwrap();
        Verifier::new(native()).with_list(list::open(&bytes, &anchors, NOW, native()).unwrap())
    }

    fn check(&self, revocation: Revocation, name: &str) -> Verdict {
        self.verifier().with_revocation(revocation).check(self.text(name), NOW)
    }
}

/// Status list 1 as it was at that time, with entry 7 of that status.
fn lists(issued: UnixTime, status: Status) -> Revocation {
    fresh_lists(issued, status, None)
}

/// The same, fresh until then.
fn fresh_lists(issued: UnixTime, status: Status, fresh_until: Option<UnixTime>) -> Revocation {
    let mut list = StatusList::new(Bits::Two, 64);
    assert!(list.set(7, status));
    let mut revocation = Revocation::new();
    revocation.add_list(Published { name: ListName::Ours(1), issued, expires: None, fresh_until, list });
    revocation
}

#[test]
fn the_status_of_a_certificate_decides() {
    let cases = Cases::read();
    for (status, reason) in [
        (Status::Valid, "valid"),
        (Status::Invalid, "revoked"),
        (Status::Suspended, "suspended"),
        (Status::Other(3), "revocation-unknown"),
    ] {
        let verdict = cases.check(lists(NOW, status), "place in our status list");
        assert_eq!(verdict.reason.code(), reason);
        assert_eq!(verdict.passed(Step::Revocation), Some(reason == "valid"));
    }
    let older = lists(UnixTime(1_793_488_019), Status::Valid);
    assert_eq!(cases.check(older, "place in our status list").reason.code(), "revocation-unknown");
    let national = cases.check(lists(NOW, Status::Valid), "place in our status list, national");
    assert_eq!(national.reason.code(), "revocation-unknown", "index 1048575 of 64");
}

#[test]
fn who_was_vaccinated_this_morning_passes_by_a_list_that_is_fresh() {
    let cases = Cases::read();
    let made = UnixTime(1_793_488_019);
    let name = "place in our status list";
    let checked = |status, until| cases.check(fresh_lists(made, status, Some(until)), name);
    let verdict = checked(Status::Valid, NOW);
    assert!(verdict.is_valid());
    let age_seconds = NOW.0 - made.0;
    assert_eq!(verdict.not_revoked, Some(NotRevoked { as_of: made, age_seconds }));
    let json = serde_json::to_value(&verdict).unwrap();
    assert_eq!(json["not_revoked"], serde_json::json!({ "as_of": made.to_rfc3339(), "age_seconds": age_seconds }));
    assert_eq!(checked(Status::Invalid, NOW).reason.code(), "revoked");
    let old = checked(Status::Valid, NOW.plus_seconds(-1));
    assert_eq!((old.reason.code(), old.not_revoked), ("revocation-unknown", None));
    assert_eq!(cases.verifier().check(cases.text("national"), NOW).not_revoked, None);
}

#[test]
fn where_nothing_was_asked_no_check_of_it_stands_in_the_verdict() {
    let cases = Cases::read();
    let asked = |verifier: Verifier, name| {
        let verdict = verifier.check(cases.text(name), NOW);
        (verdict.reason.code(), verdict.passed(Step::Revocation))
    };
    assert_eq!(asked(cases.verifier(), "national"), ("valid", None), "no data, and it names none");
    assert_eq!(asked(cases.verifier().with_revocation(Revocation::new()), "national"), ("valid", Some(true)));
    let listed = "place in our status list";
    assert_eq!(asked(cases.verifier().without_revocation(), listed), ("valid", None), "nobody asked");
    assert_eq!(asked(cases.verifier(), listed), ("revocation-unknown", Some(false)));
}

/// The order that the page names is the order in which checks stand in a verdict, of which the first that failed is the reason.
#[test]
fn the_page_names_the_checks_in_their_order() {
    const PAGE: &str = include_str!("../../specs/reason-codes.md");
    let (_, order) = PAGE.split_once("The order is").unwrap();
    let (order, _) = order.split_once("\n\n").unwrap();
    let named: Vec<&str> = order.split('`').skip(1).step_by(2).collect();
    let revocation: Vec<usize> = (0..named.len()).filter(|at| named[*at] == "revocation").collect();
    let [taken_back, not_known] = revocation[..] else {
        panic!("once where it is revoked, once where it cannot be known")
    };

    let cases = Cases::read();
    for (status, elsewhere) in
        [(Status::Valid, taken_back), (Status::Other(3), taken_back), (Status::Invalid, not_known)]
    {
        let rules = RuleSet::from_json(b"[]").unwrap();
        let verifier = cases.verifier().with_revocation(lists(NOW, status)).with_rules(rules, Chosen::entry("VN"));
        let json = serde_json::to_value(verifier.check(cases.text("place in our status list"), NOW)).unwrap();
        let made: Vec<&str> =
            json["checks"].as_array().unwrap().iter().map(|check| check["step"].as_str().unwrap()).collect();
        let mut expected = named.clone();
        expected.remove(elsewhere);
        assert_eq!(made, expected, "{status:?}");
    }
}

#[test]
fn revoked_comes_before_everything_else_and_unknown_after_it() {
    let cases = Cases::read();
    let expired = "expired, and its status is not held";
    assert_eq!(cases.check(lists(NOW, Status::Invalid), expired).reason.code(), "revoked");
    assert_eq!(cases.check(Revocation::new(), expired).reason.code(), "certificate-expired");
    let mut signer = Revocation::new();
    let kid = cases.verifier().check(cases.text("national"), NOW).signer.unwrap().kid;
    signer.revoke_signer(RevokedSigner { kid, from: None });
    // The holder of a stolen key writes what he likes; "cannot tell" would be his way out.
    for name in ["national", "codes that do not go together, national", "expired, national"] {
        assert_eq!(cases.check(signer.clone(), name).reason.code(), "signer-revoked", "{name}");
    }
    assert!(cases.check(signer, "eu-vaccination").is_valid());
}

#[test]
fn sites_and_hashes_speak_of_foreign_certificates_too() {
    let cases = Cases::read();
    let mut site = Revocation::new();
    assert!(site.revoke_site(RevokedSite { authority: Some("Sở Y tế Hà Nội".into()), ..RevokedSite::default() }));
    assert_eq!(cases.check(site.clone(), "eu-vaccination").reason.code(), "revoked");
    assert!(cases.check(site, "national").is_valid(), "it names no authority");
    let text = cases.text("eu-vaccination");
    let opened = specs::hcert::open(text).unwrap();
    let (message, claims) = (opened.sign1(), opened.claims().unwrap());
    let specs::hcert::Content::EuDcc(certificate) = &claims.content else { panic!("an EU certificate") };
    let subject = specs::hash_list::Subject {
        signature: message.signature,
        rsa: false,
        uvci: certificate.entry.id(),
        country: claims.iss.as_deref().unwrap(),
    };
    for kind in HashType::ALL {
        let mut hashes = Revocation::new();
        hashes.add_hashes(HashList::new(None, kind.only(), None, [subject.hash(kind)]));
        assert_eq!(cases.check(hashes, "eu-vaccination").reason.code(), "revoked", "{kind:?}");
    }
}
