//! Who signs, and what was signed: the only room that ever holds a private key.
//!
//! [`api`] is what the rest of the system sees of it: requests, answers and a client, no keys. It is always compiled.
//! Everything else (keys, ceremony, pipeline, log, server) needs the feature `server` and lives in a process of its own.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "tests"))]

pub mod api;

#[cfg(feature = "server")]
pub mod bundle;
#[cfg(feature = "server")]
pub mod ceremony;
#[cfg(feature = "server")]
pub mod clock;
#[cfg(feature = "server")]
pub mod document;
#[cfg(feature = "server")]
pub mod jws;
#[cfg(feature = "server")]
pub mod keyring;
#[cfg(feature = "server")]
pub mod keys;
#[cfg(feature = "server")]
pub mod lint;
#[cfg(feature = "server")]
pub mod list;
#[cfg(feature = "server")]
pub mod log;
#[cfg(feature = "server")]
pub mod pipeline;
#[cfg(feature = "server")]
pub mod revocation;
#[cfg(feature = "server")]
pub mod rng;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "server")]
pub mod store;
#[cfg(test)]
mod testing;
#[cfg(feature = "server")]
pub mod witness;
