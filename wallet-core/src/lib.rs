//! What a holder keeps and shows: certificates imported from a text or a picture, grouped by person, each with the state
//! it is in today and its QR symbol to be shown again.
//!
//! Pure: the moment, the trust data (a [`verifier::Verifier`]) and randomness are arguments. Where the bytes lie is
//! behind the trait [`Store`]. A wallet never shows a green tick: whether a certificate holds is for the checker's own
//! device to say; the wallet says what the holder must know (renew it, replace it, get newer trust data).
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "tests"))]

mod card;
mod error;
#[cfg(feature = "file")]
mod file;
mod person;
mod state;
mod store;
#[cfg(test)]
mod tests;
mod wallet;

pub use card::{Card, CardId};
pub use error::Error;
#[cfg(feature = "file")]
pub use file::{Cost, FileStore, Random};
pub use person::{Person, Shown};
pub use state::{EXPIRES_SOON_DAYS, State};
pub use store::{MemoryStore, Store};
pub use wallet::{Imported, Wallet};
