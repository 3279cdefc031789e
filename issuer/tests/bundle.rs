//! One file for a month offline: a bundle of our own signers, issuers of SMART Health Cards and of New Zealand's pass,
//! Germany's rules and what we revoked, and a verifier that has nothing but this file and the root.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../../tests/src/vectors.rs"]
#[expect(unreachable_pub, reason = "a module of the tests")]
mod vectors;

use std::path::{Path, PathBuf};
use std::process::Command;

use issuer::api::{DoseFacts, Holder, Profile, RevocationReason};
use issuer::bundle::{self, Parts};
use issuer::ceremony::{self, Plan};
use issuer::clock::Clock;
use issuer::keyring::Keyring;
use issuer::keys::file::Cost;
use issuer::keys::passphrase::Passphrase;
use issuer::pipeline::{Config, Issuer, STORE_FILE};
use issuer::store::Store;
use sha2::{Digest as _, Sha256};
use specs::time::UnixTime;
use trust_list::backend;
use trust_list::import;
use verifier::rules::Finding;
use verifier::verdict::ListState;
use verifier::{Checker, Verdict};

/// 2026-11-23T07:00:00Z.
const NOW: UnixTime = UnixTime(1_795_417_200);
const SHC_ISSUER: &str = "https://spec.smarthealth.cards/examples/issuer";
const NZCP_ISSUER: &str = "did:web:nzcp.covid19.health.nz";

struct Nation {
    folder: tempfile::TempDir,
    keys: PathBuf,
    passphrase: Passphrase,
}

impl Nation {
    fn new(at: UnixTime) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        let plan = Plan { cost: Cost::TEST, keep_passphrases: true, ..Plan::demo(&keys, "VN", at).unwrap() };
        ceremony::perform(&plan).unwrap();
        Self { folder, keys, passphrase: plan.passphrase }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn publish(&self, name: &str, parts: Parts, at: UnixTime) -> Vec<u8> {
        let keyring = Keyring::open(&self.keys).unwrap();
        let key = keyring.key(&keyring.list_signer, &self.passphrase).unwrap();
        bundle::publish(&keyring, &key, &self.path(name), parts, at, bundle::VALID_DAYS).unwrap().cose
    }

    fn root(&self) -> Vec<u8> {
        Keyring::open(&self.keys).unwrap().anchor.certificate().der().to_vec()
    }
}

fn dose(name: &str, injected_on: &str) -> DoseFacts {
    DoseFacts {
        dose: name.into(),
        unit: "SI-00001".into(),
        authority: "Bộ Y tế Việt Nam".into(),
        holder: Holder {
            family_name: "Nguyễn".into(),
            given_name: "Thị Hồng Nhung".into(),
            birth_date: "1990-05-17".into(),
            nationality: "VN".into(),
        },
        disease: "840539006".into(),
        product: "comirnaty".into(),
        dose_number: 2,
        series_doses: 2,
        first_product: None,
        doses_received: 2,
        injected_on: injected_on.into(),
        country: "VN".into(),
        lot: "FF-1".into(),
    }
}

/// The keys of others, as they publish them.
fn foreign(folder: &Path) -> Vec<specs::signer_list::SignerEntry> {
    let sources =
        [(SHC_ISSUER, "shc/spec-examples/examples/issuer/.well-known/jwks.json"), (NZCP_ISSUER, "nzcp/valid/did.json")];
    let mut all = Vec::new();
    for (iss, file) in sources {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let found = import::of_issuer(iss, &bytes, NOW, backend::native()).unwrap();
        assert_eq!(found.refused, [], "{file}");
        assert_eq!(found, import::of_issuer(iss, &bytes, NOW, backend::native()).unwrap());
        all.extend(found.entries);
    }
    assert_eq!(all.len(), 3, "two keys of the examples of SMART Health Cards, one of New Zealand");
    all
}

fn rules_of_germany(folder: &Path) -> Vec<u8> {
    let files = vectors::files(&folder.join("dcc-rules/DE"), "json");
    let rules: Vec<Vec<u8>> =
        files.iter().filter(|path| path.ends_with("rule.json")).map(|path| std::fs::read(path).unwrap()).collect();
    assert_eq!(rules.len(), 11);
    bundle::rules(&rules).unwrap()
}

#[track_caller]
fn says(verdict: &Verdict, reason: &str) {
    assert_eq!(verdict.reason.code(), reason, "{verdict:#?}");
}

#[tokio::test]
async fn one_file_answers_for_everything_for_a_month() {
    let Some(folder) = vectors::folder("") else { return };
    let nation = Nation::new(NOW);
    let data = nation.path("data");
    let issuer =
        Issuer::start(&nation.keys, &data, &nation.passphrase, Clock::fixed(NOW), Config::default()).await.unwrap();
    let mut texts = Vec::new();
    for (name, injected_on) in [("good", "2026-10-20"), ("fresh", "2026-11-20"), ("revoked", "2026-10-20")] {
        let issued = issuer.issue(&dose(name, injected_on)).await.unwrap();
        texts.push([Profile::EuDcc, Profile::National].map(|form| issued.certificate(form).unwrap().text.clone()));
    }
    let [good, fresh, revoked] = <[[String; 2]; 3]>::try_from(texts).unwrap();
    let first = nation.publish("first.cose", Parts::default(), NOW);
    issuer.revoke("revoked", RevocationReason::Fraud).await.unwrap();
    drop(issuer);
    let seal = Keyring::open(&nation.keys).unwrap().store_seal(&nation.passphrase).unwrap();
    let store = Store::open(&data.join(STORE_FILE), seal).await.unwrap();
    let revocation = store.export(NOW, 60).await.unwrap();
    let parts = Parts {
        imported: foreign(&folder),
        revocation: Some(revocation),
        rules: Some(rules_of_germany(&folder)),
        ..Parts::default()
    };
    let whole = nation.publish("bundle.cose", parts, NOW);
    println!("bundle: {} bytes with 5 signers, 1 status list, 11 rules", whole.len());

    let mut checker = Checker::new(backend::native());
    checker.add_anchors(&nation.root()).unwrap();
    checker.load_trust(&whole, NOW).unwrap();
    let pass = std::fs::read_to_string(folder.join("nzcp/valid/nzcp.txt")).unwrap();
    let card =
        std::fs::read_to_string(folder.join("shc/spec-examples/examples/example-00-f-qr-code-numeric-value-0.txt"));
    let (pass, card) = (pass.trim().to_owned(), card.unwrap().trim().to_owned());
    for text in [&pass, &card].into_iter().chain(&good).chain(&fresh) {
        let verdict = checker.check(text, NOW);
        says(&verdict, "valid");
        let list = verdict.trust.list.unwrap();
        assert_eq!((list.state, list.age_seconds, list.sequence), (ListState::Fresh, 0, 3), "in every verdict");
    }
    for text in &revoked {
        says(&checker.check(text, NOW), "revoked");
    }
    let strangers = std::fs::read_to_string(folder.join("nzcp/invalid/nzcp-not-associated-public-key.txt")).unwrap();
    says(&checker.check(strangers.trim(), NOW), "signer-unknown");

    // Germany's rules, out of the bundle.
    checker.set_country("DE", "entry", "en");
    says(&checker.check(&good[0], NOW), "valid");
    let verdict = checker.check(&fresh[0], NOW);
    says(&verdict, "rules-failed");
    let failed: Vec<_> =
        verdict.rules.unwrap().into_iter().filter(|outcome| outcome.finding == Finding::Failed).collect();
    let [failed] = failed.as_slice() else { panic!("{failed:?}") };
    assert_eq!(failed.id, "VR-DE-0003");
    assert!(failed.words.starts_with("At least 14 days must have elapsed"), "{}", failed.words);
    checker.set_country("FR", "entry", "en");
    says(&checker.check(&good[0], NOW), "rules-open");
    checker.set_country("", "entry", "en");
    says(&checker.check(&good[0], NOW), "valid");

    // A month later, and a week after that.
    let ages =
        [(30, 0, ListState::Fresh, "valid"), (30, 1, ListState::Stale, "valid"), (37, 0, ListState::Stale, "valid")];
    for (days, seconds, state, reason) in ages.into_iter().chain([(37, 1, ListState::Expired, "trust-list-expired")]) {
        let verdict = checker.check(&pass, NOW.plus_days(days).plus_seconds(seconds));
        says(&verdict, reason);
        assert_eq!(verdict.trust.list.unwrap().state, state, "{days} days");
    }
    says(&checker.check(&revoked[0], NOW.plus_days(37)), "revoked");

    // Neither an older bundle nor a newer list that forgets what was revoked.
    let rollback = trust_list::Error::Rollback { held: 3, offered: 2 };
    assert_eq!(checker.load_trust(&first, NOW), Err(rollback));
    let forgetful = nation.publish("second.cose", Parts::default(), NOW.plus_days(1));
    let dropped = trust_list::Error::RevocationDropped { held: 3, offered: 4 };
    assert_eq!(checker.load_trust(&forgetful, NOW.plus_days(1)), Err(dropped));
    says(&checker.check(&revoked[0], NOW.plus_days(1)), "revoked");
    // Put in the place of the bundle, the next one keeps what was revoked.
    let next = nation.publish("bundle.cose", Parts::default(), NOW.plus_days(1));
    checker.load_trust(&next, NOW.plus_days(1)).unwrap();
    says(&checker.check(&revoked[0], NOW.plus_days(1)), "revoked");
    says(&checker.check(&pass, NOW.plus_days(1)), "signer-unknown");
}

#[test]
fn the_command_says_what_it_took_and_what_it_refused() {
    let nation = Nation::new(Clock::System.now());
    let file = |name: &str, text: &str| {
        std::fs::write(nation.path(name), text).unwrap();
        nation.path(name).to_str().unwrap().to_owned()
    };
    let jwk = r#"{"kty":"EC","use":"sig","alg":"ES256","crv":"P-256","kid":"3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s",
        "x":"11XvRWy1I2S0EyJlyf_bWfw_TQ5CJJNLw78bHXNxcgw","y":"eZXwxvO1hvCY0KucrPfKo7yAyMT6Ajc3N7OkAB6VYy8"}"#;
    let weak = jwk.replace("ES256", "HS256");
    let jwks = file("jwks.json", &format!(r#"{{"keys": [{jwk}, {weak}]}}"#));
    let list = file("eu.json", "bm90IGEgc2lnbmF0dXJl\n{\"certificates\": []}");
    let out = nation.path("bundle.cose");
    let run = |more: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_issuer"))
            .args(["trust-list", "bundle", "--keys", nation.keys.to_str().unwrap()])
            .args(["--passphrase-file", nation.keys.join("passphrase").to_str().unwrap()])
            .args(["--out", out.to_str().unwrap()])
            .args(more)
            .output()
            .unwrap()
    };
    let done = run(&["--eu-gateway", &list, "--jwks", &format!("https://example.org={jwks}")]);
    let said = String::from_utf8(done.stdout.clone()).unwrap();
    assert!(done.status.success(), "{done:?}");
    for part in [
        "eu.json: 0 signers taken, 0 refused",
        "jwks.json: 1 signers taken, 1 refused",
        "refused https://example.org 3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s: the entry cannot be used: the key is not for \
         signatures by ES256 (entry-refused)",
        "bundle 1 of ",
        ", 3 signers, ",
        "no revocation data",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let sets = nation.path("valuesets");
    std::fs::create_dir(&sets).unwrap();
    let set = r#"{"valueSetId": "covid-19-lab-result", "valueSetDate": "2020-01-01", "valueSetValues": {"1": {"display": "A"}}}"#;
    std::fs::write(sets.join("results.json"), set).unwrap();
    std::fs::write(sets.join("unknown.json"), set.replace("covid-19", "covid-20")).unwrap();
    std::fs::write(sets.join("README"), "no JSON").unwrap();
    let done = run(&["--value-sets", sets.to_str().unwrap()]);
    let said = String::from_utf8(done.stdout.clone()).unwrap();
    assert!(done.status.success(), "{done:?}");
    for part in [
        "results.json: 1 value sets taken, 0 refused",
        "unknown.json: 0 value sets taken, 1 refused",
        "refused covid-20-lab-result: the value sets of the list cannot be read: the value set covid-20-lab-result is not \
         known here (list-malformed)",
        "value set covid-19-lab-result of 2020-01-01, 1 codes",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let slices = nation.path("eu");
    for name in ["partitions", "slices"] {
        std::fs::create_dir_all(slices.join(name)).unwrap();
    }
    // Version 1, SHA-256, six rounds in which the one hash set as many of the bits.
    let filter = |bits: &[u8]| {
        let numbers = [1, 1, u32::try_from(bits.len() / 4).unwrap()].map(u32::to_be_bytes).concat();
        let slice = [&[0, 1, 0, 6], &1e-12_f32.to_be_bytes()[..], &numbers, bits].concat();
        let hash = hex::encode(Sha256::digest(&slice));
        (slice, hash)
    };
    let (slice, hash) = filter(&[&[0xfc][..], &[0; 511]].concat());
    let list = r#"[{"kid":"9cWXDFmhXW4=","mode":"POINT","hashTypes":["UCI"],"expires":"2030-01-01T00:00:00Z"}]"#;
    std::fs::write(slices.join("lists.json"), list).unwrap();
    let partition = format!(
        r#"[{{"kid":"9cWXDFmhXW4=","chunks":{{"a":{{"2030-01-01T00:00:00Z":{{"type":"BLOOMFILTER","version":"1.0","hash":"{hash}"}}}}}}}}]"#
    );
    std::fs::write(slices.join("partitions/1.json"), &partition).unwrap();
    let missing = run(&["--eu-slices", slices.to_str().unwrap()]);
    assert!(!missing.status.success(), "{missing:?}");
    std::fs::write(slices.join("slices").join(&hash), b"another").unwrap();
    let other = run(&["--eu-slices", slices.to_str().unwrap()]);
    assert!(String::from_utf8(other.stderr.clone()).unwrap().contains("is not that slice"), "{other:?}");
    std::fs::write(slices.join("slices").join(&hash), &slice).unwrap();
    let done = run(&["--eu-slices", slices.to_str().unwrap()]);
    let said = String::from_utf8(done.stdout.clone()).unwrap();
    assert!(said.contains("eu: 0 hashes and 1 filters of 1 signers"), "{done:?}");
    let (full, hash_of_full) = filter(&[0xfc, 0, 0, 0]);
    std::fs::write(slices.join("slices").join(&hash_of_full), &full).unwrap();
    std::fs::write(slices.join("partitions/1.json"), partition.replace(&hash, &hash_of_full)).unwrap();
    let full = run(&["--eu-slices", slices.to_str().unwrap()]);
    assert!(
        String::from_utf8(full.stderr.clone()).unwrap().contains("the filter is too full to be gone by"),
        "{full:?}"
    );
    let before = std::fs::read(&out).unwrap();
    let rules = file("rules.json", "[{}]");
    let refused = run(&["--rules", &rules]);
    assert!(!refused.status.success());
    assert!(String::from_utf8(refused.stderr).unwrap().contains("the rules cannot be read"));
    assert_eq!(std::fs::read(&out).unwrap(), before, "nothing is signed");
}

#[test]
fn europes_signers_take_a_hundred_bytes_each_and_not_their_certificates() {
    use base64::Engine as _;
    let Some(folder) = vectors::folder("dgc") else { return };
    let at = UnixTime::from_rfc3339("2021-06-01T12:00:00Z").unwrap();
    let mut certificates = std::collections::BTreeMap::new();
    for path in vectors::files(&folder, "json") {
        let Ok(case) = serde_json::from_slice::<serde_json::Value>(&std::fs::read(path).unwrap()) else { continue };
        let Some(raw) = case["TESTCTX"]["CERTIFICATE"].as_str().filter(|raw| !raw.is_empty()) else { continue };
        let Ok(der) = base64::engine::general_purpose::STANDARD.decode(raw) else { continue };
        let Ok(read) = trust_list::x509::Certificate::parse(&der) else { continue };
        let kid = base64::engine::general_purpose::STANDARD.encode(read.kid());
        let item = serde_json::json!({ "certificateType": "DSC", "country": "XX", "kid": kid, "rawData": raw });
        certificates.insert(kid, (der.len(), item));
    }
    let items: Vec<_> = certificates.values().map(|(_, item)| item).collect();
    let list = serde_json::to_vec(&items).unwrap();
    let found = import::eu_gateway::read(&list, at, backend::native()).unwrap();
    for (name, error) in &found.refused {
        println!("  refused {name}: {error}");
    }
    let taken = found.entries.len();
    let elliptic =
        |entry: &&specs::signer_list::SignerEntry| !matches!(entry.key, specs::signer_list::KeyData::Rsa { .. });
    let imported: Vec<_> = found.entries.iter().filter(elliptic).cloned().collect();
    let (count, names) = (imported.len(), imported.iter().map(|entry| entry.name.len()).sum::<usize>());
    let nation = Nation::new(at);
    let plain = nation.publish("plain.cose", Parts::default(), at).len();
    let whole = nation.publish("bundle.cose", Parts { imported, ..Parts::default() }, at).len();
    let each = (whole - plain) / count;
    let size: usize = certificates.values().map(|(size, _)| size).sum();
    println!(
        "{taken} of {} signers taken; {count} with elliptic keys: {each} bytes each, of which {} are the name; a certificate \
         has {} and its entry in the gateway's list {}",
        certificates.len(),
        names / count,
        size / certificates.len(),
        list.len() / certificates.len()
    );
    assert!(count >= 40, "{count}");
    assert!(each - names / count <= 110, "{each}");
}
