//! What the official suites do not say: dates at their edges, what is undefined, and that nothing hangs or panics.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

fn value(expression: &Json, data: &Json) -> Result<Json, Error> {
    let expression = Expression::parse(expression).unwrap();
    let mut budget = Budget::new(10_000);
    expression.evaluate(data, &mut budget)?.to_json(&mut budget)
}

#[track_caller]
fn is(expression: &Json, data: &Json, expected: &Json) {
    assert_eq!(value(expression, data).as_ref(), Ok(expected), "{expression}");
}

fn plus(text: &str, amount: i64, unit: &str) -> Result<Json, Error> {
    value(&json!({ "plusTime": [text, amount, unit] }), &Json::Null)
}

#[test]
fn every_format_of_the_specification_is_read() {
    for (text, expected) in [
        ("2021", "2021-12-31T00:00:00.000Z"),
        ("2020-02", "2020-02-29T00:00:00.000Z"),
        ("2021-06-01", "2021-06-01T00:00:00.000Z"),
        ("2021-06-01T10:20:30", "2021-06-01T10:20:30.000Z"),
        ("2021-06-01T10:20:30Z", "2021-06-01T10:20:30.000Z"),
        ("2021-06-01T10:20:30+7", "2021-06-01T03:20:30.000Z"),
        ("2021-06-01T10:20:30+07", "2021-06-01T03:20:30.000Z"),
        ("2021-06-01T10:20:30+730", "2021-06-01T02:50:30.000Z"),
        ("2021-06-01T10:20:30+0730", "2021-06-01T02:50:30.000Z"),
        ("2021-06-01T10:20:30-7:30", "2021-06-01T17:50:30.000Z"),
        ("2021-06-01T10:20:30-07:30", "2021-06-01T17:50:30.000Z"),
        ("2021-06-01T10:20:30.1", "2021-06-01T10:20:30.100Z"),
        ("2021-06-01T10:20:30.1239999Z", "2021-06-01T10:20:30.123Z"),
        ("2021-06-01T10:20:30.12+07:00", "2021-06-01T03:20:30.120Z"),
    ] {
        assert_eq!(plus(text, 0, "day"), Ok(json!(expected)), "{text}");
    }
}

#[test]
fn what_is_no_date_is_an_error_and_not_a_guess() {
    for text in [
        "",
        "x",
        "21",
        "2021-1",
        "2021-13",
        "2021-02-29",
        "2021-09-99",
        "2021-06-01T",
        "2021-06-01 10:20:30Z",
        "2021-06-01T24:00:00Z",
        "2021-06-01T10:20:60Z",
        "2021-06-01T10:20:30.",
        "2021-06-01T10:20:30.Z",
        "2021-06-01T10:20:30+",
        "2021-06-01T10:20:30+:30",
        "2021-06-01T10:20:30+1:3",
        "2021-06-01T10:20:30+12345",
        "2021-06-01T10:20:30z",
        "２０２１-06-01",
        "2021-06-01T10:20:30é",
        "+021-06-01",
    ] {
        assert_eq!(plus(text, 0, "day"), Err(Error::NoDate { operator: "plusTime" }), "{text}");
    }
    let expected = Err(Error::NoDate { operator: "dccDateOfBirth" });
    assert_eq!(value(&json!({ "dccDateOfBirth": ["1963-00"] }), &Json::Null), expected);
}

#[test]
fn a_day_that_a_month_does_not_have_runs_over_as_in_javascript() {
    for (text, amount, unit, expected) in [
        ("2020-02-29", 1, "day", "2020-03-01"),
        ("2020-02-29", 1, "month", "2020-03-29"),
        ("2020-02-29", 1, "year", "2021-03-01"),
        ("2020-02-29", -1, "year", "2019-03-01"),
        ("2020-02-29", 4, "year", "2024-02-29"),
        ("2021-01-31", 1, "month", "2021-03-03"),
        ("2021-03-31", -1, "month", "2021-03-03"),
        ("2021-01-15", -13, "month", "2019-12-15"),
        ("2021-12-31", 24, "hour", "2022-01-01"),
    ] {
        assert_eq!(plus(text, amount, unit), Ok(json!(format!("{expected}T00:00:00.000Z"))), "{text} {amount} {unit}");
    }
}

#[test]
fn dates_outside_ten_thousand_years_are_an_error() {
    for unit in ["hour", "day", "month", "year"] {
        for amount in [i64::MAX, i64::MIN, 100_000_000_000] {
            assert_eq!(plus("2021-06-01", amount, unit), Err(Error::DateRange), "{amount} {unit}");
        }
    }
    assert_eq!(plus("9999-12-31", 1, "day"), Err(Error::DateRange));
    assert_eq!(plus("0000-01-01", -1, "hour"), Err(Error::DateRange));
}

#[test]
fn undefined_comparisons_are_errors() {
    let incomparable = |operator| Err(Error::Incomparable { operator });
    assert_eq!(value(&json!({ "===": [[1], [1]] }), &Json::Null), incomparable("==="));
    assert_eq!(value(&json!({ "in": [[1], [[1]]] }), &Json::Null), incomparable("in"));
    let time = json!({ "plusTime": ["2021", 0, "day"] });
    assert_eq!(value(&json!({ "===": [time, time] }), &Json::Null), incomparable("==="));
    is(&json!({ "===": [[1], 1] }), &Json::Null, &json!(false));
    is(&json!({ "===": [{ "var": "a" }, { "var": "b" }] }), &json!({ "a": 2.0, "b": 2 }), &json!(true));
    let neither = |operator| Err(Error::NeitherTrueNorFalse { operator });
    assert_eq!(value(&json!({ "!": [time] }), &Json::Null), neither("!"));
    assert_eq!(value(&json!({ "if": [{ "var": "a" }, 1, 2] }), &json!({ "a": 1.5 })), neither("if"));
    assert_eq!(value(&json!({ "and": [time, true] }), &Json::Null), neither("and"));
}

#[test]
fn operands_of_the_wrong_type_are_errors() {
    let data = json!({ "text": "x" });
    for (expression, operator, expected) in [
        (json!({ "in": [1, { "var": "absent" }] }), "in", "a list"),
        (json!({ "+": [1, "2"] }), "+", "an integer"),
        (json!({ ">": [1, { "var": "absent" }] }), ">", "an integer"),
        (json!({ "after": ["2021-01-01", "2020-01-01"] }), "after", "a date-time"),
        (json!({ "plusTime": [{ "var": "absent" }, 0, "day"] }), "plusTime", "a text"),
        (json!({ "dccDateOfBirth": [1963] }), "dccDateOfBirth", "a text"),
        (json!({ "extractFromUVCI": [1, 0] }), "extractFromUVCI", "a text or null"),
        (json!({ "reduce": [{ "var": "text" }, 1, 2] }), "reduce", "a list or null"),
    ] {
        assert_eq!(value(&expression, &data), Err(Error::Operand { operator, expected }), "{expression}");
    }
    assert_eq!(value(&json!({ "+": [i64::MAX, 1] }), &Json::Null), Err(Error::Overflow));
}

#[test]
fn all_issues_of_an_expression_are_told_before_it_is_evaluated() {
    let messages = |json: &Json| validate(json).into_iter().map(|issue| issue.message).collect::<Vec<_>>();
    for (expression, message) in [
        (json!({ "if": [true, 1] }), "an \"if\"-operation must have exactly 3 values/operands, but it has 2"),
        (json!({ "and": [true] }), "an \"and\" operation must have at least 2 operands, but it has 1"),
        (json!({ "<": [1] }), "an operation with operator \"<\" must have 2 or 3 operands, but it has 1"),
        (json!({ "===": [1, 2, 3] }), "an operation with operator \"===\" must have 2 operands, but it has 3"),
        (json!({ "!": [] }), "a !-operation (logical not/negation) must have exactly 1 operand, but it has 0"),
        (
            json!({ "plusTime": ["2021", "1", "day"] }),
            "\"amount\" argument (#2) of \"plusTime\" must be an integer, but it is: \"1\"",
        ),
        (
            json!({ "plusTime": ["2021", 1, "week"] }),
            "\"unit\" argument (#3) of \"plusTime\" must be a string equal to one of year, month, day, hour, but it is: \"week\"",
        ),
    ] {
        assert_eq!(messages(&expression), [message], "{expression}");
    }
    let several = json!({ "and": [null, 1.5, { "or": [true] }, { "var": "a..b" }] });
    assert_eq!(messages(&several).len(), 4);
    assert_eq!(messages(&Json::from(vec![Json::Null; 10_000])).len(), expression::MAX_ISSUES);
}

#[test]
fn an_expression_that_is_too_deep_or_too_large_is_refused() {
    let nested = |depth: usize| (1..depth).fold(json!(true), |inner, _| json!({ "!": [inner] }));
    assert!(Expression::parse(&nested(MAX_DEPTH)).is_ok());
    let message = "expression is too large or nested too deeply";
    let issue = |json| Expression::parse(&json).unwrap_err().remove(0);
    assert_eq!(issue(nested(MAX_DEPTH + 1)), Issue { expr: Json::Null, message: message.to_owned() });
    assert_eq!(issue(Json::from(vec![1; MAX_NODES])).message, message);
}

#[test]
fn work_that_would_grow_without_bound_ends_with_the_budget() {
    let data = json!({ "list": vec![1; 1_000] });
    let list = json!({ "var": "list" });
    let hundred = vec![0; 100];
    let search = json!({ "reduce": [list, { "in": [{ "var": "current" }, hundred] }, 0] });
    assert_eq!(value(&search, &data), Err(Error::Budget));
    let sum = json!({ "reduce": [list, { "+": [{ "var": "current" }, { "var": "accumulator" }] }, 0] });
    assert_eq!(value(&sum, &data), Ok(json!(1_000)));
    // A list of two of itself, again and again: short to hold, endless to write out.
    let pair = json!({ "reduce": [list, [{ "var": "accumulator" }, { "var": "accumulator" }], 0] });
    assert_eq!(value(&pair, &data), Err(Error::Depth));
    let few = json!({ "list": vec![1; 40] });
    assert_eq!(value(&pair, &few), Err(Error::Budget));
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-3_i64..30).prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[0-9T:+Z.-]{0,24}".prop_map(Json::from),
        prop_oneof![
            Just("day"),
            Just("hour"),
            Just("month"),
            Just("year"),
            Just("2021-06-01"),
            Just("1963"),
            Just("a.0.b"),
            Just("URN:UVCI:01:VN:X/Y#Z")
        ]
        .prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 200, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map("[ab]", inner, 0..3).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

const PATHS: &[&str] = &["", "a", "b", "a.0", "a.b", "current", "accumulator", "accumulator.0"];
const OPERATORS: &[&str] = &[
    "if",
    "===",
    "and",
    "<",
    ">",
    "<=",
    ">=",
    "in",
    "+",
    "after",
    "before",
    "not-after",
    "not-before",
    "!",
    "plusTime",
    "reduce",
    "extractFromUVCI",
    "dccDateOfBirth",
    "var",
    "or",
];

fn any_expression() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        3 => any_json(),
        2 => prop::sample::select(PATHS).prop_map(|path| json!({ "var": path })),
    ];
    leaf.prop_recursive(6, 300, 4, |inner| {
        prop_oneof![
            4 => (prop::sample::select(OPERATORS), prop::collection::vec(inner.clone(), 0..4))
                .prop_map(|(operator, operands)| json!({ operator: operands })),
            2 => (inner.clone(), any::<i32>(), prop::sample::select(&["day", "hour", "month", "year"][..]))
                .prop_map(|(text, amount, unit)| json!({ "plusTime": [text, amount, unit] })),
            2 => (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(list, lambda, initial)| json!({ "reduce": [list, lambda, initial] })),
            1 => prop::collection::vec(inner, 0..4).prop_map(Json::from),
        ]
    })
}

proptest! {
    #[test]
    fn any_expression_with_any_data_ends_within_its_budget(expression in any_expression(), data in any_json()) {
        match Expression::parse(&expression) {
            Ok(parsed) => {
                prop_assert_eq!(validate(&expression), []);
                let mut budget = Budget::new(2_000);
                if let Ok(value) = parsed.evaluate(&data, &mut budget) {
                    let _ = value.to_json(&mut budget);
                }
            }
            Err(issues) => prop_assert!(!issues.is_empty()),
        }
    }

    #[test]
    fn any_text_as_a_date_is_read_or_refused(text in "\\PC{0,40}") {
        let found = plus(&text, 0, "day");
        let allowed = [Error::NoDate { operator: "plusTime" }, Error::DateRange];
        prop_assert!(found.as_ref().err().is_none_or(|error| allowed.contains(error)));
    }
}
