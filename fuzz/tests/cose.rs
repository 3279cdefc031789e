//! Our COSE_Sign1 beside `tests/foreign/cose_oracle.py` (cbor2 and cryptography), over mutated messages: where both take a
//! message apart, both say the same about its signature; where only one does, a written rule says why. The interpreter is
//! named by `LACHAN_PYTHON`.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use fuzz::corpus::{Corpus, Kind};
use fuzz::ground::ground;
use fuzz::mutate::{Dice, mutated};
use specs::cbor::{self, Limits, Value, Writer};
use specs::cose::{self, Error};
use specs::signer_list::KeyData;
use trust_list::signers::Signer;

const MUTATIONS: usize = 12_000;

#[test]
fn the_python_oracle_agrees_but_for_the_rules_written_here() {
    let Some(python) = std::env::var_os("LACHAN_PYTHON") else {
        eprintln!("SKIPPED: set LACHAN_PYTHON to a Python with tests/foreign/requirements.txt installed");
        return;
    };
    let cases = cases();
    let lines: Vec<String> = cases.iter().map(|(message, signer)| line(message, signer)).collect();
    let said = ask(Path::new(&python), &lines.concat());
    let answers: Vec<&str> = said.lines().collect();
    assert_eq!(answers.len(), cases.len());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    for ((message, signer), theirs) in cases.iter().zip(answers) {
        let ours = ours(message, signer);
        match rule(message, &ours, theirs) {
            Some(rule) => *counts.entry(rule).or_default() += 1,
            None => problems.push(format!("we {ours:?}, they {theirs}: {}", hex::encode(message))),
        }
    }
    for (rule, count) in &counts {
        println!("{count:>7}  {rule}");
    }
    assert!(problems.is_empty(), "{} unexplained:\n{}", problems.len(), problems[..problems.len().min(10)].join("\n"));
    for same in ["both: good", "both: bad-signature", "both: other-algorithm", "both refuse"] {
        assert!(counts.get(same).is_some_and(|count| *count > 50), "{same} is hardly met");
    }
}

/// Messages with the signer who is asked: those of all vectors, as they are and mutated; payloads that are mutated before
/// and messages whose unsigned parts are mutated after signing.
fn cases() -> Vec<(Vec<u8>, &'static Signer)> {
    let corpus = Corpus::gather().unwrap();
    let mut messages = corpus.of(Kind::Message);
    messages.retain(|message| message.len() <= 2_048);
    let claims = corpus.of(Kind::Claims);
    let headers = [corpus.of(Kind::Cbor), vec![vec![0xa0], vec![0xa1, 4, 0x41, 7], vec![0xa1, 1, 0x27]]].concat();
    let mut dice = Dice::new(9_052);
    let mut cases = messages.clone();
    for at in 0..MUTATIONS {
        let other = &messages[dice.below(messages.len())];
        cases.push(match at % 3 {
            0 => mutated(&messages[at / 3 % messages.len()], other, 4_096, &mut dice),
            1 => ground().sign(&mutated(&claims[dice.below(claims.len())], other, 2_048, &mut dice)),
            _ => {
                let small: Vec<&Vec<u8>> = headers.iter().filter(|header| header.len() < 40).collect();
                let header = mutated(small[dice.below(small.len())], &[0xa1, 4, 0x41, 7], 64, &mut dice);
                reheaded(&ground().sign(&claims[dice.below(claims.len())]), &header, dice.below(4))
            }
        });
    }
    cases.into_iter().map(|message| (signer(&message), message)).map(|(signer, message)| (message, signer)).collect()
}

/// The message with another unprotected header and tagging; its signature stays good.
fn reheaded(message: &[u8], unprotected: &[u8], tagging: usize) -> Vec<u8> {
    let parts = cose::parse(message).unwrap();
    let mut writer = Writer::default();
    match tagging {
        0 => &mut writer,
        1 => writer.tag(61).tag(18),
        2 => writer.tag(18),
        _ => writer.tag(98),
    }
    .array(4);
    writer.bytes(parts.protected).raw(unprotected).bytes(parts.payload).bytes(parts.signature);
    writer.into_bytes()
}

/// The signer that the message names, or else the first of the list: the vectors' signers of other lists are strangers.
fn signer(message: &[u8]) -> &'static Signer {
    let signers = ground().verifier.list().unwrap().signers();
    let named = cose::parse(message).ok().and_then(|parts| parts.kid().map(|kid| kid.value.as_bytes().to_vec()));
    named.and_then(|kid| signers.by_kid(&kid).first()).or(signers.iter().next()).unwrap()
}

fn line(message: &[u8], signer: &Signer) -> String {
    let (kind, key) = match signer.key().to_key_data() {
        KeyData::Ed25519(key) => ("ed25519", hex::encode(key)),
        KeyData::P256(key) => ("p256", hex::encode(key)),
        _ => panic!("the signers of the vectors have one of these"),
    };
    format!("{kind} {key} {}\n", hex::encode(message))
}

fn ask(python: &Path, lines: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/foreign/cose_oracle.py");
    let mut command = Command::new(python);
    let mut child = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(lines.as_bytes()).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "the oracle ends well");
    String::from_utf8(output.stdout).unwrap()
}

fn ours(message: &[u8], signer: &Signer) -> Result<&'static str, Error> {
    let message = cose::parse(message)?;
    if !message.alg.is_some_and(|alg| signer.algorithm().cose_ids().contains(&alg.value)) {
        return Ok("other-algorithm");
    }
    let good = signer.verify(&message.to_be_signed(&[]), message.signature);
    Ok(if good { "good" } else { "bad-signature" })
}

/// What both say, or the rule by which they differ; `None` where there is none.
fn rule(message: &[u8], ours: &Result<&'static str, Error>, theirs: &str) -> Option<String> {
    let refused = theirs.strip_prefix("refused: ");
    Some(match (ours, refused) {
        (Ok(ours), None) if *ours == theirs => format!("both: {ours}"),
        (Ok(_), None) => return None,
        (Err(_), Some(_)) => "both refuse".to_owned(),
        (Err(error), None) => we_alone_refuse(message, error)?.to_owned(),
        (Ok(_), Some(why)) => they_alone_refuse(message, why)?.to_owned(),
    })
}

fn we_alone_refuse(message: &[u8], error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::Cbor(error) | Error::Protected(error) => match error {
            cbor::Error::TrailingBytes { .. } => "ours: nothing after the item; theirs reads a stream",
            cbor::Error::DuplicateKey { .. } => {
                "ours: no label twice in a header (RFC 9052 section 3); theirs keeps the last"
            }
            cbor::Error::TooDeep { .. } => "ours: at most 16 levels",
            cbor::Error::TooManyItems { .. } => "ours: at most 4,096 items",
            _ => return None,
        },
        Error::LabelTwice { .. } => "ours: no label in both headers (RFC 9052 section 3)",
        Error::HeaderTooLong => "ours: at most 64 labels in a header",
        Error::HeaderType { .. } => "ours: algorithm, key identifier and certificates have their types",
        Error::LabelType => "ours: labels are integers of 64 bits or texts (RFC 9052 section 1.5)",
        Error::Critical => "ours: no critical label is known (RFC 9052 section 3.1); theirs does not look",
        // Chunks: the heads 5f and, for an array or map, 9f and bf are where indefinite lengths begin.
        Error::Shape if message.contains(&0x5f) => "ours: the parts are byte strings of definite length",
        _ => return None,
    })
}

fn they_alone_refuse(message: &[u8], why: &str) -> Option<&'static str> {
    let parts = cose::parse(message).ok()?;
    let inner = |bytes: &[u8]| cbor::decode(bytes, &Limits::FOREIGN).ok();
    let values = [inner(message), inner(parts.protected)];
    let has = |what: &dyn Fn(&Value) -> bool| values.iter().flatten().any(|value| any(value, what));
    if why.contains("is no CBOR") && has(&|value| matches!(value, Value::Tag(tag, _) if ![18, 61].contains(tag))) {
        return Some("theirs: gives tags a meaning (dates, numbers, references) and refuses what has none");
    }
    None
}

fn any(value: &Value, what: &dyn Fn(&Value) -> bool) -> bool {
    what(value)
        || match value {
            Value::Array(items) => items.iter().any(|item| any(item, what)),
            Value::Map(pairs) => pairs.iter().any(|(key, value)| any(key, what) || any(value, what)),
            Value::Tag(_, content) => any(content, what),
            _ => false,
        }
}
