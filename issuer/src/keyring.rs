//! The key folder as the ceremony left it: who signs what, with the certificates to prove it.
//!
//! Opening the folder needs no passphrase and reads no key; each key is unsealed when it is asked for, and only if it is
//! the one its certificate names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use specs::signer_list::{Environment, KeyData};
use specs::time::UnixTime;
use trust_list::backend;
use trust_list::chain::{self, Anchor, Role};
use trust_list::key::PublicKey;
use trust_list::x509::Certificate;

use crate::api::Profile;
use crate::keys::file::{self, Kind};
use crate::keys::passphrase::Passphrase;
use crate::keys::soft::SoftKey;
use crate::keys::{Algorithm, Error, SigningKey, folder};
use crate::store::Seal;

/// File name of the manifest.
pub const MANIFEST: &str = "ceremony.json";
/// File name of the sealed key of the issuer's store.
pub const STORE_KEY: &str = "store.key";

const MAX_MANIFEST_BYTES: usize = 64 * 1024;
const MAX_CERTIFICATE_BYTES: usize = 64 * 1024;

/// What lies in a key folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this form: 1.
    pub version: u32,
    /// Demonstration or production.
    #[serde(with = "environment")]
    pub environment: Environment,
    /// Country of the chain, ISO 3166-1 alpha-2.
    pub country: String,
    /// Name of the trust list's issuer.
    pub issuer: String,
    /// Instant of the ceremony, RFC 3339.
    pub created: String,
    /// File of the root's certificate: what verifiers take as their anchor.
    pub anchor: String,
    /// File of the health signing CA's certificate.
    pub signing_ca: String,
    /// Who signs certificates.
    pub document_signers: Vec<Member>,
    /// Who signs the list of signers.
    pub list_signer: Member,
}

/// One signer's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its role; the key file is sealed for it.
    pub role: String,
    /// What a document signer signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// File of its certificate (PEM).
    pub certificate: String,
    /// File of its sealed key.
    pub key: String,
}

impl Manifest {
    /// As written to the folder.
    ///
    /// # Errors
    /// Never in practice; serialisation of plain fields.
    pub fn to_json(&self) -> Result<String, Error> {
        let broken = |e: serde_json::Error| Error::Folder { path: MANIFEST.into(), detail: e.to_string() };
        serde_json::to_string_pretty(self).map(|json| json + "\n").map_err(broken)
    }
}

/// A signer and its certificate.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Its files.
    pub member: Member,
    /// Its certificate.
    pub certificate: Certificate,
}

/// An opened key folder: certificates, no keys.
#[derive(Debug, Clone)]
pub struct Keyring {
    folder: PathBuf,
    /// The manifest.
    pub manifest: Manifest,
    /// The national root.
    pub anchor: Anchor,
    /// The health signing CA.
    pub signing_ca: Certificate,
    /// Who signs certificates.
    pub document_signers: Vec<Credential>,
    /// Who signs the list of signers.
    pub list_signer: Credential,
}

impl Keyring {
    /// Opens a key folder that only its owner may enter.
    ///
    /// # Errors
    /// [`Error::Permissions`], [`Error::Folder`], [`Error::Io`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        folder::check_private(path)?;
        let manifest_path = path.join(MANIFEST);
        let json = folder::read_private(&manifest_path, MAX_MANIFEST_BYTES)?;
        let manifest: Manifest = serde_json::from_slice(&json)
            .map_err(|e| Error::Folder { path: manifest_path.clone(), detail: e.to_string() })?;
        if manifest.version != 1 {
            let detail = format!("version {} is not known", manifest.version);
            return Err(Error::Folder { path: manifest_path, detail });
        }
        let root = read_certificate(&inside(path, &manifest.anchor)?)?;
        let credential = |member: &Member| -> Result<Credential, Error> {
            let certificate = read_certificate(&inside(path, &member.certificate)?)?;
            Ok(Credential { member: member.clone(), certificate })
        };
        Ok(Self {
            folder: path.to_owned(),
            anchor: Anchor::new(root.name().to_owned(), root),
            signing_ca: read_certificate(&inside(path, &manifest.signing_ca)?)?,
            document_signers: manifest.document_signers.iter().map(credential).collect::<Result<_, _>>()?,
            list_signer: credential(&manifest.list_signer)?,
            manifest,
        })
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Leads every signer's certificate to the root, and sees that there is one for each profile. A document signer whose
    /// own time is over is passed over with a warning.
    ///
    /// # Errors
    /// [`Error::Folder`] with the certificate that does not hold and why, or the profile for which nobody can sign.
    pub fn check_chains(&self, at: UnixTime) -> Result<(), Error> {
        self.check_document_signers(at)?;
        if let Some(profile) = Profile::ALL.into_iter().find(|profile| self.document_signer(*profile, at).is_none()) {
            let detail = format!("no document signer for {profile} is valid at {}", at.to_rfc3339());
            return Err(Error::Folder { path: self.folder.join(MANIFEST), detail });
        }
        self.check_chain(&self.list_signer, Role::ListSigner, at)
    }

    /// Leads every document signer's certificate to the root: one whose time begins later, as at that time; one whose own
    /// time is over is passed over with a warning. Who reads a list sees keys alone, so nobody else can find out.
    ///
    /// # Errors
    /// [`Error::Folder`] with the certificate that does not hold and why.
    pub fn check_document_signers(&self, at: UnixTime) -> Result<(), Error> {
        for credential in &self.document_signers {
            let (certificate, file) = (&credential.certificate, &credential.member.certificate);
            if certificate.not_after() < at {
                let expired = certificate.not_after().to_rfc3339();
                tracing::warn!(%file, %expired, "a document signer has expired and signs nothing any more");
            } else {
                self.check_chain(credential, Role::DocumentSigner, at.max(certificate.not_before()))?;
            }
        }
        Ok(())
    }

    fn check_chain(&self, credential: &Credential, role: Role, at: UnixTime) -> Result<(), Error> {
        let (anchors, above) = (std::slice::from_ref(&self.anchor), std::slice::from_ref(&self.signing_ca));
        chain::verify_path(&credential.certificate, above, anchors, at, backend::native(), role).map(|_| ()).map_err(
            |error| Error::Folder { path: self.folder.join(&credential.member.certificate), detail: error.to_string() },
        )
    }

    /// The document signer of a profile that is valid at `at` for longest.
    #[must_use]
    pub fn document_signer(&self, profile: Profile, at: UnixTime) -> Option<&Credential> {
        self.document_signers
            .iter()
            .filter(|c| c.member.profile == Some(profile))
            .filter(|c| c.certificate.not_before() <= at && at <= c.certificate.not_after())
            .max_by_key(|c| c.certificate.not_after())
    }

    /// Unseals the key of a credential.
    ///
    /// # Errors
    /// [`Error::Permissions`], [`Error::Unsealing`], [`Error::Format`]; [`Error::Mismatch`] when it is not the key its
    /// certificate names.
    pub fn key(&self, credential: &Credential, passphrase: &Passphrase) -> Result<Arc<dyn SigningKey>, Error> {
        let path = inside(&self.folder, &credential.member.key)?;
        let wanted = [Kind::Ed25519, Kind::P256];
        let (kind, document) = file::open(&path, &credential.member.role, &wanted, passphrase)?;
        let algorithm = if kind == Kind::Ed25519 { Algorithm::Ed25519 } else { Algorithm::Es256 };
        let key = SoftKey::from_pkcs8(algorithm, &document)?;
        let certified: KeyData = PublicKey::to_key_data(credential.certificate.key());
        if key.public_key() == certified { Ok(Arc::new(key)) } else { Err(Error::Mismatch { path }) }
    }

    /// Unseals the key of the issuer's store.
    ///
    /// # Errors
    /// As [`Keyring::key`].
    pub fn store_seal(&self, passphrase: &Passphrase) -> Result<Seal, Error> {
        let path = self.folder.join(STORE_KEY);
        let (_, secret) = file::open(&path, "store", &[Kind::Store], passphrase)?;
        Seal::new(&secret).map_err(|_| Error::Format { path, detail: "the store key has not 32 bytes" })
    }
}

/// A file named by the manifest must be a plain name in the folder.
fn inside(folder: &Path, name: &str) -> Result<PathBuf, Error> {
    let path = folder.join(name);
    if Path::new(name).file_name().is_some_and(|file| file == name) {
        Ok(path)
    } else {
        Err(Error::Folder { path, detail: "the manifest names a file outside the folder".into() })
    }
}

fn read_certificate(path: &Path) -> Result<Certificate, Error> {
    let bytes = folder::read_public(path, MAX_CERTIFICATE_BYTES)?;
    Certificate::read(&bytes).map_err(|error| Error::Folder { path: path.to_owned(), detail: error.to_string() })
}

/// The environment's names in JSON.
pub(crate) mod environment {
    use serde::{Deserialize as _, Deserializer, Serializer};
    use specs::signer_list::Environment;

    pub(crate) fn name(environment: Environment) -> &'static str {
        match environment {
            Environment::Production => "production",
            Environment::Demo => "demo",
        }
    }

    pub(crate) fn serialize<S: Serializer>(environment: &Environment, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(name(*environment))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Environment, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "production" => Ok(Environment::Production),
            "demo" => Ok(Environment::Demo),
            _ => Err(serde::de::Error::custom("the environment is production or demo")),
        }
    }
}
