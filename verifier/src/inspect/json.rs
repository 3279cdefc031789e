//! What is signed as JSON: SMART Health Cards and seals of ICAO.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use specs::hcert::Claims;
use specs::json::{self, Limits};
use specs::{shc, vds_nc};
use trust_list::signers::kid_of_authority;
use trust_list::x509::Certificate;

use super::cose::deflated;
use super::{Page, claims, diagnostic, harmless};

/// What has been read before is read again within bounds that let it pass.
const READ_BEFORE: Limits = Limits { bytes: shc::MAX_INFLATED, depth: 64, values: 65_536 };

pub(super) fn card(page: &mut Page, text: &str) -> Option<()> {
    let card = page.or_stop(shc::open(text), shc::Error::code)?;
    page.section("Mã hoá", "Encoding");
    let text = text.trim();
    let packed = match text.split_ascii_whitespace().count() {
        _ if text.starts_with('{') => "a file of one card".to_owned(),
        _ if text.starts_with("eyJ") => "none: a bare JWS".to_owned(),
        1 => "digits of one symbol, two for each character".to_owned(),
        several => format!("digits of {several} symbols, two for each character"),
    };
    page.field("packed as", packed);
    let signed = String::from_utf8_lossy(card.to_be_signed());
    let (header, payload) = signed.split_once('.').unwrap_or_default();
    let [header, payload] = [header, payload].map(|part| URL_SAFE_NO_PAD.decode(part).unwrap_or_default());

    page.section("Thông điệp đã ký", "Signed message (JWS)");
    page.field("algorithm", harmless(card.alg()));
    page.field("key identifier", harmless(card.kid()));
    let thumbprint = URL_SAFE_NO_PAD.decode(card.kid()).unwrap_or_default();
    if let (Some(kid), 32) = (thumbprint.get(..8), thumbprint.len()) {
        page.field("in a list", hex::encode(kid));
    }
    page.field("payload", format_args!("{} bytes", payload.len()));
    page.bytes("signature", card.signature());
    page.say("header:");
    document(page, &String::from_utf8_lossy(&header));
    deflated(page, "deflate", &payload, payload.first(), card.json().len());
    page.section("Tuyên bố", "Claims");
    let read = page.or_stop(card.claims(), shc::Error::code).map(|found| claims(page, Claims::from(found)));
    page.section("Nội dung dạng JSON", "Payload as JSON");
    document(page, card.json());
    read
}

pub(super) fn seal(page: &mut Page, text: &str) -> Option<()> {
    let seal = page.or_stop(vds_nc::open(text), vds_nc::Error::code)?;
    page.section("Thông điệp đã ký", "Signed message (VDS-NC)");
    let kind = match seal.kind() {
        vds_nc::Kind::Vaccination => "icao.vacc, proof of vaccination",
        vds_nc::Kind::Test => "icao.test, proof of testing",
    };
    page.field("type", kind);
    page.field("algorithm", harmless(seal.alg()));
    page.field("signed", format_args!("{} bytes: `data` in canonical form", seal.to_be_signed().len()));
    page.bytes("signature", seal.signature());
    certificate(page, seal.certificate());
    page.section("Tuyên bố", "Claims");
    let read = page.or_stop(seal.claims(), vds_nc::Error::code).map(|found| claims(page, found));
    page.section("Niêm phong dạng JSON", "Seal as JSON");
    document(page, text);
    read
}

/// The certificate that came along, which anybody can have made.
fn certificate(page: &mut Page, der: &[u8]) {
    page.section("Chứng thư đi kèm", "Certificate that came along (not checked here)");
    page.field("bytes", format_args!("{} of DER", der.len()));
    let certificate = match Certificate::parse(der) {
        Ok(certificate) => certificate,
        Err(error) => return page.say(format_args!("cannot be read: {}", harmless(&error.to_string()))),
    };
    page.field("subject", harmless(&certificate.subject()));
    page.field("issuer", harmless(&certificate.issuer()));
    page.field("serial", hex::encode(certificate.serial()));
    page.field("not before", certificate.not_before());
    page.field("not after", certificate.not_after());
    page.field("key", certificate.key().algorithm().name());
    if let Some(authority) = certificate.authority_key_id() {
        page.field("authority key", hex::encode(authority));
        page.field("in a list", hex::encode(kid_of_authority(authority)));
    }
}

fn document(page: &mut Page, text: &str) {
    match json::read(text, &READ_BEFORE) {
        Ok(document) => page.lines(&diagnostic::json(document.value())),
        Err(error) => page.say(format_args!("cannot be read: {error}")),
    }
}
