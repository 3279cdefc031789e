//! `cargo xtask bench verify`: the whole way from a certificate's text to its verdict beside the bare verification of
//! its signature, in one run and one thread.
//!
//! The denominator is aws-lc-rs over 1,000 different messages with keys parsed beforehand: the very bytes that were signed
//! in the 1,000 certificates. The numerator is `Verifier::check` over their texts, as every program of ours calls it: a
//! trust list of 500 signers, all checks on, and a full verdict with holder, claims and record of checks. As every certificate
//! that we issue, each names its place in a status list under its signature, and the verifier holds that list, with some of its
//! entries revoked, and rules that withdraw another signer and another place.
//!
//! The formats that we only read: `foreign.rs`. Batches and two threads: `many.rs`.

mod foreign;
mod many;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents,
};
use specs::hcert::{Content, open};
use specs::revocation::{ListName, Published, Revocation, RevokedSigner, RevokedSite};
use specs::signer_list::{Environment, KeyData, Purposes};
use specs::status_list::{Bits, OUR_ENTRIES, Reference, Status, StatusList};
use specs::time::{Date, PartialDate};
use specs::uvci::Uvci;
use std::hint::black_box;
use std::sync::Arc;
use tests::certificates::{self, now};
use tests::signing::{Algorithm, Publisher, TestSigner, Wanted};
use tests::stopwatch::{Contender, Measured, aim, print, race};
use trust_list::backend::{self, Backend, Hash, Verify};
use trust_list::signers::Signer;
use trust_list::x509::Certificate;
use trust_list::{Error, key::PublicKey, list};
use verifier::Verifier;

const CERTIFICATES: usize = 1_000;
const SIGNERS: usize = 500;
const SLICE: usize = 10;
const ROUNDS: usize = 15;
const AIM: f64 = 0.92;
/// Decoding and all checks of a national certificate, without the signature, in microseconds.
const AIM_UNSIGNED: f64 = 1.5;

const FAMILIES: [&str; 10] = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Đặng", "Bùi"];
const MIDDLE: [&str; 10] = ["Văn", "Thị", "Đức", "Ngọc", "Minh", "Thị Hồng", "Hữu", "Thanh", "Quốc", "Bảo"];
const GIVEN: [&str; 10] = ["An", "Bình", "Châu", "Dũng", "Giang", "Hạnh", "Khánh", "Nhung", "Phương", "Yến"];

fn main() {
    println!(
        "{CERTIFICATES} certificates, {SIGNERS} signers in the list, slices of {SLICE}, {ROUNDS} rounds, one thread"
    );
    println!("ratio: against aws-lc-rs over the same {CERTIFICATES} messages, parsed keys, slice by slice");
    let (mut met, mut unsigned) = (Vec::new(), f64::NAN);
    for (title, algorithm, profile) in [
        ("Ed25519, national certificate (one dose)", Algorithm::EdDsa, Profile::National),
        ("ES256, EU DCC (one dose)", Algorithm::Es256, Profile::EuDcc),
        ("ES384, EU DCC (one dose)", Algorithm::Es384, Profile::EuDcc),
        ("PS256 with 2048 bits, EU DCC (one dose)", Algorithm::Ps256, Profile::EuDcc),
    ] {
        let (ratio, micros) = own(title, algorithm, profile);
        met.push((title, ratio));
        if algorithm == Algorithm::EdDsa {
            unsigned = micros;
        }
    }
    for contest in foreign::contests() {
        met.push((contest.title, contest.run(Vec::new())[1].ratio));
    }
    let (batch, threads) = many::contests();
    println!();
    for (title, ratio) in met {
        aim(title, ratio, AIM);
    }
    aim("a batch of Ed25519 signatures against one by one, aws-lc-rs", batch, many::AIM_BATCH);
    aim("two threads against one", threads, many::AIM_THREADS);
    let word = if unsigned <= AIM_UNSIGNED { "met" } else { "NOT met" };
    println!("  aim {AIM_UNSIGNED:.2} us: {word} ({unsigned:.2} us) - decode and all checks of a national certificate");
}

#[derive(Clone, Copy)]
enum Profile {
    National,
    EuDcc,
}

/// Certificates of one format and one signer, and the two that race over them.
struct Contest {
    title: &'static str,
    texts: Vec<String>,
    /// What was signed in each of them, and the signature.
    signed: Vec<(Vec<u8>, Vec<u8>)>,
    key: ParsedPublicKey,
    /// Who certified the key, where the texts bring its certificate along: its signature has to be verified too.
    certified: Option<(Signer, Certificate)>,
    verifier: Verifier,
}

impl Contest {
    fn run(&self, others: Vec<Contender<'_>>) -> Vec<Measured> {
        for text in &self.texts {
            let verdict = self.verifier.check(text, now());
            assert!(verdict.is_valid(), "{}: {:?}", self.title, verdict.checks);
        }
        let mut contenders = vec![
            Contender::new("bare signature verification, aws-lc-rs", |number| {
                let (message, signature) = &self.signed[number];
                self.key.verify_sig(black_box(message), black_box(signature)).expect("a good signature");
                if let Some((authority, certificate)) = &self.certified {
                    assert!(authority.certified(black_box(certificate)));
                }
            }),
            Contender::new("text to verdict, native back end", |number| {
                assert!(black_box(self.verifier.check(black_box(&self.texts[number]), now())).is_valid());
            }),
        ];
        contenders.extend(others);
        let measured = race(contenders, self.texts.len(), SLICE, ROUNDS);
        let average = self.texts.iter().map(String::len).sum::<usize>() / self.texts.len();
        print(
            &format!("{}; {average} characters on average, {} bytes signed", self.title, self.signed[0].0.len()),
            &measured,
        );
        measured
    }
}

/// The ratio of text to verdict, and what is left without the signature, in microseconds.
fn own(title: &'static str, algorithm: Algorithm, profile: Profile) -> (f64, f64) {
    let signer = Wanted::new(algorithm).make();
    let texts: Vec<String> = (0..CERTIFICATES).map(|number| text(&signer, profile, number)).collect();
    let list = list_of(&signer);
    let (portable, unsigned) = (list.verifier(backend::portable()), list.verifier(&Believing));
    let signed = signed(&texts);
    let contest = Contest {
        title,
        texts,
        signed,
        key: parsed(&signer),
        certified: None,
        verifier: list.verifier(backend::native()),
    };
    for text in contest.texts.iter().take(SIGNERS) {
        let verdict = contest.verifier.check(text, now());
        assert!(verdict.not_revoked.is_some(), "its status list was asked");
        assert_eq!(verdict, portable.check(text, now()), "both back ends say the same");
    }
    let check = |verifier: &Verifier, number: usize| {
        assert!(black_box(verifier.check(black_box(&contest.texts[number]), now())).is_valid());
    };
    let measured = contest.run(vec![
        Contender::new("for information: the same without the signature's share", |number| check(&unsigned, number)),
        Contender::new("for information: text to verdict, portable back end", |number| check(&portable, number)),
    ]);
    (measured[1].ratio, measured[2].nanos / 1e3)
}

/// What was signed in each of them, and the signature.
fn signed(texts: &[impl AsRef<str>]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let parts = |text: &_| {
        let opened = open(AsRef::<str>::as_ref(text)).expect("our own text");
        let message = opened.sign1();
        (message.to_be_signed(&[]), message.signature.to_vec())
    };
    texts.iter().map(parts).collect()
}

/// The text of one dose of one of 1,000 people.
fn text(signer: &TestSigner, profile: Profile, number: usize) -> String {
    let family = FAMILIES[number % 10];
    let given = format!("{} {}", MIDDLE[number / 10 % 10], GIVEN[number / 100 % 10]);
    let (family_std, given_std) = (specs::icao::transliterate(family), specs::icao::transliterate(&given));
    let birth = Date::parse("1950-01-01").expect("a date").add_days(number as i64 * 23);
    let id = Uvci::new("VN", [number as u8, (number >> 8) as u8, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
        .expect("a country");
    let content = match profile {
        Profile::National => {
            let mut certificate = certificates::national();
            certificate.name.family = family.into();
            certificate.name.given = given.into();
            certificate.name.family_std = family_std.into();
            certificate.name.given_std = given_std.into();
            certificate.birth_date = PartialDate::parse(&birth.to_string()).expect("a date");
            certificate.id = id.as_str().into();
            Content::from(certificate)
        }
        Profile::EuDcc => {
            let mut certificate = certificates::eu_dcc();
            certificate.name.family = Some(family.into());
            certificate.name.given = Some(given.into());
            certificate.name.family_std = Some(family_std.into());
            certificate.name.given_std = Some(given_std.into());
            certificate.birth_date = birth.to_string().into();
            if let specs::dcc::Entry::Vaccination(entry) = &mut certificate.entry {
                entry.id = id.as_str().into();
                entry.issuer = "Bộ Y tế Việt Nam".into();
            }
            Content::from(certificate)
        }
    };
    certificates::text(signer, &certificates::claims(content).with_status(place(number)))
}

/// One of the places that [`revocation`] leaves alone, all over the list.
fn place(number: usize) -> Reference {
    Reference::Ours { list: 1, index: number as u64 * 1_000 + 1 }
}

/// What an issuer exports: its list of a day ago, of which one entry in a hundred is revoked, and the one that it goes on with.
fn revocation() -> Arc<Revocation> {
    let issued = now().plus_days(-1);
    let mut all = Revocation::new();
    for number in [1, 2] {
        let mut list = StatusList::new(Bits::One, OUR_ENTRIES);
        if number == 1 {
            assert!((0..OUR_ENTRIES).step_by(100).all(|index| list.set(index, Status::Invalid)));
        }
        let (expires, fresh_until) = (Some(issued.plus_days(30)), Some(issued.plus_days(2)));
        all.add_list(Published { name: ListName::Ours(number), issued, expires, fresh_until, list });
    }
    all.revoke_signer(RevokedSigner { kid: [7; 8], from: None });
    let site =
        RevokedSite { authority: Some("Phòng tiêm chủng không có thật".to_owned()), ..RevokedSite::default() };
    assert!(all.revoke_site(site));
    Arc::new(all)
}

fn parsed(signer: &TestSigner) -> ParsedPublicKey {
    match signer.certificate.key().to_key_data() {
        KeyData::Ed25519(point) => ParsedPublicKey::new(&ED25519, point),
        KeyData::P256(point) => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point),
        KeyData::P384(point) => ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point),
        KeyData::Rsa { n, e } => RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PSS_2048_8192_SHA256),
    }
    .expect("our own key")
}

struct Listed {
    bytes: Vec<u8>,
    publisher: Publisher,
    revocation: Arc<Revocation>,
}

/// A signed list in which that signer is one of many.
fn list_of(signer: &TestSigner) -> Listed {
    let publisher = Publisher::new(Environment::Demo);
    let mut entries = vec![signer.entry(Purposes::VACCINATION)];
    entries.extend((1..SIGNERS).map(|_| Wanted::new(Algorithm::Es256).make().entry(Purposes::VACCINATION)));
    Listed { bytes: publisher.list(now().plus_days(-1), 2, entries), publisher, revocation: revocation() }
}

impl Listed {
    fn verifier(&self, backend: &'static dyn Backend) -> Verifier {
        let anchors = [self.publisher.anchor.clone()];
        let list = list::open(&self.bytes, &anchors, now(), backend).expect("our own list");
        Verifier::new(backend).with_list(list).with_revocation(Arc::clone(&self.revocation))
    }
}

/// Believes every signature: what is left of a check when verifying costs nothing. Lives in this program only.
struct Believing;

impl Backend for Believing {
    fn name(&self) -> &'static str {
        "believing"
    }

    fn prepare(&self, key: &PublicKey) -> Result<Arc<dyn Verify>, Error> {
        key.check()?;
        Ok(Arc::new(Self))
    }
}

impl Verify for Believing {
    fn verify(&self, _: &[u8], _: &[u8]) -> bool {
        true
    }

    fn verify_pkcs1(&self, _: Hash, _: &[u8], _: &[u8]) -> bool {
        true
    }
}
