//! The cases that every binding of the verifier runs, out of all vectors that carry the text of a certificate, and what the
//! Rust library says about each: the bindings must say it too, letter for letter.
//!
//! A file of cases has one case a line, its fields separated by tabs, so that a reader is a few lines in any language:
//!
//! | field | |
//! |---|---|
//! | name | for people |
//! | at | seconds since 1970, never before |
//! | anchors | bytes for `add_anchors` in hex; empty: not called |
//! | trust | bytes for `load_trust` in hex; empty: not called |
//! | trust_at | the moment of `load_trust`, as `at` |
//! | signer | bytes for `add_signer` in hex; empty: not called |
//! | kind | `text` or `picture` |
//! | certificate | the text (UTF-8) or the PNG file, in hex |
//! | status_list | bytes for `load_status_list`, at `trust_at`, in hex; empty: not called |
//! | country, purpose, language | three fields, for `set_country`; the first empty: not called |
//!
//! A binding makes a checker for each case, hands over what the case has, in the order of the names of these calls, the
//! certificate last, and prints a line: `ok` or the code
//! of the refusal for each thing handed over, separated by commas; a tab; the verdict; a tab; what is believed at that moment.

use std::fmt::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use specs::hcert;
use specs::qr::{Symbol, Use};
use specs::time::UnixTime;
use trust_list::backend::Backend;
use verifier::{Checker, picture};

use crate::vectors;

/// One case.
#[derive(Debug, Clone)]
pub struct Case {
    /// For people; no tab in it.
    pub name: String,
    at: i64,
    anchors: Vec<u8>,
    trust: Vec<u8>,
    trust_at: i64,
    signer: Vec<u8>,
    certificate: Certificate,
    status_list: Vec<u8>,
    /// Country, purpose, language.
    chosen: [&'static str; 3],
}

#[derive(Debug, Clone)]
enum Certificate {
    Text(String),
    Picture(Vec<u8>),
}

/// 2026-11-23T07:00:00Z: the list of `specs/vectors/certificates.json` is a day old.
const LIST_LOADED_AT: i64 = 1_795_417_200;

impl Case {
    /// A case that believes nobody.
    fn new(name: impl Into<String>, certificate: Certificate) -> Self {
        let name = name.into().replace(['\t', '\n'], " ");
        let nothing = Vec::new;
        Self {
            name,
            at: LIST_LOADED_AT,
            anchors: nothing(),
            trust: nothing(),
            trust_at: LIST_LOADED_AT,
            signer: nothing(),
            certificate,
            status_list: nothing(),
            chosen: [""; 3],
        }
    }

    /// Whether it is about a picture, which not every binding can open.
    #[must_use]
    pub fn is_picture(&self) -> bool {
        matches!(self.certificate, Certificate::Picture(_))
    }

    /// The line of the file of cases.
    #[must_use]
    pub fn line(&self) -> String {
        let (kind, certificate) = match &self.certificate {
            Certificate::Text(text) => ("text", text.as_bytes()),
            Certificate::Picture(bytes) => ("picture", bytes.as_slice()),
        };
        let handed = [&self.anchors, &self.trust, &self.signer, &self.status_list];
        let [anchors, trust, signer, status_list] = handed.map(hex::encode);
        let mut line = format!("{}\t{}\t{anchors}\t{trust}\t{}\t{signer}\t{kind}\t", self.name, self.at, self.trust_at);
        let _ = write!(line, "{}\t{status_list}\t{}", hex::encode(certificate), self.chosen.join("\t"));
        line
    }

    /// What the Rust library says with that back end.
    ///
    /// # Panics
    /// When the picture of the case cannot be read: then it is no case for a binding.
    #[must_use]
    pub fn answer(&self, backend: &'static dyn Backend) -> String {
        let mut checker = Checker::new(backend);
        let mut codes = Vec::new();
        let mut say = |outcome: Result<(), trust_list::Error>| codes.push(outcome.map_or_else(|e| e.code(), |()| "ok"));
        if !self.anchors.is_empty() {
            say(checker.add_anchors(&self.anchors));
        }
        if !self.trust.is_empty() {
            say(checker.load_trust(&self.trust, UnixTime(self.trust_at)));
        }
        if !self.signer.is_empty() {
            say(checker.add_signer(&self.signer));
        }
        if !self.status_list.is_empty() {
            say(checker.load_status_list(&self.status_list, UnixTime(self.trust_at)));
        }
        let [country, purpose, language] = self.chosen;
        if !country.is_empty() {
            checker.set_country(country, purpose, language);
            say(Ok(()));
        }
        let at = UnixTime(self.at);
        let verdict = match &self.certificate {
            Certificate::Text(text) => checker.check_json(text, at),
            Certificate::Picture(bytes) => checker.check_json(&picture::read(bytes).expect("a readable picture"), at),
        };
        format!("{}\t{verdict}\t{}", codes.join(","), checker.trust_json(at))
    }
}

/// All cases: our own vectors, the official EU test data, the texts of other formats, and hostile ones.
///
/// # Panics
/// When vectors are there but are not what they were.
#[must_use]
pub fn all() -> Vec<Case> {
    let own = Own::read();
    let mut cases = own.cases();
    cases.extend(own.refusals());
    cases.extend(own.asked_more());
    cases.extend(own.hostile());
    cases.extend(own.pictures());
    cases.extend(official());
    cases.extend(other_formats());
    cases
}

/// `specs/vectors/certificates.json`.
struct Own(Value);

impl Own {
    fn read() -> Self {
        Self(serde_json::from_str(include_str!("../../specs/vectors/certificates.json")).expect("vectors are JSON"))
    }

    fn believing(&self, name: impl Into<String>, certificate: Certificate) -> Case {
        let anchors = self.0["anchor"].as_str().expect("an anchor").as_bytes().to_vec();
        let trust = hex::decode(self.0["list"].as_str().expect("a list")).expect("hex");
        Case { anchors, trust, ..Case::new(name, certificate) }
    }

    fn text(&self, name: &str) -> &str {
        let cases = self.0["cases"].as_array().expect("cases");
        let case = cases.iter().find(|case| case["name"] == name).expect("a case of that name");
        case["text"].as_str().expect("a text")
    }

    fn cases(&self) -> Vec<Case> {
        let cases = self.0["cases"].as_array().expect("cases").iter();
        let case = |case: &Value| {
            let text = Certificate::Text(case["text"].as_str().expect("a text").to_owned());
            let at = case["at"].as_i64().expect("a time");
            Case { at, ..self.believing(case["name"].as_str().expect("a name"), text) }
        };
        cases.map(case).collect()
    }

    /// What is handed over is refused, or the clock is elsewhere.
    fn refusals(&self) -> Vec<Case> {
        let good = self.believing("", Certificate::Text(self.text("national").to_owned()));
        let mut broken = good.trust.clone();
        broken.truncate(broken.len() - 1);
        let mut flipped = good.trust.clone();
        if let Some(last) = flipped.last_mut() {
            *last ^= 1;
        }
        let named = |name: &str| Case { name: name.to_owned(), ..good.clone() };
        let mut cases = vec![
            Case { anchors: Vec::new(), ..named("a list without an anchor") },
            Case { anchors: b"no certificate".to_vec(), ..named("an anchor that is none") },
            Case { anchors: b"-----BEGIN CERTIFICATE-----\n".to_vec(), ..named("an anchor cut short") },
            Case { trust: b"no list".to_vec(), ..named("a list that is none") },
            Case { trust: broken, ..named("a list cut short") },
            Case { trust: flipped, ..named("a list with another signature") },
            Case { signer: vec![0x30; 64], ..named("a signer that is none") },
            Case { signer: good.anchors.clone(), ..named("the anchor as a signer") },
        ];
        for days in [-400, -2, 1, 5, 9, 30, 4000] {
            let at = LIST_LOADED_AT + days * 86_400;
            cases.push(Case { at, ..named(&format!("checked {days} days after")) });
            cases.push(Case { at, trust_at: at, ..named(&format!("loaded and checked {days} days after")) });
        }
        cases.push(Case { at: 0, trust_at: 0, ..named("in 1970") });
        cases.push(Case { at: (1 << 53) - 1, ..named("at the end of JavaScript's numbers") });
        cases
    }

    /// What was revoked since the trust data were made, and the rules of a country.
    fn asked_more(&self) -> Vec<Case> {
        let bytes = |member: &str| hex::decode(self.0[member].as_str().expect("a list")).expect("hex");
        let of = |name: &str, case: &str| Case {
            trust: bytes("bundle"),
            ..self.believing(name, Certificate::Text(self.text(case).to_owned()))
        };
        let (status, place) = (bytes("status_list"), "place in our status list");
        let mut cut = status.clone();
        cut.truncate(cut.len() - 1);
        let later = LIST_LOADED_AT + 8 * 86_400;
        let chosen = |country, purpose, language| Case { chosen: [country, purpose, language], ..of("", "national") };
        let named = |name: &str, case: Case| Case { name: name.to_owned(), ..case };
        vec![
            of("not revoked by the bundle", place),
            Case { status_list: status.clone(), ..of("revoked by a status list", place) },
            Case { status_list: status.clone(), ..of("a status list beside a bundle", "national") },
            Case { status_list: status.clone(), anchors: Vec::new(), ..of("a status list without an anchor", place) },
            Case { status_list: status.clone(), trust_at: 0, ..of("a status list of the future", place) },
            Case { status_list: status, trust_at: later, at: later, ..of("a status list that has ended", place) },
            Case { status_list: cut, ..of("a status list cut short", place) },
            Case { status_list: bytes("list"), ..of("a list of signers as a status list", place) },
            Case { trust: bytes("list"), ..named("rules, where the list has none", chosen("VN", "entry", "en")) },
            named("rules of a country, in English", chosen("VN", "entry", "en")),
            named("rules of a country, in Vietnamese", chosen("vn", "entry", "vi")),
            named("rules of a country for another purpose", chosen("VN", "school", "en")),
            named("rules of a country that has none", chosen("DE", "entry", "en")),
            named("labels that are none", chosen("\u{1f489}", "", "\u{202e}")),
        ]
    }

    /// Texts that try what a language does with texts, and a good certificate damaged everywhere.
    fn hostile(&self) -> Vec<Case> {
        let good = self.text("national");
        let mut texts: Vec<(String, String)> = [
            ("nothing", ""),
            ("a zero", "\0"),
            ("a zero after the prefix", "HC1:\0"),
            ("a byte order mark", "\u{feff}"),
            ("a byte order mark and the prefix", "\u{feff}HC1:"),
            ("beyond the basic plane", "HC1:\u{1f489}\u{10ffff}"),
            ("right to left", "HC1:\u{202e}6BF"),
            ("line ends of all kinds", "HC1:\r\n\u{85}\u{2028}\u{2029}"),
            ("quotes for JSON", "HC1:\"\\\u{8}\u{c}"),
            ("a lone prefix", "HC1:"),
            ("the prefix twice", "HC1:HC1:"),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into();
        texts.push(("a good text after a byte order mark".to_owned(), format!("\u{feff}{good}")));
        texts.push(("a good text and a zero".to_owned(), format!("{good}\0")));
        texts.push(("a good text twice".to_owned(), format!("{good}{good}")));
        texts.push(("a mebibyte".to_owned(), "HC1:".repeat(1 << 18)));
        for length in (0..good.len()).step_by(41) {
            texts.push((format!("cut after {length}"), good[..length].to_owned()));
        }
        for position in (0..good.len()).step_by(13) {
            let other = if &good[position..=position] == "7" { "A" } else { "7" };
            let text = format!("{}{other}{}", &good[..position], &good[position + 1..]);
            texts.push((format!("another character at {position}"), text));
        }
        texts.into_iter().map(|(name, text)| self.believing(name, Certificate::Text(text))).collect()
    }

    fn pictures(&self) -> Vec<Case> {
        let picture = |name: &str| {
            let symbol = Symbol::encode(self.text(name), Use::Screen).expect("a text for a symbol");
            self.believing(format!("picture of {name}"), Certificate::Picture(symbol.png(4).expect("a picture")))
        };
        ["national", "eu-vaccination", "a signer that is in no list"].map(picture).into()
    }
}

/// `vectors/dgc`: each case's text, the text around its COSE message where that is another, and a few of its pictures.
fn official() -> Vec<Case> {
    let Some(folder) = vectors::folder("dgc") else { return Vec::new() };
    let mut cases = Vec::new();
    let mut pictures = 3;
    for path in vectors::files(&folder, "json") {
        let name = path.strip_prefix(&folder).expect("a path below the folder").display().to_string();
        let json: Value = serde_json::from_slice(&std::fs::read(&path).expect("a file")).expect("JSON");
        let signer = json["TESTCTX"]["CERTIFICATE"].as_str().and_then(|text| STANDARD.decode(text).ok());
        let case = |certificate| Case {
            at: clock(&json).0,
            signer: signer.clone().unwrap_or_default(),
            ..Case::new(name.clone(), certificate)
        };
        let text = json["PREFIX"].as_str();
        if let Some(text) = text {
            cases.push(case(Certificate::Text(text.to_owned())));
        }
        let sealed = json["COSE"].as_str().and_then(|cose| hex::decode(cose).ok()).map(|cose| hcert::seal(&cose));
        if let Some(sealed) = sealed.filter(|sealed| Some(sealed.as_str()) != text) {
            cases.push(case(Certificate::Text(sealed)));
        }
        let png = json["2DCODE"].as_str().and_then(|png| STANDARD.decode(png).ok());
        if let Some(png) = png.filter(|png| pictures > 0 && picture::read(png).is_ok()) {
            pictures -= 1;
            cases.push(case(Certificate::Picture(png)));
        }
    }
    cases
}

fn clock(case: &Value) -> UnixTime {
    let text = case["TESTCTX"]["VALIDATIONCLOCK"].as_str().unwrap_or_default();
    // Some cases leave the zone out.
    let time = UnixTime::from_rfc3339(text).or_else(|| UnixTime::from_rfc3339(&format!("{text}Z")));
    time.unwrap_or(UnixTime(LIST_LOADED_AT))
}

/// Every text file of the other formats that a checker might scan.
fn other_formats() -> Vec<Case> {
    let mut cases = Vec::new();
    for format in ["shc", "nzcp", "icvp"] {
        let Some(folder) = vectors::folder(format) else { continue };
        for path in vectors::files(&folder, "txt") {
            let name = format!("{format}/{}", path.strip_prefix(&folder).expect("a path below the folder").display());
            if let Some(text) = scanned(&path) {
                cases.push(Case::new(name, Certificate::Text(text)));
            }
        }
    }
    cases
}

fn scanned(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    ["HC1:", "HC2:", "shc:/", "NZCP:/"].iter().any(|prefix| text.starts_with(prefix)).then_some(text)
}
