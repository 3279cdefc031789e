//! Every tolerance is named on a page, and nothing on a page is none; each is met in a vector of ours.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use serde_json::Value;
use specs::hcert::{self, Content, Tolerance, Tolerances};

const PAGES: [&str; 6] = [
    include_str!("../hcert.md"),
    include_str!("../eu-dcc.md"),
    include_str!("../icvp.md"),
    include_str!("../ddcc.md"),
    include_str!("../shc.md"),
    include_str!("../vds-nc.md"),
];
const CERTIFICATES: &str = include_str!("../vectors/certificates.json");
const OTHERS: [&str; 3] = [
    include_str!("../vectors/foreign.json"),
    include_str!("../vectors/shc.json"),
    include_str!("../vectors/vds-nc.json"),
];

fn codes(tolerances: impl IntoIterator<Item = Tolerance>) -> BTreeSet<String> {
    tolerances.into_iter().map(|tolerance| tolerance.code().to_owned()).collect()
}

/// The first cells of the tables whose second column is "what is forgiven".
fn named_on(page: &str) -> impl Iterator<Item = String> {
    let rows = page.split("| what is forgiven |").skip(1).flat_map(|table| table.lines().skip(2));
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| row.split('`').nth(1).unwrap().to_owned())
}

#[test]
fn the_pages_name_what_the_code_knows() {
    let named: BTreeSet<String> = PAGES.into_iter().flat_map(named_on).collect();
    assert_eq!(named, codes(Tolerance::ALL));
}

#[test]
fn each_is_met_in_a_vector() {
    let cases = |vectors: &str| serde_json::from_str::<Value>(vectors).unwrap()["cases"].as_array().unwrap().clone();
    let mut met = BTreeSet::new();
    for case in OTHERS.into_iter().flat_map(cases) {
        let named = case["tolerances"].as_array().cloned().unwrap_or_default();
        met.extend(named.iter().map(|name| name.as_str().unwrap().to_owned()));
    }
    for case in cases(CERTIFICATES).iter().filter(|case| case["reason"] == "valid") {
        let claims = hcert::open(case["text"].as_str().unwrap()).unwrap().claims().unwrap();
        met.extend(codes(claims.tolerances.iter()));
        if let Content::EuDcc(certificate) = &claims.content {
            let faults = certificate.structure_faults();
            let forgiven: Tolerances = faults.iter().map(|fault| certificate.forgiven(fault).unwrap()).collect();
            met.extend(codes(forgiven.iter()));
        }
    }
    assert_eq!(met, codes(Tolerance::ALL));
}
