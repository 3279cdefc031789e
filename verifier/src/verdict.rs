//! The answer: one of three words, one stable reason, and everything the person who checks may want to know about it.
//!
//! What a certificate says is in a verdict only after its signature was found good: nobody should read a name off a
//! forgery. The holder stands apart from the claims, because the holder is what a checker compares with an identity
//! document and the rest is what most checkers need not see.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use specs::hcert::Content;
use specs::reason::Reason;
use specs::signer_list::Environment;
use specs::time::UnixTime;
use trust_list::key::Algorithm;
use trust_list::signers::{Kid, Signer, Source};

pub use crate::claims::{Claims, Holder};
/// The three answers.
pub use specs::reason::Class as Outcome;

/// What the verifier says about one certificate at one moment. Serialises to the JSON of `verifier check --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Verdict {
    /// The answer; always the class of `reason`.
    pub verdict: Outcome,
    /// Why: the first check that failed, or `valid`.
    pub reason: Reason,
    /// Which format it is; known once the signature is good.
    pub format: Option<Format>,
    /// Whose certificate it is; only with a good signature.
    pub holder: Option<Holder>,
    /// What it says beside that; only with a good signature.
    pub claims: Option<Claims>,
    /// The signer whose key made the signature. Without a good signature: nobody.
    pub signer: Option<SignerFacts>,
    /// What the verifier believed in while it checked.
    pub trust: Trust,
    /// As of when the status list that the certificate names says that it stands; `None` where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_revoked: Option<NotRevoked>,
    /// What each rule says; `None` where no rules were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<crate::rules::Outcome>>,
    /// Every check that was made, in order. After a good signature all are made, even when one has failed; one that was not
    /// made (nobody asked, or nothing could be asked) is not here.
    pub checks: Vec<Check>,
}

/// A format of certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// EU Digital COVID Certificate.
    EuDcc,
    /// Viet Nam's national certificate (Decision 5772/QĐ-BYT).
    VnNational,
    /// WHO's digital yellow card.
    WhoIcvp,
    /// WHO's DDCC:VS.
    WhoDdcc,
    /// The Swiss light certificate.
    ChLight,
    /// The New Zealand COVID Pass.
    NzCovidPass,
    /// SMART Health Card of North America.
    SmartHealthCard,
    /// ICAO VDS-NC, proof of vaccination or testing.
    IcaoVdsNc,
}

/// The signer, as a verdict shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerFacts {
    /// Its key identifier.
    pub kid: Kid,
    /// Its name.
    pub name: Arc<str>,
    /// Its country, ISO 3166-1 alpha-2; empty where unknown.
    pub country: Arc<str>,
    /// The one algorithm of its key.
    pub algorithm: Algorithm,
    /// First second in which its signatures count.
    pub not_before: UnixTime,
    /// Last second in which its signatures count.
    pub not_after: UnixTime,
    /// Whether it stands in the trust list or was named by the user.
    pub source: Source,
}

/// How old the answer of a status list is: what was revoked since is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NotRevoked {
    /// When the list was made.
    #[serde(serialize_with = "rfc3339")]
    pub as_of: UnixTime,
    /// Seconds from then to the moment of the check.
    pub age_seconds: i64,
}

/// What was believed: the trust list and its age, and how many signers the user named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trust {
    /// The trust list, if there is one that could be believed.
    pub list: Option<ListFacts>,
    /// Why a list that was offered was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_refused: Option<Reason>,
    /// How many signers the user named.
    pub given_signers: usize,
}

/// The trust list, as a verdict shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFacts {
    /// Who publishes it.
    pub issuer: Arc<str>,
    /// Its number.
    pub sequence: u64,
    /// When it was made.
    pub issued: UnixTime,
    /// When the next one is due.
    pub next_update: UnixTime,
    /// Seconds from `issued` to the moment of the check; negative where the clock stands before the list.
    pub age_seconds: i64,
    /// How old it is in one word.
    pub state: ListState,
    /// Real people or demonstration.
    pub environment: Environment,
}

/// The age of a trust list in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListState {
    /// The next one is not due yet.
    Fresh,
    /// The next one is due and this one may still be used.
    Stale,
    /// Too old to tell anything by.
    Expired,
    /// It was issued after the moment of the check: the clock is wrong.
    Future,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which.
    pub step: Step,
    /// Passed?
    pub ok: bool,
    /// What was found, for people who look into it; not for machines.
    pub detail: Cow<'static, str>,
}

/// The checks, in the order in which they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Opening the picture; only where reading one failed.
    Picture,
    /// `HC1:`.
    Prefix,
    /// The size of the text.
    Size,
    /// Base45.
    Base45,
    /// Base32, base64url, or the digits of a SMART Health Card.
    Encoding,
    /// zlib or deflate, within bounds.
    Inflate,
    /// The compact JWS and its header.
    Jws,
    /// Strict JSON.
    Json,
    /// The strict pass over the CBOR of the message.
    Cbor,
    /// COSE_Sign1 and its headers.
    Cose,
    /// A believed signer with that key identifier.
    Signer,
    /// The algorithm named is the one of the signer's key.
    Algorithm,
    /// The signature.
    Signature,
    /// The age of the trust list, where the signer stands in it.
    TrustList,
    /// The certificate's claims can be read.
    Content,
    /// Issue and expiry of the certificate.
    Envelope,
    /// The signer's own validity.
    SignerValidity,
    /// The signer may sign this kind of certificate.
    Purpose,
    /// Fields and codes follow the format's rules and value sets.
    Values,
    /// The dates can be.
    Dates,
    /// It was not taken back, nor was its signer. Made right after the content was read; a finding that it *is* revoked comes
    /// before all others, one that this cannot be known after them. Not made where nobody asked, or no data are held and the
    /// certificate names none.
    Revocation,
    /// The rules of a country; only where they were asked for.
    Rules,
}

impl Verdict {
    /// The verdict about a picture in which no QR symbol could be read: nobody can tell.
    #[must_use]
    pub fn unreadable_picture(detail: impl Into<Cow<'static, str>>) -> Self {
        let trust = Trust { list: None, list_refused: None, given_signers: 0 };
        let mut verdict = Self::new(Reason::PictureUnreadable, trust, Vec::new());
        verdict.checks.push(Check { step: Step::Picture, ok: false, detail: detail.into() });
        verdict
    }

    /// The verdict about something that is no text at all.
    #[must_use]
    pub fn unreadable_text() -> Self {
        let trust = Trust { list: None, list_refused: None, given_signers: 0 };
        let check = Check { step: Step::Prefix, ok: false, detail: Cow::Borrowed("what was read is not text") };
        Self::new(Reason::TextUnreadable, trust, vec![check])
    }

    pub(crate) fn new(reason: Reason, trust: Trust, checks: Vec<Check>) -> Self {
        Self {
            verdict: reason.class(),
            reason,
            format: None,
            holder: None,
            claims: None,
            signer: None,
            trust,
            not_revoked: None,
            rules: None,
            checks,
        }
    }

    /// Is it valid?
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.verdict == Outcome::Valid
    }

    /// How a check came out; `None` where it was not made.
    #[must_use]
    pub fn passed(&self, step: Step) -> Option<bool> {
        self.checks.iter().find(|check| check.step == step).map(|check| check.ok)
    }
}

impl Format {
    /// The format of that content.
    #[must_use]
    pub fn of(content: &Content) -> Self {
        match content {
            Content::EuDcc(_) => Self::EuDcc,
            Content::National(_) => Self::VnNational,
            Content::Icvp(_) => Self::WhoIcvp,
            Content::Ddcc(_) => Self::WhoDdcc,
            Content::SwissLight(_) => Self::ChLight,
            Content::Nzcp(_) => Self::NzCovidPass,
            Content::Shc(_) => Self::SmartHealthCard,
            Content::VdsNc(_) => Self::IcaoVdsNc,
        }
    }
}

impl SignerFacts {
    pub(crate) fn of(signer: &Signer) -> Self {
        Self {
            kid: signer.kid(),
            name: Arc::clone(signer.shared_name()),
            country: Arc::clone(signer.shared_country()),
            algorithm: signer.algorithm(),
            not_before: signer.not_before(),
            not_after: signer.not_after(),
            source: signer.source(),
        }
    }
}

impl Serialize for SignerFacts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(7))?;
        map.serialize_entry("kid", &hex::encode(self.kid))?;
        map.serialize_entry("name", &*self.name)?;
        map.serialize_entry("country", &*self.country)?;
        map.serialize_entry("algorithm", self.algorithm.name())?;
        map.serialize_entry("not_before", &self.not_before.to_rfc3339())?;
        map.serialize_entry("not_after", &self.not_after.to_rfc3339())?;
        map.serialize_entry(
            "source",
            match self.source {
                Source::List => "trust-list",
                Source::Given => "given",
            },
        )?;
        map.end()
    }
}

impl Serialize for ListFacts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(7))?;
        map.serialize_entry("issuer", &*self.issuer)?;
        map.serialize_entry("sequence", &self.sequence)?;
        map.serialize_entry("issued", &self.issued.to_rfc3339())?;
        map.serialize_entry("next_update", &self.next_update.to_rfc3339())?;
        map.serialize_entry("age_seconds", &self.age_seconds)?;
        map.serialize_entry("state", &self.state)?;
        map.serialize_entry(
            "environment",
            match self.environment {
                Environment::Production => "production",
                Environment::Demo => "demo",
            },
        )?;
        map.end()
    }
}

fn rfc3339<S: Serializer>(time: &UnixTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339())
}
