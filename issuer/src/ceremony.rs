//! The key ceremony: a national root, the health signing CA under it, and the signers under that.
//!
//! Everything is made in one go in a folder that did not exist before. What a running issuer needs lies at its top; the
//! keys of root and CA lie apart under `offline/`, sealed under a passphrase of their own, and belong on a medium in a
//! safe. By default the chain is a demonstration and every name in it says DEMO; no anchor is ever bundled with a
//! program, so a production chain is this same ceremony held by its owners, and its root handed to verifiers by them.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyUsagePurpose, PublicKeyData, SerialNumber,
};
use specs::signer_list::{Environment, KeyData};
use specs::time::UnixTime;

use crate::api::Profile;
use crate::keyring::{MANIFEST, Manifest, Member, STORE_KEY};
use crate::keys::file::{self, Cost, Kind};
use crate::keys::passphrase::Passphrase;
use crate::keys::soft::SoftKey;
use crate::keys::{Algorithm, Error, SigningKey as _, folder};
use crate::rng;

/// Folder of the keys that a running issuer does not need.
pub const OFFLINE: &str = "offline";
/// File name of a passphrase that the ceremony made itself.
pub const PASSPHRASE: &str = "passphrase";

const HOUR: i64 = 3600;
const ROOT_DAYS: i64 = 20 * 365;
const SIGNING_CA_DAYS: i64 = 10 * 365;
/// EKU of a document signer for vaccinations (EU DCC, certificate governance A.4).
const EKU_VACCINATION: [u64; 9] = [1, 3, 6, 1, 4, 1, 1847, 2021, 1];

/// What the ceremony makes.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The folder to make; it must not exist, or be empty.
    pub out: PathBuf,
    /// Country in every name, ISO 3166-1 alpha-2.
    pub country: String,
    /// Organisation in every name.
    pub organisation: String,
    /// Whether the names say DEMO.
    pub environment: Environment,
    /// Now; certificates are valid from an hour before, for checkers whose clocks are a little behind.
    pub at: UnixTime,
    /// Days that document signers and list signer are valid.
    pub signer_days: u32,
    /// Seals the keys a running issuer needs.
    pub passphrase: Passphrase,
    /// Seals the keys of root and signing CA.
    pub offline_passphrase: Passphrase,
    /// Write both passphrases beside the keys they seal (demonstrations only).
    pub keep_passphrases: bool,
    /// Cost of guessing a passphrase.
    pub cost: Cost,
}

impl Plan {
    /// A demonstration chain for `country`, with random passphrases kept beside the keys.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn demo(out: impl Into<PathBuf>, country: &str, at: UnixTime) -> Result<Self, Error> {
        Ok(Self {
            out: out.into(),
            country: country.to_owned(),
            organisation: "La Chan DEMO".to_owned(),
            environment: Environment::Demo,
            at,
            signer_days: 730,
            passphrase: Passphrase::random()?,
            offline_passphrase: Passphrase::random()?,
            keep_passphrases: true,
            cost: Cost::STANDARD,
        })
    }
}

/// Holds the ceremony. Either the whole folder is there afterwards, or nothing.
///
/// # Errors
/// [`Error::Exists`] when the folder has anything in it; others when keys or files cannot be made.
pub fn perform(plan: &Plan) -> Result<Manifest, Error> {
    if !(plan.country.len() == 2 && plan.country.bytes().all(|b| b.is_ascii_uppercase())) {
        return Err(Error::Folder { path: plan.out.clone(), detail: "the country is two capital letters".into() });
    }
    if is_occupied(&plan.out)? {
        return Err(Error::Exists { path: plan.out.clone() });
    }
    let work = beside(&plan.out)?;
    let made = make(plan, &work);
    match made.and_then(|manifest| {
        fs::rename(&work, &plan.out).map_err(|e| Error::io(&plan.out, &e))?;
        folder::sync_folder_of(&plan.out)?;
        Ok(manifest)
    }) {
        Ok(manifest) => Ok(manifest),
        Err(error) => {
            let _ = fs::remove_dir_all(&work);
            Err(error)
        }
    }
}

fn is_occupied(out: &Path) -> Result<bool, Error> {
    match fs::read_dir(out) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(Error::io(out, &e)),
    }
}

/// A fresh private folder on the same file system, to be renamed into place when it is complete.
fn beside(out: &Path) -> Result<PathBuf, Error> {
    let mut name = out.file_name().ok_or_else(|| Error::Exists { path: out.to_owned() })?.to_owned();
    name.push(format!(".{}.partial", hex::encode(rng::bytes::<4>()?)));
    let work = out.with_file_name(name);
    folder::create_private(&work)?;
    Ok(work)
}

fn make(plan: &Plan, work: &Path) -> Result<Manifest, Error> {
    let offline = work.join(OFFLINE);
    folder::create_private(&offline)?;
    if plan.keep_passphrases {
        plan.passphrase.write(&work.join(PASSPHRASE))?;
        plan.offline_passphrase.write(&offline.join(PASSPHRASE))?;
    }

    let root = Authority::new(plan, "National Root CA", ROOT_DAYS, 1)?;
    let root_certificate = root.params.self_signed(&root.key).map_err(refused)?;
    root.store(plan, work, &offline, "root", &root_certificate.pem())?;

    let health = Authority::new(plan, "Health Signing CA", SIGNING_CA_DAYS, 0)?;
    let health_certificate =
        health.params.signed_by(&health.key, &Issuer::from_params(&root.params, &root.key)).map_err(refused)?;
    health.store(plan, work, &offline, "signing-ca", &health_certificate.pem())?;

    let mut vaccination = EKU_VACCINATION.to_vec();
    vaccination.push(2);
    let issuer = Issuer::from_params(&health.params, &health.key);
    let end = |role: &str, name: &str, algorithm, eku: &[u64], profile| {
        end_entity(plan, work, &issuer, &Role { role, name, algorithm, eku, profile })
    };
    let document_signers = vec![
        end("dsc-national", "Document Signer National 1", Algorithm::Ed25519, &vaccination, Some(Profile::National))?,
        end("dsc-eu-dcc", "Document Signer EU DCC 1", Algorithm::Es256, &vaccination, Some(Profile::EuDcc))?,
    ];
    let list_eku = list_signer_eku(work)?;
    let list_signer = end("list-signer", "Trust List Signer 1", Algorithm::Ed25519, &list_eku, None)?;

    file::create(&work.join(STORE_KEY), "store", Kind::Store, &rng::bytes::<32>()?, &plan.passphrase, plan.cost)?;
    let manifest = Manifest {
        version: 1,
        environment: plan.environment,
        country: plan.country.clone(),
        issuer: common_name(plan, "Trust List"),
        created: plan.at.to_rfc3339(),
        anchor: "root.pem".into(),
        signing_ca: "signing-ca.pem".into(),
        document_signers,
        list_signer,
    };
    folder::write_new(&work.join(MANIFEST), manifest.to_json()?.as_bytes(), 0o600)?;
    Ok(manifest)
}

/// A certification authority with its key, before its certificate is signed.
struct Authority {
    soft: zeroize::Zeroizing<Vec<u8>>,
    key: X509Key,
    params: CertificateParams,
}

impl Authority {
    fn new(plan: &Plan, name: &str, days: i64, path_length: u8) -> Result<Self, Error> {
        let (key, soft) = X509Key::generate(Algorithm::Es256)?;
        let mut params = params(plan, name, days)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(path_length));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(Self { soft, key, params })
    }

    fn store(&self, plan: &Plan, work: &Path, offline: &Path, role: &str, pem: &str) -> Result<(), Error> {
        folder::write_new(&work.join(format!("{role}.pem")), pem.as_bytes(), 0o644)?;
        let path = offline.join(format!("{role}.key"));
        file::create(&path, role, Kind::P256, &self.soft, &plan.offline_passphrase, plan.cost)
    }
}

struct Role<'a> {
    role: &'a str,
    name: &'a str,
    algorithm: Algorithm,
    eku: &'a [u64],
    profile: Option<Profile>,
}

fn end_entity(plan: &Plan, work: &Path, issuer: &Issuer<'_, &X509Key>, role: &Role<'_>) -> Result<Member, Error> {
    let (key, document) = X509Key::generate(role.algorithm)?;
    let mut params = params(plan, role.name, i64::from(plan.signer_days))?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(role.eku.to_vec())];
    let certificate = params.signed_by(&key, issuer).map_err(refused)?;
    let member = Member {
        role: role.role.to_owned(),
        profile: role.profile,
        certificate: format!("{}.pem", role.role),
        key: format!("{}.key", role.role),
    };
    folder::write_new(&work.join(&member.certificate), certificate.pem().as_bytes(), 0o644)?;
    let kind = match role.algorithm {
        Algorithm::Ed25519 => Kind::Ed25519,
        Algorithm::Es256 => Kind::P256,
    };
    file::create(&work.join(&member.key), role.role, kind, &document, &plan.passphrase, plan.cost)?;
    Ok(member)
}

fn params(plan: &Plan, name: &str, days: i64) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    let mut subject = DistinguishedName::new();
    let country = plan.country.as_str().try_into().map_err(refused)?;
    subject.push(DnType::CountryName, DnValue::PrintableString(country));
    subject.push(DnType::OrganizationName, plan.organisation.as_str());
    subject.push(DnType::CommonName, common_name(plan, name));
    params.distinguished_name = subject;
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let instant = |at: UnixTime| epoch + std::time::Duration::from_secs(u64::try_from(at.0).unwrap_or_default());
    params.not_before = instant(UnixTime(plan.at.0.saturating_sub(HOUR)));
    params.not_after = instant(plan.at.plus_days(days));
    // 126 random bits (RFC 5280 4.1.2.2: positive, at most 20 octets; CA/Browser Forum: at least 64 random bits).
    let mut serial = rng::bytes::<16>()?;
    serial[0] = (serial[0] & 0x3f) | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn common_name(plan: &Plan, name: &str) -> String {
    match plan.environment {
        Environment::Production => format!("La Chan {} {name}", plan.country),
        _ => format!("La Chan DEMO {} {name}", plan.country),
    }
}

fn list_signer_eku(path: &Path) -> Result<Vec<u64>, Error> {
    let arcs: Option<Vec<u64>> = specs::signer_list::LIST_SIGNER_EKU.split('.').map(|arc| arc.parse().ok()).collect();
    arcs.ok_or_else(|| Error::Folder { path: path.to_owned(), detail: "the list signer's EKU is no OID".into() })
}

fn refused(_: rcgen::Error) -> Error {
    Error::Signing("the certificate could not be made")
}

/// Our key as rcgen wants to see one.
struct X509Key {
    key: SoftKey,
    public: Vec<u8>,
}

impl X509Key {
    fn generate(algorithm: Algorithm) -> Result<(Self, zeroize::Zeroizing<Vec<u8>>), Error> {
        let (key, document) = SoftKey::generate(algorithm)?;
        Ok((Self::new(key)?, document))
    }

    fn new(key: SoftKey) -> Result<Self, Error> {
        let public = match key.public_key() {
            KeyData::Ed25519(raw) => raw.to_vec(),
            KeyData::P256(point) => point.to_vec(),
            _ => return Err(Error::Signing("an unexpected kind of key")),
        };
        Ok(Self { key, public })
    }
}

impl PublicKeyData for X509Key {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        match self.key.algorithm() {
            Algorithm::Ed25519 => &rcgen::PKCS_ED25519,
            Algorithm::Es256 => &rcgen::PKCS_ECDSA_P256_SHA256,
        }
    }
}

impl rcgen::SigningKey for X509Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.key.sign_x509(message).map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

#[cfg(test)]
pub(crate) mod tests;
