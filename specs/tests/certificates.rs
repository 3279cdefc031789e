//! The texts of `vectors/certificates.json`, as far as they can be judged without checking a signature. The verdicts are
//! tested where the verifier is.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use specs::hcert::{self, Claims};
use specs::qr::{Level, Symbol, Use};
use specs::reason::Reason;

fn cases() -> Vec<(String, Reason, String)> {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/certificates.json")).unwrap();
    let text = |case: &Value, member: &str| case[member].as_str().unwrap().to_owned();
    let read = |case: &Value| (text(case, "name"), text(case, "reason").parse().unwrap(), text(case, "text"));
    vectors["cases"].as_array().unwrap().iter().map(read).collect()
}

#[test]
fn what_breaks_before_the_signature_is_refused_by_the_layer_that_it_breaks() {
    let mut refused = 0;
    for (name, reason, text) in cases() {
        let found = match hcert::open(&text).map_err(|error| error.code()) {
            Ok(_) => "opens",
            Err(code) => code,
        };
        let expected: &[&str] = match reason {
            Reason::TextUnreadable | Reason::PrefixMissing | Reason::UnsupportedFormat => &["hcert-prefix"],
            Reason::UnsupportedContext => &["hcert-unsupported-context"],
            Reason::TooLong => &["hcert-too-long"],
            Reason::Base45Invalid => &["base45"],
            Reason::CompressionInvalid => &["zlib-corrupt", "zlib-trailing-bytes"],
            Reason::CompressionBomb => &["zlib-too-long"],
            Reason::CborTooDeep | Reason::CborTooLarge | Reason::CborDuplicateKey | Reason::CborTrailingBytes => {
                &["cose-cbor"]
            }
            // Found in the claims as well, after the signature.
            Reason::CborMalformed => &["cose-cbor", "opens"],
            Reason::CoseMalformed => &["cose-shape", "cose-tag", "cose-no-payload", "opens"],
            Reason::CoseCriticalHeader => &["cose-critical"],
            _ => &["opens"],
        };
        assert!(expected.contains(&found), "{name}: {found}, expected {expected:?}");
        refused += usize::from(found != "opens");
    }
    assert!(refused > 20, "{refused}");
}

#[test]
fn content_that_cannot_be_read_is_refused_and_all_other_is_read() {
    for (name, reason, text) in cases() {
        let Ok(opened) = hcert::open(&text) else { continue };
        let unreadable = matches!(
            reason,
            Reason::ContentMissing
                | Reason::ContentUnsupported
                | Reason::ContentMalformed
                | Reason::ContentMultipleEvents
                | Reason::CborNotDeterministic
        );
        // What a field or header of a certificate breaks may be found while reading or after it.
        let perhaps = matches!(
            reason,
            Reason::ContentSchema | Reason::CborMalformed | Reason::CoseMalformed | Reason::AlgorithmMismatch
        );
        match opened.claims() {
            Ok(_) => assert!(!unreadable, "{name} is read"),
            Err(error) => assert!(unreadable || perhaps, "{name}: {error}"),
        }
    }
}

#[test]
fn tolerances_are_named_and_nothing_else_needs_one() {
    let mut named = 0;
    for (name, reason, text) in cases() {
        if reason != Reason::Valid {
            continue;
        }
        let claims = hcert::open(&text).unwrap().claims().unwrap();
        let found: Vec<_> = claims.tolerances.iter().map(|tolerance| tolerance.code()).collect();
        let expected = name.strip_prefix("tolerance ");
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{name}");
        named += found.len();
    }
    // All fourteen of EU certificates but a kid as text, which no signer of a list can have.
    assert_eq!(named, 13);
}

#[test]
fn our_encoding_is_that_of_the_script_to_the_byte() {
    let mut compared = 0;
    for name in ["eu-vaccination", "eu-test", "eu-recovery", "national", "booster 3/2"] {
        let (_, _, text) = cases().into_iter().find(|(found, ..)| found == name).unwrap();
        let opened = hcert::open(&text).unwrap();
        let payload = opened.sign1().payload.to_vec();
        let claims = Claims::decode(&payload).unwrap();
        assert_eq!(claims.encode().unwrap(), payload, "{name}");
        assert_eq!(hcert::open(&hcert::seal(opened.cose())).unwrap().cose(), opened.cose(), "{name}");
        compared += 1;
    }
    assert_eq!(compared, 5);
}

#[test]
fn the_example_of_the_page_makes_the_symbols_it_says() {
    let (_, _, text) = cases().into_iter().find(|(name, ..)| name == "national").unwrap();
    let page = include_str!("../hcert.md").split("```").nth(1).unwrap();
    // Blanks are characters of Base45; the page breaks lines and has none at their ends.
    assert_eq!(page.replace('\n', ""), text);
    let version = |used| Symbol::encode(&text, used).map(|symbol| (symbol.version(), symbol.level()));
    assert_eq!(version(Use::Screen), Ok((13, Level::M)));
    assert_eq!(version(Use::Paper), Ok((16, Level::Q)));
}
