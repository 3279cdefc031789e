//! Signers of certificates, ready to check with, found by the key identifier that a certificate names.

#[cfg(feature = "batch")]
use std::sync::OnceLock;
use std::{collections::BTreeMap, fmt, sync::Arc};

use sha2::{Digest as _, Sha256};
use specs::{
    signer_list::{Profiles, Purposes, SignerEntry},
    time::UnixTime,
};

use crate::{
    Error,
    backend::{Backend, Verify},
    key::{Algorithm, PublicKey},
    x509::Certificate,
};

/// First eight bytes of the SHA-256 of the signer's certificate. Not a secret and not unique: all signers that share one
/// are tried.
pub type Kid = [u8; 8];

/// The key identifier in a list for a key that its issuer names by a URL (`did:web:...#key-1`): the first eight bytes of
/// the URL's SHA-256.
pub fn kid_of_url(url: &str) -> Kid {
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(Sha256::digest(url));
    [a, b, c, d, e, f, g, h]
}

/// The key identifier in a list for an authority: the first eight bytes of its subject key identifier, filled with zeros.
pub fn kid_of_authority(subject_key_id: &[u8]) -> Kid {
    let mut kid = [0; 8];
    kid.iter_mut().zip(subject_key_id).for_each(|(to, from)| *to = *from);
    kid
}

/// Why a signer is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// It stands in a list that was found good.
    List,
    /// The user named its certificate.
    Given,
}

/// One signer: whose key, what it may sign and when.
#[derive(Clone)]
pub struct Signer {
    kid: Kid,
    name: Arc<str>,
    country: Arc<str>,
    purposes: Purposes,
    profiles: Profiles,
    not_before: UnixTime,
    not_after: UnixTime,
    source: Source,
    issuer: Option<Arc<str>>,
    key: PublicKey,
    prepared: Arc<dyn Verify>,
    /// Made when the first batch asks for it: that costs as much as a signature, and most signers are never asked.
    #[cfg(feature = "batch")]
    batch_key: OnceLock<Option<Box<crate::batch::Key>>>,
}

impl Signer {
    /// Takes a document signer's certificate (DER or PEM) on the user's word. Its validity and purposes count as ever; who
    /// issued it is not asked.
    ///
    /// # Errors
    /// As [`Certificate::read`]; [`Error::ExtensionMalformed`] and [`Error::ExtensionUnknown`] where it is not clear what the
    /// key may do; [`Error::Role`] where it may not sign documents; [`Error::KeyRejected`].
    pub fn from_certificate(bytes: &[u8], backend: &dyn Backend) -> Result<Self, Error> {
        let certificate = Certificate::read(bytes)?;
        crate::chain::check_signer(&certificate)?;
        Ok(Self {
            kid: certificate.kid(),
            name: Arc::from(certificate.name()),
            country: Arc::from(certificate.country().unwrap_or_default()),
            purposes: certificate.purposes()?,
            profiles: Profiles::ALL,
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            source: Source::Given,
            issuer: None,
            prepared: backend.prepare(certificate.key())?,
            key: certificate.key().clone(),
            #[cfg(feature = "batch")]
            batch_key: OnceLock::new(),
        })
    }

    /// Takes a key on the user's word, as an entry that a list would have of it: for keys that come without a certificate,
    /// and for authorities of states, which certify keys that come along with what they signed.
    ///
    /// # Errors
    /// [`Error::KeyRejected`].
    pub fn given(entry: &SignerEntry, backend: &dyn Backend) -> Result<Self, Error> {
        Ok(Self { source: Source::Given, ..Self::from_entry(entry, backend)? })
    }

    /// Prepares an entry of a list. Only [`crate::list::open`] calls it, so the entry is one of a list that was found good.
    pub(crate) fn from_entry(entry: &SignerEntry, backend: &dyn Backend) -> Result<Self, Error> {
        let key = PublicKey::from_key_data(&entry.key)?;
        Ok(Self {
            kid: entry.kid,
            name: Arc::from(entry.name.as_str()),
            country: Arc::from(entry.country.as_str()),
            purposes: entry.purposes,
            profiles: entry.profiles,
            not_before: entry.not_before,
            not_after: entry.not_after,
            source: Source::List,
            issuer: entry.issuer.as_deref().map(Arc::from),
            prepared: backend.prepare(&key)?,
            key,
            #[cfg(feature = "batch")]
            batch_key: OnceLock::new(),
        })
    }

    /// The identifier that certificates name it by.
    pub fn kid(&self) -> Kid {
        self.kid
    }

    /// Its name for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its name, for verdicts to share.
    pub fn shared_name(&self) -> &Arc<str> {
        &self.name
    }

    /// Its country, ISO 3166-1 alpha-2; empty where its certificate names none.
    pub fn country(&self) -> &str {
        &self.country
    }

    /// Its country, for verdicts to share.
    pub fn shared_country(&self) -> &Arc<str> {
        &self.country
    }

    /// What it may sign; none named means anything.
    pub fn purposes(&self) -> Purposes {
        self.purposes
    }

    /// In which formats it may sign.
    pub fn profiles(&self) -> Profiles {
        self.profiles
    }

    /// First second in which its signatures count.
    pub fn not_before(&self) -> UnixTime {
        self.not_before
    }

    /// Last second in which its signatures count.
    pub fn not_after(&self) -> UnixTime {
        self.not_after
    }

    /// Is `at` within its validity, ends included?
    pub fn valid_at(&self, at: UnixTime) -> bool {
        (self.not_before..=self.not_after).contains(&at)
    }

    /// Why it is believed.
    pub fn source(&self) -> Source {
        self.source
    }

    /// Its key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The one algorithm of its key.
    pub fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    /// The name of the issuer in whose name alone it signs (SMART Health Cards: an `https` address; New Zealand: a DID);
    /// `None` for formats in which the key says it all.
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Did this key, being that of an authority, sign `certificate`?
    pub fn certified(&self, certificate: &Certificate) -> bool {
        certificate.is_signed_by(&self.key, self.prepared.as_ref())
    }

    /// Is `signature` (in the form of COSE) its signature of `message`? Says nothing about time and purpose.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.prepared.verify(message, signature)
    }

    /// Its key for [`crate::batch::verify`]; `None` where the key takes no part in batches.
    #[cfg(feature = "batch")]
    pub fn batch_key(&self) -> Option<&crate::batch::Key> {
        self.batch_key.get_or_init(|| crate::batch::Key::of(&self.key).map(Box::new)).as_deref()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("kid", &hex::encode(self.kid))
            .field("name", &self.name)
            .field("country", &self.country)
            .field("algorithm", &self.algorithm())
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// Signers by key identifier; several may share one.
#[derive(Debug, Clone, Default)]
pub struct Signers {
    /// By the key identifier as a number, which keeps the order and compares in one step.
    by_kid: BTreeMap<u64, Vec<Signer>>,
    count: usize,
}

impl Signers {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// The one signer of a certificate (DER or PEM) that the user named.
    ///
    /// # Errors
    /// As [`Signer::from_certificate`].
    pub fn from_certificate(bytes: &[u8], backend: &dyn Backend) -> Result<Self, Error> {
        let mut signers = Self::new();
        signers.insert(Signer::from_certificate(bytes, backend)?);
        Ok(signers)
    }

    /// Adds one, beside those that have the same key identifier.
    pub fn insert(&mut self, signer: Signer) {
        self.by_kid.entry(u64::from_be_bytes(signer.kid)).or_default().push(signer);
        self.count += 1;
    }

    /// All signers with that key identifier; each must be tried. An identifier that is not eight bytes long finds none.
    pub fn by_kid(&self, kid: &[u8]) -> &[Signer] {
        <Kid>::try_from(kid).ok().and_then(|kid| self.by_kid.get(&u64::from_be_bytes(kid))).map_or(&[], Vec::as_slice)
    }

    /// All, in the order of their key identifiers.
    pub fn iter(&self) -> impl Iterator<Item = &Signer> {
        self.by_kid.values().flatten()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.count
    }

    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}
