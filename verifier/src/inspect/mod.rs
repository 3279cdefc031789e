//! Every layer of a certificate, written out as a person would want to read it. Nothing is believed and nothing is
//! checked here but the form: where a layer cannot be taken off, the report says so, says why, and stops.

mod cose;
mod diagnostic;
mod fields;
mod foreign;
mod json;

use std::fmt::Display;

use specs::hcert::{self, Claims, Content};
use specs::value_set::ValueSets;
use specs::vds_nc;

use crate::check::{Container, values};

pub use diagnostic::harmless;

/// What is inside a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The report, lines in English with the Vietnamese heading of each section.
    pub text: String,
    /// Whether all layers came off, down to a certificate of a kind known here.
    pub whole: bool,
}

/// Takes the layers off one by one, of every format that is checked. Never panics; there is a report for every text.
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
    let container = Container::of(text);
    let length = text.chars().count();
    match &container {
        // In several symbols, or in a file.
        Ok(Container::Shc) => page.field("length", format_args!("{length} characters")),
        Ok(Container::VdsNc) => {
            page.field("length", format_args!("{length} characters; a QR symbol holds {} bytes", vds_nc::MAX_CHARS));
        }
        _ => page.field("length", format_args!("{length} characters; a QR symbol holds {}", hcert::MAX_CHARS)),
    }
    page.field("begins with", harmless(&text.chars().take(12).collect::<String>()));
    match container {
        Ok(Container::Hcert) => cose::hcert(page, text),
        Ok(Container::SwissLight) => cose::swiss_light(page, text.trim_start()),
        Ok(Container::Nzcp) => cose::nzcp(page, text.trim_start()),
        Ok(Container::Shc) => json::card(page, text),
        Ok(Container::VdsNc) => json::seal(page, text),
        Err((_, reason, words)) => {
            page.stops(words, reason.code());
            None
        }
    }
}

/// What is certified, and what a reader forgives in it.
fn claims(page: &mut Page, mut claims: Claims) {
    page.field("issuer", claims.iss.as_deref().map_or_else(|| "none".to_owned(), harmless));
    // The formats that have no such claim, or need none, miss nothing.
    let demanded = !matches!(claims.content, Content::Nzcp(_) | Content::Shc(_) | Content::VdsNc(_));
    for (name, time) in [("issued", claims.iat), ("not before", claims.nbf), ("expires", claims.exp)] {
        if let Some(time) = time {
            page.field(name, format_args!("{time} ({})", time.0));
        } else if demanded && name != "not before" {
            page.field(name, "missing");
        }
    }
    if let (Some(from), Some(expires)) = (claims.iat.or(claims.nbf), claims.exp) {
        page.field("lasts", format_args!("{} days", expires.0.saturating_sub(from.0) / 86_400));
    }
    match &claims.content {
        Content::EuDcc(certificate) => fields::eu_dcc(page, certificate),
        Content::National(certificate) => fields::national(page, certificate),
        Content::Icvp(certificate) => foreign::icvp(page, certificate),
        Content::Ddcc(certificate) => foreign::ddcc(page, certificate),
        Content::SwissLight(certificate) => foreign::swiss_light(page, certificate),
        Content::Nzcp(pass) => foreign::nzcp(page, pass),
        Content::Shc(card) => foreign::card(page, card),
        Content::VdsNc(seal) => foreign::seal(page, seal),
    }
    // As a verdict does it: what the content needs forgiven is found when its values are looked at.
    let _ = values(&mut claims, ValueSets::bundled());
    page.section("Châm chước", "Deviations forgiven");
    if claims.tolerances.is_empty() {
        page.say("none");
    }
    for tolerance in claims.tolerances.iter() {
        page.say(tolerance.code());
    }
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

    /// Text of several lines.
    fn lines(&mut self, text: &str) {
        text.lines().for_each(|line| self.say(line));
    }

    fn bytes(&mut self, name: &str, bytes: &[u8]) {
        self.field(name, format_args!("{} bytes: {}", bytes.len(), hex::encode(bytes)));
    }

    /// Says where the report stops, and why.
    fn stops(&mut self, why: impl Display, code: &str) {
        self.say(format_args!("STOPS HERE · DỪNG TẠI ĐÂY: {why} ({code})"));
    }

    /// What was read, or where the report stops.
    fn or_stop<T, E: Display>(&mut self, result: Result<T, E>, code: fn(&E) -> &'static str) -> Option<T> {
        result.map_err(|error| self.stops(&error, code(&error))).ok()
    }
}

#[cfg(test)]
mod tests;
