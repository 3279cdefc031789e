//! From the errors of the rooms below to the step that failed and the stable reason.

use specs::reason::Reason;
use specs::{base45, cbor, cose, dcc, fields, hcert, json, jws, national, shc, vds_nc, zlib};

use crate::verdict::Step;

/// Where taking off the layers of a text stopped, and why.
pub(super) fn of_text(error: &hcert::Error) -> (Step, Reason) {
    use hcert::Error as E;
    match error {
        E::Prefix => (Step::Prefix, Reason::PrefixMissing),
        E::UnsupportedContext => (Step::Prefix, Reason::UnsupportedContext),
        E::TooLong { .. } | E::Base45(base45::Error::TooLong { .. }) => (Step::Size, Reason::TooLong),
        E::Base45(_) => (Step::Base45, Reason::Base45Invalid),
        E::Base32 => (Step::Encoding, Reason::Base32Invalid),
        E::Zlib(zlib::Error::TooLong) => (Step::Inflate, Reason::CompressionBomb),
        E::Zlib(_) => (Step::Inflate, Reason::CompressionInvalid),
        E::Cose(cose::Error::Cbor(error) | cose::Error::Protected(error)) => (Step::Cbor, of_cbor(error)),
        E::Cose(cose::Error::Critical) => (Step::Cose, Reason::CoseCriticalHeader),
        E::Cose(_) => (Step::Cose, Reason::CoseMalformed),
        _ => (Step::Content, of_claims(error)),
    }
}

/// Why the claims of a message with a good signature cannot be read.
pub(super) fn of_claims(error: &hcert::Error) -> Reason {
    use hcert::Error as E;
    match error {
        // What is not well-formed was refused before a field was read: here a field has another type than its own.
        E::National(national::Error::Cbor(cbor::Error::WrongType { .. } | cbor::Error::OutOfRange { .. })) => {
            Reason::ContentSchema
        }
        E::Cbor(error)
        | E::Dcc(dcc::Error::Cbor(error))
        | E::National(national::Error::Cbor(error) | national::Error::Message(error))
        | E::Fields(fields::Error::Cbor(error)) => of_cbor(error),
        E::NoContent => Reason::ContentMissing,
        E::UnsupportedContent { .. } => Reason::ContentUnsupported,
        E::SeveralContents | E::Dcc(dcc::Error::EntryCount) => Reason::ContentMultipleEvents,
        E::National(national::Error::Algorithm) => Reason::AlgorithmMismatch,
        E::National(national::Error::Tag | national::Error::Kid | national::Error::Unprotected) => {
            Reason::CoseMalformed
        }
        // Not a map of fields at all.
        E::Dcc(dcc::Error::FieldType { field: "certificate" })
        | E::Fields(fields::Error::FieldType { field: "certificate" }) => Reason::ContentMalformed,
        E::Dcc(_) | E::DccFaults(_) | E::National(_) | E::Fields(_) => Reason::ContentSchema,
        _ => Reason::ContentMalformed,
    }
}

/// Where taking a SMART Health Card apart stopped, and why; of the errors of its claims only the reason matters.
pub(super) fn of_card(error: &shc::Error) -> (Step, Reason) {
    use shc::Error as E;
    match error {
        E::Prefix | E::File(_) => (Step::Prefix, Reason::PrefixMissing),
        E::TooLong { .. } | E::Jws(jws::Error::TooLong { .. }) => (Step::Size, Reason::TooLong),
        E::Digits | E::Chunk | E::Jws(jws::Error::Base64 { .. }) => (Step::Encoding, Reason::EncodingInvalid),
        E::ChunksMissing { .. } => (Step::Encoding, Reason::ChunksMissing),
        E::ChunkTwice { .. } | E::MixedChunks | E::Cards { .. } => (Step::Encoding, Reason::ChunksMixed),
        E::Jws(jws::Error::Critical) => (Step::Jws, Reason::CoseCriticalHeader),
        E::Jws(_) | E::Kid | E::Zip => (Step::Jws, Reason::JwsMalformed),
        E::Deflate(zlib::Error::TooLong) => (Step::Inflate, Reason::CompressionBomb),
        E::Deflate(_) => (Step::Inflate, Reason::CompressionInvalid),
        E::Json(error) => (Step::Json, of_json(error)),
        E::NotHealthCard | E::FhirVersion => (Step::Content, Reason::ContentUnsupported),
        _ => (Step::Content, Reason::ContentSchema),
    }
}

/// The same for a VDS-NC.
pub(super) fn of_seal(error: &vds_nc::Error) -> (Step, Reason) {
    use vds_nc::Error as E;
    match error {
        E::Prefix => (Step::Prefix, Reason::PrefixMissing),
        E::TooLong { .. } => (Step::Size, Reason::TooLong),
        E::Json(error) => (Step::Json, of_json(error)),
        E::Type => (Step::Json, Reason::ContentUnsupported),
        E::Version => (Step::Json, Reason::UnsupportedContext),
        E::Base64 { .. } => (Step::Encoding, Reason::EncodingInvalid),
        E::Frame { .. } => (Step::Json, Reason::JsonMalformed),
        _ => (Step::Content, Reason::ContentSchema),
    }
}

fn of_json(error: &json::Error) -> Reason {
    use json::Error as E;
    match error {
        E::DuplicateKey => Reason::JsonDuplicateKey,
        E::TooLong { .. } | E::TooDeep { .. } | E::TooMany { .. } => Reason::JsonTooLarge,
        _ => Reason::JsonMalformed,
    }
}

fn of_cbor(error: &cbor::Error) -> Reason {
    use cbor::Error as E;
    match error {
        E::TooLong { .. } | E::TooManyItems { .. } => Reason::CborTooLarge,
        E::TooDeep { .. } => Reason::CborTooDeep,
        E::DuplicateKey { .. } => Reason::CborDuplicateKey,
        E::TrailingBytes { .. } => Reason::CborTrailingBytes,
        E::NotShortest { .. } | E::Indefinite { .. } | E::KeyOrder { .. } => Reason::CborNotDeterministic,
        _ => Reason::CborMalformed,
    }
}

/// Why a trust list that was offered cannot be used, as a reason for "cannot tell".
pub(super) fn of_list(error: &trust_list::Error) -> Reason {
    use trust_list::Error as E;
    match error {
        E::ListEnvelope(_)
        | E::ListForm { .. }
        | E::ListMalformed(_)
        | E::StatusListMalformed(_)
        | E::RevocationMalformed(_)
        | E::ValueSetsMalformed(_)
        | E::ListUnsigned => Reason::TrustListMalformed,
        E::ListHeader | E::ListSignature => Reason::TrustListSignature,
        E::ClockBeforeIssue { .. } | E::NotYetValid { .. } => Reason::ClockWrong,
        E::Expired { .. } => Reason::TrustListExpired,
        E::Rollback { .. } | E::Fork { .. } | E::RevocationDropped { .. } => Reason::TrustListRolledBack,
        E::OtherIssuer { .. } => Reason::TrustListForeignIssuer,
        E::EnvironmentMixed { .. } => Reason::EnvironmentMixed,
        _ => Reason::TrustChainInvalid,
    }
}
