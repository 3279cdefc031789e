//! The program as people and scripts meet it: exit codes, both languages, JSON, pictures, files that are not there.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../../tests/src/certificates.rs"]
#[expect(unreachable_pub, reason = "a module of the tests, which others use too")]
mod certificates;
#[path = "../../tests/src/signing.rs"]
#[expect(dead_code, unreachable_pub, reason = "a module of the tests, which use the rest of it")]
mod signing;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;
use signing::{Algorithm, Publisher, TestSigner, Wanted};
use specs::hcert::Content;
use specs::qr::{Symbol, Use};
use specs::signer_list::{Environment, Purposes};

const AT: &str = "2026-11-23T07:00:00Z";

/// A folder of its own for one test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn verifier(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_verifier")).args(arguments).stdin(Stdio::null()).output().unwrap()
}

#[track_caller]
fn exits(arguments: &[&str], code: i32) -> String {
    let output = verifier(arguments);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
    assert!(!err.contains("panicked"), "{err}");
    out + &err
}

fn signer() -> TestSigner {
    Wanted::new(Algorithm::EdDsa).make()
}

fn text(signer: &TestSigner) -> String {
    certificates::text(signer, &certificates::claims(Content::from(certificates::national())))
}

#[test]
fn a_good_certificate_exits_with_0_and_speaks_both_languages() {
    let folder = Folder::new("good");
    let signer = signer();
    let text = text(&signer);
    let pem = folder.file("signer.pem", signer.certificate.to_pem());
    let der = folder.file("signer.der", signer.certificate.der());
    for file in [&pem, &der] {
        let words = exits(&["check", "--signer", file, "--at", AT, &text], 0);
        for part in ["HỢP LỆ · VALID", "Nguyễn Thị Hồng Nhung", "1990-05-17", "Comirnaty", "DEMO document signer"]
        {
            assert!(words.contains(part), "{part}: {words}");
        }
        assert_eq!(words.lines().filter(|line| line.contains("VALID")).count(), 1);
    }
    let json: Json =
        serde_json::from_str(&exits(&["check", "--json", "--signer", &pem, "--at", AT, &text], 0)).unwrap();
    assert_eq!(json["verdict"], "valid");
    assert_eq!(json["holder"]["name"], "Nguyễn Thị Hồng Nhung");
    assert_eq!(json["signer"]["kid"], hex::encode(signer.certificate.kid()));
}

#[test]
fn text_comes_from_a_file_from_stdin_and_from_pictures() {
    let folder = Folder::new("inputs");
    let signer = signer();
    let text = text(&signer);
    let pem = folder.file("signer.pem", signer.certificate.to_pem());
    let file = folder.file("certificate.txt", format!("{text}\r\n"));
    exits(&["check", "--signer", &pem, "--at", AT, &file], 0);

    let grey = picture(&text);
    for (name, format) in [("qr.png", image::ImageFormat::Png), ("qr.jpg", image::ImageFormat::Jpeg)] {
        let path = folder.0.join(name);
        grey.save_with_format(&path, format).unwrap();
        exits(&["check", "--signer", &pem, "--at", AT, path.to_str().unwrap()], 0);
        exits(&["inspect", path.to_str().unwrap()], 0);
    }

    let mut child = Command::new(env!("CARGO_BIN_EXE_verifier"))
        .args(["check", "--signer", &pem, "--at", AT, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_bent_picture_cannot_be_told_and_exits_with_2() {
    let folder = Folder::new("bent");
    let mut grey = picture(&text(&signer()));
    // Every row is pushed sideways, further and further: no symbol is left.
    let (width, height) = grey.dimensions();
    let straight = grey.clone();
    for (x, y, pixel) in grey.enumerate_pixels_mut() {
        let push = (f64::from(y) / 9.0).sin() * f64::from(width) / 6.0;
        let from = (f64::from(x) + push).rem_euclid(f64::from(width)) as u32;
        *pixel = *straight.get_pixel(from.min(width - 1), y.min(height - 1));
    }
    let path = folder.0.join("bent.png");
    grey.save(&path).unwrap();
    let json: Json = serde_json::from_str(&exits(&["check", "--json", path.to_str().unwrap()], 2)).unwrap();
    assert_eq!(json["verdict"], "unknown");
    assert_eq!(json["reason"], "picture-unreadable");
    let broken = folder.file("broken.png", b"\x89PNG\r\n\x1a\n and no more");
    assert!(exits(&["check", &broken], 2).contains("KHÔNG XÁC ĐỊNH ĐƯỢC · CANNOT TELL"));
    let noise = folder.file("noise.bin", [0xff, 0xfe, 0x00, 0x80]);
    assert!(exits(&["check", &noise], 2).contains("text-unreadable"));
}

#[test]
fn a_picture_that_was_cut_off_cannot_be_told_and_exits_with_2() {
    let folder = Folder::new("cut-off");
    let whole = picture(&text(&signer()));
    let (width, height) = whole.dimensions();
    let halves = [(0, 0, width, height / 2), (0, height / 2, width, height / 2), (0, 0, width / 2, height)];
    for (number, (x, y, width, height)) in halves.into_iter().enumerate() {
        let path = folder.0.join(format!("half-{number}.png"));
        image::imageops::crop_imm(&whole, x, y, width, height).to_image().save(&path).unwrap();
        let json: Json = serde_json::from_str(&exits(&["check", "--json", path.to_str().unwrap()], 2)).unwrap();
        assert_eq!((&json["verdict"], &json["reason"]), (&"unknown".into(), &"picture-unreadable".into()));
    }
    // A file of which the end is missing.
    let path = folder.0.join("whole.png");
    whole.save(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let cut = folder.file("cut.png", &bytes[..bytes.len() / 2]);
    let json: Json = serde_json::from_str(&exits(&["check", "--json", &cut], 2)).unwrap();
    assert_eq!(json["reason"], "picture-unreadable");
}

#[test]
fn not_valid_exits_with_1() {
    let folder = Folder::new("invalid");
    let signer = signer();
    let text = text(&signer);
    let pem = folder.file("signer.pem", signer.certificate.to_pem());
    let words = exits(&["check", "--signer", &pem, "--at", "2028-01-01T00:00:00Z", &text], 1);
    assert!(words.contains("KHÔNG HỢP LỆ · NOT VALID"), "{words}");
    assert!(words.contains("certificate-expired"), "{words}");
    assert!(exits(&["check", "--signer", &pem, "--at", AT, &text[..text.len() - 3]], 1).contains("NOT VALID"));
    let bare = text.trim_start_matches("HC1:").to_owned();
    assert!(exits(&["check", "--signer", &pem, "--at", AT, &bare], 1).contains("prefix-missing"));
}

#[test]
fn an_unknown_signer_cannot_be_told_and_exits_with_2() {
    let folder = Folder::new("unknown");
    let (signer, stranger) = (signer(), signer());
    let pem = folder.file("signer.pem", signer.certificate.to_pem());
    let words = exits(&["check", "--signer", &pem, "--at", AT, &text(&stranger)], 2);
    assert!(words.contains("signer-unknown"), "{words}");
    assert!(!words.contains("Nhung"), "a name is not read off what nobody signed: {words}");
    assert!(exits(&["check", "--at", AT, &text(&signer)], 2).contains("trust-list-missing"));
}

#[test]
fn the_trust_list_is_opened_against_its_anchor() {
    let folder = Folder::new("list");
    let signer = signer();
    let text = text(&signer);
    let publisher = Publisher::new(Environment::Demo);
    let entries = || vec![signer.entry(Purposes::VACCINATION)];
    let list = folder.file("list.cose", publisher.list(certificates::now().plus_days(-2), 7, entries()));
    let anchor = folder.file("root.pem", publisher.anchor.certificate().to_pem());
    let check = |list: &str, anchor: &str, at: &str, code| {
        exits(&["check", "--trust-list", list, "--anchor", anchor, "--at", at, &text], code)
    };
    let words = check(&list, &anchor, AT, 0);
    for part in ["2 ngày tuổi", "2 days old", "TRÌNH DIỄN", "theo danh sách"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    // Also where there is nothing to check.
    let noise = folder.file("noise.bin", [0xff, 0xfe]);
    let broken = folder.file("broken.png", b"\x89PNG\r\n\x1a\n");
    for nothing in [&noise, &broken] {
        let words = exits(&["check", "--trust-list", &list, "--anchor", &anchor, "--at", AT, nothing], 2);
        assert!(words.contains("2 ngày tuổi"), "{words}");
    }
    assert!(check(&list, &anchor, "2026-12-30T00:00:00Z", 2).contains("trust-list-expired"));
    assert!(check(&list, &anchor, "2026-11-21T06:00:00Z", 2).contains("clock-wrong"));
    let stranger = folder.file("other.pem", Publisher::new(Environment::Demo).anchor.certificate().to_pem());
    let words = check(&list, &stranger, AT, 2);
    assert!(words.contains("trust-chain-invalid"), "{words}");
    let meaning = specs::reason::Reason::TrustChainInvalid;
    for language in [specs::language::Language::Vi, specs::language::Language::En] {
        let finding = meaning.words(language).finding;
        let places = words.lines().filter(|line| line.contains("list") && line.contains(finding)).count();
        assert_eq!(places, 2, "the page and the message say what it means: {finding}: {words}");
    }
    let production = Publisher::new(Environment::Production);
    let mixed = folder.file("mixed.cose", production.list(certificates::now(), 7, entries()));
    let root = folder.file("production.pem", production.anchor.certificate().to_pem());
    assert!(check(&mixed, &root, AT, 2).contains("environment-mixed"));
    let mut forged = publisher.list(certificates::now(), 7, entries());
    *forged.last_mut().unwrap() ^= 1;
    let forged = folder.file("forged.cose", forged);
    assert!(check(&forged, &anchor, AT, 2).contains("trust-list-signature"));
    let garbage = folder.file("garbage.cose", b"garbage");
    assert!(check(&garbage, &anchor, AT, 2).contains("trust-list-malformed"));
}

#[test]
fn an_older_list_than_the_newest_one_seen_is_refused_in_the_next_run() {
    let folder = Folder::new("state");
    let signer = signer();
    let text = text(&signer);
    let (publisher, stranger) = (Publisher::new(Environment::Demo), Publisher::new(Environment::Demo));
    let made = |name: &str, publisher: &Publisher, number, days: i64| {
        let issued = certificates::now().plus_days(-days);
        folder.file(name, publisher.numbered(number, issued, 7, vec![signer.entry(Purposes::VACCINATION)]))
    };
    let (older, newer) = (made("older.cose", &publisher, 7, 3), made("newer.cose", &publisher, 8, 2));
    let (newest, fork) = (made("newest.cose", &publisher, 9, 1), made("fork.cose", &publisher, 9, 2));
    let foreign = made("foreign.cose", &stranger, 10, 1);
    let anchor = folder.file("root.pem", publisher.anchor.certificate().to_pem());
    let other = folder.file("other.pem", stranger.anchor.certificate().to_pem());
    let state = folder.0.join("state.json").to_str().unwrap().to_owned();
    let trusting = ["check", "--trust-list"];
    let check = |list: &str, code| {
        let rest = [list, "--anchor", &anchor, "--anchor", &other, "--state", &state, "--at", AT, &text];
        exits(&[&trusting[..], &rest[..]].concat(), code)
    };
    let seen = || -> Json { serde_json::from_slice(&std::fs::read(&state).unwrap()).unwrap() };

    for (list, number) in [(&older, 7), (&newer, 8), (&newer, 8), (&newest, 9)] {
        check(list, 0);
        assert_eq!(seen()["sequence"], number);
    }
    for (list, reason) in
        [(&newer, "trust-list-rolled-back"), (&fork, "trust-list-rolled-back"), (&foreign, "trust-list-foreign-issuer")]
    {
        let words = check(list, 2);
        assert!(words.contains("KHÔNG XÁC ĐỊNH ĐƯỢC · CANNOT TELL") && words.contains(reason), "{reason}: {words}");
        assert_eq!(seen()["sequence"], 9);
    }
    check(&newest, 0);
    assert!(!folder.0.join("state.json.new").exists());
    // A broken memory is not an empty one.
    std::fs::write(&state, b"{}").unwrap();
    assert!(check(&newest, 64).contains("state.json"));
    assert_eq!(std::fs::read(&state).unwrap(), b"{}");
}

#[test]
fn wrong_usage_exits_with_64_and_help_with_0() {
    let folder = Folder::new("usage");
    let list = folder.file("list.cose", b"");
    let no_certificate = folder.file("signer.pem", b"no certificate");
    for arguments in [
        &[][..],
        &["check"],
        &["chek", "HC1:"],
        &["check", "--at", "yesterday", "HC1:"],
        &["check", "--trust-list", &list, "HC1:"],
        &["check", "--anchor", &no_certificate, "HC1:"],
        &["check", "--state", &list, "HC1:"],
        &["check", "--unknown", "HC1:"],
        &["check", "no-such-file.txt"],
        &["check", "--signer", "no-such-file.pem", "HC1:"],
        &["check", "--signer", &no_certificate, "HC1:"],
        &["inspect", "no-such-file.png"],
    ] {
        exits(arguments, 64);
    }
    let words = exits(&["check", "no-such-file.txt"], 64);
    assert!(words.contains("không phải là nội dung") && words.contains("nor a file that exists"), "{words}");
    // What was typed may come from a QR code: it must not steer the terminal.
    let words = exits(&["check", "no\u{1b}[2Jsuch\u{202e}file"], 64);
    assert!(words.contains("no\\u{1b}[2Jsuch\\u{202e}file"), "{words}");
    for asked in
        [&["--help"][..], &["-h"], &["help"], &["--version"], &["-V"], &["check", "-h"], &["inspect", "--help"]]
    {
        exits(asked, 0);
    }
    assert!(exits(&["check", "--help"], 0).contains("--state <FILE>"));
    assert!(exits(&["help", "check"], 0).contains("--state <FILE>"));
}

/// A script hands on what it scanned, and must not take the exit code of something else for that of a good certificate.
#[test]
fn no_text_of_a_qr_code_gets_the_exit_code_of_a_valid_certificate() {
    let folder = Folder::new("bought");
    let signer = signer();
    let publisher = Publisher::new(Environment::Demo);
    let listed = publisher.list(certificates::now(), 7, vec![signer.entry(Purposes::VACCINATION)]);
    let list = folder.file("list.cose", listed);
    let anchor = folder.file("root.pem", publisher.anchor.certificate().to_pem());
    for scanned in [
        "--help",
        "-h",
        "-hV",
        "--version",
        "-V",
        "help",
        "--json",
        "--batch",
        "--no-revocation",
        "--at=2026-11-23T07:00:00Z",
        "--",
        "--signer",
        "-x",
        "",
    ] {
        exits(&["check", "--trust-list", &list, "--anchor", &anchor, scanned], 64);
        exits(&["check", "--json", scanned], 64);
    }
    let words = exits(&["check", "--trust-list", &list, "--anchor", &anchor, "--help"], 64);
    assert!(words.contains("chỉ dùng một mình") && !words.contains("--state <FILE>"), "{words}");
    exits(&["inspect", "--version", "--help"], 64);
}

#[test]
fn what_comes_by_standard_input_is_never_the_name_of_a_file() {
    let folder = Folder::new("stdin");
    let signer = signer();
    let pem = folder.file("signer.pem", signer.certificate.to_pem());
    let file = folder.file("valid.txt", text(&signer));
    exits(&["check", "--signer", &pem, "--at", AT, &file], 0);
    for scanned in ["valid.txt", file.as_str(), "--help", "-"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_verifier"))
            .current_dir(&folder.0)
            .args(["check", "--json", "--signer", &pem, "--at", AT, "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(scanned.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let json: Json = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((output.status.code(), &json["reason"]), (Some(1), &"prefix-missing".into()), "{scanned}");
    }
}

#[test]
fn inspection_prints_every_layer_and_says_where_it_stops() {
    let signer = signer();
    let text = text(&signer);
    let words = exits(&["inspect", &text], 0);
    let kid = hex::encode(signer.certificate.kid());
    for part in ["EdDSA (-8), protected", &kid, "18(", "2026-11-21T07:00:00Z", "Comirnaty", "h'", "11 code", "365 days"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    let words = exits(&["inspect", "HC1:NOT A CERTIFICATE"], 1);
    assert!(words.contains("STOPS HERE"), "{words}");
}

/// A rule about the days since the dose; the certificate of these tests has three.
fn rule(days: i64, operator: &str) -> Json {
    let clock = serde_json::json!({ "plusTime": [{ "var": "external.validationClock" }, 0, "day"] });
    let dose = serde_json::json!({ "plusTime": [{ "var": "payload.v.0.dt" }, days, "day"] });
    serde_json::json!({
        "Identifier": "VR-DE-0001", "Type": "Acceptance", "Country": "DE", "Version": "1.0.0", "SchemaVersion": "1.0.0",
        "Engine": "CERTLOGIC", "EngineVersion": "1.0.0", "CertificateType": "Vaccination",
        "Description": [
            { "lang": "en", "desc": "The last dose must be old enough." },
            { "lang": "vi", "desc": "Mũi tiêm cuối phải đủ lâu.\u{1b}[2J" },
        ],
        "ValidFrom": "2026-01-01T00:00:00Z", "ValidTo": "2030-01-01T00:00:00Z", "AffectedFields": ["v.0.dt"],
        "Logic": { operator: [clock, dose] },
    })
}

#[test]
fn rules_of_a_country_are_asked_and_told_in_the_language_chosen() {
    let folder = Folder::new("rules");
    let signer = signer();
    let pem = folder.file("signer.pem", signer.certificate.to_pem());
    let (good, bad) = (rule(3, "not-before"), rule(14, "not-before"));
    let good = folder.file("good.json", Json::from(vec![good]).to_string());
    let bad = folder.file("bad.json", bad.to_string());
    let open = folder.file("open.json", rule(3, "near").to_string());
    for content in [Content::from(certificates::national()), Content::from(certificates::eu_dcc())] {
        let text = certificates::text(&signer, &certificates::claims(content));
        let check = |more: &[&str], code| {
            exits(&[&["check", "--signer", &pem, "--at", AT, "--country", "de"], more, &[&text]].concat(), code)
        };
        let words = check(&["--rules", &good], 0);
        assert!(words.contains("Rules satisfied:") && words.contains("1/1"), "{words}");
        let words = check(&["--rules", &bad], 1);
        assert!(words.contains("rules-failed") && words.contains("Mũi tiêm cuối phải đủ lâu."), "{words}");
        assert!(!words.contains('\u{1b}'), "{words}");
        let words = check(&["--rules", &bad, "--lang", "en"], 1);
        assert!(words.contains("Not satisfied:") && words.contains("The last dose must be old enough."), "{words}");
        check(&["--rules", &bad, "--travel-at", "2026-12-04T00:00:00Z"], 0);
        let words = check(&["--rules", &bad, "--travel-at", "2028-01-01T00:00:00Z"], 1);
        assert!(words.contains("certificate-expired"), "{words}");
        let words = check(&["--rules", &open], 2);
        assert!(words.contains("rules-open") && words.contains("unrecognised operator"), "{words}");
        let words = check(&["--rules", &good, "--purpose", "event"], 2);
        assert!(words.contains("rules-open") && words.contains("0/0"), "{words}");
        let json: Json = serde_json::from_str(&check(&["--rules", &bad, "--lang", "fr", "--json"], 1)).unwrap();
        assert_eq!((&json["verdict"], &json["reason"]), (&Json::from("invalid"), &Json::from("rules-failed")));
        let words = "The last dose must be old enough.";
        let expected = [("id", "VR-DE-0001"), ("outcome", "failed"), ("version", "1.0.0"), ("words", words)];
        let expected: Json = expected.map(|(name, value)| (name.to_owned(), Json::from(value))).into_iter().collect();
        assert_eq!(json["rules"], Json::from(vec![expected]));
    }
    let text = text(&signer);
    let json: Json =
        serde_json::from_str(&exits(&["check", "--json", "--signer", &pem, "--at", AT, &text], 0)).unwrap();
    assert_eq!(json.get("rules"), None);
}

#[test]
fn rules_without_a_country_or_that_cannot_be_read_are_wrong_usage() {
    let folder = Folder::new("rules-usage");
    let rules = folder.file("rules.json", "[]");
    let broken = folder.file("broken.json", "[{}]");
    exits(&["check", "--rules", &rules, "HC1:"], 64);
    exits(&["check", "--country", "DE", "HC1:"], 64);
    exits(&["check", "--lang", "en", "HC1:"], 64);
    exits(&["check", "--rules", &rules, "--country", "Germany", "HC1:"], 64);
    exits(&["check", "--rules", &broken, "--country", "DE", "HC1:"], 64);
    exits(&["check", "--rules", &rules, "--country", "DE", "HC1:"], 1);
}

/// Five pixels a module, with the white border.
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

/// What a batch printed: a line of JSON each, and the summary.
fn batch(arguments: &[&str], code: i32) -> (Vec<Json>, String) {
    let output = verifier(&[&["check", "--batch"], arguments].concat());
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
    (out.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), err)
}

#[test]
fn a_batch_answers_line_by_line_in_the_same_order() {
    let folder = Folder::new("batch");
    let (signer, stranger) = (signer(), signer());
    let pem = folder.file("signer.pem", signer.certificate.to_pem());
    let (good, unknown) = (text(&signer), text(&stranger));
    // More than one block, so that several cores answer.
    let mut lines = vec![good.as_str(); 5_000];
    lines[1] = "";
    lines[2] = &unknown;
    lines[4_000] = "HC1:NOTHING";
    let mut bytes = lines.join("\r\n").into_bytes();
    bytes.extend_from_slice(b"\n\xff\xfe\n");
    let file = folder.file("many.txt", &bytes);
    let (answers, summary) = batch(&["--signer", &pem, "--at", AT, &file], 1);
    assert_eq!(answers.len(), 5_000);
    let numbers: Vec<u64> = answers.iter().map(|answer| answer["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, std::iter::once(1).chain(3..=5_001).collect::<Vec<_>>());
    let valid = serde_json::json!({ "line": 1, "verdict": "valid", "reason": "valid", "format": "vn-national" });
    assert_eq!(answers[0], valid);
    let reason = |line: u64| {
        let answer = answers.iter().find(|answer| answer["line"] == line).unwrap();
        (answer["verdict"].as_str().unwrap(), answer["reason"].as_str().unwrap())
    };
    assert_eq!(reason(3), ("unknown", "signer-unknown"));
    assert_eq!(reason(4_001).0, "invalid");
    assert_eq!(reason(5_001), ("unknown", "text-unreadable"));
    assert_eq!(answers.iter().filter(|answer| answer["verdict"] == "valid").count(), 4_997);
    for line in ["5000 giấy chứng nhận / certificates", "      4997  valid", "         1  signer-unknown"] {
        assert!(summary.contains(line), "{line}: {summary}");
    }
}

#[test]
fn a_batch_exits_with_the_worst_answer_and_prints_whole_verdicts_if_asked() {
    let folder = Folder::new("batch-exit");
    let (signer, stranger) = (signer(), signer());
    let pem = folder.file("signer.pem", signer.certificate.to_pem());
    let file = |name: &str, lines: &[&str]| folder.file(name, lines.join("\n"));
    let (good, unknown) = (text(&signer), text(&stranger));
    let trust = ["--signer", &pem, "--at", AT];
    let asked = |file: &str, code| batch(&[&trust[..], &[file]].concat(), code).0;
    assert_eq!(asked(&file("good", &[&good, &good]), 0).len(), 2);
    assert_eq!(asked(&file("unknown", &[&good, &unknown]), 2).len(), 2);
    assert_eq!(asked(&file("bad", &[&unknown, "HC1:"]), 1).len(), 2);
    assert!(asked(&file("empty", &[]), 2).is_empty(), "nothing was checked, so nothing was found valid");
    let (whole, _) = batch(&[&trust[..], &["--json", &file("whole", &[&good])]].concat(), 0);
    assert_eq!((&whole[0]["line"], &whole[0]["reason"]), (&Json::from(1), &Json::from("valid")));
    assert_eq!(whole[0]["holder"]["name"], "Nguyễn Thị Hồng Nhung");
    assert_eq!(verifier(&["check", "--batch", "no such file"]).status.code(), Some(64));
}

#[test]
fn a_line_without_end_is_refused_for_its_size_and_not_held() {
    let folder = Folder::new("batch-long");
    for start in ["HC1:", "shc:/", "{", "NZCP:/1/", "LT1:"] {
        let file = folder.file("long.txt", start.to_owned() + &"5".repeat(3_000_000));
        let (answers, _) = batch(&["--at", AT, &file], 1);
        assert_eq!(answers[0]["reason"], "too-long", "{start}");
    }
}
