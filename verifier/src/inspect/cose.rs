//! Messages of COSE: of the EU, WHO and ourselves, the Swiss and those of New Zealand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use specs::cbor::{self, Limits};
use specs::cose::{Kid, Place, Sign1, Tagging, alg};
use specs::hcert::{self, Claims, Opened};
use specs::{base45, nzcp, swiss_light, zlib};

use super::{Page, claims, diagnostic};

pub(super) fn hcert(page: &mut Page, text: &str) -> Option<()> {
    inflated(page, text, hcert::PREFIX, hcert::open(text), Claims::of)
}

pub(super) fn swiss_light(page: &mut Page, text: &str) -> Option<()> {
    let opened = swiss_light::open(text).map(|opened| opened.layers().clone());
    inflated(page, text, swiss_light::PREFIX, opened, swiss_light::claims)
}

pub(super) fn nzcp(page: &mut Page, text: &str) -> Option<()> {
    let opened = page.or_stop(nzcp::open(text), hcert::Error::code)?;
    page.section("Mã hoá", "Encoding");
    let digits = text.len().saturating_sub(nzcp::PREFIX.len());
    page.field("Base32", format_args!("{digits} characters for {} bytes", opened.cose().len()));
    let message = opened.sign1();
    signed(page, opened.cose(), &message, nzcp::claims, |page| {
        let issuer = nzcp::issuer(&message);
        if let Some(url) = issuer.as_deref().and_then(|issuer| nzcp::key_url(issuer, &message)) {
            page.field("key", super::harmless(&url));
        }
    })
}

/// A text of Base45 behind its prefix.
fn inflated(
    page: &mut Page,
    text: &str,
    prefix: &str,
    opened: Result<Opened, hcert::Error>,
    read: fn(&Sign1<'_>) -> Result<Claims, hcert::Error>,
) -> Option<()> {
    let Some(opened) = page.or_stop(opened, hcert::Error::code) else {
        as_far_as_it_goes(page, text, prefix);
        return None;
    };
    compression(page, opened.compressed(), opened.cose());
    signed(page, opened.cose(), &opened.sign1(), read, |_| {})
}

/// From the message on; `more` says what a format adds to its headers.
fn signed(
    page: &mut Page,
    bytes: &[u8],
    message: &Sign1<'_>,
    read: fn(&Sign1<'_>) -> Result<Claims, hcert::Error>,
    more: impl FnOnce(&mut Page),
) -> Option<()> {
    signed_message(page, message);
    more(page);
    page.section("Tuyên bố", "Claims (CWT)");
    let read = page.or_stop(read(message), hcert::Error::code).map(|found| claims(page, found));
    page.section("Thông điệp dạng CBOR", "Message as CBOR");
    cbor(page, bytes);
    page.section("Nội dung dạng CBOR", "Payload as CBOR");
    cbor(page, message.payload);
    read
}

/// The layers of a text that does not come off whole, down to where it breaks.
fn as_far_as_it_goes(page: &mut Page, text: &str, prefix: &str) {
    let Some(encoded) = text.strip_prefix(prefix) else { return };
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
    cbor(page, &message);
}

fn compression(page: &mut Page, compressed: &[u8], message: &[u8]) {
    // Two bytes of header come first.
    deflated(page, "zlib", compressed, compressed.get(2), message.len());
}

/// A stream of deflate, with the byte in which its first block says how it is packed.
pub(super) fn deflated(page: &mut Page, name: &str, compressed: &[u8], first: Option<&u8>, inflated: usize) {
    page.section("Nén", "Compression");
    let percent = compressed.len().saturating_mul(100) / inflated.max(1);
    page.field(name, format_args!("{} bytes from {inflated} bytes ({percent} %)", compressed.len()));
    let kind = match first.map(|first| first >> 1 & 3) {
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
    page.bytes("signature", message.signature);
    if !message.protected.is_empty() {
        page.say("protected header:");
        cbor(page, message.protected);
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
        alg::EDDSA => "EdDSA",
        alg::ED25519 => "Ed25519",
        alg::ES256 => "ES256",
        alg::ESP256 => "ESP256",
        alg::ES384 => "ES384",
        alg::ESP384 => "ESP384",
        alg::PS256 => "PS256",
        alg::PS384 => "PS384",
        alg::PS512 => "PS512",
        _ => "an algorithm not known here",
    }
}

/// Diagnostic notation of bytes that may or may not be CBOR.
fn cbor(page: &mut Page, bytes: &[u8]) {
    match cbor::decode(bytes, &Limits::FOREIGN) {
        Ok(value) => page.lines(&diagnostic::notation(&value)),
        Err(error) => {
            page.say(format_args!("cannot be read: {error}"));
            page.say(hex::encode(bytes));
        }
    }
}
