//! Expressions as they are held: read from JSON once, with everything found that can be found before data is there.

use serde_json::Value as Json;

use super::date::Unit;
use super::operations;
use super::value::integer;

/// How deep operations and lists may lie in one another.
pub const MAX_DEPTH: usize = 64;
/// How many operations, literals and lists one expression may have.
pub const MAX_NODES: usize = 20_000;
/// After so many issues no more are looked for.
pub(super) const MAX_ISSUES: usize = 32;

/// A valid expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression(pub(super) Node);

/// Something wrong with an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    /// The part that is wrong.
    pub expr: Json,
    /// What is wrong with it, in the words of the validation suite of the specification.
    pub message: String,
}

/// One operation, literal or list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Bool(bool),
    Integer(i64),
    Text(String),
    List(Vec<Node>),
    /// The fragments of the path; none for the whole data.
    Var(Vec<String>),
    If(Box<[Node; 3]>),
    And(Vec<Node>),
    Not(Box<Node>),
    Equal(Box<[Node; 2]>),
    In(Box<[Node; 2]>),
    Plus(Box<[Node; 2]>),
    /// Two or three operands.
    Compare(Comparison, Vec<Node>),
    PlusTime(Box<Node>, i64, Unit),
    /// List, lambda, initial value.
    Reduce(Box<[Node; 3]>),
    ExtractFromUvci(Box<Node>, i64),
    DccDateOfBirth(Box<Node>),
}

/// The eight comparisons: four of integers, four of date-times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    Greater,
    AtMost,
    AtLeast,
    Before,
    After,
    NotAfter,
    NotBefore,
}

impl Comparison {
    pub(super) fn of(operator: &str) -> Option<Self> {
        Some(match operator {
            "<" => Self::Less,
            ">" => Self::Greater,
            "<=" => Self::AtMost,
            ">=" => Self::AtLeast,
            "before" => Self::Before,
            "after" => Self::After,
            "not-after" => Self::NotAfter,
            "not-before" => Self::NotBefore,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::Greater => ">",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::Before => "before",
            Self::After => "after",
            Self::NotAfter => "not-after",
            Self::NotBefore => "not-before",
        }
    }

    pub(super) fn is_of_times(self) -> bool {
        matches!(self, Self::Before | Self::After | Self::NotAfter | Self::NotBefore)
    }

    pub(super) fn holds<T: Ord>(self, one: T, other: T) -> bool {
        match self {
            Self::Less | Self::Before => one < other,
            Self::Greater | Self::After => one > other,
            Self::AtMost | Self::NotAfter => one <= other,
            Self::AtLeast | Self::NotBefore => one >= other,
        }
    }
}

/// Everything that is wrong with an expression; nothing if it is valid. Stops after some dozens.
#[must_use]
pub fn validate(json: &Json) -> Vec<Issue> {
    Expression::parse(json).err().unwrap_or_default()
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it, at least one issue: an unknown operator, a wrong number of operands, a literal that is not
    /// allowed, or more than [`MAX_DEPTH`] and [`MAX_NODES`] allow.
    pub fn parse(json: &Json) -> Result<Self, Vec<Issue>> {
        let mut reader = Reader { issues: Vec::new(), nodes: 0 };
        match reader.node(json, 1) {
            Some(node) if reader.issues.is_empty() => Ok(Self(node)),
            _ => Err(reader.issues),
        }
    }
}

/// One reading of one expression.
pub(super) struct Reader {
    issues: Vec<Issue>,
    nodes: usize,
}

impl Reader {
    /// The node that this JSON is, `None` after an issue.
    pub(super) fn node(&mut self, json: &Json, depth: usize) -> Option<Node> {
        self.nodes += 1;
        if self.issues.len() >= MAX_ISSUES {
            return None;
        }
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            // The part itself may be enormous.
            return self.issue(&Json::Null, "expression is too large or nested too deeply".to_owned());
        }
        match json {
            Json::Bool(truth) => Some(Node::Bool(*truth)),
            Json::String(text) => Some(Node::Text(text.clone())),
            Json::Number(number) => match integer(number) {
                Some(number) => Some(Node::Integer(number)),
                None => self.issue(json, format!("{number} is a non-integer number")),
            },
            Json::Array(items) => self.nodes(items, depth).map(Node::List),
            Json::Object(members) => match (members.len(), members.iter().next()) {
                (1, Some((operator, operands))) => operations::read(self, json, operator, operands, depth),
                (count, _) => {
                    self.issue(json, format!("expression object must have exactly one key, but it has {count}"))
                }
            },
            Json::Null => self.issue(json, "invalid CertLogic expression".to_owned()),
        }
    }

    /// All of these; all are looked at even when one is wrong.
    pub(super) fn nodes(&mut self, items: &[Json], depth: usize) -> Option<Vec<Node>> {
        let mut nodes = Some(Vec::new());
        for item in items {
            if self.issues.len() >= MAX_ISSUES {
                return None;
            }
            match (self.node(item, depth + 1), &mut nodes) {
                (Some(node), Some(nodes)) => nodes.push(node),
                _ => nodes = None,
            }
        }
        nodes
    }

    /// Notes an issue.
    pub(super) fn issue<T>(&mut self, expr: &Json, message: String) -> Option<T> {
        if self.issues.len() < MAX_ISSUES {
            self.issues.push(Issue { expr: expr.clone(), message });
        }
        None
    }
}
