//! Every lint fires on a sample of its own, and none on a good dose.

use std::collections::BTreeSet;

use proptest::prelude::*;
use specs::hcert::{Claims, Content};
use specs::qr::{Level, Symbol, Use};
use specs::status_list::Reference;
use specs::time::{PartialDate, UnixTime};
use specs::uvci::Uvci;
use specs::{dcc, national};

use super::dose::{self, Dose};
use super::payload::{self, Expected};
use super::{Findings, Lint};
use crate::api::{DoseFacts, Finding, Profile};
use crate::keys::Algorithm;
use crate::keys::soft::SoftKey;
use crate::pipeline::Signing;
use crate::testing::{NOW, facts};

type BadFacts = (Lint, fn(&mut DoseFacts));
type BadClaims = (Lint, Profile, fn(&mut Claims));

fn codes(findings: &[Finding]) -> BTreeSet<String> {
    findings.iter().map(|finding| finding.code.clone()).collect()
}

fn fired(change: impl FnOnce(&mut DoseFacts)) -> BTreeSet<String> {
    let mut facts = facts("d-1");
    change(&mut facts);
    codes(&dose::check(&facts, "VN", NOW).err().unwrap_or_default())
}

/// Bad facts, one for each lint of the first pass.
fn bad_facts() -> Vec<BadFacts> {
    vec![
        (Lint::DoseId, |f| f.dose = "d 1".into()),
        (Lint::UnitId, |f| f.unit = "x".repeat(65)),
        (Lint::AuthorityEmpty, |f| f.authority = "  ".into()),
        (Lint::AuthorityTooLong, |f| f.authority = "Ơ".repeat(81)),
        // "ễ" in pieces: e, circumflex, tilde.
        (Lint::TextNotNfc, |f| f.holder.family_name = "Nguye\u{302}\u{303}n".into()),
        // Written backwards by a character that nobody sees.
        (Lint::TextUnseen, |f| f.authority = "Bộ Y tế \u{202e}tế Y ộB".into()),
        (Lint::TextUnseen, |f| f.authority = "Bộ Y tế\u{7}".into()),
        (Lint::TextIdentityNumber, |f| f.authority = "CCCD 001090012345".into()),
        (Lint::TextIdentityNumber, |f| f.authority = "CCCD 001 090-012.345".into()),
        (Lint::NameEmpty, |f| f.holder.family_name = String::new()),
        (Lint::NameTooLong, |f| f.holder.given_name = "A".repeat(81)),
        (Lint::NameShape, |f| f.holder.given_name = "Thị  Hồng".into()),
        (Lint::NameNotTransliterable, |f| f.holder.family_name = "阮".into()),
        (Lint::BirthDateMalformed, |f| f.holder.birth_date = "17/05/1990".into()),
        (Lint::BirthDateImplausible, |f| f.holder.birth_date = "1889-04-20".into()),
        (Lint::BirthDateInFuture, |f| f.holder.birth_date = "2026-11-24".into()),
        (Lint::NationalityUnknown, |f| f.holder.nationality = "Vi".into()),
        (Lint::DiseaseUnknown, |f| f.disease = "6142004".into()),
        (Lint::ProductUnknown, |f| f.product = "water".into()),
        (Lint::ProductUnknown, |f| f.first_product = Some("water".into())),
        (Lint::FirstProductOfFirst, |f| (f.dose_number, f.first_product) = (1, Some("vaxzevria".into()))),
        (Lint::DoseNumberZero, |f| f.dose_number = 0),
        (Lint::DoseNumberImplausible, |f| f.dose_number = 21),
        (Lint::SeriesZero, |f| f.series_doses = 0),
        (Lint::DoseBeyondSeries, |f| f.series_doses = 1),
        (Lint::DosesReceivedTooFew, |f| f.doses_received = 1),
        (Lint::DosesReceivedImplausible, |f| f.doses_received = 21),
        (Lint::InjectedOnMalformed, |f| f.injected_on = "2026-11-31".into()),
        (Lint::InjectedBeforeBirth, |f| f.injected_on = "1989-01-01".into()),
        (Lint::InjectedInFuture, |f| f.injected_on = "2026-11-24".into()),
        (Lint::InjectedBeforeApproval, |f| f.injected_on = "2021-01-31".into()),
        (Lint::CountryForeign, |f| f.country = "LA".into()),
        (Lint::LotMalformed, |f| f.lot = "lô số 1".into()),
    ]
}

/// The place in a status list that samples have.
const STATUS: Reference = Reference::Ours { list: 1, index: 7 };

struct Sample {
    dose: Dose,
    uvci: Uvci,
}

impl Sample {
    fn new() -> Self {
        let dose = dose::check(&facts("d-1"), "VN", NOW).unwrap();
        Self { dose, uvci: Uvci::new("VN", [7; 16]).unwrap() }
    }

    fn expected(&self, profile: Profile) -> Expected<'_> {
        Expected {
            profile,
            dose: &self.dose,
            uvci: &self.uvci,
            status: &STATUS,
            country: "VN",
            at: NOW,
            signer_not_before: NOW.plus_days(-1),
            signer_not_after: NOW.plus_days(700),
        }
    }

    fn payload(&self, profile: Profile) -> Vec<u8> {
        let algorithm = if profile == Profile::National { Algorithm::Ed25519 } else { Algorithm::Es256 };
        let signing = Signing {
            profile,
            kid: [1; 8],
            country: "VN".into(),
            not_before: NOW.plus_days(-1),
            not_after: NOW.plus_days(700),
            key: std::sync::Arc::new(SoftKey::generate(algorithm).unwrap().0),
        };
        let draft = signing.draft(&self.dose, &self.uvci, &STATUS, NOW).unwrap();
        let text = signing.sign(&draft).unwrap();
        specs::hcert::open(&text).unwrap().sign1().payload.to_vec()
    }

    fn claims(&self, profile: Profile) -> Claims {
        Claims::decode(&self.payload(profile)).unwrap()
    }

    fn fired(&self, profile: Profile, change: impl FnOnce(&mut Claims)) -> BTreeSet<String> {
        let mut claims = self.claims(profile);
        change(&mut claims);
        let mut findings = Findings::default();
        payload::claims(&claims, &self.expected(profile), &mut findings);
        codes(&findings.into_result(()).err().unwrap_or_default())
    }
}

fn as_national(claims: &mut Claims) -> &mut national::Certificate {
    match &mut claims.content {
        Content::National(certificate) => certificate,
        _ => panic!("a national certificate"),
    }
}

fn as_dcc(claims: &mut Claims) -> (&mut dcc::Certificate, dcc::Vaccination) {
    match &mut claims.content {
        Content::EuDcc(certificate) => {
            let dcc::Entry::Vaccination(entry) = certificate.entry.clone() else { panic!("a vaccination") };
            (certificate, entry)
        }
        _ => panic!("an EU certificate"),
    }
}

fn change_dcc(claims: &mut Claims, change: impl FnOnce(&mut dcc::Vaccination)) {
    let (certificate, mut entry) = as_dcc(claims);
    change(&mut entry);
    certificate.entry = dcc::Entry::Vaccination(entry);
}

/// Bad claims, at least one for each lint of the second pass that looks at claims, and for both profiles where it has one.
fn bad_claims() -> Vec<BadClaims> {
    use Profile::{EuDcc, National};
    vec![
        (Lint::PayloadTolerated, EuDcc, |c| c.tolerances.insert(specs::hcert::Tolerance::UntaggedCose)),
        (Lint::IssuerCountry, EuDcc, |c| c.iss = Some("XX".into())),
        (Lint::IssuedAtWrong, EuDcc, |c| c.iat = Some(NOW.plus_days(1))),
        (Lint::NotBeforePresent, National, |c| c.nbf = Some(NOW)),
        (Lint::ExpiryMissing, EuDcc, |c| c.exp = None),
        (Lint::ExpiryTooSoon, National, |c| c.exp = Some(NOW.plus_seconds(60))),
        (Lint::ExpiryTooFar, National, |c| c.exp = Some(NOW.plus_days(367))),
        (Lint::ExpiryBeyondSigner, EuDcc, |c| c.exp = Some(NOW.plus_days(701))),
        (Lint::UvciForm, National, |c| as_national(c).id = Uvci::new("VN", [8; 16]).unwrap().as_str().into()),
        (Lint::UvciForm, EuDcc, |c| change_dcc(c, |e| e.id = Uvci::new("VN", [8; 16]).unwrap().as_str().into())),
        (Lint::UvciChecksum, National, |c| {
            let mut id = String::from(&*as_national(c).id);
            let last = id.pop();
            id.push(if last == Some('A') { 'B' } else { 'A' });
            as_national(c).id = id.into();
        }),
        (Lint::UvciCountry, EuDcc, |c| change_dcc(c, |e| e.id = Uvci::new("LA", [7; 16]).unwrap().as_str().into())),
        (Lint::StatusDiffers, National, |c| c.status = None),
        (Lint::StatusDiffers, EuDcc, |c| c.status = Some(Reference::Ours { list: 1, index: 8 })),
        (Lint::HolderDiffers, National, |c| as_national(c).name.given = "Thị Hồng".into()),
        (Lint::HolderDiffers, National, |c| as_national(c).birth_date = PartialDate::parse("1990").unwrap()),
        (Lint::HolderDiffers, EuDcc, |c| as_dcc(c).0.name.family = Some("Đỗ".into())),
        (Lint::TransliterationWrong, National, |c| as_national(c).name.family_std = "NGUYEEN".into()),
        (Lint::TransliterationWrong, EuDcc, |c| as_dcc(c).0.name.given_std = None),
        (Lint::CodesDiffer, National, |c| as_national(c).product = "EU/1/20/1507".into()),
        (Lint::CodesDiffer, EuDcc, |c| change_dcc(c, |e| e.manufacturer = "ORG-100001699".into())),
        (Lint::CountsDiffer, National, |c| as_national(c).doses_received = 3),
        (Lint::CountsDiffer, EuDcc, |c| change_dcc(c, |e| e.series_doses = 3)),
        (Lint::DateDiffers, National, |c| as_national(c).date = as_national(c).date.add_days(-1)),
        (Lint::DateDiffers, EuDcc, |c| change_dcc(c, |e| e.date = "2026-11-22".into())),
        (Lint::AuthorityDiffers, EuDcc, |c| change_dcc(c, |e| e.issuer = "Nobody".into())),
        (Lint::ContentFault, EuDcc, |c| as_dcc(c).0.ver = "one".into()),
        (Lint::ContentFault, National, |c| as_national(c).nationality = "vn".into()),
    ]
}

#[test]
fn a_good_dose_and_both_its_payloads_pass() {
    assert_eq!(fired(|_| {}), BTreeSet::new());
    let sample = Sample::new();
    for profile in Profile::ALL {
        assert_eq!(payload::check(&sample.payload(profile), &sample.expected(profile)), Ok(()));
    }
}

#[test]
fn every_lint_fires_on_its_own_bad_sample() {
    let mut seen = BTreeSet::new();
    for (lint, change) in bad_facts() {
        assert!(fired(change).contains(lint.code()), "{lint:?}");
        seen.insert(lint);
    }
    let sample = Sample::new();
    for (lint, profile, change) in bad_claims() {
        assert!(sample.fired(profile, change).contains(lint.code()), "{lint:?} {profile}");
        seen.insert(lint);
    }
    seen.extend(bad_bytes(&sample));
    let missing: Vec<_> = Lint::ALL.iter().filter(|lint| !seen.contains(lint)).collect();
    assert_eq!(missing, Vec::<&Lint>::new(), "lints without a bad sample");
    println!("{} lints, {} samples", Lint::ALL.len(), bad_facts().len() + bad_claims().len() + 6);
}

/// Lints that look at bytes, at the signer or at what the format itself refuses.
fn bad_bytes(sample: &Sample) -> Vec<Lint> {
    let expected = sample.expected(Profile::EuDcc);
    let good = sample.payload(Profile::EuDcc);
    let check =
        |bytes: &[u8], expected: &Expected<'_>| codes(&payload::check(bytes, expected).err().unwrap_or_default());
    let mut shown = Vec::new();
    let mut show = |lint: Lint, fired: &BTreeSet<String>| {
        assert!(fired.contains(lint.code()), "{lint:?}: {fired:?}");
        shown.push(lint);
    };

    show(Lint::PayloadUnreadable, &check(&good[..good.len() - 1], &expected));
    show(Lint::PayloadTooLong, &check(&vec![0x40; payload::MAX_BYTES + 1], &expected));
    show(Lint::PayloadProfile, &check(&sample.payload(Profile::National), &expected));
    // The same map with a longer way of writing its first key: {1: ..} as {0x18 01: ..}.
    let mut longer = good.clone();
    longer.splice(1..2, [0x18, 0x01]);
    show(Lint::PayloadNotDeterministic, &check(&longer, &expected));
    let young = Expected { signer_not_before: NOW.plus_seconds(1), ..expected };
    show(Lint::SignerNotYetValid, &check(&good, &young));

    // Ninety-nine is the most that the format counts to; the first pass stops far below, so the format is asked directly.
    let mut certificate = sample.claims(Profile::National);
    as_national(&mut certificate).dose_number = 100;
    assert!(certificate.encode().is_err());
    let mut facts = facts("d-2");
    facts.authority = "Bộ Y tế".into();
    let dose = dose::check(&facts, "VN", NOW).unwrap();
    let signing = Signing {
        profile: Profile::National,
        kid: [1; 8],
        country: "LA".into(),
        not_before: NOW,
        not_after: NOW.plus_days(30),
        key: std::sync::Arc::new(SoftKey::generate(Algorithm::Ed25519).unwrap().0),
    };
    // A national certificate of another country: the format itself refuses.
    let refused = signing.draft(&dose, &sample.uvci, &STATUS, NOW).unwrap_err();
    show(Lint::PayloadRefused, &codes(&refused));
    shown
}

#[test]
fn boosters_are_numbered_as_the_encoding_of_2022_says() {
    let booster = |number, series, product: &str, first: Option<&str>| {
        let codes = fired(|f| {
            (f.dose_number, f.series_doses, f.doses_received) = (number, series, number);
            (f.product, f.first_product) = (product.into(), first.map(str::to_owned));
        });
        codes.into_iter().collect::<Vec<_>>()
    };
    let right = [
        (3, 3, "comirnaty", None),
        (3, 2, "comirnaty", None),
        (3, 3, "comirnaty", Some("vaxzevria")),
        (2, 1, "janssen", None),
        // After one dose of Janssen: eu-dcc.md, "after a single-dose series 1/1, then 2/1".
        (2, 1, "comirnaty", Some("janssen")),
        (3, 1, "spikevax", Some("janssen")),
        (3, 3, "janssen", Some("vaxzevria")),
    ];
    for (number, series, product, first) in right {
        assert_eq!(booster(number, series, product, first), [""; 0], "{number}/{series} {product} after {first:?}");
    }
    // A series that is not complete, whatever completes one of the product of this dose.
    let wrong = [
        (2, 1, "comirnaty", None),
        (2, 1, "comirnaty", Some("vaxzevria")),
        (2, 1, "janssen", Some("vaxzevria")),
        (3, 2, "comirnaty", Some("abdala")),
    ];
    for (number, series, product, first) in wrong {
        let fired = booster(number, series, product, first);
        assert_eq!(fired, ["dose-beyond-series"], "{number}/{series} {product} after {first:?}");
    }
}

#[test]
fn names_of_real_people_pass() {
    for (family, given) in [
        ("Đỗ", "Trần Văn Ơn"),
        ("O'Brien", "Seán-Óg"),
        ("d’Červenková Panklová", "Jr. Ann"),
        ("Suharto", ""),
        ("King", "Martin Luther Jr."),
    ] {
        let codes = fired(|f| {
            f.holder.family_name = family.into();
            f.holder.given_name = given.into();
        });
        assert!(codes.is_empty(), "{family} {given}: {codes:?}");
    }
    for bad in [" Nguyễn", "Nguyễn ", "N1", "SpongeBob🧽", "-A", "A--B", "<script>"] {
        assert!(fired(|f| f.holder.family_name = bad.into()).contains("name-shape"), "{bad}");
    }
}

#[test]
fn just_after_midnight_in_viet_nam_today_is_not_the_future() {
    // 2026-11-23T17:30:00Z is 00:30 of the 24th in Viet Nam.
    let at = UnixTime(NOW.0 + 10 * 3600 + 1800);
    let mut facts = facts("d-1");
    facts.injected_on = "2026-11-24".into();
    let dose = dose::check(&facts, "VN", at).unwrap();
    let uvci = Uvci::new("VN", [1; 16]).unwrap();
    for (profile, algorithm) in [(Profile::National, Algorithm::Ed25519), (Profile::EuDcc, Algorithm::Es256)] {
        let signing = Signing {
            profile,
            kid: [1; 8],
            country: "VN".into(),
            not_before: NOW,
            not_after: NOW.plus_days(700),
            key: std::sync::Arc::new(SoftKey::generate(algorithm).unwrap().0),
        };
        signing.draft(&dose, &uvci, &STATUS, at).unwrap();
    }
}

fn signings() -> [Signing; 2] {
    [(Profile::National, Algorithm::Ed25519), (Profile::EuDcc, Algorithm::Es256)].map(|(profile, algorithm)| Signing {
        profile,
        kid: [1; 8],
        country: "VN".into(),
        not_before: NOW.plus_days(-1),
        not_after: NOW.plus_days(700),
        key: std::sync::Arc::new(SoftKey::generate(algorithm).unwrap().0),
    })
}

#[test]
fn the_longest_payload_still_fits_paper_at_its_own_level() {
    let signing = &signings()[1];
    // Nothing in it repeats, so nothing of it deflates.
    let payload: Vec<u8> =
        (0..payload::MAX_BYTES).map(|i| u8::try_from(i * i * 31 % 251).unwrap() ^ (i >> 3) as u8).collect();
    let cose = specs::cose::Unsigned::new(-7, signing.kid, payload).sign(&[0x5a; 64]);
    let symbol = Symbol::encode(&specs::hcert::seal(&cose), Use::Paper).unwrap();
    assert_eq!(symbol.level(), Level::Q);
}

/// Whoever passes the first pass is certified: the second never stops a person for a name or a date.
#[test]
fn what_the_first_pass_accepts_the_second_never_refuses() {
    const WORD: &str = "[A-ZĐÀÁĂÂÊÔƠƯßÅЖΩ][a-zđàáảãạăằắâấêếềểễệôốơớờưứừỳýåжø]";
    let family = format!("{WORD}{{0,25}}([ '-]{WORD}{{0,51}})?");
    let given = format!("({WORD}{{0,20}}[ -]){{0,2}}[A-Za-zđ]{{1,16}}[.]?|");
    let birth = "(19[0-9][0-9]|20[01][0-9])(-0[1-9](-[0-2][1-9])?)?";
    let authority = format!("{WORD}{{1,78}}[.]");
    let texts: [BoxedStrategy<String>; 4] =
        [&*family, &*given, birth, &*authority].map(|regex| proptest::string::string_regex(regex).unwrap().boxed());
    let products: Vec<&str> = specs::value_set::vaccines().iter().map(|vaccine| vaccine.id.as_str()).collect();
    let codes = (prop::sample::select(products), prop::sample::select(vec!["VN", "LA", "FR"]));
    let numbers = (1u32..5, 1u32..5, 0u32..3, 0i64..2300);
    let (signings, uvci) = (signings(), Uvci::new("VN", [3; 16]).unwrap());
    let first = specs::time::Date::parse("2021-01-01").unwrap();
    let accepted = std::cell::Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let outcome = runner.run(&(texts, codes, numbers), |(texts, codes, numbers)| {
        let mut facts = facts("d-1");
        [facts.holder.family_name, facts.holder.given_name, facts.holder.birth_date, facts.authority] = texts;
        (facts.product, facts.holder.nationality) = (codes.0.to_owned(), codes.1.to_owned());
        (facts.dose_number, facts.series_doses) = (numbers.0, numbers.1);
        facts.doses_received = numbers.0 + numbers.2;
        facts.injected_on = first.add_days(numbers.3).to_string();
        if let Ok(dose) = dose::check(&facts, "VN", NOW) {
            accepted.set(accepted.get() + 1);
            for signing in &signings {
                prop_assert_eq!(signing.draft(&dose, &uvci, &STATUS, NOW).err(), None);
            }
        }
        Ok(())
    });
    outcome.unwrap();
    println!("{} of 1000 generated doses were accepted", accepted.get());
    assert!(accepted.get() > 100, "the generator makes too few acceptable doses: {}", accepted.get());
}
