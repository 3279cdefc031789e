//! The official test data of the EU Digital COVID Certificate (`vectors/dgc`): every case, every step that the case has an
//! expectation for, on both back ends. A case says for a step either that it must succeed or that it must fail; a step it
//! says nothing about is not tested. Where we decide otherwise, and where a case lacks what its step needs, the step stands
//! in `exceptions/dgc.txt` with the reason. An expectation that no step knows fails the test.
//!
//! A step that must fail could fail for something that went wrong before it. So each such case also goes the way of a
//! checker, and the check that fails first must be one of that step: the exceptions call that `file#step/first`.
//!
//! Beyond the single steps: a case that must succeed in verification and expiry, and is not said to fail in key usage, must
//! be *valid* as a whole.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use specs::cbor::{self, Limits, Value};
use specs::hcert::{self, DCC_SUB_CLAIM, HCERT_CLAIM, PREFIX};
use specs::reason::Reason;
use specs::time::UnixTime;
use specs::value_set::ValueSets;
use specs::{base45, cose, dcc, zlib};
use tests::back_ends::Verifiers;
use tests::exceptions::Exceptions;
use tests::vectors;
use verifier::verdict::Step;
use verifier::{Verdict, picture};

#[test]
fn every_case_of_the_official_test_data_comes_out_as_expected() {
    let Some(folder) = vectors::folder("dgc") else { return };
    let mut exceptions = Exceptions::of("dgc");
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for path in vectors::files(&folder, "json") {
        let case = Case::read(&folder, &path);
        for (step, input, run, checks) in STEPS {
            let Some(expected) = case.expected(step) else { continue };
            let name = format!("{}#{step}", case.name);
            // Without its input a step that must fail would fail for nothing.
            if case.json[input].is_null() {
                exceptions.case(&name, false, format!("cannot be tested, the case has no {input}"));
                continue;
            }
            let outcome = run(&case);
            let count = counts.entry(step).or_default();
            *(if expected { &mut count.succeed } else { &mut count.fail }) += 1;
            let words = match &outcome {
                Ok(()) => "succeeds, must fail".to_owned(),
                Err(why) => format!("must succeed, fails: {why}"),
            };
            exceptions.case(&name, outcome.is_ok() == expected, words);
            if !expected {
                let verdict = case.scanned_for(step);
                let first = verdict.checks.iter().find(|check| !check.ok);
                let here = first.is_some_and(|check| checks.contains(&check.step));
                count.fail_first += usize::from(here);
                exceptions.case(
                    &format!("{name}/first"),
                    here,
                    format!("{}: fails first at {first:?}", verdict.reason),
                );
            }
        }
        if case.all_good() {
            counts.entry("as a whole").or_default().succeed += 1;
            let verdict = case.verdict().unwrap();
            let words = format!("{}: {:?}", verdict.reason, verdict.checks.iter().find(|check| !check.ok));
            exceptions.case(&format!("{}#whole", case.name), verdict.is_valid(), words);
        }
    }
    for (step, Count { succeed, fail, fail_first }) in &counts {
        println!(
            "{step}: {succeed} that must succeed, {fail} that must fail, {fail_first} of these at nothing before it"
        );
    }
    exceptions.finish("EU DCC test data");
}

/// Every case in which a step must fail has its reason, as a checker meets it: the text of the case, its signer, its clock.
#[test]
fn the_negative_cases_fail_for_the_right_reason() {
    let Some(folder) = vectors::folder("dgc") else { return };
    let expected = [
        ("Q1", "EXPECTEDPICTUREDECODE", Reason::PictureUnreadable),
        ("H1", "EXPECTEDUNPREFIX", Reason::PrefixMissing),
        ("H2", "EXPECTEDUNPREFIX", Reason::UnsupportedContext),
        ("H3", "EXPECTEDUNPREFIX", Reason::PrefixMissing),
        ("B1", "EXPECTEDB45DECODE", Reason::Base45Invalid),
        ("Z1", "EXPECTEDCOMPRESSION", Reason::CompressionInvalid),
        ("Z2", "EXPECTEDCOMPRESSION", Reason::CompressionInvalid),
        ("CBO1", "EXPECTEDDECODE", Reason::ContentMalformed),
        ("CBO2", "EXPECTEDVERIFY", Reason::CborTrailingBytes),
        ("CO5", "EXPECTEDVERIFY", Reason::SignatureInvalid),
        ("CO6", "EXPECTEDKEYUSAGE", Reason::SignerPurpose),
        ("CO7", "EXPECTEDKEYUSAGE", Reason::SignerPurpose),
        ("CO8", "EXPECTEDKEYUSAGE", Reason::SignerPurpose),
        ("CO9", "EXPECTEDKEYUSAGE", Reason::SignerPurpose),
        ("CO10", "EXPECTEDKEYUSAGE", Reason::SignerPurpose),
        ("CO11", "EXPECTEDKEYUSAGE", Reason::SignerPurpose),
        ("CO16", "EXPECTEDEXPIRATIONCHECK", Reason::CertificateNotYetValid),
        ("CO17", "EXPECTEDEXPIRATIONCHECK", Reason::CertificateExpired),
        ("CO22", "EXPECTEDVERIFY", Reason::SignerUnknown),
        ("CO23", "EXPECTEDVERIFY", Reason::SignerUnknown),
        ("DGC1", "EXPECTEDSCHEMAVALIDATION", Reason::ContentSchema),
        ("DGC2", "EXPECTEDSCHEMAVALIDATION", Reason::ContentMultipleEvents),
    ];
    let expected: BTreeMap<String, Reason> =
        expected.iter().map(|(name, step, reason)| (format!("common/{name}.json#{step}"), *reason)).collect();
    let mut found = BTreeMap::new();
    for path in vectors::files(&folder, "json") {
        let case = Case::read(&folder, &path);
        for (step, ..) in STEPS.into_iter().filter(|(step, ..)| case.expected(step) == Some(false)) {
            found.insert(format!("{}#{step}", case.name), case.scanned_for(step).reason);
        }
    }
    assert_eq!(found, expected);
    println!("{} steps that must fail have their reason", expected.len());
}

#[derive(Default)]
struct Count {
    succeed: usize,
    fail: usize,
    fail_first: usize,
}

type Run = fn(&Case) -> Result<(), String>;

/// The steps, the field without which each cannot be tested, and the checks of a verdict that are of that step.
const STEPS: [(&str, &str, Run, &[Step]); 12] = [
    ("EXPECTEDVALIDOBJECT", "JSON", Case::object, &[Step::Content, Step::Values, Step::Dates]),
    ("EXPECTEDENCODE", "JSON", Case::encode, &[Step::Content]),
    ("EXPECTEDPICTUREDECODE", "2DCODE", Case::picture, &[Step::Picture]),
    ("EXPECTEDUNPREFIX", "PREFIX", Case::prefix, &[Step::Prefix]),
    ("EXPECTEDB45DECODE", "BASE45", Case::base45, &[Step::Base45]),
    ("EXPECTEDCOMPRESSION", "COMPRESSED", Case::compression, &[Step::Inflate]),
    ("EXPECTEDDECODE", "CBOR", Case::decode, &[Step::Cbor, Step::Cose, Step::Content]),
    ("EXPECTEDVALIDJSON", "JSON", Case::whole_chain, &[Step::Content]),
    ("EXPECTEDSCHEMAVALIDATION", "CBOR", Case::schema, &[Step::Content, Step::Values, Step::Dates]),
    ("EXPECTEDVERIFY", "COSE", Case::signature, &[Step::Signer, Step::Algorithm, Step::Signature]),
    ("EXPECTEDEXPIRATIONCHECK", "COSE", Case::expiry, &[Step::Envelope]),
    ("EXPECTEDKEYUSAGE", "COSE", Case::key_usage, &[Step::Purpose]),
];

struct Case {
    name: String,
    json: Json,
}

impl Case {
    fn read(folder: &Path, path: &Path) -> Self {
        let name = path.strip_prefix(folder).unwrap().display().to_string();
        let mut json: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let expected = json["EXPECTEDRESULTS"].as_object_mut().unwrap();
        // Bulgaria's name for it.
        if let Some(expiry) = expected.remove("EXPTECTEDEXPIRED") {
            assert_eq!(expected.insert("EXPECTEDEXPIRATIONCHECK".to_owned(), expiry), None, "{name}");
        }
        for (step, expected) in expected {
            assert!(
                STEPS.iter().any(|(known, ..)| known == step) && expected.is_boolean(),
                "{name}#{step}: {expected}"
            );
        }
        Self { name, json }
    }

    fn expected(&self, step: &str) -> Option<bool> {
        self.json["EXPECTEDRESULTS"][step].as_bool()
    }

    fn all_good(&self) -> bool {
        let good = |step| self.expected(step) == Some(true);
        good("EXPECTEDVERIFY") && good("EXPECTEDEXPIRATIONCHECK") && self.expected("EXPECTEDKEYUSAGE") != Some(false)
    }

    fn text(&self, field: &str) -> Result<&str, String> {
        self.json[field].as_str().ok_or_else(|| format!("the case has no {field}"))
    }

    fn bytes(&self, field: &str) -> Result<Vec<u8>, String> {
        hex::decode(self.text(field)?).map_err(|error| format!("{field}: {error}"))
    }

    fn at(&self) -> UnixTime {
        let text = self.json["TESTCTX"]["VALIDATIONCLOCK"].as_str().unwrap();
        // Some cases leave the zone out.
        UnixTime::from_rfc3339(text).or_else(|| UnixTime::from_rfc3339(&format!("{text}Z"))).unwrap()
    }

    /// The text that a checker would scan: around the COSE message of the case, or as the case has it.
    fn scanned(&self) -> Result<String, String> {
        match self.bytes("COSE") {
            Ok(cose) => Ok(hcert::seal(&cose)),
            Err(_) => self.text("PREFIX").map(str::to_owned),
        }
    }

    /// Verifiers that believe the signer of the case, where it names one.
    fn verifiers(&self) -> Verifiers {
        match self.json["TESTCTX"]["CERTIFICATE"].as_str() {
            Some(certificate) => Verifiers::believing(&[&STANDARD.decode(certificate).unwrap()]),
            None => Verifiers::believing(&[]),
        }
    }

    fn verdict(&self) -> Result<Verdict, String> {
        Ok(self.verifiers().check(&self.scanned()?, self.at()))
    }

    /// The verdict on what the case puts before a checker: its text, or its picture where that step must fail.
    fn scanned_for(&self, step: &str) -> Verdict {
        let text = if step == "EXPECTEDPICTUREDECODE" {
            match picture::read(&STANDARD.decode(self.text("2DCODE").unwrap()).unwrap()) {
                Ok(text) => text,
                Err(error) => return Verdict::unreadable_picture(error.to_string()),
            }
        } else {
            self.text("PREFIX").unwrap().to_owned()
        };
        self.verifiers().check(&text, self.at())
    }

    /// One step of the verdict succeeded.
    fn passed(&self, step: Step) -> Result<(), String> {
        let verdict = self.verdict()?;
        match verdict.checks.iter().find(|check| check.step == step) {
            Some(check) if check.ok => Ok(()),
            Some(check) => Err(check.detail.to_string()),
            None => Err(format!("stopped before: {}", verdict.reason)),
        }
    }

    fn picture(&self) -> Result<(), String> {
        let png = STANDARD.decode(self.text("2DCODE")?).map_err(|error| error.to_string())?;
        let text = picture::read(&png).map_err(|error| error.to_string())?;
        same(text.as_str(), self.text("PREFIX")?)
    }

    fn prefix(&self) -> Result<(), String> {
        let text = self.text("PREFIX")?;
        let without = text.strip_prefix(PREFIX).ok_or("no prefix")?;
        if let Err(error @ (hcert::Error::Prefix | hcert::Error::UnsupportedContext)) = hcert::open(text) {
            return Err(error.to_string());
        }
        same(without, self.text("BASE45")?)
    }

    fn base45(&self) -> Result<(), String> {
        let bytes = base45::decode(self.text("BASE45")?).map_err(|error| error.to_string())?;
        // Where the case does not carry the bytes, there is nothing to compare them with.
        self.bytes("COMPRESSED").map_or(Ok(()), |compressed| same(&bytes, &compressed))
    }

    fn compression(&self) -> Result<(), String> {
        same(&zlib::inflate(&self.bytes("COMPRESSED")?).map_err(|error| error.to_string())?, &self.bytes("COSE")?)
    }

    /// The payload, from the COSE message or through the whole chain.
    fn payload(&self) -> Result<Vec<u8>, String> {
        let message = match self.bytes("COSE") {
            Ok(message) => message,
            Err(_) => hcert::open(self.text("PREFIX")?).map_err(|error| error.to_string())?.cose().to_vec(),
        };
        Ok(cose::parse(&message).map_err(|error| error.to_string())?.payload.to_vec())
    }

    /// The COSE message carries what the case has as CBOR: all claims, or the certificate alone; and our typed decoder
    /// reads it.
    fn decode(&self) -> Result<(), String> {
        let payload = strict(&self.payload()?)?;
        let expected = strict(&self.bytes("CBOR")?)?;
        let inner = certificate(&payload);
        if comparable(&payload) != comparable(&expected)
            && inner.as_ref().map(comparable) != Some(comparable(&expected))
        {
            return Err("the content is another".to_owned());
        }
        if self.json["JSON"].is_object() {
            same_content(&comparable(inner.as_ref().unwrap_or(&expected)), &comparable_json(&self.json["JSON"]))?;
        }
        hcert::Claims::decode(&self.payload()?).map(drop).map_err(|error| error.to_string())
    }

    fn whole_chain(&self) -> Result<(), String> {
        let opened = hcert::open(self.text("PREFIX")?).map_err(|error| error.to_string())?;
        let payload = strict(opened.sign1().payload)?;
        let inside = certificate(&payload).ok_or("no certificate inside")?;
        same_content(&comparable(&inside), &comparable_json(&self.json["JSON"]))
    }

    /// The certificate within what the case has as CBOR.
    fn certificate(&self) -> Result<Value, String> {
        let value = strict(&self.bytes("CBOR")?)?;
        Ok(certificate(&value).unwrap_or(value))
    }

    /// Nothing would stand against issuing the certificate: schema, value sets, codes that go together, dates.
    fn schema(&self) -> Result<(), String> {
        none(typed(&self.certificate()?)?.faults(ValueSets::bundled(), self.at()))
    }

    /// The same of the certificate that the case has as JSON.
    fn object(&self) -> Result<(), String> {
        none(typed(&from_json(&self.json["JSON"]))?.faults(ValueSets::bundled(), self.at()))
    }

    /// The certificate of the JSON, as our encoder writes it, says what the case has as CBOR. Issuers order the keys of maps
    /// each in their own way, so the data compares contents, not bytes; ours has one version and one spelling of identifiers.
    fn encode(&self) -> Result<(), String> {
        let certificate = typed(&from_json(&as_we_write(self.json["JSON"].clone())))?;
        let written = certificate.encode().map_err(|faults| format!("{faults:?}"))?;
        same_content(&comparable(&strict(&written)?), &as_we_write(comparable(&self.certificate()?)))
    }

    fn signature(&self) -> Result<(), String> {
        self.passed(Step::Signature)
    }

    fn expiry(&self) -> Result<(), String> {
        self.passed(Step::Envelope)
    }

    fn key_usage(&self) -> Result<(), String> {
        self.passed(Step::Purpose)
    }
}

fn same<T: PartialEq + ?Sized>(found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err("the result is another".to_owned()) }
}

fn none(faults: Vec<dcc::Fault>) -> Result<(), String> {
    if faults.is_empty() { Ok(()) } else { Err(format!("{faults:?}")) }
}

/// A certificate as our decoder reads it.
fn typed(certificate: &Value) -> Result<dcc::Certificate, String> {
    let decoded = dcc::Certificate::decode(&cbor::encode(certificate));
    decoded.map(|(certificate, _)| certificate).map_err(|error| error.to_string())
}

/// The certificate with our version, and `URN:UVCI` in capitals.
fn as_we_write(mut certificate: Json) -> Json {
    const URN: &str = "URN:UVCI";
    certificate["ver"] = dcc::SCHEMA_VERSION.into();
    for entry in ["v", "t", "r"] {
        let id = certificate.get_mut(entry).and_then(|entries| entries.get_mut(0)?.get_mut("ci"));
        if let Some(Json::String(id)) = id
            && let Some(urn) = id.get_mut(..URN.len())
            && urn.eq_ignore_ascii_case(URN)
        {
            urn.make_ascii_uppercase();
        }
    }
    certificate
}

fn strict(bytes: &[u8]) -> Result<Value, String> {
    cbor::decode(bytes, &Limits::FOREIGN).map_err(|error| error.to_string())
}

/// The certificate within claims, `-260: {1: certificate}`.
fn certificate(claims: &Value) -> Option<Value> {
    let get = |map: &Value, key: i64| match map {
        Value::Map(pairs) => pairs.iter().find(|(found, _)| number(found) == Some(key)).map(|(_, value)| value.clone()),
        _ => None,
    };
    get(&get(claims, HCERT_CLAIM)?, DCC_SUB_CLAIM)
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Unsigned(number) => i64::try_from(*number).ok(),
        Value::Negative(number) => i64::try_from(*number).ok().map(|number| -1 - number),
        _ => None,
    }
}

/// Both say the same: null is as absent, 1.0 is 1.
fn same_content(found: &Json, expected: &Json) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("the content is another: {found} and {expected}")) }
}

/// A value as JSON in which only meaning is left. Keys that are numbers become texts.
fn comparable(value: &Value) -> Json {
    match value {
        Value::Unsigned(_) | Value::Negative(_) => number(value).map_or(Json::Null, |number| Json::from(number as f64)),
        Value::Float(number) => Json::from(*number),
        Value::Bytes(bytes) => Json::from(hex::encode(bytes)),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Array(items) => items.iter().map(comparable).collect(),
        Value::Map(pairs) => {
            let key = |key: &Value| match key {
                Value::Text(text) => text.clone(),
                other => comparable(other).to_string(),
            };
            let pairs = pairs.iter().map(|(name, value)| (key(name), comparable(value)));
            Json::Object(pairs.filter(|(_, value)| !value.is_null()).collect())
        }
        Value::Tag(_, content) => comparable(content),
        Value::Bool(value) => Json::from(*value),
        _ => Json::Null,
    }
}

/// JSON as the CBOR that an issuer would make of it.
fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => number.as_u64().map_or_else(|| Value::Float(number.as_f64().unwrap()), Value::Unsigned),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::Array(items.iter().map(from_json).collect()),
        Json::Object(fields) => {
            Value::Map(fields.iter().map(|(key, value)| (Value::Text(key.clone()), from_json(value))).collect())
        }
    }
}

fn comparable_json(json: &Json) -> Json {
    match json {
        Json::Number(number) => Json::from(number.as_f64().unwrap()),
        Json::Array(items) => items.iter().map(comparable_json).collect(),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| (key.clone(), comparable_json(value)));
            Json::Object(fields.filter(|(_, value)| !value.is_null()).collect())
        }
        other => other.clone(),
    }
}
