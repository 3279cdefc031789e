//! The program as its operator and the campaign meet it: command line, process, death and restart.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use issuer::api::{Client, DoseFacts, Holder, Issued, Problem};

const ISSUER: &str = env!("CARGO_BIN_EXE_issuer");

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        // One ceremony for all tests, because guessing-proof passphrases take their time; each test has its own copy.
        static CEREMONY: OnceLock<tempfile::TempDir> = OnceLock::new();
        let held = CEREMONY.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let held = run(&["ceremony", "--out", folder.path().join("keys").to_str().unwrap(), "--demo"]);
            assert!(held.status.success(), "{held:?}");
            folder
        });
        let place = Self { folder: tempfile::tempdir().unwrap() };
        let copied =
            Command::new("cp").arg("-a").arg(held.path().join("keys")).arg(place.path("keys")).status().unwrap();
        assert!(copied.success());
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> &'static str {
        Box::leak(self.path(name).to_str().unwrap().to_owned().into_boxed_str())
    }

    /// Starts `issuer serve` as the campaign does, and waits until it listens.
    fn serve(&self) -> Child {
        let mut child = Command::new(ISSUER)
            .args(["serve", "--keys", self.text("keys"), "--data", self.text("data")])
            .args(["--socket", self.text("s"), "--passphrase-file", self.text("keys/passphrase"), "--exit-with-parent"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("listening on "), "{line}");
        child
    }

    async fn issue(&self, dose: &str) -> Issued {
        Client::unix(self.path("s")).unwrap().issue(&facts(dose)).await.unwrap()
    }
}

fn run(args: &[&str]) -> Output {
    Command::new(ISSUER).args(args).env_remove("LACHAN_ISSUER_PASSPHRASE").output().unwrap()
}

fn facts(dose: &str) -> DoseFacts {
    DoseFacts {
        dose: dose.into(),
        unit: "SI-00001".into(),
        authority: "Bộ Y tế Việt Nam".into(),
        holder: Holder {
            family_name: "Đỗ".into(),
            given_name: "Trần Văn Ơn".into(),
            birth_date: "1957".into(),
            nationality: "VN".into(),
        },
        disease: "840539006".into(),
        product: "abdala".into(),
        dose_number: 3,
        series_doses: 3,
        first_product: None,
        doses_received: 3,
        injected_on: "2026-01-15".into(),
        country: "VN".into(),
        lot: "ABD-77".into(),
    }
}

/// Waits for the end, but not forever.
fn ends(child: &mut Child) -> std::process::ExitStatus {
    for _ in 0..200 {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    child.kill().unwrap();
    panic!("the issuer did not end");
}

fn verify_log(place: &Place) -> String {
    let [keys, data, passphrase] = ["keys", "data", "keys/passphrase"].map(|name| place.text(name));
    let verified = run(&["log", "verify", "--keys", keys, "--data", data, "--passphrase-file", passphrase]);
    assert!(verified.status.success(), "{verified:?}");
    String::from_utf8(verified.stdout).unwrap()
}

#[tokio::test]
async fn killed_at_once_it_comes_back_with_the_same_certificates() {
    let place = Place::new();
    let mut child = place.serve();
    let issued = place.issue("d-1").await;
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(place.path("s").exists(), "a killed process leaves its socket behind");
    let mut child = place.serve();
    assert_eq!(place.issue("d-1").await, issued);
    place.issue("d-2").await;
    // The parent is gone: its end of the pipe closes.
    drop(child.stdin.take());
    assert!(ends(&mut child).success());
    assert!(!place.path("s").exists());
    assert!(verify_log(&place).starts_with("4 entries, head "));
}

#[tokio::test]
async fn a_dose_is_suspended_restored_and_revoked_by_command() {
    let place = Place::new();
    let mut child = place.serve();
    place.issue("d-1").await;
    let said = |arguments: &[&str]| {
        let done = run(&[&["revocation", arguments[0], "--socket", place.text("s"), "d-1"], &arguments[1..]].concat());
        let text = if done.status.success() { done.stdout } else { done.stderr };
        (done.status.success(), String::from_utf8(text).unwrap())
    };
    let (done, words) = said(&["suspend", "--reason", "fraud"]);
    assert!(done && words.starts_with("suspended at ") && words.ends_with(": dose d-1, 2 certificates\n"), "{words}");
    let (done, words) = said(&["restore"]);
    assert!(done && words.starts_with("restored at "), "{words}");
    let (done, words) = said(&["restore"]);
    assert!(!done && words.contains("the dose is not suspended"), "{words}");
    let (done, words) = said(&["revoke", "--reason", "fraud"]);
    assert!(done && words.starts_with("revoked at "), "{words}");
    let (done, words) = said(&["suspend", "--reason", "fraud"]);
    assert!(!done && words.contains("are revoked"), "{words}");
    assert!(!said(&["suspend", "--reason", "because"]).0);
    drop(child.stdin.take());
    assert!(ends(&mut child).success());
    assert!(verify_log(&place).contains("3 revocations, head "));
}

/// Revoked beside the running process, as an operator does it who has learned that a key was stolen.
#[tokio::test]
async fn a_signer_that_is_revoked_beside_the_running_issuer_signs_nothing_more() {
    let place = Place::new();
    let mut child = place.serve();
    let issued = place.issue("d-1").await;
    let kid = issued.certificates[0].kid.as_str();
    let [keys, data, out, passphrase] = ["keys", "data", "out", "keys/passphrase"].map(|name| place.text(name));
    let with_keys = ["--keys", keys, "--passphrase-file", passphrase];
    let issuer = |command: &[&str], more: &[&str]| run(&[command, &with_keys, more].concat());
    let revoked = issuer(&["revocation", "revoke-signer"], &["--data", data, kid]);
    assert!(revoked.status.success(), "{revoked:?}");

    let client = Client::unix(place.path("s")).unwrap();
    let detail = "every signer for national that is valid was revoked".to_owned();
    assert_eq!(client.issue(&facts("d-2")).await, Err(Problem::Unavailable { detail }));
    assert_eq!(client.health().await.unwrap().status, "unavailable");
    assert_eq!(client.certificates("d-1").await.unwrap(), issued);

    // Neither list nor bundle is signed in ignorance of it.
    let said = |output: &Output| String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned();
    let [publish, bundle] = [["trust-list", "publish"], ["trust-list", "bundle"]];
    let unknowing = issuer(&publish, &["--out", out]);
    assert!(said(&unknowing).contains("something was revoked with these keys: --data says"), "{unknowing:?}");
    let unknowing = issuer(&bundle, &["--out", place.text("b")]);
    assert!(said(&unknowing).contains("something was revoked with these keys: --revocation says"), "{unknowing:?}");
    assert!(!place.path("out").exists() && !place.path("b").exists());
    let knowing = issuer(&publish, &["--out", out, "--data", data]);
    assert!(said(&knowing).contains(" of La Chan DEMO VN Trust List, 1 signers"), "{knowing:?}");
    drop(child.stdin.take());
    assert!(ends(&mut child).success());
}

/// Last night's export lies where tonight's belongs.
#[tokio::test]
async fn a_bundle_is_not_signed_without_what_the_log_says_was_revoked() {
    let place = Place::new();
    let mut child = place.serve();
    let issued = place.issue("d-1").await;
    let kid = issued.certificates[0].kid.as_str();
    let [keys, data, bundle, passphrase] = ["keys", "data", "b", "keys/passphrase"].map(|name| place.text(name));
    let [night, morning] = ["night", "morning"].map(|name| place.text(name));
    let issuer = |command: [&str; 2], more: &[&str]| {
        let done = run(&[&command[..], &["--keys", keys, "--passphrase-file", passphrase], more].concat());
        let words = String::from_utf8_lossy(&[&done.stdout[..], &done.stderr].concat()).into_owned();
        (done.status.success(), words)
    };
    let export = |out| assert!(issuer(["revocation", "export"], &["--data", data, "--out", out]).0);
    let made = |more: &[&str]| issuer(["trust-list", "bundle"], &[&["--out", bundle], more].concat());
    export(night);
    let (done, words) = made(&["--revocation", night]);
    assert!(done && words.contains(": bundle 2 of La Chan DEMO VN Trust List, 2 signers, "), "{words}");
    std::fs::remove_file(bundle).unwrap();

    let site = ["--data", data, "--authority", "Trạm Y tế X"];
    let (done, words) = issuer(["revocation", "revoke-signer"], &["--data", data, kid]);
    assert!(done, "{words}");
    let refused = [
        (vec!["--data", data], "--revocation says what (issuer revocation export)"),
        (
            vec!["--revocation", night],
            "--data, the issuer's data folder, says whether all of it stands in --revocation",
        ),
        (vec!["--revocation", night, "--data", data], "write it anew with issuer revocation export"),
    ];
    for (more, why) in refused {
        let (done, words) = made(&more);
        assert!(!done && words.contains(why), "{more:?}: {words}");
    }
    let (_, words) = made(&["--revocation", night, "--data", data]);
    assert!(words.contains(&format!("issuer: signer [\"{kid}\",null] was revoked at ")), "{words}");
    export(morning);
    // Older files beside it take nothing away.
    let (done, words) = made(&["--revocation", night, "--revocation", morning, "--data", data]);
    assert!(done, "{words}");
    std::fs::remove_file(bundle).unwrap();

    assert!(issuer(["revocation", "revoke-site"], &site).0);
    let (done, words) = made(&["--revocation", morning, "--data", data]);
    assert!(!done && words.contains("issuer: site ") && words.contains("write it anew"), "{words}");
    assert!(!Path::new(bundle).exists());
    export(morning);
    let (done, words) = made(&["--revocation", morning, "--data", data]);
    assert!(done, "{words}");
    drop(child.stdin.take());
    assert!(ends(&mut child).success());
}

/// Killed in the middle of work, again and again: whatever was answered stays, whatever was not is made once.
#[tokio::test]
async fn killed_at_any_moment_it_neither_loses_nor_doubles() {
    const ROUNDS: u64 = 4;
    const DOSES: usize = 12;
    let place = Place::new();
    let mut acknowledged: BTreeMap<String, Issued> = BTreeMap::new();
    for round in 0..ROUNDS {
        let mut child = place.serve();
        let mut asking = tokio::task::JoinSet::new();
        for number in 0..DOSES {
            let client = Client::unix(place.path("s")).unwrap();
            let dose = format!("d-{round}-{number}");
            asking.spawn(async move { (client.issue(&facts(&dose)).await.ok(), dose) });
        }
        // Killed while the others are under way: at once, or when some have their answer.
        let mut wanted = 3 * round;
        while let Some(answer) = {
            if wanted == 0 {
                child.kill().unwrap();
            }
            wanted = wanted.wrapping_sub(1);
            asking.join_next().await
        } {
            if let (Some(issued), dose) = answer.unwrap() {
                acknowledged.insert(dose, issued);
            }
        }
        child.wait().unwrap();
    }
    let mut child = place.serve();
    let client = Client::unix(place.path("s")).unwrap();
    for round in 0..ROUNDS {
        for number in 0..DOSES {
            let dose = format!("d-{round}-{number}");
            let issued = client.issue(&facts(&dose)).await.unwrap();
            assert_eq!(acknowledged.get(&dose).unwrap_or(&issued), &issued, "{dose}");
        }
    }
    let expected = 2 * ROUNDS * u64::try_from(DOSES).unwrap();
    assert_eq!(client.health().await.unwrap().log_size, expected);
    drop(child.stdin.take());
    assert!(ends(&mut child).success());
    assert!(verify_log(&place).starts_with(&format!("{expected} entries, head ")));
    assert!(acknowledged.len() < 48 && acknowledged.len() >= 18, "{}", acknowledged.len());
    println!("{} of {} doses were acknowledged before a kill", acknowledged.len(), expected / 2);
}

/// As when the campaign is killed and started again at once: the old issuer is still ending.
#[tokio::test]
async fn the_next_one_waits_for_the_one_before() {
    let place = Place::new();
    let mut first = place.serve();
    let issued = place.issue("d-1").await;
    let ending = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(2));
        drop(first.stdin.take());
        ends(&mut first)
    });
    let mut next = place.serve();
    assert!(ending.join().unwrap().success());
    assert_eq!(place.issue("d-1").await, issued);
    drop(next.stdin.take());
    assert!(ends(&mut next).success());
}

#[tokio::test]
async fn a_log_that_went_back_is_no_whole_log() {
    let place = Place::new();
    let (data, old) = (place.path("data"), place.path("old"));
    for dose in ["d-1", "d-2"] {
        let mut child = place.serve();
        place.issue(dose).await;
        drop(child.stdin.take());
        assert!(ends(&mut child).success());
        if dose == "d-1" {
            assert!(Command::new("cp").arg("-a").arg(&data).arg(&old).status().unwrap().success());
        }
    }
    assert!(verify_log(&place).starts_with("4 entries, head "));
    let [keys, old, passphrase] = ["keys", "old", "keys/passphrase"].map(|name| place.text(name));
    let verified = run(&["log", "verify", "--keys", keys, "--data", old, "--passphrase-file", passphrase]);
    let words = String::from_utf8_lossy(&verified.stderr).into_owned();
    assert_eq!(verified.status.code(), Some(1), "{words}");
    assert!(words.contains("the log has 2 entries, but the witness saw 4"), "{words}");
}

#[tokio::test]
async fn a_polite_word_ends_it() {
    let place = Place::new();
    let mut child = place.serve();
    place.issue("d-1").await;
    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert!(ends(&mut child).success());
    assert!(!place.path("s").exists());
}

#[test]
fn the_operator_is_told_what_is_wrong() {
    let place = Place::new();
    let words = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let [keys, out, passphrase] = ["keys", "out", "keys/passphrase"].map(|name| place.text(name));

    let again = run(&["ceremony", "--out", keys, "--demo"]);
    assert!(!again.status.success() && words(&again).contains("never overwritten"), "{}", words(&again));
    let without = run(&["trust-list", "publish", "--keys", keys, "--out", out]);
    assert!(!without.status.success() && words(&without).contains("LACHAN_ISSUER_PASSPHRASE"));

    for expected in ["list 1 of La Chan DEMO VN Trust List", "list 2 of"] {
        let published = run(&["trust-list", "publish", "--keys", keys, "--out", out, "--passphrase-file", passphrase]);
        assert!(String::from_utf8_lossy(&published.stdout).contains(expected), "{published:?}");
    }
    assert!(Path::new(out).join("trust-list.cose").exists() && Path::new(out).join("trust-list.jws").exists());

    let key = place.path("keys/list-signer.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let wide = run(&["trust-list", "publish", "--keys", keys, "--out", out, "--passphrase-file", passphrase]);
    assert!(words(&wide).contains("quá rộng (0644)") && words(&wide).contains("chmod 0600"), "{}", words(&wide));
}

#[test]
fn a_production_chain_takes_two_passphrases_and_no_demo() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (name, secret) in [("p", "a long passphrase"), ("o", "another long passphrase")] {
        std::fs::write(path(name), secret).unwrap();
        std::fs::set_permissions(path(name), std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let mixed = run(&["ceremony", "--out", &path("k"), "--production", "--demo"]);
    assert!(!mixed.status.success());
    let organisation = ["--organisation", "Ministry of Health"];
    let files = ["--passphrase-file", &path("p"), "--offline-passphrase-file", &path("o")];
    let held = run(&[&["ceremony", "--out", &path("k"), "--production"], &organisation[..], &files[..]].concat());
    assert!(held.status.success(), "{held:?}");
    assert!(!String::from_utf8_lossy(&held.stdout).contains("DEMO"));
    assert!(!folder.path().join("k/passphrase").exists());
}
