//! Who signs, and what was signed: the only room that ever holds a private key.
//!
//! [`api`] is what the rest of the system sees of it: requests, answers and a client, no keys. It is always compiled.
//! Everything else (keys, ceremony, pipeline, log, server) needs the feature `server` and lives in a process of its own.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "tests"))]

pub mod api;
