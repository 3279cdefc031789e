//! Programs that share no code with the project agree with it: a verifier in Python ([`verify.py`]), whose interpreter
//! is named by `LACHAN_PYTHON`; zbar, which reads the symbols; poppler, which draws the documents.
//!
//! [`verify.py`]: ../foreign/verify.py
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use specs::cbor::{self, Value as Cbor};
use specs::hcert::{self, Content, seal};
use specs::signer_list::{Environment, Purposes};
use tests::certificates::{self, now};
use tests::python::Python;
use tests::server::{Engine, Server};
use tests::signing::{Algorithm, Publisher, TestSigner, Wanted};
use tests::walk::{Api, LEAD, SITE, Visitor};

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_verifier_believes_our_certificates_and_our_list() {
    let Some(python) = Python::found() else { return };
    let (server, api, issued) = a_certified_dose().await;
    let list = server.folder().join("list");
    std::fs::write(&list, api.public("/api/trust-list").await.body).unwrap();
    let desk = Desk { python, folder: server.folder().to_owned(), list, anchor: server.anchor(), at: None };

    let read = desk.list().unwrap();
    assert_eq!(read["signers"].as_array().unwrap().len(), 2);
    for (profile, text) in texts(&issued) {
        let verdict = desk.certificate(&text).unwrap();
        assert_eq!(verdict["profile"], profile);
        let (name, born) = match profile.as_str() {
            "national" => (verdict["content"]["1"].clone(), verdict["content"]["2"].clone()),
            _ => (
                json!([verdict["content"]["nam"]["fn"], verdict["content"]["nam"]["gn"]]),
                verdict["content"]["dob"].clone(),
            ),
        };
        assert_eq!((&name[0], &name[1], born), (&json!("Nguyễn"), &json!("Thị Hồng Nhung"), json!("1990-05-17")));
        // One byte of the message bent, in each of its parts.
        let cose = hcert::open(&text).unwrap().cose().to_vec();
        let payload = hcert::open(&text).unwrap().sign1().payload.len();
        for at in [cose.len() - 1, cose.len() - 40, cose.len() - 70 - payload / 2] {
            let mut bent = cose.clone();
            bent[at] ^= 1;
            let why = desk.certificate(&seal(&bent)).unwrap_err();
            assert!(why.contains("the signature is wrong") || at < cose.len() - 70, "byte {at}: {why}");
        }
        let foreign = Desk { anchor: server.keys().join("signing-ca.pem"), ..desk.clone() };
        foreign.certificate(&text).unwrap_err();
    }
    // A list that was tampered with, and one that is too old.
    let mut bytes = std::fs::read(&desk.list).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let tampered = server.folder().join("tampered");
    std::fs::write(&tampered, bytes).unwrap();
    assert_eq!(Desk { list: tampered, ..desk.clone() }.list().unwrap_err(), "the signature of the list is wrong");
    let later = Desk { at: Some("2027-12-01T00:00:00Z".to_owned()), ..desk };
    assert_eq!(later.list().unwrap_err(), "the list is out of date");
}

/// Each of these is refused for its own reason, so the verdicts above are worth something.
#[test]
fn the_foreign_verifier_is_strict() {
    let Some(python) = Python::found() else { return };
    let folder = tempfile::tempdir().unwrap();
    let publisher = Publisher::new(Environment::Demo);
    let national = Wanted::new(Algorithm::EdDsa).make();
    let eu = Wanted::new(Algorithm::Es256).make();
    let tests_only = Wanted::new(Algorithm::EdDsa).named("DEMO laboratory").make();
    let entries =
        vec![national.entry(Purposes::VACCINATION), eu.entry(Purposes::VACCINATION), tests_only.entry(Purposes::TEST)];
    let (list, anchor) = (folder.path().join("list"), folder.path().join("anchor.der"));
    std::fs::write(&list, publisher.list(now().plus_days(-1), 7, entries)).unwrap();
    std::fs::write(&anchor, publisher.anchor.certificate().der()).unwrap();
    let at = Some(now().to_rfc3339());
    let desk = Desk { python, folder: folder.path().to_owned(), list, anchor, at };

    let claims = certificates::claims(Content::from(certificates::national()));
    let payload = claims.encode().unwrap();
    let good = certificates::cose(&national, &claims);
    assert_eq!(desk.certificate(&seal(&good)).unwrap()["profile"], "national");
    let in_eu_form = certificates::claims(Content::from(certificates::eu_dcc()));
    assert_eq!(desk.certificate(&certificates::text(&eu, &in_eu_form)).unwrap()["profile"], "eu-dcc");

    let alg = (Cbor::Unsigned(1), Cbor::Negative(7));
    let kid = (Cbor::Unsigned(4), Cbor::Bytes(national.certificate.kid().to_vec()));
    let crit = (Cbor::Unsigned(2), Cbor::Array(vec![Cbor::Unsigned(99)]));
    let plain = cbor::encode(&Cbor::Map(vec![alg.clone(), kid.clone()]));
    let message = |protected: &[u8], unprotected: Vec<(Cbor, Cbor)>, payload: &[u8]| {
        cbor::encode(&signed(&national, protected, unprotected, payload))
    };
    assert_eq!(message(&plain, Vec::new(), &payload), good, "the hand-made message is the same");
    let with_crit = cbor::encode(&Cbor::Map(vec![alg.clone(), crit.clone(), kid.clone()]));
    let without_kid = cbor::encode(&Cbor::Map(vec![alg.clone()]));
    let other_alg = cbor::encode(&Cbor::Map(vec![(Cbor::Unsigned(1), Cbor::Negative(6)), kid.clone()]));
    let mut long_form = vec![0xb8, payload[0] & 0x1f];
    long_form.extend(&payload[1..]);
    let after = |bytes: &[u8]| [bytes, &[0]].concat();
    let zipped = |stream: &[u8]| format!("{}{}", hcert::PREFIX, specs::base45::encode(stream));
    let untagged = good[1..].to_vec();
    let Cbor::Tag(_, parts) = signed(&national, &plain, Vec::new(), &payload) else { panic!("a tag") };
    let cwt = cbor::encode(&Cbor::Tag(61, Box::new(Cbor::Tag(18, parts))));
    let cases: Vec<(&str, String, &str)> = vec![
        ("no prefix", seal(&good)[4..].to_owned(), "no HC1: prefix"),
        ("bytes after the zlib stream", zipped(&after(&specs::zlib::deflate(&good))), "not one whole zlib stream"),
        ("a zlib stream cut short", zipped(&specs::zlib::deflate(&good)[..90]), "not one whole zlib stream"),
        ("bytes after the message", seal(&after(&good)), "the message: bytes after the end"),
        (
            "bytes after the claims",
            seal(&message(&plain, Vec::new(), &after(&payload))),
            "the claims: bytes after the end",
        ),
        (
            "bytes after the header",
            seal(&message(&after(&plain), Vec::new(), &payload)),
            "the protected header: bytes after the end",
        ),
        ("claims in a longer form", seal(&message(&plain, Vec::new(), &long_form)), "the claims: not deterministic"),
        ("no tag", seal(&untagged), "not a COSE_Sign1 with tag 18"),
        ("a tag around the tag", seal(&cwt), "not a COSE_Sign1 with tag 18"),
        ("an unknown critical header", seal(&message(&with_crit, Vec::new(), &payload)), "an unknown critical header"),
        ("the same, unprotected", seal(&message(&plain, vec![crit], &payload)), "an unknown critical header"),
        (
            "the key identifier unprotected",
            seal(&message(&without_kid, vec![kid], &payload)),
            "something stands in the unprotected header",
        ),
        (
            "another algorithm in the header",
            seal(&message(&other_alg, Vec::new(), &payload)),
            "algorithm -7 does not fit the key",
        ),
        (
            "a signer for tests only",
            certificates::text(&tests_only, &claims),
            "no signer with this key identifier may sign this now",
        ),
        (
            "the same, in EU form",
            certificates::text(&tests_only, &in_eu_form),
            "no signer with this key identifier may sign this now",
        ),
        ("somebody not on the list", certificates::text(&Wanted::new(Algorithm::EdDsa).make(), &claims), "no signer"),
    ];
    for (what, text, why) in &cases {
        let said = desk.certificate(text).expect_err(what);
        assert!(said.starts_with(why), "{what}: {said}");
    }
    // What an EU certificate of another country is forgiven, a national one is not: by neither of us.
    let (long_tag, no_end) = ([&[0xd8, 18], &good[1..]].concat(), [&[0xd2, 0x9f], &good[2..], &[0xff]].concat());
    let long_header = [&[0xb8, 2], &plain[1..]].concat();
    let surplus = vec![(Cbor::Unsigned(99), Cbor::Null)];
    let forms = [
        ("a tag in a longer form", long_tag, "the message: not deterministic"),
        ("a message without its end said", no_end, "the message: not deterministic"),
        (
            "a protected header in a longer form",
            message(&long_header, Vec::new(), &payload),
            "the protected header: not deterministic",
        ),
        (
            "an unknown header, unprotected",
            message(&plain, surplus, &payload),
            "something stands in the unprotected header",
        ),
    ];
    for (what, message, why) in &forms {
        let text = seal(message);
        assert_eq!(desk.certificate(&text).expect_err(what), *why);
        assert!(matches!(hcert::open(&text).unwrap().claims(), Err(hcert::Error::National(_))), "{what}");
    }
    println!("{} kinds of bad certificates refused by verify.py", cases.len() + forms.len());
    let on = |day: i64| Desk { at: Some(now().plus_days(day).to_rfc3339()), ..desk.clone() };
    assert_eq!(on(-10).list().unwrap_err(), "the list is from the future");
    assert_eq!(on(14).list().unwrap_err(), "the list is out of date");
    assert!(on(12).list().is_ok(), "a week of grace");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_reader_reads_our_symbols_and_documents() {
    if !["zbarimg", "pdftoppm", "pdftotext"].into_iter().all(is_installed) {
        return;
    }
    let (server, api, issued) = a_certified_dose().await;
    let base = format!("/api/units/{SITE}/doses/dose-foreign");
    let file = |name: &str| server.folder().join(name);
    let texts = texts(&issued);
    for (profile, text) in &texts {
        for used in ["screen", "paper"] {
            let png = api.get(&format!("{base}/certificates/{profile}/qr.png?use={used}"), LEAD).await;
            std::fs::write(file("qr.png"), &png.body).unwrap();
            assert_eq!(symbols(&file("qr.png")), std::slice::from_ref(text), "{profile} {used}");
        }
    }
    let mut both: Vec<String> = texts.into_iter().map(|(_, text)| text).collect();
    both.sort();
    for kind in ["a4", "card"] {
        let pdf = api.get(&format!("{base}/document.pdf?kind={kind}"), LEAD).await;
        assert_eq!((pdf.status, pdf.content_type.as_str()), (200, "application/pdf"), "{}", pdf.text());
        std::fs::write(file("document.pdf"), &pdf.body).unwrap();
        // As a good office printer would draw it.
        let pages = file(&format!("page-{kind}"));
        run(Command::new("pdftoppm").args(["-r", "600", "-gray", "-png"]).arg(file("document.pdf")).arg(&pages));
        let mut found: Vec<String> = Vec::new();
        for entry in std::fs::read_dir(server.folder()).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_str().unwrap().starts_with(&format!("page-{kind}")) {
                found.extend(symbols(&path));
            }
        }
        found.sort();
        assert_eq!(found, both, "{kind}");
        let text = run(Command::new("pdftotext").arg(file("document.pdf")).arg("-"));
        assert!(text.contains("Nguyễn Thị Hồng Nhung") || text.contains("NGUYỄN THỊ HỒNG NHUNG"), "{kind}: {text}");
    }
    api.get(&format!("{base}/document.pdf?kind=poster"), LEAD).await.refused(400, "malformed-request");
}

/// A running campaign, and the certificates of a dose in it.
async fn a_certified_dose() -> (Server, Api, Value) {
    let server = Server::start(Engine::Sqlite).await;
    let api = Api::enter(&server).await;
    let lot = api.bring("FOREIGN", 6, &[SITE]).await;
    let visitor = Visitor::new(SITE, "foreign");
    api.walk([lot.open_vial(SITE, "vial-1")]).await;
    api.walk(visitor.to_the_needle()).await;
    api.walk([visitor.inject("vial-1", 1), visitor.discharge("referred")]).await;
    let issued = api.certificates(SITE, &visitor.dose()).await;
    (server, api, issued)
}

/// Profile and text of each.
fn texts(issued: &Value) -> Vec<(String, String)> {
    let text = |certificate: &Value, field: &str| certificate[field].as_str().unwrap().to_owned();
    let all = issued["certificates"].as_array().unwrap();
    assert_eq!(all.len(), 2);
    all.iter().map(|certificate| (text(certificate, "profile"), text(certificate, "text"))).collect()
}

/// A message made part by part, with a good signature whatever its headers say.
fn signed(signer: &TestSigner, protected: &[u8], unprotected: Vec<(Cbor, Cbor)>, payload: &[u8]) -> Cbor {
    let (protected, payload) = (Cbor::Bytes(protected.to_vec()), Cbor::Bytes(payload.to_vec()));
    let words = Cbor::Text("Signature1".to_owned());
    let to_be_signed = Cbor::Array(vec![words, protected.clone(), Cbor::Bytes(Vec::new()), payload.clone()]);
    let signature = Cbor::Bytes(signer.sign(&cbor::encode(&to_be_signed)));
    Cbor::Tag(18, Box::new(Cbor::Array(vec![protected, Cbor::Map(unprotected), payload, signature])))
}

/// The foreign verifier, with what it believes.
#[derive(Clone)]
struct Desk {
    python: Python,
    folder: PathBuf,
    list: PathBuf,
    anchor: PathBuf,
    at: Option<String>,
}

impl Desk {
    /// What it finds in a certificate, or why it refuses it.
    fn certificate(&self, text: &str) -> Result<Value, String> {
        let path = self.folder.join("certificate");
        std::fs::write(&path, text).unwrap();
        self.ask("certificate", &path, &["--list".into(), self.list.clone()])
    }

    /// What it finds in the list, or why it refuses it.
    fn list(&self) -> Result<Value, String> {
        self.ask("list", &self.list, &[])
    }

    fn ask(&self, what: &str, file: &Path, more: &[PathBuf]) -> Result<Value, String> {
        let mut command = self.python.program("verify.py");
        command.arg(what).arg(file).args(more);
        command.arg("--anchor").arg(&self.anchor);
        if let Some(at) = &self.at {
            command.args(["--at", at]);
        }
        let output = command.output().expect("python runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let answer: Value =
            serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)));
        match output.status.code() {
            Some(0) if answer["ok"] == true => Ok(answer),
            Some(1) if answer["ok"] == false => Err(answer["why"].as_str().unwrap().to_owned()),
            code => panic!("exit code {code:?}: {answer}"),
        }
    }
}

/// The texts of the symbols in a picture, as zbar reads them.
fn symbols(picture: &Path) -> Vec<String> {
    let said = run(Command::new("zbarimg").args(["--raw", "--quiet", "-Sdisable", "-Sqrcode.enable"]).arg(picture));
    said.lines().map(str::to_owned).collect()
}

fn is_installed(program: &str) -> bool {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join(program).exists());
    if !found {
        eprintln!("SKIPPED: {program} is not installed (apt-get install zbar-tools poppler-utils)");
    }
    found
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
