//! The signed list of signers: who signed it, whether it is new enough, and whether it may replace the one held.
//!
//! The list is a COSE_Sign1 whose header carries the certificates of its signer up to, but without, the root. It is
//! believed when they lead to a configured anchor in the role of list signer. After that a list may grow old
//! ([`SignerList::freshness`]), and a newer one may take its place ([`accept`]); an older one, one by somebody else, or
//! a second one with the same number never may.

use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use specs::{
    cbor::Limits,
    cose, json,
    revocation::Revocation,
    signer_list::{self, Environment},
    time::{Date, UnixTime},
    value_set::published::{self, Updates},
};

use crate::{
    Error, Verified,
    backend::Backend,
    chain::{Anchor, Path, Role, find_path},
    signers::{Kid, Signer, Signers},
    x509::Certificate,
};

/// For how many days after its promised renewal a list still serves, with a warning. Austria's list was once not renewed in
/// time, and verification stopped in the whole country.
pub const GRACE_DAYS: i64 = 7;

/// What a list with its signature and certificates may measure. Its payload is one byte string to this level of CBOR.
const MESSAGE_LIMITS: Limits = Limits { max_bytes: signer_list::LIMITS.max_bytes + 64 * 1024, ..Limits::OURS };

/// How old a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// Its promised renewal lies ahead.
    Fresh,
    /// It should have been renewed, at most [`GRACE_DAYS`] ago: usable, and the user is told.
    Stale,
    /// Older than that: nothing can be said with it.
    Expired,
}

/// A list of signers, ready to check with.
#[derive(Debug, Clone)]
pub struct SignerList {
    content: signer_list::SignerList,
    signers: Signers,
    refused: Vec<(Kid, Error)>,
    signed_by: Certificate,
    anchor: Anchor,
    digest: [u8; 32],
    revocation: Option<Arc<Revocation>>,
    value_sets: Option<Updates>,
}

impl SignerList {
    /// What the list says, as it says it.
    pub fn content(&self) -> &signer_list::SignerList {
        &self.content
    }

    /// Who published it.
    pub fn issuer(&self) -> &str {
        &self.content.issuer
    }

    /// Its number; every new list has a higher one.
    pub fn sequence(&self) -> u64 {
        self.content.sequence
    }

    /// When it was issued.
    pub fn issued(&self) -> UnixTime {
        self.content.issued
    }

    /// When the next one was promised for.
    pub fn next_update(&self) -> UnixTime {
        self.content.next_update
    }

    /// Demonstration or production.
    pub fn environment(&self) -> Environment {
        self.content.environment
    }

    /// The signers that can be used.
    pub fn signers(&self) -> &Signers {
        &self.signers
    }

    /// What was taken back, where the list is a bundle that says so.
    pub fn revocation(&self) -> Option<&Arc<Revocation>> {
        self.revocation.as_ref()
    }

    /// The rules for entry and use (JSON of `specs/rules.md`), where the list is a bundle that carries them.
    pub fn rules(&self) -> Option<&[u8]> {
        self.content.rules.as_deref()
    }

    /// Value sets that are newer than those of some builds, where the list is a bundle that carries any.
    pub fn value_sets(&self) -> Option<&Updates> {
        self.value_sets.as_ref()
    }

    /// Entries whose key is refused, and why. One bad key of one country must not stop all others.
    pub fn refused(&self) -> &[(Kid, Error)] {
        &self.refused
    }

    /// The certificate of who signed it.
    pub fn signed_by(&self) -> &Certificate {
        &self.signed_by
    }

    /// The anchor it leads to.
    pub fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// SHA-256 of what was signed: header and content, without the signature itself.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// What to remember of it.
    pub fn mark(&self) -> Mark {
        Mark {
            issuer: self.content.issuer.clone(),
            anchor: self.anchor.name().to_owned(),
            anchor_key: hex::encode(self.anchor.certificate().key().thumbprint()),
            sequence: self.content.sequence,
            issued: self.content.issued.0,
            digest: hex::encode(self.digest),
            revokes: self.revocation.is_some(),
        }
    }

    /// How old it is at `at`.
    pub fn freshness(&self, at: UnixTime) -> Freshness {
        if at <= self.next_update() {
            Freshness::Fresh
        } else if at <= self.next_update().plus_days(GRACE_DAYS) {
            Freshness::Stale
        } else {
            Freshness::Expired
        }
    }
}

/// Reads a list and checks who signed it, against `anchors` at the time `at`. An old list opens too: ask
/// [`SignerList::freshness`].
///
/// # Errors
/// [`Error::ListEnvelope`], [`Error::ListForm`], [`Error::ListMalformed`], [`Error::RevocationMalformed`],
/// [`Error::ValueSetsMalformed`], [`Error::ListUnsigned`], [`Error::ListHeader`], [`Error::ListSignature`],
/// [`Error::ClockBeforeIssue`], [`Error::EnvironmentMixed`]; for the certificates all errors of
/// [`Certificate::parse`] and [`find_path`].
pub fn open(
    bytes: &[u8],
    anchors: &[Anchor],
    at: UnixTime,
    backend: &dyn Backend,
) -> Result<Verified<SignerList>, Error> {
    let message = cose::parse_within(bytes, &MESSAGE_LIMITS).map_err(Error::ListEnvelope)?;
    let Path { leaf: signed_by, anchor, .. } = path_of_signer(&message, anchors, at, backend)?.into_inner();

    let to_be_signed = message.to_be_signed(&[]);
    if !backend.prepare(signed_by.key())?.verify(&to_be_signed, message.signature) {
        return Err(Error::ListSignature);
    }
    let content = signer_list::SignerList::decode(message.payload).map_err(Error::ListMalformed)?;
    check_content(&content, &anchor, at)?;

    let (mut signers, mut refused) = (Signers::new(), Vec::new());
    for entry in &content.signers {
        match Signer::from_entry(entry, backend) {
            Ok(signer) => signers.insert(signer),
            Err(error) => refused.push((entry.kid, error)),
        }
    }
    let revocation = content.revocation.as_deref().map(Revocation::decode).transpose();
    let revocation = revocation.map_err(Error::RevocationMalformed)?.map(Arc::new);
    let value_sets = content.value_sets.as_deref().map(|bytes| newer_value_sets(bytes, content.issued)).transpose()?;
    let digest = Sha256::digest(&to_be_signed).into();
    Ok(Verified::new(SignerList { content, signers, refused, signed_by, anchor, digest, revocation, value_sets }))
}

/// A set that is dated after the list that carries it would stand in the way of every set that follows.
fn newer_value_sets(bytes: &[u8], issued: UnixTime) -> Result<Updates, Error> {
    let sets = Updates::decode(bytes).map_err(Error::ValueSetsMalformed)?;
    let last = Date::at_utc(issued.plus_days(1));
    if sets.sets().iter().any(|set| set.date() > last) {
        return Err(Error::ValueSetsMalformed(published::Error::Field { field: "valueSetDate" }));
    }
    Ok(sets)
}

/// Decides between the list held and one that is offered: gives the one to hold from now on. Offering the list that is
/// held already changes nothing.
///
/// # Errors
/// [`Error::OtherIssuer`] where another issuer, or another anchor, stands behind the new one; [`Error::Rollback`] where it has
/// a lower number or was issued earlier; [`Error::Fork`] where it has the same number and another content;
/// [`Error::RevocationDropped`] where the one held is a bundle with revocation data and the new one has none.
pub fn accept(held: Verified<SignerList>, offered: Verified<SignerList>) -> Result<Verified<SignerList>, Error> {
    may_replace(&held, &offered)?;
    Ok(if offered.digest == held.digest { held } else { offered })
}

/// The question of [`accept`], without taking the lists.
///
/// # Errors
/// As [`accept`].
pub fn may_replace(held: &SignerList, offered: &SignerList) -> Result<(), Error> {
    held.mark().allows(offered)
}

/// What must be remembered of a list so that no older one is taken after it: across restarts, and when the list itself
/// can no longer be opened because its signer has expired. To be stored where the list is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    issuer: String,
    anchor: String,
    /// [`PublicKey::thumbprint`](crate::key::PublicKey::thumbprint) of the anchor, in hex: a root may be certified anew.
    anchor_key: String,
    sequence: u64,
    /// Seconds since 1970.
    issued: i64,
    digest: String,
    /// It carried revocation data.
    revokes: bool,
}

impl Mark {
    /// Reads a mark that was stored as JSON; `None` where this is none.
    pub fn from_json(bytes: &[u8]) -> Option<Self> {
        const LIMITS: json::Limits = json::Limits { bytes: 64 * 1024, depth: 2, values: 100 };
        let document = json::read(bytes, &LIMITS).ok()?;
        let mark = document.value();
        let text = |name| Some(mark.get(name)?.as_str()?.to_owned());
        Some(Self {
            issuer: text("issuer")?,
            anchor: text("anchor")?,
            anchor_key: text("anchor_key")?,
            sequence: mark.get("sequence")?.as_u64()?,
            issued: mark.get("issued")?.as_number()?.parse().ok()?,
            digest: text("digest")?,
            // Those of the first lists do not say it.
            revokes: match mark.get("revokes") {
                Some(revokes) => revokes.as_bool()?,
                None => false,
            },
        })
    }

    /// The number of the list that left this mark.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// May `offered` be taken after the list that left this mark? The same list may.
    ///
    /// # Errors
    /// As [`accept`].
    pub fn allows(&self, offered: &SignerList) -> Result<(), Error> {
        let new = offered.mark();
        if self.issuer != new.issuer || self.anchor_key != new.anchor_key {
            let words = |mark: &Self| format!("{} ({})", mark.issuer, mark.anchor);
            return Err(Error::OtherIssuer { held: words(self), offered: words(&new) });
        }
        if new.sequence == self.sequence && new.digest != self.digest {
            return Err(Error::Fork { sequence: self.sequence });
        }
        if new.sequence < self.sequence || new.issued < self.issued {
            return Err(Error::Rollback { held: self.sequence, offered: new.sequence });
        }
        // The plain list of the same issuer is public and may be newer than the bundle. Who offers it must not thereby make
        // a verifier forget what was taken back.
        if self.revokes && !new.revokes {
            return Err(Error::RevocationDropped { held: self.sequence, offered: new.sequence });
        }
        Ok(())
    }
}

/// The header must fit the certificate that comes with it; the certificate must lead to an anchor.
pub(crate) fn path_of_signer(
    message: &cose::Sign1<'_>,
    anchors: &[Anchor],
    at: UnixTime,
    backend: &dyn Backend,
) -> Result<Verified<Path>, Error> {
    let Some((leaf, above)) = message.x5chain.split_first() else { return Err(Error::ListUnsigned) };
    // Nothing may hang on a list that its signature does not cover.
    let detail = if message.tag != cose::Tagging::Sign1 {
        Some("it is tagged 18 and nothing else")
    } else if message.unprotected_labels > 0 {
        Some("all of its header is protected")
    } else if above.len() > crate::chain::MAX_OFFERED {
        Some("it carries too many certificates")
    } else {
        None
    };
    if let Some(detail) = detail {
        return Err(Error::ListForm { detail });
    }
    let leaf = Certificate::parse(leaf)?;
    let above = above.iter().map(|der| Certificate::parse(der)).collect::<Result<Vec<_>, _>>()?;
    // The key decides what is done with the signature; a header that says something else is a mistake or a trick.
    let algorithm_fits = message.alg.is_some_and(|alg| leaf.key().algorithm().cose_ids().contains(&alg.value));
    let kid_fits = message.kid().is_none_or(|kid| kid.value.as_bytes() == leaf.kid());
    if !algorithm_fits || !kid_fits {
        return Err(Error::ListHeader);
    }
    find_path(&leaf, &above, anchors, at, backend, Role::ListSigner)
}

fn check_content(content: &signer_list::SignerList, anchor: &Anchor, at: UnixTime) -> Result<(), Error> {
    if content.environment != anchor.environment() {
        return Err(Error::EnvironmentMixed { subject: content.issuer.clone() });
    }
    // One demonstration key in a production list lets anyone forge (CVE-2021-40855).
    let demo = content.signers.iter().find(|entry| Environment::of_name(&entry.name) == Environment::Demo);
    if let (Environment::Production, Some(entry)) = (content.environment, demo) {
        return Err(Error::EnvironmentMixed { subject: entry.name.clone() });
    }
    if at < content.issued {
        return Err(Error::ClockBeforeIssue { at, issued: content.issued });
    }
    Ok(())
}
