//! The state of a card, in the holder's terms.

use serde::Serialize;
use specs::reason::Reason;
use specs::time::UnixTime;
use verifier::Verdict;
use verifier::verdict::Outcome;

/// From this many days before it expires a certificate is to be renewed.
pub const EXPIRES_SOON_DAYS: i64 = 28;

const DAY: i64 = 86_400;

/// How a card stands at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum State {
    /// All checks pass.
    Valid,
    /// All checks pass, and it expires within [`EXPIRES_SOON_DAYS`].
    ExpiresSoon {
        /// Whole days left.
        days: i64,
    },
    /// The certificate or its signer is past its time: have it issued again.
    Expired,
    /// It was withdrawn.
    Revoked,
    /// It cannot be told now; the reason says what is missing.
    CannotTell {
        /// What is missing.
        reason: Reason,
    },
    /// It is not valid for another reason.
    NotValid {
        /// Why.
        reason: Reason,
    },
}

impl State {
    /// Reads the verdict at that moment in the holder's terms.
    pub fn of(verdict: &Verdict, at: UnixTime) -> State {
        match (verdict.verdict, verdict.reason) {
            (Outcome::Valid, _) => match verdict.claims.as_ref().and_then(|claims| claims.expires_at) {
                Some(expires) if expires.0.saturating_sub(at.0) < EXPIRES_SOON_DAYS * DAY => {
                    State::ExpiresSoon { days: expires.0.saturating_sub(at.0).div_euclid(DAY) }
                }
                _ => State::Valid,
            },
            (Outcome::Unknown, reason) => State::CannotTell { reason },
            (Outcome::Invalid, Reason::CertificateExpired | Reason::SignerExpired) => State::Expired,
            (Outcome::Invalid, Reason::Revoked | Reason::SignerRevoked) => State::Revoked,
            (Outcome::Invalid, reason) => State::NotValid { reason },
        }
    }

    /// Why a certificate in this state may not come into the wallet. An expired, withdrawn or suspended one may: it tells its holder
    /// what to do. One that was never any good, or nothing at all, may not.
    pub(crate) fn refuses(self) -> Option<Reason> {
        match self {
            State::NotValid {
                reason: Reason::CertificateNotYetValid | Reason::SignerNotYetValid | Reason::Suspended,
            } => None,
            State::NotValid { reason } => Some(reason),
            State::CannotTell { reason: reason @ (Reason::PictureUnreadable | Reason::TextUnreadable) } => Some(reason),
            _ => None,
        }
    }
}
