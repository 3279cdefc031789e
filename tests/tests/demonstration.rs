//! The demonstration as a program: begun with nothing, begun again on its data, and killed with -9 at any moment, with
//! everything that it started, as by a power cut. And the ceremony alone, killed in the same way.
//!
//! The moments are random; `tests::chance` says how to meet them again.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs::File;
use std::net::TcpListener;
use std::ops::RangeInclusive;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tests::chance::{Chance, rounds};
use tests::server::program;
use tests::stopwatch::Stopwatch;

/// Kills while a demonstration is made for the first time.
const BEGINNINGS: u64 = 4;
/// Kills on the way of a dose.
const WALKS: u64 = 8;
/// A day, for as many starts as there may be.
const BEHIND: &[&str] = &["--behind", "1440"];
/// Kills of a ceremony.
const CEREMONIES: u64 = 8;
/// Steps that a demonstration tells of, one line each.
const STEPS: u64 = 10;
/// The longest wait in milliseconds, after a step was told, for the kill: as long as a few steps take.
const STEP: u64 = 60;

/// What a demonstration tells before it does something for the first time, and what after that was acknowledged.
type Told = (&'static str, &'static str);
const LOT: Told = ("A consignment arrives", "It is inspected");
const DOSE: Told = ("A vial is opened", "She is watched");
const DISCHARGE: Told = ("She is watched", "The dose becomes two certificates");

/// What is on record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    lots: u64,
    doses: u64,
    /// Doses that have their certificates, or wait for them.
    certified: u64,
}

#[tokio::test]
async fn it_is_valid_with_a_clock_on_the_day_before_and_finds_its_data_again() {
    let demonstration = Demonstration::new();
    let said = demonstration.succeeds(&["--behind", "1440"]);
    assert!(said.contains("54 units opened, 0 known"), "{said}");
    assert!(said.ends_with("valid: 2 certificates of one dose\n"), "{said}");
    let first = demonstration.audit();
    assert_eq!(demonstration.counts().await, Counts { lots: 1, doses: 1, certified: 1 });
    let kept =
        || ["keys/root.pem", "campaign/master.key", "campaign/sample-accounts.tsv"].map(|f| demonstration.read(f));
    let (before, certificate) = (kept(), demonstration.read("certificates/national.txt"));

    let said = demonstration.succeeds(&[]);
    assert!(said.contains("0 units opened, 54 known"), "{said}");
    assert!(said.contains("Found the authority of an earlier start: "), "{said}");
    assert!(said.ends_with("valid: 2 certificates of one dose\n"), "{said}");
    assert_eq!(kept(), before);
    assert_ne!(demonstration.read("certificates/national.txt"), certificate);
    assert_eq!(demonstration.audit()["streams"], first["streams"]);
    assert_eq!(demonstration.counts().await, Counts { lots: 2, doses: 2, certified: 2 });
}

#[tokio::test]
async fn killed_at_any_moment_it_loses_nothing_and_is_valid_when_it_is_started_again() {
    let mut chance = Chance::new();
    let (whole, killed) = (Demonstration::new(), Demonstration::new());
    let watch = Stopwatch::start();
    whole.succeeds(BEHIND);
    let longest = watch.elapsed().as_millis() as u64;

    let mut counts = Counts::default();
    // Each walk may take half an hour of what the demonstration's clock is behind.
    let (beginnings, walks) = (rounds(BEGINNINGS).min(10), rounds(WALKS).min(30));
    for round in 0..beginnings + walks {
        let (steps, then) =
            if round < beginnings { (0, chance.below(longest)) } else { (1 + chance.below(STEPS), chance.below(STEP)) };
        let said = killed.is_killed(steps, Duration::from_millis(then)).await;
        let now = killed.counts().await;
        for (what, told, before, now) in [
            ("lots", LOT, counts.lots, now.lots),
            ("doses", DOSE, counts.doses, now.doses),
            ("certified", DISCHARGE, counts.certified, now.certified),
        ] {
            let is_right = now.checked_sub(before).is_some_and(|more| once(&said, told).contains(&more));
            assert!(is_right, "{what}: {before}, then {now}, and it said\n{said}");
        }
        println!("killed {then} ms after step {}: {now:?}", said.lines().filter(|line| is_step(line)).count());
        counts = now;
    }

    let said = killed.succeeds(BEHIND);
    assert!(said.ends_with("valid: 2 certificates of one dose\n"), "{said}");
    let Counts { lots, doses, certified } = counts;
    assert_eq!(killed.counts().await, Counts { lots: lots + 1, doses: doses + 1, certified: certified + 1 });
    assert_eq!(killed.waiting().await, 0, "certificates that never came");
    assert_eq!(killed.logged(), 2 * (certified + 1));
    assert_eq!(killed.audit()["streams"], whole.audit()["streams"]);
    assert_eq!(partial(killed.folder.path()), Vec::<PathBuf>::new());
}

/// How often something happened in a run that ended like that.
fn once(said: &str, (begun, acknowledged): Told) -> RangeInclusive<u64> {
    u64::from(said.contains(acknowledged))..=u64::from(said.contains(begun))
}

/// `  3. The national office releases the lot`
fn is_step(line: &str) -> bool {
    line.trim_start().split_once(". ").is_some_and(|(number, _)| number.parse::<u64>().is_ok())
}

#[tokio::test]
async fn a_ceremony_killed_at_any_moment_leaves_the_whole_folder_or_none() {
    let mut chance = Chance::new();
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let ceremony = || {
        let mut command = Command::new(program("issuer"));
        command.args(["ceremony", "--demo", "--out"]).arg(&keys).stdin(Stdio::null()).stdout(Stdio::null());
        command
    };
    let watch = Stopwatch::start();
    assert!(ceremony().status().unwrap().success());
    let longest = watch.elapsed().as_millis() as u64;
    let (mut whole, mut none) = (0, 0);
    for _ in 0..rounds(CEREMONIES) {
        if keys.exists() {
            publishes(&keys);
            std::fs::remove_dir_all(&keys).unwrap();
            whole += 1;
        }
        let mut child = ceremony().spawn().unwrap();
        // A little longer than it takes, so that the end is among the moments.
        tokio::time::sleep(Duration::from_millis(chance.below(longest * 9 / 8))).await;
        child.kill().unwrap();
        child.wait().unwrap();
        none += u64::from(!keys.exists());
    }
    println!("{none} ceremonies left no folder");
    assert!(whole + none >= rounds(CEREMONIES));
    // What was cut off is in nobody's way.
    if !keys.exists() {
        assert!(ceremony().status().unwrap().success());
    }
    publishes(&keys);
}

/// All keys and certificates are there and fit: a list of signers can be signed, and its signature holds.
fn publishes(keys: &Path) {
    let out = keys.with_file_name("public");
    let mut command = Command::new(program("issuer"));
    command.args(["trust-list", "publish", "--keys"]).arg(keys).arg("--out").arg(&out);
    succeed(command.arg("--passphrase-file").arg(keys.join("passphrase")));
    std::fs::remove_dir_all(out).unwrap();
}

/// The folder of a demonstration.
struct Demonstration {
    folder: TempDir,
}

impl Demonstration {
    fn new() -> Self {
        Self { folder: tempfile::Builder::new().prefix("lachan-demo-").tempdir().unwrap() }
    }

    fn command(&self, said: &Path) -> Command {
        let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let xtask = program("xtask");
        let mut command = Command::new(&xtask);
        // The programs beside that one, whichever folder they were built in.
        command.env("CARGO_TARGET_DIR", xtask.parent().and_then(Path::parent).unwrap());
        command.args(["demo", "--once", "--no-build", "--listen", &free.to_string(), "--data"]).arg(self.folder.path());
        command.stdin(Stdio::null()).stdout(File::create(said).unwrap());
        command
    }

    /// A run to the end, and what it said.
    fn succeeds(&self, options: &[&str]) -> String {
        let said = self.folder.path().join("said");
        let ended = self.command(&said).args(options).stderr(Stdio::piped()).output().unwrap();
        let text = std::fs::read_to_string(said).unwrap();
        let (errors, log) = (String::from_utf8_lossy(&ended.stderr), self.server_log());
        assert!(ended.status.success(), "{text}\n{errors}\n-- the server said --\n{log}");
        text
    }

    /// A run that is killed with all it started, so long after it told of so many steps; what it said.
    async fn is_killed(&self, steps: u64, then: Duration) -> String {
        let said = self.folder.path().join("said");
        let mut child = self.command(&said).args(BEHIND).stderr(Stdio::null()).process_group(0).spawn().unwrap();
        let told = || std::fs::read_to_string(&said).unwrap();
        while (told().lines().filter(|line| is_step(line)).count() as u64) < steps
            && child.try_wait().unwrap().is_none()
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(then).await;
        kill(&mut child).await;
        told()
    }

    fn read(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(file)).unwrap()
    }

    fn server_log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("campaign/serve.log")).unwrap_or_default()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("campaign")
    }

    /// Every chain holds, every table is as the journal says, every lot adds up.
    fn audit(&self) -> Value {
        let said = succeed(Command::new(program("campaign")).args(["audit", "--data"]).arg(self.data()));
        serde_json::from_slice(&said).unwrap()
    }

    /// Nothing while it has not been seeded.
    async fn counts(&self) -> Counts {
        if !self.data().join("sample-accounts.tsv").exists() {
            return Counts::default();
        }
        let audit = self.audit();
        let lots = audit["lots"].as_object().unwrap().len() as u64;
        let certified = self.count("SELECT count(*) FROM certificates").await;
        Counts { lots, doses: audit["doses"].as_u64().unwrap(), certified }
    }

    /// Doses without the certificates that were asked for.
    async fn waiting(&self) -> u64 {
        self.count("SELECT count(*) FROM certificates WHERE state <> 'issued'").await
    }

    async fn count(&self, question: &'static str) -> u64 {
        let db = campaign::db::Db::open_folder(&self.data()).await.unwrap();
        let count: i64 = sqlx::query_scalar(question).fetch_one(db.read()).await.unwrap();
        db.close().await;
        u64::try_from(count).unwrap()
    }

    /// Entries in the issuer's log, which holds.
    fn logged(&self) -> u64 {
        let keys = self.folder.path().join("keys");
        let mut command = Command::new(program("issuer"));
        command.args(["log", "verify", "--data"]).arg(self.data().join("issuer")).arg("--keys").arg(&keys);
        let said = String::from_utf8(succeed(command.arg("--passphrase-file").arg(keys.join("passphrase")))).unwrap();
        said.split_once(" entries, head ").unwrap().0.parse().unwrap()
    }
}

fn succeed(command: &mut Command) -> Vec<u8> {
    let ended = command.output().unwrap();
    assert!(ended.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ended.stderr));
    ended.stdout
}

/// Ends a program with all it started, and waits until they are gone.
async fn kill(child: &mut Child) {
    let group = child.id();
    // There is none any more where it has ended.
    let _ = Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).stderr(Stdio::null()).status();
    child.wait().unwrap();
    while is_there(group) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Whether a program of that group is there. A dead one that nobody has asked for yet (a zombie) is dead.
fn is_there(group: u32) -> bool {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    // "PID (NAME) STATE PARENT GROUP ...", and the name may hold anything.
    processes.filter_map(|process| std::fs::read_to_string(process.path().join("stat")).ok()).any(|stat| {
        let words: Vec<&str> = stat.rsplit_once(") ").map(|(_, rest)| rest.split(' ').collect()).unwrap_or_default();
        matches!(words[..], [state, _, of, ..] if of == group.to_string() && !["Z", "X"].contains(&state))
    })
}

/// What ceremonies left that were cut off.
fn partial(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "partial")).collect()
}
