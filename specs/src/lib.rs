//! THE NORM: what two independent parties must agree on byte for byte.
//!
//! Each page of this folder has its module here: bytes and characters at the bottom ([`base45`], [`zlib`], [`cbor`],
//! [`cose`]), the envelope that travels in a QR symbol ([`hcert`]), what it carries ([`dcc`], [`national`]), the list
//! that says who may sign it ([`signer_list`]) and those that say what was taken back ([`status_list`], [`hash_list`],
//! [`revocation`]). Nothing here checks a signature, reads a clock or draws random
//! numbers: time is an argument and belief is `trust-list`'s work.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "tests"))]

pub mod base45;
pub mod cbor;
pub mod cose;
pub mod dcc;
pub mod foreign;
pub mod hash_list;
pub mod hcert;
pub mod icao;
pub mod language;
pub mod national;
pub mod qr;
pub mod reason;
pub mod revocation;
pub mod signer_list;
pub mod status_list;
pub mod time;
mod tolerance;
pub mod uvci;
pub mod value_set;
pub mod zlib;
