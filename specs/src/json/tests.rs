//! Tests of the reader and the canonical writer; `serde_json` and a second implementation of RFC 8785 are their oracles.

use super::*;
use proptest::prelude::*;
use serde_json::{Map, Value as Plain, json};

const LIMITS: Limits = Limits { bytes: 200, depth: 3, values: 8 };
const WIDE: Limits = Limits { bytes: 1 << 20, depth: 8, values: 1 << 10 };

/// The same as `serde_json` has it.
fn plain(value: Value<'_>) -> Plain {
    if let Some(array) = value.as_array() {
        return array.map(plain).collect();
    }
    if let Some(object) = value.as_object() {
        return Plain::Object(object.map(|(key, value)| (key.to_owned(), plain(value))).collect());
    }
    let number = || value.as_number().map(|number| serde_json::from_str(number).unwrap());
    let text = || value.as_str().map(Plain::from);
    value.as_bool().map(Plain::from).or_else(text).or_else(number).unwrap_or_default()
}

fn read_text(text: &str) -> Result<Plain, Error> {
    read(text, &LIMITS).map(|document| plain(document.value()))
}

fn written(value: &Plain) -> Result<Vec<u8>, Error> {
    canonical(read(value.to_string(), &WIDE).unwrap().value())
}

#[test]
fn values_as_they_came() {
    assert_eq!(read_text(" {\"a\":[1,-2,1.5,\"b\",true,null]} \n"), Ok(json!({"a": [1, -2, 1.5, "b", true, null]})));
    assert_eq!(read_text("18446744073709551615"), Ok(json!(u64::MAX)));
    assert_eq!(
        read_text("\"\\u1ed9 \\ud83d\\ude00 \\\\ \\/ \\b\\f\\n\\r\\t\""),
        Ok(json!("ộ 😀 \\ / \u{8}\u{c}\n\r\t"))
    );
}

#[test]
fn each_kind_is_that_kind_and_no_other() {
    let document = read("[null,true,12,-1.50,\"a\",\"\\n\",[7],{\"a\":8}]", &Limits { values: 11, ..LIMITS }).unwrap();
    let found: Vec<Value<'_>> = document.value().as_array().unwrap().collect();
    let of = |number: usize| found[number];
    assert_eq!(
        found.iter().map(|value| value.is_null()).collect::<Vec<_>>(),
        [true, false, false, false, false, false, false, false]
    );
    assert_eq!((of(1).as_bool(), of(0).as_bool(), of(1).as_str()), (Some(true), None, None));
    assert_eq!((of(2).as_number(), of(2).as_u64(), of(2).as_f64()), (Some("12"), Some(12), Some(12.0)));
    assert_eq!((of(3).as_number(), of(3).as_u64(), of(3).as_f64()), (Some("-1.50"), None, Some(-1.5)));
    assert_eq!((of(4).as_str(), of(5).as_str(), of(4).as_number()), (Some("a"), Some("\n"), None));
    assert_eq!((of(6).as_array().unwrap().len(), of(6).as_object().is_none()), (1, true));
    assert_eq!((of(7).as_object().unwrap().len(), of(7).as_array().is_none()), (1, true));
    assert_eq!(
        (of(7).get("a").and_then(Value::as_u64), of(7).get("b").is_none(), of(6).get("a").is_none()),
        (Some(8), true, true)
    );
    assert_eq!(document.text(), "[null,true,12,-1.50,\"a\",\"\\n\",[7],{\"a\":8}]");
}

#[test]
fn limits_hold_to_the_last_byte() {
    let text = |length: usize| format!("\"{}\"", "a".repeat(length - 2));
    assert!(read_text(&text(200)).is_ok());
    assert_eq!(read_text(&text(201)), Err(Error::TooLong { length: 201, most: 200 }));
    assert_eq!(read_text("[[[1]]]"), Ok(json!([[[1]]])));
    assert_eq!(read_text("[{\"a\":[[]]}]"), Err(Error::TooDeep { most: 3 }));
    assert_eq!(read_text("[[[{"), Err(Error::TooDeep { most: 3 }));
    assert!(read_text("[1,2,3,4,5,6,7]").is_ok());
    assert_eq!(read_text("[1,2,3,4,5,6,7,8]"), Err(Error::TooMany { most: 8 }));
    assert_eq!(read_text("[[],[],[],[],[],[],[],[]]"), Err(Error::TooMany { most: 8 }));
}

#[test]
fn a_key_twice_however_it_is_escaped() {
    for text in ["{\"a\":1,\"a\":1}", "[{\"a\":1,\"\\u0061\":2}]", "{\"b\":{\"\":1,\"\":2}}"] {
        assert_eq!(read_text(text), Err(Error::DuplicateKey), "{text}");
    }
    assert!(read_text("{\"a\":{\"a\":1},\"A\":1}").is_ok());
    // So many that they are compared in another way.
    let many = |last: &str| {
        let keys = (0..40).map(|number| format!("\"{number}\"")).chain([last.to_owned()]);
        read(format!("{{{}}}", keys.map(|key| format!("{key}:0")).collect::<Vec<_>>().join(",")), &WIDE).map(drop)
    };
    assert_eq!((many("\"40\""), many("\"\\u0030\"")), (Ok(()), Err(Error::DuplicateKey)));
}

#[test]
fn what_follows_the_value() {
    for text in ["{}x", "{}{}", "1 2", "{},", "{}\0", "{}//"] {
        assert_eq!(read_text(text), Err(Error::TrailingBytes), "{text:?}");
    }
}

#[test]
fn what_is_not_json() {
    let malformed = |at| Err(Error::Malformed { at });
    assert_eq!(read_text("\u{feff}{}"), malformed(0));
    assert_eq!(read_text(""), malformed(0));
    assert_eq!(read_text("{\"a\":1,}"), malformed(7));
    assert_eq!(read_text("[\"\\udc00\"]"), malformed(8));
    for text in [
        "nul",
        "'a'",
        "{a:1}",
        "[1,]",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1.e1",
        "1e",
        "NaN",
        "1e400",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\u+123\"",
        "\"\t\"",
        "\"\\x\"",
        "\"",
        "[",
        "{\"a\"",
        "{\"a\" 1}",
    ] {
        assert!(matches!(read_text(text), Err(Error::Malformed { .. })), "{text:?}");
    }
    assert_eq!(read(b"\"\xff\"", &LIMITS), Err(Error::Malformed { at: 1 }));
    let long = |digits: usize| read("9".repeat(digits), &Limits { bytes: 400, ..LIMITS }).map(drop);
    assert_eq!((long(308), long(310)), (Ok(()), Err(Error::Malformed { at: 310 })));
}

#[test]
fn the_end_of_a_text_wherever_it_stands() {
    for (before, char) in (0..20).flat_map(|before| ('\0'..='\u{100}').map(move |char| (before, char))) {
        let text = format!("\"{}{char}\u{7f}\u{80}\"", "\u{7f}".repeat(before));
        let theirs = serde_json::from_str::<Plain>(&text).ok();
        assert_eq!(read(&*text, &WIDE).map(|document| plain(document.value())).ok(), theirs, "{text:?}");
    }
}

#[test]
fn the_example_of_rfc_8785_but_for_its_fractions() {
    // Section 3.2.2 and 3.2.3.
    let text = r#"{"numbers":[1E0,-0,4.0],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#;
    let document = read(text, &Limits { values: 20, ..LIMITS }).unwrap();
    let expected = r#"{"literals":[null,true,false],"numbers":[1,0,4],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
    assert_eq!(String::from_utf8(canonical(document.value()).unwrap()).unwrap(), expected);
    // Section 3.2.3: by UTF-16 code units, where U+1F600 comes before U+FB33.
    let value = json!({"€": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "😀": 5, "\u{80}": 6, "ö": 7});
    let expected = "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}";
    assert_eq!(String::from_utf8(written(&value).unwrap()).unwrap(), expected);
}

#[test]
fn numbers_that_are_no_exact_integers() {
    for text in ["1.5", "-0.1", "9007199254740992", "-9007199254740992", "18446744073709551615", "1e300", "1e-7"] {
        assert_eq!(canonical(read(text, &LIMITS).unwrap().value()), Err(Error::Number), "{text}");
    }
    assert_eq!(written(&json!(9_007_199_254_740_991_i64)), Ok(b"9007199254740991".to_vec()));
    assert_eq!(written(&json!(-9_007_199_254_740_991_i64)), Ok(b"-9007199254740991".to_vec()));
}

fn any_value() -> impl Strategy<Value = Plain> {
    let number = -(1_i64 << 53) + 1..1 << 53;
    let leaf = prop_oneof![
        Just(Plain::Null),
        any::<bool>().prop_map(Plain::from),
        number.prop_map(Plain::from),
        any::<String>().prop_map(Plain::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Plain::from),
            proptest::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Plain::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Texts that are nearly JSON more often than not.
fn nearly_json() -> impl Strategy<Value = String> {
    let bent = (any_value(), any::<prop::sample::Index>(), "[\\[\\]{}\",:0-9.eE+\\-a-c \\\\nul]{0,3}");
    let bent = bent.prop_map(|(value, place, with)| {
        let mut text = value.to_string();
        let place = text.floor_char_boundary(place.index(text.len()));
        text.insert_str(place, &with);
        text
    });
    prop_oneof![
        bent,
        "[\\[\\]{}\",:0-9.eE+\\-a-c \\\\nul]{0,40}",
        "-?[0-9]{1,20}([.][0-9]{1,9})?([eE][+-]?[0-9]{1,3})?"
    ]
}

proptest! {
    #[test]
    fn what_is_written_reads_back(value in any_value()) {
        let document = read(value.to_string(), &WIDE).unwrap();
        prop_assert_eq!(plain(document.value()), value);
    }

    #[test]
    fn canonical_text_reads_back_and_is_what_the_crate_writes(value in any_value()) {
        let text = written(&value).unwrap();
        prop_assert_eq!(&plain(read(&*text, &WIDE).unwrap().value()), &value);
        prop_assert_eq!(text, serde_json_canonicalizer::to_vec(&value).unwrap());
    }

    #[test]
    fn serde_json_reads_the_same(text in nearly_json()) {
        let theirs = serde_json::from_str::<Plain>(&text);
        match read(&*text, &WIDE) {
            Ok(document) => prop_assert_eq!(plain(document.value()), theirs.unwrap()),
            // It keeps the last of them.
            Err(Error::DuplicateKey) => {}
            Err(error) => prop_assert!(theirs.is_err(), "{}", error),
        }
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = read(&*bytes, &LIMITS);
    }
}
