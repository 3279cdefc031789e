//! Why something is not believed.

use specs::time::UnixTime;

/// Why a key, certificate, chain or list is refused. [`Error::code`] is stable; the words are for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A kind of key or curve that no profile uses.
    #[error("keys of kind {oid} are not supported")]
    KeyUnsupported {
        /// Object identifier of the algorithm or curve.
        oid: String,
    },
    /// A key of a supported kind that must not be used.
    #[error("the public key is refused: {reason}")]
    KeyRejected {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// PEM armour without a readable certificate in it.
    #[error("no certificate could be read from the PEM text")]
    Pem,
    /// More bytes than any honest certificate has ([`crate::x509::MAX_BYTES`]).
    #[error("a certificate of {bytes} bytes is too large")]
    CertificateTooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not an X.509 certificate.
    #[error("the certificate cannot be read: {part}")]
    CertificateMalformed {
        /// The part that could not be read.
        part: &'static str,
    },
    /// Bytes after the certificate, or after a part of it.
    #[error("there are bytes after the end of the {part}")]
    TrailingBytes {
        /// After what.
        part: &'static str,
    },
    /// An extension is there twice (RFC 5280 section 4.2).
    #[error("extension {oid} appears twice")]
    ExtensionRepeated {
        /// Object identifier of the extension.
        oid: String,
    },
    /// An extension that the decision depends on cannot be read.
    #[error("extension {oid} of \"{subject}\" cannot be read")]
    ExtensionMalformed {
        /// Whose certificate.
        subject: String,
        /// Object identifier of the extension.
        oid: String,
    },
    /// A critical extension that this code does not act on, or name constraints (RFC 5280 section 4.2).
    #[error("extension {oid} of \"{subject}\" is not understood and must not be ignored")]
    ExtensionUnknown {
        /// Whose certificate.
        subject: String,
        /// Object identifier of the extension.
        oid: String,
    },
    /// No anchor was configured.
    #[error("no anchor is configured")]
    NoAnchor,
    /// Neither an anchor nor an intermediate certificate has the issuer's name and key identifier.
    #[error("the issuer of \"{subject}\" is not known: {issuer}")]
    IssuerUnknown {
        /// Whose issuer.
        subject: String,
        /// The name that was looked for.
        issuer: String,
    },
    /// The name fits, the key identifiers do not (RFC 5280 section 4.2.1.1).
    #[error("\"{issuer}\" has another key identifier than \"{subject}\" names")]
    KeyIdentifierMismatch {
        /// The certificate that names the identifier.
        subject: String,
        /// The certificate that has another.
        issuer: String,
    },
    /// The issuer did not sign this certificate.
    #[error("the signature on the certificate of \"{subject}\" is not good")]
    CertificateSignature {
        /// Whose certificate.
        subject: String,
    },
    /// A signature algorithm that is not accepted (SHA-1, MD5, unknown), or one that the issuer's key does not do.
    #[error("the certificate of \"{subject}\" is signed with an algorithm that is not accepted: {oid}")]
    SignatureAlgorithm {
        /// Whose certificate.
        subject: String,
        /// Object identifier of the algorithm.
        oid: String,
    },
    /// The issuer's certificate is not one of an authority (basic constraints), or may not sign certificates (key usage).
    #[error("\"{subject}\" is not a certificate authority")]
    NotAnAuthority {
        /// The issuer.
        subject: String,
    },
    /// More authorities below one than its path length allows.
    #[error("the chain is longer than \"{subject}\" allows")]
    PathTooLong {
        /// The authority whose limit is passed, or the end of the chain where our own limit is.
        subject: String,
    },
    /// Before its validity (shell model: every certificate of the chain must be valid now).
    #[error("\"{subject}\" is not valid before {from}")]
    NotYetValid {
        /// Whose certificate.
        subject: String,
        /// Its first second.
        from: UnixTime,
    },
    /// After its validity.
    #[error("\"{subject}\" expired at {until}")]
    Expired {
        /// Whose certificate.
        subject: String,
        /// Its last second.
        until: UnixTime,
    },
    /// The end of the chain may not do what it is asked to do: a certificate authority, no digital signature, or not the
    /// extended key usage of the role.
    #[error("\"{subject}\" may not act as {role}")]
    Role {
        /// Whose certificate.
        subject: String,
        /// The role that was asked for.
        role: &'static str,
    },
    /// Demonstration and production do not mix.
    #[error("\"{subject}\" belongs to another environment (demonstration or production) than its anchor")]
    EnvironmentMixed {
        /// Whose certificate, or which list.
        subject: String,
    },
    /// More work than an honest chain can need.
    #[error("checking the chain would take too much work")]
    WorkBudget,
    /// A list of somebody else is not JSON, or too large.
    #[error("the foreign list cannot be read: {0}")]
    SourceJson(specs::json::Error),
    /// A list of somebody else is not in the form of its kind.
    #[error("the foreign list is not in its form: {detail}")]
    SourceForm {
        /// What is not.
        detail: &'static str,
    },
    /// An entry of a list of somebody else cannot be used.
    #[error("the entry cannot be used: {detail}")]
    EntryForm {
        /// Why not.
        detail: &'static str,
    },
    /// An entry states another key identifier than its key or certificate has.
    #[error("the entry has key identifier {stated} and its key {found}")]
    KidMismatch {
        /// As the list has it, in hex.
        stated: String,
        /// As it is, in hex.
        found: String,
    },
    /// What was signed is not a list of signers.
    #[error("the list of signers cannot be read: {0}")]
    ListMalformed(specs::signer_list::Error),
    /// The list carries revocation data that cannot be read; without them nobody could tell what was taken back.
    #[error("the revocation data of the list cannot be read: {0}")]
    RevocationMalformed(specs::revocation::Error),
    /// The list carries value sets that cannot be read.
    #[error("the value sets of the list cannot be read: {0}")]
    ValueSetsMalformed(specs::value_set::published::Error),
    /// A list of revoked SMART Health Cards that cannot be read.
    #[error("the list of revoked cards cannot be read: {0}")]
    CardsMalformed(specs::shc::Error),
    /// What was signed is not a status list.
    #[error("the status list cannot be read: {0}")]
    StatusListMalformed(specs::status_list::Error),
    /// Not a COSE_Sign1.
    #[error("the list cannot be read: {0}")]
    ListEnvelope(specs::cose::Error),
    /// A COSE_Sign1, but not in the one form of a list.
    #[error("the list of signers is not in its form: {detail}")]
    ListForm {
        /// What is not.
        detail: &'static str,
    },
    /// The list carries no certificate of its signer.
    #[error("the list of signers carries no certificate of who signed it")]
    ListUnsigned,
    /// The header names another key or algorithm than the certificate that comes with it.
    #[error("the header of the list does not fit the certificate of its signer")]
    ListHeader,
    /// The signature on the list is not good.
    #[error("the signature on the list of signers is not good")]
    ListSignature,
    /// Either the clock is wrong or the list is from the future.
    #[error("the clock says {at}, before the list was issued at {issued}")]
    ClockBeforeIssue {
        /// The time given.
        at: UnixTime,
        /// The list's own time.
        issued: UnixTime,
    },
    /// An older list than the one held already.
    #[error("list {offered} is older than list {held}, which is held already")]
    Rollback {
        /// Sequence number held.
        held: u64,
        /// Sequence number offered.
        offered: u64,
    },
    /// A bundle is held that says what was taken back, and a list is offered that does not.
    #[error("list {offered} carries no revocation data, and bundle {held}, which is held already, does")]
    RevocationDropped {
        /// Sequence number held.
        held: u64,
        /// Sequence number offered.
        offered: u64,
    },
    /// The same sequence number, another content.
    #[error("there are two different lists with sequence number {sequence}")]
    Fork {
        /// The sequence number of both.
        sequence: u64,
    },
    /// A list by somebody else than the one held already.
    #[error("the list comes from \"{offered}\"; the one held comes from \"{held}\"")]
    OtherIssuer {
        /// Issuer of the list held.
        held: String,
        /// Issuer of the list offered.
        offered: String,
    },
}

impl Error {
    /// A stable name of the error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Error::KeyUnsupported { .. } => "key-unsupported",
            Error::KeyRejected { .. } => "key-rejected",
            Error::Pem => "pem-malformed",
            Error::CertificateTooLarge { .. } => "certificate-too-large",
            Error::CertificateMalformed { .. } => "certificate-malformed",
            Error::TrailingBytes { .. } => "trailing-bytes",
            Error::ExtensionRepeated { .. } => "extension-repeated",
            Error::ExtensionMalformed { .. } => "extension-malformed",
            Error::ExtensionUnknown { .. } => "extension-unknown",
            Error::NoAnchor => "no-anchor",
            Error::IssuerUnknown { .. } => "issuer-unknown",
            Error::KeyIdentifierMismatch { .. } => "key-identifier-mismatch",
            Error::CertificateSignature { .. } => "certificate-signature-invalid",
            Error::SignatureAlgorithm { .. } => "signature-algorithm-refused",
            Error::NotAnAuthority { .. } => "not-an-authority",
            Error::PathTooLong { .. } => "path-too-long",
            Error::NotYetValid { .. } => "certificate-not-yet-valid",
            Error::Expired { .. } => "certificate-expired",
            Error::Role { .. } => "role-refused",
            Error::EnvironmentMixed { .. } => "environment-mixed",
            Error::WorkBudget => "work-budget-exceeded",
            Error::SourceJson(_) | Error::SourceForm { .. } => "source-malformed",
            Error::EntryForm { .. } => "entry-refused",
            Error::KidMismatch { .. } => "kid-mismatch",
            Error::StatusListMalformed(_) => "status-list-malformed",
            Error::CardsMalformed(_) => "card-list-malformed",
            Error::ListMalformed(_)
            | Error::RevocationMalformed(_)
            | Error::ValueSetsMalformed(_)
            | Error::ListEnvelope(_)
            | Error::ListForm { .. } => "list-malformed",
            Error::ListUnsigned => "list-unsigned",
            Error::ListHeader => "list-header-mismatch",
            Error::ListSignature => "list-signature-invalid",
            Error::ClockBeforeIssue { .. } => "clock-before-issue",
            Error::Rollback { .. } => "list-rollback",
            Error::RevocationDropped { .. } => "list-revocation-dropped",
            Error::Fork { .. } => "list-fork",
            Error::OtherIssuer { .. } => "list-other-issuer",
        }
    }
}
