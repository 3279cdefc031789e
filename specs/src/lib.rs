//! THE NORM: what two independent parties must agree on byte for byte.
//!
//! Each page of this folder has its module here: bytes and characters at the bottom ([`base45`], [`zlib`], [`cbor`],
//! [`cose`], [`json`], [`jws`]), the envelope that travels in a QR symbol ([`hcert`]), what it carries ([`dcc`],
//! [`national`], and from elsewhere [`icvp`], [`ddcc`]), the formats of others that have an envelope of their own
//! ([`shc`], [`vds_nc`], [`swiss_light`], [`nzcp`]), the list that says who may sign them ([`signer_list`]) and those that
//! say what was taken back ([`status_list`], [`hash_list`], [`revocation`]). Nothing here checks a signature, reads a clock
//! or draws random
//! numbers: time is an argument and belief is `trust-list`'s work.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "tests"))]

mod base32;
pub mod base45;
pub mod cbor;
pub mod cose;
mod country;
pub mod dcc;
pub mod ddcc;
pub mod fields;
pub mod foreign;
pub mod hash_list;
pub mod hcert;
pub mod holder;
pub mod icao;
pub mod icvp;
pub mod json;
pub mod jws;
pub mod language;
pub mod national;
mod nfc;
pub mod nzcp;
pub mod qr;
pub mod reason;
pub mod revocation;
pub mod shc;
pub mod signer_list;
pub mod status_list;
pub mod swiss_light;
pub mod text;
pub mod time;
mod tolerance;
pub mod uvci;
pub mod value_set;
pub mod vds_nc;
pub mod zlib;

/// The text of a field: up to 23 bytes lie in the value itself, as most codes and names do, and a copy of a longer one is
/// shared.
pub use smol_str::SmolStr;
