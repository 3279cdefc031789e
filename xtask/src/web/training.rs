//! Sample certificates for the training mode of the checker's app, one for each kind of answer.
//!
//! They are signed by a demonstration key that is made here and thrown away, so nobody can ever sign another one with it. They
//! are checked as of the moment that stands beside them, so that they give the same answers for ever.

use anyhow::{Context as _, Result};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, KeyUsagePurpose, SigningKey as _, date_time_ymd};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use specs::cose::{self, Unsigned};
use specs::hcert::{self, Claims, Content};
use specs::national::{self, Certificate, Name};
use specs::qr::{Symbol, Use};
use specs::time::{Date, PartialDate, UnixTime};
use std::path::Path;

/// 2026-09-01T03:00:00Z: when the samples are checked.
const CHECKED_AT: UnixTime = UnixTime(1_788_231_600);
const DAY: i64 = 86_400;
/// Where a text is cut off: between two groups of Base45, after the prefix.
const CUT_AT: usize = hcert::PREFIX.len() + 3 * 40;

/// A key of the training, and what its messages name it by.
struct Signer {
    pair: KeyPair,
    certificate: rcgen::Certificate,
    kid: Vec<u8>,
}

/// Writes the samples, with new keys: every build of the app is another one anyway, for it knows when it was built.
pub(super) fn write(path: &Path) -> Result<()> {
    let (signer, stranger) = (Signer::new(1)?, Signer::new(2)?);
    let issued = CHECKED_AT.plus_days(-30);
    let good = certificate("Nguyễn", "Thị Mẫu", "NGUYEN", "THI<MAU")?;
    let (old, early) = (CHECKED_AT.plus_days(-800), CHECKED_AT.plus_days(20));
    let valid = signer.seal(good.clone(), issued)?;
    let samples = [
        ("valid", valid.clone()),
        ("valid", signer.seal(certificate("Trần", "Văn Thử", "TRAN", "VAN<THU")?, issued)?),
        ("signature-invalid", stranger.named_like(&signer).seal(good.clone(), issued)?),
        ("certificate-expired", signer.seal(good.clone(), old)?),
        ("certificate-not-yet-valid", signer.seal(good.clone(), early)?),
        ("signer-unknown", stranger.seal(good, issued)?),
        // A cut code, as when somebody copies half of it.
        ("compression-invalid", valid[..CUT_AT].to_owned()),
        // Not a certificate at all.
        ("prefix-missing", "HTTPS://EXAMPLE.COM/MENU".to_owned()),
    ];
    let samples: Vec<Value> = samples.iter().map(|(reason, text)| sample(reason, text)).collect::<Result<_>>()?;
    let page = json!({ "checkedAt": CHECKED_AT.0, "signer": signer.certificate.pem(), "samples": samples });
    std::fs::write(path, page.to_string()).with_context(|| format!("cannot write {}", path.display()))
}

fn sample(reason: &str, text: &str) -> Result<Value> {
    let symbol = Symbol::encode(text, Use::Screen)?;
    Ok(json!({ "reason": reason, "text": text, "width": symbol.width(), "modules": packed(symbol.modules()) }))
}

/// Four modules in a hexadecimal digit, row after row; the last one filled up with light ones.
fn packed(modules: &[bool]) -> String {
    let digit = |four: &[bool]| (0..4).fold(0, |sum, at| (sum << 1) | u32::from(four.get(at) == Some(&true)));
    modules.chunks(4).map(|four| format!("{:x}", digit(four))).collect()
}

impl Signer {
    #[expect(clippy::disallowed_methods, reason = "keys that are believed by nobody")]
    fn new(number: u8) -> Result<Signer> {
        let pair = KeyPair::generate_for(&rcgen::PKCS_ED25519)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CountryName, "VN");
        params.distinguished_name.push(DnType::CommonName, format!("DEMO LUYỆN TẬP (training) {number}"));
        (params.not_before, params.not_after) = (date_time_ymd(2021, 1, 1), date_time_ymd(2036, 1, 1));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let certificate = params.self_signed(&pair)?;
        let kid = kid(certificate.der());
        Ok(Signer { pair, certificate, kid })
    }

    /// The same key under the name of another one: what a forger does.
    fn named_like(&self, other: &Signer) -> Forger<'_> {
        Forger { pair: &self.pair, kid: other.kid.clone() }
    }

    fn seal(&self, content: Certificate, issued: UnixTime) -> Result<String> {
        Forger { pair: &self.pair, kid: self.kid.clone() }.seal(content, issued)
    }
}

/// A key and the name that its messages carry.
struct Forger<'a> {
    pair: &'a KeyPair,
    kid: Vec<u8>,
}

impl Forger<'_> {
    fn seal(&self, mut content: Certificate, issued: UnixTime) -> Result<String> {
        content.date = Date::in_viet_nam(UnixTime(issued.0 - DAY));
        let claims = Claims::new("VN", issued, national::expiry(issued), Content::from(content));
        let unsigned = Unsigned::new(cose::alg::EDDSA, self.kid.clone(), claims.encode()?);
        let signature = self.pair.sign(&unsigned.to_be_signed())?;
        Ok(hcert::seal(&unsigned.sign(&signature)))
    }
}

/// The key identifier that verifiers derive from a certificate: the first eight bytes of its SHA-256.
fn kid(der: &[u8]) -> Vec<u8> {
    Sha256::digest(der)[..8].to_vec()
}

fn certificate(family: &str, given: &str, family_std: &str, given_std: &str) -> Result<Certificate> {
    Ok(Certificate {
        name: Name {
            family: family.into(),
            given: format!("{given} (DEMO)").into(),
            family_std: family_std.into(),
            given_std: given_std.into(),
        },
        birth_date: PartialDate::parse("1990-05-17").context("a date")?,
        nationality: "VN".into(),
        disease: "840539006".into(),
        doses_received: 2,
        date: Date::in_viet_nam(CHECKED_AT),
        dose_number: 2,
        vaccine: "1119349007".into(),
        product: "EU/1/20/1528".into(),
        manufacturer: "ORG-100030215".into(),
        id: "URN:UVCI:01:VN:DEM00000000000000000000000000000#0".into(),
    })
}
