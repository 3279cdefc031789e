//! The extensions that a decision here depends on, each read on its own.

use specs::signer_list::{LIST_SIGNER_EKU, Purposes};
use x509_parser::{
    asn1_rs::{FromDer as _, Oid, oid},
    extensions::{AuthorityKeyIdentifier, BasicConstraints, X509Extension},
};

use crate::Error;

/// What basic constraints say about an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authority {
    /// How many authorities may stand between this one and the end of the chain; `None` means any number.
    pub path_length: Option<u32>,
}

/// The usages of a key that matter here (RFC 5280 section 4.2.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage {
    /// digitalSignature: may sign certificates of vaccination and lists.
    pub digital_signature: bool,
    /// keyCertSign: may sign X.509 certificates.
    pub certificate_sign: bool,
}

/// Which extensions a decision depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matters {
    /// All that are read here.
    All,
    /// Those that say what the key is for: basic constraints and both kinds of key usage.
    Usage,
}

/// What was found. Absent and empty are the same, except where noted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    pub(super) authority: Option<Authority>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usages: Vec<Oid<'static>>,
    pub(super) subject_key_id: Option<Vec<u8>>,
    pub(super) authority_key_id: Option<Vec<u8>>,
    pub(super) malformed: Vec<String>,
    pub(super) unknown: Vec<String>,
}

impl Extensions {
    pub(super) fn read(found: &[X509Extension<'_>]) -> Result<Self, Error> {
        let mut read = Self::default();
        for (at, extension) in found.iter().enumerate() {
            if found.iter().take(at).any(|earlier| earlier.oid == extension.oid) {
                return Err(Error::ExtensionRepeated { oid: extension.oid.to_id_string() });
            }
            if read.take(extension).is_none() {
                read.malformed.push(extension.oid.to_id_string());
            }
        }
        Ok(read)
    }

    /// `None` where the extension is one of those read here, and cannot be.
    fn take(&mut self, extension: &X509Extension<'_>) -> Option<()> {
        let (kind, value) = (&extension.oid, extension.value);
        if *kind == BASIC_CONSTRAINTS {
            self.authority = basic_constraints(value)?;
        } else if *kind == KEY_USAGE {
            self.key_usage = Some(key_usage(value)?);
        } else if *kind == EXTENDED_KEY_USAGE {
            self.extended_key_usages = extended_key_usages(value)?;
        } else if *kind == SUBJECT_KEY_ID {
            self.subject_key_id = Some(whole(<&[u8]>::from_der(value))?.to_vec());
        } else if *kind == AUTHORITY_KEY_ID {
            let found = whole(AuthorityKeyIdentifier::from_der(value))?;
            self.authority_key_id = found.key_identifier.map(|id| id.0.to_vec());
        } else if *kind == NAME_CONSTRAINTS || (extension.critical && !MAY_BE_IGNORED.contains(kind)) {
            // Name constraints limit an authority whether marked critical or not; as they are not enforced here, an
            // authority that has them is not used.
            self.unknown.push(kind.to_id_string());
        }
        Some(())
    }

    /// # Errors
    /// [`Error::ExtensionMalformed`] with the first extension that `matters` and could not be read.
    pub(crate) fn refuse_malformed(&self, subject: &str, matters: Matters) -> Result<(), Error> {
        let malformed = self.malformed.iter().find(|oid| match matters {
            Matters::All => true,
            Matters::Usage => USAGE.iter().any(|usage| usage.to_id_string() == **oid),
        });
        match malformed {
            Some(oid) => Err(Error::ExtensionMalformed { subject: subject.to_owned(), oid: oid.clone() }),
            None => Ok(()),
        }
    }

    /// # Errors
    /// [`Error::ExtensionUnknown`] with the first extension that must not be ignored and is not acted on.
    pub(crate) fn refuse_unknown(&self, subject: &str) -> Result<(), Error> {
        match self.unknown.first() {
            Some(oid) => Err(Error::ExtensionUnknown { subject: subject.to_owned(), oid: oid.clone() }),
            None => Ok(()),
        }
    }

    pub(crate) fn is_list_signer(&self) -> bool {
        self.extended_key_usages.iter().any(|usage| usage.to_id_string() == LIST_SIGNER_EKU)
    }

    pub(super) fn is_sealer(&self) -> bool {
        self.extended_key_usages.contains(&VDS_NC_SEALER)
    }

    pub(super) fn purposes(&self) -> Purposes {
        let of_usage = |usage: String| match ARCS.iter().find_map(|arc| usage.strip_prefix(arc)) {
            Some("1") => Purposes::TEST,
            Some("2") => Purposes::VACCINATION,
            Some("3") => Purposes::RECOVERY,
            _ => Purposes::ANY,
        };
        self.extended_key_usages.iter().map(Oid::to_id_string).map(of_usage).fold(Purposes::ANY, Purposes::and)
    }
}

/// Both spellings of the arc of the European certificate: the specification's and that of its first PDF.
const ARCS: [&str; 2] = ["1.3.6.1.4.1.1847.2021.1.", "1.3.6.1.4.1.0.1847.2021.1."];

/// Of those who seal VDS-NC (ICAO Doc 9303 part 13).
const VDS_NC_SEALER: Oid<'static> = oid!(2.23.136.1.1.14.2);

const SUBJECT_KEY_ID: Oid<'static> = oid!(2.5.29.14);
const KEY_USAGE: Oid<'static> = oid!(2.5.29.15);
const SUBJECT_ALT_NAME: Oid<'static> = oid!(2.5.29.17);
const ISSUER_ALT_NAME: Oid<'static> = oid!(2.5.29.18);
const BASIC_CONSTRAINTS: Oid<'static> = oid!(2.5.29.19);
const NAME_CONSTRAINTS: Oid<'static> = oid!(2.5.29.30);
const CRL_DISTRIBUTION_POINTS: Oid<'static> = oid!(2.5.29.31);
const CERTIFICATE_POLICIES: Oid<'static> = oid!(2.5.29.32);
const AUTHORITY_KEY_ID: Oid<'static> = oid!(2.5.29.35);
const EXTENDED_KEY_USAGE: Oid<'static> = oid!(2.5.29.37);

const USAGE: [Oid<'static>; 3] = [BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE];

/// Extensions that allow nothing and forbid nothing here, even when marked critical: other names of the parties, where
/// revocation lists lie (verifiers work offline), under which policy the authority works.
const MAY_BE_IGNORED: [Oid<'static>; 4] =
    [SUBJECT_ALT_NAME, ISSUER_ALT_NAME, CRL_DISTRIBUTION_POINTS, CERTIFICATE_POLICIES];

/// `None`: cannot be read. `Some(None)`: not an authority, also where `cA=FALSE` is written out (DER forbids a default to be
/// written; Finland does) or a path length stands beside it (Spain does).
fn basic_constraints(value: &[u8]) -> Option<Option<Authority>> {
    let found = whole(BasicConstraints::from_der(value))?;
    Some(found.ca.then_some(Authority { path_length: found.path_len_constraint }))
}

fn key_usage(value: &[u8]) -> Option<KeyUsage> {
    let found = whole(x509_parser::extensions::KeyUsage::from_der(value))?;
    Some(KeyUsage { digital_signature: found.digital_signature(), certificate_sign: found.key_cert_sign() })
}

/// An empty sequence breaks RFC 5280 and is found in the field; it means none.
fn extended_key_usages(value: &[u8]) -> Option<Vec<Oid<'static>>> {
    const EMPTY_SEQUENCE: &[u8] = &[0x30, 0];
    if value == EMPTY_SEQUENCE {
        return Some(Vec::new());
    }
    Some(whole(<Vec<Oid<'_>>>::from_der(value))?.iter().map(Oid::to_owned).collect())
}

/// What was parsed, if nothing was left over.
fn whole<T, E>(parsed: Result<(&[u8], T), E>) -> Option<T> {
    parsed.ok().and_then(|(rest, value)| rest.is_empty().then_some(value))
}
