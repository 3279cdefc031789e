//! Signed status lists: who says which certificates are revoked.
//!
//! A Status List Token (draft-ietf-oauth-status-list section 5.2) is a COSE_Sign1 of its own type, whose header carries the
//! certificates of its signer. It is believed when they lead to a configured anchor in the role of list signer: whoever says
//! who may sign says what was taken back. Whether the token has expired is asked when a certificate is looked up in it.

use specs::cbor::Limits;
use specs::cose;
use specs::status_list::{self, Token};
use specs::time::UnixTime;

use crate::backend::Backend;
use crate::chain::{Anchor, Path};
use crate::list::path_of_signer;
use crate::{Error, Verified};

/// What a token with its signature and certificates may measure.
const MESSAGE_LIMITS: Limits =
    Limits { max_bytes: status_list::LIMITS.max_bytes + 64 * 1024, max_depth: 8, ..status_list::LIMITS };

/// Reads a token and checks who signed it, against `anchors` at the time `at`.
///
/// # Errors
/// [`Error::ListEnvelope`], [`Error::ListForm`], [`Error::ListUnsigned`], [`Error::ListHeader`], [`Error::ListSignature`],
/// [`Error::StatusListMalformed`], [`Error::ClockBeforeIssue`]; for the certificates all errors of
/// [`Certificate::parse`](crate::x509::Certificate::parse) and [`find_path`](crate::chain::find_path).
pub fn open(bytes: &[u8], anchors: &[Anchor], at: UnixTime, backend: &dyn Backend) -> Result<Verified<Token>, Error> {
    let message = cose::parse_within(bytes, &MESSAGE_LIMITS).map_err(Error::ListEnvelope)?;
    let Path { leaf: signed_by, .. } = path_of_signer(&message, anchors, at, backend)?.into_inner();
    if !backend.prepare(signed_by.key())?.verify(&message.to_be_signed(&[]), message.signature) {
        return Err(Error::ListSignature);
    }
    let token = Token::of(&message).map_err(Error::StatusListMalformed)?;
    if at < token.issued {
        return Err(Error::ClockBeforeIssue { at, issued: token.issued });
    }
    Ok(Verified::new(token))
}
