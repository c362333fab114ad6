//! Why nothing was reached.

use bailiwick_store::StoreError;

/// Why a connection or a call did not come about.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EgressError {
    /// The host and port do not stand on the allow-list of this purpose.
    #[error("{0} may not be reached for this: it is not on the allow-list")]
    NotAllowed(String),
    /// The address, or one that the name stands for, is not public.
    #[error("{0} resolves to an address that may not be reached")]
    Forbidden(String),
    /// The URL is none, is not HTTPS, or carries a name or password.
    #[error("the address must be https:// without a name or password in it")]
    Url,
    /// The name stands for no address.
    #[error("{0} could not be resolved")]
    Unresolved(String),
    /// Nothing listens there, or the connection or TLS broke.
    #[error("the connection failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It took too long.
    #[error("the other side took too long")]
    TimedOut,
    /// The answer is larger than asked for.
    #[error("the answer is larger than {0} bytes")]
    Oversized(usize),
    /// It redirects too often.
    #[error("the other side redirects too often")]
    Redirects,
    /// The allow-list could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl EgressError {
    /// The stable code, as in the figures.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed(_) => "not_allowed",
            Self::Forbidden(_) => "forbidden_address",
            Self::Url => "bad_url",
            Self::Unresolved(_) => "unresolved",
            Self::Failed(_) => "failed",
            Self::TimedOut => "timed_out",
            Self::Oversized(_) => "oversized",
            Self::Redirects => "redirects",
            Self::Store(_) => "internal",
        }
    }
}
