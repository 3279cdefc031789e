//! CBOR in the diagnostic notation of RFC 8949 section 8, and JSON, one pair or element a line, as one would explain it to a
//! colleague.

use std::fmt::Write as _;

use specs::cbor::Value;
use specs::json;
use specs::text::is_unseen;

/// The whole item, its first line not indented, those below by two spaces a level.
pub(super) fn notation(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, 0);
    out
}

/// The depth is bounded by the strict pass that made `value`.
fn write(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Unsigned(number) => push(out, format_args!("{number}")),
        // -1 - n reaches below i64, so it is counted in i128.
        Value::Negative(number) => push(out, format_args!("{}", -1 - i128::from(*number))),
        Value::Bytes(bytes) => push(out, format_args!("h'{}'", hex::encode(bytes))),
        Value::Text(text) => push(out, format_args!("{}", quoted(text))),
        Value::Array(items) => list(out, ('[', ']'), items, depth, |out, item| write(out, item, depth + 1)),
        Value::Map(pairs) => list(out, ('{', '}'), pairs, depth, |out, (key, value)| {
            write(out, key, depth + 1);
            out.push_str(": ");
            write(out, value, depth + 1);
        }),
        Value::Tag(number, content) => {
            push(out, format_args!("{number}("));
            write(out, content, depth);
            out.push(')');
        }
        Value::Bool(value) => push(out, format_args!("{value}")),
        Value::Null => out.push_str("null"),
        Value::Undefined => out.push_str("undefined"),
        Value::Simple(number) => push(out, format_args!("simple({number})")),
        Value::Float(number) => push(out, format_args!("{number:?}")),
    }
}

/// JSON in the same form, members in the order in which they were written.
pub(super) fn json(value: json::Value<'_>) -> String {
    let mut out = String::new();
    write_json(&mut out, value, 0);
    out
}

/// The depth is bounded by whoever read `value`.
fn write_json(out: &mut String, value: json::Value<'_>, depth: usize) {
    if let Some(items) = value.as_array() {
        let items: Vec<_> = items.collect();
        list(out, ('[', ']'), &items, depth, |out, item| write_json(out, *item, depth + 1));
    } else if let Some(members) = value.as_object() {
        let members: Vec<_> = members.collect();
        list(out, ('{', '}'), &members, depth, |out, (name, value)| {
            push(out, format_args!("{}: ", quoted(name)));
            write_json(out, *value, depth + 1);
        });
    } else if let Some(text) = value.as_str() {
        push(out, format_args!("{}", quoted(text)));
    } else if let Some(number) = value.as_number() {
        out.push_str(number);
    } else if let Some(value) = value.as_bool() {
        push(out, format_args!("{value}"));
    } else {
        out.push_str("null");
    }
}

fn list<T>(
    out: &mut String,
    (open, close): (char, char),
    items: &[T],
    depth: usize,
    mut each: impl FnMut(&mut String, &T),
) {
    out.push(open);
    for (at, item) in items.iter().enumerate() {
        out.push_str(if at == 0 { "\n" } else { ",\n" });
        out.push_str(&"  ".repeat(depth + 1));
        each(out, item);
    }
    if !items.is_empty() {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
    out.push(close);
}

/// Text in quotes, with everything escaped that could disturb a terminal: control and formatting characters, such as
/// those that turn the direction of writing.
fn quoted(text: &str) -> String {
    format!("\"{}\"", harmless(text).replace('"', "\\\""))
}

/// Text with control characters, and characters that turn the direction of writing or are not seen, as `\u{...}`: for
/// whoever prints what a stranger has written.
#[must_use]
pub fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unseen(character) {
            push(&mut out, format_args!("{}", character.escape_unicode()));
        } else {
            out.push(character);
        }
    }
    out
}

fn push(out: &mut String, words: std::fmt::Arguments<'_>) {
    out.write_fmt(words).expect("a String takes whatever is written");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_item_is_written_as_rfc_8949_writes_it() {
        let value = Value::Map(vec![
            (Value::Unsigned(1), Value::Text("VN".to_owned())),
            (
                Value::Negative(u64::MAX),
                Value::Array(vec![Value::Bytes(vec![0xca, 0xfe]), Value::Null, Value::Undefined, Value::Bool(true)]),
            ),
            (Value::Tag(18, Box::new(Value::Float(1.0))), Value::Array(Vec::new())),
            (Value::Simple(99), Value::Map(Vec::new())),
        ]);
        let expected = "{\n  1: \"VN\",\n  -18446744073709551616: [\n    h'cafe',\n    null,\n    undefined,\n    true\n  ],\n  \
                        18(1.0): [],\n  simple(99): {}\n}";
        assert_eq!(notation(&value), expected);
    }

    #[test]
    fn json_is_written_as_it_came_one_member_a_line() {
        let text = r#"{"b":[1.50,true,null,{}],"a":"x\u001b\"","c":[]}"#;
        let limits = json::Limits { bytes: 100, depth: 4, values: 20 };
        let document = json::read(text, &limits).unwrap();
        let expected =
            "{\n  \"b\": [\n    1.50,\n    true,\n    null,\n    {}\n  ],\n  \"a\": \"x\\u{1b}\\\"\",\n  \"c\": []\n}";
        assert_eq!(super::json(document.value()), expected);
    }

    #[test]
    fn what_could_disturb_a_terminal_is_escaped() {
        assert_eq!(quoted("a\u{1b}[2J\"\u{202e}b"), "\"a\\u{1b}[2J\\\"\\u{202e}b\"");
        assert_eq!(harmless("Nguyễn Thị Hồng Nhung"), "Nguyễn Thị Hồng Nhung");
    }
}
