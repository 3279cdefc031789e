//! Every layer of a certificate, written out as a person would want to read it. Nothing is believed and nothing is
//! checked here but the form: where a layer cannot be taken off, the report says so, says why, and stops.

mod diagnostic;
mod fields;
mod foreign;

use std::fmt::Display;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use specs::cbor::{self, Limits};
use specs::cose::{self, Kid, Place, Sign1, Tagging};
use specs::hcert::{self, Claims, Content};
use specs::{base45, zlib};

pub use diagnostic::harmless;

/// What is inside a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The report, lines in English with the Vietnamese heading of each section.
    pub text: String,
    /// Whether all layers came off, down to a certificate of a kind known here.
    pub whole: bool,
}

/// Takes the layers off one by one. Never panics; there is a report for every text.
#[must_use]
pub fn report(text: &str) -> Report {
    let mut page = Page::default();
    let whole = layers(&mut page, text).is_some();
    page.section("Chữ ký", "Signature");
    page.say("not checked here: use `verifier check`");
    Report { text: page.0, whole }
}

fn layers(page: &mut Page, text: &str) -> Option<()> {
    page.section("Văn bản", "Text");
    page.field("length", format_args!("{} characters; a QR symbol holds {}", text.chars().count(), hcert::MAX_CHARS));
    page.field("begins with", harmless(&text.chars().take(12).collect::<String>()));
    let Ok(opened) = page.or_stop(hcert::open(text)) else {
        as_far_as_it_goes(page, text);
        return None;
    };
    compression(page, opened.compressed(), opened.cose());
    let message = opened.sign1();
    signed_message(page, &message);
    let claims = claims(page, &message);
    page.section("Thông điệp dạng CBOR", "Message as CBOR");
    page.cbor(opened.cose());
    page.section("Nội dung dạng CBOR", "Payload as CBOR");
    page.cbor(message.payload);
    claims
}

/// The layers of a text that does not come off whole, down to where it breaks.
fn as_far_as_it_goes(page: &mut Page, text: &str) {
    let Some(encoded) = text.strip_prefix(hcert::PREFIX) else { return };
    let Ok(compressed) = base45::decode(encoded) else { return };
    let Ok(message) = zlib::inflate(&compressed) else {
        page.section("Nén", "Compression");
        page.field(
            "bytes",
            format_args!(
                "{}, beginning {}",
                compressed.len(),
                hex::encode(compressed.get(..16).unwrap_or(&compressed))
            ),
        );
        return;
    };
    compression(page, &compressed, &message);
    page.section("Thông điệp dạng CBOR", "Message as CBOR");
    page.cbor(&message);
}

fn compression(page: &mut Page, compressed: &[u8], message: &[u8]) {
    page.section("Nén", "Compression");
    let percent = compressed.len().saturating_mul(100) / message.len().max(1);
    page.field("zlib", format_args!("{} bytes from {} bytes ({percent} %)", compressed.len(), message.len()));
    let kind = match compressed.get(2).map(|first| first >> 1 & 3) {
        Some(0) => "stored as it is",
        Some(1) => "deflated, fixed codes",
        _ => "deflated, own codes",
    };
    page.field("how", kind);
}

fn signed_message(page: &mut Page, message: &Sign1<'_>) {
    page.section("Thông điệp đã ký", "Signed message (COSE_Sign1)");
    page.field(
        "tag",
        match message.tag {
            Tagging::Untagged => "none",
            Tagging::Sign1 => "18",
            Tagging::CwtSign1 => "61, then 18",
        },
    );
    match message.alg {
        Some(alg) => {
            page.field("algorithm", format_args!("{} ({}), {}", algorithm(alg.value), alg.value, placed(alg.place)));
        }
        None => page.field("algorithm", "none"),
    }
    for (kid, place) in [(message.kid_protected, Place::Protected), (message.kid_unprotected, Place::Unprotected)] {
        if let Some(kid) = kid {
            let bytes = kid.as_bytes();
            let text = if matches!(kid, Kid::Text(_)) { ", as text" } else { "" };
            let words =
                format!("{} = base64 {}, {} bytes{text}", hex::encode(bytes), STANDARD.encode(bytes), bytes.len());
            page.field("key identifier", format_args!("{words}, {}", placed(place)));
        }
    }
    if message.kid().is_none() {
        page.field("key identifier", "none");
    }
    for certificate in &message.x5chain {
        page.field("certificate", format_args!("{} bytes of DER", certificate.len()));
    }
    page.field("payload", format_args!("{} bytes", message.payload.len()));
    page.field("signature", format_args!("{} bytes: {}", message.signature.len(), hex::encode(message.signature)));
    if !message.protected.is_empty() {
        page.say("protected header:");
        page.cbor(message.protected);
    }
}

fn placed(place: Place) -> &'static str {
    match place {
        Place::Protected => "protected",
        Place::Unprotected => "not protected by the signature",
    }
}

fn algorithm(number: i64) -> &'static str {
    match number {
        cose::alg::EDDSA => "EdDSA",
        cose::alg::ED25519 => "Ed25519",
        cose::alg::ES256 => "ES256",
        cose::alg::ESP256 => "ESP256",
        cose::alg::ES384 => "ES384",
        cose::alg::ESP384 => "ESP384",
        cose::alg::PS256 => "PS256",
        cose::alg::PS384 => "PS384",
        cose::alg::PS512 => "PS512",
        _ => "an algorithm not known here",
    }
}

fn claims(page: &mut Page, message: &Sign1<'_>) -> Option<()> {
    page.section("Tuyên bố", "Claims (CWT)");
    let claims = page.or_stop(Claims::of(message)).ok()?;
    page.field("issuer", claims.iss.as_deref().map_or_else(|| "none".to_owned(), harmless));
    for (name, time) in [("issued", claims.iat), ("not before", claims.nbf), ("expires", claims.exp)] {
        if let Some(time) = time {
            page.field(name, format_args!("{time} ({})", time.0));
        } else if name != "not before" {
            page.field(name, "missing");
        }
    }
    if let (Some(issued), Some(expires)) = (claims.iat, claims.exp) {
        page.field("lasts", format_args!("{} days", expires.0.saturating_sub(issued.0) / 86_400));
    }
    match &claims.content {
        Content::EuDcc(certificate) => fields::eu_dcc(page, certificate),
        Content::National(certificate) => fields::national(page, certificate),
        Content::Icvp(certificate) => foreign::icvp(page, certificate),
        Content::Ddcc(certificate) => foreign::ddcc(page, certificate),
        Content::SwissLight(certificate) => foreign::swiss_light(page, certificate),
        Content::Nzcp(pass) => foreign::nzcp(page, pass),
        // These come in texts of their own, which have no COSE message.
        Content::Shc(_) | Content::VdsNc(_) => {}
    }
    page.section("Châm chước", "Deviations forgiven");
    if claims.tolerances.is_empty() {
        page.say("none");
    }
    for tolerance in claims.tolerances.iter() {
        page.say(tolerance.code());
    }
    Some(())
}

/// The report as it grows.
#[derive(Default)]
struct Page(String);

impl Page {
    fn section(&mut self, vietnamese: &str, english: &str) {
        let gap = if self.0.is_empty() { "" } else { "\n" };
        self.0.push_str(&format!("{gap}{english} · {vietnamese}\n"));
    }

    fn field(&mut self, name: &str, value: impl Display) {
        self.0.push_str(&format!("  {name:<18} {value}\n"));
    }

    fn say(&mut self, words: impl Display) {
        self.0.push_str(&format!("  {words}\n"));
    }

    /// Diagnostic notation of bytes that may or may not be CBOR.
    fn cbor(&mut self, bytes: &[u8]) {
        match cbor::decode(bytes, &Limits::FOREIGN) {
            Ok(value) => diagnostic::notation(&value).lines().for_each(|line| self.say(line)),
            Err(error) => {
                self.say(format_args!("cannot be read: {error}"));
                self.say(hex::encode(bytes));
            }
        }
    }

    /// Says where the report stops, and why.
    fn or_stop<T>(&mut self, result: Result<T, hcert::Error>) -> Result<T, hcert::Error> {
        if let Err(error) = &result {
            self.say(format_args!("STOPS HERE · DỪNG TẠI ĐÂY: {error} ({})", error.code()));
        }
        result
    }
}

#[cfg(test)]
mod tests;
