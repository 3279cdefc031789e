//! Wycheproof, on both back ends: Ed25519, ECDSA P-256 as r||s (the form of COSE) and as DER (the form of X.509).
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use tests::{back_ends::both, exceptions::Exceptions, vectors};
use trust_list::{
    backend::{Backend, ecdsa_from_der},
    key::{Algorithm, PublicKey},
};

#[test]
fn both_back_ends_agree() {
    both().into_iter().for_each(run);
}

fn run(backend: &dyn Backend) {
    let Some(folder) = vectors::folder("wycheproof/testvectors_v1") else { return };
    let mut exceptions = Exceptions::of("wycheproof");
    for file in ["ed25519_test", "ecdsa_secp256r1_sha256_p1363_test", "ecdsa_secp256r1_sha256_test"] {
        let suite: Value =
            serde_json::from_slice(&std::fs::read(folder.join(format!("{file}.json"))).unwrap()).unwrap();
        let mut ran = 0;
        for group in suite["testGroups"].as_array().unwrap() {
            let key = bytes(&group["publicKeyDer"]);
            for case in group["tests"].as_array().unwrap() {
                let accepted = accepts(backend, &key, &bytes(&case["msg"]), &bytes(&case["sig"]), file);
                let expected = match case["result"].as_str().unwrap() {
                    "valid" => true,
                    "invalid" => false,
                    other => panic!("a result this test does not know: {other}"),
                };
                let words = format!("{} (accepted: {accepted}, expected: {expected})", case["comment"]);
                exceptions.case(&format!("{file}:{}", case["tcId"]), accepted == expected, words);
                ran += 1;
            }
        }
        assert_eq!(Some(ran), suite["numberOfTests"].as_u64(), "{file}");
    }
    exceptions.finish(&format!("Wycheproof, {} back end", backend.name()));
}

fn accepts(backend: &dyn Backend, spki: &[u8], message: &[u8], signature: &[u8], file: &str) -> bool {
    let Ok(key) = PublicKey::from_spki(spki) else { return false };
    let Ok(prepared) = backend.prepare(&key) else { return false };
    if file == "ecdsa_secp256r1_sha256_test" {
        return ecdsa_from_der(Algorithm::Es256, signature).is_some_and(|fixed| prepared.verify(message, &fixed));
    }
    prepared.verify(message, signature)
}

fn bytes(field: &Value) -> Vec<u8> {
    hex::decode(field.as_str().unwrap()).unwrap()
}
