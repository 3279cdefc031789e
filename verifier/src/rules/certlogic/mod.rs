//! CertLogic 1.3.3, the language in which countries write down which certificates they accept: a small part of JsonLogic
//! with dates. An expression is read once, whole, and what is wrong with it is found then; it is evaluated as often as
//! there are certificates.
//!
//! Rules come from signed data, yet a gate must not stand still for a rule that is wrong or hostile. So an expression has
//! bounded size and depth, and every evaluation has a [`Budget`]: it ends, with a value or an [`Error`], and it never
//! panics. Where the specification leaves a case undefined (a day that does not exist, lists compared for equality) the
//! answer is an error and not a guess. `data` in the lambda of a `reduce` is a possible later addition to the language
//! and not part of it.

mod date;
mod evaluate;
mod expression;
mod operations;
#[cfg(test)]
mod tests;
mod value;

pub use date::DateTime;
pub use evaluate::Budget;
pub use expression::{Expression, Issue, MAX_DEPTH, MAX_NODES, validate};
pub use value::Value;

/// Why an expression has no value for that data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The work took more steps than allowed.
    #[error("the evaluation took more steps than allowed")]
    Budget,
    /// A value grew deeper than [`MAX_DEPTH`].
    #[error("a value grew too deep")]
    Depth,
    /// A value that is neither true nor false where one of both is needed.
    #[error("an operand of {operator} is neither true nor false")]
    NeitherTrueNorFalse {
        /// The operator.
        operator: &'static str,
    },
    /// An operand of a type that the operator does not take; so also one that is missing from the data.
    #[error("an operand of {operator} is not {expected}")]
    Operand {
        /// The operator.
        operator: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// Two lists, objects or date-times compared for equality, on which implementations differ.
    #[error("{operator} compares texts, integers and truth values only")]
    Incomparable {
        /// The operator.
        operator: &'static str,
    },
    /// A sum beyond 64 bits.
    #[error("a sum is too large")]
    Overflow,
    /// A text that is no date or date-time, or a day that the calendar does not have.
    #[error("an operand of {operator} is no date that can be")]
    NoDate {
        /// The operator.
        operator: &'static str,
    },
    /// A date outside the years 0 to 9999.
    #[error("a date lies outside the years 0 to 9999")]
    DateRange,
}

impl Error {
    /// The stable name of this error, for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Budget => "certlogic-budget",
            Self::Depth => "certlogic-depth",
            Self::NeitherTrueNorFalse { .. } => "certlogic-truth",
            Self::Operand { .. } => "certlogic-operand",
            Self::Incomparable { .. } => "certlogic-incomparable",
            Self::Overflow => "certlogic-overflow",
            Self::NoDate { .. } => "certlogic-no-date",
            Self::DateRange => "certlogic-date-range",
        }
    }
}
