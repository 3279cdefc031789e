//! Building a COSE_Sign1 message in three steps: write down, have it signed elsewhere, put together.

use super::{TAG_SIGN1, label, sig_structure};
use crate::cbor::Writer;

/// A message that lacks only its signature. Everything it says is protected by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsigned {
    alg: i64,
    kid: Vec<u8>,
    payload: Vec<u8>,
    typ: Option<String>,
    x5chain: Vec<Vec<u8>>,
}

impl Unsigned {
    /// A message for that algorithm and key; see [`super::alg`] for the numbers.
    pub fn new(alg: i64, kid: impl Into<Vec<u8>>, payload: impl Into<Vec<u8>>) -> Unsigned {
        Unsigned { alg, kid: kid.into(), payload: payload.into(), typ: None, x5chain: Vec::new() }
    }

    /// Says in the protected header what the whole message is (label 16, RFC 9596), as a media type.
    #[must_use]
    pub fn typ(mut self, media_type: &str) -> Unsigned {
        self.typ = Some(media_type.to_owned());
        self
    }

    /// Adds the signer's certificates as DER, leaf first, in the protected header (label 33, RFC 9360). None removes
    /// them.
    #[must_use]
    pub fn x5chain<C: Into<Vec<u8>>>(mut self, certificates: impl IntoIterator<Item = C>) -> Unsigned {
        self.x5chain = certificates.into_iter().map(Into::into).collect();
        self
    }

    /// The bytes to sign: the Sig_structure of RFC 9052 section 4.4 without external data.
    pub fn to_be_signed(&self) -> Vec<u8> {
        sig_structure(&self.protected(), &[], &self.payload)
    }

    /// The message with tag 18, for a signature over [`Unsigned::to_be_signed`]. For ECDSA the signature is r and s side
    /// by side, each as long as the field (RFC 9053 section 2.1).
    pub fn sign(&self, signature: &[u8]) -> Vec<u8> {
        let protected = self.protected();
        let mut writer = Writer::with_capacity(protected.len() + self.payload.len() + signature.len() + 16);
        writer.tag(TAG_SIGN1).array(4).bytes(&protected).map(0).bytes(&self.payload).bytes(signature);
        writer.into_bytes()
    }

    /// The signed content.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The protected header; its labels 1, 4, 16 and 33 are in deterministic order as they stand.
    fn protected(&self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(self.kid.len() + 16);
        writer.map(2 + usize::from(self.typ.is_some()) + usize::from(!self.x5chain.is_empty()));
        writer.signed(label::ALG).signed(self.alg).signed(label::KID).bytes(&self.kid);
        if let Some(typ) = &self.typ {
            writer.signed(label::TYP).text(typ);
        }
        match self.x5chain.as_slice() {
            [] => {}
            [leaf] => {
                writer.signed(label::X5CHAIN).bytes(leaf);
            }
            chain => {
                writer.signed(label::X5CHAIN).array(chain.len());
                for certificate in chain {
                    writer.bytes(certificate);
                }
            }
        }
        writer.into_bytes()
    }
}
