//! One check of one certificate, step by step.

use std::borrow::Cow;

use specs::hcert;
use specs::reason::Reason;
use specs::signer_list::Profiles;
use specs::time::UnixTime;
use trust_list::signers::{Signer, Source};
use trust_list::x509::Certificate;

use super::message::{Container, Message, Named, Opened, Stop};
use super::{CLOCK_SKEW, MAX_SIGNATURE_CHECKS, Verifier, content, revocation, rules, seals};
use crate::verdict::{Check, Claims, Format, Holder, ListState, NotRevoked, SignerFacts, Step, Trust, Verdict};

/// What a check found: words for the record, or a reason with words.
pub(crate) type Finding = Result<Cow<'static, str>, (Reason, Cow<'static, str>)>;

/// The state of one check.
pub(super) struct Run<'v> {
    verifier: &'v Verifier,
    at: UnixTime,
    trust: Trust,
    checks: Vec<Check>,
    /// The first failure.
    reason: Option<Reason>,
    /// Whose signature a batch has found to be good already.
    proven: Option<&'v Signer>,
}

impl<'v> Run<'v> {
    pub(super) fn new(verifier: &'v Verifier, at: UnixTime) -> Self {
        Self { verifier, at, trust: verifier.trust(at), checks: Vec::with_capacity(24), reason: None, proven: None }
    }

    pub(super) fn verdict(mut self, text: &str) -> Verdict {
        let opened = self.open(text);
        self.finish(opened)
    }

    /// The same, where the signature is known to be that of `signer`; `None` where nothing is known.
    #[cfg(feature = "batch")]
    pub(super) fn finish_knowing(mut self, opened: Result<Opened, Reason>, signer: Option<&'v Signer>) -> Verdict {
        self.proven = signer;
        self.finish(opened)
    }

    /// All steps after the layers.
    fn finish(mut self, opened: Result<Opened, Reason>) -> Verdict {
        let opened = match opened {
            Ok(opened) => opened,
            Err(reason) => return Verdict::new(reason, self.trust, self.checks),
        };
        let (message, signed) = match self.signed(&opened) {
            Ok(signed) => signed,
            Err(reason) => return Verdict::new(reason, self.trust, self.checks),
        };
        let (signer, claims, certificate) = (self.best(&signed), signed.claims, signed.certificate);
        self.note_trust(signer);
        let mut not_revoked_as_of = None;
        let claims = match claims {
            Ok(mut claims) => {
                self.note(Step::Content, Ok(Cow::Borrowed("the claims are readable")));
                let (found, as_of) =
                    revocation::check(&self.verifier.revocation, signer, message.signature(), &claims, self.at);
                not_revoked_as_of = as_of;
                // Whoever holds a stolen key writes what he likes: that it is revoked must not wait behind what he wrote.
                let (revoked, rest) = revocation::revoked_first(found);
                revoked.into_iter().for_each(|found| self.note(Step::Revocation, found));
                self.note(Step::Envelope, envelope(&claims, self.at));
                self.note(Step::SignerValidity, validity(signer, certificate.as_ref(), self.at));
                self.note(Step::Purpose, purpose(signer, certificate.as_ref(), &claims));
                self.note(Step::Values, content::values(&mut claims, self.verifier.value_sets()));
                self.note(Step::Dates, content::dates(&claims, self.at));
                rest.into_iter().for_each(|found| self.note(Step::Revocation, found));
                Some(claims)
            }
            Err((reason, words)) => {
                self.note(Step::Content, Err((reason, Cow::Owned(words))));
                self.note(Step::SignerValidity, validity(signer, certificate.as_ref(), self.at));
                None
            }
        };
        let asked = claims.as_ref().and_then(|claims| rules::ask(self.verifier, claims, signer, self.at));
        let rules = asked.map(|(finding, outcomes)| {
            self.note(Step::Rules, finding);
            outcomes
        });
        let mut verdict = Verdict::new(self.reason.unwrap_or(Reason::Valid), self.trust, self.checks);
        verdict.rules = rules;
        verdict.not_revoked =
            not_revoked_as_of.map(|as_of| NotRevoked { as_of, age_seconds: self.at.0.saturating_sub(as_of.0) });
        verdict.signer = Some(SignerFacts::of(signer));
        if let Some(claims) = claims {
            verdict.format = Some(Format::of(&claims.content));
            verdict.holder = Some(Holder::of(&claims.content));
            verdict.claims = Some(Claims::of(claims));
        }
        verdict
    }

    /// Notes the layers that came off before the one that did not.
    fn stop(&mut self, layers: &[(Step, &'static str)], (step, reason, words): Stop) -> Reason {
        for (passed, words) in layers.iter().take_while(|(passed, _)| *passed != step) {
            self.note(*passed, Ok(Cow::Borrowed(*words)));
        }
        self.fail(step, reason, words)
    }

    /// Takes the layers off a text.
    pub(super) fn open(&mut self, text: &str) -> Result<Opened, Reason> {
        let container = Container::of(text).map_err(|stop| self.stop(&[], stop))?;
        container.open(text).map_err(|stop| self.stop(container.layers(), stop))
    }

    /// The steps from an open text to a good signature.
    fn signed<'m>(&mut self, opened: &'m Opened) -> Result<(Message<'m>, Signed<'v>), Reason> {
        let layers = opened.container().layers();
        let message = opened.message().map_err(|stop| self.stop(layers, stop))?;
        for (step, words) in layers {
            self.note(*step, Ok(Cow::Borrowed(*words)));
        }
        let (candidates, certificate) = self.candidates(&message)?;
        let signers = match &certificate {
            None => self.by_signers(&message, candidates)?,
            Some(certificate) => self.by_certificate(&message, candidates, certificate)?,
        };
        let claims = message.claims();
        Ok((message, Signed { signers, certificate, claims }))
    }

    /// Every believed signer that the message may mean, and the certificate that it brought along, if it did.
    fn candidates(&mut self, message: &Message<'_>) -> Result<(Vec<&'v Signer>, Option<Certificate>), Reason> {
        let named = message.signer();
        let (candidates, certificate) = match &named {
            Named::Nobody => return Err(self.fail(Step::Signer, self.nobody(), "the message names no key")),
            Named::Kid(kid) => (self.believed(kid, |signer| signer.issuer().is_none()), None),
            Named::OfIssuer(issuer, kid) => (self.believed(kid, |signer| signer.issuer() == Some(issuer)), None),
            Named::Certificate(der) => {
                let certificate = Certificate::parse(der)
                    .map_err(|error| self.fail(Step::Signer, Reason::CertificateMalformed, error.to_string()))?;
                let kid = trust_list::signers::kid_of_authority(certificate.authority_key_id().unwrap_or_default());
                let candidates = self.believed(&kid, |signer| signer.profiles().allows(Profiles::VDS_NC));
                (candidates, Some(certificate))
            }
        };
        if candidates.is_empty() {
            let whose = match (&named, &certificate) {
                (Named::OfIssuer(issuer, kid), _) => format!("{} of {issuer}", hex::encode(kid)),
                (Named::Kid(kid), _) => hex::encode(kid),
                (_, certificate) => {
                    let authority = certificate.as_ref().and_then(Certificate::authority_key_id);
                    hex::encode(authority.unwrap_or_default())
                }
            };
            let words = format!("nobody that is believed has the key identifier {whose}");
            return Err(self.fail(Step::Signer, self.nobody(), words));
        }
        self.note(Step::Signer, Ok(Cow::Borrowed("the key identifier is known")));
        Ok((candidates, certificate))
    }

    fn believed(&self, kid: &[u8], fits: impl Fn(&Signer) -> bool) -> Vec<&'v Signer> {
        // Nearly always one.
        let mut believed = Vec::with_capacity(1);
        believed.extend(self.verifier.by_kid(kid).filter(|signer| fits(signer)));
        believed
    }

    /// Those whose key made the signature. More than one remains only where several entries share one key.
    fn by_signers(
        &mut self,
        message: &Message<'_>,
        mut candidates: Vec<&'v Signer>,
    ) -> Result<Vec<&'v Signer>, Reason> {
        candidates.retain(|signer| message.names(signer.algorithm()));
        self.note_algorithm(message, !candidates.is_empty())?;
        let to_be_signed = message.to_be_signed();
        let proven = self.proven;
        let made_it = |signer: &&Signer| {
            proven.is_some_and(|proven| std::ptr::eq(proven, *signer))
                || signer.verify(&to_be_signed, message.signature())
        };
        let tried = candidates.len();
        candidates.truncate(MAX_SIGNATURE_CHECKS);
        candidates.retain(made_it);
        self.note_signature(!candidates.is_empty(), tried)?;
        Ok(candidates)
    }

    /// Those authorities that certified the key that made the signature. The certificate is the message's own, so it is
    /// worth nothing before an authority that is believed is found to have signed it.
    fn by_certificate(
        &mut self,
        message: &Message<'_>,
        mut authorities: Vec<&'v Signer>,
        certificate: &Certificate,
    ) -> Result<Vec<&'v Signer>, Reason> {
        let tried = authorities.len();
        authorities.truncate(MAX_SIGNATURE_CHECKS);
        authorities.retain(|authority| authority.certified(certificate));
        if authorities.is_empty() {
            let words = "no authority that is believed signed the certificate in the message";
            let reason = if tried > MAX_SIGNATURE_CHECKS { Reason::BudgetExceeded } else { Reason::SignatureInvalid };
            return Err(self.fail(Step::Signature, reason, words));
        }
        self.note_algorithm(message, message.names(certificate.key().algorithm()))?;
        let key = self.verifier.backend.prepare(certificate.key());
        let good = key.is_ok_and(|key| key.verify(&message.to_be_signed(), message.signature()));
        self.note_signature(good, 1)?;
        Ok(authorities)
    }

    fn note_algorithm(&mut self, message: &Message<'_>, fits: bool) -> Result<(), Reason> {
        if fits {
            self.note(Step::Algorithm, Ok(Cow::Borrowed("is that of the signer's key")));
            return Ok(());
        }
        let words = match message.algorithm() {
            Some(named) => format!("the header names algorithm {named}, which the signer's key does not do"),
            None => "the header names no algorithm".to_owned(),
        };
        Err(self.fail(Step::Algorithm, Reason::AlgorithmMismatch, words))
    }

    fn note_signature(&mut self, good: bool, tried: usize) -> Result<(), Reason> {
        if good {
            self.note(Step::Signature, Ok(Cow::Borrowed("is good")));
            return Ok(());
        }
        Err(if tried > MAX_SIGNATURE_CHECKS {
            let words = "more signers share this key identifier than are tried";
            self.fail(Step::Signature, Reason::BudgetExceeded, words)
        } else {
            self.fail(Step::Signature, Reason::SignatureInvalid, "no key of that identifier made this signature")
        })
    }

    /// Why there is no signer: what is missing first.
    fn nobody(&self) -> Reason {
        if let Some(refused) = self.trust.list_refused {
            return refused;
        }
        match self.trust.list.as_ref().map(|list| list.state) {
            Some(ListState::Future) => Reason::ClockWrong,
            Some(ListState::Expired) => Reason::TrustListExpired,
            Some(ListState::Fresh | ListState::Stale) => Reason::SignerUnknown,
            None if self.trust.given_signers > 0 => Reason::SignerUnknown,
            None => Reason::TrustListMissing,
        }
    }

    /// Of several entries with the same key, one that may have signed this; else the first.
    fn best(&self, signed: &Signed<'v>) -> &'v Signer {
        let fits = |signer: &&&Signer| {
            let certificate = signed.certificate.as_ref();
            let purpose = signed.claims.as_ref().is_ok_and(|claims| purpose(signer, certificate, claims).is_ok());
            purpose
                && validity(signer, certificate, self.at).is_ok()
                && (signer.source() == Source::Given || self.list_usable())
        };
        match signed.signers.as_slice() {
            [only] => only,
            several => several.iter().find(fits).or(several.first()).expect("a good signature has a signer"),
        }
    }

    fn list_usable(&self) -> bool {
        self.trust.list.as_ref().is_some_and(|list| matches!(list.state, ListState::Fresh | ListState::Stale))
    }

    /// Is the list that names the signer of an age at which it can be believed?
    fn note_trust(&mut self, signer: &Signer) {
        let state = match signer.source() {
            Source::List => self.trust.list.as_ref().map(|list| list.state),
            Source::Given => None,
        };
        let finding = match state {
            None => Ok(Cow::Borrowed("the signer was named by the user")),
            Some(ListState::Fresh) => Ok(Cow::Borrowed("is up to date")),
            Some(ListState::Stale) => Ok(Cow::Borrowed("should have been renewed; still usable for some days")),
            Some(ListState::Expired) => {
                Err((Reason::TrustListExpired, Cow::Borrowed("is too old to tell anything by")))
            }
            Some(ListState::Future) => {
                Err((Reason::ClockWrong, Cow::Borrowed("was issued after the time of this check")))
            }
        };
        self.note(Step::TrustList, finding);
    }

    fn note(&mut self, step: Step, finding: Finding) {
        let (ok, detail) = match finding {
            Ok(detail) => (true, detail),
            Err((reason, detail)) => {
                self.reason.get_or_insert(reason);
                (false, detail)
            }
        };
        self.checks.push(Check { step, ok, detail });
    }

    fn fail(&mut self, step: Step, reason: Reason, words: impl Into<Cow<'static, str>>) -> Reason {
        self.note(step, Err((reason, words.into())));
        reason
    }
}

/// A certificate with a good signature.
struct Signed<'v> {
    /// Whose key made it; not empty.
    signers: Vec<&'v Signer>,
    /// The certificate of the key, where the message brought it along and a signer certified it.
    certificate: Option<Certificate>,
    claims: Result<hcert::Claims, (Reason, String)>,
}

/// Issue and expiry. Both must be there, by the schema of the envelope; [`content::times`] knows who is forgiven. The
/// second of the expiry itself still counts: hcert_spec 3.3.1 refuses "after" it, and fourteen cases of the official test
/// data are checked in that very second (RFC 8392 alone would refuse it there). Clocks may differ by [`CLOCK_SKEW`] at
/// the beginning, not at the end.
fn envelope(claims: &hcert::Claims, at: UnixTime) -> Finding {
    let fail = |reason, words| Err((reason, Cow::Borrowed(words)));
    let Some((issued, expires)) = content::times(claims) else {
        return fail(Reason::ContentSchema, "the time of issue or of expiry is missing");
    };
    let latest = at.plus_seconds(CLOCK_SKEW);
    if expires.zip(issued).is_some_and(|(expires, issued)| expires <= issued) {
        fail(Reason::DatesImplausible, "expires before it was issued")
    } else if issued.is_some_and(|issued| issued > latest) {
        fail(Reason::CertificateNotYetValid, "was issued after the time of this check")
    } else if claims.nbf.is_some_and(|from| from > latest) {
        fail(Reason::CertificateNotYetValid, "is to be accepted only later")
    } else if expires.is_some_and(|expires| at > expires) {
        fail(Reason::CertificateExpired, "has expired")
    } else {
        Ok(Cow::Borrowed("is in force"))
    }
}

/// The shell model: the signer must be in force at the time of the check, and so must a certificate between it and the
/// message.
fn validity(signer: &Signer, certificate: Option<&Certificate>, at: UnixTime) -> Finding {
    if at < signer.not_before() || certificate.is_some_and(|certificate| at < certificate.not_before()) {
        Err((Reason::SignerNotYetValid, Cow::Borrowed("the signer's certificate is not in force yet")))
    } else if at > signer.not_after() || certificate.is_some_and(|certificate| at > certificate.not_after()) {
        Err((Reason::SignerExpired, Cow::Borrowed("the signer's certificate has expired")))
    } else {
        Ok(Cow::Borrowed("the signer's certificate is in force"))
    }
}

/// May this signer sign certificates of this kind, in this format? A national certificate comes from Viet Nam; a
/// certificate that came along must be one for sealing, of the state that the message names.
fn purpose(signer: &Signer, certificate: Option<&Certificate>, claims: &hcert::Claims) -> Finding {
    let refuse = |words| Err((Reason::SignerPurpose, Cow::Borrowed(words)));
    let content = &claims.content;
    let foreign = matches!(content, hcert::Content::National(_)) && !matches!(signer.country(), "" | "VN");
    if !signer.purposes().allows(content::kind(content)) {
        refuse("the signer may not sign this kind of event")
    } else if !signer.profiles().allows(content::profile(content)) {
        refuse("the signer may not sign in this format")
    } else if foreign {
        refuse("the signer of a national certificate is of another country")
    } else if certificate.is_some_and(|certificate| !seals::may_seal(certificate)) {
        refuse("the certificate in the message is not one for sealing")
    } else if certificate.is_some() && !seals::is_of(signer.country(), claims.iss.as_deref().unwrap_or_default()) {
        refuse("the authority is of another state than the message names")
    } else {
        Ok(Cow::Borrowed("the signer may sign this"))
    }
}
