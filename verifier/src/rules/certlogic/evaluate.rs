//! The value of an expression for some data, within a budget of steps.

use serde_json::Value as Json;

use super::expression::{Comparison, Expression, Node};
use super::{DateTime, Error, Value};

/// How much work may still be done. A step is an operation, a literal, one item of a list looked at, or 64 bytes of text
/// compared.
#[derive(Debug, Clone)]
pub struct Budget {
    steps: usize,
}

impl Budget {
    /// That many steps.
    #[must_use]
    pub fn new(steps: usize) -> Self {
        Self { steps }
    }

    /// How many steps are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.steps
    }

    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Error> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => {
                self.steps = 0;
                Err(Error::Budget)
            }
        }
    }

    pub(super) fn spend_text(&mut self, text: &str) -> Result<(), Error> {
        self.spend(text.len() / 64)
    }
}

impl Expression {
    /// The value for that data. A rule passes if this is `true`.
    ///
    /// # Errors
    /// [`Error::Budget`] where it takes too many steps, and whatever the specification calls an error. Never panics.
    pub fn evaluate<'d>(&'d self, data: &'d Json, budget: &mut Budget) -> Result<Value<'d>, Error> {
        Evaluation { budget }.of(&self.0, &Value::of(data))
    }
}

struct Evaluation<'b> {
    budget: &'b mut Budget,
}

impl Evaluation<'_> {
    /// Goes no deeper than the expression itself, whose depth is bounded.
    fn of<'d>(&mut self, node: &'d Node, data: &Value<'d>) -> Result<Value<'d>, Error> {
        self.budget.spend(1)?;
        match node {
            Node::Bool(truth) => Ok(Value::Bool(*truth)),
            Node::Integer(number) => Ok(Value::Integer(*number)),
            Node::Text(text) => Ok(Value::Text(text)),
            Node::List(items) => Value::list(self.all(items, data)?),
            Node::Var(path) => self.var(path, data),
            Node::If(operands) => {
                let [guard, then, otherwise] = &**operands;
                let chosen = if truth("if", &self.of(guard, data)?)? { then } else { otherwise };
                self.of(chosen, data)
            }
            Node::And(operands) => {
                let mut last = Value::Null;
                for operand in operands {
                    last = self.of(operand, data)?;
                    if !truth("and", &last)? {
                        break;
                    }
                }
                Ok(last)
            }
            Node::Not(operand) => Ok(Value::Bool(!truth("!", &self.of(operand, data)?)?)),
            Node::Equal(operands) => {
                let [one, other] = &**operands;
                let (one, other) = (self.of(one, data)?, self.of(other, data)?);
                self.equal("===", &one, &other).map(Value::Bool)
            }
            Node::In(operands) => {
                let [wanted, list] = &**operands;
                let (wanted, list) = (self.of(wanted, data)?, self.of(list, data)?);
                self.is_in(&wanted, &list).map(Value::Bool)
            }
            Node::Plus(operands) => {
                let [one, other] = &**operands;
                let (one, other) = (self.of(one, data)?, self.of(other, data)?);
                integer("+", &one)?.checked_add(integer("+", &other)?).map(Value::Integer).ok_or(Error::Overflow)
            }
            Node::Compare(comparison, operands) => {
                let operands = self.all(operands, data)?;
                compare(*comparison, &operands).map(Value::Bool)
            }
            Node::PlusTime(operand, amount, unit) => {
                let time = date_time("plusTime", DateTime::parse, &self.of(operand, data)?)?;
                time.plus(*amount, *unit).map(Value::DateTime)
            }
            Node::DccDateOfBirth(operand) => {
                date_time("dccDateOfBirth", DateTime::of_birth, &self.of(operand, data)?).map(Value::DateTime)
            }
            Node::ExtractFromUvci(operand, index) => {
                let operand = self.of(operand, data)?;
                self.fragment(&operand, *index)
            }
            Node::Reduce(operands) => {
                let [list, lambda, initial] = &**operands;
                let (list, initial) = (self.of(list, data)?, self.of(initial, data)?);
                self.reduce(&list, lambda, initial)
            }
        }
    }

    fn all<'d>(&mut self, nodes: &'d [Node], data: &Value<'d>) -> Result<Vec<Value<'d>>, Error> {
        nodes.iter().map(|node| self.of(node, data)).collect()
    }

    fn var<'d>(&mut self, path: &[String], data: &Value<'d>) -> Result<Value<'d>, Error> {
        let mut value = data.clone();
        for fragment in path {
            self.budget.spend(1)?;
            value = value.member(fragment);
        }
        Ok(value)
    }

    fn equal(&mut self, operator: &'static str, one: &Value<'_>, other: &Value<'_>) -> Result<bool, Error> {
        self.budget.spend(1)?;
        if let (Value::Text(text), Value::Text(_)) = (one, other) {
            self.budget.spend_text(text)?;
        }
        one.equals(other).ok_or(Error::Incomparable { operator })
    }

    fn is_in(&mut self, wanted: &Value<'_>, list: &Value<'_>) -> Result<bool, Error> {
        let length = list.length().ok_or(Error::Operand { operator: "in", expected: "a list" })?;
        for item in (0..length).filter_map(|at| list.item(at)) {
            if self.equal("in", wanted, &item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn reduce<'d>(&mut self, list: &Value<'d>, lambda: &'d Node, initial: Value<'d>) -> Result<Value<'d>, Error> {
        if matches!(list, Value::Null) {
            return Ok(initial);
        }
        let length = list.length().ok_or(Error::Operand { operator: "reduce", expected: "a list or null" })?;
        let mut accumulator = initial;
        for current in (0..length).filter_map(|at| list.item(at)) {
            self.budget.spend(1)?;
            accumulator = self.of(lambda, &Value::fold(current, accumulator)?)?;
        }
        Ok(accumulator)
    }

    /// The part of an identifier at that index, without the prefix that not all identifiers have.
    fn fragment<'d>(&mut self, operand: &Value<'d>, index: i64) -> Result<Value<'d>, Error> {
        let text: &'d str = match operand {
            Value::Null => return Ok(Value::Null),
            Value::Text(text) => text,
            _ => return Err(Error::Operand { operator: "extractFromUVCI", expected: "a text or null" }),
        };
        self.budget.spend_text(text)?;
        let text = text.strip_prefix("URN:UVCI:").unwrap_or(text);
        let at = usize::try_from(index).ok();
        Ok(at.and_then(|at| text.split(['/', '#', ':']).nth(at)).map_or(Value::Null, Value::Text))
    }
}

fn truth(operator: &'static str, value: &Value<'_>) -> Result<bool, Error> {
    value.truth().ok_or(Error::NeitherTrueNorFalse { operator })
}

fn integer(operator: &'static str, value: &Value<'_>) -> Result<i64, Error> {
    match value {
        Value::Integer(number) => Ok(*number),
        _ => Err(Error::Operand { operator, expected: "an integer" }),
    }
}

fn date_time(operator: &'static str, read: fn(&str) -> Option<DateTime>, value: &Value<'_>) -> Result<DateTime, Error> {
    match value {
        Value::Text(text) => read(text).ok_or(Error::NoDate { operator }),
        _ => Err(Error::Operand { operator, expected: "a text" }),
    }
}

/// Each operand with the next.
fn compare(comparison: Comparison, operands: &[Value<'_>]) -> Result<bool, Error> {
    let operator = comparison.name();
    if comparison.is_of_times() {
        let time = |value: &Value<'_>| match value {
            Value::DateTime(time) => Ok(*time),
            _ => Err(Error::Operand { operator, expected: "a date-time" }),
        };
        let times = operands.iter().map(time).collect::<Result<Vec<_>, _>>()?;
        Ok(times.is_sorted_by(|one, other| comparison.holds(one, other)))
    } else {
        let numbers = operands.iter().map(|value| integer(operator, value)).collect::<Result<Vec<_>, _>>()?;
        Ok(numbers.is_sorted_by(|one, other| comparison.holds(one, other)))
    }
}
