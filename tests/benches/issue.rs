//! `cargo xtask bench issue`: from a dose's facts to the text of its certificate beside the bare signature, in one run
//! and one thread; the same with the second lint and self-verification; and, for information, what pictures and the record
//! on disk add.
//!
//! The denominator is aws-lc-rs signing the 1,000 Sig_structures of these doses with a key parsed beforehand.

use std::hint::black_box;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use issuer::api::{DoseFacts, Holder, Profile};
use issuer::ceremony::{self, Plan};
use issuer::clock::Clock;
use issuer::keys::file::Cost;
use issuer::keys::soft::SoftKey;
use issuer::keys::{Algorithm, SigningKey as _};
use issuer::lint::dose;
use issuer::pipeline::{Config, Issuer, Signing};
use specs::hcert::open;
use specs::qr::{Symbol, Use};
use specs::signer_list::{Environment, Profiles, Purposes, SignerEntry};
use specs::status_list::Reference;
use specs::time::{Date, UnixTime};
use specs::uvci::Uvci;
use tests::certificates::now;
use tests::signing::Publisher;
use tests::stopwatch::{Contender, Stopwatch, aim, print, race};
use trust_list::{backend, list};
use verifier::Verifier;

const DOSES: usize = 1_000;
const SLICE: usize = 10;
const ROUNDS: usize = 15;
/// Doses of the measurement with the record on disk.
const RECORDED: usize = 300;
const AIM: f64 = 0.5;

fn main() {
    println!("{DOSES} doses, slices of {SLICE}, {ROUNDS} rounds, one thread");
    println!("ratio: against aws-lc-rs signing the same {DOSES} messages, parsed key, slice by slice");
    println!(
        "\"facts to text\": the facts checked (every rule on a dose, names transliterated), identifier with check"
    );
    println!("character, payload encoded and checked by the format's own rules, COSE, signature, zlib, Base45.");
    println!("Not in it: the second lint that decodes the payload again, self-verification, record and log, QR, PDF.");
    println!("\"issued and verified\": the same with that lint and self-verification, as every certificate is issued.");
    println!("Not in it: record and log, QR, PDF.");
    let mut met = Vec::new();
    for (title, algorithm, profile) in [
        ("Ed25519, national certificate", Algorithm::Ed25519, Profile::National),
        ("ES256, EU DCC", Algorithm::Es256, Profile::EuDcc),
    ] {
        met.push((title, contest(title, algorithm, profile)));
    }
    recorded();
    println!();
    for (title, [text, verified]) in met {
        aim(&format!("{title}: facts to text; no second lint, self-verification, record, log or QR"), text, AIM);
        aim(&format!("{title}: issued and verified; no record, log or QR"), verified, AIM);
    }
}

/// The ratios of "facts to text" and of "issued and verified".
fn contest(title: &str, algorithm: Algorithm, profile: Profile) -> [f64; 2] {
    let (key, document) = SoftKey::generate(algorithm).expect("a key");
    let public = key.public_key();
    let signing = Signing {
        profile,
        kid: *b"benchkid",
        country: "VN".to_owned(),
        not_before: now().plus_days(-10),
        not_after: now().plus_days(700),
        key: Arc::new(key),
    };
    let verifier = verifier_of(&signing, public);
    let facts: Vec<DoseFacts> = (0..DOSES).map(|number| facts(&format!("dose-{number}"), number)).collect();
    let seeds: Vec<[u8; 16]> =
        (0..DOSES).map(|number| (number as u128 * 0x9e37_79b9_7f4a_7c15).to_be_bytes()).collect();
    let check = |number: usize| dose::check(&facts[number], "VN", now()).expect("facts that break no rule");
    let uvci = |number: usize| Uvci::new("VN", seeds[number]).expect("a country");
    let status = |number: usize| Reference::Ours { list: 1, index: number as u64 };
    let doses: Vec<_> = (0..DOSES).map(check).collect();
    let texts: Vec<String> = (0..DOSES)
        .map(|n| signing.issue_unrecorded(&doses[n], &uvci(n), &status(n), now()).expect("a certificate"))
        .collect();
    for text in &texts {
        let verdict = verifier.check(text, now());
        assert!(verdict.is_valid(), "{:?}", verdict.checks);
    }
    let messages: Vec<Vec<u8>> =
        texts.iter().map(|text| open(text).expect("our own text").sign1().to_be_signed(&[])).collect();
    let raw = Raw::new(algorithm, &document);

    let from_facts = |number: usize| {
        let dose = check(black_box(number));
        signing.issue_unrecorded(&dose, &uvci(number), &status(number), now()).expect("a certificate")
    };
    let linted = |number: usize| {
        let draft = signing.draft(&check(black_box(number)), &uvci(number), &status(number), now()).expect("a draft");
        signing.sign(&draft).expect("a signature")
    };
    let measured = race(
        vec![
            Contender::new("bare signature, aws-lc-rs", |number| raw.sign(black_box(&messages[number]))),
            Contender::new("facts to text", |number| {
                black_box(from_facts(number));
            }),
            Contender::new("for information: from facts already checked to text", |number| {
                black_box(
                    signing
                        .issue_unrecorded(&doses[number], &uvci(number), &status(number), now())
                        .expect("a certificate"),
                );
            }),
            Contender::new("for information: facts to text with the second lint", |number| {
                black_box(linted(number));
            }),
            Contender::new("issued and verified: the same and self-verification", |number| {
                assert!(black_box(verifier.check(&linted(number), now())).is_valid());
            }),
        ],
        DOSES,
        SLICE,
        ROUNDS,
    );
    let average = texts.iter().map(String::len).sum::<usize>() / texts.len();
    print(&format!("{title}; {average} characters on average, {} bytes signed", messages[0].len()), &measured);
    pictures(&texts);
    [measured[1].ratio, measured[4].ratio]
}

/// What the symbols cost on top. A hundred of them are enough: they take milliseconds.
fn pictures(texts: &[String]) {
    let symbol = |number: usize, used| Symbol::encode(black_box(&texts[number]), used).expect("a symbol");
    let measured = race(
        vec![
            Contender::new("QR symbol for screens (ECC M)", |number| {
                black_box(symbol(number, Use::Screen));
            }),
            Contender::new("the same and SVG", |number| {
                black_box(symbol(number, Use::Screen).svg());
            }),
            Contender::new("the same and PNG, 6 pixels a module", |number| {
                black_box(symbol(number, Use::Screen).png(6).expect("a picture"));
            }),
        ],
        100.min(texts.len()),
        10,
        3,
    );
    print("  pictures, for information; ratio against the symbol alone", &measured);
}

/// The issuer as it runs: both certificates of a dose, every lint, recorded, signed, verified, logged and released on a
/// real disk, one dose after another.
fn recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = folder.path().join("keys");
    let plan = Plan { cost: Cost::TEST, ..Plan::demo(&keys, "VN", now()).expect("randomness") };
    ceremony::perform(&plan).expect("a ceremony");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let seconds = runtime.block_on(async {
        let config = Config { quota_per_unit_and_day: 1_000_000, ..Config::default() };
        let data = folder.path().join("data");
        let issuer = Issuer::start(&keys, &data, &plan.passphrase, Clock::fixed(now()), config).await;
        let issuer = issuer.expect("an issuer");
        let watch = Stopwatch::start();
        for number in 0..RECORDED {
            let id = format!("00000000-0000-7000-8000-{number:012x}");
            let issued = issuer.issue(&facts(&id, number)).await.expect("certificates");
            assert_eq!(issued.certificates.len(), 2);
        }
        watch.elapsed().as_secs_f64()
    });
    println!("\nthe running issuer, for information: both certificates of a dose, every lint, record, signature,");
    println!("self-verification, log and release on disk (SQLite, synchronous FULL), one caller");
    println!("  {:.0} doses a second, {:.2} ms each", RECORDED as f64 / seconds, seconds * 1e3 / RECORDED as f64);
}

fn facts(dose: &str, number: usize) -> DoseFacts {
    let families = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Đặng", "Bùi"];
    let given =
        ["Văn An", "Thị Bình", "Đức Châu", "Ngọc Dũng", "Minh Giang", "Thị Hồng Nhung", "Hữu Khánh", "Thanh Yến"];
    let birth = Date::parse("1950-01-01").expect("a date").add_days(number as i64 * 23);
    DoseFacts {
        dose: dose.to_owned(),
        unit: "SI-01-1".to_owned(),
        authority: "Bộ Y tế Việt Nam".to_owned(),
        holder: Holder {
            family_name: families[number % families.len()].to_owned(),
            given_name: given[number / 10 % given.len()].to_owned(),
            birth_date: birth.to_string(),
            nationality: "VN".to_owned(),
        },
        disease: "840539006".to_owned(),
        product: "comirnaty".to_owned(),
        dose_number: 2,
        series_doses: 2,
        first_product: None,
        doses_received: 2,
        injected_on: "2026-11-20".to_owned(),
        country: "VN".to_owned(),
        lot: "FG3716".to_owned(),
    }
}

/// A verifier that holds a list with that signer.
fn verifier_of(signing: &Signing, key: specs::signer_list::KeyData) -> Verifier {
    let publisher = Publisher::new(Environment::Demo);
    let entry = SignerEntry {
        kid: signing.kid,
        country: signing.country.clone(),
        purposes: Purposes::VACCINATION,
        profiles: Profiles::ALL,
        not_before: signing.not_before,
        not_after: signing.not_after,
        key,
        name: "DEMO document signer".to_owned(),
        issuer: None,
    };
    let at: UnixTime = now();
    let bytes = publisher.list(at.plus_days(-1), 2, vec![entry]);
    let opened =
        list::open(&bytes, std::slice::from_ref(&publisher.anchor), at, backend::native()).expect("our own list");
    Verifier::new(backend::native()).with_list(opened).without_revocation()
}

/// The library alone, with the same key.
enum Raw {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair, SystemRandom),
}

impl Raw {
    #[expect(clippy::disallowed_methods, reason = "measured as it is")]
    fn new(algorithm: Algorithm, document: &[u8]) -> Self {
        match algorithm {
            Algorithm::Ed25519 => {
                let pair = Ed25519KeyPair::from_pkcs8(document).expect("our own key");
                assert_eq!(pair.public_key().as_ref().len(), 32);
                Self::Ed25519(pair)
            }
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document).expect("our own key");
                Self::P256(pair, SystemRandom::new())
            }
        }
    }

    fn sign(&self, message: &[u8]) {
        match self {
            Self::Ed25519(pair) => {
                black_box(pair.sign(message));
            }
            Self::P256(pair, random) => {
                black_box(pair.sign(random, message).expect("a signature"));
            }
        }
    }
}
