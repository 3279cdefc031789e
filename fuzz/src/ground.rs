//! What the fuzzed verifier believes: anchor, list and certificates of `specs/vectors/certificates.json`. A signature that is
//! found good must be one of those that stand there, for the fuzzer has no key; but for the one of the national signer, which
//! is published for tests and lets what lies behind the signature be fuzzed as well.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use specs::time::UnixTime;
use specs::{cose, hcert, nzcp, shc, swiss_light, vds_nc};
use trust_list::backend;
use trust_list::chain::Anchor;
use trust_list::list;
use verifier::Verifier;

/// 2026-11-23T07:00:00Z, a day after the list was issued.
pub const NOW: UnixTime = UnixTime(1_795_417_200);

/// See the module.
pub struct Ground {
    /// The root that is believed.
    pub anchors: Vec<Anchor>,
    /// SHA-256 over what is signed of every list among the vectors that its list signer made.
    pub list_digests: BTreeSet<[u8; 32]>,
    /// Believes that list.
    pub verifier: Verifier,
    /// The Sig_structures of all certificates among the vectors.
    pub signed: BTreeSet<Vec<u8>>,
    /// The key identifier of the national signer in that list.
    kid: Vec<u8>,
    /// Its key, made of a published seed: see `specs/vectors/keys.py`.
    key: SigningKey,
}

impl Ground {
    /// A message around that payload with a good signature of the national signer.
    #[must_use]
    pub fn sign(&self, payload: &[u8]) -> Vec<u8> {
        let unsigned = cose::Unsigned::new(cose::alg::EDDSA, self.kid.clone(), payload);
        unsigned.sign(&self.key.sign(&unsigned.to_be_signed()).to_bytes())
    }
}

/// The bytes under the signature of a text, in whatever format it is.
#[must_use]
pub fn signed_part(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_start();
    if let Ok(opened) = hcert::open(text) {
        return Some(opened.sign1().to_be_signed(&[]));
    }
    if let Ok(opened) = swiss_light::open(text) {
        return Some(opened.sign1().to_be_signed(&[]));
    }
    if let Ok(opened) = nzcp::open(text) {
        return Some(opened.sign1().to_be_signed(&[]));
    }
    if let Ok(opened) = shc::open(text) {
        return Some(opened.to_be_signed().to_vec());
    }
    vds_nc::open(text).ok().map(|opened| opened.to_be_signed().to_vec())
}

/// What is signed in our vectors with keys that are believed here.
struct Gathered<'a> {
    anchors: &'a [Anchor],
    signed: BTreeSet<Vec<u8>>,
    list_digests: BTreeSet<[u8; 32]>,
}

impl Gathered<'_> {
    fn gather(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("our own vectors are there").flatten() {
            let path = entry.path();
            if path.is_dir() {
                self.gather(&path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let bytes = std::fs::read(&path).expect("our own vectors can be read");
                self.take_in(&serde_json::from_slice(&bytes).expect("our own vectors are JSON"));
            }
        }
    }

    fn take_in(&mut self, value: &Json) {
        match value {
            Json::String(text) => {
                self.signed.extend(signed_part(text));
                let list = hex::decode(text)
                    .ok()
                    .and_then(|bytes| list::open(&bytes, self.anchors, NOW, backend::portable()).ok());
                self.list_digests.extend(list.map(|list| list.digest()));
            }
            Json::Array(items) => items.iter().for_each(|item| self.take_in(item)),
            Json::Object(members) => members.values().for_each(|member| self.take_in(member)),
            _ => {}
        }
    }
}

/// Opened once.
///
/// # Panics
/// Where our own vectors are broken.
#[must_use]
pub fn ground() -> &'static Ground {
    static GROUND: OnceLock<Ground> = OnceLock::new();
    GROUND.get_or_init(open)
}

fn open() -> Ground {
    let vectors: Json =
        serde_json::from_str(include_str!("../../specs/vectors/certificates.json")).expect("our own vectors are JSON");
    let text = |value: &Json, member: &str| value[member].as_str().expect("our own vectors are whole").to_owned();
    let anchors = Anchor::read_all(text(&vectors, "anchor").as_bytes()).expect("our own anchor");
    let bytes = hex::decode(text(&vectors, "list")).expect("our own list is hexadecimal");
    let list = list::open(&bytes, &anchors, NOW, backend::portable()).expect("our own list");
    let cases = vectors["cases"].as_array().expect("our own vectors have cases");
    let national = cases.iter().find(|case| case["name"] == "national").expect("a case with that name");
    let national = hcert::open(&text(national, "text")).expect("our own certificate");
    let kid = national.sign1().kid().expect("it names its key").value.as_bytes().to_vec();
    let key = SigningKey::from_bytes(&Sha256::digest(b"La Chan test vectors: national").into());
    let mut vectors = Gathered { anchors: &anchors, signed: BTreeSet::new(), list_digests: BTreeSet::new() };
    vectors.gather(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../specs/vectors")));
    let Gathered { signed, list_digests, .. } = vectors;
    Ground {
        anchors: anchors.clone(),
        list_digests,
        verifier: Verifier::new(backend::portable()).with_list(list),
        signed,
        kid,
        key,
    }
}
