//! What the pipeline promises: the same certificate for the same dose, whatever breaks in between, and never one without
//! its record and log entry.

mod revoking;
mod signers;
mod verifying;

use std::sync::atomic::Ordering;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use trust_list::backend;
use verifier::Verifier;

use super::*;
use crate::jws;
use crate::log::Tamper;
use crate::testing::{Held, NOW, facts};

struct Room {
    held: Held,
    data: PathBuf,
    clock: Clock,
    config: Config,
}

impl Room {
    fn new() -> Self {
        let held = Held::new();
        let data = held.folder.path().join("data");
        Self { held, data, clock: Clock::fixed(NOW), config: Config::default() }
    }

    async fn start(&self) -> Result<Issuer, StartError> {
        Issuer::start(&self.held.keys, &self.data, &self.held.passphrase, self.clock.clone(), self.config).await
    }

    fn set_clock(&self, at: UnixTime) {
        let Clock::Fixed(seconds) = &self.clock else { unreachable!("tests set the clock by hand") };
        seconds.store(at.0, Ordering::SeqCst);
    }

    /// The database behind the issuer's back.
    async fn database(&self) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.data.join(STORE_FILE)).connect().await.unwrap()
    }

    async fn sql(&self, text: &'static str) {
        sqlx::raw_sql(text).execute(&mut self.database().await).await.unwrap();
    }
}

#[tokio::test]
async fn one_dose_gives_two_certificates_that_verify_and_stay() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let issued = issuer.issue(&facts("d-1")).await.unwrap();
    assert_eq!(issued.certificates.iter().map(|c| c.profile).collect::<Vec<_>>(), Profile::ALL);
    assert_eq!(issued.certificates.iter().map(|c| c.log_index).collect::<Vec<_>>(), [0, 1]);
    for certificate in &issued.certificates {
        let verdict = issuer.trusted().verifier.check(&certificate.text, NOW);
        assert!(verdict.is_valid(), "{verdict:?}");
        assert_eq!(certificate.issued_at, NOW.to_rfc3339());
        assert_eq!(certificate.expires_at, NOW.plus_months(12).to_rfc3339());
        assert!(certificate.uvci.starts_with("URN:UVCI:01:VN:"));
    }
    assert_eq!(issuer.issue(&facts("d-1")).await.unwrap(), issued);
    assert_eq!(issuer.certificates("d-1").await.unwrap(), issued);
    drop(issuer);
    let again = room.start().await.unwrap();
    assert_eq!(again.issue(&facts("d-1")).await.unwrap(), issued);
    assert_eq!(again.health().await.unwrap().log_size, 2);
}

#[tokio::test]
async fn other_facts_for_the_same_dose_are_refused() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    issuer.issue(&facts("d-1")).await.unwrap();
    let mut other = facts("d-1");
    other.holder.given_name = "Văn An".into();
    let refused = issuer.issue(&other).await.unwrap_err();
    assert_eq!(refused, Problem::DoseFactsDiffer { dose: "d-1".into() });
    let mut other = facts("d-1");
    other.lot = "OTHER".into();
    assert_eq!(issuer.issue(&other).await.unwrap_err().code(), "dose-facts-differ");
}

/// Whoever knows nothing of a first product goes on saying nothing of it, and what was recorded then is known again.
#[test]
fn facts_without_another_first_product_are_as_they_were() {
    let json = serde_json::to_value(facts("d-1")).unwrap();
    assert_eq!(json.get("first_product"), None);
    assert_eq!(serde_json::from_value::<DoseFacts>(json).unwrap(), facts("d-1"));
    let Ok(Value::Array(parts)) = cbor::decode(&canonical(&facts("d-1")), &cbor::Limits::OURS) else { panic!("CBOR") };
    assert_eq!((parts.len(), parts.last()), (16, Some(&Value::Text("FG3716".into()))));
    assert_eq!(canonical(&with_first_product()), canonical(&facts("d-1")));
}

fn with_first_product() -> DoseFacts {
    DoseFacts { first_product: Some("vaxzevria".into()), ..facts("d-1") }
}

/// As when the campaign that asks again is newer than the one that asked first.
#[tokio::test]
async fn a_dose_recorded_without_its_first_product_is_the_same_with_it() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let recorded = issuer.prepare(&facts("d-1")).await.unwrap();
    assert_eq!(issuer.prepare(&with_first_product()).await.unwrap(), recorded);
    let issued = issuer.issue(&with_first_product()).await.unwrap();
    assert_eq!(issuer.issue(&facts("d-1")).await.unwrap(), issued);
    assert_eq!(issuer.issue(&with_first_product()).await.unwrap(), issued);
}

#[tokio::test]
async fn bad_facts_leave_no_trace() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let mut bad = facts("d-1");
    bad.injected_on = "2027-01-01".into();
    let Problem::Refused { findings } = issuer.issue(&bad).await.unwrap_err() else { panic!("refused") };
    assert_eq!(findings[0].code, "injected-in-future");
    assert_eq!(issuer.store.find("d-1").await.unwrap(), None);
    assert!(matches!(issuer.certificates("d-1").await, Err(Problem::NotFound { .. })));
    issuer.issue(&facts("d-1")).await.unwrap();
}

#[tokio::test]
async fn a_crash_after_the_record_goes_on_from_the_record() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let recorded = issuer.prepare(&facts("d-1")).await.unwrap();
    assert!(matches!(issuer.certificates("d-1").await, Err(Problem::NotFound { .. })));
    drop(issuer);

    // A day later: the instant of issue and the identifiers are those of the record.
    room.set_clock(NOW.plus_days(1));
    let issuer = room.start().await.unwrap();
    let issued = issuer.issue(&facts("d-1")).await.unwrap();
    for (certificate, record) in issued.certificates.iter().zip(&recorded.records) {
        assert_eq!((&certificate.uvci, &certificate.issued_at), (&record.uvci, &NOW.to_rfc3339()));
        let opened = hcert::open(&certificate.text).unwrap();
        assert_eq!(opened.sign1().to_be_signed(&[]), record.to_be_signed);
    }
    let again = issuer.prepare(&facts("d-1")).await.unwrap();
    assert_eq!(again.records[0].to_be_signed, recorded.records[0].to_be_signed);
}

#[tokio::test]
async fn a_crash_after_signing_releases_one_signature_only() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let known = issuer.prepare(&facts("d-1")).await.unwrap();
    // Signed, and then nothing: both profiles signed twice, as by a process that died before the release.
    let lost: Vec<String> = known.records.iter().map(|r| issuer.sign_and_verify("d-1", r, NOW).unwrap()).collect();
    let issued = issuer.issue(&facts("d-1")).await.unwrap();
    assert_eq!(issued.certificates[0].text, lost[0], "Ed25519 signs the same bytes to the same signature");
    assert_ne!(issued.certificates[1].text, lost[1], "ES256 does not");
    // Whoever still holds a signature from before cannot release it any more.
    let late: Vec<_> = Profile::ALL.into_iter().zip(lost).collect();
    issuer.store.release("d-1", &late, &room.clock).await.unwrap();
    assert_eq!(issuer.certificates("d-1").await.unwrap(), issued);
    assert_eq!(issuer.store.audit().await.unwrap().size, 2);
}

#[tokio::test]
async fn many_at_once_get_the_same_certificate() {
    let room = Room::new();
    let issuer = Arc::new(room.start().await.unwrap());
    let asked: Vec<_> = (0..8)
        .map(|_| {
            let issuer = Arc::clone(&issuer);
            tokio::spawn(async move { issuer.issue(&facts("d-1")).await.unwrap() })
        })
        .collect();
    let mut answers = Vec::new();
    for answer in asked {
        answers.push(answer.await.unwrap());
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(issuer.health().await.unwrap().log_size, 2);
}

/// T2: each statement that writes fails in turn; no certificate is handed out, and asking again gives one that stays.
#[tokio::test]
async fn a_write_that_fails_hands_out_nothing() {
    let failures: [(&'static str, &'static str); 4] = [
        ("CREATE TRIGGER t BEFORE INSERT ON doses BEGIN SELECT RAISE(ABORT, 'x'); END", "before the dose"),
        ("CREATE TRIGGER t BEFORE INSERT ON certificates BEGIN SELECT RAISE(ABORT, 'x'); END", "before the record"),
        ("CREATE TRIGGER t BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'x'); END", "before the log entry"),
        ("CREATE TRIGGER t BEFORE UPDATE ON certificates BEGIN SELECT RAISE(ABORT, 'x'); END", "before the release"),
    ];
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    for (index, (failure, name)) in failures.into_iter().enumerate() {
        let facts = facts(&format!("d-{index}"));
        room.sql(failure).await;
        assert!(matches!(issuer.issue(&facts).await, Err(Problem::Internal { .. })), "{name}");
        assert!(matches!(issuer.certificates(&facts.dose).await, Err(Problem::NotFound { .. })), "{name}");
        let before = issuer.store.find(&facts.dose).await.unwrap();
        room.sql("DROP TRIGGER t").await;
        let issued = issuer.issue(&facts).await.unwrap();
        assert_eq!(issuer.issue(&facts).await.unwrap(), issued, "{name}");
        if let Some(recorded) = before {
            assert_eq!(issued.certificates[0].uvci, recorded.records[0].uvci, "{name}");
        }
        let head = issuer.store.audit().await.unwrap();
        assert_eq!(head.size, 2 * (u64::try_from(index).unwrap() + 1), "{name}");
    }
}

#[tokio::test]
async fn a_unit_over_its_quota_waits_for_tomorrow() {
    let mut room = Room::new();
    room.config.quota_per_unit_and_day = 2;
    let issuer = room.start().await.unwrap();
    for dose in ["d-1", "d-2"] {
        issuer.issue(&facts(dose)).await.unwrap();
    }
    let over = Problem::QuotaExceeded { unit: "SI-00001".into(), quota: 2 };
    assert_eq!(issuer.issue(&facts("d-3")).await.unwrap_err(), over);
    // What was issued stays to be had, another unit is not concerned, and tomorrow is another day.
    issuer.issue(&facts("d-1")).await.unwrap();
    let mut elsewhere = facts("d-4");
    elsewhere.unit = "SI-00002".into();
    issuer.issue(&elsewhere).await.unwrap();
    room.set_clock(NOW.plus_days(1));
    issuer.issue(&facts("d-3")).await.unwrap();
}

#[tokio::test]
async fn every_change_to_log_or_certificates_is_found() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    for dose in ["d-1", "d-2"] {
        issuer.issue(&facts(dose)).await.unwrap();
    }
    assert_eq!(issuer.store.audit().await.unwrap(), issuer.store.head().await.unwrap());
    let refused =
        sqlx::raw_sql("UPDATE log SET unit = 'x' WHERE log_index = 1").execute(&mut room.database().await).await;
    assert!(refused.unwrap_err().to_string().contains("append-only"));
    let refused = sqlx::raw_sql("DELETE FROM log WHERE log_index = 3").execute(&mut room.database().await).await;
    assert!(refused.unwrap_err().to_string().contains("append-only"));

    room.sql(
        "DROP TRIGGER log_is_never_changed; DROP TRIGGER log_is_never_shortened; DROP TRIGGER what_was_recorded_stays",
    )
    .await;
    let changes: [(&'static str, &'static str, Tamper); 4] = [
        (
            "UPDATE log SET unit = 'x' WHERE log_index = 1",
            "UPDATE log SET unit = 'SI-00001' WHERE log_index = 1",
            Tamper::Hash { index: 1 },
        ),
        ("UPDATE log SET unit = 'x', hash = zeroblob(32) WHERE log_index = 3", "SELECT 1", Tamper::Hash { index: 3 }),
        (
            "UPDATE certificates SET text = to_be_signed WHERE dose = 'd-1' AND profile = 'national'",
            "SELECT 1",
            Tamper::Certificate { index: 0 },
        ),
        (
            "UPDATE certificates SET log_index = NULL, text = NULL WHERE dose = 'd-1' AND profile = 'national'",
            "SELECT 1",
            Tamper::Certificate { index: 0 },
        ),
    ];
    for (change, undo, tamper) in changes {
        room.sql(change).await;
        assert_eq!(issuer.store.audit().await, Err(store::Error::Tamper(tamper)), "{change}");
        room.sql(undo).await;
    }
}

#[tokio::test]
async fn an_old_backup_is_not_signed_onto() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    issuer.issue(&facts("d-1")).await.unwrap();
    drop(issuer);
    let backup = room.held.folder.path().join("backup");
    copy(&room.data, &backup);
    let issuer = room.start().await.unwrap();
    issuer.issue(&facts("d-2")).await.unwrap();
    drop(issuer);
    std::fs::remove_dir_all(&room.data).unwrap();
    copy(&backup, &room.data);
    let Err(StartError::Store(error)) = room.start().await else { panic!("an old backup must not start") };
    assert_eq!(error, store::Error::Tamper(Tamper::RolledBack { size: 2, seen: 4 }));
}

#[tokio::test]
async fn a_clock_before_the_log_stops_the_issuer() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    room.set_clock(NOW.plus_seconds(100));
    issuer.issue(&facts("d-1")).await.unwrap();
    room.set_clock(NOW);
    assert_eq!(issuer.health().await.unwrap().status, "unavailable");
    assert!(matches!(issuer.issue(&facts("d-2")).await, Err(Problem::Unavailable { .. })));
    drop(issuer);
    let Err(StartError::Store(error)) = room.start().await else { panic!("a clock that went back") };
    assert_eq!(error, store::Error::ClockBehind { now: NOW, last: NOW.plus_seconds(100) });
}

#[tokio::test]
async fn two_issuers_never_share_keys_or_a_data_folder() {
    let mut room = Room::new();
    let first = room.start().await.unwrap();
    assert!(matches!(room.start().await, Err(StartError::Busy(place)) if place == room.held.keys));
    let data = std::mem::replace(&mut room.data, room.held.folder.path().join("other"));
    assert!(matches!(room.start().await, Err(StartError::Busy(place)) if place == room.held.keys));
    room.data = data;
    drop(first);
    room.start().await.unwrap();
}

#[tokio::test]
async fn a_lost_data_folder_is_not_begun_anew_unseen() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    issuer.issue(&facts("d-1")).await.unwrap();
    drop(issuer);
    std::fs::remove_dir_all(&room.data).unwrap();
    let Err(StartError::Store(error)) = room.start().await else { panic!("d-1 could be certified twice") };
    assert_eq!(error, store::Error::Tamper(Tamper::RolledBack { size: 0, seen: 2 }));
    std::fs::remove_dir_all(room.held.keys.join("witness")).unwrap();
    room.start().await.unwrap();
}

#[tokio::test]
async fn a_crash_between_the_two_forms_of_the_list_is_mended() {
    let room = Room::new();
    drop(room.start().await.unwrap());
    let [cose, jws] = [list::COSE_FILE, list::JWS_FILE].map(|name| room.data.join(LIST_FOLDER).join(name));
    let first = std::fs::read(&cose).unwrap();
    room.set_clock(NOW.plus_days(8));
    assert_eq!(room.start().await.unwrap().health().await.unwrap().trust_list_sequence, 2);
    // The JWS of list 2 lies there already, the COSE list is still list 1.
    std::fs::write(&cose, first).unwrap();
    room.set_clock(NOW.plus_days(1));
    let issuer = room.start().await.unwrap();
    assert_eq!(issuer.health().await.unwrap().trust_list_sequence, 3);
    assert!(jws::says(&std::fs::read_to_string(&jws).unwrap(), issuer.trusted().verifier.list().unwrap()));
    assert_eq!(issuer.trust_list_jws(), std::fs::read_to_string(&jws).unwrap());
}

#[tokio::test]
async fn whoever_comes_to_the_log_later_is_later() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let slow = issuer.prepare(&facts("d-1")).await.unwrap();
    let texts: Vec<_> = slow
        .records
        .iter()
        .map(|record| (record.profile, issuer.sign_and_verify("d-1", record, NOW).unwrap()))
        .collect();
    // Another dose overtakes in the next second.
    room.set_clock(NOW.plus_seconds(1));
    issuer.issue(&facts("d-2")).await.unwrap();
    let (known, head) = issuer.store.release("d-1", &texts, &room.clock).await.unwrap();
    assert_eq!(known.records[0].released.as_ref().unwrap().1, 2);
    assert_eq!((head.size, head.at), (4, Some(NOW.plus_seconds(1))));
}

#[tokio::test]
async fn the_list_is_renewed_when_half_of_its_time_is_over() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    assert!(!issuer.renew_list().await.unwrap());
    room.set_clock(NOW.plus_days(8));
    assert!(issuer.renew_list().await.unwrap());
    assert_eq!(issuer.health().await.unwrap().trust_list_sequence, 2);
    drop(issuer);
    let issuer = room.start().await.unwrap();
    assert_eq!(issuer.health().await.unwrap().trust_list_sequence, 2);
    drop(issuer);
    room.set_clock(NOW.plus_days(40));
    let issuer = room.start().await.unwrap();
    assert_eq!(issuer.health().await.unwrap().trust_list_sequence, 3);
    issuer.issue(&facts("d-1")).await.unwrap();
}

#[tokio::test]
async fn expiry_never_outlives_the_signer() {
    let room = Room::new();
    room.set_clock(NOW.plus_days(600));
    let issuer = room.start().await.unwrap();
    let issued = issuer.issue(&facts("d-1")).await.unwrap();
    let signer_ends = room.held.keyring().document_signers[0].certificate.not_after();
    assert_eq!(issued.certificates[0].expires_at, signer_ends.to_rfc3339());
    // In its last day it makes nothing new, and the facts are not to blame.
    for at in [signer_ends.plus_seconds(-3600), NOW.plus_days(731)] {
        room.set_clock(at);
        let detail = "no signer for national is valid for another day".to_owned();
        assert_eq!(issuer.issue(&facts("d-2")).await, Err(Problem::Unavailable { detail }));
    }
    assert_eq!(issuer.health().await.unwrap().status, "unavailable");
}

#[tokio::test]
async fn a_stolen_store_names_nobody() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let issued = issuer.issue(&facts("d-1")).await.unwrap();
    drop(issuer);
    let mut all = Vec::new();
    for file in std::fs::read_dir(&room.data).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            all.extend(std::fs::read(path).unwrap());
        }
    }
    let holds = |needle: &[u8]| all.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"SI-00001"), "the search works");
    for name in ["Nguyễn", "NGUYEN", "Hồng Nhung", "HONG<NHUNG", "1990-05-17", "HC1:"] {
        assert!(!holds(name.as_bytes()), "{name}");
    }
    assert!(!holds(issued.certificates[0].text.as_bytes()));
}

#[tokio::test]
async fn recorded_bytes_of_another_signer_are_not_signed() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let known = issuer.prepare(&facts("d-1")).await.unwrap();
    let (national, eu) = (&issuer.signings[0], &issuer.signings[1]);
    assert_eq!(national.sign_recorded(&known.records[1].to_be_signed), Err(SigningError::Foreign));
    assert_eq!(eu.sign_recorded(&known.records[0].to_be_signed), Err(SigningError::Foreign));
    assert_eq!(eu.sign_recorded(b"anything"), Err(SigningError::Foreign));
}

fn copy(from: &Path, to: &Path) {
    folder::create_private(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let path = file.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target)
        } else {
            let _ = std::fs::copy(&path, &target).unwrap();
        }
    }
}

#[tokio::test]
async fn a_list_published_beside_the_running_issuer_is_overtaken_by_its_next_one() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let keyring = room.held.keyring();
    let key = keyring.key(&keyring.list_signer, &room.held.passphrase).unwrap();
    let elsewhere = room.held.folder.path().join("public");
    let theirs = list::publish(&keyring, &key, &elsewhere, &BTreeSet::new(), NOW, list::VALID_DAYS).unwrap();
    assert_eq!((theirs.list.sequence(), issuer.health().await.unwrap().trust_list_sequence), (2, 1));

    assert!(issuer.renew_list().await.unwrap());
    assert!(!issuer.renew_list().await.unwrap(), "once is enough");
    let anchors = std::slice::from_ref(&keyring.anchor);
    let ours = trust_list::list::open(&issuer.trust_list(), anchors, NOW, backend::native()).unwrap();
    assert_eq!(ours.sequence(), 3);
    trust_list::list::may_replace(&theirs.list, &ours).unwrap();
    assert!(jws::says(&issuer.trust_list_jws(), &ours));

    // Also where it happened while no issuer ran.
    drop(issuer);
    list::publish(&keyring, &key, &elsewhere, &BTreeSet::new(), NOW, list::VALID_DAYS).unwrap();
    assert_eq!(room.start().await.unwrap().health().await.unwrap().trust_list_sequence, 5);
}

#[tokio::test]
async fn an_expired_document_signer_stops_nothing_while_another_one_is_valid() {
    let mut room = Room::new();
    let earlier = Held::made(NOW.plus_days(-800), 730, room.held.passphrase.clone());
    for end in ["pem", "key"] {
        let (from, to) = (format!("dsc-national.{end}"), format!("dsc-national-0.{end}"));
        std::fs::copy(earlier.keys.join(from), room.held.keys.join(to)).unwrap();
    }
    let path = room.held.keys.join(crate::keyring::MANIFEST);
    let mut manifest = room.held.keyring().manifest;
    let mut expired = manifest.document_signers[0].clone();
    assert_eq!(expired.profile, Some(Profile::National));
    expired.certificate = "dsc-national-0.pem".into();
    expired.key = "dsc-national-0.key".into();
    manifest.document_signers.insert(0, expired.clone());
    folder::replace(&path, manifest.to_json().unwrap().as_bytes(), 0o600).unwrap();

    let issuer = room.start().await.unwrap();
    let issued = issuer.issue(&facts("d-1")).await.unwrap();
    let valid = hex::encode(room.held.keyring().document_signers[1].certificate.kid());
    assert_eq!(issued.certificates[0].kid, valid);
    drop(issuer);

    manifest.document_signers.retain(|member| member.profile != Some(Profile::National) || *member == expired);
    folder::replace(&path, manifest.to_json().unwrap().as_bytes(), 0o600).unwrap();
    room.data = room.held.folder.path().join("other-data");
    let detail = "no document signer for national is valid at 2026-11-23T07:00:00Z".to_owned();
    let Err(StartError::Keys(refused)) = room.start().await else { panic!("nobody signs national certificates") };
    assert_eq!(refused, keys::Error::Folder { path, detail });
}

#[tokio::test]
async fn who_prints_facts_or_a_record_for_debugging_prints_no_name() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let facts = facts("d-1");
    let known = issuer.prepare(&facts).await.unwrap();
    let issued = issuer.issue(&facts).await.unwrap();
    let released = issuer.store.find("d-1").await.unwrap();
    let printed = format!("{facts:?} {:?} {known:?} {issued:?} {released:?}", facts.holder);
    assert!(printed.contains("d-1") && printed.contains("SI-00001"), "{printed}");
    for secret in ["Nguyễn", "Nhung", "NGUYEN", "1990", "HC1:", "78, 103, 117"] {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
}
