//! The chains of [`crate::chain`] before rustls-webpki, which builds paths for TLS. Where it decides otherwise, the table
//! says why.

use crate::chain::{Case, cases};
use crate::made::now;
use rustls_pki_types::{CertificateDer, UnixTime};
use std::collections::BTreeMap;
use std::time::Duration;
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert};

/// Chains that rustls-webpki accepts and we refuse, with the rule that is ours.
const LAXER: &[(&str, &str)] = &[
    ("the authority may not sign certificates", "webpki does not look at key usage"),
    ("the root is no authority", "for webpki an anchor is a name and a key"),
    ("longer than the root's path length", "for webpki an anchor is a name and a key"),
    ("the root has expired", "for webpki an anchor is a name and a key"),
    ("the signer may not make signatures", "webpki does not look at key usage"),
    ("a document signer signs the list", "the roles are ours; webpki is asked for a signer of any kind"),
    ("a list signer signs documents", "the roles are ours; webpki is asked for a signer of any kind"),
    ("a key identifier that cannot be read", "webpki does not read key identifiers"),
    ("a production signer under a demonstration root", "demonstration and production are ours"),
    ("a demonstration signer under a production root", "demonstration and production are ours"),
    ("a demonstration authority under a production root", "demonstration and production are ours"),
];

/// Chains that we accept and rustls-webpki refuses.
const STRICTER: &[(&str, &str)] = &[];

#[test]
fn rustls_webpki_says_the_same_but_for_the_rules_written_here() {
    let laxer: BTreeMap<_, _> = LAXER.iter().copied().collect();
    let stricter: BTreeMap<_, _> = STRICTER.iter().copied().collect();
    let (mut agree, mut problems) = (0, Vec::new());
    for case in cases() {
        let theirs = webpki(&case);
        let listed = (laxer.contains_key(case.name), stricter.contains_key(case.name));
        match (case.expected.is_ok(), theirs.is_ok(), listed) {
            (ours, theirs, (false, false)) if ours == theirs => agree += 1,
            (false, true, (true, false)) | (true, false, (false, true)) => {}
            (ours, _, _) => problems.push(format!("{}: we accept: {ours}, webpki: {theirs:?}", case.name)),
        }
    }
    println!(
        "rustls-webpki agrees on {agree} chains, accepts {} more and refuses {} more",
        laxer.len(),
        stricter.len()
    );
    assert_eq!(problems, [""; 0]);
}

/// A signer of any kind: no extended key usage is asked for.
struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, usages: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        for usage in usages {
            usage?;
        }
        Ok(())
    }
}

fn webpki(case: &Case) -> Result<(), webpki::Error> {
    let anchors: Vec<CertificateDer<'_>> =
        case.anchors.iter().map(|made| CertificateDer::from(made.der.as_slice())).collect();
    let anchors = anchors.iter().map(anchor_from_trusted_cert).collect::<Result<Vec<_>, _>>()?;
    let offered: Vec<CertificateDer<'_>> =
        case.offered.iter().map(|made| CertificateDer::from(made.der.as_slice())).collect();
    let leaf = CertificateDer::from(case.leaf.der.as_slice());
    let at = UnixTime::since_unix_epoch(Duration::from_secs(now().0.unsigned_abs()));
    let end = EndEntityCert::try_from(&leaf)?;
    end.verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &anchors, &offered, at, AnyUsage, None, None).map(drop)
}
