//! One check of one certificate, step by step.

use std::borrow::Cow;

use specs::cose::Sign1;
use specs::foreign;
use specs::hcert::{self, Opened};
use specs::reason::Reason;
use specs::time::UnixTime;
use trust_list::signers::{Signer, Source};

use super::{CLOCK_SKEW, MAX_SIGNATURE_CHECKS, Verifier, content, refusal, revocation};
use crate::verdict::{Check, Claims, Format, Holder, ListState, SignerFacts, Step, Trust, Verdict};

/// What a check found: words for the record, or a reason with words.
pub(super) type Finding = Result<Cow<'static, str>, (Reason, Cow<'static, str>)>;

/// The state of one check.
pub(super) struct Run<'v> {
    verifier: &'v Verifier,
    at: UnixTime,
    trust: Trust,
    checks: Vec<Check>,
    /// The first failure.
    reason: Option<Reason>,
}

impl<'v> Run<'v> {
    pub(super) fn new(verifier: &'v Verifier, at: UnixTime) -> Self {
        Self { verifier, at, trust: verifier.trust(at), checks: Vec::with_capacity(16), reason: None }
    }

    pub(super) fn verdict(mut self, text: &str) -> Verdict {
        let signed = match self.open(text).and_then(|opened| self.signed(&opened)) {
            Ok(signed) => signed,
            Err(reason) => return Verdict::new(reason, self.trust, self.checks),
        };
        let (signer, claims) = (self.best(&signed), signed.claims);
        self.note_trust(signer);
        let claims = match claims {
            Ok(claims) => {
                self.note(Step::Content, Ok(Cow::Borrowed("the claims are readable")));
                let found = revocation::check(&self.verifier.revocation, signer, &signed.signature, &claims, self.at);
                // Whoever holds a stolen key writes what he likes: that it is revoked must not wait behind what he wrote.
                let (revoked, rest) = revocation::revoked_first(found);
                revoked.into_iter().for_each(|found| self.note(Step::Revocation, found));
                self.note(Step::Envelope, envelope(&claims, self.at));
                self.note(Step::SignerValidity, validity(signer, self.at));
                self.note(Step::Purpose, purpose(signer, &claims.content));
                self.note(Step::Values, content::values(&claims.content));
                self.note(Step::Dates, content::dates(&claims, self.at));
                rest.into_iter().for_each(|found| self.note(Step::Revocation, found));
                Some(claims)
            }
            Err(error) => {
                let words = Cow::Owned(error.to_string());
                self.note(Step::Content, Err((refusal::of_claims(&error), words)));
                self.note(Step::SignerValidity, validity(signer, self.at));
                None
            }
        };
        let mut verdict = Verdict::new(self.reason.unwrap_or(Reason::Valid), self.trust, self.checks);
        verdict.signer = Some(SignerFacts::of(signer));
        if let Some(claims) = claims {
            verdict.format = Some(Format::of(&claims.content));
            verdict.holder = Some(Holder::of(&claims.content));
            verdict.claims = Some(Claims::of(claims));
        }
        verdict
    }

    /// The steps from the text to a well-formed COSE message.
    fn open(&mut self, text: &str) -> Result<Opened, Reason> {
        const LAYERS: [(Step, &str); 6] = [
            (Step::Prefix, "begins with HC1:"),
            (Step::Size, "fits a QR symbol"),
            (Step::Base45, "is Base45"),
            (Step::Inflate, "inflates within bounds"),
            (Step::Cbor, "is well-formed CBOR"),
            (Step::Cose, "is a COSE_Sign1 message"),
        ];
        if text.trim().is_empty() {
            return Err(self.fail(Step::Prefix, Reason::TextUnreadable, "there is no text"));
        }
        if let Some(format) = foreign::recognise(text) {
            return Err(self.fail(Step::Prefix, Reason::UnsupportedFormat, format));
        }
        let opened = hcert::open(text);
        let stopped = opened.as_ref().err().map(refusal::of_text);
        for (step, words) in LAYERS {
            if stopped.is_some_and(|(stopped, _)| stopped == step) {
                break;
            }
            self.note(step, Ok(Cow::Borrowed(words)));
        }
        match (opened, stopped) {
            (Ok(opened), _) => Ok(opened),
            (Err(error), stopped) => {
                let (step, reason) = stopped.unwrap_or((Step::Cose, Reason::CoseMalformed));
                Err(self.fail(step, reason, error.to_string()))
            }
        }
    }

    /// The steps from a COSE message to a good signature. More than one signer remains only where several entries share
    /// one key.
    fn signed(&mut self, opened: &Opened) -> Result<Signed<'v>, Reason> {
        let message = opened.sign1();
        let candidates = self.candidates(&message)?;
        let fitting = self.with_that_algorithm(&message, candidates)?;
        let to_be_signed = message.to_be_signed(&[]);
        let believed = |signer: &&Signer| signer.verify(&to_be_signed, message.signature);
        let signers: Vec<&Signer> = fitting.iter().copied().take(MAX_SIGNATURE_CHECKS).filter(believed).collect();
        if signers.is_empty() {
            return Err(if fitting.len() > MAX_SIGNATURE_CHECKS {
                self.fail(
                    Step::Signature,
                    Reason::BudgetExceeded,
                    "more signers share this key identifier than are tried",
                )
            } else {
                self.fail(Step::Signature, Reason::SignatureInvalid, "no key of that identifier made this signature")
            });
        }
        self.note(Step::Signature, Ok(Cow::Borrowed("is good")));
        Ok(Signed { signers, signature: message.signature.to_vec(), claims: hcert::Claims::of(&message) })
    }

    /// Every believed signer with the key identifier of the message. An identifier that is not eight bytes has none.
    fn candidates(&mut self, message: &Sign1<'_>) -> Result<Vec<&'v Signer>, Reason> {
        let verifier = self.verifier;
        let Some(kid) = message.kid().map(|kid| kid.value.as_bytes()) else {
            return Err(self.fail(Step::Signer, self.nobody(), "the message names no key"));
        };
        let listed = verifier.list.as_ref().map_or(&[][..], |list| list.signers().by_kid(kid));
        let candidates: Vec<&Signer> = verifier.given.by_kid(kid).iter().chain(listed).collect();
        if candidates.is_empty() {
            let words = format!("nobody that is believed has the key identifier {}", hex::encode(kid));
            return Err(self.fail(Step::Signer, self.nobody(), words));
        }
        self.note(Step::Signer, Ok(Cow::Borrowed("the key identifier is known")));
        Ok(candidates)
    }

    fn with_that_algorithm(
        &mut self,
        message: &Sign1<'_>,
        mut candidates: Vec<&'v Signer>,
    ) -> Result<Vec<&'v Signer>, Reason> {
        let named = message.alg.map(|alg| alg.value);
        candidates.retain(|signer| named.is_some_and(|named| signer.algorithm().cose_ids().contains(&named)));
        if candidates.is_empty() {
            let words = match named {
                Some(named) => format!("the header names algorithm {named}, which the signer's key does not do"),
                None => "the header names no algorithm".to_owned(),
            };
            return Err(self.fail(Step::Algorithm, Reason::AlgorithmMismatch, words));
        }
        self.note(Step::Algorithm, Ok(Cow::Borrowed("is that of the signer's key")));
        Ok(candidates)
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
            let purpose = signed.claims.as_ref().is_ok_and(|claims| purpose(signer, &claims.content).is_ok());
            purpose && validity(signer, self.at).is_ok() && (signer.source() == Source::Given || self.list_usable())
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
    signature: Vec<u8>,
    claims: Result<hcert::Claims, hcert::Error>,
}

/// Issue and expiry. Both must be there, by the schema of the envelope. The second of the expiry itself still counts:
/// hcert_spec 3.3.1 refuses "after" it, and fourteen cases of the official test data are checked in that very second (RFC
/// 8392 alone would refuse it there). Clocks may differ by [`CLOCK_SKEW`] at the beginning, not at the end.
fn envelope(claims: &hcert::Claims, at: UnixTime) -> Finding {
    let fail = |reason, words| Err((reason, Cow::Borrowed(words)));
    let (Some(issued), Some(expires)) = (claims.iat, claims.exp) else {
        return fail(Reason::ContentSchema, "the time of issue or of expiry is missing");
    };
    let latest = at.plus_seconds(CLOCK_SKEW);
    if expires <= issued {
        fail(Reason::DatesImplausible, "expires before it was issued")
    } else if issued > latest {
        fail(Reason::CertificateNotYetValid, "was issued after the time of this check")
    } else if claims.nbf.is_some_and(|from| from > latest) {
        fail(Reason::CertificateNotYetValid, "is to be accepted only later")
    } else if at > expires {
        fail(Reason::CertificateExpired, "has expired")
    } else {
        Ok(Cow::Borrowed("is in force"))
    }
}

/// The shell model: the signer must be in force at the time of the check.
fn validity(signer: &Signer, at: UnixTime) -> Finding {
    if at < signer.not_before() {
        Err((Reason::SignerNotYetValid, Cow::Borrowed("the signer's certificate is not in force yet")))
    } else if at > signer.not_after() {
        Err((Reason::SignerExpired, Cow::Borrowed("the signer's certificate has expired")))
    } else {
        Ok(Cow::Borrowed("the signer's certificate is in force"))
    }
}

/// May this signer sign certificates of this kind, in this format? A national certificate comes from Viet Nam.
fn purpose(signer: &Signer, content: &hcert::Content) -> Finding {
    let foreign = matches!(content, hcert::Content::National(_)) && !matches!(signer.country(), "" | "VN");
    if !signer.purposes().allows(content::kind(content)) {
        Err((Reason::SignerPurpose, Cow::Borrowed("the signer may not sign this kind of event")))
    } else if !signer.profiles().allows(content::profile(content)) {
        Err((Reason::SignerPurpose, Cow::Borrowed("the signer may not sign in this format")))
    } else if foreign {
        Err((Reason::SignerPurpose, Cow::Borrowed("the signer of a national certificate is of another country")))
    } else {
        Ok(Cow::Borrowed("the signer may sign this"))
    }
}
