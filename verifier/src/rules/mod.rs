//! RULES FOR TRAVEL AND ENTRY: does a certificate that is genuine also satisfy what a country asks, on that day, for that
//! purpose? The rules are data, in the form of the EU's gateway with logic in [`certlogic`]; which of them count is chosen
//! by country, region, purpose and day. Every rule comes out as passed, failed or open, with words in the language of whoever chose.
//! What cannot be evaluated is open and never passed. The page is `specs/rules.md`.

pub mod certlogic;
mod chosen;
mod error;
mod evaluate;
mod outcome;
mod payload;
mod rule;
mod set;
#[cfg(test)]
mod tests;
mod version;

pub use chosen::{Chosen, ENTRY};
pub use error::Error;
pub use evaluate::{MAX_STEPS_PER_RULE, MAX_STEPS_PER_SET};
pub use outcome::{Decision, Finding, Open, Outcome, Report};
pub use payload::{Event, External, Subject, codes, value_sets};
pub use rule::{Description, Kind, Rule};
pub use set::{MAX_BYTES, MAX_RULES, RuleSet};
pub use version::Version;
