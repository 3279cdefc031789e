//! Which operations there are and what operands each must have, as far as can be seen before data is there.

use serde_json::Value as Json;

use super::date::Unit;
use super::expression::{Comparison, Node, Reader};
use super::value::integer;

/// The operation with that operator and those operands; `json` is the whole of it.
pub(super) fn read(reader: &mut Reader, json: &Json, operator: &str, operands: &Json, depth: usize) -> Option<Node> {
    if operator == "var" {
        return var(reader, json, operands);
    }
    let Json::Array(operands) = operands else {
        return reader.issue(json, "operation not of the form { \"<operator>\": [ <values...> ] }".to_owned());
    };
    if let Some(comparison) = Comparison::of(operator) {
        let fits = matches!(operands.len(), 2 | 3);
        let message = || count(&format!("an operation with operator \"{operator}\""), "2 or 3 operands", operands);
        return checked(reader, json, fits, message, operands, depth).map(|nodes| Node::Compare(comparison, nodes));
    }
    match operator {
        "if" => three(reader, json, "an \"if\"-operation", operands, depth).map(Node::If),
        "reduce" => three(reader, json, "a \"reduce\"-operation", operands, depth).map(Node::Reduce),
        "===" => two(reader, json, operator, operands, depth).map(Node::Equal),
        "in" => two(reader, json, operator, operands, depth).map(Node::In),
        "+" => two(reader, json, operator, operands, depth).map(Node::Plus),
        "and" => {
            let message = || count("an \"and\" operation", "at least 2 operands", operands);
            checked(reader, json, operands.len() >= 2, message, operands, depth).map(Node::And)
        }
        "!" => one(reader, json, "a !-operation (logical not/negation)", operands, depth).map(Node::Not),
        "dccDateOfBirth" => {
            one(reader, json, "a \"dccDateOfBirth\"-operation", operands, depth).map(Node::DccDateOfBirth)
        }
        "plusTime" => plus_time(reader, json, operands, depth),
        "extractFromUVCI" => extract_from_uvci(reader, json, operands, depth),
        _ => reader.issue(json, format!("unrecognised operator: \"{operator}\"")),
    }
}

/// `{ "var": "<path>" }`: fragments between dots, none of them empty; or the empty path.
fn var(reader: &mut Reader, json: &Json, path: &Json) -> Option<Node> {
    let Json::String(path) = path else {
        return reader.issue(json, "not of the form { \"var\": \"<path>\" }".to_owned());
    };
    if path.is_empty() {
        return Some(Node::Var(Vec::new()));
    }
    let fragments: Vec<String> = path.split('.').map(str::to_owned).collect();
    if fragments.iter().any(String::is_empty) {
        return reader.issue(json, format!("data access path doesn't have a valid format: {path}"));
    }
    Some(Node::Var(fragments))
}

fn plus_time(reader: &mut Reader, json: &Json, operands: &[Json], depth: usize) -> Option<Node> {
    let [text, amount, unit] = operands else {
        return reader.issue(json, count("a \"plusTime\"-operation", "exactly 3 values/operands", operands));
    };
    let text = reader.node(text, depth + 1);
    let amount = whole(reader, json, "\"amount\" argument (#2) of \"plusTime\"", amount);
    let unit = unit.as_str().and_then(Unit::of).or_else(|| {
        let message = format!(
            "\"unit\" argument (#3) of \"plusTime\" must be a string equal to one of year, month, day, hour, but it is: {unit}"
        );
        reader.issue(json, message)
    });
    Some(Node::PlusTime(Box::new(text?), amount?, unit?))
}

fn extract_from_uvci(reader: &mut Reader, json: &Json, operands: &[Json], depth: usize) -> Option<Node> {
    let [text, index] = operands else {
        return reader.issue(json, count("an \"extractFromUVCI\"-operation", "exactly 2 values/operands", operands));
    };
    let text = reader.node(text, depth + 1);
    let index = whole(reader, json, "\"index\" argument (#2) of \"extractFromUVCI\"", index);
    Some(Node::ExtractFromUvci(Box::new(text?), index?))
}

/// An operand that must be written as an integer.
fn whole(reader: &mut Reader, json: &Json, what: &str, operand: &Json) -> Option<i64> {
    let number = operand.as_number().and_then(integer);
    number.or_else(|| reader.issue(json, format!("{what} must be an integer, but it is: {operand}")))
}

fn one(reader: &mut Reader, json: &Json, what: &str, operands: &[Json], depth: usize) -> Option<Box<Node>> {
    match operands {
        [operand] => reader.node(operand, depth + 1).map(Box::new),
        _ => reader.issue(json, count(what, "exactly 1 operand", operands)),
    }
}

fn two(reader: &mut Reader, json: &Json, operator: &str, operands: &[Json], depth: usize) -> Option<Box<[Node; 2]>> {
    let message = || count(&format!("an operation with operator \"{operator}\""), "2 operands", operands);
    let nodes = checked(reader, json, operands.len() == 2, message, operands, depth)?;
    nodes.try_into().ok()
}

fn three(reader: &mut Reader, json: &Json, what: &str, operands: &[Json], depth: usize) -> Option<Box<[Node; 3]>> {
    let message = || count(what, "exactly 3 values/operands", operands);
    let nodes = checked(reader, json, operands.len() == 3, message, operands, depth)?;
    nodes.try_into().ok()
}

/// The operands, if their number fits; those that are there are looked at in any case.
fn checked(
    reader: &mut Reader,
    json: &Json,
    fits: bool,
    message: impl Fn() -> String,
    operands: &[Json],
    depth: usize,
) -> Option<Vec<Node>> {
    if !fits {
        reader.issue::<()>(json, message());
    }
    reader.nodes(operands, depth).filter(|_| fits)
}

fn count(what: &str, wanted: &str, operands: &[Json]) -> String {
    format!("{what} must have {wanted}, but it has {}", operands.len())
}
