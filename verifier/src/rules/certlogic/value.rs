//! What an expression evaluates to. Texts, lists and objects are lent from the data or the expression and never copied:
//! the language can pick texts apart but not join them, so nothing grows but lists that a rule itself writes out.

use std::rc::Rc;

use serde_json::{Number, Value as Json};

use super::{Budget, DateTime, Error, MAX_DEPTH};

/// A value, lent for as long as data and expression live.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Value<'d> {
    /// `null`, and whatever the data does not have.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer; also one that the data writes with a decimal point, as JavaScript has but one kind of number.
    Integer(i64),
    /// A text.
    Text(&'d str),
    /// A date-time; only `plusTime` and `dccDateOfBirth` make one.
    DateTime(DateTime),
    /// A list, an object or a number that is no integer, as the data has it.
    Data(&'d Json),
    /// A list that the expression wrote out.
    List(Rc<List<'d>>),
    /// What the lambda of a `reduce` sees.
    Fold(Rc<Fold<'d>>),
}

/// A list that an expression wrote out, with the number of lists that lie in one another in it.
#[derive(Debug)]
pub struct List<'d> {
    items: Vec<Value<'d>>,
    depth: usize,
}

/// The item at hand and the result so far.
#[derive(Debug)]
pub struct Fold<'d> {
    current: Value<'d>,
    accumulator: Value<'d>,
    depth: usize,
}

impl<'d> Value<'d> {
    /// The value that the data has.
    #[must_use]
    pub fn of(json: &'d Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(truth) => Self::Bool(*truth),
            Json::String(text) => Self::Text(text),
            Json::Number(number) => integer(number).map_or(Self::Data(json), Self::Integer),
            Json::Array(_) | Json::Object(_) => Self::Data(json),
        }
    }

    pub(super) fn list(items: Vec<Self>) -> Result<Self, Error> {
        let depth = deeper(items.iter())?;
        Ok(Self::List(Rc::new(List { items, depth })))
    }

    pub(super) fn fold(current: Self, accumulator: Self) -> Result<Self, Error> {
        let depth = deeper([&current, &accumulator].into_iter())?;
        Ok(Self::Fold(Rc::new(Fold { current, accumulator, depth })))
    }

    /// What lies under that name or index; null where nothing does.
    pub(super) fn member(&self, name: &str) -> Self {
        let index = || name.parse().ok().filter(|_| name.bytes().all(|byte| byte.is_ascii_digit()));
        match self {
            Self::Data(Json::Object(members)) => members.get(name).map_or(Self::Null, Self::of),
            Self::Data(Json::Array(_)) | Self::List(_) => index().and_then(|at| self.item(at)).unwrap_or(Self::Null),
            Self::Fold(fold) if name == "current" => fold.current.clone(),
            Self::Fold(fold) if name == "accumulator" => fold.accumulator.clone(),
            _ => Self::Null,
        }
    }

    /// The item at that place of a list.
    pub(super) fn item(&self, at: usize) -> Option<Self> {
        match self {
            Self::Data(Json::Array(items)) => items.get(at).map(Self::of),
            Self::List(list) => list.items.get(at).cloned(),
            _ => None,
        }
    }

    /// How many items the list has; `None` where this is no list.
    pub(super) fn length(&self) -> Option<usize> {
        match self {
            Self::Data(Json::Array(items)) => Some(items.len()),
            Self::List(list) => Some(list.items.len()),
            _ => None,
        }
    }

    /// Truthy, falsy or (`None`) neither.
    #[must_use]
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Bool(truth) => Some(*truth),
            Self::Integer(number) => Some(*number != 0),
            Self::Text(text) => Some(!text.is_empty()),
            Self::Data(Json::Array(items)) => Some(!items.is_empty()),
            Self::Data(Json::Object(members)) => Some(!members.is_empty()),
            Self::List(list) => Some(!list.items.is_empty()),
            Self::Fold(_) => Some(true),
            Self::Data(_) | Self::DateTime(_) => None,
        }
    }

    /// Equal without conversion. `None` for two lists, objects or date-times.
    pub(super) fn equals(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Null, Self::Null) => Some(true),
            (Self::Bool(one), Self::Bool(other)) => Some(one == other),
            (Self::Integer(one), Self::Integer(other)) => Some(one == other),
            (Self::Text(one), Self::Text(other)) => Some(one == other),
            (Self::Data(Json::Number(one)), Self::Data(Json::Number(other))) => Some(one == other),
            (one, other) if one.is_simple() || other.is_simple() => Some(false),
            _ => None,
        }
    }

    fn is_simple(&self) -> bool {
        matches!(self, Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Text(_) | Self::Data(Json::Number(_)))
    }

    fn depth(&self) -> usize {
        match self {
            Self::List(list) => list.depth,
            Self::Fold(fold) => fold.depth,
            _ => 0,
        }
    }

    /// The same as JSON, a date-time as JavaScript writes it.
    ///
    /// # Errors
    /// [`Error::Budget`], as lists that share their items may be far longer written out.
    pub fn to_json(&self, budget: &mut Budget) -> Result<Json, Error> {
        budget.spend(1)?;
        Ok(match self {
            Self::Null => Json::Null,
            Self::Bool(truth) => Json::Bool(*truth),
            Self::Integer(number) => Json::from(*number),
            Self::Text(text) => {
                budget.spend_text(text)?;
                Json::from(*text)
            }
            Self::DateTime(time) => Json::from(time.to_string()),
            Self::Data(json) => {
                budget.spend(size(json))?;
                (*json).clone()
            }
            Self::List(list) => {
                Json::Array(list.items.iter().map(|item| item.to_json(budget)).collect::<Result<_, _>>()?)
            }
            Self::Fold(fold) => {
                let (current, accumulator) = (fold.current.to_json(budget)?, fold.accumulator.to_json(budget)?);
                serde_json::json!({ "current": current, "accumulator": accumulator })
            }
        })
    }
}

/// One deeper than the deepest of these; values are dropped one in another, so their depth is bounded.
fn deeper<'v, 'd: 'v>(values: impl Iterator<Item = &'v Value<'d>>) -> Result<usize, Error> {
    let depth = values.map(Value::depth).max().unwrap_or(0) + 1;
    if depth > MAX_DEPTH { Err(Error::Depth) } else { Ok(depth) }
}

/// How many values lie in this one, itself counted, and how many bytes of text.
fn size(json: &Json) -> usize {
    match json {
        Json::String(text) => 1 + text.len(),
        Json::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Json::Object(members) => 1 + members.iter().map(|(name, member)| name.len() + size(member)).sum::<usize>(),
        Json::Null | Json::Bool(_) | Json::Number(_) => 1,
    }
}

/// The number as an integer, if it is one that JavaScript can tell from its neighbours.
pub(super) fn integer(number: &Number) -> Option<i64> {
    const LARGEST: f64 = 9_007_199_254_740_991.0;
    let whole = |float: &f64| float.fract() == 0.0 && float.abs() <= LARGEST;
    // Bounded above, so the conversion is exact.
    number.as_i64().or_else(|| number.as_f64().filter(whole).map(|float| float as i64))
}
