//! The textual form of certificates (RFC 7468), as lax about white space as that RFC allows, and no laxer.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::MAX_BYTES;
use crate::Error;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";
/// More certificates than anyone configures; a bound on work.
const MAX_CERTIFICATES: usize = 1_000;

/// The DER bytes of every certificate in `text`; at least one.
pub(crate) fn decode(text: &str) -> Result<Vec<Vec<u8>>, Error> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (body, next) = after.split_once(END).ok_or(Error::Pem)?;
        if body.len() > 2 * MAX_BYTES || found.len() == MAX_CERTIFICATES {
            return Err(Error::CertificateTooLarge { bytes: body.len() });
        }
        let compact: String = body.split_ascii_whitespace().collect();
        found.push(STANDARD.decode(compact).map_err(|_| Error::Pem)?);
        rest = next;
    }
    if found.is_empty() { Err(Error::Pem) } else { Ok(found) }
}

pub(super) fn encode(der: &[u8]) -> String {
    let mut text = format!("{BEGIN}\n");
    for (at, letter) in STANDARD.encode(der).chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text.push('\n');
    text.push_str(END);
    text.push('\n');
    text
}
