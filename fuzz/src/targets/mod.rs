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
mod json;
mod national;
mod nzcp;
mod picture;
mod revocation;
mod rules;
mod scan;
mod shc;
mod signed;
mod signer_list;
mod slices;
mod status_list;
mod swiss_light;
mod time;
mod trust_list;
mod uvci;
mod value_sets;
mod vds_nc;
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
    json::TARGET,
    national::TARGET,
    nzcp::TARGET,
    picture::TARGET,
    revocation::TARGET,
    rules::TARGET,
    scan::TARGET,
    shc::TARGET,
    signed::TARGET,
    signer_list::TARGET,
    slices::TARGET,
    status_list::TARGET,
    swiss_light::TARGET,
    time::TARGET,
    trust_list::TARGET,
    uvci::TARGET,
    value_sets::TARGET,
    vds_nc::TARGET,
    verify::TARGET,
    x509::TARGET,
    zlib::TARGET,
];
