//! The CBOR of our own vectors fits our own grammar, and what is wrong in form does not, as a program reads both that shares
//! no code with the project: [`cddl.py`] over cddl-verifier. Where it is otherwise, the vector stands in
//! `exceptions/cddl.txt` with the reason.
//!
//! [`cddl.py`]: ../foreign/cddl.py
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use tests::exceptions::Exceptions;
use tests::python::Python;

#[test]
fn every_payload_of_our_vectors_fits_our_grammar_or_is_wrong_in_form() {
    let Some(python) = Python::found() else { return };
    let output = python.program("cddl.py").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut exceptions = Exceptions::of("cddl");
    // How many are to fit, and how many not to, by file of vectors.
    let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let [name, wanted, found] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let fits = match wanted {
            "fits" => true,
            "fails" => false,
            other => panic!("{other}"),
        };
        counts.entry(name.split_once('/').unwrap().0.to_owned()).or_default()[usize::from(!fits)] += 1;
        exceptions.case(name, (found == "fits") == fits, format!("{wanted}, but: {found}"));
    }
    for (file, [fit, fail]) in &counts {
        println!("{file}: {fit} payloads to fit, {fail} to fail");
    }
    exceptions.finish("payloads of our vectors and the grammar of their pages");
    let expected = [("certificates", [81, 36]), ("foreign", [20, 37]), ("signer-list", [8, 32])];
    assert_eq!(counts, expected.map(|(file, counts)| (file.to_owned(), counts)).into());
}
