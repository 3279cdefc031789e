//! From the errors of the rooms below to the step that failed and the stable reason.

use specs::reason::Reason;
use specs::{base45, cbor, cose, dcc, hcert, national, zlib};

use crate::verdict::Step;

/// Where taking off the layers of a text stopped, and why.
pub(super) fn of_text(error: &hcert::Error) -> (Step, Reason) {
    use hcert::Error as E;
    match error {
        E::Prefix => (Step::Prefix, Reason::PrefixMissing),
        E::UnsupportedContext => (Step::Prefix, Reason::UnsupportedContext),
        E::TooLong { .. } | E::Base45(base45::Error::TooLong { .. }) => (Step::Size, Reason::TooLong),
        E::Base45(_) => (Step::Base45, Reason::Base45Invalid),
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
        E::Cbor(error) | E::Dcc(dcc::Error::Cbor(error)) | E::National(national::Error::Cbor(error)) => of_cbor(error),
        E::NoContent => Reason::ContentMissing,
        E::UnsupportedContent { .. } => Reason::ContentUnsupported,
        E::SeveralContents | E::Dcc(dcc::Error::EntryCount) => Reason::ContentMultipleEvents,
        E::National(national::Error::Algorithm) => Reason::AlgorithmMismatch,
        E::National(national::Error::Tag | national::Error::Kid) => Reason::CoseMalformed,
        // Not a map of fields at all.
        E::Dcc(dcc::Error::FieldType { field: "certificate" }) => Reason::ContentMalformed,
        E::Dcc(_) | E::DccFaults(_) | E::National(_) => Reason::ContentSchema,
        _ => Reason::ContentMalformed,
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
        E::ListEnvelope(_) | E::ListForm { .. } | E::ListMalformed(_) | E::StatusListMalformed(_) | E::ListUnsigned => {
            Reason::TrustListMalformed
        }
        E::ListHeader | E::ListSignature => Reason::TrustListSignature,
        E::ClockBeforeIssue { .. } | E::NotYetValid { .. } => Reason::ClockWrong,
        E::Expired { .. } => Reason::TrustListExpired,
        E::Rollback { .. } | E::Fork { .. } => Reason::TrustListRolledBack,
        E::OtherIssuer { .. } => Reason::TrustListForeignIssuer,
        E::EnvironmentMixed { .. } => Reason::EnvironmentMixed,
        _ => Reason::TrustChainInvalid,
    }
}
