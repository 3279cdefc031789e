//! Why a file of rules is refused as a whole.

/// Why bytes are not a set of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// More bytes than are read.
    #[error("the rules have more than {most} bytes")]
    TooLong {
        /// How many are read.
        most: usize,
    },
    /// More rules than are read.
    #[error("there are more than {most} rules")]
    TooMany {
        /// How many are read.
        most: usize,
    },
    /// Not JSON, or a rule lacks a member, has one that the form does not have, or one of another type.
    #[error("the rules cannot be read: {detail}")]
    Malformed {
        /// What is wrong with it.
        detail: String,
    },
    /// A member of a rule has a value that cannot be.
    #[error("rule {rule}: {member} cannot be so")]
    Member {
        /// The identifier of the rule, as it stands there.
        rule: String,
        /// The member.
        member: &'static str,
    },
    /// Two rules with the same identifier and version, but not the same content.
    #[error("rule {rule} stands there twice, differently, in the same version")]
    Contradiction {
        /// The identifier of the rule.
        rule: String,
    },
}

impl Error {
    /// The stable name of this error, for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "rules-too-long",
            Self::TooMany { .. } => "rules-too-many",
            Self::Malformed { .. } => "rules-malformed",
            Self::Member { .. } => "rules-member",
            Self::Contradiction { .. } => "rules-contradiction",
        }
    }
}
