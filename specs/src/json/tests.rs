//! Tests of the reader and the canonical writer; a second implementation of RFC 8785 is the writer's oracle.

use super::*;
use proptest::prelude::*;
use serde_json::json;

const LIMITS: Limits = Limits { bytes: 200, depth: 3, values: 8 };

fn read_text(text: &str) -> Result<Value, Error> {
    read(text.as_bytes(), &LIMITS)
}

#[test]
fn values_as_they_came() {
    assert_eq!(read_text(" {\"a\":[1,-2,1.5,\"b\",true,null]} \n"), Ok(json!({"a": [1, -2, 1.5, "b", true, null]})));
    assert_eq!(read_text("18446744073709551615"), Ok(json!(u64::MAX)));
    assert_eq!(read_text("1715107763.677").map(|number| number.as_f64()), Ok(Some(1_715_107_763.677)));
    assert_eq!(read_text("\"\\u1ed9 \\ud83d\\ude00\""), Ok(json!("ộ 😀")));
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
}

#[test]
fn what_follows_the_value() {
    for text in ["{}x", "{}{}", "1 2", "{},", "{}\0", "{}//"] {
        assert_eq!(read_text(text), Err(Error::TrailingBytes), "{text:?}");
    }
}

#[test]
fn what_is_not_json() {
    let malformed = |column| Err(Error::Malformed { line: 1, column });
    assert_eq!(read_text("\u{feff}{}"), malformed(1));
    assert_eq!(read_text(""), malformed(0));
    assert_eq!(read_text("{\"a\":1,}"), malformed(8));
    for text in
        ["nul", "'a'", "{a:1}", "[1,]", "01", "+1", ".5", "1.", "NaN", "1e400", "\"\\ud800\"", "\"\t\"", "\"\\x\""]
    {
        assert!(matches!(read_text(text), Err(Error::Malformed { .. })), "{text:?}");
    }
    assert!(matches!(read(b"\"\xff\"", &LIMITS), Err(Error::Malformed { .. })));
}

#[test]
fn the_example_of_rfc_8785_but_for_its_fractions() {
    // Section 3.2.2 and 3.2.3.
    let text = r#"{"numbers":[1E0,-0,4.0],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#;
    let value = read(text.as_bytes(), &Limits { values: 20, ..LIMITS }).unwrap();
    let expected = r#"{"literals":[null,true,false],"numbers":[1,0,4],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
    assert_eq!(String::from_utf8(canonical(&value).unwrap()).unwrap(), expected);
    // Section 3.2.3: by UTF-16 code units, where U+1F600 comes before U+FB33.
    let value = json!({"€": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "😀": 5, "\u{80}": 6, "ö": 7});
    let expected = "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}";
    assert_eq!(String::from_utf8(canonical(&value).unwrap()).unwrap(), expected);
}

#[test]
fn numbers_that_are_no_exact_integers() {
    for text in ["1.5", "-0.1", "9007199254740992", "-9007199254740992", "18446744073709551615", "1e300", "1e-7"] {
        assert_eq!(canonical(&read_text(text).unwrap()), Err(Error::Number), "{text}");
    }
    assert_eq!(canonical(&json!(9_007_199_254_740_991_i64)), Ok(b"9007199254740991".to_vec()));
    assert_eq!(canonical(&json!(-9_007_199_254_740_991_i64)), Ok(b"-9007199254740991".to_vec()));
}

fn any_value() -> impl Strategy<Value = Value> {
    let number = -(1_i64 << 53) + 1..1 << 53;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn canonical_text_reads_back_and_is_what_the_crate_writes(value in any_value()) {
        let text = canonical(&value).unwrap();
        let wide = Limits { bytes: 1 << 20, depth: 8, values: 1 << 10 };
        prop_assert_eq!(read(&text, &wide), Ok(value.clone()));
        prop_assert_eq!(text, serde_json_canonicalizer::to_vec(&value).unwrap());
    }

    #[test]
    fn what_we_read_serde_json_reads_alike(text in "[\\[\\]{}\",:0-9.eE+\\-a-c \\\\nul]{0,40}") {
        if let Ok(value) = read_text(&text) {
            prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = read(&bytes, &LIMITS);
    }
}
