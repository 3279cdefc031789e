//! IS IT TRUE, NOW, UNDER THESE RULES. The text of a certificate in, a verdict out: *valid*, *not valid* or *cannot tell*,
//! each with a stable reason, and with the age of the data it was decided with.
//!
//! A pure room: no clock, no network, no randomness, nothing is kept. The time, the signers that are believed and the
//! cryptographic back end are arguments.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "tests"))]

mod check;
mod checker;
mod claims;
pub mod inspect;
#[cfg(feature = "picture")]
pub mod picture;
pub mod rules;
#[cfg(feature = "scan")]
pub mod scan;
pub mod verdict;

pub use check::{CLOCK_SKEW, MAX_SIGNATURE_CHECKS, Verifier};
pub use checker::Checker;
pub use verdict::Verdict;
