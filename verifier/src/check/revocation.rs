//! Was it taken back? One question to the revocation data held, and what the answer means for a verdict.
//!
//! "Not known" is an answer of its own. The reference programs of the EU take a signer of whom they hold no data for one that
//! revoked nothing; here a certificate that says where its status stands, and whose status is not held, is
//! `revocation-unknown`. A certificate that names no status is checked by lists of hashes and by rules only, as far as there
//! are any, and passes without them: no data could ever say more of it.

use std::borrow::Cow;

use specs::hcert::{Claims, Content};
use specs::reason::{Class, Reason};
use specs::revocation::{Answer, Card, How, Question, Why};
use specs::time::UnixTime;
use trust_list::key::Algorithm;
use trust_list::signers::Signer;

use super::Held;
use super::run::Finding;

/// What is known of a certificate whose signature by that signer is good, and as of when, where a status list says so; no
/// finding where nothing was asked, because a check that was not made must not look like one that passed.
pub(super) fn check(
    held: &Held,
    signer: &Signer,
    signature: &[u8],
    claims: &Claims,
    at: UnixTime,
) -> (Option<Finding>, Option<UnixTime>) {
    let data = match held {
        Held::Data(data) => data,
        Held::NotAsked => return (None, None),
        Held::Nothing if claims.status.is_none() => return (None, None),
        Held::Nothing => {
            let words = "its status is published, and no revocation data are held here";
            return (Some(Err((Reason::RevocationUnknown, Cow::Borrowed(words)))), None);
        }
    };
    let kid = signer.kid();
    let (uvci, place, authority) = match &claims.content {
        Content::EuDcc(certificate) => {
            let entry = &certificate.entry;
            (entry.id(), entry.country(), entry.issuer())
        }
        Content::National(certificate) => (certificate.id.as_str(), specs::national::ISSUER, ""),
        Content::Icvp(certificate) => ("", "", certificate.issuer.as_deref().unwrap_or_default()),
        Content::Ddcc(certificate) => (
            certificate.id.as_deref().unwrap_or_default(),
            certificate.country.as_ref().map_or("", |country| &country.code),
            certificate.centre.as_deref().unwrap_or_default(),
        ),
        Content::Nzcp(pass) => (pass.id.as_str(), "NZ", ""),
        Content::VdsNc(seal) => (seal.id.as_str(), "", ""),
        Content::SwissLight(_) | Content::Shc(_) => ("", "", ""),
    };
    // Hashed with the country in the envelope, not with the country of the injection.
    let country = claims.iss.as_deref().unwrap_or(place);
    let rsa = matches!(signer.algorithm(), Algorithm::Ps256);
    let status = claims.status.as_ref();
    let card = match &claims.content {
        Content::Shc(card) => card.rid.as_deref().map(|rid| Card { issuer: &card.iss, rid, issued: card.nbf }),
        _ => None,
    };
    let issued = claims.iat;
    let asked = Question { at, kid: Some(&kid), signature, rsa, uvci, country, issued, authority, status, card };
    let answer = data.question(&asked);
    let as_of = if let Answer::Stands { as_of, .. } = answer { Some(as_of) } else { None };
    (Some(finding(answer)), as_of)
}

/// The finding, split: first what refuses the certificate, then what does not.
pub(super) fn revoked_first(found: Option<Finding>) -> (Option<Finding>, Option<Finding>) {
    let revoked = matches!(&found, Some(Err((reason, _))) if reason.class() == Class::Invalid);
    if revoked { (found, None) } else { (None, found) }
}

fn finding(answer: Answer) -> Finding {
    let fail = |reason, words| Err((reason, Cow::Borrowed(words)));
    let unknown = |words| fail(Reason::RevocationUnknown, words);
    match answer {
        Answer::Stands { before_issue: false, .. } => Ok(Cow::Borrowed("its status list says that it stands")),
        Answer::Stands { before_issue: true, .. } => {
            Ok(Cow::Borrowed("its status list, made before it was issued and still fresh, says that it stands"))
        }
        Answer::Good => Ok(Cow::Borrowed("names no status list; no list of hashes and no rule speaks against it")),
        Answer::Revoked(How::Signer) => fail(Reason::SignerRevoked, "the signer has been withdrawn"),
        Answer::Revoked(How::Site) => fail(Reason::Revoked, "a rule withdraws what was issued there"),
        Answer::Revoked(How::Hash(_)) => fail(Reason::Revoked, "a list of hashes names it"),
        Answer::Revoked(How::Filter(_)) => fail(
            Reason::Revoked,
            "a filter of hashes hits it, as it hits every revoked certificate and fewer than one in a million others",
        ),
        Answer::Revoked(How::Status) => fail(Reason::Revoked, "its status list says so"),
        Answer::Revoked(How::Card) => fail(Reason::Revoked, "the list of its issuer's revoked cards names it"),
        Answer::Suspended => fail(Reason::Suspended, "its status list says so"),
        Answer::Unknown(Why::NoList) => unknown("the status list that it names is not held here"),
        Answer::Unknown(Why::BeyondList) => unknown("the status list that it names has no such place"),
        Answer::Unknown(Why::ListExpired) => unknown("the status list that it names has expired"),
        Answer::Unknown(Why::ListOlder) => {
            unknown("the status list held is older than the certificate, and no longer fresh")
        }
        Answer::Unknown(Why::Meaning) => unknown("its status list says something that is not known here"),
        Answer::Unknown(Why::Mechanism) => unknown("its status is published in a way that is not known here"),
    }
}
