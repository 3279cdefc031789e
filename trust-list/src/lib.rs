//! WHO IS BELIEVED. Keys, X.509 certificates and their chains, the signed list of signers, the
//! lists of others, and signed status lists. This is the only room in
//! which a signature is checked; what it found good leaves it as a [`Verified`], which nobody else can make.
//!
//! A pure room: no clock, no network, no ambient randomness. The time and the cryptographic [`backend`] are arguments.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "tests"))]

pub mod backend;
#[cfg(feature = "batch")]
pub mod batch;
pub mod chain;
mod error;
pub mod import;
pub mod key;
pub mod list;
pub mod signers;
pub mod status_list;
mod verified;
pub mod x509;

pub use error::Error;
pub use verified::Verified;
