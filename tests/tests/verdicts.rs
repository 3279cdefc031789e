//! What bad input gets on the verifying side: each with its exact verdict, reason and the check that failed, the
//! same from both back ends.
#![expect(clippy::unwrap_used, reason = "tests")]

use specs::cbor::Writer;
use specs::hcert::{Content, PREFIX, seal};
use specs::reason::Reason;
use specs::signer_list::{Environment, Purposes, SignerEntry};
use specs::time::{Date, UnixTime};
use specs::{base45, cose, zlib};
use tests::back_ends::Verifiers;
use tests::certificates::{self, now};
use tests::signing::{Algorithm, Publisher, TestSigner, Wanted};
use trust_list::list;
use verifier::verdict::{ListState, Step};
use verifier::{Verdict, Verifier};

/// A signer that is believed, and the verifier that believes it.
struct Desk {
    signer: TestSigner,
    verifiers: Verifiers,
}

impl Desk {
    fn of(wanted: &Wanted) -> Self {
        let signer = wanted.make();
        let verifiers = Verifiers::believing(&[signer.certificate.der()]);
        Self { signer, verifiers }
    }

    fn national() -> Self {
        Self::of(&Wanted::new(Algorithm::EdDsa))
    }

    fn text(&self) -> String {
        certificates::text(&self.signer, &certificates::claims(Content::from(certificates::national())))
    }

    fn check(&self, text: &str) -> Verdict {
        self.verifiers.check(text, now())
    }

    /// Signs a payload that our encoder would not write.
    fn signed(&self, payload: &[u8]) -> Verdict {
        self.check(&seal(&self.signer.cose(payload)))
    }
}

#[track_caller]
fn refused(verdict: &Verdict, reason: Reason, step: Step) {
    assert_eq!(verdict.reason, reason, "{:?}", verdict.checks);
    assert_eq!(verdict.verdict, reason.class());
    let failed = verdict.checks.iter().find(|check| !check.ok).map(|check| check.step);
    assert_eq!(failed, Some(step));
    let signature_good = verdict.passed(Step::Signature) == Some(true);
    assert!(signature_good || (verdict.holder.is_none() && verdict.claims.is_none() && verdict.signer.is_none()));
}

#[test]
fn a_good_certificate_is_valid_and_says_who_what_and_by_whom() {
    let desk = Desk::national();
    let verdict = desk.check(&desk.text());
    assert_eq!(verdict.reason, Reason::Valid, "{:?}", verdict.checks);
    assert!(verdict.checks.iter().all(|check| check.ok));
    let json = serde_json::to_value(&verdict).unwrap();
    assert_eq!(json["verdict"], "valid");
    assert_eq!(json["reason"], "valid");
    assert_eq!(json["format"], "vn-national");
    assert_eq!(json["holder"]["name"], "Nguyễn Thị Hồng Nhung");
    assert_eq!(json["holder"]["name_latin"], "NGUYEN<<THI<HONG<NHUNG");
    assert_eq!(json["holder"]["birth_date"], "1990-05-17");
    assert_eq!(json["claims"]["product"], "EU/1/20/1528");
    assert_eq!(json["claims"]["date"], "2026-11-20");
    assert!(!json["claims"].to_string().contains("Nhung"), "the holder stands apart from the claims");
    assert_eq!(json["signer"]["name"], "DEMO document signer");
    assert_eq!(json["trust"]["given_signers"], 1);
    assert_eq!(json["checks"][0]["step"], "prefix");
    assert_eq!(json["checks"][0]["ok"], true);
}

#[test]
fn texts_that_are_no_certificate() {
    let desk = Desk::national();
    let text = desk.text();
    let bare = &text[PREFIX.len()..];
    refused(&desk.check(""), Reason::TextUnreadable, Step::Prefix);
    refused(&desk.check("  \n"), Reason::TextUnreadable, Step::Prefix);
    refused(&desk.check(bare), Reason::PrefixMissing, Step::Prefix);
    refused(&desk.check(&format!("hc1:{bare}")), Reason::PrefixMissing, Step::Prefix);
    refused(&desk.check(&format!("HC2:{bare}")), Reason::UnsupportedContext, Step::Prefix);
    refused(&desk.check(&format!("{PREFIX}{}", "0".repeat(4_293))), Reason::TooLong, Step::Size);
    refused(&desk.check(&format!("{PREFIX}{}", bare.to_lowercase())), Reason::Base45Invalid, Step::Base45);
}

/// Where the letters left still are Base45, it is the stream that ends too early.
#[test]
fn a_truncated_text_is_never_valid_wherever_it_is_cut() {
    let desk = Desk::national();
    let text = desk.text();
    for end in 0..text.len() {
        let verdict = desk.check(&text[..end]);
        let expected = match text[..end].strip_prefix(PREFIX).map(base45::decode) {
            None if end == 0 => Reason::TextUnreadable,
            None => Reason::PrefixMissing,
            Some(Err(_)) => Reason::Base45Invalid,
            Some(Ok(_)) => Reason::CompressionInvalid,
        };
        assert_eq!(verdict.reason, expected, "cut at {end}");
        assert!(!verdict.is_valid(), "cut at {end}");
    }
}

#[test]
fn streams_that_lie() {
    let desk = Desk::national();
    let wrapped = |stream: &[u8]| desk.check(&[PREFIX, &base45::encode(stream)].concat());
    let bomb = zlib::deflate(&[0; 1 << 20]);
    refused(&wrapped(&bomb), Reason::CompressionBomb, Step::Inflate);
    let mut trailing = zlib::deflate(&desk.signer.cose(&[0xa0]));
    trailing.push(0);
    refused(&wrapped(&trailing), Reason::CompressionInvalid, Step::Inflate);
    refused(&wrapped(&desk.signer.cose(&[0xa0])), Reason::CompressionInvalid, Step::Inflate);
}

#[test]
fn messages_that_are_broken() {
    let desk = Desk::national();
    let mut message = desk.signer.cose(&[0xa0]);
    message.push(0);
    refused(&desk.check(&seal(&message)), Reason::CborTrailingBytes, Step::Cbor);
    refused(&desk.check(&seal(&[0x81; 40])), Reason::CborTooDeep, Step::Cbor);
    refused(
        &desk.check(&seal(&[0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
        Reason::CborMalformed,
        Step::Cbor,
    );
    refused(&desk.check(&seal(&[0xa2, 1, 2, 1, 3])), Reason::CborDuplicateKey, Step::Cbor);
    refused(&desk.check(&seal(&[0x83, 1, 2, 3])), Reason::CoseMalformed, Step::Cose);

    let mut critical = Writer::with_capacity(64);
    critical.map(3).signed(1).signed(cose::alg::EDDSA).signed(2).array(1).signed(99).signed(99).bool(true);
    let critical = critical.into_bytes();
    let mut message = Writer::with_capacity(64);
    message.tag(18).array(4).bytes(&critical).map(0).bytes(&[0xa0]).bytes(&[0; 64]);
    refused(&desk.check(&seal(&message.into_bytes())), Reason::CoseCriticalHeader, Step::Cose);
}

#[test]
fn payloads_that_are_signed_and_wrong_nonetheless() {
    let desk = Desk::national();
    let content = certificates::claims(Content::from(certificates::national())).encode().unwrap();
    let mut trailing = content.clone();
    trailing.push(0);
    refused(&desk.signed(&trailing), Reason::CborTrailingBytes, Step::Content);
    refused(&desk.signed(&[0xa2, 1, 0x62, 0x56, 0x4e, 1, 0x62, 0x56, 0x4e]), Reason::CborDuplicateKey, Step::Content);
    refused(&desk.signed(&[0xa1, 1, 0x62, 0x56, 0x4e]), Reason::ContentMissing, Step::Content);
    refused(&desk.signed(&[0x01]), Reason::ContentMalformed, Step::Content);
    // -260: {4: {}}, a test result of the WHO, which is not read here.
    refused(&desk.signed(&[0xa1, 0x39, 0x01, 0x03, 0xa1, 0x04, 0xa0]), Reason::ContentUnsupported, Step::Content);
}

#[test]
fn nobody_is_refused_because_the_signer_is_not_known_here() {
    let (desk, stranger) = (Desk::national(), Desk::national());
    refused(&desk.check(&stranger.text()), Reason::SignerUnknown, Step::Signer);
    let nobody = Verifiers::believing(&[]);
    refused(&nobody.check(&desk.text(), now()), Reason::TrustListMissing, Step::Signer);
}

#[test]
fn a_certificate_under_another_countrys_kid_is_a_forgery() {
    let desk = Desk::national();
    let foreign = Wanted::new(Algorithm::EdDsa).named("DE signer").make();
    let other_key = Wanted::new(Algorithm::Es256).named("FR signer").make();
    let payload = certificates::claims(Content::from(certificates::national())).encode().unwrap();
    let verifiers = Verifiers::believing(&[foreign.certificate.der(), other_key.certificate.der()]);
    let forged = |kid: [u8; 8]| seal(&desk.signer.finish(&cose::Unsigned::new(cose::alg::EDDSA, kid, payload.clone())));
    let verdict = verifiers.check(&forged(foreign.certificate.kid()), now());
    refused(&verdict, Reason::SignatureInvalid, Step::Signature);
    let verdict = verifiers.check(&forged(other_key.certificate.kid()), now());
    refused(&verdict, Reason::AlgorithmMismatch, Step::Algorithm);
}

#[test]
fn the_key_decides_the_algorithm_whatever_the_header_says() {
    let desk = Desk::of(&Wanted::new(Algorithm::Es256));
    let payload = certificates::claims(Content::from(certificates::eu_dcc())).encode().unwrap();
    let kid = desk.signer.certificate.kid();
    // EdDSA, PS256, HMAC with SHA-256, none that exists.
    for alg in [cose::alg::EDDSA, cose::alg::PS256, 5, 0] {
        let text = seal(&desk.signer.finish(&cose::Unsigned::new(alg, kid, payload.clone())));
        refused(&desk.check(&text), Reason::AlgorithmMismatch, Step::Algorithm);
    }
    // The newer number of the very same algorithm.
    let text = seal(&desk.signer.finish(&cose::Unsigned::new(cose::alg::ESP256, kid, payload)));
    assert!(desk.check(&text).is_valid());
}

#[test]
fn every_algorithm_of_an_eu_certificate_is_checked() {
    let claims = certificates::claims(Content::from(certificates::eu_dcc()));
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Es384, Algorithm::Ps256] {
        let desk = Desk::of(&Wanted::new(algorithm));
        let mut message = certificates::cose(&desk.signer, &claims);
        let verdict = desk.check(&seal(&message));
        assert!(verdict.is_valid(), "{algorithm:?}: {:?}", verdict.checks);
        // The signature comes last.
        *message.last_mut().unwrap() ^= 1;
        refused(&desk.check(&seal(&message)), Reason::SignatureInvalid, Step::Signature);
    }
}

#[test]
fn our_own_format_forgives_nothing() {
    let desk = Desk::of(&Wanted::new(Algorithm::Es256));
    let text = certificates::text(&desk.signer, &certificates::claims(Content::from(certificates::national())));
    refused(&desk.check(&text), Reason::AlgorithmMismatch, Step::Content);

    let desk = Desk::national();
    let mut certificate = certificates::national();
    certificate.product = "EU/9/99/9999".into();
    let text = certificates::text(&desk.signer, &certificates::claims(Content::from(certificate)));
    refused(&desk.check(&text), Reason::ContentValueSet, Step::Values);

    let untagged = desk.signer.cose(&certificates::claims(Content::from(certificates::national())).encode().unwrap());
    refused(&desk.check(&seal(&untagged[1..])), Reason::CoseMalformed, Step::Content);
}

#[test]
fn times_of_the_certificate() {
    let desk = Desk::national();
    let text = desk.text();
    let (issued, expires) = (now().plus_days(-2), UnixTime::from_rfc3339("2027-11-21T07:00:00Z").unwrap());
    let at = |time: UnixTime| desk.verifiers.check(&text, time);
    refused(&at(issued.plus_seconds(-301)), Reason::CertificateNotYetValid, Step::Envelope);
    assert!(at(issued.plus_seconds(-300)).is_valid(), "clocks differ by some minutes");
    assert!(at(expires).is_valid(), "the second of the expiry still counts");
    refused(&at(expires.plus_seconds(1)), Reason::CertificateExpired, Step::Envelope);
}

#[test]
fn times_and_purposes_of_the_signer() {
    let text =
        |desk: &Desk| certificates::text(&desk.signer, &certificates::claims(Content::from(certificates::eu_dcc())));
    let past = Desk::of(&Wanted::new(Algorithm::Es256).years(2020, 2026));
    refused(&past.check(&text(&past)), Reason::SignerExpired, Step::SignerValidity);
    let future = Desk::of(&Wanted::new(Algorithm::Es256).years(2027, 2030));
    refused(&future.check(&text(&future)), Reason::SignerNotYetValid, Step::SignerValidity);
    for arc in ["1.3.6.1.4.1.1847.2021.1", "1.3.6.1.4.1.0.1847.2021.1"] {
        let for_tests = Desk::of(&Wanted::new(Algorithm::Es256).usage(&format!("{arc}.1")));
        refused(&for_tests.check(&text(&for_tests)), Reason::SignerPurpose, Step::Purpose);
        let for_vaccinations = Desk::of(&Wanted::new(Algorithm::Es256).usage(&format!("{arc}.2")));
        assert!(for_vaccinations.check(&text(&for_vaccinations)).is_valid());
    }
}

#[test]
fn dates_that_cannot_be() {
    let desk = Desk::national();
    let dated = |day: &str| {
        let mut certificate = certificates::national();
        certificate.date = Date::parse(day).unwrap();
        desk.check(&certificates::text(&desk.signer, &certificates::claims(Content::from(certificate))))
    };
    refused(&dated("2026-11-25"), Reason::DatesImplausible, Step::Dates);
    refused(&dated("2026-11-22"), Reason::DatesImplausible, Step::Dates);
    refused(&dated("2019-06-01"), Reason::DatesImplausible, Step::Dates);
    assert!(dated("2026-11-21").is_valid());

    let desk = Desk::of(&Wanted::new(Algorithm::Es256));
    let mut certificate = certificates::eu_dcc();
    certificate.birth_date = "2027-01-01".into();
    let text = certificates::text(&desk.signer, &certificates::claims(Content::from(certificate)));
    refused(&desk.check(&text), Reason::DatesImplausible, Step::Dates);
}

#[test]
fn a_foreign_certificate_with_a_code_not_known_here_is_valid_and_says_so() {
    let desk = Desk::of(&Wanted::new(Algorithm::Es256));
    let mut certificate = certificates::eu_dcc();
    let specs::dcc::Entry::Vaccination(entry) = &mut certificate.entry else { panic!("a vaccination") };
    entry.product = "EU/1/30/0001".into();
    let verdict = desk.check(&certificates::text(&desk.signer, &certificates::claims(Content::from(certificate))));
    assert!(verdict.is_valid());
    let values = verdict.checks.iter().find(|check| check.step == Step::Values).unwrap();
    assert_eq!(values.detail, "noted and forgiven: v.mp: unknown-code");
}

/// Verifiers that hold a list of that age with that signer.
fn with_list(publisher: &Publisher, issued: UnixTime, days: i64, entries: Vec<SignerEntry>) -> Verifiers {
    let bytes = publisher.list(issued, days, entries);
    let anchors = [publisher.anchor.clone()];
    Verifiers::new(|backend| {
        let opened = list::open(&bytes, &anchors, issued, backend).unwrap();
        Verifier::new(backend).with_list(opened)
    })
}

#[test]
fn the_age_of_the_trust_list() {
    let signer = Wanted::new(Algorithm::EdDsa).make();
    let text = certificates::text(&signer, &certificates::claims(Content::from(certificates::national())));
    let publisher = Publisher::new(Environment::Demo);
    let held = |issued| with_list(&publisher, issued, 2, vec![signer.entry(Purposes::VACCINATION)]).check(&text, now());

    let fresh = held(now().plus_days(-1));
    assert!(fresh.is_valid(), "{:?}", fresh.checks);
    let list = fresh.trust.list.unwrap();
    assert_eq!((list.state, list.age_seconds, list.sequence), (ListState::Fresh, 86_400, 7));
    let stale = held(now().plus_days(-5));
    assert!(stale.is_valid());
    assert_eq!(stale.trust.list.unwrap().state, ListState::Stale);
    refused(&held(now().plus_days(-30)), Reason::TrustListExpired, Step::TrustList);
    refused(&held(now().plus_days(1)), Reason::ClockWrong, Step::TrustList);
}

#[test]
fn an_old_list_cannot_tell_who_a_stranger_is_and_still_knows_a_forgery() {
    let (signer, stranger) = (Wanted::new(Algorithm::EdDsa).make(), Wanted::new(Algorithm::EdDsa).make());
    let claims = certificates::claims(Content::from(certificates::national()));
    let publisher = Publisher::new(Environment::Demo);
    let old = with_list(&publisher, now().plus_days(-60), 2, vec![signer.entry(Purposes::ANY)]);
    refused(&old.check(&certificates::text(&stranger, &claims), now()), Reason::TrustListExpired, Step::Signer);
    let unsigned = cose::Unsigned::new(cose::alg::EDDSA, signer.certificate.kid(), claims.encode().unwrap());
    let forged = seal(&stranger.finish(&unsigned));
    refused(&old.check(&forged, now()), Reason::SignatureInvalid, Step::Signature);
}

#[test]
fn demonstration_and_production_do_not_mix() {
    let (demo, production) = (Publisher::new(Environment::Demo), Publisher::new(Environment::Production));
    let signer = Wanted::new(Algorithm::EdDsa).make();
    let text = certificates::text(&signer, &certificates::claims(Content::from(certificates::national())));
    let anchors = [production.anchor.clone()];
    let given = |bytes: &[u8]| {
        let verifiers = Verifiers::new(|backend| {
            let error = list::open(bytes, &anchors, now(), backend).unwrap_err();
            Verifier::new(backend).with_refused_list(&error)
        });
        verifiers.check(&text, now())
    };
    // A demonstration signer in a production list.
    let bytes = production.list(now(), 2, vec![signer.entry(Purposes::ANY)]);
    refused(&given(&bytes), Reason::EnvironmentMixed, Step::Signer);
    // A demonstration list where only the production root is believed.
    let bytes = demo.list(now(), 2, vec![signer.entry(Purposes::ANY)]);
    refused(&given(&bytes), Reason::TrustChainInvalid, Step::Signer);
}

#[test]
fn every_signer_with_that_kid_is_tried_within_a_budget() {
    let signer = Wanted::new(Algorithm::EdDsa).make();
    let text = certificates::text(&signer, &certificates::claims(Content::from(certificates::national())));
    let publisher = Publisher::new(Environment::Demo);
    let crowd = |others: usize| {
        let mut entries: Vec<SignerEntry> = (0..others)
            .map(|_| SignerEntry {
                kid: signer.certificate.kid(),
                ..Wanted::new(Algorithm::EdDsa).make().entry(Purposes::ANY)
            })
            .collect();
        entries.push(signer.entry(Purposes::ANY));
        with_list(&publisher, now(), 2, entries).check(&text, now())
    };
    assert!(crowd(15).is_valid());
    refused(&crowd(16), Reason::BudgetExceeded, Step::Signature);
}

#[test]
fn of_two_entries_with_one_key_the_one_that_may_sign_this_counts() {
    let signer = Wanted::new(Algorithm::EdDsa).make();
    let text = certificates::text(&signer, &certificates::claims(Content::from(certificates::national())));
    let publisher = Publisher::new(Environment::Demo);
    let verdict = |entries| with_list(&publisher, now(), 2, entries).check(&text, now());
    assert!(verdict(vec![signer.entry(Purposes::TEST), signer.entry(Purposes::VACCINATION)]).is_valid());
    refused(&verdict(vec![signer.entry(Purposes::TEST)]), Reason::SignerPurpose, Step::Purpose);
    let foreign = SignerEntry { country: "DE".to_owned(), ..signer.entry(Purposes::ANY) };
    refused(&verdict(vec![foreign]), Reason::SignerPurpose, Step::Purpose);
    let eu_only = SignerEntry { profiles: specs::signer_list::Profiles::EU_DCC, ..signer.entry(Purposes::ANY) };
    refused(&verdict(vec![eu_only]), Reason::SignerPurpose, Step::Purpose);
}
