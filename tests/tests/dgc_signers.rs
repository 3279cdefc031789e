//! Every signer's certificate of the official EU DCC test data can be taken as a signer, on both back ends, with the purposes
//! that stand in it.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use tests::{back_ends::both, exceptions::Exceptions, vectors};
use trust_list::signers::Signer;

#[test]
fn every_signer_of_the_test_data_can_be_taken() {
    let Some(folder) = vectors::folder("dgc") else { return };
    let mut exceptions = Exceptions::of("dgc-signers");
    let mut certificates: BTreeMap<Vec<u8>, String> = BTreeMap::new();
    for path in vectors::files(&folder, "json") {
        let case: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let Some(text) = case["TESTCTX"]["CERTIFICATE"].as_str() else { continue };
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        certificates.entry(STANDARD.decode(text).unwrap()).or_insert(name);
    }
    for (der, name) in &certificates {
        let taken = both().map(|backend| Signer::from_certificate(der, backend).map(|s| s.kid()));
        assert_eq!(taken[0], taken[1], "{name}");
        exceptions.case(name, taken[0].is_ok(), format!("{:?}", taken[0].as_ref().err()));
    }
    exceptions.finish("signers of the EU DCC test data");
}
