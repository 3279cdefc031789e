//! Seeds out of test vectors, ours and other people's: every file is read, every string in it that is hexadecimal, base64,
//! PEM or a certificate's text is decoded, every layer taken off, and what comes out is kept by what it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value as Json;
use specs::cbor::{self, Limits};
use specs::hcert::{self, Claims, Content};
use specs::signer_list::SignerList;
use specs::{cose, zlib};
use trust_list::x509::Certificate;

/// What a seed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The text of a QR symbol: `HC1:..`, `shc:/..`, `NZCP:/..`, whatever begins like one of these.
    Text,
    /// A zlib stream.
    Zlib,
    /// A COSE_Sign1 message.
    Message,
    /// The payload of such a message that holds certificate claims.
    Claims,
    /// A national certificate.
    National,
    /// An EU certificate.
    Dcc,
    /// A signed list of signers.
    List,
    /// The content of such a list.
    ListContent,
    /// An X.509 certificate (DER).
    X509,
    /// Any CBOR array, map or tag.
    Cbor,
    /// A PNG or JPEG picture.
    Picture,
    /// A JSON object or array of at most 16 KiB.
    Json,
    /// A word or two: identifiers, names, dates.
    Words,
}

/// At most so many seeds of a kind are given out, evenly over all there are.
const MOST: usize = 512;
/// Longer ones cost the fuzzer more than they teach it.
const LONGEST: usize = 64 * 1024;

/// Seeds by kind.
#[derive(Debug, Default)]
pub struct Corpus(BTreeMap<Kind, BTreeSet<Vec<u8>>>);

impl Corpus {
    /// Everything that can be had from all our vectors, from those of others in the folder named by `LACHAN_VECTORS` (by
    /// default `../shared/vectors` beside the project), and the hostile texts of [`crate::hostile`]. Says so loudly where
    /// the vectors of others are absent.
    ///
    /// # Errors
    /// Where a folder or file cannot be read.
    pub fn gather() -> std::io::Result<Self> {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let foreign =
            std::env::var_os("LACHAN_VECTORS").map_or_else(|| project.join("../shared/vectors"), PathBuf::from);
        let mut folders = vec![project.join("specs/vectors")];
        if foreign.exists() {
            folders.push(foreign);
        } else {
            eprintln!("SKIPPED: no test vectors of others at {}; all seeds are our own", foreign.display());
        }
        let mut corpus = Self::default();
        for folder in folders {
            for file in files(&folder)? {
                corpus.file(&std::fs::read(file)?);
            }
        }
        for (_, text) in crate::hostile::texts(&crate::hostile::unsigned) {
            corpus.string(&text);
        }
        Ok(corpus)
    }

    /// The seeds of that kind.
    #[must_use]
    pub fn of(&self, kind: Kind) -> Vec<Vec<u8>> {
        let Some(all) = self.0.get(&kind) else { return Vec::new() };
        all.iter().step_by(all.len().div_ceil(MOST).max(1)).cloned().collect()
    }

    /// How many seeds of that kind there are.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.0.get(&kind).map_or(0, BTreeSet::len)
    }

    /// Takes in a file.
    pub fn file(&mut self, content: &[u8]) {
        if let Ok(json) = serde_json::from_slice::<Json>(content) {
            return self.json(&json);
        }
        let Ok(text) = std::str::from_utf8(content) else { return self.bytes(content) };
        self.pem(text);
        for line in text.lines() {
            self.string(line.trim());
            line.split(|letter: char| letter.is_whitespace() || "'\"`(),".contains(letter))
                .for_each(|word| self.string(word));
        }
    }

    fn json(&mut self, json: &Json) {
        match json {
            Json::String(text) => self.string(text),
            Json::Array(items) => items.iter().for_each(|item| self.json(item)),
            Json::Object(members) => members.values().for_each(|member| self.json(member)),
            _ => return,
        }
        let text = json.to_string();
        if !json.is_string() && text.len() <= 16 * 1024 {
            self.keep(Kind::Json, text.as_bytes());
        }
    }

    /// Takes in a string that may be anything.
    pub fn string(&mut self, text: &str) {
        let begins = ["HC1:", "HC", "shc:/", "NZCP:/", "DCC", "CH", "icvp:"];
        if text.contains(':') && begins.iter().any(|start| text.starts_with(start)) {
            self.keep(Kind::Text, text.as_bytes());
            if let Ok(opened) = hcert::open(text) {
                self.keep(Kind::Zlib, opened.compressed());
                self.bytes(opened.cose());
            }
            return;
        }
        self.pem(text);
        if (1..=120).contains(&text.len()) {
            self.keep(Kind::Words, text.as_bytes());
        }
        if text.len() < 16 {
            return;
        }
        if let Ok(bytes) = hex::decode(text) {
            return self.bytes(&bytes);
        }
        for engine in [&STANDARD, &URL_SAFE_NO_PAD] {
            if let Ok(bytes) = engine.decode(text) {
                return self.bytes(&bytes);
            }
        }
    }

    fn pem(&mut self, text: &str) {
        if text.contains("BEGIN CERTIFICATE") {
            for certificate in Certificate::read_all(text.as_bytes()).unwrap_or_default() {
                self.keep(Kind::X509, certificate.der());
            }
        }
    }

    /// Takes in bytes that may be anything.
    pub fn bytes(&mut self, bytes: &[u8]) {
        if verifier::picture::is_picture(bytes) {
            return self.keep(Kind::Picture, bytes);
        }
        if Certificate::parse(bytes).is_ok() {
            return self.keep(Kind::X509, bytes);
        }
        if let Ok(inflated) = zlib::inflate(bytes) {
            self.keep(Kind::Zlib, bytes);
            return self.bytes(&inflated);
        }
        let large = Limits { max_bytes: LONGEST, max_items: LONGEST, ..Limits::FOREIGN };
        let composed = bytes.first().is_some_and(|first| matches!(first >> 5, 4..=6));
        if !composed || cbor::validate(bytes, &large).is_err() {
            return;
        }
        self.keep(Kind::Cbor, bytes);
        if let Ok(message) = cose::parse_within(bytes, &large) {
            self.keep(Kind::Message, bytes);
            message.x5chain.iter().for_each(|der| self.keep(Kind::X509, der));
            if SignerList::decode(message.payload).is_ok() {
                self.keep(Kind::List, bytes);
            }
            self.bytes(message.payload);
        }
        if SignerList::decode(bytes).is_ok() {
            self.keep(Kind::ListContent, bytes);
        }
        self.claims(bytes);
    }

    fn claims(&mut self, payload: &[u8]) {
        let Ok(claims) = Claims::decode(payload) else { return };
        self.keep(Kind::Claims, payload);
        match claims.content {
            Content::National(certificate) => {
                certificate.encode().iter().for_each(|bytes| self.keep(Kind::National, bytes))
            }
            Content::EuDcc(certificate) => certificate.encode().iter().for_each(|bytes| self.keep(Kind::Dcc, bytes)),
            _ => {}
        }
    }

    fn keep(&mut self, kind: Kind, seed: &[u8]) {
        if seed.len() <= LONGEST {
            self.0.entry(kind).or_default().insert(seed.to_vec());
        }
    }
}

/// Every file below `folder`.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let (mut found, mut waiting) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}
