//! What can go wrong with a provider; each has a stable code that tells an administrator what to mend.

use bailiwick_egress::EgressError;

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The configuration was fetched.
    Discovery,
    /// The keys were fetched.
    Keys,
    /// The code was exchanged.
    Token,
}

impl Stage {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Keys => "keys",
            Self::Token => "token",
        }
    }
}

/// Why a provider's word was not had, or not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// It was not reached, or may not be.
    #[error("{}: {source}", stage.name())]
    Reach {
        /// What for.
        stage: Stage,
        /// Why.
        source: EgressError,
    },
    /// It answered something else than it should.
    #[error("{}: the provider answered {status}", stage.name())]
    Status {
        /// What was asked.
        stage: Stage,
        /// With this.
        status: u16,
    },
    /// Its answer cannot be read.
    #[error("{}: the provider's answer cannot be read: {detail}", stage.name())]
    Malformed {
        /// What was asked.
        stage: Stage,
        /// What is wrong with it; without anything of the answer.
        detail: &'static str,
    },
    /// Its configuration is that of another issuer.
    #[error("the configuration there is that of another issuer: write the issuer exactly as the provider does")]
    OtherIssuer,
    /// It cannot do what is needed.
    #[error("the provider does not support {0}")]
    Unsupported(&'static str),
    /// It refused the code, or the client.
    #[error("the provider refused the exchange: {0}")]
    Refused(String),
    /// The answer came from another provider than was asked (RFC 9207).
    #[error("the answer names another issuer than the one that was asked")]
    MixedUp,
    /// The ID token proves nothing.
    #[error("the ID token is not accepted: {0}")]
    Token(&'static str),
}

impl ProviderError {
    /// The stable code. A host that does not exist, one that is not public, and one that does not answer have the same:
    /// whoever sets a provider up learns nothing of the names and addresses inside.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Reach {
                source:
                    EgressError::Forbidden(_) | EgressError::Unresolved(_) | EgressError::Failed(_) | EgressError::TimedOut,
                ..
            } => "unreachable",
            Self::Reach { source, .. } => source.code(),
            Self::Status { .. } => "bad_status",
            Self::Malformed { .. } => "malformed",
            Self::OtherIssuer => "other_issuer",
            Self::Unsupported(_) => "unsupported",
            Self::Refused(_) => "refused",
            Self::MixedUp => "mixed_up",
            Self::Token(_) => "bad_token",
        }
    }

    /// The same for people, in English; like the code, it does not tell apart why a host is not reached.
    #[must_use]
    pub fn told(&self) -> String {
        match (self, self.code()) {
            (Self::Reach { stage, .. }, "unreachable") => format!("{}: the host cannot be reached", stage.name()),
            _ => self.to_string(),
        }
    }
}
