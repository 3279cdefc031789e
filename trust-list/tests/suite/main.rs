//! The room from outside: certificates as the field has them, chains against OpenSSL, lists old, bent and forged.
#![expect(clippy::unwrap_used, reason = "tests")]

#[cfg(feature = "batch")]
mod batch;
mod certificates;
mod chain;
mod edwards;
mod foreign_authorities;
mod import;
mod list;
mod made;
mod webpki;
