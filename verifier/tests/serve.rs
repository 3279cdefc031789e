//! `verifier serve` as a turnstile meets it: text, JSON and pictures in, verdicts out; limits; trust data that change under
//! it; its end.
#![cfg(feature = "serve")]
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../../tests/src/certificates.rs"]
#[expect(dead_code, unreachable_pub, reason = "a module of the tests, which use the rest of it")]
mod certificates;
#[path = "../../tests/src/signing.rs"]
#[expect(dead_code, unreachable_pub, reason = "a module of the tests, which use the rest of it")]
mod signing;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value as Json, json};
use signing::{Algorithm, Publisher, TestSigner, Wanted};
use specs::hcert::Content;
use specs::qr::{Symbol, Use};
use specs::signer_list::{Environment, Purposes};
use specs::time::UnixTime;

const AT: &str = "2026-11-23T07:00:00Z";

/// A folder of its own for one test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("serve-{test}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        // In one step, as whoever publishes should do it.
        std::fs::write(path.with_extension("new"), bytes).unwrap();
        std::fs::rename(path.with_extension("new"), &path).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server at a free port.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_verifier"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let address = lines.find_map(|line| line.strip_prefix("verifier: http://").map(str::to_owned)).unwrap();
        // What it says later is not looked at, but must have somewhere to go.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    fn ask(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> (u16, String) {
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: gate\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
        );
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        // A server that refuses a body does not read it to its end.
        let _ = stream.write_all(body);
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).map(|status| status.parse().unwrap()).unwrap_or_default();
        (status, body.to_owned())
    }

    #[track_caller]
    fn check(&self, kind: &str, body: &[u8]) -> Json {
        let (status, answer) = self.ask("POST", "/check", kind, body);
        assert_eq!(status, 200, "{answer}");
        serde_json::from_str(&answer).unwrap()
    }

    fn health(&self) -> (u16, Json) {
        let (status, answer) = self.ask("GET", "/health", "", b"");
        (status, serde_json::from_str(&answer).unwrap())
    }

    /// Waits until the list with that number is held.
    fn holds(&self, sequence: u64) -> bool {
        (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            self.health().1["trust"]["list"]["sequence"] == sequence
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signer() -> TestSigner {
    Wanted::new(Algorithm::EdDsa).make()
}

fn text(signer: &TestSigner) -> String {
    certificates::text(signer, &certificates::claims(Content::from(certificates::national())))
}

fn picture(text: &str) -> image::GrayImage {
    let symbol = Symbol::encode(text, Use::Screen).unwrap();
    let (modules, width) = (symbol.modules(), symbol.width());
    let side = u32::try_from((width + 8) * 5).unwrap();
    image::GrayImage::from_fn(side, side, |x, y| {
        let module = |pixel: u32| usize::try_from(pixel / 5).unwrap().checked_sub(4).filter(|module| *module < width);
        let dark = module(x).zip(module(y)).is_some_and(|(x, y)| modules[y * width + x]);
        image::Luma([if dark { 0 } else { 255 }])
    })
}

fn question(text: &str) -> Vec<u8> {
    serde_json::to_vec(&json!({ "text": text, "at": AT })).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the server reads the clock too")]
fn today() -> UnixTime {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    UnixTime(i64::try_from(since.as_secs()).unwrap())
}

#[test]
fn text_json_and_pictures_get_a_verdict() {
    let folder = Folder::new("check");
    let signer = signer();
    let server = Server::start(&["--signer", &folder.file("signer.pem", signer.certificate.to_pem())]);
    let text = text(&signer);

    let verdict = server.check("application/json", &question(&text));
    assert_eq!((&verdict["verdict"], &verdict["reason"]), (&json!("valid"), &json!("valid")));
    assert_eq!(verdict["holder"]["name"], "Nguyễn Thị Hồng Nhung");
    // As of now: whatever the day is, the signature is good.
    let verdict = server.check("text/plain; charset=utf-8", format!("{text}\r\n").as_bytes());
    assert_eq!(verdict["signer"]["kid"], hex::encode(signer.certificate.kid()));

    let picture = picture(&text);
    for (kind, format) in [("image/png", image::ImageFormat::Png), ("image/jpeg", image::ImageFormat::Jpeg)] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        assert_eq!(server.check(kind, bytes.get_ref())["signer"], verdict["signer"], "{kind}");
    }
    assert_eq!(server.check("image/png", b"no picture")["reason"], "picture-unreadable");
    assert_eq!(server.check("text/plain", b"\xff\xfe")["reason"], "text-unreadable");
    assert_eq!(server.check("text/plain", b"HC1:")["verdict"], "invalid");

    let (status, metrics) = server.ask("GET", "/metrics", "", b"");
    assert_eq!(status, 200);
    assert!(
        metrics.contains("verifier_checks_total{verdict=\"unknown\",reason=\"picture-unreadable\"} 1\n"),
        "{metrics}"
    );
    assert!(!metrics.contains("Nhung"));
}

#[test]
fn what_cannot_be_understood_or_is_too_large_is_a_problem() {
    let server = Server::start(&[]);
    for (kind, body, status) in [
        ("application/json", b"{}".to_vec(), 400),
        ("application/json", br#"{"text":"HC1:","at":"today"}"#.to_vec(), 400),
        ("application/json", br#"{"text":"HC1:","url":"x"}"#.to_vec(), 400),
        ("application/cose", b"HC1:".to_vec(), 415),
        ("", b"HC1:".to_vec(), 415),
        ("text/plain", vec![b'A'; 64 * 1024 + 1], 413),
        ("image/png", vec![0; 8 * 1024 * 1024 + 1], 413),
    ] {
        let (found, answer) = server.ask("POST", "/check", kind, &body);
        // Where the body is not read to its end the system may throw the answer away with the connection.
        assert!(found == status || (found == 0 && body.len() > 64 * 1024), "{kind} {found}: {answer}");
    }
    assert_eq!(server.check("text/plain", &vec![b'A'; 64 * 1024])["verdict"], "invalid");
    assert_eq!(server.ask("GET", "/check", "", b"").0, 405);
    assert_eq!(server.ask("GET", "/", "", b"").0, 404);
    let (status, health) = server.health();
    assert_eq!((status, &health["able"]), (503, &json!(false)), "nobody is believed");
}

#[test]
fn a_newer_list_is_taken_and_an_older_or_broken_one_is_not() {
    let folder = Folder::new("list");
    let (first, second) = (signer(), signer());
    let publisher = Publisher::new(Environment::Demo);
    let anchor = folder.file("root.pem", publisher.anchor.certificate().to_pem());
    let entry = |signer: &TestSigner| signer.entry(Purposes::VACCINATION);
    let day = today().plus_days(-1);
    let list = |sequence: u64, entries| publisher.numbered(sequence, day.plus_seconds(sequence as i64), 30, entries);
    let path = folder.file("list.cose", list(7, vec![entry(&first)]));
    let server = Server::start(&["--trust-list", &path, "--anchor", &anchor]);
    let (status, health) = server.health();
    assert_eq!((status, &health["able"], &health["trust"]["list"]["sequence"]), (200, &json!(true), &json!(7)));
    let reason = |signer: &TestSigner| server.check("text/plain", text(signer).as_bytes())["reason"].clone();
    assert_ne!(reason(&first), "signer-unknown");
    assert_eq!(reason(&second), "signer-unknown");

    folder.file("list.cose", list(9, vec![entry(&second)]));
    assert!(server.holds(9));
    assert_eq!(reason(&first), "signer-unknown");
    assert_ne!(reason(&second), "signer-unknown");

    let stays = |bytes: &[u8]| {
        folder.file("list.cose", bytes);
        // Longer than the server takes to look again.
        std::thread::sleep(Duration::from_millis(3_000));
        server.holds(9) && reason(&first) == "signer-unknown"
    };
    assert!(stays(&list(8, vec![entry(&first)])), "an older list");
    assert!(stays(b"no list"), "no list");
    let other = Publisher::new(Environment::Demo);
    assert!(stays(&other.numbered(10, day, 30, vec![entry(&first)])), "a list of somebody else");
    std::fs::remove_file(&path).unwrap();
    std::thread::sleep(Duration::from_millis(3_000));
    assert!(server.holds(9), "no file");
    folder.file("list.cose", list(11, vec![entry(&first), entry(&second)]));
    assert!(server.holds(11), "the next good one is taken");
}

#[test]
fn signers_and_anchors_that_change_are_read_again() {
    let folder = Folder::new("signers");
    let (first, second, listed) = (signer(), signer(), signer());
    let publisher = Publisher::new(Environment::Demo);
    let list = publisher.list(today().plus_days(-1), 30, vec![listed.entry(Purposes::VACCINATION)]);
    let anchor = folder.file("root.pem", publisher.anchor.certificate().to_pem());
    let given = folder.file("signer.pem", first.certificate.to_pem());
    let server =
        Server::start(&["--trust-list", &folder.file("list.cose", list), "--anchor", &anchor, "--signer", &given]);
    let knows = |signer: &TestSigner| {
        let verdict = server.check("text/plain", text(signer).as_bytes());
        !verdict["signer"].is_null()
    };
    // The server looks again every second or two.
    let becomes = |signer: &TestSigner, known: bool| {
        (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            knows(signer) == known
        })
    };
    assert!(knows(&first) && !knows(&second) && knows(&listed));
    folder.file("signer.pem", second.certificate.to_pem());
    assert!(becomes(&second, true) && !knows(&first), "a signer that was taken out of the file");
    let other = Publisher::new(Environment::Demo);
    folder.file("root.pem", other.anchor.certificate().to_pem());
    assert!(becomes(&listed, false), "nothing that leads to an anchor that was taken away is held");
    assert_eq!(server.health().1["trust"]["list_refused"], "trust-chain-invalid");
    assert!(knows(&second));
    folder.file("root.pem", publisher.anchor.certificate().to_pem());
    assert!(becomes(&listed, true));
}

#[test]
fn other_machines_are_let_in_only_if_that_is_said() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_verifier")).args(["serve", "--listen", "0.0.0.0:0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--allow-remote"));
}

#[test]
fn it_ends_when_it_is_told_to_and_finishes_what_it_began() {
    let mut server = Server::start(&[]);
    // A request whose body is still on its way.
    let mut busy = TcpStream::connect(&server.address).unwrap();
    let head = "POST /check HTTP/1.1\r\nhost: gate\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n\r\nHC";
    busy.write_all(head.as_bytes()).unwrap();
    let mut idle = TcpStream::connect(&server.address).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let told = Command::new("kill").args(["-TERM", &server.child.id().to_string()]).status().unwrap();
    assert!(told.success());
    std::thread::sleep(Duration::from_millis(300));
    busy.write_all(b"1:").unwrap();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(idle.read(&mut [0; 1]).unwrap_or(0), 0, "a connection that asked nothing is closed");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}
