//! JSON Web Signature in its compact form (RFC 7515): `header.payload.signature`, each in base64url.
//!
//! Reading is strict: base64url without padding and without stray bits in its last character, a header that is one JSON
//! object without a key twice. What was signed is kept as it came. The header's `alg` is a name and no more: the signer's
//! key decides what is checked, and no key does `none` or an HMAC.

use crate::json;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The most characters of a text. The largest QR symbol holds 3,542 of them in SMART Health Cards; cards in several
/// symbols and files are longer.
pub const MAX_CHARS: usize = 8_192;

const HEADER: json::Limits = json::Limits { bytes: 1_024, depth: 4, values: 32 };

/// A text taken apart; nothing in it has been believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jws {
    /// The protected header.
    pub header: Header,
    /// The payload.
    pub payload: Vec<u8>,
    /// The signature: for ECDSA r and s side by side (RFC 7518 section 3.4).
    pub signature: Vec<u8>,
    signed: String,
}

/// The members of the header that have a meaning here; others pass unread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The algorithm's name (RFC 7518 section 3.1), whatever it is.
    pub alg: String,
    /// The key's identifier.
    pub kid: Option<String>,
    /// How the payload is compressed. Defined for encryption (RFC 7516); SMART Health Cards use it here.
    pub zip: Option<String>,
}

/// Why a text is not a JWS that we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Longer than [`MAX_CHARS`].
    #[error("{length} characters of JWS where {MAX_CHARS} are allowed")]
    TooLong {
        /// Characters (bytes) given.
        length: usize,
    },
    /// Not three parts with dots between.
    #[error("a compact JWS has three parts")]
    Parts,
    /// A part is not base64url without padding.
    #[error("the {part} of the JWS is not base64url")]
    Base64 {
        /// Which: `header`, `payload` or `signature`.
        part: &'static str,
    },
    /// The header is not JSON.
    #[error("the header of the JWS: {0}")]
    Header(json::Error),
    /// The header is not an object, lacks `alg`, or has a member of the wrong type.
    #[error("{member} is missing in the header of the JWS or is no text")]
    Member {
        /// Which.
        member: &'static str,
    },
    /// The header names members that must be understood (`crit`); we understand none.
    #[error("the header of the JWS demands an unknown feature")]
    Critical,
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::TooLong { .. } => "jws-too-long",
            Error::Parts => "jws-parts",
            Error::Base64 { .. } => "jws-base64",
            Error::Header(error) => error.code(),
            Error::Member { .. } => "jws-header-member",
            Error::Critical => "jws-critical-header",
        }
    }
}

/// Takes a text apart.
pub fn parse(text: &str) -> Result<Jws, Error> {
    if text.len() > MAX_CHARS {
        return Err(Error::TooLong { length: text.len() });
    }
    let (signed, signature) = text.rsplit_once('.').ok_or(Error::Parts)?;
    let (header, payload) = signed.split_once('.').ok_or(Error::Parts)?;
    if payload.contains('.') {
        return Err(Error::Parts);
    }
    let header = Header::read(decode(header, "header")?)?;
    let payload = decode(payload, "payload")?;
    Ok(Jws { header, payload, signature: decode(signature, "signature")?, signed: signed.to_owned() })
}

/// What is to be signed: the first two parts. [`seal`] appends the third.
pub fn to_be_signed(header: &Header, payload: &[u8]) -> String {
    let Header { alg, kid, zip } = header;
    let members = [("zip", zip.as_ref()), ("alg", Some(alg)), ("kid", kid.as_ref())];
    let members = members
        .into_iter()
        .filter_map(|(name, value)| Some(format!("\"{name}\":{}", serde_json::Value::from(value?.as_str()))));
    let header = format!("{{{}}}", members.collect::<Vec<_>>().join(","));
    [&URL_SAFE_NO_PAD.encode(header), ".", &URL_SAFE_NO_PAD.encode(payload)].concat()
}

/// The whole text.
pub fn seal(to_be_signed: &str, signature: &[u8]) -> String {
    [to_be_signed, ".", &URL_SAFE_NO_PAD.encode(signature)].concat()
}

impl Jws {
    /// The bytes under the signature: the first two parts as they came (RFC 7515 section 5.2).
    pub fn to_be_signed(&self) -> &[u8] {
        self.signed.as_bytes()
    }
}

impl Header {
    fn read(bytes: Vec<u8>) -> Result<Header, Error> {
        let document = json::read(bytes, &HEADER).map_err(Error::Header)?;
        let header = document.value();
        let text = |member: &'static str| match header.get(member).map(json::Value::as_str) {
            None => Ok(None),
            Some(Some(text)) => Ok(Some(text.to_owned())),
            Some(None) => Err(Error::Member { member }),
        };
        if header.get("crit").is_some() {
            return Err(Error::Critical);
        }
        let alg = text("alg")?.ok_or(Error::Member { member: "alg" })?;
        Ok(Header { alg, kid: text("kid")?, zip: text("zip")? })
    }
}

fn decode(text: &str, part: &'static str) -> Result<Vec<u8>, Error> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::Base64 { part })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(header: &str) -> String {
        format!("{}.e30.AAAA", URL_SAFE_NO_PAD.encode(header))
    }

    #[test]
    fn example_a_3_of_rfc_7515() {
        let text = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        let jws = parse(text).unwrap();
        assert_eq!(jws.header, Header { alg: "ES256".into(), kid: None, zip: None });
        assert!(jws.payload.starts_with(b"{\"iss\":\"joe\",\r\n"));
        assert_eq!((jws.signature.len(), &jws.signature[..3]), (64, &[14, 209, 33][..]));
        assert_eq!(seal(str::from_utf8(jws.to_be_signed()).unwrap(), &jws.signature), text);
    }

    #[test]
    fn any_name_of_an_algorithm_is_only_a_name() {
        for alg in ["none", "HS256", ""] {
            assert_eq!(parse(&text(&format!("{{\"alg\":\"{alg}\"}}"))).map(|jws| jws.header.alg), Ok(alg.to_owned()));
        }
    }

    #[test]
    fn what_is_wrong_with_the_text() {
        assert_eq!(parse(&"a".repeat(8_193)), Err(Error::TooLong { length: 8_193 }));
        for parts in ["", "e30", "e30.e30", "e30.e30.AA.AA", "....."] {
            assert_eq!(parse(parts), Err(Error::Parts), "{parts}");
        }
        let good = text("{\"alg\":\"ES256\"}");
        let (signed, _) = good.rsplit_once('.').unwrap();
        for signature in ["AAA=", "AB", "A", "AA+A", "AA/A", "AA A", "AAAA\n", "é"] {
            assert_eq!(
                parse(&format!("{signed}.{signature}")),
                Err(Error::Base64 { part: "signature" }),
                "{signature}"
            );
        }
        assert_eq!(parse("e30=.e30.AAAA"), Err(Error::Base64 { part: "header" }));
        assert_eq!(parse(&good.replace(".e30.", ".e31.")), Err(Error::Base64 { part: "payload" }));
    }

    #[test]
    fn what_is_wrong_with_the_header() {
        let refused = |header: &str| parse(&text(header)).unwrap_err();
        assert_eq!(refused("{\"alg\":\"ES256\",\"alg\":\"none\"}"), Error::Header(json::Error::DuplicateKey));
        assert_eq!(refused("{\"alg\":\"ES256\"} x"), Error::Header(json::Error::TrailingBytes));
        assert_eq!(refused("alg"), Error::Header(json::Error::Malformed { at: 0 }));
        assert_eq!(refused("[\"alg\"]"), Error::Member { member: "alg" });
        assert_eq!(refused("{\"kid\":\"a\"}"), Error::Member { member: "alg" });
        assert_eq!(refused("{\"alg\":-7}"), Error::Member { member: "alg" });
        assert_eq!(refused("{\"alg\":\"ES256\",\"kid\":null}"), Error::Member { member: "kid" });
        assert_eq!(refused("{\"alg\":\"ES256\",\"zip\":1}"), Error::Member { member: "zip" });
        assert_eq!(refused("{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"b64\":false}"), Error::Critical);
        assert_eq!(refused("{\"alg\":\"ES256\",\"crit\":[]}"), Error::Critical);
    }

    proptest! {
        #[test]
        fn there_and_back(alg: String, kid: Option<String>, payload: Vec<u8>, signature: Vec<u8>) {
            prop_assume!(alg.len() + kid.as_ref().map_or(0, String::len) < 150);
            let header = Header { alg, kid, zip: Some("DEF".into()) };
            let signed = to_be_signed(&header, &payload);
            let jws = parse(&seal(&signed, &signature)).unwrap();
            prop_assert_eq!(jws.to_be_signed(), signed.as_bytes());
            prop_assert_eq!((jws.header, jws.payload, jws.signature), (header, payload, signature));
        }

        #[test]
        fn no_text_panics(text in "[A-Za-z0-9_.=-]{0,80}|\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
