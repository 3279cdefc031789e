//! The pure core of issuing: facts into a payload, a payload into bytes to be signed, a signature into a QR text.
//!
//! No store, no clock, no randomness: what happens here depends on its arguments only. The pipeline around it records
//! between the steps; [`Signing::issue_unrecorded`] takes them in one go, for measuring.

use std::fmt;
use std::sync::Arc;

use specs::cbor::{self, Limits, Value};
use specs::cose::Unsigned;
use specs::dcc;
use specs::hcert::{self, Claims, Content};
use specs::national;
use specs::status_list::Reference;
use specs::time::UnixTime;
use specs::uvci::Uvci;

use crate::api::{Finding, Profile};
use crate::keys::SigningKey;
use crate::lint::Lint;
use crate::lint::dose::Dose;
use crate::lint::payload::{self, Expected};

/// One document signer at work.
#[derive(Debug, Clone)]
pub struct Signing {
    /// What it signs.
    pub profile: Profile,
    /// Its key identifier.
    pub kid: [u8; 8],
    /// Country in its certificate, which is the issuer in the envelope.
    pub country: String,
    /// First instant of its validity.
    pub not_before: UnixTime,
    /// Last instant of its validity.
    pub not_after: UnixTime,
    /// Its key.
    pub key: Arc<dyn SigningKey>,
}

/// A payload that passed all lints, ready to be recorded and signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    /// Expiry of the certificate.
    pub expires_at: UnixTime,
    /// The bytes the signature will be made over (COSE `Sig_structure`, RFC 9052 4.4).
    pub to_be_signed: Vec<u8>,
    unsigned: Unsigned,
}

/// Without the bytes, out of which anybody can read the name.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Why recorded bytes were not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// They are not what this signer would have written.
    #[error("the recorded bytes are not for this signer")]
    Foreign,
    /// The key refused.
    #[error(transparent)]
    Key(#[from] crate::keys::Error),
}

impl Signing {
    /// Whether the signer is valid at an instant.
    #[must_use]
    pub fn is_valid(&self, at: UnixTime) -> bool {
        self.not_before <= at && at <= self.not_after
    }

    /// Builds the payload of a dose and lints it. `uvci` and `status` are the identifier and the place in a status list drawn
    /// for this certificate.
    ///
    /// # Errors
    /// Every lint that fired.
    pub fn draft(&self, dose: &Dose, uvci: &Uvci, status: &Reference, at: UnixTime) -> Result<Draft, Vec<Finding>> {
        let expires_at = self.expiry(at);
        let payload = self.payload(dose, uvci, status, at, expires_at)?;
        payload::check(
            &payload,
            &Expected {
                profile: self.profile,
                dose,
                uvci,
                status,
                country: &self.country,
                at,
                signer_not_before: self.not_before,
                signer_not_after: self.not_after,
            },
        )?;
        let unsigned = self.unsigned(payload);
        Ok(Draft { expires_at, to_be_signed: unsigned.to_be_signed(), unsigned })
    }

    /// Signs a draft: the QR text.
    ///
    /// # Errors
    /// [`Error::Key`].
    pub fn sign(&self, draft: &Draft) -> Result<String, Error> {
        let signature = self.key.sign(&draft.to_be_signed)?;
        Ok(hcert::seal(&draft.unsigned.sign(&signature)))
    }

    /// Signs bytes that were recorded before, if they are what this signer would have recorded: the QR text.
    ///
    /// # Errors
    /// [`Error::Foreign`], [`Error::Key`].
    pub fn sign_recorded(&self, to_be_signed: &[u8]) -> Result<String, Error> {
        let unsigned = self.unsigned(payload_of(to_be_signed).ok_or(Error::Foreign)?);
        if unsigned.to_be_signed() != to_be_signed {
            return Err(Error::Foreign);
        }
        let signature = self.key.sign(to_be_signed)?;
        Ok(hcert::seal(&unsigned.sign(&signature)))
    }

    /// The whole way from a checked dose to a QR text without record, log or check: what `xtask bench` measures. Its
    /// result is good for nothing else, because nobody would know of it.
    ///
    /// # Errors
    /// [`Lint::PayloadRefused`] when the format refuses the content or the key refuses to sign.
    pub fn issue_unrecorded(
        &self,
        dose: &Dose,
        uvci: &Uvci,
        status: &Reference,
        at: UnixTime,
    ) -> Result<String, Vec<Finding>> {
        let unsigned = self.unsigned(self.payload(dose, uvci, status, at, self.expiry(at))?);
        let signature = self.key.sign(&unsigned.to_be_signed()).map_err(|e| vec![refused(&e.to_string())])?;
        Ok(hcert::seal(&unsigned.sign(&signature)))
    }

    /// Twelve months from creation (Decision 5772/QĐ-BYT), but never longer than the signer itself.
    fn expiry(&self, at: UnixTime) -> UnixTime {
        national::expiry(at).min(self.not_after)
    }

    fn payload(
        &self,
        dose: &Dose,
        uvci: &Uvci,
        status: &Reference,
        at: UnixTime,
        exp: UnixTime,
    ) -> Result<Vec<u8>, Vec<Finding>> {
        let content = match self.profile {
            Profile::National => Content::from(national_certificate(dose, uvci)),
            Profile::EuDcc => Content::from(eu_certificate(dose, uvci)),
        };
        let claims = Claims::new(&self.country, at, exp, content).with_status(status.clone());
        claims.encode().map_err(|error| match error {
            hcert::Error::DccFaults(faults) => faults.iter().map(|fault| refused(&fault.to_string())).collect(),
            other => vec![refused(other.code())],
        })
    }

    fn unsigned(&self, payload: Vec<u8>) -> Unsigned {
        Unsigned::new(self.key.algorithm().cose_id(), self.kid, payload)
    }
}

/// The payload inside recorded bytes.
pub(super) fn payload_of(to_be_signed: &[u8]) -> Option<Vec<u8>> {
    match cbor::decode(to_be_signed, &Limits::OURS).ok()? {
        Value::Array(parts) => match <[Value; 4]>::try_from(parts).ok()? {
            [Value::Text(context), Value::Bytes(_), Value::Bytes(_), Value::Bytes(payload)]
                if context == "Signature1" =>
            {
                Some(payload)
            }
            _ => None,
        },
        _ => None,
    }
}

fn national_certificate(dose: &Dose, uvci: &Uvci) -> national::Certificate {
    let (facts, vaccine) = (dose.facts(), dose.vaccine());
    national::Certificate {
        name: national::Name {
            family: facts.holder.family_name.as_str().into(),
            given: facts.holder.given_name.as_str().into(),
            family_std: dose.family_std().into(),
            given_std: dose.given_std().into(),
        },
        birth_date: dose.birth_date(),
        nationality: facts.holder.nationality.as_str().into(),
        disease: facts.disease.as_str().into(),
        doses_received: facts.doses_received,
        date: dose.injected_on(),
        dose_number: facts.dose_number,
        vaccine: vaccine.eu_vp.as_str().into(),
        product: vaccine.eu_mp.as_str().into(),
        manufacturer: vaccine.eu_ma.as_str().into(),
        id: uvci.as_str().into(),
    }
}

fn eu_certificate(dose: &Dose, uvci: &Uvci) -> dcc::Certificate {
    let (facts, vaccine) = (dose.facts(), dose.vaccine());
    let some = |text: &str| (!text.is_empty()).then(|| text.into());
    dcc::Certificate {
        ver: dcc::SCHEMA_VERSION.into(),
        name: dcc::Name {
            family: some(&facts.holder.family_name),
            given: some(&facts.holder.given_name),
            family_std: some(dose.family_std()),
            given_std: some(dose.given_std()),
        },
        birth_date: facts.holder.birth_date.as_str().into(),
        entry: dcc::Entry::Vaccination(dcc::Vaccination {
            disease: facts.disease.as_str().into(),
            vaccine: vaccine.eu_vp.as_str().into(),
            product: vaccine.eu_mp.as_str().into(),
            manufacturer: vaccine.eu_ma.as_str().into(),
            dose_number: facts.dose_number,
            series_doses: facts.series_doses,
            date: dose.injected_on().to_string().into(),
            country: facts.country.as_str().into(),
            issuer: facts.authority.as_str().into(),
            id: uvci.as_str().into(),
        }),
    }
}

fn refused(detail: &str) -> Finding {
    let mut finding = Lint::PayloadRefused.at("payload");
    finding.detail = format!("{}: {detail}", finding.detail);
    finding
}
