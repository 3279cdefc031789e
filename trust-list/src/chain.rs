//! Chains of X.509 certificates: national root, health signing authority, then a document signer or the signer of the list.
//!
//! A fixed, small depth and a budget of work instead of general path building. Checked along the way (RFC 5280 section 6 as
//! far as it applies, shell model of the EU governance 2.3): names, key identifiers, signatures, basic constraints and path
//! length, key usage, validity of every certificate at the given time, extensions that must not be ignored, the role of the
//! end, and that demonstration and production do not mix. Revocation of certificates is the list's work: who is not in it,
//! is not believed.
//!
//! **Anchor the health authority, or a root that serves nothing else.** Extended key usages of others do not constrain a
//! document signer (see [`Certificate::purposes`]), so under a general-purpose government root every civil servant's
//! signature card would pass as one.

use specs::{signer_list::Environment, time::UnixTime};

use crate::{
    Error, Verified,
    backend::Backend,
    x509::{Certificate, Matters},
};

/// How many authorities may stand between the end of a chain and its anchor.
pub const MAX_INTERMEDIATES: usize = 3;
/// How many certificates may be offered to build a chain from.
pub const MAX_OFFERED: usize = 8;
/// How many signatures are checked before giving up.
pub const MAX_SIGNATURES: usize = 16;

/// An authority that is believed because somebody configured it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    name: String,
    certificate: Certificate,
}

impl Anchor {
    /// `name` is what people call it; chains do not depend on it.
    pub fn new(name: impl Into<String>, certificate: Certificate) -> Self {
        Self { name: name.into(), certificate }
    }

    /// Every certificate of a DER or PEM file, each named by its own subject.
    ///
    /// # Errors
    /// As [`Certificate::read_all`].
    pub fn read_all(bytes: &[u8]) -> Result<Vec<Self>, Error> {
        let certificates = Certificate::read_all(bytes)?;
        Ok(certificates.into_iter().map(|certificate| Self::new(certificate.name().to_owned(), certificate)).collect())
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Demonstration or production.
    pub fn environment(&self) -> Environment {
        environment(&self.certificate)
    }
}

/// What the certificate at the end of a chain is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Signs certificates of vaccination, test, recovery.
    DocumentSigner,
    /// Signs the list of signers; needs the extended key usage [`specs::signer_list::LIST_SIGNER_EKU`].
    ListSigner,
}

impl Role {
    /// For people and programs.
    pub fn name(self) -> &'static str {
        match self {
            Role::DocumentSigner => "document-signer",
            Role::ListSigner => "list-signer",
        }
    }
}

/// A chain that was found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The certificate at its end.
    pub leaf: Certificate,
    /// The authorities between, nearest to the leaf first.
    pub intermediates: Vec<Certificate>,
    /// The configured authority it leads to.
    pub anchor: Anchor,
}

/// Is this certificate marked as demonstration? The mark is in the subject's common name.
pub fn environment(certificate: &Certificate) -> Environment {
    Environment::of_name(certificate.name())
}

/// Leads `leaf` over `intermediates` to one of `anchors` and gives it back verified.
///
/// # Errors
/// As [`find_path`].
pub fn verify_path(
    leaf: &Certificate,
    intermediates: &[Certificate],
    anchors: &[Anchor],
    at: UnixTime,
    backend: &dyn Backend,
    role: Role,
) -> Result<Verified<Certificate>, Error> {
    find_path(leaf, intermediates, anchors, at, backend, role).map(|path| Verified::new(path.into_inner().leaf))
}

/// What a certificate must be to act as document signer, whoever issued it and whenever it is valid.
pub(crate) fn check_signer(certificate: &Certificate) -> Result<(), Error> {
    check_extensions(certificate, Matters::Usage)?;
    check_role(certificate, Role::DocumentSigner)
}

/// What a certificate must be to act as an authority right above signers, whenever it is valid.
pub(crate) fn check_certificate_authority(certificate: &Certificate) -> Result<(), Error> {
    check_extensions(certificate, Matters::All)?;
    check_authority(certificate, 0)
}

/// Like [`verify_path`], and gives the whole chain.
///
/// # Errors
/// Of all ways tried, the error of the one that came furthest: [`Error::NoAnchor`], [`Error::IssuerUnknown`],
/// [`Error::KeyIdentifierMismatch`], [`Error::SignatureAlgorithm`], [`Error::CertificateSignature`],
/// [`Error::NotAnAuthority`], [`Error::PathTooLong`], [`Error::NotYetValid`], [`Error::Expired`],
/// [`Error::ExtensionUnknown`], [`Error::ExtensionMalformed`], [`Error::EnvironmentMixed`]; for the leaf itself also
/// [`Error::Role`]; [`Error::WorkBudget`].
pub fn find_path(
    leaf: &Certificate,
    intermediates: &[Certificate],
    anchors: &[Anchor],
    at: UnixTime,
    backend: &dyn Backend,
    role: Role,
) -> Result<Verified<Path>, Error> {
    if anchors.is_empty() {
        return Err(Error::NoAnchor);
    }
    if intermediates.len() > MAX_OFFERED {
        return Err(Error::WorkBudget);
    }
    check_extensions(leaf, Matters::All)?;
    check_time(leaf, at)?;
    check_role(leaf, role)?;
    let mut search = Search { intermediates, anchors, at, backend, signatures: 0, path: vec![leaf], furthest: None };
    match search.climb()? {
        Some(anchor) => {
            let intermediates = search.path.iter().skip(1).map(|&certificate| certificate.clone()).collect();
            Ok(Verified::new(Path { leaf: leaf.clone(), intermediates, anchor: anchor.clone() }))
        }
        None => Err(match search.furthest {
            Some((_, error)) => error,
            None => Error::IssuerUnknown { subject: leaf.name().to_owned(), issuer: leaf.issuer() },
        }),
    }
}

/// Depth-first search for a way up. `path` is the way so far, leaf first.
struct Search<'a> {
    intermediates: &'a [Certificate],
    anchors: &'a [Anchor],
    at: UnixTime,
    backend: &'a dyn Backend,
    signatures: usize,
    path: Vec<&'a Certificate>,
    /// The error of the way that came furthest, and how far: certificates below, then checks passed.
    furthest: Option<((usize, usize), Error)>,
}

impl<'a> Search<'a> {
    /// The anchor, when the end of `path` leads to one. `Err` only when the budget is used up.
    fn climb(&mut self) -> Result<Option<&'a Anchor>, Error> {
        // `path` starts with the leaf and never gets shorter than it was.
        let Some(&subject) = self.path.last() else { return Ok(None) };
        for anchor in self.anchors {
            if self.links(subject, &anchor.certificate)? && self.same_environment(anchor) {
                return Ok(Some(anchor));
            }
        }
        for issuer in self.intermediates {
            if self.path.contains(&issuer) || !self.links(subject, issuer)? {
                continue;
            }
            if self.path.len() > MAX_INTERMEDIATES {
                self.note(9, Error::PathTooLong { subject: issuer.name().to_owned() });
                continue;
            }
            self.path.push(issuer);
            if let Some(anchor) = self.climb()? {
                return Ok(Some(anchor));
            }
            self.path.pop();
        }
        let (subject, issuer) = (subject.name().to_owned(), subject.issuer());
        self.note(0, Error::IssuerUnknown { subject, issuer });
        Ok(None)
    }

    /// Did `issuer` issue `subject`, and was it allowed to? Notes why not; silent where the names do not fit.
    fn links(&mut self, subject: &Certificate, issuer: &Certificate) -> Result<bool, Error> {
        if subject.issuer_raw() != issuer.subject_raw() {
            return Ok(false);
        }
        if let (Some(named), Some(own)) = (subject.authority_key_id(), issuer.subject_key_id())
            && named != own
        {
            let (subject, issuer) = (subject.name().to_owned(), issuer.name().to_owned());
            self.note(1, Error::KeyIdentifierMismatch { subject, issuer });
            return Ok(false);
        }
        self.signatures += 1;
        if self.signatures > MAX_SIGNATURES {
            return Err(Error::WorkBudget);
        }
        let signed = self.backend.prepare(issuer.key()).and_then(|key| subject.check_signature(issuer, key.as_ref()));
        if let Err(error) = signed {
            self.note(2, error);
            return Ok(false);
        }
        // All authorities of the way so far stand between this issuer and the leaf.
        let below = self.path.len() - 1;
        if let Err(error) = check_extensions(issuer, Matters::All)
            .and_then(|()| check_authority(issuer, below))
            .and_then(|()| check_time(issuer, self.at))
        {
            self.note(3, error);
            return Ok(false);
        }
        Ok(true)
    }

    fn same_environment(&mut self, anchor: &Anchor) -> bool {
        let stranger = self.path.iter().find(|certificate| environment(certificate) != anchor.environment());
        if let Some(stranger) = stranger {
            let subject = stranger.name().to_owned();
            self.note(4, Error::EnvironmentMixed { subject });
            return false;
        }
        true
    }

    fn note(&mut self, step: usize, error: Error) {
        let progress = (self.path.len(), step);
        if self.furthest.as_ref().is_none_or(|(furthest, _)| progress > *furthest) {
            self.furthest = Some((progress, error));
        }
    }
}

/// Basic constraints, path length and key usage of an issuer with `below` authorities between it and the leaf. Only a
/// version 3 certificate can say that it is an authority, so older ones are none.
fn check_authority(issuer: &Certificate, below: usize) -> Result<(), Error> {
    let subject = || issuer.name().to_owned();
    let authority = issuer.authority().ok_or_else(|| Error::NotAnAuthority { subject: subject() })?;
    if issuer.key_usage().is_some_and(|usage| !usage.certificate_sign) {
        return Err(Error::NotAnAuthority { subject: subject() });
    }
    let limit = authority.path_length.map_or(usize::MAX, |length| usize::try_from(length).unwrap_or(usize::MAX));
    if below > limit {
        return Err(Error::PathTooLong { subject: subject() });
    }
    Ok(())
}

/// Nothing in it that must not be ignored, or that matters and cannot be read.
fn check_extensions(certificate: &Certificate, matters: Matters) -> Result<(), Error> {
    certificate.extensions().refuse_malformed(certificate.name(), matters)?;
    certificate.extensions().refuse_unknown(certificate.name())
}

/// The shell model: every certificate of a chain is valid now.
fn check_time(certificate: &Certificate, at: UnixTime) -> Result<(), Error> {
    let subject = || certificate.name().to_owned();
    if at < certificate.not_before() {
        return Err(Error::NotYetValid { subject: subject(), from: certificate.not_before() });
    }
    if at > certificate.not_after() {
        return Err(Error::Expired { subject: subject(), until: certificate.not_after() });
    }
    Ok(())
}

/// A signer is not an authority, may make digital signatures, and is a list signer exactly when it says so: the key that
/// signs the list must not be able to sign documents, or the other way round.
fn check_role(leaf: &Certificate, role: Role) -> Result<(), Error> {
    let may_sign = leaf.key_usage().is_none_or(|usage| usage.digital_signature);
    let fits = leaf.extensions().is_list_signer() == (role == Role::ListSigner);
    if leaf.authority().is_some() || !may_sign || !fits {
        return Err(Error::Role { subject: leaf.name().to_owned(), role: role.name() });
    }
    Ok(())
}
