//! Keys, certificates and lists made on the spot, for tests that need something signed. Nothing here is used outside of
//! tests: the issuer is the only room that holds real keys.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, RSA_PSS_SHA256, RsaKeyPair,
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256, RsaKeySize, date_time_ymd,
};
use specs::cose;
use specs::signer_list::{Environment, LIST_SIGNER_EKU, Profiles, Purposes, SignerEntry, SignerList};
use specs::time::UnixTime;
use trust_list::chain::Anchor;
use trust_list::x509::Certificate;

/// Which algorithm a test key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519.
    EdDsa,
    /// ECDSA with P-256.
    Es256,
    /// ECDSA with P-384.
    Es384,
    /// RSA-PSS with a key of 2048 bits, which takes long to make.
    Ps256,
}

/// What a test signer is to be. Valid 2025 to 2035.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its key.
    pub algorithm: Algorithm,
    /// Its common name.
    pub name: String,
    /// Its extended key usages, as dotted numbers.
    pub usages: Vec<String>,
    /// Years of its validity: January 1 of the first to January 1 of the last.
    pub years: (i32, i32),
}

impl Wanted {
    /// A signer of anything with that key.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        Self { algorithm, name: "DEMO document signer".to_owned(), usages: Vec::new(), years: (2025, 2035) }
    }

    /// Bound to that extended key usage.
    #[must_use]
    pub fn usage(mut self, oid: &str) -> Self {
        self.usages.push(oid.to_owned());
        self
    }

    /// With that name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    /// Valid in those years.
    #[must_use]
    pub fn years(mut self, from: i32, until: i32) -> Self {
        self.years = (from, until);
        self
    }

    /// Makes its key and a certificate that it signs itself.
    #[must_use]
    pub fn make(&self) -> TestSigner {
        let pair = self.pair();
        let certificate = self.params().self_signed(&pair).expect("a certificate can be made");
        TestSigner::new(self.algorithm, &pair, certificate.der())
    }

    /// Makes an authority of that name, and below it its key with a certificate.
    #[must_use]
    pub fn make_below(&self, authority: &str) -> (Certificate, TestSigner) {
        let root = Self::new(Algorithm::Es256).named(authority);
        let (root_pair, mut root_params) = (root.pair(), root.params());
        root_params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root_params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let root_certificate = root_params.self_signed(&root_pair).expect("a root can be made");
        let root_certificate = Certificate::parse(root_certificate.der()).expect("our own root can be read");
        let pair = self.pair();
        let issued = self.params().signed_by(&pair, &Issuer::new(root_params, root_pair)).expect("a leaf can be made");
        (root_certificate, TestSigner::new(self.algorithm, &pair, issued.der()))
    }

    #[expect(clippy::disallowed_methods, reason = "a test's keys")]
    fn pair(&self) -> KeyPair {
        let kind = match self.algorithm {
            Algorithm::EdDsa => &PKCS_ED25519,
            Algorithm::Es256 => &PKCS_ECDSA_P256_SHA256,
            Algorithm::Es384 => &PKCS_ECDSA_P384_SHA384,
            Algorithm::Ps256 => {
                return KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect("a key can be made");
            }
        };
        KeyPair::generate_for(kind).expect("a key can be made")
    }

    fn params(&self) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CountryName, "VN");
        params.distinguished_name.push(DnType::CommonName, self.name.clone());
        params.not_before = date_time_ymd(self.years.0, 1, 1);
        params.not_after = date_time_ymd(self.years.1, 1, 1);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let numbers = |oid: &String| oid.split('.').map(|part| part.parse().expect("a number")).collect();
        params.extended_key_usages =
            self.usages.iter().map(|oid| ExtendedKeyUsagePurpose::Other(numbers(oid))).collect();
        params
    }
}

/// A key with its certificate.
pub struct TestSigner {
    /// The certificate.
    pub certificate: Certificate,
    algorithm: Algorithm,
    pkcs8: Vec<u8>,
}

impl TestSigner {
    fn new(algorithm: Algorithm, pair: &KeyPair, der: &[u8]) -> Self {
        let certificate = Certificate::parse(der).expect("our own certificate can be read");
        Self { certificate, algorithm, pkcs8: pair.serialize_der() }
    }

    /// The signature of `message`, in the form of COSE.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a test's keys")]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self.algorithm {
            Algorithm::EdDsa => {
                let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&self.pkcs8).expect("our own key");
                key.sign(message).as_ref().to_vec()
            }
            Algorithm::Es256 => self.ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, message),
            Algorithm::Es384 => self.ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING, message),
            Algorithm::Ps256 => {
                let key = RsaKeyPair::from_pkcs8(&self.pkcs8).expect("our own key");
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), message, &mut signature).expect("a signature");
                signature
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a test's keys")]
    fn ecdsa(&self, algorithm: &'static EcdsaSigningAlgorithm, message: &[u8]) -> Vec<u8> {
        let key = EcdsaKeyPair::from_pkcs8(algorithm, &self.pkcs8).expect("our own key");
        key.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec()
    }

    /// The number of its algorithm in COSE headers.
    #[must_use]
    pub fn cose_algorithm(&self) -> i64 {
        match self.algorithm {
            Algorithm::EdDsa => cose::alg::EDDSA,
            Algorithm::Es256 => cose::alg::ES256,
            Algorithm::Es384 => cose::alg::ES384,
            Algorithm::Ps256 => cose::alg::PS256,
        }
    }

    /// A signed message with that payload, as bytes of COSE_Sign1.
    #[must_use]
    pub fn cose(&self, payload: &[u8]) -> Vec<u8> {
        self.finish(&cose::Unsigned::new(self.cose_algorithm(), self.certificate.kid(), payload))
    }

    /// Signs a message that is otherwise ready.
    #[must_use]
    pub fn finish(&self, unsigned: &cose::Unsigned) -> Vec<u8> {
        unsigned.sign(&self.sign(&unsigned.to_be_signed()))
    }

    /// Its entry in a list of signers, for those purposes, in all formats.
    #[must_use]
    pub fn entry(&self, purposes: Purposes) -> SignerEntry {
        SignerEntry {
            kid: self.certificate.kid(),
            country: "VN".to_owned(),
            purposes,
            profiles: Profiles::ALL,
            not_before: self.certificate.not_before(),
            not_after: self.certificate.not_after(),
            key: self.certificate.key().to_key_data(),
            name: self.certificate.name().to_owned(),
            issuer: None,
        }
    }
}

/// An authority and the signer of its list of signers.
pub struct Publisher {
    /// The root to believe.
    pub anchor: Anchor,
    list_signer: TestSigner,
    environment: Environment,
}

impl Publisher {
    /// Makes a root and a list signer; demonstration ones say so in their names.
    #[must_use]
    pub fn new(environment: Environment) -> Self {
        let mark = if environment == Environment::Demo { "DEMO " } else { "" };
        let leaf = Wanted::new(Algorithm::EdDsa).named(&format!("{mark}list signer")).usage(LIST_SIGNER_EKU);
        let (anchor, list_signer) = leaf.make_below(&format!("{mark}root"));
        Self { anchor: Anchor::new("test root", anchor), list_signer, environment }
    }

    /// A signed list of those signers, issued then and due again after that many days.
    #[must_use]
    pub fn list(&self, issued: UnixTime, days: i64, signers: Vec<SignerEntry>) -> Vec<u8> {
        self.numbered(7, issued, days, signers)
    }

    /// The same with another number.
    #[must_use]
    pub fn numbered(&self, sequence: u64, issued: UnixTime, days: i64, signers: Vec<SignerEntry>) -> Vec<u8> {
        let list = SignerList {
            issuer: "test publisher".to_owned(),
            sequence,
            issued,
            next_update: issued.plus_days(days),
            environment: self.environment,
            signers,
            revocation: None,
            rules: None,
            value_sets: None,
        };
        let payload = list.encode().expect("a list that can be written");
        let kid = self.list_signer.certificate.kid();
        let unsigned = cose::Unsigned::new(self.list_signer.cose_algorithm(), kid, payload).x5chain([self
            .list_signer
            .certificate
            .der()
            .to_vec()]);
        self.list_signer.finish(&unsigned)
    }
}
