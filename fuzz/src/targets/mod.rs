//! One file per target. To add one: a file like its neighbours, and its name in both lists below.

mod base45;
mod cbor;
mod claims;
mod cose;
mod dcc;
mod hcert;
mod icao;
mod import;
mod inspect;
mod national;
mod picture;
mod scan;
mod signed;
mod signer_list;
mod time;
mod trust_list;
mod uvci;
mod verify;
mod x509;
mod zlib;

use crate::Target;

/// All targets, by name.
pub const ALL: &[Target] = &[
    base45::TARGET,
    cbor::TARGET,
    claims::TARGET,
    cose::TARGET,
    dcc::TARGET,
    hcert::TARGET,
    icao::TARGET,
    import::TARGET,
    inspect::TARGET,
    national::TARGET,
    picture::TARGET,
    scan::TARGET,
    signed::TARGET,
    signer_list::TARGET,
    time::TARGET,
    trust_list::TARGET,
    uvci::TARGET,
    verify::TARGET,
    x509::TARGET,
    zlib::TARGET,
];
